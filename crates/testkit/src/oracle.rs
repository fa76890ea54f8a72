//! An engine of rows that is as simple as can be: a map in memory, in one file when it is flushed.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use prova_core::hash::Digest;
use prova_rows::{Engine, EngineError, KeyValue, RowChange, Scan, WriteBatch, disk::Disk};

/// Rows in a map. It never joins rows, so that it shows that nothing depends on it.
///
/// ```text
/// db = SHA-256(rest) || (key length u64 || key || value length u64 || value) …         big-endian
/// ```
#[derive(Debug)]
pub struct Oracle {
    disk: Arc<dyn Disk>,
    file: PathBuf,
    rows: Mutex<BTreeMap<Vec<u8>, Vec<u8>>>,
}

impl Oracle {
    /// Opens the rows in a directory, or makes a directory of none.
    ///
    /// # Errors
    /// A file that cannot be read, or is not what was written.
    pub fn open(disk: &Arc<dyn Disk>, directory: &Path) -> Result<Self, EngineError> {
        if disk.len(directory).is_err() {
            disk.create_dir(directory).map_err(failed)?;
        }
        let file = directory.join("db");
        let rows = match disk.len(&file) {
            Ok(length) => {
                decode(&disk.read(&file, length).map_err(failed)?).ok_or_else(|| EngineError::Damaged {
                    reason: "it was changed".to_owned(),
                })?
            }
            Err(_) => BTreeMap::new(),
        };
        Ok(Self {
            disk: Arc::clone(disk),
            file,
            rows: Mutex::new(rows),
        })
    }

    fn rows(&self) -> MutexGuard<'_, BTreeMap<Vec<u8>, Vec<u8>>> {
        self.rows.lock().expect("no test panicked before")
    }
}

#[allow(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn failed(error: std::io::Error) -> EngineError {
    EngineError::Failed {
        reason: error.to_string(),
    }
}

fn decode(bytes: &[u8]) -> Option<BTreeMap<Vec<u8>, Vec<u8>>> {
    let (digest, mut rest) = bytes.split_first_chunk::<32>()?;
    if Digest::of(rest).as_bytes() != digest {
        return None;
    }
    let mut take = || {
        let (length, more) = rest.split_first_chunk()?;
        let (text, more) = more.split_at_checked(usize::try_from(u64::from_be_bytes(*length)).ok()?)?;
        rest = more;
        Some(text.to_vec())
    };
    let mut rows = BTreeMap::new();
    while let Some(key) = take() {
        rows.insert(key, take()?);
    }
    Some(rows)
}

fn encode(rows: &BTreeMap<Vec<u8>, Vec<u8>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for text in rows.iter().flat_map(|(key, value)| [key, value]) {
        bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
        bytes.extend_from_slice(text);
    }
    [Digest::of(&bytes).as_bytes(), bytes.as_slice()].concat()
}

impl Drop for Oracle {
    fn drop(&mut self) {
        let _ = self.flush();
    }
}

impl Engine for Oracle {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        Ok(self.rows().get(key).cloned())
    }

    fn scan(&self, prefix: &[u8]) -> Scan {
        let rows = self.rows();
        let rows = rows.range(prefix.to_owned()..);
        let rows = rows.take_while(|(key, _)| key.starts_with(prefix));
        let rows = rows.filter(|(key, _)| key.len() > 1);
        let rows: Vec<_> = rows
            .map(|(key, value)| Ok((key.clone(), value.clone())))
            .collect();
        Box::new(rows.into_iter())
    }

    fn last(&self, prefix: &[u8], key: &[u8]) -> Result<Option<KeyValue>, EngineError> {
        let rows = self.rows();
        let last = rows.range(prefix.to_owned()..=key.to_owned()).next_back();
        Ok(last.map(|(key, value)| (key.clone(), value.clone())))
    }

    fn apply(&self, batch: WriteBatch) -> Result<(), EngineError> {
        let mut rows = self.rows();
        for change in batch.into_changes() {
            match change {
                RowChange::Put(key, value) | RowChange::Append(key, value) => rows.insert(key, value),
                RowChange::Remove(key) => rows.remove(&key),
            };
        }
        Ok(())
    }

    fn flush(&self) -> Result<(), EngineError> {
        let bytes = encode(&self.rows());
        let new = self.file.with_file_name("db.new");
        self.disk.write(&new, &bytes).map_err(failed)?;
        self.disk.sync(&new).map_err(failed)?;
        self.disk.rename(&new, &self.file).map_err(failed)?;
        self.file
            .parent()
            .map_or(Ok(()), |above| self.disk.sync(above))
            .map_err(failed)
    }
}
