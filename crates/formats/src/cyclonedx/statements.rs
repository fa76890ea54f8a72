//! What is said about components from outside: dependencies, completeness, vulnerabilities.

use crate::{
    bom::{
        Affected, Aggregate, Coverage, ElementRef, RelationKind, Relationship, Target, Unknown, Unstated,
        Vulnerability,
    },
    json::{context::Refused, node::Node},
    read::DocumentReader,
};

/// Members of vulnerabilities that are passed over.
pub(super) const VULNERABILITY_WITHOUT: &[&str] = &[
    "references",
    "advisories",
    "credits",
    "tools",
    "proofOfConcept",
    "cwes",
    "properties",
];

/// An element of `dependencies`.
#[expect(clippy::unnecessary_wraps, reason = "the signature of `read::Each`")]
pub(super) fn dependency(reading: &mut DocumentReader<'_>, node: Node) -> Result<(), Refused> {
    let context = &mut reading.context;
    let Some(mut fields) = node.into_fields(context) else {
        return Ok(());
    };
    let Some(from) = fields.required(context, "ref").map(ElementRef::of_cyclonedx) else {
        return Ok(());
    };
    let needed = fields.texts(context, "dependsOn");
    let provided = fields.texts(context, "provides");
    for (kind, targets) in [
        (RelationKind::DependsOn, needed),
        (RelationKind::Provides, provided),
    ] {
        for target in targets {
            reading.relate(Relationship {
                from: from.clone(),
                kind: kind.clone(),
                to: Target::Element(ElementRef::of_cyclonedx(target)),
                shade: None,
                comment: None,
            });
        }
    }
    Ok(())
}

/// An element of `compositions`.
#[expect(clippy::unnecessary_wraps, reason = "the signature of `read::Each`")]
pub(super) fn composition(reading: &mut DocumentReader<'_>, node: Node) -> Result<(), Refused> {
    let context = &mut reading.context;
    let Some(mut fields) = node.into_fields(context) else {
        return Ok(());
    };
    if !fields.has("aggregate") {
        context.warn("no such member", "a member \"aggregate\"");
    }
    let aggregate = fields
        .word::<Aggregate>(context, "aggregate")
        .unwrap_or(Aggregate::NotSpecified);
    let mut about: Vec<(Coverage, Option<ElementRef>)> = Vec::new();
    for (key, coverage) in [
        ("assemblies", Coverage::Parts),
        ("dependencies", Coverage::Dependencies),
        ("vulnerabilities", Coverage::Vulnerabilities),
    ] {
        let references = fields.texts(context, key);
        about.extend(
            references
                .into_iter()
                .map(|text| (coverage, Some(ElementRef::of_cyclonedx(text)))),
        );
    }
    if about.is_empty() {
        about.push((Coverage::Document, None));
    }
    for (of, about) in about {
        if let Some(reference) = &about {
            reading.link_target(reference);
        }
        if aggregate == Aggregate::Complete {
            if of != Coverage::Vulnerabilities {
                let about = about.unwrap_or_else(|| ElementRef::local(""));
                reading.charge(about.id.len());
                reading.document.complete.push(about);
            }
        } else {
            let what = Unstated::Completeness {
                of,
                aggregate: aggregate.clone(),
            };
            reading.unknown(Unknown {
                about,
                component: None,
                what,
            });
        }
    }
    Ok(())
}

/// An element of `vulnerabilities`.
pub(super) fn vulnerability(reading: &mut DocumentReader<'_>, node: Node) -> Result<(), Refused> {
    let context = &mut reading.context;
    let Some(mut fields) = node.into_fields(context) else {
        return Ok(());
    };
    let mut vulnerability = Vulnerability {
        id: fields.text(context, "id"),
        recommendation: fields.text(context, "recommendation"),
        published: fields.timestamp(context, "published"),
        updated: fields.timestamp(context, "updated"),
        rejected: fields.timestamp(context, "rejected"),
        ..Vulnerability::default()
    };
    if let Some(mut source) = fields.fields(context, "source") {
        vulnerability.source = context.within("source", |context| {
            source
                .text(context, "name")
                .or_else(|| source.text(context, "url"))
        });
    }
    fields.each_fields(context, "ratings", |context, mut rating| {
        vulnerability.severities.extend(rating.text(context, "severity"));
    });
    if let Some(mut analysis) = fields.fields(context, "analysis") {
        context.within("analysis", |context| {
            vulnerability.state = analysis.word(context, "state");
            vulnerability.justification = analysis.word(context, "justification");
            vulnerability.responses = analysis.texts(context, "response");
            vulnerability.detail = analysis.text(context, "detail");
        });
    }
    fields.each_fields(context, "affects", |context, mut affected| {
        let Some(element) = affected.required(context, "ref").map(ElementRef::of_cyclonedx) else {
            return;
        };
        let mut versions = Vec::new();
        affected.each_fields(context, "versions", |context, mut fields| {
            let version = fields
                .text(context, "version")
                .or_else(|| fields.text(context, "range"));
            let status = fields
                .text(context, "status")
                .unwrap_or_else(|| "affected".to_owned());
            versions.extend(version.map(|version| (version, status)));
        });
        vulnerability.affects.push(Affected { element, versions });
    });
    for affected in &vulnerability.affects {
        reading.link_target(&affected.element);
    }
    reading.vulnerability(vulnerability)
}
