//! Arrow tables, built in place row by row and handed out as record batches of bounded size.
//!
//! A table cuts a batch when it holds enough rows or enough text, so memory stays flat for any input. Where it cuts
//! depends on the rows alone, never on timing or threads. Strings with few distinct values are dictionary encoded.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::hash::{BuildHasherDefault, Hasher};
use std::iter::repeat_n;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use arrow_array::builder::{ArrayBuilder, BooleanBuilder, Int16Builder, Int32Builder, Int64Builder, StringBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Int32Array, Int64Array, ListArray, RecordBatch, StringArray, StructArray,
};
use arrow_buffer::{Buffer, NullBufferBuilder, OffsetBuffer};
use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef};
use mgmine_core::document::{Document, Metadata, PubDate, RecordKind};
use mgmine_core::lexicon::{ConceptId, Lexicon, NameId};
use mgmine_core::scan::{Mention, ScanResult};
use mgmine_core::span::CodePoints;
use mgmine_io::Problem;

use crate::intern::Interner;
use crate::rows::{ComentionRow, SentenceRow};
use crate::visit::AllIds;

/// A batch is cut at this many rows …
const MAX_ROWS: usize = 16_384;
/// … or at this many bytes of text, whichever comes first.
const MAX_TEXT: usize = 4 << 20;

/// A column of strings, each distinct one kept once.
struct Dictionary {
    strings: Interner,
    keys: Vec<i32>,
    valid: NullBufferBuilder,
}

impl Default for Dictionary {
    fn default() -> Self {
        Self { strings: Interner::default(), keys: Vec::new(), valid: NullBufferBuilder::new(0) }
    }
}

impl Dictionary {
    fn append_value(&mut self, string: impl AsRef<str>) {
        self.keys.push(int(self.strings.intern(string.as_ref().as_bytes())));
        self.valid.append_non_null();
    }

    /// Adds a value to as many rows.
    fn append_n(&mut self, string: Option<&str>, rows: usize) {
        let key = string.map_or(0, |string| int(self.strings.intern(string.as_bytes())));
        self.keys.extend(repeat_n(key, rows));
        match string {
            Some(_) => self.valid.append_n_non_nulls(rows),
            None => self.valid.append_n_nulls(rows),
        }
    }

    fn append_option(&mut self, string: Option<impl AsRef<str>>) {
        match string {
            Some(string) => self.append_value(string),
            None => {
                self.keys.push(0);
                self.valid.append_null();
            }
        }
    }

    fn finish(&mut self) -> DictionaryArray<Int32Type> {
        let (ends, bytes) = self.strings.take();
        let ends = std::iter::once(0).chain(ends.into_iter().map(int)).collect::<Vec<_>>();
        let strings = StringArray::new(OffsetBuffer::new(ends.into()), Buffer::from_vec(bytes), None);
        let keys = Int32Array::new(std::mem::take(&mut self.keys).into(), self.valid.finish());
        DictionaryArray::new(keys, Arc::new(strings))
    }
}

/// A table under construction.
pub trait Table {
    /// Columns of the table; the same for all its batches.
    fn schema() -> SchemaRef;

    /// Rows since the last batch.
    fn rows(&self) -> usize;

    /// Bytes of text since the last batch.
    fn text_bytes(&self) -> usize;

    /// The rows so far as a batch; the table is empty afterwards.
    fn finish(&mut self) -> RecordBatch;

    /// A batch, if there are enough rows for one.
    fn take_full(&mut self) -> Option<RecordBatch> {
        (self.rows() >= MAX_ROWS || self.text_bytes() >= MAX_TEXT).then(|| self.finish())
    }

    /// What is left, if anything.
    fn take_rest(&mut self) -> Option<RecordBatch> {
        (self.rows() > 0).then(|| self.finish())
    }
}

fn utf8(name: &str, nullable: bool) -> Field {
    Field::new(name, DataType::Utf8, nullable)
}

fn dictionary(name: &str, nullable: bool) -> Field {
    Field::new(name, DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)), nullable)
}

fn int32(name: &str, nullable: bool) -> Field {
    Field::new(name, DataType::Int32, nullable)
}

/// Zero-based index of the document's record in its file.
fn record() -> Field {
    Field::new("record", DataType::Int64, false)
}

fn boolean(name: &str) -> Field {
    Field::new(name, DataType::Boolean, false)
}

fn item(data_type: DataType) -> Arc<Field> {
    Arc::new(Field::new("item", data_type, false))
}

fn list(name: &str, data_type: DataType) -> Field {
    Field::new(name, DataType::List(item(data_type)), false)
}

fn schema(fields: Vec<Field>) -> SchemaRef {
    Arc::new(Schema::new(fields))
}

/// # Panics
/// If the columns do not fit the schema, which would be a mistake in this module.
fn batch(schema: SchemaRef, columns: Vec<ArrayRef>) -> RecordBatch {
    RecordBatch::try_new(schema, columns).expect("columns were built for this schema")
}

/// Code-point offsets, sentence and passage indexes are below 2³¹: a document's text is shorter than 2 GiB.
fn int(value: u32) -> i32 {
    i32::try_from(value).expect("offsets and indexes are below 2^31")
}

fn long(value: u64) -> i64 {
    i64::try_from(value).expect("file offsets are below 2^63")
}

/// The boundaries of a list column whose items live in a builder of their own.
#[derive(Default)]
struct Lists {
    ends: Vec<i32>,
}

impl Lists {
    /// Closes the list of the current row after `items` items in all.
    fn close(&mut self, items: usize) {
        if self.ends.is_empty() {
            self.ends.push(0);
        }
        self.ends.push(i32::try_from(items).expect("a batch holds fewer than 2^31 list items"));
    }

    fn finish(&mut self, items: ArrayRef) -> ArrayRef {
        let mut ends = std::mem::take(&mut self.ends);
        if ends.is_empty() {
            ends.push(0);
        }
        let field = item(items.data_type().clone());
        Arc::new(ListArray::new(field, OffsetBuffer::new(ends.into()), items, None))
    }
}

/// A column of lists of strings.
#[derive(Default)]
struct StringLists {
    items: StringBuilder,
    lists: Lists,
}

impl StringLists {
    fn append<S: AsRef<str>>(&mut self, strings: impl IntoIterator<Item = S>) {
        for string in strings {
            self.items.append_value(string);
        }
        self.lists.close(self.items.len());
    }

    fn finish(&mut self) -> ArrayRef {
        let items = Arc::new(self.items.finish());
        self.lists.finish(items)
    }
}

fn structs(fields: Fields, columns: Vec<ArrayRef>) -> ArrayRef {
    Arc::new(StructArray::new(fields, columns, None))
}

/// `None` for the empty string, which in [`Metadata`] means "not given".
fn given(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// A column of strings without nulls.
#[derive(Default)]
struct Strings {
    bytes: Vec<u8>,
    ends: Vec<i32>,
}

impl Strings {
    fn append(&mut self, string: &str) {
        self.bytes.extend_from_slice(string.as_bytes());
        self.ends.push(i32::try_from(self.bytes.len()).expect("a batch holds less than 2 GiB of text"));
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    /// Appends some of the strings once more.
    fn repeat(&mut self, which: Range<usize>) {
        let start = which.start.checked_sub(1).map_or(0, |before| self.ends[before]) as usize;
        let Some(&end) = self.ends[which.clone()].last() else { return };
        let by = i32::try_from(self.bytes.len() - start).expect("a batch holds less than 2 GiB of text");
        self.bytes.extend_from_within(start..end as usize);
        let first = self.ends.len();
        self.ends.extend_from_within(which);
        for end in &mut self.ends[first..] {
            *end += by;
        }
    }

    fn finish(&mut self) -> ArrayRef {
        let ends = std::iter::once(0).chain(self.ends.drain(..)).collect::<Vec<_>>();
        let bytes = Buffer::from_vec(std::mem::take(&mut self.bytes));
        Arc::new(StringArray::new(OffsetBuffer::new(ends.into()), bytes, None))
    }
}

/// What the rows of a name have in common.
#[derive(Clone, Copy, Default)]
struct Common {
    concept: i32,
    /// Its ids among those of the batch.
    ids: (u32, u32),
    /// The other concepts whose ids are with them, among those of the batch.
    also: (u32, u32),
}

/// What is known of the names that a batch has had so far, so that the lexicon is asked for their strings once a batch.
#[derive(Default)]
struct Commons {
    of: HashMap<NameId, Common, BuildHasherDefault<ByNumber>>,
    also: Vec<ConceptId>,
}

impl Commons {
    fn clear(&mut self) {
        self.of.clear();
        self.also.clear();
    }
}

/// Hashes a number by one multiplication: names are met by the million.
#[derive(Default)]
struct ByNumber(u64);

impl Hasher for ByNumber {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u32(u32::from(byte)));
    }

    fn write_u32(&mut self, number: u32) {
        // The map takes its place from the low bits and its tag from the high ones; a product is well mixed in the latter.
        let product = (self.0 ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = product.rotate_left(32);
    }
}

/// Kept mentions, or with `vetoes` the rejected candidates.
#[derive(Default)]
pub struct MentionTable<'l> {
    doc_id: Strings,
    doc_version: Vec<i32>,
    record: Vec<i64>,
    passage: Dictionary,
    section: Dictionary,
    sentence: Vec<i32>,
    start: Vec<i32>,
    end: Vec<i32>,
    text: Strings,
    family: Dictionary,
    concept: Dictionary,
    ids: Strings,
    lists: Lists,
    counted: BooleanBuilder,
    nested_in: Dictionary,
    source_start: Int64Builder,
    source_end: Int64Builder,
    commons: Commons,
    all_ids: AllIds<'l>,
}

fn mention_fields() -> Vec<Field> {
    vec![
        utf8("doc_id", false),
        int32("doc_version", false),
        record(),
        dictionary("passage", false),
        dictionary("section", true),
        int32("sentence", false),
        int32("start", false),
        int32("end", false),
        utf8("text", false),
        dictionary("family", false),
        dictionary("concept", false),
        list("ids", DataType::Utf8),
        boolean("counted"),
        dictionary("nested_in", true),
        Field::new("source_start", DataType::Int64, true),
        Field::new("source_end", DataType::Int64, true),
    ]
}

static MENTIONS: LazyLock<SchemaRef> = LazyLock::new(|| schema(mention_fields()));

impl<'l> MentionTable<'l> {
    /// Adds the kept mentions of a document, or with `vetoed` the rejected candidates, column by column. A veto is not part of this
    /// table.
    pub fn add(&mut self, doc: &Document, result: &ScanResult, lexicon: &'l Lexicon, vetoed: bool) {
        let rows = || result.mentions.iter().filter(move |mention| mention.veto.is_some() == vetoed);
        let count = rows().count();
        if count == 0 {
            return;
        }
        for _ in 0..count {
            self.doc_id.append(&doc.id);
        }
        self.doc_version.extend(repeat_n(int(doc.version), count));
        self.record.extend(repeat_n(long(doc.record), count));
        for group in result.mentions.chunk_by(|a, b| a.passage == b.passage) {
            let count = group.iter().filter(|mention| mention.veto.is_some() == vetoed).count();
            if count > 0 {
                let passage = &doc.passages[group[0].passage as usize];
                self.passage.append_n(Some(passage.kind.as_str()), count);
                self.section.append_n(passage.section.as_deref(), count);
            }
        }
        self.sentence.extend(rows().map(|mention| int(mention.sentence)));
        let mut points = CodePoints::new(&doc.text);
        for mention in rows() {
            let span = points.span(mention.span);
            self.start.push(int(span.start));
            self.end.push(int(span.end));
            self.text.append(mention.span.of(&doc.text));
        }
        for mention in rows() {
            self.add_common(mention, lexicon);
        }
        for group in result.mentions.chunk_by(|a, b| a.family == b.family) {
            let count = group.iter().filter(|mention| mention.veto.is_some() == vetoed).count();
            if count > 0 {
                self.family.append_n(Some(lexicon.family(group[0].family).id.as_str()), count);
            }
        }
        for mention in rows() {
            self.counted.append_value(mention.counted);
            self.nested_in.append_option(mention.nested_in.map(|nested| nested.label(lexicon)));
        }
        for mention in rows() {
            let source = doc.source_map.source_range(mention.span);
            self.source_start.append_option(source.map(|(start, _)| long(start)));
            self.source_end.append_option(source.map(|(_, end)| long(end)));
        }
    }

    /// Adds concept and ids of a mention.
    fn add_common(&mut self, mention: &Mention, lexicon: &'l Lexicon) {
        if let Some(common) = self.commons.of.get(&mention.name)
            && self.commons.also[common.also.0 as usize..common.also.1 as usize] == mention.also
        {
            self.concept.keys.push(common.concept);
            self.concept.valid.append_non_null();
            self.ids.repeat(common.ids.0 as usize..common.ids.1 as usize);
            self.lists.close(self.ids.len());
            return;
        }
        self.concept.append_value(lexicon.label(mention.concept));
        let first = self.ids.len() as u32;
        for id in self.all_ids.of(mention, lexicon) {
            self.ids.append(id);
        }
        self.lists.close(self.ids.len());
        let from = self.commons.also.len() as u32;
        self.commons.also.extend_from_slice(&mention.also);
        let common = Common {
            concept: *self.concept.keys.last().expect("just added"),
            ids: (first, self.ids.len() as u32),
            also: (from, self.commons.also.len() as u32),
        };
        self.commons.of.insert(mention.name, common);
    }

    fn columns(&mut self) -> Vec<ArrayRef> {
        let ids = self.ids.finish();
        self.commons.clear();
        vec![
            self.doc_id.finish(),
            int32s(&mut self.doc_version),
            Arc::new(Int64Array::new(std::mem::take(&mut self.record).into(), None)),
            Arc::new(self.passage.finish()),
            Arc::new(self.section.finish()),
            int32s(&mut self.sentence),
            int32s(&mut self.start),
            int32s(&mut self.end),
            self.text.finish(),
            Arc::new(self.family.finish()),
            Arc::new(self.concept.finish()),
            self.lists.finish(ids),
            Arc::new(self.counted.finish()),
            Arc::new(self.nested_in.finish()),
            Arc::new(self.source_start.finish()),
            Arc::new(self.source_end.finish()),
        ]
    }
}

fn int32s(values: &mut Vec<i32>) -> ArrayRef {
    Arc::new(Int32Array::new(std::mem::take(values).into(), None))
}

impl Table for MentionTable<'_> {
    fn schema() -> SchemaRef {
        MENTIONS.clone()
    }

    fn rows(&self) -> usize {
        self.doc_version.len()
    }

    fn text_bytes(&self) -> usize {
        self.doc_id.bytes.len() + self.text.bytes.len() + self.ids.bytes.len()
    }

    fn finish(&mut self) -> RecordBatch {
        batch(Self::schema(), self.columns())
    }
}

/// Rejected candidates: the columns of [`MentionTable`], then `veto` and `veto_detail`.
#[derive(Default)]
pub struct VetoTable<'l> {
    mention: MentionTable<'l>,
    veto: Dictionary,
    veto_detail: StringBuilder,
}

static VETOES: LazyLock<SchemaRef> = LazyLock::new(|| {
    let mut fields = mention_fields();
    fields.extend([dictionary("veto", false), utf8("veto_detail", false)]);
    schema(fields)
});

impl<'l> VetoTable<'l> {
    /// Adds the rejected candidates of a document.
    pub fn add(&mut self, doc: &Document, result: &ScanResult, lexicon: &'l Lexicon) {
        self.mention.add(doc, result, lexicon, true);
        for veto in result.mentions.iter().filter_map(|mention| mention.veto.as_ref()) {
            self.veto.append_value(veto.reason.as_str());
            self.veto_detail.append_value(&veto.detail);
        }
    }
}

impl Table for VetoTable<'_> {
    fn schema() -> SchemaRef {
        VETOES.clone()
    }

    fn rows(&self) -> usize {
        self.mention.rows()
    }

    fn text_bytes(&self) -> usize {
        self.mention.text_bytes() + self.veto_detail.values_slice().len()
    }

    fn finish(&mut self) -> RecordBatch {
        let mut columns = self.mention.columns();
        columns.push(Arc::new(self.veto.finish()));
        columns.push(Arc::new(self.veto_detail.finish()));
        batch(Self::schema(), columns)
    }
}

/// Comentions of all levels.
#[derive(Default)]
pub struct ComentionTable {
    doc_id: StringBuilder,
    doc_version: Int32Builder,
    record: Int64Builder,
    level: Dictionary,
    passage: Int32Builder,
    sentence: Int32Builder,
    families: StringLists,
    concepts: StringLists,
}

static COMENTIONS: LazyLock<SchemaRef> = LazyLock::new(|| {
    schema(vec![
        utf8("doc_id", false),
        int32("doc_version", false),
        record(),
        dictionary("level", false),
        int32("passage", true),
        int32("sentence", true),
        list("families", DataType::Utf8),
        list("concepts", DataType::Utf8),
    ])
});

impl ComentionTable {
    /// Adds a comention.
    pub fn push(&mut self, row: &ComentionRow<'_>) {
        self.doc_id.append_value(row.doc_id);
        self.doc_version.append_value(int(row.doc_version));
        self.record.append_value(long(row.record));
        self.level.append_value(row.level);
        self.passage.append_option(row.passage.map(int));
        self.sentence.append_option(row.sentence.map(int));
        self.families.append(row.families);
        self.concepts.append(row.concepts);
    }
}

impl Table for ComentionTable {
    fn schema() -> SchemaRef {
        COMENTIONS.clone()
    }

    fn rows(&self) -> usize {
        self.doc_version.len()
    }

    fn text_bytes(&self) -> usize {
        self.doc_id.values_slice().len()
            + self.families.items.values_slice().len()
            + self.concepts.items.values_slice().len()
    }

    fn finish(&mut self) -> RecordBatch {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.doc_id.finish()),
            Arc::new(self.doc_version.finish()),
            Arc::new(self.record.finish()),
            Arc::new(self.level.finish()),
            Arc::new(self.passage.finish()),
            Arc::new(self.sentence.finish()),
            self.families.finish(),
            self.concepts.finish(),
        ];
        batch(Self::schema(), columns)
    }
}

/// All sentences of the documents that pass the gate.
#[derive(Default)]
pub struct SentenceTable {
    doc_id: StringBuilder,
    doc_version: Int32Builder,
    record: Int64Builder,
    sentence: Int32Builder,
    passage: Dictionary,
    section: Dictionary,
    start: Int32Builder,
    end: Int32Builder,
    text: StringBuilder,
    gated: BooleanBuilder,
}

static SENTENCES: LazyLock<SchemaRef> = LazyLock::new(|| {
    schema(vec![
        utf8("doc_id", false),
        int32("doc_version", false),
        record(),
        int32("sentence", false),
        dictionary("passage", false),
        dictionary("section", true),
        int32("start", false),
        int32("end", false),
        utf8("text", false),
        boolean("gated"),
    ])
});

impl SentenceTable {
    /// Adds a sentence.
    pub fn push(&mut self, row: &SentenceRow<'_>) {
        self.doc_id.append_value(row.doc_id);
        self.doc_version.append_value(int(row.doc_version));
        self.record.append_value(long(row.record));
        self.sentence.append_value(int(row.sentence));
        self.passage.append_value(row.passage);
        self.section.append_option(row.section);
        self.start.append_value(int(row.start));
        self.end.append_value(int(row.end));
        self.text.append_value(row.text);
        self.gated.append_value(row.gated);
    }
}

impl Table for SentenceTable {
    fn schema() -> SchemaRef {
        SENTENCES.clone()
    }

    fn rows(&self) -> usize {
        self.doc_version.len()
    }

    fn text_bytes(&self) -> usize {
        self.doc_id.values_slice().len() + self.text.values_slice().len()
    }

    fn finish(&mut self) -> RecordBatch {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.doc_id.finish()),
            Arc::new(self.doc_version.finish()),
            Arc::new(self.record.finish()),
            Arc::new(self.sentence.finish()),
            Arc::new(self.passage.finish()),
            Arc::new(self.section.finish()),
            Arc::new(self.start.finish()),
            Arc::new(self.end.finish()),
            Arc::new(self.text.finish()),
            Arc::new(self.gated.finish()),
        ];
        batch(Self::schema(), columns)
    }
}

/// The bibliographic records.
#[derive(Default)]
pub struct DocumentTable {
    doc_id: StringBuilder,
    doc_version: Int32Builder,
    record: Int64Builder,
    kind: Dictionary,
    title: StringBuilder,
    has_abstract: BooleanBuilder,
    year: Int16Builder,
    date: StringBuilder,
    journal: Dictionary,
    journal_abbreviation: Dictionary,
    languages: StringLists,
    publication_types: StringLists,
    mesh: Lists,
    mesh_id: StringBuilder,
    mesh_label: StringBuilder,
    mesh_major: BooleanBuilder,
    mesh_qualifiers: StringLists,
    chemicals: Lists,
    chemical_id: StringBuilder,
    chemical_registry: StringBuilder,
    chemical_label: StringBuilder,
    keywords: StringLists,
    doi: StringBuilder,
    pmcid: StringBuilder,
    links: Lists,
    link_kind: StringBuilder,
    link_pmid: StringBuilder,
    link_source: StringBuilder,
    vernacular_title: StringBuilder,
    other_abstracts: Lists,
    other_kind: StringBuilder,
    other_language: StringBuilder,
    other_text: StringBuilder,
    status: Dictionary,
    text: StringBuilder,
    scratch: String,
}

fn mesh_fields() -> Fields {
    vec![utf8("id", true), utf8("label", false), boolean("major"), list("qualifiers", DataType::Utf8)].into()
}

fn chemical_fields() -> Fields {
    vec![utf8("id", true), utf8("registry", true), utf8("label", false)].into()
}

fn link_fields() -> Fields {
    vec![utf8("kind", false), utf8("pmid", true), utf8("source", true)].into()
}

fn other_abstract_fields() -> Fields {
    vec![utf8("kind", true), utf8("language", true), utf8("text", false)].into()
}

static DOCUMENTS: LazyLock<SchemaRef> = LazyLock::new(|| {
    schema(vec![
        utf8("doc_id", false),
        int32("doc_version", false),
        record(),
        dictionary("kind", false),
        utf8("title", true),
        boolean("has_abstract"),
        Field::new("year", DataType::Int16, true),
        utf8("date", true),
        dictionary("journal", true),
        dictionary("journal_abbreviation", true),
        list("languages", DataType::Utf8),
        list("publication_types", DataType::Utf8),
        list("mesh", DataType::Struct(mesh_fields())),
        list("chemicals", DataType::Struct(chemical_fields())),
        list("keywords", DataType::Utf8),
        utf8("doi", true),
        utf8("pmcid", true),
        list("links", DataType::Struct(link_fields())),
        utf8("vernacular_title", true),
        list("other_abstracts", DataType::Struct(other_abstract_fields())),
        dictionary("status", true),
        utf8("text", true),
    ])
});

/// Writes `date` to `out` as ISO 8601, as exactly as it is given: `2021`, `2021-03` or `2021-03-09`. Writes nothing for
/// a date without a year; a day without a month is dropped.
pub fn write_iso(out: &mut String, date: PubDate) {
    let Some(year) = date.year else { return };
    // Writing to a string cannot fail.
    let _ = write!(out, "{year:04}");
    let Some(month) = date.month else { return };
    let _ = write!(out, "-{month:02}");
    if let Some(day) = date.day {
        let _ = write!(out, "-{day:02}");
    }
}

/// The date a record is filed under: that of the issue, else the electronic one, else that of the record's completion.
#[must_use]
pub fn publication_date(metadata: &Metadata) -> PubDate {
    [metadata.published, metadata.published_online, metadata.completed]
        .into_iter()
        .find(|date| date.year.is_some())
        .unwrap_or_default()
}

fn append_date(builder: &mut StringBuilder, scratch: &mut String, date: PubDate) {
    scratch.clear();
    write_iso(scratch, date);
    builder.append_option(given(scratch));
}

impl DocumentTable {
    /// Adds a document; its canonical text only `with_text`.
    pub fn push(&mut self, doc: &Document, with_text: bool) {
        let metadata = &doc.metadata;
        self.doc_id.append_value(&doc.id);
        self.doc_version.append_value(int(doc.version));
        self.record.append_value(long(doc.record));
        self.kind.append_value(match metadata.kind {
            RecordKind::Article => "article",
            RecordKind::Book => "book",
        });
        self.title.append_option(given(doc.title()));
        self.has_abstract.append_value(doc.has_abstract());
        let date = publication_date(metadata);
        self.year.append_option(date.year);
        append_date(&mut self.date, &mut self.scratch, date);
        self.journal.append_option(given(&metadata.journal));
        self.journal_abbreviation.append_option(given(&metadata.journal_abbreviation));
        self.languages.append(&metadata.languages);
        self.publication_types.append(&metadata.publication_types);
        for heading in &metadata.headings {
            self.mesh_id.append_option(given(&heading.id));
            self.mesh_label.append_value(&heading.label);
            self.mesh_major.append_value(heading.major);
            self.mesh_qualifiers.append(&heading.qualifiers);
        }
        self.mesh.close(self.mesh_id.len());
        for chemical in &metadata.chemicals {
            self.chemical_id.append_option(given(&chemical.id));
            self.chemical_registry.append_option(given(&chemical.registry));
            self.chemical_label.append_value(&chemical.label);
        }
        self.chemicals.close(self.chemical_id.len());
        self.keywords.append(&metadata.keywords);
        self.doi.append_option(given(&metadata.doi));
        self.pmcid.append_option(given(&metadata.pmcid));
        for link in &metadata.links {
            self.link_kind.append_value(&link.kind);
            self.link_pmid.append_option(given(&link.pmid));
            self.link_source.append_option(given(&link.source));
        }
        self.links.close(self.link_kind.len());
        self.vernacular_title.append_option(given(&metadata.vernacular_title));
        for other in &metadata.other_abstracts {
            self.other_kind.append_option(given(&other.kind));
            self.other_language.append_option(given(&other.language));
            self.other_text.append_value(&other.text);
        }
        self.other_abstracts.close(self.other_kind.len());
        self.status.append_option(given(&metadata.status));
        self.text.append_option(with_text.then_some(&doc.text));
    }
}

impl Table for DocumentTable {
    fn schema() -> SchemaRef {
        DOCUMENTS.clone()
    }

    fn rows(&self) -> usize {
        self.doc_version.len()
    }

    fn text_bytes(&self) -> usize {
        [&self.title, &self.text, &self.mesh_label, &self.chemical_label, &self.link_source, &self.other_text]
            .iter()
            .map(|column| column.values_slice().len())
            .sum()
    }

    fn finish(&mut self) -> RecordBatch {
        let mesh: Vec<ArrayRef> = vec![
            Arc::new(self.mesh_id.finish()),
            Arc::new(self.mesh_label.finish()),
            Arc::new(self.mesh_major.finish()),
            self.mesh_qualifiers.finish(),
        ];
        let chemicals: Vec<ArrayRef> = vec![
            Arc::new(self.chemical_id.finish()),
            Arc::new(self.chemical_registry.finish()),
            Arc::new(self.chemical_label.finish()),
        ];
        let links: Vec<ArrayRef> = vec![
            Arc::new(self.link_kind.finish()),
            Arc::new(self.link_pmid.finish()),
            Arc::new(self.link_source.finish()),
        ];
        let others: Vec<ArrayRef> = vec![
            Arc::new(self.other_kind.finish()),
            Arc::new(self.other_language.finish()),
            Arc::new(self.other_text.finish()),
        ];
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.doc_id.finish()),
            Arc::new(self.doc_version.finish()),
            Arc::new(self.record.finish()),
            Arc::new(self.kind.finish()),
            Arc::new(self.title.finish()),
            Arc::new(self.has_abstract.finish()),
            Arc::new(self.year.finish()),
            Arc::new(self.date.finish()),
            Arc::new(self.journal.finish()),
            Arc::new(self.journal_abbreviation.finish()),
            self.languages.finish(),
            self.publication_types.finish(),
            self.mesh.finish(structs(mesh_fields(), mesh)),
            self.chemicals.finish(structs(chemical_fields(), chemicals)),
            self.keywords.finish(),
            Arc::new(self.doi.finish()),
            Arc::new(self.pmcid.finish()),
            self.links.finish(structs(link_fields(), links)),
            Arc::new(self.vernacular_title.finish()),
            self.other_abstracts.finish(structs(other_abstract_fields(), others)),
            Arc::new(self.status.finish()),
            Arc::new(self.text.finish()),
        ];
        batch(Self::schema(), columns)
    }
}

/// Ids named by a `DeleteCitation`; `deleted` is true in every row.
#[derive(Default)]
pub struct DeletionTable {
    doc_id: StringBuilder,
    doc_version: Int32Builder,
    record: Int64Builder,
    deleted: BooleanBuilder,
}

static DELETIONS: LazyLock<SchemaRef> =
    LazyLock::new(|| schema(vec![utf8("doc_id", false), int32("doc_version", false), record(), boolean("deleted")]));

impl DeletionTable {
    /// Adds a deleted record.
    pub fn push(&mut self, doc: &Document) {
        self.doc_id.append_value(&doc.id);
        self.doc_version.append_value(int(doc.version));
        self.record.append_value(long(doc.record));
        self.deleted.append_value(true);
    }
}

impl Table for DeletionTable {
    fn schema() -> SchemaRef {
        DELETIONS.clone()
    }

    fn rows(&self) -> usize {
        self.doc_version.len()
    }

    fn text_bytes(&self) -> usize {
        self.doc_id.values_slice().len()
    }

    fn finish(&mut self) -> RecordBatch {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.doc_id.finish()),
            Arc::new(self.doc_version.finish()),
            Arc::new(self.record.finish()),
            Arc::new(self.deleted.finish()),
        ];
        batch(Self::schema(), columns)
    }
}

/// What could not be read.
#[derive(Default)]
pub struct ProblemTable {
    file: Dictionary,
    offset: Int64Builder,
    record: Int64Builder,
    doc_id: StringBuilder,
    kind: Dictionary,
    message: StringBuilder,
    fatal: BooleanBuilder,
}

static PROBLEMS: LazyLock<SchemaRef> = LazyLock::new(|| {
    schema(vec![
        dictionary("file", false),
        Field::new("offset", DataType::Int64, false),
        Field::new("record", DataType::Int64, true),
        utf8("doc_id", true),
        dictionary("kind", false),
        utf8("message", false),
        boolean("fatal"),
    ])
});

impl ProblemTable {
    /// Adds a problem.
    pub fn push(&mut self, problem: &Problem) {
        self.file.append_value(&problem.file);
        self.offset.append_value(long(problem.offset));
        self.record.append_option(problem.record.map(long));
        self.doc_id.append_option(problem.doc_id.as_deref());
        self.kind.append_value(problem.kind.as_str());
        self.message.append_value(&problem.message);
        self.fatal.append_value(problem.fatal);
    }
}

impl Table for ProblemTable {
    fn schema() -> SchemaRef {
        PROBLEMS.clone()
    }

    fn rows(&self) -> usize {
        self.offset.len()
    }

    fn text_bytes(&self) -> usize {
        self.message.values_slice().len()
    }

    fn finish(&mut self) -> RecordBatch {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.file.finish()),
            Arc::new(self.offset.finish()),
            Arc::new(self.record.finish()),
            Arc::new(self.doc_id.finish()),
            Arc::new(self.kind.finish()),
            Arc::new(self.message.finish()),
            Arc::new(self.fatal.finish()),
        ];
        batch(Self::schema(), columns)
    }
}
