//! The one door: opening an input, recognising its format, handing out documents.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mgmine_core::document::{Document, Metadata};

use crate::detect;
use crate::input::{InputError, Source, Window};
use crate::problem::{Note, Notes, Problem, ProblemKind, Problems};
use crate::{bioc, jats, jsonl, medline, pubmed, pubtator, text};

/// Unpacked bytes taken at a time: small enough to stay in a core's cache between unpacking and reading.
const BLOCK: usize = 256 << 10;
/// The longest record that is read.
const MAX_RECORD: usize = 64 << 20;
/// The longest text of a document that is read; the longest articles have a tenth of it.
pub(crate) const MAX_TEXT: usize = 8 << 20;
/// The longest id.
const MAX_ID: usize = 1024;
/// How many records without an end an input may have.
const MAX_ENDLESS: u32 = 50;
/// How many bytes the recognition of a format may look at.
const HEAD: usize = 16 << 10;

/// An input format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// `PubmedArticleSet`.
    PubmedXml,
    /// MEDLINE / NBIB tagged lines.
    Medline,
    /// JATS articles.
    Jats,
    /// PubTator.
    Pubtator,
    /// BioC XML.
    BiocXml,
    /// One JSON object a line.
    Jsonl,
    /// Plain text.
    Text,
}

impl Format {
    /// The word used in every output: `pubmed`, `medline`, `jats`, `pubtator`, `bioc`, `jsonl` or `text`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PubmedXml => "pubmed",
            Self::Medline => "medline",
            Self::Jats => "jats",
            Self::Pubtator => "pubtator",
            Self::BiocXml => "bioc",
            Self::Jsonl => "jsonl",
            Self::Text => "text",
        }
    }
}

/// What a reader fills in beside id, text and passages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Want {
    /// The bibliographic record.
    pub metadata: bool,
    /// The map from canonical text to source bytes.
    pub source_map: bool,
}

/// How an input is read. The documents are the same whatever `threaded`, `block` and, if the input is whole, `thorough` are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// What to fill in.
    pub want: Want,
    /// Unpack on a thread of its own, ahead of the reader.
    pub threaded: bool,
    /// Unpacked bytes taken at a time.
    pub block: usize,
    /// The longest record in bytes; a longer one is a [`ProblemKind::TooLarge`].
    pub max_record: usize,
    /// Look at every tag of every PubMed record, so that damage in parts that are not read is found too. Slower.
    pub thorough: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { want: Want::default(), threaded: false, block: BLOCK, max_record: MAX_RECORD, thorough: false }
    }
}

impl From<Want> for Options {
    fn from(want: Want) -> Self {
        Self { want, ..Self::default() }
    }
}

/// What [`Reader::next`] read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// A document.
    Document,
    /// One PMID of a `DeleteCitation`: only `id`, `version`, `record` and `source_offset` of the document are set.
    Deleted,
    /// The end of the input.
    End,
}

/// What a format's search for the next record came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A record: the first `Context::record` bytes of the window.
    Record,
    /// A deletion, written into the document.
    Deleted,
    /// Nothing any more.
    End,
}

/// One format: how its records are found in the stream, and what they say.
pub(crate) trait RecordFormat: Send {
    /// Finds the next record. What cannot be read is reported and passed over.
    fn find(&mut self, cx: &mut Context, doc: &mut Document) -> Found;

    /// Fills id, version, text and passages, and the source map if `map`, from the bytes of a record, which start at `base`.
    fn fill(&mut self, record: &[u8], base: u64, doc: &mut Document, map: bool, notes: &mut Notes) -> Result<(), Note>;

    /// Fills the bibliographic record.
    fn metadata(&mut self, _record: &[u8], _base: u64, _metadata: &mut Metadata) -> Result<(), Note> {
        Ok(())
    }
}

/// The stream and what was found wrong in it.
pub(crate) struct Context {
    pub(crate) name: String,
    pub(crate) window: Window,
    pub(crate) problems: Problems,
    /// Index of the record now read.
    pub(crate) index: u64,
    /// Its length; it is consumed before the next is searched.
    pub(crate) record: usize,
    pub(crate) max_record: usize,
    /// Records so far whose end was searched for in vain.
    endless: u32,
    ended: bool,
}

impl Context {
    /// Reports what happened outside of any record.
    pub(crate) fn report(&mut self, note: Note) {
        self.push(note, None, None);
    }

    /// Reports what happened in the record now read.
    pub(crate) fn report_record(&mut self, note: Note, doc_id: Option<String>) {
        self.push(note, Some(self.index), doc_id);
    }

    fn push(&mut self, note: Note, record: Option<u64>, doc_id: Option<String>) {
        let Note { offset, kind, message } = note;
        let file = self.name.clone();
        self.problems.push(Problem { file, offset, record, doc_id, kind, message, fatal: false });
    }

    /// Counts a record whose end was searched for in vain, to the end of the stream or to the limit of a record. After many of
    /// them it is time to give up: searching for each would take the square of the input's length.
    pub(crate) fn searched_in_vain(&mut self) -> bool {
        self.endless += 1;
        self.endless > MAX_ENDLESS
    }

    /// Reports how the stream ended: its own error if it has one, else `cut`, the reason why the end is too early.
    /// `in_record` tells whether a record was cut.
    pub(crate) fn end(&mut self, cut: Option<Note>, in_record: bool, doc_id: Option<String>) -> Found {
        self.window.consume(usize::MAX);
        if std::mem::replace(&mut self.ended, true) {
            return Found::End;
        }
        let record = in_record.then_some(self.index);
        let offset = self.window.offset();
        let mut stream_is_whole = true;
        if let Some(InputError { kind, message }) = self.window.take_error() {
            stream_is_whole = kind == ProblemKind::TrailingData;
            let fatal = !stream_is_whole;
            let (file, doc_id) = (self.name.clone(), doc_id.clone());
            let record = if fatal { record } else { None };
            self.problems.push(Problem { file, offset, record, doc_id, kind, message, fatal });
        }
        if let Some(Note { offset, kind, message }) = cut.filter(|_| stream_is_whole) {
            let file = self.name.clone();
            self.problems.push(Problem { file, offset, record, doc_id, kind, message, fatal: true });
        }
        Found::End
    }
}

/// A stream of documents from one input.
pub struct Reader {
    cx: Context,
    format: Format,
    inner: Box<dyn RecordFormat>,
    want: Want,
    /// Whether the window still holds the record last handed out.
    current: bool,
    consumed: Arc<AtomicU64>,
    notes: Notes,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Reader").field("name", &self.cx.name).field("format", &self.format).finish_non_exhaustive()
    }
}

impl Reader {
    /// Opens a file.
    ///
    /// # Errors
    /// If it cannot be opened, holds nothing, or is of no known format or encoding.
    pub fn open(path: &Path, want: Want) -> Result<Self, Problem> {
        Self::open_with(path, &want.into())
    }

    /// Opens a file that is unpacked on a thread of its own. The documents are the same.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn open_threaded(path: &Path, want: Want) -> Result<Self, Problem> {
        Self::open_with(path, &Options { threaded: true, ..want.into() })
    }

    /// Opens a file.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn open_with(path: &Path, options: &Options) -> Result<Self, Problem> {
        let name = path.to_string_lossy();
        match File::open(path) {
            Ok(file) => Self::with_options(&name, Box::new(file), options),
            Err(error) => Err(failure(&name, 0, ProblemKind::Io, error.to_string())),
        }
    }

    /// Reads from a stream. `name` is used in problems and, for formats without ids, as the document's id (its stem).
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn from_read(name: &str, read: Box<dyn Read + Send>, want: Want) -> Result<Self, Problem> {
        Self::with_options(name, read, &want.into())
    }

    /// Reads from a stream.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn with_options(name: &str, read: Box<dyn Read + Send>, options: &Options) -> Result<Self, Problem> {
        let stream_failure = |error: InputError| failure(name, 0, error.kind, error.message);
        let source = Source::new(read).map_err(stream_failure)?;
        let consumed = source.consumed();
        let mut window = Window::new(source, options.block, options.threaded);
        let mut wanted = HEAD;
        let format = loop {
            while window.bytes().len() < wanted && window.more() {}
            let complete = window.bytes().len() < wanted;
            if window.bytes().is_empty() {
                let error = window.take_error();
                let (kind, message) = error.map_or_else(
                    || (ProblemKind::Empty, "the input is empty".to_owned()),
                    |InputError { kind, message }| (kind, message),
                );
                return Err(failure(name, 0, kind, message));
            }
            match detect::detect(window.bytes(), complete) {
                Ok(Some(format)) => break format,
                Ok(None) if !complete && wanted < options.max_record => wanted *= 2,
                Ok(None) => {
                    let message = "no root element, tag line or text that tells the format";
                    return Err(failure(name, 0, ProblemKind::UnknownFormat, message));
                }
                Err(note) => return Err(failure(name, note.offset, note.kind, note.message)),
            }
        };
        if let Some(note) = detect::belied(name, format) {
            return Err(failure(name, note.offset, note.kind, note.message));
        }
        if window.bytes().starts_with(b"\xef\xbb\xbf") {
            window.consume(3);
        }
        let inner: Box<dyn RecordFormat> = match format {
            Format::PubmedXml => Box::new(pubmed::Pubmed::new(options.thorough)),
            Format::Medline => Box::new(medline::Medline),
            Format::Jats => Box::new(jats::Jats::new(stem(name))),
            Format::Pubtator => Box::new(pubtator::Pubtator),
            Format::BiocXml => Box::new(bioc::Bioc::new(stem(name))),
            Format::Jsonl => Box::new(jsonl::Jsonl),
            Format::Text => Box::new(text::Text::new(stem(name))),
        };
        let cx = Context {
            name: name.to_owned(),
            window,
            problems: Problems::default(),
            index: 0,
            record: 0,
            max_record: options.max_record,
            endless: 0,
            ended: false,
        };
        Ok(Self { cx, format, inner, want: options.want, current: false, consumed, notes: Notes::default() })
    }

    /// From here on unpacks on a thread of its own. The documents are the same.
    pub fn unpack_ahead(&mut self) {
        self.cx.window.unpack_ahead();
    }

    /// The format recognised.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Reads the next document into `doc`, whose buffers are used again. A record that cannot be read is reported
    /// ([`Reader::take_problems`]) and passed over.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self, doc: &mut Document) -> Item {
        loop {
            if std::mem::take(&mut self.current) {
                self.cx.index += 1;
            }
            doc.clear();
            if self.cx.ended {
                return Item::End;
            }
            self.cx.window.consume(std::mem::take(&mut self.cx.record));
            match self.inner.find(&mut self.cx, doc) {
                Found::End => return Item::End,
                Found::Deleted => {
                    doc.record = self.cx.index;
                    self.cx.index += 1;
                    return Item::Deleted;
                }
                Found::Record => {}
            }
            self.current = true;
            if self.fill(doc) {
                return Item::Document;
            }
        }
    }

    fn fill(&mut self, doc: &mut Document) -> bool {
        let base = self.cx.window.offset();
        let record = &self.cx.window.bytes()[..self.cx.record];
        self.notes.list.clear();
        let result =
            self.inner.fill(record, base, doc, self.want.source_map, &mut self.notes).and_then(|()| bounded(doc, base));
        doc.record = self.cx.index;
        doc.source_offset = base;
        // Which documents there are does not depend on whether somebody asked for their bibliographic records: damage in
        // one is reported, and the document stays.
        if result.is_ok()
            && self.want.metadata
            && let Err(Note { offset, kind, message }) = self.inner.metadata(record, base, &mut doc.metadata)
        {
            self.notes.push(offset, kind, || message);
        }
        let doc_id = || (!doc.id.is_empty()).then(|| doc.id.clone());
        for (mut note, count) in self.notes.list.drain(..) {
            if count > 1 {
                note.message = format!("{} (and {} more in this record)", note.message, count - 1);
            }
            self.cx.report_record(note, doc_id());
        }
        match result {
            Ok(()) => true,
            Err(note) => {
                self.cx.report_record(note, doc_id());
                false
            }
        }
    }

    /// Fills `doc.metadata`, as far as it can be read. `doc` must be the document last read; anything else is left as it is.
    pub fn metadata(&mut self, doc: &mut Document) {
        if !self.current || doc.record != self.cx.index {
            return;
        }
        doc.metadata = Metadata::default();
        let record = &self.cx.window.bytes()[..self.cx.record];
        if let Err(note) = self.inner.metadata(record, doc.source_offset, &mut doc.metadata) {
            self.cx.report_record(note, Some(doc.id.clone()));
        }
    }

    /// The problems met since the last call, in the order of the input. A flood is cut short and counted.
    pub fn take_problems(&mut self) -> Vec<Problem> {
        self.cx.problems.take()
    }

    /// Bytes of the input used so far, packed as they are.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.consumed.load(Ordering::Relaxed)
    }
}

fn failure(name: &str, offset: u64, kind: ProblemKind, message: impl Into<String>) -> Problem {
    Problem { file: name.to_owned(), offset, record: None, doc_id: None, kind, message: message.into(), fatal: true }
}

/// What is asked of every document: an id that can stand in a line of output, and a text that can be held in memory with all
/// that is found in it.
fn bounded(doc: &mut Document, base: u64) -> Result<(), Note> {
    if doc.id.len() > MAX_ID || doc.id.contains(char::is_control) {
        doc.id.clear();
        return Err(Note::broken(base, format!("the id is longer than {MAX_ID} bytes or holds a control character")));
    }
    if doc.text.len() > MAX_TEXT {
        return Err(text_too_large(base));
    }
    Ok(())
}

pub(crate) fn text_too_large(offset: u64) -> Note {
    let message = format!("the text is longer than {MAX_TEXT} bytes; it was left out");
    Note::new(offset, ProblemKind::TooLarge, message)
}

/// The file's name without folders, `.gz` and the last extension; `-` for standard input.
fn stem(name: &str) -> String {
    let name = name.replace(char::is_control, "_");
    let file = name.rsplit(['/', '\\']).next().unwrap_or(&name);
    let file = file.strip_suffix(".gz").unwrap_or(file);
    match file.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
        _ if file.is_empty() => name.to_owned(),
        _ => file.to_owned(),
    }
}
