//! Drives readers and scanners over inputs and threads.
//!
//! Each worker takes the next input, reads and scans it, and sends chunks of output through a bounded channel of that
//! input. The calling thread drains the channels in input order, so the output is the same for any number of threads;
//! a worker that is far ahead waits. A thread that finds no input left unpacks ahead for a worker that still has one. With one
//! thread the calling one does all of it: what is written is still in the processor's cache then.

use std::any::Any;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use mgmine_core::document::Document;
use mgmine_core::lexicon::Lexicon;
use mgmine_core::scan::{ScanResult, Scanner};
use mgmine_io::{Item, Options, Problem, ProblemKind, Reader, Want};

use crate::collect::Collect;

/// Chunks of one input that may wait to be consumed. A chunk is at most a few hundred kilobytes of print or a batch.
const WAITING: usize = 64;
/// How often the caller hears of progress.
const TICK: Duration = Duration::from_millis(100);
/// Documents between two reports of progress.
const REPORT: u64 = 64;

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

    /// Bytes read since it was asked before.
    fn read_since(&self, reported: &mut u64) -> u64 {
        let bytes = self.reader.bytes_read();
        let since = bytes.saturating_sub(*reported);
        *reported = bytes;
        since
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
    /// Counts what was found in a document.
    fn count(&mut self, result: &ScanResult) {
        let counted = result.mentions.iter().filter(|found| found.counted && found.veto.is_none()).count();
        let vetoes = result.mentions.iter().filter(|found| found.veto.is_some()).count();
        self.matched += u64::from(counted > 0);
        self.counted += counted as u64;
        self.vetoes += vetoes as u64;
        self.mentions += (result.mentions.len() - vetoes) as u64;
        self.comentions += result.comentions.len() as u64;
    }

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

struct Shared<C> {
    inputs: Vec<Mutex<Option<Channel<C>>>>,
    next: AtomicUsize,
    stop: AtomicBool,
    bytes: AtomicU64,
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
    if threads.0 <= 1 {
        return alone(inputs, lexicon, &collector, consume, tick);
    }
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
        spare: AtomicUsize::new(threads.0.saturating_sub(workers)),
    };
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| work(&shared, Worker::new(lexicon, &shared.spare), &collector));
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

/// [`run`] on this thread alone.
fn alone<C: Collect, E>(
    inputs: Vec<Input>,
    lexicon: &Lexicon,
    collector: &impl Fn() -> C,
    mut consume: impl FnMut(usize, Event<C::Chunk>) -> Result<(), E>,
    tick: impl FnMut(u64) -> Result<(), E>,
) -> Result<Summary, E> {
    let none = AtomicUsize::new(0);
    let mut worker = Worker::new(lexicon, &none);
    let mut total = Summary::default();
    let mut ticker = Ticker::new(tick);
    for (index, input) in inputs.into_iter().enumerate() {
        let consume = |event: Event<C::Chunk>| {
            if let Event::End(summary) = &event {
                total.add(summary);
            }
            consume(index, event)
        };
        let mut direct = Direct { consume, ticker: &mut ticker, stopped: None };
        let done = worker.input(input, collector, &mut direct);
        match direct.stopped {
            Some(Stopped::Error(error)) => return Err(error),
            Some(Stopped::Panic(panic)) => resume_unwind(panic),
            None => debug_assert!(done.is_ok(), "only who listens gives up"),
        }
        ticker.tick()?;
    }
    Ok(total)
}

/// Tells the caller of progress, now and then.
struct Ticker<T> {
    tick: T,
    bytes: u64,
    last: Instant,
}

impl<E, T: FnMut(u64) -> Result<(), E>> Ticker<T> {
    fn new(tick: T) -> Self {
        Self { tick, bytes: 0, last: Instant::now() }
    }

    /// Tells that so many bytes have been read, if it was not done just now.
    fn at(&mut self, bytes: u64) -> Result<(), E> {
        self.bytes = bytes;
        if self.last.elapsed() < TICK {
            return Ok(());
        }
        self.last = Instant::now();
        self.tick()
    }

    fn tick(&mut self) -> Result<(), E> {
        (self.tick)(self.bytes)
    }
}

fn drain<C, E>(
    receiver: &Receiver<Event<C>>,
    bytes: &AtomicU64,
    tick: &mut impl FnMut(u64) -> Result<(), E>,
    mut consume: impl FnMut(Event<C>) -> Result<(), E>,
) -> Result<(), E> {
    let mut ticker = Ticker::new(tick);
    loop {
        match receiver.recv_timeout(TICK) {
            Ok(event) => consume(event)?,
            Err(RecvTimeoutError::Timeout) => {}
            // The worker is through with this input.
            Err(RecvTimeoutError::Disconnected) => {
                ticker.bytes = bytes.load(Ordering::Relaxed);
                return ticker.tick();
            }
        }
        ticker.at(bytes.load(Ordering::Relaxed))?;
    }
}

fn work<C: Collect>(shared: &Shared<C::Chunk>, mut worker: Worker<'_>, collector: &(impl Fn() -> C + Sync)) {
    loop {
        let index = shared.next.fetch_add(1, Ordering::Relaxed);
        let Some(slot) = shared.inputs.get(index) else {
            shared.spare.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let taken = slot.lock().expect("no worker panics while it takes an input").take();
        let Some((sender, input)) = taken else { return };
        // The caller has given up; the flag ends the other workers too.
        if shared.stop.load(Ordering::Relaxed) || worker.input(input, collector, &mut (&sender, shared)).is_err() {
            return;
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

/// Who is told what comes of an input.
trait Listener<C> {
    /// Something came of it.
    fn hear(&mut self, event: Event<C>) -> Result<(), GivenUp>;
    /// So many bytes more were read, of this or the inputs before.
    fn advance(&mut self, bytes: u64) -> Result<(), GivenUp>;
}

/// To the thread that drains the channels.
impl<C> Listener<C> for (&SyncSender<Event<C>>, &Shared<C>) {
    fn hear(&mut self, event: Event<C>) -> Result<(), GivenUp> {
        self.0.send(event).map_err(|_| GivenUp)
    }

    fn advance(&mut self, bytes: u64) -> Result<(), GivenUp> {
        self.1.bytes.fetch_add(bytes, Ordering::Relaxed);
        if self.1.stop.load(Ordering::Relaxed) { Err(GivenUp) } else { Ok(()) }
    }
}

/// Straight to the caller, on its own thread.
struct Direct<'t, F, T, E> {
    consume: F,
    ticker: &'t mut Ticker<T>,
    stopped: Option<Stopped<E>>,
}

/// How the caller ended the run: its panic is no mistake at a document.
enum Stopped<E> {
    Error(E),
    Panic(Box<dyn Any + Send>),
}

impl<F, T, E> Direct<'_, F, T, E> {
    fn call(&mut self, work: impl FnOnce(&mut Self) -> Result<(), E>) -> Result<(), GivenUp> {
        let done = catch_unwind(AssertUnwindSafe(|| work(self)));
        self.stopped = match done {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => Some(Stopped::Error(error)),
            Err(panic) => Some(Stopped::Panic(panic)),
        };
        Err(GivenUp)
    }
}

impl<C, E, F, T> Listener<C> for Direct<'_, F, T, E>
where
    F: FnMut(Event<C>) -> Result<(), E>,
    T: FnMut(u64) -> Result<(), E>,
{
    fn hear(&mut self, event: Event<C>) -> Result<(), GivenUp> {
        self.call(|direct| (direct.consume)(event))
    }

    fn advance(&mut self, bytes: u64) -> Result<(), GivenUp> {
        self.call(|direct| direct.ticker.at(direct.ticker.bytes + bytes))
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

/// Scans one input after another.
struct Worker<'l> {
    lexicon: &'l Lexicon,
    scanner: Scanner<'l>,
    doc: Document,
    /// Number of threads that could unpack for this one.
    spare: &'l AtomicUsize,
}

impl<'l> Worker<'l> {
    fn new(lexicon: &'l Lexicon, spare: &'l AtomicUsize) -> Self {
        Self { lexicon, scanner: Scanner::new(lexicon), doc: Document::default(), spare }
    }

    /// Scans an input. A mistake of ours costs this input, not the others.
    fn input<C: Collect>(
        &mut self,
        input: Input,
        collector: &impl Fn() -> C,
        listener: &mut impl Listener<C::Chunk>,
    ) -> Result<(), GivenUp> {
        let name = input.name();
        catch_unwind(AssertUnwindSafe(|| self.scan(input, collector(), listener))).unwrap_or_else(|_| {
            self.scanner = Scanner::new(self.lexicon);
            listener.hear(Event::Problem(mistake(name, &self.doc, true)))
        })
    }

    fn scan<C: Collect>(
        &mut self,
        input: Input,
        mut collector: C,
        listener: &mut impl Listener<C::Chunk>,
    ) -> Result<(), GivenUp> {
        let Self { lexicon, scanner, doc, spare } = self;
        let name = input.name();
        let mut summary = Summary::default();
        let want = Want { source_map: collector.wants_source_map(), ..Want::default() };
        let mut helper = Helper::find(spare);
        let reader = match open(input, want, helper.is_some()) {
            Ok(reader) => reader,
            Err(problem) => {
                summary.unread = 1;
                listener.hear(Event::Problem(problem))?;
                return listener.hear(Event::End(summary));
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
                listener.hear(Event::Problem(problem))?;
            }
            match item {
                Item::Document => {
                    let Ok(found) = catch_unwind(AssertUnwindSafe(|| scanner.scan(doc))) else {
                        *scanner = Scanner::new(lexicon);
                        listener.hear(Event::Problem(mistake(name.clone(), doc, false)))?;
                        continue;
                    };
                    let result = scanner.result();
                    summary.documents += 1;
                    summary.abstracts += u64::from(doc.has_abstract());
                    if found {
                        summary.count(result);
                    }
                    collector.document(doc, result, found, &mut source);
                    collector.take(&mut chunks, false);
                    for chunk in chunks.drain(..) {
                        listener.hear(Event::Chunk(chunk))?;
                    }
                }
                Item::Deleted => {
                    summary.deletions += 1;
                    collector.deleted(doc);
                }
                Item::End => break,
            }
            if summary.documents % REPORT == 0 {
                listener.advance(source.read_since(&mut reported))?;
                if helper.is_none() {
                    helper = Helper::find(spare);
                    if helper.is_some() {
                        source.reader.unpack_ahead();
                    }
                }
            }
        }
        summary.unread = u64::from(cut && summary.documents == 0 && summary.deletions == 0);
        listener.advance(source.read_since(&mut reported))?;
        collector.take(&mut chunks, true);
        for chunk in chunks.drain(..) {
            listener.hear(Event::Chunk(chunk))?;
        }
        listener.hear(Event::End(summary))
    }
}
