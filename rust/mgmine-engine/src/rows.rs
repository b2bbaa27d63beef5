//! One row of each output, borrowed from the document, the scan result and the lexicon.
//!
//! Printers (JSONL, TSV) and builders (Arrow) take rows, so that what a record holds is decided in one place. Offsets
//! in rows are code points.

/// A mention, or a rejected candidate when `veto` is set.
#[derive(Clone, Debug)]
pub struct MentionRow<'a> {
    /// Document id.
    pub doc_id: &'a str,
    /// Version of the record.
    pub doc_version: u32,
    /// Zero-based index of the record in its file.
    pub record: u64,
    /// `title`, `abstract`, `body` or `reference`.
    pub passage: &'static str,
    /// Section name, where given.
    pub section: Option<&'a str>,
    /// Index of the sentence in the document.
    pub sentence: u32,
    /// First code point in the canonical text.
    pub start: u32,
    /// One past the last code point.
    pub end: u32,
    /// The text under the span.
    pub text: &'a str,
    /// Family id.
    pub family: &'a str,
    /// Concept label.
    pub concept: &'a str,
    /// CURIEs, the primary one first.
    pub ids: &'a [&'a str],
    /// Whether the mention counts.
    pub counted: bool,
    /// Label of the bigger thing it is part of.
    pub nested_in: Option<&'a str>,
    /// Reason and detail of the rejection.
    pub veto: Option<(&'a str, &'a str)>,
    /// Byte range in the uncompressed source, where known.
    pub source: Option<(u64, u64)>,
}

/// Two or more families in one place.
#[derive(Clone, Debug)]
pub struct ComentionRow<'a> {
    /// Document id.
    pub doc_id: &'a str,
    /// Version of the record.
    pub doc_version: u32,
    /// Zero-based index of the record in its file.
    pub record: u64,
    /// `sentence`, `passage` or `document`.
    pub level: &'static str,
    /// Index of the passage; none at document level.
    pub passage: Option<u32>,
    /// Index of the sentence; none above sentence level.
    pub sentence: Option<u32>,
    /// Family ids in the lexicon's order.
    pub families: &'a [&'a str],
    /// Concept labels in text order, each once.
    pub concepts: &'a [&'a str],
}

/// A sentence of a document.
#[derive(Clone, Debug)]
pub struct SentenceRow<'a> {
    /// Document id.
    pub doc_id: &'a str,
    /// Version of the record.
    pub doc_version: u32,
    /// Zero-based index of the record in its file.
    pub record: u64,
    /// Its index in the document.
    pub sentence: u32,
    /// `title`, `abstract`, `body` or `reference`.
    pub passage: &'static str,
    /// Section name, where given.
    pub section: Option<&'a str>,
    /// First code point in the canonical text.
    pub start: u32,
    /// One past the last code point.
    pub end: u32,
    /// Its text.
    pub text: &'a str,
    /// Whether the sentence passed the gate.
    pub gated: bool,
}
