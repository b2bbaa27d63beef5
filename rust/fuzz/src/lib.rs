//! What the fuzz targets share: an input is read in several ways, which must all come to the same.

#[path = "../../mgmine-io/tests/common/mod.rs"]
pub mod common;

use common::{All, check_map, check_shape, full, gzip, read_with};
use mgmine_io::{Options, ProblemKind};

/// Reads `bytes`, whose first byte says how, and checks what holds of every input.
///
/// # Panics
/// If another block size, a thread, packing or lazy reading changes anything, or a document is not what a document is.
pub fn read(bytes: &[u8]) -> All {
    let (how, bytes) = bytes.split_first().map_or((0, bytes), |(how, rest)| (*how, rest));
    let all = read_with("x", bytes, &full());
    check_shape(&all, bytes);
    for doc in &all.documents {
        if !doc.source_map.runs.is_empty() && std::str::from_utf8(bytes).is_ok() && !bytes.contains(&0) {
            check_map(doc, bytes);
        }
    }
    let block = [1, 2, 3, 7, 16, 61, 256, 4096][usize::from(how & 7)];
    let chunked = Options { block, threaded: how & 8 != 0, ..full() };
    assert_eq!(read_with("x", bytes, &chunked), all, "in blocks of {block}");
    // What is packed twice is refused.
    if how & 16 != 0 && !bytes.starts_with(&[0x1f, 0x8b]) {
        assert_eq!(read_with("x", &gzip(bytes), &chunked), all, "packed");
    }
    if how & 32 != 0 {
        let short = read_with("x", bytes, &Options { max_record: 100, block, ..full() });
        check_shape(&short, bytes);
    }
    all
}

/// Whether nothing at all was wrong.
#[must_use]
pub fn faultless(all: &All) -> bool {
    all.problems.is_empty()
}

/// Whether all that was wrong was repaired.
#[must_use]
pub fn whole(all: &All) -> bool {
    all.problems.iter().all(|problem| problem.kind.is_repaired() || problem.kind == ProblemKind::Empty)
}
