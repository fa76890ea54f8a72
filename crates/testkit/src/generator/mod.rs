//! Ledgers of any length, as a network would write them: the same bytes for the same seed.
//!
//! Invented organisations enrol, vendors announce types and release software, and then units are made, tested, sent,
//! received, installed, updated, maintained and taken out, in a plausible mixture. Entries are about 1 KiB; thirteen
//! keys sign all of them, operators and vendors most. Now and then something is wrong that a ledger records as a
//! finding: torn seals, software that nobody released, an address that two units have, a unit older than the ledger.
//!
//! Entries come one at a time. What is remembered is what is under way (some 20,000 units), not what was written.
//!
//! ```
//! use prova_testkit::generator::Generator;
//!
//! let entries: Vec<Vec<u8>> = Generator::new(1).take(100).collect();
//! assert_eq!(Generator::new(1).take(100).collect::<Vec<_>>(), entries);
//! ```

mod cast;
mod catalogue;
mod clerk;
mod founding;
#[expect(clippy::module_inception, reason = "the room is named for what is in it")]
mod generator;
mod life;
mod parts;

pub use self::{founding::ORIGIN, generator::Generator};
