//! The extension module `mgmine._native`: a thin door to the engine. Work runs with the GIL released, tables leave
//! through the Arrow PyCapsule interface, and every error becomes one of `mgmine.errors`.

mod document;
mod error;
mod input;
mod lexicon;
mod scan;
mod table;

use pyo3::prelude::*;

/// Everything that is done at the speed of the disk.
#[pymodule]
#[pyo3(name = "_native")]
mod native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::document::{Candidate, Definition, Document, DocumentReader, Explanation, explain, read_documents};
    #[pymodule_export]
    use crate::lexicon::{Concept, Family, Lexicon, LexiconProblem, Name};
    #[pymodule_export]
    use crate::scan::{GatedIterator, Problem, Problems, ScanTables, Summary, scan, scan_parquet, scan_print};
    #[pymodule_export]
    use crate::table::{Table, claims_table, write_parquet};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
