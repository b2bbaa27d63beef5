//! Opening lexicons: compiled from their sources once, then mapped into memory from a cache.
//!
//! Compiling generates all written forms of all names, which takes a fraction of a second for the shipped lexicon and many
//! seconds for one of half a million names. What comes out is one block of bytes that is used as it stands.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use flate2::Crc;
use memmap2::Mmap;
use mgmine_core::lexicon::{Lexicon, LexiconProblem, Severity, digest};

/// Lexicons with fewer names are compiled faster than a file is opened twice.
const WORTH_KEEPING: u32 = 2_000;
/// Compiled lexicons kept; the ones used longest ago go first.
const KEPT: usize = 8;
const SUFFIX: &str = "lexicon";
/// Behind the compiled bytes: a mark and the checksum of what stands before it.
const TRAILER: usize = 8;
const MARK: [u8; 4] = *b"crc\n";

/// Where compiled lexicons are kept.
#[derive(Clone, Copy, Debug)]
pub struct Cache<'c> {
    /// The folder; it is made when it is needed.
    pub folder: &'c Path,
    /// Tells builds of mgmine apart, so that rules that have changed compile anew.
    pub build: &'c str,
}

/// The lexicon of `sources`, pairs of origin and text: from the cache if it is there, else compiled and, with a cache that
/// can be written to, kept.
///
/// # Errors
/// All problems of severity error.
pub fn open(sources: &[(&str, &str)], cache: Option<Cache<'_>>) -> Result<Lexicon, Vec<LexiconProblem>> {
    let Some(cache) = cache else { return Lexicon::parse(sources) };
    let path = place(sources, cache);
    if let Ok(lexicon) = map(&path) {
        return Ok(lexicon);
    }
    let lexicon = Lexicon::parse(sources)?;
    if lexicon.name_count() >= WORTH_KEEPING && keep(&path, lexicon.as_bytes()).is_ok() {
        prune(cache.folder);
        // The mapped file is shared with other processes; the compiled bytes are not.
        return Ok(map(&path).unwrap_or(lexicon));
    }
    Ok(lexicon)
}

/// Whether the file holds a compiled lexicon of any version: unlike a source, it has NUL bytes at its beginning. A pipe does not.
///
/// # Errors
/// If the file cannot be read.
pub fn is_compiled(path: &Path) -> io::Result<bool> {
    let Some(file) = open_again(path)? else { return Ok(false) };
    let mut head = Vec::new();
    file.take(64).read_to_end(&mut head)?;
    Ok(head.contains(&0))
}

/// Maps a lexicon compiled before by [`compile`], without reading its names.
///
/// # Errors
/// If it was not compiled by this version.
pub fn open_compiled(path: &Path) -> Result<Lexicon, LexiconProblem> {
    map(path).map_err(|problem| LexiconProblem { origin: path.display().to_string(), ..problem })
}

/// Writes the compiled form of a lexicon; the file appears under its name only when it is whole.
///
/// # Errors
/// If it cannot be written.
pub fn compile(lexicon: &Lexicon, path: &Path) -> io::Result<()> {
    keep(path, lexicon.as_bytes())
}

/// Opens a file that can be read again: a pipe gives its bytes once, and to whoever asks first.
fn open_again(path: &Path) -> io::Result<Option<File>> {
    if path.metadata()?.is_file() { File::open(path).map(Some) } else { Ok(None) }
}

/// The lexicon of files, if [`open`] has kept it: without their texts, which are read a piece at a time.
pub fn kept(paths: &[PathBuf], cache: Cache<'_>) -> Option<Lexicon> {
    let mut key = Key::new(cache.build);
    for path in paths {
        key.add(open_again(path).ok()??).ok()?;
    }
    map(&key.path(cache)).ok()
}

/// 128 bits over texts and the build. Their origins are left out: they only stand in messages.
struct Key([u64; 2]);

impl Key {
    /// Bytes that are taken in at once.
    const PIECE: u64 = 256 << 10;

    fn new(build: &str) -> Self {
        let parts = [env!("CARGO_PKG_VERSION"), build];
        Self(parts.iter().fold([1, 2], |lanes, part| digest(lanes, part.as_bytes())))
    }

    /// Takes in another text.
    fn add(&mut self, mut text: impl Read) -> io::Result<()> {
        let mut piece = Vec::with_capacity(Self::PIECE as usize);
        loop {
            piece.clear();
            let length = (&mut text).take(Self::PIECE).read_to_end(&mut piece)? as u64;
            self.0 = digest(self.0, &piece);
            if length < Self::PIECE {
                return Ok(());
            }
        }
    }

    /// Where the lexicon of the texts is kept.
    fn path(&self, cache: Cache<'_>) -> PathBuf {
        let [one, other] = self.0;
        cache.folder.join(format!("{one:016x}{other:016x}")).with_extension(SUFFIX)
    }
}

/// Where the lexicon of `sources` is kept.
fn place(sources: &[(&str, &str)], cache: Cache<'_>) -> PathBuf {
    let mut key = Key::new(cache.build);
    for (_, text) in sources {
        key.add(text.as_bytes()).expect("memory can be read");
    }
    key.path(cache)
}

fn map(path: &Path) -> Result<Lexicon, LexiconProblem> {
    let unreadable = |error: io::Error| LexiconProblem {
        origin: String::new(),
        line: 0,
        name: String::new(),
        message: error.to_string(),
        severity: Severity::Error,
    };
    let file = File::open(path).map_err(unreadable)?;
    // SAFETY: the files of the cache are never changed: they are written beside their place and renamed into it. One who
    // cuts off a cache file under a running process ends that process, as with any mapped file.
    #[allow(unsafe_code)]
    let bytes = unsafe { Mmap::map(&file) }.map_err(unreadable)?;
    let (content, trailer) = bytes.split_at(bytes.len().saturating_sub(TRAILER));
    if trailer.strip_prefix(&MARK).is_none_or(|sum| sum != checksum(content)) {
        return Err(LexiconProblem {
            origin: String::new(),
            line: 0,
            name: String::new(),
            message: "damaged, or not a lexicon compiled by this version of mgmine; compile it again".to_owned(),
            severity: Severity::Error,
        });
    }
    Lexicon::from_bytes(Content(bytes))
}

/// A mapped file without its trailer.
struct Content(Mmap);

impl AsRef<[u8]> for Content {
    fn as_ref(&self) -> &[u8] {
        &self.0[..self.0.len().saturating_sub(TRAILER)]
    }
}

fn checksum(bytes: &[u8]) -> [u8; 4] {
    let mut sum = Crc::new();
    sum.update(bytes);
    sum.sum().to_le_bytes()
}

fn keep(path: &Path, bytes: &[u8]) -> io::Result<()> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    if let Some(folder) = path.parent() {
        make_private(folder)?;
    }
    // Its own name for each process and thread; never through a link or over a file that somebody laid there.
    let own = format!("{}-{}.part", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let temporary = path.with_extension(own);
    let mut file = File::options().write(true).create_new(true).open(&temporary)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| file.write_all(&MARK))
        .and_then(|()| file.write_all(&checksum(bytes)))
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::rename(&temporary, path));
    if written.is_err() {
        // Nothing more can be done about a file that cannot be removed.
        let _ = std::fs::remove_file(&temporary);
    }
    written
}

/// Makes a folder, and those above it, in which nobody else can put files.
fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Removes all but the newest files of the cache. What cannot be removed stays.
fn prune(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut files: Vec<(SystemTime, PathBuf)> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == SUFFIX))
        .filter_map(|path| Some((path.metadata().ok()?.modified().ok()?, path)))
        .collect();
    files.sort();
    let surplus = files.len().saturating_sub(KEPT);
    for (_, path) in files.drain(..surplus) {
        let _ = std::fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn source(concepts: usize) -> String {
        let mut text = "[lexicon]\nid = \"t\"\ntitle = \"T\"\nversion = \"1\"\nlicense = \"CC0-1.0\"\n\
                        [[family]]\nid = \"f\"\nlabel = \"f\"\n"
            .to_owned();
        for concept in 0..concepts {
            write!(text, "[[concept]]\nlabel = \"thing {concept}\"\nfamily = \"f\"\nids = [\"X:{concept}\"]\n")
                .and_then(|()| writeln!(text, "names = [\"thing{concept} factor\", \"thingy-{concept}\"]"))
                .expect("a string takes everything");
        }
        text
    }

    fn files(folder: &Path) -> usize {
        std::fs::read_dir(folder).map_or(0, Iterator::count)
    }

    #[test]
    fn opens_the_same_lexicon_with_and_without_cache() {
        let directory = tempfile::tempdir().expect("a directory");
        let folder = directory.path().join("made/when/needed");
        let cache = Some(Cache { folder: &folder, build: "1" });
        let text = source(1500);
        let compiled = open(&[("a", &text)], None).expect("a lexicon");
        for _ in 0..2 {
            let cached = open(&[("b", &text)], cache).expect("a lexicon");
            assert_eq!(cached.hash(), compiled.hash());
            assert_eq!(cached.as_bytes(), compiled.as_bytes());
            assert_eq!(files(&folder), 1);
        }
        // Another build, another text and several texts are different lexicons.
        open(&[("a", &text)], Some(Cache { folder: &folder, build: "2" })).expect("a lexicon");
        open(&[("a", &source(1501))], cache).expect("a lexicon");
        assert_eq!(files(&folder), 3);
    }

    #[test]
    fn what_is_kept_is_found_by_the_files_it_is_of() {
        let directory = tempfile::tempdir().expect("a directory");
        let folder = directory.path().join("cache");
        let cache = Cache { folder: &folder, build: "1" };
        // Of several pieces, and of one that is full.
        let mut full = source(1500);
        full.extend(std::iter::repeat_n('\n', Key::PIECE as usize - full.len()));
        let texts = [source(9_000), full];
        assert!(texts[0].len() as u64 > Key::PIECE && texts[1].len() as u64 == Key::PIECE);
        let paths = ["a.toml", "b.toml"].map(|name| directory.path().join(name));
        for (path, text) in paths.iter().zip(&texts) {
            std::fs::write(path, text).expect("written");
        }
        for (files, texts) in [(&paths[..1], &texts[..1]), (&paths[1..], &texts[1..])] {
            assert!(kept(files, cache).is_none());
            let lexicon = open(&[("origin", &texts[0])], Some(cache)).expect("a lexicon");
            assert_eq!(kept(files, cache).expect("kept").hash(), lexicon.hash());
        }
        assert!(kept(&paths, cache).is_none() && kept(&[directory.path().join("none")], cache).is_none());
        std::fs::write(&paths[0], texts[0].replace("thing 7", "thing 07")).expect("written");
        assert!(kept(&paths[..1], cache).is_none());
    }

    #[test]
    fn a_damaged_file_is_compiled_anew_and_small_ones_are_not_kept() {
        let directory = tempfile::tempdir().expect("a directory");
        let cache = Cache { folder: directory.path(), build: "1" };
        open(&[("a", &source(3))], Some(cache)).expect("a lexicon");
        assert_eq!(files(directory.path()), 0);
        let text = source(1500);
        let path = place(&[("a", &text)], cache);
        let whole = std::fs::read(&path).unwrap_or_default();
        assert!(whole.is_empty());
        open(&[("a", &text)], Some(cache)).expect("a lexicon");
        let whole = std::fs::read(&path).expect("kept");
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        for damaged in [&b""[..], b"something else", &whole[..whole.len() / 2], &flipped] {
            std::fs::write(&path, damaged).expect("written");
            assert_eq!(open(&[("a", &text)], Some(cache)).expect("a lexicon").concept_count(), 1500);
            assert_eq!(std::fs::read(&path).expect("the file"), whole);
        }
        assert_eq!(files(directory.path()), 1);
        let nowhere = Cache { folder: &path, build: "1" };
        assert_eq!(open(&[("a", &text)], Some(nowhere)).expect("a lexicon").concept_count(), 1500);
    }

    #[test]
    fn threads_that_compile_the_same_do_not_meet() {
        let directory = tempfile::tempdir().expect("a directory");
        let cache = Cache { folder: directory.path(), build: "1" };
        let text = source(1500);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    assert_eq!(open(&[("a", &text)], Some(cache)).expect("a lexicon").concept_count(), 1500);
                });
            }
        });
        assert_eq!(files(directory.path()), 1);
    }

    #[test]
    fn compiled_files_open_as_they_stand() {
        let directory = tempfile::tempdir().expect("a directory");
        let (source_path, path) = (directory.path().join("a.toml"), directory.path().join("a.lexicon"));
        std::fs::write(&source_path, source(3)).expect("written");
        assert!(!is_compiled(&source_path).expect("read"));
        let lexicon = open(&[("a", &source(3))], None).expect("a lexicon");
        compile(&lexicon, &path).expect("written");
        assert!(is_compiled(&path).expect("read"));
        assert_eq!(open_compiled(&path).expect("a lexicon").hash(), lexicon.hash());
        std::fs::write(&path, b"from another time\0").expect("written");
        assert!(is_compiled(&path).expect("read"));
        let Err(problem) = open_compiled(&path) else { panic!("not ours") };
        assert!(problem.to_string().contains("a.lexicon") && problem.message.contains("compile it again"));
    }

    #[test]
    fn old_files_make_room() {
        let directory = tempfile::tempdir().expect("a directory");
        for number in 0..12 {
            std::fs::write(directory.path().join(format!("{number}.{SUFFIX}")), b"x").expect("written");
        }
        std::fs::write(directory.path().join("other.txt"), b"x").expect("written");
        prune(directory.path());
        assert_eq!(files(directory.path()), KEPT + 1);
    }
}
