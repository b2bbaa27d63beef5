//! Scanning a document: candidates, abbreviations, vetoes, overlap, hosts, comentions.
//!
//! Results are pushed to a [`Sink`] rather than returned: the scanner keeps one [`ScanResult`] whose buffers it fills again for
//! every document, so nothing is allocated for the nineteen of twenty documents in which nothing matches, and whoever
//! wants rows (Arrow builders, JSON lines, a test's list) takes what it needs while the document is still at hand.

use crate::comention::Comention;
use crate::document::Document;
use crate::lexicon::{ConceptId, HostId, Lexicon, NameId};
use crate::sentence::SentenceSpan;
use crate::span::Span;

/// Why a candidate was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VetoReason {
    /// The document defines the short form as something else.
    Abbreviation,
    /// None of the evidence the name needs stands in the document.
    Needs,
    /// A phrase of `not_before` follows.
    NotBefore,
    /// A phrase of `not_after` precedes.
    NotAfter,
    /// A phrase of `not_with` stands in the document.
    NotWith,
    /// A longer mention overlaps it in part.
    Overlap,
}

impl VetoReason {
    /// The word used in every output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Abbreviation => "abbreviation",
            Self::Needs => "needs",
            Self::NotBefore => "not_before",
            Self::NotAfter => "not_after",
            Self::NotWith => "not_with",
            Self::Overlap => "overlap",
        }
    }
}

/// A veto: the reason, and the words that were it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Veto {
    /// Reason.
    pub reason: VetoReason,
    /// The long form, phrase or name that was in the way; what was looked for in vain for `needs`.
    pub detail: String,
}

/// The bigger thing a mention belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Nested {
    /// The concept of another family whose mention holds this one.
    Concept(ConceptId),
    /// A host of the lexicon.
    Host(HostId),
}

impl Nested {
    /// What `nested_in` says: the concept's or the host's label.
    #[must_use]
    pub fn label(self, lexicon: &Lexicon) -> &str {
        match self {
            Self::Concept(concept) => lexicon.concept(concept).label,
            Self::Host(host) => lexicon.host_label(host),
        }
    }
}

/// A name found at a place, with its concept and why it was kept or rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Where.
    pub span: Span,
    /// What it names.
    pub concept: ConceptId,
    /// By which name. Of a shortened conjunct ("CD4+" in "CD4+ and CD8+ T cells") the full name ("CD4+ T cells").
    pub name: NameId,
    /// Index of its passage.
    pub passage: u32,
    /// Index of its sentence in the document.
    pub sentence: u32,
    /// Whether it counts.
    pub counted: bool,
    /// Whether it is a conjunct that lacks its head.
    pub elliptical: bool,
    /// The bigger thing it belongs to.
    pub nested_in: Option<Nested>,
    /// Why it was rejected; `None` when kept.
    pub veto: Option<Veto>,
    /// Other concepts that share the name.
    pub also: Vec<ConceptId>,
}

/// An abbreviation definition of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The short form.
    pub short: Span,
    /// The long form.
    pub long: Span,
}

/// Everything found in one document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanResult {
    /// All sentences, in text order.
    pub sentences: Vec<SentenceSpan>,
    /// Mentions in text order, vetoed ones included.
    pub mentions: Vec<Mention>,
    /// Comentions: of sentences, of passages, of the document.
    pub comentions: Vec<Comention>,
    /// Abbreviation definitions in text order.
    pub definitions: Vec<Definition>,
}

impl ScanResult {
    /// Empties the lists and keeps their buffers.
    pub fn clear(&mut self) {
        self.sentences.clear();
        self.mentions.clear();
        self.comentions.clear();
        self.definitions.clear();
    }
}

/// Takes what was found in a document.
pub trait Sink {
    /// Called once for each document that is to be recorded, in input order within a file.
    fn document(&mut self, doc: &Document, result: &ScanResult);
}

/// Scans documents, one after another, on one thread.
pub struct Scanner<'l> {
    lexicon: &'l Lexicon,
    result: ScanResult,
}

impl<'l> Scanner<'l> {
    /// A scanner for a lexicon. Cheap; make one a thread.
    #[must_use]
    pub fn new(lexicon: &'l Lexicon) -> Self {
        Self { lexicon, result: ScanResult::default() }
    }

    /// The lexicon.
    #[must_use]
    pub fn lexicon(&self) -> &'l Lexicon {
        self.lexicon
    }

    /// Scans a document. Returns whether any mention, kept or vetoed, was found; if not, the result is empty (sentences too:
    /// see [`crate::sentence::split_sentences`]).
    pub fn scan(&mut self, _doc: &Document) -> bool {
        self.result.clear();
        false
    }

    /// What the last call of [`Scanner::scan`] found.
    #[must_use]
    pub fn result(&self) -> &ScanResult {
        &self.result
    }
}
