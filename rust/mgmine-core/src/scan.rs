//! Scanning a document: candidates, abbreviations, vetoes, overlap, hosts, comentions.
//!
//! Results are pushed to a [`Sink`] rather than returned: the scanner keeps one [`ScanResult`] whose buffers it fills again for
//! every document, so nothing is allocated for the nineteen of twenty documents in which nothing matches, and whoever
//! wants rows (Arrow builders, JSON lines, a test's list) takes what it needs while the document is still at hand.

use crate::abbreviation::{Wanted, definitions, definitions_of, is_use_of, use_key};
use crate::automaton::Search;
use crate::comention::{Comention, Counted, comentions};
use crate::coordination::{self, Ends, Known, Near, Pairs};
use crate::dictionary::{Dictionary, Word};
use crate::document::{Document, PassageKind};
use crate::lexicon::{Case, ConceptId, FamilyId, HostId, Lexicon, NameId};
use crate::matcher::{self, Candidate, Matcher};
use crate::normalize::{fold_text, is_word};
use crate::sentence::{SentenceSpan, split_sentences};
use crate::span::Span;
use crate::veto::{VetoRules, phrase_key};

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
    /// The family of that.
    pub family: FamilyId,
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
    /// Abbreviation definitions in text order: those that may speak of a candidate, or all of the document if it was scanned
    /// by [`Scanner::scan_defined`].
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

/// A candidate on its way to becoming a mention.
#[derive(Clone, Copy, Debug)]
struct Found {
    span: Span,
    name: u32,
    concept: ConceptId,
    family: FamilyId,
    elliptical: bool,
    sentence: u32,
    /// Place among the vetoes of the document plus one; 0 for none. Vetoes are few, so they are kept apart.
    veto: u32,
    /// The [`use_key`] of its text.
    key: u16,
}

impl Found {
    /// Longest first, then leftmost: the order in which overlapping candidates are decided.
    fn rank(&self) -> (u32, u32, ConceptId) {
        (u32::MAX - self.span.len(), self.span.start, self.concept)
    }

    /// The candidate as a mention that does not count.
    fn mention(&self, passage: u32) -> Mention {
        Mention {
            span: self.span,
            concept: self.concept,
            family: self.family,
            name: NameId(self.name),
            passage,
            sentence: self.sentence,
            counted: false,
            elliptical: self.elliptical,
            nested_in: None,
            veto: None,
            also: Vec::new(),
        }
    }

    /// Text order, longest first: the order of the output.
    fn place(&self) -> (u32, u32, ConceptId) {
        (self.span.start, u32::MAX - self.span.end, self.concept)
    }
}

/// What a definition of the document says of a candidate.
enum Bound {
    /// Nothing.
    Free,
    /// It is a name of the concept.
    Confirmed,
    /// It is something else: this.
    Other(Span),
}

/// Scans documents, one after another, on one thread.
pub struct Scanner<'l> {
    lexicon: &'l Lexicon,
    dictionary: Option<Dictionary<'l>>,
    loose: Option<Search<'l>>,
    candidates: Vec<Candidate>,
    found: Vec<Found>,
    vetoes: Vec<Veto>,
    wanted: Wanted,
    /// The [`use_key`] of the short form of each definition.
    keys: Vec<u16>,
    ends: Ends,
    /// Kept candidates behind which a conjunct may end, and the number of the first word of each.
    near: Vec<(u32, u32)>,
    order: Vec<u32>,
    kept: Vec<Kept>,
    evidence: Evidence,
    counted: Vec<Counted>,
    result: ScanResult,
}

impl<'l> Scanner<'l> {
    /// A scanner for a lexicon. Cheap; make one a thread.
    #[must_use]
    pub fn new(lexicon: &'l Lexicon) -> Self {
        let dictionary = lexicon.dictionary();
        Self {
            lexicon,
            ends: Ends::new(|word| dictionary.as_ref().map_or(0, |whole| whole.table().hash_of(word))),
            dictionary,
            loose: lexicon.loose().map(|automaton| Search::new(lexicon.names(), automaton)),
            candidates: Vec::new(),
            found: Vec::new(),
            vetoes: Vec::new(),
            wanted: Wanted::none(),
            keys: Vec::new(),
            near: Vec::new(),
            order: Vec::new(),
            kept: Vec::new(),
            evidence: Evidence::default(),
            counted: Vec::new(),
            result: ScanResult::default(),
        }
    }

    /// The lexicon.
    #[must_use]
    pub fn lexicon(&self) -> &'l Lexicon {
        self.lexicon
    }

    /// Scans a document. Returns whether any mention, kept or vetoed, was found; if not, the result is empty (sentences too:
    /// see [`split_sentences`]). A document without passages has no text to scan.
    pub fn scan(&mut self, doc: &Document) -> bool {
        self.scan_as(doc, false)
    }

    /// The same, for whoever shows a document: with all its abbreviation definitions. The mentions are the same.
    pub fn scan_defined(&mut self, doc: &Document) -> bool {
        self.scan_as(doc, true)
    }

    fn scan_as(&mut self, doc: &Document, all_definitions: bool) -> bool {
        self.result.clear();
        if self.find(doc) == 0 {
            return false;
        }
        self.judge(doc, all_definitions);
        if self.result.mentions.is_empty() {
            self.result.clear();
            return false;
        }
        true
    }

    /// The first step of [`Scanner::scan`] alone: how many candidates the matchers find in a document.
    pub fn find(&mut self, doc: &Document) -> usize {
        self.candidates.clear();
        if doc.passages.is_empty() {
            return 0;
        }
        if let Some(dictionary) = &mut self.dictionary {
            dictionary.candidates(&doc.text, &mut self.candidates);
        }
        if let Some(loose) = &mut self.loose {
            loose.candidates(&doc.text, &mut self.candidates);
            matcher::sort(&mut self.candidates);
        }
        self.candidates.len()
    }

    /// What the last call of [`Scanner::scan`] found.
    #[must_use]
    pub fn result(&self) -> &ScanResult {
        &self.result
    }

    /// From candidates to mentions and comentions, as the design document lists the steps.
    fn judge(&mut self, doc: &Document, all_definitions: bool) {
        split_sentences(doc, &mut self.result.sentences);
        self.place(&doc.text);
        if self.found.is_empty() {
            return;
        }
        self.define(doc, all_definitions);
        self.vetoes.clear();
        self.evidence.start(self.lexicon.veto_count());
        let has_rules = self.lexicon.veto_count() > 0;
        self.keys.clear();
        self.keys.extend(self.result.definitions.iter().map(|definition| use_key(definition.short.of(&doc.text))));
        if !self.keys.is_empty() || has_rules {
            for index in 0..self.found.len() {
                if !has_rules && !self.keys.contains(&self.found[index].key) {
                    continue;
                }
                if let Some(veto) = self.veto(doc, index) {
                    self.vetoes.push(veto);
                    self.found[index].veto = self.vetoes.len() as u32;
                }
            }
        }
        self.unite();
        self.resolve(doc);
        if self.shortened(doc) {
            self.resolve(doc);
        }
        self.write(doc);
        self.pair();
    }

    /// Puts each candidate into its sentence; one that would cross a sentence border is none.
    fn place(&mut self, text: &str) {
        self.found.clear();
        let sentences = &self.result.sentences;
        let mut sentence = 0;
        let (mut last, mut key) = (Span::default(), 0);
        for candidate in &self.candidates {
            while sentences.get(sentence).is_some_and(|known| known.span.end <= candidate.start) {
                sentence += 1;
            }
            let span = Span::new(candidate.start, candidate.end);
            if !sentences.get(sentence).is_some_and(|known| known.span.contains(span)) {
                continue;
            }
            if span != last {
                (last, key) = (span, use_key(span.of(text)));
            }
            self.found.push(Found {
                span,
                name: candidate.name,
                concept: candidate.concept,
                family: candidate.family,
                elliptical: false,
                sentence: sentence as u32,
                veto: 0,
                key,
            });
        }
    }

    /// Looks for the definitions of the document: all, or those of short forms of which a candidate may be a use.
    fn define(&mut self, doc: &Document, all: bool) {
        if all {
            definitions(&doc.text, &self.result.sentences, &mut self.result.definitions);
            return;
        }
        self.wanted.clear();
        let mut last = Span::default();
        for found in &self.found {
            if found.span != last {
                self.wanted.add(found.span.of(&doc.text), found.key);
                last = found.span;
            }
        }
        definitions_of(&doc.text, &self.result.sentences, &self.wanted, &mut self.result.definitions);
    }

    /// Makes one candidate of a name that stands in several forms at one place: the first that is not vetoed, else the first. Names
    /// are numbered concept by concept, so the candidates of a concept at a place follow each other.
    fn unite(&mut self) {
        let is_same = |two: &[Found]| (two[0].span, two[0].concept) == (two[1].span, two[1].concept);
        if !self.found.windows(2).any(is_same) {
            return;
        }
        let mut last = 0;
        for index in 1..self.found.len() {
            let next = self.found[index];
            let united = &mut self.found[last];
            if (united.span, united.concept) != (next.span, next.concept) {
                last += 1;
                self.found[last] = next;
            } else if united.veto != 0 && next.veto == 0 {
                *united = next;
            }
        }
        self.found.truncate(last + 1);
    }

    /// Whether and how the document defines a candidate.
    fn bound(&self, doc: &Document, found: &Found) -> Bound {
        let mut bound = Bound::Free;
        let text = found.span.of(&doc.text);
        for (definition, &key) in self.result.definitions.iter().zip(&self.keys) {
            if key != found.key || !is_use_of(text, definition.short.of(&doc.text)) {
                continue;
            }
            if self.names_it(doc, found, definition) {
                return Bound::Confirmed;
            }
            if matches!(bound, Bound::Free) {
                bound = Bound::Other(definition.long);
            }
        }
        bound
    }

    /// Whether the long form is a name of the candidate's concept, or ends in one, or in one of its family.
    fn names_it(&self, doc: &Document, found: &Found, definition: &Definition) -> bool {
        let long = definition.long;
        let is_name = |name: &Found| {
            long.contains(name.span)
                && (name.span.end == long.end && (name.concept == found.concept || name.family == found.family)
                    || name.concept == found.concept
                        && name.span.start == long.start
                        && name.span.len() * 2 > long.len())
        };
        // Candidates are in text order, conjuncts found later behind them.
        let first = self.found.partition_point(|name| !name.elliptical && name.span.start < long.start);
        let inside = |name: &&Found| name.elliptical || name.span.start < long.end;
        if self.found[first..].iter().take_while(inside).any(is_name) {
            return true;
        }
        // `regulatory T (Treg) cells`: the head stands behind the bracket.
        let Some(dictionary) = self.dictionary.as_ref().map(Dictionary::table) else { return false };
        if definition.short.start < long.end {
            return false;
        }
        let behind = doc.text[definition.short.end as usize..].trim_start_matches([')', ']', '"', '\'', '”', '’']);
        if !dictionary.may_join(long.of(&doc.text), behind) {
            return false;
        }
        let mut end = 0;
        for _ in 0..2 {
            let word = behind[end..].trim_start_matches([' ', '\u{a0}', '-']);
            let length = word.find(|c: char| !is_word(c)).unwrap_or(word.len());
            if length == 0 {
                break;
            }
            end = behind.len() - word.len() + length;
            let whole = format!("{} {}", long.of(&doc.text), behind[..end].trim_start());
            if dictionary.named(&whole).iter().any(|&name| {
                let concept = self.lexicon.concept_of(NameId(name));
                concept == found.concept || self.lexicon.family_of(concept) == found.family
            }) {
                return true;
            }
        }
        false
    }

    fn veto(&mut self, doc: &Document, index: usize) -> Option<Veto> {
        let found = &self.found[index];
        let veto = |reason, detail: &str| Some(Veto { reason, detail: detail.to_owned() });
        let bound = self.bound(doc, found);
        if let Bound::Other(long) = bound {
            return veto(VetoReason::Abbreviation, long.of(&doc.text));
        }
        let sentence = self.result.sentences[found.sentence as usize].span;
        let text = &doc.text[sentence.start as usize..sentence.end as usize];
        let (start, end) = ((found.span.start - sentence.start) as usize, (found.span.end - sentence.start) as usize);
        for (index, rules) in self.lexicon.vetoes_of(found.name) {
            if let Some(phrase) = self.evidence.against(index, rules, &doc.text) {
                return veto(VetoReason::NotWith, phrase);
            }
            let is_defined = rules.needs_definition && matches!(bound, Bound::Confirmed);
            if rules.has_needs() && !is_defined && !self.evidence.has_needed(index, rules, &doc.text) {
                return veto(VetoReason::Needs, &rules.needs_text());
            }
            if let Some(pattern) = rules.not_after.iter().find(|pattern| pattern.precedes(text, start).is_some()) {
                return veto(VetoReason::NotAfter, &pattern.source);
            }
            if let Some(pattern) = rules.not_before.iter().find(|pattern| pattern.follows(text, end).is_some()) {
                return veto(VetoReason::NotBefore, &pattern.source);
            }
        }
        None
    }

    /// Decides among overlapping candidates: the kept ones, each with the concept it is nested in and the concepts that share its
    /// name, are in `kept`; what overlaps a longer one in part is vetoed. Only within a run of candidates that overlap one
    /// another is there anything to decide, and most runs are of one.
    fn resolve(&mut self, doc: &Document) {
        self.kept.clear();
        let mut run = std::mem::take(&mut self.order);
        run.clear();
        let mut end = 0;
        let mut next = |scanner: &mut Self, index: u32| {
            let Found { span, veto, .. } = scanner.found[index as usize];
            if veto != 0 {
                return;
            }
            if span.start >= end {
                scanner.close(doc, &mut run, end);
            }
            run.push(index);
            end = end.max(span.end);
        };
        if self.found.last().is_some_and(|last| last.elliptical) {
            let mut order: Vec<u32> = (0..self.found.len() as u32).collect();
            order.sort_by_key(|&index| self.found[index as usize].span.start);
            order.into_iter().for_each(|index| next(self, index));
        } else {
            (0..self.found.len() as u32).for_each(|index| next(self, index));
        }
        self.close(doc, &mut run, end);
        self.order = run;
    }

    /// Decides among the candidates of a run that ends at `end`, and empties it. What is kept of it is in text order.
    fn close(&mut self, doc: &Document, run: &mut Vec<u32>, end: u32) {
        match run[..] {
            [] => return,
            [index] => self.kept.push(Kept { index, nested: None, also: Vec::new(), run_end: end }),
            [..] => {
                run.sort_unstable_by_key(|&index| (self.found[index as usize].rank(), index));
                let (first, last) = (run[0], run[run.len() - 1]);
                if self.found[first as usize].span == self.found[last as usize].span {
                    // By rank, what stands between two of the same span has it too.
                    let also = run[1..].iter().map(|&index| self.found[index as usize].concept).collect();
                    self.kept.push(Kept { index: first, nested: None, also, run_end: end });
                } else {
                    let before = self.kept.len();
                    self.decide(doc, run, end);
                    self.kept[before..].sort_unstable_by_key(|kept| self.found[kept.index as usize].place());
                }
            }
        }
        run.clear();
    }

    /// Decides among the candidates of a run that ends at `run_end`, given by rank.
    fn decide(&mut self, doc: &Document, run: &[u32], run_end: u32) {
        let first = self.kept.len();
        for &index in run {
            let found = &self.found[index as usize];
            let mut nested = None;
            let mut verdict = Verdict::Keep;
            for (place, other) in self.kept.iter().enumerate().skip(first) {
                let winner = &self.found[other.index as usize];
                if !winner.span.overlaps(found.span) {
                    continue;
                }
                if winner.span == found.span && other.nested.is_none() {
                    verdict = Verdict::Share(place);
                } else if !winner.span.contains(found.span) {
                    verdict = Verdict::Veto(winner.span);
                } else if winner.family == found.family {
                    verdict = Verdict::Drop;
                } else {
                    nested = nested.or(Some(winner.concept));
                    continue;
                }
                break;
            }
            match verdict {
                Verdict::Keep => self.kept.push(Kept { index, nested, also: Vec::new(), run_end }),
                Verdict::Share(place) => self.kept[place].also.push(found.concept),
                Verdict::Drop => {}
                Verdict::Veto(span) => {
                    let detail = span.of(&doc.text).to_owned();
                    self.vetoes.push(Veto { reason: VetoReason::Overlap, detail });
                    self.found[index as usize].veto = self.vetoes.len() as u32;
                }
            }
        }
    }

    /// Adds conjuncts that lack what they share with the last one (`CD4+ and CD8+ T cells`) or the first (`TRPM6/7`), if with it
    /// they are a name. Returns whether there are any.
    fn shortened(&mut self, doc: &Document) -> bool {
        let Some(whole) = self.dictionary.as_ref() else { return false };
        let dictionary = whole.table();
        let before = self.found.len();
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        let words = whole.words();
        self.ends.fill(&doc.text, words);
        self.near.clear();
        for kept in self.kept.iter().filter(|kept| kept.nested.is_none()) {
            let found = &self.found[kept.index as usize];
            match self.ends.near(words, found.span) {
                Near::End { last, first } => {
                    // Asked for when the others are known, so that nothing waits for memory.
                    dictionary.fetch_neighbours(words[last as usize].hash, words[first as usize].hash);
                    self.near.push((kept.index, first));
                }
                Near::Unknown => order.push(kept.index),
                Near::Nothing => {
                    let sentence = self.result.sentences[found.sentence as usize].span;
                    if coordination::may_follow(&doc.text, sentence, found.span) {
                        order.push(kept.index);
                    }
                }
            }
        }
        let are = Pairs {
            neighbours: |one: &Word, other: &Word| dictionary.are_neighbours(one.hash, other.hash),
            first: |one: &Word, other: &Word| dictionary.are_first(one.hash, other.hash),
        };
        for &(index, first) in &self.near {
            let found = &self.found[index as usize];
            let sentence = self.result.sentences[found.sentence as usize].span;
            if coordination::may_precede(words, sentence.start, found.span, first, &self.ends, &are)
                || coordination::may_follow(&doc.text, sentence, found.span)
            {
                order.push(index);
            }
        }
        order.sort_unstable_by_key(|&index| (self.found[index as usize].rank(), index));
        for &index in &order {
            let found = self.found[index as usize];
            let sentence = self.result.sentences[found.sentence as usize].span;
            let family = found.family;
            let (lexicon, number) = (self.lexicon, found.sentence);
            let name_of = |text: &str| {
                dictionary.named(text).into_iter().find(|&name| {
                    let concept = lexicon.concept_of(NameId(name));
                    let form = lexicon.name(NameId(name));
                    let same_case =
                        form.case == Case::Insensitive || fold_text(form.text, true) == fold_text(text, true);
                    lexicon.family_of(concept) == family && same_case
                })
            };
            let mut more = Vec::new();
            let may_join = |conjunct: &str, head: &str| dictionary.may_join(conjunct, head);
            let may_begin = |conjunct: &str, head: &str| dictionary.may_begin(conjunct, head);
            let known = Known { may_join: &may_join, may_begin: &may_begin, name_of: &name_of };
            coordination::conjuncts(&doc.text, sentence, found.span, &known, &mut |span, name| more.push((span, name)));
            for (span, name) in more {
                let concept = self.lexicon.concept_of(NameId(name));
                let known =
                    self.found.iter().any(|found| found.span == span && found.family == family && found.veto == 0);
                if known {
                    continue;
                }
                let key = use_key(span.of(&doc.text));
                self.found.push(Found {
                    span,
                    name,
                    concept,
                    family,
                    sentence: number,
                    elliptical: true,
                    veto: 0,
                    key,
                });
                let index = self.found.len() - 1;
                // The whole name's evidence is asked for; what stands around the conjunct is the coordination.
                if self.veto(doc, index).is_some() {
                    self.found.pop();
                }
            }
        }
        self.order = order;
        self.found.len() > before
    }

    /// Writes the mentions in text order: kept ones, with hosts and reference passages, and vetoed ones.
    fn write(&mut self, doc: &Document) {
        let mut vetoed = std::mem::take(&mut self.order);
        vetoed.clear();
        if !self.vetoes.is_empty() {
            for (at, found) in (0..).zip(&self.found).filter(|(_, found)| found.veto != 0) {
                // Inside a kept mention of the family nobody misses it. Runs of kept ones are in text order and apart.
                let first = self.kept.partition_point(|kept| kept.run_end <= found.span.start);
                let mut near = self.kept[first..].iter().take_while(|kept| kept.run_end == self.kept[first].run_end);
                let shadowed = near.any(|kept| {
                    let kept = &self.found[kept.index as usize];
                    kept.span.contains(found.span) && kept.family == found.family
                });
                if !shadowed {
                    vetoed.push(at);
                }
            }
            vetoed.sort_by_key(|&index| self.found[index as usize].place());
        }
        let mut mentions = std::mem::take(&mut self.result.mentions);
        let mut kept = std::mem::take(&mut self.kept);
        mentions.reserve(kept.len() + vetoed.len());
        let mut rejected = vetoed.iter().map(|&index| index as usize).peekable();
        for Kept { index, nested, also, .. } in kept.drain(..) {
            let Span { start, end } = self.found[index as usize].span;
            while let Some(&index) = rejected.peek()
                && let Span { start: other, end: far } = self.found[index].span
                && (other < start || other == start && far > end)
            {
                mentions.push(self.rejected(index));
                rejected.next();
            }
            let found = &self.found[index as usize];
            let sentence = self.result.sentences[found.sentence as usize];
            let is_reference = doc.passages[sentence.passage as usize].kind == PassageKind::Reference;
            let nested_in = nested.map(Nested::Concept).or_else(|| self.host(doc, found, sentence.span));
            mentions.push(Mention {
                counted: nested_in.is_none() && !is_reference,
                nested_in: if is_reference { None } else { nested_in },
                also,
                ..found.mention(sentence.passage)
            });
        }
        for index in rejected {
            mentions.push(self.rejected(index));
        }
        self.result.mentions = mentions;
        self.kept = kept;
        self.order = vetoed;
    }

    /// The mention that a vetoed candidate is.
    fn rejected(&mut self, index: usize) -> Mention {
        let found = &self.found[index];
        let Veto { reason, detail } = &mut self.vetoes[found.veto as usize - 1];
        let veto = Veto { reason: *reason, detail: std::mem::take(detail) };
        let passage = self.result.sentences[found.sentence as usize].passage;
        Mention { veto: Some(veto), ..found.mention(passage) }
    }

    fn host(&self, doc: &Document, found: &Found, sentence: Span) -> Option<Nested> {
        if self.lexicon.hosts().is_empty() {
            return None;
        }
        let text = sentence.of(&doc.text);
        let (start, end) = ((found.span.start - sentence.start) as usize, (found.span.end - sentence.start) as usize);
        let hosts = self.lexicon.hosts();
        let at = hosts.iter().position(|host| host.holds(found.concept, found.family, text, start, end))?;
        Some(Nested::Host(HostId(at as u16)))
    }

    fn pair(&mut self) {
        self.counted.clear();
        for mention in self.result.mentions.iter().filter(|mention| mention.counted) {
            if self.lexicon.family(mention.family).topic {
                let Mention { passage, sentence, family, concept, .. } = *mention;
                self.counted.push(Counted { passage, sentence, family, concept });
            }
        }
        comentions(&self.counted, &mut self.result.comentions);
    }

    /// [`Scanner::scan`] with the candidates of another matcher.
    #[cfg(test)]
    pub(crate) fn scan_with(&mut self, doc: &Document, matcher: &mut dyn Matcher) -> bool {
        self.result.clear();
        // What finds coordinations asks for the words of the text.
        self.find(doc);
        self.candidates.clear();
        matcher.candidates(&doc.text, &mut self.candidates);
        if self.candidates.is_empty() || doc.passages.is_empty() {
            return false;
        }
        self.judge(doc, false);
        if self.result.mentions.is_empty() {
            self.result.clear();
        }
        !self.result.mentions.is_empty()
    }
}

/// A candidate that was kept.
struct Kept {
    index: u32,
    nested: Option<ConceptId>,
    also: Vec<ConceptId>,
    /// Where the run of overlapping candidates ends that it is one of.
    run_end: u32,
}

enum Verdict {
    Keep,
    Share(usize),
    Drop,
    Veto(Span),
}

/// What stands anywhere in the document, looked up once for each set of veto rules that asks.
#[derive(Default)]
struct Evidence {
    /// The text as phrases are looked for in it; empty until asked for.
    key: String,
    /// For each rule set: index of the phrase that speaks against it plus one, or 0 for none; `None` until asked for.
    against: Vec<Option<usize>>,
    needed: Vec<Option<bool>>,
}

impl Evidence {
    fn start(&mut self, sets: usize) {
        self.key.clear();
        self.against.clear();
        self.against.resize(sets, None);
        self.needed.clear();
        self.needed.resize(sets, None);
    }

    fn key(&mut self, text: &str) -> &str {
        if self.key.is_empty() {
            self.key = phrase_key(text);
        }
        &self.key
    }

    /// The phrase of `not_with` that stands in the text.
    fn against<'r>(&mut self, set: usize, rules: &'r VetoRules, text: &str) -> Option<&'r str> {
        if rules.not_with.is_empty() {
            return None;
        }
        let found = match self.against[set] {
            Some(found) => found,
            None => {
                let key = self.key(text);
                let found = rules.not_with.iter().position(|phrase| phrase.is_in(key)).map_or(0, |at| at + 1);
                self.against[set] = Some(found);
                found
            }
        };
        found.checked_sub(1).map(|at| rules.not_with[at].source.as_str())
    }

    /// Whether one of the phrases of `needs` stands in the text.
    fn has_needed(&mut self, set: usize, rules: &VetoRules, text: &str) -> bool {
        if let Some(known) = self.needed[set] {
            return known;
        }
        let key = self.key(text);
        let found = rules.needs.iter().any(|phrase| phrase.is_in(key));
        self.needed[set] = Some(found);
        found
    }
}
