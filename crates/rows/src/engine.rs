//! What an engine of rows is to whoever keeps rows in one.

use std::fmt::Debug;

use crate::{EngineError, WriteBatch};

/// A key and its value.
pub type KeyValue = (Vec<u8>, Vec<u8>);

/// A key and its value where they stand.
pub type KeyValueRef<'a> = (&'a [u8], &'a [u8]);

/// Rows in ascending order of their keys. After an error there is nothing more.
pub type Scan = Box<dyn Iterator<Item = Result<KeyValue, EngineError>> + Send>;

/// Rows by key. A key of one byte is that of a *head*: a row that most batches replace. Keys are not empty.
pub trait Engine: Debug + Send + Sync {
    /// The value of a key.
    ///
    /// # Errors
    /// Files that cannot be read, or are damaged.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError>;

    /// The rows whose keys begin with a prefix, as they are now. Heads are not among them.
    fn scan(&self, prefix: &[u8]) -> Scan;

    /// The last row of a group that is not above `key`, where the rows of the group were written in order of their keys, and none was
    /// removed; `prefix` is what their keys have in common.
    ///
    /// # Errors
    /// Files that cannot be read, or are damaged.
    fn last(&self, prefix: &[u8], key: &[u8]) -> Result<Option<KeyValue>, EngineError>;

    /// Writes all rows of a batch or none. Readers see them at once; on the disk they are after the next [`Engine::flush`], if not before.
    ///
    /// # Errors
    /// Files that cannot be written. The engine must be opened again then: what is in memory and what is on the disk may differ.
    fn apply(&self, batch: WriteBatch) -> Result<(), EngineError>;

    /// Waits until every row is on the disk.
    ///
    /// # Errors
    /// Files that cannot be written. The disk has some earlier state then, whole.
    fn flush(&self) -> Result<(), EngineError>;
}

/// What an engine is told of the rows that it keeps: which of them are looked for together, and when two are as good as one.
///
/// An engine may ask as often as it likes, or never: the answers make rows fewer and quicker to find, and change nothing that they say.
/// They must not depend on anything but the arguments.
pub trait Grouping: Debug + Send + Sync {
    /// How many bytes at the beginning of a key the rows of a group have in common; `None`: it is looked for alone. A prefix that is no
    /// whole group has no length either, or another than its own.
    fn group_length(&self, key: &[u8]) -> Option<usize>;

    /// The value of one row that says what two neighbours of a group say, if there is one. It takes the key of the first.
    fn join(&self, row: KeyValueRef<'_>, next: KeyValueRef<'_>) -> Option<Vec<u8>>;
}

/// The part of a key that it has in common with the rows that are looked for together with its own.
pub(crate) fn group<'a>(grouping: &dyn Grouping, key: &'a [u8]) -> &'a [u8] {
    let length = grouping.group_length(key).unwrap_or(key.len());
    key.get(..length).unwrap_or(key)
}

/// Whether rows whose keys begin with this are a group, and all of it.
pub(crate) fn is_group(grouping: &dyn Grouping, prefix: &[u8]) -> bool {
    grouping.group_length(prefix) == Some(prefix.len())
}

/// Whether a key is that of a head.
pub(crate) fn is_head(key: &[u8]) -> bool {
    key.len() == 1
}
