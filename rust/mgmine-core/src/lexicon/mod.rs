//! The lexicon: concept families, concepts, names and their variants, compiled into one flat, immutable block of bytes
//! that every thread shares and that can be written to a file and mapped back without parsing.

use std::fmt;

/// Index of a family in its lexicon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FamilyId(pub u16);

/// Index of a concept in its lexicon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConceptId(pub u32);

/// Index of a name (a written form, variants included) in its lexicon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(pub u32);

/// Index of a host rule in its lexicon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostId(pub u16);

/// How grave a problem of a lexicon source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The lexicon cannot be used.
    Error,
    /// It can, but probably not as its writer meant.
    Warning,
}

/// A problem found in a lexicon source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LexiconProblem {
    /// Where the source came from, as told to [`Lexicon::parse`].
    pub origin: String,
    /// One-based line; 0 where the problem is not of one line.
    pub line: usize,
    /// The name, concept or family it is about; empty where it is about the file.
    pub name: String,
    /// What is wrong, and what to do.
    pub message: String,
    /// Error or warning.
    pub severity: Severity,
}

impl fmt::Display for LexiconProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = if self.severity == Severity::Error { "error" } else { "warning" };
        write!(f, "{}:{}: {severity}: ", self.origin, self.line)?;
        if !self.name.is_empty() {
            write!(f, "{}: ", self.name)?;
        }
        f.write_str(&self.message)
    }
}

/// Whether letter case matters for a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Case {
    /// Letter for letter.
    Exact,
    /// Any case.
    Insensitive,
}

impl Case {
    /// `exact` or `insensitive`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Insensitive => "insensitive",
        }
    }
}

/// Which ends of a name must be word boundaries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Boundary {
    /// Both.
    #[default]
    Word,
    /// The start.
    Left,
    /// The end.
    Right,
    /// Neither.
    None,
}

/// The rules that made a written form out of a name of the lexicon; empty for the name as written there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rule(pub u8);

/// A concept family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// Its id, as written in every record.
    pub id: String,
    /// Its label for people.
    pub label: String,
    /// Whether comentions are formed with it.
    pub topic: bool,
}

/// The CURIEs of a concept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ids<'l>(pub(crate) &'l str);

impl<'l> Ids<'l> {
    /// One after another, the primary one first.
    pub fn iter(self) -> impl Iterator<Item = &'l str> + Clone {
        self.0.split_ascii_whitespace()
    }

    /// The primary one.
    #[must_use]
    pub fn first(self) -> Option<&'l str> {
        self.iter().next()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

/// A concept, as seen in its lexicon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Concept<'l> {
    /// Unique in the lexicon.
    pub label: &'l str,
    /// Its family.
    pub family: FamilyId,
    /// Exact CURIEs.
    pub ids: Ids<'l>,
    /// Near matches.
    pub close_ids: Ids<'l>,
}

/// A written form of a concept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name<'l> {
    /// The form.
    pub text: &'l str,
    /// The rules that made it.
    pub rule: Rule,
    /// What it names.
    pub concept: ConceptId,
    /// Whether case matters.
    pub case: Case,
    /// Which ends must be boundaries.
    pub boundary: Boundary,
}

/// A compiled lexicon. Immutable, shared by all threads.
pub struct Lexicon {
    families: Vec<Family>,
}

impl Lexicon {
    /// Compiles lexicon sources, given as pairs of origin (a path, for messages) and text (TOML or tab-separated).
    ///
    /// # Errors
    /// All problems of severity error.
    pub fn parse(_sources: &[(&str, &str)]) -> Result<Self, Vec<LexiconProblem>> {
        Err(Vec::new())
    }

    /// All problems of one source, warnings included.
    #[must_use]
    pub fn check(_origin: &str, _text: &str) -> Vec<LexiconProblem> {
        Vec::new()
    }

    /// Content version: equal for equal content.
    #[must_use]
    pub fn hash(&self) -> &str {
        ""
    }

    /// The id of the lexicon; the ids of several joined by `+`.
    #[must_use]
    pub fn id(&self) -> &str {
        ""
    }

    /// All families, in order.
    #[must_use]
    pub fn families(&self) -> &[Family] {
        &self.families
    }

    /// A family.
    #[must_use]
    pub fn family(&self, id: FamilyId) -> &Family {
        &self.families[usize::from(id.0)]
    }

    /// Number of concepts; ids run from 0.
    #[must_use]
    pub fn concept_count(&self) -> u32 {
        0
    }

    /// Number of names, variants included; ids run from 0.
    #[must_use]
    pub fn name_count(&self) -> u32 {
        0
    }

    /// A concept.
    #[must_use]
    pub fn concept(&self, _id: ConceptId) -> Concept<'_> {
        Concept { label: "", family: FamilyId(0), ids: Ids(""), close_ids: Ids("") }
    }

    /// A name.
    #[must_use]
    pub fn name(&self, _id: NameId) -> Name<'_> {
        Name {
            text: "",
            rule: Rule::default(),
            concept: ConceptId(0),
            case: Case::Exact,
            boundary: Boundary::default(),
        }
    }

    /// The label of a host rule.
    #[must_use]
    pub fn host_label(&self, _id: HostId) -> &str {
        ""
    }

    /// Concepts by label, name, any variant or CURIE; glyphs and case do not matter.
    #[must_use]
    pub fn find(&self, _query: &str) -> Vec<ConceptId> {
        Vec::new()
    }

    /// All written forms of a concept.
    #[must_use]
    pub fn variants(&self, _concept: ConceptId) -> Vec<Name<'_>> {
        Vec::new()
    }

    /// The compiled form, to be written to a file and opened by [`Lexicon::from_bytes`].
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &[]
    }

    /// Opens a compiled lexicon, typically a memory map, without copying or parsing the names.
    ///
    /// # Errors
    /// If the bytes are not a lexicon compiled by this version.
    pub fn from_bytes(_bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> Result<Self, LexiconProblem> {
        Ok(Self { families: Vec::new() })
    }
}
