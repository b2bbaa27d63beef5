//! Building canonical text: passages joined by newlines, white space as a reader of the text expects it, and the map
//! back to the source.
//!
//! Bytes are copied as they stand; only a passage that turns out to hold a line break or a tab, or to begin with white
//! space, is rewritten when it is finished. So ordinary text is copied once, in long pieces.

use mgmine_core::document::{Document, Passage, PassageKind, SourceRun};
use mgmine_core::span::Span;

use crate::problem::{Notes, ProblemKind};

const REPLACEMENT: &str = "\u{fffd}";

/// How white space of a passage is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Space {
    /// Ends are trimmed; a run that holds a line break or a tab becomes one space.
    Collapse,
    /// Kept as it stands.
    Keep,
}

/// One passage under construction at the end of a text.
pub(crate) struct Canon<'d> {
    text: &'d mut String,
    runs: &'d mut Vec<SourceRun>,
    notes: &'d mut Notes,
    map: bool,
    space: Space,
    /// First byte of the passage in `text`.
    from: usize,
    /// First run of the passage in `runs`.
    first_run: usize,
    /// Whether a character was copied that `Space::Collapse` has to look at.
    rewrite: bool,
}

impl<'d> Canon<'d> {
    /// A passage that starts at the end of `text`.
    pub(crate) fn new(
        text: &'d mut String,
        runs: &'d mut Vec<SourceRun>,
        notes: &'d mut Notes,
        map: bool,
        space: Space,
    ) -> Self {
        let (from, first_run) = (text.len(), runs.len());
        Self { text, runs, notes, map, space, from, first_run, rewrite: false }
    }

    /// Where to report what was repaired.
    pub(crate) fn notes(&mut self) -> &mut Notes {
        self.notes
    }

    fn run(&mut self, text_len: usize, source: u64, source_len: usize) {
        if !self.map || text_len == 0 {
            return;
        }
        let text = (self.text.len() - text_len) as u32;
        let (text_len, source_len) = (text_len as u32, source_len as u32);
        push_run(self.runs, self.first_run, SourceRun { text, text_len, source, source_len });
    }

    /// Source bytes as they stand.
    pub(crate) fn copy(&mut self, bytes: &[u8], source: u64) {
        let controls = bytes.iter().fold(false, |found, byte| found | (*byte < 0x20));
        if controls {
            self.copy_controls(bytes, source);
        } else {
            self.copy_utf8(bytes, source);
        }
    }

    /// Source bytes as they stand, control characters too.
    pub(crate) fn copy_utf8(&mut self, bytes: &[u8], source: u64) {
        if let Ok(text) = std::str::from_utf8(bytes) {
            self.text.push_str(text);
            self.run(bytes.len(), source, bytes.len());
            return;
        }
        let mut at = source;
        for chunk in bytes.utf8_chunks() {
            let valid = chunk.valid();
            self.text.push_str(valid);
            self.run(valid.len(), at, valid.len());
            at += valid.len() as u64;
            let invalid = chunk.invalid();
            if !invalid.is_empty() {
                self.notes.push(at, ProblemKind::InvalidUtf8, || {
                    format!("byte 0x{:02x} is not UTF-8; it was replaced by U+FFFD", invalid[0])
                });
                self.replace(REPLACEMENT, at, invalid.len());
                at += invalid.len() as u64;
            }
        }
    }

    #[cold]
    fn copy_controls(&mut self, bytes: &[u8], source: u64) {
        let mut from = 0;
        for (index, byte) in bytes.iter().enumerate() {
            match byte {
                b'\t' | b'\n' | b'\r' => self.rewrite = true,
                0..0x20 => {
                    self.copy_utf8(&bytes[from..index], source + from as u64);
                    let at = source + index as u64;
                    self.notes.push(at, ProblemKind::InvalidCharacter, || {
                        format!("control character 0x{byte:02x}; it was replaced by U+FFFD")
                    });
                    self.replace(REPLACEMENT, at, 1);
                    from = index + 1;
                }
                _ => {}
            }
        }
        self.copy_utf8(&bytes[from..], source + from as u64);
    }

    /// Text that stands for `source_len` bytes of the source, such as a decoded entity.
    pub(crate) fn replace(&mut self, text: &str, source: u64, source_len: usize) {
        self.rewrite |= text.bytes().any(|byte| matches!(byte, b'\t' | b'\n' | b'\r'));
        self.text.push_str(text);
        self.run(text.len(), source, source_len);
    }

    /// A space of our own between two blocks, unless there is white space already.
    pub(crate) fn separate(&mut self, source: u64) {
        if self.text.len() > self.from {
            self.rewrite = true;
            self.text.push('\n');
            self.run(1, source, 0);
        }
    }

    /// Ends the passage and returns its span; an empty one adds nothing to the text.
    pub(crate) fn finish(self) -> Span {
        let Self { text, runs, space, from, first_run, rewrite, map, .. } = self;
        if space == Space::Collapse {
            let bytes = text.as_bytes();
            if rewrite || bytes.get(from).copied().is_some_and(is_space) {
                collapse(text, runs, map, from, first_run);
            } else {
                let kept = bytes[from..].iter().rposition(|byte| !is_space(*byte)).map_or(from, |last| from + last + 1);
                if kept < text.len() {
                    text.truncate(kept);
                    cut_runs(runs, first_run, kept as u32);
                }
            }
        }
        Span::new(from as u32, text.len() as u32)
    }
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Adds a run, joined with the one before where both are copies of adjacent bytes.
fn push_run(runs: &mut Vec<SourceRun>, first: usize, run: SourceRun) {
    if runs.len() > first
        && run.text_len == run.source_len
        && let Some(last) = runs.last_mut()
        && last.text_len == last.source_len
        && last.source + u64::from(last.source_len) == run.source
    {
        last.text_len += run.text_len;
        last.source_len += run.source_len;
    } else {
        runs.push(run);
    }
}

/// Drops what lies behind byte `end` of the text. Only runs that are copies can be cut in the middle.
fn cut_runs(runs: &mut Vec<SourceRun>, first: usize, end: u32) {
    while runs.len() > first
        && let Some(last) = runs.last_mut()
    {
        if last.text >= end {
            runs.pop();
            continue;
        }
        let text_len = end - last.text;
        if text_len < last.text_len {
            last.source_len = last.source_len.min(text_len);
            last.text_len = text_len;
        }
        break;
    }
}

/// Rewrites the passage `text[from..]`: ends trimmed, runs of white space with a line break or tab as one space.
#[cold]
fn collapse(text: &mut String, runs: &mut Vec<SourceRun>, map: bool, from: usize, first_run: usize) {
    let old = text[from..].to_owned();
    let old_runs = runs.split_off(first_run);
    text.truncate(from);
    let bytes = old.as_bytes();
    let mut walk = Walk { runs: &old_runs, at: 0 };
    let mut add = |text: &mut String, piece: &str, start: usize, end: usize, as_one: bool| {
        let to = text.len();
        text.push_str(piece);
        if map {
            walk.add(runs, first_run, to as u32, (from + start) as u32, (from + end) as u32, as_one);
        }
    };
    let mut index = 0;
    while index < bytes.len() {
        let space_end = bytes[index..].iter().position(|byte| !is_space(*byte)).map_or(bytes.len(), |n| index + n);
        if space_end > index {
            if space_end == bytes.len() {
                break;
            }
            if text.len() > from {
                if bytes[index..space_end].iter().all(|byte| *byte == b' ') {
                    add(text, &old[index..space_end], index, space_end, false);
                } else {
                    add(text, " ", index, space_end, true);
                }
            }
        }
        let word_end =
            bytes[space_end..].iter().position(|byte| is_space(*byte)).map_or(bytes.len(), |n| space_end + n);
        if word_end > space_end {
            add(text, &old[space_end..word_end], space_end, word_end, false);
        }
        index = word_end;
    }
}

/// A forward walk over the runs of a text that is being rewritten.
struct Walk<'r> {
    runs: &'r [SourceRun],
    at: usize,
}

impl Walk<'_> {
    /// Adds what `start..end` of the old text came from, at byte `to` of the new text: piece by piece, or as one byte.
    fn add(&mut self, runs: &mut Vec<SourceRun>, first: usize, mut to: u32, start: u32, end: u32, as_one: bool) {
        let mut whole: Option<(u64, u64)> = None;
        while self.at < self.runs.len() {
            let run = self.runs[self.at];
            let run_end = run.text + run.text_len;
            if run_end <= start {
                self.at += 1;
                continue;
            }
            if run.text >= end {
                break;
            }
            let (cut_start, cut_end) = (start.max(run.text), end.min(run_end));
            let copied = run.text_len == run.source_len;
            let source = if copied { run.source + u64::from(cut_start - run.text) } else { run.source };
            let source_len = if copied { cut_end - cut_start } else { run.source_len };
            if as_one {
                let source_end = source + u64::from(source_len);
                whole = Some(whole.map_or((source, source_end), |(first, _)| (first, source_end)));
            } else {
                let text_len = cut_end - cut_start;
                push_run(runs, first, SourceRun { text: to, text_len, source, source_len });
                to += text_len;
            }
            if run_end > end {
                break;
            }
            self.at += 1;
        }
        if let Some((source, source_end)) = whole {
            let source_len = (source_end - source) as u32;
            push_run(runs, first, SourceRun { text: to, text_len: 1, source, source_len });
        }
    }
}

/// A document whose passages are added one after the other.
pub(crate) struct Builder<'d> {
    doc: &'d mut Document,
    notes: &'d mut Notes,
    map: bool,
    space: Space,
}

impl<'d> Builder<'d> {
    /// Adds to `doc`, which holds no text yet.
    pub(crate) fn new(doc: &'d mut Document, notes: &'d mut Notes, map: bool, space: Space) -> Self {
        doc.text.clear();
        doc.passages.clear();
        doc.source_map.runs.clear();
        Self { doc, notes, map, space }
    }

    /// Whether there is no text yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.doc.text.is_empty()
    }

    /// Notes that the record gives an abstract, whether or not it turns out to hold text.
    pub(crate) fn abstract_given(&mut self) {
        self.doc.abstract_given = true;
    }

    /// Adds a passage, written by `write`; the text and the passage stay as they were where it gave no text or an error.
    /// Anything but the title is set off by a newline, also where there is no title. `source` is where the passage starts.
    pub(crate) fn passage<T, E>(
        &mut self,
        kind: PassageKind,
        section: Option<String>,
        source: u64,
        write: impl FnOnce(&mut Canon<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (length, runs) = (self.doc.text.len(), self.doc.source_map.runs.len());
        if kind != PassageKind::Title || length > 0 {
            self.doc.text.push('\n');
            if self.map {
                let run = SourceRun { text: length as u32, text_len: 1, source, source_len: 0 };
                self.doc.source_map.runs.push(run);
            }
        }
        let mut canon = Canon::new(&mut self.doc.text, &mut self.doc.source_map.runs, self.notes, self.map, self.space);
        let result = write(&mut canon);
        let span = canon.finish();
        if span.is_empty() || result.is_err() {
            self.doc.text.truncate(length);
            self.doc.source_map.runs.truncate(runs);
        } else {
            self.doc.passages.push(Passage { kind, section, span });
        }
        result
    }
}
