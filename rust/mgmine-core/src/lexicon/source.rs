//! Reads lexicon sources: TOML for lexicons that people review, tab-separated values with SSSLM column names for big ones.

use std::collections::{HashMap, HashSet};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Boundary, Case, LexiconProblem, Severity};
use crate::normalize::{fold, fold_text, is_word};

/// No line of a list of names is longer.
const MAX_LINE: usize = 64 << 10;
/// Bytes of the longest name taken in; longer ones are left out with a warning.
const LONGEST: usize = 1_000;

/// The veto fields of a name, concept or family.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Vetoes {
    pub needs: Vec<String>,
    pub not_before: Vec<String>,
    pub not_after: Vec<String>,
    pub not_with: Vec<String>,
}

impl Vetoes {
    pub fn is_empty(&self) -> bool {
        self.needs.is_empty() && self.not_before.is_empty() && self.not_after.is_empty() && self.not_with.is_empty()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct FamilySource {
    pub id: String,
    pub label: Option<String>,
    pub topic: Option<bool>,
    pub vetoes: Vetoes,
}

#[derive(Clone, Debug)]
pub(crate) struct NameSource {
    pub text: String,
    /// `None` is `auto`.
    pub case: Option<Case>,
    pub boundary: Boundary,
    pub variants: bool,
    pub vetoes: Vetoes,
    pub line: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct ConceptSource {
    pub label: String,
    pub family: String,
    pub ids: Vec<String>,
    pub close_ids: Vec<String>,
    pub names: Vec<NameSource>,
    pub vetoes: Vetoes,
    pub replace: bool,
    /// Whether the label is only the first name of a list, and may be changed where another concept has it.
    pub unlabelled: bool,
    pub line: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct HostSource {
    pub label: String,
    pub family: Option<String>,
    pub concept: Option<String>,
    pub after: Vec<String>,
    pub before: Vec<String>,
    pub line: usize,
}

/// One source, read but not yet compiled.
#[derive(Clone, Debug, Default)]
pub(crate) struct Source {
    pub origin: String,
    pub id: String,
    pub title: String,
    pub version: String,
    pub license: String,
    pub families: Vec<FamilySource>,
    pub concepts: Vec<ConceptSource>,
    pub hosts: Vec<HostSource>,
}

/// Collects problems and knows on which line a byte stands.
pub(crate) struct Problems<'t> {
    origin: &'t str,
    lines: Vec<usize>,
    pub found: Vec<LexiconProblem>,
}

impl<'t> Problems<'t> {
    fn new(origin: &'t str, text: &str) -> Self {
        let lines = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1)).collect();
        Self { origin, lines, found: Vec::new() }
    }

    fn line(&self, byte: usize) -> usize {
        self.lines.partition_point(|&start| start <= byte)
    }

    fn push(&mut self, severity: Severity, line: usize, name: &str, message: impl Into<String>) {
        self.found.push(LexiconProblem {
            origin: self.origin.to_owned(),
            line,
            name: name.chars().take(80).collect(),
            message: message.into(),
            severity,
        });
    }

    fn error(&mut self, line: usize, name: &str, message: impl Into<String>) {
        self.push(Severity::Error, line, name, message);
    }

    fn warn(&mut self, line: usize, name: &str, message: impl Into<String>) {
        self.push(Severity::Warning, line, name, message);
    }
}

/// Reads one source; the problems may hold errors, the source then holds what could be read.
pub(crate) fn read(origin: &str, text: &str) -> (Source, Vec<LexiconProblem>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut problems = Problems::new(origin, text);
    let mut source = if is_tsv(text) { read_tsv(text, &mut problems) } else { read_toml(text, &mut problems) };
    source.origin = origin.to_owned();
    lint(&source, &mut problems);
    problems.found.sort_by_key(|problem| problem.line);
    (source, problems.found)
}

/// A text without whatever counts as a space at its ends.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c| fold(c) == ' ')
}

/// The file name without folders and endings, as an id.
fn stem(origin: &str) -> String {
    let name = origin.rsplit(['/', '\\']).next().unwrap_or(origin);
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let name = name.strip_suffix(".tsv").or_else(|| name.strip_suffix(".toml")).unwrap_or(name);
    let id: String = name.chars().map(|c| if is_id_char(c) { c } else { '_' }).collect();
    if id.is_empty() { "lexicon".to_owned() } else { id }
}

fn is_id_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.chars().all(is_id_char)
}

fn is_tsv(text: &str) -> bool {
    let line = text.lines().find(|line| !line.trim().is_empty() && (!line.starts_with('#') || line.contains('\t')));
    let Some((before, behind)) = line.and_then(|line| line.split_once('\t')) else { return false };
    let key = before.split('=').next().unwrap_or("").trim();
    let is_toml = before.starts_with("[[")
        || before.starts_with("[lexicon]")
        || (is_id(key) && (before.contains('=') || behind.trim_start().starts_with('=')));
    !before.trim().is_empty() && !is_toml
}

// ---------------------------------------------------------------------------------------------------------------- TSV

#[derive(Default)]
struct Columns {
    curie: Option<usize>,
    text: Option<usize>,
    name: Option<usize>,
    predicate: Option<usize>,
    family: Option<usize>,
    case: Option<usize>,
    boundary: Option<usize>,
    variants: Option<usize>,
}

impl Columns {
    fn of(header: &str) -> Option<Self> {
        let mut columns = Self::default();
        for (index, column) in header.trim_end().split('\t').enumerate() {
            let slot = match column.trim() {
                "curie" => &mut columns.curie,
                "text" => &mut columns.text,
                "name" => &mut columns.name,
                "predicate" | "predicate_id" => &mut columns.predicate,
                "family" => &mut columns.family,
                "case" => &mut columns.case,
                "boundary" => &mut columns.boundary,
                "variants" => &mut columns.variants,
                _ => continue,
            };
            *slot = Some(index);
        }
        (columns.curie.is_some() && columns.text.is_some()).then_some(columns)
    }
}

fn read_tsv(text: &str, problems: &mut Problems<'_>) -> Source {
    let id = stem(problems.origin);
    let mut source = Source { id: id.clone(), title: id.clone(), ..Source::default() };
    let mut columns: Option<Columns> = None;
    let mut by_curie: HashMap<(String, String), usize> = HashMap::new();
    let mut families: HashSet<String> = HashSet::new();
    let (mut skipped, mut extra, mut not_curie) = ((0, 0), (0, 0), (0, 0, String::new()));
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if line.trim().is_empty() || (line.starts_with('#') && !line.contains('\t')) {
            continue;
        }
        if line.len() > MAX_LINE {
            problems.error(number, line, format!("the line is longer than {MAX_LINE} bytes"));
            continue;
        }
        let columns = match &columns {
            Some(columns) => columns,
            None => {
                let header = Columns::of(line);
                let is_header = header.is_some();
                columns = Some(header.unwrap_or(Columns { text: Some(0), curie: Some(1), ..Columns::default() }));
                if is_header {
                    continue;
                }
                let count = line.split('\t').count();
                if count > 2 {
                    extra = (number, count);
                }
                columns.as_ref().expect("set above")
            }
        };
        let fields: Vec<&str> = line.split('\t').map(trimmed).collect();
        let get = |column: Option<usize>| column.and_then(|at| fields.get(at).copied()).unwrap_or("");
        let (name, curie) = (get(columns.text), get(columns.curie));
        if name.is_empty() || curie.is_empty() {
            problems.error(number, name, "a line needs a text and a curie, separated by a tab");
            continue;
        }
        let predicate = get(columns.predicate);
        if predicate.ends_with("hasBroadSynonym") || predicate.ends_with("hasNarrowSynonym") {
            skipped = (if skipped.0 == 0 { number } else { skipped.0 }, skipped.1 + 1);
            continue;
        }
        // Big lists hold such things; one is no reason to refuse the rest.
        if !name.chars().any(is_word) {
            problems.warn(number, name, "left out: a name needs a letter or a digit");
            continue;
        }
        if is_too_long(name, number, problems) {
            continue;
        }
        if !is_curie(curie) {
            if curie.contains(char::is_whitespace) {
                problems.error(number, name, format!("`{curie}` is not a CURIE"));
                continue;
            }
            if not_curie.1 == 0 {
                not_curie = (number, 0, curie.to_owned());
            }
            not_curie.1 += 1;
        }
        let family = match get(columns.family) {
            "" => id.as_str(),
            family => family,
        };
        if families.insert(family.to_owned()) {
            source.families.push(FamilySource {
                id: family.to_owned(),
                label: None,
                topic: None,
                vetoes: Vetoes::default(),
            });
            if !is_id(family) {
                problems.error(number, family, "a family id is made of letters, digits, `_`, `.` and `-`");
            }
        }
        let at = *by_curie.entry((family.to_owned(), curie.to_owned())).or_insert_with(|| {
            let label = if get(columns.name).is_empty() { name } else { get(columns.name) };
            source.concepts.push(ConceptSource {
                label: label.to_owned(),
                family: family.to_owned(),
                ids: vec![curie.to_owned()],
                close_ids: Vec::new(),
                names: Vec::new(),
                vetoes: Vetoes::default(),
                replace: false,
                unlabelled: true,
                line: number,
            });
            source.concepts.len() - 1
        });
        let case = parse_case(get(columns.case)).unwrap_or_else(|message| {
            problems.error(number, name, message);
            None
        });
        let boundary = parse_boundary(get(columns.boundary)).unwrap_or_else(|message| {
            problems.error(number, name, message);
            Boundary::Word
        });
        let variants = matches!(get(columns.variants), "true" | "1" | "yes");
        let vetoes = Vetoes::default();
        source.concepts[at].names.push(NameSource {
            text: name.to_owned(),
            case,
            boundary,
            variants,
            vetoes,
            line: number,
        });
    }
    if skipped.1 > 0 {
        problems.warn(skipped.0, "", format!("{} broad or narrow synonyms are left out, first here", skipped.1));
    }
    if extra.0 > 0 {
        problems.warn(
            extra.0,
            "",
            format!("{} columns without a header; the first is taken as text, the second as curie", extra.1),
        );
    }
    if not_curie.1 > 0 {
        problems.warn(
            not_curie.0,
            &not_curie.2,
            format!("{} ids have no prefix, first here; write them as prefix:id", not_curie.1),
        );
    }
    if source.concepts.is_empty() {
        problems.error(0, "", "no name in it");
    }
    // Labels are what records call a concept, so two concepts never share one.
    let mut labels: HashMap<String, usize> = HashMap::new();
    for concept in &source.concepts {
        *labels.entry(concept.label.clone()).or_default() += 1;
    }
    for concept in &mut source.concepts {
        if labels[&concept.label] > 1 {
            concept.label = format!("{} ({})", concept.label, concept.ids[0]);
        }
    }
    source
}

fn is_curie(id: &str) -> bool {
    id.split_once(':').is_some_and(|(prefix, local)| {
        is_id(prefix) && !local.is_empty() && !local.contains(|c: char| c.is_whitespace() || c.is_control())
    })
}

fn parse_case(case: &str) -> Result<Option<Case>, String> {
    match case {
        "" | "auto" => Ok(None),
        "exact" => Ok(Some(Case::Exact)),
        "insensitive" => Ok(Some(Case::Insensitive)),
        other => Err(format!("case is `exact`, `insensitive` or `auto`, not `{other}`")),
    }
}

fn parse_boundary(boundary: &str) -> Result<Boundary, String> {
    match boundary {
        "" | "word" => Ok(Boundary::Word),
        "left" => Ok(Boundary::Left),
        "right" => Ok(Boundary::Right),
        "none" => Ok(Boundary::None),
        other => Err(format!("boundary is `word`, `left`, `right` or `none`, not `{other}`")),
    }
}

// --------------------------------------------------------------------------------------------------------------- TOML

/// One table of the file with its place, from which fields are taken; what is left over is unknown.
struct Table<'v, 'i> {
    what: &'static str,
    line: usize,
    name: String,
    fields: Vec<(&'v str, usize, &'v Spanned<DeValue<'i>>, bool)>,
}

impl<'v, 'i> Table<'v, 'i> {
    fn new(what: &'static str, line: usize, table: &'v DeTable<'i>, problems: &Problems<'_>) -> Self {
        let fields = table
            .iter()
            .map(|(key, value)| (key.get_ref().as_ref(), problems.line(key.span().start), value, false))
            .collect();
        Self { what, line, name: String::new(), fields }
    }

    fn take(&mut self, field: &str) -> Option<(usize, &'v Spanned<DeValue<'i>>)> {
        let found = self.fields.iter_mut().find(|(name, ..)| *name == field)?;
        found.3 = true;
        Some((found.1, found.2))
    }

    fn string(&mut self, field: &str, problems: &mut Problems<'_>) -> Option<String> {
        let (line, value) = self.take(field)?;
        let DeValue::String(text) = value.get_ref() else {
            problems.error(line, &self.name, format!("`{field}` is a string"));
            return None;
        };
        let text = trimmed(text);
        if text.is_empty() {
            problems.error(line, &self.name, format!("`{field}` is empty"));
            return None;
        }
        Some(text.to_owned())
    }

    fn boolean(&mut self, field: &str, problems: &mut Problems<'_>) -> Option<bool> {
        let (line, value) = self.take(field)?;
        let DeValue::Boolean(value) = value.get_ref() else {
            problems.error(line, &self.name, format!("`{field}` is true or false"));
            return None;
        };
        Some(*value)
    }

    fn strings(&mut self, field: &str, problems: &mut Problems<'_>) -> Vec<String> {
        let Some((line, value)) = self.take(field) else { return Vec::new() };
        let DeValue::Array(values) = value.get_ref() else {
            problems.error(line, &self.name, format!("`{field}` is a list of strings"));
            return Vec::new();
        };
        let mut out = Vec::new();
        for value in values.iter() {
            match value.get_ref() {
                DeValue::String(text) if !text.trim().is_empty() => out.push(text.trim().to_owned()),
                _ => problems.error(
                    problems.line(value.span().start),
                    &self.name,
                    format!("`{field}` is a list of non-empty strings"),
                ),
            }
        }
        out
    }

    fn vetoes(&mut self, problems: &mut Problems<'_>) -> Vetoes {
        Vetoes {
            needs: self.strings("needs", problems),
            not_before: self.strings("not_before", problems),
            not_after: self.strings("not_after", problems),
            not_with: self.strings("not_with", problems),
        }
    }

    fn finish(self, problems: &mut Problems<'_>) {
        for (field, line, _, taken) in &self.fields {
            if !taken {
                problems.error(*line, &self.name, format!("`{field}` is not a field of a {}", self.what));
            }
        }
    }
}

fn tables<'v, 'i>(
    root: &mut Table<'v, 'i>,
    field: &'static str,
    problems: &mut Problems<'_>,
) -> Vec<(usize, &'v DeTable<'i>)> {
    let Some((line, value)) = root.take(field) else { return Vec::new() };
    let DeValue::Array(values) = value.get_ref() else {
        problems.error(line, "", format!("write [[{field}]], with double brackets"));
        return Vec::new();
    };
    let mut out = Vec::new();
    for value in values.iter() {
        let line = problems.line(value.span().start);
        match value.get_ref() {
            DeValue::Table(table) => out.push((line, table)),
            _ => problems.error(line, "", format!("write [[{field}]], with double brackets")),
        }
    }
    out
}

fn read_toml(text: &str, problems: &mut Problems<'_>) -> Source {
    let mut source = Source { id: stem(problems.origin), ..Source::default() };
    let root = match DeTable::parse(text) {
        Ok(root) => root,
        Err(error) => {
            let line = error.span().map_or(0, |span| problems.line(span.start));
            problems.error(line, "", error.message().to_owned());
            return source;
        }
    };
    let mut root = Table::new("lexicon file", 1, root.get_ref(), problems);
    match root.take("lexicon") {
        Some((line, value)) => match value.get_ref() {
            DeValue::Table(table) => {
                let mut table = Table::new("[lexicon] table", line, table, problems);
                match table.string("id", problems) {
                    Some(id) if is_id(&id) => source.id = id,
                    Some(id) => {
                        problems.error(line, &id, "an id is made of letters, digits, `_`, `.` and `-`");
                    }
                    None => problems.error(line, "", "[lexicon] needs an `id`"),
                }
                source.title = table.string("title", problems).unwrap_or_default();
                source.version = table.string("version", problems).unwrap_or_default();
                source.license = table.string("license", problems).unwrap_or_default();
                table.finish(problems);
            }
            _ => problems.error(line, "", "`lexicon` is a table"),
        },
        None => problems.error(1, "", "a lexicon file begins with a [lexicon] table that gives its `id`"),
    }
    for (line, table) in tables(&mut root, "family", problems) {
        let mut table = Table::new("family", line, table, problems);
        let Some(id) = table.string("id", problems) else {
            problems.error(line, "", "a family needs an `id`");
            continue;
        };
        table.name.clone_from(&id);
        if !is_id(&id) {
            problems.error(line, &id, "a family id is made of letters, digits, `_`, `.` and `-`");
        }
        if source.families.iter().any(|family| family.id == id) {
            problems.error(line, &id, "this family is there twice");
        }
        let label = table.string("label", problems);
        let topic = table.boolean("topic", problems);
        let vetoes = table.vetoes(problems);
        table.finish(problems);
        source.families.push(FamilySource { id, label, topic, vetoes });
    }
    for (line, table) in tables(&mut root, "concept", problems) {
        let mut table = Table::new("concept", line, table, problems);
        if let Some(concept) = read_concept(&mut table, problems) {
            source.concepts.push(concept);
        }
        table.finish(problems);
    }
    for (line, table) in tables(&mut root, "host", problems) {
        let mut table = Table::new("host", line, table, problems);
        let Some(label) = table.string("label", problems) else {
            problems.error(line, "", "a host needs a `label`");
            continue;
        };
        table.name.clone_from(&label);
        let host = HostSource {
            family: table.string("family", problems),
            concept: table.string("concept", problems),
            after: table.strings("after", problems),
            before: table.strings("before", problems),
            label,
            line,
        };
        if host.after.is_empty() && host.before.is_empty() {
            problems.error(line, &host.label, "a host needs words in `after` or `before`");
        }
        table.finish(problems);
        source.hosts.push(host);
    }
    root.finish(problems);
    source
}

fn read_concept(table: &mut Table<'_, '_>, problems: &mut Problems<'_>) -> Option<ConceptSource> {
    let line = table.line;
    let Some(label) = table.string("label", problems) else {
        problems.error(line, "", "a concept needs a `label`");
        return None;
    };
    table.name.clone_from(&label);
    let Some(family) = table.string("family", problems) else {
        problems.error(line, &label, "a concept needs a `family`");
        return None;
    };
    let mut concept = ConceptSource {
        family,
        ids: table.strings("ids", problems),
        close_ids: table.strings("close_ids", problems),
        names: Vec::new(),
        vetoes: table.vetoes(problems),
        replace: table.boolean("replace", problems).unwrap_or(false),
        unlabelled: false,
        line,
        label,
    };
    for id in concept.ids.iter().chain(&concept.close_ids) {
        if !is_curie(id) {
            problems.error(line, &concept.label, format!("`{id}` is not a CURIE (prefix:id)"));
        }
    }
    let Some((names_line, names)) = table.take("names") else {
        problems.warn(line, &concept.label, "no `names`: it will never be found (the label is not a name of its own)");
        return Some(concept);
    };
    let DeValue::Array(names) = names.get_ref() else {
        problems.error(names_line, &concept.label, "`names` is a list of strings and tables");
        return Some(concept);
    };
    for value in names.iter() {
        let line = problems.line(value.span().start);
        match value.get_ref() {
            DeValue::String(text) if trimmed(text).is_empty() => problems.error(line, &concept.label, "an empty name"),
            DeValue::String(text) if is_too_long(trimmed(text), line, problems) => {}
            DeValue::String(text) => concept.names.push(NameSource {
                text: trimmed(text).to_owned(),
                case: None,
                boundary: Boundary::Word,
                variants: true,
                vetoes: Vetoes::default(),
                line,
            }),
            DeValue::Table(fields) => {
                let mut fields = Table::new("name", line, fields, problems);
                let Some(text) = fields.string("text", problems) else {
                    problems.error(line, &concept.label, "a name needs a `text`");
                    continue;
                };
                if is_too_long(&text, line, problems) {
                    continue;
                }
                fields.name.clone_from(&text);
                let case = fields.string("case", problems).unwrap_or_default();
                let boundary = fields.string("boundary", problems).unwrap_or_default();
                concept.names.push(NameSource {
                    case: parse_case(&case).unwrap_or_else(|message| {
                        problems.error(line, &text, message);
                        None
                    }),
                    boundary: parse_boundary(&boundary).unwrap_or_else(|message| {
                        problems.error(line, &text, message);
                        Boundary::Word
                    }),
                    variants: fields.boolean("variants", problems).unwrap_or(true),
                    vetoes: fields.vetoes(problems),
                    line,
                    text,
                });
                fields.finish(problems);
            }
            _ => problems.error(line, &concept.label, "a name is a string or a table"),
        }
    }
    Some(concept)
}

// --------------------------------------------------------------------------------------------------------------- lint

/// Whether a name is left out for its length, with a warning.
fn is_too_long(name: &str, line: usize, problems: &mut Problems<'_>) -> bool {
    let is = name.len() > LONGEST;
    if is {
        problems.warn(line, name, format!("left out: it has {} bytes, and a name has {LONGEST} at most", name.len()));
    }
    is
}

fn lint(source: &Source, problems: &mut Problems<'_>) {
    let mut labels: HashMap<&str, usize> = HashMap::new();
    let mut seen: HashMap<String, (&str, usize)> = HashMap::new();
    let mut shared = 0;
    for concept in &source.concepts {
        if let Some(first) = labels.insert(&concept.label, concept.line) {
            problems.error(concept.line, &concept.label, format!("this label is taken on line {first}"));
        }
        if concept.label.contains(char::is_control) {
            problems.error(concept.line, &concept.label, "a label has no control characters");
        }
        if concept.ids.is_empty() && concept.close_ids.is_empty() {
            problems.warn(
                concept.line,
                &concept.label,
                "no `ids`: its mentions cannot be told apart in other databases",
            );
        }
        if !concept.family.is_empty()
            && !source.families.is_empty()
            && !source.families.iter().any(|family| family.id == concept.family)
        {
            problems.warn(
                concept.line,
                &concept.label,
                format!("family `{}` is not in this file; it must come from another one", concept.family),
            );
        }
        for name in &concept.names {
            lint_name(name, problems);
            let key = fold_text(&name.text, case_of(name) == Case::Exact);
            match seen.get(&key) {
                Some((label, line)) if *label == concept.label => {
                    problems.warn(name.line, &name.text, format!("already on line {line}"));
                }
                Some((label, line)) => {
                    shared += 1;
                    if shared <= 50 {
                        problems.warn(name.line, &name.text, format!("also a name of `{label}` (line {line})"));
                    }
                }
                None => {
                    seen.insert(key, (&concept.label, name.line));
                }
            }
        }
    }
    if shared > 50 {
        problems.warn(0, "", format!("{} more names belong to two concepts", shared - 50));
    }
}

fn lint_name(name: &NameSource, problems: &mut Problems<'_>) {
    let text = &name.text;
    if !text.chars().any(is_word) {
        problems.error(name.line, text, "a name needs a letter or a digit");
        return;
    }
    if text.contains(char::is_control) {
        problems.error(name.line, text, "a name has no control characters");
    }
    if text.len() > 500 {
        problems.warn(name.line, text, "a very long name, which no text is likely to hold");
    }
    let letters = text.chars().filter(|&c| is_word(c)).count();
    if letters == 1 && name.vetoes.needs.is_empty() {
        problems.warn(name.line, text, "a single letter matches all over; give it `needs`");
    }
    if name.boundary != Boundary::Word && letters < 4 {
        problems.warn(name.line, text, "a short name without word boundaries matches inside other words");
    }
    if text.chars().all(|c| fold(c).is_ascii_digit() || !is_word(c)) {
        problems.warn(name.line, text, "a name without a letter matches numbers");
    }
}

/// The case policy of a name, `auto` resolved.
///
/// Letter for letter: short names with a capital (`Mg`, `CAR`, `LFA-1`), and single words with the inner capital of a symbol
/// (`MagT1`, `TRPM7`, `CD11a/CD18`). Names of several words and names with a Greek letter beside a chain letter or
/// number (`αLβ2`) are distinctive in any case.
pub(crate) fn case_of(name: &NameSource) -> Case {
    if let Some(case) = name.case {
        return case;
    }
    let text: String = name.text.chars().map(fold).collect();
    let greek = |c: char| matches!(c, 'α'..='ω' | 'Α'..='Ω');
    if text.chars().any(greek) && text.chars().filter(|&c| is_word(c)).count() >= 2 {
        return Case::Insensitive;
    }
    let upper = |c: char| c.is_uppercase();
    if text.chars().count() <= 5 && text.chars().any(upper) {
        return Case::Exact;
    }
    let symbol = !text.contains(' ') && text.split('-').any(|part| part.chars().skip(1).any(upper));
    if symbol { Case::Exact } else { Case::Insensitive }
}
