//! Strings as numbers: each distinct one once, in order of appearance.

/// Distinct strings and their numbers.
#[derive(Clone, Debug, Default)]
pub struct Interner {
    /// All strings, one behind the other.
    bytes: Vec<u8>,
    ends: Vec<u32>,
    /// Open addressing; a number plus one and above it the string's hash, or 0.
    slots: Vec<u64>,
    last: u32,
}

/// A hash of a string.
fn hash(bytes: &[u8]) -> u32 {
    const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
    let (words, rest) = bytes.as_chunks::<8>();
    let mut hash = bytes.len() as u64;
    for word in words {
        hash = (hash.rotate_left(5) ^ u64::from_le_bytes(*word)).wrapping_mul(MULTIPLIER);
        hash ^= hash >> 32;
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    hash = (hash.rotate_left(5) ^ u64::from_le_bytes(last)).wrapping_mul(MULTIPLIER);
    (hash >> 32) as u32
}

impl Interner {
    /// Number of distinct strings.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Bytes of all distinct strings.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The string of a number.
    ///
    /// # Panics
    /// If it is not one of this interner.
    #[must_use]
    pub fn get(&self, number: u32) -> &[u8] {
        let number = number as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start as usize..self.ends[number] as usize]
    }

    /// The number of a string.
    ///
    /// # Panics
    /// If the strings are 4 GiB or more in all.
    #[inline]
    pub fn intern(&mut self, string: &[u8]) -> u32 {
        // Rows of a document follow each other.
        if !self.ends.is_empty() && self.get(self.last) == string {
            return self.last;
        }
        self.last = self.find(string);
        self.last
    }

    fn find(&mut self, string: &[u8]) -> u32 {
        if (self.ends.len() + 1) * 2 > self.slots.len() {
            self.grow();
        }
        let hash = hash(string);
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        while let Some(number) = (self.slots[slot] as u32).checked_sub(1) {
            if (self.slots[slot] >> 32) as u32 == hash && self.get(number) == string {
                return number;
            }
            slot = (slot + 1) & mask;
        }
        self.bytes.extend_from_slice(string);
        self.ends.push(u32::try_from(self.bytes.len()).expect("less than 4 GiB of text"));
        self.slots[slot] = u64::from(hash) << 32 | self.ends.len() as u64;
        self.ends.len() as u32 - 1
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(64);
        let old = std::mem::replace(&mut self.slots, vec![0; size]);
        for taken in old.into_iter().filter(|&taken| taken != 0) {
            let mut slot = (taken >> 32) as usize & (size - 1);
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (size - 1);
            }
            self.slots[slot] = taken;
        }
    }

    /// The strings one behind the other, and where each ends. They are forgotten.
    pub fn take(&mut self) -> (Vec<u32>, Vec<u8>) {
        let taken = (std::mem::take(&mut self.ends), std::mem::take(&mut self.bytes));
        self.clear();
        taken
    }

    /// Where each string ends among all, one behind the other.
    #[must_use]
    pub fn all(&self) -> (&[u32], &[u8]) {
        (&self.ends, &self.bytes)
    }

    /// Forgets all strings and keeps the buffers.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.slots.fill(0);
        self.last = 0;
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
                assert_eq!(interner.intern(string.as_bytes()), number);
                assert_eq!(interner.intern(string.as_bytes()), number);
                assert_eq!(interner.get(number), string.as_bytes());
            }
            assert_eq!(interner.len(), known.len());
            assert_eq!(interner.text_bytes(), known.keys().map(String::len).sum::<usize>());
            assert!(interner.intern(b"") as usize == known.len() && interner.get(known.len() as u32).is_empty());
            interner.clear();
            assert_eq!(interner.len(), 0);
        }
    }
}
