//! Sentences of abstracts and articles.

use crate::document::Document;
use crate::span::Span;

/// A sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentenceSpan {
    /// Where, without white space and bullet around it.
    pub span: Span,
    /// Index of its passage.
    pub passage: u32,
}

/// Splits all passages of a document into sentences, in text order. `out` is emptied first.
pub fn split_sentences(_doc: &Document, out: &mut Vec<SentenceSpan>) {
    out.clear();
}
