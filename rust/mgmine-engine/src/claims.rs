//! Claims as an Arrow table: the JSON objects of `docs/reference/claims.md`, flattened.
//!
//! `via`, `context` and `provenance` stay JSON, for they are lists and objects of varying shape that are read as a whole.

use std::fmt;
use std::sync::{Arc, LazyLock};

use arrow_array::builder::{
    BooleanBuilder, Float64Builder, Int32Builder, ListBuilder, StringBuilder, StringDictionaryBuilder,
};
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use serde_json::{Map, Value};

/// A claim that is not as documented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimError {
    /// Zero-based index of the line.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for ClaimError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "claim {}: {}", self.line, self.reason)
    }
}

impl std::error::Error for ClaimError {}

type Dictionary = StringDictionaryBuilder<Int32Type>;

/// How a column is read from a claim.
#[derive(Clone, Copy)]
enum Kind {
    /// A string with few distinct values.
    Word,
    /// Any string.
    Text,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// True or false.
    Bool,
    /// A list of strings; absent counts as empty.
    Strings,
    /// Any value, kept as JSON.
    Json,
}

/// Column, kind, whether it may be null, and the path of keys in the claim.
const COLUMNS: &[(&str, Kind, bool, &[&str])] = &[
    ("id", Kind::Text, false, &["id"]),
    ("doc_id", Kind::Text, false, &["doc_id"]),
    ("doc_version", Kind::Int, false, &["doc_version"]),
    ("section", Kind::Word, true, &["section"]),
    ("passage", Kind::Word, false, &["passage"]),
    ("sentence_index", Kind::Int, false, &["sentence", "index"]),
    ("sentence_start", Kind::Int, false, &["sentence", "start"]),
    ("sentence_end", Kind::Int, false, &["sentence", "end"]),
    ("sentence_text", Kind::Text, false, &["sentence", "text"]),
    ("subject_text", Kind::Text, true, &["subject", "text"]),
    ("subject_start", Kind::Int, true, &["subject", "start"]),
    ("subject_end", Kind::Int, true, &["subject", "end"]),
    ("subject_type", Kind::Word, true, &["subject", "type"]),
    ("subject_ids", Kind::Strings, false, &["subject", "ids"]),
    ("subject_level", Kind::Word, true, &["subject", "level"]),
    ("subject_claim", Kind::Text, true, &["subject", "claim"]),
    ("predicate", Kind::Word, false, &["predicate"]),
    ("sign", Kind::Word, true, &["sign"]),
    ("aspect", Kind::Word, true, &["aspect"]),
    ("object_text", Kind::Text, true, &["object", "text"]),
    ("object_start", Kind::Int, true, &["object", "start"]),
    ("object_end", Kind::Int, true, &["object", "end"]),
    ("object_type", Kind::Word, true, &["object", "type"]),
    ("object_ids", Kind::Strings, false, &["object", "ids"]),
    ("object_level", Kind::Word, true, &["object", "level"]),
    ("object_claim", Kind::Text, true, &["object", "claim"]),
    ("negated", Kind::Bool, false, &["negated"]),
    ("factuality", Kind::Word, false, &["factuality"]),
    ("modality", Kind::Word, false, &["modality"]),
    ("necessity", Kind::Word, true, &["necessity"]),
    ("via", Kind::Json, false, &["via"]),
    ("perturbation_kind", Kind::Word, true, &["perturbation", "kind"]),
    ("perturbation_agent", Kind::Text, true, &["perturbation", "agent"]),
    ("role", Kind::Word, false, &["role"]),
    ("context", Kind::Json, false, &["context"]),
    ("cue_text", Kind::Text, false, &["cue", "text"]),
    ("cue_start", Kind::Int, false, &["cue", "start"]),
    ("cue_end", Kind::Int, false, &["cue", "end"]),
    ("derived_from", Kind::Text, true, &["derived_from"]),
    ("score", Kind::Float, false, &["score"]),
    ("rule", Kind::Word, false, &["rule"]),
    ("provenance", Kind::Json, false, &["provenance"]),
];

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let fields = COLUMNS.iter().map(|&(name, kind, nullable, _)| Field::new(name, data_type(kind), nullable));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
});

fn data_type(kind: Kind) -> DataType {
    match kind {
        Kind::Word => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
        Kind::Text | Kind::Json => DataType::Utf8,
        Kind::Int => DataType::Int32,
        Kind::Float => DataType::Float64,
        Kind::Bool => DataType::Boolean,
        Kind::Strings => DataType::List(Arc::new(string_item())),
    }
}

fn string_item() -> Field {
    Field::new("item", DataType::Utf8, false)
}

/// The columns of a claims table.
#[must_use]
pub fn schema() -> SchemaRef {
    SCHEMA.clone()
}

enum Column {
    Word(Dictionary),
    Text(StringBuilder),
    Int(Int32Builder),
    Float(Float64Builder),
    Bool(BooleanBuilder),
    Strings(ListBuilder<StringBuilder>),
    Json(StringBuilder),
}

impl Column {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Word => Self::Word(Dictionary::new()),
            Kind::Text => Self::Text(StringBuilder::new()),
            Kind::Int => Self::Int(Int32Builder::new()),
            Kind::Float => Self::Float(Float64Builder::new()),
            Kind::Bool => Self::Bool(BooleanBuilder::new()),
            Kind::Strings => Self::Strings(ListBuilder::new(StringBuilder::new()).with_field(string_item())),
            Kind::Json => Self::Json(StringBuilder::new()),
        }
    }

    /// Appends a value, or says what it should have been.
    fn append(&mut self, value: &Value) -> Result<(), &'static str> {
        match (self, value) {
            (Self::Word(column), Value::String(text)) => column.append_value(text),
            (Self::Word(column), Value::Null) => column.append_null(),
            (Self::Text(column), Value::String(text)) => column.append_value(text),
            (Self::Text(column), Value::Null) => column.append_null(),
            (Self::Int(column), Value::Number(number)) => {
                let number = number.as_i64().and_then(|number| i32::try_from(number).ok());
                column.append_value(number.ok_or("a whole number")?);
            }
            (Self::Int(column), Value::Null) => column.append_null(),
            (Self::Float(column), Value::Number(number)) => column.append_value(number.as_f64().ok_or("a number")?),
            (Self::Float(column), Value::Null) => column.append_null(),
            (Self::Bool(column), Value::Bool(value)) => column.append_value(*value),
            (Self::Bool(column), Value::Null) => column.append_null(),
            (Self::Strings(column), Value::Array(items)) => {
                for item in items {
                    column.values().append_value(item.as_str().ok_or("a list of strings")?);
                }
                column.append(true);
            }
            (Self::Strings(column), Value::Null) => column.append(true),
            (Self::Json(column), value) => column.append_value(value.to_string()),
            (Self::Word(_) | Self::Text(_), _) => return Err("a string"),
            (Self::Int(_), _) => return Err("a whole number"),
            (Self::Float(_), _) => return Err("a number"),
            (Self::Bool(_), _) => return Err("true or false"),
            (Self::Strings(_), _) => return Err("a list of strings"),
        }
        Ok(())
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Word(column) => Arc::new(column.finish()),
            Self::Text(column) | Self::Json(column) => Arc::new(column.finish()),
            Self::Int(column) => Arc::new(column.finish()),
            Self::Float(column) => Arc::new(column.finish()),
            Self::Bool(column) => Arc::new(column.finish()),
            Self::Strings(column) => Arc::new(column.finish()),
        }
    }
}

/// The value at `path`; null if any step of it is missing or null.
fn at<'v>(claim: &'v Map<String, Value>, path: &[&str]) -> Result<&'v Value, String> {
    let (first, rest) = path.split_first().expect("paths are not empty");
    let mut value = claim.get(*first).unwrap_or(&Value::Null);
    for key in rest {
        value = match value {
            Value::Object(object) => object.get(*key).unwrap_or(&Value::Null),
            Value::Null => return Ok(&Value::Null),
            _ => return Err(format!("`{first}` is not an object")),
        };
    }
    Ok(value)
}

/// Reads claims, one JSON object a line.
///
/// # Errors
/// The first line that is not a claim, and why.
///
/// # Panics
/// Never: the columns are built for the schema.
pub fn claims_table<S: AsRef<str>>(lines: impl IntoIterator<Item = S>) -> Result<RecordBatch, ClaimError> {
    let mut columns: Vec<Column> = COLUMNS.iter().map(|&(_, kind, _, _)| Column::new(kind)).collect();
    for (line, text) in lines.into_iter().enumerate() {
        let error = |reason| ClaimError { line, reason };
        let value: Value = serde_json::from_str(text.as_ref()).map_err(|reason| error(reason.to_string()))?;
        let claim = value.as_object().ok_or_else(|| error("not a JSON object".to_owned()))?;
        for (column, &(name, kind, nullable, path)) in columns.iter_mut().zip(COLUMNS) {
            let value = at(claim, path).map_err(error)?;
            if value.is_null() && !nullable && !matches!(kind, Kind::Strings) {
                return Err(error(format!("`{}` is missing ({name})", path.join("."))));
            }
            column.append(value).map_err(|wanted| error(format!("`{}` is not {wanted}", path.join("."))))?;
        }
    }
    let arrays = columns.iter_mut().map(Column::finish).collect();
    Ok(RecordBatch::try_new(schema(), arrays).expect("columns were built for this schema"))
}

#[cfg(test)]
mod tests {
    use arrow_array::Array as _;
    use arrow_array::cast::AsArray as _;
    use arrow_array::types::Int32Type;

    use super::*;

    fn claim() -> Value {
        serde_json::json!({
            "id": "c1", "doc_id": "pubmed:7", "doc_version": 1, "section": null, "passage": "abstract",
            "sentence": {"index": 3, "start": 412, "end": 470, "text": "Mg2+ switches the integrin on."},
            "subject": {"text": "Mg2+", "start": 412, "end": 416, "type": "magnesium", "ids": ["CHEBI:18420"],
                        "level": null},
            "predicate": "affects", "sign": "+", "aspect": "activity",
            "object": {"claim": "c0"},
            "negated": false, "factuality": "fact", "modality": "asserted", "necessity": null,
            "via": [{"text": "α4β1", "start": 1, "end": 5}], "perturbation": {"kind": "removal", "agent": null},
            "role": "result", "context": [], "cue": {"text": "switches", "start": 417, "end": 425},
            "derived_from": null, "score": 0.5, "rule": "affects/verb-active", "provenance": {"lexicon": "x"},
        })
    }

    #[test]
    fn flattens() {
        let batch = claims_table([claim().to_string(), claim().to_string()]).expect("claims");
        assert_eq!(batch.num_rows(), 2);
        assert_eq!(batch.num_columns(), 42);
        let text = |name: &str| batch.column_by_name(name).expect("the column").as_string::<i32>().clone();
        assert_eq!(text("id").value(1), "c1");
        assert_eq!(text("object_claim").value(0), "c0");
        assert!(text("object_text").is_null(0));
        assert_eq!(text("via").value(0), r#"[{"end":5,"start":1,"text":"α4β1"}]"#);
        let ids = batch.column_by_name("subject_ids").expect("the column").as_list::<i32>();
        assert_eq!(ids.value(0).as_string::<i32>().value(0), "CHEBI:18420");
        assert_eq!(batch.column_by_name("object_ids").expect("the column").as_list::<i32>().value(0).len(), 0);
        assert_eq!(batch.column_by_name("cue_end").expect("it").as_primitive::<Int32Type>().value(0), 425);
    }

    #[test]
    fn says_what_is_wrong() {
        let mut broken = claim();
        broken["cue"]["start"] = "x".into();
        let error = claims_table([claim().to_string(), broken.to_string()]).expect_err("a string is no offset");
        assert_eq!(error.to_string(), "claim 1: `cue.start` is not a whole number");
        let mut broken = claim();
        broken["sentence"] = Value::Null;
        assert!(claims_table([broken.to_string()]).expect_err("no sentence").reason.contains("sentence.index"));
        assert!(claims_table(["[]"]).is_err());
        assert_eq!(claims_table::<&str>([]).expect("no claims").num_rows(), 0);
    }
}
