//! The leaves of the verifiable index, a bucket at a time.
//!
//! ```text
//! bucket = (key (32) || count u64 || accumulator (32)) …        big-endian; room for a power of two of them
//! ```
//! A bucket that outgrows its room moves to the end of the file, so that the file has four times the room of its leaves at most.

use std::{
    collections::HashMap,
    fs::File,
    io::{Read as _, Seek as _, SeekFrom, Write as _},
};

use prova_core::index::{Bucket, BucketStore, MapLeaf, MemoryBuckets};

use super::log::{failed, temporary};
use crate::rows::{RowError, decode_leaves, encode_leaves};

/// Leaves of the index: in memory while they are few.
#[derive(Debug)]
pub(crate) struct Buckets {
    few: MemoryBuckets,
    /// Leaves in memory.
    kept: usize,
    limit: usize,
    file: Option<Rooms>,
}

#[derive(Debug)]
struct Rooms {
    file: File,
    end: u64,
    places: HashMap<Bucket, Room>,
}

#[derive(Clone, Copy, Debug)]
struct Room {
    start: u64,
    capacity: usize,
    bytes: usize,
}

impl Buckets {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            few: MemoryBuckets::default(),
            kept: 0,
            limit,
            file: None,
        }
    }
}

impl BucketStore for Buckets {
    type Error = RowError;

    fn bucket(&self, bucket: Bucket) -> Result<Vec<MapLeaf>, RowError> {
        match self.file.as_ref().and_then(|file| file.read(bucket).transpose()) {
            Some(row) => decode_leaves(bucket, &row?),
            None => match self.few.bucket(bucket) {
                Ok(leaves) => Ok(leaves),
                Err(never) => match never {},
            },
        }
    }

    fn put(&mut self, bucket: Bucket, leaves: Vec<MapLeaf>) -> Result<(), RowError> {
        if let Some(file) = &mut self.file {
            return file.write(bucket, &encode_leaves(&leaves));
        }
        self.kept = self.kept.saturating_add(leaves.len());
        match self.few.put(bucket, leaves) {
            Ok(()) => {}
            Err(never) => match never {},
        }
        if self.kept > self.limit {
            // Buckets that stay in memory are few, and found there until they are put again.
            self.file = Some(Rooms {
                file: temporary()?,
                end: 0,
                places: HashMap::new(),
            });
        }
        Ok(())
    }
}

impl Rooms {
    fn read(&self, bucket: Bucket) -> Result<Option<Vec<u8>>, RowError> {
        let Some(room) = self.places.get(&bucket) else {
            return Ok(None);
        };
        let mut row = vec![0; room.bytes];
        let mut file = &self.file;
        file.seek(SeekFrom::Start(room.start))
            .and_then(|_| file.read_exact(&mut row))
            .map_err(failed)?;
        Ok(Some(row))
    }

    fn write(&mut self, bucket: Bucket, row: &[u8]) -> Result<(), RowError> {
        let room = match self.places.get(&bucket) {
            Some(room) if room.capacity >= row.len() => Room {
                bytes: row.len(),
                ..*room
            },
            _ => {
                let capacity = row.len().next_power_of_two();
                let start = self.end;
                let length = u64::try_from(capacity).unwrap_or(u64::MAX);
                self.end = self.end.saturating_add(length);
                Room {
                    start,
                    capacity,
                    bytes: row.len(),
                }
            }
        };
        self.places.insert(bucket, room);
        self.file
            .seek(SeekFrom::Start(room.start))
            .and_then(|_| self.file.write_all(row))
            .map_err(failed)
    }
}
