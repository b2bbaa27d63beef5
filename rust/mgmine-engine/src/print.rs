//! Rows as text: JSON lines and tab-separated values.
//!
//! Written by hand because a scan prints millions of rows of a fixed shape; the tests read them back with `serde_json`.

use std::io::Write as _;

use crate::rows::{ComentionRow, MentionRow};

/// Appends `text` as a JSON string. Non-ASCII characters stay as they are.
pub fn json_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut copied = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&bytes[copied..at]);
        copied = at + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            control => {
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&[hex(control >> 4), hex(control & 15)]);
            }
        }
    }
    out.extend_from_slice(&bytes[copied..]);
    out.push(b'"');
}

const fn hex(digit: u8) -> u8 {
    b"0123456789abcdef"[digit as usize]
}

fn json_option(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        Some(text) => json_string(out, text),
        None => out.extend_from_slice(b"null"),
    }
}

fn json_list(out: &mut Vec<u8>, texts: &[&str]) {
    out.push(b'[');
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        json_string(out, text);
    }
    out.push(b']');
}

fn number(out: &mut Vec<u8>, mut value: u32) {
    let mut digits = [0_u8; 10];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[first..]);
}

fn json_number(out: &mut Vec<u8>, value: Option<u32>) {
    match value {
        Some(value) => number(out, value),
        None => out.extend_from_slice(b"null"),
    }
}

fn boolean(out: &mut Vec<u8>, value: bool) {
    out.extend_from_slice(if value { b"true" } else { b"false" });
}

/// Appends a mention as a JSON object and a newline.
pub fn mention_json(out: &mut Vec<u8>, row: &MentionRow<'_>) {
    out.extend_from_slice(b"{\"doc_id\":");
    json_string(out, row.doc_id);
    out.extend_from_slice(b",\"doc_version\":");
    number(out, row.doc_version);
    out.extend_from_slice(b",\"passage\":");
    json_string(out, row.passage);
    out.extend_from_slice(b",\"section\":");
    json_option(out, row.section);
    out.extend_from_slice(b",\"sentence\":");
    number(out, row.sentence);
    out.extend_from_slice(b",\"start\":");
    number(out, row.start);
    out.extend_from_slice(b",\"end\":");
    number(out, row.end);
    out.extend_from_slice(b",\"text\":");
    json_string(out, row.text);
    out.extend_from_slice(b",\"family\":");
    json_string(out, row.family);
    out.extend_from_slice(b",\"concept\":");
    json_string(out, row.concept);
    out.extend_from_slice(b",\"ids\":");
    json_list(out, row.ids);
    out.extend_from_slice(b",\"counted\":");
    boolean(out, row.counted);
    out.extend_from_slice(b",\"nested_in\":");
    json_option(out, row.nested_in);
    out.extend_from_slice(b",\"veto\":");
    match row.veto {
        Some((reason, detail)) => {
            out.extend_from_slice(b"{\"reason\":");
            json_string(out, reason);
            out.extend_from_slice(b",\"detail\":");
            json_string(out, detail);
            out.push(b'}');
        }
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(b"}\n");
}

/// Appends a comention as a JSON object and a newline.
pub fn comention_json(out: &mut Vec<u8>, row: &ComentionRow<'_>) {
    out.extend_from_slice(b"{\"doc_id\":");
    json_string(out, row.doc_id);
    out.extend_from_slice(b",\"doc_version\":");
    number(out, row.doc_version);
    out.extend_from_slice(b",\"level\":");
    json_string(out, row.level);
    out.extend_from_slice(b",\"passage\":");
    json_number(out, row.passage);
    out.extend_from_slice(b",\"sentence\":");
    json_number(out, row.sentence);
    out.extend_from_slice(b",\"families\":");
    json_list(out, row.families);
    out.extend_from_slice(b",\"concepts\":");
    json_list(out, row.concepts);
    out.extend_from_slice(b"}\n");
}

/// The header line of mentions as tab-separated values.
pub const MENTION_HEADER: &str = "doc_id\tdoc_version\tpassage\tsection\tsentence\tstart\tend\ttext\tfamily\tconcept\t\
                                  ids\tcounted\tnested_in\tveto\tveto_detail\n";

/// The header line of comentions as tab-separated values.
pub const COMENTION_HEADER: &str = "doc_id\tdoc_version\tlevel\tpassage\tsentence\tfamilies\tconcepts\n";

/// Appends a field: white space that would break the table becomes a space, for TSV has no quoting.
fn field(out: &mut Vec<u8>, text: &str) {
    let start = out.len();
    out.extend_from_slice(text.as_bytes());
    for byte in &mut out[start..] {
        if byte.is_ascii_control() {
            *byte = b' ';
        }
    }
}

/// List items are joined by a bar.
fn field_list(out: &mut Vec<u8>, texts: &[&str]) {
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            out.push(b'|');
        }
        field(out, text);
    }
}

/// Appends a mention as one line of tab-separated values; an absent value is an empty field, list items are joined by
/// `|`.
pub fn mention_tsv(out: &mut Vec<u8>, row: &MentionRow<'_>) {
    field(out, row.doc_id);
    out.push(b'\t');
    number(out, row.doc_version);
    out.push(b'\t');
    field(out, row.passage);
    out.push(b'\t');
    field(out, row.section.unwrap_or_default());
    for value in [row.sentence, row.start, row.end] {
        out.push(b'\t');
        number(out, value);
    }
    for text in [row.text, row.family, row.concept] {
        out.push(b'\t');
        field(out, text);
    }
    out.push(b'\t');
    field_list(out, row.ids);
    out.push(b'\t');
    boolean(out, row.counted);
    let (reason, detail) = row.veto.unwrap_or_default();
    for text in [row.nested_in.unwrap_or_default(), reason, detail] {
        out.push(b'\t');
        field(out, text);
    }
    out.push(b'\n');
}

/// Appends a comention as one line of tab-separated values.
pub fn comention_tsv(out: &mut Vec<u8>, row: &ComentionRow<'_>) {
    field(out, row.doc_id);
    // Writing to a vector cannot fail.
    let _ = write!(out, "\t{}\t{}", row.doc_version, row.level);
    for value in [row.passage, row.sentence] {
        out.push(b'\t');
        if let Some(value) = value {
            number(out, value);
        }
    }
    out.push(b'\t');
    field_list(out, row.families);
    out.push(b'\t');
    field_list(out, row.concepts);
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mention<'a>(text: &'a str, ids: &'a [&'a str]) -> MentionRow<'a> {
        MentionRow {
            doc_id: "pubmed:1",
            doc_version: 2,
            record: 0,
            passage: "abstract",
            section: Some("RESULTS \"I\""),
            sentence: 10,
            start: 0,
            end: 4_294_967_295,
            text,
            family: "magnesium",
            concept: "magnesium ion",
            ids,
            counted: true,
            nested_in: None,
            veto: None,
            source: None,
        }
    }

    #[test]
    fn strings_survive_json() {
        for text in ["", "Mg²⁺ \"x\" \\ / \u{0}\u{1f}\u{7f}\t\n\r\u{8}\u{2028}", "αLβ2", "\u{10ffff}", "\"", "\\\\"]
        {
            let mut out = Vec::new();
            json_string(&mut out, text);
            let read: String = serde_json::from_slice(&out).expect("valid JSON");
            assert_eq!(read, text);
        }
    }

    #[test]
    fn mention_has_the_documented_keys_in_order() {
        let mut out = Vec::new();
        let mut row = mention("Mg\t\"2\"", &["CHEBI:18420", "MESH:D008274"]);
        row.veto = Some(("needs", "\\"));
        mention_json(&mut out, &row);
        let line = std::str::from_utf8(&out).expect("UTF-8");
        assert!(line.ends_with("}\n"));
        let value: serde_json::Value = serde_json::from_str(line).expect("valid JSON");
        let keys = [
            "doc_id",
            "doc_version",
            "passage",
            "section",
            "sentence",
            "start",
            "end",
            "text",
            "family",
            "concept",
            "ids",
            "counted",
            "nested_in",
            "veto",
        ];
        assert_eq!(value.as_object().expect("an object").len(), keys.len());
        let places: Vec<_> = keys.iter().map(|key| line.find(&format!("\"{key}\":")).expect("the key")).collect();
        assert!(places.is_sorted());
        assert_eq!(value["text"], "Mg\t\"2\"");
        assert_eq!(value["end"], 4_294_967_295_u32);
        assert_eq!(value["ids"][1], "MESH:D008274");
        assert_eq!(value["veto"]["detail"], "\\");
        assert!(value["nested_in"].is_null());
    }

    #[test]
    fn tsv_has_as_many_fields_as_its_header() {
        let mut out = Vec::new();
        mention_tsv(&mut out, &mention("Mg\t\n2", &["a", "b"]));
        let line = String::from_utf8(out).expect("UTF-8");
        assert_eq!(line.matches('\t').count(), MENTION_HEADER.matches('\t').count());
        assert_eq!(line.split('\t').nth(7), Some("Mg  2"));
        assert_eq!(line.split('\t').nth(10), Some("a|b"));
        let row = ComentionRow {
            doc_id: "x",
            doc_version: 1,
            record: 0,
            level: "document",
            passage: None,
            sentence: None,
            families: &["f", "g"],
            concepts: &["c"],
        };
        let mut out = Vec::new();
        comention_tsv(&mut out, &row);
        assert_eq!(out, b"x\t1\tdocument\t\t\tf|g\tc\n");
        assert_eq!(COMENTION_HEADER.matches('\t').count(), 6);
        let mut out = Vec::new();
        comention_json(&mut out, &row);
        let value: serde_json::Value = serde_json::from_slice(&out).expect("valid JSON");
        assert!(value["passage"].is_null() && value["sentence"].is_null());
        assert_eq!(value["families"], serde_json::json!(["f", "g"]));
    }
}
