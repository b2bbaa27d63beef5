//! Columns of strings in Parquet, encoded with a dictionary.
//!
//! The writer of the parquet crate asks its hash table and compares with minimum and maximum for every row. A table of mentions has
//! millions of rows and a few thousand concepts, so here what the rows share is used: the values of an Arrow dictionary
//! are looked up once, repeated strings at the cost of a comparison, and minimum and maximum are taken from the distinct
//! values. What comes out is plain Parquet (data pages of version 1, RLE_DICTIONARY, zstd), or PLAIN pages
//! where the strings hardly repeat. `tests` read it back with the parquet crate.

use std::ops::Range;

use ::parquet::basic::Encoding;
use ::parquet::column::writer::ColumnCloseResult;
use ::parquet::data_type::ByteArray;
use ::parquet::errors::Result;
use ::parquet::file::statistics::Statistics;
use ::parquet::schema::types::ColumnDescPtr;
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Field};
use bytes::Bytes;

use crate::intern::Interner;
use crate::pages::{Column, Pages, bits, ones, put_levels, rle};

/// A dictionary bigger than this is not written if most of its strings occur once.
const BIG: usize = 1 << 20;
/// Levels of a data page: more than of integers, for zstd finds the more the more it sees.
const PAGE: usize = 131_072;
/// Longer strings are no help as minimum and maximum.
const LONGEST: usize = 64;

/// A column of strings of one row group.
pub struct StringColumn {
    descr: ColumnDescPtr,
    is_list: bool,
    distinct: Distinct,
    values: Vec<u32>,
    /// For each level 1 where there is a value; empty if there always is.
    defined: Vec<u8>,
    /// For each level 1 where it goes on with a list.
    repeated: Vec<u8>,
    rows: usize,
}

/// Whether a field is one of strings that is written here, and whether of lists.
fn is_list(field: &Field) -> Option<bool> {
    let is_text = |data_type: &DataType| match data_type {
        DataType::Utf8 => true,
        DataType::Dictionary(key, value) => **key == DataType::Int32 && **value == DataType::Utf8,
        _ => false,
    };
    match field.data_type() {
        DataType::List(item) => {
            (is_text(item.data_type()) && !item.is_nullable() && !field.is_nullable()).then_some(true)
        }
        other => is_text(other).then_some(false),
    }
}

impl StringColumn {
    /// A column of a field, if it is one of strings or of lists of strings without nulls. The arrays may hold the strings as they
    /// are or as an Arrow dictionary.
    #[must_use]
    pub fn new(field: &Field, descr: ColumnDescPtr) -> Option<Self> {
        let levels = Vec::new();
        Some(Self {
            descr,
            is_list: is_list(field)?,
            distinct: Distinct::default(),
            values: Vec::new(),
            defined: levels.clone(),
            repeated: levels,
            rows: 0,
        })
    }

    /// Notes which of the rows have a value; no nulls: all.
    fn define(&mut self, rows: usize, nulls: Option<&NullBuffer>) {
        match nulls {
            Some(nulls) => {
                let from = self.defined.len();
                self.defined.resize(from + rows, 0);
                for (start, end) in nulls.valid_slices() {
                    self.defined[from + start..from + end].fill(1);
                }
            }
            None if self.descr.max_def_level() > 0 => self.defined.resize(self.defined.len() + rows, 1),
            None => {}
        }
    }

    fn write_rows(&mut self, array: &ArrayRef) {
        let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
        self.define(array.len(), nulls);
        let Self { distinct, values, .. } = self;
        if let Some(array) = array.as_dictionary_opt::<Int32Type>() {
            let (keys, strings) = (array.keys().values(), array.values().as_string());
            distinct.begin(strings);
            for_each_part(array.len(), nulls, |part| distinct.put_all(strings, &keys[part], values));
            return;
        }
        let array = array.as_string::<i32>();
        for_each_part(array.len(), nulls, |part| {
            values.extend(part.map(|row| distinct.of_string(array.value(row))));
        });
    }

    fn write_lists(&mut self, array: &ArrayRef) {
        let lists = array.as_list::<i32>();
        let ends = lists.value_offsets();
        let which = ends[0] as usize..ends[ends.len() - 1] as usize;
        let lengths = || ends.windows(2).map(|ends| (ends[1] - ends[0]) as usize);
        // An empty list has a level, too.
        let mut at = self.repeated.len();
        let levels = at + which.len() + lengths().filter(|&length| length == 0).count();
        self.repeated.resize(levels, 1);
        self.defined.resize(levels, 1);
        for length in lengths() {
            self.repeated[at] = 0;
            self.defined[at] = u8::from(length > 0);
            at += length.max(1);
        }
        let Self { distinct, values, .. } = self;
        if let Some(items) = lists.values().as_dictionary_opt::<Int32Type>() {
            let (keys, strings) = (items.keys().values(), items.values().as_string());
            distinct.begin(strings);
            distinct.put_all(strings, &keys[which], values);
        } else {
            let items = lists.values().as_string::<i32>();
            values.extend(which.map(|item| distinct.of_string(items.value(item))));
        }
    }

    fn statistics(&self, levels: usize) -> Statistics {
        let all = || (0..self.distinct.strings.len() as u32).map(|number| self.distinct.strings.get(number));
        let short = |value: &&[u8]| value.len() <= LONGEST;
        let byte_array = |value: &[u8]| ByteArray::from(value.to_vec());
        // Both or none.
        let both = all().min().filter(short).zip(all().max().filter(short));
        let (min, max) = both.map(|(min, max)| (byte_array(min), byte_array(max))).unzip();
        let nulls = (levels - self.values.len()) as u64;
        Statistics::byte_array(min, max, None, Some(nulls), false)
    }
}

impl Column for StringColumn {
    fn write(&mut self, array: &ArrayRef) -> Result<()> {
        self.rows += array.len();
        if self.is_list {
            self.write_lists(array)
        } else {
            self.write_rows(array)
        }
        Ok(())
    }

    fn size(&self) -> usize {
        self.distinct.strings.text_bytes() + self.values.len() * 2
    }

    fn finish(&mut self) -> Result<(Bytes, ColumnCloseResult)> {
        let mut pages = Pages::zstd()?;
        let use_dictionary =
            self.distinct.strings.text_bytes() <= BIG || self.distinct.strings.len() * 2 <= self.values.len();
        let mut buffer = Vec::new();
        if use_dictionary {
            for number in 0..self.distinct.strings.len() as u32 {
                put_string(&mut buffer, self.distinct.strings.get(number));
            }
            pages.add_dictionary(&buffer, self.distinct.strings.len())?;
        }
        let encoding = if use_dictionary { Encoding::RLE_DICTIONARY } else { Encoding::PLAIN };
        let width = bits(self.distinct.strings.len().saturating_sub(1) as u32).max(1);
        let has_levels = self.descr.max_def_level() > 0;
        let levels = if has_levels { self.defined.len() } else { self.values.len() };
        let (mut at, mut value) = (0, 0);
        while at < levels {
            let mut end = (at + PAGE).min(levels);
            // A row does not go on in another page.
            while self.repeated.get(end) == Some(&1) {
                end += 1;
            }
            buffer.clear();
            let mut here = end - at;
            for (level, list) in
                [(self.descr.max_rep_level(), &self.repeated), (self.descr.max_def_level(), &self.defined)]
            {
                if level > 0 {
                    put_levels(&list[at..end], &mut buffer);
                    here = ones(&list[at..end]);
                }
            }
            let values = &self.values[value..value + here];
            value += here;
            if use_dictionary {
                buffer.push(width as u8);
                rle(values, width, &mut buffer);
            } else {
                for &number in values {
                    put_string(&mut buffer, self.distinct.strings.get(number));
                }
            }
            pages.add_data(&buffer, end - at, encoding)?;
            at = end;
        }
        let mut encodings = vec![Encoding::PLAIN, Encoding::RLE];
        if use_dictionary {
            encodings.push(Encoding::RLE_DICTIONARY);
        }
        let closed = pages.close(&self.descr, encodings, self.rows, levels, self.statistics(levels))?;
        self.distinct.clear();
        self.values.clear();
        self.defined.clear();
        self.repeated.clear();
        self.rows = 0;
        Ok(closed)
    }
}

/// Calls `visit` with each part of the rows that has values.
fn for_each_part(rows: usize, nulls: Option<&NullBuffer>, mut visit: impl FnMut(Range<usize>)) {
    match nulls {
        None => visit(0..rows),
        Some(nulls) => nulls.valid_slices().for_each(|(start, end)| visit(start..end)),
    }
}

/// The distinct strings of a column, and which of them the values of the Arrow dictionary at hand are.
#[derive(Default)]
struct Distinct {
    strings: Interner,
    /// From numbers of the dictionary to those of the column. A value that no row has gets none.
    numbers: Vec<u32>,
    dictionary: Option<StringArray>,
    /// Whether all strings are from this dictionary: then one without a number cannot be among them.
    is_all: bool,
}

impl Distinct {
    const NONE: u32 = u32::MAX;

    /// Takes a dictionary. Numbers hold on if it begins with the values of the last one.
    fn begin(&mut self, values: &StringArray) {
        if !self.dictionary.as_ref().is_some_and(|last| begins_with(values, last)) {
            self.numbers.clear();
            self.is_all = self.strings.is_empty();
        }
        self.numbers.resize(values.len(), Self::NONE);
        self.dictionary = Some(values.clone());
    }

    /// The number of a value of the dictionary, which is `values`.
    #[inline(always)]
    fn of(&mut self, values: &StringArray, key: i32) -> u32 {
        let known = &mut self.numbers[key as usize];
        if *known == Self::NONE {
            *known = add(&mut self.strings, values.value(key as usize), self.is_all);
        }
        *known
    }

    /// Adds the numbers of values of the dictionary, which is `values`.
    fn put_all(&mut self, values: &StringArray, keys: &[i32], out: &mut Vec<u32>) {
        const BLOCK: usize = 16;
        let (blocks, rest) = keys.as_chunks::<BLOCK>();
        for block in blocks {
            // In many columns the rows of a document have all the same.
            if block.iter().fold(true, |same, &key| same & (key == block[0])) {
                out.extend_from_slice(&[self.of(values, block[0]); BLOCK]);
            } else {
                out.extend(block.iter().map(|&key| self.of(values, key)));
            }
        }
        out.extend(rest.iter().map(|&key| self.of(values, key)));
    }

    /// The number of a string.
    fn of_string(&mut self, string: &str) -> u32 {
        self.is_all = false;
        self.strings.intern(string)
    }

    /// Forgets all of it.
    fn clear(&mut self) {
        self.strings.clear();
        self.dictionary = None;
    }
}

/// Adds a string, which may be among the others unless it `is_new`. Apart, for most rows have one that was met before.
#[cold]
fn add(strings: &mut Interner, string: &str, is_new: bool) -> u32 {
    if is_new { strings.push(string) } else { strings.intern(string) }
}

/// Whether the first strings of an array are those of another.
fn begins_with(all: &StringArray, first: &StringArray) -> bool {
    let ends = first.value_offsets();
    let (from, to) = (ends[0] as usize, ends[ends.len() - 1] as usize);
    all.value_offsets().starts_with(ends) && all.value_data()[from..to] == first.value_data()[from..to]
}

/// PLAIN: the length as four bytes, then the string.
fn put_string(out: &mut Vec<u8>, string: &[u8]) {
    out.extend_from_slice(&(string.len() as u32).to_le_bytes());
    out.extend_from_slice(string);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The strings that rows with these keys have in the column.
    fn texts(distinct: &mut Distinct, values: &[&str], keys: &[i32]) -> Vec<String> {
        let values = StringArray::from(values.to_vec());
        let mut numbers = Vec::new();
        distinct.begin(&values);
        distinct.put_all(&values, keys, &mut numbers);
        numbers.into_iter().map(|number| String::from_utf8_lossy(distinct.strings.get(number)).into_owned()).collect()
    }

    #[test]
    fn each_string_once_whatever_dictionary_it_comes_from() {
        let mut distinct = Distinct::default();
        let all_same = [0; 40];
        assert_eq!(texts(&mut distinct, &["a", "b", "c"], &all_same), ["a"; 40]);
        assert_eq!(texts(&mut distinct, &["a", "b", "c"], &[2, 0]), ["c", "a"]);
        // A dictionary that goes on, then another one, and strings of none.
        assert_eq!(texts(&mut distinct, &["a", "b", "c", "d"], &[3, 2, 1]), ["d", "c", "b"]);
        assert_eq!(texts(&mut distinct, &["e", "d", "a"], &[2, 1, 0, 0]), ["a", "d", "e", "e"]);
        assert_eq!((distinct.of_string("f"), distinct.of_string("b")), (5, 3));
        assert_eq!(texts(&mut distinct, &["e", "d", "a", "f"], &[3, 0]), ["f", "e"]);
        assert_eq!(distinct.strings.len(), 6);
        distinct.clear();
        assert_eq!(texts(&mut distinct, &["e", "d", "a", "f"], &[1, 3]), ["d", "f"]);
        assert_eq!(distinct.strings.len(), 2);
    }
}
