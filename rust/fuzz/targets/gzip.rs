//! Unpacking, against flate2's.
#![no_main]

use std::io::{ErrorKind, Read};

use flate2::bufread::{DeflateDecoder, MultiGzDecoder};
use mgmine_io::ProblemKind;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((how, data)) = data.split_first() else { return };
    // Few inputs have the right checksum, so half of them are given one.
    let packed = if how & 1 == 0 { data.to_vec() } else { member(data) };
    // A header longer than what is held of the packed side is refused, which flate2 does not.
    if packed.split(|byte| *byte == 0).any(|piece| piece.len() > 4000) {
        return;
    }
    let block = [1, 5, 300, 1 << 16][usize::from(how >> 1 & 3)];
    let (unpacked, problem) = mgmine_io::unpack(&packed, block, how & 8 != 0);
    assert_eq!(mgmine_io::unpack(&packed, 4096, false), (unpacked.clone(), problem), "in blocks of {block}");
    if !packed.starts_with(&[0x1f, 0x8b]) {
        assert_eq!((unpacked, problem), (packed, None));
        return;
    }
    let mut other = Vec::new();
    let read = MultiGzDecoder::new(&packed[..]).take(64 << 20).read_to_end(&mut other);
    match problem {
        // Zero bytes behind a member are padding for us, behind which another may stand; for flate2 they are a wrong header, or a
        // cut one.
        None => match read {
            Ok(_) => assert!(other == unpacked),
            Err(error) => {
                assert!(error.kind() == ErrorKind::InvalidInput || packed.ends_with(&[0]), "{error}");
                assert!(unpacked.starts_with(&other));
            }
        },
        Some(ProblemKind::TrailingData | ProblemKind::Bomb) => {}
        Some(_) => assert!(read.is_err(), "{problem:?}, and flate2 reads it"),
    }
});

/// A gzip member around a DEFLATE stream, as far as it can be read.
fn member(deflated: &[u8]) -> Vec<u8> {
    let mut unpacked = Vec::new();
    let _ = DeflateDecoder::new(deflated).take(1 << 20).read_to_end(&mut unpacked);
    let mut sum = flate2::Crc::new();
    sum.update(&unpacked);
    let mut packed = b"\x1f\x8b\x08\0\0\0\0\0\0\xff".to_vec();
    packed.extend_from_slice(deflated);
    packed.extend_from_slice(&sum.sum().to_le_bytes());
    packed.extend_from_slice(&sum.amount().to_le_bytes());
    packed
}
