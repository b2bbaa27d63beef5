//! Every error of the Rust crates and the Python error it becomes. There is no wildcard arm: a new error does not compile
//! until it has a name in Python.

use std::io;

use arrow_schema::ArrowError;
use mgmine_core::lexicon::LexiconProblem;
use mgmine_engine::claims::ClaimError;
use mgmine_engine::parquet::ParquetError;
use mgmine_io::Problem;
use pyo3::PyErr;

mod python {
    use pyo3::import_exception;

    import_exception!(mgmine.errors, InputError);
    import_exception!(mgmine.errors, LexiconError);
    import_exception!(mgmine.errors, MgmineError);
    import_exception!(mgmine.errors, UsageError);
}

/// What can go wrong in a call from Python.
#[derive(Debug)]
pub enum Error {
    /// An input cannot be read at all.
    Input(Problem),
    /// A lexicon has faults.
    Lexicon(Vec<LexiconProblem>),
    /// A claim is not as documented.
    Claim(ClaimError),
    /// Arguments that name something that does not exist.
    Usage(String),
    /// A Parquet file cannot be written.
    Parquet(ParquetError),
    /// A table of another library cannot be read.
    Arrow(ArrowError),
    /// A file cannot be written.
    Io(io::Error),
    /// Python code that was called raised an error, or the user pressed Ctrl-C.
    Python(PyErr),
}

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        match error {
            Error::Input(problem) => python::InputError::new_err(problem.to_string()),
            Error::Lexicon(problems) => {
                let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
                python::LexiconError::new_err((lines.join("\n"), lines))
            }
            Error::Claim(error) => python::InputError::new_err(error.to_string()),
            Error::Usage(message) => python::UsageError::new_err(message),
            Error::Parquet(error) => python::MgmineError::new_err(error.to_string()),
            Error::Arrow(error) => python::MgmineError::new_err(error.to_string()),
            Error::Io(error) => error.into(),
            Error::Python(error) => error,
        }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Input(problem)
    }
}

impl From<Vec<LexiconProblem>> for Error {
    fn from(problems: Vec<LexiconProblem>) -> Self {
        Self::Lexicon(problems)
    }
}

impl From<ClaimError> for Error {
    fn from(error: ClaimError) -> Self {
        Self::Claim(error)
    }
}

impl From<ParquetError> for Error {
    fn from(error: ParquetError) -> Self {
        Self::Parquet(error)
    }
}

impl From<ArrowError> for Error {
    fn from(error: ArrowError) -> Self {
        Self::Arrow(error)
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<PyErr> for Error {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}
