//! Sentences of abstracts and articles.
//!
//! A rule-based splitter: at every full stop, question or exclamation mark it looks at the word before, at what is glued behind
//! (closing quotes, brackets, citation numbers) and at the word after. Sentences never cross a passage, nor a line that is
//! not simply wrapped.

use crate::document::Document;
use crate::normalize::fold;
use crate::span::Span;

/// A sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentenceSpan {
    /// Where, without white space and bullet around it.
    pub span: Span,
    /// Index of its passage.
    pub passage: u32,
}

/// Splits all passages of a document into sentences, in text order. `out` is emptied first.
pub fn split_sentences(doc: &Document, out: &mut Vec<SentenceSpan>) {
    out.clear();
    for (index, passage) in doc.passages.iter().enumerate() {
        let (start, end) = (passage.span.start as usize, passage.span.end as usize);
        let Some(text) = doc.text.get(start..end) else { continue };
        let passage = u32::try_from(index).unwrap_or(u32::MAX);
        split(text, &mut |from, to| {
            let span = Span::new((start + from) as u32, (start + to) as u32);
            out.push(SentenceSpan { span, passage });
        });
    }
}

/// Calls `push` with the byte range of each sentence of a passage's text.
fn split(text: &str, push: &mut impl FnMut(usize, usize)) {
    let mut start = 0;
    let mut depth: Option<usize> = None;
    let mut scanned = 0;
    for at in memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]) {
        if at < text.len() && is_wrapped(text, start.max(line_start(text, at)), at) {
            continue;
        }
        // One block of lines that belong together: no border inside it but full stops.
        let block = &text[..at];
        for stop in memchr::memchr3_iter(b'.', b'?', b'!', &block.as_bytes()[scanned..]).map(|by| scanned + by) {
            if stop < start {
                continue;
            }
            if let Some(end) = end_of_sentence(block, start, stop, &mut depth) {
                trimmed(block, start, end, push);
                start = end;
            }
        }
        trimmed(block, start, at, push);
        start = at;
        scanned = at;
        depth = None;
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |at| at + 1)
}

/// Whether the newline at `at` only wraps a long line: the line is long, does not end a sentence, and the next one
/// goes on with text.
fn is_wrapped(text: &str, from: usize, at: usize) -> bool {
    const LONG: usize = 50;
    let line = text[from..at].trim_end();
    let next = &text[at + 1..];
    let next_line = next.split('\n').next().unwrap_or("");
    line.len() >= LONG
        && !line.ends_with([':', '.', '?', '!'])
        && !next_line.trim().is_empty()
        && bullet(next_line.trim_start()) == 0
        || line.len() >= LONG
            && line.ends_with(['.', '?', '!'])
            && next_line.trim_start().starts_with(|c: char| c.is_lowercase())
}

/// Length of a bullet with the white space behind it at the start of a line; 0 if there is none.
fn bullet(line: &str) -> usize {
    if line.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return 0;
    }
    let mut chars = line.chars();
    let is_bullet = matches!(
        chars.next(),
        Some(
            '•' | '●'
                | '▪'
                | '■'
                | '◦'
                | '‣'
                | '∙'
                | '·'
                | '○'
                | '►'
                | '➢'
                | '⁃'
                | '-'
                | '–'
                | '—'
                | '*'
        )
    );
    let rest = chars.as_str();
    let text = rest.trim_start();
    if is_bullet && text.len() < rest.len() && !text.is_empty() { line.len() - text.len() } else { 0 }
}

fn trimmed(text: &str, start: usize, end: usize, push: &mut impl FnMut(usize, usize)) {
    let body = text[start..end].trim_end();
    let lead = body.len() - body.trim_start().len();
    let body = &body[lead..];
    // A dash is a bullet only where a line starts.
    let at_line_start =
        || text[..start + lead].trim_end_matches([' ', '\t', '\r']).chars().next_back().is_none_or(|c| c == '\n');
    let skip = Some(bullet(body)).filter(|&skip| skip > 0 && at_line_start()).unwrap_or(0);
    if body.len() > skip {
        push(start + lead + skip, start + lead + body.len());
    }
}

/// Where the sentence ends, if the stop at `stop` ends it: behind whatever is glued to the stop.
fn end_of_sentence(text: &str, start: usize, stop: usize, depth: &mut Option<usize>) -> Option<usize> {
    let rest = &text[stop + 1..];
    // Only the last of several stops counts: `...`, `?!`.
    if rest.starts_with(['.', '?', '!']) {
        return None;
    }
    match Plain::of(text.as_bytes(), start, stop) {
        Plain::Decimal => return None,
        Plain::Sentence => return (!in_brackets(text, start, stop, depth)).then_some(stop + 1),
        Plain::No => {}
    }
    let (glued, cited) = glued_end(text, stop + 1);
    let behind = &text[glued..];
    let mut chars = behind.chars();
    let Some(next) = chars.next() else { return Some(glued) };
    let before = word_before(text, start, stop);
    if !is_space(next) {
        return no_space(text, stop, glued, before).then_some(glued);
    }
    let gap = behind.len() - behind.trim_start().len();
    let mut next = &behind[gap..];
    let mut end = glued;
    if next.is_empty() {
        return Some(end);
    }
    // A citation set apart: `cells. [2] Next`.
    if next.starts_with('[')
        && let (after, true) = glued_end(text, glued + gap)
        && text[after..].starts_with(is_space)
        && !cited
    {
        end = after;
        next = text[after..].trim_start();
        if next.is_empty() {
            return Some(end);
        }
    }
    let inside = in_brackets(text, start, stop, depth) && !text[stop..glued].contains([')', ']']);
    if inside {
        return None;
    }
    let mark = text.as_bytes()[stop];
    let opening = next.trim_start_matches(['(', '[', '{', '"', '\'', '“', '‘', '„', '«', '<']);
    let word = opening.split(|c: char| is_space(c)).next().unwrap_or("");
    let kind = if is_enumerator(next) { Start::Other } else { Start::of(word) };
    if mark != b'.' {
        return (kind != Start::Lower || word.is_empty()).then_some(end);
    }
    if text[..stop].ends_with('.') {
        // An ellipsis.
        return (kind == Start::Upper).then_some(end);
    }
    ends_after(text, start, stop, before, kind, word, cited).then_some(end)
}

/// The two kinds of stop that most are of, told by the bytes around them; what follows for them is what [`end_of_sentence`] finds
/// by looking closer.
enum Plain {
    /// Between two digits.
    Decimal,
    /// Behind a word too long for an abbreviation, before a space and a capital: only brackets around it can keep it from being an
    /// end.
    Sentence,
    No,
}

impl Plain {
    #[inline]
    fn of(bytes: &[u8], start: usize, stop: usize) -> Self {
        let (before, behind) = (&bytes[start..stop], &bytes[stop + 1..]);
        match behind {
            [b'0'..=b'9', ..] if before.last().is_some_and(u8::is_ascii_digit) => Self::Decimal,
            [b' ', b'A'..=b'Z', ..]
                if before
                    .last_chunk::<{ ABBREVIATION + 1 }>()
                    .is_some_and(|word| word.iter().all(u8::is_ascii_lowercase)) =>
            {
                Self::Sentence
            }
            _ => Self::No,
        }
    }
}

/// Whether a text begins with the number of a list in brackets: `(a)`, `(iv)`, `(2)`, `(b-d)`.
fn is_enumerator(text: &str) -> bool {
    let inner = text.strip_prefix('(').and_then(|text| text.split_once(')')).map_or("", |(inner, _)| inner);
    let is_range = inner.len() == 3 && inner.as_bytes()[1] == b'-';
    let is_numeral = inner.bytes().all(|b| matches!(b, b'i' | b'v' | b'x' | b'I' | b'V' | b'X'));
    let is_short = inner.len() == 1 || inner.bytes().all(|b| b.is_ascii_digit()) || is_numeral || is_range;
    !inner.is_empty() && inner.len() <= 4 && is_short && text[inner.len() + 2..].starts_with(is_space)
}

/// How the word after a stop begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    Upper,
    /// A number.
    Digit,
    /// A gene, chemical prefix or Greek letter that begins with a small letter: `p53`, `mTOR`, `c-Fos`, `α4β1`.
    Symbol,
    Lower,
    Other,
}

impl Start {
    fn of(word: &str) -> Self {
        let Some(first) = word.chars().next() else { return Self::Other };
        let first_folded = fold(first);
        if first_folded.is_ascii_digit() {
            return Self::Digit;
        }
        if first.is_uppercase() {
            return Self::Upper;
        }
        if matches!(first_folded, 'α'..='ω') {
            return Self::Symbol;
        }
        if !first.is_alphabetic() {
            return Self::Other;
        }
        let body = word.trim_end_matches([',', ';', ':', '.', ')', ']']);
        let gene = body.chars().skip(1).any(|c| c.is_uppercase() || fold(c).is_ascii_digit() || matches!(c, 'α'..='ω'));
        let prefixed = body.chars().nth(1).is_some_and(|c| fold(c) == '-') && body.chars().count() > 3;
        if (gene || prefixed) && !body.contains("://") { Self::Symbol } else { Self::Lower }
    }
}

fn is_space(c: char) -> bool {
    c.is_whitespace()
}

/// The token that ends at `stop`, without opening brackets and quotes.
fn word_before(text: &str, start: usize, stop: usize) -> &str {
    let bytes = &text.as_bytes()[start..stop];
    let at = bytes.iter().rposition(|&byte| byte <= b' ' || byte >= 0x80).map_or(0, |at| at + 1);
    // Other characters than letters, digits and signs of ASCII are looked at one by one.
    let token = match at.checked_sub(1).map(|before| bytes[before]) {
        None | Some(b' ') => &text[start + at..stop],
        _ => text[start..stop].rsplit(is_space).next().unwrap_or(""),
    };
    token.trim_start_matches(['(', '[', '{', '"', '\'', '“', '‘', '<'])
}

/// Whether the stop stands in brackets that were opened in this sentence and are closed soon.
fn in_brackets(text: &str, start: usize, stop: usize, depth: &mut Option<usize>) -> bool {
    const SOON: usize = 400;
    // `depth` remembers where the innermost open bracket of the block was found not to be closed.
    let mut open = 0usize;
    let mut opened_at = 0;
    let bytes = text.as_bytes();
    for at in memchr::memchr2_iter(b'(', b')', &bytes[start..stop]).map(|by| start + by) {
        if bytes[at] == b'(' {
            open += 1;
            opened_at = at;
        } else {
            open = open.saturating_sub(1);
        }
    }
    if open == 0 || *depth == Some(opened_at) {
        return false;
    }
    let mut level = open;
    let soon = &bytes[stop..bytes.len().min(stop + SOON)];
    for at in memchr::memchr2_iter(b'(', b')', soon) {
        if soon[at] == b'(' {
            level += 1;
        } else {
            level -= 1;
            if level < open {
                return true;
            }
        }
    }
    *depth = Some(opened_at);
    false
}

/// Where what is glued to a stop ends: closing quotes and brackets, citation markers. Also says whether a citation is among it.
fn glued_end(text: &str, at: usize) -> (usize, bool) {
    let mut end = at;
    let mut cited = false;
    if text.as_bytes().get(at) == Some(&b' ') {
        return (end, cited);
    }
    loop {
        let rest = &text[end..];
        let Some(first) = rest.chars().next() else { break };
        if matches!(first, ')' | ']' | '}' | '"' | '\'' | '”' | '’' | '»') {
            end += first.len_utf8();
            continue;
        }
        if let Some(length) = bracketed_citation(rest) {
            end += length;
            cited = true;
            continue;
        }
        // `cells.1,2 Next`, `cells.¹²`: numbers glued to a stop behind a word.
        if fold(first).is_ascii_digit() && !cited && end == at {
            let is_list = |c: char| fold(c).is_ascii_digit() || matches!(fold(c), ',' | '-');
            let list = rest.find(|c| !is_list(c)).map_or(rest, |to| &rest[..to]);
            let list = list.trim_end_matches([',', '-', '–']);
            let word = text[..at - 1].rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or("");
            let numbers = list.split(|c| matches!(fold(c), ',' | '-'));
            let behind = &text[end + list.len()..];
            let ends = behind.chars().next().is_none_or(is_space);
            let short = numbers.clone().all(|number| (1..=3).contains(&number.chars().count()));
            if word.chars().count() >= 3 && ends && short {
                end += list.len();
                cited = true;
                continue;
            }
        }
        break;
    }
    (end, cited)
}

/// Length of `[2]`, `[2, 3]`, `[4–6]`, `(12)` at the start of `rest`.
fn bracketed_citation(rest: &str) -> Option<usize> {
    let close = match rest.as_bytes().first()? {
        b'[' => ']',
        b'(' => ')',
        _ => return None,
    };
    let end = rest.find(close).filter(|&end| end < 40)?;
    let inner = &rest[1..end];
    let is_list = |c: char| fold(c).is_ascii_digit() || matches!(fold(c), ',' | '-' | ' ' | ';');
    (inner.chars().all(is_list) && inner.contains(|c: char| fold(c).is_ascii_digit())).then_some(end + 1)
}

/// Whether a stop without space behind it ends a sentence: `patients.The aim`, `cells.[2]Next`.
fn no_space(text: &str, stop: usize, glued: usize, before: &str) -> bool {
    let next = &text[glued..];
    if !next.starts_with(char::is_uppercase) {
        return false;
    }
    let tail = before.chars().rev().take_while(|c| c.is_lowercase()).count();
    let lower = next.chars().skip(1).take_while(|c| c.is_lowercase()).count();
    let word_length = next.chars().take_while(|c| c.is_alphabetic()).count();
    let spaced = next.chars().nth(word_length).is_none_or(|c| is_space(c) || c == ',');
    let is_address = before.contains(['/', '@', '.']) || before.starts_with("www");
    let starter = is_starter(&next[..next.chars().take(word_length).map(char::len_utf8).sum()]);
    if text.as_bytes()[stop] != b'.' || is_address || !spaced {
        return false;
    }
    (tail >= 3 || (glued > stop + 1 && tail > 0)) && (lower >= 2 && lower + 1 == word_length || starter)
        || starter && before.ends_with(|c: char| c.is_ascii_digit() || matches!(c, ')' | ']' | '%'))
}

/// Words that begin sentences and are hardly ever names: after an abbreviation they tell a new sentence.
fn is_starter(word: &str) -> bool {
    const STARTERS: &[&str] = &[
        "A",
        "After",
        "Again",
        "All",
        "Also",
        "Although",
        "Among",
        "An",
        "And",
        "Another",
        "Any",
        "As",
        "At",
        "Based",
        "Because",
        "Before",
        "Both",
        "But",
        "By",
        "Compared",
        "Conversely",
        "Data",
        "Despite",
        "Due",
        "During",
        "Each",
        "Eight",
        "Either",
        "Eleven",
        "Even",
        "Every",
        "Few",
        "Finally",
        "Findings",
        "First",
        "Five",
        "Following",
        "For",
        "Forty",
        "Four",
        "From",
        "Further",
        "Furthermore",
        "Given",
        "Had",
        "Has",
        "He",
        "Hence",
        "Her",
        "Here",
        "Herein",
        "His",
        "How",
        "However",
        "I",
        "If",
        "Importantly",
        "In",
        "Indeed",
        "Interestingly",
        "Is",
        "It",
        "Its",
        "Later",
        "Likewise",
        "Many",
        "Mean",
        "Median",
        "More",
        "Moreover",
        "Most",
        "Much",
        "My",
        "Neither",
        "Nevertheless",
        "Nine",
        "No",
        "None",
        "Nonetheless",
        "Not",
        "Notably",
        "Of",
        "On",
        "Once",
        "One",
        "Only",
        "Other",
        "Others",
        "Our",
        "Over",
        "Overall",
        "Patients",
        "Recently",
        "Results",
        "Second",
        "Seven",
        "Several",
        "She",
        "Similar",
        "Similarly",
        "Since",
        "Six",
        "So",
        "Some",
        "Specifically",
        "Studies",
        "Such",
        "Surprisingly",
        "Taken",
        "Ten",
        "Than",
        "That",
        "The",
        "Their",
        "Them",
        "Then",
        "There",
        "Thereafter",
        "Therefore",
        "These",
        "They",
        "Third",
        "This",
        "Those",
        "Three",
        "Through",
        "Thus",
        "To",
        "Together",
        "Twelve",
        "Twenty",
        "Two",
        "Under",
        "Unlike",
        "Until",
        "Upon",
        "Using",
        "Was",
        "We",
        "Were",
        "What",
        "When",
        "Where",
        "Whereas",
        "Whether",
        "Which",
        "While",
        "Who",
        "Why",
        "With",
        "Within",
        "Without",
        "Yet",
        "You",
    ];
    let word = word.trim_end_matches([',', ';', ':']);
    STARTERS.binary_search(&word).is_ok()
}

/// The most letters and stops of an abbreviation of [`BEFORE`] or [`AFTER`].
const ABBREVIATION: usize = 6;

/// Whether a word is in a list of abbreviations, in whatever case.
fn is_in(list: &[&str], word: &str) -> bool {
    word.len() <= ABBREVIATION && list.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Abbreviations that stand before what they belong to: no sentence ends with them.
const BEFORE: &[&str] = &[
    "approx", "assoc", "ca", "cf", "chap", "col", "dr", "drs", "e.g", "ed", "eds", "eg", "eq", "eqn", "eqns", "eqs",
    "esp", "ex", "exp", "fig", "figs", "i.e", "ie", "incl", "lt", "mr", "mrs", "ms", "nos", "pp", "prof", "ref",
    "refs", "st", "ste", "supp", "suppl", "tab", "viz", "vs", "v.s",
];

/// Abbreviations that a sentence may end with.
const AFTER: &[&str] = &[
    "al", "apr", "aug", "ave", "bros", "co", "conc", "corp", "dec", "dept", "dist", "est", "etc", "feb", "gen", "gov",
    "inc", "jan", "jr", "ltd", "max", "mt", "nov", "nr", "oct", "ph.d", "resp", "sec", "sep", "sept", "sp", "spp",
    "sr", "ssp", "subsp", "subspp", "temp", "univ", "var", "vol", "wt",
];

/// Words of one letter or number that stand behind these are no initials: `vitamin C. Magnesium …`.
const LETTERED: &[&str] = &[
    "antigen",
    "appendix",
    "arm",
    "box",
    "case",
    "chain",
    "class",
    "coenzyme",
    "cohort",
    "complex",
    "domain",
    "experiment",
    "factor",
    "figure",
    "form",
    "globulin",
    "grade",
    "group",
    "haemoglobin",
    "hemoglobin",
    "hepatitis",
    "immunoglobulin",
    "influenza",
    "isoform",
    "item",
    "kinase",
    "level",
    "locus",
    "panel",
    "part",
    "pathway",
    "pattern",
    "phase",
    "phenotype",
    "protein",
    "region",
    "sample",
    "site",
    "stage",
    "strain",
    "study",
    "subgroup",
    "subtype",
    "subunit",
    "symptom",
    "system",
    "table",
    "team",
    "toxin",
    "trial",
    "type",
    "variant",
    "virus",
    "vitamin",
    "vitamins",
    "zone",
];

fn ends_after(text: &str, start: usize, stop: usize, before: &str, kind: Start, next: &str, cited: bool) -> bool {
    let starter = || is_starter(next);
    if kind == Start::Lower {
        return false;
    }
    if cited {
        return true;
    }
    let token = before.trim_end_matches([',', ';', ':']);
    let last = token.rsplit(['-', '–', '/', '(', '[', '‐', '‑']).next().unwrap_or("");
    // The list number of a sentence: `1. Magnesium …`, `A. Methods`.
    let is_first = || text[start..stop].trim().len() == token.len() || text[start..stop].trim() == before;
    let is_number = !token.is_empty() && token.chars().all(|c| fold(c).is_ascii_digit());
    let mut letters = token.chars();
    let is_one = letters.next().is_some() && letters.next().is_none();
    if (is_number && token.len() < 3 || is_one && kind == Start::Upper && !starter()) && is_first() {
        return false;
    }
    if is_in(&["no", "nos"], last) {
        // `No. 5`, but `The answer is no. The …`.
        return kind != Start::Digit && (last != "No" || starter());
    }
    if is_in(BEFORE, last) || is_in(BEFORE, token) {
        return false;
    }
    let mut letters = last.chars();
    let single = is_one && letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none();
    if single {
        // An initial (`J. Smith`, `E. coli`) or a name's last part (`vitamin C. The …`).
        let token_start = token.as_ptr() as usize - text.as_ptr() as usize;
        let ahead = text[start..token_start.max(start)].trim_end().rsplit(is_space).next().unwrap_or("");
        let noun = ahead.trim_start_matches('(');
        let greek = ["alpha", "beta", "gamma", "delta", "kappa", "lambda", "α", "β", "γ", "δ", "κ"];
        let lettered = LETTERED.contains(&noun.to_lowercase().as_str())
            || greek.iter().any(|letter| noun.ends_with(letter))
            // `cyclosporin A. The …`, but `by J. Smith`.
            || noun.len() > 4 && noun.bytes().all(|b| b.is_ascii_lowercase())
            || last == "I" && noun.len() > 1;
        let is_small = token.chars().all(char::is_lowercase) || !last.is_ascii();
        return match kind {
            Start::Upper => lettered || starter() || is_small,
            _ => lettered || is_small && kind != Start::Digit,
        };
    }
    if is_in(AFTER, last) {
        let lower = last.to_ascii_lowercase();
        return match lower.as_str() {
            // `et al. 2010`, `et al. [5]`, `et al. Smith`: mostly not the end.
            "al" => starter(),
            "vol" | "apr" | "aug" | "dec" | "feb" | "jan" | "nov" | "oct" | "sep" | "sept" | "mt" | "nr" => {
                kind == Start::Upper && (starter() || lower != "vol" && lower != "mt")
            }
            "sp" | "spp" | "subsp" | "var" | "ssp" | "etc" => kind != Start::Digit,
            _ => starter(),
        };
    }
    // Dotted abbreviations: `i.v.`, `U.S.`, `a.m.`.
    let dotted = token.contains('.')
        && token.split('.').all(|part| part.chars().count() <= 3 && part.chars().all(char::is_alphabetic));
    if dotted {
        return starter();
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(text: &str) -> Vec<&str> {
        let mut out = Vec::new();
        split(text, &mut |from, to| out.push(&text[from..to]));
        out
    }

    /// Each row is a text with `|` where it is to be split.
    #[test]
    fn table() {
        for row in [
            "Magnesium was 0.75 mmol/l (range 0.6-0.9).| It fell to .05 after 3 h.| Calcium did not.",
            "Divalent cations, e.g. Mg2+ or Mn2+, were added, i.e. Magnesium was not alone.| They bound.",
            "As shown in Fig. 2 and Figs. 3, 4, binding rose.| See Ref. 12.| No. 5 was lost.",
            "Smith et al. (2010) found it.| Jones et al. [5] and Li et al. 2012 did not.",
            "This was described by Garcia et al.| We repeat it here.",
            "Treated vs. untreated cells (approx. 50%) differed.| S. aureus and E. coli did not.| Bacillus spp. were absent.",
            "Cells of H. Sapiens were used by J. A. Miller and K. Wu.| All survived.",
            "It is found on T cells.[2]| Next it was removed.[3,4]| Then it came back.[5–7]",
            "It is found on cells.1,2| Next it was removed.3| Then it came back.",
            "The pH was 7.4.| At pH 6.5 it fell.| The dose was 5 mg.| Then 10 mg was given.",
            "We saw a difference (P < .05).| It was small.| Significance was set at p<0.05.| None was found.",
            "The inhibitor failed.| p38 MAPK was not needed.| mTOR was.| α4β1 was blocked.| 20 patients were seen.",
            "\"It works.\" |\"Does it?\" |(It does.) |[Not shown.] |“Fine.” |Good.",
            "Is it needed?| Yes!| It is.",
            "BACKGROUND: Magnesium matters.| METHODS: We measured it.| RESULTS AND DISCUSSION: It fell.",
            "Low intake of vitamin C.| Magnesium was low as well.",
            "They had hepatitis B.| The others did not.| Group A.| Patients of type I.| It was so.",
            "Drug was given i.v. and i.p. for 3 days.| It was given i.v.| The dose was low.",
            "In the U.S. Army it is used.| We went to the U.S.| The trip was long.",
            "Several anions (Cl-, Br-, etc.) were tested.| Others (see Fig. 3. Data not shown) were not.| End.",
            "Levels rose by 5%.| 30% fell.| Ten of 12 (83%) recovered.| Of these, 2 relapsed.",
            "It bound LFA-1.| ICAM-1 was blocked.| CD8+ T cells were not.| NK cells were.",
            "It works ... sometimes.| It stops...| Then it works again.",
            "Dr. Brown and Prof. Green agreed.| Mr. White did not.",
            "The aims were clear.|The methods were not.| See www.example.org for more.",
            "1. Magnesium is needed.| 2. Calcium is not.",
            "Mice were kept at 22 °C.| Water was free.| They weighed 20 g.| Food was given for 4 h.| All lived.",
            "We used anti-CD3 (clone OKT3; eBioscience Inc., San Diego, Calif.).| Cells were washed.",
            "Blood was drawn at 8 a.m. and 5 p.m. on day 1.| Samples (n = 5) were frozen.",
            "The N-terminus vs. the C-terminus.| Both bind Mg2+.| Mg2+ is needed.",
            "Grown in RPMI (Gibco, St. Louis, Mo.) with 10% FCS.| Jurkat cells grew.",
            "They bind NF-kappa B.| Previously cyclosporin A.| Cells bound.| (a) One of DNase I.| (ii) Two.| (c-d) Three.",
            "Expression fell.| c-myc mRNA rose.| n-3 fatty acids did not.",
            "Expression of CD25. however, it was low.",
        ] {
            let wanted: Vec<String> = row.split('|').map(|part| part.trim().to_owned()).collect();
            let text = row.replace('|', "");
            assert_eq!(sentences(&text), wanted);
        }
    }

    #[test]
    fn lines_and_bullets() {
        assert_eq!(
            sentences("A heading\n\n  • One is short.[1]\n  • Two has no stop\n  - Three – a dash inside.\n* Four."),
            ["A heading", "One is short.[1]", "Two has no stop", "Three – a dash inside.", "Four."]
        );
        assert_eq!(
            sentences("A line that is long enough to have been wrapped by an\neditor goes on here. Then\nnot."),
            ["A line that is long enough to have been wrapped by an\neditor goes on here.", "Then", "not.",]
        );
        assert_eq!(sentences(" \n \n"), Vec::<&str>::new());
        assert_eq!(sentences("- \n•"), ["-", "•"]);
    }
}
