//! What a ledger's directory publishes of itself: its format, the checkpoint, and the charter by which that is signed.

use std::{ffi::OsString, io};

use prova_core::{
    log::{SignedCheckpoint, Vkey, merkle::Bundle},
    position::{EntryIndex, TreeSize},
    registry::Registry,
    statement::{Keyring as _, Predicate, Unverified, Verified},
};

use crate::{
    disk::{
        layout::{self, Layout},
        publish::{Disk, is_temporary, is_there},
    },
    log::{
        open_error::{OpenError, read_only},
        tiles::{ReadError, TileFiles},
    },
};

/// The largest `format` file that is looked at, in bytes.
const MAX_FORMAT_BYTES: u64 = 1024;
/// The largest checkpoint, in bytes: that of a signed note.
const MAX_CHECKPOINT_BYTES: u64 = 1_000_000;

/// Checks that a directory is a ledger that was created whole, and of a version that can be read.
pub(crate) fn check_directory(disk: &dyn Disk, layout: &Layout) -> Result<(), OpenError> {
    let directory = layout.root().to_owned();
    let format = match disk.read(&layout.format(), MAX_FORMAT_BYTES) {
        Ok(format) => format,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(match disk.list(layout.root()) {
                Ok(names) if names == [layout.new_format_name()] => OpenError::HalfCreated { directory },
                Ok(names) if !names.is_empty() => OpenError::NotALedger { directory },
                Ok(_) if is_there(disk, layout.root())? => OpenError::Empty { directory },
                Ok(_) => OpenError::Missing { directory },
                Err(source) => read_only(layout.root(), source),
            });
        }
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(OpenError::NotALedger { directory });
        }
        Err(source) => return Err(read_only(&layout.format(), source)),
    };
    layout::check_format(&format).map_err(|source| OpenError::Format { directory, source })
}

pub(crate) fn read_checkpoint(disk: &dyn Disk, layout: &Layout) -> Result<SignedCheckpoint, OpenError> {
    let path = layout.checkpoint();
    let bytes = match disk.read(&path, MAX_CHECKPOINT_BYTES) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let directory = layout.root().to_owned();
            return Err(if holds_more_than_a_charter(disk, layout)? {
                OpenError::NoCheckpoint { directory }
            } else {
                OpenError::HalfCreated { directory }
            });
        }
        Err(source) => return Err(read_only(&path, source)),
    };
    SignedCheckpoint::parse(&bytes).map_err(|source| OpenError::Checkpoint { source })
}

/// Whether there are entries that only a published checkpoint can have been followed by.
fn holds_more_than_a_charter(disk: &dyn Disk, layout: &Layout) -> Result<bool, OpenError> {
    let partial = layout.root().join("tile/entries/000.p");
    let names = disk
        .list(&partial)
        .map_err(|source| read_only(&partial, source))?;
    let is_wider = |name: &OsString| !is_temporary(name) && name.as_encoded_bytes() != b"1";
    Ok(names.iter().any(is_wider) || is_there(disk, &layout.root().join("tile/entries/000"))?)
}

/// Reads entry 0 and verifies it by what it says itself.
pub(crate) fn read_charter(tiles: &TileFiles, size: TreeSize) -> Result<(Verified, Registry), OpenError> {
    let index = EntryIndex::new(0);
    let (bundle, _) =
        Bundle::of_entry(index, size).ok_or(OpenError::Read(ReadError::NotInLog { index, size }))?;
    let (file, bytes) = tiles.entry(bundle, 0)?;
    let entry = Unverified::decode(&bytes)
        .map_err(|source| OpenError::CharterEntry {
            file: file.clone(),
            source: source.into(),
        })?
        .verify_first()
        .map_err(|source| OpenError::CharterSignature {
            file: file.clone(),
            source: source.into(),
        })?;
    let Predicate::Charter(charter) = &entry.statement().predicate else {
        return Err(OpenError::NoCharter);
    };
    let founding =
        Registry::found(charter, entry.signers()).map_err(|source| OpenError::Charter { file, source })?;
    Ok((entry, founding))
}

/// Whether the key of a registry signed a checkpoint of its ledger.
pub(crate) fn verify_checkpoint(checkpoint: &SignedCheckpoint, registry: &Registry) -> Result<(), OpenError> {
    checkpoint
        .verify(&Vkey::of_log(registry.origin(), registry.log_key()))
        .map(|_| ())
        .map_err(|source| OpenError::CheckpointSignature { source })
}
