//! What the micro-benchmarks share: text to work on, and a clock. No dependency, no statistics beyond the median: the
//! figures are for comparing two builds on one machine, and `benchmarks/instructions.py` counts instructions instead.

#![allow(dead_code)] // Each bench uses a part.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// A generator of the same numbers everywhere (SplitMix64).
pub struct Numbers(pub u64);

impl Numbers {
    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// One of `items`.
    pub fn one(&mut self, items: &[&'static str]) -> &'static str {
        items[(self.next() % items.len() as u64) as usize]
    }
}

/// Words of which abstracts are full.
const COMMON: &str = "
patients study results cells expression levels treatment increased effect group activity protein response
significant disease associated clinical compared cell role human data analysis showed using effects between
control high during factor blood tissue gene type receptor binding concentration observed induced rats mice
normal function specific growth treated plasma acid surface method changes related different rate lower higher
reduced present these that which had has been have may than after within without three four two several
however whereas although both also more most less other such into over under per dose membrane calcium sodium
potassium insulin glucose hepatic renal cardiac muscle brain lung liver kidney tumor cancer infection virus
bacteria antibody antigen serum immune inflammatory cytokine adhesion migration proliferation differentiation
apoptosis signaling pathway kinase phosphorylation transcription regulation inhibitor inhibition activation
mechanism structure molecular synthesis metabolism transport channel ion uptake release secretion stimulation
mediated dependent independent molecule complex domain sequence mutation deletion phenotype population risk
age sex women men children years months days weeks hours minutes survival mortality incidence prevalence
diagnosis therapy surgery trial randomized placebo baseline follow-up outcome score model measured determined
evaluated investigated examined demonstrated suggested indicated revealed reported found performed obtained
developed described identified characterized detected isolated purified conclusion background objective
methods evidence potential important major primary secondary early late acute chronic severe mild low long
short new novel
";
const SYLLABLES: &[&str] = &[
    "al", "an", "ar", "cal", "cel", "ci", "co", "de", "di", "ec", "en", "er", "ex", "fi", "gen", "ic", "im", "in",
    "la", "lar", "le", "lin", "lu", "ly", "ma", "me", "mi", "mo", "mu", "na", "ne", "nu", "o", "ol", "on", "os", "pa",
    "pep", "pro", "ra", "re", "ri", "ro", "se", "si", "sis", "so", "ta", "te", "ter", "ti", "tion", "to", "tro", "tu",
    "u", "um", "va", "ve", "vi", "xy", "zo",
];
const SMALL: &[&str] =
    &["the", "of", "and", "in", "to", "with", "was", "were", "by", "for", "from", "at", "not", "we", "on"];
const TOPIC: &[&str] = &[
    "magnesium",
    "Mg2+",
    "serum magnesium",
    "LFA-1",
    "integrins",
    "αLβ2",
    "CD8+ T cells",
    "regulatory T cells (Treg)",
    "MgSO4",
    "alpha 4 beta 1 integrin",
    "T-cell receptor",
    "TRPM7",
    "ICAM-1",
    "CD4+ and CD8+ T cells",
];

/// A made-up word of one to four syllables.
pub fn word(numbers: &mut Numbers) -> String {
    let syllables = 1 + numbers.next() % 4;
    (0..syllables).map(|_| numbers.one(SYLLABLES)).collect()
}

/// A text of title and abstract as long as they usually are. One in `rarity` words or so is of the default lexicon.
pub fn text(numbers: &mut Numbers, rarity: u64) -> String {
    let common: Vec<&str> = COMMON.split_ascii_whitespace().collect();
    let mut text = String::new();
    for sentence in 0..1 + numbers.next() % 14 {
        let start = text.len();
        for at in 0..8 + numbers.next() % 18 {
            if at > 0 {
                text.push_str(if numbers.next().is_multiple_of(15) { ", " } else { " " });
            }
            match numbers.next() % 40 {
                0..=13 => text.push_str(numbers.one(SMALL)),
                14 => text.push_str(&format!("{}.{} mg/kg", numbers.next() % 90, numbers.next() % 10)),
                15 => text.push_str(&format!("(P < 0.0{})", 1 + numbers.next() % 9)),
                16 => text.push_str("e.g. "),
                17 if numbers.next().is_multiple_of(5) => text.push_str(&format!("β-{}", word(numbers))),
                18..=35 => text.push_str(common[(numbers.next() % common.len() as u64) as usize]),
                _ if numbers.next().is_multiple_of(rarity) => text.push_str(numbers.one(TOPIC)),
                _ => text.push_str(&word(numbers)),
            }
        }
        text.push_str(if sentence == 0 { ".\n" } else { ". " });
        // The first letter of a sentence is upper-case where it is a letter of ours.
        if text.as_bytes()[start].is_ascii_lowercase() {
            let first = text[start..=start].to_ascii_uppercase();
            text.replace_range(start..=start, &first);
        }
    }
    text.truncate(text.trim_end().len());
    text
}

/// `count` texts, or a quarter of them under `--once`.
pub fn texts(count: usize) -> Vec<String> {
    let count = if std::env::args().any(|argument| argument == "--once") { count / 4 } else { count };
    let mut numbers = Numbers(1);
    (0..count).map(|_| text(&mut numbers, 27)).collect()
}

/// A tab-separated lexicon of `count` made-up names of one to three words.
pub fn lexicon(count: usize) -> String {
    let mut numbers = Numbers(2);
    let mut table = String::from("curie\ttext\n");
    for number in 0..count {
        let words: Vec<_> = (0..1 + numbers.next() % 3).map(|_| word(&mut numbers)).collect();
        table.push_str(&format!("GEN:{number}\t{} {number}\n", words.join(" ")));
        table.push_str(&format!("GEN:{number}\t{}x\n", words.join(" ")));
    }
    table
}

/// The work itself, in a function whose name a profiler finds: `benchmarks/instructions.py` counts what happens in it.
#[inline(never)]
pub fn measured_work(work: &mut dyn FnMut() -> usize) -> usize {
    black_box(work())
}

/// Runs benches by name: all, those whose name holds the argument, or with `--once` each a single time (for counting instructions).
pub struct Bench {
    filter: Option<String>,
    once: bool,
}

impl Bench {
    /// Reads the command line; `cargo bench` adds `--bench`, which is ignored.
    pub fn from_args() -> Self {
        let mut bench = Self { filter: None, once: false };
        for argument in std::env::args().skip(1) {
            match argument.as_str() {
                "--bench" => {}
                "--once" => bench.once = true,
                _ => bench.filter = Some(argument),
            }
        }
        bench
    }

    /// Measures `work`, which handles `bytes` bytes a call and returns a count that must not change, and be `expected` if given.
    pub fn run(&self, name: &str, bytes: usize, expected: Option<usize>, mut work: impl FnMut() -> usize) {
        if self.filter.as_deref().is_some_and(|filter| !name.contains(filter)) {
            return;
        }
        let count = measured_work(&mut work);
        assert!(expected.is_none_or(|expected| expected == count), "{name}: {count} found instead of {expected:?}");
        if self.once {
            println!("{name}\t{count}");
            return;
        }
        let mut times = Vec::new();
        let begin = Instant::now();
        while times.len() < 5 || begin.elapsed() < Duration::from_secs(1) {
            let start = Instant::now();
            assert_eq!(black_box(work()), count, "{name} is not the same twice");
            times.push(start.elapsed());
        }
        times.sort();
        let median = times[times.len() / 2].as_secs_f64();
        let least = times[0].as_secs_f64();
        let rate = bytes as f64 / median / 1e6;
        println!(
            "{name:34} {rate:9.0} MB/s   {:8.3} ms (least {:.3}, {} runs), {count} found",
            median * 1e3,
            least * 1e3,
            times.len()
        );
    }
}
