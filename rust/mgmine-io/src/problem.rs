//! What went wrong while reading, where, and whether the rest could still be read.

use std::fmt;

/// The reason of a [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProblemKind {
    /// A record is not well-formed or lacks what every record must have; it was left out.
    BrokenRecord,
    /// The compressed stream ends in the middle.
    TruncatedGzip,
    /// The compressed stream does not decode, or its checksum does not fit.
    CorruptGzip,
    /// The compressed stream unpacks to far more than literature would.
    Bomb,
    /// Bytes after the compressed stream that are not a further gzip member.
    TrailingData,
    /// The input holds no byte, or no record.
    Empty,
    /// The input ends within a record, or before the root element is closed.
    TruncatedInput,
    /// A record, a line or an id is longer than allowed; it was left out.
    TooLarge,
    /// Elements are nested deeper than allowed; the record was left out.
    TooDeep,
    /// Bytes that are not UTF-8; they were replaced by U+FFFD.
    InvalidUtf8,
    /// A NUL or another character that XML does not allow; it was replaced by U+FFFD.
    InvalidCharacter,
    /// A reference to an entity that is not one of XML's own; it was kept as it stands.
    UnknownEntity,
    /// An encoding that is not read.
    Encoding,
    /// No format is recognised.
    UnknownFormat,
    /// The operating system reported an error.
    Io,
}

impl ProblemKind {
    /// The word used in every output, such as `broken_record`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BrokenRecord => "broken_record",
            Self::TruncatedGzip => "truncated_gzip",
            Self::CorruptGzip => "corrupt_gzip",
            Self::Bomb => "bomb",
            Self::TrailingData => "trailing_data",
            Self::Empty => "empty",
            Self::TruncatedInput => "truncated_input",
            Self::TooLarge => "too_large",
            Self::TooDeep => "too_deep",
            Self::InvalidUtf8 => "invalid_utf8",
            Self::InvalidCharacter => "invalid_character",
            Self::UnknownEntity => "unknown_entity",
            Self::Encoding => "encoding",
            Self::UnknownFormat => "unknown_format",
            Self::Io => "io",
        }
    }

    /// Whether the record was read all the same, with the offending bytes replaced or kept.
    #[must_use]
    pub const fn is_repaired(self) -> bool {
        matches!(self, Self::InvalidUtf8 | Self::InvalidCharacter | Self::UnknownEntity)
    }
}

/// Something that could not be read as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The input's name, as given.
    pub file: String,
    /// Byte in the uncompressed stream.
    pub offset: u64,
    /// Zero-based index of the record in the file, where it happened within a record.
    pub record: Option<u64>,
    /// The record's id, where it could be read.
    pub doc_id: Option<String>,
    /// The reason.
    pub kind: ProblemKind,
    /// The reason in words.
    pub message: String,
    /// Whether nothing of the input can be read after this point.
    pub fatal: bool,
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: byte {}", self.file, self.offset)?;
        if let Some(record) = self.record {
            write!(out, ", record {record}")?;
        }
        if let Some(id) = &self.doc_id {
            write!(out, " ({id})")?;
        }
        write!(out, ": {}", self.message)
    }
}

impl std::error::Error for Problem {}

/// How many problems wait for [`crate::Reader::take_problems`] before further ones are only counted, so that an input
/// of nothing but broken lines costs no memory.
const WAITING: usize = 1000;

/// The problems of one input that nobody has taken yet.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    waiting: Vec<Problem>,
    dropped: u64,
    last: Option<Problem>,
}

impl Problems {
    pub(crate) fn push(&mut self, problem: Problem) {
        if self.waiting.len() < WAITING {
            self.waiting.push(problem);
        } else {
            self.dropped += 1;
            self.last = Some(problem);
        }
    }

    pub(crate) fn take(&mut self) -> Vec<Problem> {
        let mut taken = std::mem::take(&mut self.waiting);
        if let Some(mut last) = self.last.take() {
            if self.dropped > 1 {
                last.message =
                    format!("{} ({} problems before this one are not listed)", last.message, self.dropped - 1);
            }
            taken.push(last);
            self.dropped = 0;
        }
        taken
    }
}

/// What is wrong inside one record, without the record's place in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    /// Byte in the uncompressed stream.
    pub(crate) offset: u64,
    pub(crate) kind: ProblemKind,
    pub(crate) message: String,
}

impl Note {
    pub(crate) fn new(offset: u64, kind: ProblemKind, message: impl Into<String>) -> Self {
        Self { offset, kind, message: message.into() }
    }

    pub(crate) fn broken(offset: u64, message: impl Into<String>) -> Self {
        Self::new(offset, ProblemKind::BrokenRecord, message)
    }
}

/// Repaired places of one record: the first of each kind, and how many there were.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    pub(crate) list: Vec<(Note, u32)>,
}

impl Notes {
    pub(crate) fn push(&mut self, offset: u64, kind: ProblemKind, message: impl FnOnce() -> String) {
        if let Some((_, count)) = self.list.iter_mut().find(|(note, _)| note.kind == kind) {
            *count += 1;
        } else {
            self.list.push((Note::new(offset, kind, message()), 1));
        }
    }
}
