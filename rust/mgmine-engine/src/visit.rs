//! From what the scan found in a document to rows: byte offsets become code points, indexes become names.

use std::collections::{HashMap, HashSet};

use mgmine_core::comention::Level;
use mgmine_core::document::{Document, PassageKind};
use mgmine_core::lexicon::{ConceptId, Lexicon, NameId};
use mgmine_core::scan::{Mention, ScanResult};
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

/// The ids of mentions: those of the concept, then those of the other concepts that share the name, each once. Names of big
/// lexicons may stand for thousands of concepts, so the ids of these are put together once.
#[derive(Default)]
pub struct AllIds<'l> {
    last: Vec<&'l str>,
    many: HashMap<NameId, Many<'l>>,
    /// Ids in `many`.
    held: usize,
}

/// The ids of many concepts.
struct Many<'l> {
    also: Vec<ConceptId>,
    ids: Vec<&'l str>,
}

impl<'l> AllIds<'l> {
    /// With more other concepts than this, the ids are kept.
    const FEW: usize = 8;
    /// Most ids kept.
    const MOST: usize = 1 << 18;

    /// The ids of a mention.
    pub fn of(&mut self, mention: &Mention, lexicon: &'l Lexicon) -> &[&'l str] {
        let ids_of = |concept| lexicon.ids(concept).iter();
        let others = mention.also.iter().flat_map(|&other| ids_of(other));
        if mention.also.len() <= Self::FEW {
            self.last.clear();
            self.last.extend(ids_of(mention.concept));
            for id in others {
                if !self.last.contains(&id) {
                    self.last.push(id);
                }
            }
            return &self.last;
        }
        if self.many.get(&mention.name).is_none_or(|known| known.also != mention.also) {
            let mut ids: Vec<&'l str> = ids_of(mention.concept).collect();
            let mut known: HashSet<&'l str> = ids.iter().copied().collect();
            ids.extend(others.filter(|id| known.insert(id)));
            self.held += ids.len();
            if self.held > Self::MOST {
                self.many.clear();
                self.held = ids.len();
            }
            self.many.insert(mention.name, Many { also: mention.also.clone(), ids });
        }
        &self.many[&mention.name].ids
    }
}

/// Calls `visit` with each mention of the document in text order, vetoed candidates included.
pub fn mentions<'l>(
    doc: &Document,
    result: &ScanResult,
    lexicon: &'l Lexicon,
    all_ids: &mut AllIds<'l>,
    mut visit: impl FnMut(&MentionRow<'_>),
) {
    let mut points = CodePoints::new(&doc.text);
    for mention in &result.mentions {
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
            family: &lexicon.family(mention.family).id,
            concept: lexicon.label(mention.concept),
            ids: all_ids.of(mention, lexicon),
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
        concepts.extend(comention.concepts.iter().map(|&concept| lexicon.label(concept)));
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
