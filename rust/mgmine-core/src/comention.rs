//! Comentions: two or more topic families in one sentence, passage or document.

use crate::lexicon::{ConceptId, FamilyId};

/// How near the mentions stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// In one sentence.
    Sentence,
    /// In one passage.
    Passage,
    /// In one document.
    Document,
}

impl Level {
    /// `sentence`, `passage` or `document`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sentence => "sentence",
            Self::Passage => "passage",
            Self::Document => "document",
        }
    }
}

/// The topic families counted in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comention {
    /// The place's kind.
    pub level: Level,
    /// Passage index; `None` at document level.
    pub passage: Option<u32>,
    /// Sentence index in the document; `None` above sentence level.
    pub sentence: Option<u32>,
    /// Two or more families, in the lexicon's order.
    pub families: Vec<FamilyId>,
    /// The concepts of these families counted there, in the lexicon's order, each once.
    pub concepts: Vec<ConceptId>,
}
