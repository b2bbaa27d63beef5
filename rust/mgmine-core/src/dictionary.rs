//! The token-prefix dictionary: finds the names of a lexicon whose ends are word boundaries, from a handful to millions.
//!
//! Every name is known by its core, the part from its first to its last letter or digit: words, and the folded signs between them.
//! A word is hashed once, eight bytes at a time; what follows works with these hashes. Each sieve is only reached
//! through the one before:
//!
//! 1. two bitmaps, of the cores of a single word and of the first two words of all others, asked for each word of the text and
//!    each two. Most words begin some name, but few of them with the word that follows;
//! 2. two hash tables, of the cores of a single word and of all longer word prefixes. These are followed word by word for as long
//!    as some name goes on; a bitmap of all pairs of neighbouring words tells beforehand whether it is worth it;
//! 3. exact verification of the names that end there: signs around the core, case, boundaries. Their forms stand beside their
//!    numbers, so that it costs one place in memory.
//!
//! With hundreds of thousands of names, nearly all the time goes into waiting for memory. So all words of a text go through a
//! sieve before the next one begins, and what the next one looks at is asked for in passing: it is on its way from memory
//! while the rest goes through.
//!
//! Bitmaps, table and forms are flat little-endian arrays, so that a compiled lexicon can be mapped from a file. The table
//! stores 32 bits of each hash; a chance agreement costs a verification and never a wrong match.

use crate::boundary::is_citation;
use crate::lexicon::{Case, ConceptId, FamilyId, Names};
use crate::matcher::{Candidate, Matcher, sort, verify_folded};
use crate::normalize::{Folded, KEY, fold, fold_case, is_word};
use crate::token::word_runs;

const MULTIPLIER: u64 = 0xf135_7aea_2e62_a9c5;
const MORE: u32 = 1 << 31;
const SLOT: usize = 8;
/// Bytes that the first cache holds beside what else is in use.
const NEAR: usize = 16 << 10;
/// Bit 5 of each byte: set in ASCII letters and digits it makes the two cases of a letter one and changes nothing else.
const LOWER: u64 = 0x2020_2020_2020_2020;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Flags of a record of forms, above the 16 bits of the form's length.
const EXACT: u32 = 1 << 16;
const PLAIN: u32 = 1 << 17;
const LAST: u32 = 1 << 18;

#[inline]
const fn step(hash: u64, chunk: u64) -> u64 {
    let mixed = (hash ^ chunk).wrapping_mul(MULTIPLIER);
    mixed ^ (mixed >> 32)
}

/// The hash of a prefix, some signs and a word.
#[inline]
const fn join(prefix: u64, signs: u64, word: u64) -> u64 {
    step(prefix.rotate_left(23) ^ signs.wrapping_mul(0x9e37_79b9_7f4a_7c15), word)
}

/// The hash of two neighbouring words, whatever stands between them.
#[inline]
const fn pair(first: u64, second: u64) -> u64 {
    step(first.rotate_left(17), second)
}

/// Spreads a hash over all bits: the low ones choose the slot, the high 32 are stored.
#[inline]
const fn finish(hash: u64) -> u64 {
    let mixed = (hash ^ (hash >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

#[inline]
const fn bit_of(hash: u64, bits: u32) -> usize {
    (hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - bits)) as usize
}

#[inline]
fn get_bit(map: &[u8], bit: usize) -> bool {
    map.get(bit >> 3).is_some_and(|byte| byte >> (bit & 7) & 1 == 1)
}

/// Has byte `at` brought near, without waiting for it as a look would: a processor waits for few looks at once.
#[inline]
fn fetch(bytes: &[u8], at: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let place = bytes.as_ptr().wrapping_add(at).cast();
        // SAFETY: a hint, which reads nothing and may be given for any address; every x86-64 processor has it.
        #[allow(unsafe_code)]
        unsafe {
            _mm_prefetch::<_MM_HINT_T0>(place);
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    std::hint::black_box(bytes.get(at).copied());
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).map(|four| u32::from_le_bytes(four.try_into().expect("four bytes")))
}

/// The hash of a word given as folded bytes.
fn hash_bytes(seed: u64, bytes: &[u8]) -> u64 {
    let (chunks, rest) = bytes.as_chunks::<8>();
    let hash = chunks.iter().fold(seed, |hash, chunk| step(hash, u64::from_le_bytes(*chunk)));
    if rest.is_empty() {
        return hash;
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    step(hash, u64::from_le_bytes(last))
}

/// Eight bytes from `at`; behind the end of the text stand zeros.
#[inline]
fn eight(bytes: &[u8], at: usize) -> u64 {
    match bytes.get(at..at + 8) {
        Some(eight) => u64::from_le_bytes(eight.try_into().expect("eight bytes")),
        None => {
            let mut eight = [0; 8];
            let rest = bytes.get(at..).unwrap_or(&[]);
            eight[..rest.len()].copy_from_slice(rest);
            u64::from_le_bytes(eight)
        }
    }
}

/// The hash of the ASCII word `start..end`, or `None` if other characters are in it.
#[inline]
fn hash_ascii(seed: u64, bytes: &[u8], start: usize, end: usize) -> Option<u64> {
    let (mut hash, mut at, mut high) = (seed, start, 0);
    while end - at > 8 {
        let chunk = eight(bytes, at);
        high |= chunk;
        hash = step(hash, chunk | LOWER);
        at += 8;
    }
    let mask = u64::MAX >> (64 - 8 * (end - at));
    let chunk = eight(bytes, at) & mask;
    high |= chunk;
    (high & HIGH == 0).then(|| step(hash, chunk | LOWER & mask))
}

/// The hash of any word.
fn hash_word(seed: u64, word: &str) -> u64 {
    if word.is_ascii() && !word.is_empty() {
        return hash_ascii(seed, word.as_bytes(), 0, word.len()).unwrap_or(0);
    }
    let folded: String = word.chars().map(fold_case).collect();
    hash_bytes(seed, folded.as_bytes())
}

/// The number of the signs between two words, folded, white space collapsed.
#[inline]
fn signs(text: &str, start: usize, end: usize) -> u64 {
    let bytes = text.as_bytes();
    if end == start + 1 && bytes[start] < 0x80 {
        return u64::from(KEY[usize::from(bytes[start])]);
    }
    signs_folded(&text[start..end])
}

fn signs_folded(signs: &str) -> u64 {
    let folded: String = Folded::new(signs, 0, false).collect();
    if folded.len() > 8 {
        return hash_bytes(0, folded.as_bytes());
    }
    let mut eight = [0; 8];
    eight[..folded.len()].copy_from_slice(folded.as_bytes());
    u64::from_le_bytes(eight)
}

/// A word of a text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    pub start: u32,
    pub end: u32,
    pub hash: u64,
}

/// Calls `push` with the words of a run of letters, digits and characters outside ASCII, one of which at least is there.
#[cold]
fn split_run(seed: u64, text: &str, start: usize, end: usize, push: &mut impl FnMut(Word)) {
    let mut from = start;
    for piece in text[start..end].split(|c: char| !is_word(c)) {
        if !piece.is_empty() {
            push(Word { start: from as u32, end: (from + piece.len()) as u32, hash: hash_word(seed, piece) });
        }
        from += piece.len();
        from += text[from..end].chars().next().map_or(0, char::len_utf8);
    }
}

/// Calls `push` with all words of a text.
#[inline]
pub(crate) fn words(seed: u64, text: &str, mut push: impl FnMut(Word)) {
    let bytes = text.as_bytes();
    word_runs(bytes, |start, end| match hash_ascii(seed, bytes, start, end) {
        Some(hash) => push(Word { start: start as u32, end: end as u32, hash }),
        None => split_run(seed, text, start, end, &mut push),
    });
}

/// What tells nearly all words from those with a citation number.
#[inline]
fn may_be_cited(text: &str, word: Word) -> bool {
    let last = text.as_bytes()[word.end as usize - 1];
    last.is_ascii_digit() | (last >= 0x80)
}

/// If the word may be one with a citation number glued to it (see [`is_citation`]): where the number begins.
#[inline]
fn citation_at(text: &str, word: Word) -> Option<usize> {
    let (start, end) = (word.start as usize, word.end as usize);
    if !may_be_cited(text, word) || text.as_bytes()[start].is_ascii_digit() {
        return None;
    }
    let at = start + text[start..end].trim_end_matches(|c| fold(c).is_ascii_digit()).len();
    (at > start && at < end && is_citation(text, at)).then_some(at)
}

/// The sections of a dictionary as bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Built {
    /// log2 of the sizes of the bitmaps of single, of first two and of neighbouring words, the slot counts of both tables, seed:
    /// five little-endian u32, one u64.
    pub head: Vec<u8>,
    /// The bitmap of cores of a single word.
    pub single: Vec<u8>,
    /// The bitmap of first two words.
    pub second: Vec<u8>,
    /// The bitmap of neighbouring words.
    pub pairs: Vec<u8>,
    /// The table of cores of a single word, then that of longer prefixes.
    pub slots: Vec<u8>,
    /// Records: length and flags of a form, number of names, form, zeros up to a multiple of four, names with concept and family.
    pub ends: Vec<u8>,
}

/// A name to be built in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form<'n> {
    pub name: u32,
    pub concept: u32,
    pub family: u16,
    pub text: &'n str,
    /// Whether case matters.
    pub exact: bool,
    /// See `lexicon::compile::flags`.
    pub plain: bool,
}

fn bitmap(mut hashes: Vec<u64>, per_key: usize, most: u32) -> (u32, Vec<u8>) {
    hashes.sort_unstable();
    hashes.dedup();
    let log = (hashes.len().max(1) * per_key).next_power_of_two().ilog2().clamp(13, most);
    let mut map = vec![0u8; 1 << (log - 3)];
    for hash in hashes {
        let bit = bit_of(hash, log);
        map[bit >> 3] |= 1 << (bit & 7);
    }
    (log, map)
}

/// Builds the dictionary of the given names.
pub(crate) fn build<'n>(forms: impl Iterator<Item = Form<'n>>) -> Built {
    let forms: Vec<Form<'n>> = forms.collect();
    for seed in 1.. {
        if let Some(built) = table(&forms, seed) {
            return built;
        }
    }
    unreachable!("some seed has no two prefixes that agree in slot cluster and stored bits")
}

/// Prefixes of forms by hash: the number of the form that ends there, or [`GOES_ON`].
type Prefixes = Vec<(u64, u32)>;

/// Sorts behind all forms: a prefix that goes on.
const GOES_ON: u32 = u32::MAX;

/// The dictionary, or `None` if two different prefixes could be taken for each other with this seed.
fn table(forms: &[Form<'_>], seed: u64) -> Option<Built> {
    let (mut short, mut long): (Prefixes, Prefixes) =
        (Vec::with_capacity(forms.len()), Vec::with_capacity(forms.len() * 2));
    let (mut second, mut pairs) = (Vec::with_capacity(forms.len()), Vec::with_capacity(forms.len() * 2));
    let mut core: Vec<Word> = Vec::new();
    for (at, form) in (0..).zip(forms) {
        core.clear();
        words(seed, form.text, |word| core.push(word));
        match core[..] {
            [] => continue,
            [word] => short.push((word.hash, at)),
            [word, next, ..] => second.push(pair(word.hash, next.hash)),
        }
        let mut hash = core[0].hash;
        for (number, two) in (2..).zip(core.windows(2)) {
            pairs.push(pair(two[0].hash, two[1].hash));
            hash = join(hash, signs(form.text, two[0].end as usize, two[1].start as usize), two[1].hash);
            long.push((hash, if core.len() > number { GOES_ON } else { at }));
        }
    }
    let (log_single, single) = bitmap(short.iter().map(|prefix| prefix.0).collect(), 16, 25);
    let (log_second, second) = bitmap(second, 16, 26);
    let (log_pairs, pairs) = bitmap(pairs, 8, 26);
    let (mut slots, mut ends) = (Vec::new(), Vec::new());
    let count_short = fill(forms, short, &mut slots, &mut ends)?;
    let count_long = fill(forms, long, &mut slots, &mut ends)?;
    let mut head = Vec::new();
    for value in [log_single, log_second, log_pairs, count_short, count_long] {
        head.extend_from_slice(&value.to_le_bytes());
    }
    head.extend_from_slice(&u64::to_le_bytes(seed));
    Some(Built { head, single, second, pairs, slots, ends })
}

/// The slot that a prefix, given by its [finished](finish) hash, has in a table of so many, if no other has it.
#[inline]
const fn slot_of(hash: u64, count: usize) -> usize {
    (((hash & 0xffff_ffff) * count as u64) >> 32) as usize
}

/// Appends a table of the prefixes to `slots` and the records of the forms that end at them to `ends`. Gives the number of slots.
fn fill(forms: &[Form<'_>], mut prefixes: Prefixes, slots: &mut Vec<u8>, ends: &mut Vec<u8>) -> Option<u32> {
    prefixes.sort_unstable();
    prefixes.dedup();
    let distinct = prefixes.chunk_by(|a, b| a.0 == b.0).count();
    let slot_count = distinct * 3 / 2 + 1;
    let base = slots.len();
    slots.resize(base + slot_count * SLOT, 0);
    let slots = &mut slots[base..];
    let mut here: Vec<Form<'_>> = Vec::new();
    for group in prefixes.chunk_by(|a, b| a.0 == b.0) {
        here.clear();
        here.extend(group.iter().filter(|prefix| prefix.1 != GOES_ON).map(|prefix| forms[prefix.1 as usize]));
        let mut value = if group.len() > here.len() { MORE } else { 0 };
        if !here.is_empty() {
            value |= u32::try_from(ends.len() / 4 + 1).expect("lexicons are smaller than 4 GiB");
            push_records(&mut here, ends);
        }
        let hash = finish(group[0].0);
        let stored = (hash >> 32) as u32;
        let mut slot = slot_of(hash, slot_count);
        loop {
            let bytes = &mut slots[slot * SLOT..(slot + 1) * SLOT];
            let taken = u64::from_le_bytes((&*bytes).try_into().expect("eight bytes"));
            if taken == 0 {
                bytes.copy_from_slice(&(u64::from(value) << 32 | u64::from(stored)).to_le_bytes());
                break;
            }
            if taken as u32 == stored {
                return None;
            }
            slot = if slot + 1 == slot_count { 0 } else { slot + 1 };
        }
    }
    u32::try_from(slot_count).ok()
}

/// Appends the records of the forms that end at a prefix. Names that many concepts share are verified once.
fn push_records(here: &mut [Form<'_>], ends: &mut Vec<u8>) {
    here.sort_unstable_by_key(|form| (form.text, form.exact, form.name));
    let mut rest: &[Form<'_>] = here;
    while let Some(form) = rest.first() {
        let same = |other: &&Form<'_>| (other.text, other.exact) == (form.text, form.exact);
        let (these, later) = rest.split_at(rest.iter().take_while(same).count());
        rest = later;
        let mut head = u32::from(u16::try_from(form.text.len()).expect("the length of names is checked"));
        for (flag, is_set) in [(EXACT, form.exact), (PLAIN, form.plain), (LAST, rest.is_empty())] {
            head |= if is_set { flag } else { 0 };
        }
        ends.extend_from_slice(&head.to_le_bytes());
        ends.extend_from_slice(&u32::try_from(these.len()).expect("fewer than 2^32 names").to_le_bytes());
        ends.extend_from_slice(form.text.as_bytes());
        ends.resize(ends.len().next_multiple_of(4), 0);
        for form in these {
            for number in [form.name, form.concept, u32::from(form.family)] {
                ends.extend_from_slice(&number.to_le_bytes());
            }
        }
    }
}

/// A hash table of prefixes.
#[derive(Clone, Copy)]
struct Slots<'l> {
    bytes: &'l [[u8; SLOT]],
}

impl Slots<'_> {
    /// Brings near what [`Slots::probe`] will look at.
    #[inline]
    fn fetch(&self, hash: u64) {
        fetch(self.bytes.as_flattened(), slot_of(finish(hash), self.bytes.len()) * SLOT);
    }

    /// What the table says of a prefix: place of its records plus one (0: no name ends here), and [`MORE`] if names go on.
    #[inline]
    fn probe(&self, hash: u64) -> u32 {
        let hash = finish(hash);
        let stored = (hash >> 32) as u32;
        let slot = slot_of(hash, self.bytes.len());
        // A full turn ends the search in a table without a free slot, which only a damaged file can hold.
        for bytes in self.bytes[slot..].iter().chain(&self.bytes[..slot]) {
            let seen = u64::from_le_bytes(*bytes);
            let value = (seen >> 32) as u32;
            if value == 0 {
                return 0;
            }
            if seen as u32 == stored {
                return value;
            }
        }
        0
    }
}

/// The sections of a dictionary, as they are asked.
#[derive(Clone, Copy)]
pub(crate) struct Table<'l> {
    names: Names<'l>,
    single: &'l [u8],
    second: &'l [u8],
    pairs: &'l [u8],
    /// Of cores of a single word.
    short: Slots<'l>,
    /// Of longer prefixes.
    long: Slots<'l>,
    ends: &'l [u8],
    log_single: u32,
    log_second: u32,
    log_pairs: u32,
    seed: u64,
}

/// A form at the end of a prefix, and the names that have it, each with concept and family: asking the lexicon for these would
/// cost two more places in memory.
struct Record<'l> {
    form: &'l [u8],
    names: &'l [u8],
    flags: u32,
}

/// Bytes of a name in a record.
const NAME: usize = 12;

impl Record<'_> {
    /// The names as candidates from `start` to `end`.
    fn at(&self, start: u32, end: u32) -> impl Iterator<Item = Candidate> {
        self.names.as_chunks::<NAME>().0.iter().map(move |bytes| {
            let [name, concept, family] = [0, 4, 8].map(|at| u32_at(bytes, at).unwrap_or(0));
            Candidate { start, end, name, concept: ConceptId(concept), family: FamilyId(family as u16) }
        })
    }

    fn case(&self) -> Case {
        if self.flags & EXACT == 0 { Case::Insensitive } else { Case::Exact }
    }

    /// Whether and where the form stands with its core at byte `core` of `text`, and up to where.
    #[inline]
    fn verify(&self, text: &str, core: usize) -> Option<(u32, u32)> {
        if self.flags & PLAIN != 0
            && let Some(found) = text.as_bytes().get(core..core + self.form.len())
        {
            let place = (core as u32, (core + self.form.len()) as u32);
            if found == self.form {
                return Some(place);
            }
            let mut both = found.iter().zip(self.form);
            let Some(at) = both.position(|(found, form)| !found.eq_ignore_ascii_case(form)) else {
                return (self.flags & EXACT == 0).then_some(place);
            };
            // Most differ in a sign: one of ASCII stands for nothing but itself, a space in it for nothing but a space, of which
            // the form has no two.
            if found[at].is_ascii_graphic() || found[at] == b' ' && at > 0 && found[at - 1] != b' ' {
                return None;
            }
        }
        verify_folded(std::str::from_utf8(self.form).ok()?, self.case(), text, core)
    }
}

impl<'l> Table<'l> {
    /// The records of a value of the table.
    #[inline]
    fn records(&self, value: u32) -> impl Iterator<Item = Record<'l>> {
        let ends = self.ends;
        let mut at = ((value & !MORE) as usize).checked_sub(1).map(|at| at * 4);
        std::iter::from_fn(move || {
            let start = at?;
            let flags = u32_at(ends, start)?;
            let form_end = start + 8 + (flags & 0xffff) as usize;
            let names = form_end.next_multiple_of(4);
            let names_end = (u32_at(ends, start + 4)? as usize).checked_mul(NAME)?.checked_add(names)?;
            at = (flags & LAST == 0).then_some(names_end);
            Some(Record { names: ends.get(names..names_end)?, form: ends.get(start + 8..form_end)?, flags })
        })
    }

    /// Brings near the first record of a value, if it has some: with its names and form it mostly ends in the next line of memory.
    #[inline]
    fn fetch_record(&self, value: u32) {
        if let Some(at) = (value & !MORE).checked_sub(1) {
            fetch(self.ends, at as usize * 4);
            fetch(self.ends, at as usize * 4 + 48);
        }
    }

    /// Brings near what [`Table::is_single`] will look at.
    #[inline]
    fn fetch_single(&self, word: u64) {
        fetch(self.single, bit_of(word, self.log_single) >> 3);
    }

    /// Brings near what [`Table::are_first`] will look at.
    #[inline]
    fn fetch_second(&self, first: u64, second: u64) {
        fetch(self.second, bit_of(pair(first, second), self.log_second) >> 3);
    }

    /// Brings near what [`Table::are_neighbours`] will look at.
    #[inline]
    pub(crate) fn fetch_neighbours(&self, first: u64, second: u64) {
        fetch(self.pairs, bit_of(pair(first, second), self.log_pairs) >> 3);
    }

    /// Whether a word may be a name by itself. Says yes of all that are.
    #[inline]
    fn is_single(&self, word: u64) -> bool {
        get_bit(self.single, bit_of(word, self.log_single))
    }

    /// Whether some name may begin with two words, given by their hashes. Says yes of all with which some do.
    #[inline]
    pub(crate) fn are_first(&self, first: u64, second: u64) -> bool {
        get_bit(self.second, bit_of(pair(first, second), self.log_second))
    }

    /// Whether some name may hold one word directly before the other, both given by their hashes. Says yes of all that do.
    #[inline]
    pub(crate) fn are_neighbours(&self, first: u64, second: u64) -> bool {
        get_bit(self.pairs, bit_of(pair(first, second), self.log_pairs))
    }

    /// Whether some name may begin with the words of a text and those of another behind it, of which the first two are asked for. Says
    /// yes of all that do.
    pub(crate) fn may_begin(&self, text: &str, behind: &str) -> bool {
        let mut begin: [Option<u64>; 2] = [None; 2];
        for text in [text, behind] {
            words(self.seed, text, |word| {
                if let Some(place) = begin.iter_mut().find(|place| place.is_none()) {
                    *place = Some(word.hash);
                }
            });
        }
        match begin {
            [Some(first), Some(second)] => self.are_first(first, second),
            _ => true,
        }
    }

    /// Whether some name may hold the last word of `before` directly before the first word of `behind`. Says yes of all that
    /// do and of few others.
    pub(crate) fn may_join(&self, before: &str, behind: &str) -> bool {
        let end = before.trim_end_matches(|c| !is_word(c));
        let start = end.trim_end_matches(is_word).len();
        let behind = behind.trim_start_matches(|c| !is_word(c));
        let length = behind.find(|c| !is_word(c)).unwrap_or(behind.len());
        if start == end.len() || length == 0 {
            return true;
        }
        self.are_neighbours(hash_word(self.seed, &end[start..]), hash_word(self.seed, &behind[..length]))
    }

    /// The hash of a word.
    pub(crate) fn hash_of(&self, word: &str) -> u64 {
        hash_word(self.seed, word)
    }

    #[inline]
    fn push(&self, value: u32, text: &str, core: usize, out: &mut Vec<Candidate>) {
        if value & !MORE == 0 {
            return;
        }
        for record in self.records(value) {
            if let Some((start, end)) = record.verify(text, core) {
                out.extend(record.at(start, end));
            }
        }
    }

    /// The prefix that is `hash` up to `before`, with the next word. If a citation number may be glued to that, the names that end
    /// before the number are verified here.
    #[inline]
    fn longer(&self, text: &str, core: Word, hash: u64, before: Word, next: Word, out: &mut Vec<Candidate>) -> u64 {
        let between = signs(text, before.end as usize, next.start as usize);
        if let Some(end) = citation_at(text, next) {
            let word = hash_word(self.seed, &text[next.start as usize..end]);
            self.push(self.long.probe(join(hash, between, word)), text, core.start as usize, out);
        }
        join(hash, between, next.hash)
    }

    /// Whether it is worth asking for a prefix that ends in these two words.
    #[inline]
    fn may_go_on(&self, text: &str, before: Word, next: Word) -> bool {
        self.are_neighbours(before.hash, next.hash) | may_be_cited(text, next)
    }

    /// Follows the words behind number `last` for as long as some name goes on that begins at number `first`, `hash` being that of all.
    fn follow(
        &self,
        text: &str,
        words: &[Word],
        first: usize,
        mut last: usize,
        mut hash: u64,
        out: &mut Vec<Candidate>,
    ) {
        while let Some(&next) = words.get(last + 1) {
            if !self.may_go_on(text, words[last], next) {
                return;
            }
            hash = self.longer(text, words[first], hash, words[last], next, out);
            let value = self.long.probe(hash);
            self.push(value, text, words[first].start as usize, out);
            if value & MORE == 0 {
                return;
            }
            last += 1;
        }
    }

    /// The names whose folded, lower-case form is that of `text`, which must be no more than the name.
    pub(crate) fn named(&self, text: &str) -> Vec<u32> {
        let mut hash: Option<u64> = None;
        let (mut end, mut is_one) = (0, true);
        words(self.seed, text, |word| {
            is_one = hash.is_none();
            hash = Some(match hash {
                None => word.hash,
                Some(hash) => join(hash, signs(text, end, word.start as usize), word.hash),
            });
            end = word.end as usize;
        });
        let Some(hash) = hash else { return Vec::new() };
        let value = if is_one { self.short } else { self.long }.probe(hash);
        if value & !MORE == 0 {
            return Vec::new();
        }
        let key: Vec<char> = Folded::new(text, 0, false).collect();
        let is_form = |record: &Record<'l>| {
            std::str::from_utf8(record.form).is_ok_and(|form| Folded::new(form, 0, false).eq(key.iter().copied()))
        };
        let mut found: Vec<u32> = Vec::new();
        for record in self.records(value).filter(is_form) {
            found.extend(record.at(0, 0).map(|found| found.name).filter(|&name| name < self.names.count()));
        }
        found.sort_unstable();
        found
    }
}

/// What the table says of a word of the text, or of two.
#[derive(Clone, Copy, Debug, Default)]
struct Hit {
    /// Number of the word, or of the first.
    word: u32,
    value: u32,
    /// The hash of both words.
    hash: u64,
}

/// A dictionary over flat sections, with buffers of its own.
#[derive(Clone)]
pub struct Dictionary<'l> {
    table: Table<'l>,
    words: Vec<Word>,
    /// Words that are names by themselves. These two are as long as the longest text; how many hold is counted.
    singles: Vec<Hit>,
    /// Two words with which some name begins.
    twos: Vec<Hit>,
    /// Numbers of words that may end with a citation number.
    cited: Vec<u32>,
}

/// Keeps of the first `count` hits those of which `value` gives something. Gives how many.
#[inline]
fn ask(hits: &mut [Hit], value: impl Fn(&Hit) -> u32) -> usize {
    let mut kept = 0;
    for at in 0..hits.len() {
        let hit = Hit { value: value(&hits[at]), ..hits[at] };
        hits[kept] = hit;
        kept += usize::from(hit.value != 0);
    }
    kept
}

impl<'l> Dictionary<'l> {
    /// Views sections written by [`build`]; `None` if they do not fit together.
    pub(crate) fn new(
        names: Names<'l>,
        head: &'l [u8],
        [single, second, pairs, slots, ends]: [&'l [u8]; 5],
    ) -> Option<Self> {
        let [log_single, log_second, log_pairs, count_short, count_long] =
            [0, 4, 8, 12, 16].map(|at| u32_at(head, at).unwrap_or(0));
        let seed = u64::from_le_bytes(head.get(20..28)?.try_into().ok()?);
        let is_map = |map: &[u8], log: u32| (3..32).contains(&log) && map.len() == 1 << (log - 3);
        let (short, long) = slots.as_chunks().0.split_at_checked(count_short as usize)?;
        let fits = is_map(single, log_single)
            && is_map(second, log_second)
            && is_map(pairs, log_pairs)
            && count_short > 0
            && count_long > 0
            && long.len() == count_long as usize
            && slots.len().is_multiple_of(SLOT);
        if !fits {
            return None;
        }
        let (short, long) = (Slots { bytes: short }, Slots { bytes: long });
        let table = Table { names, single, second, pairs, short, long, ends, log_single, log_second, log_pairs, seed };
        let (singles, twos) = (Vec::new(), Vec::new());
        Some(Self { table, words: Vec::new(), singles, twos, cited: Vec::new() })
    }

    pub(crate) fn table(&self) -> Table<'l> {
        self.table
    }

    /// The words of the text last looked at.
    pub(crate) fn words(&self) -> &[Word] {
        &self.words
    }

    /// Fills `words`, and `cited` with the numbers of those that may end with a citation number.
    fn split(&mut self, text: &str) {
        let (table, all, cited) = (&self.table, &mut self.words, &mut self.cited);
        all.clear();
        cited.clear();
        let mut before = 0;
        // Small bitmaps are at hand.
        let is_far = table.single.len() + table.second.len() > NEAR;
        words(table.seed, text, |word| {
            if is_far {
                table.fetch_single(word.hash);
                table.fetch_second(before, word.hash);
                before = word.hash;
            }
            if may_be_cited(text, word) {
                cited.push(all.len() as u32);
            }
            all.push(word);
        });
    }

    /// Fills `singles` and `twos` with what the bitmaps do not rule out and then keeps what the tables hold. Gives how many of both.
    fn sift(&mut self, text: &str) -> (usize, usize) {
        let (table, all) = (&self.table, &self.words);
        let most = self.singles.len().max(all.len());
        self.singles.resize(most, Hit::default());
        self.twos.resize(most, Hit::default());
        let (singles, twos) = (&mut self.singles[..], &mut self.twos[..]);
        let (mut single, mut two) = (0, 0);
        let mut before = None;
        for (number, word) in (0..).zip(all) {
            singles[single].word = number;
            single += usize::from(table.is_single(word.hash));
            if let Some(before) = before.replace(word.hash) {
                twos[two].word = number - 1;
                two += usize::from(table.are_first(before, word.hash));
            }
        }
        let (singles, twos) = (&mut singles[..single], &mut twos[..two]);
        singles.iter().for_each(|hit| table.short.fetch(all[hit.word as usize].hash));
        for hit in &mut *twos {
            let (first, next) = (all[hit.word as usize], all[hit.word as usize + 1]);
            hit.hash = join(first.hash, signs(text, first.end as usize, next.start as usize), next.hash);
            table.long.fetch(hit.hash);
        }
        let known = |value: u32| {
            table.fetch_record(value);
            value
        };
        let singles = ask(singles, |hit| known(table.short.probe(all[hit.word as usize].hash)));
        let twos = ask(twos, |hit| known(table.long.probe(hit.hash)));
        (singles, twos)
    }

    /// The names of one word, or of two words, that end before a citation number.
    fn before_citations(&self, text: &str, out: &mut Vec<Candidate>) {
        let table = &self.table;
        for &number in &self.cited {
            let number = number as usize;
            let word = self.words[number];
            let Some(end) = citation_at(text, word) else { continue };
            let hash = hash_word(table.seed, &text[word.start as usize..end]);
            table.push(table.short.probe(hash), text, word.start as usize, out);
            if let Some(before) = number.checked_sub(1).map(|before| self.words[before])
                && table.are_first(before.hash, hash)
            {
                let between = signs(text, before.end as usize, word.start as usize);
                table.push(table.long.probe(join(before.hash, between, hash)), text, before.start as usize, out);
            }
        }
    }
}

impl Matcher for Dictionary<'_> {
    fn candidates(&mut self, text: &str, out: &mut Vec<Candidate>) {
        let from = out.len();
        self.split(text);
        let (singles, twos) = self.sift(text);
        let table = &self.table;
        let mut singles = self.singles[..singles].iter().peekable();
        let mut twos = self.twos[..twos].iter().peekable();
        loop {
            let next = [singles.peek(), twos.peek()].into_iter().flatten().map(|hit| hit.word).min();
            let Some(number) = next else { break };
            let first = out.len();
            let core = self.words[number as usize].start as usize;
            if let Some(hit) = singles.next_if(|hit| hit.word == number) {
                table.push(hit.value, text, core, out);
            }
            if let Some(hit) = twos.next_if(|hit| hit.word == number) {
                table.push(hit.value, text, core, out);
                if hit.value & MORE != 0 {
                    let number = number as usize;
                    table.follow(text, &self.words, number, number + 1, hit.hash, out);
                }
            }
            if out.len() > first + 1 {
                sort(&mut out[first..]);
            }
        }
        self.before_citations(text, out);
        if !out[from..].is_sorted_by_key(|found| (found.start, u32::MAX - found.end, found.name)) {
            sort(&mut out[from..]);
        }
    }
}
