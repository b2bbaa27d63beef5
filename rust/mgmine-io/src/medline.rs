//! MEDLINE / NBIB: lines that start with a tag of up to four characters, `-` in the fifth column, and continuation lines
//! indented by six spaces. A record starts at its `PMID-` line.

use mgmine_core::document::{Chemical, Document, Heading, Link, Metadata, OtherAbstract, PassageKind};

use crate::canon::{Builder, Canon, Space};
use crate::dates;
use crate::lines::{Line, content, line_end, skip_line};
use crate::problem::{Note, Notes};
use crate::reader::{Context, Found, RecordFormat};
use crate::records;

/// A PMID has eight digits today.
const MAX_PMID: usize = 20;

/// NLM's tags of links to other records, and the RefType of each in PubMed XML.
const LINKS: [(&[u8], &str); 22] = [
    (b"CIN", "CommentIn"),
    (b"CON", "CommentOn"),
    (b"EIN", "ErratumIn"),
    (b"EFR", "ErratumFor"),
    (b"CRI", "CorrectedandRepublishedIn"),
    (b"CRF", "CorrectedandRepublishedFrom"),
    (b"DDIN", "DatasetDescribedIn"),
    (b"DRIN", "DatasetUseReportedIn"),
    (b"ECI", "ExpressionOfConcernIn"),
    (b"ECF", "ExpressionOfConcernFor"),
    (b"RIN", "RetractionIn"),
    (b"ROF", "RetractionOf"),
    (b"PRIN", "PartialRetractionIn"),
    (b"PROF", "PartialRetractionOf"),
    (b"RRI", "RetractedandRepublishedIn"),
    (b"RRF", "RetractedandRepublishedFrom"),
    (b"RPI", "RepublishedIn"),
    (b"RPF", "RepublishedFrom"),
    (b"UIN", "UpdateIn"),
    (b"UOF", "UpdateOf"),
    (b"SPIN", "SummaryForPatientsIn"),
    (b"ORI", "OriginalReportIn"),
];

/// The reader of MEDLINE / NBIB.
#[derive(Debug)]
pub(crate) struct Medline;

impl RecordFormat for Medline {
    fn find(&mut self, cx: &mut Context, _doc: &mut Document) -> Found {
        let mut length = 0;
        loop {
            let end = match line_end(cx, length) {
                Line::End(end) => end,
                Line::None if length > 0 => return self.whole(cx, length),
                Line::None => return cx.end(None, false, None),
                Line::TooLarge => {
                    let note = records::too_large(cx.window.offset(), cx.max_record);
                    cx.report_record(note, None);
                    cx.index += 1;
                    cx.window.consume(length);
                    skip_line(cx);
                    length = 0;
                    continue;
                }
            };
            let line = &cx.window.bytes()[length..end];
            if length == 0 && line.trim_ascii().is_empty() {
                cx.window.consume(end);
                continue;
            }
            if length > 0 && tag(line) == Some(b"PMID") {
                cx.record = length;
                return Found::Record;
            }
            length = end;
            if length > cx.max_record {
                let note = records::too_large(cx.window.offset(), cx.max_record);
                cx.report_record(note, None);
                cx.index += 1;
                cx.window.consume(length);
                length = 0;
            }
        }
    }

    fn fill(&mut self, record: &[u8], base: u64, doc: &mut Document, map: bool, notes: &mut Notes) -> Result<(), Note> {
        let pmid = fields(record).find(|field| field.tag == b"PMID").map(|field| field.text());
        let Some(pmid) = pmid else { return Err(Note::broken(base, "the record does not start with a PMID line")) };
        if pmid.is_empty() || pmid.len() > MAX_PMID || !pmid.bytes().all(|byte| byte.is_ascii_digit()) {
            let shown: String = pmid.chars().take(40).collect();
            return Err(Note::broken(base, format!("the PMID is not a number: {shown:?}")));
        }
        doc.id = format!("pubmed:{pmid}");
        let find = |tag: &[u8]| fields(record).find(|field| field.tag == tag);
        // A whole book has a book title only.
        let title = find(b"TI").or_else(|| find(b"BTI"));
        let mut builder = Builder::new(doc, notes, map, Space::Collapse);
        for (kind, field) in [(PassageKind::Title, title), (PassageKind::Abstract, find(b"AB"))] {
            let Some(field) = field else { continue };
            let source = base + field.at as u64;
            builder.passage(kind, None, source, |out| {
                field.write(base, out);
                Ok::<_, Note>(())
            })?;
        }
        Ok(())
    }

    fn metadata(&mut self, record: &[u8], _base: u64, metadata: &mut Metadata) -> Result<(), Note> {
        let mut book = String::new();
        for field in fields(record) {
            let text = field.text();
            match field.tag {
                b"STAT" => metadata.status = text,
                b"DP" => metadata.published = dates::in_words(&text),
                b"DEP" => metadata.published_online = dates::in_digits(&text),
                b"DCOM" => metadata.completed = dates::in_digits(&text),
                b"LR" => metadata.revised = dates::in_digits(&text),
                b"JT" => metadata.journal = text,
                b"TA" => metadata.journal_abbreviation = text,
                b"BTI" => book = text,
                b"LA" => metadata.languages.push(text),
                b"PT" => metadata.publication_types.push(text),
                b"MH" => metadata.headings.push(heading(&text)),
                b"RN" => metadata.chemicals.push(chemical(&text)),
                b"OT" => metadata.keywords.push(text.trim_start_matches('*').to_owned()),
                b"PMC" => metadata.pmcid = text,
                b"TT" => metadata.vernacular_title = text,
                b"AID" | b"LID" => {
                    if let Some(doi) = text.strip_suffix("[doi]")
                        && metadata.doi.is_empty()
                    {
                        doi.trim_end().clone_into(&mut metadata.doi);
                    }
                }
                b"OAB" => metadata.other_abstracts.push(other_abstract(&text)),
                b"OABL" => {
                    if let Some(other) = metadata.other_abstracts.last_mut() {
                        other.language = text;
                    }
                }
                tag => {
                    if let Some((_, kind)) = LINKS.iter().find(|(name, _)| *name == tag) {
                        metadata.links.push(link(kind, &text));
                    }
                }
            }
        }
        if metadata.journal.is_empty() && !book.is_empty() {
            metadata.journal = book;
            metadata.kind = mgmine_core::document::RecordKind::Book;
        }
        Ok(())
    }
}

impl Medline {
    /// The last record: not handed out where the stream broke off in it.
    fn whole(&mut self, cx: &mut Context, length: usize) -> Found {
        if cx.window.has_error() {
            let doc_id = fields(cx.window.bytes()).find(|field| field.tag == b"PMID");
            let doc_id = doc_id.map(|field| format!("pubmed:{}", field.text()));
            return cx.end(Some(records::cut_record(cx.window.offset())), true, doc_id);
        }
        cx.record = length;
        Found::Record
    }
}

/// One field: its tag, and its value with the continuation lines.
#[derive(Clone, Copy, Debug)]
struct Field<'r> {
    tag: &'r [u8],
    /// Where the value starts in the record.
    at: usize,
    value: &'r [u8],
}

impl Field<'_> {
    /// Writes the value; line breaks and the indent behind them are left to be collapsed.
    fn write(&self, base: u64, out: &mut Canon<'_>) {
        out.copy(self.value, base + self.at as u64);
    }

    fn text(&self) -> String {
        let (mut text, mut runs, mut notes) = (String::new(), Vec::new(), Notes::default());
        let mut out = Canon::new(&mut text, &mut runs, &mut notes, false, Space::Collapse);
        self.write(0, &mut out);
        out.finish();
        text
    }
}

/// The tag of a line that starts a field.
fn tag(line: &[u8]) -> Option<&[u8]> {
    let head = line.get(..5)?;
    let tag = head[..4].trim_ascii_end();
    let letters = tag.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    (head[4] == b'-' && !tag.is_empty() && letters).then_some(tag)
}

fn fields(record: &[u8]) -> impl Iterator<Item = Field<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < record.len() {
            let start = at;
            let rest = &record[start..];
            let first = rest.split_inclusive(|byte| *byte == b'\n').next().unwrap_or(rest);
            at += first.len();
            let Some(tag) = tag(first) else { continue };
            let mut end = start + content(first).len();
            for line in record[at..].split_inclusive(|byte| *byte == b'\n') {
                let words = content(line);
                if words.trim_ascii().is_empty() || !words.starts_with(b" ") {
                    break;
                }
                end = at + words.len();
                at += line.len();
            }
            return Some(Field { tag, at: start + 5, value: &record[start + 5..end] });
        }
        None
    })
}

/// `Mice/*genetics/immunology`: `*` marks a major topic.
fn heading(text: &str) -> Heading {
    let mut parts = text.split('/').map(str::trim);
    let label = parts.next().unwrap_or_default();
    Heading {
        id: String::new(),
        label: label.trim_start_matches('*').to_owned(),
        major: text.contains('*'),
        qualifiers: parts.map(|part| part.trim_start_matches('*').to_owned()).collect(),
    }
}

/// `3K9958V90M (Ethanol)`.
fn chemical(text: &str) -> Chemical {
    let (registry, label) = text
        .split_once(" (")
        .map_or((text, ""), |(registry, label)| (registry, label.strip_suffix(')').unwrap_or(label)));
    Chemical { id: String::new(), registry: registry.trim().to_owned(), label: label.to_owned() }
}

/// `Cell. 2001 Jan;1(1):1-2. PMID: 12345`.
fn link(kind: &str, text: &str) -> Link {
    let (source, pmid) = text.rsplit_once("PMID:").map_or((text, ""), |(source, pmid)| (source, pmid.trim()));
    let pmid: String = pmid.chars().take_while(char::is_ascii_digit).collect();
    Link { kind: kind.to_owned(), pmid, source: source.trim().to_owned() }
}

/// `Publisher: Text` with the type in front.
fn other_abstract(text: &str) -> OtherAbstract {
    let (kind, text) = match text.split_once(": ") {
        Some((kind, text)) if !kind.contains(' ') => (kind, text),
        _ => ("", text),
    };
    OtherAbstract { kind: kind.to_owned(), language: String::new(), text: text.to_owned() }
}
