//! Lexicons: any source is read or refused; what is compiled opens again as it was; every way to match finds what the naive
//! scanner finds.
#![no_main]

use mgmine_core::document::{Document, Passage, PassageKind};
use mgmine_core::lexicon::Lexicon;
use mgmine_core::naive::all_ways;
use mgmine_core::scan::Scanner;
use mgmine_core::span::Span;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(data) = std::str::from_utf8(data) else {
        // Bytes that were compiled by nobody.
        if let Ok(lexicon) = Lexicon::from_bytes(data.to_vec()) {
            scan(&lexicon, "Mg2+ activates LFA-1 on T cells.");
        }
        return;
    };
    // A text to search in stands behind the source.
    let (source, text) = data.split_once("\n====\n").unwrap_or((data, "Magnesium (Mg2+) binds LFA-1."));
    let problems = Lexicon::check("x", source);
    let Ok(lexicon) = Lexicon::parse(&[("x", source)]) else {
        assert!(!problems.is_empty());
        return;
    };
    let again = Lexicon::from_bytes(lexicon.as_bytes().to_vec()).expect("what was compiled opens");
    assert_eq!((again.hash(), again.as_bytes()), (lexicon.hash(), lexicon.as_bytes()));
    if lexicon.name_count() < 3000 && text.len() < 400 {
        all_ways(&lexicon, text);
    }
    scan(&lexicon, text);
});

fn scan(lexicon: &Lexicon, text: &str) {
    let mut doc = Document { id: "x".to_owned(), text: text.to_owned(), ..Document::default() };
    doc.passages.push(Passage { kind: PassageKind::Body, section: None, span: Span::new(0, text.len() as u32) });
    let mut scanner = Scanner::new(lexicon);
    scanner.scan(&doc);
    for mention in &scanner.result().mentions {
        assert!(!mention.span.of(text).is_empty());
    }
}
