//! Disks that fail, fill up and lose what was never waited for: whatever they do, nothing acknowledged is lost.
//!
//! Every case is found by counting: an operation is run once to see how often it asks the disk for a change (or a read), and
//! then once for each of them. `PROVA_FAULTS=full` tries more of what a power failure may leave.

mod matrix;
mod scenario;
