//! The pure core of mgmine: text in, records out. No I/O, no clock, no environment, no Python.

pub mod comention;
pub mod document;
pub mod lexicon;
pub mod scan;
pub mod sentence;
pub mod span;
