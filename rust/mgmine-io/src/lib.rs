//! Bytes to documents: PubMed XML, MEDLINE/NBIB, JATS, PubTator, BioC XML, JSONL and plain text, plain or gzip-packed.
//!
//! A [`Reader`] recognises the format by content, holds one record at a time, and hands it over as a
//! [`mgmine_core::document::Document`]. What cannot be read becomes a [`Problem`] and the rest goes on.

#![deny(unsafe_code)]

mod bioc;
mod canon;
mod dates;
mod detect;
mod inflate;
mod input;
mod jats;
mod jsonl;
mod lines;
mod medline;
mod problem;
mod pubmed;
mod pubtator;
mod reader;
mod records;
mod text;
mod xml;

pub use problem::{Problem, ProblemKind};
pub use reader::{Format, Item, Options, Reader, Want};

/// The bytes that a stream unpacks to and why there are no more, for fuzzing.
#[cfg(fuzzing)]
pub fn unpack(packed: &[u8], block: usize, threaded: bool) -> (Vec<u8>, Option<ProblemKind>) {
    let source = input::Source::new(Box::new(std::io::Cursor::new(packed.to_vec())));
    let mut window = match source {
        Ok(source) => input::Window::new(source, block, threaded),
        Err(error) => return (Vec::new(), Some(error.kind)),
    };
    let mut unpacked = Vec::new();
    loop {
        unpacked.extend_from_slice(window.bytes());
        window.consume(usize::MAX);
        if !window.more() {
            return (unpacked, window.take_error().map(|error| error.kind));
        }
    }
}
