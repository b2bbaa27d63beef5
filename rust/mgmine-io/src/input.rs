//! Bytes from an input, unpacked where they are packed, on this thread or on one of its own.
//!
//! A gzip stream may have any number of members. It is unpacked straight into the reader's window. The compressed side is
//! read in blocks, and every way in which a stream can be damaged is told apart.

use std::io::{ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use flate2::{Decompress, FlushDecompress, Status};

use crate::problem::ProblemKind;

/// Bytes of the packed side held at a time.
const PACKED_BLOCK: usize = 64 << 10;
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
    state: State,
    inflate: Option<Box<Decompress>>,
    consumed: Arc<AtomicU64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Plain,
    Member,
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
            state: State::Plain,
            inflate: None,
            consumed: Arc::default(),
        };
        while source.filled < 2 && source.refill()? {}
        if source.block[..source.filled].starts_with(&[0x1f, 0x8b]) {
            source.state = State::Member;
            source.inflate = Some(Box::new(Decompress::new_gzip(15)));
        }
        Ok(source)
    }

    /// The number of bytes read from the input so far, packed as they are.
    pub(crate) fn consumed(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.consumed)
    }

    /// Adds bytes behind those not yet used; `false` at the end.
    fn refill(&mut self) -> Result<bool, InputError> {
        self.block.copy_within(self.position..self.filled, 0);
        self.filled -= self.position;
        self.position = 0;
        loop {
            match self.read.read(&mut self.block[self.filled..]) {
                Ok(0) => return Ok(false),
                Ok(count) => {
                    self.filled += count;
                    self.consumed.fetch_add(count as u64, Ordering::Relaxed);
                    return Ok(true);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(InputError::new(ProblemKind::Io, error.to_string())),
            }
        }
    }

    /// Fills `out` from the front and returns how much; 0 is the end. After an error comes the end.
    pub(crate) fn read(&mut self, out: &mut [u8]) -> Result<usize, InputError> {
        let mut done = 0;
        while done < out.len() && self.state != State::Done {
            match self.step(&mut out[done..]) {
                Ok(count) => done += count,
                // The error comes again, from the same state, when what was read before it is used up.
                Err(_) if done > 0 => return Ok(done),
                Err(error) => {
                    self.state = State::Done;
                    return Err(error);
                }
            }
        }
        Ok(done)
    }

    fn step(&mut self, out: &mut [u8]) -> Result<usize, InputError> {
        match self.state {
            State::Done => Ok(0),
            State::Plain => {
                if self.position == self.filled && !self.refill()? {
                    self.state = State::Done;
                    return Ok(0);
                }
                let count = out.len().min(self.filled - self.position);
                out[..count].copy_from_slice(&self.block[self.position..self.position + count]);
                self.position += count;
                Ok(count)
            }
            State::Member => {
                if self.position == self.filled && !self.refill()? {
                    return Err(InputError::new(
                        ProblemKind::TruncatedGzip,
                        "the gzip stream ends in the middle: the file is not complete",
                    ));
                }
                let Some(inflate) = self.inflate.as_mut() else { return Ok(0) };
                let (packed, unpacked) = (inflate.total_in(), inflate.total_out());
                let status = inflate.decompress(&self.block[self.position..self.filled], out, FlushDecompress::None);
                let used = (inflate.total_in() - packed) as usize;
                let count = (inflate.total_out() - unpacked) as usize;
                self.position += used;
                match status {
                    Ok(Status::StreamEnd) => self.state = State::BetweenMembers,
                    Ok(_) if used == 0 && count == 0 => return Err(corrupt("no progress")),
                    Ok(_) => {}
                    // What was unpacked before the damage is handed out first.
                    Err(_) if count > 0 => {}
                    Err(error) => return Err(corrupt(error.message().unwrap_or("bad data"))),
                }
                Ok(count)
            }
            State::BetweenMembers => {
                loop {
                    // Zero bytes after a member are padding.
                    while self.position < self.filled && self.block[self.position] == 0 {
                        self.position += 1;
                    }
                    if self.filled - self.position >= 2 {
                        break;
                    }
                    if !self.refill()? {
                        if self.position == self.filled {
                            self.state = State::Done;
                            return Ok(0);
                        }
                        break;
                    }
                }
                if self.block[self.position..self.filled].starts_with(&[0x1f, 0x8b]) {
                    self.inflate = Some(Box::new(Decompress::new_gzip(15)));
                    self.state = State::Member;
                    Ok(0)
                } else {
                    Err(InputError::new(
                        ProblemKind::TrailingData,
                        "bytes that are not gzip follow the compressed stream; they were left out",
                    ))
                }
            }
        }
    }
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
    pub(crate) fn new(source: Source, block: usize, threaded: bool) -> Result<Self, InputError> {
        let block = block.max(1);
        let feed = if threaded { spawn(source, block)? } else { Feed::Here(Box::new(source)) };
        Ok(Self { feed, data: Vec::new(), start: 0, end: 0, offset: 0, block, ended: false, error: None })
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
                self.data.copy_within(self.start..self.end, 0);
                (self.start, self.end) = (0, kept);
                // For a record longer than the window the room is doubled, so that it is not copied once for each block.
                let room = kept + self.block.max(kept);
                if self.data.len() < room {
                    self.data.resize(room, 0);
                } else if self.data.len() > 16 * room {
                    self.data.truncate(room);
                    self.data.shrink_to_fit();
                }
                let count = source.read(&mut self.data[kept..room])?;
                self.end += count;
                Ok(count)
            }
            Feed::Thread { blocks, used } => {
                let Ok(message) = blocks.recv() else { return Ok(0) };
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

fn spawn(mut source: Source, block: usize) -> Result<Feed, InputError> {
    let (send, blocks): (SyncSender<Result<Block, InputError>>, _) = sync_channel(AHEAD);
    let (used, free) = channel::<Vec<u8>>();
    let work = move || {
        let length = HEADROOM + block;
        loop {
            // A buffer that grew, or the empty one of the start, is not worth keeping.
            let mut data = free.try_iter().find(|data| data.len() == length).unwrap_or_else(|| vec![0; length]);
            let message = match source.read(&mut data[HEADROOM..]) {
                Ok(0) => return,
                Ok(filled) => Ok(Block { data, filled }),
                Err(error) => Err(error),
            };
            let last = message.is_err();
            // Nobody takes the block when the reader is gone.
            if send.send(message).is_err() || last {
                return;
            }
        }
    };
    match std::thread::Builder::new().name("mgmine-unpack".into()).spawn(work) {
        Ok(_) => Ok(Feed::Thread { blocks, used }),
        Err(error) => Err(InputError::new(ProblemKind::Io, format!("no thread to unpack on: {error}"))),
    }
}
