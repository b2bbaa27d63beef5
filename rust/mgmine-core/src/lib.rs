//! The pure core of mgmine: text in, records out. No I/O, no clock, no environment, no Python.

pub mod document;
pub mod span;
