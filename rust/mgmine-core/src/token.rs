//! Word starts: the inner loop of the scan.
//!
//! A word is a run of letters and digits. [`word_starts`] classifies 64 bytes at a time into bit masks (with SSE2, which every
//! x86-64 processor has, or with plain integer arithmetic elsewhere; nothing to dispatch) and calls back at
//! each place where a word may start. A character outside ASCII counts as a possible start of its own, since whether it is a
//! letter is only worth asking where a name may match.

/// Bit n of each mask speaks of byte n.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Masks {
    /// ASCII letters and digits.
    word: u64,
    /// First bytes of characters outside ASCII.
    lead: u64,
    /// White space and control characters.
    space: u64,
    /// Those of them other than the space and the newline.
    odd: u64,
}

/// Masks by plain integer arithmetic, eight bytes at a time.
#[cfg_attr(all(target_arch = "x86_64", not(test)), allow(dead_code))]
mod plain {
    use super::Masks;

    const REPEAT: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * REPEAT;

    /// Bit 7 of each byte of the result says whether the byte, of seven bits, is at least `than`.
    const fn at_least(low: u64, than: u8) -> u64 {
        low + REPEAT * (128 - than as u64)
    }

    /// Bit n = bit 7 of byte n.
    const fn gather(high_bits: u64) -> u64 {
        ((high_bits & HIGH) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
    }

    pub fn masks(block: &[u8; 64]) -> Masks {
        let mut all = Masks::default();
        for (index, eight) in block.as_chunks::<8>().0.iter().enumerate() {
            let word = u64::from_le_bytes(*eight);
            let low = word & !HIGH;
            let lower = low | (0x20 * REPEAT);
            let letter = at_least(lower, b'a') & !at_least(lower, b'z' + 1);
            let digit = at_least(low, b'0') & !at_least(low, b'9' + 1);
            let newline = !at_least(low ^ (b'\n' as u64 * REPEAT), 1);
            let control = !at_least(low, b' ') & !newline;
            let shift = 8 * index;
            all.word |= gather((letter | digit) & !word) << shift;
            all.lead |= gather(word & (word << 1)) << shift;
            all.space |= gather(!at_least(low, b'!') & !word) << shift;
            all.odd |= gather(control & !word) << shift;
        }
        all
    }
}

/// The same, sixteen bytes at a time.
#[cfg(target_arch = "x86_64")]
mod sse2 {
    use std::arch::x86_64::{
        __m128i, _mm_andnot_si128, _mm_cmpeq_epi8, _mm_max_epu8, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128,
        _mm_set_epi64x, _mm_set1_epi8, _mm_sub_epi8,
    };

    use super::Masks;

    #[inline]
    #[target_feature(enable = "sse2")]
    fn at_most(bytes: __m128i, most: u8) -> __m128i {
        _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(most as i8)), bytes)
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn gather(bytes: __m128i) -> u64 {
        u64::from(_mm_movemask_epi8(bytes) as u16)
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    pub fn masks(block: &[u8; 64]) -> Masks {
        let mut all = Masks::default();
        for (index, halves) in block.as_chunks::<8>().0.as_chunks::<2>().0.iter().enumerate() {
            let bytes = _mm_set_epi64x(i64::from_le_bytes(halves[1]), i64::from_le_bytes(halves[0]));
            let lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
            let letter = at_most(_mm_sub_epi8(lower, _mm_set1_epi8(b'a' as i8)), 25);
            let digit = at_most(_mm_sub_epi8(bytes, _mm_set1_epi8(b'0' as i8)), 9);
            let lead = _mm_cmpeq_epi8(_mm_max_epu8(bytes, _mm_set1_epi8(0xc0_u8 as i8)), bytes);
            let newline = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(b'\n' as i8));
            let shift = 16 * index;
            all.word |= gather(_mm_or_si128(letter, digit)) << shift;
            all.lead |= gather(lead) << shift;
            all.space |= gather(at_most(bytes, b' ')) << shift;
            all.odd |= gather(_mm_andnot_si128(newline, at_most(bytes, b' ' - 1))) << shift;
        }
        all
    }
}

#[cfg(test)]
thread_local! {
    static PLAINLY: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Runs `work` without vector instructions, as on a processor that has none of those used here.
#[cfg(test)]
pub(crate) fn plainly<T>(work: impl FnOnce() -> T) -> T {
    PLAINLY.set(true);
    let result = work();
    PLAINLY.set(false);
    result
}

#[cfg(not(target_arch = "x86_64"))]
use plain::masks;

#[cfg(target_arch = "x86_64")]
#[inline]
#[allow(unsafe_code)]
fn masks(block: &[u8; 64]) -> Masks {
    #[cfg(test)]
    if PLAINLY.get() {
        return plain::masks(block);
    }
    // SAFETY: the only demand is that the processor has SSE2, and every x86-64 processor does.
    unsafe { sse2::masks(block) }
}

/// Calls `visit` with each byte offset where a word may start: an ASCII letter or digit not preceded by one, or the first byte of a
/// character outside ASCII. Returns whether the white space is odd: two white space or control characters side by side, or one
/// that is neither space nor newline.
#[inline]
pub fn word_starts(bytes: &[u8], mut visit: impl FnMut(usize)) -> bool {
    let (mut word_before, mut space_before, mut odd) = (0u64, 0u64, 0u64);
    let (blocks, rest) = bytes.as_chunks::<64>();
    let mut last = [b'.'; 64];
    last[..rest.len()].copy_from_slice(rest);
    for (index, block) in blocks.iter().chain(std::iter::once(&last)).enumerate() {
        let Masks { word, lead, space, odd: control } = masks(block);
        let mut starts = word & !((word << 1) | word_before) | lead;
        odd |= control | space & ((space << 1) | space_before);
        word_before = word >> 63;
        space_before = space >> 63;
        while starts != 0 {
            visit(index * 64 + starts.trailing_zeros() as usize);
            starts &= starts - 1;
        }
    }
    odd != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naive(bytes: &[u8]) -> (Vec<usize>, bool) {
        let word = |at: usize| bytes[at].is_ascii_alphanumeric();
        let starts =
            (0..bytes.len()).filter(|&at| (word(at) && (at == 0 || !word(at - 1))) || bytes[at] >= 0xc0).collect();
        let space = |at: usize| bytes[at] <= b' ';
        let pair = (1..bytes.len()).any(|at| space(at) && space(at - 1));
        (starts, pair || bytes.iter().any(|&byte| byte < b' ' && byte != b'\n'))
    }

    fn texts() -> impl Iterator<Item = Vec<u8>> {
        let mut state = 7u64;
        (0..400).map(move |length| {
            (0..length)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let byte = (state >> 33) as u8;
                    if byte & 7 == 0 { byte } else { b"aZ09 \n-z{/:@[`"[usize::from(byte >> 3) % 14] }
                })
                .collect()
        })
    }

    #[test]
    fn starts_agree_with_a_plain_loop() {
        for bytes in texts() {
            let starts = || {
                let mut starts = Vec::new();
                let odd = word_starts(&bytes, |at| starts.push(at));
                (starts, odd)
            };
            assert_eq!(starts(), naive(&bytes));
            assert_eq!(plainly(starts), naive(&bytes));
        }
    }

    #[test]
    fn both_ways_to_classify_agree() {
        for bytes in texts() {
            for block in bytes.as_chunks::<64>().0 {
                assert_eq!(masks(block), plain::masks(block));
            }
        }
        for byte in 0..=255u8 {
            assert_eq!(masks(&[byte; 64]), plain::masks(&[byte; 64]), "{byte:#x}");
        }
    }
}
