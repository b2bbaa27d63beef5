//! Where a name may begin and end: no letter or digit may touch a letter or digit of the name, except a citation number
//! glued to a word.

use crate::lexicon::Boundary;
use crate::normalize::{fold, is_word};

/// Whether byte `at` of `text` is a boundary on the left of a name that begins with `first`.
#[must_use]
pub fn left(text: &str, at: usize, first: char) -> bool {
    !is_word(first) || text[..at].chars().next_back().is_none_or(|c| !is_word(c))
}

/// Whether byte `at` is a boundary on the right of a name that ends with `last`.
#[must_use]
pub fn right(text: &str, at: usize, last: char) -> bool {
    !is_word(last) || text[at..].chars().next().is_none_or(|c| !is_word(c)) || is_citation(text, at)
}

/// Whether the ends of a match at `start..end` are what the name asks for.
#[must_use]
pub fn allows(boundary: Boundary, text: &str, start: usize, end: usize) -> bool {
    let span = &text[start..end];
    let (Some(first), Some(last)) = (span.chars().next(), span.chars().next_back()) else { return false };
    let (need_left, need_right) = match boundary {
        Boundary::Word => (true, true),
        Boundary::Left => (true, false),
        Boundary::Right => (false, true),
        Boundary::None => (false, false),
    };
    (!need_left || left(text, start, first)) && (!need_right || right(text, end, last))
}

/// Whether a citation number of at most three digits is glued at `at` to an ordinary word of three letters or more: `cells1,2`,
/// `Magnesium³`, not `TRPM7`, `Itg4` or `MgCl2`.
#[must_use]
pub fn is_citation(text: &str, at: usize) -> bool {
    let (mut letters, mut first) = (0, 'a');
    for c in text[..at].chars().rev().take_while(|&c| is_word(c)) {
        if !fold(c).is_ascii_alphabetic() || first.is_ascii_uppercase() {
            return false;
        }
        first = fold(c);
        letters += 1;
    }
    // A capital begins a word only if the word is too long for a gene symbol.
    if letters < if first.is_ascii_uppercase() { 6 } else { 3 } {
        return false;
    }
    let mut digits = 0;
    for c in text[at..].chars().take_while(|&c| is_word(c)) {
        digits += 1;
        if !fold(c).is_ascii_digit() || digits > 3 {
            return false;
        }
    }
    digits > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn citations() {
        for (word, at, wanted) in [
            ("cells12", 5, true),
            ("cells1,2", 5, true),
            ("cells²", 5, true),
            ("Magnesium3", 9, true),
            ("cells", 5, false),
            ("TRPM7", 4, false),
            ("Trpm7", 4, false),
            ("th1", 2, false),
            ("MgCl2", 4, false),
            ("cells1999", 5, false),
            ("cells2a", 5, false),
            ("β-cells2", 8, true),
        ] {
            assert_eq!(is_citation(word, at), wanted, "{word}");
        }
    }
}
