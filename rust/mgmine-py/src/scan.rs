//! Scanning from Python: to tables in memory, to Parquet files, to printed rows.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int32Type;
use mgmine_engine::collect::{Chunk, Gated, PrintOptions, Printed, Printer, TableKind, TableOptions, Tables};
use mgmine_engine::parquet::{ParquetFile, close_all};
use mgmine_engine::print::{COMENTION_HEADER, MENTION_HEADER};
use mgmine_engine::run::{self, Event, Input, Threads};
use mgmine_engine::tables::{ProblemTable, Table as _, unpack};
use mgmine_engine::visit::Gate;
use pyo3::exceptions::{PyAttributeError, PyIndexError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyIterator, PyList, PyTuple};

use crate::error::Error;
use crate::input::{InputArgument, Output};
use crate::lexicon::Lexicon;
use crate::table::{Table, schema_capsule, stream_capsule, value};

/// Something of an input that could not be read as it stands.
#[pyclass(frozen, module = "mgmine._native")]
pub struct Problem {
    inner: mgmine_io::Problem,
}

impl From<mgmine_io::Problem> for Problem {
    fn from(inner: mgmine_io::Problem) -> Self {
        Self { inner }
    }
}

#[pymethods]
impl Problem {
    /// The input's name, as given.
    #[getter]
    fn file(&self) -> &str {
        &self.inner.file
    }

    /// Byte in the uncompressed stream.
    #[getter]
    fn offset(&self) -> u64 {
        self.inner.offset
    }

    /// Zero-based index of the record, where it happened within one.
    #[getter]
    fn record(&self) -> Option<u64> {
        self.inner.record
    }

    /// The record's id, where it could be read.
    #[getter]
    fn doc_id(&self) -> Option<&str> {
        self.inner.doc_id.as_deref()
    }

    /// The reason in one word, such as `broken_record`.
    #[getter]
    fn kind(&self) -> &'static str {
        self.inner.kind.as_str()
    }

    /// The reason in words.
    #[getter]
    fn message(&self) -> &str {
        &self.inner.message
    }

    /// Whether nothing of the input can be read after this point.
    #[getter]
    fn fatal(&self) -> bool {
        self.inner.fatal
    }

    /// Whether the record was read all the same, with the offending bytes replaced or kept.
    #[getter]
    fn repaired(&self) -> bool {
        self.inner.kind.is_repaired()
    }

    fn __str__(&self) -> String {
        self.inner.to_string()
    }

    fn __repr__(&self) -> String {
        format!("Problem({:?})", self.inner.to_string())
    }
}

/// The problems of a scan: a sequence of [`Problem`], and an Arrow table.
#[pyclass(frozen, sequence, module = "mgmine._native")]
pub struct Problems {
    problems: Vec<mgmine_io::Problem>,
}

impl Problems {
    fn batch(&self) -> RecordBatch {
        let mut table = ProblemTable::default();
        for problem in &self.problems {
            table.push(problem);
        }
        table.finish()
    }
}

#[pymethods]
impl Problems {
    fn __len__(&self) -> usize {
        self.problems.len()
    }

    fn __getitem__(&self, index: isize) -> PyResult<Problem> {
        let from_end = if index < 0 { self.problems.len() } else { 0 };
        let problem = from_end.checked_add_signed(index).and_then(|index| self.problems.get(index));
        Ok(problem.ok_or_else(|| PyIndexError::new_err("no such problem"))?.clone().into())
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        let problems = self.problems.iter().cloned().map(|problem| Py::new(py, Problem::from(problem)));
        PyList::new(py, problems.collect::<PyResult<Vec<_>>>()?)?.try_iter()
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        stream_capsule(py, &ProblemTable::schema(), &[self.batch()])
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        schema_capsule(py, &ProblemTable::schema())
    }

    fn __repr__(&self) -> String {
        format!("<{} problems>", self.problems.len())
    }
}

/// What went through a scan.
#[pyclass(frozen, module = "mgmine._native")]
pub struct Summary {
    counts: run::Summary,
    problems: Vec<mgmine_io::Problem>,
}

#[pymethods]
impl Summary {
    /// Documents read.
    #[getter]
    fn documents(&self) -> u64 {
        self.counts.documents
    }

    /// Documents with an abstract.
    #[getter]
    fn abstracts(&self) -> u64 {
        self.counts.abstracts
    }

    /// Ids named by a `DeleteCitation`.
    #[getter]
    fn deletions(&self) -> u64 {
        self.counts.deletions
    }

    /// Documents with a counted mention.
    #[getter]
    fn matched(&self) -> u64 {
        self.counts.matched
    }

    /// Kept mentions, nested ones included.
    #[getter]
    fn mentions(&self) -> u64 {
        self.counts.mentions
    }

    /// Counted mentions.
    #[getter]
    fn counted(&self) -> u64 {
        self.counts.counted
    }

    /// Rejected candidates.
    #[getter]
    fn vetoes(&self) -> u64 {
        self.counts.vetoes
    }

    /// Comentions of all levels.
    #[getter]
    fn comentions(&self) -> u64 {
        self.counts.comentions
    }

    /// Inputs of which nothing could be read.
    #[getter]
    fn unread(&self) -> u64 {
        self.counts.unread
    }

    /// What could not be read.
    #[getter]
    fn problems(&self) -> Problems {
        Problems { problems: self.problems.clone() }
    }

    fn __repr__(&self) -> String {
        format!(
            "<Summary: {} documents, {} mentions, {} comentions, {} problems>",
            self.counts.documents,
            self.counts.mentions,
            self.counts.comentions,
            self.problems.len()
        )
    }
}

/// The tables of a scan. A table that was not asked for is an `AttributeError`.
#[pyclass(frozen, module = "mgmine._native")]
pub struct ScanTables {
    tables: BTreeMap<TableKind, Py<Table>>,
    summary: Py<Summary>,
    gated: Vec<Gated>,
}

impl ScanTables {
    fn table(&self, py: Python<'_>, kind: TableKind) -> PyResult<Py<Table>> {
        let table = self.tables.get(&kind).ok_or_else(|| {
            PyAttributeError::new_err(format!("the scan was not asked for the table {:?}", kind.as_str()))
        })?;
        Ok(table.clone_ref(py))
    }
}

#[pymethods]
impl ScanTables {
    /// Kept mentions.
    #[getter]
    fn mentions(&self, py: Python<'_>) -> PyResult<Py<Table>> {
        self.table(py, TableKind::Mentions)
    }

    /// Rejected candidates.
    #[getter]
    fn vetoes(&self, py: Python<'_>) -> PyResult<Py<Table>> {
        self.table(py, TableKind::Vetoes)
    }

    /// Comentions of all levels.
    #[getter]
    fn comentions(&self, py: Python<'_>) -> PyResult<Py<Table>> {
        self.table(py, TableKind::Comentions)
    }

    /// All sentences of the documents that pass the gate.
    #[getter]
    fn sentences(&self, py: Python<'_>) -> PyResult<Py<Table>> {
        self.table(py, TableKind::Sentences)
    }

    /// The bibliographic records of all documents.
    #[getter]
    fn documents(&self, py: Python<'_>) -> PyResult<Py<Table>> {
        self.table(py, TableKind::Documents)
    }

    /// Ids named by a `DeleteCitation`.
    #[getter]
    fn deletions(&self, py: Python<'_>) -> PyResult<Py<Table>> {
        self.table(py, TableKind::Deletions)
    }

    /// Names of the tables that were asked for.
    #[getter]
    fn names(&self) -> Vec<&'static str> {
        self.tables.keys().map(|kind| kind.as_str()).collect()
    }

    /// What went through.
    #[getter]
    fn summary(&self, py: Python<'_>) -> Py<Summary> {
        self.summary.clone_ref(py)
    }

    /// What could not be read.
    #[getter]
    fn problems(&self) -> Problems {
        self.summary.get().problems()
    }

    /// The documents that pass the gate, one after another: id, version, all sentences (index, start, end, text, passage,
    /// section), kept mentions (start, end, text, family, concept, ids, sentence, counted, nested_in), and the indexes of the
    /// sentences to be read. Needs the tables `sentences` and `mentions`.
    fn gated(slf: &Bound<'_, Self>) -> PyResult<GatedIterator> {
        let py = slf.py();
        let this = slf.get();
        let batches = |kind| PyResult::Ok(this.table(py, kind)?.get().batches.clone());
        Ok(GatedIterator {
            state: Mutex::new(GatedState {
                sentences: Cursor::new(batches(TableKind::Sentences)?),
                mentions: Cursor::new(batches(TableKind::Mentions)?),
                next: 0,
            }),
            tables: slf.clone().unbind(),
        })
    }

    fn __repr__(&self) -> String {
        format!("<ScanTables {}>", self.names().join(", "))
    }
}

/// A place in a table.
struct Cursor {
    batches: Vec<RecordBatch>,
    batch: usize,
    row: usize,
}

impl Cursor {
    fn new(batches: Vec<RecordBatch>) -> Self {
        Self { batches, batch: 0, row: 0 }
    }

    fn skip(&mut self, mut rows: usize) {
        while rows > 0 && self.batch < self.batches.len() {
            let left = self.batches[self.batch].num_rows() - self.row;
            if rows < left {
                self.row += rows;
                return;
            }
            rows -= left;
            self.batch += 1;
            self.row = 0;
        }
    }

    /// Calls `visit` with the next `rows` rows and moves past them.
    fn take(&mut self, rows: usize, mut visit: impl FnMut(&RecordBatch, usize) -> PyResult<()>) -> PyResult<()> {
        for _ in 0..rows {
            let batch = &self.batches[self.batch];
            visit(batch, self.row)?;
            self.skip(1);
        }
        Ok(())
    }
}

struct GatedState {
    sentences: Cursor,
    mentions: Cursor,
    next: usize,
}

/// Iterates over the documents that pass the gate.
#[pyclass(frozen, module = "mgmine._native")]
pub struct GatedIterator {
    tables: Py<ScanTables>,
    state: Mutex<GatedState>,
}

/// Columns of the sentence table in the order of the tuples of [`ScanTables::gated`].
const SENTENCE: [&str; 6] = ["sentence", "start", "end", "text", "passage", "section"];
/// The same for mentions.
const MENTION: [&str; 9] = ["start", "end", "text", "family", "concept", "ids", "sentence", "counted", "nested_in"];

fn tuple<'py>(py: Python<'py>, batch: &RecordBatch, row: usize, columns: &[&str]) -> PyResult<Bound<'py, PyTuple>> {
    let values = columns.iter().map(|name| {
        let column =
            batch.column_by_name(name).ok_or_else(|| PyAttributeError::new_err(format!("no column {name}")))?;
        if *name == "ids" {
            let ids = column.as_list::<i32>().value(row);
            let ids: Vec<&str> = ids.as_string::<i32>().iter().flatten().collect();
            return Ok(PyTuple::new(py, ids)?.into_any());
        }
        value(py, column, row)
    });
    PyTuple::new(py, values.collect::<PyResult<Vec<_>>>()?)
}

type GatedTuple<'py> = (String, i32, Vec<Bound<'py, PyTuple>>, Vec<Bound<'py, PyTuple>>, Vec<i32>);

#[pymethods]
impl GatedIterator {
    fn __iter__(slf: PyRef<'_, Self>) -> PyRef<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<GatedTuple<'py>>> {
        let gated = &self.tables.get().gated;
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let state = &mut *state;
        while let Some(place) = gated.get(state.next) {
            state.next += 1;
            state.mentions.skip(place.skipped_mentions);
            if place.sentences == 0 {
                continue;
            }
            let (mut id, mut version) = (String::new(), 1);
            let (mut sentences, mut mentions, mut indexes) = (Vec::new(), Vec::new(), Vec::new());
            state.sentences.take(place.sentences, |batch, row| {
                if sentences.is_empty() {
                    batch.column(0).as_string::<i32>().value(row).clone_into(&mut id);
                    version = batch.column(1).as_primitive::<Int32Type>().value(row);
                }
                if batch.column(9).as_boolean().value(row) {
                    indexes.push(batch.column(3).as_primitive::<Int32Type>().value(row));
                }
                sentences.push(tuple(py, batch, row, &SENTENCE)?);
                Ok(())
            })?;
            state.mentions.take(place.mentions, |batch, row| {
                mentions.push(tuple(py, batch, row, &MENTION)?);
                Ok(())
            })?;
            return Ok(Some((id, version, sentences, mentions, indexes)));
        }
        Ok(None)
    }
}

fn threads_or_default(threads: Option<usize>) -> Threads {
    threads.map_or_else(Threads::default, Threads)
}

fn inputs_of(inputs: Vec<InputArgument>) -> Vec<Input> {
    inputs.into_iter().map(|input| input.0).collect()
}

fn table_kinds(names: &[String]) -> Result<Vec<TableKind>, Error> {
    let kind = |name: &String| {
        TableKind::from_name(name).ok_or_else(|| {
            let known: Vec<_> = TableKind::ALL.iter().map(|kind| kind.as_str()).collect();
            Error::Usage(format!("no table {name:?}: the tables are {}", known.join(", ")))
        })
    };
    let mut kinds = names.iter().map(kind).collect::<Result<Vec<_>, _>>()?;
    kinds.sort_unstable();
    kinds.dedup();
    Ok(kinds)
}

fn gate_of(name: &str) -> Result<Gate, Error> {
    Gate::from_name(name)
        .ok_or_else(|| Error::Usage(format!("no gate {name:?}: the gates are comention, mention, none")))
}

/// Lets Python handle Ctrl-C, and tells how many bytes of the inputs have been read.
fn tick(progress: Option<&Py<PyAny>>, bytes: u64) -> Result<(), Error> {
    Python::attach(|py| {
        py.check_signals()?;
        if let Some(progress) = progress {
            progress.bind(py).call1((bytes,))?;
        }
        Ok(())
    })
}

/// Scans inputs and returns tables in memory.
#[pyfunction]
#[pyo3(signature = (inputs, lexicon, *, tables, gate="comention", threads=None, progress=None))]
pub fn scan(
    py: Python<'_>,
    inputs: Vec<InputArgument>,
    lexicon: &Lexicon,
    tables: Vec<String>,
    gate: &str,
    threads: Option<usize>,
    progress: Option<Py<PyAny>>,
) -> PyResult<ScanTables> {
    let options = TableOptions { tables: table_kinds(&tables)?, gate: gate_of(gate)? };
    let mut built: BTreeMap<TableKind, Vec<RecordBatch>> =
        options.tables.iter().map(|&kind| (kind, Vec::new())).collect();
    let (mut gated, mut problems) = (Vec::new(), Vec::new());
    let counts = py.detach(|| {
        run::run(
            inputs_of(inputs),
            &lexicon.inner,
            threads_or_default(threads),
            || Tables::new(&lexicon.inner, &options),
            |_, event| {
                match event {
                    Event::Chunk(Chunk::Batch(kind, batch)) => {
                        built.entry(kind).or_default().push(unpack(&kind.schema(), &batch));
                    }
                    Event::Chunk(Chunk::Gated(places)) => gated.extend(places),
                    Event::Problem(problem) => problems.push(problem),
                    Event::End(_) => {}
                }
                Ok(())
            },
            |bytes| tick(progress.as_ref(), bytes),
        )
    })?;
    let mut tables = BTreeMap::new();
    for (kind, batches) in built {
        tables.insert(kind, Py::new(py, Table { schema: kind.schema(), batches })?);
    }
    Ok(ScanTables { tables, summary: Py::new(py, Summary { counts, problems })?, gated })
}

/// Scans inputs and writes one Parquet file a table into `directory`, which must exist. The files appear under their names
/// only when all of them are whole.
#[pyfunction]
#[pyo3(signature = (inputs, lexicon, directory, *, tables, gate="comention", threads=None, progress=None))]
#[allow(clippy::too_many_arguments)]
pub fn scan_parquet(
    py: Python<'_>,
    inputs: Vec<InputArgument>,
    lexicon: &Lexicon,
    directory: PathBuf,
    tables: Vec<String>,
    gate: &str,
    threads: Option<usize>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Summary> {
    let options = TableOptions { tables: table_kinds(&tables)?, gate: gate_of(gate)? };
    let mut problems = Vec::new();
    let counts = py.detach(|| {
        let mut files = BTreeMap::new();
        for &kind in &options.tables {
            let path = directory.join(kind.as_str()).with_extension("parquet");
            files.insert(kind, ParquetFile::create(&path, &kind.schema())?);
        }
        let counts = run::run(
            inputs_of(inputs),
            &lexicon.inner,
            threads_or_default(threads),
            || Tables::new(&lexicon.inner, &options),
            |_, event| {
                match event {
                    Event::Chunk(Chunk::Batch(kind, batch)) => {
                        if let Some(file) = files.get_mut(&kind) {
                            file.write(&batch)?;
                        }
                    }
                    Event::Chunk(Chunk::Gated(_)) | Event::End(_) => {}
                    Event::Problem(problem) => problems.push(problem),
                }
                Ok(())
            },
            |bytes| tick(progress.as_ref(), bytes),
        )?;
        close_all(files.into_values().collect())?;
        Ok::<_, Error>(counts)
    })?;
    Ok(Summary { counts, problems })
}

/// Scans inputs and prints rows to `out` (an object with `write(bytes)`), or to the process's standard output for None.
/// Mentions and comentions are JSON lines, or with `format="tsv"` a table of either mentions or comentions with a header.
#[pyfunction]
#[pyo3(signature = (
    inputs, lexicon, out, *, format="jsonl", mentions=true, vetoed=false, comentions=false, threads=None, progress=None
))]
#[allow(clippy::too_many_arguments)]
pub fn scan_print(
    py: Python<'_>,
    inputs: Vec<InputArgument>,
    lexicon: &Lexicon,
    out: Option<Py<PyAny>>,
    format: &str,
    mentions: bool,
    vetoed: bool,
    comentions: bool,
    threads: Option<usize>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Summary> {
    let format = match format {
        "jsonl" => Printed::Jsonl,
        "tsv" => Printed::Tsv,
        other => return Err(Error::Usage(format!("no printed format {other:?}: jsonl or tsv")).into()),
    };
    if format == Printed::Tsv && comentions && (mentions || vetoed) {
        return Err(Error::Usage("a TSV table holds mentions or comentions, not both".to_owned()).into());
    }
    let options = PrintOptions { format, mentions, vetoed, comentions };
    let mut out = out.map_or_else(|| Output::Stdout(std::io::stdout()), Output::Object);
    let mut problems = Vec::new();
    let counts = py.detach(|| {
        if format == Printed::Tsv {
            out.write(if comentions { COMENTION_HEADER } else { MENTION_HEADER }.as_bytes())?;
        }
        run::run(
            inputs_of(inputs),
            &lexicon.inner,
            threads_or_default(threads),
            || Printer::new(&lexicon.inner, options),
            |_, event| {
                match event {
                    Event::Chunk(chunk) => out.write(&chunk)?,
                    Event::Problem(problem) => problems.push(problem),
                    Event::End(_) => {}
                }
                Ok(())
            },
            |bytes| tick(progress.as_ref(), bytes),
        )
        .map_err(|error: Error| PyErr::from(error))
    })?;
    Ok(Summary { counts, problems })
}
