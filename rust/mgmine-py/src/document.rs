//! Documents one by one, for the corpus API, and what the scan thinks of one of them.

use std::sync::{Mutex, PoisonError};

use mgmine_core::abbreviation::definitions;
use mgmine_core::document::{self as core, Metadata, PubDate, RecordKind};
use mgmine_core::scan::Scanner;
use mgmine_core::sentence::split_sentences;
use mgmine_core::span::{CodePoints, Span};
use mgmine_engine::run;
use mgmine_engine::tables::{publication_date, write_iso};
use mgmine_engine::visit;
use mgmine_io::{Format, Item, Reader, Want};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::error::Error;
use crate::input::InputArgument;
use crate::lexicon::Lexicon;
use crate::scan::Problem;

/// A document as a reader hands it out, or the id of a deleted one.
#[pyclass(frozen, module = "mgmine._native")]
pub struct Document {
    inner: core::Document,
    deleted: bool,
}

/// Byte offset of each code point wanted; `points` must ascend.
fn bytes_of(text: &str, start: usize, end: usize) -> Option<Span> {
    let mut offsets = text.char_indices().map(|(byte, _)| byte).chain([text.len()]);
    let first = offsets.nth(start)?;
    let last = if end == start { first } else { offsets.nth(end - start - 1)? };
    Some(Span::new(u32::try_from(first).ok()?, u32::try_from(last).ok()?))
}

#[pymethods]
impl Document {
    /// CURIE for formats with a registered identifier space (`pubmed:35051368`), else the id given.
    #[getter]
    fn id(&self) -> &str {
        &self.inner.id
    }

    /// Version of the record; 1 where the format has none.
    #[getter]
    fn version(&self) -> u32 {
        self.inner.version
    }

    /// Zero-based index of the record in its file.
    #[getter]
    fn record(&self) -> u64 {
        self.inner.record
    }

    /// First byte of the record in the uncompressed source.
    #[getter]
    fn source_offset(&self) -> u64 {
        self.inner.source_offset
    }

    /// Whether this is only the id of a deleted record (`DeleteCitation`); then there is no text.
    #[getter]
    fn deleted(&self) -> bool {
        self.deleted
    }

    /// Canonical text.
    #[getter]
    fn text(&self) -> &str {
        &self.inner.text
    }

    /// Title as it stands in the text; empty for a document without one.
    #[getter]
    fn title(&self) -> &str {
        self.inner.title()
    }

    /// Whether there is any abstract text.
    #[getter]
    fn has_abstract(&self) -> bool {
        self.inner.has_abstract()
    }

    /// Passages in text order: kind, section or None, first code point, one past the last.
    #[getter]
    fn passages(&self) -> Vec<(&'static str, Option<&str>, u32, u32)> {
        let mut points = CodePoints::new(&self.inner.text);
        self.inner
            .passages
            .iter()
            .map(|passage| {
                let span = points.span(passage.span);
                (passage.kind.as_str(), passage.section.as_deref(), span.start, span.end)
            })
            .collect()
    }

    /// The bibliographic record as a dictionary; dates are ISO strings as exact as given.
    #[getter]
    fn metadata<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        metadata(py, &self.inner.metadata)
    }

    /// The smallest byte range of the uncompressed source that holds the text from code point `start` to `end`; None if the
    /// document was read without its source map.
    fn source_range(&self, start: usize, end: usize) -> PyResult<Option<(u64, u64)>> {
        let span = (start <= end).then(|| bytes_of(&self.inner.text, start, end)).flatten();
        let span = span.ok_or_else(|| PyValueError::new_err(format!("no such span: {start}..{end}")))?;
        Ok(self.inner.source_map.source_range(span))
    }

    fn __repr__(&self) -> String {
        let text: String = self.inner.text.chars().take(60).collect();
        format!("<Document {} v{}: {text:?}>", self.inner.id, self.inner.version)
    }
}

fn iso(date: PubDate) -> Option<String> {
    let mut text = String::new();
    write_iso(&mut text, date);
    (!text.is_empty()).then_some(text)
}

fn metadata<'py>(py: Python<'py>, metadata: &Metadata) -> PyResult<Bound<'py, PyDict>> {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let record = PyDict::new(py);
    record.set_item(
        "kind",
        match metadata.kind {
            RecordKind::Article => "article",
            RecordKind::Book => "book",
        },
    )?;
    record.set_item("status", given(&metadata.status))?;
    record.set_item("year", publication_date(metadata).year)?;
    record.set_item("date", iso(publication_date(metadata)))?;
    record.set_item("date_online", iso(metadata.published_online))?;
    record.set_item("date_completed", iso(metadata.completed))?;
    record.set_item("date_revised", iso(metadata.revised))?;
    record.set_item("journal", given(&metadata.journal))?;
    record.set_item("journal_abbreviation", given(&metadata.journal_abbreviation))?;
    record.set_item("languages", &metadata.languages)?;
    record.set_item("publication_types", &metadata.publication_types)?;
    record.set_item("keywords", &metadata.keywords)?;
    record.set_item("doi", given(&metadata.doi))?;
    record.set_item("pmcid", given(&metadata.pmcid))?;
    record.set_item("vernacular_title", given(&metadata.vernacular_title))?;
    let list = PyList::empty(py);
    for heading in &metadata.headings {
        let item = PyDict::new(py);
        item.set_item("id", given(&heading.id))?;
        item.set_item("label", &heading.label)?;
        item.set_item("major", heading.major)?;
        item.set_item("qualifiers", &heading.qualifiers)?;
        list.append(item)?;
    }
    record.set_item("mesh", list)?;
    let list = PyList::empty(py);
    for chemical in &metadata.chemicals {
        let item = PyDict::new(py);
        item.set_item("id", given(&chemical.id))?;
        item.set_item("registry", given(&chemical.registry))?;
        item.set_item("label", &chemical.label)?;
        list.append(item)?;
    }
    record.set_item("chemicals", list)?;
    let list = PyList::empty(py);
    for link in &metadata.links {
        let item = PyDict::new(py);
        item.set_item("kind", &link.kind)?;
        item.set_item("pmid", given(&link.pmid))?;
        item.set_item("source", given(&link.source))?;
        list.append(item)?;
    }
    record.set_item("links", list)?;
    let list = PyList::empty(py);
    for other in &metadata.other_abstracts {
        let item = PyDict::new(py);
        item.set_item("kind", given(&other.kind))?;
        item.set_item("language", given(&other.language))?;
        item.set_item("text", &other.text)?;
        list.append(item)?;
    }
    record.set_item("other_abstracts", list)?;
    Ok(record)
}

const fn format_name(format: Format) -> &'static str {
    match format {
        Format::PubmedXml => "pubmed",
        Format::Medline => "medline",
        Format::Jats => "jats",
        Format::Pubtator => "pubtator",
        Format::BiocXml => "bioc",
        Format::Jsonl => "jsonl",
        Format::Text => "text",
    }
}

struct Open {
    reader: Reader,
    scratch: core::Document,
    problems: Vec<mgmine_io::Problem>,
    ended: bool,
}

/// Iterates over the documents of an input, deleted ids included.
#[pyclass(frozen, module = "mgmine._native")]
pub struct DocumentReader {
    open: Mutex<Open>,
}

#[pymethods]
impl DocumentReader {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> Option<Document> {
        py.detach(|| {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            let open = &mut *open;
            if open.ended {
                return None;
            }
            let item = open.reader.next(&mut open.scratch);
            open.problems.extend(open.reader.take_problems());
            let deleted = match item {
                Item::Document => false,
                Item::Deleted => true,
                Item::End => {
                    open.ended = true;
                    return None;
                }
            };
            Some(Document { inner: open.scratch.clone(), deleted })
        })
    }

    /// What could not be read so far.
    #[getter]
    fn problems(&self) -> Vec<Problem> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.problems.iter().cloned().map(Problem::from).collect()
    }

    /// The name of the format that was recognised.
    #[getter]
    fn format(&self) -> &'static str {
        format_name(self.open.lock().unwrap_or_else(PoisonError::into_inner).reader.format())
    }
}

/// The documents of one input: a path, or a pair of a name and bytes or an object with `read`.
#[pyfunction]
#[pyo3(signature = (source, *, metadata=true, source_map=false))]
pub fn read_documents(
    py: Python<'_>,
    source: InputArgument,
    metadata: bool,
    source_map: bool,
) -> PyResult<DocumentReader> {
    let want = Want { metadata, source_map };
    let reader = py.detach(|| run::open(source.0, want, false)).map_err(Error::Input)?;
    let open = Open { reader, scratch: core::Document::default(), problems: Vec::new(), ended: false };
    Ok(DocumentReader { open: Mutex::new(open) })
}

/// A candidate mention, kept or rejected.
#[pyclass(frozen, get_all, module = "mgmine._native")]
pub struct Candidate {
    /// First code point in the text.
    start: u32,
    /// One past the last.
    end: u32,
    /// The text under the span.
    text: String,
    /// `title`, `abstract`, `body` or `reference`.
    passage: &'static str,
    /// Section name, where given.
    section: Option<String>,
    /// Index of the sentence in the document.
    sentence: u32,
    /// Family id.
    family: String,
    /// Concept label.
    concept: String,
    /// CURIEs, the primary one first.
    ids: Vec<String>,
    /// The written form of the lexicon that matched.
    name: String,
    /// The rules that made this form, joined by `+`; `name` for one as written in the lexicon.
    rule: String,
    /// Whether it counts.
    counted: bool,
    /// The bigger thing it is part of.
    nested_in: Option<String>,
    /// Why it was rejected; None when kept.
    veto: Option<String>,
    /// The words that were the reason.
    veto_detail: Option<String>,
}

#[pymethods]
impl Candidate {
    fn __repr__(&self) -> String {
        format!("<Candidate {:?} {}..{} {}: {:?}>", self.text, self.start, self.end, self.concept, self.veto)
    }
}

/// An abbreviation definition of a document.
#[pyclass(frozen, get_all, module = "mgmine._native")]
pub struct Definition {
    /// The short form.
    short: String,
    /// First code point of the short form.
    short_start: u32,
    /// The long form.
    long: String,
    /// First code point of the long form.
    long_start: u32,
}

#[pymethods]
impl Definition {
    fn __repr__(&self) -> String {
        format!("<Definition {:?} = {:?}>", self.short, self.long)
    }
}

/// What the scan found in one document, and why.
#[pyclass(frozen, get_all, module = "mgmine._native")]
pub struct Explanation {
    /// All candidates in text order.
    candidates: Vec<Py<Candidate>>,
    /// The abbreviations the document defines, in text order.
    definitions: Vec<Py<Definition>>,
}

/// Scans one document and tells about every candidate.
#[pyfunction]
pub fn explain(py: Python<'_>, lexicon: &Lexicon, document: &Document) -> PyResult<Explanation> {
    let (lexicon, doc) = (&lexicon.inner, &document.inner);
    let mut scanner = Scanner::new(lexicon);
    scanner.scan_defined(doc);
    let result = scanner.result();
    let mut found = result.mentions.iter();
    let mut candidates = Vec::with_capacity(result.mentions.len());
    visit::mentions(doc, result, lexicon, &mut visit::AllIds::default(), |row| {
        let Some(mention) = found.next() else { return };
        let name = lexicon.name(mention.name);
        candidates.push(Candidate {
            start: row.start,
            end: row.end,
            text: row.text.to_owned(),
            passage: row.passage,
            section: row.section.map(str::to_owned),
            sentence: row.sentence,
            family: row.family.to_owned(),
            concept: row.concept.to_owned(),
            ids: row.ids.iter().map(|&id| id.to_owned()).collect(),
            name: name.text.to_owned(),
            rule: name.rule.to_string(),
            counted: row.counted,
            nested_in: row.nested_in.map(str::to_owned),
            veto: row.veto.map(|(reason, _)| reason.to_owned()),
            veto_detail: row.veto.map(|(_, detail)| detail.to_owned()),
        });
    });
    let mut points = CodePoints::new(&doc.text);
    // The scan itself looks for them only where there is a candidate.
    let (mut sentences, mut defined) = (Vec::new(), Vec::new());
    split_sentences(doc, &mut sentences);
    definitions(&doc.text, &sentences, &mut defined);
    let definitions = defined.iter().map(|definition| Definition {
        short: definition.short.of(&doc.text).to_owned(),
        short_start: points.at(definition.short.start),
        long: definition.long.of(&doc.text).to_owned(),
        long_start: points.at(definition.long.start),
    });
    Ok(Explanation {
        definitions: definitions.map(|definition| Py::new(py, definition)).collect::<PyResult<_>>()?,
        candidates: candidates.into_iter().map(|candidate| Py::new(py, candidate)).collect::<PyResult<_>>()?,
    })
}
