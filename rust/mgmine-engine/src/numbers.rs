//! Columns of integers and of flags in Parquet.
//!
//! Integers are written as differences, for they grow from row to row, a page as soon as it is full. The writer of the parquet
//! crate does the same a value at a time; here a block is subtracted, compared and packed at once. What comes out is plain
//! Parquet (data pages of version 1; DELTA_BINARY_PACKED without compression, flags PLAIN with zstd). `tests` read it back with
//! the parquet crate.

use ::parquet::basic::Encoding;
use ::parquet::column::writer::ColumnCloseResult;
use ::parquet::errors::Result;
use ::parquet::file::statistics::Statistics;
use ::parquet::schema::types::ColumnDescPtr;
use arrow_array::cast::AsArray as _;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{Array as _, ArrayRef, ArrowPrimitiveType};
use arrow_buffer::BooleanBufferBuilder;
use arrow_schema::{DataType, Field};
use bytes::Bytes;

use crate::pages::{Column, PAGE, Pages, pack, put_levels, varint};

/// A column of a field, if it is one of integers or of flags that is written here.
#[must_use]
pub fn column(field: &Field, descr: ColumnDescPtr) -> Option<Box<dyn Column>> {
    match field.data_type() {
        DataType::Int32 => Some(Box::new(Numbers::<Int32Type>::new(descr))),
        DataType::Int64 => Some(Box::new(Numbers::<Int64Type>::new(descr))),
        DataType::Boolean if !field.is_nullable() => {
            Some(Box::new(Flags { descr, bits: BooleanBufferBuilder::new(0) }))
        }
        _ => None,
    }
}

/// Miniblocks of a block of differences.
const MINIBLOCKS: usize = 4;
/// Most values of a block.
const MOST: usize = 256;

/// A type of integers.
trait Number: ArrowPrimitiveType<Native: Ord + Into<i64>> + Send {
    /// Values of a miniblock.
    const MINIBLOCK: usize;

    fn minus(a: Self::Native, b: Self::Native) -> Self::Native;

    /// How much `a` is above `b`.
    fn above(a: Self::Native, b: Self::Native) -> u64;

    fn statistics(least: Option<Self::Native>, most: Option<Self::Native>, nulls: u64) -> Statistics;
}

impl Number for Int32Type {
    const MINIBLOCK: usize = 32;

    fn minus(a: i32, b: i32) -> i32 {
        a.wrapping_sub(b)
    }

    fn above(a: i32, b: i32) -> u64 {
        u64::from(a.wrapping_sub(b) as u32)
    }

    fn statistics(least: Option<i32>, most: Option<i32>, nulls: u64) -> Statistics {
        Statistics::int32(least, most, None, Some(nulls), false)
    }
}

impl Number for Int64Type {
    const MINIBLOCK: usize = 64;

    fn minus(a: i64, b: i64) -> i64 {
        a.wrapping_sub(b)
    }

    fn above(a: i64, b: i64) -> u64 {
        a.wrapping_sub(b) as u64
    }

    fn statistics(least: Option<i64>, most: Option<i64>, nulls: u64) -> Statistics {
        Statistics::int64(least, most, None, Some(nulls), false)
    }
}

/// A column of integers of one row group.
struct Numbers<T: Number> {
    descr: ColumnDescPtr,
    pages: Pages,
    /// The values of the page at hand.
    values: Vec<T::Native>,
    /// For each of its rows 1 where there is a value; empty for a column without nulls.
    defined: Vec<u8>,
    /// Rows and nulls of the pages before it.
    rows: usize,
    nulls: usize,
    /// The least and the greatest value of these.
    range: Option<(T::Native, T::Native)>,
    buffer: Vec<u8>,
}

impl<T: Number> Numbers<T> {
    fn new(descr: ColumnDescPtr) -> Self {
        let (values, defined, buffer) = (Vec::new(), Vec::new(), Vec::new());
        Self { descr, pages: Pages::plain(), values, defined, rows: 0, nulls: 0, range: None, buffer }
    }

    fn has_levels(&self) -> bool {
        self.descr.max_def_level() > 0
    }

    /// Rows of the page at hand.
    fn here(&self) -> usize {
        if self.has_levels() { self.defined.len() } else { self.values.len() }
    }

    fn end_page(&mut self) -> Result<()> {
        let rows = self.here();
        if rows == 0 {
            return Ok(());
        }
        self.buffer.clear();
        if self.has_levels() {
            put_levels(&self.defined, &mut self.buffer);
        }
        differences::<T>(&self.values, &mut self.buffer);
        self.pages.add_data(&self.buffer, rows, Encoding::DELTA_BINARY_PACKED)?;
        if let Some(&first) = self.values.first() {
            let range = self.range.unwrap_or((first, first));
            self.range =
                Some(self.values.iter().fold(range, |(least, most), &value| (least.min(value), most.max(value))));
        }
        self.rows += rows;
        self.nulls += rows - self.values.len();
        self.values.clear();
        self.defined.clear();
        Ok(())
    }
}

impl<T: Number> Column for Numbers<T> {
    fn write(&mut self, array: &ArrayRef) -> Result<()> {
        let array = array.as_primitive::<T>();
        let mut at = 0;
        while at < array.len() {
            let rows = (array.len() - at).min(PAGE - self.here());
            let part = array.slice(at, rows);
            match part.nulls().filter(|nulls| nulls.null_count() > 0) {
                None => {
                    self.values.extend_from_slice(part.values());
                    if self.has_levels() {
                        self.defined.resize(self.defined.len() + rows, 1);
                    }
                }
                Some(nulls) => {
                    self.values.extend(part.iter().flatten());
                    self.defined.extend(nulls.iter().map(u8::from));
                }
            }
            at += rows;
            if self.here() == PAGE {
                self.end_page()?;
            }
        }
        Ok(())
    }

    fn size(&self) -> usize {
        self.pages.size() + self.values.len() * 2
    }

    fn finish(&mut self) -> Result<(Bytes, ColumnCloseResult)> {
        self.end_page()?;
        let pages = std::mem::replace(&mut self.pages, Pages::plain());
        let (rows, nulls) = (std::mem::take(&mut self.rows), std::mem::take(&mut self.nulls) as u64);
        let (least, most) = self.range.take().unzip();
        let encodings = vec![Encoding::RLE, Encoding::DELTA_BINARY_PACKED];
        pages.close(&self.descr, encodings, rows, rows, T::statistics(least, most, nulls))
    }
}

/// A column of flags of one row group.
struct Flags {
    descr: ColumnDescPtr,
    bits: BooleanBufferBuilder,
}

impl Column for Flags {
    fn write(&mut self, array: &ArrayRef) -> Result<()> {
        self.bits.append_buffer(array.as_boolean().values());
        Ok(())
    }

    fn size(&self) -> usize {
        self.bits.len() / 8
    }

    fn finish(&mut self) -> Result<(Bytes, ColumnCloseResult)> {
        let flags = self.bits.finish();
        let rows = flags.len();
        let mut pages = Pages::zstd()?;
        for (page, bytes) in flags.values().chunks(PAGE / 8).enumerate() {
            pages.add_data(bytes, (rows - page * PAGE).min(PAGE), Encoding::PLAIN)?;
        }
        let set = flags.count_set_bits();
        let range = (rows > 0).then_some((set == rows, set > 0));
        let (least, most) = range.unzip();
        let statistics = Statistics::boolean(least, most, None, Some(0), false);
        pages.close(&self.descr, vec![Encoding::PLAIN, Encoding::RLE], rows, rows, statistics)
    }
}

/// DELTA_BINARY_PACKED.
fn differences<T: Number>(values: &[T::Native], out: &mut Vec<u8>) {
    let block = T::MINIBLOCK * MINIBLOCKS;
    varint(block as u64, out);
    varint(MINIBLOCKS as u64, out);
    varint(values.len() as u64, out);
    zigzag(values.first().map_or(0, |&first| first.into()), out);
    let (mut deltas, mut above) = ([T::Native::default(); MOST], [0_u64; MOST]);
    let mut narrow = [0_u32; MOST / MINIBLOCKS];
    let later = values.get(1..).unwrap_or(&[]);
    for (here, before) in later.chunks(block).zip(values.chunks(block)) {
        let deltas = &mut deltas[..here.len()];
        for ((delta, &value), &before) in deltas.iter_mut().zip(here).zip(before) {
            *delta = T::minus(value, before);
        }
        let least = deltas.iter().fold(deltas[0], |least, &delta| least.min(delta));
        zigzag(least.into(), out);
        let widths = out.len();
        out.extend_from_slice(&[0; MINIBLOCKS]);
        for (mini, deltas) in deltas.chunks(T::MINIBLOCK).enumerate() {
            let above = &mut above[..deltas.len()];
            for (above, &delta) in above.iter_mut().zip(deltas) {
                *above = T::above(delta, least);
            }
            let width = u64::BITS - above.iter().fold(0, |all, above| all | above).leading_zeros();
            out[widths + mini] = width as u8;
            let size = T::MINIBLOCK / 8 * width as usize;
            if width == 0 {
                continue;
            }
            if width > 32 {
                put_wide(above, width, size, out);
                continue;
            }
            for (narrow, &above) in narrow.iter_mut().zip(&*above) {
                *narrow = above as u32;
            }
            pack(&narrow[..above.len()], width, size, out);
        }
    }
}

/// Packs values wider than 32 bits, which hardly occur.
fn put_wide(values: &[u64], width: u32, size: usize, out: &mut Vec<u8>) {
    let end = out.len() + size;
    let (mut bits, mut count) = (0_u128, 0);
    for &value in values {
        bits |= u128::from(value) << count;
        count += width;
        while count >= 8 {
            out.push(bits as u8);
            bits >>= 8;
            count -= 8;
        }
    }
    out.push(bits as u8);
    out.resize(end, 0);
}

/// A number with a sign, seven bits at a time.
fn zigzag(value: i64, out: &mut Vec<u8>) {
    varint((value << 1 ^ value >> 63) as u64, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads what [`differences`] wrote, by the letter of the format.
    fn undo(bytes: &[u8], bits: u32) -> Vec<i64> {
        let mut at = 0;
        let number = |at: &mut usize| {
            let (mut value, mut shift) = (0_u64, 0);
            loop {
                let byte = bytes[*at];
                *at += 1;
                value |= u64::from(byte & 0x7f) << shift;
                shift += 7;
                if byte < 0x80 {
                    return value;
                }
            }
        };
        let signed = |value: u64| (value >> 1) as i64 ^ -((value & 1) as i64);
        let wrapped = |value: i64| if bits == 32 { i64::from(value as i32) } else { value };
        let (block, minis, count) = (number(&mut at) as usize, number(&mut at) as usize, number(&mut at) as usize);
        assert_eq!(block % 128, 0);
        let mut values = vec![signed(number(&mut at))];
        while values.len() < count {
            let least = signed(number(&mut at));
            let widths = bytes[at..at + minis].to_vec();
            at += minis;
            for width in widths.into_iter().map(usize::from) {
                let here = &bytes[at..at + block / minis * width / 8];
                at += here.len();
                for index in 0..block / minis {
                    let bit = |bit: usize| u64::from(here[bit / 8] >> (bit % 8) & 1);
                    let above = (0..width).fold(0, |all, at| all | bit(index * width + at) << at);
                    if values.len() < count {
                        let last = values[values.len() - 1];
                        values.push(wrapped(last.wrapping_add(least).wrapping_add(above as i64)));
                    }
                }
            }
        }
        assert_eq!(at, bytes.len());
        values.truncate(count);
        values
    }

    #[test]
    fn differences_of_every_width() {
        let mut state = 1_u64;
        let mut next = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state ^ state >> 29
        };
        for width in 0..64 {
            for length in [0, 1, 2, 32, 33, 129, 257, 700] {
                let mask = if width == 0 { 0 } else { u64::MAX >> (64 - width) };
                let long: Vec<i64> = (0..length).map(|_| (next() & mask) as i64).collect();
                let mut out = Vec::new();
                differences::<Int64Type>(&long, &mut out);
                assert_eq!(undo(&out, 64), long, "{width} {length}");
                let short: Vec<i32> = long.iter().map(|&value| value as i32).collect();
                out.clear();
                differences::<Int32Type>(&short, &mut out);
                assert!(undo(&out, 32).into_iter().eq(short.into_iter().map(i64::from)), "{width} {length}");
            }
        }
    }
}
