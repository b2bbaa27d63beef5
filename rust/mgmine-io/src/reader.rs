//! The one door: opening an input, recognising its format, handing out documents.

use std::io::Read;
use std::path::Path;

use mgmine_core::document::Document;

use crate::problem::Problem;

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

/// What a reader fills in beside id, text and passages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Want {
    /// The bibliographic record.
    pub metadata: bool,
    /// The map from canonical text to source bytes.
    pub source_map: bool,
}

/// How an input is read. The documents are the same with all options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// What to fill in.
    pub want: Want,
    /// Unpack on a thread of its own, ahead of the reader.
    pub threaded: bool,
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

/// A stream of documents from one input.
pub struct Reader;

#[allow(clippy::missing_errors_doc, missing_docs)]
impl Reader {
    pub fn open(_path: &Path, _want: Want) -> Result<Reader, Problem> {
        todo!()
    }
    pub fn open_threaded(_path: &Path, _want: Want) -> Result<Reader, Problem> {
        todo!()
    }
    pub fn from_read(_name: &str, _read: Box<dyn Read + Send>, _want: Want) -> Result<Reader, Problem> {
        todo!()
    }
    pub fn with_options(_name: &str, _read: Box<dyn Read + Send>, _options: &Options) -> Result<Reader, Problem> {
        todo!()
    }
    #[must_use]
    pub fn format(&self) -> Format {
        todo!()
    }
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self, _doc: &mut Document) -> Item {
        todo!()
    }
    pub fn metadata(&mut self, _doc: &mut Document) {
        todo!()
    }
    pub fn source_map(&mut self, _doc: &mut Document) {
        todo!()
    }
    pub fn take_problems(&mut self) -> Vec<Problem> {
        todo!()
    }
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        todo!()
    }
}
