//! Finding the records of an XML stream in the moving window.

use crate::problem::{Note, ProblemKind};
use crate::reader::Context;
use crate::xml::{self, Lexed, Stack, Token};

/// A piece of the stream outside of any record: what it is, and its length from the start of the window.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Top {
    /// A start tag; the name is the bytes `1..1 + name`.
    Start { name: usize, empty: bool, length: usize },
    /// An end tag; the name is the bytes `2..2 + name`.
    End { name: usize, length: usize },
    /// Text that is not white space, or a CDATA section.
    Text { length: usize },
    /// Not XML; searched on behind its first byte.
    Bad(&'static str),
    /// A tag, comment or the like that is longer than a record may be.
    TooLarge,
    /// The stream ends within a tag, comment or the like.
    Cut,
    /// The stream ends.
    Finished,
}

/// What comes next outside of any record. Comments, processing instructions, document types and white space are passed.
pub(crate) fn top(cx: &mut Context) -> Top {
    loop {
        let bytes = cx.window.bytes();
        let space = bytes.iter().position(|byte| !xml::is_space(*byte)).unwrap_or(bytes.len());
        cx.window.consume(space);
        let bytes = cx.window.bytes();
        if bytes.is_empty() {
            if cx.window.more() {
                continue;
            }
            return Top::Finished;
        }
        match xml::token(bytes, 0) {
            Lexed::Token(Token::Other, length) => cx.window.consume(length),
            Lexed::Token(Token::Start { name, empty, .. }, length) => {
                return Top::Start { name: name.len(), empty, length };
            }
            Lexed::Token(Token::End { name }, length) => return Top::End { name: name.len(), length },
            Lexed::Token(Token::Text(_) | Token::Cdata(_), length) => return Top::Text { length },
            Lexed::Bad(reason) => return Top::Bad(reason),
            Lexed::Incomplete => {
                if bytes.len() > cx.max_record {
                    return Top::TooLarge;
                }
                if !cx.window.more() {
                    return Top::Cut;
                }
            }
        }
    }
}

/// What the search for a record's end came to.
#[derive(Debug)]
pub(crate) enum End {
    /// The record is the first so many bytes of the window.
    Found(usize),
    /// It does not nest, or another record starts inside it.
    Broken(Note),
    TooLarge,
    /// The stream ends inside it.
    Cut,
}

/// Finds the end of the element at the start of the window by walking all its tags, so that comments, CDATA sections
/// and the like may hold anything. None of `names` may start within it.
pub(crate) fn strict_end(cx: &mut Context, stack: &mut Stack, names: &[&[u8]]) -> End {
    stack.clear();
    let mut at = 0;
    loop {
        let bytes = cx.window.bytes();
        let here = cx.window.offset() + at as u64;
        let (token, end) = match xml::token(bytes, at) {
            // Text goes on behind the window, or there is none.
            Lexed::Token(Token::Text(_), end) if end < bytes.len() => {
                at = end;
                continue;
            }
            Lexed::Token(token, end) if !matches!(token, Token::Text(_)) => (token, end),
            Lexed::Bad(reason) => return End::Broken(Note::broken(here, reason)),
            Lexed::Token(..) | Lexed::Incomplete => {
                if bytes.len() > cx.max_record {
                    return End::TooLarge;
                }
                if !cx.window.more() {
                    return End::Cut;
                }
                continue;
            }
        };
        match token {
            Token::Start { name, empty, .. } => {
                if at > 0 && names.contains(&name) {
                    return End::Broken(xml::unclosed(stack.name(bytes, 0), here));
                }
                if !empty && !stack.push(at + 1, name.len()) {
                    return End::Broken(xml::too_deep(here));
                }
            }
            Token::End { name } => {
                let open = stack.name(bytes, 0);
                if open != name {
                    return End::Broken(xml::mismatch(open, name, here));
                }
                stack.pop();
            }
            _ => {}
        }
        at = end;
        if stack.is_empty() {
            return End::Found(end);
        }
    }
}

/// Moves the window behind `from` bytes to the next tag that starts with one of `targets` (`<PubmedArticle`, `</Set` …),
/// holding no more than a block. At the end of the stream the window is empty.
pub(crate) fn resync(cx: &mut Context, from: usize, targets: &[&[u8]]) {
    cx.window.consume(from);
    let longest = targets.iter().map(|target| target.len()).max().unwrap_or(0) + 1;
    loop {
        let bytes = cx.window.bytes();
        let mut at = 0;
        let found = loop {
            let Some(next) = memchr::memchr(b'<', &bytes[at..]) else { break None };
            at += next;
            if targets.iter().any(|target| starts_tag(&bytes[at..], target)) {
                break Some(at);
            }
            at += 1;
        };
        if let Some(at) = found {
            cx.window.consume(at);
            return;
        }
        // A target may be cut by the end of the window.
        let keep = bytes.len().min(longest);
        cx.window.consume(bytes.len() - keep);
        if !cx.window.more() {
            cx.window.consume(keep);
            return;
        }
    }
}

fn starts_tag(bytes: &[u8], target: &[u8]) -> bool {
    bytes.starts_with(target)
        && bytes.get(target.len()).is_some_and(|byte| xml::is_space(*byte) || matches!(byte, b'>' | b'/'))
}

pub(crate) fn too_large(offset: u64, limit: usize) -> Note {
    Note::new(offset, ProblemKind::TooLarge, format!("the record is longer than {limit} bytes; it was left out"))
}

/// Whether another record starts within the one at the start of the window, which has no end: then something in it is not
/// closed and hides the rest of the stream.
pub(crate) fn hides_another(cx: &Context, names: &[&[u8]]) -> bool {
    let bytes = cx.window.bytes();
    memchr::memchr_iter(b'<', bytes).skip(1).any(|at| names.iter().any(|name| starts_tag(&bytes[at + 1..], name)))
}

pub(crate) fn not_closed(offset: u64) -> Note {
    Note::broken(offset, "the record has no end: a tag, comment, CDATA section or quote in it is not closed")
}

pub(crate) fn gave_up(offset: u64) -> Note {
    Note::new(offset, ProblemKind::TooLarge, "too many records without an end; the rest of the input is not read")
}

pub(crate) fn cut_record(offset: u64) -> Note {
    Note::new(offset, ProblemKind::TruncatedInput, "the input ends within this record")
}

/// The records of a format in which only one element matters and all else around it is passed over.
#[derive(Debug, Default)]
pub(crate) struct Elements {
    stack: Stack,
    depth: usize,
    seen: bool,
}

impl Elements {
    /// Makes the next element `name` the record of `cx`; `passed` is told the start tags' names and the texts in between.
    pub(crate) fn find(&mut self, cx: &mut Context, name: &[u8], mut passed: impl FnMut(&[u8], &[u8])) -> bool {
        let start = [b"<", name].concat();
        let mut last = Vec::new();
        loop {
            let next = top(cx);
            let offset = cx.window.offset();
            let bytes = cx.window.bytes();
            match next {
                Top::Start { name: length, .. } if &bytes[1..=length] == name => match self.end(cx, name) {
                    End::Found(length) => {
                        cx.record = length;
                        self.seen = true;
                        return true;
                    }
                    End::Cut | End::TooLarge if cx.searched_in_vain() => {
                        cx.end(Some(gave_up(offset)), true, None);
                        return false;
                    }
                    End::Cut if hides_another(cx, &[name]) => {
                        cx.report_record(not_closed(offset), None);
                        cx.index += 1;
                        self.seen = true;
                        resync(cx, 1, &[&start]);
                    }
                    End::Cut => {
                        cx.end(Some(cut_record(offset)), true, None);
                        return false;
                    }
                    broken => {
                        let note = match broken {
                            End::Broken(note) => note,
                            _ => too_large(offset, cx.max_record),
                        };
                        cx.report_record(note, None);
                        cx.index += 1;
                        self.seen = true;
                        resync(cx, 1, &[&start]);
                    }
                },
                Top::Start { name, empty, length } => {
                    self.depth += usize::from(!empty);
                    last.clear();
                    last.extend_from_slice(&bytes[1..=name]);
                    cx.window.consume(length);
                }
                Top::End { length, .. } => {
                    self.depth = self.depth.saturating_sub(1);
                    last.clear();
                    cx.window.consume(length);
                }
                Top::Text { length } if self.depth == 0 => {
                    cx.report(Note::broken(offset, "text stands outside of the root element; it was left out"));
                    cx.window.consume(length);
                }
                Top::Text { length } => {
                    passed(&last, &bytes[..length]);
                    cx.window.consume(length);
                }
                Top::Bad(reason) => {
                    cx.report(Note::broken(offset, reason));
                    resync(cx, 1, &[&start]);
                }
                Top::TooLarge => {
                    let note = too_large(offset, cx.max_record);
                    cx.report(note);
                    resync(cx, 1, &[&start]);
                }
                Top::Cut | Top::Finished => {
                    let open = self.depth > 0 || matches!(next, Top::Cut);
                    let message = "the input ends before its root element is closed";
                    let mut cut = open.then(|| Note::new(offset, ProblemKind::TruncatedInput, message));
                    if cut.is_none() && !self.seen {
                        let message = format!("there is no <{}>", String::from_utf8_lossy(name));
                        cut = Some(Note::new(offset, ProblemKind::Empty, message));
                    }
                    cx.end(cut, false, None);
                    return false;
                }
            }
        }
    }

    fn end(&mut self, cx: &mut Context, name: &[u8]) -> End {
        strict_end(cx, &mut self.stack, &[name])
    }
}
