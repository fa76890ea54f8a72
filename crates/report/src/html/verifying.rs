//! How a reader checks the evidence without believing this page.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use maud::{Markup, html};
use prova_core::statement::Keyring;

use super::{entries::file, link};
use crate::report::{EntryShown, Kept, Report};

/// The commands that a reader can type, and what they should print.
pub(super) fn section(report: &Report) -> Markup {
    let key = report.history.now().log_key();
    let example = report
        .verdict
        .findings
        .iter()
        .find_map(|finding| report.entries.get(&finding.entry))
        .or_else(|| report.entries.values().last());
    html! {
        p.lead { "Believe the evidence, not this page: whoever gave it to you could have written anything here." }
        h3 { "With Prova" }
        (with_prova(report))
        h3 { "By hand" }
        ol.steps {
            @if report.kept == Kept::Bundle {
                li {
                    "Unpack the file and compare every digest; nothing but tools of the system is needed."
                    (link::listing("Comparing digests", "unzip evidence.zip -d evidence && cd evidence\nsha256sum --check --quiet manifest-sha256.txt tagmanifest-sha256.txt"))
                }
            }
            @if let Some(example) = example { (leaf(report, example)) }
            li {
                "Climb from the leaf hash to the root with the hashes of its proof: a parent is SHA-256 over a byte 0x01, the left hash and the right "
                "hash (RFC 9162, section 2.1). You must arrive at "
                code.digest { (report.verdict.root) } "."
            }
            li {
                "Check the signature on the checkpoint. It is an Ed25519 signature (RFC 8032) over the checkpoint's first lines, each with its line "
                "feed, up to the blank line; what follows the name on the line below is base64 of four bytes of key id and 64 bytes of signature. "
                "The charter, entry 0, names the ledger's key, in base64: "
                code.digest { (STANDARD.encode(key.as_bytes())) } ". Ask somebody else for it too."
            }
            li {
                "Check who signed an entry: it is a DSSE envelope, and each signature is Ed25519 over "
                code { "DSSEv1 28 application/vnd.in-toto+json LENGTH PAYLOAD" }
                ", where the payload is the decoded one and the length its bytes in decimal. A key id is SHA-256 of the key's DER SubjectPublicKeyInfo; "
                "registry entries, whose subject is the ledger itself, say whose it is."
            }
            li {
                "Compare origin, size and root with a checkpoint that you got from somewhere else. Two different roots of one size prove that the "
                "ledger shows different things to different people."
            }
        }
    }
}

fn with_prova(report: &Report) -> Markup {
    match report.kept {
        Kept::Bundle => html! {
            p {
                "No network and no ledger is needed. " code { "trust.policy" } " says whose logs and witnesses you believe; get it from somebody whom you "
                "believe, not from the bundle."
            }
            (link::listing("Verifying with Prova", "prova verify evidence.zip --trust trust.policy"))
        },
        Kept::Ledger => {
            // The id of a component holds nothing that a shell would act on between quotes; other ids may.
            let asked: Vec<_> = report
                .asked()
                .filter_map(|page| page.subject().component())
                .collect();
            let commands: Vec<_> = match asked.as_slice() {
                [] => vec!["prova verify --ledger LEDGER --trust trust.policy".to_owned()],
                subjects => subjects
                    .iter()
                    .map(|subject| format!("prova verify '{subject}' --ledger LEDGER --trust trust.policy"))
                    .collect(),
            };
            html! {
                p {
                    code { "LEDGER" } " is the directory of the ledger, or a copy of it; " code { "trust.policy" } " says whose logs and witnesses you believe."
                }
                (link::listing("Verifying with Prova", &commands.join("\n")))
            }
        }
    }
}

/// The leaf hash of an entry, by a shell.
fn leaf(report: &Report, entry: &EntryShown) -> Markup {
    let index = entry.row.index;
    html! {
        li {
            "Compute the leaf hash of an entry and compare it, here for " (link::entry(report, index)) ": "
            code.digest { (entry.row.leaf) } "."
            @match report.kept {
                Kept::Bundle => {
                    (link::listing("Computing a leaf hash", &format!("(printf '\\0'; cat data/{}) | sha256sum", file(index.get()))))
                }
                Kept::Ledger => {
                    p.note {
                        "Entries lie in the ledger's " code { "tile/entries" } " files one after the other, each with its length before it in two bytes "
                        "(C2SP tlog-tiles)."
                    }
                }
            }
        }
    }
}
