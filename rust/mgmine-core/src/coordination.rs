//! Coordinations in which a conjunct lacks what it shares with another: `CD4+ and CD8+ T cells`, `naive, effector and memory T
//! cells`, `αL and αM integrins`, `CD4- or CD8-positive T cells`, `TRPM6/7`, `ICAM-1, -2 and -3`.
//!
//! Nothing has to be said in the lexicon: a conjunct counts if, with the missing part put back, it is a name of the same family.

use crate::dictionary::Word;
use crate::normalize::{fold, is_word};
use crate::span::Span;

/// What is known of names.
pub(crate) struct Known<'k> {
    /// Whether some name may hold the last word of the one directly before the first word of the other; may say yes too often.
    pub may_join: &'k dyn Fn(&str, &str) -> bool,
    /// Whether some name may begin with the words of the one before those of the other; may say yes too often.
    pub may_begin: &'k dyn Fn(&str, &str) -> bool,
    /// The name of that form, if there is one in the family.
    pub name_of: &'k dyn Fn(&str) -> Option<u32>,
}

/// Finds the shortened conjuncts around a mention and calls `push` with the span of each and the name it stands for.
pub(crate) fn conjuncts(text: &str, sentence: Span, mention: Span, known: &Known<'_>, push: &mut dyn FnMut(Span, u32)) {
    let (from, to) = (sentence.start as usize, sentence.end as usize);
    before(text, from, mention, known, push);
    after(text, to, mention, known, push);
}

/// The ends of the mention that other conjuncts may share, longest first: `T cells` and `cells` of `CD8+ T cells`.
fn heads(mention: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut was_word = true;
    for (at, c) in mention.char_indices() {
        let is_word = is_word(c);
        if is_word
            && !was_word
            && mention[at..].chars().take(2).all(|c| c.is_alphabetic() || fold(c) == ' ' || fold(c) == '-')
        {
            out.push(&mention[at..]);
        }
        was_word = is_word;
    }
    out
}

/// Conjuncts before the mention, from right to left.
fn before(text: &str, from: usize, mention: Span, known: &Known<'_>, push: &mut dyn FnMut(Span, u32)) {
    /// No coordination has more members than this.
    const MEMBERS: usize = 8;
    /// No coordinator that matters is farther away, in bytes.
    const REACH: usize = 60;
    let mut at = mention.start as usize;
    let mut unknown = false;
    let mut form = String::new();
    if coordinator_before(text, from, at).is_none() {
        // `CD4+ and CD161+ T cells`: the last modifier is not of the lexicon, its head is.
        let Some(start) = skip_unknown(text, from, at) else { return };
        at = start;
        unknown = true;
    }
    let whole = mention.of(text);
    let mut heads = heads(whole);
    if unknown {
        heads.insert(0, whole);
    }
    if heads.is_empty() || !is_near(text, from.max((mention.start as usize).saturating_sub(REACH)), at, mention) {
        return;
    }
    for _ in 0..MEMBERS {
        let Some(end) = coordinator_before(text, from, at) else { return };
        let mut start = end;
        let mut found = None;
        // Whichever word the conjunct begins with, it ends with this one.
        let heads: Vec<&str> = heads.iter().copied().filter(|head| (known.may_join)(&text[from..end], head)).collect();
        for _ in 0..if heads.is_empty() { 0 } else { WORDS } {
            let Some(word) = word_before(text, from, start) else { break };
            start = word;
            let conjunct = &text[start..end];
            let bare = conjunct.trim_end_matches(|c| fold(c) == '-');
            let name = heads.iter().filter(|head| (known.may_begin)(conjunct, head)).find_map(|head| {
                let mut with = |joint: &str, conjunct: &str| {
                    form.clear();
                    [conjunct, joint, head].iter().for_each(|part| form.push_str(part));
                    (known.name_of)(&form)
                };
                with(" ", bare)
                    .or_else(|| with("-", bare))
                    .or_else(|| if bare.len() < conjunct.len() { with(" ", conjunct) } else { None })
            });
            if let Some(name) = name {
                // `CD4- or CD8-positive`: the hyphen stands for the missing part.
                found = Some((start, start + bare.len(), name));
            }
            if !(known.may_join)(&text[from..start], conjunct) {
                break;
            }
        }
        match found {
            Some((start, end, name)) => {
                push(Span::new(start as u32, end as u32), name);
                at = start;
            }
            None => {
                let Some(start) = skip_unknown(text, from, end) else { return };
                at = start;
            }
        }
    }
}

/// Whether what may be a part of a coordinator stands between `start` and a mention. Behind one, which ends before `at` but for
/// white space, it mostly does.
fn is_near(text: &str, start: usize, at: usize, mention: Span) -> bool {
    let bytes = text.as_bytes();
    let mut end = at;
    while end > start && is_space(bytes[end - 1]) {
        end -= 1;
    }
    if end >= start + 2 && bytes[end - 1].is_ascii() {
        return true;
    }
    let near = &bytes[start..mention.start as usize];
    let is_word = |pair: &[u8]| matches!(pair, b"nd" | b"or" | b"as" | b"us" | b"ot" | b"lu" | b"vs" | b"so" | b"an");
    near.iter().any(|byte| matches!(byte, b',' | b'/' | b'&')) || near.windows(2).any(is_word)
}

/// The start of one to three plain words that stand between a coordinator and `at`.
fn skip_unknown(text: &str, from: usize, at: usize) -> Option<usize> {
    let mut start = at;
    for _ in 0..UNKNOWN {
        start = word_before(text, from, start)?;
        if coordinator_before(text, from, start).is_some() {
            return Some(start);
        }
    }
    None
}

/// The start of the word before `at`; none across punctuation.
fn word_before(text: &str, from: usize, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut end = at;
    while end > from && is_space(bytes[end - 1]) {
        end -= 1;
    }
    // Nearly all words are of this kind: letters, digits and hyphens between two spaces.
    let mut start = end;
    while start > from && (bytes[start - 1].is_ascii_alphanumeric() || bytes[start - 1] == b'-') {
        start -= 1;
    }
    if start < end && bytes[end - 1] != b'-' && (start == from || is_space(bytes[start - 1])) {
        return Some(start);
    }
    let body = text[from..at].trim_end_matches(|c| fold(c) == ' ');
    let start = body
        .rfind(|c| fold(c) == ' ' || c == '/')
        .map_or(0, |by| by + body[by..].chars().next().map_or(1, char::len_utf8));
    let word = &body[start..];
    let opens = word.starts_with(['(', '[']) && !word.ends_with([')', ']']);
    let breaks = word.ends_with([',', ';', ':', '.']) || opens || !word.chars().any(is_word);
    (!breaks).then_some(from + start)
}

/// White space of ASCII.
const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// Whether [`coordinator_before`] has to look closer; its last sign or two letters say so of nearly all places.
fn may_end_coordinator(bytes: &[u8], from: usize, at: usize) -> bool {
    let mut end = at;
    while end > from && is_space(bytes[end - 1]) {
        end -= 1;
    }
    let spaced = end < at;
    match bytes[from..end] {
        [.., last] if last >= 0x80 => true,
        [.., b'/'] => true,
        [.., b',' | b'&'] => spaced,
        [.., one, two] => {
            spaced && matches!(&[one, two], b"nd" | b"or" | b"ot" | b"as" | b"us" | b"s." | b"vs" | b"so" | b"an")
        }
        _ => false,
    }
}

/// Most words of a conjunct.
const WORDS: usize = 4;

/// Most words between a coordinator and what it joins.
const UNKNOWN: u32 = 3;

/// What is known of pairs of words; both may say yes too often.
pub(crate) struct Pairs<N: Fn(&Word, &Word) -> bool, F: Fn(&Word, &Word) -> bool> {
    /// Whether some name may hold the one directly before the other.
    pub neighbours: N,
    /// Whether some name may begin with them.
    pub first: F,
}

/// Most words looked at; farther back nothing is ruled out.
const FAR: usize = 64;

/// Most words, as white space parts them, from a coordinator to what it joins: those between, and the first of that.
const AWAY: u32 = UNKNOWN + 1;

/// Where conjuncts of a text may end: of each word, the number of the nearest word before it behind which a coordinator may
/// stand, if what that joins may begin with it. From there the next one is found in the same way.
#[derive(Debug)]
pub(crate) struct Ends {
    before: Vec<u32>,
    /// Number of the first word of the mention last asked for.
    last: usize,
    /// A bit for the first six bits of the hash of each of [`PARTS`]: most words are told by it.
    parts: u64,
}

impl Ends {
    const NONE: u32 = u32::MAX;

    /// `hash_of` gives the hashes that words will have.
    pub(crate) fn new(hash_of: impl Fn(&str) -> u64) -> Self {
        let parts = PARTS.iter().fold(0, |parts, part| parts | 1 << (hash_of(part) >> 58));
        Self { before: Vec::new(), last: 0, parts }
    }

    /// Those of a text, given with its words.
    pub(crate) fn fill(&mut self, text: &str, words: &[Word]) {
        let bytes = text.as_bytes();
        self.last = 0;
        self.before.clear();
        self.before.reserve(words.len());
        self.before.extend(words.first().map(|_| Self::NONE));
        // Words between the nearest end and the next word.
        let (mut nearest, mut away) = (Self::NONE, 0);
        self.before.extend((0..).zip(words.windows(2)).map(|(number, two)| {
            let (word, next) = (&two[0], &two[1]);
            let (mut is_apart, mut is_sign) = (true, false);
            if next.start != word.end + 1 || bytes[word.end as usize] != b' ' {
                let gap = &bytes[word.end as usize..next.start as usize];
                is_apart = gap.iter().any(|&byte| is_space(byte));
                is_sign = gap.iter().any(|byte| matches!(byte, b',' | b'/' | b'&'));
            }
            let is_part =
                self.parts >> (next.hash >> 58) & 1 == 1 && is_part(&bytes[next.start as usize..next.end as usize]);
            if is_sign | is_part {
                (nearest, away) = (number, u32::from(is_apart & !is_part));
            } else {
                away += u32::from(is_apart);
            }
            if away > AWAY { Self::NONE } else { nearest }
        }));
    }

    /// What stands before a mention. Best asked for in text order.
    pub(crate) fn near(&mut self, words: &[Word], mention: Span) -> Near {
        let mut first = self.last;
        while first > 0 && words[first - 1].end > mention.start {
            first -= 1;
        }
        while words.get(first).is_some_and(|word| word.end <= mention.start) {
            first += 1;
        }
        self.last = first;
        match self.before.get(first) {
            Some(&last) if words[first].start < mention.end => {
                if last == Self::NONE {
                    Near::Nothing
                } else {
                    Near::End { last, first: first as u32 }
                }
            }
            _ => Near::Unknown,
        }
    }
}

/// What stands before a mention.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Near {
    /// No coordinator.
    Nothing,
    /// The numbers of a word with which a conjunct may end and of the mention's first word.
    End { last: u32, first: u32 },
    /// There is no word in the mention.
    Unknown,
}

/// Whether conjuncts may stand before a mention, whose first word is number `first`, in a sentence that begins at `from`: whether a
/// coordinator may stand near before it, or before that one, and behind a word that begins, or goes on, a name together with
/// what the mention ends in. `words` are the words of the text, `ends` what is known of them. Says yes of all before which
/// [`conjuncts`] finds some.
pub(crate) fn may_precede(
    words: &[Word],
    from: u32,
    mention: Span,
    first: u32,
    ends: &Ends,
    pairs: &Pairs<impl Fn(&Word, &Word) -> bool, impl Fn(&Word, &Word) -> bool>,
) -> bool {
    let first = first as usize;
    let mut number = first;
    while let Some(&last) = ends.before.get(number).filter(|&&last| last != Ends::NONE) {
        number = last as usize;
        if words[number].end <= from {
            return false;
        }
        if first - number >= FAR || may_end(words, number, first, mention, pairs) {
            return true;
        }
    }
    false
}

/// Whether a conjunct may end with word number `last` that shares some end of a mention, whose first word is number `first`, or all of it.
fn may_end(
    words: &[Word],
    last: usize,
    first: usize,
    mention: Span,
    pairs: &Pairs<impl Fn(&Word, &Word) -> bool, impl Fn(&Word, &Word) -> bool>,
) -> bool {
    // Every two words from the conjunct's first on stand in the name.
    let may_begin = || {
        let mut back = words[..=last].windows(2).rev().take_while(|two| (pairs.neighbours)(&two[0], &two[1])).zip(0..);
        back.any(|(two, back)| back >= FAR || (pairs.first)(&two[0], &two[1]))
    };
    let mut begins = None;
    words[first..].iter().take_while(|word| word.start < mention.end).any(|head| {
        let is_whole = head.start >= mention.start && head.end <= mention.end;
        !is_whole
            || (pairs.neighbours)(&words[last], head)
                && ((pairs.first)(&words[last], head) || *begins.get_or_insert_with(may_begin))
    })
}

/// The words that are a coordinator of [`coordinator_before`], or the first or last of one.
const PARTS: &[&str] = &["or", "as", "vs", "and", "nor", "not", "but", "plus", "also", "than", "versus", "rather"];

/// Whether a word is one of [`PARTS`].
fn is_part(word: &[u8]) -> bool {
    PARTS.iter().any(|part| part.as_bytes() == word)
}

/// Whether numbers after a mention may stand for names of its series.
pub(crate) fn may_follow(text: &str, sentence: Span, mention: Span) -> bool {
    let (end, to) = (mention.end as usize, sentence.end as usize);
    let last = text.as_bytes()[end - 1];
    (last.is_ascii_digit() || !last.is_ascii()) && series_member(text, end, to).is_some()
}

/// Where the conjunct before `at` ends, if a coordinator stands between: `,`, `/`, `and`, `or`, `and/or`, `as well as` …
fn coordinator_before(text: &str, from: usize, at: usize) -> Option<usize> {
    const WORDS: &[&str] = &[
        "and/or",
        "and",
        "or",
        "nor",
        "but not",
        "as well as",
        "versus",
        "vs.",
        "vs",
        "plus",
        "but also",
        "rather than",
        "&",
    ];
    if !may_end_coordinator(text.as_bytes(), from, at) {
        return None;
    }
    let body = &text[from..at];
    let trimmed = body.trim_end_matches(|c| fold(c) == ' ');
    let spaced = trimmed.len() < body.len();
    let without_comma = |body: &str| {
        body.trim_end_matches(|c| fold(c) == ' ').trim_end_matches(',').trim_end_matches(|c| fold(c) == ' ').len()
    };
    if spaced {
        for word in WORDS {
            let Some(rest) = trimmed.strip_suffix(word) else { continue };
            if rest.ends_with(|c| fold(c) == ' ') || rest.ends_with(',') {
                return Some(from + without_comma(rest));
            }
        }
    }
    let rest = trimmed.strip_suffix([',', '/']).filter(|_| spaced || trimmed.ends_with('/'))?;
    Some(from + rest.trim_end_matches(|c| fold(c) == ' ').len())
}

/// Numbers after the mention that stand for names of its series.
fn after(text: &str, to: usize, mention: Span, known: &Known<'_>, push: &mut dyn FnMut(Span, u32)) {
    let whole = mention.of(text);
    let stem = whole.trim_end_matches(|c| fold(c).is_ascii_digit());
    if stem.len() == whole.len() || stem.is_empty() {
        return;
    }
    let mut at = mention.end as usize;
    while let Some((start, end, digits)) = series_member(text, at, to) {
        let Some(name) = (known.name_of)(&format!("{stem}{digits}")) else { return };
        push(Span::new(start as u32, end as u32), name);
        at = end;
    }
}

/// `/7`, `/-2`, ` and -2`, `, -3` at `at`: span of hyphen and number, and the number.
fn series_member(text: &str, at: usize, to: usize) -> Option<(usize, usize, &str)> {
    let rest = &text[at..to];
    let body = rest.trim_start();
    let (joined, slash) = if let Some(body) = body.strip_prefix('/') {
        (body, true)
    } else {
        let body = body.strip_prefix(',').unwrap_or(body).trim_start();
        let word = ["and/or ", "and ", "or ", "& "].iter().find(|word| body.starts_with(**word));
        (word.map_or(body, |word| &body[word.len()..]).trim_start(), false)
    };
    let start = to - joined.len();
    let digits = joined.strip_prefix(|c| fold(c) == '-');
    // Without a slash only the hyphen tells a member of the series from any number.
    if start == at || !slash && digits.is_none() {
        return None;
    }
    let digits = digits.unwrap_or(joined);
    let length = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let ends = digits[length..].chars().next().is_none_or(|c| !is_word(c));
    let end = to - digits.len() + length;
    ((1..=2).contains(&length) && ends).then(|| (start, end, &digits[..length]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dictionary::words;

    /// Texts of what stands between conjuncts, and of any character.
    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            12 => prop::sample::select(vec![
                " ", " ", " ", " ", "  ", "\n", "\u{a0}", ", ", ",", "/", "&", " & ", "and", "or", "and/or", "nor", "but not", "as well as",
                "versus", "vs.", "vs", "plus", "but also", "rather than", "CD4+", "T", "cells", "x-", "(", "+ ", "β", "é", "and1", "\u{feff}", ".",
            ]).prop_map(str::to_owned),
            1 => any::<char>().prop_map(String::from),
            2 => "[a-z]{1,5} ",
        ];
        prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        /// Names of one or two words of the text, and any pair of words neighbours in some name or not.
        #[test]
        fn no_conjunct_is_missed(text in text(), salt in any::<u64>()) {
            let mut all = Vec::new();
            words(0, &text, |word| all.push(word));
            let hash_of = |text: &str| {
                let mut hash = None;
                words(0, text, |word| hash = hash.or(Some(word.hash)));
                hash
            };
            let are_neighbours = |one: u64, other: u64| (one ^ other.rotate_left(7) ^ salt).count_ones().is_multiple_of(2);
            let are_first = |one: u64, other: u64| (one ^ other.rotate_left(9) ^ salt).count_ones().is_multiple_of(4);
            let pairs = Pairs {
                neighbours: |one: &Word, other: &Word| are_neighbours(one.hash, other.hash),
                first: |one: &Word, other: &Word| are_first(one.hash, other.hash),
            };
            let named = |text: &str| {
                let mut all = Vec::new();
                words(0, text, |word| all.push(word.hash));
                // As the bitmaps are made: every two words of a name are neighbours, its first two as well.
                let is_name = matches!(all[..], [one, other, ..] if are_first(one, other))
                    && all.windows(2).all(|two| are_neighbours(two[0], two[1]));
                is_name.then_some(0)
            };
            let join = |before: &str, head: &str| {
                let last = before.trim_end_matches(|c| !is_word(c));
                let last = hash_of(&last[last.trim_end_matches(is_word).len()..]);
                last.zip(hash_of(head)).is_none_or(|(last, head)| are_neighbours(last, head))
            };
            let whole = Span::new(0, text.len() as u32);
            let mut ends = Ends::new(|part| hash_of(part).expect("a word"));
            ends.fill(&text, &all);
            for number in 0..all.len() {
                for last in number..all.len().min(number + 2) {
                    let mention = Span::new(all[number].start, all[last].end);
                    let mut found = 0;
                    let known = Known { may_join: &join, may_begin: &|_, _| true, name_of: &named };
                    before(&text, 0, mention, &known, &mut |_, _| found += 1);
                    let may = match ends.near(&all, mention) {
                        Near::Nothing => false,
                        Near::End { first, .. } => may_precede(&all, 0, mention, first, &ends, &pairs),
                        Near::Unknown => true,
                    };
                    prop_assert!(may || found == 0, "{mention:?} of {text:?}");
                    let known = Known { may_join: &join, may_begin: &|_, _| true, name_of: &|_| Some(0) };
                    let mut found = 0;
                    after(&text, text.len(), mention, &known, &mut |_, _| found += 1);
                    prop_assert!(may_follow(&text, whole, mention) || found == 0, "{mention:?} of {text:?}");
                }
            }
        }
    }

    #[test]
    fn table() {
        let names = [
            "CD4+ T cells",
            "CD4 T cells",
            "CD8+ T cells",
            "CD4 positive T cells",
            "CD8-positive T cells",
            "CD4(+) T lymphocytes",
            "CD8(+) T lymphocytes",
            "naive T cells",
            "effector T cells",
            "memory T cells",
            "T cells",
            "αL integrins",
            "αM integrins",
            "alpha 4 integrins",
            "beta 1 integrins",
            "TRPM6",
            "TRPM7",
            "ICAM-1",
            "ICAM-2",
            "ICAM-3",
            "CAR T cells",
            "β1 integrins",
            "β2-integrins",
        ];
        let name_of = |text: &str| names.iter().position(|name| *name == text).map(|at| at as u32);
        for (text, mention, wanted) in [
            ("CD4+ and CD8+ T cells", "CD8+ T cells", vec!["CD4+"]),
            ("the CD4 and CD8+ T cells", "CD8+ T cells", vec!["CD4"]),
            ("CD4(+) and CD8(+) T lymphocytes", "CD8(+) T lymphocytes", vec!["CD4(+)"]),
            ("CD4- or CD8-positive T cells", "CD8-positive T cells", vec!["CD4"]),
            ("the naive, effector, and memory T cells", "memory T cells", vec!["effector", "naive"]),
            ("naive, exhausted and memory T cells", "memory T cells", vec!["naive"]),
            ("CD4+ and CD161+ T cells", "T cells", vec!["CD4+"]),
            ("αL and αM integrins", "αM integrins", vec!["αL"]),
            ("alpha 4 and beta 1 integrins", "beta 1 integrins", vec!["alpha 4"]),
            ("β1- and β2-integrins", "β2-integrins", vec!["β1"]),
            ("CD4+/CD8+ T cells", "CD8+ T cells", vec!["CD4+"]),
            ("B and T cells", "T cells", vec![]),
            ("the CAR and T cells", "T cells", vec![]),
            ("mice, memory T cells", "memory T cells", vec![]),
            ("TRPM6/7 and", "TRPM6", vec!["7"]),
            ("ICAM-1, -2 and -3 were", "ICAM-1", vec!["-2", "-3"]),
            ("ICAM-1 and 2 were", "ICAM-1", vec![]),
            ("TRPM6/8", "TRPM6", vec![]),
        ] {
            let start = text.find(mention).expect("in the text") as u32;
            let span = Span::new(start, start + mention.len() as u32);
            let mut found = Vec::new();
            let known = Known { may_join: &|_, _| true, may_begin: &|_, _| true, name_of: &name_of };
            conjuncts(text, Span::new(0, text.len() as u32), span, &known, &mut |span, _| found.push(span.of(text)));
            assert_eq!(found, wanted, "{text}");
        }
    }
}
