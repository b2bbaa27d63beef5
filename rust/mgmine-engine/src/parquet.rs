//! Parquet out: zstd, statistics, and the same bytes for the same rows.
//!
//! Strings are written by [`crate::strings`], integers and flags by [`crate::numbers`], everything else by the parquet crate.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use ::parquet::arrow::ArrowWriter;
use ::parquet::arrow::arrow_writer::{ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use ::parquet::basic::{Compression, Encoding, Type, ZstdLevel};
pub use ::parquet::errors::ParquetError;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use ::parquet::file::writer::SerializedFileWriter;
use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use crate::numbers;
use crate::pages::{Column, LEVEL};
use crate::strings::StringColumn;

/// Rows of a row group. Small enough that what is buffered stays in some ten megabytes, big enough to compress well and to have few
/// strings in more than one dictionary.
const ROW_GROUP: usize = 262_144;
/// A row group is also closed at this many encoded bytes.
const ROW_GROUP_BYTES: usize = 16 << 20;

fn properties(schema: &SchemaRef) -> Result<WriterProperties, ParquetError> {
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(LEVEL)?))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_created_by(format!("mgmine {}", env!("CARGO_PKG_VERSION")));
    for column in ::parquet::arrow::ArrowSchemaConverter::new().convert(schema)?.columns() {
        if matches!(column.physical_type(), Type::INT32 | Type::INT64) {
            builder = builder
                .set_column_dictionary_enabled(column.path().clone(), false)
                .set_column_encoding(column.path().clone(), Encoding::DELTA_BINARY_PACKED)
                .set_column_compression(column.path().clone(), Compression::UNCOMPRESSED);
        }
    }
    Ok(builder.build())
}

/// The leaves of one field in the row group at hand.
enum Leaves {
    Own(Box<dyn Column>),
    Other(Vec<ArrowColumnWriter>),
}

/// Row groups under construction, and the file they go to.
struct RowGroups {
    file: SerializedFileWriter<io::BufWriter<File>>,
    factory: ArrowRowGroupWriterFactory,
    schema: SchemaRef,
    columns: Vec<Leaves>,
    /// Rows of the row group at hand.
    rows: usize,
    /// Row groups written.
    written: usize,
}

impl RowGroups {
    fn new(file: File, schema: &SchemaRef) -> Result<Self, ParquetError> {
        let writer = ArrowWriter::try_new(io::BufWriter::new(file), schema.clone(), Some(properties(schema)?))?;
        let (file, factory) = writer.into_serialized_writer()?;
        let mut row_groups = Self { file, factory, schema: schema.clone(), columns: Vec::new(), rows: 0, written: 0 };
        row_groups.start()?;
        Ok(row_groups)
    }

    /// Columns for the next row group. Those written here keep their buffers.
    fn start(&mut self) -> Result<(), ParquetError> {
        let mut kept: Vec<Option<Box<dyn Column>>> = std::mem::take(&mut self.columns)
            .into_iter()
            .map(|column| if let Leaves::Own(column) = column { Some(column) } else { None })
            .collect();
        kept.resize_with(self.schema.fields().len(), || None);
        let mut writers = self.factory.create_column_writers(self.written)?.into_iter();
        let leaves = self.file.schema_descr();
        let mut leaf = 0;
        for (field, kept) in self.schema.fields().iter().zip(kept) {
            let first = leaf;
            while leaf < leaves.num_columns() && leaves.get_column_root(leaf).name() == field.name() {
                leaf += 1;
            }
            let writers: Vec<_> = writers.by_ref().take(leaf - first).collect();
            let own = kept.or_else(|| {
                let strings = StringColumn::new(field, leaves.column(first)).map(|strings| Box::new(strings) as _);
                strings.or_else(|| numbers::column(field, leaves.column(first)))
            });
            self.columns.push(own.map_or(Leaves::Other(writers), Leaves::Own));
        }
        self.rows = 0;
        Ok(())
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), ParquetError> {
        let mut at = 0;
        while at < batch.num_rows() {
            let rows = (batch.num_rows() - at).min(ROW_GROUP - self.rows);
            let mut size = 0;
            for ((field, array), column) in self.schema.fields().iter().zip(batch.columns()).zip(&mut self.columns) {
                let array = array.slice(at, rows);
                match column {
                    Leaves::Own(column) => {
                        column.write(&array)?;
                        size += column.size();
                    }
                    Leaves::Other(writers) => {
                        for (leaf, writer) in compute_leaves(field, &array)?.iter().zip(writers) {
                            writer.write(leaf)?;
                            size += writer.get_estimated_total_bytes();
                        }
                    }
                }
            }
            at += rows;
            self.rows += rows;
            if self.rows == ROW_GROUP || size >= ROW_GROUP_BYTES {
                self.finish_group()?;
                self.start()?;
            }
        }
        Ok(())
    }

    fn finish_group(&mut self) -> Result<(), ParquetError> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        for column in &mut self.columns {
            match column {
                Leaves::Own(column) => {
                    let (pages, close) = column.finish()?;
                    group.append_column(&pages, close)?;
                }
                Leaves::Other(writers) => {
                    for writer in std::mem::take(writers) {
                        writer.close()?.append_to_row_group(&mut group)?;
                    }
                }
            }
        }
        group.close()?;
        self.written += 1;
        Ok(())
    }

    fn close(mut self) -> Result<File, ParquetError> {
        self.finish_group()?;
        let buffered = self.file.into_inner()?;
        buffered.into_inner().map_err(|error| error.into_error().into())
    }
}

/// A Parquet file that appears under its name only when it is whole: it is written beside it, synced and renamed.
/// Dropped without [`ParquetFile::close`], it leaves nothing behind.
pub struct ParquetFile {
    writer: Option<RowGroups>,
    path: PathBuf,
    temporary: PathBuf,
    rows: u64,
}

impl ParquetFile {
    /// Starts the file that will be `path`.
    ///
    /// # Errors
    /// If the temporary file beside it cannot be made.
    pub fn create(path: &Path, schema: &SchemaRef) -> Result<Self, ParquetError> {
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".{}.part", std::process::id()));
        let temporary = path.with_file_name(name);
        let file = File::create(&temporary)?;
        Ok(Self { writer: Some(RowGroups::new(file, schema)?), path: path.to_owned(), temporary, rows: 0 })
    }

    /// Adds a batch.
    ///
    /// # Errors
    /// If it cannot be encoded or written.
    ///
    /// # Panics
    /// Never: the writer is there until the file is closed.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), ParquetError> {
        self.rows += batch.num_rows() as u64;
        self.writer.as_mut().expect("the file is open").write(batch)
    }

    /// Writes the footer, syncs the file and its directory and gives it its name. Returns the number of rows.
    ///
    /// # Errors
    /// If any of it fails; then there is no file.
    ///
    /// # Panics
    /// Never: the writer is there until the file is closed.
    pub fn close(self) -> Result<u64, ParquetError> {
        let rows = self.rows;
        close_all(vec![self])?;
        Ok(rows)
    }
}

/// As [`ParquetFile::close`] for files of one directory, which get their names when all of them are whole.
///
/// # Errors
/// If any of it fails.
///
/// # Panics
/// Never: the writer is there until the file is closed.
pub fn close_all(mut files: Vec<ParquetFile>) -> Result<(), ParquetError> {
    for file in &mut files {
        let writer = file.writer.take().expect("the file is open");
        writer.close()?.sync_all()?;
    }
    for file in &files {
        std::fs::rename(&file.temporary, &file.path)?;
    }
    if let Some(file) = files.last() {
        sync_directory(&file.path)?;
    }
    Ok(())
}

impl Drop for ParquetFile {
    fn drop(&mut self) {
        drop(self.writer.take());
        // Gone if the file has its name. Nothing more can be done about one that cannot be removed.
        let _ = std::fs::remove_file(&self.temporary);
    }
}

/// Makes the rename of `path` durable.
fn sync_directory(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use arrow_array::builder::{ListBuilder, StringBuilder, StringDictionaryBuilder};
    use arrow_array::cast::AsArray as _;
    use arrow_array::types::Int32Type;
    use arrow_array::{Array as _, ArrayRef, BooleanArray, Int32Array, Int64Array, StringArray};
    use arrow_schema::{DataType, Field, Schema};

    use super::*;

    fn schema() -> SchemaRef {
        Arc::new(Schema::new(vec![Field::new("n", DataType::Int32, false)]))
    }

    fn batch(range: std::ops::Range<i32>) -> RecordBatch {
        RecordBatch::try_new(schema(), vec![Arc::new(Int32Array::from_iter_values(range))]).expect("a batch")
    }

    #[test]
    fn whole_or_not_at_all_and_the_same_bytes() {
        let directory = tempfile::tempdir().expect("a directory");
        let write = |name: &str| {
            let path = directory.path().join(name);
            let mut file = ParquetFile::create(&path, &schema()).expect("a file");
            file.write(&batch(0..100_000)).expect("written");
            assert!(!path.exists());
            file.write(&batch(100_000..200_000)).expect("written");
            assert_eq!(file.close().expect("closed"), 200_000);
            std::fs::read(path).expect("the file")
        };
        assert_eq!(write("a.parquet"), write("b.parquet"));

        let abandoned = directory.path().join("c.parquet");
        let mut file = ParquetFile::create(&abandoned, &schema()).expect("a file");
        file.write(&batch(0..10)).expect("written");
        drop(file);
        assert_eq!(std::fs::read_dir(directory.path()).expect("listed").count(), 2);

        let file = File::open(directory.path().join("a.parquet")).expect("opened");
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("a reader").build().expect("built");
        let values: Vec<i32> = reader
            .flat_map(|batch| {
                let column = batch.expect("read").column(0).to_data();
                Int32Array::from(column).values().to_vec()
            })
            .collect();
        assert!(values.iter().copied().eq(0..200_000));
    }

    #[test]
    fn all_get_their_names_or_none() {
        let directory = tempfile::tempdir().expect("a directory");
        let files = |names: [&str; 2]| {
            let file = |name| {
                let mut file = ParquetFile::create(&directory.path().join(name), &schema()).expect("a file");
                file.write(&batch(0..10)).expect("written");
                file
            };
            names.map(file).into()
        };
        let names = || {
            let entry = |entry: io::Result<std::fs::DirEntry>| entry.expect("an entry").file_name();
            let mut names: Vec<_> = std::fs::read_dir(directory.path()).expect("listed").map(entry).collect();
            names.sort();
            names
        };
        close_all(files(["a", "b"])).expect("closed");
        assert_eq!(names(), ["a", "b"]);
        let mut broken: Vec<ParquetFile> = files(["c", "d"]);
        // A file that takes nothing any more.
        let closed = File::open(directory.path().join("a")).expect("opened");
        broken[1].writer = Some(RowGroups::new(closed, &schema()).expect("a writer"));
        close_all(broken).expect_err("it cannot be written to");
        assert_eq!(names(), ["a", "b"]);
    }

    /// Columns of strings of every kind; `row` tells the rows apart.
    fn strings(rows: std::ops::Range<usize>) -> RecordBatch {
        let word = |row: usize| format!("β{}", row * row % 613);
        let item = Field::new("item", DataType::Utf8, false);
        let mut lists = ListBuilder::new(StringBuilder::new()).with_field(item.clone());
        let mut keys = StringDictionaryBuilder::<Int32Type>::new();
        for row in rows.clone() {
            // Of the long ones, some hundred rows in a row have the same.
            let (first, length) = if row % 11 == 0 { (row / 500, 17 + row / 500 % 40) } else { (row, row % 5) };
            for at in first..first + length {
                lists.values().append_value(word(at));
            }
            lists.append(true);
            keys.append_option((row % 7 > 0).then(|| word(row / 50)));
        }
        let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let fields = vec![
            Field::new("always", DataType::Utf8, false),
            Field::new("perhaps", DataType::Utf8, true),
            Field::new("never", DataType::Utf8, true),
            Field::new("distinct", DataType::Utf8, false),
            Field::new("key", dictionary, true),
            Field::new("list", DataType::List(Arc::new(item)), false),
        ];
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from_iter_values(rows.clone().map(word))),
            Arc::new(StringArray::from_iter(rows.clone().map(|row| (row % 3 > 0).then(|| word(row / 100))))),
            Arc::new(StringArray::new_null(rows.len())),
            Arc::new(StringArray::from_iter_values(rows.clone().map(|row| format!("{row} is like no other row")))),
            Arc::new(keys.finish()),
            Arc::new(lists.finish()),
        ];
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).expect("a batch")
    }

    #[test]
    fn numbers_and_flags_come_back() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("numbers.parquet");
        let fields = vec![
            Field::new("n", DataType::Int32, false),
            Field::new("wide", DataType::Int64, true),
            Field::new("never", DataType::Int32, true),
            Field::new("flag", DataType::Boolean, false),
        ];
        let schema = Arc::new(Schema::new(fields));
        let rows = |rows: std::ops::Range<i64>| {
            let columns: Vec<ArrayRef> = vec![
                Arc::new(Int32Array::from_iter_values(rows.clone().map(|row| (row * row % 1013) as i32))),
                Arc::new(Int64Array::from_iter(
                    rows.clone().map(|row| (row % 5 > 0 || row < 40_000).then_some(row << 33)),
                )),
                Arc::new(Int32Array::new_null(rows.clone().count())),
                Arc::new(BooleanArray::from_iter(rows.map(|row| Some(row % 3 == 0)))),
            ];
            RecordBatch::try_new(schema.clone(), columns).expect("a batch")
        };
        let mut file = ParquetFile::create(&path, &schema).expect("a file");
        for two in [0, 1, 40_000, 300_000].windows(2) {
            file.write(&rows(two[0]..two[1])).expect("written");
        }
        assert_eq!(file.close().expect("closed"), 300_000);
        let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).expect("opened")).expect("a reader");
        let group = builder.metadata().row_group(0);
        let statistics = |column: usize| {
            let statistics = group.column(column).statistics().expect("statistics");
            let bytes = |bytes: Option<&[u8]>| bytes.map(<[u8]>::to_vec);
            (bytes(statistics.min_bytes_opt()), bytes(statistics.max_bytes_opt()), statistics.null_count_opt())
        };
        let int = |value: i32| Some(value.to_le_bytes().to_vec());
        let long = |value: i64| Some(value.to_le_bytes().to_vec());
        let nulls = (40_000..262_144).filter(|row| row % 5 == 0).count() as u64;
        assert_eq!(statistics(0), (int(0), int(1012), Some(0)));
        assert_eq!(statistics(1), (long(0), long(262_143 << 33), Some(nulls)));
        assert_eq!(statistics(2), (None, None, Some(262_144)));
        assert_eq!(statistics(3), (Some(vec![0]), Some(vec![1]), Some(0)));
        let mut row = 0;
        for batch in builder.build().expect("built") {
            let batch = batch.expect("read");
            let end = row + batch.num_rows() as i64;
            assert_eq!(batch, rows(row..end));
            row = end;
        }
        assert_eq!(row, 300_000);
    }

    fn texts(dictionary: &ArrayRef) -> Vec<Option<String>> {
        let dictionary = dictionary.as_dictionary::<Int32Type>();
        let values = dictionary.values().as_string::<i32>();
        dictionary.keys().iter().map(|key| key.map(|key| values.value(key as usize).to_owned())).collect()
    }

    #[test]
    fn strings_come_back() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("strings.parquet");
        let cuts = [0, 1, 30, 16_384, 100_000, 300_000];
        let mut file = ParquetFile::create(&path, &strings(0..0).schema()).expect("a file");
        for two in cuts.windows(2) {
            file.write(&strings(two[0]..two[1])).expect("written");
        }
        assert_eq!(file.close().expect("closed"), 300_000);
        let file = File::open(&path).expect("opened");
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("a reader").build().expect("built");
        let mut row = 0;
        for batch in reader {
            let batch = batch.expect("read");
            let wanted = strings(row..row + batch.num_rows());
            row += batch.num_rows();
            for (found, wanted) in batch.columns().iter().zip(wanted.columns()) {
                if found.as_dictionary_opt::<Int32Type>().is_some() {
                    assert_eq!(texts(found), texts(wanted));
                } else {
                    assert_eq!(found, wanted);
                }
            }
        }
        assert_eq!(row, 300_000);
    }
}
