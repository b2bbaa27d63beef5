//! PubTator: `PMID|t|Title`, `PMID|a|Abstract`, annotation lines (not read), a blank line. Texts are kept as they stand.

use mgmine_core::document::{Document, PassageKind};

use crate::canon::{Builder, Space};
use crate::lines::{Line, content, line_end, skip_line};
use crate::problem::{Note, Notes};
use crate::reader::{Context, Found, RecordFormat};
use crate::records;

/// Ids are no longer than this.
const MAX_ID: usize = 64;

/// The reader of PubTator.
#[derive(Debug)]
pub(crate) struct Pubtator;

impl RecordFormat for Pubtator {
    fn find(&mut self, cx: &mut Context, _doc: &mut Document) -> Found {
        // A record reaches from one title line to the next, or to a line with another id.
        let mut length = 0;
        let mut id = Vec::new();
        loop {
            let end = match line_end(cx, length) {
                Line::End(end) => end,
                Line::None if length > 0 => {
                    cx.record = length;
                    return Found::Record;
                }
                Line::None => return cx.end(None, false, None),
                Line::TooLarge => {
                    let note = records::too_large(cx.window.offset(), cx.max_record);
                    cx.report_record(note, None);
                    cx.index += 1;
                    cx.window.consume(length);
                    skip_line(cx);
                    length = 0;
                    continue;
                }
            };
            let line = content(&cx.window.bytes()[length..end]);
            let blank = line.trim_ascii().is_empty();
            if length == 0 {
                if blank {
                    cx.window.consume(end);
                    continue;
                }
                id = id_of(line).to_vec();
            } else if blank || id_of(line) != id || field(line).is_some_and(|(kind, _)| kind == b't') {
                cx.record = length;
                return Found::Record;
            }
            length = end;
            if length > cx.max_record {
                let note = records::too_large(cx.window.offset(), cx.max_record);
                cx.report_record(note, None);
                cx.index += 1;
                cx.window.consume(length);
                length = 0;
            }
        }
    }

    fn fill(&mut self, record: &[u8], base: u64, doc: &mut Document, map: bool, notes: &mut Notes) -> Result<(), Note> {
        let first = content(record.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default());
        let id = id_of(first);
        if field(first).is_none() || id.is_empty() || id.len() > MAX_ID {
            return Err(Note::broken(base, "a record starts with neither `ID|t|title` nor `ID|a|abstract`"));
        }
        let id = String::from_utf8_lossy(id);
        doc.id = if id.bytes().all(|byte| byte.is_ascii_digit()) { format!("pubmed:{id}") } else { id.into_owned() };
        let mut builder = Builder::new(doc, notes, map, Space::Keep);
        let mut at = 0;
        for line in record.split_inclusive(|byte| *byte == b'\n') {
            if let Some((kind, text)) = field(content(line)) {
                let kind = if kind == b't' { PassageKind::Title } else { PassageKind::Abstract };
                let start = base + at as u64 + (content(line).len() - text.len()) as u64;
                if !text.trim_ascii().is_empty() {
                    builder.passage(kind, None, start, |out| {
                        out.copy(text, start);
                        Ok::<_, Note>(())
                    })?;
                }
            }
            at += line.len();
        }
        Ok(())
    }
}

/// The id at the start of a line, up to `|` or a tab.
fn id_of(line: &[u8]) -> &[u8] {
    line.split(|byte| matches!(byte, b'|' | b'\t')).next().unwrap_or_default()
}

/// The kind, `t` or `a`, and the text of a text line.
fn field(line: &[u8]) -> Option<(u8, &[u8])> {
    let mut parts = line.splitn(3, |byte| *byte == b'|');
    let id = parts.next()?;
    match (parts.next()?, parts.next()?) {
        ([kind @ (b't' | b'a')], text) if !id.contains(&b'\t') => Some((*kind, text)),
        _ => None,
    }
}
