//! The lexicon as a Python class.

use std::io;
use std::path::PathBuf;

use mgmine_core::lexicon::{self as core, Boundary, ConceptId, Severity};
use mgmine_engine::lexicons::{self, Cache};
use pyo3::prelude::*;

use crate::error::Error;

/// A concept family.
#[pyclass(frozen, get_all, module = "mgmine._native")]
pub struct Family {
    /// Its id, as written in every record.
    id: String,
    /// Its label for people.
    label: String,
    /// Whether comentions are formed with it.
    topic: bool,
}

#[pymethods]
impl Family {
    fn __repr__(&self) -> String {
        format!("Family({:?}, topic={})", self.id, if self.topic { "True" } else { "False" })
    }
}

/// A concept.
#[pyclass(frozen, get_all, module = "mgmine._native")]
pub struct Concept {
    /// Unique in the lexicon; the `concept` of a mention.
    label: String,
    /// Id of its family.
    family: String,
    /// Exact CURIEs, the primary one first.
    ids: Vec<String>,
    /// Near matches.
    close_ids: Vec<String>,
}

#[pymethods]
impl Concept {
    fn __repr__(&self) -> String {
        format!("Concept({:?}, family={:?}, ids={:?})", self.label, self.family, self.ids)
    }
}

/// A written form of a concept.
#[pyclass(frozen, get_all, module = "mgmine._native")]
pub struct Name {
    /// The form.
    text: String,
    /// The rules that made it out of a name of the lexicon, joined by `+`; `name` for that name itself.
    rule: String,
    /// `exact` or `insensitive`.
    case: &'static str,
    /// `word`, `left`, `right` or `none`: which ends must be word boundaries.
    boundary: &'static str,
}

#[pymethods]
impl Name {
    fn __repr__(&self) -> String {
        format!("Name({:?}, rule={:?})", self.text, self.rule)
    }
}

/// A problem found in a lexicon file.
#[pyclass(frozen, module = "mgmine._native")]
pub struct LexiconProblem {
    inner: core::LexiconProblem,
}

#[pymethods]
impl LexiconProblem {
    /// The file.
    #[getter]
    fn origin(&self) -> &str {
        &self.inner.origin
    }

    /// One-based line; 0 where the problem is not of one line.
    #[getter]
    fn line(&self) -> usize {
        self.inner.line
    }

    /// The name, concept or family it is about; empty where it is about the file.
    #[getter]
    fn name(&self) -> &str {
        &self.inner.name
    }

    /// What is wrong, and what to do.
    #[getter]
    fn message(&self) -> &str {
        &self.inner.message
    }

    /// `error` or `warning`.
    #[getter]
    fn severity(&self) -> &'static str {
        match self.inner.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }

    fn __str__(&self) -> String {
        self.inner.to_string()
    }

    fn __repr__(&self) -> String {
        format!("LexiconProblem({:?})", self.inner.to_string())
    }
}

const fn boundary(boundary: Boundary) -> &'static str {
    match boundary {
        Boundary::Word => "word",
        Boundary::Left => "left",
        Boundary::Right => "right",
        Boundary::None => "none",
    }
}

/// A compiled lexicon: immutable, shared by all threads.
#[pyclass(frozen, module = "mgmine._native")]
pub struct Lexicon {
    pub inner: core::Lexicon,
}

impl Lexicon {
    fn concept_of(&self, id: ConceptId) -> Concept {
        let concept = self.inner.concept(id);
        Concept {
            label: concept.label.to_owned(),
            family: self.inner.family(concept.family).id.clone(),
            ids: concept.ids.iter().map(str::to_owned).collect(),
            close_ids: concept.close_ids.iter().map(str::to_owned).collect(),
        }
    }
}

fn read(path: &PathBuf) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::Usage(format!("{}: no such lexicon file", path.display())),
        io::ErrorKind::InvalidData => Error::Lexicon(vec![core::LexiconProblem {
            origin: path.display().to_string(),
            line: 0,
            name: String::new(),
            message: "not UTF-8 text".to_owned(),
            severity: Severity::Error,
        }]),
        _ => Error::Io(io::Error::new(error.kind(), format!("{}: {error}", path.display()))),
    })
}

#[pymethods]
impl Lexicon {
    /// Opens a compiled lexicon (one path), or compiles lexicon files (TOML or tab-separated values); a concept of a later file replaces one of the same label.
    /// With a folder as `cache`, what was compiled is kept there and opened the next time; `build` tells builds apart.
    #[staticmethod]
    #[pyo3(signature = (paths, *, cache=None, build=""))]
    fn load(py: Python<'_>, paths: Vec<PathBuf>, cache: Option<PathBuf>, build: &str) -> PyResult<Self> {
        let inner = py.detach(|| {
            if let [path] = paths.as_slice()
                && lexicons::is_compiled(path).unwrap_or(false)
            {
                return lexicons::open_compiled(path).map_err(|problem| Error::Lexicon(vec![problem]));
            }
            let cache = cache.as_deref().map(|folder| Cache { folder, build });
            if let Some(lexicon) = cache.and_then(|cache| lexicons::kept(&paths, cache)) {
                return Ok(lexicon);
            }
            let texts = paths.iter().map(read).collect::<Result<Vec<_>, _>>()?;
            let origins: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
            let sources: Vec<(&str, &str)> =
                origins.iter().map(String::as_str).zip(texts.iter().map(String::as_str)).collect();
            lexicons::open(&sources, cache).map_err(Error::Lexicon)
        })?;
        Ok(Self { inner })
    }

    /// Compiles a lexicon given as text; `origin` is its name in messages.
    #[staticmethod]
    #[pyo3(signature = (text, origin="<text>"))]
    fn parse(py: Python<'_>, text: &str, origin: &str) -> PyResult<Self> {
        let inner = py.detach(|| core::Lexicon::parse(&[(origin, text)])).map_err(Error::Lexicon)?;
        Ok(Self { inner })
    }

    /// All problems of one lexicon given as text, warnings included.
    #[staticmethod]
    #[pyo3(signature = (text, origin="<text>"))]
    fn check(py: Python<'_>, text: &str, origin: &str) -> Vec<LexiconProblem> {
        py.detach(|| core::Lexicon::check(origin, text)).into_iter().map(|inner| LexiconProblem { inner }).collect()
    }

    /// Writes the compiled form, which [`Lexicon::load`] maps into memory without reading its names.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        Ok(py.detach(|| lexicons::compile(&self.inner, &path))?)
    }

    /// The ids of its files, joined by `+`.
    #[getter]
    fn id(&self) -> &str {
        self.inner.id()
    }

    /// Content version: equal for equal content.
    #[getter]
    fn hash(&self) -> &str {
        self.inner.hash()
    }

    /// All families, in order.
    #[getter]
    fn families(&self) -> Vec<Family> {
        let family =
            |family: &core::Family| Family { id: family.id.clone(), label: family.label.clone(), topic: family.topic };
        self.inner.families().iter().map(family).collect()
    }

    /// All concepts, in order.
    fn concepts(&self) -> Vec<Concept> {
        (0..self.inner.concept_count()).map(|id| self.concept_of(ConceptId(id))).collect()
    }

    /// Number of written forms, variants included.
    #[getter]
    fn name_count(&self) -> u32 {
        self.inner.name_count()
    }

    /// Concepts by label, name, any variant or CURIE; glyphs and case do not matter.
    fn find(&self, query: &str) -> Vec<Concept> {
        self.inner.find(query).into_iter().map(|id| self.concept_of(id)).collect()
    }

    /// All written forms of the concept with this label; empty for an unknown label.
    fn variants(&self, label: &str) -> Vec<Name> {
        let same = |id: &ConceptId| self.inner.concept(*id).label == label;
        let Some(id) = self.inner.find(label).into_iter().find(same) else { return Vec::new() };
        self.inner
            .variants(id)
            .into_iter()
            .map(|name| Name {
                text: name.text.to_owned(),
                rule: name.rule.to_string(),
                case: name.case.as_str(),
                boundary: boundary(name.boundary),
            })
            .collect()
    }

    fn __repr__(&self) -> String {
        format!(
            "<mgmine lexicon {:?}: {} concepts, {} names>",
            self.inner.id(),
            self.inner.concept_count(),
            self.inner.name_count()
        )
    }
}
