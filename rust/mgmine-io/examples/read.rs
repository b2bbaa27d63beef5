//! Reads files and prints what they hold: the plainest use of a reader, and the program its speed is measured with.
//!
//! `read [--metadata] [--map] [--threaded] [--thorough] [--dump] FILE...`; `-` is standard input.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use mgmine_core::document::Document;
use mgmine_io::{Item, Options, Reader, Want};

fn main() -> ExitCode {
    let (flags, files): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|arg| arg.starts_with("--"));
    let has = |flag: &str| flags.iter().any(|given| given == flag);
    let want = Want { metadata: has("--metadata"), source_map: has("--map") };
    let options = Options { want, threaded: has("--threaded"), thorough: has("--thorough"), ..Options::default() };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let (mut documents, mut abstracts, mut deleted, mut problems, mut bytes, mut cuts) = (0, 0, 0, 0, 0, 0);
    let mut doc = Document::default();
    for file in &files {
        let opened = if file == "-" {
            Reader::with_options(file, Box::new(std::io::stdin()), &options)
        } else {
            Reader::open_with(Path::new(file), &options)
        };
        let mut reader = match opened {
            Ok(reader) => reader,
            Err(problem) => {
                eprintln!("{problem}");
                problems += 1;
                continue;
            }
        };
        loop {
            match reader.next(&mut doc) {
                Item::End => break,
                Item::Deleted => deleted += 1,
                Item::Document => {
                    documents += 1;
                    abstracts += usize::from(doc.has_abstract());
                    bytes += doc.text.len();
                    cuts += doc.source_map.runs.len();
                    if has("--dump") && dump(&mut out, &doc).is_err() {
                        return ExitCode::FAILURE;
                    }
                }
            }
            for problem in reader.take_problems() {
                eprintln!("{problem}");
                problems += 1;
            }
        }
        for problem in reader.take_problems() {
            eprintln!("{problem}");
            problems += 1;
        }
    }
    let _ = writeln!(
        out,
        "{documents} documents, {abstracts} with an abstract, {deleted} deleted, {problems} problems, {bytes} bytes of text, \
         {cuts} runs"
    );
    if problems == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// One JSON object a line: text, passages, and the bibliographic record where it was asked for.
fn dump(out: &mut impl Write, doc: &Document) -> std::io::Result<()> {
    let passages: Vec<_> = doc
        .passages
        .iter()
        .map(|passage| serde_json::json!([passage.kind.as_str(), passage.section, passage.span.of(&doc.text)]))
        .collect();
    let data = &doc.metadata;
    let line = serde_json::json!({
        "id": doc.id,
        "version": doc.version,
        "offset": doc.source_offset,
        "text": doc.text,
        "passages": passages,
        "status": data.status,
        "published": (data.published.year, data.published.month, data.published.day),
        "online": (data.published_online.year, data.published_online.month, data.published_online.day),
        "completed": data.completed.year,
        "revised": data.revised.year,
        "journal": data.journal,
        "abbreviation": data.journal_abbreviation,
        "languages": data.languages,
        "types": data.publication_types,
        "headings": data.headings.iter().map(|h| serde_json::json!([h.id, h.label, h.major, h.qualifiers])).collect::<Vec<_>>(),
        "chemicals": data.chemicals.iter().map(|c| [&c.id, &c.registry, &c.label]).collect::<Vec<_>>(),
        "keywords": data.keywords,
        "doi": data.doi,
        "pmcid": data.pmcid,
        "links": data.links.iter().map(|l| [&l.kind, &l.pmid, &l.source]).collect::<Vec<_>>(),
        "vernacular": data.vernacular_title,
        "other": data.other_abstracts.iter().map(|o| [&o.kind, &o.language, &o.text]).collect::<Vec<_>>(),
    });
    writeln!(out, "{line}")
}
