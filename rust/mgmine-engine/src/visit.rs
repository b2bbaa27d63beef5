//! From what the scan found in a document to rows: byte offsets become code points, indexes become names.

use std::collections::HashSet;

use mgmine_core::comention::Level;
use mgmine_core::document::{Document, PassageKind};
use mgmine_core::lexicon::{ConceptId, Lexicon};
use mgmine_core::scan::ScanResult;
use mgmine_core::span::CodePoints;

use crate::rows::{ComentionRow, MentionRow, SentenceRow};

/// Which documents' sentences are handed on, and which of their sentences are to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Gate {
    /// Documents with a comention in a sentence; these sentences.
    #[default]
    Comention,
    /// Documents with a counted mention; the sentences that hold one.
    Mention,
    /// All documents; all sentences outside reference lists.
    None,
}

impl Gate {
    /// The gate of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "comention" => Some(Self::Comention),
            "mention" => Some(Self::Mention),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

fn passage_of(doc: &Document, index: u32) -> (&'static str, Option<&str>) {
    let passage = &doc.passages[index as usize];
    (passage.kind.as_str(), passage.section.as_deref())
}

/// Adds the ids of other concepts that share a name, each once. Names of big lexicons may stand for thousands of concepts.
fn also<'l>(lexicon: &'l Lexicon, others: &[ConceptId], ids: &mut Vec<&'l str>, known: &mut HashSet<&'l str>) {
    let more = others.iter().flat_map(|&other| lexicon.label_and_ids(other).1.iter());
    if others.len() <= 8 {
        for id in more {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        return;
    }
    known.clear();
    known.extend(ids.iter());
    ids.extend(more.filter(|id| known.insert(id)));
}

/// Calls `visit` with each mention of the document in text order, vetoed candidates included.
pub fn mentions(doc: &Document, result: &ScanResult, lexicon: &Lexicon, mut visit: impl FnMut(&MentionRow<'_>)) {
    let mut points = CodePoints::new(&doc.text);
    let (mut ids, mut known) = (Vec::new(), HashSet::new());
    for mention in &result.mentions {
        let (label, primary) = lexicon.label_and_ids(mention.concept);
        ids.clear();
        ids.extend(primary.iter());
        also(lexicon, &mention.also, &mut ids, &mut known);
        let (passage, section) = passage_of(doc, mention.passage);
        let span = points.span(mention.span);
        visit(&MentionRow {
            doc_id: &doc.id,
            doc_version: doc.version,
            record: doc.record,
            passage,
            section,
            sentence: mention.sentence,
            start: span.start,
            end: span.end,
            text: mention.span.of(&doc.text),
            family: &lexicon.family(lexicon.family_of(mention.concept)).id,
            concept: label,
            ids: &ids,
            counted: mention.counted,
            nested_in: mention.nested_in.map(|nested| nested.label(lexicon)),
            veto: mention.veto.as_ref().map(|veto| (veto.reason.as_str(), veto.detail.as_str())),
            source: doc.source_map.source_range(mention.span),
        });
    }
}

/// Calls `visit` with each comention of the document.
pub fn comentions(doc: &Document, result: &ScanResult, lexicon: &Lexicon, mut visit: impl FnMut(&ComentionRow<'_>)) {
    let (mut families, mut concepts) = (Vec::new(), Vec::new());
    for comention in &result.comentions {
        families.clear();
        families.extend(comention.families.iter().map(|&family| lexicon.family(family).id.as_str()));
        concepts.clear();
        concepts.extend(comention.concepts.iter().map(|&concept| lexicon.concept(concept).label));
        visit(&ComentionRow {
            doc_id: &doc.id,
            doc_version: doc.version,
            record: doc.record,
            level: comention.level.as_str(),
            passage: comention.passage,
            sentence: comention.sentence,
            families: &families,
            concepts: &concepts,
        });
    }
}

/// Whether the document passes the gate. `gated` is filled with one flag for each sentence of the result.
pub fn passes(doc: &Document, result: &ScanResult, gate: Gate, gated: &mut Vec<bool>) -> bool {
    gated.clear();
    gated.resize(result.sentences.len(), false);
    match gate {
        Gate::Comention => {
            for comention in result.comentions.iter().filter(|comention| comention.level == Level::Sentence) {
                if let Some(sentence) = comention.sentence {
                    gated[sentence as usize] = true;
                }
            }
            gated.contains(&true)
        }
        Gate::Mention => {
            for mention in result.mentions.iter().filter(|mention| mention.counted && mention.veto.is_none()) {
                gated[mention.sentence as usize] = true;
            }
            gated.contains(&true)
        }
        Gate::None => {
            for (flag, sentence) in gated.iter_mut().zip(&result.sentences) {
                *flag = doc.passages[sentence.passage as usize].kind != PassageKind::Reference;
            }
            true
        }
    }
}

/// Calls `visit` with each sentence of the document; `gated` holds one flag for each.
pub fn sentences(doc: &Document, result: &ScanResult, gated: &[bool], mut visit: impl FnMut(&SentenceRow<'_>)) {
    let mut points = CodePoints::new(&doc.text);
    for (index, (sentence, &gated)) in (0..).zip(result.sentences.iter().zip(gated)) {
        let (passage, section) = passage_of(doc, sentence.passage);
        let span = points.span(sentence.span);
        visit(&SentenceRow {
            doc_id: &doc.id,
            doc_version: doc.version,
            record: doc.record,
            sentence: index,
            passage,
            section,
            start: span.start,
            end: span.end,
            text: sentence.span.of(&doc.text),
            gated,
        });
    }
}
