//! Files and directories: what a ledger's directory holds, how a file becomes durable, and who may write.
//!
//! **May use** the engine's boundary to the file system (`prova_rows::disk`), and the ground. **Promises** that a file that was published is
//! whole and on the disk, under its name, and that one process at a time has the lock. What the files hold is not asked.

pub(crate) mod layout;
pub(crate) mod lock;
pub(crate) mod publish;
