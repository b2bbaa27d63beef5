//! Measures the stages of the scan: `cargo run --release -p mgmine-core --example measure -- LEXICON... -- JSONL`.
//!
//! Reads all documents into memory first, then runs each stage over them and prints its speed in megabytes of text a second.

/// Processor time of this thread in seconds where the system tells it (Linux), else wall time since the first call.
fn now() -> f64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    let start = START.get_or_init(std::time::Instant::now);
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|stat| stat.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()))
        .map_or_else(|| start.elapsed().as_secs_f64(), |ns| ns / 1e9)
}

use mgmine_core::abbreviation::definitions;
use mgmine_core::document::{Document, Passage, PassageKind};
use mgmine_core::lexicon::Lexicon;
use mgmine_core::scan::Scanner;
use mgmine_core::sentence::split_sentences;
use mgmine_core::span::Span;
use mgmine_core::token::word_runs;

fn documents(path: &str) -> Vec<Document> {
    let text = std::fs::read_to_string(path).expect("JSON lines");
    let records = text.lines().map(|line| {
        let record: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        let mut doc = Document { version: 1, ..Document::default() };
        for (kind, field) in [(PassageKind::Title, "title"), (PassageKind::Abstract, "abstract")] {
            for part in record[field].as_str().unwrap_or("").split('\n').filter(|part| !part.is_empty()) {
                if !doc.text.is_empty() {
                    doc.text.push('\n');
                }
                let start = doc.text.len() as u32;
                doc.text.push_str(part);
                doc.passages.push(Passage { kind, section: None, span: Span::new(start, doc.text.len() as u32) });
            }
        }
        doc
    });
    records.collect()
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (lexicons, corpus) = args.split_at(args.iter().position(|arg| arg == "--").expect("LEXICON... -- JSONL"));
    let docs = documents(&corpus[1]);
    let bytes: usize = docs.iter().map(|doc| doc.text.len()).sum();
    let show = |stage: &str, seconds: f64, note: String| {
        println!("{stage:<28}{seconds:>8.4} s {:>9.1} MB/s  {note}", bytes as f64 / seconds / 1e6);
    };
    println!("{} documents, {bytes} bytes", docs.len());
    let sources: Vec<(String, String)> =
        lexicons.iter().map(|path| (path.clone(), std::fs::read_to_string(path).expect("a lexicon"))).collect();
    let sources: Vec<(&str, &str)> = sources.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let start = now();
    let lexicon =
        Lexicon::parse(&sources).unwrap_or_else(|problems| panic!("{:?}", &problems[..problems.len().min(5)]));
    let size = lexicon.as_bytes().len();
    println!("lexicon: {} names, {size} bytes, compiled in {:.3} s", lexicon.name_count(), now() - start);
    let compiled = lexicon.as_bytes().to_vec();
    let start = now();
    let lexicon = Lexicon::from_bytes(compiled).expect("our own bytes");
    println!("opened in {:.4} s", now() - start);
    for _ in 0..2 {
        let start = now();
        let mut starts = 0usize;
        for doc in &docs {
            word_runs(doc.text.as_bytes(), |_, _| starts += 1);
        }
        show("word starts", now() - start, format!("{starts} starts"));
        let mut scanner = Scanner::new(&lexicon);
        let start = now();
        let mut found = 0usize;
        for doc in &docs {
            found += scanner.find(doc);
        }
        show("candidates", now() - start, format!("{found} candidates"));
        let start = now();
        let (mut hits, mut mentions, mut counted, mut comentions) = (0usize, 0usize, 0usize, 0usize);
        for doc in &docs {
            if scanner.scan(doc) {
                hits += 1;
                mentions += scanner.result().mentions.len();
                counted += scanner.result().mentions.iter().filter(|mention| mention.counted).count();
                comentions += scanner.result().comentions.len();
            }
        }
        let note = format!("{hits} documents, {mentions} mentions, {counted} counted, {comentions} comentions");
        show("whole scan", now() - start, note);
    }
    let (mut sentences, mut found) = (Vec::new(), Vec::new());
    let (mut count, mut defined) = (0, 0);
    let start = now();
    for doc in &docs {
        split_sentences(doc, &mut sentences);
        count += sentences.len();
    }
    show("sentences of all", now() - start, format!("{count} sentences"));
    let start = now();
    for doc in &docs {
        split_sentences(doc, &mut sentences);
        definitions(&doc.text, &sentences, &mut found);
        defined += found.len();
    }
    show("and definitions of all", now() - start, format!("{defined} definitions"));
}
