//! Whatever entries a ledger is offered: no panic, and an audit of what was admitted comes to the same ledger.
#![no_main]

use libfuzzer_sys::fuzz_target;
use prova_fuzz::ledger::follow_script;

fuzz_target!(|script: &[u8]| follow_script(script));
