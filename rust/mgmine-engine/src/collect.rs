//! What a worker does with each scanned document: print it, or add it to tables.
//!
//! A collector belongs to one input. It hands out chunks (printed bytes, record batches) that are complete in
//! themselves, so the driver only has to keep them in input order. Where a chunk ends depends on the input alone.

use arrow_array::RecordBatch;
use mgmine_core::document::Document;
use mgmine_core::lexicon::Lexicon;
use mgmine_core::scan::ScanResult;
use mgmine_core::sentence::split_sentences;

use crate::print;
use crate::run::Source;
use crate::tables::{ComentionTable, DeletionTable, DocumentTable, MentionTable, SentenceTable, Table, VetoTable};
use crate::visit::{self, AllIds, Gate};

/// Takes the documents of one input, in order.
pub trait Collect {
    /// What it hands out.
    type Chunk: Send;

    /// Whether documents are to have the map to source bytes.
    fn wants_source_map(&self) -> bool {
        false
    }

    /// Takes a document and what was found in it (`found` is false for nothing). `source` fills in, on request, what is
    /// too dear to read for every document.
    fn document(&mut self, doc: &mut Document, result: &ScanResult, found: bool, source: &mut Source);

    /// Takes the id of a deleted record.
    fn deleted(&mut self, doc: &Document);

    /// Moves what is ready to `chunks`; with `all`, everything.
    fn take(&mut self, chunks: &mut Vec<Self::Chunk>, all: bool);
}

/// A printed format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Printed {
    /// One JSON object a line.
    Jsonl,
    /// Tab-separated values.
    Tsv,
}

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrintOptions {
    /// How.
    pub format: Printed,
    /// Kept mentions.
    pub mentions: bool,
    /// Rejected candidates, among the mentions in text order.
    pub vetoed: bool,
    /// Comentions, after the mentions of their document.
    pub comentions: bool,
}

/// A chunk of printed rows is handed out at this size.
const PRINTED: usize = 192 << 10;

/// Prints rows.
pub struct Printer<'l> {
    lexicon: &'l Lexicon,
    options: PrintOptions,
    ids: AllIds<'l>,
    buffer: Vec<u8>,
}

impl<'l> Printer<'l> {
    /// A printer of one input.
    #[must_use]
    pub fn new(lexicon: &'l Lexicon, options: PrintOptions) -> Self {
        Self { lexicon, options, ids: AllIds::default(), buffer: Vec::new() }
    }
}

impl Collect for Printer<'_> {
    type Chunk = Vec<u8>;

    fn document(&mut self, doc: &mut Document, result: &ScanResult, found: bool, _source: &mut Source) {
        if !found {
            return;
        }
        let (out, options) = (&mut self.buffer, self.options);
        if options.mentions || options.vetoed {
            visit::mentions(doc, result, self.lexicon, &mut self.ids, |row| {
                if if row.veto.is_some() { options.vetoed } else { options.mentions } {
                    match options.format {
                        Printed::Jsonl => print::mention_json(out, row),
                        Printed::Tsv => print::mention_tsv(out, row),
                    }
                }
            });
        }
        if options.comentions {
            visit::comentions(doc, result, self.lexicon, |row| match options.format {
                Printed::Jsonl => print::comention_json(out, row),
                Printed::Tsv => print::comention_tsv(out, row),
            });
        }
    }

    fn deleted(&mut self, _doc: &Document) {}

    fn take(&mut self, chunks: &mut Vec<Vec<u8>>, all: bool) {
        if self.buffer.len() >= PRINTED || (all && !self.buffer.is_empty()) {
            let next = if all { Vec::new() } else { Vec::with_capacity(PRINTED + PRINTED / 4) };
            chunks.push(std::mem::replace(&mut self.buffer, next));
        }
    }
}

/// The tables of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TableKind {
    /// Kept mentions.
    Mentions,
    /// Rejected candidates.
    Vetoes,
    /// Comentions.
    Comentions,
    /// Sentences of documents that pass the gate.
    Sentences,
    /// Bibliographic records of all documents.
    Documents,
    /// Ids named by a `DeleteCitation`.
    Deletions,
}

impl TableKind {
    /// All tables.
    pub const ALL: [Self; 6] =
        [Self::Mentions, Self::Vetoes, Self::Comentions, Self::Sentences, Self::Documents, Self::Deletions];

    /// Its name, also that of its Parquet file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mentions => "mentions",
            Self::Vetoes => "vetoes",
            Self::Comentions => "comentions",
            Self::Sentences => "sentences",
            Self::Documents => "documents",
            Self::Deletions => "deletions",
        }
    }

    /// The table of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Its columns.
    #[must_use]
    pub fn schema(self) -> arrow_schema::SchemaRef {
        match self {
            Self::Mentions => MentionTable::schema(),
            Self::Vetoes => VetoTable::schema(),
            Self::Comentions => ComentionTable::schema(),
            Self::Sentences => SentenceTable::schema(),
            Self::Documents => DocumentTable::schema(),
            Self::Deletions => DeletionTable::schema(),
        }
    }
}

/// Where a document that passed the gate stands in the tables of sentences and mentions, counted from the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gated {
    /// Mentions of documents that did not pass, to be skipped first.
    pub skipped_mentions: usize,
    /// Its mentions.
    pub mentions: usize,
    /// Its sentences; 0 in the last entry of an input, which only skips.
    pub sentences: usize,
}

/// A piece of the tables of an input.
#[derive(Clone, Debug)]
pub enum Chunk {
    /// Rows of a table.
    Batch(TableKind, RecordBatch),
    /// Places of gated documents, in order; only with both sentences and mentions.
    Gated(Vec<Gated>),
}

/// Which tables are built.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableOptions {
    /// The tables.
    pub tables: Vec<TableKind>,
    /// Which documents the sentences are of.
    pub gate: Gate,
}

/// Builds tables.
pub struct Tables<'l> {
    lexicon: &'l Lexicon,
    gate: Gate,
    mentions: Option<MentionTable>,
    vetoes: Option<VetoTable>,
    comentions: Option<ComentionTable>,
    sentences: Option<SentenceTable>,
    documents: Option<DocumentTable>,
    deletions: Option<DeletionTable>,
    flags: Vec<bool>,
    unfound: ScanResult,
    gated: Option<Vec<Gated>>,
    skipped_mentions: usize,
}

impl<'l> Tables<'l> {
    /// A builder for one input.
    #[must_use]
    pub fn new(lexicon: &'l Lexicon, options: &TableOptions) -> Self {
        let wants = |kind| options.tables.contains(&kind);
        Self {
            lexicon,
            gate: options.gate,
            mentions: wants(TableKind::Mentions).then(MentionTable::default),
            vetoes: wants(TableKind::Vetoes).then(VetoTable::default),
            comentions: wants(TableKind::Comentions).then(ComentionTable::default),
            sentences: wants(TableKind::Sentences).then(SentenceTable::default),
            documents: wants(TableKind::Documents).then(DocumentTable::default),
            deletions: wants(TableKind::Deletions).then(DeletionTable::default),
            flags: Vec::new(),
            unfound: ScanResult::default(),
            gated: (wants(TableKind::Sentences) && wants(TableKind::Mentions)).then(Vec::new),
            skipped_mentions: 0,
        }
    }

    /// Adds the sentences of a document that passes the gate; `mentions` is the number of its kept mentions.
    fn sentences(&mut self, doc: &Document, result: &ScanResult, mentions: usize) {
        let Some(table) = &mut self.sentences else { return };
        let sentences = result.sentences.len();
        let passed = sentences > 0 && visit::passes(doc, result, self.gate, &mut self.flags);
        if passed {
            visit::sentences(doc, result, &self.flags, |row| table.push(row));
        }
        if let Some(gated) = &mut self.gated {
            if passed {
                let skipped_mentions = std::mem::take(&mut self.skipped_mentions);
                gated.push(Gated { skipped_mentions, mentions, sentences });
            } else {
                self.skipped_mentions += mentions;
            }
        }
    }
}

impl Collect for Tables<'_> {
    type Chunk = Chunk;

    fn wants_source_map(&self) -> bool {
        self.mentions.is_some() || self.vetoes.is_some()
    }

    fn document(&mut self, doc: &mut Document, result: &ScanResult, found: bool, source: &mut Source) {
        let mut kept = 0;
        if found {
            kept = result.mentions.iter().filter(|mention| mention.veto.is_none()).count();
            if let Some(table) = &mut self.mentions {
                table.add(doc, result, self.lexicon, false);
            }
            if let Some(table) = &mut self.vetoes {
                table.add(doc, result, self.lexicon);
            }
            if let Some(table) = &mut self.comentions {
                visit::comentions(doc, result, self.lexicon, |row| table.push(row));
            }
            self.sentences(doc, result, kept);
        } else if self.gate == Gate::None && self.sentences.is_some() {
            // The scan does not split a document in which it found nothing.
            let mut unfound = std::mem::take(&mut self.unfound);
            split_sentences(doc, &mut unfound.sentences);
            self.sentences(doc, &unfound, 0);
            self.unfound = unfound;
        }
        if let Some(table) = &mut self.documents {
            source.metadata(doc);
            table.push(doc, kept > 0);
        }
    }

    fn deleted(&mut self, doc: &Document) {
        if let Some(table) = &mut self.deletions {
            table.push(doc);
        }
    }

    fn take(&mut self, chunks: &mut Vec<Chunk>, all: bool) {
        fn from<T: Table>(chunks: &mut Vec<Chunk>, kind: TableKind, table: &mut Option<T>, all: bool) {
            let batch = table.as_mut().and_then(|table| if all { table.take_rest() } else { table.take_full() });
            chunks.extend(batch.map(|batch| Chunk::Batch(kind, batch)));
        }
        from(chunks, TableKind::Documents, &mut self.documents, all);
        from(chunks, TableKind::Sentences, &mut self.sentences, all);
        from(chunks, TableKind::Mentions, &mut self.mentions, all);
        from(chunks, TableKind::Vetoes, &mut self.vetoes, all);
        from(chunks, TableKind::Comentions, &mut self.comentions, all);
        from(chunks, TableKind::Deletions, &mut self.deletions, all);
        if all && let Some(mut gated) = self.gated.take() {
            gated.push(Gated { skipped_mentions: self.skipped_mentions, ..Gated::default() });
            chunks.push(Chunk::Gated(gated));
        }
    }
}
