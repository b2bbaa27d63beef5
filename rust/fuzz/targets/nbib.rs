//! MEDLINE/NBIB: whole, in blocks, packed and lazily read alike; and a record reads the same alone as among others.
#![no_main]

use mgmine_fuzz::common::{full, read_with};
use mgmine_io::{Format, Reader, Want};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let all = mgmine_fuzz::read(data);
    let bytes = data.get(1..).unwrap_or_default();
    let format =
        Reader::from_read("x", Box::new(std::io::Cursor::new(bytes.to_vec())), Want::default()).map(|r| r.format());
    if !matches!(format, Ok(Format::Medline)) || !mgmine_fuzz::whole(&all) || bytes.starts_with(b"\xef\xbb\xbf") {
        return;
    }
    let twice = read_with("x", &[bytes, b"\n\nPMID- 1\nTI  - Last\n"].concat(), &full());
    let last = twice.documents.last().expect("the one put behind");
    assert_eq!((last.id.as_str(), last.text.as_str()), ("pubmed:1", "Last"));
    for (one, other) in all.documents.iter().zip(&twice.documents) {
        assert_eq!((&one.id, &one.text), (&other.id, &other.text));
    }
});
