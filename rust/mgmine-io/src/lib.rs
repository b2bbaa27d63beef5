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
