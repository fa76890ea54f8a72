//! What an SPDX document says about itself (clause 6), and who said it.

use crate::{
    bom::{BomParty, DigestAlgorithm, DocumentLink, Licence, LicenceBasis, PartyKind, StatedDigest},
    cyclonedx::stated_digest,
    json::{
        context::{Context, Refused},
        fields::Fields,
        node::Node,
    },
    read::DocumentReader,
    warning::quote,
};

/// The name that every SPDX document gives itself.
pub(crate) const DOCUMENT: &str = "SPDXRef-DOCUMENT";

/// Who somebody is, or the statement that it is not said.
pub(super) enum Named {
    Party(BomParty),
    Tool(String),
    NoAssertion,
}

/// Reads `Organization: Name (contact)`, `Person: …`, `Tool: …` or `NOASSERTION` (clauses 6.8, 7.5).
pub(super) fn named(context: &mut Context, text: &str) -> Named {
    if text == "NOASSERTION" {
        return Named::NoAssertion;
    }
    let (kind, rest) = match text.split_once(':') {
        Some(("Organization", rest)) => (PartyKind::Organisation, rest),
        Some(("Person", rest)) => (PartyKind::Person, rest),
        Some(("Tool", rest)) => return Named::Tool(rest.trim().to_owned()),
        _ => {
            context.warn(
                quote(text),
                "\"Organization: …\", \"Person: …\", \"Tool: …\" or NOASSERTION",
            );
            (PartyKind::Unstated, text)
        }
    };
    let rest = rest.trim();
    let (name, contact) = match rest.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) {
        Some((name, contact)) => (name.trim(), contact.trim()),
        None => (rest, ""),
    };
    let contacts = if contact.is_empty() {
        Vec::new()
    } else {
        vec![contact.to_owned()]
    };
    Named::Party(BomParty {
        kind,
        name: name.to_owned(),
        country: None,
        contacts,
    })
}

/// A top-level member with one value.
pub(super) fn member(reading: &mut DocumentReader<'_>, key: &str, value: Node) {
    let mut fields = Fields::new(vec![(key.to_owned(), value)]);
    let context = &mut reading.context;
    let document = &mut reading.document;
    match key {
        "SPDXID" => {
            if let Some(text) = fields.text(context, "SPDXID").filter(|text| text != DOCUMENT) {
                context.within("SPDXID", |context| {
                    context.warn(quote(&text), format!("\"{DOCUMENT}\""));
                });
            }
        }
        "name" => document.name = fields.text(context, "name"),
        "documentNamespace" => {
            document.id = fields.text(context, "documentNamespace");
            if let Some(text) = document
                .id
                .as_deref()
                .filter(|text| !text.contains(':') || text.contains('#'))
            {
                context.within("documentNamespace", |context| {
                    context.warn(quote(text), "a URI without \"#\"");
                });
            }
        }
        "dataLicense" => {
            let text = fields.text(context, "dataLicense");
            document.licences.extend(text.map(|text| Licence {
                text,
                basis: LicenceBasis::Declared,
            }));
        }
        "comment" => document.comment = fields.text(context, "comment"),
        _ => {
            let Some(mut info) = fields.fields(context, "creationInfo") else {
                return;
            };
            context.within("creationInfo", |context| {
                document.created = info.timestamp(context, "created");
                info.each(context, "creators", |context, node| {
                    let Some(text) = node.into_text(context) else {
                        return;
                    };
                    match named(context, &text) {
                        Named::Party(party) => document.creators.push(party),
                        Named::Tool(tool) => document.tools.push(tool),
                        Named::NoAssertion => {}
                    }
                });
                for key in ["licenseListVersion", "comment"] {
                    if let Some(node) = info.take(key) {
                        node.keep_as(&format!("creationInfo.{key}"), &mut document.properties);
                    }
                }
                info.keep_unknown(context, &mut document.properties);
            });
        }
    }
}

/// An element of `externalDocumentRefs` (clause 6.6).
#[expect(clippy::unnecessary_wraps, reason = "the signature of `read::Each`")]
pub(super) fn link(reading: &mut DocumentReader<'_>, node: Node) -> Result<(), Refused> {
    let context = &mut reading.context;
    let Some(mut fields) = node.into_fields(context) else {
        return Ok(());
    };
    let alias = fields.required(context, "externalDocumentId");
    if let Some(text) = alias.as_deref().filter(|text| !text.starts_with("DocumentRef-")) {
        context.within("externalDocumentId", |context| {
            context.warn(quote(text), "\"DocumentRef-…\"");
        });
    }
    let uri = fields.required(context, "spdxDocument");
    let mut digests = Vec::new();
    if let Some(fields) = fields.fields(context, "checksum") {
        context.within("checksum", |context| digests.extend(checksum(context, fields)));
    } else {
        context.warn("no such member", "a member \"checksum\"");
    }
    if let Some(uri) = uri {
        reading.link(DocumentLink {
            alias,
            uri,
            digests,
            by: None,
        });
    }
    Ok(())
}

/// An object with `algorithm` and `checksumValue`.
pub(super) fn checksum(context: &mut Context, mut fields: Fields) -> Option<StatedDigest> {
    let name = fields.required(context, "algorithm");
    let value = fields.required(context, "checksumValue")?;
    let name = name?;
    let algorithm = DigestAlgorithm::of_spdx(&name).unwrap_or_else(|| {
        context.within("algorithm", |context| {
            context.warn(quote(&name), "a checksum algorithm of SPDX such as SHA256");
        });
        DigestAlgorithm::Other(name)
    });
    stated_digest(context, "checksumValue", algorithm, &value)
}
