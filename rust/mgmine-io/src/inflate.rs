//! Unpacking DEFLATE (RFC 1951) into a buffer that keeps its own history.
//!
//! The usual inflaters write into memory of the caller and keep 32 KiB of history beside it, from which matches across
//! calls are copied. The reader's window holds what was unpacked before anyway, so here a match is one copy within one
//! slice. Codes of up to 11 bits are decoded with one look into a table; up to 48 bits, a whole match, come from one 64-bit
//! buffer. That much follows the published ideas of libdeflate.
//!
//! Text is a mix of literals and matches that no processor foresees, and a wrong guess costs as much as decoding a symbol. So
//! a turn of the inner loop does not ask what comes: it writes up to two literals and copies a match, either of which may be
//! none.

use std::hint::select_unpredictable;

/// How far back a match can reach: so many bytes before the place to write at must be what was unpacked before.
pub(crate) const HISTORY: usize = 32 << 10;
/// A block's header is never longer than this.
const MAX_HEADER: usize = 1024;
/// Input and output that one turn of the fast loop may touch: two literals, and a match in pieces of 32 bytes.
const FAST_INPUT: usize = 32;
const FAST_OUTPUT: usize = 2 + 288;

const LITLEN_BITS: u32 = 11;
const DISTANCE_BITS: u32 = 8;
const LITLEN_SIZE: usize = 4096;
const DISTANCE_SIZE: usize = 1024;

// An entry of a decoding table:
//   literal   value << 24 | value << 16 | code length << 8 | ONE | code length
//   length    base - 3 << 24 | MATCH | code length << 8 | code length and extra bits
//   distance  base << 16 | code length << 8 | code length and extra bits
//   link      SPECIAL | LINK | first entry of the second table << 16 | its bits << 8 | bits of the first table
//   end       SPECIAL | END | code length
//   no code   SPECIAL
// In `pairs`, a literal may stand with the literal or the length behind it: what each has above 24 bits (the second) or up to
// 24 bits (the first), and the sum of the rest.
const SPECIAL: u32 = 1 << 15;
const LINK: u32 = 1 << 14;
const END: u32 = 1 << 13;
const MATCH: u32 = 1 << 14;
/// One literal; two bits count them.
const ONE: u32 = 1 << 6;
/// The distance of no match: some way back, where nothing was written just now.
const NOWHERE: u32 = 1024 << 16;

const LENGTH_BASE: [u16; 29] =
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_EXTRA: [u8; 29] = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE: [u16; 30] = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
    8193, 12289, 16385, 24577,
];
/// The order in which the lengths of the code length code are given.
const ORDER: [u8; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// Why the bytes are not a DEFLATE stream.
pub(crate) type Damage = &'static str;

/// What a call came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// The output is full, or the input is used up.
    More,
    /// The stream has ended.
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Header,
    /// Bytes left of a stored block.
    Stored(usize),
    Codes,
    /// A match that did not fit: bytes left, distance.
    Match(usize, usize),
    End,
}

/// The state of one stream.
pub(crate) struct Inflate {
    state: State,
    last: bool,
    /// Bits read ahead; above `count` they are zero.
    bits: u64,
    count: u32,
    /// Bytes written since the start of the stream, up to `HISTORY`.
    written: usize,
    /// Whether to do without what only some processors have: for tests.
    portable: bool,
    /// What is wrong with the stream; said again at each call.
    damage: Option<Damage>,
    tables: Box<Tables>,
}

struct Tables {
    /// Symbol by symbol, second tables behind the first.
    litlen: [u32; LITLEN_SIZE],
    /// The first table of `litlen`, with two symbols an entry where they fit.
    pairs: [u32; 1 << LITLEN_BITS],
    distance: [u32; DISTANCE_SIZE],
}

impl Inflate {
    pub(crate) fn new() -> Self {
        Self {
            state: State::Header,
            last: false,
            bits: 0,
            count: 0,
            written: 0,
            portable: false,
            damage: None,
            tables: Box::new(Tables {
                litlen: [SPECIAL; LITLEN_SIZE],
                pairs: [SPECIAL; 1 << LITLEN_BITS],
                distance: [SPECIAL; DISTANCE_SIZE],
            }),
        }
    }

    /// Starts a new stream.
    pub(crate) fn reset(&mut self) {
        (self.state, self.last, self.bits, self.count) = (State::Header, false, 0, 0);
        (self.written, self.damage) = (0, None);
    }

    /// Unpacks from `input[*from..]` to `out[*to..]` and moves both. `out[..*to]` must end with what was unpacked before, as
    /// much as there is up to [`HISTORY`]. With `complete`, no input follows.
    ///
    /// Bytes that a complete stream did not need are given back.
    pub(crate) fn run(
        &mut self,
        input: &[u8],
        from: &mut usize,
        out: &mut [u8],
        to: &mut usize,
        complete: bool,
    ) -> Result<Progress, Damage> {
        if let Some(damage) = self.damage {
            return Err(damage);
        }
        let start = *to;
        // How far back a match may reach is counted from the start of the stream.
        let floor = start - self.written.min(start);
        let result = self.run_from(input, from, out, to, floor, complete);
        self.written = (self.written + *to - start).min(HISTORY);
        self.damage = result.err();
        result
    }

    fn run_from(
        &mut self,
        input: &[u8],
        from: &mut usize,
        out: &mut [u8],
        to: &mut usize,
        floor: usize,
        complete: bool,
    ) -> Result<Progress, Damage> {
        loop {
            match self.state {
                State::End => return Ok(Progress::End),
                State::Header => {
                    if !complete && input.len() - *from < MAX_HEADER {
                        return Ok(Progress::More);
                    }
                    let saved = (*from, self.bits, self.count);
                    match self.header(input, from)? {
                        true => {}
                        false => {
                            (*from, self.bits, self.count) = saved;
                            return Ok(Progress::More);
                        }
                    }
                }
                State::Stored(left) => {
                    let count = left.min(input.len() - *from).min(out.len() - *to);
                    out[*to..*to + count].copy_from_slice(&input[*from..*from + count]);
                    *from += count;
                    *to += count;
                    self.state = State::Stored(left - count);
                    if left > count {
                        return Ok(Progress::More);
                    }
                    self.end_block(from);
                }
                State::Match(length, distance) => {
                    let count = length.min(out.len() - *to);
                    for at in *to..*to + count {
                        out[at] = out[at - distance];
                    }
                    *to += count;
                    if length > count {
                        self.state = State::Match(length - count, distance);
                        return Ok(Progress::More);
                    }
                    self.state = State::Codes;
                }
                State::Codes => {
                    let room = input.len() - *from >= FAST_INPUT && out.len() - *to >= FAST_OUTPUT;
                    if room && self.fast(input, from, out, to, floor)? {
                        self.end_block(from);
                        continue;
                    }
                    match self.slow(input, from, out, to, floor)? {
                        Slow::Fast => {}
                        Slow::Stop => return Ok(Progress::More),
                        Slow::EndOfBlock => self.end_block(from),
                    }
                }
            }
        }
    }

    fn end_block(&mut self, from: &mut usize) {
        self.state = State::Header;
        if self.last {
            self.state = State::End;
            // Whole bytes read ahead belong to what follows.
            *from -= (self.count / 8) as usize;
            (self.bits, self.count) = (0, 0);
        }
    }

    /// Adds whole bytes to the bit buffer, as many as fit and there are.
    fn refill(&mut self, input: &[u8], from: &mut usize) {
        while self.count <= 56
            && let Some(byte) = input.get(*from)
        {
            self.bits |= u64::from(*byte) << self.count;
            self.count += 8;
            *from += 1;
        }
    }

    /// Takes up to 16 bits; `None` when the input is used up.
    fn take(&mut self, input: &[u8], from: &mut usize, bits: u32) -> Option<u32> {
        if self.count < bits {
            self.refill(input, from);
            if self.count < bits {
                return None;
            }
        }
        let value = self.bits & ((1 << bits) - 1);
        self.bits >>= bits;
        self.count -= bits;
        Some(value as u32)
    }

    /// Reads the header of a block; `false` when the input ends within it.
    fn header(&mut self, input: &[u8], from: &mut usize) -> Result<bool, Damage> {
        macro_rules! take {
            ($bits:expr) => {
                match self.take(input, from, $bits) {
                    Some(value) => value as usize,
                    None => return Ok(false),
                }
            };
        }
        self.last = take!(1) == 1;
        match take!(2) {
            0 => {
                let odd = self.count % 8;
                let _ = take!(odd);
                let (length, check) = (take!(16), take!(16));
                if length ^ check != 0xffff {
                    return Err("the length of a stored block does not fit");
                }
                // A stored block is copied from the input, so bytes read ahead go back.
                *from -= (self.count / 8) as usize;
                (self.bits, self.count) = (0, 0);
                self.state = State::Stored(length);
                return Ok(true);
            }
            1 => {
                let mut lengths = [8_u8; 288];
                lengths[144..256].fill(9);
                lengths[256..280].fill(7);
                self.tables.build(&lengths, &[5; 32])?;
            }
            2 => {
                let (litlens, distances, codes) = (take!(5) + 257, take!(5) + 1, take!(4) + 4);
                if litlens > 286 || distances > 30 {
                    return Err("too many symbols");
                }
                let mut code_lengths = [0_u8; 19];
                for symbol in &ORDER[..codes] {
                    code_lengths[usize::from(*symbol)] = take!(3) as u8;
                }
                let mut table = [SPECIAL; 128];
                // Code lengths are read by a table of their own; its entries are laid out like distances.
                build(&mut table, 7, &code_lengths, Complete::Always, |symbol, length| (symbol as u32) << 16 | length)?;
                let mut lengths = [0_u8; 286 + 30];
                let all = litlens + distances;
                let mut at = 0;
                while at < all {
                    self.refill(input, from);
                    let entry = table[(self.bits & 127) as usize];
                    if entry & SPECIAL != 0 {
                        return if self.count < 7 { Ok(false) } else { Err("a code length has no code") };
                    }
                    let _ = take!(entry & 0xff);
                    let symbol = (entry >> 16) as u8;
                    let (value, times) = match symbol {
                        0..=15 => (symbol, 1),
                        16 if at == 0 => return Err("a code length repeats nothing"),
                        16 => (lengths[at - 1], 3 + take!(2)),
                        17 => (0, 3 + take!(3)),
                        _ => (0, 11 + take!(7)),
                    };
                    if at + times > all {
                        return Err("too many code lengths");
                    }
                    lengths[at..at + times].fill(value);
                    at += times;
                }
                if lengths[256] == 0 {
                    return Err("a block without an end");
                }
                self.tables.build(&lengths[..litlens], &lengths[litlens..all])?;
            }
            _ => return Err("a block of an unknown kind"),
        }
        self.state = State::Codes;
        Ok(true)
    }

    /// Decodes while there is plenty of input and output; `true` at the end of a block.
    #[inline(never)]
    fn fast(
        &mut self,
        input: &[u8],
        from: &mut usize,
        out: &mut [u8],
        to: &mut usize,
        floor: usize,
    ) -> Result<bool, Damage> {
        #[cfg(target_arch = "x86_64")]
        if !self.portable && std::is_x86_feature_detected!("bmi2") && std::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has what the function is compiled for; it is safe code otherwise.
            #[allow(unsafe_code)]
            return unsafe { self.fast_bmi2(input, from, out, to, floor) };
        }
        self.fast_anywhere(input, from, out, to, floor)
    }

    /// [`Inflate::fast_anywhere`] with shifts that need no register of their own and copies of 32 bytes at once.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "bmi1,bmi2,avx2")]
    fn fast_bmi2(
        &mut self,
        input: &[u8],
        from: &mut usize,
        out: &mut [u8],
        to: &mut usize,
        floor: usize,
    ) -> Result<bool, Damage> {
        self.fast_anywhere(input, from, out, to, floor)
    }

    #[inline(always)]
    fn fast_anywhere(
        &mut self,
        input: &[u8],
        from: &mut usize,
        out: &mut [u8],
        to: &mut usize,
        floor: usize,
    ) -> Result<bool, Damage> {
        let tables = &*self.tables;
        // Only the low six bits of `count` count: an entry is subtracted as it is.
        let (mut bits, mut count) = (self.bits, self.count);
        let mut rest = &input[*from..];
        let out = &mut out[floor..];
        let mut end = *to - floor;
        let mut result = Ok(false);
        // Fills the buffer: 56 bits or more count, and what lies above them is what will be loaded there again.
        macro_rules! refill {
            ($next:expr) => {
                let mut eight = [0; 8];
                eight.copy_from_slice(&$next[..8]);
                bits |= u64::from_le_bytes(eight) << (count & 63);
                rest = &rest[7 - (count >> 3 & 7) as usize..];
                count |= 56;
            };
        }
        macro_rules! pair {
            () => {
                tables.pairs[(bits & ((1 << LITLEN_BITS) - 1)) as usize]
            };
        }
        macro_rules! drop {
            ($entry:expr) => {
                bits >>= $entry & 63;
                count = count.wrapping_sub($entry);
            };
        }
        let Some(next) = rest.first_chunk::<FAST_INPUT>() else { return Ok(false) };
        refill!(next);
        // The entry of a turn is looked up in the turn before, of the 16 bits left there at least.
        let mut coming = pair!();
        while let Some(next) = rest.first_chunk::<FAST_INPUT>()
            && let Some((past, room)) = out.split_at_mut_checked(end)
            && let Some(room) = room.first_chunk_mut::<FAST_OUTPUT>()
        {
            let mut entry = coming;
            let mut saved = bits;
            drop!(entry);
            if entry & SPECIAL != 0 {
                if entry & LINK != 0 {
                    let second = bits & ((1 << (entry >> 8 & 0xf)) - 1);
                    entry = tables.litlen[((entry >> 16) + second as u32) as usize & (LITLEN_SIZE - 1)];
                    saved = bits;
                    drop!(entry);
                }
                if entry & SPECIAL != 0 {
                    result = if entry & END != 0 { Ok(true) } else { Err("a symbol has no code") };
                    break;
                }
            }
            room[..2].copy_from_slice(&((entry >> 16) as u16).to_le_bytes());
            let literals = (entry >> 6 & 3) as usize;
            end += literals;
            let is_match = entry & MATCH != 0;
            let length = match_length(saved, bits, entry);
            let length = select_unpredictable(is_match, length, 0);
            // 20 bits of 64 are used at most; a distance needs 28.
            let distance = tables.distance[(bits & ((1 << DISTANCE_BITS) - 1)) as usize];
            let mut entry = select_unpredictable(is_match, distance, NOWHERE);
            saved = bits;
            drop!(entry);
            if entry & SPECIAL != 0 {
                if entry & LINK != 0 {
                    let second = bits & ((1 << (entry >> 8 & 0xf)) - 1);
                    entry = tables.distance[((entry >> 16) + second as u32) as usize & (DISTANCE_SIZE - 1)];
                    saved = bits;
                    drop!(entry);
                }
                if entry & SPECIAL != 0 {
                    result = Err("a distance has no code");
                    break;
                }
            }
            let distance = (entry >> 16) as usize + extra(saved, bits, entry);
            coming = pair!();
            refill!(next);
            // Beyond `past` if the match reaches back before the start.
            let source = end.wrapping_sub(distance);
            if let Some(bytes) = past.get(source..).and_then(|bytes| bytes.first_chunk::<64>()) {
                room[literals..literals + 64].copy_from_slice(bytes);
                if length > 64 {
                    out.copy_within(source + 64..source + 96, end + 64);
                    out.copy_within(source + 96..source + 128, end + 96);
                    let mut done = 128;
                    while done < length {
                        out.copy_within(source + done..source + done + 32, end + done);
                        done += 32;
                    }
                }
            } else if is_match {
                if distance > end {
                    result = Err("a match reaches back before the start");
                    break;
                }
                copy_near(out, end, distance, length);
            }
            end += length;
        }
        self.count = count & 63;
        self.bits = bits & ((1 << self.count) - 1);
        (*from, *to) = (input.len() - rest.len(), end + floor);
        result
    }

    /// Decodes symbol by symbol, near the end of input or output.
    fn slow(
        &mut self,
        input: &[u8],
        from: &mut usize,
        out: &mut [u8],
        to: &mut usize,
        floor: usize,
    ) -> Result<Slow, Damage> {
        loop {
            if input.len() - *from >= FAST_INPUT && out.len() - *to >= FAST_OUTPUT {
                return Ok(Slow::Fast);
            }
            if *to == out.len() {
                return Ok(Slow::Stop);
            }
            self.refill(input, from);
            // Nothing is taken from the buffer until the whole symbol is known to be there.
            let (mut bits, mut used) = (self.bits, 0);
            let mut entry = self.tables.litlen[(bits & ((1 << LITLEN_BITS) - 1)) as usize];
            if entry & SPECIAL != 0 && entry & LINK != 0 {
                let second = bits >> LITLEN_BITS & ((1 << (entry >> 8 & 0xf)) - 1);
                entry = self.tables.litlen[((entry >> 16) + second as u32) as usize & (LITLEN_SIZE - 1)];
                bits >>= LITLEN_BITS;
                used += LITLEN_BITS;
            }
            let special = entry & SPECIAL != 0;
            if special && entry & END == 0 {
                return if self.count < 15 { Ok(Slow::Stop) } else { Err("a symbol has no code") };
            }
            used += entry & 0x3f;
            if special || entry & MATCH == 0 {
                if used > self.count {
                    return Ok(Slow::Stop);
                }
                self.bits >>= used;
                self.count -= used;
                if special {
                    return Ok(Slow::EndOfBlock);
                }
                out[*to] = (entry >> 16) as u8;
                *to += 1;
                continue;
            }
            let saved = bits;
            bits >>= entry & 0x3f;
            let length = match_length(saved, bits, entry);
            let mut entry = self.tables.distance[(bits & ((1 << DISTANCE_BITS) - 1)) as usize];
            if entry & SPECIAL != 0 && entry & LINK != 0 {
                let second = bits >> DISTANCE_BITS & ((1 << (entry >> 8 & 0xf)) - 1);
                entry = self.tables.distance[((entry >> 16) + second as u32) as usize & (DISTANCE_SIZE - 1)];
                bits >>= DISTANCE_BITS;
                used += DISTANCE_BITS;
            }
            if entry & SPECIAL != 0 {
                return if self.count < used + 15 { Ok(Slow::Stop) } else { Err("a distance has no code") };
            }
            let distance = (entry >> 16) as usize + extra(bits, bits >> (entry & 0x3f), entry);
            used += entry & 0x3f;
            if used > self.count {
                return Ok(Slow::Stop);
            }
            self.bits >>= used;
            self.count -= used;
            if distance > *to - floor {
                return Err("a match reaches back before the start");
            }
            let now = length.min(out.len() - *to);
            for at in *to..*to + now {
                out[at] = out[at - distance];
            }
            *to += now;
            if now < length {
                self.state = State::Match(length - now, distance);
                return Ok(Slow::Stop);
            }
        }
    }
}

enum Slow {
    /// There is room for the fast loop.
    Fast,
    Stop,
    EndOfBlock,
}

/// The value of the extra bits that stand behind the code of a length or a distance; `after` is `bits` without both. Shifts
/// alone take an entry's numbers of bits as they are, without clearing what stands above them.
#[inline(always)]
fn extra(bits: u64, after: u64, entry: u32) -> usize {
    ((bits ^ (after << (entry & 0x3f))) >> (entry >> 8 & 0x3f)) as usize
}

/// The length that an entry with `MATCH` and its extra bits stand for.
#[inline(always)]
fn match_length(bits: u64, after: u64, entry: u32) -> usize {
    (entry >> 24) as usize + 3 + extra(bits, after, entry)
}

/// Copies `length` bytes, and up to 31 more, from `distance` bytes back, which may be less than `length`.
#[inline(always)]
fn copy_near(out: &mut [u8], end: usize, distance: usize, length: usize) {
    let from = end - distance;
    if distance >= 8 {
        let mut done = 0;
        while done < length {
            out.copy_within(from + done..from + done + 8, end + done);
            done += 8;
        }
    } else if distance == 1 {
        let byte = out[from];
        out[end..end + length].fill(byte);
    } else {
        for at in end..end + length {
            out[at] = out[at - distance];
        }
    }
}

impl Tables {
    /// Builds the tables of a block from the code lengths of all symbols.
    fn build(&mut self, litlens: &[u8], distances: &[u8]) -> Result<(), Damage> {
        build(&mut self.litlen, LITLEN_BITS, litlens, Complete::OrSingle, |symbol, length| match symbol {
            0..256 => (symbol as u32) << 24 | (symbol as u32) << 16 | length << 8 | ONE | length,
            256 => SPECIAL | END | length,
            _ => match LENGTH_BASE.get(symbol - 257) {
                Some(base) => {
                    u32::from(base - 3) << 24 | MATCH | length << 8 | (length + u32::from(LENGTH_EXTRA[symbol - 257]))
                }
                None => SPECIAL,
            },
        })?;
        self.build_pairs();
        build(&mut self.distance, DISTANCE_BITS, distances, Complete::OrSingle, |symbol, length| {
            match DISTANCE_BASE.get(symbol) {
                Some(base) => u32::from(*base) << 16 | length << 8 | (length + (symbol as u32 / 2).saturating_sub(1)),
                None => SPECIAL,
            }
        })
    }

    /// Puts the symbol behind a literal into its entry, where the code of both is within the bits of the table.
    fn build_pairs(&mut self) {
        for (index, pair) in self.pairs.iter_mut().enumerate() {
            let entry = self.litlen[index];
            let next = self.litlen[index >> (entry & 0xf)];
            let literal = entry & (SPECIAL | MATCH) == 0;
            // What is SPECIAL has too long a code.
            let fits = (next & (SPECIAL | 0xf00)) + (entry & 0xf00) <= LITLEN_BITS << 8;
            *pair = select_unpredictable(literal && fits, (entry & 0x00ff_ffff) + (next & 0xff00_ffff), entry);
        }
    }
}

/// Which sets of code lengths make a table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Complete {
    /// Every bit pattern must be a code.
    Always,
    /// Or there is no code at all, or a single one of one bit.
    OrSingle,
}

/// Builds a decoding table of `bits` bits, with second tables behind it for longer codes, from the code lengths of all symbols.
fn build(
    table: &mut [u32],
    bits: u32,
    lengths: &[u8],
    complete: Complete,
    entry: impl Fn(usize, u32) -> u32,
) -> Result<(), Damage> {
    let mut counts = [0_u16; 16];
    for length in lengths {
        counts[usize::from(*length)] += 1;
    }
    counts[0] = 0;
    let mut offsets = [0_u16; 17];
    let mut space = 0_u32;
    for length in 1..16 {
        offsets[length + 1] = offsets[length] + counts[length];
        space += u32::from(counts[length]) << (15 - length);
    }
    let codes = usize::from(offsets[16]);
    let size = 1_usize << bits;
    if space != 1 << 15 {
        let single = codes == 0 || (codes == 1 && counts[1] == 1);
        if space > 1 << 15 || complete == Complete::Always || !single {
            return Err("a set of codes is not complete");
        }
        table[..size].fill(SPECIAL);
    }
    // Symbols in the order of their codes.
    let mut sorted = [0_u16; 320];
    for (symbol, length) in lengths.iter().enumerate() {
        if *length > 0 {
            let place = &mut offsets[usize::from(*length)];
            sorted[usize::from(*place)] = symbol as u16;
            *place += 1;
        }
    }
    let mut code = 0_u32;
    let mut length = 0_usize;
    let mut left = counts;
    let (mut prefix, mut second, mut next) = (usize::MAX, 0_usize, size);
    let mut in_length = 0;
    for symbol in &sorted[..codes] {
        while in_length == 0 {
            length += 1;
            code <<= 1;
            in_length = counts[length];
            // A table of one bit more holds each shorter code twice.
            if length as u32 <= bits {
                table.copy_within(..1 << (length - 1), 1 << (length - 1));
            }
        }
        in_length -= 1;
        let reversed = (code.reverse_bits() >> (32 - length as u32)) as usize;
        let wide = length as u32;
        if wide <= bits {
            let value = entry(usize::from(*symbol), wide);
            table[reversed] = value;
        } else {
            if reversed & (size - 1) != prefix {
                // A new second table, wide enough for all codes with this start.
                prefix = reversed & (size - 1);
                second = next;
                let mut second_bits = wide - bits;
                let mut used = u32::from(left[length]);
                while used < 1 << second_bits {
                    second_bits += 1;
                    used = (used << 1) + left.get((bits + second_bits) as usize).map_or(0, |count| u32::from(*count));
                }
                next = second + (1 << second_bits);
                if next > table.len() {
                    return Err("a set of codes is too large");
                }
                table[prefix] = SPECIAL | LINK | (second as u32) << 16 | second_bits << 8 | bits;
            }
            // The bits of the first table are dropped before.
            let value = entry(usize::from(*symbol), wide - bits);
            for slot in table[second..next].iter_mut().skip(reversed >> bits).step_by(1 << (wide - bits)) {
                *slot = value;
            }
        }
        left[length] -= 1;
        code += 1;
    }
    for length in length..bits as usize {
        table.copy_within(..1 << length, 1 << length);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use flate2::Compression;
    use flate2::read::DeflateDecoder;
    use flate2::write::DeflateEncoder;
    use proptest::prelude::*;

    use super::*;

    fn pack(bytes: &[u8], level: u32) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(level));
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// Unpacks with input that comes in pieces and output that is asked for in pieces, keeping no more past than is needed.
    fn unpack(packed: &[u8], piece: usize, room: usize) -> Result<(Vec<u8>, usize), Damage> {
        let mut inflate = Inflate::new();
        inflate.portable = piece % 2 == 1;
        let (mut all, mut from, mut given) = (Vec::new(), 0, piece.min(packed.len()));
        loop {
            let past = all.len().min(HISTORY);
            let mut buffer = all[all.len() - past..].to_vec();
            buffer.resize(past + room, 0);
            let (mut to, before) = (past, from);
            let complete = given == packed.len();
            let progress = inflate.run(&packed[..given], &mut from, &mut buffer, &mut to, complete)?;
            all.extend_from_slice(&buffer[past..to]);
            match progress {
                Progress::End => return Ok((all, from)),
                Progress::More if complete && to == past && from == before => return Err("truncated"),
                Progress::More if to < buffer.len() => given = (given + piece).min(packed.len()),
                Progress::More => {}
            }
        }
    }

    /// What comes out before the stream ends or is found damaged, and the damage. With room for less than a turn of the fast
    /// loop, that loop has no part in it.
    fn until_damage(packed: &[u8], room: usize, portable: bool) -> (Vec<u8>, Option<Damage>) {
        let mut inflate = Inflate::new();
        inflate.portable = portable;
        let (mut all, mut from) = (Vec::new(), 0);
        loop {
            let past = all.len().min(HISTORY);
            let mut buffer = all[all.len() - past..].to_vec();
            buffer.resize(past + room, 0);
            let (mut to, before) = (past, from);
            let progress = inflate.run(packed, &mut from, &mut buffer, &mut to, true);
            all.extend_from_slice(&buffer[past..to]);
            match progress {
                Ok(Progress::More) if to > past || from > before => {}
                Ok(_) => return (all, None),
                Err(damage) => return (all, Some(damage)),
            }
        }
    }

    /// A stream of literals and matches in one block of fixed codes.
    struct Fixed {
        bytes: Vec<u8>,
        bits: u32,
    }

    impl Fixed {
        fn new() -> Self {
            let mut fixed = Self { bytes: Vec::new(), bits: 0 };
            fixed.put(0b011, 3);
            fixed
        }

        fn put(&mut self, value: usize, bits: u32) {
            for bit in 0..bits {
                if self.bits.is_multiple_of(8) {
                    self.bytes.push(0);
                }
                *self.bytes.last_mut().unwrap() |= ((value >> bit & 1) as u8) << (self.bits % 8);
                self.bits += 1;
            }
        }

        fn code(&mut self, code: usize, bits: u32) {
            self.put(code.reverse_bits() >> (usize::BITS - bits), bits);
        }

        fn symbol(&mut self, symbol: usize) {
            match symbol {
                0..144 => self.code(0x30 + symbol, 8),
                144..256 => self.code(0x190 + symbol - 144, 9),
                256..280 => self.code(symbol - 256, 7),
                _ => self.code(0xc0 + symbol - 280, 8),
            }
        }

        fn matched(&mut self, length: usize, distance: usize) {
            let at = LENGTH_BASE.iter().rposition(|base| usize::from(*base) <= length).unwrap();
            self.symbol(257 + at);
            self.put(length - usize::from(LENGTH_BASE[at]), u32::from(LENGTH_EXTRA[at]));
            let at = DISTANCE_BASE.iter().rposition(|base| usize::from(*base) <= distance).unwrap();
            self.code(at, 5);
            self.put(distance - usize::from(DISTANCE_BASE[at]), (at as u32 / 2).saturating_sub(1));
        }

        fn end(mut self) -> Vec<u8> {
            self.symbol(256);
            self.bytes
        }
    }

    fn reference(packed: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        DeflateDecoder::new(packed).read_to_end(&mut out).ok()?;
        Some(out)
    }

    /// Bytes with repeats near and far, runs, and codes of all lengths.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            prop::collection::vec(any::<u8>(), 0..300),
            (any::<u8>(), 1..2000_usize).prop_map(|(byte, length)| vec![byte; length]),
            (prop::collection::vec(b'a'..=b'f', 1..40), 1..200_usize).prop_map(|(word, times)| word.repeat(times)),
            prop::collection::vec(prop_oneof![40 => Just(b' '), 8 => b'a'..=b'e', 1 => any::<u8>()], 0..3000),
        ];
        prop::collection::vec(piece, 0..12).prop_flat_map(|pieces| {
            let all = pieces.concat();
            (Just(all), any::<bool>()).prop_map(|(all, twice)| if twice { [&all[..], &all[..]].concat() } else { all })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn gives_back_what_was_packed(bytes in bytes(), level in 0..10_u32, piece in 1..5000_usize, room in 1..5000_usize) {
            let packed = pack(&bytes, level);
            let mut longer = packed.clone();
            longer.extend_from_slice(b"what follows");
            let (out, used) = unpack(&longer, piece, room).unwrap();
            prop_assert!(out == bytes);
            prop_assert_eq!(used, packed.len());
            let (out, _) = unpack(&longer, usize::MAX / 2, 1 << 20).unwrap();
            prop_assert!(out == bytes);
        }

        #[test]
        fn agrees_with_another_inflater_on_damaged_streams(
            bytes in bytes(),
            level in 1..10_u32,
            at: prop::sample::Index,
            bit in 0..8_u32,
            piece in 1..5000_usize,
            room in 1..5000_usize,
        ) {
            let mut packed = pack(&bytes, level);
            let at = at.index(packed.len());
            packed[at] ^= 1 << bit;
            let ours = unpack(&packed, piece, room).ok().map(|(out, _)| out);
            prop_assert!(ours == reference(&packed));
            let by_symbols = until_damage(&packed, FAST_OUTPUT - 1, false);
            prop_assert!(until_damage(&packed, 1 << 20, false) == by_symbols);
            prop_assert!(until_damage(&packed, 1 << 20, true) == by_symbols);
        }

        #[test]
        fn a_pair_is_its_two_symbols(bytes in bytes(), level in 1..10_u32) {
            let mut inflate = Inflate::new();
            let (mut from, mut to) = (0, 0);
            let packed = pack(&bytes, level);
            inflate.run(&packed, &mut from, &mut vec![0; bytes.len() + 1], &mut to, true).unwrap();
            let tables = &inflate.tables;
            let code_length = |entry: u32| entry >> 8 & 0xf;
            let is_literal = |entry: u32| entry & (SPECIAL | MATCH) == 0;
            for index in 0..1 << LITLEN_BITS {
                let (pair, first) = (tables.pairs[index], tables.litlen[index]);
                let second = tables.litlen[index >> code_length(first)];
                let fits = second & SPECIAL == 0 && code_length(first) + code_length(second) <= LITLEN_BITS;
                if !is_literal(first) || !fits {
                    prop_assert_eq!(pair, first);
                    continue;
                }
                prop_assert_eq!(pair & SPECIAL, 0);
                prop_assert_eq!(pair >> 16 & 0xff, first >> 16 & 0xff);
                prop_assert_eq!(pair >> 24, second >> 24);
                prop_assert_eq!(pair & MATCH, second & MATCH);
                prop_assert_eq!((pair / ONE) & 3, 1 + u32::from(is_literal(second)));
                prop_assert_eq!(code_length(pair), code_length(first) + code_length(second));
                prop_assert_eq!(pair & 0x3f, (first & 0x3f) + (second & 0x3f));
            }
        }

        #[test]
        fn agrees_with_another_inflater_on_noise(noise in prop::collection::vec(any::<u8>(), 0..400), room in 1..500_usize) {
            let ours = unpack(&noise, 7, room).ok().map(|(out, _)| out);
            prop_assert!(ours == reference(&noise));
        }
    }

    #[test]
    fn matches_of_all_lengths_and_near_distances() {
        let start: Vec<u8> = (0..200_u8).map(|n| n.wrapping_mul(89)).collect();
        for length in 3..=258 {
            for literals in 0..4 {
                let mut stream = Fixed::new();
                let mut plain = start.clone();
                start.iter().for_each(|byte| stream.symbol(usize::from(*byte)));
                for distance in (1..=140).chain([199]) {
                    stream.matched(length, distance);
                    (0..length).for_each(|_| plain.push(plain[plain.len() - distance]));
                    for literal in 0..literals {
                        stream.symbol(literal + distance);
                        plain.push((literal + distance) as u8);
                    }
                }
                let packed = stream.end();
                assert!(reference(&packed).unwrap() == plain);
                for portable in [false, true] {
                    assert!(until_damage(&packed, 1 << 17, portable) == (plain.clone(), None), "{length}, {literals}");
                }
            }
        }
    }

    #[test]
    fn no_match_reaches_before_the_start() {
        for (before, distance) in [(0, 1), (1, 2), (5, 6), (63, 64), (64, 70), (300, 301), (300, 32768)] {
            let mut stream = Fixed::new();
            (0..before).for_each(|_| stream.symbol(usize::from(b'x')));
            stream.matched(10, distance);
            (0..1000).for_each(|_| stream.symbol(usize::from(b'y')));
            let packed = stream.end();
            for (room, portable) in [(100, false), (1 << 16, false), (1 << 16, true)] {
                let (out, damage) = until_damage(&packed, room, portable);
                assert_eq!(out, vec![b'x'; before]);
                assert_eq!(damage, Some("a match reaches back before the start"));
            }
        }
    }

    #[test]
    fn every_cut_is_noticed() {
        let bytes: Vec<u8> = (0..9000_u32).flat_map(|n| format!("{} ", n * n % 977).into_bytes()).collect();
        for level in [0, 1, 6] {
            let packed = pack(&bytes, level);
            for cut in (0..packed.len()).step_by(7).chain(packed.len() - 3..packed.len()) {
                assert_eq!(unpack(&packed[..cut], 1000, 3000).err(), Some("truncated"), "{cut} of {}", packed.len());
            }
        }
    }
}
