//! One writer at a time: an advisory lock on the file `lock`, held as long as the value lives.
//!
//! The lock belongs to the open file, so that it ends with its process, however that ends. Who only reads takes it for
//! as long as it looks things up in the store, which one process at a time can open; a writer therefore waits a little.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

/// How long a writer waits for readers to let go.
const PATIENCE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(20);

/// The right to open the store.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Why there is no lock.
#[derive(Debug)]
pub(crate) enum LockError {
    /// Another process, or another handle in this one, has it.
    Held {
        pid: Option<u32>,
    },
    Io(io::Error),
}

impl Lock {
    /// Waits for the lock, and writes this process's number into the file.
    pub(crate) fn write(path: &Path) -> Result<Self, LockError> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(LockError::Io)?;
        let started = Instant::now();
        while !try_lock(&file)? {
            if started.elapsed() >= PATIENCE {
                return Err(LockError::Held {
                    pid: holder(&mut file),
                });
            }
            sleep(PAUSE);
        }
        // Only a help to who asks: a full disk must not keep anybody from opening.
        let _ = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        Ok(Self { _file: file })
    }

    /// The lock, if it is free now and its file is there. Needs no permission to write.
    pub(crate) fn read(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        match try_lock(&file) {
            Ok(true) => Some(Self { _file: file }),
            Ok(false) | Err(_) => None,
        }
    }
}

fn try_lock(file: &File) -> Result<bool, LockError> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(LockError::Io(error)),
    }
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_once_and_says_by_whom() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lock");
        assert!(Lock::read(&path).is_none());
        let held = Lock::write(&path).unwrap();
        assert!(Lock::read(&path).is_none());
        let Err(LockError::Held { pid }) = Lock::write(&path) else {
            panic!("locked twice");
        };
        assert_eq!(pid, Some(std::process::id()));
        drop(held);
        assert!(Lock::read(&path).is_some());
    }
}
