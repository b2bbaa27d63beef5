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

/// Converts ascending byte offsets of one text to code-point offsets in one forward walk, which stops only at characters of
/// more than one byte: up to the next of these, an offset differs from its code point by what the ones before it have too many.
#[derive(Clone, Debug)]
pub struct CodePoints<'t> {
    text: &'t str,
    /// Behind the last such character that was passed.
    from: usize,
    /// The next one, or the end of the text.
    wide: usize,
    /// Bytes before `from` that do not begin a character.
    inner: usize,
}

/// The first byte from `from` on that is not ASCII, or the end.
fn next_wide(bytes: &[u8], from: usize) -> usize {
    const HIGH: u128 = u128::from_ne_bytes([0x80; 16]);
    let (blocks, rest) = bytes[from..].as_chunks::<16>();
    for (index, block) in blocks.iter().enumerate() {
        let wide = u128::from_le_bytes(*block) & HIGH;
        if wide != 0 {
            return from + index * 16 + wide.trailing_zeros() as usize / 8;
        }
    }
    bytes.len() - rest.len() + rest.iter().position(|byte| !byte.is_ascii()).unwrap_or(rest.len())
}

impl<'t> CodePoints<'t> {
    /// A converter over `text`, standing at its start.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        Self { text, from: 0, wide: next_wide(text.as_bytes(), 0), inner: 0 }
    }

    /// The code-point offset of byte offset `byte`. Offsets smaller than an earlier one are allowed and restart the walk.
    ///
    /// # Panics
    /// If `byte` is not a character boundary of the text.
    #[inline]
    pub fn at(&mut self, byte: u32) -> u32 {
        let at = byte as usize;
        if at < self.from || at > self.wide {
            self.walk(at);
        }
        byte - self.inner as u32
    }

    /// Passes all characters of more than one byte before `at`.
    fn walk(&mut self, at: usize) {
        assert!(self.text.is_char_boundary(at), "{at} is no boundary of a character");
        if at < self.from {
            *self = Self::new(self.text);
        }
        while self.wide < at {
            let bytes = match self.text.as_bytes()[self.wide] {
                0xf0.. => 4,
                0xe0.. => 3,
                _ => 2,
            };
            self.from = self.wide + bytes;
            self.inner += bytes - 1;
            self.wide = next_wide(self.text.as_bytes(), self.from);
        }
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
        let long = "Integrin αLβ2 binds Mg²⁺ at the 𝛼I domain of which nothing else is wide, and 漢字".repeat(3);
        for text in ["", "Mg", "x".repeat(70).as_str(), text, &long] {
            let mut points = CodePoints::new(text);
            let starts: Vec<(usize, u32)> = text.char_indices().map(|(byte, _)| byte as u32).enumerate().collect();
            let (forth, back) = (starts.iter(), starts.iter().rev());
            for &(chars, byte) in forth.chain(back).chain(starts.iter().step_by(7)) {
                assert_eq!(points.at(byte) as usize, chars);
            }
            assert_eq!(points.at(text.len() as u32) as usize, text.chars().count());
        }
        assert_eq!(CodePoints::new(text).span(Span::new(0, text.len() as u32)), Span::new(0, 11));
    }

    #[test]
    #[should_panic(expected = "no boundary")]
    fn no_code_point_inside_a_character() {
        CodePoints::new("αLβ2").at(1);
    }

    #[test]
    fn containment_and_overlap() {
        let outer = Span::new(2, 9);
        assert!(outer.contains(Span::new(2, 9)) && outer.contains(Span::new(3, 4)));
        assert!(!outer.contains(Span::new(1, 4)));
        assert!(outer.overlaps(Span::new(8, 12)) && !outer.overlaps(Span::new(9, 12)));
    }
}
