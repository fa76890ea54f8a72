//! Rows to be written together.

/// A key with its value; `None`: it is gone.
pub(crate) type Row = (Vec<u8>, Option<Vec<u8>>);

/// Changes of rows, of which a later one replaces those before it.
#[derive(Debug, Default)]
pub struct WriteBatch {
    rows: Vec<Row>,
    appended: Vec<(Vec<u8>, Vec<u8>)>,
}

/// One change of a batch.
#[derive(Debug, PartialEq, Eq)]
pub enum RowChange {
    /// The key has this value from here on.
    Put(Vec<u8>, Vec<u8>),
    /// The key has no value any more.
    Remove(Vec<u8>),
    /// The key, which comes after all others of its group, has this value; it may be joined with the row before it.
    Append(Vec<u8>, Vec<u8>),
}

impl WriteBatch {
    /// Lets a key have a value.
    pub fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.rows.push((key, Some(value)));
    }

    /// Takes a key's value away, if it has any.
    pub fn remove(&mut self, key: Vec<u8>) {
        self.rows.push((key, None));
    }

    /// Adds a row to the end of its group, that is with a key above all that were ever written there. Appended rows come after all
    /// others of the batch, and are never removed.
    pub fn append(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.appended.push((key, value));
    }

    /// The changes, in the order in which they count.
    pub fn into_changes(self) -> impl Iterator<Item = RowChange> {
        let rows = self.rows.into_iter().map(|(key, value)| match value {
            Some(value) => RowChange::Put(key, value),
            None => RowChange::Remove(key),
        });
        let appended = self.appended.into_iter();
        rows.chain(appended.map(|(key, value)| RowChange::Append(key, value)))
    }
}
