//! Which of the events one is, without what it says.

use serde::{Deserialize, Serialize};

use super::Event;

macro_rules! kinds {
    ($($name:ident = $text:literal),+ $(,)?) => {
        /// The kinds of event, by the names that statements and commands call them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum EventKind {
            $(#[doc = concat!("That of [`Event::", stringify!($name), "`].")] #[serde(rename = $text)] $name),+
        }

        impl EventKind {
            /// The name in statements and on the command line.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text),+
                }
            }
        }

        impl Event {
            /// The names of all events, in the order in which FORMAT.md lists them.
            pub const NAMES: &[&'static str] = &[$($text),+];

            /// Which kind of event it is.
            #[must_use]
            pub fn kind(&self) -> EventKind {
                match self {
                    $(Self::$name(_) => EventKind::$name),+
                }
            }

            /// The name in statements and on the command line.
            #[must_use]
            pub fn name(&self) -> &'static str {
                self.kind().name()
            }
        }
    };
}

kinds! {
    Manifest = "manifest",
    Manufacture = "manufacture",
    Assemble = "assemble",
    Test = "test",
    Certify = "certify",
    Ship = "ship",
    Receive = "receive",
    Store = "store",
    Install = "install",
    Update = "update",
    Maintain = "maintain",
    Notice = "notice",
    Recall = "recall",
    Measure = "measure",
    Decommission = "decommission",
    Correct = "correct",
    Evidence = "evidence",
    Restrict = "restrict",
    Finding = "finding",
}

impl std::fmt::Display for EventKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
