//! Words: the inner loop of the scan.
//!
//! [`word_runs`] classifies 64 bytes at a time into bits (with SSE2, which every x86-64 processor has, or with plain integer
//! arithmetic elsewhere; nothing to dispatch) and calls back with each run of letters and digits. Bytes outside ASCII count
//! as such, for whether a character there is a letter is only worth asking where it matters.

/// Bits by plain integer arithmetic, eight bytes at a time.
#[cfg_attr(all(target_arch = "x86_64", not(test)), allow(dead_code))]
mod plain {
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

    pub fn bits(block: &[u8; 64]) -> u64 {
        let mut all = 0;
        for (index, eight) in block.as_chunks::<8>().0.iter().enumerate() {
            let word = u64::from_le_bytes(*eight);
            let low = word & !HIGH;
            let lower = low | (0x20 * REPEAT);
            let letter = at_least(lower, b'a') & !at_least(lower, b'z' + 1);
            let digit = at_least(low, b'0') & !at_least(low, b'9' + 1);
            all |= gather(letter | digit | word) << (8 * index);
        }
        all
    }
}

/// The same, sixteen bytes at a time.
#[cfg(target_arch = "x86_64")]
mod sse2 {
    use std::arch::x86_64::{
        __m128i, _mm_cmpeq_epi8, _mm_min_epu8, _mm_movemask_epi8, _mm_or_si128, _mm_set_epi64x, _mm_set1_epi8,
        _mm_sub_epi8,
    };

    #[inline]
    #[target_feature(enable = "sse2")]
    fn at_most(bytes: __m128i, most: u8) -> __m128i {
        _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(most as i8)), bytes)
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    pub fn bits(block: &[u8; 64]) -> u64 {
        let mut all = 0;
        for (index, halves) in block.as_chunks::<8>().0.as_chunks::<2>().0.iter().enumerate() {
            let bytes = _mm_set_epi64x(i64::from_le_bytes(halves[1]), i64::from_le_bytes(halves[0]));
            let lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
            let letter = at_most(_mm_sub_epi8(lower, _mm_set1_epi8(b'a' as i8)), 25);
            let digit = at_most(_mm_sub_epi8(bytes, _mm_set1_epi8(b'0' as i8)), 9);
            let any = _mm_or_si128(_mm_or_si128(letter, digit), bytes);
            all |= u64::from(_mm_movemask_epi8(any) as u16) << (16 * index);
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
use plain::bits;

/// Bit n says whether byte n is a letter, a digit or outside ASCII.
#[cfg(target_arch = "x86_64")]
#[inline]
#[allow(unsafe_code)]
fn bits(block: &[u8; 64]) -> u64 {
    #[cfg(test)]
    if PLAINLY.get() {
        return plain::bits(block);
    }
    // SAFETY: the only demand is that the processor has SSE2, and every x86-64 processor does.
    unsafe { sse2::bits(block) }
}

/// Calls `visit` with start and end of each run of bytes that are ASCII letters or digits or no ASCII, in order.
#[inline]
pub fn word_runs(bytes: &[u8], mut visit: impl FnMut(usize, usize)) {
    let (mut before, mut open) = (0_u64, 0);
    let (blocks, rest) = bytes.as_chunks::<64>();
    let mut last = [b'.'; 64];
    last[..rest.len()].copy_from_slice(rest);
    for (index, block) in blocks.iter().chain(std::iter::once(&last)).enumerate() {
        let run = bits(block);
        let shifted = run << 1 | before;
        let (mut starts, mut ends) = (run & !shifted, !run & shifted);
        let base = index * 64;
        if before != 0 && ends != 0 {
            visit(open, base + ends.trailing_zeros() as usize);
            ends &= ends - 1;
        }
        while ends != 0 {
            visit(base + starts.trailing_zeros() as usize, base + ends.trailing_zeros() as usize);
            starts &= starts - 1;
            ends &= ends - 1;
        }
        if starts != 0 {
            open = base + starts.trailing_zeros() as usize;
        }
        before = run >> 63;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naive(bytes: &[u8]) -> Vec<(usize, usize)> {
        let word = |at: usize| bytes[at].is_ascii_alphanumeric() || bytes[at] >= 0x80;
        let starts = (0..bytes.len()).filter(|&at| word(at) && (at == 0 || !word(at - 1)));
        starts.map(|start| (start, (start..bytes.len()).find(|&at| !word(at)).unwrap_or(bytes.len()))).collect()
    }

    fn texts() -> impl Iterator<Item = Vec<u8>> {
        let mut state = 7u64;
        (0..400).map(move |length| {
            (0..length)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let byte = (state >> 33) as u8;
                    let common = b"aZ09 \n-z{/:@[`aaaaaaaaaaaaaaaaaaaaaaaaaaa";
                    let few = if length % 3 == 0 { 14 } else { common.len() };
                    if byte & 7 == 0 { byte } else { common[usize::from(byte >> 3) % few] }
                })
                .collect()
        })
    }

    #[test]
    fn runs_agree_with_a_plain_loop() {
        for bytes in
            texts().chain([vec![b'a'; 64], vec![b'a'; 128], vec![b'a'; 200], [vec![b'a'; 64], vec![b' '; 64]].concat()])
        {
            let runs = || {
                let mut runs = Vec::new();
                word_runs(&bytes, |start, end| runs.push((start, end)));
                runs
            };
            assert_eq!(runs(), naive(&bytes));
            assert_eq!(plainly(runs), naive(&bytes));
        }
    }

    #[test]
    fn both_ways_to_classify_agree() {
        for bytes in texts() {
            for block in bytes.as_chunks::<64>().0 {
                assert_eq!(bits(block), plain::bits(block));
            }
        }
        for byte in 0..=255u8 {
            assert_eq!(bits(&[byte; 64]), plain::bits(&[byte; 64]), "{byte:#x}");
        }
    }
}
