//! Arrow tables, built in place row by row and handed out as record batches of bounded size.
//!
//! A table cuts a batch when it holds enough rows or enough text, so memory stays flat for any input. Where it cuts
//! depends on the rows alone, never on timing or threads. Strings with few distinct values are dictionary encoded.

use std::fmt::Write as _;
use std::iter::repeat_n;
use std::sync::{Arc, LazyLock};

use arrow_array::builder::{ArrayBuilder, BooleanBuilder, Int16Builder, Int32Builder, Int64Builder, StringBuilder};
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int32Type;
use arrow_array::{
    Array as _, ArrayRef, DictionaryArray, Int32Array, Int64Array, ListArray, RecordBatch, StringArray, StructArray,
};
use arrow_buffer::{NullBuffer, NullBufferBuilder, OffsetBuffer};
use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef};
use mgmine_core::document::{Document, Metadata, PubDate, RecordKind};
use mgmine_core::lexicon::{ConceptId, Lexicon, NameId};
use mgmine_core::scan::{Mention, ScanResult};
use mgmine_core::span::{CodePoints, Span};
use mgmine_io::Problem;

use crate::intern::Interner;
use crate::rows::{ComentionRow, SentenceRow};

/// A batch is cut at this many rows …
const MAX_ROWS: usize = 16_384;
/// … or at this many bytes of text, whichever comes first.
const MAX_TEXT: usize = 4 << 20;
/// What is known of names is forgotten at the end of a batch when it takes more bytes than this.
const MOST_KEPT: usize = 4 << 20;

/// Strings by number, each distinct one kept once.
#[derive(Default)]
struct Numbered {
    strings: Interner,
    keys: Vec<i32>,
}

impl Numbered {
    fn number(&mut self, string: &str) -> i32 {
        int(self.strings.intern(string))
    }

    fn append_n(&mut self, string: &str, rows: usize) {
        let key = self.number(string);
        self.keys.extend(repeat_n(key, rows));
    }

    fn finish(&mut self, nulls: Option<NullBuffer>) -> DictionaryArray<Int32Type> {
        let keys = Int32Array::new(moved(&mut self.keys).into(), nulls);
        DictionaryArray::new(keys, Arc::new(self.strings.take()))
    }
}

/// A column of strings by number, without nulls, whose numbers stay the same from batch to batch: what is met many times in an input
/// is looked up once.
#[derive(Default)]
struct Kept {
    numbered: Numbered,
    /// The strings as they were at the end of the last batch.
    strings: Option<Arc<StringArray>>,
}

impl Kept {
    fn finish(&mut self) -> DictionaryArray<Int32Type> {
        let keys = moved(&mut self.numbered.keys).into();
        let all = &self.numbered.strings;
        let known = self.strings.take().filter(|known| known.len() == all.len());
        let strings = known.unwrap_or_else(|| Arc::new(all.array()));
        self.strings = Some(strings.clone());
        DictionaryArray::new(Int32Array::new(keys, None), strings)
    }

    fn clear(&mut self) {
        self.numbered.strings.clear();
        self.strings = None;
    }
}

/// The values of a batch. The next one will have about as many: room for some more saves it from being moved for the last few.
fn moved<T>(values: &mut Vec<T>) -> Vec<T> {
    let next = Vec::with_capacity(values.len() + values.len() / 8);
    std::mem::replace(values, next)
}

/// A column of strings by number, some of them null.
struct Dictionary {
    numbered: Numbered,
    valid: NullBufferBuilder,
}

impl Default for Dictionary {
    fn default() -> Self {
        Self { numbered: Numbered::default(), valid: NullBufferBuilder::new(0) }
    }
}

impl Dictionary {
    fn append_value(&mut self, string: impl AsRef<str>) {
        let key = self.numbered.number(string.as_ref());
        self.append_key(key);
    }

    /// Adds a string known by its number.
    fn append_key(&mut self, key: i32) {
        self.numbered.keys.push(key);
        self.valid.append_non_null();
    }

    /// Adds a value to as many rows.
    fn append_n(&mut self, string: Option<&str>, rows: usize) {
        match string {
            Some(string) => {
                self.numbered.append_n(string, rows);
                self.valid.append_n_non_nulls(rows);
            }
            None => {
                self.numbered.keys.extend(repeat_n(0, rows));
                self.valid.append_n_nulls(rows);
            }
        }
    }

    fn append_option(&mut self, string: Option<impl AsRef<str>>) {
        match string {
            Some(string) => self.append_value(string),
            None => self.append_n(None, 1),
        }
    }

    fn finish(&mut self) -> DictionaryArray<Int32Type> {
        let nulls = self.valid.finish();
        self.numbered.finish(nulls)
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

    /// The rows so far as a batch; the table is empty afterwards. Strings may stand in it by number where the schema has them as
    /// they are: see [`unpack`].
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

/// The type of strings by number.
fn numbered_type() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

fn dictionary(name: &str, nullable: bool) -> Field {
    Field::new(name, numbered_type(), nullable)
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
        let mut ends = moved(&mut self.ends);
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

/// The strings of a dictionary without nulls, one for each row.
fn spelt_out(numbered: &DictionaryArray<Int32Type>) -> StringArray {
    let strings = numbered.values().as_string::<i32>();
    StringArray::from_iter_values(numbered.keys().values().iter().map(|&key| strings.value(key as usize)))
}

/// A dictionary of the strings that some row has, in order of appearance.
fn compact(numbered: &DictionaryArray<Int32Type>) -> DictionaryArray<Int32Type> {
    let strings = numbered.values().as_string::<i32>();
    let mut known: Vec<Option<i32>> = vec![None; strings.len()];
    let mut compact = Numbered::default();
    for key in numbered.keys() {
        let key = key
            .map_or(0, |key| *known[key as usize].get_or_insert_with(|| compact.number(strings.value(key as usize))));
        compact.keys.push(key);
    }
    compact.finish(numbered.nulls().cloned())
}

/// A batch of a table as its schema has it: strings that stand in it by number spelt out, and in its dictionaries only those of
/// its rows.
///
/// # Panics
/// If the batch is not one of a table of this schema.
#[must_use]
pub fn unpack(schema: &SchemaRef, packed: &RecordBatch) -> RecordBatch {
    let columns = schema.fields().iter().zip(packed.columns()).map(|(field, column)| -> ArrayRef {
        match (field.data_type(), column.data_type()) {
            (DataType::Dictionary(..), _) => Arc::new(compact(column.as_dictionary())),
            (same, other) if same == other => column.clone(),
            (DataType::List(_), _) => {
                let lists = column.as_list::<i32>();
                let items = Arc::new(spelt_out(lists.values().as_dictionary()));
                Arc::new(ListArray::new(item(DataType::Utf8), lists.offsets().clone(), items, None))
            }
            _ => Arc::new(spelt_out(column.as_dictionary())),
        }
    });
    batch(schema.clone(), columns.collect())
}

/// What the rows of a name have in common.
#[derive(Clone, Copy, Default)]
struct Common {
    concept: i32,
    /// The text that its last row had, as a number: nearly always that of the next one, too.
    text: i32,
    /// Its ids, as numbers, in [`Commons`].
    ids: (u32, u32),
    /// Bytes of these.
    bytes: u32,
    /// The other concepts whose ids are with them, in [`Commons`].
    also: (u32, u32),
}

/// What is known of the names met so far, so that the lexicon is asked for their strings once.
#[derive(Default)]
struct Commons {
    /// For each name of the lexicon one more than its place in `all`; 0 for a name not met.
    places: Vec<u32>,
    all: Vec<Common>,
    ids: Vec<i32>,
    also: Vec<ConceptId>,
    /// For each id the last name that had it, by a number of its own.
    names: Vec<u32>,
    name: u32,
}

impl Commons {
    /// Whether the name at hand did not have this id before.
    fn is_new(&mut self, id: i32) -> bool {
        let id = id as usize;
        if id >= self.names.len() {
            self.names.resize(id + 1, 0);
        }
        std::mem::replace(&mut self.names[id], self.name) != self.name
    }

    /// The place of a name, if it was met with these other concepts.
    fn place_of(&self, name: NameId, also: &[ConceptId]) -> Option<usize> {
        let place = (*self.places.get(name.0 as usize)?).checked_sub(1)? as usize;
        let (start, end) = self.all[place].also;
        // Nearly all names have one concept.
        let same = if also.is_empty() { start == end } else { part(&self.also, (start, end)) == also };
        same.then_some(place)
    }

    /// Notes what is known of a name.
    fn add(&mut self, name: NameId, common: Common, lexicon: &Lexicon) -> usize {
        if self.places.is_empty() {
            self.places = vec![0; lexicon.name_count() as usize];
        }
        self.all.push(common);
        self.places[name.0 as usize] = self.all.len() as u32;
        self.all.len() - 1
    }

    /// Bytes that grow with the number of names met.
    fn size(&self) -> usize {
        self.all.len() * size_of::<Common>() + (self.ids.len() + self.also.len() + self.names.len()) * size_of::<u32>()
    }

    fn clear(&mut self) {
        self.places.fill(0);
        self.all.clear();
        self.ids.clear();
        self.also.clear();
        self.names.clear();
    }
}

/// The part of a list that a name has.
fn part<T>(all: &[T], (start, end): (u32, u32)) -> &[T] {
    &all[start as usize..end as usize]
}

/// Kept mentions, or with `vetoes` the rejected candidates.
#[derive(Default)]
pub struct MentionTable {
    doc_id: Numbered,
    doc_version: Vec<i32>,
    record: Vec<i64>,
    passage: Dictionary,
    section: Dictionary,
    sentence: Vec<i32>,
    start: Vec<i32>,
    end: Vec<i32>,
    text: Kept,
    family: Dictionary,
    concept: Kept,
    ids: Kept,
    lists: Lists,
    counted: BooleanBuilder,
    nested_in: Dictionary,
    source: Places,
    commons: Commons,
    /// Bytes of the texts and ids of all rows, spelt out.
    text_bytes: usize,
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

/// The same fields with all strings by number.
fn packed(schema: &Schema) -> SchemaRef {
    let pack = |field: &Arc<Field>| match field.name().as_str() {
        "doc_id" | "text" => dictionary(field.name(), false),
        "ids" => list("ids", numbered_type()),
        _ => Field::clone(field),
    };
    Arc::new(Schema::new(schema.fields().iter().map(pack).collect::<Vec<_>>()))
}

static MENTIONS: LazyLock<SchemaRef> = LazyLock::new(|| schema(mention_fields()));
static PACKED_MENTIONS: LazyLock<SchemaRef> = LazyLock::new(|| packed(&MENTIONS));

impl MentionTable {
    /// Adds the kept mentions of a document, or with `vetoed` the rejected candidates, column by column. A veto is not part of this
    /// table.
    pub fn add(&mut self, doc: &Document, result: &ScanResult, lexicon: &Lexicon, vetoed: bool) {
        let mut rows: Vec<&Mention> = Vec::with_capacity(result.mentions.len());
        rows.extend(result.mentions.iter().filter(|mention| mention.veto.is_some() == vetoed));
        let count = rows.len();
        if count == 0 {
            return;
        }
        self.doc_id.append_n(&doc.id, count);
        self.text_bytes += doc.id.len() * count;
        self.doc_version.extend(repeat_n(int(doc.version), count));
        self.record.extend(repeat_n(long(doc.record), count));
        for group in rows.chunk_by(|a, b| a.passage == b.passage) {
            let passage = &doc.passages[group[0].passage as usize];
            self.passage.append_n(Some(passage.kind.as_str()), group.len());
            self.section.append_n(passage.section.as_deref(), group.len());
        }
        self.sentence.extend(rows.iter().map(|mention| int(mention.sentence)));
        let mut points = CodePoints::new(&doc.text);
        let (starts, ends) = (grown(&mut self.start, count), grown(&mut self.end, count));
        for ((mention, start), end) in rows.iter().zip(starts).zip(ends) {
            let span = points.span(mention.span);
            (*start, *end) = (int(span.start), int(span.end));
        }
        for mention in &rows {
            self.add_common(mention, &doc.text, lexicon);
        }
        for group in rows.chunk_by(|a, b| a.family == b.family) {
            self.family.append_n(Some(lexicon.family(group[0].family).id.as_str()), group.len());
        }
        for group in rows.chunk_by(|a, b| a.nested_in == b.nested_in) {
            self.nested_in.append_n(group[0].nested_in.map(|nested| nested.label(lexicon)), group.len());
        }
        for group in rows.chunk_by(|a, b| a.counted == b.counted) {
            self.counted.append_n(group.len(), group[0].counted);
        }
        let mut ranges = doc.source_map.ranges();
        self.source.extend(rows.iter().map(|mention| ranges.of(mention.span)));
    }

    /// Adds text, concept and ids of a mention in a document.
    fn add_common(&mut self, mention: &Mention, document: &str, lexicon: &Lexicon) {
        let Span { start, end } = mention.span;
        let text = &document.as_bytes()[start as usize..end as usize];
        let place = self.commons.place_of(mention.name, &mention.also).unwrap_or_else(|| {
            let common = self.common_of(mention, mention.span.of(document), lexicon);
            self.commons.add(mention.name, common, lexicon)
        });
        let common = &mut self.commons.all[place];
        if self.text.numbered.strings.get(common.text as u32) != text {
            common.text = self.text.numbered.number(mention.span.of(document));
        }
        self.text.numbered.keys.push(common.text);
        self.concept.numbered.keys.push(common.concept);
        let ids = &mut self.ids.numbered.keys;
        match part(&self.commons.ids, common.ids) {
            // Most names have one.
            &[id] => ids.push(id),
            more => ids.extend_from_slice(more),
        }
        self.lists.close(ids.len());
        self.text_bytes += text.len() + common.bytes as usize;
    }

    /// What is known of a name that was not met before, or with other concepts.
    fn common_of(&mut self, mention: &Mention, text: &str, lexicon: &Lexicon) -> Common {
        let commons = &mut self.commons;
        let (ids, also) = (commons.ids.len() as u32, commons.also.len() as u32);
        let mut bytes = 0;
        commons.name += 1;
        for (index, &concept) in std::iter::once(&mention.concept).chain(&mention.also).enumerate() {
            for id in lexicon.ids(concept).iter() {
                let number = self.ids.numbered.number(id);
                if commons.is_new(number) || index == 0 {
                    commons.ids.push(number);
                    bytes += id.len() as u32;
                }
            }
        }
        commons.also.extend_from_slice(&mention.also);
        Common {
            concept: self.concept.numbered.number(lexicon.label(mention.concept)),
            text: self.text.numbered.number(text),
            ids: (ids, commons.ids.len() as u32),
            bytes,
            also: (also, commons.also.len() as u32),
        }
    }

    fn columns(&mut self) -> Vec<ArrayRef> {
        let [text, concept, ids] =
            [&mut self.text, &mut self.concept, &mut self.ids].map(|kept| Arc::new(kept.finish()) as ArrayRef);
        self.text_bytes = 0;
        let strings = [&self.text, &self.concept, &self.ids].map(|kept| kept.numbered.strings.text_bytes());
        if strings.iter().sum::<usize>() + self.commons.size() > MOST_KEPT {
            self.commons.clear();
            self.text.clear();
            self.concept.clear();
            self.ids.clear();
        }
        let [source_start, source_end] = self.source.finish();
        vec![
            Arc::new(self.doc_id.finish(None)),
            int32s(&mut self.doc_version),
            Arc::new(Int64Array::new(moved(&mut self.record).into(), None)),
            Arc::new(self.passage.finish()),
            Arc::new(self.section.finish()),
            int32s(&mut self.sentence),
            int32s(&mut self.start),
            int32s(&mut self.end),
            text,
            Arc::new(self.family.finish()),
            concept,
            self.lists.finish(ids),
            Arc::new(self.counted.finish()),
            Arc::new(self.nested_in.finish()),
            source_start,
            source_end,
        ]
    }
}

fn int32s(values: &mut Vec<i32>) -> ArrayRef {
    Arc::new(Int32Array::new(moved(values).into(), None))
}

/// Room for as many more values.
fn grown<T: Copy + Default>(values: &mut Vec<T>, more: usize) -> &mut [T] {
    let from = values.len();
    values.resize(from + more, T::default());
    &mut values[from..]
}

/// Two columns: where the places of rows in the source begin and end, as far as known.
struct Places {
    start: Vec<i64>,
    end: Vec<i64>,
    valid: NullBufferBuilder,
}

impl Default for Places {
    fn default() -> Self {
        Self { start: Vec::new(), end: Vec::new(), valid: NullBufferBuilder::new(0) }
    }
}

impl Places {
    fn extend(&mut self, places: impl ExactSizeIterator<Item = Option<(u64, u64)>>) {
        let (starts, ends) = (grown(&mut self.start, places.len()), grown(&mut self.end, places.len()));
        let mut known = 0;
        for ((place, start), end) in places.zip(starts).zip(ends) {
            if let Some(place) = place {
                (*start, *end) = (long(place.0), long(place.1));
                known += 1;
            } else {
                self.valid.append_n_non_nulls(std::mem::take(&mut known));
                self.valid.append_null();
            }
        }
        self.valid.append_n_non_nulls(known);
    }

    fn finish(&mut self) -> [ArrayRef; 2] {
        let valid = self.valid.finish();
        [&mut self.start, &mut self.end]
            .map(|values| Arc::new(Int64Array::new(moved(values).into(), valid.clone())) as ArrayRef)
    }
}

impl Table for MentionTable {
    fn schema() -> SchemaRef {
        MENTIONS.clone()
    }

    fn rows(&self) -> usize {
        self.doc_version.len()
    }

    fn text_bytes(&self) -> usize {
        self.text_bytes
    }

    fn finish(&mut self) -> RecordBatch {
        batch(PACKED_MENTIONS.clone(), self.columns())
    }
}

/// Rejected candidates: the columns of [`MentionTable`], then `veto` and `veto_detail`.
#[derive(Default)]
pub struct VetoTable {
    mention: MentionTable,
    veto: Dictionary,
    veto_detail: StringBuilder,
}

static VETOES: LazyLock<SchemaRef> = LazyLock::new(|| {
    let mut fields = mention_fields();
    fields.extend([dictionary("veto", false), utf8("veto_detail", false)]);
    schema(fields)
});
static PACKED_VETOES: LazyLock<SchemaRef> = LazyLock::new(|| packed(&VETOES));

impl VetoTable {
    /// Adds the rejected candidates of a document.
    pub fn add(&mut self, doc: &Document, result: &ScanResult, lexicon: &Lexicon) {
        self.mention.add(doc, result, lexicon, true);
        for veto in result.mentions.iter().filter_map(|mention| mention.veto.as_ref()) {
            self.veto.append_value(veto.reason.as_str());
            self.veto_detail.append_value(&veto.detail);
        }
    }
}

impl Table for VetoTable {
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
        batch(PACKED_VETOES.clone(), columns)
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
