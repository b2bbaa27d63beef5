//! Plain text: one document, kept byte for byte, and its division into passages.
//!
//! A paragraph, a list item or a line is a passage. A short first line above a blank one is the title. What stands below a
//! heading such as "References", and a paragraph that reads like a citation (authors, then a year, a DOI, volume and pages),
//! is a reference.

use mgmine_core::document::{Document, Passage, PassageKind};
use mgmine_core::span::Span;

use crate::canon::{Canon, Space};
use crate::dates;
use crate::problem::{Note, Notes, ProblemKind};
use crate::reader::{Context, Found, MAX_TEXT, RecordFormat, text_too_large};
use crate::records;

/// A first line up to this length can be a title.
const MAX_TITLE: usize = 250;
/// A paragraph up to this length can be a citation: some have hundreds of authors.
const MAX_CITATION: usize = 6000;
/// A line up to this length can be a heading.
const MAX_HEADING: usize = 60;

/// The reader of plain text.
#[derive(Debug)]
pub(crate) struct Text {
    stem: String,
}

impl Text {
    pub(crate) fn new(stem: String) -> Self {
        Self { stem }
    }
}

impl RecordFormat for Text {
    fn find(&mut self, cx: &mut Context, _doc: &mut Document) -> Found {
        let offset = cx.window.offset();
        if cx.index > 0 {
            return cx.end(None, false, None);
        }
        while cx.window.bytes().len() <= cx.max_record {
            if !cx.window.more() {
                cx.record = cx.window.bytes().len();
                if cx.record == 0 {
                    return cx.end(None, false, None);
                }
                return Found::Record;
            }
        }
        let note = records::too_large(offset, cx.max_record);
        cx.report_record(note, None);
        loop {
            cx.window.consume(usize::MAX);
            if !cx.window.more() {
                return cx.end(None, false, None);
            }
        }
    }

    fn fill(&mut self, record: &[u8], base: u64, doc: &mut Document, map: bool, notes: &mut Notes) -> Result<(), Note> {
        doc.id.clone_from(&self.stem);
        if record.len() > MAX_TEXT {
            return Err(text_too_large(base));
        }
        doc.text.clear();
        doc.passages.clear();
        doc.source_map.runs.clear();
        let mut out = Canon::new(&mut doc.text, &mut doc.source_map.runs, notes, map, Space::Keep);
        let mut at = 0;
        for piece in record.split_inclusive(|byte| *byte == 0) {
            let text = piece.strip_suffix(b"\0").unwrap_or(piece);
            out.copy_utf8(text, base + at as u64);
            if text.len() < piece.len() {
                let source = base + (at + text.len()) as u64;
                out.notes()
                    .push(source, ProblemKind::InvalidCharacter, || "a NUL byte; it was replaced by U+FFFD".to_owned());
                out.replace("\u{fffd}", source, 1);
            }
            at += piece.len();
        }
        out.finish();
        passages(&doc.text, &mut doc.passages);
        Ok(())
    }
}

/// A line without the white space around it.
#[derive(Clone, Copy, Debug)]
struct Line {
    /// First byte of the content; behind a list marker if there is one.
    start: usize,
    end: usize,
    /// Columns before the content and its list marker.
    indent: usize,
    /// Whether a list marker was passed.
    item: bool,
}

/// Divides `text` into passages, added to `passages`.
pub(crate) fn passages(text: &str, passages: &mut Vec<Passage>) {
    let mut blocks = blocks(text);
    let title = title(text, &blocks);
    let mut referring = false;
    for (index, block) in blocks.drain(..).enumerate() {
        let first = block[0];
        if title && index == 0 {
            push(passages, PassageKind::Title, first.start, first.end);
            continue;
        }
        let line = &text[first.start..first.end];
        if !first.item && is_reference_heading(line) {
            referring = true;
        } else if referring && block.len() == 1 && !first.item && is_heading(line) {
            referring = false;
        }
        for (start, end) in paragraphs(text, &block, referring) {
            let paragraph = &text[start..end];
            let kind = if referring || is_citation(paragraph) { PassageKind::Reference } else { PassageKind::Body };
            push(passages, kind, start, end);
        }
    }
}

fn push(passages: &mut Vec<Passage>, kind: PassageKind, start: usize, end: usize) {
    passages.push(Passage { kind, section: None, span: Span::new(start as u32, end as u32) });
}

/// The runs of lines that are not blank.
fn blocks(text: &str) -> Vec<Vec<Line>> {
    let mut blocks: Vec<Vec<Line>> = Vec::new();
    let mut open = false;
    let mut at = 0;
    for raw in text.split_inclusive(['\n', '\u{2028}', '\u{2029}', '\u{0c}']) {
        let content = raw.trim();
        if content.is_empty() {
            open = false;
        } else {
            let start = at + (raw.len() - raw.trim_start().len());
            let marker = marker(content);
            let indent = raw[..start - at].chars().count();
            let line = Line { start: start + marker, end: start + content.len(), indent, item: marker > 0 };
            // A heading of references ends the block before it even without a blank line.
            let heading = !line.item && is_reference_heading(content);
            match blocks.last_mut() {
                Some(block) if open && !heading => block.push(line),
                _ => blocks.push(vec![line]),
            }
            open = !heading;
        }
        at += raw.len();
    }
    blocks
}

/// The length of a list marker and the white space behind it at the start of `line`: a bullet, `-`, `*`, `1.`, `(a)`, `[12]`.
fn marker(line: &str) -> usize {
    let behind = |length: usize| {
        let rest = &line[length..];
        let space = rest.len() - rest.trim_start().len();
        if space > 0 && space < rest.len() { length + space } else { 0 }
    };
    let Some(first) = line.chars().next() else { return 0 };
    match first {
        '•' | '◦' | '▪' | '▫' | '‣' | '⁃' | '∙' | '·' | '●' | '○' | '■' | '□' | '➢' | '❖' | '✓' | '–' | '—' | '-'
        | '*' | '+' => {
            let length = first.len_utf8();
            let at = behind(length);
            // Typographic bullets may touch the word.
            if at == 0 && "•◦▪▫‣⁃●■".contains(first) && line.len() > length { length } else { at }
        }
        '(' | '[' | '0'..='9' => {
            let open = usize::from(!first.is_ascii_digit());
            let digits = line[open..].bytes().take_while(u8::is_ascii_digit).count();
            let letter =
                usize::from(open == 1 && digits == 0 && line[1..].starts_with(|c: char| c.is_ascii_lowercase()));
            let inner = open + digits + letter;
            let close = line[inner..].chars().next();
            let fits = match (first, close) {
                ('(', Some(')')) | ('[', Some(']')) => digits + letter > 0,
                (_, Some('.' | ')')) => open == 0,
                _ => false,
            };
            if fits && digits <= 3 { behind(inner + 1) } else { 0 }
        }
        _ => 0,
    }
}

fn title(text: &str, blocks: &[Vec<Line>]) -> bool {
    let [first, _, ..] = blocks else { return false };
    let [line] = first[..] else { return false };
    let words = &text[line.start..line.end];
    words.len() <= MAX_TITLE && !line.item && !has_inner_sentence_end(words) && !is_reference_heading(words)
}

/// Whether a sentence ends before the end of the line.
fn has_inner_sentence_end(line: &str) -> bool {
    line.match_indices(". ").any(|(at, _)| {
        let word = line[..at].rsplit(char::is_whitespace).next().unwrap_or_default();
        let next = line[at + 1..].trim_start().chars().next();
        word.chars().count() > 3 && next.is_some_and(char::is_uppercase)
    })
}

/// The paragraphs of a block: its list items, and its other lines one by one or, where they are lines of one paragraph
/// broken to a width, joined.
fn paragraphs(text: &str, block: &[Line], referring: bool) -> Vec<(usize, usize)> {
    let mut result: Vec<(usize, usize)> = Vec::new();
    let filled = is_filled(text, block);
    let mut item_indent = None;
    for (index, line) in block.iter().enumerate() {
        let words = &text[line.start..line.end];
        let continues = index > 0
            && !line.item
            && match item_indent {
                // Lines below a list item belong to it when they are indented further or go on in the middle.
                Some(indent) => filled || line.indent > indent || starts_low(words),
                None => filled || starts_low(words),
            };
        // In a list of references without marks, each line that reads like an entry is one.
        let continues = continues && !(referring && !line.item && item_indent.is_none() && is_citation(words));
        match result.last_mut() {
            Some(last) if continues => last.1 = line.end,
            _ => {
                result.push((line.start, line.end));
                item_indent = line.item.then_some(line.indent);
            }
        }
    }
    result
}

/// Whether the lines look like a paragraph broken to a common width: all but the last are long for their kind and of about
/// the same length, and at least one breaks off where no sentence ends.
fn is_filled(text: &str, block: &[Line]) -> bool {
    let width = |line: &Line| line.indent + text[line.start..line.end].chars().count();
    let Some((last, full)) = block.split_last() else { return false };
    let longest = full.iter().map(width).max().unwrap_or(0);
    // The last line of such a paragraph is not longer than the others, so this is a heading and what it stands above.
    if width(last) * 4 > longest * 5 {
        return false;
    }
    let last_of_item = |index: usize| block.get(index + 1).is_none_or(|next| next.item);
    let mut broken = false;
    for (index, line) in full.iter().enumerate() {
        if last_of_item(index) {
            continue;
        }
        if width(line) * 10 < longest * 7 {
            return false;
        }
        broken |= !text[line.start..line.end].ends_with(['.', '!', '?', ':', ';', ']']);
    }
    broken && (30..=160).contains(&longest)
}

fn starts_low(words: &str) -> bool {
    words.starts_with(char::is_lowercase)
}

fn is_reference_heading(line: &str) -> bool {
    let words = line.trim_matches(|c: char| !c.is_alphabetic()).to_lowercase();
    line.len() <= MAX_HEADING
        && matches!(
            words.as_str(),
            "references"
                | "reference"
                | "reference list"
                | "references and notes"
                | "bibliography"
                | "literature"
                | "literature cited"
                | "works cited"
                | "cited literature"
                | "further reading"
                | "journal reference"
                | "journal references"
        )
}

fn is_heading(line: &str) -> bool {
    line.len() <= MAX_HEADING
        && line.starts_with(char::is_uppercase)
        && !line.ends_with(['.', ',', ';', '!', '?'])
        && !line.contains(|c: char| c.is_ascii_digit())
        && !is_citation(line)
}

/// Whether a paragraph reads like a bibliographic citation.
pub(crate) fn is_citation(paragraph: &str) -> bool {
    if paragraph.len() > MAX_CITATION || paragraph.len() < 20 {
        return false;
    }
    let identified = has_identifier(paragraph);
    let dated = has_publication_year(paragraph);
    let paged = has_pages(paragraph);
    let authored = starts_with_authors(paragraph);
    let places = u8::from(identified) + u8::from(paged) + u8::from(dated);
    // A sentence may hold one of these; only a citation has authors in front and two of them behind.
    (authored && places >= 2) || (identified && paged && dated && !has_verb_like_prose(paragraph))
}

/// A DOI, PMID or PMC id.
fn has_identifier(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["doi:", "doi.org/10.", "pmid:", "pmid ", "pmcid:"].iter().any(|mark| lower.contains(mark))
        || lower.match_indices("10.").any(|(at, _)| {
            let behind = &lower.as_bytes()[at + 3..];
            let digits = behind.iter().take_while(|byte| byte.is_ascii_digit()).count();
            (4..=9).contains(&digits) && behind.get(digits) == Some(&b'/')
        })
}

/// A year set off as in citations: `(2020)`, `, 2020;`, `. 2020 Jan`, `2020;12`.
fn has_publication_year(text: &str) -> bool {
    let bytes = text.as_bytes();
    (0..bytes.len().saturating_sub(3)).any(|at| {
        let Some(four) = text.get(at..at + 4) else { return false };
        let year = four.bytes().all(|byte| byte.is_ascii_digit())
            && dates::year(four).is_some_and(|year| (1800..2100).contains(&year));
        let before = text[..at].trim_end().chars().next_back();
        let behind = bytes.get(at + 4).copied();
        let (touched, after) = (bytes[..at].last().is_some_and(u8::is_ascii_digit), behind.unwrap_or(b'.'));
        year && !touched
            && (matches!(before, Some(',' | '.' | '(')) || after == b';')
            && (matches!(after, b';' | b'.' | b')' | b',' | b':' | b' ') || behind.is_none())
    })
}

/// Volume and pages: `12(3):45-67`, `12:e45`, `vol. 12, pp. 45`.
fn has_pages(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.match_indices(':').any(|(at, _)| {
        let before = bytes[..at].last().is_some_and(|byte| byte.is_ascii_digit() || *byte == b')');
        let behind = text[at + 1..].trim_start().as_bytes();
        let digits =
            behind.iter().skip_while(|byte| byte.is_ascii_alphabetic()).take_while(|b| b.is_ascii_digit()).count();
        before && digits > 0
    }) || ["pp. ", " p. ", "vol. ", "Vol. "].iter().any(|mark| text.contains(mark))
}

/// Words that a title may hold, but that, found more than once before the first year, mean running text.
fn has_verb_like_prose(text: &str) -> bool {
    let words = [" is ", " are ", " was ", " were ", " has ", " have ", " we ", " this ", " that "];
    words.iter().map(|word| text.matches(word).count()).sum::<usize>() > 2
}

/// Whether the paragraph starts with a list of personal names that a full stop, a colon or a year in brackets ends.
fn starts_with_authors(text: &str) -> bool {
    let ends = text.char_indices().filter(|(at, c)| {
        let rest = &text[at + c.len_utf8()..];
        match c {
            '.' | ':' => rest.starts_with(char::is_whitespace),
            '(' => rest.get(..4).is_some_and(|year| year.bytes().all(|byte| byte.is_ascii_digit())),
            _ => false,
        }
    });
    // Initials have full stops too, so the list ends at one of the first.
    ends.take(400).any(|(at, _)| is_author_list(&text[..at]))
}

fn is_author_list(text: &str) -> bool {
    let text = text.trim().trim_end_matches(['.', ',']);
    let text = text.strip_suffix("et al").unwrap_or(text).trim_end_matches([',', ' ', '\u{a0}']);
    let mut names = 0;
    let mut initials = false;
    for piece in text.split([',', ';', '&']).flat_map(|piece| piece.split(" and ")) {
        let piece = piece.trim().trim_start_matches("and ");
        if piece.is_empty() {
            continue;
        }
        let words: Vec<&str> = piece.split_whitespace().collect();
        if words.len() > 6 || !words.iter().all(|word| is_name_word(word)) {
            return false;
        }
        initials |= words.iter().any(|word| is_initials(word));
        names += 1;
    }
    // One or two capitalised words may be anything; with initials they are a name.
    names >= 3 || (names >= 1 && initials)
}

fn is_initials(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    (1..=4).contains(&letters) && word.chars().all(|c| c.is_uppercase() || matches!(c, '.' | '-' | '‐'))
}

fn is_name_word(word: &str) -> bool {
    const PARTICLES: [&str; 30] = [
        "de", "van", "von", "der", "den", "del", "della", "di", "da", "dos", "das", "do", "du", "la", "le", "el", "al",
        "bin", "ibn", "i", "y", "e", "ten", "ter", "zu", "zur", "af", "st", "et", "al.",
    ];
    if PARTICLES.contains(&word) {
        return true;
    }
    word.chars().any(char::is_alphabetic)
        && !word.contains(|c: char| c.is_ascii_digit())
        && word.split(['-', '\'', '’', '.']).any(|part| part.starts_with(char::is_uppercase))
        && word.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '\'' | '’' | '‐'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn divided(text: &str) -> Vec<(&'static str, &str)> {
        let mut list = Vec::new();
        passages(text, &mut list);
        list.iter().map(|passage| (passage.kind.as_str(), passage.span.of(text))).collect()
    }

    #[test]
    fn a_note_with_title_bullets_and_a_citation() {
        let text = "Zinc and the thymus\n\n  • Zinc is a trace metal.[1]\n  • Some thymocytes\n    need it.\n\n\nAna de la Cruz, \
                    B. O. Müller, Jean-Luc Petit. Zinc keeps thymocytes alive. Journal of Made-up Results, 2021; DOI: \
                    10.1234/jmr.2021.5\n";
        let parts = divided(text);
        assert_eq!(
            parts[..3],
            [
                ("title", "Zinc and the thymus"),
                ("body", "Zinc is a trace metal.[1]"),
                ("body", "Some thymocytes\n    need it."),
            ]
        );
        assert_eq!(parts[3].0, "reference");
        assert!(parts[3].1.starts_with("Ana") && parts[3].1.ends_with("2021.5"));
    }

    #[test]
    fn a_reference_list_ends_at_the_next_heading() {
        let text = "Body line one.\nAnother line of body.\nReferences\n1. Made-up book of ions.\n2) Second entry,\n   \
                    which goes on.\n\nSupplement\n\nBody again.";
        assert_eq!(
            divided(text),
            [
                ("body", "Body line one."),
                ("body", "Another line of body."),
                ("reference", "References"),
                ("reference", "Made-up book of ions."),
                ("reference", "Second entry,\n   which goes on."),
                ("body", "Supplement"),
                ("body", "Body again."),
            ]
        );
    }

    #[test]
    fn filled_lines_are_one_paragraph() {
        let text = "The quick addition of zinc to a culture of resting cells changed\nneither their number nor their size in \
                    any of the four series\nthat were run. The second series was longer.\n\nNext.";
        let parts = divided(text);
        assert_eq!(parts.len(), 2);
        assert!(parts[0].1.ends_with("longer."));
        let heading = "A title of some length without a full stop\nThe first of many sentences that go on for quite a while here.";
        assert_eq!(divided(heading).len(), 2);
    }

    #[test]
    fn citations_and_prose_are_told_apart() {
        for citation in [
            "Doe J, Roe AB, Poe C. Ions in cells. J Ion Res. 2019;12(3):45-67.",
            "Doe J. Ions in cells. J Ion Res. 2019;12(3):45-67.",
            "Doe, J. & Roe, A. B. (2019). Ions in cells. Journal of Ions, 12: 45-67. https://doi.org/10.1234/abc",
            "Jane Doe, Adam van der Roe, Carla Poe. Ions in cells. Journal of Ions, 2022; DOI: 10.1234/x.2021",
        ] {
            assert!(is_citation(citation), "{citation}");
        }
        for prose in [
            "Data were deposited (doi:10.5061/dryad.1234) in 2020.",
            "Zinc, Iron, Copper and other metals were measured in 2020; ratios of 12:3 were seen.",
            "CD4, CD8 and NK cells were counted. The ratio was 2:1 (2019).",
            "In 2019, Doe and colleagues showed that zinc enters the cell.",
        ] {
            assert!(!is_citation(prose), "{prose}");
        }
    }

    #[test]
    fn one_line_has_no_title() {
        assert_eq!(divided("Zinc binds."), [("body", "Zinc binds.")]);
        assert_eq!(divided("  \n"), []);
    }

    #[test]
    fn list_markers() {
        for (line, length) in [
            ("- a", 2),
            ("-5 mM", 0),
            ("1. A", 3),
            ("1.5 mM", 0),
            ("[12] A", 5),
            ("(a) b", 4),
            ("• x", 4),
            ("2020. A", 0),
        ] {
            assert_eq!(marker(line), length, "{line}");
        }
    }
}
