//! What a matcher is: it knows names and finds all places where one stands, boundary and case verified, and nothing else. What
//! becomes of a candidate (abbreviations, vetoes, overlap) is the business of [`crate::scan`].

use crate::lexicon::{Case, ConceptId, FamilyId};
use crate::normalize::{Folded, fold, is_word};

/// A name at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Candidate {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// The name's index.
    pub name: u32,
    /// What it names.
    pub concept: ConceptId,
    /// The family of that.
    pub family: FamilyId,
}

/// Finds the candidates of a text.
pub trait Matcher {
    /// Appends all candidates of `text` to `out`, sorted by start, then longest first, then by name.
    fn candidates(&mut self, text: &str, out: &mut Vec<Candidate>);
}

/// Sorts candidates into the order every matcher gives.
pub fn sort(candidates: &mut [Candidate]) {
    // Stable: that sort takes what is in order already as it is, and the names of one form, thousands sometimes, are.
    candidates.sort_by_key(|found| (found.start, u32::MAX - found.end, found.name));
}

/// Where `name` ends if it stands at byte `start` of `text`, glyphs folded and case as asked; boundaries not looked at.
#[must_use]
pub fn end_of(name: &str, case: Case, text: &str, start: usize) -> Option<usize> {
    let exact = case == Case::Exact;
    let mut found = Folded::new(text, start, exact);
    for c in Folded::new(name, 0, exact) {
        if found.next() != Some(c) {
            return None;
        }
    }
    Some(found.offset())
}

/// Verifies that a word-bounded name of this form stands where its first letter or digit is at byte `core` of `text`: signs
/// around it and case. Gives its start and end.
///
/// The boundaries are known to be right: the caller found the core's words whole, and a name that begins or ends with a sign
/// may stand anywhere.
#[must_use]
pub(crate) fn verify_folded(form: &str, case: Case, text: &str, core: usize) -> Option<(u32, u32)> {
    let mut start = core;
    if form.chars().next().is_some_and(|c| !is_word(c)) {
        for c in form[..form.find(is_word)?].chars().rev() {
            let c = fold(c);
            let before = text[..start].chars().next_back()?;
            if fold(before) != c {
                return None;
            }
            start -= before.len_utf8();
            if c == ' ' {
                start = text[..start].trim_end_matches(|c| fold(c) == ' ').len();
            }
        }
    }
    let end = end_of(form, case, text, start)?;
    Some((u32::try_from(start).ok()?, u32::try_from(end).ok()?))
}
