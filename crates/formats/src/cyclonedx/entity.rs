//! Parties, digests, licences and references: objects that stand in many places of a document.

use packageurl::PackageUrl;

use crate::{
    bom::{
        BomParty, Component, DigestAlgorithm, DocumentLink, ExternalReference, Licence, LicenceBasis,
        OtherId, PartyKind, StatedDigest,
    },
    json::{
        context::{Context, Refused},
        fields::Fields,
        node::Node,
    },
    read::DocumentReader,
    warning::quote,
};

/// A party of which there is only a name.
pub(crate) fn unstated(name: String) -> BomParty {
    BomParty {
        kind: PartyKind::Unstated,
        name,
        country: None,
        contacts: Vec::new(),
    }
}

/// An organisation (`organizationalEntity`); a mere string is taken for its name, with a warning.
pub(super) fn organisation(
    context: &mut Context,
    fields: &mut Fields,
    key: &'static str,
) -> Option<BomParty> {
    let node = fields.take(key)?;
    context.within(key, |context| {
        if let Node::Text(name) = node {
            context.warn(quote(&name), "an object");
            return Some(BomParty {
                kind: PartyKind::Organisation,
                ..unstated(name)
            });
        }
        let mut entity = node.into_fields(context)?;
        let name = entity.text(context, "name").unwrap_or_default();
        let mut contacts = entity.texts(context, "url");
        entity.each_fields(context, "contact", |context, mut contact| {
            for key in ["name", "email", "phone"] {
                contacts.extend(contact.text(context, key));
            }
        });
        let country = entity
            .fields(context, "address")
            .and_then(|mut address| context.within("address", |context| address.text(context, "country")));
        Some(BomParty {
            kind: PartyKind::Organisation,
            name,
            country,
            contacts,
        })
    })
}

/// A list of people (`organizationalContact`).
pub(super) fn contacts(context: &mut Context, fields: &mut Fields, key: &'static str) -> Vec<BomParty> {
    let mut parties = Vec::new();
    fields.each_fields(context, key, |context, mut person| {
        let name = person.text(context, "name").unwrap_or_default();
        let contacts = ["email", "phone"]
            .into_iter()
            .filter_map(|key| person.text(context, key))
            .collect();
        parties.push(BomParty {
            kind: PartyKind::Person,
            name,
            country: None,
            contacts,
        });
    });
    parties
}

/// The list of digests `key`; malformed ones are left out with a warning.
pub(super) fn digests(context: &mut Context, fields: &mut Fields, key: &'static str) -> Vec<StatedDigest> {
    let mut digests = Vec::new();
    fields.each_fields(context, key, |context, mut digest| {
        let algorithm = digest.word::<DigestAlgorithm>(context, "alg");
        let hex = digest.required(context, "content");
        if let (Some(algorithm), Some(hex)) = (algorithm, hex) {
            digests.extend(stated_digest(context, "content", algorithm, &hex));
        } else {
            context.warn("half a digest", "\"alg\" and \"content\"");
        }
    });
    digests
}

/// A digest at the member `key`, or a warning.
pub(crate) fn stated_digest(
    context: &mut Context,
    key: &'static str,
    algorithm: DigestAlgorithm,
    hex: &str,
) -> Option<StatedDigest> {
    let wanted = match algorithm.digest_bytes() {
        Some(bytes) => format!("{} hexadecimal digits for {algorithm}", bytes.saturating_mul(2)),
        None => format!("hexadecimal digits for {algorithm}"),
    };
    let digest = StatedDigest::new(algorithm, hex);
    if digest.is_none() {
        context.within(key, |context| context.warn(quote(hex), wanted));
    }
    digest
}

/// The member `licenses`.
pub(super) fn licences(context: &mut Context, fields: &mut Fields) -> Vec<Licence> {
    let mut licences = Vec::new();
    fields.each_fields(context, "licenses", |context, mut choice| {
        let outer = basis(context, &mut choice);
        let inner = choice.fields(context, "license");
        let licence = match inner {
            Some(mut licence) => context.within("license", |context| {
                let text = licence
                    .text(context, "id")
                    .or_else(|| licence.text(context, "name"));
                text.map(|text| Licence {
                    text,
                    basis: basis(context, &mut licence)
                        .or(outer)
                        .unwrap_or(LicenceBasis::Unstated),
                })
            }),
            None => choice.text(context, "expression").map(|text| Licence {
                text,
                basis: outer.unwrap_or(LicenceBasis::Unstated),
            }),
        };
        match licence {
            Some(licence) => licences.push(licence),
            None => context.warn(
                "no licence",
                "\"license\" with \"id\" or \"name\", or \"expression\"",
            ),
        }
    });
    licences
}

fn basis(context: &mut Context, fields: &mut Fields) -> Option<LicenceBasis> {
    let text = fields.text(context, "acknowledgement")?;
    match text.as_str() {
        "declared" => Some(LicenceBasis::Declared),
        "concluded" => Some(LicenceBasis::Concluded),
        _ => {
            context.within("acknowledgement", |context| {
                context.warn(quote(&text), "\"declared\" or \"concluded\"");
            });
            None
        }
    }
}

/// The member `externalReferences`.
pub(super) fn references(context: &mut Context, fields: &mut Fields) -> Vec<ExternalReference> {
    let mut references = Vec::new();
    fields.each_fields(context, "externalReferences", |context, fields| {
        references.extend(reference(context, fields));
    });
    references
}

fn reference(context: &mut Context, mut fields: Fields) -> Option<ExternalReference> {
    let kind = fields.required(context, "type").unwrap_or_default();
    let comment = fields.text(context, "comment");
    let digests = digests(context, &mut fields, "hashes");
    let url = fields.required(context, "url")?;
    Some(ExternalReference {
        kind,
        url,
        digests,
        comment,
    })
}

/// An element of the document's own `externalReferences`.
#[expect(clippy::unnecessary_wraps, reason = "the signature of `read::Each`")]
pub(super) fn document_reference(reading: &mut DocumentReader<'_>, node: Node) -> Result<(), Refused> {
    let context = &mut reading.context;
    let Some(reference) = node
        .into_fields(context)
        .and_then(|fields| reference(context, fields))
    else {
        return Ok(());
    };
    if reference.kind == "bom" {
        let digests = reference.digests.clone();
        reading.link(DocumentLink {
            alias: None,
            uri: reference.url.clone(),
            digests,
            by: None,
        });
    }
    reading.charge(reference.url.len().saturating_add(reference.kind.len()));
    reading.document.external_references.push(reference);
    Ok(())
}

/// Gives `component` a package URL; a malformed one is kept among the other identifiers.
pub(crate) fn purl(context: &mut Context, key: &'static str, text: String, component: &mut Component) {
    if let Ok(purl) = text.parse::<PackageUrl<'static>>() {
        component.purls.push(purl);
    } else {
        context.within(key, |context| {
            context.warn(quote(&text), "a package URL (ECMA-427)");
        });
        component.other_ids.push(OtherId {
            scheme: "purl".to_owned(),
            id: text,
        });
    }
}

/// Whether a text has the shape of a CPE name: `cpe:2.3:` with eleven attributes (NIST IR 7695 §6.2), or `cpe:/`.
pub(crate) fn is_cpe(text: &str) -> bool {
    let Some(attributes) = text.strip_prefix("cpe:2.3:") else {
        return text.starts_with("cpe:/");
    };
    let mut escaped = false;
    let mut colons = 0_usize;
    for character in attributes.chars() {
        if character == ':' && !escaped {
            colons = colons.saturating_add(1);
        }
        escaped = character == '\\' && !escaped;
    }
    colons == 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpe_names_are_told_by_their_attributes() {
        for (text, want) in [
            ("cpe:2.3:a:frrouting:frr:8.4.4:*:*:*:*:*:*:*", true),
            (r"cpe:2.3:a:x:y\:z:1:*:*:*:*:*:*:*", true),
            ("cpe:2.3:a:x:y:1", false),
            ("cpe:/a:x:y:1", true),
            ("x", false),
        ] {
            assert_eq!(is_cpe(text), want, "{text}");
        }
    }
}
