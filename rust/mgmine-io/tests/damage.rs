//! What cannot be read is reported with its place, and the rest goes on.

mod common;

use common::{Dribble, check_map, check_shape, full, gzip, passages, read, read_ahead_after, read_from, read_with};
use mgmine_io::{Format, Options, ProblemKind, Reader, Want};
use proptest::prelude::*;

fn article(pmid: u32, title: &str) -> String {
    format!(
        "<PubmedArticle><MedlineCitation Status=\"MEDLINE\"><PMID Version=\"1\">{pmid}</PMID><Article><Journal><JournalIssue><PubDate>\
         <Year>2001</Year></PubDate></JournalIssue><Title>Ions</Title></Journal><ArticleTitle>{title}</ArticleTitle><Abstract>\
         <AbstractText>Text of {pmid}.</AbstractText></Abstract><AuthorList><Author><LastName>Roe</LastName></Author></AuthorList>\
         <Language>eng</Language></Article></MedlineCitation></PubmedArticle>\n"
    )
}

fn set(records: &[String]) -> String {
    format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<PubmedArticleSet>\n{}</PubmedArticleSet>\n", records.concat())
}

fn three(second: String) -> (String, u64) {
    let xml = set(&[article(1, "One"), second, article(3, "Three")]);
    let offset = xml.find("Text of 1").unwrap();
    let offset = offset + xml[offset..].find("\n<").unwrap() + 1;
    (xml, offset as u64)
}

/// A damaged record between two good ones: both are read whatever the window, and the problem is placed.
fn left_out(second: String, kind: ProblemKind, id: Option<&str>) {
    let (xml, offset) = three(second);
    for options in [
        full(),
        Options { block: 7, ..full() },
        Options { block: 64, threaded: true, ..full() },
        Options { thorough: true, ..full() },
    ] {
        let all = read_with("some.xml", xml.as_bytes(), &options);
        assert_eq!(all.ids(), ["pubmed:1", "pubmed:3"], "{options:?} {:?}", all.problems);
        assert_eq!(all.documents[1].record, 2);
        assert_eq!(all.kinds(), [kind], "{:?}", all.problems);
        let problem = &all.problems[0];
        assert_eq!((problem.record, problem.doc_id.as_deref()), (Some(1), id), "{problem}");
        let end = all.documents[1].source_offset;
        assert!((offset..=end).contains(&problem.offset), "{problem} lies outside of {offset}..{end}");
        assert!(!problem.fatal);
    }
}

#[test]
fn a_record_with_a_tag_too_few_is_left_out() {
    left_out(article(2, "Two <b>bold"), ProblemKind::BrokenRecord, Some("pubmed:2"));
    left_out(article(2, "Two</b>"), ProblemKind::BrokenRecord, Some("pubmed:2"));
    left_out(article(2, "p < 0.05"), ProblemKind::BrokenRecord, Some("pubmed:2"));
    left_out(article(2, "Two").replace("</PubmedArticle>", ""), ProblemKind::BrokenRecord, Some("pubmed:2"));
    left_out(article(2, "Two").replace("</ArticleTitle>", ""), ProblemKind::BrokenRecord, Some("pubmed:2"));
    left_out(article(2, "<!-- x --> Two").replace("</AuthorList>", ""), ProblemKind::BrokenRecord, Some("pubmed:2"));
}

#[test]
fn damage_in_parts_that_are_not_text() {
    let (xml, _) = three(article(2, "Two").replace("</AuthorList>", ""));
    let quick = read_with("some.xml", xml.as_bytes(), &Options::default());
    assert_eq!((quick.documents.len(), quick.problems.len()), (3, 0));
    // It shows when the bibliographic record is read, which changes nothing in what there is to read,
    let with_metadata = read("some.xml", xml.as_bytes());
    assert_eq!((with_metadata.documents.len(), with_metadata.kinds()), (3, vec![ProblemKind::BrokenRecord]));
    assert_eq!(
        (with_metadata.problems[0].record, with_metadata.problems[0].doc_id.as_deref()),
        (Some(1), Some("pubmed:2"))
    );
    assert_eq!(with_metadata.documents[1].text, quick.documents[1].text);
    // and when every tag is looked at.
    let thorough = read_with("some.xml", xml.as_bytes(), &Options { thorough: true, ..Options::default() });
    assert_eq!((thorough.documents.len(), thorough.kinds()), (2, vec![ProblemKind::BrokenRecord]));
}

#[test]
fn a_record_without_a_usable_pmid_is_left_out() {
    left_out(article(2, "Two").replace("<PMID Version=\"1\">2</PMID>", ""), ProblemKind::BrokenRecord, None);
    left_out(article(2, "Two").replace(">2</PMID>", ">two</PMID>"), ProblemKind::BrokenRecord, None);
    left_out(
        article(2, "Two").replace(">2</PMID>", ">123456789012345678901234567890</PMID>"),
        ProblemKind::BrokenRecord,
        None,
    );
}

#[test]
fn nesting_is_bounded() {
    let deep = format!("{}x{}", "<b>".repeat(5000), "</b>".repeat(5000));
    left_out(article(2, &deep), ProblemKind::TooDeep, Some("pubmed:2"));
    let fine = format!("{}x{}", "<b>".repeat(200), "</b>".repeat(200));
    assert_eq!(read("x", set(&[article(2, &fine)]).as_bytes()).documents[0].title(), "x");
}

#[test]
fn a_record_that_is_too_long_is_left_out() {
    let (xml, _) = three(article(2, &"long ".repeat(4000)));
    for block in [100, 5000, 100_000] {
        let all = read_with("some.xml", xml.as_bytes(), &Options { max_record: 8000, block, ..full() });
        assert_eq!(all.ids(), ["pubmed:1", "pubmed:3"]);
        assert_eq!(all.kinds(), [ProblemKind::TooLarge]);
        assert_eq!(all.problems[0].doc_id.as_deref(), Some("pubmed:2"));
    }
}

#[test]
fn entities_are_never_expanded() {
    let bomb = "<!DOCTYPE PubmedArticleSet [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY f SYSTEM \
                \"file:///etc/passwd\">]>\n";
    let xml =
        format!("{bomb}<PubmedArticleSet>{}</PubmedArticleSet>", article(1, "x &b; &f; &alpha; R&D &#0; &#xD800; y"));
    let all = read("bomb.xml", xml.as_bytes());
    assert_eq!(all.documents[0].title(), "x &b; &f; &alpha; R&D \u{fffd} \u{fffd} y");
    assert_eq!(all.kinds(), [ProblemKind::UnknownEntity, ProblemKind::InvalidCharacter]);
    assert!(all.problems[0].message.ends_with("(and 3 more in this record)"), "{}", all.problems[0]);
    check_map(&all.documents[0], xml.as_bytes());
}

#[test]
fn bytes_that_are_no_text_are_replaced_and_reported() {
    let mut bytes = set(&[article(1, "a\u{1}b\0c @@ d")]).into_bytes();
    let at = bytes.windows(2).position(|two| two == b"@@").unwrap();
    bytes[at..at + 2].copy_from_slice(b"\xff\xfe");
    let all = read("x.xml", &bytes);
    assert_eq!(all.documents[0].title(), "a\u{fffd}b\u{fffd}c \u{fffd}\u{fffd} d");
    let mut kinds = all.kinds();
    kinds.sort_by_key(|kind| kind.as_str());
    assert_eq!(kinds, [ProblemKind::InvalidCharacter, ProblemKind::InvalidUtf8]);
    assert!(all.problems.iter().any(|problem| problem.offset == at as u64));
}

#[test]
fn a_file_that_ends_early_gives_what_is_whole() {
    let xml = set(&[article(1, "One"), article(2, "Two"), article(3, "Three")]);
    let second = xml.find("<PMID Version=\"1\">2").unwrap() + 60;
    let all = read("cut.xml", &xml.as_bytes()[..second]);
    assert_eq!(all.ids(), ["pubmed:1"]);
    assert_eq!(all.kinds(), [ProblemKind::TruncatedInput]);
    assert_eq!((all.problems[0].record, all.problems[0].doc_id.as_deref()), (Some(1), Some("pubmed:2")));
    assert_eq!(all.problems[0].to_string().split(": ").next(), Some("cut.xml"));
    // Cut between records.
    let end = xml.find("</PubmedArticleSet>").unwrap();
    let all = read("cut.xml", &xml.as_bytes()[..end]);
    assert_eq!((all.documents.len(), all.kinds()), (3, vec![ProblemKind::TruncatedInput]));
}

/// Text that does not pack well, so that a cut lies where it should.
fn long_set(records: u32) -> String {
    let mut state = 1_u32;
    let list: Vec<String> = (1..=records)
        .map(|pmid| {
            let word = |state: &mut u32| {
                *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                format!("{:08x} ", *state)
            };
            let title: String = (0..200).map(|_| word(&mut state)).collect();
            article(pmid, &title)
        })
        .collect();
    set(&list)
}

#[test]
fn unpacked_ahead_from_any_document_on_all_is_the_same() {
    // Twice the same, so that what is unpacked late is copied from what was unpacked early.
    let list = long_set(10).repeat(2);
    let xml =
        list.replacen("</PubmedArticleSet>\n<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<PubmedArticleSet>\n", "", 1);
    let packed = gzip(xml.as_bytes());
    assert!(packed.len() < xml.len() / 3);
    let mut damaged = packed.clone();
    damaged[packed.len() / 3] ^= 1;
    for bytes in [xml.as_bytes(), &packed, &packed[..packed.len() / 3], &damaged] {
        for block in [100, 3000, 1 << 18] {
            let options = Options { block, ..full() };
            let expected = read_with("some", bytes, &options);
            assert!(expected.documents.len() == 20 || expected.problems.len() == 1);
            for documents in 0..=20 {
                let all = read_ahead_after(documents, "some", Dribble::new(bytes, 1000), &options);
                assert!(all == expected, "blocks of {block}, after {documents}: {:?}", all.problems);
            }
        }
    }
}

#[test]
fn a_truncated_gzip_gives_what_is_whole() {
    let xml = long_set(50);
    let packed = gzip(xml.as_bytes());
    for threaded in [false, true] {
        for cut in [packed.len() / 2, packed.len() - 4, packed.len() - 9] {
            let all = read_with("cut.xml.gz", &packed[..cut], &Options { threaded, block: 3000, ..full() });
            assert_eq!(all.kinds(), [ProblemKind::TruncatedGzip], "{:?}", all.problems);
            let problem = &all.problems[0];
            assert!(problem.fatal && problem.offset > 0 && problem.offset <= xml.len() as u64);
            let whole =
                xml.as_bytes()[..problem.offset as usize].windows(16).filter(|w| *w == b"</PubmedArticle>").count();
            assert_eq!(all.documents.len(), whole);
            if cut == packed.len() / 2 {
                assert!(whole > 15 && whole < 40);
                assert_eq!(problem.record, Some(whole as u64));
            }
        }
    }
    // Nothing but a header.
    for cut in [2, 5, 10] {
        let all = read("cut.xml.gz", &packed[..cut]);
        assert_eq!((all.documents.len(), all.kinds()), (0, vec![ProblemKind::TruncatedGzip]));
    }
}

#[test]
fn a_damaged_gzip_gives_what_lies_before_the_damage() {
    let xml = long_set(50);
    let mut packed = gzip(xml.as_bytes());
    let middle = packed.len() / 2;
    packed[middle..middle + 64].fill(0xff);
    let all = read("bad.xml.gz", &packed);
    // Behind the damage a stream may go on for a while and give nonsense, in which no record is whole.
    assert_eq!(all.kinds().last(), Some(&ProblemKind::CorruptGzip));
    assert!(all.problems.last().unwrap().fatal);
    let good = read("good.xml", xml.as_bytes()).documents;
    assert!(all.documents.len() > 10 && all.documents.len() < 50);
    assert_eq!(all.documents[..10], good[..10]);
    // A wrong checksum at the end.
    let mut packed = gzip(xml.as_bytes());
    let crc = packed.len() - 8;
    packed[crc] ^= 1;
    let all = read("bad.xml.gz", &packed);
    assert_eq!((all.documents.len(), all.kinds()), (50, vec![ProblemKind::CorruptGzip]));
}

#[test]
fn members_padding_and_what_trails() {
    let xml = long_set(8);
    let (first, second) = xml.as_bytes().split_at(9000);
    let mut packed = [gzip(first), gzip(b""), gzip(second)].concat();
    let whole = read("x.gz", &packed);
    assert_eq!((whole.documents.len(), whole.problems.len()), (8, 0));
    packed.extend([0; 700]);
    assert_eq!(read("x.gz", &packed), whole);
    packed.extend(b"junk");
    let all = read("x.gz", &packed);
    assert_eq!((all.documents.len(), all.kinds()), (8, vec![ProblemKind::TrailingData]));
    assert!(!all.problems[0].fatal);
}

/// As from a pipe: the end of the input is only known when a read gives nothing.
#[test]
fn a_short_gzip_stream_may_come_in_pieces() {
    let xml = set(&[article(1, "One"), article(2, "Two")]);
    let whole = read("x", xml.as_bytes());
    let packed = [gzip(b""), gzip(xml.as_bytes())].concat();
    for most in 1..packed.len() {
        assert_eq!(read_from("x", Dribble::new(&packed, most), &full()), whole, "{most} bytes at a time");
    }
}

/// A gzip member whose header holds a name of that length, with a sync flush after each line, as pigz writes them.
fn flushed_member(name: usize, lines: std::ops::Range<usize>) -> Vec<u8> {
    let mut encoder =
        flate2::GzBuilder::new().filename(vec![b'n'; name]).write(Vec::new(), flate2::Compression::fast());
    for line in lines {
        std::io::Write::write_all(&mut encoder, format!("Line {line} of magnesium.\n").as_bytes()).unwrap();
        std::io::Write::flush(&mut encoder).unwrap();
    }
    encoder.finish().unwrap()
}

#[test]
fn blocks_and_members_may_end_anywhere_in_what_is_read_at_a_time() {
    let text: String = (0..24000).map(|line| format!("Line {line} of magnesium.\n")).collect();
    for name in 1..24 {
        let mut packed = flushed_member(name, 0..16000);
        for start in (16000..24000).step_by(5) {
            packed.extend(flushed_member(1, start..start + 5));
        }
        assert!(packed.len() > 3 << 16);
        let all = read_with("x.gz", &packed, &Options { threaded: name % 2 == 0, ..Options::default() });
        assert_eq!(all.problems, []);
        assert!(all.documents[0].text == text, "shifted by {name}");
    }
}

#[test]
fn what_is_not_closed_hides_nothing_but_its_record() {
    for open in ["<!-- ", "<![CDATA[", "<b a=\"", "<?x "] {
        left_out(article(2, &format!("Two {open}")), ProblemKind::BrokenRecord, Some("pubmed:2"));
    }
    let bioc = "<collection><document><id>1</id><passage><text>a</text></passage></document><document><id>2</id><passage><text><!-- b\
                </text></passage></document><document><id>3</id><passage><text>c</text></passage></document></collection>";
    let all = read("x", bioc.as_bytes());
    assert_eq!((all.ids(), all.kinds()), (vec!["pubmed:1", "pubmed:3"], vec![ProblemKind::BrokenRecord]));
}

#[test]
fn a_stream_that_unpacks_to_far_too_much_is_left() {
    let record = article(1, "One");
    let start = set(std::slice::from_ref(&record)).replace("</PubmedArticleSet>\n", "");
    let packed = gzip([start.as_bytes(), &vec![b' '; 64 << 20]].concat().as_slice());
    for threaded in [false, true] {
        let all = read_with("x.gz", &packed, &Options { threaded, ..full() });
        assert_eq!((all.ids(), all.kinds()), (vec!["pubmed:1"], vec![ProblemKind::Bomb]));
        let problem = &all.problems[0];
        assert!(problem.fatal && problem.offset > 16 << 20 && problem.offset < 20 << 20, "{problem}");
    }
}

#[test]
fn ids_and_texts_are_bounded() {
    let lines = [
        "{\"id\": \"a\\u001b\", \"text\": \"x\"}",
        "{\"id\": \"b\", \"text\": \"x\"}",
        &format!("{{\"id\": \"c\", \"text\": \"{}\"}}", "x ".repeat(5 << 20)),
        &format!("{{\"id\": \"{}\", \"text\": \"x\"}}", "d".repeat(2000)),
    ];
    let all = read("x.jsonl", lines.join("\n").as_bytes());
    assert_eq!(all.ids(), ["b"]);
    assert_eq!(all.kinds(), [ProblemKind::BrokenRecord, ProblemKind::TooLarge, ProblemKind::BrokenRecord]);
    let doi = "<article><front><article-meta><article-id pub-id-type=\"doi\">10.1/&#x9b;x</article-id></article-meta></front></article>";
    assert_eq!(read("x", doi.as_bytes()).kinds(), [ProblemKind::BrokenRecord]);
    assert_eq!(read("a\nb\u{1b}.txt", b"Text.").ids(), ["a_b_"]);
    let text = vec![b'x'; 9 << 20];
    assert_eq!(read("x.txt", &text).kinds(), [ProblemKind::TooLarge]);
}

#[test]
fn inputs_without_content_or_of_no_format_are_refused() {
    for (bytes, kind) in [
        (Vec::new(), ProblemKind::Empty),
        (gzip(b""), ProblemKind::Empty),
        (b" \n\t\n".to_vec(), ProblemKind::Empty),
        (b"<html><body>404</body></html>".to_vec(), ProblemKind::UnknownFormat),
        (b"PK\x03\x04....".to_vec(), ProblemKind::UnknownFormat),
        (b"\x00\x01\x02\x03\x04\x05\x06".to_vec(), ProblemKind::UnknownFormat),
        (gzip(&gzip(b"{}")), ProblemKind::UnknownFormat),
        (b"TY  - JOUR\nER  - \n".to_vec(), ProblemKind::UnknownFormat),
        (b"[{\"id\": 1}]".to_vec(), ProblemKind::UnknownFormat),
        (b"<?xml version=\"1.0\"?> <!-- only -->".to_vec(), ProblemKind::UnknownFormat),
        (b"\xff\xfe<\0a\0".to_vec(), ProblemKind::Encoding),
        (b"<\0?\0x\0m\0".to_vec(), ProblemKind::Encoding),
        (b"<?xml version='1.0' encoding='ISO-8859-1'?><PubmedArticleSet/>".to_vec(), ProblemKind::Encoding),
    ] {
        let all = read("some/file.gz", &bytes);
        assert_eq!((all.documents.len(), all.kinds()), (0, vec![kind]), "{bytes:?}");
        assert!(all.problems[0].fatal);
    }
    let missing = Reader::open(std::path::Path::new("no/such/file"), Want::default()).unwrap_err();
    assert_eq!(missing.kind, ProblemKind::Io);
    let none = read("x", b"<PubmedArticleSet></PubmedArticleSet>");
    assert_eq!((none.documents.len(), none.problems.len()), (0, 0));
}

#[test]
fn what_stands_between_records_is_reported_once() {
    let xml = set(&[
        article(1, "One"),
        "loose text <x>and <y/></x>".to_owned(),
        article(2, "Two"),
        "</z>".to_owned(),
        article(3, "T"),
    ]);
    let all = read("x", xml.as_bytes());
    assert_eq!(all.ids(), ["pubmed:1", "pubmed:2", "pubmed:3"]);
    assert_eq!(all.kinds(), [ProblemKind::BrokenRecord, ProblemKind::BrokenRecord]);
}

#[test]
fn two_sets_in_one_stream() {
    let xml = set(&[article(1, "One")]) + &set(&[article(2, "Two")]);
    let all = read("x", xml.as_bytes());
    assert_eq!((all.ids(), all.problems.len()), (vec!["pubmed:1", "pubmed:2"], 0));
}

#[test]
fn a_broken_deletion_does_not_hide_the_others() {
    let xml = "<PubmedArticleSet><DeleteCitation><PMID Version=\"1\">7</PMID><PMID Version=\"1\">x</PMID>\n<PMID Version=\"3\">9</PMID>\
               </DeleteCitation></PubmedArticleSet>";
    let all = read("x", xml.as_bytes());
    assert_eq!(all.deleted, [("pubmed:7".to_owned(), 1), ("pubmed:9".to_owned(), 3)]);
    assert_eq!(all.kinds(), [ProblemKind::BrokenRecord]);
}

#[test]
fn a_flood_of_problems_is_bounded() {
    let lines = "not json\n".repeat(5000);
    let input = format!("{{\"id\": 1, \"text\": \"a\"}}\n{lines}{{\"id\": 2, \"text\": \"b\"}}\n");
    let all = read("x.jsonl", input.as_bytes());
    assert_eq!(all.ids(), ["1", "2"]);
    assert_eq!(all.problems.len(), 1001);
    assert!(all.problems[1000].message.contains("3999 problems before"), "{}", all.problems[1000]);
}

/// A small file of each format.
fn samples() -> [(String, Format); 7] {
    [
        (set(&[article(1, "a &amp; <b>b</b> <!-- c --> <![CDATA[d]]>")]), Format::PubmedXml),
        ("PMID- 1\nTI  - A\n      b\nAB  - c\n\nPMID- 2\nTI  - d\n".to_owned(), Format::Medline),
        ("1|t|T\n1|a|A\n1\t0\t1\tT\tGene\t1\n\n2|t|U\n".to_owned(), Format::Pubtator),
        ("{\"id\": \"a\", \"title\": \"t\\u0041\", \"abstract\": \"x\"}\n{\"id\": 1, \"text\": \"a\\nb\"}".to_owned(), Format::Jsonl),
        ("<article><front><article-meta><title-group><article-title>T</article-title></title-group></article-meta></front><body><sec><title>S\
          </title><p>a<xref>1</xref></p></sec></body></article>".to_owned(), Format::Jats),
        ("<collection><source>s</source><document><id>1</id><passage><infon key=\"type\">title</infon><text>T</text></passage></document>\
          </collection>".to_owned(), Format::BiocXml),
        ("Title\n\n- item\n\nRoe J, Doe A. X. 2001;2:3-4. doi:10.1/2\n".to_owned(), Format::Text),
    ]
}

/// One random change of a file.
#[derive(Clone, Debug)]
enum Change {
    Byte(prop::sample::Index, u8),
    Remove(prop::sample::Index, usize),
    Double(prop::sample::Index, usize),
    Insert(prop::sample::Index, &'static str),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        (any::<prop::sample::Index>(), 1..60_usize).prop_map(|(at, length)| Change::Remove(at, length)),
        (any::<prop::sample::Index>(), 1..200_usize).prop_map(|(at, length)| Change::Double(at, length)),
        (
            any::<prop::sample::Index>(),
            prop::sample::select(vec![
                "<",
                ">",
                "&",
                "&#",
                "&#x0;",
                "</",
                "/>",
                "<!--",
                "-->",
                "<![CDATA[",
                "]]>",
                "<?",
                "?>",
                "\"",
                "'",
                "\n",
                "\r\n",
                "\t",
                "|",
                "|t|",
                "PMID- ",
                "\n\n",
                "<PubmedArticle>",
                "</PubmedArticle>",
                "<PMID>1</PMID>",
                "<Abstract>",
                "<!DOCTYPE x [",
                "\u{feff}",
                "\\u00",
                "{",
                "}",
                "<p>",
                "</p>",
                "<sec>",
                "<title>",
                "References\n",
                "- ",
                "1. ",
                "é",
                "\u{a0}",
            ])
        )
            .prop_map(|(at, text)| Change::Insert(at, text)),
    ]
}

fn changed(bytes: &[u8], changes: &[Change]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for change in changes {
        let length = bytes.len();
        match change {
            Change::Byte(at, byte) if length > 0 => bytes[at.index(length)] = *byte,
            Change::Remove(at, count) if length > 0 => {
                let at = at.index(length);
                bytes.drain(at..(at + count).min(length));
            }
            Change::Double(at, count) if length > 0 => {
                let at = at.index(length);
                let piece = bytes[at..(at + count).min(length)].to_vec();
                bytes.splice(at..at, piece);
            }
            Change::Insert(at, text) => {
                let at = at.index(length + 1);
                bytes.splice(at..at, text.bytes());
            }
            _ => {}
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_are_read_without_harm(
        sample in 0..7_usize,
        changes in prop::collection::vec(change(), 1..6),
        block in 1..300_usize,
        threaded: bool,
        thorough: bool,
        packed: bool,
    ) {
        let bytes = changed(samples()[sample].0.as_bytes(), &changes);
        let all = read_with("x", &bytes, &Options { thorough, ..full() });
        check_shape(&all, &bytes);
        let input = if packed { gzip(&bytes) } else { bytes.clone() };
        let other = read_with("x", &input, &Options { block, threaded, thorough, ..full() });
        prop_assert_eq!(all, other);
        let small = read_with("x", &bytes, &Options { block, max_record: 100, thorough, ..full() });
        check_shape(&small, &bytes);
    }
}

#[test]
fn no_input_makes_the_reader_panic() {
    // Every cut and many damages of a small file of each format.
    for (sample, format) in samples() {
        let bytes = sample.as_bytes();
        assert_eq!(
            Reader::from_read("x", Box::new(std::io::Cursor::new(bytes.to_vec())), Want::default()).unwrap().format(),
            format
        );
        for at in 0..bytes.len() {
            let cut = read_with("x", &bytes[..at], &Options { block: 5, ..full() });
            for doc in &cut.documents {
                let _ = passages(doc);
            }
            for byte in [b'<', b'>', b'&', b'"', b'/', 0, 0xff, b'\n', b'!', b'|'] {
                let mut damaged = bytes.to_vec();
                damaged[at] = byte;
                for doc in &read("x", &damaged).documents {
                    let _ = passages(doc);
                }
            }
        }
    }
}
