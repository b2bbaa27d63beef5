//! Helpers of the reader's tests.
#![allow(dead_code)]

pub mod tree;

use std::io::{Cursor, Read, Write};

use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use mgmine_core::document::{Document, SourceMap};
use mgmine_core::span::Span;
use mgmine_io::{Item, Options, Problem, ProblemKind, Reader, Want};

/// Everything an input gives.
#[derive(Debug, Default, PartialEq)]
pub struct All {
    pub documents: Vec<Document>,
    pub deleted: Vec<(String, u32)>,
    pub problems: Vec<Problem>,
}

impl All {
    pub fn kinds(&self) -> Vec<ProblemKind> {
        self.problems.iter().map(|problem| problem.kind).collect()
    }

    pub fn ids(&self) -> Vec<&str> {
        self.documents.iter().map(|doc| doc.id.as_str()).collect()
    }
}

pub fn read_with(name: &str, bytes: &[u8], options: &Options) -> All {
    read_from(name, Box::new(Cursor::new(bytes.to_vec())), options)
}

/// Gives bytes as slowly as a network may: at most `most` at a time, and now and then none yet.
pub struct Dribble {
    bytes: Cursor<Vec<u8>>,
    most: usize,
    turn: u32,
}

impl Dribble {
    pub fn new(bytes: &[u8], most: usize) -> Box<Self> {
        Box::new(Self { bytes: Cursor::new(bytes.to_vec()), most, turn: 0 })
    }
}

impl Read for Dribble {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.turn += 1;
        if self.turn.is_multiple_of(5) {
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        let most = (self.most - self.turn as usize % 2 * (self.most / 2)).min(buffer.len());
        self.bytes.read(&mut buffer[..most])
    }
}

pub fn read_from(name: &str, read: Box<dyn Read + Send>, options: &Options) -> All {
    read_ahead_after(usize::MAX, name, read, options)
}

/// The same, unpacked ahead after so many documents.
pub fn read_ahead_after(documents: usize, name: &str, read: Box<dyn Read + Send>, options: &Options) -> All {
    let mut all = All::default();
    let mut reader = match Reader::with_options(name, read, options) {
        Ok(reader) => reader,
        Err(problem) => {
            all.problems.push(problem);
            return all;
        }
    };
    let mut doc = Document::default();
    loop {
        if all.documents.len() == documents {
            reader.unpack_ahead();
        }
        match reader.next(&mut doc) {
            Item::End => break,
            Item::Deleted => all.deleted.push((doc.id.clone(), doc.version)),
            Item::Document => all.documents.push(doc.clone()),
        }
        all.problems.extend(reader.take_problems());
    }
    // The end comes again.
    assert_eq!(reader.next(&mut doc), Item::End);
    all.problems.extend(reader.take_problems());
    all
}

pub fn full() -> Options {
    Options { want: Want { metadata: true, source_map: true }, ..Options::default() }
}

pub fn read(name: &str, bytes: &[u8]) -> All {
    read_with(name, bytes, &full())
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The same with a header that has all the fields a header may have, and another level of compression.
pub fn gzip_labelled(bytes: &[u8], level: u32) -> Vec<u8> {
    let header = GzBuilder::new().filename("a name").comment("a comment").extra(vec![0x1f, 0x8b, 8, 0]).mtime(1);
    let mut encoder = header.write(Vec::new(), Compression::new(level));
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Kind, section and text of each passage.
pub fn passages(doc: &Document) -> Vec<(&'static str, Option<&str>, &str)> {
    doc.passages.iter().map(|p| (p.kind.as_str(), p.section.as_deref(), p.span.of(&doc.text))).collect()
}

/// Checks that the source map covers the text without a gap and leads to the bytes each part was made of.
pub fn check_map(doc: &Document, source: &[u8]) {
    let SourceMap { runs } = &doc.source_map;
    let mut at = 0;
    for run in runs {
        assert_eq!(run.text, at, "a gap or an overlap in {:?}", doc.id);
        assert!(run.text_len > 0);
        at += run.text_len;
        let text = &doc.text.as_bytes()[run.text as usize..at as usize];
        let raw = &source[run.source as usize..run.source as usize + run.source_len as usize];
        if run.source_len == 0 {
            assert!(matches!(text, b"\n" | b" "), "{text:?} was made of nothing");
        } else if run.source_len == run.text_len {
            // A copy, in which a line break or tab may have become a space.
            for (copy, byte) in text.iter().zip(raw) {
                assert!(copy == byte || (*copy == b' ' && byte.is_ascii_whitespace()), "{text:?} for {raw:?}");
            }
        } else {
            let spelled = raw.starts_with(b"&") || raw.starts_with(b"\\") || raw.starts_with(b"<");
            let space = text == b" " && raw[0].is_ascii_whitespace();
            assert!(spelled || space || text == "\u{fffd}".as_bytes(), "{text:?} for {raw:?}");
        }
    }
    assert_eq!(at as usize, doc.text.len(), "{:?}", doc.id);
    // Every word lies where the map says.
    let mut start = 0;
    for word in doc.text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let length = word.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
        let span = Span::new(start as u32, (start + length) as u32);
        start += word.len();
        let Some((from, to)) = doc.source_map.source_range(span) else { continue };
        let raw = &source[from as usize..to as usize];
        let first = &word.as_bytes()[..1];
        assert!(raw.starts_with(first) || raw.starts_with(b"&") || raw.starts_with(b"\\"), "{word:?} at {raw:?}");
    }
}

/// What holds of every document, whatever it was read from.
pub fn check_shape(all: &All, source: &[u8]) {
    let mut record = None;
    for doc in &all.documents {
        assert!(record.is_none_or(|record| record < doc.record));
        record = Some(doc.record);
        assert!(doc.source_offset <= source.len() as u64 && !doc.id.is_empty());
        let mut end = 0;
        for passage in &doc.passages {
            assert!(end <= passage.span.start && passage.span.start < passage.span.end);
            assert!(!passage.span.of(&doc.text).is_empty());
            end = passage.span.end;
        }
        assert!(end as usize <= doc.text.len());
        let mut at = 0;
        for run in &doc.source_map.runs {
            assert_eq!(run.text, at);
            assert!(run.text_len > 0 && run.source + u64::from(run.source_len) <= source.len() as u64);
            at += run.text_len;
        }
        assert!(doc.source_map.runs.is_empty() || at as usize == doc.text.len());
    }
}
