//! The whole scan from Rust:
//! `cargo run --release -p mgmine-engine --example scan -- --lexicon FILE [--threads N] [-o DIR] INPUT…`.
//!
//! Writes the tables that `mgmine scan -o DIR` writes and prints the counts as one JSON object. Without `-o` the tables
//! are built and held in memory, as `mgmine.scan` of the Python API does. `--lexicon` takes a lexicon as people write it
//! (it may be given more than once) or one compiled before with `--compile FILE`, which writes the compiled form and ends.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use mgmine_core::lexicon::Lexicon;
use mgmine_engine::collect::{Chunk, TableKind, TableOptions, Tables};
use mgmine_engine::lexicons;
use mgmine_engine::parquet::{ParquetFile, close_all};
use mgmine_engine::run::{self, Event, Input, Threads};
use mgmine_engine::tables::unpack;
use mgmine_engine::visit::Gate;

#[derive(Default)]
struct Given {
    lexicons: Vec<PathBuf>,
    inputs: Vec<PathBuf>,
    threads: Threads,
    out: Option<PathBuf>,
    compile: Option<PathBuf>,
}

fn given() -> Result<Given, Box<dyn Error>> {
    let mut given = Given::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--lexicon" => given.lexicons.push(value()?.into()),
            "--threads" => given.threads = Threads(value()?.parse()?),
            "-o" => given.out = Some(value()?.into()),
            "--compile" => given.compile = Some(value()?.into()),
            _ => given.inputs.push(argument.into()),
        }
    }
    Ok(given)
}

fn lexicon(paths: &[PathBuf]) -> Result<Lexicon, Box<dyn Error>> {
    if let [path] = paths
        && lexicons::is_compiled(path)?
    {
        return lexicons::open_compiled(path).map_err(|problem| problem.to_string().into());
    }
    let mut sources = Vec::new();
    for path in paths {
        sources.push((path.to_string_lossy().into_owned(), std::fs::read_to_string(path)?));
    }
    let sources: Vec<_> = sources.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Lexicon::parse(&sources).map_err(|problems| {
        let shown: Vec<_> = problems.iter().map(ToString::to_string).collect();
        shown.join("\n").into()
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let given = given()?;
    let begin = Instant::now();
    let lexicon = lexicon(&given.lexicons)?;
    let opened = begin.elapsed();
    if let Some(path) = &given.compile {
        lexicons::compile(&lexicon, path)?;
        return Ok(());
    }
    let tables = vec![TableKind::Mentions, TableKind::Comentions];
    let options = TableOptions { tables, gate: Gate::default() };
    let mut files = BTreeMap::new();
    if let Some(directory) = &given.out {
        std::fs::create_dir_all(directory)?;
        for &kind in &options.tables {
            let path = directory.join(kind.as_str()).with_extension("parquet");
            files.insert(kind, ParquetFile::create(&path, &kind.schema())?);
        }
    }
    let (mut held, mut problems) = (Vec::new(), 0_u64);
    let counts = run::run(
        given.inputs.into_iter().map(Input::Path).collect(),
        &lexicon,
        given.threads,
        || Tables::new(&lexicon, &options),
        |_, event| -> Result<(), Box<dyn Error>> {
            match event {
                Event::Chunk(Chunk::Batch(kind, batch)) => match files.get_mut(&kind) {
                    Some(file) => file.write(&batch)?,
                    None => held.push(unpack(&kind.schema(), &batch)),
                },
                Event::Problem(problem) => {
                    problems += 1;
                    eprintln!("{problem}");
                }
                Event::Chunk(Chunk::Gated(_)) | Event::End(_) => {}
            }
            Ok(())
        },
        |_| Ok(()),
    )?;
    close_all(files.into_values().collect())?;
    println!(
        r#"{{"documents": {}, "abstracts": {}, "deletions": {}, "mentions": {}, "counted": {}, "vetoes": {}, "comentions": {}, "problems": {problems}, "names": {}, "open_us": {}}}"#,
        counts.documents,
        counts.abstracts,
        counts.deletions,
        counts.mentions,
        counts.counted,
        counts.vetoes,
        counts.comentions,
        lexicon.name_count(),
        opened.as_micros(),
    );
    Ok(())
}
