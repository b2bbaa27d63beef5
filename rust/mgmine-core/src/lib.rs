//! The pure core of mgmine: text in, records out. No I/O, no clock, no environment, no Python.

pub mod abbreviation;
pub mod automaton;
pub mod boundary;
pub mod comention;
mod coordination;
pub mod dictionary;
pub mod document;
pub mod lexicon;
pub mod matcher;
#[cfg(any(test, fuzzing))]
pub mod naive;
pub mod normalize;
#[cfg(test)]
mod oracle;
pub mod scan;
pub mod sentence;
pub mod span;
pub mod token;
pub mod veto;
