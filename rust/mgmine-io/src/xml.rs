//! A small XML reader over bytes that are already in memory: tokens, attributes, references, and text with inline markup.
//!
//! It expands nothing but the five entities of XML itself and character references, follows no DTD, and works without
//! recursion, so that no input can make it grow.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memchr3, memmem};

use crate::canon::{Canon, Space};
use crate::problem::{Note, Notes, ProblemKind};

/// Elements may be nested this deep.
pub(crate) const MAX_DEPTH: usize = 256;
/// A reference such as `&alpha;` is recognised up to this length.
const MAX_REFERENCE: usize = 40;

/// White space as XML has it.
pub(crate) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

const fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':') || byte >= 0x80
}

const fn is_name_byte(byte: u8) -> bool {
    is_name_start(byte) || byte.is_ascii_digit() || matches!(byte, b'-' | b'.')
}

/// The length of the name at the start of `bytes`.
pub(crate) fn name_length(bytes: &[u8]) -> usize {
    match bytes.first() {
        Some(first) if is_name_start(*first) => {
            bytes.iter().position(|byte| !is_name_byte(*byte)).unwrap_or(bytes.len())
        }
        _ => 0,
    }
}

/// The part of a name after its namespace prefix.
pub(crate) fn local(name: &[u8]) -> &[u8] {
    memchr(b':', name).map_or(name, |colon| &name[colon + 1..])
}

/// The index of the `>` that ends a tag whose `<` lies before `from`; a `>` in a quoted value does not count.
pub(crate) fn tag_end(bytes: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let at = from + memchr3(b'>', b'"', b'\'', bytes.get(from..)?)?;
        if bytes[at] == b'>' {
            return Some(at);
        }
        from = at + 1 + memchr(bytes[at], &bytes[at + 1..])? + 1;
    }
}

/// The first place after `from` where `needle` ends.
pub(crate) fn after(bytes: &[u8], from: usize, needle: &[u8]) -> Option<usize> {
    memmem::find(bytes.get(from..)?, needle).map(|at| from + at + needle.len())
}

/// A piece of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token<'x> {
    Start {
        name: &'x [u8],
        attributes: &'x [u8],
        empty: bool,
    },
    End {
        name: &'x [u8],
    },
    Text(&'x [u8]),
    Cdata(&'x [u8]),
    /// A comment, a processing instruction or a document type.
    Other,
}

/// What [`token`] could make of the bytes.
pub(crate) enum Lexed<'x> {
    /// A token and the index behind it.
    Token(Token<'x>, usize),
    /// The bytes end within the token.
    Incomplete,
    /// Not XML.
    Bad(&'static str),
}

/// The token that starts at `at`. Text ends at the next `<`, which need not be there.
pub(crate) fn token(bytes: &[u8], at: usize) -> Lexed<'_> {
    let rest = &bytes[at..];
    if rest.first() != Some(&b'<') {
        let end = memchr(b'<', rest).unwrap_or(rest.len());
        return Lexed::Token(Token::Text(&rest[..end]), at + end);
    }
    match rest.get(1) {
        None => Lexed::Incomplete,
        Some(b'/') => {
            let Some(end) = memchr(b'>', rest) else { return Lexed::Incomplete };
            let inner = &rest[2..end];
            let name = &inner[..name_length(inner)];
            if name.is_empty() || !inner[name.len()..].iter().copied().all(is_space) {
                return Lexed::Bad("a closing tag is not well-formed");
            }
            Lexed::Token(Token::End { name }, at + end + 1)
        }
        Some(b'?') => after(bytes, at + 2, b"?>").map_or(Lexed::Incomplete, |end| Lexed::Token(Token::Other, end)),
        Some(b'!') => declaration(bytes, at),
        Some(first) if is_name_start(*first) => {
            let Some(end) = tag_end(rest, 1) else { return Lexed::Incomplete };
            let mut inner = &rest[1..end];
            let empty = inner.ends_with(b"/");
            if empty {
                inner = &inner[..inner.len() - 1];
            }
            let (name, attributes) = inner.split_at(name_length(inner));
            if attributes.first().is_some_and(|byte| !is_space(*byte)) || memchr(b'<', attributes).is_some() {
                return Lexed::Bad("a tag is not well-formed");
            }
            Lexed::Token(Token::Start { name, attributes, empty }, at + end + 1)
        }
        Some(_) => Lexed::Bad("a `<` that starts no tag"),
    }
}

fn declaration(bytes: &[u8], at: usize) -> Lexed<'_> {
    let rest = &bytes[at..];
    let is = |start: &[u8]| rest.starts_with(start) || (rest.len() < start.len() && start.starts_with(rest));
    if is(b"<!--") {
        return after(bytes, at + 4, b"-->").map_or(Lexed::Incomplete, |end| Lexed::Token(Token::Other, end));
    }
    if is(b"<![CDATA[") {
        return after(bytes, at + 9, b"]]>")
            .map_or(Lexed::Incomplete, |end| Lexed::Token(Token::Cdata(&bytes[at + 9..end - 3]), end));
    }
    if is(b"<!DOCTYPE") {
        return document_type(bytes, at).map_or(Lexed::Incomplete, |end| Lexed::Token(Token::Other, end));
    }
    Lexed::Bad("a declaration that is not one of XML's")
}

/// The index behind a document type with its internal subset, none of which is looked into.
fn document_type(bytes: &[u8], at: usize) -> Option<usize> {
    let mut index = at + 9;
    let mut subset = false;
    loop {
        match *bytes.get(index)? {
            quote @ (b'"' | b'\'') => index += 1 + memchr(quote, bytes.get(index + 1..)?)?,
            b'[' => subset = true,
            b']' => subset = false,
            b'>' if !subset => return Some(index + 1),
            b'<' if bytes[index..].starts_with(b"<!--") => index = after(bytes, index + 4, b"-->")? - 1,
            b'<' if bytes[index..].starts_with(b"<?") => index = after(bytes, index + 2, b"?>")? - 1,
            _ => {}
        }
        index += 1;
    }
}

/// The raw value of attribute `name` in the attribute part of a tag.
pub(crate) fn attribute<'x>(attributes: &'x [u8], name: &[u8]) -> Option<&'x [u8]> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_ascii_start();
        let length = name_length(rest);
        if length == 0 {
            return None;
        }
        let (found, behind) = rest.split_at(length);
        let value = behind.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
        let (quote, inner) = value.split_first()?;
        if !matches!(quote, b'"' | b'\'') {
            return None;
        }
        let end = memchr(*quote, inner)?;
        if found == name {
            return Some(&inner[..end]);
        }
        rest = &inner[end + 1..];
    }
}

/// The value of attribute `name`, decoded; empty where it is missing. A line end or tab in it is a space, as XML has it, unless it is
/// written as a reference.
pub(crate) fn attribute_text(attributes: &[u8], name: &[u8]) -> String {
    let Some(raw) = attribute(attributes, name) else { return String::new() };
    if memchr3(b'\n', b'\r', b'\t', raw).is_none() {
        return decode(raw).trim().to_owned();
    }
    let is_second = |at: usize| at > 0 && raw[at - 1] == b'\r' && raw[at] == b'\n';
    let spaced: Vec<u8> = (0..raw.len())
        .filter(|&at| !is_second(at))
        .map(|at| if matches!(raw[at], b'\n' | b'\r' | b'\t') { b' ' } else { raw[at] })
        .collect();
    decode(&spaced).trim().to_owned()
}

/// What a reference stands for.
pub(crate) enum Reference {
    /// A character, and the length of the reference.
    Char(char, usize),
    /// A reference to a character that XML does not allow.
    Invalid(usize),
    /// An entity that is not XML's own, or an `&` that starts no reference: the length to keep as it stands.
    Unknown(usize),
}

/// Reads the reference at the start of `bytes`, which start with `&`.
pub(crate) fn reference(bytes: &[u8]) -> Reference {
    let Some(end) = memchr(b';', &bytes[..bytes.len().min(MAX_REFERENCE)]) else { return Reference::Unknown(1) };
    let length = end + 1;
    let name = &bytes[1..end];
    let char = match name {
        b"lt" => '<',
        b"gt" => '>',
        b"amp" => '&',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', digits @ ..] => {
            let code = match digits {
                [b'x', hex @ ..] => number(hex, 16),
                decimal => number(decimal, 10),
            };
            let Some(code) = code else { return Reference::Unknown(1) };
            match char::from_u32(code) {
                Some(char) if code >= 0x20 || matches!(char, '\t' | '\n' | '\r') => char,
                _ => return Reference::Invalid(length),
            }
        }
        name if name_length(name) == name.len() && !name.is_empty() => return Reference::Unknown(length),
        _ => return Reference::Unknown(1),
    };
    Reference::Char(char, length)
}

/// The value of ASCII digits; `None` where there is something else. Too large a number becomes an invalid code point.
fn number(digits: &[u8], radix: u32) -> Option<u32> {
    if digits.is_empty() {
        return None;
    }
    let mut value = 0_u32;
    for byte in digits {
        value = value.saturating_mul(radix).saturating_add(char::from(*byte).to_digit(radix)?);
    }
    Some(value)
}

/// Decodes the references of an attribute value or of plain character data.
pub(crate) fn decode(raw: &[u8]) -> Cow<'_, str> {
    let Some(mut at) = memchr(b'&', raw) else { return String::from_utf8_lossy(raw) };
    let mut text = String::with_capacity(raw.len());
    let mut from = 0;
    loop {
        text.push_str(&String::from_utf8_lossy(&raw[from..at]));
        from = at
            + match reference(&raw[at..]) {
                Reference::Char(char, length) => {
                    text.push(char);
                    length
                }
                Reference::Invalid(length) => {
                    text.push('\u{fffd}');
                    length
                }
                Reference::Unknown(length) => {
                    text.push_str(&String::from_utf8_lossy(&raw[at..at + length]));
                    length
                }
            };
        match memchr(b'&', &raw[from..]) {
            Some(next) => at = from + next,
            None => {
                text.push_str(&String::from_utf8_lossy(&raw[from..]));
                return Cow::Owned(text);
            }
        }
    }
}

/// Elements that stand on their own in running text: a space sets them off.
fn is_block(name: &[u8]) -> bool {
    matches!(
        name,
        b"DispFormula"
            | b"p"
            | b"br"
            | b"break"
            | b"sec"
            | b"title"
            | b"list"
            | b"list-item"
            | b"li"
            | b"ul"
            | b"ol"
            | b"disp-formula"
            | b"disp-quote"
            | b"div"
            | b"table"
            | b"tr"
            | b"td"
            | b"th"
    )
}

/// Elements whose content is no text: typesetting source of a formula that is given as MathML too, or an annotation of it.
fn is_dropped(name: &[u8]) -> bool {
    matches!(local(name), b"annotation" | b"annotation-xml" | b"tex-math")
}

/// The open elements of a piece of markup, as ranges of its bytes.
#[derive(Debug, Default)]
pub(crate) struct Stack {
    names: Vec<(u32, u32)>,
}

impl Stack {
    pub(crate) fn clear(&mut self) {
        self.names.clear();
    }

    pub(crate) fn depth(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Opens the element whose name is `name`, a part of `bytes`.
    pub(crate) fn push(&mut self, at: usize, length: usize) -> bool {
        self.names.push((at as u32, length as u32));
        self.names.len() <= MAX_DEPTH
    }

    /// The name of the innermost open element, or of the one `up` levels above it.
    pub(crate) fn name<'x>(&self, bytes: &'x [u8], up: usize) -> &'x [u8] {
        let Some(index) = self.names.len().checked_sub(up + 1) else { return b"" };
        let (at, length) = self.names[index];
        &bytes[at as usize..(at + length) as usize]
    }

    pub(crate) fn pop(&mut self) {
        self.names.pop();
    }
}

/// Writes the text of an element whose start tag ends before `from`, without its markup, and returns the index behind its
/// end tag. `base` is where `bytes` start in the source. The element is checked to be well-formed.
///
/// Inline markup is dropped without a trace, so that nothing is glued or split that was not so in the source. In MathML,
/// text that is only white space and white space around a token is layout and dropped, and annotations are no text.
pub(crate) fn element_text(
    bytes: &[u8],
    from: usize,
    element: &[u8],
    base: u64,
    stack: &mut Stack,
    out: &mut Canon<'_>,
) -> Result<usize, Note> {
    stack.clear();
    let mut at = from;
    // Depth of the element from which on text is mathematical, or none at all; 0 is "nowhere".
    let (mut math, mut dropped) = (0_usize, 0_usize);
    loop {
        let Some(length) = memchr2(b'<', b'&', &bytes[at..]) else {
            return Err(unclosed(element, base + bytes.len() as u64));
        };
        if length > 0 && dropped == 0 {
            plain_text(
                &bytes[at..at + length],
                base + at as u64,
                math > 0 && local(stack.name(bytes, 0)) != b"mtext",
                out,
            );
        }
        at += length;
        if bytes[at] == b'&' {
            let (source, decoded) = (base + at as u64, reference(&bytes[at..]));
            let (Reference::Char(_, used) | Reference::Invalid(used) | Reference::Unknown(used)) = decoded;
            if dropped == 0 {
                add_reference(&bytes[at..at + used], source, &decoded, out);
            }
            at += used;
            continue;
        }
        let (token, end) = match token(bytes, at) {
            Lexed::Token(token, end) => (token, end),
            Lexed::Incomplete => return Err(unclosed(element, base + at as u64)),
            Lexed::Bad(reason) => return Err(Note::broken(base + at as u64, reason)),
        };
        match token {
            Token::Start { name, empty, .. } => {
                if is_block(name) && dropped == 0 {
                    out.separate(base + at as u64);
                }
                if empty {
                    if dropped == 0 && local(name) == b"mspace" {
                        out.replace(" ", base + at as u64, end - at);
                    }
                } else {
                    if !stack.push(at + 1, name.len()) {
                        return Err(too_deep(base + at as u64));
                    }
                    if math == 0 && local(name) == b"math" {
                        math = stack.depth();
                    }
                    if dropped == 0 && is_dropped(name) {
                        dropped = stack.depth();
                    }
                }
            }
            Token::End { name } => {
                if stack.is_empty() {
                    if name == element {
                        return Ok(end);
                    }
                    return Err(mismatch(element, name, base + at as u64));
                }
                let open = stack.name(bytes, 0);
                if open != name {
                    return Err(mismatch(open, name, base + at as u64));
                }
                if stack.depth() == math {
                    math = 0;
                }
                if stack.depth() == dropped {
                    dropped = 0;
                } else if is_block(name) && dropped == 0 {
                    out.separate(base + end as u64);
                }
                stack.pop();
            }
            Token::Cdata(text) => {
                if dropped == 0 {
                    out.copy(text, base + at as u64 + 9);
                }
            }
            // An `&` or `<` never starts a text token here.
            Token::Text(_) | Token::Other => {}
        }
        at = end;
    }
}

fn plain_text(text: &[u8], source: u64, trim: bool, out: &mut Canon<'_>) {
    if trim {
        let start = text.trim_ascii_start();
        out.copy(start.trim_ascii_end(), source + (text.len() - start.len()) as u64);
    } else {
        out.copy(text, source);
    }
}

/// Writes the reference `raw` as what it stands for.
pub(crate) fn add_reference(raw: &[u8], source: u64, decoded: &Reference, out: &mut Canon<'_>) {
    match decoded {
        Reference::Char(char, _) => out.replace(char.encode_utf8(&mut [0; 4]), source, raw.len()),
        Reference::Invalid(_) => {
            out.notes().push(source, ProblemKind::InvalidCharacter, || {
                format!("{} is no character; it was replaced by U+FFFD", String::from_utf8_lossy(raw))
            });
            out.replace("\u{fffd}", source, raw.len());
        }
        Reference::Unknown(_) => {
            out.notes().push(source, ProblemKind::UnknownEntity, || {
                if raw.len() == 1 {
                    "an `&` that starts no reference; it was kept".to_owned()
                } else {
                    format!("entity {} is not expanded; it was kept as it stands", String::from_utf8_lossy(raw))
                }
            });
            out.copy(raw, source);
        }
    }
}

pub(crate) fn unclosed(element: &[u8], at: u64) -> Note {
    Note::broken(at, format!("<{}> is not closed", String::from_utf8_lossy(element)))
}

pub(crate) fn mismatch(open: &[u8], found: &[u8], at: u64) -> Note {
    let (open, found) = (String::from_utf8_lossy(open), String::from_utf8_lossy(found));
    Note::broken(at, format!("</{found}> closes <{open}>"))
}

pub(crate) fn too_deep(at: u64) -> Note {
    Note::new(at, ProblemKind::TooDeep, format!("elements are nested deeper than {MAX_DEPTH} levels"))
}

/// A walk over the elements of one record that checks that they nest.
pub(crate) struct Walk<'x> {
    pub(crate) bytes: &'x [u8],
    /// The open elements, the innermost last.
    pub(crate) stack: Stack,
    /// The next byte to look at.
    pub(crate) at: usize,
    base: u64,
    /// Whether the innermost element is one without content, whose end is still to be told.
    empty: bool,
    inner: Stack,
    scratch: String,
}

/// What [`Walk::next`] came to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step<'x> {
    /// An element opens; it is the innermost on the stack. An element without content opens and closes.
    Open { name: &'x [u8], attributes: &'x [u8] },
    /// The element closes; it has left the stack.
    Close { name: &'x [u8] },
    /// Raw character data, and where it starts.
    Text { raw: &'x [u8], at: usize, cdata: bool },
}

impl<'x> Walk<'x> {
    /// A walk over `bytes`, which start at `base` in the source.
    pub(crate) fn new(bytes: &'x [u8], base: u64) -> Self {
        let (stack, inner) = (Stack::default(), Stack::default());
        Self { bytes, stack, at: 0, base, empty: false, inner, scratch: String::new() }
    }

    /// The next step; `None` when the bytes are used up.
    pub(crate) fn next(&mut self) -> Result<Option<Step<'x>>, Note> {
        if std::mem::take(&mut self.empty) {
            let name = self.stack.name(self.bytes, 0);
            self.stack.pop();
            return Ok(Some(Step::Close { name }));
        }
        while self.at < self.bytes.len() {
            let at = self.at;
            let (token, end) = match token(self.bytes, at) {
                Lexed::Token(token, end) => (token, end),
                Lexed::Incomplete => return Err(Note::broken(self.base + at as u64, "a tag is not closed")),
                Lexed::Bad(reason) => return Err(Note::broken(self.base + at as u64, reason)),
            };
            self.at = end;
            match token {
                Token::Start { name, attributes, empty } => {
                    if !self.stack.push(at + 1, name.len()) {
                        return Err(too_deep(self.base + at as u64));
                    }
                    self.empty = empty;
                    return Ok(Some(Step::Open { name, attributes }));
                }
                Token::End { name } => {
                    let open = self.stack.name(self.bytes, 0);
                    if open != name {
                        return Err(mismatch(open, name, self.base + at as u64));
                    }
                    self.stack.pop();
                    return Ok(Some(Step::Close { name }));
                }
                Token::Text(raw) => return Ok(Some(Step::Text { raw, at, cdata: false })),
                Token::Cdata(raw) => return Ok(Some(Step::Text { raw, at: at + 9, cdata: true })),
                Token::Other => {}
            }
        }
        if self.stack.is_empty() {
            return Ok(None);
        }
        Err(unclosed(self.stack.name(self.bytes, 0), self.base + self.at as u64))
    }

    /// The name of the element `up` levels above the innermost; empty above the outermost.
    pub(crate) fn name(&self, up: usize) -> &'x [u8] {
        self.stack.name(self.bytes, up)
    }

    /// Reads the element that was just opened to its end and returns its text, white space collapsed.
    pub(crate) fn text(&mut self) -> Result<String, Note> {
        let name = self.name(0);
        self.stack.pop();
        if std::mem::take(&mut self.empty) {
            return Ok(String::new());
        }
        let (mut runs, mut notes) = (Vec::new(), Notes::default());
        self.scratch.clear();
        let mut out = Canon::new(&mut self.scratch, &mut runs, &mut notes, false, Space::Collapse);
        self.at = element_text(self.bytes, self.at, name, self.base, &mut self.inner, &mut out)?;
        out.finish();
        Ok(self.scratch.clone())
    }

    /// Goes on `bytes` further, inside the element that was just opened, if it has content.
    pub(crate) fn jump(&mut self, bytes: usize) {
        if !self.empty {
            self.at += bytes;
        }
    }

    /// Reads the element that was just opened to its end.
    pub(crate) fn skip(&mut self) -> Result<(), Note> {
        let outside = self.stack.depth() - 1;
        while self.stack.depth() > outside && self.next()?.is_some() {}
        Ok(())
    }
}
