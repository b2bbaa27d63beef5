//! Half-open byte spans into a document's canonical text.
//!
//! Inside the Rust crates an offset is always a byte offset and always lives in a [`Span`]; what leaves for a user is
//! converted once, at the border, to Unicode code points ([`CodePoints`]).

/// A half-open range of bytes `start..end` into a document's text. Both ends lie on character boundaries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span `start..end`.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// Length in bytes.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether the span holds no byte.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies wholly inside this span (equal spans contain each other).
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two spans share at least one byte.
    #[must_use]
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The text under the span.
    ///
    /// # Panics
    /// If the span does not lie on character boundaries of `text`.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        &text[self.start as usize..self.end as usize]
    }
}

/// Converts ascending byte offsets of one text to code-point offsets in one forward walk.
#[derive(Clone, Debug)]
pub struct CodePoints<'t> {
    text: &'t str,
    ascii: bool,
    byte: usize,
    chars: usize,
}

impl<'t> CodePoints<'t> {
    /// A converter over `text`, standing at its start.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        Self { text, ascii: text.is_ascii(), byte: 0, chars: 0 }
    }

    /// The code-point offset of byte offset `byte`. Offsets smaller than an earlier one are allowed and restart the walk.
    ///
    /// # Panics
    /// If `byte` is not a character boundary of the text.
    pub fn at(&mut self, byte: u32) -> u32 {
        if self.ascii {
            return byte;
        }
        let byte = byte as usize;
        if byte < self.byte {
            self.byte = 0;
            self.chars = 0;
        }
        self.chars += self.text[self.byte..byte].chars().count();
        self.byte = byte;
        u32::try_from(self.chars).expect("document texts are shorter than 4 GiB")
    }

    /// A byte span as a code-point span.
    pub fn span(&mut self, span: Span) -> Span {
        let start = self.at(span.start);
        Span::new(start, self.at(span.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_points_follow_any_order() {
        let text = "αLβ2 – Mg²⁺";
        let mut points = CodePoints::new(text);
        let starts: Vec<(usize, u32)> = text.char_indices().map(|(byte, _)| byte as u32).enumerate().collect();
        for &(chars, byte) in starts.iter().chain(starts.iter().rev()) {
            assert_eq!(points.at(byte) as usize, chars);
        }
        assert_eq!(points.span(Span::new(0, text.len() as u32)), Span::new(0, 11));
    }

    #[test]
    fn containment_and_overlap() {
        let outer = Span::new(2, 9);
        assert!(outer.contains(Span::new(2, 9)) && outer.contains(Span::new(3, 4)));
        assert!(!outer.contains(Span::new(1, 4)));
        assert!(outer.overlaps(Span::new(8, 12)) && !outer.overlaps(Span::new(9, 12)));
    }
}
