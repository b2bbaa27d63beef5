//! JSON Lines: `{"id", "title", "abstract"}` or `{"id", "text"}`, one object a line.
//!
//! The id is kept as given; texts are kept as given too, white space included. `version` and `year` may be given; a line
//! without `id` may have a `pmid`. Other fields are ignored.

use std::borrow::Cow;

use mgmine_core::document::{Document, Metadata, Passage, PassageKind, SourceRun};
use mgmine_core::span::Span;
use serde::Deserialize;

use crate::canon::{Canon, Space};
use crate::dates;
use crate::lines::{Line, line_end, skip_line};
use crate::problem::{Note, Notes, ProblemKind};
use crate::reader::{Context, Found, MAX_TEXT, RecordFormat, text_too_large};
use crate::{records, text};

/// Ids are no longer than this.
const MAX_ID: usize = 1024;

/// The reader of JSON Lines.
#[derive(Debug)]
pub(crate) struct Jsonl;

#[derive(Debug, Deserialize)]
struct Record<'l> {
    #[serde(default)]
    id: Option<Value>,
    #[serde(default)]
    pmid: Option<Value>,
    #[serde(default, borrow)]
    title: Option<Cow<'l, str>>,
    #[serde(default, borrow, rename = "abstract")]
    summary: Option<Cow<'l, str>>,
    #[serde(default, borrow)]
    text: Option<Cow<'l, str>>,
    #[serde(default)]
    version: Option<u32>,
    #[serde(default)]
    year: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Value {
    Number(i64),
    Text(String),
}

impl Value {
    fn into_text(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text,
        }
    }
}

impl RecordFormat for Jsonl {
    fn find(&mut self, cx: &mut Context, _doc: &mut Document) -> Found {
        loop {
            match line_end(cx, 0) {
                Line::None => return cx.end(None, false, None),
                Line::TooLarge => {
                    let note = records::too_large(cx.window.offset(), cx.max_record);
                    cx.report_record(note, None);
                    cx.index += 1;
                    skip_line(cx);
                }
                Line::End(end) => {
                    let line = &cx.window.bytes()[..end];
                    if line.trim_ascii().is_empty() {
                        cx.window.consume(end);
                        continue;
                    }
                    // A line cut by a damaged stream is no line.
                    if !line.ends_with(b"\n") && cx.window.has_error() {
                        return cx.end(Some(records::cut_record(cx.window.offset())), true, None);
                    }
                    cx.record = end;
                    return Found::Record;
                }
            }
        }
    }

    fn fill(&mut self, record: &[u8], base: u64, doc: &mut Document, map: bool, notes: &mut Notes) -> Result<(), Note> {
        let line = repaired(record, base, notes);
        let Record { id, pmid, title, summary, text, version, .. } = parse(&line, base)?;
        doc.id = match (id, pmid) {
            (Some(id), _) => id.into_text(),
            (None, Some(pmid)) => format!("pubmed:{}", pmid.into_text()),
            (None, None) => return Err(Note::broken(base, "the object has no \"id\"")),
        };
        if doc.id.is_empty() || doc.id.len() > MAX_ID {
            doc.id.clear();
            return Err(Note::broken(base, format!("the id is empty or longer than {MAX_ID} bytes")));
        }
        if [&title, &summary, &text].into_iter().flatten().map(|field| field.len()).sum::<usize>() > MAX_TEXT {
            return Err(text_too_large(base));
        }
        doc.version = version.unwrap_or(1);
        doc.text.clear();
        doc.passages.clear();
        doc.source_map.runs.clear();
        let mut add = |kind, field: Option<Cow<'_, str>>| {
            let Some(text) = field.filter(|text| !text.trim().is_empty()) else { return };
            if kind != PassageKind::Title {
                doc.text.push('\n');
            }
            let start = doc.text.len();
            if text.contains('\0') {
                notes.push(base, ProblemKind::InvalidCharacter, || "a NUL character; U+FFFD stands for it".to_owned());
                doc.text.push_str(&text.replace('\0', "\u{fffd}"));
            } else {
                doc.text.push_str(&text);
            }
            let span = Span::new(start as u32, doc.text.len() as u32);
            doc.passages.push(Passage { kind, section: None, span });
        };
        match (title, summary, text) {
            (None, None, None) => {
                return Err(Note::broken(base, "the object has neither \"text\" nor \"title\" and \"abstract\""));
            }
            (None, None, whole) => {
                // The text of the title is the text of the document here; its own division follows.
                add(PassageKind::Title, whole);
                doc.passages.clear();
                text::passages(&doc.text, &mut doc.passages);
            }
            (title, summary, body) => {
                add(PassageKind::Title, title);
                add(PassageKind::Abstract, summary);
                add(PassageKind::Body, body);
            }
        }
        if map && matches!(line, Cow::Borrowed(_)) {
            map_fields(&line, base, doc);
        }
        Ok(())
    }

    fn metadata(&mut self, record: &[u8], base: u64, metadata: &mut Metadata) -> Result<(), Note> {
        let line = String::from_utf8_lossy(record);
        metadata.published.year = parse(&line, base)?.year.and_then(|year| dates::year(&year.into_text()));
        Ok(())
    }
}

/// The line as UTF-8; what is not is replaced and reported.
fn repaired<'l>(record: &'l [u8], base: u64, notes: &mut Notes) -> Cow<'l, str> {
    match std::str::from_utf8(record) {
        Ok(line) => Cow::Borrowed(line),
        Err(error) => {
            notes.push(base + error.valid_up_to() as u64, ProblemKind::InvalidUtf8, || {
                "bytes that are not UTF-8; they were replaced by U+FFFD".to_owned()
            });
            String::from_utf8_lossy(record)
        }
    }
}

fn parse(line: &str, base: u64) -> Result<Record<'_>, Note> {
    serde_json::from_str(line.trim_end()).map_err(|error| {
        let offset = base + error.column().saturating_sub(1) as u64;
        Note::broken(offset, format!("not a JSON record: {error}"))
    })
}

/// Builds the source map of a line that was parsed without an error.
fn map_fields(line: &str, base: u64, doc: &mut Document) {
    let fields = string_fields(line);
    let field = |name: &str| {
        let found = fields.iter().rev().find(|(key, _)| key == name).map(|(_, range)| range.clone());
        found.map(|range| (range.start, &line[range]))
    };
    let (mut text, mut runs, mut notes) = (String::new(), Vec::new(), Notes::default());
    let whole = field("title").is_none() && field("abstract").is_none();
    for (name, joined) in [("title", false), ("abstract", true), ("text", !whole)] {
        let Some((start, raw)) = field(name) else { continue };
        let (length, first) = (text.len(), runs.len());
        if joined {
            text.push('\n');
            runs.push(SourceRun { text: length as u32, text_len: 1, source: base + start as u64, source_len: 0 });
        }
        let from = text.len();
        let mut out = Canon::new(&mut text, &mut runs, &mut notes, true, Space::Keep);
        unescape(raw, base + start as u64, &mut out);
        out.finish();
        if text[from..].trim().is_empty() {
            text.truncate(length);
            runs.truncate(first);
        }
    }
    if text == doc.text {
        doc.source_map.runs = runs;
    }
}

/// The string values of the outermost object: their keys, and the ranges of their raw content.
fn string_fields(line: &str) -> Vec<(String, std::ops::Range<usize>)> {
    let bytes = line.as_bytes();
    let (mut fields, mut depth, mut key, mut at) = (Vec::new(), 0_usize, None, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let start = at + 1;
                at = start;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += 1 + usize::from(bytes[at] == b'\\');
                }
                let range = start..at.min(bytes.len());
                if depth == 1 {
                    match key.take() {
                        Some(key) => fields.push((key, range)),
                        None => key = serde_json::from_str(&line[start - 1..range.end + 1]).ok(),
                    }
                }
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' if depth == 1 => key = None,
            _ => {}
        }
        at += 1;
    }
    fields
}

/// Writes the raw content of a JSON string that is known to be well-formed.
fn unescape(raw: &str, source: u64, out: &mut Canon<'_>) {
    let unit = |at: usize| raw.get(at + 2..at + 6).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    let (mut from, mut at) = (0, 0);
    let bytes = raw.as_bytes();
    while let Some(found) = memchr::memchr(b'\\', &bytes[at..]) {
        at += found;
        out.copy_utf8(&bytes[from..at], source + from as u64);
        let (char, length) = match bytes.get(at + 1) {
            Some(b'n') => ('\n', 2),
            Some(b't') => ('\t', 2),
            Some(b'r') => ('\r', 2),
            Some(b'b') => ('\u{8}', 2),
            Some(b'f') => ('\u{c}', 2),
            Some(b'u') => match (unit(at), unit(at + 6)) {
                (Some(high @ 0xd800..0xdc00), Some(low)) => {
                    let code = 0x10000 + ((high - 0xd800) << 10) + (low.wrapping_sub(0xdc00) & 0x3ff);
                    (char::from_u32(code).unwrap_or('\u{fffd}'), 12)
                }
                (Some(0) | None, _) => ('\u{fffd}', 6),
                (Some(code), _) => (char::from_u32(code).unwrap_or('\u{fffd}'), 6),
            },
            Some(byte) => (char::from(*byte), 2),
            None => return,
        };
        out.replace(char.encode_utf8(&mut [0; 4]), source + at as u64, length);
        at += length;
        from = at;
    }
    out.copy_utf8(&bytes[from..], source + from as u64);
}
