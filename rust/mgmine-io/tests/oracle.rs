//! PubMed XML against a second reader: a plain tree built by quick-xml, from which each value is taken by its path.

mod common;

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use common::tree::{Citation, Told, tell};
use common::{All, Dribble, check_map, full, gzip, gzip_labelled, read_from, read_with};
use flate2::bufread::MultiGzDecoder;
use mgmine_core::document::{Document, Metadata};
use mgmine_io::{Format, Item, Options, Reader, Want};
use proptest::prelude::*;

fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/pubmed").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: ../shared/pubmed/{name} is not here");
    None
}

/// Every record of a whole file, read both ways. Returns the numbers of documents, of abstracts and of deletions.
fn agree_on_file(path: &Path) -> (usize, usize, usize) {
    let options = Options { want: Want { metadata: true, source_map: false }, ..Options::default() };
    let mut reader = Reader::open_with(path, &options).unwrap();
    assert_eq!(reader.format(), Format::PubmedXml);
    let mut doc = Document::default();
    let (mut documents, mut abstracts, mut deleted) = (0, 0, 0);
    let file = BufReader::new(File::open(path).unwrap());
    let stream: Box<dyn BufRead> = if path.extension().is_some_and(|extension| extension == "gz") {
        Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(file)))
    } else {
        Box::new(file)
    };
    let whole = tell(stream, |told| match told {
        Told::Citation(citation) => {
            assert_eq!(reader.next(&mut doc), Item::Document);
            assert_eq!(Citation::from_document(&doc), citation);
            assert_eq!(doc.record, documents as u64);
            documents += 1;
            abstracts += usize::from(doc.has_abstract());
        }
        Told::Deleted(id, version) => {
            assert_eq!(reader.next(&mut doc), Item::Deleted);
            assert_eq!((&doc.id, doc.version), (&id, version));
            deleted += 1;
        }
    });
    assert!(whole.is_some());
    assert_eq!(reader.next(&mut doc), Item::End);
    assert_eq!(reader.take_problems(), []);
    (documents, abstracts, deleted)
}

#[test]
fn the_baseline_file_is_read_the_same_way() {
    let Some(path) = shared("pubmed20n0014.xml.gz") else { return };
    assert_eq!(agree_on_file(&path), (30_000, 14_832, 0));
}

#[test]
fn the_update_file_is_read_the_same_way() {
    let Some(path) = shared("pubmed21n1298.xml.gz") else { return };
    // One of the abstracts holds no text.
    assert_eq!(agree_on_file(&path), (20_788, 18_446, 20));
}

#[test]
fn books_and_update_samples_are_read_the_same_way() {
    for (name, counts) in [
        ("books.xml", (19, 17, 0)),
        ("updates/pubmed22n1115-trimmed.xml.gz", (3, 2, 34)),
        ("updates/pubmed22n1313-trimmed.xml.gz", (4, 3, 559)),
        ("updates/pubmedsample_2019.xml.gz", (176, 115, 7)),
    ] {
        let Some(path) = shared(name) else { return };
        assert_eq!(agree_on_file(&path), counts, "{name}");
    }
}

#[test]
fn real_samples_read_the_same_however_their_bytes_come() {
    for (name, counts, blocks) in [
        ("updates/pubmed22n1313-trimmed.xml.gz", (4, 559), [1, 2, 3, 7, 63, 65]),
        ("updates/pubmedsample_2019.xml.gz", (176, 7), [1023, 4096, 65_535, 65_536, 65_537, 1 << 20]),
    ] {
        let Some(path) = shared(name) else { return };
        let packed = std::fs::read(path).unwrap();
        let plain = read_with("sample", &packed, &full());
        assert_eq!((plain.documents.len(), plain.deleted.len(), plain.problems.len()), (counts.0, counts.1, 0));
        for block in blocks {
            for threaded in [false, true] {
                let options = Options { block, threaded, ..full() };
                let all = read_from("sample", Dribble::new(&packed, block), &options);
                assert!(all == plain, "{name}: blocks of {block}");
            }
        }
    }
}

#[test]
fn whole_files_read_the_same_threaded_thoroughly_and_in_any_blocks() {
    for name in ["pubmed20n0014.xml.gz", "pubmed21n1298.xml.gz"] {
        let Some(path) = shared(name) else { return };
        let other = Options {
            threaded: true,
            block: 70_001,
            thorough: true,
            want: Want { source_map: true, ..Want::default() },
            ..Options::default()
        };
        let mut plain = Reader::open(&path, Want::default()).unwrap();
        let mut reader = Reader::open_with(&path, &other).unwrap();
        let (mut first, mut second) = (Document::default(), Document::default());
        loop {
            let item = plain.next(&mut first);
            assert_eq!(reader.next(&mut second), item);
            if item == Item::End {
                break;
            }
            assert_eq!((&first.id, &first.text, &first.passages), (&second.id, &second.text, &second.passages));
            assert_eq!(first.source_offset, second.source_offset);
        }
    }
}

/// Text with everything that may stand in it, well-formed.
fn words() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z0-9]{1,8}",
        3 => " {1,2}",
        1 => "[ \n\t\r]{1,4}",
        1 => prop::sample::select(vec![
            "&lt;", "&gt;", "&amp;", "&quot;", "&apos;", "&#160;", "&#x3b1;", "&#10;", "&#x1F600;", "α", "β₂", "Mg²⁺", "é", "≤", "\u{a0}",
            "\u{2009}", "𝛽", ">", "!", "?", "'", "\"", "-", "/", "PubmedArticle", "Abstract", "]]", "=",
        ]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

/// What may be anywhere and means nothing.
fn aside() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "<!-- a comment -->",
        "<!-- </PubmedArticle><PubmedArticle> -->",
        "<!--</AbstractText>-->",
        "<?pi </ArticleTitle> ?>",
        "<?x?>",
        "<!---->",
    ])
    .prop_map(str::to_owned)
}

/// Content of a title or an abstract; `unusual` allows comments and the like.
fn content(unusual: bool) -> BoxedStrategy<String> {
    let math = (words(), words()).prop_map(|(a, b)| {
        format!(
            "<mml:math xmlns:mml=\"http://www.w3.org/1998/Math/MathML\"> <mml:msup>\n<mml:mi>{a}</mml:mi> <mml:mn> {b}\n</mml:mn></mml:msup> \
             <mml:mtext> {a} </mml:mtext><mml:annotation encoding='x'>{b}</mml:annotation> </mml:math>"
        )
    });
    let aside = if unusual {
        prop_oneof![aside(), "[a-z<>&;/ ]{0,12}".prop_map(|text| format!("<![CDATA[{text}]]>"))].boxed()
    } else {
        words().boxed()
    };
    let leaf = prop_oneof![6 => words(), 1 => math, 1 => aside];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            2 => prop::collection::vec(inner.clone(), 0..4).prop_map(|pieces| pieces.concat()),
            2 => (prop::sample::select(vec!["b", "i", "u", "sup", "sub"]), inner.clone())
                .prop_map(|(name, text)| format!("<{name}>{text}</{name} >")),
            1 => inner.prop_map(|text| format!("<DispFormula>{text}</DispFormula>")),
        ]
    })
    .boxed()
}

/// Attributes in any order, with either quote, white space and a `>` inside.
fn section_tag() -> impl Strategy<Value = String> {
    let value = "[A-Z >&αz]{0,6}".prop_map(|text| text.replace('&', "&amp;").replace('z', "&#x3b1;&apos;&quot;\n"));
    (any::<[bool; 4]>(), value, prop::sample::select(vec!["UNASSIGNED", "METHODS", "RESULTS", ""])).prop_map(
        |([label, category, swap, single], value, name)| {
            let quote = if single { '\'' } else { '"' };
            let mut list = Vec::new();
            if label {
                list.push(format!(" Label={quote}{value}{quote}"));
            }
            if category {
                list.push(format!("\n NlmCategory = {quote}{name}{quote}"));
            }
            if swap {
                list.reverse();
            }
            list.concat()
        },
    )
}

fn summary(unusual: bool) -> impl Strategy<Value = String> {
    let section = prop_oneof![
        5 => (section_tag(), content(unusual)).prop_map(|(tag, text)| format!("<AbstractText{tag}>{text}</AbstractText>")),
        1 => section_tag().prop_map(|tag| format!("<AbstractText{tag}/>")),
        1 => words().prop_map(|text| format!("<CopyrightInformation>{text}</CopyrightInformation>")),
    ];
    let sections = prop::collection::vec(section, 0..4).prop_map(|list| list.join("\n  "));
    prop_oneof![
        1 => Just(String::new()),
        4 => sections.prop_map(|text| format!("<Abstract>\n{text}</Abstract>")),
    ]
}

fn record(unusual: bool) -> impl Strategy<Value = String> {
    let between =
        if unusual { prop_oneof![Just(" ".to_owned()), aside()].boxed() } else { Just("\n ".to_owned()).boxed() };
    let title = prop_oneof![
        6 => content(unusual).prop_map(|text| format!("<ArticleTitle>{text}</ArticleTitle>")),
        1 => Just("<ArticleTitle/>".to_owned()),
        1 => Just(String::new()),
        1 => content(unusual).prop_map(|text| format!("<ArticleTitle book=\"a>b\" part='x'>{text}</ArticleTitle>")),
    ];
    let other = prop_oneof![
        Just(String::new()),
        content(unusual).prop_map(|text| format!(
            "<OtherAbstract Type=\"Publisher\" Language='fre'><AbstractText>{text}</AbstractText></OtherAbstract>"
        )),
    ];
    let version = prop_oneof![
        Just(String::new()),
        (1..9u32).prop_map(|v| format!(" Version=\"{v}\"")),
        Just(" Version='2'".to_owned()),
        Just(" Note='a > b \"/>' Version = \"3\" ".to_owned())
    ];
    let date = prop::sample::select(vec![
        "<PubDate><Year>1999</Year><Month>Feb</Month></PubDate>",
        "<PubDate><MedlineDate>1998 Dec-1999 Jan</MedlineDate></PubDate>",
        "<PubDate><Year>2001</Year><Season>Spring</Season></PubDate>",
    ]);
    let extra = prop::sample::select(vec![
        "",
        "<Pagination><MedlinePgn>1-2</MedlinePgn></Pagination>",
        "<Pagination><MedlinePgn>1-2</MedlinePgn></Pagination>\n<ELocationID EIdType=\"doi\" ValidYN=\"Y\">10.1/a>b</ELocationID>",
        "<ELocationID EIdType=\"pii\" ValidYN='Y'>x</ELocationID>",
        "<ELocationID ValidYN='Y'\n EIdType = 'doi'>10.1/swapped</ELocationID>",
        "<ELocationID ValidYN='N' EIdType='doi'>10.1/void</ELocationID>",
    ]);
    let authors = prop::sample::select(vec![
        "<AuthorList><Author><LastName>Roe</LastName></Author></AuthorList><Language>eng</Language>",
        "<Language>ger</Language>",
        "",
        "<VernacularTitle>Titel</VernacularTitle>",
    ]);
    (1..99_999_999u64, version, title, summary(unusual), other, (between, date, extra, authors, any::<bool>())).prop_map(
        |(pmid, version, title, summary, other, (between, date, extra, authors, references))| {
            let references = if references {
                "<ReferenceList><ReferenceList/><Reference><Citation>PubmedArticle?</Citation><ArticleIdList><ArticleId IdType=\"doi\">10.9/no</ArticleId>\
                 </ArticleIdList></Reference><ReferenceList><Title>More</Title></ReferenceList></ReferenceList><ReferenceList/>"
            } else {
                ""
            };
            format!(
                "<PubmedArticle>{between}<MedlineCitation Status=\"MEDLINE\" Owner='NLM'>\n<PMID{version}>{pmid}</PMID>\n{between}<Article \
                 PubModel=\"Print\">{between}<Journal><JournalIssue>{date}</JournalIssue><Title>J</Title></Journal>\n{title}{between}{extra}\
                 {summary}{between}{authors}</Article><CommentsCorrectionsList><CommentsCorrections RefType=\"CommentIn\"><RefSource>Cell\
                 </RefSource><PMID Version=\"7\">1</PMID></CommentsCorrections></CommentsCorrectionsList>{other}</MedlineCitation>{between}\
                 <PubmedData><ArticleIdList><ArticleId IdType=\"pubmed\">{pmid}</ArticleId></ArticleIdList>{references}</PubmedData>\
                 </PubmedArticle>"
            )
        },
    )
}

fn book() -> impl Strategy<Value = String> {
    (1..99_999_999u64, content(true), content(true), summary(true), 0..3).prop_map(|(pmid, book, title, summary, kind)| {
        let title = match kind {
            0 => String::new(),
            1 => "<ArticleTitle/>".to_owned(),
            _ => format!("<ArticleTitle>{title}</ArticleTitle>"),
        };
        format!(
            "<PubmedBookArticle><BookDocument><PMID Version='1'>{pmid}</PMID><ArticleIdList><ArticleId IdType=\"bookaccession\">NBK1\
             </ArticleId></ArticleIdList><Book><BookTitle book=\"b\">{book}</BookTitle><PubDate><Year>2009</Year></PubDate></Book>{title}\
             <Language>eng</Language>{summary}</BookDocument></PubmedBookArticle>"
        )
    })
}

fn set() -> impl Strategy<Value = String> {
    let record = prop_oneof![5 => record(false), 2 => record(true), 1 => book()];
    let records = prop::collection::vec((record, prop_oneof![3 => Just("\n".to_owned()), 1 => aside()]), 0..5);
    let deleted = prop_oneof![
        Just(String::new()),
        prop::collection::vec(1..99_999u32, 0..4).prop_map(|pmids| {
            let list: String = pmids.iter().map(|pmid| format!("<PMID Version=\"1\">{pmid}</PMID>\n")).collect();
            format!("<DeleteCitation>\n{list}</DeleteCitation>")
        }),
    ];
    let prolog = prop::sample::select(vec![
        "",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!DOCTYPE PubmedArticleSet PUBLIC \"-//NLM//DTD\" \"pubmed.dtd\">\n",
        "\u{feff}<?xml version='1.0' encoding='UTF-8'?><!-- <PubmedArticle> -->",
        "<!DOCTYPE PubmedArticleSet [<!ENTITY x \"<PubmedArticle>\"> <!-- ]> --> ]>",
    ]);
    (prolog, records, deleted).prop_map(|(prolog, records, deleted)| {
        let records: String = records.into_iter().map(|(record, behind)| record + &behind).collect();
        format!("{prolog}<PubmedArticleSet>\n{records}{deleted}</PubmedArticleSet>\n")
    })
}

fn told(xml: &str) -> (Vec<Citation>, Vec<(String, u32)>) {
    let (mut citations, mut deleted) = (Vec::new(), Vec::new());
    let whole = tell(xml.as_bytes(), |told| match told {
        Told::Citation(citation) => citations.push(citation),
        Told::Deleted(id, version) => deleted.push((id, version)),
    });
    assert!(whole.is_some());
    (citations, deleted)
}

/// Several gzip members: with and without fields in the header, stored and packed, and where two cuts fall together an empty one.
fn pack(bytes: &[u8], cuts: &[prop::sample::Index]) -> Vec<u8> {
    let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    at.push(at.first().copied().unwrap_or(0));
    at.sort_unstable();
    at.push(bytes.len());
    let mut from = 0;
    let mut packed = Vec::new();
    for (number, to) in at.into_iter().enumerate() {
        let piece = &bytes[from..to];
        packed.extend(if number.is_multiple_of(2) { gzip(piece) } else { gzip_labelled(piece, number as u32 % 10) });
        from = to;
    }
    packed
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_sets_are_read_the_same_way(
        xml in set(),
        block in prop_oneof![1..40_usize, 40..5000_usize, 5000..=(1_usize << 20)],
        piece in prop_oneof![1..20_usize, 20..200_000_usize],
        cuts in prop::option::of((prop::collection::vec(any::<prop::sample::Index>(), 0..4), 0..1500_usize)),
        threaded: bool,
        thorough: bool,
    ) {
        let (citations, deleted) = told(&xml);
        let bytes = match &cuts {
            // Blocks of a tape are filled up with zeros.
            Some((cuts, zeros)) => [pack(xml.as_bytes(), cuts), vec![0; *zeros]].concat(),
            None => xml.clone().into_bytes(),
        };
        let options = Options { block, threaded, thorough, ..full() };
        let all = read_from("generated.xml", Dribble::new(&bytes, piece), &options);
        prop_assert_eq!(&all.problems, &[]);
        prop_assert_eq!(all.documents.iter().map(Citation::from_document).collect::<Vec<_>>(), citations);
        prop_assert_eq!(&all.deleted, &deleted);
        for doc in &all.documents {
            check_map(doc, xml.as_bytes());
        }
        let whole: All = read_with("generated.xml", xml.as_bytes(), &full());
        prop_assert_eq!(all, whole);
    }

    #[test]
    fn lazy_parts_are_the_same_as_eager_ones(xml in set()) {
        let eager = read_with("x", xml.as_bytes(), &full());
        let want = Want { source_map: true, ..Want::default() };
        let mut reader = Reader::from_read("x", Box::new(std::io::Cursor::new(xml.into_bytes())), want).unwrap();
        let mut doc = Document::default();
        let mut documents = Vec::new();
        loop {
            match reader.next(&mut doc) {
                Item::End => break,
                Item::Deleted => {}
                Item::Document => {
                    prop_assert_eq!(&doc.metadata, &Metadata::default());
                    reader.metadata(&mut doc);
                    documents.push(doc.clone());
                }
            }
        }
        prop_assert_eq!(documents, eager.documents);
    }
}
