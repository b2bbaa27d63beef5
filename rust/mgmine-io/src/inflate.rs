//! Unpacking DEFLATE (RFC 1951) into a buffer that keeps its own history.
//!
//! The usual inflaters write into memory of the caller and keep 32 KiB of history beside it, from which matches across
//! calls are copied. The reader's window holds what was unpacked before anyway, so here a match is one copy within one
//! slice, and the inner loop has no case but the two of the format: a literal, or a length and a distance. Codes of up to 11
//! bits are decoded with one look into a table; up to 48 bits, a whole match, come from one 64-bit buffer. The way of the
//! inner loop follows the published ideas of libdeflate.

/// How far back a match can reach: so many bytes before the place to write at must be what was unpacked before.
pub(crate) const HISTORY: usize = 32 << 10;
/// A block's header is never longer than this.
const MAX_HEADER: usize = 1024;
/// Input and output that one turn of the fast loop may touch.
const FAST_INPUT: usize = 32;
const FAST_OUTPUT: usize = 258 + 64;

const LITLEN_BITS: u32 = 11;
const DISTANCE_BITS: u32 = 9;
const LITLEN_SIZE: usize = 4096;
const DISTANCE_SIZE: usize = 1024;

// An entry of a decoding table:
//   literal   LITERAL | value << 16 | code length
//   length    base << 16 | code length << 8 | code length and extra bits
//   distance  base << 16 | code length << 8 | code length and extra bits
//   link      SPECIAL | LINK | first entry of the second table << 16 | its bits << 8 | bits of the first table
//   end       SPECIAL | END | code length
//   no code   SPECIAL
const LITERAL: u32 = 1 << 31;
const SPECIAL: u32 = 1 << 15;
const LINK: u32 = 1 << 14;
const END: u32 = 1 << 13;

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
    litlen: Box<[u32; LITLEN_SIZE]>,
    distance: Box<[u32; DISTANCE_SIZE]>,
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
            litlen: Box::new([SPECIAL; LITLEN_SIZE]),
            distance: Box::new([SPECIAL; DISTANCE_SIZE]),
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
                self.build(&lengths, &[5; 32])?;
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
                // Code lengths are read by a table of their own; its entries are laid out like literals.
                build(&mut table, 7, &code_lengths, Complete::Always, |symbol, length| {
                    LITERAL | (symbol as u32) << 16 | length
                })?;
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
                    let symbol = (entry >> 16 & 0x7fff) as u8;
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
                self.build(&lengths[..litlens], &lengths[litlens..all])?;
            }
            _ => return Err("a block of an unknown kind"),
        }
        self.state = State::Codes;
        Ok(true)
    }

    fn build(&mut self, litlens: &[u8], distances: &[u8]) -> Result<(), Damage> {
        build(&mut self.litlen[..], LITLEN_BITS, litlens, Complete::OrSingle, |symbol, length| match symbol {
            0..256 => LITERAL | (symbol as u32) << 16 | length,
            256 => SPECIAL | END | length,
            _ => match LENGTH_BASE.get(symbol - 257) {
                Some(base) => u32::from(*base) << 16 | length << 8 | (length + u32::from(LENGTH_EXTRA[symbol - 257])),
                None => SPECIAL,
            },
        })?;
        build(
            &mut self.distance[..],
            DISTANCE_BITS,
            distances,
            Complete::OrSingle,
            |symbol, length| match DISTANCE_BASE.get(symbol) {
                Some(base) => u32::from(*base) << 16 | length << 8 | (length + (symbol as u32 / 2).saturating_sub(1)),
                None => SPECIAL,
            },
        )
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
        let (litlens, distances) = (&*self.litlen, &*self.distance);
        // Only the low six bits of `count` count: an entry is subtracted as it is.
        let (mut bits, mut count) = (self.bits, self.count);
        let (mut at, mut end) = (*from, *to);
        let last_input = input.len() - FAST_INPUT;
        let last_output = out.len() - FAST_OUTPUT;
        let mut result = Ok(false);
        // Fills the buffer to 56 bits or more. What lies above them is what will be loaded there again.
        macro_rules! refill {
            () => {
                let Some(bytes) = input.get(at..).and_then(|rest| rest.first_chunk::<8>()) else {
                    result = Err("input ran out");
                    break;
                };
                bits |= u64::from_le_bytes(*bytes) << (count & 63);
                at += 7 - (count >> 3 & 7) as usize;
                count |= 56;
            };
        }
        macro_rules! litlen {
            () => {
                litlens[(bits & ((1 << LITLEN_BITS) - 1)) as usize]
            };
        }
        macro_rules! drop {
            ($entry:expr) => {
                bits >>= $entry & 63;
                count = count.wrapping_sub($entry);
            };
        }
        macro_rules! literal {
            ($entry:expr) => {
                out[end] = ($entry >> 16) as u8;
                end += 1;
            };
        }
        let mut entry = SPECIAL;
        if at <= last_input && end <= last_output {
            // A loop only to be left where the input runs out.
            #[allow(clippy::never_loop)]
            loop {
                refill!();
                entry = litlen!();
                break;
            }
        }
        // `entry` is the next symbol's, not dropped yet. A turn takes 16 bytes of input at most.
        while at <= last_input && end <= last_output {
            let mut saved = bits;
            drop!(entry);
            if entry & LITERAL != 0 {
                literal!(entry);
                entry = litlen!();
                if entry & LITERAL != 0 {
                    drop!(entry);
                    literal!(entry);
                    entry = litlen!();
                    if entry & LITERAL != 0 {
                        drop!(entry);
                        literal!(entry);
                        refill!();
                        entry = litlen!();
                        continue;
                    }
                }
                refill!();
                saved = bits;
                drop!(entry);
            }
            if entry & SPECIAL != 0 {
                if entry & LINK != 0 {
                    let second = bits & ((1 << (entry >> 8 & 0xf)) - 1);
                    entry = litlens[((entry >> 16) + second as u32) as usize & (LITLEN_SIZE - 1)];
                    saved = bits;
                    drop!(entry);
                    if entry & LITERAL != 0 {
                        literal!(entry);
                        refill!();
                        entry = litlen!();
                        continue;
                    }
                }
                if entry & SPECIAL != 0 {
                    result = if entry & END != 0 { Ok(true) } else { Err("a symbol has no code") };
                    break;
                }
            }
            let length = (entry >> 16) as usize + extra(saved, entry);
            // 20 bits of 56 are used at most; a distance needs 28.
            entry = distances[(bits & ((1 << DISTANCE_BITS) - 1)) as usize];
            saved = bits;
            drop!(entry);
            if entry & SPECIAL != 0 {
                if entry & LINK != 0 {
                    let second = bits & ((1 << (entry >> 8 & 0xf)) - 1);
                    entry = distances[((entry >> 16) + second as u32) as usize & (DISTANCE_SIZE - 1)];
                    saved = bits;
                    drop!(entry);
                }
                if entry & SPECIAL != 0 {
                    result = Err("a distance has no code");
                    break;
                }
            }
            let distance = (entry >> 16) as usize + extra(saved, entry);
            if distance > end - floor {
                result = Err("a match reaches back before the start");
                break;
            }
            // The next symbol is looked up while the bytes are copied.
            refill!();
            entry = litlen!();
            copy_match(out, end, distance, length);
            end += length;
        }
        self.count = count & 63;
        self.bits = bits & ((1 << self.count) - 1);
        (*from, *to) = (at, end);
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
            let mut entry = self.litlen[(bits & ((1 << LITLEN_BITS) - 1)) as usize];
            if entry & LITERAL == 0 && entry & LINK != 0 && entry & SPECIAL != 0 {
                let second = bits >> LITLEN_BITS & ((1 << (entry >> 8 & 0xf)) - 1);
                entry = self.litlen[((entry >> 16 & 0x7fff) + second as u32) as usize & (LITLEN_SIZE - 1)];
                bits >>= LITLEN_BITS;
                used += LITLEN_BITS;
            }
            let is_literal = entry & LITERAL != 0;
            if !is_literal && entry & SPECIAL != 0 && entry & END == 0 {
                return if self.count < 15 { Ok(Slow::Stop) } else { Err("a symbol has no code") };
            }
            used += entry & 0x3f;
            if is_literal || entry & SPECIAL != 0 {
                if used > self.count {
                    return Ok(Slow::Stop);
                }
                self.bits >>= used;
                self.count -= used;
                if !is_literal {
                    return Ok(Slow::EndOfBlock);
                }
                out[*to] = (entry >> 16) as u8;
                *to += 1;
                continue;
            }
            let length = (entry >> 16) as usize + extra(bits, entry);
            bits >>= entry & 0x3f;
            let mut entry = self.distance[(bits & ((1 << DISTANCE_BITS) - 1)) as usize];
            if entry & SPECIAL != 0 && entry & LINK != 0 {
                let second = bits >> DISTANCE_BITS & ((1 << (entry >> 8 & 0xf)) - 1);
                entry = self.distance[((entry >> 16) + second as u32) as usize & (DISTANCE_SIZE - 1)];
                bits >>= DISTANCE_BITS;
                used += DISTANCE_BITS;
            }
            if entry & SPECIAL != 0 {
                return if self.count < used + 15 { Ok(Slow::Stop) } else { Err("a distance has no code") };
            }
            let distance = (entry >> 16) as usize + extra(bits, entry);
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

/// The value of the extra bits that stand behind the code of a length or a distance.
#[inline(always)]
fn extra(bits: u64, entry: u32) -> usize {
    ((bits & ((1 << (entry & 0x3f)) - 1)) >> (entry >> 8 & 0xf)) as usize
}

/// Copies `length` bytes, and up to 32 more, from `distance` bytes back.
#[inline(always)]
fn copy_match(out: &mut [u8], end: usize, distance: usize, length: usize) {
    let from = end - distance;
    if distance >= 32 {
        out.copy_within(from..from + 32, end);
        let mut done = 32;
        while done < length {
            out.copy_within(from + done..from + done + 32, end + done);
            done += 32;
        }
    } else if distance >= 8 {
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
        }
        in_length -= 1;
        let reversed = (code.reverse_bits() >> (32 - length as u32)) as usize;
        let wide = length as u32;
        if wide <= bits {
            let value = entry(usize::from(*symbol), wide);
            for slot in table[..size].iter_mut().skip(reversed).step_by(1 << length) {
                *slot = value;
            }
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
        }

        #[test]
        fn agrees_with_another_inflater_on_noise(noise in prop::collection::vec(any::<u8>(), 0..400), room in 1..500_usize) {
            let ours = unpack(&noise, 7, room).ok().map(|(out, _)| out);
            prop_assert!(ours == reference(&noise));
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
