//! The lexicon: concept families, concepts, names and their variants, compiled into one flat, immutable block of bytes
//! that every thread shares and that can be written to a file and mapped back without parsing.

mod compile;
mod source;
mod variants;

use std::fmt;
use std::ops::Range;

use crate::automaton::Automaton;
use crate::dictionary::Dictionary;
use crate::matcher::Candidate;
use crate::normalize::fold_text;
use crate::veto::{Host, VetoRules, patterns};
pub use compile::digest;
use compile::{CONCEPT_RECORD, NAME_RECORD, SECTIONS, section};

/// Index of a family in its lexicon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FamilyId(pub u16);

/// Index of a concept in its lexicon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConceptId(pub u32);

/// Index of a name (a written form, variants included) in its lexicon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(pub u32);

/// Index of a host rule in its lexicon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostId(pub u16);

/// How grave a problem of a lexicon source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The lexicon cannot be used.
    Error,
    /// It can, but probably not as its writer meant.
    Warning,
}

/// A problem found in a lexicon source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LexiconProblem {
    /// Where the source came from, as told to [`Lexicon::parse`].
    pub origin: String,
    /// One-based line; 0 where the problem is not of one line.
    pub line: usize,
    /// The name, concept or family it is about; empty where it is about the file.
    pub name: String,
    /// What is wrong, and what to do.
    pub message: String,
    /// Error or warning.
    pub severity: Severity,
}

impl fmt::Display for LexiconProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = if self.severity == Severity::Error { "error" } else { "warning" };
        write!(f, "{}:{}: {severity}: ", self.origin, self.line)?;
        if !self.name.is_empty() {
            write!(f, "{}: ", self.name)?;
        }
        f.write_str(&self.message)
    }
}

/// Whether letter case matters for a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Case {
    /// Letter for letter.
    Exact,
    /// Any case.
    Insensitive,
}

impl Case {
    /// `exact` or `insensitive`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Insensitive => "insensitive",
        }
    }
}

/// Which ends of a name must be word boundaries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Boundary {
    /// Both.
    #[default]
    Word,
    /// The start.
    Left,
    /// The end.
    Right,
    /// Neither.
    None,
}

/// The rules that made a written form out of a name of the lexicon; empty for the name as written there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rule(u8);

impl Rule {
    pub(crate) const HYPHEN: Self = Self(1);
    pub(crate) const GREEK: Self = Self(2);
    pub(crate) const CHARGE: Self = Self(4);
    pub(crate) const PLURAL: Self = Self(8);
    pub(crate) const SLASH: Self = Self(16);

    pub(crate) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the form is the name as the lexicon has it.
    #[must_use]
    pub const fn is_as_written(self) -> bool {
        self.0 == 0
    }

    /// The rules by name, in the order in which they are applied.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        [
            ("greek", Self::GREEK),
            ("charge", Self::CHARGE),
            ("slash", Self::SLASH),
            ("hyphen", Self::HYPHEN),
            ("plural", Self::PLURAL),
        ]
        .into_iter()
        .filter(move |(_, rule)| self.0 & rule.0 != 0)
        .map(|(name, _)| name)
    }
}

impl fmt::Display for Rule {
    /// `name` for the name as written, else the rules joined by `+`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_as_written() {
            return f.write_str("name");
        }
        for (number, name) in self.names().enumerate() {
            if number > 0 {
                f.write_str("+")?;
            }
            f.write_str(name)?;
        }
        Ok(())
    }
}

/// A concept family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// Its id, as written in every record.
    pub id: String,
    /// Its label for people.
    pub label: String,
    /// Whether comentions are formed with it.
    pub topic: bool,
}

/// The CURIEs of a concept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ids<'l>(pub(crate) &'l str);

impl<'l> Ids<'l> {
    /// One after another, the primary one first.
    pub fn iter(self) -> impl Iterator<Item = &'l str> + Clone {
        self.0.split_ascii_whitespace()
    }

    /// The primary one.
    #[must_use]
    pub fn first(self) -> Option<&'l str> {
        self.iter().next()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

/// A concept, as seen in its lexicon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Concept<'l> {
    /// Unique in the lexicon.
    pub label: &'l str,
    /// Its family.
    pub family: FamilyId,
    /// Exact CURIEs.
    pub ids: Ids<'l>,
    /// Near matches.
    pub close_ids: Ids<'l>,
}

/// A written form of a concept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name<'l> {
    /// The form.
    pub text: &'l str,
    /// The rules that made it.
    pub rule: Rule,
    /// What it names.
    pub concept: ConceptId,
    /// Whether case matters.
    pub case: Case,
    /// Which ends must be boundaries.
    pub boundary: Boundary,
}

/// The names section of a lexicon, as matchers see it.
#[derive(Clone, Copy)]
pub struct Names<'l> {
    records: &'l [u8],
    strings: &'l [u8],
    concepts: &'l [u8],
}

fn u32_at(bytes: &[u8], at: usize) -> usize {
    bytes.get(at..at + 4).map_or(0, |four| u32::from_le_bytes(four.try_into().expect("four bytes")) as usize)
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |two| u16::from_le_bytes(two.try_into().expect("two bytes")))
}

fn string_at(strings: &[u8], start: usize, end: usize) -> &str {
    strings.get(start..end).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or("")
}

impl<'l> Names<'l> {
    /// Number of names.
    #[must_use]
    pub fn count(self) -> u32 {
        u32::try_from((self.records.len() / NAME_RECORD).saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// The form of a name, and how it is compared.
    #[must_use]
    pub fn form(self, name: u32) -> (&'l str, Case, Boundary) {
        let at = name as usize * NAME_RECORD;
        let flags = self.records.get(at + 10).copied().unwrap_or(0);
        let case = if flags & 1 == 0 { Case::Exact } else { Case::Insensitive };
        let boundary = match flags >> 1 & 3 {
            0 => Boundary::Word,
            1 => Boundary::Left,
            2 => Boundary::Right,
            _ => Boundary::None,
        };
        let text = string_at(self.strings, u32_at(self.records, at), u32_at(self.records, at + NAME_RECORD));
        (text, case, boundary)
    }

    fn concept(self, name: u32) -> u32 {
        u32_at(self.records, name as usize * NAME_RECORD + 4) as u32
    }

    /// A name found at a place.
    pub(crate) fn candidate(self, name: u32, start: usize, end: usize) -> Candidate {
        let concept = self.concept(name);
        let family = FamilyId(u16_at(self.concepts, concept as usize * CONCEPT_RECORD + 16));
        Candidate { start: start as u32, end: end as u32, name, concept: ConceptId(concept), family }
    }

    fn vetoes(self, name: u32) -> u16 {
        u16_at(self.records, name as usize * NAME_RECORD + 8)
    }

    fn rule(self, name: u32) -> Rule {
        Rule(self.records.get(name as usize * NAME_RECORD + 11).copied().unwrap_or(0))
    }
}

/// A compiled lexicon. Immutable, shared by all threads.
///
/// Names, concepts and dictionary stay in the block of bytes they were compiled into or mapped from; only the few families,
/// hosts and veto rules are read into structures of their own.
pub struct Lexicon {
    data: Box<dyn AsRef<[u8]> + Send + Sync>,
    sections: [Range<usize>; SECTIONS],
    hash: String,
    id: String,
    title: String,
    version: String,
    license: String,
    families: Vec<Family>,
    family_vetoes: Vec<u16>,
    hosts: Vec<Host>,
    vetoes: Vec<VetoRules>,
    loose: Option<Automaton>,
}

impl fmt::Debug for Lexicon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lexicon").field("id", &self.id).field("hash", &self.hash).finish_non_exhaustive()
    }
}

impl Lexicon {
    /// Compiles lexicon sources, given as pairs of origin (a path, for messages) and text (TOML or tab-separated).
    ///
    /// A source whose `[lexicon] id` was there before replaces the earlier one; otherwise sources add up, in order.
    ///
    /// # Errors
    /// All problems of severity error.
    pub fn parse(sources: &[(&str, &str)]) -> Result<Self, Vec<LexiconProblem>> {
        let mut problems = Vec::new();
        let mut read = Vec::new();
        for (origin, text) in sources {
            let (source, found) = source::read(origin, text);
            problems.extend(found.into_iter().filter(|problem| problem.severity == Severity::Error));
            read.push(source);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let whole = compile::merge(read)?;
        Self::from_bytes(compile::compile(&whole)).map_err(|problem| vec![problem])
    }

    /// All problems of one source, warnings included, in line order.
    #[must_use]
    pub fn check(origin: &str, text: &str) -> Vec<LexiconProblem> {
        let (source, mut problems) = source::read(origin, text);
        if problems.iter().all(|problem| problem.severity != Severity::Error)
            && let Err(found) = compile::merge(vec![source])
        {
            // Families and concepts may come from the lexicon this one is added to.
            problems.extend(found.into_iter().map(|problem| LexiconProblem { severity: Severity::Warning, ..problem }));
        }
        problems.sort_by_key(|problem| problem.line);
        problems.dedup();
        problems
    }

    /// Opens a compiled lexicon, typically a memory map, without copying or parsing the names.
    ///
    /// # Errors
    /// If the bytes are not a lexicon compiled by this version of mgmine.
    pub fn from_bytes(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Result<Self, LexiconProblem> {
        Self::open(Box::new(bytes)).ok_or_else(|| LexiconProblem {
            origin: String::new(),
            line: 0,
            name: String::new(),
            message: "not a lexicon compiled by this version of mgmine; compile it again".to_owned(),
            severity: Severity::Error,
        })
    }

    fn open(data: Box<dyn AsRef<[u8]> + Send + Sync>) -> Option<Self> {
        let bytes: &[u8] = (*data).as_ref();
        let is_ours = bytes.starts_with(compile::MAGIC)
            && u32_at(bytes, 8) == compile::FORMAT as usize
            && u32_at(bytes, 12) == SECTIONS;
        if !is_ours {
            return None;
        }
        let hash = std::str::from_utf8(bytes.get(16..compile::HEADER)?).ok()?.to_owned();
        let mut sections: [Range<usize>; SECTIONS] = std::array::from_fn(|_| 0..0);
        for (number, range) in sections.iter_mut().enumerate() {
            let at = compile::HEADER + number * 16;
            let field = |at: usize| Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
            let (start, length) = (usize::try_from(field(at)?).ok()?, usize::try_from(field(at + 8)?).ok()?);
            *range = start..start.checked_add(length).filter(|&end| end <= bytes.len())?;
        }
        let mut reader = Reader { bytes: &bytes[sections[section::META].clone()], at: 0 };
        let (id, title, version, license) = (reader.string()?, reader.string()?, reader.string()?, reader.string()?);
        let (mut families, mut family_vetoes) = (Vec::new(), Vec::new());
        for _ in 0..reader.u32()? {
            families.push(Family { id: reader.string()?, label: reader.string()?, topic: reader.u32()? != 0 });
            family_vetoes.push(u16::try_from(reader.u32()?).ok()?);
        }
        let mut hosts = Vec::new();
        for _ in 0..reader.u32()? {
            let label = reader.string()?;
            let family = reader.u32().map(|index| (index != u32::MAX).then_some(FamilyId(index as u16)))?;
            let concept = reader.u32().map(|index| (index != u32::MAX).then_some(ConceptId(index)))?;
            let (after, before) = (patterns(&reader.strings()?), patterns(&reader.strings()?));
            hosts.push(Host { label, family, concept, after, before });
        }
        let mut vetoes = Vec::new();
        for _ in 0..reader.u32()? {
            let needs = reader.strings()?;
            let (not_before, not_after) = (patterns(&reader.strings()?), patterns(&reader.strings()?));
            vetoes.push(VetoRules::new(needs, not_before, not_after, reader.strings()?));
        }
        let mut lexicon = Self {
            data,
            sections,
            hash,
            id,
            title,
            version,
            license,
            families,
            family_vetoes,
            hosts,
            vetoes,
            loose: None,
        };
        lexicon.dictionary()?;
        let loose = lexicon.section(section::LOOSE);
        if !loose.is_empty() {
            let names = loose.chunks_exact(4).map(|four| u32::from_le_bytes(four.try_into().expect("four bytes")));
            lexicon.loose = Some(Automaton::new(lexicon.names(), names)?);
        }
        Some(lexicon)
    }

    fn section(&self, number: usize) -> &[u8] {
        (*self.data).as_ref().get(self.sections[number].clone()).unwrap_or(&[])
    }

    /// The names, for matchers.
    #[must_use]
    pub fn names(&self) -> Names<'_> {
        Names {
            records: self.section(section::NAMES),
            strings: self.section(section::STRINGS),
            concepts: self.section(section::CONCEPTS),
        }
    }

    /// The matcher of all names that begin at a word; `None` if there is none.
    #[must_use]
    pub fn dictionary(&self) -> Option<Dictionary<'_>> {
        let parts = [section::SINGLE, section::SECOND, section::PAIRS, section::SLOTS, section::ENDS]
            .map(|number| self.section(number));
        Dictionary::new(self.names(), self.section(section::HEAD), parts)
    }

    pub(crate) fn loose(&self) -> Option<&Automaton> {
        self.loose.as_ref()
    }

    /// Content version: 32 hexadecimal digits, equal for equal content compiled by equal rules.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The id of the lexicon; the ids of several joined by `+`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Its version as its writer gave it.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Its licence.
    #[must_use]
    pub fn license(&self) -> &str {
        &self.license
    }

    /// All families, in order.
    #[must_use]
    pub fn families(&self) -> &[Family] {
        &self.families
    }

    /// A family.
    ///
    /// # Panics
    /// If the id is not of this lexicon.
    #[must_use]
    pub fn family(&self, id: FamilyId) -> &Family {
        &self.families[usize::from(id.0)]
    }

    /// Number of concepts; ids run from 0.
    #[must_use]
    pub fn concept_count(&self) -> u32 {
        u32::try_from((self.section(section::CONCEPTS).len() / CONCEPT_RECORD).saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// Number of names, variants included; ids run from 0.
    #[must_use]
    pub fn name_count(&self) -> u32 {
        self.names().count()
    }

    /// A concept.
    #[must_use]
    pub fn concept(&self, id: ConceptId) -> Concept<'_> {
        let (records, strings) = (self.section(section::CONCEPTS), self.section(section::STRINGS));
        let at = id.0 as usize * CONCEPT_RECORD;
        let [label, ids, close] = [0, 4, 8].map(|field| u32_at(records, at + field));
        let end = u32_at(records, at + CONCEPT_RECORD);
        Concept {
            label: string_at(strings, label, ids),
            family: FamilyId(u16_at(records, at + 16)),
            ids: Ids(string_at(strings, ids, close)),
            close_ids: Ids(string_at(strings, close, end)),
        }
    }

    /// The label of a concept.
    #[must_use]
    pub fn label(&self, id: ConceptId) -> &str {
        self.concept_string(id, 0)
    }

    /// The CURIEs of a concept.
    #[must_use]
    pub fn ids(&self, id: ConceptId) -> Ids<'_> {
        Ids(self.concept_string(id, 4))
    }

    /// The string that begins where `field` of a concept's record says, up to where the next begins.
    fn concept_string(&self, id: ConceptId, field: usize) -> &str {
        let records = self.section(section::CONCEPTS);
        let at = id.0 as usize * CONCEPT_RECORD + field;
        string_at(self.section(section::STRINGS), u32_at(records, at), u32_at(records, at + 4))
    }

    /// The family of a concept.
    #[must_use]
    pub fn family_of(&self, id: ConceptId) -> FamilyId {
        FamilyId(u16_at(self.section(section::CONCEPTS), id.0 as usize * CONCEPT_RECORD + 16))
    }

    /// A name.
    #[must_use]
    pub fn name(&self, id: NameId) -> Name<'_> {
        let names = self.names();
        let (text, case, boundary) = names.form(id.0);
        Name { text, rule: names.rule(id.0), concept: ConceptId(names.concept(id.0)), case, boundary }
    }

    /// The concept of a name.
    #[must_use]
    pub fn concept_of(&self, id: NameId) -> ConceptId {
        ConceptId(self.names().concept(id.0))
    }

    /// The label of a host rule.
    ///
    /// # Panics
    /// If the id is not of this lexicon.
    #[must_use]
    pub fn host_label(&self, id: HostId) -> &str {
        &self.hosts[usize::from(id.0)].label
    }

    pub(crate) fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    /// The veto rules that hold for a name: its own, its concept's, its family's.
    pub(crate) fn vetoes_of(&self, name: u32) -> impl Iterator<Item = (usize, &VetoRules)> {
        let concept = self.names().concept(name);
        let of_concept = u16_at(self.section(section::CONCEPTS), concept as usize * CONCEPT_RECORD + 18);
        let of_family = self.family_vetoes.get(usize::from(self.family_of(ConceptId(concept)).0)).copied().unwrap_or(0);
        [self.names().vetoes(name), of_concept, of_family].into_iter().filter_map(|index| {
            let index = usize::from(index).checked_sub(1)?;
            Some((index, self.vetoes.get(index)?))
        })
    }

    /// Number of distinct sets of veto rules.
    pub(crate) fn veto_count(&self) -> usize {
        self.vetoes.len()
    }

    /// The concepts of the names whose form is `text`, glyphs and case aside, and those names.
    pub(crate) fn named(&self, text: &str) -> Vec<NameId> {
        let mut names = self.dictionary().map(|dictionary| dictionary.table().named(text)).unwrap_or_default();
        if self.loose.is_some() {
            let key = fold_text(text, false);
            let loose = self.section(section::LOOSE).chunks_exact(4).map(|four| u32_at(four, 0) as u32);
            names.extend(loose.filter(|&name| fold_text(self.names().form(name).0, false) == key));
            names.sort_unstable();
        }
        names.into_iter().map(NameId).collect()
    }

    /// Concepts by label, name, any variant or CURIE; glyphs and case do not matter. In the lexicon's order.
    #[must_use]
    pub fn find(&self, query: &str) -> Vec<ConceptId> {
        let query = query.trim();
        let mut found: Vec<ConceptId> = self.named(query).into_iter().map(|name| self.concept_of(name)).collect();
        let key = fold_text(query, false);
        for id in (0..self.concept_count()).map(ConceptId) {
            let concept = self.concept(id);
            let by_id = || concept.ids.iter().chain(concept.close_ids.iter()).any(|id| id.eq_ignore_ascii_case(query));
            if concept.label.len() == query.len() && concept.label.eq_ignore_ascii_case(query)
                || (!query.is_ascii() || !concept.label.is_ascii()) && fold_text(concept.label, false) == key
                || query.contains(':') && by_id()
            {
                found.push(id);
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// All written forms of a concept: each name of the lexicon, then what the rules made of them.
    #[must_use]
    pub fn variants(&self, concept: ConceptId) -> Vec<Name<'_>> {
        let records = self.section(section::CONCEPTS);
        let at = concept.0 as usize * CONCEPT_RECORD + 12;
        let (first, end) = (u32_at(records, at), u32_at(records, at + CONCEPT_RECORD));
        (first..end).map(|name| self.name(NameId(name as u32))).collect()
    }

    /// The compiled form, to be written to a file and opened by [`Lexicon::from_bytes`].
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        (*self.data).as_ref()
    }
}

/// Reads what `compile` wrote into the META section.
struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Reader<'_> {
    fn u32(&mut self) -> Option<u32> {
        let value = u32::from_le_bytes(self.bytes.get(self.at..self.at + 4)?.try_into().ok()?);
        self.at += 4;
        Some(value)
    }

    fn string(&mut self) -> Option<String> {
        let length = self.u32()? as usize;
        let end = self.at.checked_add(length)?;
        let text = std::str::from_utf8(self.bytes.get(self.at..end)?).ok()?.to_owned();
        self.at = end;
        Some(text)
    }

    fn strings(&mut self) -> Option<Vec<String>> {
        (0..self.u32()?).map(|_| self.string()).collect()
    }
}
