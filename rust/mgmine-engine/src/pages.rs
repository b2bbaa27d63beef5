//! Pages of a column in Parquet, and what the footer says of them.

use std::io::Write as _;

use ::parquet::basic::{Compression, Encoding, ZstdLevel};
use ::parquet::column::page::{CompressedPage, Page, PageWriter as _};
use ::parquet::column::writer::ColumnCloseResult;
use ::parquet::errors::{ParquetError, Result};
use ::parquet::file::metadata::ColumnChunkMetaData;
use ::parquet::file::statistics::Statistics;
use ::parquet::file::writer::{SerializedPageWriter, TrackedWrite};
use ::parquet::schema::types::ColumnDescPtr;
use arrow_array::ArrayRef;
use bytes::Bytes;

/// Level of zstd: the lowest, for the dictionary has taken out what repeats.
pub const LEVEL: i32 = 1;
/// Levels of a data page of integers or flags.
pub const PAGE: usize = 32_768;

/// A column of one row group that is encoded here.
pub trait Column: Send {
    /// Adds the rows of an array of the field's type.
    ///
    /// # Errors
    /// If a page is full and the parquet crate fails.
    fn write(&mut self, array: &ArrayRef) -> Result<()>;

    /// Bytes held, about.
    fn size(&self) -> usize;

    /// The column as pages, and what the footer says of it. The column is empty afterwards.
    ///
    /// # Errors
    /// If zstd or the parquet crate fails.
    fn finish(&mut self) -> Result<(Bytes, ColumnCloseResult)>;
}

/// The pages of a column.
pub struct Pages {
    sink: TrackedWrite<Vec<u8>>,
    /// Without it, pages stay as they are.
    zstd: Option<zstd::bulk::Compressor<'static>>,
    /// Bytes so far.
    written: u64,
    /// What they would be without compression.
    uncompressed: u64,
    /// Where the first data page begins.
    data: Option<u64>,
    has_dictionary: bool,
}

impl Pages {
    /// No page; those to come stay as they are.
    pub fn plain() -> Self {
        Self {
            sink: TrackedWrite::new(Vec::new()),
            zstd: None,
            written: 0,
            uncompressed: 0,
            data: None,
            has_dictionary: false,
        }
    }

    /// No page; those to come are packed.
    ///
    /// # Errors
    /// If zstd fails.
    pub fn zstd() -> Result<Self> {
        let zstd = zstd::bulk::Compressor::new(LEVEL).map_err(|error| ParquetError::External(Box::new(error)))?;
        Ok(Self { zstd: Some(zstd), ..Self::plain() })
    }

    /// Adds the page of the dictionary.
    ///
    /// # Errors
    /// If zstd or the parquet crate fails.
    pub fn add_dictionary(&mut self, bytes: &[u8], values: usize) -> Result<()> {
        self.has_dictionary = true;
        let (num_values, encoding) = (values as u32, Encoding::PLAIN);
        self.add(bytes, |buf| Page::DictionaryPage { buf, num_values, encoding, is_sorted: false })
    }

    /// Adds a page of that many levels.
    ///
    /// # Errors
    /// If zstd or the parquet crate fails.
    pub fn add_data(&mut self, bytes: &[u8], levels: usize, encoding: Encoding) -> Result<()> {
        self.data.get_or_insert(self.written);
        self.add(bytes, |buf| Page::DataPage {
            buf,
            num_values: levels as u32,
            encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        })
    }

    /// Bytes so far.
    pub fn size(&self) -> usize {
        self.written as usize
    }

    fn add(&mut self, bytes: &[u8], page: impl FnOnce(Bytes) -> Page) -> Result<()> {
        let buffer = match &mut self.zstd {
            Some(zstd) => zstd.compress(bytes).map_err(|error| ParquetError::External(Box::new(error)))?.into(),
            None => Bytes::copy_from_slice(bytes),
        };
        let page = CompressedPage::new(page(buffer), bytes.len());
        let spec = SerializedPageWriter::new(&mut self.sink).write_page(page)?;
        self.written += spec.bytes_written;
        self.uncompressed += spec.uncompressed_size as u64;
        Ok(())
    }

    /// All of it, and what the footer says.
    ///
    /// # Errors
    /// If the parquet crate fails.
    pub fn close(
        mut self,
        descr: &ColumnDescPtr,
        encodings: Vec<Encoding>,
        rows: usize,
        levels: usize,
        statistics: Statistics,
    ) -> Result<(Bytes, ColumnCloseResult)> {
        let compression = match self.zstd {
            Some(_) => Compression::ZSTD(ZstdLevel::try_new(LEVEL)?),
            None => Compression::UNCOMPRESSED,
        };
        let metadata = ColumnChunkMetaData::builder(descr.clone())
            .set_compression(compression)
            .set_encodings(encodings)
            .set_num_values(levels as i64)
            .set_total_compressed_size(self.written as i64)
            .set_total_uncompressed_size(self.uncompressed as i64)
            .set_data_page_offset(self.data.unwrap_or(0) as i64)
            .set_dictionary_page_offset(self.has_dictionary.then_some(0))
            .set_statistics(statistics)
            .build()?;
        let close = ColumnCloseResult {
            bytes_written: self.written,
            rows_written: rows as u64,
            metadata,
            bloom_filter: None,
            column_index: None,
            offset_index: None,
        };
        self.sink.flush()?;
        Ok((Bytes::from(std::mem::take(self.sink.inner_mut())), close))
    }
}

/// Bits of the widest number up to `most`.
pub fn bits(most: u32) -> u32 {
    u32::BITS - most.leading_zeros()
}

/// Definition or repetition levels of a page, behind their length.
pub fn put_levels(levels: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    rle(levels, 1, out);
    let length = (out.len() - start - 4) as u32;
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
}

/// How many of the levels are 1; the others are 0.
pub fn ones(levels: &[u8]) -> usize {
    // As many fit into a byte, and bytes are added sixteen at a time.
    levels.chunks(u8::MAX as usize).map(|part| usize::from(part.iter().sum::<u8>())).sum()
}

/// How many of the values from the first on are equal to it.
fn run_of<T: Copy + PartialEq>(values: &[T]) -> usize {
    const STEP: usize = 16;
    let Some(&value) = values.first() else { return 0 };
    let (steps, _) = values.as_chunks::<STEP>();
    // Without a branch inside a step, it is compared at once.
    let same = |step: &&[T; STEP]| step.iter().fold(true, |same, &other| same & (other == value));
    let whole = steps.iter().take_while(same).count() * STEP;
    whole + values[whole..].iter().take_while(|&&other| other == value).count()
}

/// Parquet's hybrid of run lengths and packed bits.
pub fn rle<T: Copy + PartialEq + Into<u32>>(values: &[T], width: u32, out: &mut Vec<u8>) {
    /// A shorter run is packed with its neighbours.
    const RUN: usize = 24;
    let (mut packed_from, mut at) = (0, 0);
    while at < values.len() {
        let value = values[at];
        let is_run = values.get(at + 1) == Some(&value) && values.get(at + RUN - 1) == Some(&value);
        let run = if is_run { run_of(&values[at..]) } else { 1 };
        if run >= RUN {
            put_packed(&values[packed_from..at], width, out);
            varint((run as u64) << 1, out);
            out.extend_from_slice(&value.into().to_le_bytes()[..width.div_ceil(8) as usize]);
            at += run;
            packed_from = at;
        } else {
            // Packed bits come eight values at a time.
            at = (at + 8).min(values.len());
        }
    }
    put_packed(&values[packed_from..], width, out);
}

fn put_packed<T: Copy + Into<u32>>(values: &[T], width: u32, out: &mut Vec<u8>) {
    /// Values of a run: its header stays short for readers that expect that.
    const MOST: usize = 504;
    for part in values.chunks(MOST) {
        let groups = part.len().div_ceil(8);
        varint((groups as u64) << 1 | 1, out);
        pack(part, width, groups * width as usize, out);
    }
}

/// Values packed at a time: their bits are whole words.
const BLOCK: usize = 32;

/// Packs a block of values of that many bits into as many words. Where each value goes is known when this is compiled, so that
/// only shifts are left.
fn pack_block<const WIDTH: usize>(values: &[u32; BLOCK], words: &mut [[u8; 4]]) {
    let mut packed = [0_u32; BLOCK + 1];
    macro_rules! put {
        ($($at:literal)*) => {$(
            let bit = $at * WIDTH;
            packed[bit / 32] |= values[$at] << (bit % 32);
            if bit % 32 + WIDTH > 32 {
                packed[bit / 32 + 1] |= values[$at] >> (32 - bit % 32);
            }
        )*};
    }
    put!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
    for (word, packed) in words.iter_mut().zip(&packed[..WIDTH]) {
        *word = packed.to_le_bytes();
    }
}

/// Appends values of at most `width` bits, 1 to 32, and zeros up to `size` bytes.
pub fn pack<T: Copy + Into<u32>>(values: &[T], width: u32, size: usize, out: &mut Vec<u8>) {
    macro_rules! of_width {
        ($($width:literal)*) => {
            match width {
                $($width => pack_block::<$width>,)*
                _ => unreachable!("numbers have 1 to 32 bits"),
            }
        };
    }
    let pack_block: fn(&[u32; BLOCK], &mut [[u8; 4]]) =
        of_width!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32);
    let start = out.len();
    out.resize(start + values.len().div_ceil(BLOCK) * 4 * width as usize, 0);
    let words = out[start..].as_chunks_mut::<4>().0;
    for (values, words) in values.chunks(BLOCK).zip(words.chunks_exact_mut(width as usize)) {
        let mut block = [0; BLOCK];
        for (place, &value) in block.iter_mut().zip(values) {
            *place = value.into();
        }
        pack_block(&block, words);
    }
    out.resize(start + size, 0);
}

/// A number seven bits at a time.
pub fn varint(mut value: u64, out: &mut Vec<u8>) {
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
    fn ones_are_counted() {
        for length in [0, 1, 255, 256, 1000] {
            assert_eq!(ones(&vec![1; length]), length);
            let levels: Vec<u8> = (0..length).map(|at| u8::from(at % 3 == 0)).collect();
            assert_eq!(ones(&levels), length.div_ceil(3));
        }
    }

    #[test]
    fn runs_and_packed_bits() {
        let mut state = 1_u64;
        for width in 1..=32 {
            for length in [0, 1, 7, 8, 9, 24, 31, 503, 504, 505, 2000] {
                let mut values = Vec::new();
                while values.len() < length {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let value = (state >> 32) as u32 >> (u32::BITS - width);
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
