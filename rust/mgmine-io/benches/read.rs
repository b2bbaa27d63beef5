//! Micro-benchmarks of the readers: `cargo bench -p mgmine-io --bench read [-- NAME]`.
//!
//! Made-up records in the shape of PubMed's, from memory: unpacking alone, unpacking and reading, reading alone, with and without
//! the bibliographic record and the source map. Rates are of unpacked bytes.

#[path = "../../mgmine-core/benches/support/mod.rs"]
mod support;

use std::io::{Cursor, Read as _, Write as _};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use mgmine_core::document::Document;
use mgmine_io::{Item, Reader, Want};
use support::{Bench, texts};

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace("Mg2+", "Mg<sup>2+</sup>")
}

fn pubmed(texts: &[String]) -> String {
    let mut xml = String::from(concat!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n",
        "<!DOCTYPE PubmedArticleSet PUBLIC \"-//NLM//DTD PubMedArticle, 1st January 2019//EN\" ",
        "\"http://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_190101.dtd\">\n<PubmedArticleSet>\n"
    ));
    for (number, text) in texts.iter().enumerate() {
        let (title, body) = text.split_once('\n').unwrap_or((text, ""));
        let body = if body.is_empty() {
            String::new()
        } else {
            format!(
                "        <Abstract>\n          <AbstractText>{}</AbstractText>\n        </Abstract>\n",
                escape(body)
            )
        };
        let authors: String = (0..4)
            .map(|author| {
                format!(
                    "          <Author ValidYN=\"Y\">\n            <LastName>Name{author}</LastName>\n            \
                     <ForeName>A B</ForeName>\n            <Initials>AB</Initials>\n          </Author>\n"
                )
            })
            .collect();
        let headings: String = (0..6)
            .map(|heading| {
                format!(
                    "        <MeshHeading>\n          <DescriptorName UI=\"D0{heading:05}\" \
                     MajorTopicYN=\"N\">Heading {heading}</DescriptorName>\n        </MeshHeading>\n"
                )
            })
            .collect();
        xml.push_str(&format!(
            "  <PubmedArticle>\n    <MedlineCitation Status=\"MEDLINE\" Owner=\"NLM\">\n      <PMID Version=\"1\">{id}</PMID>\n      \
             <Article PubModel=\"Print\">\n        <Journal>\n          <Title>Journal of Samples</Title>\n        </Journal>\n        \
             <ArticleTitle>{title}</ArticleTitle>\n{body}        <AuthorList CompleteYN=\"Y\">\n{authors}        </AuthorList>\n        \
             <Language>eng</Language>\n      </Article>\n      <MeshHeadingList>\n{headings}      </MeshHeadingList>\n    \
             </MedlineCitation>\n    <PubmedData>\n      <ArticleIdList>\n        <ArticleId IdType=\"pubmed\">{id}</ArticleId>\n      \
             </ArticleIdList>\n    </PubmedData>\n  </PubmedArticle>\n",
            id = 1_000_000 + number,
            title = escape(title),
        ));
    }
    xml.push_str("</PubmedArticleSet>\n");
    xml
}

fn jsonl(texts: &[String]) -> String {
    let mut lines = String::new();
    for (number, text) in texts.iter().enumerate() {
        let text = text.replace('\n', "\\n").replace('"', "\\\"");
        lines.push_str(&format!("{{\"id\": \"{number}\", \"text\": \"{text}\"}}\n"));
    }
    lines
}

fn read(input: &[u8], want: Want) -> usize {
    let stream = Box::new(Cursor::new(input.to_vec()));
    let mut reader = Reader::from_read("bench", stream, want).unwrap_or_else(|problem| panic!("{problem}"));
    let mut doc = Document::default();
    let mut documents = 0;
    loop {
        match reader.next(&mut doc) {
            Item::Document => documents += 1,
            Item::Deleted => {}
            Item::End => break,
        }
    }
    assert!(reader.take_problems().is_empty(), "the sample is well-formed");
    documents
}

fn main() {
    let bench = Bench::from_args();
    let texts = texts(2_000);
    let records = Some(texts.len());
    let xml = pubmed(&texts).into_bytes();
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(&xml).expect("packing in memory");
    let packed = packer.finish().expect("packing in memory");
    let plain = Want::default();

    let mut block = vec![0; 256 << 10];
    bench.run("unpack", xml.len(), Some(xml.len()), || {
        let mut stream = MultiGzDecoder::new(packed.as_slice());
        let mut bytes = 0;
        loop {
            match stream.read(&mut block).expect("a whole stream") {
                0 => break bytes,
                count => bytes += count,
            }
        }
    });
    bench.run("pubmed.xml.gz", xml.len(), records, || read(&packed, plain));
    bench.run("pubmed.xml", xml.len(), records, || read(&xml, plain));
    let want = Want { metadata: true, ..plain };
    bench.run("pubmed.xml, metadata", xml.len(), records, || read(&xml, want));
    let want = Want { source_map: true, ..plain };
    bench.run("pubmed.xml, source map", xml.len(), records, || read(&xml, want));
    let lines = jsonl(&texts).into_bytes();
    bench.run("jsonl", lines.len(), records, || read(&lines, plain));
}
