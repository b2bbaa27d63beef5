//! The token-prefix dictionary: finds the names of a lexicon whose ends are word boundaries, from a handful to millions.
//!
//! Every name is known by its core, the part from its first to its last letter or digit, as folded text. Three sieves, each only
//! reached through the one before:
//!
//! 1. a bitmap of the first four bytes of all cores, a few kilobytes, asked at each word start of the text: a load, a
//!    multiplication, a bit; where it says yes, a second one of the first eight bytes (four of shorter cores);
//! 2. a hash table of all word prefixes of all cores, walked word by word for as long as some name goes on: one probe a
//!    word, and the names that end there;
//! 3. exact verification of each such name: signs around the core, case, boundaries.
//!
//! Bitmap, table and name lists are flat little-endian arrays, so that a compiled lexicon can be mapped from a file. The table
//! stores 32 bits of each hash; a chance agreement costs a verification and never a wrong match.

use std::collections::HashSet;

use crate::boundary::is_citation;
use crate::lexicon::Names;
use crate::matcher::{Candidate, Matcher, sort, verify};
use crate::normalize::{Folded, KEY, fold_case, is_word};
use crate::token::word_starts;

const MULTIPLIER: u64 = 0xf135_7aea_2e62_a9c5;
const MORE: u32 = 1 << 31;
const LAST: u32 = 1 << 31;
/// The name's form and case policy are those of the name before it in the list.
const SAME: u32 = 1 << 30;
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
const fn bit_of_eight(key: u64, bits: u32) -> u32 {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - bits)) as u32
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
    /// log2 of bitmap sizes, log2 of the slot count, zero, seed, single-letter cores: four little-endian u32, two u64.
    pub head: Vec<u8>,
    /// The first bitmap.
    pub bits4: Vec<u8>,
    /// The second one.
    pub bits8: Vec<u8>,
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

/// First bytes of a core, at most eight.
fn first_bytes(core: impl Iterator<Item = char>) -> ([u8; 8], usize) {
    let mut bytes = [b' '; 8];
    let mut length = 0;
    let mut buffer = [0; 4];
    for c in core {
        for &byte in c.encode_utf8(&mut buffer).as_bytes() {
            if length == 8 {
                return (bytes, length);
            }
            bytes[length] = byte;
            length += 1;
        }
    }
    (bytes, length)
}

/// Bit 5 of each byte: set, it makes the two cases of a letter one, and keeps most other signs apart.
const SPREAD: u64 = 0x2020_2020_2020_2020;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Keys of both bitmaps. Both are asked about ASCII only; a core with other characters among its first is not entered, for
/// words that have such characters after folding are never sieved.
#[derive(Default)]
struct Keys {
    seen: HashSet<([u8; 8], usize)>,
    first: HashSet<u32>,
    second: HashSet<u64>,
    /// Letters and digits that are cores by themselves: bit n for digit n, bit 10 + n for the letter number n.
    singles: u64,
}

/// The bit of a word of one letter or digit in the mask of such cores.
#[inline]
const fn single_bit(byte: u8) -> u64 {
    match byte {
        b'0'..=b'9' => 1 << (byte - b'0'),
        b'a'..=b'z' => 1 << (10 + byte - b'a'),
        b'A'..=b'Z' => 1 << (10 + byte - b'A'),
        _ => 0,
    }
}

/// Marks keys of four bytes in the second bitmap.
const FOUR: u64 = 1 << 63;

impl Keys {
    fn add(&mut self, core: &[char]) {
        let (bytes, length) = first_bytes(core.iter().copied());
        if !bytes.is_ascii() || !self.seen.insert((bytes, length)) {
            return;
        }
        if length == 1 {
            // Too many keys would have to be entered.
            self.singles |= single_bit(bytes[0]);
            return;
        }
        let known = if length >= 8 { 8 } else { 4 };
        let any: Vec<u8> = (0..128u8).filter(|byte| byte & 0x20 != 0).collect();
        // Behind a core of one or two bytes stands no letter or digit, behind one of three perhaps a citation number.
        let behind: Vec<u8> = (0..128u8)
            .filter(|byte| !byte.is_ascii_alphanumeric() || length == 3 && byte.is_ascii_digit())
            .map(|byte| byte | 0x20)
            .collect();
        let mut keys = vec![0u64];
        for (position, &byte) in bytes.iter().enumerate().take(known) {
            // A space of the core may be a newline of the text; whatever else counts as one is looked at after folding.
            let options: &[u8] = match byte {
                _ if position == length => &behind,
                _ if position > length => &any,
                b' ' => &[b' ', b'\n' | 0x20],
                _ => &[byte | 0x20],
            };
            keys = keys
                .iter()
                .flat_map(|key| options.iter().map(move |&byte| key | u64::from(byte) << (8 * position)))
                .collect();
        }
        for key in keys {
            self.first.insert(key as u32);
            self.second.insert(if known == 8 { key } else { key | FOUR });
        }
    }
}

fn bitmap(
    bits: impl ExactSizeIterator<Item = u64>,
    per_key: usize,
    most: u32,
    bit_of: impl Fn(u64, u32) -> u32,
) -> (u32, Vec<u8>) {
    let log = (bits.len().max(1) * per_key).next_power_of_two().ilog2().clamp(13, most);
    let mut map = vec![0u8; 1 << (log - 3)];
    for key in bits {
        let bit = bit_of(key, log) as usize;
        map[bit >> 3] |= 1 << (bit & 7);
    }
    (log, map)
}

/// Builds the dictionary of the given names: index, form, and whether case matters.
pub(crate) fn build<'n>(names: impl Iterator<Item = (u32, &'n str, bool)> + Clone) -> Built {
    let mut keys = Keys::default();
    for (_, form, _) in names.clone() {
        if let Some(core) = core_of(form) {
            keys.add(&core);
        }
    }
    for seed in 1.. {
        if let Some((slots, ends)) = table(names.clone(), seed) {
            let (log4, bits4) =
                bitmap(keys.first.iter().map(|&key| u64::from(key)), 24, 22, |key, log| bit_of(key as u32, log));
            let (log8, bits8) = bitmap(keys.second.iter().copied(), 16, 25, bit_of_eight);
            let slot_bits = (slots.len() / SLOT).ilog2();
            let mut head = Vec::new();
            for value in [log4, log8, slot_bits, 0] {
                head.extend_from_slice(&value.to_le_bytes());
            }
            head.extend_from_slice(&u64::to_le_bytes(seed));
            head.extend_from_slice(&keys.singles.to_le_bytes());
            return Built { head, bits4, bits8, slots, ends };
        }
    }
    unreachable!("some seed has no two prefixes that agree in slot cluster and stored bits")
}

/// Slots and name lists, or `None` if two different prefixes could be taken for each other with this seed.
fn table<'n>(names: impl Iterator<Item = (u32, &'n str, bool)>, seed: u64) -> Option<(Vec<u8>, Vec<u8>)> {
    /// Sorts behind all names: a prefix that goes on.
    const GOES_ON: u32 = u32::MAX;
    let mut prefixes: Vec<(u64, u32)> = Vec::new();
    let mut forms: Vec<(u32, &str, bool)> = Vec::new();
    for (name, form, exact) in names {
        forms.push((name, form, exact));
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
    let mut place = vec![0u32; forms.last().map_or(0, |last| last.0 as usize + 1)];
    for (at, form) in forms.iter().enumerate() {
        place[form.0 as usize] = u32::try_from(at).ok()?;
    }
    let distinct = prefixes.chunk_by(|a, b| a.0 == b.0).count();
    let slot_count = (distinct.max(1) * 3 / 2 + 1).next_power_of_two();
    let mask = slot_count - 1;
    let mut slots = vec![(0u32, 0u32); slot_count];
    let mut ends: Vec<u32> = Vec::new();
    for group in prefixes.chunk_by(|a, b| a.0 == b.0) {
        let mut value = 0;
        let first = ends.len();
        let mut here: Vec<(&str, bool, u32)> = Vec::new();
        for &(_, name) in group {
            if name == GOES_ON {
                value |= MORE;
            } else {
                let (_, form, exact) = forms[place[name as usize] as usize];
                here.push((form, exact, name));
            }
        }
        // Names that many concepts share are verified once.
        here.sort_unstable();
        for (at, &(form, exact, name)) in here.iter().enumerate() {
            let same = at > 0 && (here[at - 1].0, here[at - 1].1) == (form, exact);
            ends.push(if same { name | SAME } else { name });
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
    let slots =
        slots.iter().flat_map(|(stored, value)| [stored.to_le_bytes(), value.to_le_bytes()]).flatten().collect();
    Some((slots, ends.iter().flat_map(|name| name.to_le_bytes()).collect()))
}

/// A dictionary over flat sections.
#[derive(Clone, Copy)]
pub struct Dictionary<'l> {
    names: Names<'l>,
    bits4: &'l [u8],
    bits8: &'l [u8],
    slots: &'l [u8],
    ends: &'l [u8],
    log4: u32,
    log8: u32,
    mask: usize,
    seed: u64,
    singles: u64,
}

impl<'l> Dictionary<'l> {
    /// Views sections written by [`build`]; `None` if they do not fit together.
    pub(crate) fn new(names: Names<'l>, head: &'l [u8], [bits4, bits8, slots, ends]: [&'l [u8]; 4]) -> Option<Self> {
        let [log4, log8, slot_bits] = [0, 1, 2].map(|index| u32_at(head, index));
        let (log4, log8, slot_bits) = (log4?, log8?, slot_bits?);
        let seed = u64::from_le_bytes(head.get(16..24)?.try_into().ok()?);
        let singles = u64::from_le_bytes(head.get(24..32)?.try_into().ok()?);
        let fits = (3..32).contains(&log4)
            && (3..32).contains(&log8)
            && slot_bits < 32
            && bits4.len() == 1 << (log4 - 3)
            && bits8.len() == 1 << (log8 - 3)
            && slots.len() == SLOT << slot_bits;
        let mask = (1 << slot_bits) - 1;
        fits.then_some(Self { names, bits4, bits8, slots, ends, log4, log8, mask, seed, singles })
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

    /// Names of a list of the table, each perhaps marked [`SAME`].
    fn list(&self, from: u32) -> impl Iterator<Item = u32> + '_ {
        let mut at = (from as usize).checked_sub(1);
        std::iter::from_fn(move || {
            let entry = u32_at(self.ends, at?)?;
            at = (entry & LAST == 0).then_some(at? + 1);
            Some(entry & !LAST)
        })
    }

    #[inline]
    fn passes_first(&self, key: u32) -> bool {
        get_bit(self.bits4, bit_of(key, self.log4))
    }

    #[inline]
    fn passes_second(&self, key: u64) -> bool {
        let bit = |key| get_bit(self.bits8, bit_of_eight(key, self.log8));
        bit(key) || bit(key & 0xffff_ffff | FOUR)
    }

    /// Whether the word is a single letter or digit that is a core.
    #[inline]
    fn is_single(&self, bytes: [u8; 8]) -> bool {
        !bytes[1].is_ascii_alphanumeric() && self.singles & single_bit(bytes[0]) != 0
    }

    /// Sieves a word that has characters outside ASCII, or odd white space, among its first: folding first.
    #[cold]
    fn passes_folded(&self, text: &str, at: usize) -> bool {
        let bytes = first_bytes(Folded::new(text, at, false).take(8)).0;
        let key = u64::from_le_bytes(bytes);
        key & HIGH != 0 || self.is_single(bytes) || self.passes_second(key | SPREAD)
    }

    #[inline]
    fn visit(&self, text: &str, at: usize, out: &mut Vec<Candidate>) {
        let bytes = text.as_bytes();
        let eight = match bytes.get(at..at + 8) {
            Some(eight) => eight.try_into().expect("eight bytes"),
            None => {
                let mut eight = [b' '; 8];
                eight[..bytes.len() - at].copy_from_slice(&bytes[at..]);
                eight
            }
        };
        let word = u64::from_le_bytes(eight);
        let key = word | SPREAD;
        if self.singles != 0 && self.is_single(eight) {
            self.walk(text, at, out);
            return;
        }
        if word & (HIGH >> 32) == 0 && !self.passes_first(key as u32) {
            return;
        }
        let passes = if word & HIGH == 0 { self.passes_second(key) } else { self.passes_folded(text, at) };
        if passes {
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
        if list == 0 {
            return;
        }
        let mut last: Option<Candidate> = None;
        for entry in self.list(list) {
            let name = entry & !SAME;
            // The first of a list never has the mark.
            if entry & SAME == 0 {
                last = verify(self.names, name, text, at);
            }
            if let Some(found) = last {
                out.push(Candidate { name, ..found });
            }
        }
    }

    /// The names whose folded, lower-case form is that of `text`, which must be no more than the name.
    pub(crate) fn named(&self, text: &str) -> Vec<u32> {
        let Some(core) = core_of(text) else { return Vec::new() };
        let (bytes, length) = first_bytes(core.iter().copied());
        let key = u64::from_le_bytes(bytes);
        if length > 1 && key & HIGH == 0 && !self.passes_second(key | SPREAD) {
            return Vec::new();
        }
        let hash = core.iter().fold(self.seed, |hash, &c| step(hash, c as u32));
        let key: Vec<char> = Folded::new(text, 0, false).collect();
        let mut found: Vec<u32> = self
            .list(self.probe(hash).0)
            .map(|entry| entry & !SAME)
            .filter(|&name| Folded::new(self.names.form(name).0, 0, false).eq(key.iter().copied()))
            .collect();
        found.sort_unstable();
        found
    }
}

impl Matcher for Dictionary<'_> {
    fn candidates(&mut self, text: &str, out: &mut Vec<Candidate>) {
        let from = out.len();
        let this = *self;
        let odd_space = word_starts(text.as_bytes(), |at| this.visit(text, at, out));
        if odd_space {
            // Some word's first bytes may hold white space that counts as one space: look again, folding first. Rare in corpora.
            out.truncate(from);
            word_starts(text.as_bytes(), |at| {
                if this.passes_folded(text, at) {
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
