//! JATS: whole, in blocks, packed and lazily read alike.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = mgmine_fuzz::read(data);
});
