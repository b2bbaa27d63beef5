//! Strings as numbers: each distinct one once, in order of appearance.
//!
//! They lie in a builder of Arrow's, so that they become an array without being looked at again.

use arrow_array::builder::{ArrayBuilder as _, StringBuilder};
use arrow_array::{Array as _, StringArray};

/// Distinct strings and their numbers.
#[derive(Debug, Default)]
pub struct Interner {
    strings: StringBuilder,
    /// Open addressing; a number plus one and above it the string's hash, or 0.
    slots: Vec<u64>,
    /// Strings that are in `slots`: the first ones.
    indexed: u32,
    last: u32,
}

/// A hash of a string. Both halves of each product are used, so that each bit of the string has a part in each of the hash.
fn hash(bytes: &[u8]) -> u32 {
    let mix = |hash: u64, word: [u8; 8]| {
        let product = u128::from(hash.rotate_left(5) ^ u64::from_le_bytes(word)) * 0x9e37_79b9_7f4a_7c15;
        product as u64 ^ (product >> 64) as u64
    };
    let (words, rest) = bytes.as_chunks::<8>();
    let hash = words.iter().fold(bytes.len() as u64, |hash, &word| mix(hash, word));
    // The last eight bytes, be it that some of them were had before.
    let last = bytes.last_chunk().copied().unwrap_or_else(|| {
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        last
    });
    mix(hash, last) as u32
}

impl Interner {
    /// Number of distinct strings.
    #[must_use]
    pub fn len(&self) -> usize {
        self.strings.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of all distinct strings.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        self.strings.values_slice().len()
    }

    /// The string of a number.
    ///
    /// # Panics
    /// If it is not one of this interner.
    #[must_use]
    pub fn get(&self, number: u32) -> &[u8] {
        let ends = &self.strings.offsets_slice()[number as usize..][..2];
        &self.strings.values_slice()[ends[0] as usize..ends[1] as usize]
    }

    /// The number of a string that is known not to be here. It is not looked for, and put into the table only when another one is.
    ///
    /// # Panics
    /// If the strings are 2 GiB or more in all.
    #[inline]
    pub fn push(&mut self, string: &str) -> u32 {
        self.strings.append_value(string);
        self.len() as u32 - 1
    }

    /// The number of a string.
    ///
    /// # Panics
    /// If the strings are 2 GiB or more in all.
    #[inline]
    pub fn intern(&mut self, string: &str) -> u32 {
        // Rows of a document follow each other.
        if !self.is_empty() && self.get(self.last) == string.as_bytes() {
            return self.last;
        }
        self.last = self.find(string);
        self.last
    }

    fn find(&mut self, string: &str) -> u32 {
        if (self.len() + 1) * 2 > self.slots.len() {
            self.grow();
        }
        while self.indexed < self.len() as u32 {
            let hash = hash(self.get(self.indexed));
            let free = self.probe(hash, |_| false).unwrap_or_else(|free| free);
            self.put(free, hash);
        }
        let hash = hash(string.as_bytes());
        match self.probe(hash, |number| self.get(number) == string.as_bytes()) {
            Ok(slot) => self.slots[slot] as u32 - 1,
            Err(free) => {
                self.put(free, hash);
                self.push(string)
            }
        }
    }

    /// The place of a string of that hash that `is_it`, or else the free one for it.
    fn probe(&self, hash: u32, is_it: impl Fn(u32) -> bool) -> Result<usize, usize> {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        while let Some(number) = (self.slots[slot] as u32).checked_sub(1) {
            if (self.slots[slot] >> 32) as u32 == hash && is_it(number) {
                return Ok(slot);
            }
            slot = (slot + 1) & mask;
        }
        Err(slot)
    }

    fn grow(&mut self) {
        let size = ((self.len() + 1) * 4).next_power_of_two().max(64);
        let old = std::mem::replace(&mut self.slots, vec![0; size]);
        for taken in old.into_iter().filter(|&taken| taken != 0) {
            let free = self.probe((taken >> 32) as u32, |_| false).unwrap_or_else(|free| free);
            self.slots[free] = taken;
        }
    }

    /// Puts the next string into the table.
    fn put(&mut self, slot: usize, hash: u32) {
        self.indexed += 1;
        self.slots[slot] = u64::from(hash) << 32 | u64::from(self.indexed);
    }

    /// All strings.
    #[must_use]
    pub fn array(&self) -> StringArray {
        self.strings.finish_cloned()
    }

    /// All strings. They are forgotten.
    #[must_use]
    pub fn take(&mut self) -> StringArray {
        let strings = self.strings.finish();
        // The next time there will be about as many.
        self.strings = StringBuilder::with_capacity(strings.len(), strings.value_data().len());
        self.slots.fill(0);
        (self.indexed, self.last) = (0, 0);
        strings
    }

    /// Forgets all strings.
    pub fn clear(&mut self) {
        let _ = self.take();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn one_number_a_string() {
        let mut interner = Interner::default();
        for _ in 0..2 {
            let mut known: HashMap<String, u32> = HashMap::new();
            for round in 0..3000_u32 {
                let string = "αx".repeat(round as usize % 37) + &(round % 700).to_string();
                let next = known.len() as u32;
                let number = *known.entry(string.clone()).or_insert(next);
                assert_eq!(interner.intern(&string), number);
                assert_eq!(interner.intern(&string), number);
                assert_eq!(interner.get(number), string.as_bytes());
            }
            assert_eq!(interner.len(), known.len());
            assert_eq!(interner.text_bytes(), known.keys().map(String::len).sum::<usize>());
            assert!(interner.intern("") as usize == known.len() && interner.get(known.len() as u32).is_empty());
            let strings = interner.array();
            assert!(
                (0..).zip(&strings).all(|(number, string)| string.map(str::as_bytes) == Some(interner.get(number)))
            );
            assert_eq!(interner.take(), strings);
            assert!(interner.is_empty());
        }
    }

    #[test]
    fn strings_known_to_be_new_are_found_later() {
        let mut interner = Interner::default();
        assert_eq!(interner.intern("a"), 0);
        for number in 1..500 {
            assert_eq!(interner.push(&number.to_string()), number);
        }
        assert_eq!(
            (interner.intern("b"), interner.intern("7"), interner.intern("a"), interner.len()),
            (500, 7, 0, 501)
        );
        for number in 501..2000 {
            assert_eq!(interner.push(&number.to_string()), number);
        }
        assert_eq!((interner.intern("1999"), interner.intern("b"), interner.intern("c")), (1999, 500, 2000));
    }
}
