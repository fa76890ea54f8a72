//! The files of a table's runs.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Run, RunDescription, RunKind, RunWriter, UpperBlocks, failed, unreadable};
use crate::{EngineError, disk::Disk};

/// The directory of a table's runs, and those of their blocks that say where others are.
#[derive(Clone, Debug)]
pub(crate) struct RunFiles {
    disk: Arc<dyn Disk>,
    directory: PathBuf,
    upper: UpperBlocks,
}

impl RunFiles {
    /// The runs in a directory.
    pub(crate) fn new(disk: Arc<dyn Disk>, directory: PathBuf) -> Self {
        Self {
            disk,
            directory,
            upper: UpperBlocks::default(),
        }
    }

    fn path(&self, id: u32) -> PathBuf {
        self.directory.join(format!("{id:010}"))
    }

    /// Writes a run of `most` rows at most; `None`: there was none. Until it is in the manifest, it counts for nothing; if it fails,
    /// nothing is left of it.
    pub(crate) fn write(
        &self,
        id: u32,
        rank: u32,
        most: u64,
        rows: impl FnOnce(&mut RunWriter) -> Result<(), EngineError>,
    ) -> Result<Option<Run>, EngineError> {
        let written = self.write_file(id, rank, most, rows);
        if !matches!(written, Ok(Some(_))) {
            // The disk may be full. What stays nevertheless is removed by the next process that writes.
            let _ = self.remove(id);
        }
        written
    }

    fn write_file(
        &self,
        id: u32,
        rank: u32,
        most: u64,
        rows: impl FnOnce(&mut RunWriter) -> Result<(), EngineError>,
    ) -> Result<Option<Run>, EngineError> {
        self.make_directory()?;
        let path = self.path(id);
        let mut writer = RunWriter::create(&self.disk, &path, id, most)?;
        rows(&mut writer)?;
        let Some(description) = writer.finish(rank)? else {
            return Ok(None);
        };
        // Only what is on the disk may be in a manifest.
        self.disk.sync(&path).map_err(failed(id))?;
        self.sync(&self.directory)?;
        self.open(description).map(Some)
    }

    fn make_directory(&self) -> Result<(), EngineError> {
        let unreadable = |error| unreadable(&self.directory, &error);
        match self.disk.len(&self.directory) {
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(unreadable(error)),
        }
        match self.disk.create_dir(&self.directory) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(unreadable(error)),
            _ => {}
        }
        self.directory.parent().map_or(Ok(()), |above| self.sync(above))
    }

    fn sync(&self, directory: &Path) -> Result<(), EngineError> {
        let synced = self.disk.sync(directory);
        synced.map_err(|error| unreadable(directory, &error))
    }

    /// The run that a manifest describes.
    pub(crate) fn open(&self, description: RunDescription) -> Result<Run, EngineError> {
        let id = description.id;
        let file = self.disk.open(&self.path(id)).map_err(failed(id))?;
        Run::open(RunKind::Durable, description, file, self.upper.clone())
    }

    /// Removes a run; whoever reads it still can.
    pub(crate) fn remove(&self, id: u32) -> Result<(), EngineError> {
        match self.disk.remove_file(&self.path(id)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(id)(error)),
            _ => Ok(()),
        }
    }

    /// The runs that are there, whether or not a manifest names them.
    pub(crate) fn all(&self) -> Result<Vec<u32>, EngineError> {
        let names = self.disk.list(&self.directory);
        let names = names.map_err(|error| unreadable(&self.directory, &error))?;
        let ids = names.iter().filter_map(|name| name.to_str()?.parse().ok());
        let mut all: Vec<u32> = ids.collect();
        all.sort_unstable();
        Ok(all)
    }
}
