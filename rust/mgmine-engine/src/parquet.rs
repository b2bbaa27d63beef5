//! Parquet out: zstd, page statistics, and the same bytes for the same rows.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::{Compression, ZstdLevel};
pub use ::parquet::errors::ParquetError;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties};
use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

/// Rows of a row group. Small enough that what is buffered stays in a few megabytes, big enough to compress well.
const ROW_GROUP: usize = 131_072;
/// A row group is also closed at this many encoded bytes.
const ROW_GROUP_BYTES: usize = 16 << 20;

fn properties() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).expect("3 is a zstd level")))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_max_row_group_bytes(Some(ROW_GROUP_BYTES))
        .set_created_by(format!("mgmine {}", env!("CARGO_PKG_VERSION")))
        .build()
}

/// A Parquet file that appears under its name only when it is whole: it is written beside it, synced and renamed.
/// Dropped without [`ParquetFile::close`], it leaves nothing behind.
pub struct ParquetFile {
    writer: Option<ArrowWriter<io::BufWriter<File>>>,
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
        let writer = ArrowWriter::try_new(io::BufWriter::new(file), schema.clone(), Some(properties()))?;
        Ok(Self { writer: Some(writer), path: path.to_owned(), temporary, rows: 0 })
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
    pub fn close(mut self) -> Result<u64, ParquetError> {
        let mut buffered = self.writer.take().expect("the file is open").into_inner()?;
        buffered.flush()?;
        buffered.get_ref().sync_all()?;
        drop(buffered);
        std::fs::rename(&self.temporary, &self.path)?;
        sync_directory(&self.path)?;
        Ok(self.rows)
    }
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
    use arrow_array::{Array as _, Int32Array};
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
}
