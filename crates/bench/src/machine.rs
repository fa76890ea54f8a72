//! What the figures were measured on.
#![allow(
    unexpected_cfgs,
    reason = "the back end of curve25519-dalek is chosen by a flag that cargo does not know"
)]

use std::{fs, thread};

use serde::Serialize;

/// A machine and the flags of this build.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Machine {
    name: String,
    processors: usize,
    flags: Vec<&'static str>,
}

impl Machine {
    /// The machine that this runs on, by the name given or the one that the system knows.
    pub(crate) fn this(name: Option<String>) -> Self {
        Self {
            name: name
                .or_else(model)
                .unwrap_or_else(|| "unknown processor".to_owned()),
            processors: thread::available_parallelism().map_or(1, usize::from),
            flags: flags(),
        }
    }

    pub(crate) fn shown(&self) -> String {
        format!(
            "{}, {} processors; {}",
            self.name,
            self.processors,
            self.flags.join(", ")
        )
    }
}

fn model() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn flags() -> Vec<&'static str> {
    let mut flags = vec![if cfg!(debug_assertions) {
        "unoptimised build"
    } else {
        "release build"
    }];
    if cfg!(curve25519_dalek_backend = "avx512") {
        flags.push("curve25519_dalek_backend=\"avx512\"");
    }
    #[cfg(target_arch = "x86_64")]
    flags.push(if std::arch::is_x86_feature_detected!("avx512ifma") {
        "processor with AVX-512 IFMA"
    } else {
        "processor without AVX-512 IFMA"
    });
    flags
}

/// Most memory that this process ever had at once, in bytes; `None` where the system does not tell.
pub(crate) fn memory_peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
