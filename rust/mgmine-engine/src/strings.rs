//! Columns of strings in Parquet, encoded with a dictionary.
//!
//! The writer of the parquet crate asks its hash table and compares with minimum and maximum for every row. A table of mentions has
//! millions of rows and a few thousand concepts, so here what the rows share is used: the values of an Arrow dictionary
//! are looked up once a batch, repeated strings at the cost of a comparison, and minimum and maximum are taken from the distinct
//! values. What comes out is plain Parquet (data pages of version 1, RLE_DICTIONARY, zstd), or PLAIN pages
//! where the strings hardly repeat. `tests` read it back with the parquet crate.

use std::collections::HashMap;
use std::io::Write as _;
use std::ops::Range;

use ::parquet::basic::{Compression, Encoding, ZstdLevel};
use ::parquet::column::page::{CompressedPage, Page, PageWriter as _};
use ::parquet::column::writer::ColumnCloseResult;
use ::parquet::data_type::ByteArray;
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::metadata::ColumnChunkMetaData;
use ::parquet::file::statistics::Statistics;
use ::parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use ::parquet::schema::types::ColumnDescPtr;
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int32Type;
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_schema::{DataType, Field};
use bytes::Bytes;

use crate::intern::{Interner, hash};

/// Level of zstd: the lowest, for the dictionary has taken out what repeats.
pub const LEVEL: i32 = 1;
/// Levels of a data page.
const PAGE: usize = 32_768;
/// A dictionary bigger than this is not written if most of its strings occur once.
const BIG: usize = 1 << 20;
/// A list of more strings is long.
const LONG: usize = 16;
/// Longer strings are no help as minimum and maximum.
const LONGEST: usize = 64;

/// A column of strings of one row group.
pub struct StringColumn {
    descr: ColumnDescPtr,
    kind: Kind,
    interner: Interner,
    values: Vec<u32>,
    /// For each level 1 where there is a value; empty if there always is.
    defined: Vec<u32>,
    /// For each level 1 where it goes on with a list.
    repeated: Vec<u32>,
    /// By hash, where the values of a long list stand.
    long: HashMap<u32, usize>,
    rows: usize,
    /// From numbers of a batch to those of the column.
    of_batch: Vec<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Dictionary,
    List,
}

/// The kind of a field, if it is one that is written here.
fn kind_of(field: &Field) -> Option<Kind> {
    match field.data_type() {
        DataType::Utf8 => Some(Kind::Plain),
        DataType::Dictionary(key, value) if **key == DataType::Int32 && **value == DataType::Utf8 => {
            Some(Kind::Dictionary)
        }
        DataType::List(item) if *item.data_type() == DataType::Utf8 && !item.is_nullable() && !field.is_nullable() => {
            Some(Kind::List)
        }
        _ => None,
    }
}

impl StringColumn {
    /// A column of a field, if it is one of strings: plain, as a dictionary, or lists of strings without nulls.
    #[must_use]
    pub fn new(field: &Field, descr: ColumnDescPtr) -> Option<Self> {
        let kind = kind_of(field)?;
        let levels = Vec::new();
        Some(Self {
            descr,
            kind,
            interner: Interner::default(),
            values: Vec::new(),
            defined: levels.clone(),
            repeated: levels,
            long: HashMap::new(),
            rows: 0,
            of_batch: Vec::new(),
        })
    }

    /// Bytes held, about.
    #[must_use]
    pub fn size(&self) -> usize {
        self.interner.text_bytes() + self.values.len() * 2
    }

    /// Adds the rows of an array of the field's type.
    pub fn write(&mut self, array: &ArrayRef) {
        self.rows += array.len();
        match self.kind {
            Kind::Plain => self.write_plain(array.as_string::<i32>()),
            Kind::Dictionary => {
                let array = array.as_dictionary::<Int32Type>();
                let values = array.values().as_string::<i32>();
                let interner = &mut self.interner;
                self.of_batch.clear();
                // A value that no row has is left out.
                self.of_batch.resize(values.len(), u32::MAX);
                let mut number = |key: i32, of_batch: &mut Vec<u32>| {
                    let known = &mut of_batch[key as usize];
                    if *known == u32::MAX {
                        *known = interner.intern(values.value(key as usize).as_bytes());
                    }
                    *known
                };
                let keys = array.keys();
                if keys.null_count() == 0 {
                    self.values.extend(keys.values().iter().map(|&key| number(key, &mut self.of_batch)));
                    self.define_all(keys.len());
                } else {
                    self.values.extend(keys.iter().flatten().map(|key| number(key, &mut self.of_batch)));
                    self.defined.extend(keys.iter().map(|key| u32::from(key.is_some())));
                }
            }
            Kind::List => {
                let lists = array.as_list::<i32>();
                let items = lists.values().as_string::<i32>();
                for ends in lists.value_offsets().windows(2) {
                    let (start, end) = (ends[0] as usize, ends[1] as usize);
                    self.repeated.push(0);
                    self.defined.push(u32::from(end > start));
                    let more = (end - start).saturating_sub(1);
                    self.repeated.resize(self.repeated.len() + more, 1);
                    self.defined.resize(self.defined.len() + more, 1);
                    if more < LONG {
                        self.values.extend((start..end).map(|item| self.interner.intern(items.value(item).as_bytes())));
                    } else {
                        self.write_long(items, start..end);
                    }
                }
            }
        }
    }

    fn write_plain(&mut self, array: &StringArray) {
        if array.null_count() == 0 {
            for row in 0..array.len() {
                self.values.push(self.interner.intern(array.value(row).as_bytes()));
            }
            self.define_all(array.len());
        } else {
            for value in array {
                self.defined.push(u32::from(value.is_some()));
                if let Some(value) = value {
                    self.values.push(self.interner.intern(value.as_bytes()));
                }
            }
        }
    }

    /// Adds a long list. One that was there before costs less than to look up each of its strings.
    fn write_long(&mut self, items: &StringArray, which: Range<usize>) {
        let ends = items.value_offsets();
        let bytes = &items.value_data()[ends[which.start] as usize..ends[which.end] as usize];
        let at = self.values.len();
        if let Some(&known) = self.long.get(&hash(bytes))
            && let Some(values) = self.values.get(known..known + which.len())
            && which.clone().zip(values).all(|(item, &value)| self.interner.get(value) == items.value(item).as_bytes())
        {
            self.values.extend_from_within(known..known + which.len());
            return;
        }
        self.values.extend(which.map(|item| self.interner.intern(items.value(item).as_bytes())));
        self.long.insert(hash(bytes), at);
    }

    fn define_all(&mut self, rows: usize) {
        if self.descr.max_def_level() > 0 {
            self.defined.resize(self.defined.len() + rows, 1);
        }
    }

    /// The column as pages, and what the footer says of it. The column is empty afterwards.
    ///
    /// # Errors
    /// If zstd or the parquet crate fails.
    pub fn finish(&mut self) -> Result<(Bytes, ColumnCloseResult)> {
        let mut pages = Pages::new()?;
        let use_dictionary = self.interner.text_bytes() <= BIG || self.interner.len() * 2 <= self.values.len();
        let mut buffer = Vec::new();
        let mut data_offset = 0;
        if use_dictionary {
            for number in 0..self.interner.len() as u32 {
                put_string(&mut buffer, self.interner.get(number));
            }
            let num_values = self.interner.len() as u32;
            let encoding = Encoding::PLAIN;
            pages.add(&buffer, |buf| Page::DictionaryPage { buf, num_values, encoding, is_sorted: false })?;
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
                    let start = buffer.len();
                    buffer.extend_from_slice(&[0; 4]);
                    rle(&list[at..end], 1, &mut buffer);
                    let length = (buffer.len() - start - 4) as u32;
                    buffer[start..start + 4].copy_from_slice(&length.to_le_bytes());
                    here = list[at..end].iter().sum::<u32>() as usize;
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
            if at == 0 {
                data_offset = pages.written;
            }
            pages.add(&buffer, |buf| Page::DataPage {
                buf,
                num_values: (end - at) as u32,
                encoding,
                def_level_encoding: Encoding::RLE,
                rep_level_encoding: Encoding::RLE,
                statistics: None,
            })?;
            at = end;
        }
        let mut encodings = vec![Encoding::PLAIN, Encoding::RLE];
        if use_dictionary {
            encodings.push(Encoding::RLE_DICTIONARY);
        }
        let metadata = ColumnChunkMetaData::builder(self.descr.clone())
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(LEVEL)?))
            .set_encodings(encodings)
            .set_num_values(levels as i64)
            .set_total_compressed_size(pages.written as i64)
            .set_total_uncompressed_size(pages.uncompressed as i64)
            .set_data_page_offset(data_offset as i64)
            .set_dictionary_page_offset(use_dictionary.then_some(0))
            .set_statistics(self.statistics(levels))
            .build()?;
        let close = ColumnCloseResult {
            bytes_written: pages.written,
            rows_written: self.rows as u64,
            metadata,
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        };
        self.interner.clear();
        self.values.clear();
        self.defined.clear();
        self.repeated.clear();
        self.long.clear();
        self.rows = 0;
        pages.sink.flush()?;
        Ok((Bytes::from(std::mem::take(pages.sink.inner_mut())), close))
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

/// The pages of a column.
struct Pages {
    sink: TrackedWrite<Vec<u8>>,
    zstd: zstd::bulk::Compressor<'static>,
    /// Bytes so far.
    written: u64,
    /// What they would be without compression.
    uncompressed: u64,
}

impl Pages {
    fn new() -> Result<Self> {
        let zstd = zstd::bulk::Compressor::new(LEVEL).map_err(|error| ParquetError::External(Box::new(error)))?;
        Ok(Self { sink: TrackedWrite::new(Vec::new()), zstd, written: 0, uncompressed: 0 })
    }

    fn add(&mut self, bytes: &[u8], page: impl FnOnce(Bytes) -> Page) -> Result<()> {
        let packed = self.zstd.compress(bytes).map_err(|error| ParquetError::External(Box::new(error)))?;
        let page = CompressedPage::new(page(packed.into()), bytes.len());
        let spec = SerializedPageWriter::new(&mut self.sink).write_page(page)?;
        self.written += spec.bytes_written;
        self.uncompressed += spec.uncompressed_size as u64;
        Ok(())
    }
}

/// PLAIN: the length as four bytes, then the string.
fn put_string(out: &mut Vec<u8>, string: &[u8]) {
    out.extend_from_slice(&(string.len() as u32).to_le_bytes());
    out.extend_from_slice(string);
}

/// Bits of the widest number up to `most`.
fn bits(most: u32) -> u32 {
    u32::BITS - most.leading_zeros()
}

/// Parquet's hybrid of run lengths and packed bits.
fn rle(values: &[u32], width: u32, out: &mut Vec<u8>) {
    /// A shorter run is packed with its neighbours.
    const RUN: usize = 24;
    let (mut packed_from, mut at) = (0, 0);
    while at < values.len() {
        let value = values[at];
        let mut run = 1;
        if values.get(at + 1) == Some(&value) {
            run = values[at..].iter().position(|&other| other != value).unwrap_or(values.len() - at);
        }
        if run >= RUN {
            pack(&values[packed_from..at], width, out);
            varint((run as u64) << 1, out);
            out.extend_from_slice(&value.to_le_bytes()[..width.div_ceil(8) as usize]);
            at += run;
            packed_from = at;
        } else {
            // Packed bits come eight values at a time.
            at = (at + 8).min(values.len());
        }
    }
    pack(&values[packed_from..], width, out);
}

fn pack(values: &[u32], width: u32, out: &mut Vec<u8>) {
    /// Values of a run: its header stays short for readers that expect that.
    const MOST: usize = 504;
    for part in values.chunks(MOST) {
        let groups = part.len().div_ceil(8);
        varint((groups as u64) << 1 | 1, out);
        let end = out.len() + groups * width as usize;
        let (mut bits, mut count) = (0_u64, 0);
        for &value in part {
            bits |= u64::from(value) << count;
            count += width;
            if count >= 32 {
                out.extend_from_slice(&(bits as u32).to_le_bytes());
                bits >>= 32;
                count -= 32;
            }
        }
        out.extend_from_slice(&bits.to_le_bytes());
        out.resize(end, 0);
    }
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads what [`rle`] wrote, by the letter of the format.
    fn unpack(mut bytes: &[u8], width: u32, count: usize) -> Vec<u32> {
        let mut out = Vec::new();
        while out.len() < count {
            let (mut header, mut shift) = (0_u64, 0);
            loop {
                let byte = bytes[0];
                bytes = &bytes[1..];
                header |= u64::from(byte & 0x7f) << shift;
                shift += 7;
                if byte < 0x80 {
                    break;
                }
            }
            if header & 1 == 0 {
                let size = width.div_ceil(8) as usize;
                let mut value = [0; 4];
                value[..size].copy_from_slice(&bytes[..size]);
                bytes = &bytes[size..];
                out.extend(std::iter::repeat_n(u32::from_le_bytes(value), (header >> 1) as usize));
            } else {
                let values = (header >> 1) as usize * 8;
                for index in 0..values {
                    let value = (0..width as usize).map(|bit| {
                        let at = index * width as usize + bit;
                        u32::from(bytes[at / 8] >> (at % 8) & 1) << bit
                    });
                    out.push(value.sum());
                }
                bytes = &bytes[values * width as usize / 8..];
            }
        }
        assert!(bytes.is_empty());
        assert!(out[count..].iter().all(|&value| value == 0));
        out.truncate(count);
        out
    }

    #[test]
    fn runs_and_packed_bits() {
        let mut state = 1_u64;
        for width in 1..=24 {
            for length in [0, 1, 7, 8, 9, 24, 31, 503, 504, 505, 2000] {
                let mut values = Vec::new();
                while values.len() < length {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let value = (state >> 33) as u32 & ((1 << width) - 1);
                    let run = if state >> 60 == 0 { 100 } else { 1 };
                    values.extend(std::iter::repeat_n(value, run));
                }
                values.truncate(length);
                let mut out = Vec::new();
                rle(&values, width, &mut out);
                assert_eq!(unpack(&out, width, length), values);
            }
        }
    }
}
