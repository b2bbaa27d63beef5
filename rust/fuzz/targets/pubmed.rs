//! PubMed XML: the fast reader against the one that looks at every tag, and both against quick-xml.
#![no_main]

use mgmine_fuzz::common::tree::{Citation, Told, tell};
use mgmine_fuzz::common::{full, read_with};
use mgmine_io::Options;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let all = mgmine_fuzz::read(data);
    let bytes = data.get(1..).unwrap_or_default();
    let thorough = read_with("x", bytes, &Options { thorough: true, ..full() });
    if !mgmine_fuzz::faultless(&thorough) {
        return;
    }
    // What is whole is read the same way, however it is looked at.
    assert_eq!(all, thorough);
    let (mut citations, mut deleted) = (Vec::new(), Vec::new());
    let read = tell(bytes, |told| match told {
        Told::Citation(citation) => citations.push(citation),
        Told::Deleted(id, version) => deleted.push((id, version)),
    });
    // Ours passes over some things that are not XML, such as a value without quotes.
    if read.is_some() && is_usual(bytes) {
        assert_eq!(all.documents.iter().map(Citation::from_document).collect::<Vec<_>>(), citations);
        assert_eq!(all.deleted, deleted);
    }
});

/// Whether the elements that the tree is asked for stand where PubMed's DTD has them, once.
fn is_usual(bytes: &[u8]) -> bool {
    let count = |wanted: &[u8]| bytes.windows(wanted.len()).filter(|window| *window == wanted).count();
    let records = count(b"<PubmedArticle>");
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(0);
    bytes[start..].starts_with(b"<PubmedArticleSet>")
        && records == count(b"PubmedArticle>") - records
        && count(b"PubmedBook") == 0
        && count(b"<PubmedArticleSet") == 1
        && [&b"MedlineCitation"[..], b"ArticleTitle", b"<Abstract>", b"<Article>", b"<PMID"]
            .iter()
            .all(|name| count(name) <= records * if name.starts_with(b"<") { 1 } else { 2 })
        && [&b"<Journal>"[..], b"<PubDate>", b"<JournalIssue>", b"<Year>"].iter().all(|name| count(name) == records)
        && [
            &b"Delete"[..],
            b"doi",
            b"OtherAbstract",
            b"MeshHeading",
            b"MedlineDate",
            b"Version",
            b"&",
            b":",
            b"\xef\xbb\xbf",
        ]
        .iter()
        .all(|name| count(name) == 0)
}
