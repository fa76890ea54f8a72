//! An archive has one form: what is read is written as the same bytes, but for how files are compressed.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use prova_bundle::zip::{Archive, ArchiveWriter};
use prova_fuzz::assert_printable;

fuzz_target!(|bytes: &[u8]| {
    let mut archive = match Archive::open(Cursor::new(bytes)) {
        Ok(archive) => archive,
        Err(error) => return assert_printable(&error),
    };
    let mut writer = ArchiveWriter::new(Cursor::new(Vec::new()));
    for record in archive.records().to_vec() {
        match archive.read(&record) {
            Ok(content) => {
                writer
                    .add(record.name, &content)
                    .expect("what is read can be written");
            }
            Err(error) => return assert_printable(&error),
        }
    }
    let again = writer.finish().expect("memory is enough").into_inner();
    let mut second = Archive::open(Cursor::new(&again)).expect("what is written can be read");
    for (one, other) in archive.records().to_vec().iter().zip(second.records().to_vec()) {
        assert_eq!(one.name, other.name);
        assert_eq!(archive.read(one).ok(), second.read(&other).ok());
    }
});
