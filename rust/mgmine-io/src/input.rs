//! Bytes from an input, unpacked where they are packed, on this thread or on one of its own.
//!
//! A gzip stream may have any number of members. It is unpacked straight into the reader's window. The compressed side is
//! read in blocks, and every way in which a stream can be damaged is told apart.

use std::io::{ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use flate2::Crc;

use crate::inflate::{HISTORY, Inflate, Progress};
use crate::problem::ProblemKind;

/// The first bytes of a gzip member.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Bytes of the packed side held at a time; few when fuzzing, whose inputs are small.
const PACKED_BLOCK: usize = if cfg!(fuzzing) { 4 << 10 } else { 64 << 10 };
/// Bytes before the unused ones that stay: the inflater has read so many ahead and may give them back.
const GIVEN_BACK: usize = 8;
/// How many times its size a stream may unpack to. PubMed's files come to 10, text of one repeated sentence to 100.
const MAX_RATIO: u64 = 200;
/// So much may be unpacked before the ratio counts.
const UNGUARDED: u64 = 16 << 20;
/// Blocks that the unpacking thread may be ahead.
const AHEAD: usize = 3;
/// Room before each block of the unpacking thread, for the piece of a record left over from the block before.
const HEADROOM: usize = 64 << 10;

/// Why no more bytes come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InputError {
    pub(crate) kind: ProblemKind,
    pub(crate) message: String,
}

impl InputError {
    fn new(kind: ProblemKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

/// The unpacked bytes of one input, in order.
pub(crate) struct Source {
    read: Box<dyn Read + Send>,
    block: Vec<u8>,
    position: usize,
    filled: usize,
    /// Whether the input has no more bytes than those in `block`.
    complete: bool,
    state: State,
    inflate: Option<Box<Inflate>>,
    checksum: Crc,
    /// Bytes unpacked so far, of all members.
    unpacked: u64,
    consumed: Arc<AtomicU64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Plain,
    /// In front of a member's header.
    Header,
    Member,
    /// In front of a member's checksum and length.
    Trailer,
    BetweenMembers,
    Done,
}

impl Source {
    /// Looks at the first bytes of `read` and unpacks the rest if they are those of a gzip stream.
    pub(crate) fn new(read: Box<dyn Read + Send>) -> Result<Self, InputError> {
        let mut source = Self {
            read,
            block: vec![0; PACKED_BLOCK],
            position: 0,
            filled: 0,
            complete: false,
            state: State::Plain,
            inflate: None,
            checksum: Crc::new(),
            unpacked: 0,
            consumed: Arc::default(),
        };
        while source.filled < 2 && source.refill()? {}
        if source.packed().starts_with(&GZIP) {
            source.state = State::Header;
            source.inflate = Some(Box::new(Inflate::new()));
        }
        Ok(source)
    }

    /// The number of bytes read from the input so far, packed as they are.
    pub(crate) fn consumed(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.consumed)
    }

    /// How many bytes before the place to write at [`Source::read`] must find as it wrote them.
    pub(crate) fn history(&self) -> usize {
        if self.inflate.is_some() { HISTORY } else { 0 }
    }

    /// What was read of the input and not used.
    fn packed(&self) -> &[u8] {
        &self.block[self.position..self.filled]
    }

    /// Adds bytes behind those not yet used; `false` at the end, or when there is no room.
    fn refill(&mut self) -> Result<bool, InputError> {
        let past = self.position.min(GIVEN_BACK);
        let start = self.position - past;
        self.block.copy_within(start..self.filled, 0);
        self.filled -= start;
        self.position = past;
        while !self.complete && self.filled < self.block.len() {
            match self.read.read(&mut self.block[self.filled..]) {
                Ok(0) => self.complete = true,
                Ok(count) => {
                    self.filled += count;
                    self.consumed.fetch_add(count as u64, Ordering::Relaxed);
                    return Ok(true);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(InputError::new(ProblemKind::Io, error.to_string())),
            }
        }
        Ok(false)
    }

    /// Fills `buffer[from..]` from its front and returns how much; 0 is the end. After an error comes the end.
    /// `buffer[..from]` must end with the last [`Source::history`] bytes of what was read before, or all of it.
    pub(crate) fn read(&mut self, buffer: &mut [u8], from: usize) -> Result<usize, InputError> {
        let mut to = from;
        while to < buffer.len() && self.state != State::Done {
            match self.step(buffer, &mut to) {
                Ok(()) => {}
                // The error comes again, from the same state, when what was read before it is used up.
                Err(_) if to > from => break,
                Err(error) => {
                    self.state = State::Done;
                    return Err(error);
                }
            }
        }
        Ok(to - from)
    }

    fn step(&mut self, buffer: &mut [u8], to: &mut usize) -> Result<(), InputError> {
        match self.state {
            State::Done => {}
            State::Plain => {
                if self.packed().is_empty() && !self.refill()? {
                    self.state = State::Done;
                }
                let count = (buffer.len() - *to).min(self.packed().len());
                buffer[*to..*to + count].copy_from_slice(&self.packed()[..count]);
                self.position += count;
                *to += count;
            }
            State::Header => match header_length(self.packed()) {
                Ok(Some(length)) => {
                    self.position += length;
                    self.checksum.reset();
                    if let Some(inflate) = &mut self.inflate {
                        inflate.reset();
                    }
                    self.state = State::Member;
                }
                Ok(None) if self.refill()? => {}
                Ok(None) if self.complete => return Err(truncated()),
                Ok(None) => return Err(corrupt("its header has no end")),
                Err(reason) => return Err(corrupt(reason)),
            },
            State::Member => {
                if self.unpacked > UNGUARDED && self.unpacked / MAX_RATIO > self.consumed.load(Ordering::Relaxed) {
                    return Err(bomb());
                }
                let Some(inflate) = &mut self.inflate else { return Ok(()) };
                let (start, complete) = ((self.position, *to), self.complete);
                let packed = &self.block[..self.filled];
                let progress = inflate.run(packed, &mut self.position, buffer, to, complete);
                self.checksum.update(&buffer[start.1..*to]);
                self.unpacked += (*to - start.1) as u64;
                match progress {
                    Ok(Progress::End) => self.state = State::Trailer,
                    Ok(Progress::More) if *to == buffer.len() => {}
                    // Only with the knowledge that no more comes does it use the last bytes up.
                    Ok(Progress::More) if complete && start == (self.position, *to) => return Err(truncated()),
                    Ok(Progress::More) => {
                        self.refill()?;
                    }
                    // What was unpacked before the damage is handed out first.
                    Err(_) if *to > start.1 => {}
                    Err(reason) => return Err(corrupt(reason)),
                }
            }
            State::Trailer => {
                while self.packed().len() < 8 {
                    if !self.refill()? {
                        return Err(truncated());
                    }
                }
                let number = |at: usize| self.packed()[at..].first_chunk().map_or(0, |four| u32::from_le_bytes(*four));
                let (sum, amount) = (number(0), number(4));
                if sum != self.checksum.sum() {
                    return Err(corrupt("its checksum does not fit"));
                }
                if amount != self.checksum.amount() {
                    return Err(corrupt("its length does not fit"));
                }
                self.position += 8;
                self.state = State::BetweenMembers;
            }
            State::BetweenMembers => {
                loop {
                    // Zero bytes after a member are padding.
                    while self.packed().first() == Some(&0) {
                        self.position += 1;
                    }
                    if self.packed().len() >= 2 || !self.refill()? {
                        break;
                    }
                }
                self.state = if self.packed().starts_with(&GZIP) {
                    State::Header
                } else if self.packed().is_empty() {
                    State::Done
                } else {
                    return Err(InputError::new(
                        ProblemKind::TrailingData,
                        "bytes that are not gzip follow the compressed stream; they were left out",
                    ));
                };
            }
        }
        Ok(())
    }
}

/// The length of the header of a gzip member (RFC 1952) at the start of `packed`; `None` if it goes on behind.
fn header_length(packed: &[u8]) -> Result<Option<usize>, &'static str> {
    const CHECKSUM: u8 = 2;
    const EXTRA: u8 = 4;
    const NAME: u8 = 8;
    const COMMENT: u8 = 16;
    let Some([_, _, method, flags, ..]) = packed.first_chunk::<10>() else { return Ok(None) };
    if *method != 8 {
        return Err("it is packed by an unknown method");
    }
    if flags & 0xe0 != 0 {
        return Err("its header has unknown flags");
    }
    let mut at = 10;
    if flags & EXTRA != 0 {
        let Some(length) = packed.get(at..).and_then(|rest| rest.first_chunk::<2>()) else { return Ok(None) };
        at += 2 + usize::from(u16::from_le_bytes(*length));
    }
    for flag in [NAME, COMMENT] {
        if flags & flag != 0 {
            let Some(length) = packed.get(at..).and_then(|rest| memchr::memchr(0, rest)) else { return Ok(None) };
            at += length + 1;
        }
    }
    if flags & CHECKSUM != 0 {
        at += 2;
    }
    Ok((at <= packed.len()).then_some(at))
}

fn truncated() -> InputError {
    InputError::new(ProblemKind::TruncatedGzip, "the gzip stream ends in the middle: the file is not complete")
}

fn bomb() -> InputError {
    let message = format!(
        "the gzip stream unpacks to more than {MAX_RATIO} times its size, as no literature does: nothing after this byte is \
         read (`gzip -d` it first if it is meant)"
    );
    InputError::new(ProblemKind::Bomb, message)
}

fn corrupt(reason: &str) -> InputError {
    InputError::new(
        ProblemKind::CorruptGzip,
        format!(
            "the gzip stream is damaged ({reason}): nothing after this byte is read, what was read before may be wrong"
        ),
    )
}

/// A block from the unpacking thread: the bytes stand at `HEADROOM..HEADROOM + filled`.
struct Block {
    data: Vec<u8>,
    filled: usize,
}

/// Where the window takes its bytes from.
enum Feed {
    Here(Box<Source>),
    Thread { blocks: Receiver<Result<Block, InputError>>, used: Sender<Vec<u8>> },
}

/// A moving window over the unpacked bytes. It holds what is not consumed yet and grows only when a caller asks for more
/// without consuming.
pub(crate) struct Window {
    feed: Feed,
    data: Vec<u8>,
    start: usize,
    end: usize,
    /// Where `start` lies in the unpacked stream.
    offset: u64,
    block: usize,
    ended: bool,
    error: Option<InputError>,
}

impl Window {
    /// A window that takes `block` bytes at a time; with `threaded`, a thread unpacks ahead of it.
    pub(crate) fn new(source: Source, block: usize, threaded: bool) -> Self {
        let (feed, block) = (Feed::Here(Box::new(source)), block.max(1));
        let mut window = Self { feed, data: Vec::new(), start: 0, end: 0, offset: 0, block, ended: false, error: None };
        if threaded {
            window.unpack_ahead();
        }
        window
    }

    /// From now on a thread unpacks ahead, unless none can be had.
    pub(crate) fn unpack_ahead(&mut self) {
        if matches!(self.feed, Feed::Thread { .. }) || self.ended {
            return;
        }
        let Some((start, thread)) = unpacker(self.block) else { return };
        if let Feed::Here(source) = std::mem::replace(&mut self.feed, thread) {
            let past = self.data[self.end - source.history().min(self.end)..self.end].to_vec();
            // Should the thread be gone, the next block is missed.
            let _ = start.send((source, past));
        }
    }

    /// The bytes not consumed yet.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.data[self.start..self.end]
    }

    /// Where `bytes` starts in the unpacked stream.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Drops the first `count` bytes.
    pub(crate) fn consume(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        self.start += count;
        self.offset += count as u64;
    }

    /// Whether the stream ended with an error.
    pub(crate) fn has_error(&self) -> bool {
        self.error.is_some()
    }

    /// The error that ended the stream, once.
    pub(crate) fn take_error(&mut self) -> Option<InputError> {
        self.error.take()
    }

    /// Adds bytes at the end of `bytes`; `false` when there are none any more.
    pub(crate) fn more(&mut self) -> bool {
        if self.ended {
            return false;
        }
        match self.fill() {
            Ok(0) => self.ended = true,
            Ok(_) => return true,
            Err(error) => {
                self.ended = true;
                self.error = Some(error);
            }
        }
        false
    }

    fn fill(&mut self) -> Result<usize, InputError> {
        let kept = self.end - self.start;
        match &mut self.feed {
            Feed::Here(source) => {
                // What is kept, and what the source needs of its own past.
                let past = kept.max(source.history()).min(self.end);
                self.data.copy_within(self.end - past..self.end, 0);
                (self.start, self.end) = (past - kept, past);
                // For a record longer than the window the room is doubled, so that it is not copied once for each block.
                let room = past + self.block.max(kept);
                if self.data.len() < room {
                    self.data.resize(room, 0);
                } else if self.data.len() > 16 * room {
                    self.data.truncate(room);
                    self.data.shrink_to_fit();
                }
                let count = source.read(&mut self.data[..room], past)?;
                self.end += count;
                Ok(count)
            }
            Feed::Thread { blocks, used } => {
                let Ok(message) = blocks.recv() else {
                    return Err(InputError::new(
                        ProblemKind::Io,
                        "unpacking failed: a mistake in mgmine, please report it",
                    ));
                };
                let mut block = message?;
                if kept <= HEADROOM {
                    let from = HEADROOM - kept;
                    block.data[from..HEADROOM].copy_from_slice(&self.data[self.start..self.end]);
                    (self.start, self.end) = (from, HEADROOM + block.filled);
                    std::mem::swap(&mut self.data, &mut block.data);
                } else {
                    self.data.truncate(self.end);
                    self.data.drain(..self.start);
                    self.data.extend_from_slice(&block.data[HEADROOM..HEADROOM + block.filled]);
                    (self.start, self.end) = (0, self.data.len());
                }
                // A failed send means that the thread has ended and needs no buffer.
                let _ = used.send(block.data);
                Ok(block.filled)
            }
        }
    }
}

/// Where a thread gets its source and the source's past from.
type Start = Sender<(Box<Source>, Vec<u8>)>;

/// A thread that unpacks what it is given to start with, and what comes from it; `None` if there can be no more threads.
fn unpacker(block: usize) -> Option<(Start, Feed)> {
    let (start, given): (Start, _) = channel();
    let (send, blocks): (SyncSender<Result<Block, InputError>>, _) = sync_channel(AHEAD);
    let (used, free) = channel::<Vec<u8>>();
    let work = move || {
        let length = HEADROOM + block;
        // The reader writes into the room before a block, so what the source needs of its past is kept here.
        let Ok((mut source, mut past)) = given.recv() else { return };
        loop {
            // A buffer that grew, or the empty one of the start, is not worth keeping.
            let mut data = free.try_iter().find(|data| data.len() == length).unwrap_or_else(|| vec![0; length]);
            data[HEADROOM - past.len()..HEADROOM].copy_from_slice(&past);
            let message = match source.read(&mut data, HEADROOM) {
                Ok(filled) => {
                    let end = HEADROOM + filled;
                    let start = end - source.history().min(past.len() + filled);
                    past.clear();
                    past.extend_from_slice(&data[start..end]);
                    Ok(Block { data, filled })
                }
                Err(error) => Err(error),
            };
            // An empty block is the end: a thread that just goes away has failed.
            let last = message.as_ref().map_or(true, |block| block.filled == 0);
            // Nobody takes the block when the reader is gone.
            if send.send(message).is_err() || last {
                return;
            }
        }
    };
    std::thread::Builder::new().name("mgmine-unpack".into()).spawn(work).ok()?;
    Some((start, Feed::Thread { blocks, used }))
}
