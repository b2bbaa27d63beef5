//! Measures the sentence splitter on the sentence borders of the GENIA and CRAFT treebanks, their text rebuilt from the tokens;
//! skipped where they are not at hand.

use std::collections::HashSet;
use std::io::Read;
use std::path::Path;

use mgmine_core::document::{Document, Passage, PassageKind};
use mgmine_core::sentence::split_sentences;
use mgmine_core::span::Span;

/// The sentences of a treebank as text: no space before closing signs and behind opening ones, none around hyphens that the
/// treebank sets apart.
fn sentences(treebank: &str) -> Vec<String> {
    let sentence = |block: &str| {
        let mut text = String::new();
        let mut glue = true;
        for line in block.lines().filter(|line| !line.starts_with('#')) {
            let Some(word) = line.split('\t').nth(1) else { continue };
            let word = match word {
                "-LRB-" => "(",
                "-RRB-" => ")",
                "-LSB-" => "[",
                "-RSB-" => "]",
                "``" | "''" => "\"",
                word => word,
            };
            let closes = matches!(word, "." | "," | ";" | ":" | "?" | "!" | ")" | "]" | "%" | "'s" | "'");
            let joins = matches!(word, "-" | "–" | "/");
            if !glue && !closes && !joins {
                text.push(' ');
            }
            text.push_str(&word.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"));
            glue = joins || matches!(word, "(" | "[");
        }
        text
    };
    treebank.split("\n\n").map(sentence).filter(|text| !text.is_empty()).collect()
}

#[test]
fn treebanks() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/treebank");
    let show = std::env::var_os("SHOW").is_some();
    for (name, least) in
        [("genia/dev", 99.0), ("genia/train", 99.0), ("craft-ud1/dev", 97.0), ("craft-ud1/train", 97.0)]
    {
        let path = folder.join(format!("{name}.conllu.gz"));
        let Ok(file) = std::fs::File::open(&path) else {
            eprintln!("skipped: {} is not there", path.display());
            continue;
        };
        let mut treebank = String::new();
        flate2::read::MultiGzDecoder::new(file).read_to_string(&mut treebank).expect("a gzip file of UTF-8");
        let (mut doc, mut gold) = (Document::default(), HashSet::new());
        for sentence in sentences(&treebank) {
            doc.text.push_str(&sentence);
            gold.insert(doc.text.len() as u32);
            // What ends without a stop is a heading or a table cell, and stands on a line of its own.
            let stops = sentence.trim_end_matches(['"', ')', ']', '\'']).ends_with(['.', '?', '!']);
            doc.text.push(if stops { ' ' } else { '\n' });
            if !stops {
                doc.text.push('\n');
            }
        }
        let span = Span::new(0, doc.text.len() as u32);
        doc.passages.push(Passage { kind: PassageKind::Body, section: None, span });
        let mut found = Vec::new();
        split_sentences(&doc, &mut found);
        let found: HashSet<u32> = found.iter().map(|sentence| sentence.span.end).collect();
        let right = found.intersection(&gold).count() as f64;
        let around = |at: u32| {
            let clip = |at: u32| {
                (0..4).find_map(|by| doc.text.is_char_boundary((at + by) as usize).then_some((at + by) as usize))
            };
            let (from, to) = (clip(at.saturating_sub(50)).unwrap_or(0), clip(at + 40).unwrap_or(0));
            format!("{} | {}", &doc.text[from..at as usize], doc.text.get(at as usize..to).unwrap_or(""))
                .replace('\n', "⏎")
        };
        if show {
            for (what, set) in [("extra", found.difference(&gold)), ("missed", gold.difference(&found))] {
                let mut list: Vec<_> = set.copied().collect();
                list.sort_unstable();
                for at in list {
                    println!("{name}\t{what}\t{}", around(at));
                }
            }
        }
        let (precision, recall) = (100.0 * right / found.len() as f64, 100.0 * right / gold.len() as f64);
        println!("{name}: {} sentences, precision {precision:.2}, recall {recall:.2}", gold.len());
        assert!(precision > least && recall > least, "{name}: precision {precision:.2}, recall {recall:.2}");
    }
}
