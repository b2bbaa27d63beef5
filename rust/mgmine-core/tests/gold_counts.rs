//! The shipped lexicon on the source article: mentions by sentence and family, as counted by people; skipped where the article is
//! not at hand.

use std::path::Path;

use mgmine_core::comention::Level;
use mgmine_core::document::{Document, Passage, PassageKind};
use mgmine_core::lexicon::Lexicon;
use mgmine_core::scan::Scanner;
use mgmine_core::span::Span;

#[test]
fn counts_of_the_source_article() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (article, lexicon) =
        (root.join("../shared/gold/source_article.txt"), root.join("python/mgmine/data/lexicon/default.toml"));
    let (Ok(text), Ok(source)) = (std::fs::read_to_string(&article), std::fs::read_to_string(&lexicon)) else {
        eprintln!("skipped: {} or the lexicon is not there", article.display());
        return;
    };
    let lexicon = Lexicon::parse(&[("default.toml", &source)]).expect("the shipped lexicon is good");
    let span = Span::new(0, text.len() as u32);
    let passages = vec![Passage { kind: PassageKind::Body, section: None, span }];
    let doc = Document { text, passages, ..Document::default() };
    let mut scanner = Scanner::new(&lexicon);
    assert!(scanner.scan(&doc));
    let result = scanner.result();
    let count = |family: &str, counted: bool| -> Vec<usize> {
        let of_family = |sentence: u32| {
            let is_wanted = |mention: &&mgmine_core::scan::Mention| {
                mention.sentence == sentence
                    && mention.veto.is_none()
                    && mention.counted == counted
                    && lexicon.family(lexicon.family_of(mention.concept)).id == family
            };
            result.mentions.iter().filter(is_wanted).count()
        };
        (0..12).map(of_family).collect()
    };
    assert_eq!(count("magnesium", true), [1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 1, 1]);
    assert_eq!(count("integrin", true), [0, 0, 0, 0, 0, 2, 1, 1, 1, 0, 0, 1]);
    assert_eq!(count("t_cell", true), [0, 0, 0, 0, 0, 1, 0, 1, 2, 2, 1, 0]);
    assert_eq!(count("t_cell", false), [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0]);
    let together = |families: &[&str]| -> Vec<u32> {
        let has = |found: &&mgmine_core::comention::Comention| {
            found.level == Level::Sentence
                && families.iter().all(|family| found.families.iter().any(|&id| lexicon.family(id).id == *family))
        };
        result
            .comentions
            .iter()
            .filter(has)
            .filter_map(|found| found.sentence)
            .filter(|&sentence| sentence < 12)
            .collect()
    };
    assert_eq!(together(&["magnesium", "integrin"]), [7, 8, 11]);
    assert_eq!(together(&["integrin", "t_cell"]), [5, 7, 8]);
    assert_eq!(together(&["magnesium", "t_cell"]), [7, 8, 10]);
    assert_eq!(together(&["magnesium", "integrin", "t_cell"]), [7, 8]);
}
