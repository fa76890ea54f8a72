//! Which runs there are, and the heads: what must change at once, or not at all. In sled, behind a wall.
//!
//! ```text
//! runs     → version u8 || next id u32 || description …       6; the runs that count, the oldest first (see `run::description`)
//! h || key → a head's value
//! ```
//! sled 0.34 panics on damaged files, so every call runs under `catch_unwind`, and no error of sled's leaves this file. Its `flush` is no
//! fsync. A page of its tree holds sixteen rows at most, whatever their size, and takes memory, room and time of its own: a million small
//! rows in no order made a file six times their size. And opening it writes zeros over every part of its file that is free, so that
//! what is often replaced costs each reader. So what it is given is little.

use std::{
    any::Any,
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, Once},
    thread::sleep,
    time::{Duration, Instant},
};

use crate::{
    EngineError,
    batch::Row,
    block::FORMAT_VERSION,
    disk::Disk,
    run::{DESCRIPTION_BYTES, RunDescription},
};

/// sled's own threads may keep its file for a moment after it was closed. Nobody else has the directory.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(5);

/// What sled may keep in memory, by its own account, which is a third of the truth.
const CACHE_BYTES: u64 = 4 << 20;

const RUNS: &[u8] = b"runs";
const HEADS: u8 = b'h';

/// Which runs there are.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct RunManifest {
    /// The number of the next run.
    pub(crate) next: u32,
    /// The oldest first.
    pub(crate) runs: Vec<RunDescription>,
}

impl RunManifest {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![FORMAT_VERSION];
        bytes.extend_from_slice(&self.next.to_be_bytes());
        for run in &self.runs {
            bytes.extend_from_slice(&run.encode());
        }
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first()?;
        let (next, rest) = rest.split_first_chunk()?;
        let (runs, []) = rest.as_chunks::<DESCRIPTION_BYTES>() else {
            return None;
        };
        let runs = runs.iter().map(RunDescription::decode).collect::<Option<_>>()?;
        let next = u32::from_be_bytes(*next);
        (*version == FORMAT_VERSION).then_some(Self { next, runs })
    }
}

/// An open database of sled's with a manifest and heads.
pub(crate) struct SledManifest {
    /// Absent only while it is dropped.
    db: Option<sled::Db>,
    disk: Arc<dyn Disk>,
    /// sled's own file.
    file: PathBuf,
}

impl std::fmt::Debug for SledManifest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SledManifest")
    }
}

impl Drop for SledManifest {
    fn drop(&mut self) {
        // Whatever was acknowledged is on the disk.
        let _ = guarded(|| {
            drop(self.db.take());
            Ok(())
        });
    }
}

/// sled's file in a directory.
pub(crate) fn file_in(directory: &Path) -> PathBuf {
    directory.join("db")
}

impl SledManifest {
    /// Opens the database in a directory, or makes one.
    pub(crate) fn open(disk: Arc<dyn Disk>, directory: &Path) -> Result<Self, EngineError> {
        let started = Instant::now();
        loop {
            let opened = guarded(|| {
                let opened = sled::Config::new()
                    .path(directory)
                    .cache_capacity(CACHE_BYTES)
                    .flush_every_ms(None)
                    .open();
                match opened {
                    Err(error) if is_held(&error) && started.elapsed() < PATIENCE => Ok(None),
                    other => other.map(Some),
                }
            })?;
            if opened.is_some() {
                return Ok(Self {
                    db: opened,
                    disk,
                    file: file_in(directory),
                });
            }
            sleep(PAUSE);
        }
    }

    fn db(&self) -> Result<&sled::Db, EngineError> {
        self.db.as_ref().ok_or_else(|| EngineError::Failed {
            reason: "the database is closed".to_owned(),
        })
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        let db = self.db()?;
        guarded(|| db.get(key).map(|value| value.map(|value| value.to_vec())))
    }

    /// The manifest; of an empty database one of no runs.
    pub(crate) fn manifest(&self) -> Result<RunManifest, EngineError> {
        let Some(bytes) = self.get(RUNS)? else {
            return Ok(RunManifest::default());
        };
        RunManifest::decode(&bytes).ok_or_else(|| EngineError::Damaged {
            reason: "the manifest is cut or of another version".to_owned(),
        })
    }

    pub(crate) fn head(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        self.get(&head_key(key))
    }

    /// Writes a manifest and the heads that belong to its runs, all or nothing, and waits until they are on the disk.
    pub(crate) fn replace(&self, manifest: &RunManifest, heads: Vec<Row>) -> Result<(), EngineError> {
        let db = self.db()?;
        let mut batch = sled::Batch::default();
        for (key, value) in heads {
            match value {
                Some(value) => batch.insert(head_key(&key), value),
                None => batch.remove(head_key(&key)),
            }
        }
        batch.insert(RUNS, manifest.encode());
        guarded(|| {
            db.apply_batch(batch)?;
            db.flush()
        })?;
        let synced = self.disk.sync(&self.file);
        synced.map_err(|error| EngineError::Failed {
            reason: format!("{}: {error}", self.file.display()),
        })
    }
}

fn head_key(key: &[u8]) -> Vec<u8> {
    [&[HEADS], key].concat()
}

thread_local! {
    static IN_SLED: Cell<u32> = const { Cell::new(0) };
}
static HOOK: Once = Once::new();

/// Runs something of sled's; a panic becomes an error, and says nothing on the terminal.
fn guarded<T>(act: impl FnOnce() -> sled::Result<T>) -> Result<T, EngineError> {
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if IN_SLED.get() == 0 {
                before(panic);
            }
        }));
    });
    IN_SLED.set(IN_SLED.get().saturating_add(1));
    let outcome = catch_unwind(AssertUnwindSafe(act));
    IN_SLED.set(IN_SLED.get().saturating_sub(1));
    match outcome {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error @ sled::Error::Corruption { .. })) => Err(EngineError::Damaged {
            reason: one_line(&error.to_string()),
        }),
        Ok(Err(error)) => Err(EngineError::Failed {
            reason: one_line(&error.to_string()),
        }),
        Err(panic) => Err(EngineError::Damaged {
            reason: one_line(panic_text(panic.as_ref())),
        }),
    }
}

/// Whether the database is still locked; sled has no error kind of its own for this.
fn is_held(error: &sled::Error) -> bool {
    matches!(error, sled::Error::Io(error) if error.to_string().contains("could not acquire lock"))
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("its reader gave up")
}

fn one_line(text: &str) -> String {
    prova_core::text::escape(text.lines().next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::BlockAddress;

    #[test]
    fn a_manifest_is_read_as_it_was_written_and_no_other_bytes_are_one() {
        let run = |id| RunDescription {
            id,
            rank: 2,
            rows: 3 << 40,
            root: BlockAddress {
                offset: 4,
                length: 5,
                check: [6; 8],
            },
            levels: 7,
            filter: 8,
            words: 9,
        };
        let manifest = RunManifest {
            next: 258,
            runs: vec![run(1), run(257)],
        };
        let bytes = manifest.encode();
        assert_eq!(&bytes[..9], [6, 0, 0, 1, 2, 0, 0, 0, 1]);
        assert_eq!(RunManifest::decode(&bytes), Some(manifest));
        let mut older = bytes.clone();
        older[0] = FORMAT_VERSION - 1;
        assert_eq!(RunManifest::decode(&older), None);
        for cut in 0..bytes.len() {
            let is_whole = cut >= 5 && (cut - 5) % DESCRIPTION_BYTES == 0;
            assert_eq!(RunManifest::decode(&bytes[..cut]).is_some(), is_whole, "{cut}");
        }
    }

    #[test]
    fn panics_become_errors() {
        let error = guarded::<()>(|| panic!("bad page\nmore")).unwrap_err();
        assert_eq!(
            error,
            EngineError::Damaged {
                reason: "bad page".to_owned()
            }
        );
    }
}
