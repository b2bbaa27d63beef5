//! What a reader hands to the scan: one citation or article as canonical text, its passages, where each byte of the text
//! stood in the source, and the bibliographic record.
//!
//! Canonical text: for a citation `title`, newline, `abstract` (abstract sections joined by a newline); for a plain-text
//! file the file's own text. A reader reuses one `Document` for all records ([`Document::clear`]), so the scan of a
//! document in which nothing matches allocates nothing.

use crate::span::Span;

/// The part of a document that a passage stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PassageKind {
    /// The title.
    Title,
    /// The abstract, or one labelled section of it.
    Abstract,
    /// Body text of an article or of a plain-text file.
    Body,
    /// A reference list or a citation printed below a text: scanned, never counted.
    Reference,
}

impl PassageKind {
    /// The word used in every output: `title`, `abstract`, `body` or `reference`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Abstract => "abstract",
            Self::Body => "body",
            Self::Reference => "reference",
        }
    }
}

/// A stretch of a document's text with a role of its own. Passages are in text order and do not overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Its role.
    pub kind: PassageKind,
    /// Section name as given: NlmCategory unless that is missing or `UNASSIGNED`, else the Label, else a body section's title.
    pub section: Option<String>,
    /// Where it stands in the document's text.
    pub span: Span,
}

/// One stretch of canonical text and the source bytes it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceRun {
    /// First byte in the canonical text.
    pub text: u32,
    /// Length in the canonical text; 0 never occurs.
    pub text_len: u32,
    /// First byte in the uncompressed source file.
    pub source: u64,
    /// Length in the source. Equal to `text_len` for bytes copied as they stood, different for a decoded entity
    /// (`&lt;` → `<`) or collapsed white space; 0 for text the reader put in itself (the newline between passages).
    pub source_len: u32,
}

/// The map from canonical text back to bytes of the uncompressed source; empty unless the reader was asked for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    /// Runs in text order, without gaps.
    pub runs: Vec<SourceRun>,
}

impl SourceMap {
    /// The smallest source byte range that holds everything `span` was made of, or `None` without a map or for an empty
    /// span. Inline markup between the characters of the span lies inside the range.
    #[must_use]
    pub fn source_range(&self, span: Span) -> Option<(u64, u64)> {
        self.ranges().of(span)
    }

    /// The same for one span after another: best those in text order.
    #[must_use]
    pub fn ranges(&self) -> SourceRanges<'_> {
        SourceRanges { runs: &self.runs, at: 0 }
    }
}

/// Source byte ranges of the spans of a text.
#[derive(Clone, Debug)]
pub struct SourceRanges<'m> {
    runs: &'m [SourceRun],
    /// The run that the last span began in.
    at: usize,
}

impl SourceRanges<'_> {
    /// Runs that are tried one after another before they are searched.
    const NEAR: usize = 8;

    /// See [`SourceMap::source_range`].
    #[must_use]
    pub fn of(&mut self, span: Span) -> Option<(u64, u64)> {
        if span.is_empty() {
            return None;
        }
        let holds = |run: SourceRun, byte: u32| byte.wrapping_sub(run.text) < run.text_len;
        let mut first = *self.runs.get(self.at)?;
        if !holds(first, span.start) {
            self.at = self.run_of(span.start)?;
            first = self.runs[self.at];
        }
        let last = if holds(first, span.end - 1) { first } else { self.runs[self.run_of(span.end - 1)?] };
        let start = if first.text_len == first.source_len {
            first.source + u64::from(span.start - first.text)
        } else {
            first.source
        };
        let end = if last.text_len == last.source_len {
            last.source + u64::from(span.end - last.text)
        } else {
            last.source + u64::from(last.source_len)
        };
        Some((start, end))
    }

    /// The run that holds a byte of the text.
    fn run_of(&self, byte: u32) -> Option<usize> {
        let mut at = self.at;
        if self.runs.get(at)?.text <= byte {
            for _ in 0..Self::NEAR {
                match self.runs.get(at + 1) {
                    Some(next) if next.text <= byte => at += 1,
                    _ => return Some(at),
                }
            }
        }
        self.runs.partition_point(|run| run.text <= byte).checked_sub(1)
    }
}

/// What kind of record a document was read from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RecordKind {
    /// A journal citation or article, or any document of a format without kinds.
    #[default]
    Article,
    /// A `PubmedBookArticle`.
    Book,
}

/// A subject heading.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heading {
    /// MeSH descriptor id (`D008274`), empty where the format has none.
    pub id: String,
    /// Its label.
    pub label: String,
    /// Whether it, or one of its qualifiers, is marked as a major topic.
    pub major: bool,
    /// Qualifier ids (`Q000378`), or labels where the format has no ids.
    pub qualifiers: Vec<String>,
}

/// A substance of the ChemicalList.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chemical {
    /// MeSH id.
    pub id: String,
    /// Registry number (CAS, UNII, EC), or `0`.
    pub registry: String,
    /// Its label.
    pub label: String,
}

/// A link to another record: retraction, erratum, comment, update …
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// NLM's RefType: `RetractionIn`, `RetractionOf`, `ErratumIn`, `ExpressionOfConcernIn`, `CommentOn`, `UpdateIn` …
    pub kind: String,
    /// The other record's PMID, empty where only a source string is given.
    pub pmid: String,
    /// The source string.
    pub source: String,
}

/// An abstract in another language or for another audience; never part of the canonical text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OtherAbstract {
    /// NLM's Type: `Publisher`, `plain-language-summary`, …
    pub kind: String,
    /// ISO 639-2 language code.
    pub language: String,
    /// Its text, sections joined by a newline.
    pub text: String,
}

/// Publication date: always a year where the source gives one at all, month and day only where they are given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PubDate {
    /// Year; from MedlineDate the first year named.
    pub year: Option<i16>,
    /// Month 1–12. A season gives none.
    pub month: Option<u8>,
    /// Day 1–31.
    pub day: Option<u8>,
}

/// The bibliographic record. Empty strings and lists mean "not given".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Article or book.
    pub kind: RecordKind,
    /// Record status (`MEDLINE`, `Publisher` …).
    pub status: String,
    /// Publication date of the issue (or, in a book, of the book).
    pub published: PubDate,
    /// Electronic publication date, where given (`ArticleDate`).
    pub published_online: PubDate,
    /// DateCompleted.
    pub completed: PubDate,
    /// DateRevised. Not to be relied on to detect a change.
    pub revised: PubDate,
    /// Journal (or book) title.
    pub journal: String,
    /// Its abbreviation (MedlineTA or ISOAbbreviation).
    pub journal_abbreviation: String,
    /// ISO 639-2 codes.
    pub languages: Vec<String>,
    /// Publication types by name.
    pub publication_types: Vec<String>,
    /// MeSH headings.
    pub headings: Vec<Heading>,
    /// Substances.
    pub chemicals: Vec<Chemical>,
    /// Author keywords.
    pub keywords: Vec<String>,
    /// DOI.
    pub doi: String,
    /// PubMed Central id (`PMC…`).
    pub pmcid: String,
    /// CommentsCorrections.
    pub links: Vec<Link>,
    /// Title in the original language.
    pub vernacular_title: String,
    /// Abstracts kept apart.
    pub other_abstracts: Vec<OtherAbstract>,
}

/// One document. Readers fill it, the scan reads it, and both reuse its buffers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// CURIE for formats with a registered identifier space (`pubmed:35051368`, `pmc:PMC7611321`), else the id given.
    pub id: String,
    /// Version of the record; 1 where the format has none.
    pub version: u32,
    /// Zero-based index of the record in its file.
    pub record: u64,
    /// First byte of the record in the uncompressed source.
    pub source_offset: u64,
    /// Canonical text.
    pub text: String,
    /// Passages in text order.
    pub passages: Vec<Passage>,
    /// Whether the record gives an abstract at all. True also for the few whose abstract holds no text but a copyright line.
    pub abstract_given: bool,
    /// Map back to the source; empty unless asked for.
    pub source_map: SourceMap,
    /// Bibliographic record; default unless asked for.
    pub metadata: Metadata,
}

impl Document {
    /// Empties every field and keeps the buffers.
    pub fn clear(&mut self) {
        self.id.clear();
        self.version = 1;
        self.record = 0;
        self.source_offset = 0;
        self.text.clear();
        self.passages.clear();
        self.abstract_given = false;
        self.source_map.runs.clear();
        self.metadata = Metadata::default();
    }

    /// Whether the record gives an abstract, be it one without text ([`Document::abstract_given`]).
    #[must_use]
    pub fn has_abstract(&self) -> bool {
        self.abstract_given || self.passages.iter().any(|passage| passage.kind == PassageKind::Abstract)
    }

    /// The title as it stands in the canonical text; empty for a document without one.
    #[must_use]
    pub fn title(&self) -> &str {
        self.passages
            .iter()
            .find(|passage| passage.kind == PassageKind::Title)
            .map_or("", |passage| passage.span.of(&self.text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_follow_any_order() {
        let run = |at: u32| SourceRun { text: at * 3, text_len: 3, source: u64::from(at) * 10, source_len: 3 + at % 2 };
        let map = SourceMap { runs: (1..40).map(run).collect() };
        let spans: Vec<Span> =
            (0..100).flat_map(|start| [1, 2, 30].map(|length| Span::new(start, start + length))).collect();
        let mut ranges = map.ranges();
        for span in spans.iter().chain(spans.iter().rev()).chain(spans.iter().step_by(37)) {
            assert_eq!(ranges.of(*span), map.source_range(*span), "{span:?}");
        }
        assert_eq!(map.source_range(Span::new(2, 4)), None);
        assert_eq!(map.source_range(Span::new(4, 7)), Some((10, 21)));
        assert_eq!(map.source_range(Span::new(5, 5)), None);
    }
}
