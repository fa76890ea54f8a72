//! Bills of materials: no panic, bounded memory, and the same summary however the bytes arrive.
#![no_main]

use std::{
    io::{self, Read},
    ops::ControlFlow,
};

use libfuzzer_sys::fuzz_target;
use prova_core::{hash::Digest, text::is_unprintable};
use prova_formats::{
    bom::{Component, Sink, read, read_each},
    limits::Limits,
};
use prova_fuzz::{
    assert_printable,
    memory::{Counted, peak},
};

#[global_allocator]
static ALLOCATOR: Counted = Counted;

/// Buffers and tables that are there for any document.
const FIXED_BYTES: usize = 1 << 20;
/// A component of three bytes, `{},`, becomes a summary with all its fields, in a list that has just doubled.
const BYTES_PER_BYTE: usize = 600;

/// Hands out a few bytes at a time.
struct Trickle<'a>(&'a [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len().min(self.1);
        self.0.read(&mut buffer[..wanted])
    }
}

/// Counts components and stops after a number of them.
struct Counter {
    components: usize,
    limit: usize,
}

impl Sink for Counter {
    fn component(&mut self, _: Component) -> ControlFlow<()> {
        self.components += 1;
        if self.components < self.limit {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    let (whole, taken) = peak(|| read(bytes, &limits));
    assert!(
        taken <= FIXED_BYTES + BYTES_PER_BYTE * bytes.len(),
        "{taken} bytes of memory for a document of {}",
        bytes.len()
    );
    let mut counter = Counter {
        components: 0,
        limit: usize::MAX,
    };
    let each = read_each(Trickle(bytes, 1 + bytes.len() % 61), &limits, &mut counter);
    match (whole, each) {
        (Ok(whole), Ok(each)) => {
            assert_eq!(whole.digest, Digest::of(bytes));
            assert_eq!(each.digest, whole.digest);
            assert_eq!(each.document, whole.bom.document);
            assert_eq!(counter.components, whole.bom.components.len());
            for warning in &whole.warnings {
                assert!(
                    !warning.to_string().chars().any(is_unprintable),
                    "a warning prints a raw control character: {warning:?}"
                );
            }
        }
        (Err(whole), Err(each)) => {
            assert_eq!(whole.to_string(), each.to_string());
            assert_printable(&whole);
        }
        (whole, each) => panic!("read at once: {whole:?}, read in pieces: {each:?}"),
    }
    // Narrow limits and a sink that has had enough refuse; they do not panic.
    let mut narrow = Limits::default();
    (narrow.components, narrow.relationships, narrow.vulnerabilities) = (3, 3, 1);
    (narrow.unknowns, narrow.warnings, narrow.depth, narrow.members) = (2, 1, 6, 12);
    (narrow.text_bytes, narrow.element_bytes) = (64, 2048);
    if let Err(error) = read(bytes, &narrow) {
        assert_printable(&error);
    }
    let _ = read_each(
        bytes,
        &limits,
        &mut Counter {
            components: 0,
            limit: 1,
        },
    );
});
