//! Inputs and outputs as Python gives them: paths, bytes, and objects with `read` or `write`.

use std::io::{self, Cursor, Read, Write};
use std::path::PathBuf;

use mgmine_engine::run::Input;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

/// Reads from a Python object that has `read(size) -> bytes`, attached to the interpreter only for the call.
struct PyReader {
    object: Py<PyAny>,
}

/// Bytes asked of a Python object at a time.
const BLOCK: usize = 256 << 10;

impl Read for PyReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Python::attach(|py| {
            let data = self.object.bind(py).call_method1("read", (buffer.len(),))?;
            let data = data.cast::<PyBytes>().map_err(PyErr::from)?.as_bytes();
            let target = buffer
                .get_mut(..data.len())
                .ok_or_else(|| io::Error::other("read() returned more bytes than were asked for"))?;
            target.copy_from_slice(data);
            Ok(data.len())
        })
    }
}

/// An input: a path, or a pair of a name for messages and bytes or an object with `read`.
pub struct InputArgument(pub Input);

impl<'a, 'py> FromPyObject<'a, 'py> for InputArgument {
    type Error = PyErr;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        if let Ok((name, data)) = object.extract::<(String, Bound<'py, PyAny>)>() {
            let stream: Box<dyn Read + Send> = match data.cast::<PyBytes>() {
                Ok(bytes) => Box::new(Cursor::new(bytes.as_bytes().to_vec())),
                Err(_) => Box::new(io::BufReader::with_capacity(BLOCK, PyReader { object: data.unbind() })),
            };
            return Ok(Self(Input::Stream(name, stream)));
        }
        Ok(Self(Input::Path(object.extract::<PathBuf>()?)))
    }
}

/// Where printed rows go.
pub enum Output {
    /// The process's standard output, by its file descriptor.
    Stdout(io::Stdout),
    /// A Python object with `write(bytes)`.
    Object(Py<PyAny>),
}

impl Output {
    /// Writes all of `data`.
    pub fn write(&mut self, data: &[u8]) -> PyResult<()> {
        match self {
            Self::Stdout(stdout) => {
                let mut stdout = stdout.lock();
                stdout.write_all(data)?;
                Ok(stdout.flush()?)
            }
            Self::Object(object) => Python::attach(|py| {
                object.bind(py).call_method1("write", (PyBytes::new(py, data),))?;
                Ok(())
            }),
        }
    }
}
