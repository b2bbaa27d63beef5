//! Prints what a lexicon finds: `cargo run -p mgmine-core --example scan_text -- LEXICON [FILE|-]`.
//!
//! The file holds JSON lines (`{"id", "title", "abstract"}` or `{"id", "text"}`) or plain text. One line a mention: document,
//! sentence, code points, family, concept, text, the form that matched, and why it does not count.

use std::io::{Read, Write};

use mgmine_core::document::{Document, Passage, PassageKind};
use mgmine_core::lexicon::Lexicon;
use mgmine_core::scan::Scanner;
use mgmine_core::span::{CodePoints, Span};

fn documents(text: &str) -> Vec<Document> {
    if !text.trim_start().starts_with('{') {
        let mut doc = Document { id: "text".to_owned(), version: 1, text: text.to_owned(), ..Document::default() };
        add(&mut doc, PassageKind::Body, 0);
        return vec![doc];
    }
    let records = text.lines().filter(|line| !line.trim().is_empty()).map(|line| {
        let record: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        let field = |names: &[&str]| {
            names.iter().find_map(|name| record.get(*name).and_then(|value| value.as_str())).unwrap_or("").to_owned()
        };
        let mut doc = Document { id: field(&["id", "pmid"]), version: 1, ..Document::default() };
        for (kind, part) in [
            (PassageKind::Title, field(&["title"])),
            (PassageKind::Abstract, field(&["abstract"])),
            (PassageKind::Body, field(&["text"])),
        ] {
            if part.is_empty() {
                continue;
            }
            if !doc.text.is_empty() {
                doc.text.push('\n');
            }
            let start = doc.text.len();
            doc.text.push_str(&part);
            add(&mut doc, kind, start);
        }
        doc
    });
    records.collect()
}

fn add(doc: &mut Document, kind: PassageKind, start: usize) {
    let span = Span::new(start as u32, doc.text.len() as u32);
    doc.passages.push(Passage { kind, section: None, span });
}

fn main() {
    let mut args = std::env::args().skip(1);
    let lexicon_path = args.next().expect("a lexicon file, then a file of documents or `-`");
    let source = std::fs::read_to_string(&lexicon_path).expect("the lexicon file");
    let mut text = String::new();
    match args.next().as_deref() {
        None | Some("-") => std::io::stdin().read_to_string(&mut text).expect("UTF-8 on stdin"),
        Some(path) => {
            std::fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text)).expect("the documents")
        }
    };
    for problem in Lexicon::check(&lexicon_path, &source) {
        eprintln!("{problem}");
    }
    let Ok(lexicon) = Lexicon::parse(&[(&lexicon_path, &source)]) else { std::process::exit(65) };
    eprintln!("{} concepts, {} names, {}", lexicon.concept_count(), lexicon.name_count(), lexicon.hash());
    let mut scanner = Scanner::new(&lexicon);
    let mut out = std::io::stdout().lock();
    for doc in documents(&text) {
        if !scanner.scan_defined(&doc) {
            writeln!(out, "{}\t-", doc.id).expect("stdout");
            continue;
        }
        let result = scanner.result();
        let mut points = CodePoints::new(&doc.text);
        for mention in &result.mentions {
            let concept = lexicon.concept(mention.concept);
            let name = lexicon.name(mention.name);
            let span = points.span(mention.span);
            let state = match (&mention.veto, mention.nested_in) {
                (Some(veto), _) => format!("veto {}: {}", veto.reason.as_str(), veto.detail),
                (None, Some(nested)) => format!("in {}", nested.label(&lexicon)),
                (None, None) if mention.counted => "counted".to_owned(),
                (None, None) => "reference".to_owned(),
            };
            writeln!(
                out,
                "{}\tS{}\t{}-{}\t{}\t{}\t{:?}\t[{} {}]\t{}{}",
                doc.id,
                mention.sentence,
                span.start,
                span.end,
                lexicon.family(concept.family).id,
                concept.label,
                mention.span.of(&doc.text),
                name.text,
                name.rule,
                state,
                if mention.elliptical { " (shortened)" } else { "" },
            )
            .expect("stdout");
        }
        for definition in &result.definitions {
            let (short, long) = (definition.short.of(&doc.text), definition.long.of(&doc.text));
            writeln!(out, "{}\tdefinition\t{short} = {long}", doc.id).expect("stdout");
        }
        for found in &result.comentions {
            let families: Vec<&str> = found.families.iter().map(|&id| lexicon.family(id).id.as_str()).collect();
            writeln!(out, "{}\t{}\t{:?}\t{}", doc.id, found.level.as_str(), found.sentence, families.join("+"))
                .expect("stdout");
        }
    }
}
