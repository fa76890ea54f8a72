//! `prova append` killed with SIGKILL at random moments: what it acknowledged on its stdout is there, byte for byte.
//!
//! Each round starts the real command on a stream of entries, kills it either so long after its start or so long after one
//! of its acknowledgements, and opens the ledger again. `PROVA_CRASH_ROUNDS` says how many rounds (20 if unset),
//! `PROVA_CRASH_SEED` where chance begins.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test ends where something is wrong, and prints what it counted"
)]

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

use prova_core::{key::published_test_key, position::TreeSize};
use prova_store::{Ledger, NoProgress, Snapshot};
use prova_testkit::{builder::TestLedger, chance::Chance, independent};
use serde_json::Value;

/// Entries for one ledger; when few are left, the next round begins a new one.
const ENTRIES: usize = 700;

#[derive(Debug, Default)]
struct Counts {
    rounds: usize,
    acknowledged: usize,
    before_the_first: usize,
    unacknowledged_but_there: usize,
    ended_before: usize,
    ledgers: usize,
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

fn start(directory: &Path, key: &Path, batch: usize) -> Child {
    Command::new(env!("CARGO_BIN_EXE_prova"))
        .env_clear()
        .args([
            "append",
            "-",
            "--acknowledge",
            "--format",
            "json",
            "--batch",
            &batch.to_string(),
        ])
        .arg("--ledger")
        .arg(directory)
        .arg("--log-key")
        .arg(key)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The sizes acknowledged, as they come: only lines that ended.
fn acknowledgements(stdout: ChildStdout) -> Receiver<usize> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        while stdout.read_line(&mut line).is_ok_and(|length| length > 0) {
            // The summary at the end has many lines; of these none is a whole object.
            let parsed = serde_json::from_str::<Value>(&line).ok();
            let size = parsed.and_then(|value| value.get("size")?.as_u64());
            if let Some(size) = size.filter(|_| line.ends_with('\n'))
                && sender.send(size as usize).is_err()
            {
                break;
            }
            line.clear();
        }
    });
    receiver
}

/// One process, killed; the last size it acknowledged.
fn kill_one(
    directory: &Path,
    key: &Path,
    stream: Vec<u8>,
    chance: &mut Chance,
    counts: &mut Counts,
) -> Option<usize> {
    let mut child = start(directory, key, *chance.one_of(&[1, 3, 20, 90]));
    let mut stdin = child.stdin.take().unwrap();
    let feeder = thread::spawn(move || {
        // The pipe breaks when the process is killed.
        let _ = stdin.write_all(&stream);
    });
    let sizes = acknowledgements(child.stdout.take().unwrap());
    let mut last = None;
    if chance.below(3) > 0 {
        for _ in 0..=chance.below(6) {
            last = sizes.recv_timeout(Duration::from_secs(60)).ok().or(last);
        }
        thread::sleep(Duration::from_micros(chance.below(12_000) as u64));
    } else {
        thread::sleep(Duration::from_micros(chance.below(150_000) as u64));
    }
    // std::process kills with SIGKILL.
    child.kill().unwrap();
    let output = child.wait_with_output().unwrap();
    counts.ended_before += usize::from(output.status.code().is_some());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    feeder.join().unwrap();
    last = sizes.iter().last().or(last);
    counts.before_the_first += usize::from(last.is_none());
    last
}

#[test]
fn what_a_killed_process_acknowledged_is_there_byte_for_byte() {
    let rounds = setting("PROVA_CRASH_ROUNDS", 20) as usize;
    let seed = setting("PROVA_CRASH_SEED", 1);
    let mut chance = Chance::new(seed);
    let mut counts = Counts::default();
    let base = tempfile::tempdir().unwrap();
    let key = base.path().join("log.pem");
    fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../keys/log.pem"),
        &key,
    )
    .unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let log_key = || published_test_key("log").unwrap();

    let mut statements = TestLedger::new("ledger.example/2026");
    let mut pool = vec![statements.charter()];
    pool.extend(statements.enrolments());
    pool.extend(statements.units(0, ENTRIES - pool.len(), 0));
    let mut directory = base.path().to_owned();
    let mut size = ENTRIES;
    while counts.rounds < rounds {
        if size + 100 > ENTRIES {
            counts.ledgers += 1;
            directory = base.path().join(counts.ledgers.to_string());
            let mut ledger = Ledger::create(&directory, &pool[0], log_key()).unwrap();
            ledger.append(None, &pool[1..4]).unwrap();
            size = 4;
        }
        let round = counts.rounds;
        let mut stream = pool[size..].join(&b'\n');
        stream.push(b'\n');
        let acknowledged = kill_one(&directory, &key, stream, &mut chance, &mut counts).unwrap_or(size);
        let of_round = format!("round {round}, seed {seed}: {acknowledged} acknowledged");

        // Whoever only reads needs no repair.
        let read = Snapshot::open(&directory).expect(&of_round).size().get() as usize;
        assert!(read >= acknowledged, "{of_round}, {read} read");
        let mut ledger = Ledger::open(&directory, log_key(), &NoProgress).expect(&of_round);
        let found = independent::audit(&directory).expect(&of_round).entries;
        assert_eq!(found.len(), read, "{of_round}");
        assert!(found == pool[..read], "{of_round}: other bytes");
        assert_eq!(ledger.state().subjects("unit:").count(), read - 4, "{of_round}");
        // The same process goes on, or the next one does.
        size = read;
        if size < ENTRIES && chance.below(2) == 0 {
            let expected = TreeSize::new(size as u64);
            ledger
                .append(Some(expected), &pool[size..=size])
                .expect(&of_round);
            size += 1;
            let found = independent::audit(&directory).expect(&of_round).entries;
            assert!(found == pool[..size], "{of_round}: other bytes");
        }
        drop(ledger);
        counts.rounds += 1;
        counts.acknowledged += acknowledged.saturating_sub(4);
        counts.unacknowledged_but_there += usize::from(read > acknowledged);
    }
    assert_eq!(counts.rounds, rounds);
    println!(
        "{} rounds over {} ledgers: killed {} times before the first acknowledgement, {} times with a commit durable that was \
         not acknowledged yet; {} processes had ended; {} acknowledged entries looked for, 0 lost",
        counts.rounds,
        counts.ledgers,
        counts.before_the_first,
        counts.unacknowledged_but_there,
        counts.ended_before,
        counts.acknowledged,
    );
}
