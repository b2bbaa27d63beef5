//! Word starts and word keys: the inner loop of the scan.
//!
//! A word is a run of letters and digits. [`word_starts`] looks at eight bytes at a time with plain integer arithmetic (no
//! instruction set to choose, no unsafe code) and calls back at each place where a word may start; a character outside
//! ASCII counts as a possible start of its own, since whether it is a letter is only worth asking where a name may match.

/// Seven-bit arithmetic on eight bytes: bit 7 of each byte of the result says whether the byte is at least `than`.
#[inline]
const fn at_least(low: u64, than: u8) -> u64 {
    low + REPEAT * (128 - than as u64)
}

const REPEAT: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x80 * REPEAT;

/// Bits 7 of the bytes that are ASCII letters or digits, and of those that are ASCII white space or control characters.
#[inline]
const fn classes(word: u64) -> (u64, u64) {
    let low = word & !HIGH;
    let lower = low | (0x20 * REPEAT);
    let letter = at_least(lower, b'a') & !at_least(lower, b'z' + 1);
    let digit = at_least(low, b'0') & !at_least(low, b'9' + 1);
    let space = !at_least(low, b'!');
    let ascii = !word & HIGH;
    ((letter | digit) & ascii, space & ascii)
}

/// Bit n = bit 7 of byte n.
#[inline]
const fn gather(high_bits: u64) -> u64 {
    (high_bits >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// Calls `visit` with each byte offset where a word may start: an ASCII letter or digit not preceded by one, or the first byte of a
/// character outside ASCII. Returns whether the text holds two white space or control characters side by side.
#[inline]
pub fn word_starts(bytes: &[u8], mut visit: impl FnMut(usize)) -> bool {
    let (mut word_before, mut space_before) = (0u64, 0u64);
    let mut runs_of_space = 0;
    let mut block = |at: usize, bytes: [u8; 8], visit: &mut dyn FnMut(usize, u64)| {
        let word = u64::from_le_bytes(bytes);
        let (letters, spaces) = classes(word);
        runs_of_space |= spaces & ((spaces << 8) | space_before);
        space_before = spaces >> 56;
        // Lead bytes have both top bits set.
        let leads = word & (word << 1) & HIGH;
        let starts = gather((letters & !((letters << 8) | word_before)) | leads);
        word_before = letters >> 56;
        if starts != 0 {
            visit(at, starts);
        }
    };
    let mut each = |at: usize, mut starts: u64| {
        while starts != 0 {
            visit(at + starts.trailing_zeros() as usize);
            starts &= starts - 1;
        }
    };
    let (chunks, rest) = bytes.as_chunks::<8>();
    for (index, chunk) in chunks.iter().enumerate() {
        block(index * 8, *chunk, &mut each);
    }
    if !rest.is_empty() {
        let mut last = [b'.'; 8];
        last[..rest.len()].copy_from_slice(rest);
        block(chunks.len() * 8, last, &mut each);
    }
    runs_of_space != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(bytes: &[u8]) -> (Vec<usize>, bool) {
        let word = |at: usize| bytes[at].is_ascii_alphanumeric();
        let starts = (0..bytes.len()).filter(|&at| (word(at) && (at == 0 || !word(at - 1))) || bytes[at] >= 0xc0).collect();
        let space = |at: usize| bytes[at] <= b' ';
        (starts, (1..bytes.len()).any(|at| space(at) && space(at - 1)))
    }

    #[test]
    fn starts_agree_with_a_plain_loop() {
        let mut state = 7u64;
        for length in 0..200 {
            let bytes: Vec<u8> = (0..length)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let byte = (state >> 33) as u8;
                    if byte & 1 == 0 { byte } else { b"aZ09 \n-z{/:@[`"[usize::from(byte >> 1) % 14] }
                })
                .collect();
            let mut starts = Vec::new();
            let runs = word_starts(&bytes, |at| starts.push(at));
            assert_eq!((starts, runs), plain(&bytes));
        }
    }
}
