//! Each format on own-written samples: text, passages, ids, metadata, and the way back to the source.

mod common;

use common::{check_map, passages, read, read_with};
use mgmine_core::document::{Heading, Link, PubDate, RecordKind};
use mgmine_io::{Options, ProblemKind};

fn date(year: i16, month: u8, day: u8) -> PubDate {
    let given = |number: u8| (number > 0).then_some(number);
    PubDate { year: Some(year), month: given(month), day: given(day) }
}

const PUBMED: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2019//EN" "pubmed_190101.dtd">
<PubmedArticleSet>
  <PubmedArticle>
    <MedlineCitation Status="MEDLINE" Owner="NLM">
      <PMID Version="2">90000001</PMID>
      <DateCompleted><Year>2002</Year><Month>03</Month><Day>04</Day></DateCompleted>
      <DateRevised><Year>2019</Year><Month>12</Month><Day>31</Day></DateRevised>
      <Article PubModel="Print-Electronic">
        <Journal>
          <JournalIssue CitedMedium="Print"><PubDate><Year>2001</Year><Month>Nov</Month><Day>5</Day></PubDate></JournalIssue>
          <Title>Journal of made-up ions</Title>
          <ISOAbbreviation>J Ions</ISOAbbreviation>
        </Journal>
        <ArticleTitle>[Mg<sup>2+</sup> with CD8<sup>+</sup> T cells and &#x3b1;<sub>4</sub>β<sub>1</sub>:
          <i>in vitro</i>].</ArticleTitle>
        <Pagination><MedlinePgn>1-9</MedlinePgn></Pagination>
        <ELocationID EIdType="doi" ValidYN="Y">10.1/location</ELocationID>
        <Abstract>
          <AbstractText Label="AIMS &amp; SCOPE" NlmCategory="UNASSIGNED">Ratio&#160;&lt; 5&#x2009;mM.  Two spaces.</AbstractText>
          <AbstractText NlmCategory="METHODS" Label="HOW"> <b><u>Cells</u></b> were kept<DispFormula>x<sup>2</sup></DispFormula>apart. </AbstractText>
          <AbstractText Label="NONE" NlmCategory="RESULTS"/>
          <AbstractText Label="BLANK" NlmCategory="RESULTS">  <i> </i> </AbstractText>
          <AbstractText><![CDATA[a <b> & c]]> at <mml:math> <mml:msub> <mml:mi>T</mml:mi> <mml:mn>2</mml:mn> </mml:msub> </mml:math> end</AbstractText>
          <CopyrightInformation>Nobody.</CopyrightInformation>
        </Abstract>
        <AuthorList CompleteYN="Y"><Author ValidYN="Y"><LastName>Roe</LastName></Author></AuthorList>
        <Language>ger</Language><Language>eng</Language>
        <PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType>
          <PublicationType UI="D016454">Review</PublicationType></PublicationTypeList>
        <VernacularTitle>Mg<sup>2+</sup> und Zellen.</VernacularTitle>
        <ArticleDate DateType="Electronic"><Year>2001</Year><Month>10</Month><Day>01</Day></ArticleDate>
      </Article>
      <MedlineJournalInfo><MedlineTA>J Ions Med</MedlineTA></MedlineJournalInfo>
      <ChemicalList><Chemical><RegistryNumber>I38ZP9992A</RegistryNumber><NameOfSubstance UI="D008274">Magnesium</NameOfSubstance>
        </Chemical></ChemicalList>
      <CommentsCorrectionsList>
        <CommentsCorrections RefType="RetractionIn"><RefSource>J Ions. 2003;1:1</RefSource><PMID Version="1">90000009</PMID></CommentsCorrections>
        <CommentsCorrections RefType="ErratumIn"><RefSource>J Ions. 2004;1:2</RefSource></CommentsCorrections>
      </CommentsCorrectionsList>
      <MeshHeadingList>
        <MeshHeading><DescriptorName UI="D008274" MajorTopicYN="N">Magnesium</DescriptorName>
          <QualifierName UI="Q000378" MajorTopicYN="Y">metabolism</QualifierName></MeshHeading>
        <MeshHeading><DescriptorName UI="D006801" MajorTopicYN="N">Humans</DescriptorName></MeshHeading>
      </MeshHeadingList>
      <OtherAbstract Type="Publisher" Language="ger"><AbstractText>Erster.</AbstractText><AbstractText>Zweiter.</AbstractText></OtherAbstract>
      <KeywordList Owner="NOTNLM"><Keyword MajorTopicYN="N">Mg<sup>2+</sup></Keyword><Keyword>T cell</Keyword></KeywordList>
    </MedlineCitation>
    <PubmedData>
      <History><PubMedPubDate PubStatus="pubmed"><Year>1900</Year><Month>1</Month><Day>1</Day></PubMedPubDate></History>
      <ArticleIdList><ArticleId IdType="pubmed">90000001</ArticleId><ArticleId IdType="doi">10.1/own</ArticleId>
        <ArticleId IdType="pmc">PMC900001</ArticleId></ArticleIdList>
      <ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.9/other</ArticleId><ArticleId IdType="pmc">PMC1</ArticleId>
        </ArticleIdList></Reference></ReferenceList>
    </PubmedData>
  </PubmedArticle>
  <PubmedBookArticle>
    <BookDocument>
      <PMID Version="1">90000002</PMID>
      <ArticleIdList><ArticleId IdType="bookaccession">NBK9</ArticleId></ArticleIdList>
      <Book><BookTitle book="ions">All about ions</BookTitle><PubDate><Year>2010</Year><Month>02</Month></PubDate>
        <ELocationID EIdType="doi">10.1/book</ELocationID></Book>
      <Language>eng</Language>
      <Abstract><AbstractText>Chapters.</AbstractText></Abstract>
      <ContributionDate><Year>2012</Year><Month>3</Month><Day>27</Day></ContributionDate>
    </BookDocument>
  </PubmedBookArticle>
  <PubmedArticle><MedlineCitation Status="Publisher"><PMID Version="1">90000003</PMID><Article><Journal><JournalIssue><PubDate>
    <MedlineDate>1998 Dec-1999 Jan</MedlineDate></PubDate></JournalIssue></Journal><ArticleTitle/><Abstract><AbstractText>Alone.</AbstractText>
    </Abstract></Article></MedlineCitation></PubmedArticle>
  <DeleteCitation><PMID Version="1">90000004</PMID></DeleteCitation>
</PubmedArticleSet>
"#;

#[test]
fn pubmed_text_and_passages() {
    let all = read("sample.xml", PUBMED.as_bytes());
    assert_eq!(all.problems, []);
    assert_eq!(all.ids(), ["pubmed:90000001", "pubmed:90000002", "pubmed:90000003"]);
    assert_eq!(all.deleted, [("pubmed:90000004".to_owned(), 1)]);
    let doc = &all.documents[0];
    assert_eq!(doc.version, 2);
    assert_eq!(
        passages(doc),
        [
            ("title", None, "[Mg2+ with CD8+ T cells and α4β1: in vitro]."),
            ("abstract", Some("AIMS & SCOPE"), "Ratio\u{a0}< 5\u{2009}mM.  Two spaces."),
            ("abstract", Some("METHODS"), "Cells were kept x2 apart."),
            ("abstract", None, "a <b> & c at T2 end"),
        ]
    );
    let joined: Vec<&str> = passages(doc).iter().map(|passage| passage.2).collect();
    assert_eq!(doc.text, joined.join("\n"));
    assert_eq!(all.documents[1].text, "All about ions\nChapters.");
    assert_eq!(all.documents[2].text, "\nAlone.");
    for doc in &all.documents {
        check_map(doc, PUBMED.as_bytes());
    }
    // A span of the text lies where the map says, markup inside it included.
    let start = doc.text.find("α4β1").unwrap() as u32;
    let (from, to) = doc.source_map.source_range(mgmine_core::span::Span::new(start, start + 6)).unwrap();
    assert_eq!(&PUBMED[from as usize..to as usize], "&#x3b1;<sub>4</sub>β<sub>1");
}

#[test]
fn pubmed_metadata() {
    let all = read("sample.xml", PUBMED.as_bytes());
    let data = &all.documents[0].metadata;
    assert_eq!((data.kind, data.status.as_str()), (RecordKind::Article, "MEDLINE"));
    assert_eq!((data.published, data.published_online), (date(2001, 11, 5), date(2001, 10, 1)));
    assert_eq!((data.completed, data.revised), (date(2002, 3, 4), date(2019, 12, 31)));
    assert_eq!((data.journal.as_str(), data.journal_abbreviation.as_str()), ("Journal of made-up ions", "J Ions Med"));
    assert_eq!(data.languages, ["ger", "eng"]);
    assert_eq!(data.publication_types, ["Journal Article", "Review"]);
    assert_eq!(data.keywords, ["Mg2+", "T cell"]);
    assert_eq!((data.doi.as_str(), data.pmcid.as_str()), ("10.1/own", "PMC900001"));
    assert_eq!(data.vernacular_title, "Mg2+ und Zellen.");
    assert_eq!(data.headings.len(), 2);
    assert_eq!(
        data.headings[0],
        Heading { id: "D008274".into(), label: "Magnesium".into(), major: true, qualifiers: vec!["Q000378".into()] }
    );
    assert_eq!((data.chemicals[0].id.as_str(), data.chemicals[0].registry.as_str()), ("D008274", "I38ZP9992A"));
    assert_eq!(
        data.links,
        [
            Link { kind: "RetractionIn".into(), pmid: "90000009".into(), source: "J Ions. 2003;1:1".into() },
            Link { kind: "ErratumIn".into(), pmid: String::new(), source: "J Ions. 2004;1:2".into() },
        ]
    );
    let other = &data.other_abstracts[0];
    assert_eq!(
        (other.kind.as_str(), other.language.as_str(), other.text.as_str()),
        ("Publisher", "ger", "Erster.\nZweiter.")
    );
    let book = &all.documents[1].metadata;
    assert_eq!(
        (book.kind, book.journal.as_str(), book.doi.as_str()),
        (RecordKind::Book, "All about ions", "10.1/book")
    );
    assert_eq!((book.published, book.published_online), (date(2010, 2, 0), date(2012, 3, 27)));
    assert_eq!(all.documents[2].metadata.published, date(1998, 12, 0));
}

#[test]
fn medline() {
    let text = "\nPMID- 90000001\nSTAT- MEDLINE\nDCOM- 20020304\nLR  - 20191231\nDP  - 2001 Nov 5\nTI  - Magnesium keeps\n      T cells \
                going.\nLID - 10.1/own [doi]\nAB  - First line \n      and second.\nFAU - Roe, Jane\nLA  - eng\nPT  - Journal Article\nTT  - \
                Titel.\nDEP - 20011001\nTA  - J Ions\nJT  - Journal of made-up ions\nRN  - I38ZP9992A (Magnesium)\nRIN - J Ions. 2003;1:1. \
                PMID: 90000009\nMH  - Magnesium/*metabolism/blood\nMH  - Humans\nOT  - *Mg2+\nOAB - Publisher: Erster.\nOABL- ger\nPMC - \
                PMC900001\nAID - 10.1/own [doi]\nAID - S1 [pii]\n\nPMID- 90000002\r\nDP  - 2000 Spring\r\nBTI - A book.\r\n\r\nPMID- \
                x\nTI  - Bad.\n\nPMID- 90000003\nAB  - Alone.\n";
    let all = read("export.nbib", text.as_bytes());
    assert_eq!(all.ids(), ["pubmed:90000001", "pubmed:90000002", "pubmed:90000003"]);
    assert_eq!(all.kinds(), [ProblemKind::BrokenRecord]);
    assert_eq!(all.problems[0].record, Some(2));
    assert_eq!(all.problems[0].offset as usize, text.find("PMID- x").unwrap());
    let doc = &all.documents[0];
    assert_eq!(doc.text, "Magnesium keeps T cells going.\nFirst line and second.");
    assert_eq!(all.documents[1].text, "A book.");
    assert_eq!(all.documents[2].text, "\nAlone.");
    let data = &doc.metadata;
    assert_eq!((data.published, data.published_online), (date(2001, 11, 5), date(2001, 10, 1)));
    assert_eq!((data.completed, data.revised), (date(2002, 3, 4), date(2019, 12, 31)));
    assert_eq!((data.doi.as_str(), data.pmcid.as_str(), data.status.as_str()), ("10.1/own", "PMC900001", "MEDLINE"));
    assert_eq!(
        data.headings[0],
        Heading {
            id: String::new(),
            label: "Magnesium".into(),
            major: true,
            qualifiers: vec!["metabolism".into(), "blood".into()]
        }
    );
    assert!(!data.headings[1].major);
    assert_eq!((data.chemicals[0].registry.as_str(), data.chemicals[0].label.as_str()), ("I38ZP9992A", "Magnesium"));
    assert_eq!(
        data.links,
        [Link { kind: "RetractionIn".into(), pmid: "90000009".into(), source: "J Ions. 2003;1:1.".into() }]
    );
    assert_eq!((data.keywords[0].as_str(), data.other_abstracts[0].language.as_str()), ("Mg2+", "ger"));
    assert_eq!(
        (all.documents[1].metadata.kind, all.documents[1].metadata.published.year),
        (RecordKind::Book, Some(2000))
    );
    for doc in &all.documents {
        check_map(doc, text.as_bytes());
    }
    for block in 1..20 {
        assert_eq!(read_with("export.nbib", text.as_bytes(), &Options { block, ..common::full() }), all);
    }
}

#[test]
fn jats() {
    let xml = r#"<!DOCTYPE article PUBLIC "-//NLM//DTD JATS" "x.dtd">
<article xmlns:xlink="x" article-type="research-article" xml:lang="en"><front><journal-meta><journal-id journal-id-type="nlm-ta">J Ions</journal-id>
<journal-title-group><journal-title>Journal of Ions</journal-title></journal-title-group></journal-meta><article-meta>
<article-id pub-id-type="pmc">900001</article-id><article-id pub-id-type="pmid">90000001</article-id><article-id pub-id-type="doi">10.1/own</article-id>
<title-group><article-title>Mg<sup>2+</sup> &#x00026; cells</article-title></title-group>
<pub-date pub-type="ppub"><month>2</month><year>2006</year></pub-date><pub-date pub-type="epub"><day>14</day><month>1</month><year>2006</year></pub-date>
<permissions><license><p>No text of the article.</p></license></permissions>
<abstract><title>Abstract</title><sec><title>Background</title><p>Known <italic>things</italic>.</p></sec><sec><title>Results</title><p>New.</p></sec></abstract>
<abstract abstract-type="graphical"><p>Picture.</p></abstract><kwd-group><kwd>ion</kwd></kwd-group></article-meta></front>
<body><sec><title>Introduction</title><p>Zinc is known [<xref ref-type="bibr" rid="B1">1</xref>,<xref rid="B2">2</xref>].<!-- no --></p>
<sec><title>Deeper</title><p>Before list:<list list-type="bullet"><list-item><p>one</p></list-item><list-item><p>two</p></list-item></list>after it.</p></sec>
<p>Up again <inline-formula><alternatives><tex-math>\alpha</tex-math><mml:math> <mml:mi>α</mml:mi> </mml:math></alternatives></inline-formula> here.</p></sec>
<fig id="F1"><label>Figure 1</label><caption><title>Cells.</title><p>Cells in <bold>zinc</bold>.</p></caption><graphic xlink:href="f"/></fig>
<table-wrap><label>Table 1</label><caption><p>Counts.</p></caption><table><tr><td>1</td></tr></table><table-wrap-foot><p>foot</p></table-wrap-foot></table-wrap>
</body><back><ack><title>Thanks</title><p>To all.</p></ack><ref-list><title>References</title>
<ref id="B1"><label>1</label><element-citation><person-group><name><surname>Roe</surname><given-names>J</given-names></name></person-group><article-title>On zinc</article-title><source>J Ions</source><year>2001</year></element-citation></ref>
<ref id="B2"><mixed-citation><name><surname>Doe</surname>, <given-names>A</given-names></name>. <article-title>On iron</article-title>. 2002.</mixed-citation></ref>
</ref-list></back></article>
"#;
    let all = read("x.nxml", xml.as_bytes());
    assert_eq!((all.ids(), all.problems.len()), (vec!["pmc:PMC900001"], 0));
    let doc = &all.documents[0];
    assert_eq!(
        passages(doc),
        [
            ("title", None, "Mg2+ & cells"),
            ("abstract", Some("Background"), "Known things."),
            ("abstract", Some("Results"), "New."),
            ("body", Some("Introduction"), "Zinc is known [1,2]."),
            ("body", Some("Deeper"), "Before list:"),
            ("body", Some("Deeper"), "one"),
            ("body", Some("Deeper"), "two"),
            ("body", Some("Deeper"), "after it."),
            ("body", Some("Introduction"), "Up again α here."),
            ("body", None, "Cells."),
            ("body", None, "Cells in zinc."),
            ("body", None, "Counts."),
            ("body", Some("Thanks"), "To all."),
            ("reference", Some("References"), "Roe J On zinc J Ions 2001"),
            ("reference", Some("References"), "Doe, A. On iron. 2002."),
        ]
    );
    check_map(doc, xml.as_bytes());
    let data = &doc.metadata;
    assert_eq!((data.published, data.published_online), (date(2006, 2, 0), date(2006, 1, 14)));
    assert_eq!(
        (data.doi.as_str(), data.pmcid.as_str(), data.journal.as_str()),
        ("10.1/own", "PMC900001", "Journal of Ions")
    );
    assert_eq!(
        (data.keywords.as_slice(), data.other_abstracts[0].text.as_str()),
        (&["ion".to_owned()][..], "Picture.")
    );
    // Ids fall back, and several articles may stand in one set.
    let two = r#"<pmc-articleset><article><front><article-meta><article-id pub-id-type="pmid">7</article-id></article-meta></front><body><p>A</p></body>
        </article><article><front><article-meta><article-id pub-id-type="doi">10.1/z</article-id></article-meta></front></article>
        <article><body><p>B</p></article><article><body><p>C</p></body></article></pmc-articleset>"#;
    let all = read("dir/name.nxml", two.as_bytes());
    assert_eq!(all.ids(), ["pubmed:7", "doi:10.1/z", "name"]);
    assert_eq!(all.kinds(), [ProblemKind::BrokenRecord]);
}

#[test]
fn bioc() {
    let xml = r#"<?xml version="1.0" ?><!DOCTYPE collection SYSTEM 'BioC.dtd'><collection><source>Some writer</source><key>k</key>
<document><id>90000001</id><infon key="year">2004</infon><passage><infon key="type">title</infon><offset>0</offset><text>Zinc &lt; iron</text>
<annotation id="0"><infon key="type">Gene</infon><text>no</text></annotation></passage>
<passage><infon key="section_type">METHODS</infon><infon key="type">paragraph</infon><offset>12</offset><sentence><text>One.</text></sentence>
<sentence><text>Two.</text></sentence></passage><passage><infon key="type">abstract</infon><text/></passage>
<passage><infon key="type">table</infon><text>1 2 3</text></passage><passage><infon key="section_type">REF</infon><text>Roe.</text></passage></document>
<document><id>PMC77</id><passage><infon key="type">abstract</infon><text>Alone.</text></passage></document><document><id>my-1</id></document></collection>"#;
    let all = read("x.xml", xml.as_bytes());
    assert_eq!((all.ids(), all.problems.len()), (vec!["pubmed:90000001", "pmc:PMC77", "my-1"], 0));
    assert_eq!(
        passages(&all.documents[0]),
        [("title", None, "Zinc < iron"), ("body", Some("METHODS"), "One. Two."), ("reference", Some("REF"), "Roe."),]
    );
    assert_eq!(all.documents[0].metadata.published.year, Some(2004));
    assert_eq!(all.documents[1].text, "\nAlone.");
    for doc in &all.documents {
        check_map(doc, xml.as_bytes());
    }
    let of_pmc = xml.replace("Some writer", "PMC");
    assert_eq!(read("x", of_pmc.as_bytes()).ids()[0], "pmc:PMC90000001");
}

#[test]
fn pubtator() {
    let text = "90000001|t|Zinc | iron\n90000001|a|Text  here. \n90000001\t0\t4\tZinc\tChemical\tD1\n\nx1|t|No abstract\nx1|a|\n\nbad line\n\n2|t|Last";
    let all = read("x.txt", text.as_bytes());
    assert_eq!(all.ids(), ["pubmed:90000001", "x1", "pubmed:2"]);
    let texts: Vec<&str> = all.documents.iter().map(|doc| doc.text.as_str()).collect();
    assert_eq!(texts, ["Zinc | iron\nText  here. ", "No abstract", "Last"]);
    assert_eq!(all.kinds(), [ProblemKind::BrokenRecord]);
    assert_eq!((all.problems[0].record, all.problems[0].offset), (Some(2), text.find("bad").unwrap() as u64));
    for doc in &all.documents {
        check_map(doc, text.as_bytes());
    }
}

#[test]
fn jsonl() {
    let text = "{\"id\": \"a:1\", \"title\": \"T\\u00e9\\ud83d\\ude00 \\\"q\\\"\", \"abstract\": \"Line\\nbreak  kept.\", \"version\": 3, \"year\": \
                2001, \"x\": {\"id\": [1]}}\n\n{\"id\": 17, \"text\": \"Just text.\"}\r\n{\"id\": 1.5, \"text\": \"\"}\n{\"title\": \"no id\"}\n{\"id\": \
                \"n\"}\n{\"id\": \"b\", \"title\": \"Only\", \"abstract\": null}\n{\"pmid\": 5, \"abstract\": \"A\", \"year\": \"1999 May\"}\nnot json\n{\"id\": \
                \"z\", \"text\": \"last\"}";
    let all = read("x.jsonl", text.as_bytes());
    assert_eq!(all.ids(), ["a:1", "17", "b", "pubmed:5", "z"]);
    let texts: Vec<&str> = all.documents.iter().map(|doc| doc.text.as_str()).collect();
    assert_eq!(texts, ["Té😀 \"q\"\nLine\nbreak  kept.", "Just text.", "Only", "\nA", "last"]);
    assert_eq!(all.documents[0].version, 3);
    assert_eq!(passages(&all.documents[0])[1], ("abstract", None, "Line\nbreak  kept."));
    assert_eq!(passages(&all.documents[1]), [("body", None, "Just text.")]);
    let years: Vec<_> = all.documents.iter().map(|doc| doc.metadata.published.year).collect();
    assert_eq!(years, [Some(2001), None, None, Some(1999), None]);
    assert_eq!(all.kinds(), [ProblemKind::BrokenRecord; 4]);
    let places: Vec<_> = all.problems.iter().map(|problem| problem.record).collect();
    assert_eq!(places, [Some(2), Some(3), Some(4), Some(7)]);
    assert_eq!(all.problems[3].offset as usize, text.find("not json").unwrap() + 1);
    for doc in &all.documents {
        check_map(doc, text.as_bytes());
    }
}

#[test]
fn plain_text() {
    let text = "\u{feff}Zinc and cells\r\n\r\n  • Zinc\u{a0}is needed.[1]\r\n  • Cells take it up.\r\n\r\n\r\nReferences\r\n1. Roe J. On zinc. J Ions. 2001;1:2.\r\n";
    let all = read("notes/zinc.v2.txt", text.as_bytes());
    assert_eq!((all.ids(), all.problems.len()), (vec!["zinc.v2"], 0));
    let doc = &all.documents[0];
    assert_eq!(doc.text, text.trim_start_matches('\u{feff}'));
    assert_eq!(
        passages(doc),
        [
            ("title", None, "Zinc and cells"),
            ("body", None, "Zinc\u{a0}is needed.[1]"),
            ("body", None, "Cells take it up."),
            ("reference", None, "References"),
            ("reference", None, "Roe J. On zinc. J Ions. 2001;1:2."),
        ]
    );
    assert_eq!(doc.source_map.runs[0].source, 3);
    check_map(doc, text.as_bytes());
    let odd = read("-", b"a\0b \xff c");
    assert_eq!((odd.ids(), odd.documents[0].text.as_str()), (vec!["-"], "a\u{fffd}b \u{fffd} c"));
    assert_eq!(odd.kinds(), [ProblemKind::InvalidCharacter, ProblemKind::InvalidUtf8]);
}

#[test]
fn text_under_the_name_of_a_format_of_records_is_refused() {
    for name in ["a/b.xml", "b.XML.gz", "b.nxml", "b.jsonl", "b.json", "b.nbib", "b.pubtator"] {
        let all = read(name, b"Service unavailable, try again later.");
        assert_eq!(all.kinds(), [ProblemKind::UnknownFormat], "{name}");
        assert!(all.documents.is_empty() && all.problems[0].to_string().contains("plain text"), "{name}");
    }
    // A format is told by content, whatever the name; a name that promises nothing may hold any text.
    for name in ["b.txt", "b", "-", "b.v2.md.gz", "xml", ".xml/notes"] {
        let all = read(name, b"Zinc is needed.");
        assert_eq!((all.documents.len(), all.problems.len()), (1, 0), "{name}");
    }
    assert_eq!(read("b.xml", b"{\"id\": 1, \"title\": \"Zinc\"}").documents.len(), 1);
}

#[test]
fn the_shared_samples_are_read() {
    let shared = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    for (name, documents, abstracts) in [
        ("pubmed/formats/restoration_pubmed.nbib", 104, 96),
        ("pubmed/formats/craft-1526604.nxml", 1, 1),
        ("pubmed/formats/bioc_collection_0_0.xml", 1, 1),
        ("pubmed/topical.jsonl", 43, 42),
        ("gold/source_article.txt", 1, 0),
    ] {
        let path = shared.join(name);
        let Ok(bytes) = std::fs::read(&path) else {
            eprintln!("skipped: ../shared/{name} is not here");
            continue;
        };
        let all = read(name, &bytes);
        assert_eq!(all.problems, [], "{name}");
        let with = all.documents.iter().filter(|doc| doc.has_abstract()).count();
        assert_eq!((all.documents.len(), with), (documents, abstracts), "{name}");
        for doc in &all.documents {
            check_map(doc, &bytes);
        }
        if name.starts_with("gold") {
            let kinds: Vec<_> = passages(&all.documents[0]).iter().map(|passage| passage.0).collect();
            let wanted = [vec!["title"], vec!["body"; 11], vec!["reference"]].concat();
            assert_eq!(kinds, wanted);
        }
    }
}
