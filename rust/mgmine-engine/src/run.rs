//! Drives readers and scanners over inputs and threads.
//!
//! Each worker takes the next input, reads and scans it, and sends chunks of output through a bounded channel of that
//! input. The calling thread drains the channels in input order, so the output is the same for any number of threads;
//! a worker that is far ahead waits. A thread that finds no input left unpacks ahead for a worker that still has one.

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use mgmine_core::document::Document;
use mgmine_core::lexicon::Lexicon;
use mgmine_core::scan::Scanner;
use mgmine_io::{Item, Options, Problem, ProblemKind, Reader, Want};

use crate::collect::Collect;

/// Chunks of one input that may wait to be consumed. A chunk is at most a few hundred kilobytes of print or a batch.
const WAITING: usize = 64;
/// How often the caller hears of progress.
const TICK: Duration = Duration::from_millis(100);
/// Documents between two reports of progress.
const REPORT: u64 = 256;

/// Where documents come from.
pub enum Input {
    /// A file.
    Path(PathBuf),
    /// A stream, with the name it has in messages.
    Stream(String, Box<dyn Read + Send>),
}

impl Input {
    /// Its name in messages.
    fn name(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Stream(name, _) => name.clone(),
        }
    }
}

/// An opened input, as a collector sees it.
pub struct Source {
    reader: Reader,
}

impl Source {
    /// Fills in the bibliographic record of the document last read.
    pub fn metadata(&mut self, doc: &mut Document) {
        self.reader.metadata(doc);
    }
}

/// What went through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Documents read.
    pub documents: u64,
    /// Documents with an abstract.
    pub abstracts: u64,
    /// Ids named by a `DeleteCitation`.
    pub deletions: u64,
    /// Documents with a counted mention.
    pub matched: u64,
    /// Kept mentions, nested ones included.
    pub mentions: u64,
    /// Counted mentions.
    pub counted: u64,
    /// Rejected candidates.
    pub vetoes: u64,
    /// Comentions of all levels.
    pub comentions: u64,
    /// Inputs of which nothing could be read.
    pub unread: u64,
}

impl Summary {
    /// Adds the counts of `other`.
    pub fn add(&mut self, other: &Self) {
        self.documents += other.documents;
        self.abstracts += other.abstracts;
        self.deletions += other.deletions;
        self.matched += other.matched;
        self.mentions += other.mentions;
        self.counted += other.counted;
        self.vetoes += other.vetoes;
        self.comentions += other.comentions;
        self.unread += other.unread;
    }
}

/// What the caller hears, input after input.
pub enum Event<C> {
    /// A piece of output.
    Chunk(C),
    /// Something could not be read.
    Problem(Problem),
    /// The end of the input, with its counts.
    End(Summary),
}

/// How the work is done. The output does not depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threads(pub usize);

impl Default for Threads {
    /// As many as the machine runs at once.
    fn default() -> Self {
        Self(std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
    }
}

type Channel<C> = (SyncSender<Event<C>>, Input);

struct Shared<'s, C> {
    inputs: Vec<Mutex<Option<Channel<C>>>>,
    next: AtomicUsize,
    stop: AtomicBool,
    bytes: AtomicU64,
    lexicon: &'s Lexicon,
    /// Threads without an input.
    spare: AtomicUsize,
}

/// A spare thread that unpacks for a worker; with the input's end it is spare again.
struct Helper<'s>(&'s AtomicUsize);

impl<'s> Helper<'s> {
    fn find(spare: &'s AtomicUsize) -> Option<Self> {
        let taken = spare.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |spare| spare.checked_sub(1));
        taken.ok().map(|_| Self(spare))
    }
}

impl Drop for Helper<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// Reads and scans `inputs`; each has a collector of its own made by `collector`. `consume` is called on this thread
/// with the index of the input and its events, in input order; `tick` now and then with the bytes read so far.
///
/// # Errors
/// The first error of `consume` or `tick`, which ends the run.
///
/// # Panics
/// If `collector` panics. A panic at a document is told as a problem of its input, and the next input is taken.
pub fn run<C, E>(
    inputs: Vec<Input>,
    lexicon: &Lexicon,
    threads: Threads,
    collector: impl Fn() -> C + Sync,
    mut consume: impl FnMut(usize, Event<C::Chunk>) -> Result<(), E>,
    mut tick: impl FnMut(u64) -> Result<(), E>,
) -> Result<Summary, E>
where
    C: Collect,
{
    let workers = threads.0.clamp(1, inputs.len().max(1));
    let mut receivers = Vec::with_capacity(inputs.len());
    let mut slots = Vec::with_capacity(inputs.len());
    for input in inputs {
        let (sender, receiver) = sync_channel(WAITING);
        slots.push(Mutex::new(Some((sender, input))));
        receivers.push(receiver);
    }
    let shared = Shared {
        inputs: slots,
        next: AtomicUsize::new(0),
        stop: AtomicBool::new(false),
        bytes: AtomicU64::new(0),
        lexicon,
        spare: AtomicUsize::new(threads.0.saturating_sub(workers)),
    };
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| work(&shared, &collector));
        }
        let mut total = Summary::default();
        let result = receivers.into_iter().enumerate().try_for_each(|(index, receiver)| {
            drain(&receiver, &shared.bytes, &mut tick, |event| {
                if let Event::End(summary) = &event {
                    total.add(summary);
                }
                consume(index, event)
            })
        });
        // Workers see the flag between documents, or that nobody listens any more.
        shared.stop.store(result.is_err(), Ordering::Relaxed);
        result.map(|()| total)
    })
}

fn drain<C, E>(
    receiver: &Receiver<Event<C>>,
    bytes: &AtomicU64,
    tick: &mut impl FnMut(u64) -> Result<(), E>,
    mut consume: impl FnMut(Event<C>) -> Result<(), E>,
) -> Result<(), E> {
    let mut last = std::time::Instant::now();
    loop {
        match receiver.recv_timeout(TICK) {
            Ok(event) => consume(event)?,
            Err(RecvTimeoutError::Timeout) => {}
            // The worker is through with this input.
            Err(RecvTimeoutError::Disconnected) => return tick(bytes.load(Ordering::Relaxed)),
        }
        if last.elapsed() >= TICK {
            tick(bytes.load(Ordering::Relaxed))?;
            last = std::time::Instant::now();
        }
    }
}

fn work<C: Collect>(shared: &Shared<'_, C::Chunk>, collector: &(impl Fn() -> C + Sync)) {
    let mut scanner = Scanner::new(shared.lexicon);
    let mut doc = Document::default();
    loop {
        let index = shared.next.fetch_add(1, Ordering::Relaxed);
        let Some(slot) = shared.inputs.get(index) else {
            shared.spare.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let taken = slot.lock().expect("no worker panics while it takes an input").take();
        let Some((sender, input)) = taken else { return };
        if shared.stop.load(Ordering::Relaxed) {
            return;
        }
        let name = input.name();
        let done = catch_unwind(AssertUnwindSafe(|| one(shared, input, &sender, &mut scanner, &mut doc, collector())));
        match done {
            Ok(Ok(())) => {}
            // The caller has given up; the flag ends the other workers too.
            Ok(Err(GivenUp)) => return,
            // A mistake of ours costs this input, not the others.
            Err(_) => {
                scanner = Scanner::new(shared.lexicon);
                let told = sender.send(Event::Problem(mistake(name, &doc, true)));
                if told.is_err() {
                    return;
                }
            }
        }
    }
}

/// What is told of a document at which mgmine itself fails.
fn mistake(file: String, doc: &Document, fatal: bool) -> Problem {
    Problem {
        file,
        offset: doc.source_offset,
        record: Some(doc.record),
        doc_id: (!doc.id.is_empty()).then(|| doc.id.clone()),
        kind: ProblemKind::BrokenRecord,
        message: "mgmine failed at this document: a mistake in mgmine, please report it".to_owned(),
        fatal,
    }
}

struct GivenUp;

/// Opens an input; `threaded` unpacks on a thread of its own.
///
/// # Errors
/// If nothing of it can be read.
pub fn open(input: Input, want: Want, threaded: bool) -> Result<Reader, Problem> {
    match input {
        Input::Path(path) if threaded => Reader::open_threaded(&path, want),
        Input::Path(path) => Reader::open(&path, want),
        Input::Stream(name, stream) => {
            Reader::with_options(&name, stream, &Options { want, threaded, ..Options::default() })
        }
    }
}

fn one<'l, C: Collect>(
    shared: &Shared<'l, C::Chunk>,
    input: Input,
    sender: &SyncSender<Event<C::Chunk>>,
    scanner: &mut Scanner<'l>,
    doc: &mut Document,
    mut collector: C,
) -> Result<(), GivenUp> {
    let send = |event| sender.send(event).map_err(|_| GivenUp);
    let name = input.name();
    let mut summary = Summary::default();
    let want = Want { source_map: collector.wants_source_map(), ..Want::default() };
    let mut helper = Helper::find(&shared.spare);
    let reader = match open(input, want, helper.is_some()) {
        Ok(reader) => reader,
        Err(problem) => {
            summary.unread = 1;
            send(Event::Problem(problem))?;
            return send(Event::End(summary));
        }
    };
    let mut source = Source { reader };
    let mut chunks = Vec::new();
    let mut reported = 0;
    let mut cut = false;
    loop {
        let item = source.reader.next(doc);
        for problem in source.reader.take_problems() {
            cut |= problem.fatal;
            send(Event::Problem(problem))?;
        }
        match item {
            Item::Document => {
                let Ok(found) = catch_unwind(AssertUnwindSafe(|| scanner.scan(doc))) else {
                    *scanner = Scanner::new(shared.lexicon);
                    send(Event::Problem(mistake(name.clone(), doc, false)))?;
                    continue;
                };
                let result = scanner.result();
                summary.documents += 1;
                summary.abstracts += u64::from(doc.has_abstract());
                if found {
                    let counted = result.mentions.iter().filter(|found| found.counted && found.veto.is_none()).count();
                    let vetoes = result.mentions.iter().filter(|found| found.veto.is_some()).count();
                    summary.matched += u64::from(counted > 0);
                    summary.counted += counted as u64;
                    summary.vetoes += vetoes as u64;
                    summary.mentions += (result.mentions.len() - vetoes) as u64;
                    summary.comentions += result.comentions.len() as u64;
                }
                collector.document(doc, result, found, &mut source);
                collector.take(&mut chunks, false);
                for chunk in chunks.drain(..) {
                    send(Event::Chunk(chunk))?;
                }
            }
            Item::Deleted => {
                summary.deletions += 1;
                collector.deleted(doc);
            }
            Item::End => break,
        }
        if summary.documents % REPORT == 0 {
            report(shared, &source, &mut reported);
            if shared.stop.load(Ordering::Relaxed) {
                return Err(GivenUp);
            }
            if helper.is_none() {
                helper = Helper::find(&shared.spare);
                if helper.is_some() {
                    source.reader.unpack_ahead();
                }
            }
        }
    }
    summary.unread = u64::from(cut && summary.documents == 0 && summary.deletions == 0);
    report(shared, &source, &mut reported);
    collector.take(&mut chunks, true);
    for chunk in chunks.drain(..) {
        send(Event::Chunk(chunk))?;
    }
    send(Event::End(summary))
}

fn report<C>(shared: &Shared<'_, C>, source: &Source, reported: &mut u64) {
    let bytes = source.reader.bytes_read();
    shared.bytes.fetch_add(bytes.saturating_sub(*reported), Ordering::Relaxed);
    *reported = bytes;
}
