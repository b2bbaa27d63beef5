//! Measures abbreviation definitions on MED1250, the annotated abstracts published with Ab3P; skipped where they are not at hand.

use std::collections::HashSet;
use std::io::Read;
use std::path::Path;

use mgmine_core::abbreviation::definitions;
use mgmine_core::document::{Document, Passage, PassageKind};
use mgmine_core::normalize::fold_text;
use mgmine_core::sentence::split_sentences;
use mgmine_core::span::Span;

#[test]
fn med1250() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/abbreviations/med1250.txt.gz");
    let Ok(file) = std::fs::File::open(&path) else {
        eprintln!("skipped: {} is not there", path.display());
        return;
    };
    let mut bytes = Vec::new();
    flate2::read::MultiGzDecoder::new(file).read_to_end(&mut bytes).expect("a gzip file");
    let text = String::from_utf8_lossy(&bytes);
    let show = std::env::var_os("SHOW").is_some();
    let (mut right, mut wrong, mut missed) = (0, 0, 0);
    for record in text.split("\n\n") {
        let lines: Vec<&str> = record.lines().filter(|line| !line.trim().is_empty()).collect();
        if lines.len() < 2 {
            continue;
        }
        let pair = |line: &str| {
            line.split_once('|').map(|(short, long)| (fold_text(short.trim(), true), fold_text(long.trim(), true)))
        };
        let gold: HashSet<_> =
            lines.iter().filter(|line| line.starts_with("  ")).filter_map(|line| pair(line)).collect();
        // Synonyms are neither required nor errors.
        let synonyms: HashSet<_> = lines.iter().filter_map(|line| line.strip_prefix("//*")).filter_map(pair).collect();
        let body: Vec<&str> =
            lines[1..].iter().copied().filter(|line| !line.starts_with("  ") && !line.starts_with("//")).collect();
        let mut doc = Document::default();
        for (index, part) in body.iter().enumerate() {
            if index > 0 {
                doc.text.push('\n');
            }
            let start = doc.text.len() as u32;
            doc.text.push_str(part);
            let kind = if index == 0 { PassageKind::Title } else { PassageKind::Abstract };
            doc.passages.push(Passage { kind, section: None, span: Span::new(start, doc.text.len() as u32) });
        }
        let (mut sentences, mut found) = (Vec::new(), Vec::new());
        split_sentences(&doc, &mut sentences);
        definitions(&doc.text, &sentences, &mut found);
        let found: HashSet<_> = found
            .iter()
            .map(|found| (fold_text(found.short.of(&doc.text), true), fold_text(found.long.of(&doc.text), true)))
            .collect();
        right += found.intersection(&gold).count();
        for pair in found.difference(&gold).filter(|pair| !synonyms.contains(*pair)) {
            wrong += 1;
            if show {
                println!("wrong\t{}\t{}\t{}", lines[0], pair.0, pair.1);
            }
        }
        for pair in gold.difference(&found) {
            missed += 1;
            if show {
                println!("missed\t{}\t{}\t{}", lines[0], pair.0, pair.1);
            }
        }
    }
    let precision = 100.0 * f64::from(right as u32) / f64::from((right + wrong) as u32);
    let recall = 100.0 * f64::from(right as u32) / f64::from((right + missed) as u32);
    println!("right {right}, wrong {wrong}, missed {missed}: precision {precision:.1}, recall {recall:.1}");
    assert!(precision > 94.0 && recall > 80.0, "precision {precision:.1}, recall {recall:.1}");
}
