//! The rows and generated texts on which every matcher must agree with the naive scanner.

mod coverage;

use proptest::prelude::*;

use crate::document::{Document, Passage, PassageKind};
use crate::lexicon::{Case, Lexicon};
use crate::naive::all_ways;
use crate::normalize::fold_text;
use crate::scan::{Nested, Scanner};
use crate::sentence::split_sentences;
use crate::span::Span;

const LEXICON: &str = r##"
[lexicon]
id = "rows"
[[family]]
id = "ion"
[[family]]
id = "cell"
[[family]]
id = "protein"
not_before = ["gene"]
[[family]]
id = "other"
topic = false
[[concept]]
label = "magnesium"
family = "ion"
ids = ["X:1"]
names = ["magnesium", { text = "Mg", not_before = ["%unit", "C %unit"], not_after = ["#"] }, "Mg2+", "[Mg2+]i",
  { text = "magnes", boundary = "left", case = "insensitive" }, { text = "emia", boundary = "right" }]
[[concept]]
label = "LFA-1"
family = "protein"
ids = ["X:2", "Y:2"]
close_ids = ["Z:2"]
names = ["LFA-1", "lymphocyte function-associated antigen 1", "αLβ2", "CD11a/CD18",
  { text = "LFA", needs = ["definition", "leukocyte adhesion"] }]
[[concept]]
label = "alpha L"
family = "protein"
names = ["αL integrin", "integrin αL", { text = "iL", boundary = "none", case = "exact" }]
[[concept]]
label = "alpha M"
family = "protein"
names = ["αM integrin"]
[[concept]]
label = "TRPM7"
family = "protein"
names = ["TRPM7"]
[[concept]]
label = "TRPM6"
family = "protein"
names = ["TRPM6"]
[[concept]]
label = "T cell"
family = "cell"
ids = ["X:3"]
names = ["T cell", "T lymphocyte"]
[[concept]]
label = "CD8+ T cell"
family = "cell"
names = ["CD8+ T cell", "CD8+ T lymphocyte"]
[[concept]]
label = "CD4+ T cell"
family = "cell"
names = ["CD4+ T cell", "CD4 T cell", "CD4+ T lymphocyte"]
[[concept]]
label = "CAR T cell"
family = "cell"
names = ["CAR T cell", { text = "CAR", needs = ["definition", "chimeric"] }]
[[concept]]
label = "cytotoxic T cell"
family = "cell"
names = ["cytotoxic T cell", "cytotoxic T lymphocyte", { text = "CTL", not_with = ["crayfish"] }]
[[concept]]
label = "regulatory T cell"
family = "cell"
names = ["regulatory T cell", "Treg"]
[[concept]]
label = "engager"
family = "other"
names = ["T cell engaging antibody"]
[[concept]]
label = "twin A"
family = "protein"
ids = ["T:1"]
names = ["twinase"]
[[concept]]
label = "twin B"
family = "protein"
ids = ["T:2"]
names = ["twinase"]
[[host]]
label = "T cell receptor"
family = "cell"
after = ["receptor", "antigen receptor"]
[[host]]
label = "antibody"
family = "protein"
before = ["anti"]
"##;

fn lexicon() -> Lexicon {
    let problems = Lexicon::check("rows", LEXICON);
    assert!(problems.iter().all(|problem| problem.severity == crate::lexicon::Severity::Warning), "{problems:?}");
    Lexicon::parse(&[("rows", LEXICON)]).expect("a good lexicon")
}

/// Rows of text and the longest candidate at each start, for every matcher.
#[test]
fn rows_for_every_matcher() {
    let lexicon = lexicon();
    for (text, wanted) in [
        ("Magnesium and MAGNESIUM", vec!["Magnesium", "MAGNESIUM"]),
        ("5 mg Mg MG Mgat5 MgATP", vec!["Mg"]),
        ("Mg2+, Mg(2+), Mg²⁺, Mg++ Mg+2 [Mg2+]i", vec!["Mg2+", "Mg(2+)", "Mg²⁺", "Mg++", "Mg+2", "[Mg2+]i", "Mg2+"]),
        ("hypomagnesemia magnesian", vec!["emia", "magnes"]),
        (
            "CD8+ T\u{a0}cells, CD8(+) T–cells CD8⁺ T-cell CD8+T cells",
            vec![
                "CD8+ T\u{a0}cells",
                "T\u{a0}cells",
                "CD8(+) T–cells",
                "T–cells",
                "CD8⁺ T-cell",
                "T-cell",
                "CD8+T cells",
                "T cells",
            ],
        ),
        ("T  \t cells of T\ncells", vec!["T  \t cells", "T\ncells"]),
        ("cells.[2] T cells2,3 T cells² LFA-12 T cells2a", vec!["T cells", "T cells", "LFA"]),
        (
            "alpha 4beta 1 alphaLbeta2 alpha(L)beta(2) αLβ2 ɑL/ß2",
            vec!["alphaLbeta2", "alpha(L)beta(2)", "αLβ2", "ɑL/ß2"],
        ),
        ("LFA1 lfa-1 LFA–1's CD11a-CD18", vec!["LFA1", "LFA–1", "CD11a-CD18"]),
        ("“magnesium” (magnesium)/magnesium…magnesium≥magnesium", vec!["magnesium"; 5]),
        ("magnésium magnesiumé ämagnesium", vec!["magnes"]),
        ("ﬁL faiL", vec!["iL"]),
        ("e\u{301}magnesium magnesium\u{301}", vec!["magnes"]),
        ("", vec![]),
    ] {
        let mut texts: Vec<&str> = Vec::new();
        let mut last = None;
        for candidate in all_ways(&lexicon, text) {
            if last != Some(candidate.start) {
                texts.push(&text[candidate.start as usize..candidate.end as usize]);
            }
            last = Some(candidate.start);
        }
        assert_eq!(texts, wanted, "{text}");
    }
}

fn document(text: &str, kind: PassageKind) -> Document {
    let mut doc = Document { id: "x".to_owned(), version: 1, text: text.to_owned(), ..Document::default() };
    let span = Span::new(0, text.len() as u32);
    doc.passages.push(Passage { kind, section: None, span });
    doc
}

/// Mentions as `text=concept`, with `!reason` if vetoed, `<host` if nested, `?` if not counted otherwise.
fn mentions(lexicon: &Lexicon, text: &str) -> Vec<String> {
    let mut scanner = Scanner::new(lexicon);
    scanner.scan(&document(text, PassageKind::Body));
    let show = |mention: &crate::scan::Mention| {
        let concept = lexicon.concept(mention.concept).label;
        let state = match (&mention.veto, mention.nested_in) {
            (Some(veto), _) => format!("!{}", veto.reason.as_str()),
            (None, Some(Nested::Concept(_) | Nested::Host(_))) => {
                format!("<{}", mention.nested_in.map_or("", |nested| nested.label(lexicon)))
            }
            (None, None) if mention.counted => String::new(),
            (None, None) => "?".to_owned(),
        };
        format!("{}={concept}{state}", mention.span.of(text))
    };
    scanner.result().mentions.iter().map(show).collect()
}

#[test]
fn mentions_of_rows() {
    let lexicon = lexicon();
    for (text, wanted) in [
        ("CD8+ T cells and T cells.", vec!["CD8+ T cells=CD8+ T cell", "T cells=T cell"]),
        (
            "The T cell receptor, T-cell antigen-receptors.",
            vec!["T cell=T cell<T cell receptor", "T-cell=T cell<T cell receptor"],
        ),
        ("T cell engaging antibodies", vec!["T cell engaging antibodies=engager", "T cell=T cell<engager"]),
        ("CD4+ and CD8+ T cells", vec!["CD4+=CD4+ T cell", "CD8+ T cells=CD8+ T cell"]),
        ("αL and αM integrins", vec!["αL=alpha L", "αM integrins=alpha M"]),
        ("TRPM6/7 channels", vec!["TRPM6=TRPM6", "7=TRPM7"]),
        ("anti-LFA-1 and LFA-1 gene", vec!["LFA-1=LFA-1<antibody", "LFA-1=LFA-1!not_before", "LFA=LFA-1!needs"]),
        (
            "10 Mg of it, Mg ha-1, Mg C ha(-1) and Mg.",
            vec!["Mg=magnesium!not_after", "Mg=magnesium!not_before", "Mg=magnesium!not_before", "Mg=magnesium"],
        ),
        (
            "A lateral flow assay (LFA) was built. The LFA works. LFAs do.",
            vec!["LFA=LFA-1!abbreviation", "LFA=LFA-1!abbreviation", "LFAs=LFA-1!abbreviation"],
        ),
        ("LFA was high. Leukocyte-adhesion fell.", vec!["LFA=LFA-1"]),
        ("LFA was high.", vec!["LFA=LFA-1!needs"]),
        (
            "The CAR and CARs. Later: constitutive androstane receptor (CAR). CAR T cells stay.",
            vec![
                "CAR=CAR T cell!abbreviation",
                "CARs=CAR T cell!abbreviation",
                "CAR=CAR T cell!abbreviation",
                "CAR T cells=CAR T cell",
            ],
        ),
        ("Chimeric cells. CAR too.", vec!["CAR=CAR T cell"]),
        (
            "Cytotoxic T lymphocytes (CTLs) kill; a CTL kills.",
            vec!["Cytotoxic T lymphocytes=cytotoxic T cell", "CTLs=cytotoxic T cell", "CTL=cytotoxic T cell"],
        ),
        ("Compared to control (CTL) mice.", vec!["CTL=cytotoxic T cell!abbreviation"]),
        ("The CTL of a crayfish.", vec!["CTL=cytotoxic T cell!not_with"]),
        ("Regulatory T (Treg) cells and Tregs.", vec!["Treg=regulatory T cell", "Tregs=regulatory T cell"]),
        ("a twinase", vec!["twinase=twin A"]),
        // A short line is not wrapped, so its end ends the sentence; a candidate across it is none.
        ("A T\ncell? No: T.\n\nCells.", vec![]),
    ] {
        assert_eq!(mentions(&lexicon, text), wanted, "{text}");
    }
    let mut scanner = Scanner::new(&lexicon);
    assert!(scanner.scan(&document("twinase", PassageKind::Body)));
    let also: Vec<&str> =
        scanner.result().mentions[0].also.iter().filter_map(|&concept| lexicon.concept(concept).ids.first()).collect();
    assert_eq!(also, ["T:2"]);
    assert!(scanner.scan(&document("magnesium", PassageKind::Reference)));
    assert!(!scanner.result().mentions[0].counted && scanner.result().mentions[0].nested_in.is_none());
    assert!(!scanner.scan(&document("nothing at all", PassageKind::Body)) && scanner.result().sentences.is_empty());
}

#[test]
fn comentions_of_a_document() {
    let lexicon = lexicon();
    let text = "Magnesium and T cells.\nLFA-1 binds. T cell engaging antibodies need Mg2+.";
    let mut doc = document(text, PassageKind::Title);
    doc.passages[0].span = Span::new(0, 22);
    doc.passages.push(Passage { kind: PassageKind::Abstract, section: None, span: Span::new(23, text.len() as u32) });
    let mut scanner = Scanner::new(&lexicon);
    assert!(scanner.scan(&doc));
    let rows: Vec<String> = scanner
        .result()
        .comentions
        .iter()
        .map(|found| {
            let families: Vec<&str> = found.families.iter().map(|&id| lexicon.family(id).id.as_str()).collect();
            format!("{} {:?} {:?} {}", found.level.as_str(), found.passage, found.sentence, families.join("+"))
        })
        .collect();
    assert_eq!(
        rows,
        [
            "sentence Some(0) Some(0) ion+cell",
            "passage Some(0) None ion+cell",
            "passage Some(1) None ion+protein",
            "document None None ion+cell+protein",
        ]
    );
}

#[test]
fn a_lexicon_survives_its_bytes() {
    let lexicon = lexicon();
    let again = Lexicon::from_bytes(lexicon.as_bytes().to_vec()).expect("our own bytes");
    assert_eq!(again.hash(), lexicon.hash());
    assert_eq!(again.families(), lexicon.families());
    let text = "CD4+ and CD8+ T cells, Mg2+, hypomagnesemia";
    assert_eq!(mentions(&again, text), mentions(&lexicon, text));
    // Cut or overwritten anywhere, it is refused or finds something else; it never brings the program down.
    let bytes = lexicon.as_bytes();
    for cut in (0..bytes.len()).step_by(97) {
        assert!(Lexicon::from_bytes(bytes[..cut].to_vec()).is_err());
    }
    for at in (0..bytes.len()).step_by(61) {
        let mut damaged = bytes.to_vec();
        damaged[at] ^= 0x55;
        if let Ok(lexicon) = Lexicon::from_bytes(damaged) {
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| mentions(&lexicon, text)));
        }
    }
    assert!(Lexicon::from_bytes(b"[lexicon]".to_vec()).is_err());
}

#[test]
fn no_sieve_of_names_holds_back_a_name() {
    let source = include_str!("../../../python/mgmine/data/lexicon/default.toml");
    for lexicon in [lexicon(), Lexicon::parse(&[("default.toml", source)]).expect("our own lexicon")] {
        let table = lexicon.dictionary().expect("well-formed").table();
        for name in 0..lexicon.name_count() {
            let (form, _, boundary) = lexicon.names().form(name);
            if boundary != crate::lexicon::Boundary::Word {
                continue;
            }
            for (at, c) in form.char_indices().filter(|&(_, c)| !crate::normalize::is_word(c)) {
                let (before, behind) = (&form[..at], &form[at + c.len_utf8()..]);
                assert!(table.may_begin(before, behind), "{before} and {behind} of {form}");
                assert!(table.may_join(before, behind), "{before} and {behind} of {form}");
            }
        }
    }
}

#[test]
fn finding_concepts() {
    let lexicon = lexicon();
    let labels = |query: &str| -> Vec<&str> {
        lexicon.find(query).into_iter().map(|concept| lexicon.concept(concept).label).collect()
    };
    assert_eq!(labels("lfa-1"), ["LFA-1"]);
    assert_eq!(labels("Y:2"), ["LFA-1"]);
    assert_eq!(labels("alphaL beta2"), ["LFA-1"]);
    assert_eq!(labels("twinase"), ["twin A", "twin B"]);
    assert_eq!(labels("twin B"), ["twin B"]);
    assert_eq!(labels("emia"), ["magnesium"]);
    assert!(labels("nothing").is_empty());
    let concept = lexicon.concept(lexicon.find("LFA-1")[0]);
    assert_eq!(concept.ids.iter().collect::<Vec<_>>(), ["X:2", "Y:2"]);
    assert_eq!(concept.close_ids.iter().collect::<Vec<_>>(), ["Z:2"]);
    let rules: Vec<String> = lexicon
        .variants(lexicon.find("LFA-1")[0])
        .iter()
        .filter(|name| ["LFA-1", "LFA 1", "alpha L beta 2"].contains(&name.text))
        .map(|name| format!("{} {} {}", name.text, name.rule, name.case.as_str()))
        .collect();
    assert_eq!(rules, ["LFA-1 name exact", "LFA 1 hyphen exact", "alpha L beta 2 greek insensitive"]);
}

#[test]
fn sources_add_up_and_replace() {
    let more = "[lexicon]\nid = \"more\"\n[[concept]]\nlabel = \"T cell\"\nfamily = \"cell\"\nids = [\"X:9\"]\nnames = [\"T-zelle\"]\n";
    let both = Lexicon::parse(&[("a", LEXICON), ("b", more)]).expect("good");
    let concept = both.concept(both.find("T-Zelle")[0]);
    assert_eq!((concept.label, concept.ids.iter().collect::<Vec<_>>()), ("T cell", vec!["X:3", "X:9"]));
    assert_eq!(both.id(), "rows+more");
    let replaced = more.replace("family = \"cell\"", "family = \"cell\"\nreplace = true");
    let both = Lexicon::parse(&[("a", LEXICON), ("b", &replaced)]).expect("good");
    assert!(both.find("T lymphocyte").is_empty() && both.concept(both.find("T-Zelle")[0]).ids.first() == Some("X:9"));
    let same = LEXICON.replace("\"magnesium\", {", "{");
    let last = Lexicon::parse(&[("a", LEXICON), ("b", &same)]).expect("good");
    assert_eq!(last.find("magnesium sulfate").len(), 0);
    assert_eq!(last.id(), "rows");
    assert_ne!(last.hash(), lexicon().hash());
    let lost = Lexicon::parse(&[("b", more)]).expect_err("no such family");
    assert!(lost[0].message.contains("no family `cell`"), "{lost:?}");
}

#[test]
fn tab_separated_sources() {
    let plain = "T cell\tCL:1\n#2774\tCVCL:1\nT lymphocyte\tCL:1\n";
    let lexicon = Lexicon::parse(&[("dir/Cells.tsv", plain)]).expect("good");
    assert_eq!((lexicon.concept_count(), lexicon.name_count()), (2, 3));
    assert_eq!(lexicon.families()[0].id, "Cells");
    assert_eq!(mentions(&lexicon, "a t lymphocyte, #2774."), ["t lymphocyte=T cell", "#2774=#2774"]);
    let sssom = "curie\ttext\tname\tpredicate\tfamily\tcase\tboundary\tvariants\nCL:1\tT-cell\tT cell\tx:hasExactSynonym\tcell\texact\tword\ttrue\nCL:1\tcells\tT cell\toboInOwl:hasBroadSynonym\tcell\t\t\t\n";
    let lexicon = Lexicon::parse(&[("x", sssom)]).expect("good");
    assert_eq!(mentions(&lexicon, "T cells and t cells"), ["T cells=T cell"]);
    let problems = Lexicon::check("x", "a\tb\nc\n\td\n");
    assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [1, 1, 2, 3]);
}

#[test]
fn a_name_too_long_is_left_out_and_the_rest_is_there() {
    let long = "x".repeat(1_001);
    let longest = "y".repeat(1_000);
    let tsv = format!("T cell\tCL:1\n{long}\tCL:2\n{}\tCL:3\n{longest}\tCL:4\n", "word ".repeat(10_000));
    let toml = format!(
        "[lexicon]\nid = \"a\"\n[[family]]\nid = \"f\"\n[[concept]]\nlabel = \"c\"\nfamily = \"f\"\nids = [\"CL:1\"]\n\
         names = [\"T cell\",\n\"{long}\",\n{{ text = \"{long}\" }}, \"{longest}\"]\n"
    );
    for (text, lines) in [(&tsv, [2, 3]), (&toml, [10, 11])] {
        let problems = Lexicon::check("file", text);
        let found: Vec<_> = problems.iter().filter(|problem| problem.message.contains("left out")).collect();
        assert_eq!(found.iter().map(|problem| problem.line).collect::<Vec<_>>(), lines);
        assert!(found.iter().all(|problem| problem.severity == crate::lexicon::Severity::Warning));
        let lexicon = Lexicon::parse(&[("file", text)]).expect("only warnings");
        assert_eq!(mentions(&lexicon, &format!("a T cell {longest} {long}")).len(), 2);
    }
}

#[test]
fn problems_have_lines() {
    for (text, line, part) in [
        ("[lexicon]\nid = \"a\"\nfoo = 1\n", 3, "not a field"),
        ("[lexicon]\nid = \"a b\"\n", 1, "an id is made of"),
        ("[lexicon\nid = 1\n", 1, ""),
        ("[[family]]\nid = \"f\"\n", 1, "begins with a [lexicon]"),
        (
            "[lexicon]\nid = \"a\"\n[[family]]\nid = \"f\"\n[[concept]]\nlabel = \"c\"\nfamily = \"f\"\nnames = [\"x1\",\n\"+\"]\n",
            9,
            "letter or a digit",
        ),
        ("[lexicon]\nid = \"a\"\n[[concept]]\nlabel = \"c\"\nfamily = \"g\"\nids = [\"no curie\"]\n", 3, "not a CURIE"),
        ("[lexicon]\nid = \"a\"\n[[host]]\nlabel = \"h\"\n", 3, "a host needs words"),
        (
            "[lexicon]\nid = \"a\"\n[[concept]]\nlabel = \"c\"\nfamily = \"g\"\nnames = [{ text = \"abc\", case = \"any\" }]\n",
            6,
            "case is",
        ),
    ] {
        let problems = Lexicon::check("file", text);
        let hit = problems.iter().any(|problem| problem.line == line && problem.message.contains(part));
        assert!(hit, "{text}: {problems:?}");
    }
}

/// Texts made of the pieces that matter, and of any character.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => prop::sample::select(vec![
            "magnesium", "Mg", "Mg2+", "mg", "MG", "[", "]", "i", "(", ")", "+", "2", "1,2", "-", "–", " ", "  ", "\n", "\u{a0}", "\t", "T", "t",
            "cell", "cells", "Cells", "CD8", "CD4", "⁺", "LFA", "-1", "α", "ɑ", "L", "l", "β", "ß", "alpha", "beta", "/", "emia", "e\u{301}",
            "lymphocyte", "function", "associated", "antigen", ".", ". ", ",", "’s", "é", "naive", "CAR", "receptor", "and", "or", "TRPM6", "7",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[A-Za-z0-9]{1,4}",
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// Small lexicons of names made of the same pieces.
fn source() -> impl Strategy<Value = String> {
    let name = (text(), 0..3usize, 0..4usize);
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
        source
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_matcher_agrees_with_the_naive_one(source in source(), text in text()) {
        let lexicon = Lexicon::parse(&[("x", &source)]).expect("a good lexicon");
        let names = lexicon.names();
        for candidate in all_ways(&lexicon, &text) {
            let (form, case, _) = names.form(candidate.name);
            let exact = case == Case::Exact;
            let found = &text[candidate.start as usize..candidate.end as usize];
            prop_assert_eq!(fold_text(found, exact), fold_text(form, exact));
        }
    }

    #[test]
    fn the_lexicon_of_the_rows_agrees_as_well(text in text()) {
        use std::sync::LazyLock;
        static ROWS: LazyLock<Lexicon> = LazyLock::new(lexicon);
        all_ways(&ROWS, &text);
        let mut scanner = Scanner::new(&ROWS);
        let doc = document(&text, PassageKind::Body);
        scanner.scan(&doc);
        let first = scanner.result().clone();
        for mention in &first.mentions {
            prop_assert!(first.sentences[mention.sentence as usize].span.contains(mention.span));
            prop_assert!(text.is_char_boundary(mention.span.start as usize) && text.is_char_boundary(mention.span.end as usize));
            let form = ROWS.name(mention.name);
            let exact = form.case == Case::Exact;
            if !mention.elliptical {
                prop_assert_eq!(fold_text(mention.span.of(&text), exact), fold_text(form.text, exact));
            }
        }
        scanner.scan(&document("T cells bind LFA-1.", PassageKind::Body));
        scanner.scan(&doc);
        prop_assert_eq!(scanner.result(), &first);
        // Definitions left out, because no candidate is a use of them, change nothing.
        scanner.scan_defined(&doc);
        prop_assert_eq!(&scanner.result().mentions, &first.mentions);
        prop_assert_eq!(&scanner.result().comentions, &first.comentions);
        prop_assert!(first.definitions.iter().all(|known| scanner.result().definitions.contains(known)));
    }

    #[test]
    fn sentences_cover_all_that_is_no_space(text in text()) {
        let doc = document(&text, PassageKind::Body);
        let mut sentences = Vec::new();
        split_sentences(&doc, &mut sentences);
        let mut end = 0;
        for sentence in &sentences {
            let (start, stop) = (sentence.span.start as usize, sentence.span.end as usize);
            prop_assert!(end <= start && start < stop);
            let gap = text[end..start].trim();
            let is_bullet = gap.chars().count() == 1 && !crate::normalize::is_word(gap.chars().next().unwrap_or('a'));
            prop_assert!(gap.is_empty() || is_bullet, "{gap:?}");
            prop_assert_eq!(sentence.span.of(&text).trim(), sentence.span.of(&text));
            end = stop;
        }
        prop_assert!(text[end..].trim().is_empty());
    }
}
