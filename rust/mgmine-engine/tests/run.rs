//! The driver: whatever the number of threads and inputs, the output is the same and in input order.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{self, Cursor, Read};
use std::thread::{self, ThreadId};

use arrow_array::cast::AsArray as _;
use arrow_array::types::Int32Type;
use arrow_array::{Array as _, RecordBatch};
use mgmine_core::document::Document;
use mgmine_core::lexicon::Lexicon;
use mgmine_core::scan::ScanResult;
use mgmine_engine::collect::{Chunk, Collect, PrintOptions, Printed, Printer, TableKind, TableOptions, Tables};
use mgmine_engine::run::{Event, Input, Source, Summary, Threads, run};
use mgmine_engine::tables::unpack;
use mgmine_engine::visit::Gate;

const LEXICON: &str = r#"
[lexicon]
id = "test"
title = "Test"
version = "1"
license = "CC0-1.0"

[[family]]
id = "metal"
label = "metals"

[[family]]
id = "receptor"
label = "receptors"

[[concept]]
label = "magnesium"
family = "metal"
ids = ["CHEBI:25107"]
names = ["magnesium", { text = "Mg", case = "exact", needs = ["ion"] }]

[[concept]]
label = "LFA-1"
family = "receptor"
ids = ["FPLX:LFA_1"]
names = ["LFA-1"]
"#;

fn lexicon() -> Lexicon {
    Lexicon::parse(&[("test.toml", LEXICON)]).unwrap_or_else(|problems| panic!("{problems:?}"))
}

const SENTENCES: [&str; 7] = [
    "Magnesium switches LFA-1 on.",
    "Nothing of note was seen in the “control” arm.",
    "LFA-1 stayed in its resting state at 4 °C.",
    "Mg was low in α-thalassaemia.",
    "Serum magnesium was 0.8 mM.",
    "LFA-1 and LFA-1 again; magnesium, too.",
    "The rest is silence.",
];

/// JSON lines of `count` documents; which sentences they hold depends on `seed` alone.
fn corpus(seed: usize, count: usize) -> Vec<u8> {
    let mut text = String::new();
    let mut state = seed;
    for index in 0..count {
        let mut sentences = Vec::new();
        for _ in 0..3 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            sentences.push(SENTENCES[(state >> 33) % SENTENCES.len()]);
        }
        let [title, rest @ ..] = sentences.as_slice() else { unreachable!() };
        let record = serde_json::json!({"id": format!("d{seed}-{index}"), "title": title, "abstract": rest.join(" ")});
        writeln!(text, "{record}").expect("a string takes everything");
    }
    text.into_bytes()
}

fn inputs(sizes: &[usize]) -> Vec<Input> {
    let input = |(seed, &size)| Input::Stream(format!("in{seed}"), Box::new(Cursor::new(corpus(seed, size))));
    sizes.iter().enumerate().map(input).collect()
}

const ALL: PrintOptions = PrintOptions { format: Printed::Jsonl, mentions: true, vetoed: true, comentions: true };

fn printed(inputs: Vec<Input>, threads: usize) -> (Vec<u8>, Vec<String>, Summary) {
    let lexicon = lexicon();
    let (mut out, mut problems) = (Vec::new(), Vec::new());
    let summary = run::<_, ()>(
        inputs,
        &lexicon,
        Threads(threads),
        || Printer::new(&lexicon, ALL),
        |_, event| {
            match event {
                Event::Chunk(chunk) => out.extend(chunk),
                Event::Problem(problem) => problems.push(problem.to_string()),
                Event::End(_) => {}
            }
            Ok(())
        },
        |_| Ok(()),
    );
    (out, problems, summary.expect("nothing fails"))
}

#[test]
fn threads_change_nothing() {
    let sizes = [400, 0, 1, 3000, 50, 700];
    let (expected, _, summary) = printed(inputs(&sizes), 1);
    assert_eq!(summary.documents, sizes.iter().sum::<usize>() as u64);
    assert!(summary.mentions > 4000 && summary.vetoes > 500 && summary.comentions > 500, "{summary:?}");
    assert_eq!(summary.abstracts, summary.documents);
    let order: Vec<usize> = expected
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| {
            let record: serde_json::Value = serde_json::from_slice(line).expect("a record");
            let id = record["doc_id"].as_str().expect("an id").to_owned();
            id[1..].split('-').next().expect("the seed").parse().expect("a number")
        })
        .collect();
    assert!(order.is_sorted());
    for threads in [2, 3, 4, 7, 16] {
        assert!(printed(inputs(&sizes), threads).0 == expected, "{threads} threads");
    }
}

#[test]
fn an_input_that_cannot_be_read_does_not_stop_the_others() {
    let mut given = inputs(&[20, 20]);
    given.insert(1, Input::Path("/no/such/file".into()));
    let (out, problems, summary) = printed(given, 2);
    assert_eq!(summary.unread, 1);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains("/no/such/file"), "{problems:?}");
    assert_eq!(out, printed(inputs(&[20, 20]), 1).0);
}

/// Never ends by itself: one document after another.
struct Endless(u64);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0 += 1;
        let line = format!("{{\"id\":\"e{}\",\"title\":\"Magnesium and LFA-1.\"}}\n", self.0);
        let size = line.len().min(buffer.len());
        assert_eq!(size, line.len(), "readers ask for blocks");
        buffer[..size].copy_from_slice(line.as_bytes());
        Ok(size)
    }
}

/// Ends when it is read on another thread than at first, or after so many documents that nobody will come any more.
struct UntilHelped {
    endless: Endless,
    first: Option<ThreadId>,
}

impl Read for UntilHelped {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let here = thread::current().id();
        let helped = *self.first.get_or_insert(here) != here;
        if helped || self.endless.0 == 1_000_000 { Ok(0) } else { self.endless.read(buffer) }
    }
}

#[test]
fn a_thread_without_an_input_helps_another() {
    let long = |name: &str| Input::Stream(name.into(), Box::new(UntilHelped { endless: Endless(0), first: None }));
    // The second input is done at once.
    let mut given = inputs(&[1, 1]);
    given[0] = long("first");
    let (_, _, summary) = printed(given, 2);
    assert!(summary.documents < 1_000_000, "{summary:?}");
    // More threads than inputs: the first is helped, and with its end the second.
    let (_, _, summary) = printed(vec![long("first"), long("second")], 3);
    assert!(summary.documents < 1_000_000, "{summary:?}");
}

#[test]
fn a_caller_that_gives_up_ends_the_run() {
    let lexicon = lexicon();
    for (threads, from_tick) in [(1, false), (1, true), (2, false), (2, true)] {
        let given = vec![
            Input::Stream("endless".into(), Box::new(Endless(0))),
            Input::Stream("endless too".into(), Box::new(Endless(0))),
        ];
        let chunks = RefCell::new(0);
        let result = run(
            given,
            &lexicon,
            Threads(threads),
            || Printer::new(&lexicon, ALL),
            |_, _| {
                *chunks.borrow_mut() += 1;
                if !from_tick && *chunks.borrow() == 3 { Err("enough") } else { Ok(()) }
            },
            |_| if from_tick { Err("enough") } else { Ok(()) },
        );
        assert_eq!(result, Err("enough"));
    }
}

#[test]
fn a_panic_of_the_caller_is_no_mistake_at_a_document() {
    let lexicon = lexicon();
    for threads in [1, 2] {
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            run::<_, ()>(
                inputs(&[3, 3]),
                &lexicon,
                Threads(threads),
                || Printer::new(&lexicon, ALL),
                |_, event| match event {
                    Event::Problem(problem) => panic!("a problem was told: {problem}"),
                    _ => panic!("mine"),
                },
                |_| Ok(()),
            )
        }));
        assert_eq!(panic.expect_err("the caller's").downcast_ref::<&str>(), Some(&"mine"), "{threads} threads");
    }
}

fn tables(
    lexicon: &Lexicon,
    given: Vec<Input>,
    options: &TableOptions,
) -> (Vec<(TableKind, RecordBatch)>, Vec<mgmine_engine::collect::Gated>) {
    let (mut batches, mut places) = (Vec::new(), Vec::new());
    run::<_, ()>(
        given,
        lexicon,
        Threads(3),
        || Tables::new(lexicon, options),
        |_, event| {
            match event {
                Event::Chunk(Chunk::Batch(kind, batch)) => batches.push((kind, unpack(&kind.schema(), &batch))),
                Event::Chunk(Chunk::Gated(gated)) => places.extend(gated),
                Event::Problem(problem) => panic!("{problem}"),
                Event::End(_) => {}
            }
            Ok(())
        },
        |_| Ok(()),
    )
    .expect("nothing fails");
    (batches, places)
}

/// A value of a record as text; nothing for null.
fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned).replace("null", "")
}

/// What the rows of a name or a document have in common: the columns that are filled for many rows at once.
fn shared_of(batch: &RecordBatch, row: usize) -> Vec<String> {
    let column = |name: &str| batch.column_by_name(name).expect("a column");
    let mut found = Vec::new();
    for name in ["passage", "section", "family", "concept", "nested_in"] {
        let dictionary = column(name).as_dictionary::<Int32Type>();
        let key = dictionary.key(row);
        found.push(key.map_or("", |key| dictionary.values().as_string::<i32>().value(key)).to_owned());
    }
    found.push(column("counted").as_boolean().value(row).to_string());
    let ids = column("ids").as_list::<i32>().value(row);
    found.extend(ids.as_string::<i32>().iter().map(|id| id.expect("no null").to_owned()));
    found
}

#[test]
fn tables_hold_what_is_printed_in_batches_of_bounded_size() {
    let sizes = [12_000, 9_000];
    let options = TableOptions {
        tables: vec![TableKind::Mentions, TableKind::Vetoes, TableKind::Comentions],
        gate: Gate::default(),
    };
    let (batches, _) = tables(&lexicon(), inputs(&sizes), &options);
    assert!(batches.iter().all(|(_, batch)| batch.num_rows() <= 20_000));
    assert!(batches.iter().filter(|(kind, _)| *kind == TableKind::Mentions).count() > 2);
    let (out, _, summary) = printed(inputs(&sizes), 1);
    let rows = |wanted: TableKind| -> Vec<(String, i32, i32, String, Vec<String>)> {
        let mut rows = Vec::new();
        for (_, batch) in batches.iter().filter(|(kind, _)| *kind == wanted) {
            let (ids, text) = (batch.column(0).as_string::<i32>(), batch.column_by_name("text").expect("text"));
            let number =
                |name: &str, row| batch.column_by_name(name).expect("a column").as_primitive::<Int32Type>().value(row);
            for row in 0..batch.num_rows() {
                let text = text.as_string::<i32>().value(row).to_owned();
                let shared = shared_of(batch, row);
                rows.push((ids.value(row).to_owned(), number("start", row), number("end", row), text, shared));
            }
        }
        rows
    };
    let (mut kept, mut vetoed, mut comentions) = (Vec::new(), Vec::new(), 0);
    for line in out.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        let record: serde_json::Value = serde_json::from_slice(line).expect("a record");
        if record.get("level").is_some() {
            comentions += 1;
            continue;
        }
        let number = |key: &str| i32::try_from(record[key].as_i64().expect("a number")).expect("small");
        let text = |key: &str| record[key].as_str().expect("a string").to_owned();
        let ids = record["ids"].as_array().expect("a list").iter().map(plain);
        let shared = ["passage", "section", "family", "concept", "nested_in", "counted"].map(|key| plain(&record[key]));
        let shared = shared.into_iter().chain(ids).collect();
        let row = (text("doc_id"), number("start"), number("end"), text("text"), shared);
        if record["veto"].is_null() { kept.push(row) } else { vetoed.push(row) }
    }
    assert!(rows(TableKind::Mentions) == kept);
    assert!(rows(TableKind::Vetoes) == vetoed);
    assert_eq!(kept.len() as u64, summary.mentions);
    let in_table: usize =
        batches.iter().filter(|(kind, _)| *kind == TableKind::Comentions).map(|(_, b)| b.num_rows()).sum();
    assert_eq!(in_table, comentions);
}

#[test]
fn gates_let_through_what_they_say() {
    let documents = [
        ("both", "Magnesium switches LFA-1 on.", "The rest is silence. Serum magnesium was 0.8 mM."),
        ("apart", "Magnesium was low.", "LFA-1 stayed in its resting state."),
        ("none", "The rest is silence.", "Nothing of note was seen."),
    ];
    let mut text = String::new();
    for (id, title, abstract_) in documents {
        let record = serde_json::json!({"id": id, "title": title, "abstract": abstract_});
        writeln!(text, "{record}").expect("a string takes everything");
    }
    let gated = |gate| {
        let given = vec![Input::Stream("x".into(), Box::new(Cursor::new(text.clone().into_bytes())))];
        let options = TableOptions { tables: vec![TableKind::Sentences, TableKind::Mentions], gate };
        let (batches, places) = tables(&lexicon(), given, &options);
        let mut rows = Vec::new();
        for (_, batch) in batches.iter().filter(|(kind, _)| *kind == TableKind::Sentences) {
            for row in 0..batch.num_rows() {
                let index = batch.column_by_name("sentence").expect("it").as_primitive::<Int32Type>().value(row);
                let flag = batch.column_by_name("gated").expect("it").as_boolean().value(row);
                rows.push((batch.column(0).as_string::<i32>().value(row).to_owned(), index, flag));
            }
        }
        let sentences: usize = places.iter().map(|place| place.sentences).sum();
        assert_eq!(sentences, rows.len());
        let mentions: usize = places.iter().map(|place| place.skipped_mentions + place.mentions).sum();
        assert_eq!(mentions, 5);
        rows
    };
    let row = |id: &str, index, flag| (id.to_owned(), index, flag);
    assert_eq!(gated(Gate::Comention), [row("both", 0, true), row("both", 1, false), row("both", 2, false)]);
    assert_eq!(
        gated(Gate::Mention),
        [
            row("both", 0, true),
            row("both", 1, false),
            row("both", 2, true),
            row("apart", 0, true),
            row("apart", 1, true),
        ]
    );
    let all = gated(Gate::None);
    assert_eq!(all.len(), 7);
    assert!(all.iter().all(|(_, _, flag)| *flag));
}

#[test]
fn documents_carry_their_text_only_where_something_was_found() {
    let options = TableOptions { tables: vec![TableKind::Documents], gate: Gate::default() };
    let (batches, _) = tables(&lexicon(), inputs(&[60]), &options);
    let (_, batch) = &batches[0];
    assert_eq!(batch.num_rows(), 60);
    let text = batch.column_by_name("text").expect("text").as_string::<i32>();
    let title = batch.column_by_name("title").expect("title").as_string::<i32>();
    assert!(text.null_count() > 0 && text.null_count() < 60);
    for row in 0..60 {
        if !text.is_null(row) {
            assert!(text.value(row).starts_with(&format!("{}\n", title.value(row))));
        }
    }
    assert!(batch.column_by_name("year").expect("year").is_null(0));
}

/// Panics at one document.
struct Careless;

impl Collect for Careless {
    type Chunk = String;

    fn document(&mut self, doc: &mut Document, _result: &ScanResult, _found: bool, _source: &mut Source) {
        assert_ne!(doc.id, "d1-5");
    }

    fn deleted(&mut self, _doc: &Document) {}

    fn take(&mut self, chunks: &mut Vec<String>, all: bool) {
        if all {
            chunks.push("whole".to_owned());
        }
    }
}

#[test]
fn a_mistake_of_ours_costs_one_input() {
    let lexicon = lexicon();
    for threads in [1, 3] {
        let (mut whole, mut problems) = (Vec::new(), Vec::new());
        let summary = run::<_, ()>(
            inputs(&[10, 10, 10]),
            &lexicon,
            Threads(threads),
            || Careless,
            |index, event| {
                match event {
                    Event::Chunk(_) => whole.push(index),
                    Event::Problem(problem) => problems.push(problem),
                    Event::End(_) => {}
                }
                Ok(())
            },
            |_| Ok(()),
        );
        assert_eq!(summary.expect("the run goes on").documents, 20);
        assert_eq!(whole, [0, 2]);
        let [problem] = problems.as_slice() else { panic!("{problems:?}") };
        assert_eq!((problem.file.as_str(), problem.doc_id.as_deref(), problem.record), ("in1", Some("d1-5"), Some(5)));
        assert!(problem.fatal);
    }
}

#[test]
fn a_name_of_many_concepts_has_the_ids_of_all_each_once() {
    for concepts in [2, 9, 300] {
        let mut text = String::from("text\tcurie\tname\n");
        for concept in 0..concepts {
            // Every third concept has the identifier of the first.
            let id = if concept % 3 == 0 { 0 } else { concept };
            writeln!(text, "thing\tX:{id}\tthing {concept}").expect("a string takes everything");
        }
        let lexicon = Lexicon::parse(&[("t.tsv", &text)]).unwrap_or_else(|problems| panic!("{problems:?}"));
        let lines = b"{\"id\": \"a\", \"text\": \"A thing, the Thing.\"}\n{\"id\": \"b\", \"text\": \"A thing.\"}\n";
        let given = || vec![Input::Stream("x".into(), Box::new(Cursor::new(lines)))];
        let mut out = Vec::new();
        let printed = run::<_, ()>(
            given(),
            &lexicon,
            Threads(1),
            || Printer::new(&lexicon, ALL),
            |_, event| {
                if let Event::Chunk(chunk) = event {
                    out.extend(chunk);
                }
                Ok(())
            },
            |_| Ok(()),
        );
        assert_eq!(printed.expect("nothing fails").mentions, 3);
        let expected = (0..concepts).filter(|concept| concept % 3 != 0 || *concept == 0).map(|id| format!("X:{id}"));
        let expected: Vec<String> = expected.collect();
        for line in out.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            let record: serde_json::Value = serde_json::from_slice(line).expect("a record");
            let ids: Vec<String> = record["ids"].as_array().expect("a list").iter().map(plain).collect();
            assert_eq!(ids, expected);
        }
        let options = TableOptions { tables: vec![TableKind::Mentions], gate: Gate::default() };
        let (batches, _) = tables(&lexicon, given(), &options);
        let [(_, batch)] = batches.as_slice() else { panic!("one batch") };
        assert_eq!(batch.num_rows(), 3);
        assert!((0..3).all(|row| shared_of(batch, row)[6..] == expected));
    }
}
