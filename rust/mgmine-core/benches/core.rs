//! Micro-benchmarks of the parts of a scan: `cargo bench -p mgmine-core --bench core [-- NAME]`.
//!
//! Made-up abstracts, one word in some hundreds of the default lexicon, so about as rare as in PubMed. Counts are checked first.

mod support;

use mgmine_core::abbreviation::definitions;
use mgmine_core::automaton::{Automaton, Search};
use mgmine_core::document::{Document, Passage, PassageKind};
use mgmine_core::lexicon::Lexicon;
use mgmine_core::matcher::Matcher;
use mgmine_core::normalize::fold_text;
use mgmine_core::scan::Scanner;
use mgmine_core::sentence::split_sentences;
use mgmine_core::span::Span;
use mgmine_core::token::word_runs;
use support::{Bench, lexicon, texts};

const DEFAULT: &str = include_str!("../../../python/mgmine/data/lexicon/default.toml");

fn document(text: &str) -> Document {
    let title = text.find('\n').unwrap_or(text.len());
    let mut doc = Document { id: "1".to_owned(), version: 1, text: text.to_owned(), ..Document::default() };
    let mut add = |kind, start: usize, end: usize| {
        doc.passages.push(Passage { kind, section: None, span: Span::new(start as u32, end as u32) });
    };
    add(PassageKind::Title, 0, title);
    if title < text.len() {
        add(PassageKind::Abstract, title + 1, text.len());
    }
    doc
}

fn parse(source: &str) -> Lexicon {
    Lexicon::parse(&[("bench", source)]).unwrap_or_else(|problems| panic!("{:?}", problems.first()))
}

fn main() {
    let bench = Bench::from_args();
    let texts = texts(2_000);
    let documents: Vec<_> = texts.iter().map(|text| document(text)).collect();
    let bytes = texts.iter().map(String::len).sum();
    let (small, large) = (parse(DEFAULT), parse(&lexicon(5_000)));

    bench.run("tokenizer", bytes, None, || {
        let mut words = 0;
        for text in &texts {
            word_runs(text.as_bytes(), |_, _| words += 1);
        }
        words
    });
    bench.run("folding", bytes, None, || texts.iter().map(|text| fold_text(text, false).len()).sum());
    let mut sentences = Vec::new();
    bench.run("splitter", bytes, None, || {
        let mut count = 0;
        for doc in &documents {
            sentences.clear();
            split_sentences(doc, &mut sentences);
            count += sentences.len();
        }
        count
    });
    let split: Vec<_> = documents
        .iter()
        .map(|doc| {
            let mut sentences = Vec::new();
            split_sentences(doc, &mut sentences);
            sentences
        })
        .collect();
    let mut found = Vec::new();
    bench.run("abbreviations", bytes, None, || {
        let mut count = 0;
        for (text, sentences) in texts.iter().zip(&split) {
            found.clear();
            definitions(text, sentences, &mut found);
            count += found.len();
        }
        count
    });
    for (size, lexicon) in [("default lexicon", &small), ("10,000 names", &large)] {
        let names = lexicon.names();
        let mut candidates = Vec::new();
        // The automaton is the slower way to the same candidates of names that begin and end at word boundaries.
        let automaton = Automaton::new(names, 0..names.count()).expect("an automaton of that many names");
        let mut search = Search::new(names, &automaton);
        let mut with_automaton = || {
            let mut count = 0;
            for text in &texts {
                candidates.clear();
                search.candidates(text, &mut candidates);
                count += candidates.len();
            }
            count
        };
        let expected = with_automaton();
        bench.run(&format!("automaton, {size}"), bytes, Some(expected), &mut with_automaton);
        if let Some(mut dictionary) = lexicon.dictionary() {
            bench.run(&format!("dictionary, {size}"), bytes, None, || {
                let mut count = 0;
                for text in &texts {
                    candidates.clear();
                    dictionary.candidates(text, &mut candidates);
                    count += candidates.len();
                }
                assert!(count <= expected, "the dictionary finds {count}, the automaton {expected}");
                count
            });
        }
        let mut scanner = Scanner::new(lexicon);
        bench.run(&format!("scan, {size}"), bytes, None, || {
            let mut count = 0;
            for doc in &documents {
                scanner.scan(doc);
                count += scanner.result().mentions.len();
            }
            count
        });
    }
}
