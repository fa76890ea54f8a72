//! The organisations that signed, and what the registry says of them.

use maud::{Markup, html};
use prova_core::statement::event::role::Role;

use super::{foreign::foreign, link};
use crate::{
    report::Report,
    signer::{Signer, SignerKey},
};

/// A table of organisations with the keys that signed.
pub(super) fn section(report: &Report) -> Markup {
    let root = report.history.now().root();
    html! {
        p.lead {
            "The right to sign is itself recorded: a key speaks from the entry after the one that enrolled it up to the one that ended it, and its "
            "organisation only in the roles that it was given. New organisations are let in by the root of the ledger, of whose "
            (link::counted(root.keys.len(), "key", "keys")) " " (root.threshold) " must sign."
        }
        @for signer in &report.signers { (one(report, signer)) }
        @if report.signers.is_empty() { p { "No entry is shown." } }
    }
}

fn one(report: &Report, signer: &Signer) -> Markup {
    let name = signer.party.shown();
    let keys = html! {
        table {
            caption { "Keys of " (foreign(name)) " that signed what is shown here" }
            thead {
                tr { th scope="col" { "Key" } th scope="col" { "Right to sign" } th scope="col" { "Signed" } }
            }
            tbody { @for key in &signer.keys { (key_row(report, key)) } }
        }
    };
    html! {
        article.signer {
            h3 { (foreign(name)) }
            @if let Some(participant) = &signer.participant {
                p {
                    (foreign(signer.party.id.as_str())) ", " (participant.jurisdiction) ", enrolled in " (link::entry(report, participant.enrolled))
                    " as " (roles(&participant.roles))
                    @if let Some(parent) = &participant.parent {
                        "; controlled by " (foreign(report.history.now().name(parent)))
                    }
                    @if let Some(suspended) = participant.suspended { "; " strong { "suspended" } " in " (link::entry(report, suspended)) }
                    "."
                }
            } @else { p { "Holds a key of the root of the ledger, and is no participant." } }
            (link::scrolling(&format!("Keys of {}", prova_core::text::escape(name)), &keys))
        }
    }
}

fn roles<'a>(roles: impl IntoIterator<Item = &'a Role>) -> String {
    let names: Vec<_> = roles.into_iter().map(|role| role.name()).collect();
    names.join(", ")
}

fn key_row(report: &Report, key: &SignerKey) -> Markup {
    html! {
        tr {
            th scope="row" { code.digest { (key.key) } }
            td {
                @if let Some(record) = &key.record {
                    "from " (link::entry(report, record.enrolled)) " on"
                    @match (record.ended, &record.reason) {
                        (Some(ended), Some(reason)) => {
                            "; " strong { "revoked" } " in " (link::entry(report, ended)) ": " (foreign(reason))
                        }
                        (Some(ended), None) => { "; retired in " (link::entry(report, ended)) }
                        (None, _) => { ", in use" }
                    }
                    @if let Some(distrust) = &record.distrust {
                        "; " strong { "distrusted" } " from entry " (distrust.from) " on"
                    }
                } @else { "key of the root" }
            }
            td { (link::entries(report, &key.entries)) }
        }
    }
}
