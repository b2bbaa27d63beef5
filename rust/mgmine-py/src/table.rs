//! Arrow tables to and from Python, through the PyCapsule interface.

use std::ffi::CStr;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::ffi_stream::{ArrowArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::types::{Float64Type, Int16Type, Int32Type, Int64Type};
use arrow_array::{Array, Int64Array, RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use mgmine_engine::claims;
use mgmine_engine::parquet::ParquetFile;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList, PyString};

use crate::error::Error;

const STREAM: &CStr = c"arrow_array_stream";
const SCHEMA: &CStr = c"arrow_schema";

/// An immutable Arrow table in memory. polars, pandas, pyarrow and DuckDB read it without a copy through
/// `__arrow_c_stream__`.
#[pyclass(frozen, module = "mgmine._native")]
pub struct Table {
    pub schema: SchemaRef,
    pub batches: Vec<RecordBatch>,
}

impl Table {
    /// Rows in all batches.
    pub fn len(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}

/// A stream over batches as a capsule.
pub fn stream_capsule<'py>(
    py: Python<'py>,
    schema: &SchemaRef,
    batches: &[RecordBatch],
) -> PyResult<Bound<'py, PyCapsule>> {
    let batches: Vec<Result<RecordBatch, ArrowError>> = batches.iter().cloned().map(Ok).collect();
    let reader = RecordBatchIterator::new(batches, schema.clone());
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), STREAM)
}

/// The schema as a capsule.
pub fn schema_capsule<'py>(py: Python<'py>, schema: &SchemaRef) -> PyResult<Bound<'py, PyCapsule>> {
    let schema = FFI_ArrowSchema::try_from(schema.as_ref()).map_err(Error::Arrow)?;
    PyCapsule::new_with_value(py, schema, SCHEMA)
}

#[pymethods]
impl Table {
    /// The table as an Arrow C stream. `requested_schema` is a wish that is not granted, as the interface allows.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        stream_capsule(py, &self.schema, &self.batches)
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        schema_capsule(py, &self.schema)
    }

    fn __len__(&self) -> usize {
        self.len()
    }

    /// Names of the columns, in order.
    #[getter]
    fn column_names(&self) -> Vec<&str> {
        self.schema.fields().iter().map(|field| field.name().as_str()).collect()
    }

    /// Bytes held by the table's buffers.
    #[getter]
    fn nbytes(&self) -> usize {
        self.batches.iter().map(RecordBatch::get_array_memory_size).sum()
    }

    /// The rows as dictionaries, for small tables and for users without an Arrow library.
    fn to_pylist<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let names: Vec<_> = self.schema.fields().iter().map(|field| PyString::intern(py, field.name())).collect();
        let rows = PyList::empty(py);
        for batch in &self.batches {
            for row in 0..batch.num_rows() {
                let record = PyDict::new(py);
                for (name, column) in names.iter().zip(batch.columns()) {
                    record.set_item(name, value(py, column, row)?)?;
                }
                rows.append(record)?;
            }
        }
        Ok(rows)
    }

    /// A table of mgmine made from anything with `__arrow_c_stream__`.
    #[staticmethod]
    fn from_arrow(source: &Bound<'_, PyAny>) -> PyResult<Self> {
        let reader = import(source)?;
        let schema = reader.schema();
        let batches = source.py().detach(|| reader.collect::<Result<_, _>>()).map_err(Error::Arrow)?;
        Ok(Self { schema, batches })
    }

    fn __repr__(&self) -> String {
        format!("<mgmine table of {} rows: {}>", self.len(), self.column_names().join(", "))
    }
}

/// One value of a column as a Python object.
pub fn value<'py>(py: Python<'py>, column: &dyn Array, row: usize) -> PyResult<Bound<'py, PyAny>> {
    if column.is_null(row) {
        return Ok(py.None().into_bound(py));
    }
    Ok(match column.data_type() {
        DataType::Utf8 => PyString::new(py, column.as_string::<i32>().value(row)).into_any(),
        DataType::Boolean => column.as_boolean().value(row).into_pyobject(py)?.to_owned().into_any(),
        DataType::Int16 => column.as_primitive::<Int16Type>().value(row).into_pyobject(py)?.into_any(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(row).into_pyobject(py)?.into_any(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).into_pyobject(py)?.into_any(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).into_pyobject(py)?.into_any(),
        DataType::Dictionary(_, _) => {
            let dictionary = column
                .as_any_dictionary_opt()
                .ok_or_else(|| PyTypeError::new_err("a dictionary column without integer keys"))?;
            return value(py, dictionary.values().as_ref(), dictionary.normalized_keys()[row]);
        }
        DataType::List(_) => {
            let items = column.as_list::<i32>().value(row);
            let list = PyList::empty(py);
            for index in 0..items.len() {
                list.append(value(py, items.as_ref(), index)?)?;
            }
            list.into_any()
        }
        DataType::Struct(fields) => {
            let columns = column.as_struct().columns();
            let record = PyDict::new(py);
            for (field, column) in fields.iter().zip(columns) {
                record.set_item(field.name(), value(py, column, row)?)?;
            }
            record.into_any()
        }
        other => return Err(PyTypeError::new_err(format!("no Python value for a column of {other}"))),
    })
}

/// A reader over an object with `__arrow_c_stream__`.
fn import(source: &Bound<'_, PyAny>) -> PyResult<ArrowArrayStreamReader> {
    let capsule = source.call_method0("__arrow_c_stream__")?;
    let capsule = capsule.cast::<PyCapsule>().map_err(PyErr::from)?;
    let pointer = capsule.pointer_checked(Some(STREAM))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: the interface promises that a capsule of this name holds a valid stream. `from_raw` moves it out and leaves
    // a released one, as the interface demands of a consumer.
    #[allow(unsafe_code)]
    let reader = unsafe { ArrowArrayStreamReader::from_raw(pointer.as_ptr()) };
    Ok(reader.map_err(Error::Arrow)?)
}

/// Writes anything with `__arrow_c_stream__` as a Parquet file: zstd, statistics, the same bytes for the same rows. The file
/// is synced and appears under its name only when it is whole. Returns the number of rows. `constant` is the name and the
/// value of a column to add at the end.
#[pyfunction]
#[pyo3(signature = (source, path, *, constant=None))]
pub fn write_parquet(source: &Bound<'_, PyAny>, path: PathBuf, constant: Option<(String, i64)>) -> PyResult<u64> {
    if path.file_name().is_none() {
        return Err(PyValueError::new_err(format!("not a file name: {}", path.display())));
    }
    let reader = import(source)?;
    let rows = source.py().detach(|| {
        let Some((name, value)) = constant else {
            let mut file = ParquetFile::create(&path, &reader.schema())?;
            for batch in reader {
                file.write(&batch?)?;
            }
            return Ok::<_, Error>(file.close()?);
        };
        let added = Arc::new(Field::new(name, DataType::Int64, false));
        let fields: Vec<_> = reader.schema().fields().iter().cloned().chain([added]).collect();
        let schema: SchemaRef = Arc::new(Schema::new(fields));
        let mut file = ParquetFile::create(&path, &schema)?;
        for batch in reader {
            let batch = batch?;
            let mut columns = batch.columns().to_vec();
            columns.push(Arc::new(Int64Array::from_value(value, batch.num_rows())));
            file.write(&RecordBatch::try_new(schema.clone(), columns)?)?;
        }
        Ok::<_, Error>(file.close()?)
    })?;
    Ok(rows)
}

/// Claims (one JSON object a line, as `mgmine extract` prints them) as a flat table.
#[pyfunction]
pub fn claims_table(py: Python<'_>, jsonl_lines: Vec<String>) -> PyResult<Table> {
    let batch = py.detach(|| claims::claims_table(&jsonl_lines)).map_err(Error::Claim)?;
    let batches = if batch.num_rows() == 0 { Vec::new() } else { vec![batch] };
    Ok(Table { schema: claims::schema(), batches })
}
