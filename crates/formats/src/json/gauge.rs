//! The stream under the parser: counts and hashes the bytes, and stops it at the limits the parser does not know.

use std::io::{self, Read};

use prova_core::hash::Digest;
use sha2::{Digest as _, Sha256};

use crate::limits::Limits;

/// How many bytes are looked at before parsing begins.
const HEAD_BYTES: u64 = 1024;

/// Which limit the stream went over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exceeded {
    Bytes,
    Text { line: u64 },
}

/// A reader that measures what passes through it.
///
/// The parser gathers a whole string before anybody sees it, so the length of strings is bounded here.
pub(crate) struct Gauge<R> {
    inner: R,
    head: Vec<u8>,
    head_position: usize,
    limits: Limits,
    total: u64,
    line: u64,
    text: Option<OpenText>,
    hasher: Sha256,
    exceeded: Option<Exceeded>,
}

/// A string whose closing quote has not come yet.
struct OpenText {
    bytes: u64,
    after_backslash: bool,
}

impl<R: Read> Gauge<R> {
    /// Reads the head of the stream.
    pub(crate) fn new(mut inner: R, limits: &Limits) -> io::Result<Self> {
        let mut head = Vec::new();
        inner.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
        Ok(Self {
            inner,
            head,
            head_position: 0,
            limits: *limits,
            total: 0,
            line: 1,
            text: None,
            hasher: Sha256::new(),
            exceeded: None,
        })
    }

    /// The first bytes of the stream.
    pub(crate) fn head(&self) -> &[u8] {
        &self.head
    }

    /// Takes the first `count` bytes of the head away from the parser; they are hashed and counted all the same.
    pub(crate) fn hide(&mut self, count: usize) {
        let hidden = self.head.get(..count).unwrap_or_default();
        self.hasher.update(hidden);
        self.head_position = hidden.len();
        self.total = u64::try_from(hidden.len()).unwrap_or(u64::MAX);
    }

    /// The limit at which the stream was stopped, if it was.
    pub(crate) fn exceeded(&self) -> Option<Exceeded> {
        self.exceeded
    }

    /// SHA-256 of everything that was read.
    pub(crate) fn digest(self) -> Digest {
        Digest::from_bytes(self.hasher.finalize().into())
    }

    fn measure(&mut self, bytes: &[u8]) -> Result<(), Exceeded> {
        self.hasher.update(bytes);
        self.total = self
            .total
            .saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if self.total > self.limits.bytes {
            return Err(Exceeded::Bytes);
        }
        for byte in bytes {
            if *byte == b'\n' {
                self.line = self.line.saturating_add(1);
            }
            match &mut self.text {
                None if *byte == b'"' => {
                    self.text = Some(OpenText {
                        bytes: 0,
                        after_backslash: false,
                    });
                }
                None => {}
                Some(text) if text.after_backslash => text.after_backslash = false,
                Some(_) if *byte == b'"' => self.text = None,
                Some(text) => {
                    text.after_backslash = *byte == b'\\';
                    text.bytes = text.bytes.saturating_add(1);
                    if text.bytes > self.limits.text_bytes {
                        return Err(Exceeded::Text { line: self.line });
                    }
                }
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Gauge<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let waiting = self.head.get(self.head_position..).unwrap_or_default();
        let count = if waiting.is_empty() {
            self.inner.read(buffer)?
        } else {
            let count = waiting.len().min(buffer.len());
            if let (Some(to), Some(from)) = (buffer.get_mut(..count), waiting.get(..count)) {
                to.copy_from_slice(from);
            }
            self.head_position = self.head_position.saturating_add(count);
            count
        };
        if let Err(exceeded) = self.measure(buffer.get(..count).unwrap_or_default()) {
            self.exceeded = Some(exceeded);
            return Err(io::Error::other("over a limit"));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(text: &str, limits: &Limits) -> Result<Vec<u8>, Option<Exceeded>> {
        let mut gauge = Gauge::new(text.as_bytes(), limits).unwrap();
        let mut out = Vec::new();
        gauge
            .read_to_end(&mut out)
            .map(|_| out)
            .map_err(|_| gauge.exceeded())
    }

    #[test]
    fn streams_and_strings_are_stopped_at_their_limits() {
        let limits = Limits {
            bytes: 5_000,
            text_bytes: 4,
            ..Limits::default()
        };
        for (text, want) in [
            (String::new(), Ok(())),
            ("x".repeat(5_000), Ok(())),
            ("x".repeat(5_001), Err(Some(Exceeded::Bytes))),
            ("\"abcd\" \"abcd\"".to_owned(), Ok(())),
            ("\n\n \"abcde\"".to_owned(), Err(Some(Exceeded::Text { line: 3 }))),
            // An escaped quote does not end a string.
            (r#""ab\"cd""#.to_owned(), Err(Some(Exceeded::Text { line: 1 }))),
        ] {
            assert_eq!(drain(&text, &limits).map(|_| ()), want, "{text:.20}");
        }
    }

    #[test]
    fn what_passes_is_unchanged_and_hashed_with_the_hidden_head() {
        let text = format!("ab{}", "0123456789".repeat(1_000));
        let mut gauge = Gauge::new(text.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(gauge.head().len(), 1024);
        gauge.hide(2);
        let mut out = String::new();
        gauge.read_to_string(&mut out).unwrap();
        assert_eq!(out, text[2..]);
        assert_eq!(gauge.digest(), Digest::of(text.as_bytes()));
    }
}
