//! The naive scanner against every other way to match where they are most likely to differ: at every border of the blocks in which
//! text is read, for all of Unicode, and on whole real files.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use flate2::read::MultiGzDecoder;

use super::*;
use crate::automaton::{Automaton, Search};
use crate::boundary;
use crate::lexicon::Names;
use crate::matcher::{Candidate, Matcher, sort};
use crate::naive::{Naive, found};
use crate::normalize::{fold, fold_case};
use crate::token::plainly;

/// The naive scanner with an index of how names begin, for texts too long and lexicons too big to try every name everywhere.
struct Indexed<'l> {
    names: Names<'l>,
    /// Of the names compared without case, and of those compared with it.
    begins: [Begins; 2],
}

/// By the first characters: names, each with all its characters as they are compared.
type Begins = HashMap<[char; WIDTH], Vec<(u32, Vec<char>)>>;

const WIDTH: usize = 3;

/// The first `width` of `chars`, padded with what is no character.
fn begin(chars: impl Iterator<Item = char>, width: usize) -> [char; WIDTH] {
    let mut key = ['\u{10ffff}'; WIDTH];
    for (place, c) in key.iter_mut().zip(chars.take(width)) {
        *place = c;
    }
    key
}

impl<'l> Indexed<'l> {
    fn new(names: Names<'l>) -> Self {
        let mut begins: [Begins; 2] = Default::default();
        for name in 0..names.count() {
            let (form, case, _) = names.form(name);
            let exact = case == Case::Exact;
            let wanted: Vec<char> = fold_text(form, exact).chars().collect();
            let key = begin(wanted.iter().copied(), WIDTH);
            begins[usize::from(exact)].entry(key).or_default().push((name, wanted));
        }
        Self { names, begins }
    }
}

impl Matcher for Indexed<'_> {
    fn candidates(&mut self, text: &str, out: &mut Vec<Candidate>) {
        let mut found = Vec::new();
        for exact in [false, true] {
            let chars = Naive::folded(text, exact);
            for at in 0..chars.len() {
                for width in 1..=WIDTH.min(chars.len() - at) {
                    let key = begin(chars[at..].iter().map(|c| c.0), width);
                    for (name, wanted) in self.begins[usize::from(exact)].get(&key).into_iter().flatten() {
                        let Some(window) = chars.get(at..at + wanted.len()) else { continue };
                        let (start, end) = (window[0].1, window[window.len() - 1].2);
                        let (_, _, bounds) = self.names.form(*name);
                        if window.iter().map(|c| c.0).eq(wanted.iter().copied())
                            && boundary::allows(bounds, text, start, end)
                        {
                            found.push(self.names.candidate(*name, start, end));
                        }
                    }
                }
            }
        }
        sort(&mut found);
        found.dedup();
        out.append(&mut found);
    }
}

/// All ways to match with one lexicon, made once.
struct Ways<'l> {
    lexicon: &'l Lexicon,
    indexed: Indexed<'l>,
    automaton: Option<Automaton>,
    fast: Scanner<'l>,
    slow: Scanner<'l>,
}

impl<'l> Ways<'l> {
    fn new(lexicon: &'l Lexicon) -> Self {
        let names = lexicon.names();
        // Of a big lexicon an automaton takes too long to build.
        let automaton = (names.count() < 10_000).then(|| Automaton::new(names, 0..names.count()).expect("few names"));
        let (fast, slow) = (Scanner::new(lexicon), Scanner::new(lexicon));
        Self { lexicon, indexed: Indexed::new(names), automaton, fast, slow }
    }

    /// What the naive scanner finds, which all others must find as well.
    fn candidates(&mut self, text: &str) -> Vec<Candidate> {
        let naive = found(&mut self.indexed, text);
        if let Some(automaton) = &self.automaton {
            let search = &mut Search::new(self.lexicon.names(), automaton);
            assert_eq!(found(search, text), naive, "automaton in {text:?}");
        }
        let both = || {
            let mut both = found(&mut self.lexicon.dictionary().expect("well-formed"), text);
            if let Some(loose) = self.lexicon.loose() {
                both.extend(found(&mut Search::new(self.lexicon.names(), loose), text));
                sort(&mut both);
            }
            both
        };
        assert_eq!(both(), naive, "dictionary in {text:?}");
        assert_eq!(plainly(both), naive, "dictionary without vector instructions in {text:?}");
        naive
    }

    /// The whole scan of a document, whose result must be that of a scan with the naive matcher. Returns the number of mentions.
    fn scan(&mut self, doc: &Document) -> usize {
        let some = self.fast.scan(doc);
        assert_eq!(self.slow.scan_with(doc, &mut self.indexed), some, "{:?}", doc.text);
        assert_eq!(self.fast.result(), self.slow.result(), "{:?}", doc.text);
        self.fast.result().mentions.len()
    }
}

/// `length` bytes to put before a name: signs, words, two-byte letters, four-byte letters, white space of one and of two bytes.
fn filler(kind: usize, length: usize) -> String {
    let unit = [".", "ab ", "é", "𝛼", "\n", "\u{a0}", "a "][kind];
    let mut text = unit.repeat(length / unit.len());
    text += &"....."[..length - text.len()];
    text
}

#[test]
fn names_at_every_place_in_a_block() {
    let lexicon = lexicon();
    let mut ways = Ways::new(&lexicon);
    for name in [
        "magnesium",
        "Mg2+",
        "Mg",
        "[Mg²⁺]i",
        "T cells",
        "T\u{a0}\n cells",
        "CD8(+) T–lymphocytes",
        "αLβ2",
        "lymphocyte function-associated antigen 1",
        "faiL",
        "magnesian",
        "anemia",
        "É Mg",
    ] {
        for offset in 0..=130 {
            for kind in 0..7 {
                // As it is, and with a space before the name.
                for before in [filler(kind, offset), filler(kind, offset.saturating_sub(1)) + " "] {
                    for behind in ["", ".", " b", "é", "2", &" ".repeat(66), "\u{301}"] {
                        let text = format!("{before}{name}{behind}");
                        let found = ways.candidates(&text);
                        let alone = kind == 0 && matches!(behind, "" | "." | " b");
                        assert!(!alone || !found.is_empty(), "{text:?}");
                    }
                }
            }
        }
    }
}

/// Names and texts in which the case of letters, the direction of writing and the width of characters are anything but plain.
const ODD: [&str; 40] = [
    "İnci",
    "ınci",
    "inci",
    "INCI",
    "ſerum",
    "serum",
    "SERUM",
    "K-ion",
    "k-ion",
    "K",
    "k",
    "straße",
    "STRASSE",
    "ẞ",
    "ß-globin",
    "βglobin",
    "ΣΊΣΥΦΟΣ",
    "σίσυφος",
    "σίσυφοσ",
    "ΐ",
    "ﬁbrin",
    "fibrin",
    "ŉ",
    "ǰ",
    "Ångström",
    "Å",
    "Å",
    "ångström",
    "Ω-3",
    "ω-3",
    "𝛼𝛽",
    "αβ",
    "𐐨𐐀",
    "𞤀𞤢",
    "שָׁלוֹם",
    "مرحبا",
    "नमस्ते",
    "e\u{301}tat",
    "état",
    "Ⅳ²",
];

fn odd_text() -> impl Strategy<Value = String> {
    let range = |range: std::ops::RangeInclusive<u32>| {
        range.prop_filter_map("no surrogate", char::from_u32).prop_map(String::from).boxed()
    };
    let piece = prop_oneof![
        6 => prop::sample::select(ODD.to_vec()).prop_map(str::to_owned),
        1 => prop::sample::select(ODD.to_vec()).prop_map(str::to_uppercase),
        1 => prop::sample::select(ODD.to_vec()).prop_map(str::to_lowercase),
        6 => prop::sample::select(vec![" ", " ", "-", ".", "\n", "2", "²", "a", "\u{200d}", "\u{200f}", "\u{feff}", "\u{3000}", "\0", "\u{10ffff}"])
            .prop_map(str::to_owned),
        1 => range(0x300..=0x36f),
        1 => range(0x370..=0x3ff),
        1 => range(0x590..=0x6ff),
        1 => range(0x1e00..=0x20ff),
        1 => range(0x1_0000..=0x1_ffff),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn odd_lexicon() -> impl Strategy<Value = Lexicon> {
    let name = (
        prop_oneof![3 => prop::sample::select(ODD.to_vec()).prop_map(str::to_owned), 1 => odd_text()],
        0..3usize,
        0..4usize,
    );
    prop::collection::vec(name, 1..8).prop_map(|names| {
        let mut source = String::from("curie\ttext\tcase\tboundary\tvariants\n");
        for (at, (text, case, boundary)) in names.iter().enumerate() {
            let text: String = text.chars().filter(|c| !c.is_control()).take(14).collect();
            let (case, boundary) =
                (["auto", "exact", "insensitive"][*case], ["word", "left", "right", "none"][*boundary]);
            if fold_text(&text, false).chars().any(crate::normalize::is_word) {
                source += &format!("X:{at}\t{}\t{case}\t{boundary}\ttrue\n", text.trim());
            }
        }
        source += "X:99\tmagnesium\tauto\tword\tfalse\n";
        Lexicon::parse(&[("x", &source)]).expect("a good lexicon")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn odd_names_in_odd_texts(lexicon in odd_lexicon(), text in odd_text()) {
        let naive = all_ways(&lexicon, &text);
        let mut ways = Ways::new(&lexicon);
        prop_assert_eq!(ways.candidates(&text), naive);
        ways.scan(&document(&text, PassageKind::Body));
    }

    #[test]
    fn the_index_changes_nothing(text in text()) {
        static ROWS: LazyLock<Lexicon> = LazyLock::new(lexicon);
        let mut ways = Ways::new(&ROWS);
        prop_assert_eq!(found(&mut ways.indexed, &text), found(&mut Naive { names: ROWS.names() }, &text));
        ways.scan(&document(&text, PassageKind::Abstract));
    }
}

/// Each character beside, within and between names.
fn every(chars: impl Iterator<Item = char>) {
    let lexicon = lexicon();
    let mut ways = Ways::new(&lexicon);
    let mut text = String::new();
    for (count, c) in chars.enumerate() {
        text += &format!("{c}magnesium{c}T{c}cell{c} α{c}Lβ2 {c}");
        if count % 4 == 3 {
            ways.candidates(&text);
            text.clear();
        }
    }
    ways.candidates(&text);
}

fn characters() -> impl Iterator<Item = char> {
    (0..=0x0010_ffff).filter_map(char::from_u32)
}

#[test]
fn characters_that_fold_and_some_of_all_others() {
    let is_folded =
        |c: &char| fold(*c) != *c || fold_case(*c) != *c || c.is_whitespace() || c.to_lowercase().count() > 1;
    every(characters().filter(is_folded));
    every(characters().step_by(199));
}

#[test]
#[ignore = "long: a minute"]
fn every_character() {
    every(characters());
}

fn real_file(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/pubmed").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: ../shared/pubmed/{name} is not here");
    None
}

/// The contents of an element of a record, markup dropped, wherever it stands.
fn contents(record: &str, element: &str) -> Vec<String> {
    let (open, close) = (format!("<{element}"), format!("</{element}>"));
    let mut found = Vec::new();
    for part in record.split(&open).skip(1) {
        let Some((inside, _)) = part.split_once(&close) else { continue };
        let inside = inside.split_once('>').map_or("", |(_, inside)| inside);
        let plain: String = inside
            .split('<')
            .enumerate()
            .map(|(at, piece)| if at == 0 { piece } else { piece.split_once('>').map_or("", |(_, text)| text) })
            .collect();
        found.push(plain.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&"));
    }
    found
}

/// Titles and abstracts of every `step`th record of a whole file, scanned with the built-in lexicon both ways.
fn real(name: &str, step: usize) {
    let Some(path) = real_file(name) else { return };
    let source = include_str!("../../../../python/mgmine/data/lexicon/default.toml");
    let lexicon = Lexicon::parse(&[("default.toml", source)]).expect("our own lexicon");
    let mut ways = Ways::new(&lexicon);
    let mut xml = String::new();
    MultiGzDecoder::new(std::fs::File::open(path).expect("readable")).read_to_string(&mut xml).expect("UTF-8");
    let (mut records, mut mentions) = (0, 0);
    for record in xml.split("<PubmedArticle>").skip(1).step_by(step) {
        let mut doc = Document { id: "x".to_owned(), version: 1, ..Document::default() };
        for (kind, element) in [(PassageKind::Title, "ArticleTitle"), (PassageKind::Abstract, "AbstractText")] {
            for text in contents(record, element).iter().filter(|text| !text.is_empty()) {
                if !doc.text.is_empty() {
                    doc.text.push('\n');
                }
                let start = doc.text.len() as u32;
                doc.text += text;
                doc.passages.push(Passage { kind, section: None, span: Span::new(start, doc.text.len() as u32) });
            }
        }
        ways.candidates(&doc.text);
        mentions += ways.scan(&doc);
        records += 1;
    }
    println!("{name}: {records} records, {mentions} mentions, the same by the naive scanner");
    assert!(records * step >= 20_000 && mentions * step > 1000, "{records} records, {mentions} mentions");
}

#[test]
fn real_abstracts_of_1980() {
    real("pubmed20n0014.xml.gz", 16);
}

#[test]
fn real_abstracts_of_2021() {
    real("pubmed21n1298.xml.gz", 16);
}

#[test]
#[ignore = "long: minutes"]
fn whole_real_files() {
    real("pubmed20n0014.xml.gz", 1);
    real("pubmed21n1298.xml.gz", 1);
}
