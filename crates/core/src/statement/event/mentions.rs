//! What an event names beside its subjects.

use super::{Attachment, Event, EventPredicate, Firmware};
use crate::{hash::LeafHash, id::ComponentId};

fn artefact(firmware: &Firmware) -> &ComponentId {
    &firmware.artefact
}

impl EventPredicate {
    /// The components that the event's fields name, subjects among them perhaps, in no order that means anything.
    #[must_use]
    pub fn components(&self) -> Vec<&ComponentId> {
        let mut named: Vec<&ComponentId> = Vec::new();
        match &self.event {
            Event::Manifest(manifest) => named.extend(manifest.runs_on.iter().chain(&manifest.replaces)),
            Event::Manufacture(manufacture) => {
                named.push(&manufacture.of_type);
                named.extend(manufacture.firmware.as_ref().map(artefact));
            }
            Event::Assemble(assemble) => {
                named.push(&assemble.parent);
                named.extend(assemble.parts.iter().map(|part| &part.component));
            }
            Event::Test(test) => named.extend(&test.artefacts),
            Event::Certify(certify) => named.extend(&certify.artefacts),
            Event::Install(install) => named.extend(install.firmware.as_ref().map(artefact)),
            Event::Update(update) => {
                named.extend(&update.from);
                named.push(&update.to.artefact);
            }
            Event::Maintain(maintain) => {
                named.extend(
                    maintain
                        .parent
                        .iter()
                        .chain(&maintain.parts_in)
                        .chain(&maintain.parts_out),
                );
            }
            Event::Notice(notice) => named.extend(&notice.fixed_in),
            Event::Measure(measure) => named.push(&measure.found.artefact),
            Event::Restrict(restrict) => named.extend(&restrict.scope.types),
            Event::Ship(_)
            | Event::Receive(_)
            | Event::Store(_)
            | Event::Recall(_)
            | Event::Decommission(_)
            | Event::Correct(_)
            | Event::Evidence(_)
            | Event::Finding(_) => {}
        }
        named
    }

    /// The documents that the event names by digest.
    #[must_use]
    pub fn documents(&self) -> Vec<&Attachment> {
        let mut named: Vec<&Attachment> = self.evidence.iter().collect();
        match &self.event {
            Event::Manifest(manifest) => named.extend(manifest.boms.iter().map(|bom| &bom.document)),
            Event::Test(test) => named.extend(&test.report),
            Event::Certify(certify) => named.extend(&certify.document),
            Event::Notice(notice) => named.extend(&notice.document),
            Event::Evidence(evidence) => named.push(&evidence.document),
            _ => {}
        }
        named
    }

    /// The entries that the event answers, corrects or rests on.
    #[must_use]
    pub fn entries(&self) -> Vec<&LeafHash> {
        match &self.event {
            Event::Receive(receive) => receive.ship.iter().collect(),
            Event::Correct(correct) => vec![&correct.target],
            Event::Finding(finding) => finding.entries.iter().collect(),
            _ => Vec::new(),
        }
    }
}
