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

/// A counted mention, as far as comentions need to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Index of the passage.
    pub passage: u32,
    /// Index of the sentence.
    pub sentence: u32,
    /// Topic family.
    pub family: FamilyId,
    /// Concept.
    pub concept: ConceptId,
}

/// Appends the comentions of a document: those of its sentences, then those of its passages, then its own. `mentions` are
/// the counted mentions of topic families in text order.
pub fn comentions(mentions: &[Counted], out: &mut Vec<Comention>) {
    // Of one family alone there are none anywhere.
    if mentions.iter().all(|mention| mention.family == mentions[0].family) {
        return;
    }
    for group in mentions.chunk_by(|a, b| a.sentence == b.sentence) {
        push(Level::Sentence, Some(group[0].passage), Some(group[0].sentence), group, out);
    }
    for group in mentions.chunk_by(|a, b| a.passage == b.passage) {
        push(Level::Passage, Some(group[0].passage), None, group, out);
    }
    push(Level::Document, None, None, mentions, out);
}

fn push(level: Level, passage: Option<u32>, sentence: Option<u32>, group: &[Counted], out: &mut Vec<Comention>) {
    if group.iter().all(|mention| mention.family == group[0].family) {
        return;
    }
    let mut families: Vec<FamilyId> = group.iter().map(|mention| mention.family).collect();
    let mut concepts: Vec<ConceptId> = group.iter().map(|mention| mention.concept).collect();
    families.sort_unstable();
    families.dedup();
    concepts.sort_unstable();
    concepts.dedup();
    out.push(Comention { level, passage, sentence, families, concepts });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_record_a_place() {
        let mention = |passage, sentence, family, concept| Counted {
            passage,
            sentence,
            family: FamilyId(family),
            concept: ConceptId(concept),
        };
        let mentions =
            [mention(0, 0, 2, 7), mention(1, 1, 2, 7), mention(1, 1, 0, 3), mention(1, 1, 2, 5), mention(1, 2, 1, 4)];
        let mut out = Vec::new();
        comentions(&mentions, &mut out);
        let rows: Vec<_> = out
            .iter()
            .map(|found| {
                let families: Vec<u16> = found.families.iter().map(|id| id.0).collect();
                let concepts: Vec<u32> = found.concepts.iter().map(|id| id.0).collect();
                (found.level, found.passage, found.sentence, families, concepts)
            })
            .collect();
        assert_eq!(
            rows,
            [
                (Level::Sentence, Some(1), Some(1), vec![0, 2], vec![3, 5, 7]),
                (Level::Passage, Some(1), None, vec![0, 1, 2], vec![3, 4, 5, 7]),
                (Level::Document, None, None, vec![0, 1, 2], vec![3, 4, 5, 7]),
            ]
        );
        out.clear();
        comentions(&mentions[..2], &mut out);
        comentions(&[], &mut out);
        assert!(out.is_empty());
    }
}
