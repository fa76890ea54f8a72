//! A bill of materials of the size of a whole distribution's, read as `prova attest` reads it.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
    time::Duration,
};

use crate::{
    Failure,
    bench::Bench,
    child,
    row::{BenchRow, Figure, FigureUnit, Goal},
    timing::timed,
};

/// About 200 MB, and below the limit of 200,000 components.
const COMPONENTS: u64 = 190_000;
/// What the reader promises: 150 MiB for any input.
const MEMORY: f64 = 157_286_400.0;

/// Time against merely reading the file, memory against what is promised.
pub(crate) fn read(bench: &mut Bench) -> Result<Vec<BenchRow>, Failure> {
    let file = bench.path("distribution.cdx.json");
    write(&file)?;
    let megabytes = std::fs::metadata(&file)?.len() / 1_000_000;
    let (outcome, bare) =
        timed(|| File::open(&file).and_then(|mut file| std::io::copy(&mut file, &mut std::io::sink())));
    outcome?;
    let taken = child::spawn("bom", &file)?;
    if taken.count != COMPONENTS {
        return Err(format!("{} components were read, want {COMPONENTS}", taken.count).into());
    }
    std::fs::remove_file(file)?;
    let bare = bare.max(Duration::from_nanos(1)).as_secs_f64();
    let mut rows = vec![BenchRow::over(
        format!("read a BOM of {megabytes} MB"),
        Figure::new(taken.seconds, FigureUnit::Seconds),
        "reading the bytes",
        Figure::new(bare, FigureUnit::Seconds),
        Goal::None,
    )];
    let name = format!("memory of reading a BOM of {megabytes} MB");
    rows.push(BenchRow::memory(name, taken.memory_peak, MEMORY));
    Ok(rows)
}

/// `CycloneDX` 1.6: components with what generators usually write, and what each depends on.
fn write(path: &Path) -> Result<(), Failure> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    write!(
        out,
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":["#
    )?;
    for number in 0..COMPONENTS {
        let comma = if number == 0 { "" } else { "," };
        let (minor, release) = (number % 40, number % 7);
        write!(
            out,
            r#"{comma}{{"type":"library","bom-ref":"pkg:deb/example/package-{number:06}@1.{minor}-{release}","name":"package-{number:06}","version":"1.{minor}-{release}","supplier":{{"name":"Distribution example","url":["https://packages.example/{number}"]}},"description":"{:-<476}","hashes":[{{"alg":"SHA-256","content":"{number:064x}"}}],"licenses":[{{"license":{{"id":"GPL-2.0-or-later"}}}}],"purl":"pkg:deb/example/package-{number:06}@1.{minor}-{release}","properties":[{{"name":"example:source","value":"source-{number:06}"}}]}}"#,
            "what the package is for "
        )?;
    }
    write!(out, r#"],"dependencies":["#)?;
    for number in 1..COMPONENTS {
        let comma = if number == 1 { "" } else { "," };
        let (minor, release) = (number % 40, number % 7);
        let on = number / 2;
        let (on_minor, on_release) = (on % 40, on % 7);
        write!(
            out,
            r#"{comma}{{"ref":"pkg:deb/example/package-{number:06}@1.{minor}-{release}","dependsOn":["pkg:deb/example/package-{on:06}@1.{on_minor}-{on_release}"]}}"#
        )?;
    }
    write!(out, "]}}")?;
    out.flush()?;
    Ok(())
}
