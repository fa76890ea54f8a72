//! Disks that fail, fill up and lose what was never waited for.

mod fault_disk;
mod page_cache;

pub use self::{
    fault_disk::{AfterChange, DiskFault, FaultDisk, MODES, Mode, OtherFiles},
    page_cache::{Content, Image, Left, PageCache, Unsynced},
};
