//! What evidence is to be about, and what of it is left out.

use std::str::FromStr;

use prova_bundle::export::{Withhold, Withholding};
use prova_core::{
    id::SubjectId,
    position::{EntryIndex, TreeSize},
    verdict::{
        BundleScope,
        bundle_scope::{IndexRange, Period},
    },
};
use prova_query::ExportSubject;

use super::ExportArgs;
use crate::error::CommandError;

/// `A..B`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch(IndexRange);

impl FromStr for Stretch {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let range = text.split_once("..").and_then(|(from, to)| {
            Some(IndexRange {
                from: EntryIndex::new(from.parse().ok()?),
                to: TreeSize::new(to.parse().ok()?),
            })
        });
        range
            .map(Self)
            .ok_or_else(|| "want two indices such as «0..51»".to_owned())
    }
}

/// What `--withhold` names: one document, those missing, or all.
#[derive(Clone, Copy, Debug)]
pub(super) struct LeftOut(Withhold);

impl FromStr for LeftOut {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(Self(match text {
            "missing" => Withhold::Missing,
            "all" => Withhold::All,
            digest => Withhold::Document(
                digest
                    .parse()
                    .map_err(|error| format!("{error}; or «missing», or «all»"))?,
            ),
        }))
    }
}

impl ExportArgs {
    fn components(&self) -> Result<Vec<SubjectId>, CommandError> {
        let subject = |what: &ExportSubject| match what {
            ExportSubject::Subject(subject) => Ok(subject.clone()),
            ExportSubject::Entry(index) => {
                let error = CommandError::caller(format!("{index} is no component"));
                Err(error.hint("single entries go out with --as, stretches of them with --range"))
            }
        };
        self.what.iter().map(subject).collect()
    }

    pub(super) fn scope(&self) -> Result<BundleScope, CommandError> {
        Ok(if let Some(org) = &self.org {
            BundleScope::Organisation(org.clone())
        } else if let Some(of_type) = &self.of_type {
            BundleScope::Type(of_type.clone())
        } else if let Some(slot) = &self.slot {
            BundleScope::Slot(slot.clone())
        } else if let Some(Stretch(range)) = self.range {
            BundleScope::Range(range)
        } else if let (Some(from), Some(to)) = (self.from, self.to) {
            BundleScope::Time(Period { from, to })
        } else if self.what.is_empty() {
            let message = "nothing was named that the evidence is to be about";
            return Err(CommandError::caller(message));
        } else {
            BundleScope::components(self.components()?)
        })
    }

    pub(super) fn withholding(&self) -> Option<Withholding> {
        Some(Withholding {
            what: self.withhold.iter().map(|LeftOut(withhold)| *withhold).collect(),
            reason: self.reason.clone()?,
            authority: self.authority.clone(),
        })
    }
}
