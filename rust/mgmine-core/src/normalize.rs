//! Glyph folding: the many ways to type or typeset one character become one.
//!
//! One code point folds to one code point, so a place in folded text is a place in the text, and nothing about offsets ever
//! has to be undone. Runs of white space count as one space; [`Folded`] does that while it walks.

/// Folds a code point, keeping its case: dashes, spaces, quotation marks, superscripts and subscripts, Greek look-alikes,
/// mathematical and full-width letters.
#[must_use]
pub fn fold(c: char) -> char {
    if c.is_ascii() {
        return if matches!(c, '\t' | '\n' | '\r' | '\x0b' | '\x0c') { ' ' } else { c };
    }
    fold_wide(c)
}

/// Folds a code point and its case: what case-insensitive comparison looks at.
#[must_use]
pub fn fold_case(c: char) -> char {
    if c.is_ascii() {
        return char::from(KEY[c as usize]);
    }
    let folded = fold_wide(c);
    if folded.is_ascii() {
        return folded.to_ascii_lowercase();
    }
    let mut lower = folded.to_lowercase();
    match (lower.next(), lower.next()) {
        // Lower-casing may lead to a look-alike of its own (ϴ → ϑ), so it is folded once more.
        (Some(one), None) => fold(one),
        _ => folded,
    }
}

/// What an ASCII byte is compared as when case does not matter: lower case, white space as a space.
pub(crate) const KEY: [u8; 128] = {
    let mut table = [0u8; 128];
    let mut byte = 0;
    while byte < 128 {
        let b = byte as u8;
        table[byte] = if matches!(b, b'\t' | b'\n' | b'\r' | 0x0b | 0x0c) { b' ' } else { b.to_ascii_lowercase() };
        byte += 1;
    }
    table
};

fn offset(base: char, by: u32) -> char {
    char::from_u32(base as u32 + by).unwrap_or(base)
}

#[allow(clippy::too_many_lines)] // one table, best read in one piece
fn fold_wide(c: char) -> char {
    match c {
        // Dashes, minus signs, soft hyphen.
        '\u{ad}' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '⁃' | '−' | '﹘' | '﹣' | '－' | '➖' | '⁻' | '₋' | '˗' => {
            '-'
        }
        // Spaces.
        '\u{85}'
        | '\u{a0}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200a}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{202f}'
        | '\u{205f}'
        | '\u{3000}'
        | '\u{feff}' => ' ',
        // Apostrophes, primes and quotation marks.
        '‘' | '’' | '‚' | '‛' | '′' | 'ʹ' | 'ʼ' | '´' | '＇' | '‹' | '›' => '\'',
        '“' | '”' | '„' | '‟' | '″' | '«' | '»' | '＂' => '"',
        // Superscripts and subscripts.
        '⁰' | '₀' => '0',
        '¹' | '₁' => '1',
        '²' | '₂' => '2',
        '³' | '₃' => '3',
        '⁴'..='⁹' => offset('4', c as u32 - '⁴' as u32),
        '₄'..='₉' => offset('4', c as u32 - '₄' as u32),
        '⁺' | '₊' | '﹢' | '＋' => '+',
        '⁼' | '₌' => '=',
        '⁽' | '₍' => '(',
        '⁾' | '₎' => ')',
        'ª' | 'ᵃ' | 'ₐ' => 'a',
        'ᵇ' => 'b',
        'ᶜ' => 'c',
        'ᵈ' => 'd',
        'ᵉ' | 'ₑ' => 'e',
        'ᵍ' => 'g',
        'ʰ' | 'ₕ' => 'h',
        'ⁱ' | 'ᵢ' => 'i',
        'ʲ' | 'ⱼ' => 'j',
        'ᵏ' | 'ₖ' => 'k',
        'ˡ' | 'ₗ' => 'l',
        'ᵐ' | 'ₘ' => 'm',
        'ⁿ' | 'ₙ' => 'n',
        'º' | 'ᵒ' | 'ₒ' => 'o',
        'ᵖ' | 'ₚ' => 'p',
        'ʳ' | 'ᵣ' => 'r',
        'ˢ' | 'ₛ' => 's',
        'ᵗ' | 'ₜ' => 't',
        'ᵘ' | 'ᵤ' => 'u',
        'ᵛ' | 'ᵥ' => 'v',
        'ʷ' => 'w',
        'ˣ' | 'ₓ' => 'x',
        'ʸ' => 'y',
        // Greek: the micro sign, typed or typeset look-alikes, symbol variants. `ß` is nearly always a typed β in this
        // literature, and in the few German words it is the same on both sides of a comparison.
        'µ' => 'μ',
        'ß' | 'ẞ' | 'ϐ' | 'ꞵ' | 'ᵝ' | 'ᵦ' => 'β',
        'ɑ' | '⍺' | '∝' | 'ᵅ' => 'α',
        'ɣ' | 'ᵞ' | 'ᵧ' => 'γ',
        'ᵟ' => 'δ',
        'ϵ' | 'ɛ' => 'ε',
        'ϑ' => 'θ',
        'ϴ' => 'Θ',
        'ɩ' => 'ι',
        'ϰ' => 'κ',
        'ϖ' => 'π',
        'ϱ' => 'ρ',
        'ς' | 'ϲ' => 'σ',
        'Ϲ' => 'Σ',
        'ϕ' | 'ᶲ' => 'φ',
        'ϒ' => 'Υ',
        'Ω' => 'Ω',
        '∆' => 'Δ',
        '∑' => 'Σ',
        '∏' => 'Π',
        // Other signs with a plain twin.
        '⁄' | '∕' | '／' => '/',
        '∗' | '＊' => '*',
        '…' => '.',
        // Full-width forms.
        '！'..='～' => offset('!', c as u32 - '！' as u32),
        // Letters that exist once more for mathematics.
        'K' => 'K',
        'Å' => 'Å',
        '\u{1d400}'..='\u{1d6a3}' => {
            let letter = (c as u32 - 0x1d400) % 52;
            if letter < 26 { offset('A', letter) } else { offset('a', letter - 26) }
        }
        '\u{1d6a8}'..='\u{1d7cb}' => math_greek((c as u32 - 0x1d6a8) % 58, c),
        '\u{1d7ce}'..='\u{1d7ff}' => offset('0', (c as u32 - 0x1d7ce) % 10),
        other if other.is_whitespace() => ' ',
        other => other,
    }
}

fn math_greek(letter: u32, c: char) -> char {
    match letter {
        17 => 'Θ',
        0..=24 => offset('Α', letter),
        25 => '∇',
        43 => 'σ', // final sigma
        26..=50 => offset('α', letter - 26),
        51 => '∂',
        52 => 'ε',
        53 => 'θ',
        54 => 'κ',
        55 => 'φ',
        56 => 'ρ',
        57 => 'π',
        _ => c,
    }
}

/// Whether a (not yet folded) code point is a letter or digit for the purpose of boundaries. Combining marks belong to the
/// letter before them.
#[must_use]
pub fn is_word(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    let folded = fold_wide(c);
    if folded.is_ascii() {
        return folded.is_ascii_alphanumeric();
    }
    folded.is_alphanumeric()
        || matches!(folded, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}')
}

/// Walks a text from a byte offset and yields what each character is compared as, a run of white space as one space, with
/// the byte offset behind it.
#[derive(Clone, Debug)]
pub struct Folded<'t> {
    text: &'t str,
    at: usize,
    case: bool,
}

impl<'t> Folded<'t> {
    /// A walk over `text` from byte `at`; `case` says whether letter case is kept.
    ///
    /// # Panics
    /// On the first step, if `at` is not a character boundary.
    #[must_use]
    pub fn new(text: &'t str, at: usize, case: bool) -> Self {
        Self { text, at, case }
    }

    /// Byte offset of what comes next.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.at
    }

    // Always: whether it is inlined into the inner loops of the matchers must not hang on what else the crate holds.
    #[inline(always)]
    fn peek(&self) -> Option<(char, usize)> {
        let byte = *self.text.as_bytes().get(self.at)?;
        if byte < 128 {
            let key = if self.case && byte > b' ' { byte } else { KEY[usize::from(byte)] };
            return Some((char::from(key), self.at + 1));
        }
        let c = self.text[self.at..].chars().next()?;
        Some((if self.case { fold(c) } else { fold_case(c) }, self.at + c.len_utf8()))
    }
}

impl Iterator for Folded<'_> {
    type Item = char;

    #[inline]
    fn next(&mut self) -> Option<char> {
        let (c, next) = self.peek()?;
        self.at = next;
        if c == ' ' {
            while let Some((' ', next)) = self.peek() {
                self.at = next;
            }
        }
        Some(c)
    }
}

/// A text as it is compared: glyphs folded, white space collapsed and trimmed; letter case kept or not.
#[must_use]
pub fn fold_text(text: &str, case: bool) -> String {
    let mut folded: String = Folded::new(text, 0, case).collect();
    if folded.ends_with(' ') {
        folded.pop();
    }
    if folded.starts_with(' ') {
        folded.remove(0);
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_is_idempotent_for_every_code_point() {
        for c in (0..=0x0010_ffff).filter_map(char::from_u32) {
            assert_eq!(fold(fold(c)), fold(c), "{c:?}");
            assert_eq!(fold_case(fold_case(c)), fold_case(c), "{c:?}");
            assert_eq!(fold_case(fold(c)), fold_case(c), "{c:?}");
            assert_eq!(is_word(fold(c)), is_word(c), "{c:?}");
            assert_eq!(is_word(fold_case(c)), is_word(c), "{c:?}");
        }
    }

    #[test]
    fn glyphs() {
        for (text, folded) in [
            ("CD8⁺\u{a0}T–cells", "CD8+ T-cells"),
            ("Mg²⁺", "Mg2+"),
            ("[Mg²⁺]ᵢ", "[Mg2+]i"),
            ("ß1 and β₁", "β1 and β1"),
            ("ɑ4  \n\tβ7", "α4 β7"),
            ("𝛼4𝛽1 𝝰", "α4β1 α"),
            ("cell’s 5′", "cell's 5'"),
            ("µM", "μM"),
            ("ＣＤ８＋", "CD8+"),
            ("  x  ", "x"),
        ] {
            assert_eq!(fold_text(text, true), folded);
        }
        assert_eq!(fold_text("ΑLΒ2 İ Σς", false), "αlβ2 İ σσ");
    }
}
