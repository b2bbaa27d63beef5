//! Columns of strings in Parquet, encoded with a dictionary.
//!
//! The writer of the parquet crate asks its hash table and compares with minimum and maximum for every row. A table of mentions has
//! millions of rows and a few thousand concepts, so here what the rows share is used: the values of an Arrow dictionary
//! are looked up once, repeated strings at the cost of a comparison, and minimum and maximum are taken from the distinct
//! values. What comes out is plain Parquet (data pages of version 1, RLE_DICTIONARY, zstd), or PLAIN pages
//! where the strings hardly repeat. `tests` read it back with the parquet crate.

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
use crate::pages::{Column, PAGE, Pages, bits, put_levels, rle};

/// A dictionary bigger than this is not written if most of its strings occur once.
const BIG: usize = 1 << 20;
/// Longer strings are no help as minimum and maximum.
const LONGEST: usize = 64;

/// A column of strings of one row group.
pub struct StringColumn {
    descr: ColumnDescPtr,
    is_list: bool,
    interner: Interner,
    values: Vec<u32>,
    /// For each level 1 where there is a value; empty if there always is.
    defined: Vec<u8>,
    /// For each level 1 where it goes on with a list.
    repeated: Vec<u8>,
    rows: usize,
    /// From numbers of a batch to those of the column.
    of_batch: Vec<u32>,
    /// The strings of that batch.
    last: Option<StringArray>,
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
            interner: Interner::default(),
            values: Vec::new(),
            defined: levels.clone(),
            repeated: levels,
            rows: 0,
            of_batch: Vec::new(),
            last: None,
        })
    }

    /// Notes which of the rows have a value; no nulls: all.
    fn define(&mut self, rows: usize, nulls: Option<&NullBuffer>) {
        match nulls {
            Some(nulls) => self.defined.extend(nulls.iter().map(u8::from)),
            None if self.descr.max_def_level() > 0 => self.defined.resize(self.defined.len() + rows, 1),
            None => {}
        }
    }

    fn write_rows(&mut self, array: &ArrayRef) {
        let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
        self.define(array.len(), nulls);
        let Self { interner, values, of_batch, last, .. } = self;
        if let Some(array) = array.as_dictionary_opt::<Int32Type>() {
            let mut numbers = Numbers::new(interner, of_batch, last, array.values().as_string());
            let keys = array.keys().values();
            match nulls {
                None => values.extend(keys.iter().map(|&key| numbers.of(key))),
                Some(nulls) => values.extend(nulls.valid_indices().map(|row| numbers.of(keys[row]))),
            }
            return;
        }
        let array = array.as_string::<i32>();
        let mut number = |row| interner.intern(array.value(row).as_bytes());
        match nulls {
            None => values.extend((0..array.len()).map(&mut number)),
            Some(nulls) => values.extend(nulls.valid_indices().map(&mut number)),
        }
    }

    fn write_lists(&mut self, array: &ArrayRef) {
        let lists = array.as_list::<i32>();
        let ends = lists.value_offsets();
        for ends in ends.windows(2) {
            let (start, end) = (ends[0] as usize, ends[1] as usize);
            self.repeated.push(0);
            self.defined.push(u8::from(end > start));
            let more = (end - start).saturating_sub(1);
            self.repeated.resize(self.repeated.len() + more, 1);
            self.defined.resize(self.defined.len() + more, 1);
        }
        let which = ends[0] as usize..ends[ends.len() - 1] as usize;
        let Self { interner, values, of_batch, last, .. } = self;
        if let Some(items) = lists.values().as_dictionary_opt::<Int32Type>() {
            let mut numbers = Numbers::new(interner, of_batch, last, items.values().as_string());
            values.extend(items.keys().values()[which].iter().map(|&key| numbers.of(key)));
        } else {
            let items = lists.values().as_string::<i32>();
            values.extend(which.map(|item| interner.intern(items.value(item).as_bytes())));
        }
    }

    fn statistics(&self, levels: usize) -> Statistics {
        let all = || (0..self.interner.len() as u32).map(|number| self.interner.get(number));
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
        self.interner.text_bytes() + self.values.len() * 2
    }

    fn finish(&mut self) -> Result<(Bytes, ColumnCloseResult)> {
        let mut pages = Pages::zstd()?;
        let use_dictionary = self.interner.text_bytes() <= BIG || self.interner.len() * 2 <= self.values.len();
        let mut buffer = Vec::new();
        if use_dictionary {
            for number in 0..self.interner.len() as u32 {
                put_string(&mut buffer, self.interner.get(number));
            }
            pages.add_dictionary(&buffer, self.interner.len())?;
        }
        let encoding = if use_dictionary { Encoding::RLE_DICTIONARY } else { Encoding::PLAIN };
        let width = bits(self.interner.len().saturating_sub(1) as u32).max(1);
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
                    here = list[at..end].iter().map(|&level| usize::from(level)).sum();
                }
            }
            let values = &self.values[value..value + here];
            value += here;
            if use_dictionary {
                buffer.push(width as u8);
                rle(values, width, &mut buffer);
            } else {
                for &number in values {
                    put_string(&mut buffer, self.interner.get(number));
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
        self.interner.clear();
        self.values.clear();
        self.defined.clear();
        self.repeated.clear();
        self.last = None;
        self.rows = 0;
        Ok(closed)
    }
}

/// The numbers that the values of an Arrow dictionary have in a column. A value that no row has gets none.
struct Numbers<'c> {
    interner: &'c mut Interner,
    known: &'c mut Vec<u32>,
    values: &'c StringArray,
}

impl<'c> Numbers<'c> {
    const NONE: u32 = u32::MAX;

    /// `known` holds the numbers of the strings in `last`, which hold on if `values` are these and more.
    fn new(
        interner: &'c mut Interner,
        known: &'c mut Vec<u32>,
        last: &mut Option<StringArray>,
        values: &'c StringArray,
    ) -> Self {
        if !last.as_ref().is_some_and(|last| begins_with(values, last)) {
            known.clear();
        }
        known.resize(values.len(), Self::NONE);
        *last = Some(values.clone());
        Self { interner, known, values }
    }

    #[inline]
    fn of(&mut self, key: i32) -> u32 {
        let known = &mut self.known[key as usize];
        if *known == Self::NONE {
            *known = self.interner.intern(self.values.value(key as usize).as_bytes());
        }
        *known
    }
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
