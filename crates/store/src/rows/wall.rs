//! sled, behind a wall.
//!
//! sled 0.34 panics on damaged files, so every call runs under `catch_unwind`, and no error of sled's leaves this file. Its `flush` is no
//! fsync. A page of its tree holds sixteen rows at most, whatever their size, and takes memory, room and time of its own: a million small
//! rows in no order made a file six times their size. And opening it writes zeros over every part of its file that is free, so that
//! what is often replaced costs each reader. So what it is given is little: what must change at once, or not at all.

use std::{
    any::Any,
    cell::Cell,
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::Once,
    thread::sleep,
    time::{Duration, Instant},
};

use sled::IVec;

use super::{RowError, block::Row};

/// sled's own threads may keep its file for a moment after it was closed. The ledger's lock keeps everybody else away.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(5);

/// What sled may keep in memory, by its own account, which is a third of the truth.
const CACHE_BYTES: u64 = 4 << 20;

/// An open database.
pub(super) struct Wall {
    /// Absent only while it is dropped.
    db: Option<sled::Db>,
    directory: PathBuf,
}

impl std::fmt::Debug for Wall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wall")
    }
}

impl Drop for Wall {
    fn drop(&mut self) {
        // What cannot be flushed is made again from the tiles.
        let _ = guarded(|| {
            drop(self.db.take());
            Ok(())
        });
    }
}

impl Wall {
    /// Opens the database in a directory, or makes one.
    pub(super) fn open(directory: &Path) -> Result<Self, RowError> {
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
                    directory: directory.to_owned(),
                });
            }
            sleep(PAUSE);
        }
    }

    fn db(&self) -> Result<&sled::Db, RowError> {
        self.db.as_ref().ok_or_else(|| RowError::Store {
            reason: "it is closed".to_owned(),
        })
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<IVec>, RowError> {
        let db = self.db()?;
        guarded(|| db.get(key))
    }

    /// Writes all values or none, and waits until they are on the disk. `None`: the value is gone.
    pub(super) fn apply(&self, values: Vec<Row>) -> Result<(), RowError> {
        let db = self.db()?;
        let mut batch = sled::Batch::default();
        for (key, value) in values {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        guarded(|| {
            db.apply_batch(batch)?;
            db.flush()
        })?;
        let file = self.directory.join("db");
        let synced = File::open(&file).and_then(|file| file.sync_data());
        synced.map_err(|error| RowError::Store {
            reason: format!("{}: {error}", file.display()),
        })
    }
}

thread_local! {
    static IN_STORE: Cell<u32> = const { Cell::new(0) };
}
static HOOK: Once = Once::new();

/// Runs something of sled's; a panic becomes an error, and says nothing on the terminal.
fn guarded<T>(act: impl FnOnce() -> sled::Result<T>) -> Result<T, RowError> {
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if IN_STORE.get() == 0 {
                before(panic);
            }
        }));
    });
    IN_STORE.set(IN_STORE.get().saturating_add(1));
    let outcome = catch_unwind(AssertUnwindSafe(act));
    IN_STORE.set(IN_STORE.get().saturating_sub(1));
    match outcome {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error @ sled::Error::Corruption { .. })) => Err(RowError::Damaged {
            reason: one_line(&error.to_string()),
        }),
        Ok(Err(error)) => Err(RowError::Store {
            reason: one_line(&error.to_string()),
        }),
        Err(panic) => Err(RowError::Damaged {
            reason: one_line(panic_text(panic.as_ref())),
        }),
    }
}

/// Whether the store's file is still locked; sled has no error kind of its own for this.
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

    #[test]
    fn panics_become_errors() {
        let error = guarded::<()>(|| panic!("bad page\nmore")).unwrap_err();
        assert_eq!(
            error,
            RowError::Damaged {
                reason: "bad page".to_owned()
            }
        );
    }
}
