//! The naive scanner, which tries every name everywhere: what every other way to match is compared with, in tests and when
//! fuzzing.

use crate::automaton::{Automaton, Search};
use crate::boundary;
use crate::lexicon::{Case, Lexicon, Names};
use crate::matcher::{Candidate, Matcher, sort};
use crate::normalize::{fold, fold_case, fold_text};

/// Tries every name at every character.
pub struct Naive<'l> {
    /// The names.
    pub names: Names<'l>,
}

impl Naive<'_> {
    /// What each character is compared as, runs of white space as one, with the bytes it covers.
    pub(crate) fn folded(text: &str, exact: bool) -> Vec<(char, usize, usize)> {
        let mut out: Vec<(char, usize, usize)> = Vec::new();
        for (at, c) in text.char_indices() {
            let folded = if exact { fold(c) } else { fold_case(c) };
            let end = at + c.len_utf8();
            match out.last_mut() {
                Some(last) if last.0 == ' ' && folded == ' ' => last.2 = end,
                _ => out.push((folded, at, end)),
            }
        }
        out
    }
}

impl Matcher for Naive<'_> {
    fn candidates(&mut self, text: &str, out: &mut Vec<Candidate>) {
        let from = out.len();
        for name in 0..self.names.count() {
            let (form, case, bounds) = self.names.form(name);
            let exact = case == Case::Exact;
            let wanted: Vec<char> = fold_text(form, exact).chars().collect();
            let chars = Self::folded(text, exact);
            for window in chars.windows(wanted.len()) {
                let (start, end) = (window[0].1, window[window.len() - 1].2);
                if window.iter().map(|c| c.0).eq(wanted.iter().copied()) && boundary::allows(bounds, text, start, end) {
                    out.push(self.names.candidate(name, start, end));
                }
            }
        }
        sort(&mut out[from..]);
    }
}

/// What a matcher finds in a text.
pub fn found(matcher: &mut dyn Matcher, text: &str) -> Vec<Candidate> {
    let mut out = Vec::new();
    matcher.candidates(text, &mut out);
    out
}

/// What each way to match finds.
///
/// # Panics
/// If they do not find the same.
pub fn all_ways(lexicon: &Lexicon, text: &str) -> Vec<Candidate> {
    let names = lexicon.names();
    let naive = found(&mut Naive { names }, text);
    let automaton = Automaton::new(names, 0..names.count()).expect("few names");
    assert_eq!(found(&mut Search::new(names, &automaton), text), naive, "automaton in {text:?}");
    let mut both = found(&mut lexicon.dictionary().expect("well-formed"), text);
    if let Some(loose) = lexicon.loose() {
        both.extend(found(&mut Search::new(names, loose), text));
        sort(&mut both);
    }
    assert_eq!(both, naive, "dictionary in {text:?}");
    naive
}
