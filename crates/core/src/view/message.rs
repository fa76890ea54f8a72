//! The sentences of findings, made from their fields: here, and nowhere else.

use serde::{Serialize, Serializer};

use crate::{
    lifecycle::{Detail, Finding, FindingCode, Register, Severity},
    statement::event::custody::SealState,
};

/// What was found and what was expected, in one sentence without a full stop. It quotes what signers wrote, unescaped.
#[must_use]
pub fn message(detail: &Detail) -> String {
    match detail {
        Detail::NoBirth { got, want } => format!("the life begins with {got}, want {want}"),
        Detail::SecondBirth { born } => {
            format!("manufactured again; it was manufactured in entry {born} already")
        }
        Detail::ForeignManifest { by, maker } => format!("manifest by {by}, but the maker is {maker}"),
        Detail::UnnamedManufacturer { by, of_type } => {
            format!("made by {by}, whom no manifest of {of_type} names as manufacturer")
        }
        Detail::ForeignType { of_type } => format!("called a {of_type}, which is of another maker"),
        Detail::Clone { alias, holder } => format!("{alias} is {holder} already"),
        Detail::TimeBackwards { got, reached } => {
            format!("claims {got}, but the same organisation had claimed {reached} before")
        }
        Detail::AfterEnd { event, ended } => format!("{event} after the end in entry {ended}"),
        Detail::NotCustodian { by, event, holder } => format!("{by} {event}s it, but {holder} holds it"),
        Detail::NoShipment { by, .. } => {
            format!("received by {by} against an entry that is no open shipment of it")
        }
        Detail::NotHandedOver { by, from } => {
            format!("received by {by} without a shipment or a signature of {from}")
        }
        Detail::NotConsignee { by, to } => format!("received by {by}, but sent to {to}"),
        Detail::DoubleTransfer { open } => {
            format!("shipped again while the shipment of entry {open} is open")
        }
        Detail::DisputedTransfer { seals, .. } => match seals {
            SealState::Broken => "received with broken seals".to_owned(),
            SealState::Intact | SealState::None => "received under dispute".to_owned(),
        },
        Detail::TwoParents { parent, known } => format!("put into {parent}, but it is in {known}"),
        Detail::Cycle { parent } => format!("put into {parent}, which is inside it or nested too deep"),
        Detail::NotInParent { parent } => format!("taken out of {parent}, but it is in no unit"),
        Detail::InAnotherParent { parent, known } => format!("taken out of {parent}, but it is in {known}"),
        Detail::ShippedAlone { parent } => format!("shipped alone, but it is in {parent}"),
        Detail::TwoPlaces { slot, known } => format!("installed in {slot}, but it is in {known}"),
        Detail::SlotOccupied { unit, occupant } => format!("{unit} installed while {occupant} is in it"),
        Detail::NotInSlot {} => "removed from a slot where it is not".to_owned(),
        Detail::ForeignSlot { by } => {
            format!("{by} says it is filled, without a signature of the organisation whose slot it is")
        }
        Detail::UnreleasedFirmware { artefact } => {
            format!("runs {artefact}, which nobody who may has released")
        }
        Detail::WrongFirmware { artefact, of_type } => {
            format!("runs {artefact}, which is not released for {of_type}")
        }
        Detail::ForeignFirmware {
            artefact,
            producer,
            of_type,
        } => format!("runs {artefact} of {producer}, whom no manifest of {of_type} names as supplier"),
        Detail::InstalledWith { got, known } => format!("installed with {got}, but the ledger knew {known}"),
        Detail::UpdatedFrom { got, known } => format!("updated from {got}, but it ran {known}"),
        Detail::Measured { got, known } => format!("measured {got}, but the ledger knew {known}"),
        Detail::NotReceived { by } => format!("taken into use by {by}, who had not received it"),
        Detail::TitleGap { to, title } => format!("title should pass to {to}, but {title} has it"),
        Detail::SignedUnseen { register, changed } => format!(
            "signed without having seen that entry {changed} changed {}",
            match register {
                Register::Holder => "who has it",
                Register::Title => "who has title",
                Register::Place => "where it is",
                Register::Firmware => "what it runs",
                Register::End => "that its life is over",
            }
        ),
        Detail::Claim { by, event } => {
            format!("{by} states {event}, and may not write there: it changes nothing")
        }
        Detail::OtherAccount { by } => format!("{by} has an account of its own"),
        Detail::UnprovenOrigin { origin, index } => {
            format!("said to come from entry {index} of {origin}, which nothing here proves")
        }
        Detail::DistrustedKey {
            key,
            organisation,
            from,
            reason,
        } => format!(
            "signed by key {key} of {organisation}, which is distrusted from entry {from} on: {reason}"
        ),
    }
}

/// A finding as a program is shown it: its members, and beside them the sentence, which nobody reads back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FindingView {
    #[serde(flatten)]
    finding: Finding,
    message: String,
}

impl From<Finding> for FindingView {
    fn from(finding: Finding) -> Self {
        let message = message(&finding.detail);
        Self { finding, message }
    }
}

/// Writes findings with their sentences, for `#[serde(serialize_with)]`.
///
/// # Errors
/// Those of the serialiser.
pub fn with_messages<S: Serializer>(findings: &[Finding], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(findings.iter().cloned().map(FindingView::from))
}

/// Writes what is wrong with one entry, with its sentences, for `#[serde(serialize_with)]`.
pub(super) fn details_with_messages<S: Serializer>(
    details: &[Detail],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct DetailView<'a> {
        code: FindingCode,
        severity: Severity,
        detail: &'a Detail,
        message: String,
    }
    serializer.collect_seq(details.iter().map(|detail| DetailView {
        code: detail.code(),
        severity: detail.code().severity(),
        detail,
        message: message(detail),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "9d14ca8ae41f42df55cb4a30bd16e86f6263340e92456db570545a38b31b38b1";

    /// What stands for a place in FORMAT.md: the same thing wherever it comes first in a detail, another where it comes again.
    fn value(kind: &str, before: usize) -> String {
        match kind {
            "event" => ["\"install\"", "\"manufacture\""][before].to_owned(),
            "index" => "7".to_owned(),
            "org" => format!("\"dns:{}.example\"", ["nordlys", "carrier"][before]),
            "id" => format!("\"unit:dns:nordlys.example/AAU/{before}\""),
            "alias" => "\"mac:00005e000001\"".to_owned(),
            "time" => format!("\"2026-03-0{}T08:00:00Z\"", before + 1),
            "hex" => format!("\"{KEY}\""),
            "seals" => "\"broken\"".to_owned(),
            "inspection" => "\"accepted\"".to_owned(),
            "quote" => "\"stolen\"".to_owned(),
            "register" => "\"place\"".to_owned(),
            "origin" => "\"ledger.example/2026\"".to_owned(),
            other => panic!("<{other}>"),
        }
    }

    /// The details that FORMAT.md lists, each with its code and places filled in.
    fn listed() -> Vec<(&'static str, Detail)> {
        let page = include_str!("../../FORMAT.md");
        let (_, block) = page.split_once("```shapes finding-details\n").unwrap();
        let (block, _) = block.split_once("```").unwrap();
        let lines = block.lines().map(|line| {
            let (code, shape) = line.split_once(' ').unwrap();
            let mut pieces = shape.trim().split('<');
            let mut json = pieces.next().unwrap().to_owned();
            let mut kinds = Vec::new();
            for piece in pieces {
                let (kind, rest) = piece.split_once('>').unwrap();
                let before = kinds.iter().filter(|other| **other == kind).count();
                json += &(value(kind, before) + rest);
                kinds.push(kind);
            }
            let detail: Detail =
                serde_json::from_str(&json).unwrap_or_else(|error| panic!("{json}: {error}"));
            assert_eq!(serde_json::to_string(&detail).unwrap(), json);
            assert_eq!(detail.code().name(), code);
            (line, detail)
        });
        lines.collect()
    }

    #[test]
    fn every_detail_is_in_the_format_document_and_has_its_sentence() {
        let sentences = [
            "the life begins with install, want manufacture",
            "manufactured again; it was manufactured in entry 7 already",
            "manifest by dns:nordlys.example, but the maker is dns:carrier.example",
            "made by dns:nordlys.example, whom no manifest of unit:dns:nordlys.example/AAU/0 names as manufacturer",
            "called a unit:dns:nordlys.example/AAU/0, which is of another maker",
            "mac:00005e000001 is unit:dns:nordlys.example/AAU/0 already",
            "claims 2026-03-01T08:00:00Z, but the same organisation had claimed 2026-03-02T08:00:00Z before",
            "install after the end in entry 7",
            "dns:nordlys.example installs it, but dns:carrier.example holds it",
            "received by dns:nordlys.example against an entry that is no open shipment of it",
            "received by dns:nordlys.example without a shipment or a signature of dns:carrier.example",
            "taken into use by dns:nordlys.example, who had not received it",
            "title should pass to dns:nordlys.example, but dns:carrier.example has it",
            "received by dns:nordlys.example, but sent to dns:carrier.example",
            "shipped again while the shipment of entry 7 is open",
            "received with broken seals",
            "put into unit:dns:nordlys.example/AAU/0, but it is in unit:dns:nordlys.example/AAU/1",
            "put into unit:dns:nordlys.example/AAU/0, which is inside it or nested too deep",
            "taken out of unit:dns:nordlys.example/AAU/0, but it is in no unit",
            "taken out of unit:dns:nordlys.example/AAU/0, but it is in unit:dns:nordlys.example/AAU/1",
            "shipped alone, but it is in unit:dns:nordlys.example/AAU/0",
            "installed in unit:dns:nordlys.example/AAU/0, but it is in unit:dns:nordlys.example/AAU/1",
            "unit:dns:nordlys.example/AAU/0 installed while unit:dns:nordlys.example/AAU/1 is in it",
            "removed from a slot where it is not",
            "dns:nordlys.example says it is filled, without a signature of the organisation whose slot it is",
            "runs unit:dns:nordlys.example/AAU/0, which nobody who may has released",
            "runs unit:dns:nordlys.example/AAU/0, which is not released for unit:dns:nordlys.example/AAU/1",
            "runs unit:dns:nordlys.example/AAU/0 of dns:nordlys.example, whom no manifest of unit:dns:nordlys.example/AAU/1 names as supplier",
            "installed with unit:dns:nordlys.example/AAU/0, but the ledger knew unit:dns:nordlys.example/AAU/1",
            "updated from unit:dns:nordlys.example/AAU/0, but it ran unit:dns:nordlys.example/AAU/1",
            "measured unit:dns:nordlys.example/AAU/0, but the ledger knew unit:dns:nordlys.example/AAU/1",
            "signed without having seen that entry 7 changed where it is",
            "said to come from entry 7 of ledger.example/2026, which nothing here proves",
            "dns:nordlys.example states install, and may not write there: it changes nothing",
            "dns:nordlys.example has an account of its own",
            &format!(
                "signed by key {KEY} of dns:nordlys.example, which is distrusted from entry 7 on: stolen"
            ),
        ];
        let listed = listed();
        assert_eq!(listed.len(), sentences.len());
        for ((line, detail), want) in listed.iter().zip(sentences) {
            assert_eq!(message(detail), want, "{line}");
        }
        let disputed = r#"{"disputedTransfer":{"seals":"none","inspection":"disputed"}}"#;
        let disputed = serde_json::from_str(disputed).unwrap();
        assert_eq!(message(&disputed), "received under dispute");
        // The parser lists the variants that it knows.
        let error = serde_json::from_str::<Detail>(r#"{"other":{}}"#)
            .unwrap_err()
            .to_string();
        let known: Vec<_> = error.split('`').skip(3).step_by(2).collect();
        let tags = listed.iter().map(|(line, _)| line.split('"').nth(1).unwrap());
        assert_eq!(tags.collect::<Vec<_>>(), known);
        let codes: std::collections::BTreeSet<_> = listed.iter().map(|(_, detail)| detail.code()).collect();
        assert_eq!(codes.into_iter().collect::<Vec<_>>(), FindingCode::ALL);
    }

    #[test]
    fn a_finding_is_told_with_its_sentence_last() {
        let finding = Finding {
            subject: "unit:dns:nordlys.example/AAU/1".parse().unwrap(),
            entry: crate::position::EntryIndex::new(3),
            detail: Detail::NotInSlot {},
        };
        assert_eq!(
            serde_json::to_string(&FindingView::from(finding)).unwrap(),
            r#"{"code":"not-in-slot","severity":"contradiction","subject":"unit:dns:nordlys.example/AAU/1","entry":3,"detail":{"notInSlot":{}},"message":"removed from a slot where it is not"}"#
        );
    }
}
