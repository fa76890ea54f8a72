//! The rows, a file for each group. A new group is a file here and a line in [`GROUPS`].

mod admission;
mod audit;
mod bom;
mod bundles;
mod files;
mod git;
mod scale;
mod seals;
mod securesystemslib;

use crate::{Failure, bench::Bench, row::BenchRow};

/// Measures the rows of a group.
type Measurer = fn(&mut Bench) -> Result<Vec<BenchRow>, Failure>;

/// What the command line calls each group. The order is that of the report.
const GROUPS: [(&str, Measurer); 13] = [
    ("audit", audit::against_verify_strict),
    ("git", git::verify_commit),
    ("securesystemslib", securesystemslib::verify),
    ("memory", audit::memory),
    ("admission", admission::batches),
    ("append", admission::one),
    ("open", files::open),
    ("copies", files::reindex_and_backup),
    ("disk", files::disk),
    ("scale", scale::scale),
    ("bom", bom::read),
    // Last, since they go on with the ledger.
    ("seals", seals::seals),
    ("bundles", bundles::bundles),
];

/// The names of all groups.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    GROUPS.iter().map(|(name, _)| *name)
}

/// The groups with these names, in the order of the report; all if none is named.
pub(crate) fn chosen(wanted: &[String]) -> Result<Vec<(&'static str, Measurer)>, Failure> {
    if let Some(unknown) = wanted.iter().find(|wanted| !names().any(|name| name == *wanted)) {
        let known: Vec<_> = names().collect();
        return Err(format!("no row {unknown}, want one of {}", known.join(", ")).into());
    }
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    Ok(GROUPS.into_iter().filter(|(name, _)| is_wanted(name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_chosen_by_name_and_unknown_names_are_refused() {
        let names = |wanted: &[&str]| {
            let wanted: Vec<_> = wanted.iter().map(ToString::to_string).collect();
            chosen(&wanted).map(|groups| groups.into_iter().map(|(name, _)| name).collect::<Vec<_>>())
        };
        assert_eq!(names(&["open", "audit"]).unwrap(), ["audit", "open"]);
        assert_eq!(names(&[]).unwrap().len(), GROUPS.len());
        assert!(names(&["speed"]).is_err());
    }
}
