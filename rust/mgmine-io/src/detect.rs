//! Recognising a format by its first bytes.

use crate::problem::{Note, ProblemKind};
use crate::reader::Format;
use crate::xml::{self, Lexed, Token};

/// Recognises the format of the unpacked bytes that start with `head`. `None` means that more bytes are needed to tell; with
/// `complete` there are none.
pub(crate) fn detect(head: &[u8], complete: bool) -> Result<Option<Format>, Note> {
    let unknown = |message: String| Err(Note::new(0, ProblemKind::UnknownFormat, message));
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) || starts_wide(head) {
        let message = "the input is UTF-16 or UTF-32; only UTF-8 is read (`iconv -t UTF-8` converts it)";
        return Err(Note::new(0, ProblemKind::Encoding, message));
    }
    for (magic, what) in [
        (&b"PK\x03\x04"[..], "a zip archive"),
        (b"BZh", "bzip2-packed"),
        (b"\xfd7zXZ\0", "xz-packed"),
        (b"\x28\xb5\x2f\xfd", "zstd-packed"),
        (b"%PDF-", "a PDF file"),
        (b"\x1f\x8b", "gzip inside gzip"),
        (b"PAR1", "a Parquet file"),
    ] {
        if head.starts_with(magic) {
            return unknown(format!("the input is {what}, which is not read"));
        }
    }
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let start = head.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(head.len());
    let content = &head[start..];
    if content.is_empty() {
        if complete {
            return Err(Note::new(0, ProblemKind::Empty, "the input holds nothing but white space"));
        }
        return Ok(None);
    }
    if looks_like_xml(content) {
        return xml_format(content, complete);
    }
    let line = content.split(|byte| *byte == b'\n').next().unwrap_or(content).trim_ascii_end();
    if content[0] == b'{' {
        return Ok(Some(Format::Jsonl));
    }
    if content[0] == b'[' && json_array(content) {
        return unknown("the input is one JSON array; JSON is read as one object a line".to_owned());
    }
    if is_medline(content) {
        return Ok(Some(Format::Medline));
    }
    if line.starts_with(b"TY  - ") {
        return unknown("the input is RIS, which is not read; PubMed and most tools export NBIB as well".to_owned());
    }
    if is_pubtator(line) {
        return Ok(Some(Format::Pubtator));
    }
    let sample = &content[..content.len().min(4096)];
    let controls = sample.iter().filter(|byte| **byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c)).count();
    if controls > 3 && controls * 20 > sample.len() {
        return unknown("the input is binary".to_owned());
    }
    let invalid = sample.utf8_chunks().map(|chunk| chunk.invalid().len()).sum::<usize>();
    if invalid * 4 > sample.len() {
        let message = "more than a quarter of the first bytes is not UTF-8, the only encoding that is read";
        return Err(Note::new(0, ProblemKind::Encoding, message));
    }
    Ok(Some(Format::Text))
}

/// A complaint about text in a file whose name says that it holds records: a page sent in their stead, or a first byte lost. Anything
/// can be text, so it is the only format that is not recognised by what it holds.
pub(crate) fn belied(name: &str, format: Format) -> Option<Note> {
    if format != Format::Text {
        return None;
    }
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase())?;
    let expected = match extension.as_str() {
        "xml" | "nxml" => "XML begins with a tag",
        "json" | "jsonl" => "each line of JSONL begins with {",
        "nbib" => "NBIB begins with a tag such as PMID-",
        "pubtator" => "PubTator begins with ID|t|",
        _ => return None,
    };
    let message = format!("the name ends in .{extension}, but the content is plain text; {expected}");
    Some(Note::new(0, ProblemKind::UnknownFormat, message))
}

/// UTF-16 or UTF-32 without a mark: `<` or `{` with zero bytes around.
fn starts_wide(head: &[u8]) -> bool {
    matches!(head, [0, b'<' | b'{', 0, _, ..] | [b'<' | b'{', 0, _, 0, ..] | [0, 0, 0, b'<' | b'{', ..])
}

fn json_array(content: &[u8]) -> bool {
    content[1..].trim_ascii_start().starts_with(b"{")
}

fn looks_like_xml(content: &[u8]) -> bool {
    content[0] == b'<'
        && content.get(1).is_none_or(|byte| matches!(byte, b'?' | b'!') || xml::name_length(&[*byte]) == 1)
}

/// Whether the first line that is not blank is a tag line of a MEDLINE record.
fn is_medline(content: &[u8]) -> bool {
    let Some(dash) = content.iter().take(6).position(|byte| *byte == b'-') else { return false };
    let tag = content[..dash].trim_ascii_end();
    if dash != 4 || !(2..=4).contains(&tag.len()) || !tag.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
        return false;
    }
    tag == b"PMID" || memchr::memmem::find(content, b"\nPMID-").is_some()
}

/// `ID|t|Title`.
fn is_pubtator(line: &[u8]) -> bool {
    let mut parts = line.splitn(3, |byte| *byte == b'|');
    let id = parts.next().unwrap_or_default();
    !id.is_empty()
        && id.len() <= 64
        && !id.iter().any(u8::is_ascii_whitespace)
        && matches!(parts.next(), Some(b"t" | b"a"))
        && parts.next().is_some()
}

fn xml_format(content: &[u8], complete: bool) -> Result<Option<Format>, Note> {
    let mut at = 0;
    loop {
        match xml::token(content, at) {
            Lexed::Token(Token::Start { name, .. }, _) => return by_root(name).map(Some),
            Lexed::Token(Token::Other, end) => {
                if content[at..].starts_with(b"<?xml") {
                    check_encoding(&content[at..end])?;
                }
                at = end;
            }
            Lexed::Token(Token::Text(text), end) if text.trim_ascii().is_empty() && end < content.len() => at = end,
            Lexed::Incomplete | Lexed::Token(Token::Text(_), _) if !complete => return Ok(None),
            _ => {
                let message = "the input starts like XML but has no root element";
                return Err(Note::new(at as u64, ProblemKind::UnknownFormat, message));
            }
        }
    }
}

fn check_encoding(declaration: &[u8]) -> Result<(), Note> {
    let attributes = &declaration[b"<?xml".len()..declaration.len() - 2];
    let mut encoding = xml::attribute_text(attributes, b"encoding");
    // What is no name of an encoding need not be said in full.
    if encoding.len() > 40 || encoding.contains(char::is_control) {
        encoding = "as declared".to_owned();
    }
    match encoding.to_ascii_lowercase().as_str() {
        "" | "utf-8" | "utf8" | "us-ascii" | "ascii" => Ok(()),
        _ => {
            let message =
                format!("encoding {encoding} is not read, only UTF-8 (`iconv -f {encoding} -t UTF-8` converts it)");
            Err(Note::new(0, ProblemKind::Encoding, message))
        }
    }
}

fn by_root(name: &[u8]) -> Result<Format, Note> {
    match xml::local(name) {
        b"PubmedArticleSet" | b"PubmedBookArticleSet" | b"PubmedArticle" | b"PubmedBookArticle" | b"DeleteCitation" => {
            Ok(Format::PubmedXml)
        }
        b"collection" | b"document" => Ok(Format::BiocXml),
        b"article" | b"pmc-articleset" | b"articles" | b"OAI-PMH" => Ok(Format::Jats),
        other => {
            let message = format!(
                "the root element <{}> is none of PubmedArticleSet, article, pmc-articleset, collection",
                String::from_utf8_lossy(other)
            );
            Err(Note::new(0, ProblemKind::UnknownFormat, message))
        }
    }
}
