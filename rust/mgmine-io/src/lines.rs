//! Lines of a stream in the moving window.

use memchr::memchr;

use crate::reader::Context;

/// What the search for the end of a line came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// The index behind the line, its line feed included.
    End(usize),
    /// Longer than a record may be.
    TooLarge,
    /// The stream ends at the start of the line.
    None,
}

/// The end of the line that starts `from` bytes into the window. The last line needs no line feed.
pub(crate) fn line_end(cx: &mut Context, from: usize) -> Line {
    let mut at = from;
    loop {
        let bytes = cx.window.bytes();
        if let Some(found) = bytes.get(at..).and_then(|rest| memchr(b'\n', rest)) {
            return Line::End(at + found + 1);
        }
        at = bytes.len();
        if at > cx.max_record {
            return Line::TooLarge;
        }
        if !cx.window.more() {
            return if at > from { Line::End(at) } else { Line::None };
        }
    }
}

/// Drops the line at the start of the window, holding no more than a block.
pub(crate) fn skip_line(cx: &mut Context) {
    loop {
        let bytes = cx.window.bytes();
        if let Some(end) = memchr(b'\n', bytes) {
            cx.window.consume(end + 1);
            return;
        }
        cx.window.consume(usize::MAX);
        if !cx.window.more() {
            return;
        }
    }
}

/// `line` without its line feed or carriage return and line feed.
pub(crate) fn content(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
