//! Prints the first entries of a generated ledger, one a line: `generate SEED COUNT`.

use std::{
    env,
    io::{self, BufWriter, Write as _},
};

use prova_testkit::generator::Generator;

fn main() -> io::Result<()> {
    let mut numbers = env::args().skip(1).map(|word| word.parse::<u64>());
    let (Some(Ok(seed)), Some(Ok(count))) = (numbers.next(), numbers.next()) else {
        return Err(io::Error::other("want a seed and how many entries"));
    };
    let mut out = BufWriter::new(io::stdout().lock());
    for entry in Generator::new(seed).take(usize::try_from(count).unwrap_or(usize::MAX)) {
        out.write_all(&entry)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}
