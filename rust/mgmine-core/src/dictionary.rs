//! The token-prefix dictionary: finds the names of a lexicon whose ends are word boundaries, from a handful to millions.
//!
//! Every name is known by its core, the part from its first to its last letter or digit, as folded text. Three sieves, each only
//! reached through the one before:
//!
//! 1. a bitmap of the first four bytes of all cores (and of the first three of shorter ones), a few kilobytes, asked at each
//!    word start of the text: a load, a multiplication, a bit;
//! 2. a hash table of all word prefixes of all cores, walked word by word for as long as some name goes on: one probe a
//!    word, and the names that end there;
//! 3. exact verification of each such name: signs around the core, case, boundaries.
//!
//! Bitmap, table and name lists are flat little-endian arrays, so that a compiled lexicon can be mapped from a file. The table
//! stores 32 bits of each hash; a chance agreement costs a verification and never a wrong match.

use crate::boundary::is_citation;
use crate::lexicon::Names;
use crate::matcher::{Candidate, Matcher, sort, verify};
use crate::normalize::{Folded, KEY, fold_case, is_word};
use crate::token::word_starts;

const MULTIPLIER: u64 = 0xf135_7aea_2e62_a9c5;
const MORE: u32 = 1 << 31;
const LAST: u32 = 1 << 31;
const SLOT: usize = 8;

#[inline]
const fn step(hash: u64, c: u32) -> u64 {
    (hash.rotate_left(5) ^ c as u64).wrapping_mul(MULTIPLIER)
}

/// Spreads the hash over all bits; the low ones choose the slot, the high 32 are stored.
#[inline]
const fn finish(hash: u64) -> u64 {
    let mixed = (hash ^ (hash >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

#[inline]
const fn bit_of(key: u32, bits: u32) -> u32 {
    key.wrapping_mul(0x9e37_79b1) >> (32 - bits)
}

#[inline]
fn get_bit(map: &[u8], bit: u32) -> bool {
    map.get(bit as usize >> 3).is_some_and(|byte| byte >> (bit & 7) & 1 == 1)
}

fn u32_at(bytes: &[u8], index: usize) -> Option<u32> {
    bytes.get(index * 4..index * 4 + 4).map(|four| u32::from_le_bytes(four.try_into().expect("four bytes")))
}

/// The sections of a dictionary as bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Built {
    /// log2 of bitmap sizes, log2 of the slot count, seed: four little-endian u32, u64.
    pub head: Vec<u8>,
    pub bits4: Vec<u8>,
    pub bits3: Vec<u8>,
    pub slots: Vec<u8>,
    pub ends: Vec<u8>,
}

/// The folded core of a name, or `None` if it has no letter or digit.
fn core_of(form: &str) -> Option<Vec<char>> {
    let chars: Vec<char> = Folded::new(form, 0, false).collect();
    let first = chars.iter().position(|&c| is_word(c))?;
    let last = chars.iter().rposition(|&c| is_word(c))?;
    Some(chars[first..=last].to_vec())
}

/// Bytes as the bitmap sees them.
fn key_bytes(chars: &[char]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(8);
    let mut buffer = [0; 4];
    for c in chars.iter().take(4) {
        bytes.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
    }
    bytes.truncate(4);
    bytes
}

/// All values a byte of the text may have, after its bit 5 was set, where the core has `byte`.
fn readings(byte: u8) -> &'static [u8] {
    const SPACES: [u8; 6] = [b' ' | 0x20, b'\t' | 0x20, b'\n' | 0x20, 0x0b | 0x20, 0x0c | 0x20, b'\r' | 0x20];
    const ALL: [u8; 256] = {
        let mut all = [0; 256];
        let mut at = 0;
        while at < 256 {
            all[at] = at as u8 | 0x20;
            at += 1;
        }
        all
    };
    if byte == b' ' { &SPACES } else { std::slice::from_ref(&ALL[byte as usize]) }
}

struct Bitmaps {
    four: std::collections::HashSet<u32>,
    three: std::collections::HashSet<u32>,
}

impl Bitmaps {
    fn add(&mut self, core: &[char]) {
        let bytes = key_bytes(core);
        let (set, length) = if bytes.len() >= 4 { (&mut self.four, 4) } else { (&mut self.three, 3) };
        let any: Vec<u8> = (0..=255u8).filter(|byte| byte & 0x20 != 0).collect();
        let mut keys = vec![0u32];
        for position in 0..length {
            let options = bytes.get(position).map_or(any.as_slice(), |&byte| readings(byte));
            keys = keys
                .iter()
                .flat_map(|key| options.iter().map(move |&byte| key | u32::from(byte) << (8 * position)))
                .collect();
        }
        set.extend(keys);
    }
}

fn bitmap(keys: &std::collections::HashSet<u32>) -> (u32, Vec<u8>) {
    let bits = (keys.len().max(1) * 24).next_power_of_two().ilog2().clamp(13, 22);
    let mut map = vec![0u8; 1 << (bits - 3)];
    for &key in keys {
        let bit = bit_of(key, bits) as usize;
        map[bit >> 3] |= 1 << (bit & 7);
    }
    (bits, map)
}

/// Builds the dictionary of the given names (index and form).
pub(crate) fn build<'n>(names: impl Iterator<Item = (u32, &'n str)> + Clone) -> Built {
    let mut maps = Bitmaps { four: std::collections::HashSet::new(), three: std::collections::HashSet::new() };
    for (_, form) in names.clone() {
        if let Some(core) = core_of(form) {
            maps.add(&core);
        }
    }
    for seed in 1.. {
        if let Some((slots, ends)) = table(names.clone(), seed) {
            let (bits4, map4) = bitmap(&maps.four);
            let (bits3, map3) = bitmap(&maps.three);
            let slot_bits = (slots.len() / SLOT).ilog2();
            let mut head = Vec::new();
            for value in [bits4, bits3, slot_bits, u32::from(!maps.three.is_empty())] {
                head.extend_from_slice(&value.to_le_bytes());
            }
            head.extend_from_slice(&u64::to_le_bytes(seed));
            return Built { head, bits4: map4, bits3: map3, slots, ends };
        }
    }
    unreachable!("some seed has no two prefixes that agree in slot cluster and stored bits")
}

/// Slots and name lists, or `None` if two different prefixes could be taken for each other with this seed.
fn table<'n>(names: impl Iterator<Item = (u32, &'n str)>, seed: u64) -> Option<(Vec<u8>, Vec<u8>)> {
    /// Sorts behind all names: a prefix that goes on.
    const GOES_ON: u32 = u32::MAX;
    let mut prefixes: Vec<(u64, u32)> = Vec::new();
    for (name, form) in names {
        let Some(core) = core_of(form) else { continue };
        let mut hash = seed;
        for (at, &c) in core.iter().enumerate() {
            hash = step(hash, c as u32);
            if at + 1 == core.len() {
                prefixes.push((hash, name));
            } else if is_word(c) && !is_word(core[at + 1]) {
                prefixes.push((hash, GOES_ON));
            }
        }
    }
    prefixes.sort_unstable();
    prefixes.dedup();
    let distinct = prefixes.chunk_by(|a, b| a.0 == b.0).count();
    let slot_count = (distinct.max(1) * 3 / 2 + 1).next_power_of_two();
    let mask = slot_count - 1;
    let mut slots = vec![(0u32, 0u32); slot_count];
    let mut ends: Vec<u32> = Vec::new();
    for group in prefixes.chunk_by(|a, b| a.0 == b.0) {
        let mut value = 0;
        let first = ends.len();
        for &(_, name) in group {
            if name == GOES_ON {
                value |= MORE;
            } else {
                ends.push(name);
            }
        }
        if ends.len() > first {
            value |= u32::try_from(first + 1).ok()?;
            *ends.last_mut()? |= LAST;
        }
        let hash = finish(group[0].0);
        let stored = (hash >> 32) as u32;
        let mut slot = hash as usize & mask;
        while slots[slot].1 != 0 {
            if slots[slot].0 == stored {
                return None;
            }
            slot = (slot + 1) & mask;
        }
        slots[slot] = (stored, value);
    }
    let slots = slots.iter().flat_map(|(stored, value)| [stored.to_le_bytes(), value.to_le_bytes()]).flatten().collect();
    Some((slots, ends.iter().flat_map(|name| name.to_le_bytes()).collect()))
}

/// A dictionary over flat sections.
#[derive(Clone, Copy)]
pub struct Dictionary<'l> {
    names: Names<'l>,
    bits4: &'l [u8],
    bits3: &'l [u8],
    slots: &'l [u8],
    ends: &'l [u8],
    log4: u32,
    log3: u32,
    mask: usize,
    short: bool,
    seed: u64,
}

impl<'l> Dictionary<'l> {
    /// Views sections written by [`build`]; `None` if they do not fit together.
    pub(crate) fn new(
        names: Names<'l>,
        head: &'l [u8],
        [bits4, bits3, slots, ends]: [&'l [u8]; 4],
    ) -> Option<Self> {
        let [log4, log3, slot_bits, short] = [0, 1, 2, 3].map(|index| u32_at(head, index));
        let (log4, log3, slot_bits) = (log4?, log3?, slot_bits?);
        let seed = u64::from_le_bytes(head.get(16..24)?.try_into().ok()?);
        let fits = (3..32).contains(&log4)
            && (3..32).contains(&log3)
            && slot_bits < 32
            && bits4.len() == 1 << (log4 - 3)
            && bits3.len() == 1 << (log3 - 3)
            && slots.len() == SLOT << slot_bits;
        let mask = (1 << slot_bits) - 1;
        fits.then_some(Self { names, bits4, bits3, slots, ends, log4, log3, mask, short: short? != 0, seed })
    }

    /// What the table says of a prefix: index into the name lists plus one (0: no name ends here), and whether names go on.
    #[inline]
    fn probe(&self, hash: u64) -> (u32, bool) {
        let hash = finish(hash);
        let stored = (hash >> 32) as u32;
        let mut slot = hash as usize & self.mask;
        // A full turn ends the search in a table without a free slot, which only a damaged file can hold.
        for _ in 0..=self.mask {
            let bytes: [u8; SLOT] = self.slots[slot * SLOT..slot * SLOT + SLOT].try_into().expect("eight bytes");
            let pair = u64::from_le_bytes(bytes);
            let value = (pair >> 32) as u32;
            if value == 0 {
                return (0, false);
            }
            if pair as u32 == stored {
                return (value & !MORE, value & MORE != 0);
            }
            slot = (slot + 1) & self.mask;
        }
        (0, false)
    }

    /// Names of a list of the table.
    fn list(&self, from: u32) -> impl Iterator<Item = u32> + '_ {
        let mut at = (from as usize).checked_sub(1);
        std::iter::from_fn(move || {
            let entry = u32_at(self.ends, at?)?;
            at = (entry & LAST == 0).then_some(at? + 1);
            Some(entry & !LAST)
        })
    }

    #[inline]
    fn passes(&self, key: u32) -> bool {
        get_bit(self.bits4, bit_of(key, self.log4)) || (self.short && get_bit(self.bits3, bit_of(key & 0x00ff_ffff, self.log3)))
    }

    /// The bitmap key of a word that has characters outside ASCII, or runs of white space, among its first.
    #[cold]
    fn folded_key(text: &str, at: usize) -> u32 {
        let chars: Vec<char> = Folded::new(text, at, false).take(4).collect();
        let mut bytes = [b' '; 4];
        let known = key_bytes(&chars);
        bytes[..known.len()].copy_from_slice(&known);
        u32::from_le_bytes(bytes) | 0x2020_2020
    }

    #[inline]
    fn visit(&self, text: &str, at: usize, out: &mut Vec<Candidate>) {
        let bytes = text.as_bytes();
        let four = match bytes.get(at..at + 4) {
            Some(four) => four.try_into().expect("four bytes"),
            None => {
                let mut four = [b' '; 4];
                four[..bytes.len() - at].copy_from_slice(&bytes[at..]);
                four
            }
        };
        let word = u32::from_le_bytes(four);
        let key = if word & 0x8080_8080 == 0 { word | 0x2020_2020 } else { Self::folded_key(text, at) };
        if self.passes(key) {
            self.walk(text, at, out);
        }
    }

    /// Follows the words from `at` for as long as some name goes on.
    fn walk(&self, text: &str, at: usize, out: &mut Vec<Candidate>) {
        if text[..at].chars().next_back().is_some_and(is_word) {
            return;
        }
        let mut hash = self.seed;
        let mut next = at;
        loop {
            let (word_hash, end, letters) = read_word(text, next, hash);
            if end == next {
                return;
            }
            // A citation number may be glued to the last word of a name.
            if let Some((hash, end)) = letters
                && is_citation(text, end)
            {
                self.verified(self.probe(hash).0, text, at, out);
            }
            let (list, more) = self.probe(word_hash);
            self.verified(list, text, at, out);
            if !more {
                return;
            }
            let Some((separated, start)) = read_signs(text, end, word_hash) else { return };
            (hash, next) = (separated, start);
        }
    }

    fn verified(&self, list: u32, text: &str, at: usize, out: &mut Vec<Candidate>) {
        if list != 0 {
            out.extend(self.list(list).filter_map(|name| verify(self.names, name, text, at)));
        }
    }

    /// The names whose folded, lower-case form is that of `text`, which must be no more than the name.
    pub(crate) fn named(&self, text: &str) -> Vec<u32> {
        let Some(core) = core_of(text) else { return Vec::new() };
        let hash = core.iter().fold(self.seed, |hash, &c| step(hash, c as u32));
        let key: Vec<char> = Folded::new(text, 0, false).collect();
        self.list(self.probe(hash).0)
            .filter(|&name| Folded::new(self.names.form(name).0, 0, false).eq(key.iter().copied()))
            .collect()
    }
}

impl Matcher for Dictionary<'_> {
    fn candidates(&mut self, text: &str, out: &mut Vec<Candidate>) {
        let from = out.len();
        let this = *self;
        let runs_of_space = word_starts(text.as_bytes(), |at| this.visit(text, at, out));
        if runs_of_space {
            // Some word's first bytes may hold a run that counts as one space: look again, folding first. Rare in corpora.
            out.truncate(from);
            word_starts(text.as_bytes(), |at| {
                if this.passes(Self::folded_key(text, at)) {
                    this.walk(text, at, out);
                }
            });
        }
        sort(&mut out[from..]);
    }
}

/// Reads the word at `at`: the hash behind it, its end, and hash and end of its letters if digits follow them to its end.
#[inline]
fn read_word(text: &str, at: usize, mut hash: u64) -> (u64, usize, Option<(u64, usize)>) {
    let bytes = text.as_bytes();
    let mut next = at;
    let mut letters: Option<(u64, usize)> = None;
    while let Some(&byte) = bytes.get(next) {
        let (c, length) = if byte < 128 {
            if !byte.is_ascii_alphanumeric() {
                break;
            }
            (u32::from(KEY[usize::from(byte)]), 1)
        } else {
            let Some(c) = text[next..].chars().next().filter(|&c| is_word(c)) else { break };
            (fold_case(c) as u32, c.len_utf8())
        };
        let is_digit = c.wrapping_sub(u32::from(b'0')) < 10;
        if !is_digit {
            letters = None;
        } else if letters.is_none() && next > at {
            letters = Some((hash, next));
        }
        hash = step(hash, c);
        next += length;
    }
    (hash, next, letters)
}

/// Reads the signs and spaces from `at` to the next word, or `None` at the end of the text.
fn read_signs(text: &str, at: usize, mut hash: u64) -> Option<(u64, usize)> {
    let mut folded = Folded::new(text, at, false);
    loop {
        let before = folded.offset();
        let c = folded.next()?;
        if is_word(c) {
            return Some((hash, before));
        }
        hash = step(hash, c as u32);
    }
}
