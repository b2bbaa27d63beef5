//! PubMed XML: `PubmedArticle`, `PubmedBookArticle`, `DeleteCitation`.
//!
//! Two ways lead to the same document. Nearly every record is written the way NLM's own export writes it: then a few
//! searches find the end of the record, the title and the abstract, and nothing else is looked at. A record that holds a
//! comment, a CDATA section, a processing instruction, or in which something stands where it does not usually stand, is
//! walked tag by tag instead. The bibliographic record is read by such a walk too, and only when somebody asks for it; so
//! damage in a part of a record that is not read shows only then.

use std::sync::LazyLock;

use memchr::memmem::{Finder, FinderRev};
use memchr::{memchr2, memmem};
use mgmine_core::document::{
    Chemical, Document, Heading, Link, Metadata, OtherAbstract, PassageKind, PubDate, RecordKind,
};

use crate::canon::{Builder, Space};
use crate::dates;
use crate::problem::{Note, Notes, ProblemKind};
use crate::reader::{Context, Found, RecordFormat};
use crate::records::{self, End, Top, resync, strict_end, top};
use crate::xml::{self, Lexed, Stack, Step, Token, Walk, attribute, attribute_text, element_text, is_space};

/// A PMID has eight digits today.
const MAX_PMID: usize = 20;

static ARTICLE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"PubmedArticle"));
static TITLE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"<ArticleTitle"));
static PMID_END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"</PMID>"));
static PAGES_END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"</Pagination>"));
static LOCATION_END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"</ELocationID>"));
static COPYRIGHT_END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"</CopyrightInformation>"));
static AUTHORS_END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"</AuthorList>"));
static INVESTIGATORS_END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"</InvestigatorList>"));
static GRANTS_END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"</GrantList>"));
static HISTORY_END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"</History>"));
static REFERENCES_END: LazyLock<FinderRev<'static>> = LazyLock::new(|| FinderRev::new(b"</ReferenceList>"));
static ABSTRACT_END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"</Abstract>"));
static ABSTRACT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"<Abstract"));

/// Elements that hold a record of their own.
const RECORDS: [&[u8]; 2] = [b"PubmedArticle", b"PubmedBookArticle"];
/// Where reading goes on behind something broken.
const TARGETS: [&[u8]; 6] = [
    b"<PubmedArticle",
    b"<PubmedBookArticle",
    b"<DeleteCitation",
    b"<DeleteDocument",
    b"</PubmedArticleSet",
    b"</PubmedBookArticleSet",
];

/// The reader of PubMed XML.
#[derive(Debug, Default)]
pub(crate) struct Pubmed {
    stack: Stack,
    /// Whether the record now read must be walked tag by tag.
    unusual: bool,
    deleting: bool,
    /// Whether a set is open.
    open: bool,
    /// Whether every record is walked.
    thorough: bool,
}

impl RecordFormat for Pubmed {
    fn find(&mut self, cx: &mut Context, doc: &mut Document) -> Found {
        loop {
            if !self.deleting && self.at_record(cx) {
                match self.record(cx, b"PubmedArticle") {
                    Some(found) => return found,
                    None => continue,
                }
            }
            let next = top(cx);
            let offset = cx.window.offset();
            let bytes = cx.window.bytes();
            match next {
                Top::Start { name, empty, length } => match &bytes[1..=name] {
                    name @ (b"PubmedArticle" | b"PubmedBookArticle") => {
                        let name = RECORDS[usize::from(name.len() > RECORDS[0].len())];
                        self.deleting = false;
                        if let Some(found) = self.record(cx, name) {
                            return found;
                        }
                    }
                    b"DeleteCitation" | b"DeleteDocument" => {
                        self.deleting = !empty;
                        cx.window.consume(length);
                    }
                    b"PMID" if self.deleting => {
                        if self.deletion(cx, doc) {
                            return Found::Deleted;
                        }
                    }
                    b"PubmedArticleSet" | b"PubmedBookArticleSet" => {
                        self.open = !empty;
                        cx.window.consume(length);
                    }
                    name => {
                        let name = String::from_utf8_lossy(name);
                        cx.report(Note::broken(offset, format!("<{name}> stands between records; it was left out")));
                        resync(cx, length, &TARGETS);
                    }
                },
                Top::End { name, length } => match &bytes[2..2 + name] {
                    b"DeleteCitation" | b"DeleteDocument" => {
                        self.deleting = false;
                        cx.window.consume(length);
                    }
                    b"PubmedArticleSet" | b"PubmedBookArticleSet" => {
                        self.open = false;
                        cx.window.consume(length);
                    }
                    name => {
                        let name = String::from_utf8_lossy(name);
                        cx.report(Note::broken(offset, format!("</{name}> stands between records")));
                        resync(cx, length, &TARGETS);
                    }
                },
                Top::Text { length } => {
                    cx.report(Note::broken(offset, "text stands between records; it was left out"));
                    resync(cx, length, &TARGETS);
                }
                Top::Bad(reason) => {
                    cx.report(Note::broken(offset, reason));
                    resync(cx, 1, &TARGETS);
                }
                Top::TooLarge => {
                    let note = records::too_large(offset, cx.max_record);
                    cx.report(note);
                    resync(cx, 1, &TARGETS);
                }
                Top::Cut | Top::Finished => {
                    let open = self.open || self.deleting || matches!(next, Top::Cut);
                    let message = "the input ends before the set is closed";
                    return cx.end(open.then(|| Note::new(offset, ProblemKind::TruncatedInput, message)), false, None);
                }
            }
        }
    }

    fn fill(&mut self, record: &[u8], base: u64, doc: &mut Document, map: bool, notes: &mut Notes) -> Result<(), Note> {
        if !self.unusual
            && let Some(done) = self.fill_usual(record, base, doc, map, notes)
        {
            return done;
        }
        notes.list.clear();
        self.fill_by_walk(record, base, doc, map, notes)
    }

    fn metadata(&mut self, record: &[u8], base: u64, metadata: &mut Metadata) -> Result<(), Note> {
        read_metadata(record, base, self.unusual, metadata)
    }
}

impl Pubmed {
    pub(crate) fn new(thorough: bool) -> Self {
        Self { thorough, ..Self::default() }
    }

    /// Whether the window stands at a usual article, behind white space.
    fn at_record(&self, cx: &mut Context) -> bool {
        let bytes = cx.window.bytes();
        let space = bytes.iter().position(|byte| !is_space(*byte)).unwrap_or(0);
        let found = bytes[space..].starts_with(b"<PubmedArticle>");
        if found {
            cx.window.consume(space);
        }
        found
    }

    /// Finds the end of the record at the start of the window. `None` means that it was passed over.
    fn record(&mut self, cx: &mut Context, name: &'static [u8]) -> Option<Found> {
        let offset = cx.window.offset();
        self.unusual = self.thorough || name != RECORDS[0];
        let mut end = None;
        if !self.unusual {
            let found = article_end(cx);
            self.unusual = match found {
                End::Found(length) => has_declaration(&cx.window.bytes()[..length]),
                // What looks broken may be a name inside a comment.
                End::Broken(_) => true,
                End::TooLarge | End::Cut => false,
            };
            end = Some(found);
        }
        let end = match end {
            Some(end) if !self.unusual => end,
            _ => strict_end(cx, &mut self.stack, &RECORDS),
        };
        match end {
            End::Found(length) => {
                cx.record = length;
                return Some(Found::Record);
            }
            End::Cut | End::TooLarge if cx.searched_in_vain() => {
                let doc_id = first_pmid(cx.window.bytes());
                return Some(cx.end(Some(records::gave_up(offset)), true, doc_id));
            }
            End::Cut if records::hides_another(cx, &RECORDS) => {
                let doc_id = first_pmid(cx.window.bytes());
                cx.report_record(records::not_closed(offset), doc_id);
            }
            End::Cut => {
                let doc_id = first_pmid(cx.window.bytes());
                return Some(cx.end(Some(records::cut_record(offset)), true, doc_id));
            }
            End::Broken(note) => {
                let doc_id = first_pmid(cx.window.bytes());
                cx.report_record(note, doc_id);
            }
            End::TooLarge => {
                let doc_id = first_pmid(cx.window.bytes());
                let note = records::too_large(offset, cx.max_record);
                cx.report_record(note, doc_id);
            }
        }
        cx.index += 1;
        resync(cx, 1, &TARGETS);
        None
    }

    /// Reads the `PMID` of a deletion at the start of the window into `doc`.
    fn deletion(&self, cx: &mut Context, doc: &mut Document) -> bool {
        let offset = cx.window.offset();
        let end = loop {
            let bytes = cx.window.bytes();
            if let Some(end) = xml::after(bytes, 0, b"</PMID>") {
                break Some(end);
            }
            // Longer than any PMID with its tags.
            if bytes.len() > 4096 || !cx.window.more() {
                break None;
            }
        };
        let bytes = cx.window.bytes();
        let read = end.map(|end| read_pmid(&bytes[..end], 0, offset, doc));
        doc.source_offset = offset;
        let problem = match read {
            Some(Ok(_)) => None,
            Some(Err(note)) => Some(note),
            None => Some(xml::unclosed(b"PMID", offset)),
        };
        let done = problem.is_none();
        if let Some(note) = problem {
            cx.report_record(note, None);
            cx.index += 1;
        }
        cx.window.consume(end.unwrap_or(1));
        if end.is_none() {
            resync(cx, 0, &[b"<PMID", b"</DeleteCitation", b"</DeleteDocument", b"</PubmedArticleSet"]);
        }
        done
    }

    /// Reads a record written the usual way. `None` means that it is not.
    fn fill_usual(
        &mut self,
        record: &[u8],
        base: u64,
        doc: &mut Document,
        map: bool,
        notes: &mut Notes,
    ) -> Option<Result<(), Note>> {
        let at = usual_start(record, b"PubmedArticle", 0)?;
        let at = usual_start(record, b"MedlineCitation", skip_space(record, at))?;
        let at = match read_pmid(record, skip_space(record, at), base, doc) {
            Ok(at) => at,
            Err(_) => return None,
        };
        let title = at + TITLE.find(&record[at..])?;
        if !record[..title].trim_ascii_end().ends_with(b"</Journal>") {
            return None;
        }
        let mut builder = Builder::new(doc, notes, map, Space::Collapse);
        let mut at = match self.usual_passage(record, title, b"ArticleTitle", PassageKind::Title, base, &mut builder)? {
            Ok(at) => at,
            Err(note) => return Some(Err(note)),
        };
        // What may stand between title and abstract.
        loop {
            at = skip_space(record, at);
            let rest = &record[at..];
            if rest.starts_with(b"<Abstract>") {
                at += b"<Abstract>".len();
                builder.abstract_given();
                break;
            } else if rest.starts_with(b"<Pagination>") {
                at = behind(record, at, &PAGES_END)?;
            } else if rest.starts_with(b"<ELocationID ") {
                at = behind(record, at, &LOCATION_END)?;
            } else {
                return no_abstract(rest).then_some(Ok(()));
            }
        }
        loop {
            at = skip_space(record, at);
            let rest = &record[at..];
            if rest.starts_with(b"<AbstractText") {
                let kind = PassageKind::Abstract;
                at = match self.usual_passage(record, at, b"AbstractText", kind, base, &mut builder)? {
                    Ok(at) => at,
                    Err(note) => return Some(Err(note)),
                };
            } else if rest.starts_with(b"<CopyrightInformation>") {
                at = behind(record, at, &COPYRIGHT_END)?;
            } else {
                return rest.starts_with(b"</Abstract>").then_some(Ok(()));
            }
        }
    }

    /// Adds the element at `at` as a passage and gives the index behind it.
    fn usual_passage(
        &mut self,
        record: &[u8],
        at: usize,
        name: &[u8],
        kind: PassageKind,
        base: u64,
        builder: &mut Builder<'_>,
    ) -> Option<Result<usize, Note>> {
        let Lexed::Token(Token::Start { name: found, attributes, empty }, inner) = xml::token(record, at) else {
            return None;
        };
        if found != name {
            return None;
        }
        if empty {
            return Some(Ok(inner));
        }
        let section = if kind == PassageKind::Abstract { section(attributes) } else { None };
        let stack = &mut self.stack;
        Some(
            builder
                .passage(kind, section, base + inner as u64, |out| element_text(record, inner, name, base, stack, out)),
        )
    }

    /// Reads any record, by looking at every tag.
    fn fill_by_walk(
        &mut self,
        record: &[u8],
        base: u64,
        doc: &mut Document,
        map: bool,
        notes: &mut Notes,
    ) -> Result<(), Note> {
        let parts = Parts::of(record, base)?;
        let Some(pmid) = parts.pmid else { return Err(Note::broken(base, "the record has no PMID")) };
        read_pmid(record, pmid, base, doc)?;
        let mut builder = Builder::new(doc, notes, map, Space::Collapse);
        // A whole book has no title of its own but the book's.
        for (inner, name) in [parts.title, parts.book_title].into_iter().flatten() {
            let stack = &mut self.stack;
            builder.passage(PassageKind::Title, None, base + inner as u64, |out| {
                element_text(record, inner, name, base, stack, out)
            })?;
            if !builder.is_empty() {
                break;
            }
        }
        if parts.abstract_given {
            builder.abstract_given();
        }
        for (inner, section) in parts.sections {
            let stack = &mut self.stack;
            builder.passage(PassageKind::Abstract, section, base + inner as u64, |out| {
                element_text(record, inner, b"AbstractText", base, stack, out)
            })?;
        }
        Ok(())
    }
}

/// Where the parts of a record that become text begin, found by walking all its tags.
#[derive(Debug, Default)]
struct Parts {
    pmid: Option<usize>,
    title: Option<(usize, &'static [u8])>,
    book_title: Option<(usize, &'static [u8])>,
    abstract_given: bool,
    sections: Vec<(usize, Option<String>)>,
}

impl Parts {
    fn of(record: &[u8], base: u64) -> Result<Self, Note> {
        let mut parts = Self::default();
        let mut walk = Walk::new(record, base);
        let (mut title, mut abstracts) = (false, 0);
        loop {
            let at = walk.at;
            let Some(step) = walk.next()? else { return Ok(parts) };
            let Step::Open { name, attributes } = step else { continue };
            let inner = walk.at;
            let empty = record[..inner].ends_with(b"/>");
            match (name, walk.name(1), walk.name(2)) {
                (b"PMID", b"MedlineCitation" | b"BookDocument", b"PubmedArticle" | b"PubmedBookArticle") => {
                    parts.pmid = parts.pmid.or(Some(start_of_tag(record, at, inner)));
                }
                (b"ArticleTitle", b"Article", b"MedlineCitation")
                | (b"ArticleTitle", b"BookDocument", b"PubmedBookArticle") => {
                    if !empty && !title {
                        parts.title = Some((inner, b"ArticleTitle"));
                    }
                    title = true;
                }
                (b"BookTitle", b"Book", b"BookDocument") if !empty && parts.book_title.is_none() => {
                    parts.book_title = Some((inner, b"BookTitle"));
                }
                (b"Abstract", b"Article", b"MedlineCitation")
                | (b"Abstract", b"BookDocument", b"PubmedBookArticle") => {
                    abstracts += 1;
                    parts.abstract_given = true;
                }
                (b"AbstractText", b"Abstract", b"Article" | b"BookDocument") if !empty && abstracts == 1 => {
                    parts.sections.push((inner, section(attributes)));
                }
                _ => {}
            }
        }
    }
}

/// The index of the `<` of the start tag that ends before `inner`; comments may stand between `from` and it.
fn start_of_tag(record: &[u8], from: usize, inner: usize) -> usize {
    let mut at = from;
    while let Lexed::Token(token, end) = xml::token(record, at) {
        if end >= inner || matches!(token, Token::Start { .. }) {
            break;
        }
        at = end;
    }
    at
}

/// Section name: NlmCategory unless it is missing or `UNASSIGNED`, else the Label.
fn section(attributes: &[u8]) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let category = attribute_text(attributes, b"NlmCategory");
    let name =
        if category.is_empty() || category == "UNASSIGNED" { attribute_text(attributes, b"Label") } else { category };
    (!name.is_empty()).then_some(name)
}

/// The index behind the next place of `needle`.
fn behind(bytes: &[u8], from: usize, needle: &Finder<'_>) -> Option<usize> {
    needle.find(&bytes[from..]).map(|at| from + at + needle.needle().len())
}

fn skip_space(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|byte| !is_space(*byte)).map_or(bytes.len(), |space| from + space)
}

/// The index behind the start tag `name` at `at`, if it is there and has content.
fn usual_start(bytes: &[u8], name: &[u8], at: usize) -> Option<usize> {
    match xml::token(bytes, at) {
        Lexed::Token(Token::Start { name: found, empty: false, .. }, end) if found == name => Some(end),
        _ => None,
    }
}

/// Whether `rest`, which starts behind title, pages and location, holds no abstract: it goes on with an element that can
/// only follow an abstract, and none is met later against the rules.
fn no_abstract(rest: &[u8]) -> bool {
    let follows = [&b"<AuthorList"[..], b"<Language>", b"</Article>"];
    follows.iter().any(|start| rest.starts_with(start))
        && !ABSTRACT.find_iter(rest).any(|at| matches!(rest.get(at + 9), Some(b'>' | b' ' | b'\t' | b'\r' | b'\n')))
        && TITLE.find(rest).is_none()
}

/// Reads a `PMID` element at `at` into id and version, and gives the index behind it.
fn read_pmid(bytes: &[u8], at: usize, base: u64, doc: &mut Document) -> Result<usize, Note> {
    let here = base + at as u64;
    let Lexed::Token(Token::Start { name: b"PMID", attributes, empty: false }, inner) = xml::token(bytes, at) else {
        return Err(Note::broken(here, "the record has no PMID"));
    };
    let Some(length) = PMID_END.find(&bytes[inner..]) else { return Err(xml::unclosed(b"PMID", here)) };
    let raw = &bytes[inner..inner + length];
    let pmid = raw.trim_ascii();
    if pmid.is_empty() || pmid.len() > MAX_PMID || !pmid.iter().all(u8::is_ascii_digit) {
        let shown: String = String::from_utf8_lossy(&pmid[..pmid.len().min(40)]).into_owned();
        return Err(Note::broken(here, format!("the PMID is not a number: {shown:?}")));
    }
    doc.version = match attribute(attributes, b"Version") {
        None => 1,
        Some(version) => {
            let version = decode_number(version);
            version.ok_or_else(|| Note::broken(here, "the PMID's Version is not a number"))?
        }
    };
    doc.id.clear();
    doc.id.push_str("pubmed:");
    doc.id.push_str(std::str::from_utf8(pmid).unwrap_or_default());
    Ok(inner + length + b"</PMID>".len())
}

fn decode_number(raw: &[u8]) -> Option<u32> {
    xml::decode(raw).trim().parse().ok()
}

/// The id of a record that is cut or broken, where its PMID can be read.
fn first_pmid(bytes: &[u8]) -> Option<String> {
    let head = &bytes[..bytes.len().min(4096)];
    let at = memmem::find(head, b"<PMID")?;
    // Not beyond the record.
    if memmem::find(&head[1..], b"<Pubmed").is_some_and(|next| next + 1 < at) {
        return None;
    }
    let mut doc = Document::default();
    read_pmid(head, at, 0, &mut doc).ok()?;
    Some(doc.id)
}

/// Whether there is a comment, CDATA section or processing instruction.
fn has_declaration(bytes: &[u8]) -> bool {
    let mut at = 0;
    while let Some(next) = memchr2(b'!', b'?', &bytes[at..]) {
        at += next;
        if at > 0 && bytes[at - 1] == b'<' {
            return true;
        }
        at += 1;
    }
    false
}

/// Finds the end of the `<PubmedArticle` at the start of the window by the next place that names it.
fn article_end(cx: &mut Context) -> End {
    const NAME: usize = b"PubmedArticle".len();
    let mut from = NAME + 1;
    loop {
        let bytes = cx.window.bytes();
        let Some(found) = bytes.get(from..).and_then(|rest| ARTICLE.find(rest)) else {
            // The name may be cut by the end of the window.
            from = from.max(bytes.len().saturating_sub(NAME));
            if bytes.len() > cx.max_record {
                return End::TooLarge;
            }
            if !cx.window.more() {
                return End::Cut;
            }
            continue;
        };
        let at = from + found;
        let behind = skip_space(bytes, at + NAME);
        let Some(next) = bytes.get(behind) else {
            if bytes.len() > cx.max_record {
                return End::TooLarge;
            }
            if !cx.window.more() {
                return End::Cut;
            }
            from = at;
            continue;
        };
        if bytes[..at].ends_with(b"</") && *next == b'>' {
            return if behind < cx.max_record { End::Found(behind + 1) } else { End::TooLarge };
        }
        if bytes[..at].ends_with(b"<") || bytes[..at].ends_with(b"</") {
            return End::Broken(xml::unclosed(RECORDS[0], cx.window.offset() + at as u64));
        }
        from = at + NAME;
    }
}

/// Reads the bibliographic record. Unless the record is `unusual`, long lists that say nothing about it are jumped over.
fn read_metadata(record: &[u8], base: u64, unusual: bool, metadata: &mut Metadata) -> Result<(), Note> {
    let mut walk = Walk::new(record, base);
    let mut reader = Bibliography::default();
    while let Some(step) = walk.next()? {
        match step {
            Step::Open { name, attributes } => {
                // None of these elements can hold another of its kind.
                let list = match name {
                    b"AuthorList" => &AUTHORS_END,
                    b"InvestigatorList" => &INVESTIGATORS_END,
                    b"GrantList" => &GRANTS_END,
                    b"History" => &HISTORY_END,
                    b"Abstract" => &ABSTRACT_END,
                    // Lists of references may follow each other and nest; nothing but them stands up to the last one's end.
                    b"ReferenceList" => {
                        if !unusual && let Some(at) = REFERENCES_END.rfind(&record[walk.at..]) {
                            walk.jump(at);
                        }
                        continue;
                    }
                    _ => {
                        reader.open(&mut walk, name, attributes, metadata)?;
                        continue;
                    }
                };
                if !unusual && let Some(at) = list.find(&record[walk.at..]) {
                    walk.jump(at);
                }
            }
            Step::Close { name } => reader.close(name, metadata),
            Step::Text { .. } => {}
        }
    }
    reader.finish(metadata);
    Ok(())
}

/// What is gathered on the way through one record.
#[derive(Debug, Default)]
struct Bibliography {
    date: Date,
    iso_abbreviation: String,
    /// DOI of the article's location; the one of the id list comes first.
    location_doi: String,
    heading: Heading,
    chemical: Chemical,
    link: Link,
    other: OtherAbstract,
    other_sections: Vec<String>,
}

#[derive(Debug, Default)]
struct Date {
    year: String,
    month: String,
    day: String,
    in_words: String,
}

impl Date {
    fn take(&mut self) -> PubDate {
        let Self { year, month, day, in_words } = std::mem::take(self);
        if !in_words.is_empty() {
            return dates::in_words(&in_words);
        }
        PubDate { year: dates::year(&year), month: dates::month(&month), day: dates::day(&day) }
    }
}

impl Bibliography {
    fn open(
        &mut self,
        walk: &mut Walk<'_>,
        name: &[u8],
        attributes: &[u8],
        metadata: &mut Metadata,
    ) -> Result<(), Note> {
        let parent = walk.name(1);
        let is = |attribute_name: &[u8], value: &[u8]| attribute(attributes, attribute_name) == Some(value);
        match (name, parent) {
            (b"PubmedBookArticle", b"") => metadata.kind = RecordKind::Book,
            (b"MedlineCitation", _) => metadata.status = attribute_text(attributes, b"Status"),
            (b"Year", b"PubDate" | b"ArticleDate" | b"DateCompleted" | b"DateRevised" | b"ContributionDate") => {
                self.date.year = walk.text()?;
            }
            (b"Month", b"PubDate" | b"ArticleDate" | b"DateCompleted" | b"DateRevised" | b"ContributionDate") => {
                self.date.month = walk.text()?;
            }
            (b"Day", b"PubDate" | b"ArticleDate" | b"DateCompleted" | b"DateRevised" | b"ContributionDate") => {
                self.date.day = walk.text()?;
            }
            (b"MedlineDate", b"PubDate") => self.date.in_words = walk.text()?,
            (b"PubDate" | b"ArticleDate" | b"DateCompleted" | b"DateRevised" | b"ContributionDate", _) => {
                self.date = Date::default();
            }
            (b"Title", b"Journal") | (b"BookTitle", b"Book") => metadata.journal = walk.text()?,
            (b"ISOAbbreviation", b"Journal") => self.iso_abbreviation = walk.text()?,
            (b"MedlineTA", b"MedlineJournalInfo") => metadata.journal_abbreviation = walk.text()?,
            (b"Language", b"Article" | b"BookDocument") => add(&mut metadata.languages, walk.text()?),
            (b"PublicationType", b"PublicationTypeList" | b"BookDocument") => {
                add(&mut metadata.publication_types, walk.text()?);
            }
            (b"MeshHeading", _) => self.heading = Heading::default(),
            (b"DescriptorName", b"MeshHeading") => {
                self.heading.id = attribute_text(attributes, b"UI");
                self.heading.major |= is(b"MajorTopicYN", b"Y");
                self.heading.label = walk.text()?;
            }
            (b"QualifierName", b"MeshHeading") => {
                self.heading.major |= is(b"MajorTopicYN", b"Y");
                let id = attribute_text(attributes, b"UI");
                let label = walk.text()?;
                self.heading.qualifiers.push(if id.is_empty() { label } else { id });
            }
            (b"Chemical", _) => self.chemical = Chemical::default(),
            (b"RegistryNumber", b"Chemical") => self.chemical.registry = walk.text()?,
            (b"NameOfSubstance", b"Chemical") => {
                self.chemical.id = attribute_text(attributes, b"UI");
                self.chemical.label = walk.text()?;
            }
            (b"Keyword", b"KeywordList") => add(&mut metadata.keywords, walk.text()?),
            (b"ArticleId", b"ArticleIdList")
                if matches!(walk.name(2), b"PubmedData" | b"PubmedBookData" | b"BookDocument") =>
            {
                if is(b"IdType", b"doi") && metadata.doi.is_empty() {
                    metadata.doi = walk.text()?;
                } else if is(b"IdType", b"pmc") && metadata.pmcid.is_empty() {
                    metadata.pmcid = walk.text()?;
                }
            }
            (b"ELocationID", b"Article" | b"Book" | b"BookDocument")
                if is(b"EIdType", b"doi") && !is(b"ValidYN", b"N") && self.location_doi.is_empty() =>
            {
                self.location_doi = walk.text()?;
            }
            (b"CommentsCorrections", _) => {
                self.link = Link { kind: attribute_text(attributes, b"RefType"), ..Link::default() };
            }
            (b"PMID", b"CommentsCorrections") => self.link.pmid = walk.text()?,
            (b"RefSource", b"CommentsCorrections") => self.link.source = walk.text()?,
            (b"VernacularTitle", b"Article" | b"BookDocument") => metadata.vernacular_title = walk.text()?,
            (b"OtherAbstract", _) => {
                let language = attribute_text(attributes, b"Language");
                // The DTD's default.
                let language = if language.is_empty() { "eng".to_owned() } else { language };
                self.other = OtherAbstract { kind: attribute_text(attributes, b"Type"), language, text: String::new() };
                self.other_sections.clear();
            }
            (b"AbstractText", b"OtherAbstract") => add(&mut self.other_sections, walk.text()?),
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &[u8], metadata: &mut Metadata) {
        match name {
            b"PubDate" => metadata.published = self.date.take(),
            b"ArticleDate" if metadata.published_online == PubDate::default() => {
                metadata.published_online = self.date.take();
            }
            b"ContributionDate" => metadata.published_online = self.date.take(),
            b"DateCompleted" => metadata.completed = self.date.take(),
            b"DateRevised" => metadata.revised = self.date.take(),
            b"MeshHeading" => metadata.headings.push(std::mem::take(&mut self.heading)),
            b"Chemical" => metadata.chemicals.push(std::mem::take(&mut self.chemical)),
            b"CommentsCorrections" => metadata.links.push(std::mem::take(&mut self.link)),
            b"OtherAbstract" => {
                self.other.text = self.other_sections.join("\n");
                metadata.other_abstracts.push(std::mem::take(&mut self.other));
            }
            _ => {}
        }
    }

    fn finish(self, metadata: &mut Metadata) {
        if metadata.journal_abbreviation.is_empty() {
            metadata.journal_abbreviation = self.iso_abbreviation;
        }
        if metadata.doi.is_empty() {
            metadata.doi = self.location_doi;
        }
    }
}

fn add(list: &mut Vec<String>, text: String) {
    if !text.is_empty() {
        list.push(text);
    }
}
