//! The automaton: Aho-Corasick over folded text. It finds the names whose boundary is not `word`, which may begin or end anywhere,
//! and serves as a second, independent way to find all others.

use aho_corasick::{AhoCorasick, MatchKind};

use crate::boundary;
use crate::lexicon::Names;
use crate::matcher::{Candidate, Matcher, end_of, sort};
use crate::normalize::{Folded, fold_text};

/// An automaton over some names of a lexicon.
#[derive(Clone, Debug)]
pub struct Automaton {
    search: AhoCorasick,
    /// Pattern index → name.
    names: Vec<u32>,
}

impl Automaton {
    /// An automaton of the given names; `None` if there are too many for one.
    #[must_use]
    pub fn new(names: Names<'_>, which: impl IntoIterator<Item = u32>) -> Option<Self> {
        let which: Vec<u32> = which.into_iter().collect();
        let patterns = which.iter().map(|&name| fold_text(names.form(name).0, false));
        let search = AhoCorasick::builder().match_kind(MatchKind::Standard).build(patterns).ok()?;
        Some(Self { search, names: which })
    }
}

/// An automaton at work: folds the text into a buffer of its own.
pub struct Search<'l> {
    names: Names<'l>,
    automaton: &'l Automaton,
    folded: String,
    /// For each byte of `folded`, the byte of the text it came from; empty if they are the same.
    origin: Vec<u32>,
}

impl<'l> Search<'l> {
    /// A search with an automaton.
    #[must_use]
    pub fn new(names: Names<'l>, automaton: &'l Automaton) -> Self {
        Self { names, automaton, folded: String::new(), origin: Vec::new() }
    }

    fn fold(&mut self, text: &str) {
        self.folded.clear();
        self.origin.clear();
        let bytes = text.as_bytes();
        let plain = text.is_ascii() && !bytes.windows(2).any(|two| two[0] <= b' ' && two[1] <= b' ');
        if plain {
            self.folded.push_str(text);
            self.folded.make_ascii_lowercase();
            if bytes.iter().any(|&byte| byte < b' ') {
                self.folded = self.folded.replace(['\t', '\n', '\r', '\x0b', '\x0c'], " ");
            }
            return;
        }
        let mut walk = Folded::new(text, 0, false);
        loop {
            let at = walk.offset();
            let Some(c) = walk.next() else { break };
            self.folded.push(c);
            self.origin.resize(self.folded.len(), at as u32);
        }
    }
}

impl Matcher for Search<'_> {
    fn candidates(&mut self, text: &str, out: &mut Vec<Candidate>) {
        let from = out.len();
        self.fold(text);
        for found in self.automaton.search.find_overlapping_iter(&self.folded) {
            let name = self.automaton.names[found.pattern().as_usize()];
            let start = self.origin.get(found.start()).map_or(found.start(), |&at| at as usize);
            let (form, case, bounds) = self.names.form(name);
            let Some(end) = end_of(form, case, text, start) else { continue };
            if boundary::allows(bounds, text, start, end) {
                out.push(self.names.candidate(name, start, end));
            }
        }
        sort(&mut out[from..]);
    }
}
