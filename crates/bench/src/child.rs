//! This program as a process of its own, so that its memory is that of one task.
//!
//! ```text
//! prova-bench --child audit DIR | --child reindex DIR | --child bom FILE | --child bundle FILE        prints {"seconds":…,"memoryPeak":…}
//! ```

use std::{
    env,
    fs::File,
    io::BufReader,
    ops::ControlFlow,
    path::Path,
    process::{Command, Stdio},
};

use prova_bundle::bag::Bag;
use prova_formats::{
    bom::{Component, Sink, read_each},
    limits::Limits,
};
use prova_store::{NoProgress, Snapshot, audit, reindex};
use serde::{Deserialize, Serialize};

use crate::{Failure, machine::memory_peak, timing::timed};

/// The first word of the command line of such a process.
pub(crate) const WORD: &str = "--child";

/// What a task took.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Taken {
    pub(crate) seconds: f64,
    /// Bytes; absent where the system does not tell.
    pub(crate) memory_peak: Option<u64>,
    /// Signatures verified, entries indexed, or components read.
    pub(crate) count: u64,
}

/// Runs a task in a process of its own.
pub(crate) fn spawn(task: &str, path: &Path) -> Result<Taken, Failure> {
    let output = Command::new(env::current_exe()?)
        .args([WORD, task])
        .arg(path)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("the process for {task} ended with {}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// The task itself.
pub(crate) fn run(words: &[String]) -> Result<(), Failure> {
    let [task, path] = words else {
        return Err(format!("{WORD} wants a task and a path").into());
    };
    let path = Path::new(path);
    let (count, took) = match task.as_str() {
        "audit" => timed(|| audit_of(path)),
        "reindex" => timed(|| Ok(reindex(path, &NoProgress)?.get())),
        "bom" => timed(|| components_of(path)),
        "bundle" => timed(|| signatures_of(path)),
        other => return Err(format!("no task {other}").into()),
    };
    let taken = Taken {
        count: count?,
        seconds: took.as_secs_f64(),
        memory_peak: memory_peak(),
    };
    println!("{}", serde_json::to_string(&taken)?);
    Ok(())
}

fn audit_of(directory: &Path) -> Result<u64, Failure> {
    let snapshot = Snapshot::open(directory)?;
    Ok(audit(&snapshot, &NoProgress)?.signatures)
}

fn signatures_of(bundle: &Path) -> Result<u64, Failure> {
    let mut bag = Bag::open(File::open(bundle)?)?;
    let verified = prova_bundle::verify::verify(&mut bag, &NoProgress)?;
    let verdict = verified.dossier.verdict(None).to_canonical();
    if verdict.is_empty() {
        return Err("no verdict".into());
    }
    Ok(verified.dossier.signatures())
}

/// Counts components, as `prova attest` does.
struct ComponentCounter(u64);

impl Sink for ComponentCounter {
    fn component(&mut self, component: Component) -> ControlFlow<()> {
        drop(component);
        self.0 += 1;
        ControlFlow::Continue(())
    }
}

fn components_of(file: &Path) -> Result<u64, Failure> {
    let mut counter = ComponentCounter(0);
    read_each(
        BufReader::new(File::open(file)?),
        &Limits::default(),
        &mut counter,
    )?;
    Ok(counter.0)
}
