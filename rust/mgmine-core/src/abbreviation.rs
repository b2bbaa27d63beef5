//! Abbreviation definitions of a document: which short form stands for which long form.
//!
//! The method of Schwartz and Hearst (PSB 2003) with letters matched from the right, preceded by a stricter try in which the
//! short form's letters are the initials of the long form's words (as Ab3P's strategies do, Sohn et al. 2008), for
//! `long form (SF)`, `SF (long form)`, `long form (SF1; SF2)`, and the same letters checked for `long form or SF`, `long form,
//! SF,` and `SF: long form`; phrases such as `X, also called Y` need no letters.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind, packed};

use crate::normalize::{fold, fold_case, is_word};
use crate::scan::Definition;
use crate::sentence::SentenceSpan;
use crate::span::Span;

/// Finds the definitions of a document, in text order. `out` is emptied first.
pub fn definitions(text: &str, sentences: &[SentenceSpan], out: &mut Vec<Definition>) {
    definitions_of(text, sentences, &Wanted::all(), out);
}

/// The same, as far as the short forms are wanted; others may be left out.
pub(crate) fn definitions_of(text: &str, sentences: &[SentenceSpan], wanted: &Wanted, out: &mut Vec<Definition>) {
    out.clear();
    let with_cues = wanted.any_strong(text);
    let with_phrases = with_cues && says_same(text);
    let mut opens = memchr::memchr2_iter(b'(', b'[', text.as_bytes()).peekable();
    let mut signs = memchr::memchr3_iter(b',', b':', b'=', if with_cues { text.as_bytes() } else { b"" }).peekable();
    let mut next_or = if with_cues { OR.find(text.as_bytes()) } else { None };
    for sentence in sentences {
        let (start, end) = (sentence.span.start as usize, sentence.span.end as usize);
        let found = out.len();
        while let Some(open) = opens.next_if(|&open| open < end) {
            if open >= start {
                bracket(text, (start, end), open, wanted, out);
            }
        }
        if with_phrases {
            phrases(text, start, end, wanted, out);
        }
        while let Some(at) = signs.next_if(|&at| at < end) {
            if at >= start {
                sign(text, (start, end), at, wanted, out);
            }
        }
        if next_or.is_some_and(|at| at < start) {
            next_or = OR.find(&text.as_bytes()[start..]).map(|by| start + by);
        }
        if next_or.is_some_and(|at| at < end) {
            alternatives(text, start, end, wanted, out);
        }
        if out.len() > found + 1 {
            out[found..].sort_by_key(|definition| (definition.short, definition.long));
        }
    }
    out.dedup();
}

static OR: LazyLock<memchr::memmem::Finder<'static>> = LazyLock::new(|| memchr::memmem::Finder::new(" or "));

/// Bits of [`Wanted`].
const KEYS: usize = 1 << 11;

/// The short forms that matter: those that texts added to the set may be uses of ([`is_use_of`]). A set of keys, so it may hold
/// more than was asked for and never less.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    keys: [u64; KEYS / 64],
    /// Whether one of the texts looks like a short form without brackets around it (see [`strong`]).
    has_strong: bool,
}

impl Wanted {
    /// No short form.
    pub(crate) const fn none() -> Self {
        Self { keys: [0; KEYS / 64], has_strong: false }
    }

    /// Every short form.
    const fn all() -> Self {
        Self { keys: [u64::MAX; KEYS / 64], has_strong: true }
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        *self = Self::none();
    }

    /// Adds what `text` may be a use of; `key` is its [`use_key`].
    #[inline]
    pub(crate) fn add(&mut self, text: &str, key: u16) {
        self.keys[usize::from(key / 64)] |= 1 << (key % 64);
        self.has_strong = self.has_strong || strong(text);
    }

    /// Whether a text added may be a use of `short`.
    #[inline]
    fn has(&self, short: &str) -> bool {
        let key = use_key(short);
        self.keys[usize::from(key / 64)] >> (key % 64) & 1 == 1
    }

    /// Whether a short form that looks like one by itself is wanted. In capitals, a possessive makes any text look like one.
    fn any_strong(&self, text: &str) -> bool {
        self.has_strong || memchr::memmem::find(text.as_bytes(), b"'S").is_some() || text.contains("’S")
    }
}

/// A number from what comes first in a text, the same for all that [`is_use_of`] takes for each other: no letter that may belong
/// to an ending is part of it.
#[inline]
pub(crate) fn use_key(text: &str) -> u16 {
    let ends = |byte: u8| matches!(byte, b'\'' | b's' | b'S');
    let letters = match text.as_bytes() {
        // Plain letters and digits, as most are.
        &[a, b, c, ..] if a.is_ascii_alphanumeric() && (b' '..0x80).contains(&b) && (b' '..0x80).contains(&c) => {
            let [a, b, c] = [a, b, c].map(u64::from);
            if ends(b as u8) {
                a
            } else if ends(c as u8) {
                a | b << BITS
            } else {
                a | b << BITS | c << (2 * BITS)
            }
        }
        _ => first_letters(text),
    };
    (letters.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - KEYS.ilog2())) as u16
}

/// Bits of a character.
const BITS: u32 = 21;

fn first_letters(text: &str) -> u64 {
    let is_letter = |&(number, c): &(u32, char)| c != '\'' && (number == 0 || !matches!(c, 's' | 'S'));
    let letters = (0..3).zip(text.chars().map(fold)).take_while(is_letter);
    letters.fold(0, |letters, (number, c)| letters | u64::from(c) << (number * BITS))
}

/// Whether a text may hold one of [`SAME_AS`].
fn says_same(text: &str) -> bool {
    static WORDS: LazyLock<Option<packed::Searcher>> = LazyLock::new(|| {
        packed::Searcher::new([
            "called ",
            "known as ",
            "named ",
            "termed ",
            "referred ",
            "designated ",
            "abbreviated ",
            "hereafter ",
            "denoted ",
        ])
    });
    WORDS.as_ref().is_none_or(|words| words.find(text).is_some())
}

fn span(start: usize, end: usize) -> Span {
    Span::new(start as u32, end as u32)
}

/// A stretch of text without the white space at its ends.
fn trim(text: &str, start: usize, end: usize) -> (usize, usize) {
    let body = text[start..end].trim_end();
    (start + body.len() - body.trim_start().len(), start + body.len())
}

// ----------------------------------------------------------------------------------------------------------- brackets

/// The definitions of a bracket that opens at `open` in a sentence.
fn bracket(text: &str, sentence: (usize, usize), open: usize, wanted: &Wanted, out: &mut Vec<Definition>) {
    let Some(close) = closing(text.as_bytes(), open, sentence.1) else { return };
    let ((inner_start, inner_end), (before_start, before_end)) =
        (trim(text, open + 1, close), trim(text, sentence.0, open));
    if inner_start == inner_end || before_start == before_end || open == before_end && glued(text, open) {
        return;
    }
    let word = (last_word(text, before_start, before_end), before_end);
    // Whether something in the bracket is defined decides whether the word before it may be.
    let all = wanted.has(&text[word.0..word.1]) && may_be_reversed(&text[word.0..word.1]);
    let mut found = false;
    let mut part_start = inner_start;
    for part_end in separators(text, inner_start, inner_end) {
        let (from, to) = short_core(text, part_start, part_end);
        if from < to
            && (all || wanted.has(&text[from..to]))
            && is_short(&text[from..to])
            && let Some(long) = long_before(text, before_start, before_end, &text[from..to])
        {
            out.push(Definition { short: span(from, to), long: span(long.0, long.1) });
            found = true;
        }
        part_start = part_end + text[part_end..].chars().next().map_or(0, char::len_utf8);
        // A second part that is no short form (`(CAR, see below)`) ends the list.
        if part_start >= inner_end {
            break;
        }
    }
    if !found && all {
        reversed(text, word, (inner_start, inner_end), out);
    }
}

/// Whether the bracket is part of a word: `CD8(+)`, `Mg(2+)`, `alpha(4)`.
fn glued(text: &str, open: usize) -> bool {
    let inner = text[open + 1..].split([')', ']']).next().unwrap_or("");
    inner.chars().count() <= 2
}

fn closing(bytes: &[u8], open: usize, end: usize) -> Option<usize> {
    let (up, down) = if bytes[open] == b'(' { (b'(', b')') } else { (b'[', b']') };
    let mut level = 0;
    for at in memchr::memchr2_iter(up, down, &bytes[open..end]).map(|by| open + by) {
        if bytes[at] == up {
            level += 1;
        } else {
            level -= 1;
            if level == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// Ends of the parts of a bracket's content: at `;`, `,`, `=` and ` or `, then its end.
fn separators(text: &str, start: usize, end: usize) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    let mut or_end = start;
    let is_separator = move |&at: &usize| match bytes[at] {
        b';' | b',' | b'=' | b':' => is_apart(text, at),
        b' ' if at >= or_end && bytes[at..end].starts_with(b" or ") => {
            or_end = at + 4;
            true
        }
        b'/' => bytes[..at].ends_with(b" "),
        _ => false,
    };
    (start..end).filter(is_separator).chain([end])
}

/// A comma inside a name has no space behind it (`2,3-DPG`), and what equals a number is no short form (`OR = 1.2`).
fn is_apart(text: &str, at: usize) -> bool {
    let behind = &text[at + 1..];
    match text.as_bytes()[at] {
        b';' => true,
        b',' => behind.starts_with(char::is_whitespace),
        _ => behind.trim_start().starts_with(|c: char| c.is_alphabetic()),
    }
}

/// A part of a bracket without white space, quotes and leading words such as `or` and `termed`.
fn short_core(text: &str, start: usize, end: usize) -> (usize, usize) {
    let (mut start, mut end) = trim(text, start.min(end), end);
    loop {
        let part = &text[start..end];
        let may_begin = |first: &u8| matches!(first | 0x20, b'a' | b'c' | b'd' | b'h' | b'i' | b'o' | b't');
        if !part.as_bytes().first().is_some_and(may_begin) || !part.contains(' ') {
            break;
        }
        let cut = [
            "or ",
            "i.e. ",
            "i.e., ",
            "abbreviated as ",
            "abbreviated ",
            "termed ",
            "called ",
            "hereafter ",
            "the ",
            "designated ",
            "also ",
            "and ",
        ]
        .iter()
        .find(|word| part.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)));
        match cut {
            Some(word) => start = trim(text, start + word.len(), end).0,
            None => break,
        }
    }
    let quote = |c: char| matches!(c, '"' | '\'' | '“' | '”' | '‘' | '’');
    let body = text[start..end].trim_start_matches(quote);
    if body.is_empty() {
        return (start, start);
    }
    start = end - body.len();
    end = start + body.trim_end_matches(quote).len();
    (start, end)
}

/// Whether a text may be a short form: two words and ten letters at most, a letter among them, no sentence and no figure.
fn is_short(text: &str) -> bool {
    // Most of what is asked for is told by its length alone.
    if text.len() > 12 * 4 {
        return false;
    }
    let count = text.chars().count();
    if !(2..=12).contains(&count) {
        return false;
    }
    let mut words = text.split_whitespace();
    let (first, second, third) = (words.next(), words.next(), words.next());
    let Some(first) = first else { return false };
    let ok_length = third.is_none() && (second.is_none() || count <= 10);
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let starts = first.chars().next().is_some_and(|c| is_word(c) || c == '[' || c == '(');
    let odd = |c: char| matches!(c, '=' | '<' | '>' | '%' | '±' | '~' | ':' | '?' | '!' | '≥' | '≤' | '@');
    let phrase = second.is_some() && SKIPPED.contains(&first);
    if !ok_length
        || letters == 0
        || !starts
        || phrase
        || !balanced(text)
        || text.contains(odd)
        || text.ends_with('.') && count < 3
    {
        return false;
    }
    let numeral = text.bytes().all(|b| matches!(b, b'I' | b'V' | b'X' | b'i' | b'v' | b'x')) && count <= 4;
    let capital = text.chars().any(char::is_uppercase);
    let digits = text.chars().filter(|c| c.is_ascii_digit()).count();
    // A measurement or count: `5 mg`, `12 of`.
    let figure = digits > 0 && first.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    const WORDS: &[&str] = &[
        "and", "but", "see", "the", "for", "not", "all", "both", "mean", "range", "total", "ref", "refs", "fig",
        "figs", "table", "data", "ie", "eg", "vs", "or", "in", "of", "at", "to", "on", "by", "as", "is", "no", "yes",
        "one", "two", "three", "four", "five", "six", "group", "median", "age", "also", "left", "right", "men",
        "women", "male", "female", "mice", "rats", "Fig", "Figs", "Table", "USA", "UK", "Part", "Ref",
    ];
    !numeral && !figure && !WORDS.contains(&text) && (capital || letters >= 2 || count == 1 && digits == 0)
}

/// Start of the last word of a stretch of text.
fn last_word(text: &str, start: usize, end: usize) -> usize {
    let bytes = &text.as_bytes()[start..end];
    let before = bytes.iter().rposition(|&byte| byte <= b' ' || byte >= 0x80 || matches!(byte, b'(' | b'"'));
    match before.map(|at| bytes[at]) {
        None => return start,
        Some(b' ' | b'(' | b'"') => return start + before.map_or(0, |at| at + 1),
        Some(_) => {}
    }
    let before = text[start..end].rfind(|c: char| c.is_whitespace() || matches!(c, '(' | '"' | '“'));
    before.map_or(start, |by| start + by + text[start + by..].chars().next().map_or(1, char::len_utf8))
}

/// Whether a word may be the short form of [`reversed`].
fn may_be_reversed(short: &str) -> bool {
    let capitals = short.chars().filter(|c| c.is_uppercase()).count();
    capitals > 0 && (capitals > 1 || !short.chars().skip(1).all(char::is_lowercase)) && is_short(short)
}

/// `SF (long form)`; the short form, the last word before the bracket, is one that [may be](may_be_reversed).
fn reversed(text: &str, word: (usize, usize), inner: (usize, usize), out: &mut Vec<Definition>) {
    let short = &text[word.0..word.1];
    let first_part = separators(text, inner.0, inner.1)
        .find(|&end| text[end..].starts_with([';', ':']) || end == inner.1)
        .unwrap_or(inner.1);
    let (start, end) = trim(text, inner.0, first_part);
    let long = &text[start..end];
    if long.chars().count() <= short.chars().count() || long.split_whitespace().count() > most_words(short) {
        return;
    }
    if let Some((from, to)) = long_before(text, start, end, short)
        && text[start..from].split_whitespace().count() <= 1
    {
        out.push(Definition { short: span(word.0, word.1), long: span(from.min(start.max(from)), to) });
    }
}

// -------------------------------------------------------------------------------------------------------- letter match

fn most_words(short: &str) -> usize {
    let letters = short.chars().filter(|&c| is_word(c)).count();
    (letters + 5).min(letters * 2)
}

/// The letter a character of a short or long form stands for: Greek letters as the initial of their name.
fn letter(c: char) -> char {
    match fold_case(c) {
        'α' => 'a',
        'β' => 'b',
        'γ' => 'g',
        'δ' => 'd',
        'ε' => 'e',
        'κ' => 'k',
        'λ' => 'l',
        'μ' => 'm',
        'σ' => 's',
        'τ' => 't',
        'ω' => 'o',
        other => other,
    }
}

fn letters(short: &str) -> Vec<char> {
    short.chars().filter(|&c| is_word(c)).map(letter).collect()
}

/// The long form of `short` that ends at `end`, looked for from `start` on.
fn long_before(text: &str, start: usize, end: usize, short: &str) -> Option<(usize, usize)> {
    let end = start + text[start..end].trim_end_matches([',', ';', ':', '"', '“', '”', ' ', '-']).len();
    let wanted = letters(short);
    if wanted.is_empty() {
        return None;
    }
    let from = window(text, start, end, most_words(short));
    let plain: &[char] = wanted.strip_suffix(&['s']).filter(|_| short.ends_with('s')).unwrap_or_default();
    let first_letters = initials(text, from, end, &wanted).or_else(|| initials(text, from, end, plain));
    let long_start = match first_letters {
        Some(start) => start,
        None => {
            let start =
                letters_from_right(text, from, end, &wanted).or_else(|| letters_from_right(text, from, end, plain))?;
            let long = &text[start..end];
            let is_clause = long.contains(", ") || long.split_whitespace().any(|word| CLAUSE.contains(&word));
            if is_clause || is_skipped(long.split_whitespace().next().unwrap_or("")) {
                return None;
            }
            start
        }
    };
    let long_start = with_locants(text, start, long_start);
    let long = &text[long_start..end];
    let words = long.split([' ', '-']).filter(|word| !word.is_empty()).count();
    let same = long.split_whitespace().any(|word| word == short);
    let capital = short.chars().any(|c| c.is_uppercase() || c.is_ascii_digit() || !c.is_ascii());
    let ok = long.chars().count() > short.chars().count()
        && !same
        && words <= most_words(short)
        && !long.contains(['.', '?', '!', ';']) // a long form is no clause
        && (capital || first_letters.is_some() || words == 1);
    (ok && balanced(long)).then_some((long_start, end))
}

/// Words that tell a clause from a name.
const CLAUSE: &[&str] = &[
    "was", "were", "is", "are", "has", "have", "had", "be", "been", "that", "which", "who", "we", "our", "their",
    "this", "these", "can", "could", "may", "will", "did", "does", "there", "it", "its", "then", "than", "also",
    "because", "when", "while",
];

/// The start of a long form with the locants and prefixes glued before it: `2,3-diaminonaphthalene`, `alpha-amino…`.
fn with_locants(text: &str, start: usize, long_start: usize) -> usize {
    if !text[start..long_start].ends_with(|c| fold(c) == '-') {
        return long_start;
    }
    const PREFIXES: &[&str] =
        &["alpha", "beta", "gamma", "delta", "cis", "trans", "bis", "ortho", "meta", "para", "tert", "iso"];
    let token = text[start..long_start].rsplit(char::is_whitespace).next().unwrap_or("");
    let is_locant = |part: &str| {
        part.chars().all(|c| !c.is_alphabetic() || !c.is_ascii())
            || part.chars().count() == 1
            || PREFIXES.contains(&part.to_lowercase().as_str())
            || part.starts_with(|c: char| c.is_ascii_digit()) && part.chars().count() < 5
    };
    let parts = token.split(|c| matches!(fold(c), '-' | '(' | ')' | '[' | ']' | ','));
    if balanced(token) && parts.clone().all(is_locant) { long_start - token.len() } else { long_start }
}

fn balanced(long: &str) -> bool {
    let count = |sign: u8| long.bytes().filter(|&byte| byte == sign).count();
    count(b'(') == count(b')') && count(b'[') == count(b']')
}

/// Start of the last `words` words before `end`.
fn window(text: &str, start: usize, end: usize, words: usize) -> usize {
    let mut left = words;
    let mut from = end;
    for (at, c) in text[start..end].char_indices().rev() {
        if c.is_whitespace() {
            left -= 1;
            if left == 0 {
                break;
            }
        }
        from = start + at;
    }
    from
}

/// Words that a short form may skip.
const SKIPPED: &[&str] = &[
    "of",
    "the",
    "and",
    "for",
    "in",
    "to",
    "a",
    "an",
    "by",
    "with",
    "on",
    "from",
    "at",
    "or",
    "as",
    "like",
    "de",
    "la",
    "associated",
    "related",
    "dependent",
    "linked",
    "induced",
    "based",
    "mediated",
    "derived",
];

/// Whether a word is one of [`SKIPPED`], in whatever case.
fn is_skipped(word: &str) -> bool {
    if word.is_ascii() {
        return SKIPPED.iter().any(|known| known.eq_ignore_ascii_case(word));
    }
    SKIPPED.contains(&word.to_lowercase().as_str())
}

/// Start of the long form if the letters are the initials of its words, some small words skipped.
fn initials(text: &str, start: usize, end: usize, wanted: &[char]) -> Option<usize> {
    let mut left = wanted.len();
    let mut long_start = None;
    if left == 0 {
        return None;
    }
    for word in text[start..end].rsplit(|c: char| !is_word(c)).filter(|word| !word.is_empty()) {
        if word.chars().next().map(letter) == Some(wanted[left - 1]) {
            left -= 1;
            long_start = Some(word.as_ptr() as usize - text.as_ptr() as usize);
            if left == 0 {
                return long_start;
            }
        } else if long_start.is_none() || !is_skipped(word) {
            return None;
        }
    }
    None
}

/// Schwartz and Hearst: each letter matched as far right as possible, the first at the start of a word.
fn letters_from_right(text: &str, start: usize, end: usize, wanted: &[char]) -> Option<usize> {
    let mut chars = text[start..end].char_indices().rev().peekable();
    let mut first = None;
    for (number, &c) in wanted.iter().enumerate().rev() {
        first = loop {
            let (at, here) = chars.next()?;
            if letter(here) == c && (number > 0 || chars.peek().is_none_or(|&(_, before)| !is_word(before))) {
                break Some(start + at);
            }
        };
    }
    // The word begins where its first letter matched; what is joined to it by a hyphen belongs to it if it is short.
    first
}

// ---------------------------------------------------------------------------------------------------------------- cues

/// Phrases that say that two names mean the same; the first list stands between long and short form.
const SAME_AS: &[&str] = &[
    " also called ",
    " also known as ",
    " also named ",
    " also termed ",
    " also referred to as ",
    " also designated ",
    " abbreviated as ",
    " abbreviated to ",
    " abbreviated ",
    " hereafter called ",
    " hereafter referred to as ",
    " hereafter ",
    " known as ",
    " referred to as ",
    " denoted as ",
    " denoted ",
    " otherwise known as ",
    " formerly called ",
    " formerly known as ",
];

/// Definitions by [`SAME_AS`].
fn phrases(text: &str, start: usize, end: usize, wanted: &Wanted, out: &mut Vec<Definition>) {
    static PHRASES: LazyLock<AhoCorasick> = LazyLock::new(|| {
        let builder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::DFA))
            .build(SAME_AS);
        builder.expect("a few phrases make an automaton")
    });
    for found in PHRASES.find_iter(&text[start..end]) {
        let (at, behind) = (start + found.start(), start + found.end());
        let Some((from, to)) = word_at(text, behind, end) else { continue };
        let short = &text[from..to];
        if !strong(short) || !wanted.has(short) || !is_short(short) {
            continue;
        }
        let long_end = start + text[start..at].trim_end_matches([',', '(', ' ', ';']).len();
        let long = long_before(text, start, long_end, short)
            .unwrap_or_else(|| (phrase_start(text, start, long_end), long_end));
        if long.0 < long.1 && !out.iter().any(|known| known.short == span(from, to)) {
            out.push(Definition { short: span(from, to), long: span(long.0, long.1) });
        }
    }
}

/// Definitions by a sign at `at`, told by their letters alone: `long form, SF,` and `SF: long form` or `SF = long form`.
fn sign(text: &str, sentence: (usize, usize), at: usize, wanted: &Wanted, out: &mut Vec<Definition>) {
    let bytes = text.as_bytes();
    let (start, end) = sentence;
    if bytes[at] != b',' {
        out.extend(short_before(text, start, at, end, wanted));
    } else if bytes.get(at + 1) == Some(&b' ')
        && let Some((from, to)) = strong_at(text, at + 2, end, wanted)
        && (to == end || text[to..].starts_with([',', ';', ')', '.', ' ']))
        && let Some(long) = strict_long(text, start, at, &text[from..to])
    {
        out.push(Definition { short: span(from, to), long: span(long.0, long.1) });
    }
}

/// Definitions told by their letters alone: `long form or SF`.
fn alternatives(text: &str, start: usize, end: usize, wanted: &Wanted, out: &mut Vec<Definition>) {
    for at in OR.find_iter(&text.as_bytes()[start..end]).map(|by| start + by) {
        if let Some((from, to)) = strong_at(text, at + 4, end, wanted)
            && let Some(long) =
                strict_long(text, start, start + text[start..at].trim_end_matches(',').len(), &text[from..to])
        {
            out.push(Definition { short: span(from, to), long: span(long.0, long.1) });
        }
    }
}

/// `SF: long form` and `SF = long form`, the sign being at `at`.
fn short_before(text: &str, start: usize, at: usize, end: usize, wanted: &Wanted) -> Option<Definition> {
    let (short_from, short_to) = trim(text, start, at);
    let from = short_from + text[short_from..short_to].rfind([' ', ';', '(', ',']).map_or(0, |by| by + 1);
    let short = &text[from..short_to];
    if !strong(short) || !wanted.has(short) || !is_short(short) {
        return None;
    }
    let (long_from, _) = trim(text, at + 1, end);
    let long_to = text[long_from..end].find([',', ';', '.', ')', '(']).map_or(end, |by| long_from + by);
    let words = text[long_from..long_to].split([' ', '-']).count();
    let long = strict_long(text, long_from, long_to, short).filter(|_| words <= most_words(short))?;
    (long.0 == long_from).then(|| Definition { short: span(from, short_to), long: span(long.0, long.1) })
}

/// The word at `at`, if it is wanted and looks like a short form without brackets around it.
fn strong_at(text: &str, at: usize, end: usize, wanted: &Wanted) -> Option<(usize, usize)> {
    if at >= end {
        return None;
    }
    // Nearly all words are told apart by their first two letters.
    let bytes = text.as_bytes();
    let plain = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_lowercase);
    if plain(at) && plain(at + 1) && plain(at + 2) {
        return None;
    }
    let found = word_at(text, at, end)?;
    let short = &text[found.0..found.1];
    (strong(short) && wanted.has(short) && is_short(short)).then_some(found)
}

/// A long form whose words' initials the short form is, three letters at least.
fn strict_long(text: &str, start: usize, end: usize, short: &str) -> Option<(usize, usize)> {
    let wanted = letters(short);
    let from = window(text, start, end, most_words(short));
    let plain = wanted.strip_suffix(&['s']).filter(|plain| plain.len() > 2 && short.ends_with('s'));
    if wanted.len() < 3 {
        return None;
    }
    let found = initials(text, from, end, &wanted).or_else(|| initials(text, from, end, plain?))?;
    (!text[found..end].contains([',', ';', '(', ')'])).then_some((found, end))
}

/// Whether a short form looks like one without brackets around it: two capitals, or a capital and a digit.
fn strong(short: &str) -> bool {
    if short.is_ascii() {
        let (mut capitals, mut digits) = (0, 0);
        for byte in short.bytes() {
            capitals += u32::from(byte.is_ascii_uppercase());
            digits += u32::from(byte.is_ascii_digit());
        }
        return capitals > 1 || capitals == 1 && digits > 0;
    }
    let capitals = short.chars().filter(|c| c.is_uppercase()).count();
    capitals > 1 || capitals == 1 && short.chars().any(|c| c.is_ascii_digit())
}

/// The word at `at` without quotes and stops around it.
fn word_at(text: &str, at: usize, end: usize) -> Option<(usize, usize)> {
    if at >= end {
        return None;
    }
    let at = at + text[at..end].len() - text[at..end].trim_start_matches([' ', '"', '“', '\'', '‘']).len();
    let word =
        text[at..end].split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ')' | '(' | '"' | '”')).next()?;
    let word = word.trim_end_matches(['.', ':', '\'', '’', '?', '!']);
    Some((at, at + word.len()))
}

/// Start of the phrase that ends at `end`: at most six words, back to a comma, bracket or function word.
fn phrase_start(text: &str, start: usize, end: usize) -> usize {
    const STOPS: &[&str] = &[
        "is", "was", "are", "were", "the", "a", "an", "that", "which", "this", "these", "and", "or", "with", "by",
        "in", "on", "to", "from", "for", "as", "we", "but", "whereas", "while", "has", "have", "not", "been", "be",
    ];
    let mut from = end;
    for (words, word) in text[start..end].split(char::is_whitespace).rev().enumerate() {
        let word_start = word.as_ptr() as usize - text.as_ptr() as usize;
        if words == 6
            || STOPS.contains(&word.to_lowercase().as_str())
            || (words > 0 && word.ends_with([',', ';', ':', ')', '(']))
        {
            break;
        }
        from = word_start;
    }
    from
}

/// Whether `text` is the short form `short` or its plural or possessive.
#[must_use]
pub fn is_use_of(text: &str, short: &str) -> bool {
    let stem = |text: &'_ str| -> usize {
        let whole = text.len();
        let text = text.strip_suffix(['s', 'S']).filter(|stem| stem.ends_with(['\'', '’'])).unwrap_or(text);
        let text = text.trim_end_matches(['\'', '’']);
        let possessive = text.len() < whole;
        let plural = text
            .strip_suffix('s')
            .filter(|stem| !possessive && stem.chars().count() > 1 && stem.chars().any(char::is_uppercase));
        plural.unwrap_or(text).len()
    };
    let (text, short) = (&text[..stem(text)], &short[..stem(short)]);
    text.chars().map(fold).eq(short.chars().map(fold))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, Passage, PassageKind};
    use crate::sentence::split_sentences;

    fn pairs(text: &str) -> Vec<(String, String)> {
        let mut doc = Document { text: text.to_owned(), ..Document::default() };
        let span = Span::new(0, text.len() as u32);
        doc.passages.push(Passage { kind: PassageKind::Body, section: None, span });
        let (mut sentences, mut out) = (Vec::new(), Vec::new());
        split_sentences(&doc, &mut sentences);
        definitions(text, &sentences, &mut out);
        out.iter().map(|found| (found.short.of(text).to_owned(), found.long.of(text).to_owned())).collect()
    }

    #[test]
    fn table() {
        for (text, wanted) in [
            ("We treated myasthenia gravis (MG) with it.", vec![("MG", "myasthenia gravis")]),
            ("The constitutive androstane receptor (CAR) and CARs.", vec![("CAR", "constitutive androstane receptor")]),
            ("A lateral flow assay (LFA) was made.", vec![("LFA", "lateral flow assay")]),
            ("CTL (C-type lectin) genes.", vec![("CTL", "C-type lectin")]),
            ("Compared to control (CTL) mice.", vec![("CTL", "control")]),
            ("cephalothorax length (CTL, mm) was taken", vec![("CTL", "cephalothorax length")]),
            ("patients with lymphadenopathy (LAD), cytopenia", vec![("LAD", "lymphadenopathy")]),
            (
                "lymphocyte function-associated antigen 1 (LFA-1; CD11a/CD18) binds",
                vec![("LFA-1", "lymphocyte function-associated antigen 1")],
            ),
            (
                "Lymphocyte Function Associated Antigen 1 or LFA-1 is a protein",
                vec![("LFA-1", "Lymphocyte Function Associated Antigen 1")],
            ),
            ("cytotoxic T lymphocytes, CTLs, kill.", vec![("CTLs", "cytotoxic T lymphocytes")]),
            ("Malachite green, also called MG, was used.", vec![("MG", "Malachite green")]),
            ("basic red 5, also known as NR5, was used.", vec![("NR5", "basic red 5")]),
            ("Abbreviations: CAR, x; LFA = lateral flow assay.", vec![("LFA", "lateral flow assay")]),
            ("tumour-infiltrating lymphocytes (TILs) were", vec![("TILs", "tumour-infiltrating lymphocytes")]),
            ("transforming growth factor β (TGF-β) rose", vec![("TGF-β", "transforming growth factor β")]),
            ("CD8(+) T cells and Mg(2+) ions (n = 5) (P < 0.05) (see Fig. 1) (II)", vec![]),
            ("the cortisol awakening response (CAR)", vec![("CAR", "cortisol awakening response")]),
            ("Coxsackie virus and adenovirus receptor (CAR)", vec![("CAR", "Coxsackie virus and adenovirus receptor")]),
        ] {
            let found = pairs(text);
            let found: Vec<(&str, &str)> = found.iter().map(|(short, long)| (short.as_str(), long.as_str())).collect();
            assert_eq!(found, wanted, "{text}");
        }
    }

    #[test]
    fn uses() {
        for (text, short, wanted) in [
            ("CARs", "CAR", true),
            ("CAR", "CARs", true),
            ("CAR's", "CAR", true),
            ("car", "CAR", false),
            ("CAR", "CARS", false),
            ("Tregs", "Treg", true),
        ] {
            assert_eq!(is_use_of(text, short), wanted, "{text} {short}");
        }
    }
}
