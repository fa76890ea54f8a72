//! Relationships (clause 11), each turned so that it reads from its first element to its second.

use super::DOCUMENT;
use crate::{
    bom::{ElementRef, RelationKind, Relationship, Target, Unknown, Unstated},
    json::{context::Refused, node::Node},
    read::DocumentReader,
    warning::quote,
};

/// Whether the two elements of a type change places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Keep,
    Swap,
}

/// What a relationship type means: kind, direction, shade. `None` where only its own name says it.
fn meaning(stated: &str) -> Option<(RelationKind, Turn, Option<&'static str>)> {
    use RelationKind::{
        AncestorOf, Contains, CopyOf, DependsOn, Describes, DistributedAs, Documents, GeneratedFrom,
        PatchFor, VariantOf,
    };
    use Turn::{Keep, Swap};
    Some(match stated {
        "DESCRIBES" => (Describes, Keep, None),
        "DESCRIBED_BY" => (Describes, Swap, None),
        "CONTAINS" => (Contains, Keep, None),
        "CONTAINED_BY" => (Contains, Swap, None),
        "PACKAGE_OF" => (Contains, Swap, Some("package")),
        "OPTIONAL_COMPONENT_OF" => (Contains, Swap, Some("optional")),
        "DEPENDS_ON" => (DependsOn, Keep, None),
        "DEPENDENCY_OF" => (DependsOn, Swap, None),
        "BUILD_DEPENDENCY_OF" => (DependsOn, Swap, Some("build")),
        "DEV_DEPENDENCY_OF" => (DependsOn, Swap, Some("development")),
        "OPTIONAL_DEPENDENCY_OF" => (DependsOn, Swap, Some("optional")),
        "PROVIDED_DEPENDENCY_OF" => (DependsOn, Swap, Some("provided")),
        "RUNTIME_DEPENDENCY_OF" => (DependsOn, Swap, Some("runtime")),
        "TEST_DEPENDENCY_OF" => (DependsOn, Swap, Some("test")),
        "DYNAMIC_LINK" => (DependsOn, Keep, Some("dynamic link")),
        "STATIC_LINK" => (DependsOn, Keep, Some("static link")),
        "HAS_PREREQUISITE" => (DependsOn, Keep, Some("prerequisite")),
        "PREREQUISITE_FOR" => (DependsOn, Swap, Some("prerequisite")),
        "GENERATED_FROM" => (GeneratedFrom, Keep, None),
        "GENERATES" => (GeneratedFrom, Swap, None),
        "EXPANDED_FROM_ARCHIVE" => (GeneratedFrom, Keep, Some("archive")),
        "ANCESTOR_OF" => (AncestorOf, Keep, None),
        "DESCENDANT_OF" => (AncestorOf, Swap, None),
        "VARIANT_OF" => (VariantOf, Keep, None),
        "COPY_OF" => (CopyOf, Keep, None),
        "PATCH_FOR" => (PatchFor, Keep, None),
        "DISTRIBUTION_ARTIFACT" => (DistributedAs, Keep, None),
        "DOCUMENTATION_OF" => (Documents, Keep, None),
        _ => return None,
    })
}

/// The other types of clause 11.1, which keep their names.
const OTHERS: [&str; 17] = [
    "AMENDS",
    "BUILD_TOOL_OF",
    "DATA_FILE_OF",
    "DEPENDENCY_MANIFEST_OF",
    "DEV_TOOL_OF",
    "EXAMPLE_OF",
    "FILE_ADDED",
    "FILE_DELETED",
    "FILE_MODIFIED",
    "METAFILE_OF",
    "OTHER",
    "PATCH_APPLIED",
    "REQUIREMENT_DESCRIPTION_FOR",
    "SPECIFICATION_FOR",
    "TEST_CASE_OF",
    "TEST_OF",
    "TEST_TOOL_OF",
];

/// An element of `relationships`.
#[expect(clippy::unnecessary_wraps, reason = "the signature of `read::Each`")]
pub(super) fn relationship(reading: &mut DocumentReader<'_>, node: Node) -> Result<(), Refused> {
    let context = &mut reading.context;
    let Some(mut fields) = node.into_fields(context) else {
        return Ok(());
    };
    let first = fields.required(context, "spdxElementId");
    let second = fields.required(context, "relatedSpdxElement");
    let stated = fields.required(context, "relationshipType");
    let comment = fields.text(context, "comment");
    let (Some(first), Some(second), Some(stated)) = (first, second, stated) else {
        return Ok(());
    };
    let (kind, turn, shade) = meaning(&stated).unwrap_or_else(|| {
        if !OTHERS.contains(&stated.as_str()) {
            context.within("relationshipType", |context| {
                context.warn(
                    quote(&stated),
                    "a relationship type of SPDX such as CONTAINS or DEPENDS_ON",
                );
            });
        }
        (RelationKind::Other(stated.clone()), Turn::Keep, None)
    });
    if second == "NOASSERTION" || first == "NOASSERTION" {
        let known = if second == "NOASSERTION" { first } else { second };
        let about = Some(ElementRef::of_spdx(known)).filter(|element| &*element.id != "NOASSERTION");
        reading.unknown(Unknown {
            about,
            component: None,
            what: Unstated::Relationship { stated },
        });
        return Ok(());
    }
    let relationship = if second == "NONE" {
        // «Nothing is a part of A» and the like: to turn it round would leave nothing to say it about.
        let kind = if turn == Turn::Swap {
            RelationKind::Other(stated)
        } else {
            kind
        };
        Relationship {
            from: ElementRef::of_spdx(first),
            kind,
            to: Target::Nothing,
            shade,
            comment,
        }
    } else {
        let (from, to) = if turn == Turn::Swap {
            (second, first)
        } else {
            (first, second)
        };
        let (from, to) = (ElementRef::of_spdx(from), ElementRef::of_spdx(to));
        if kind == RelationKind::Describes && from == ElementRef::local(DOCUMENT) {
            root(reading, &to);
        }
        Relationship {
            from,
            kind,
            to: Target::Element(to),
            shade,
            comment,
        }
    };
    reading.relate(relationship);
    Ok(())
}

/// An element of `documentDescribes`.
#[expect(clippy::unnecessary_wraps, reason = "the signature of `read::Each`")]
pub(super) fn described(reading: &mut DocumentReader<'_>, node: Node) -> Result<(), Refused> {
    if let Some(text) = node.into_text(&mut reading.context) {
        let to = ElementRef::of_spdx(text);
        root(reading, &to);
        reading.relate(Relationship {
            from: ElementRef::local(DOCUMENT),
            kind: RelationKind::Describes,
            to: Target::Element(to),
            shade: None,
            comment: None,
        });
    }
    Ok(())
}

/// Adds to what the document is about; most documents say it in both ways.
fn root(reading: &mut DocumentReader<'_>, element: &ElementRef) {
    let roots = &mut reading.document.roots;
    if roots.last() != Some(element) && !roots.iter().take(MANY).any(|root| root == element) {
        roots.push(element.clone());
        reading.charge(element.id.len());
    }
}

/// Among how many roots repetitions are looked for: more than a real document has, few enough to be quick.
const MANY: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_one_place() {
        for other in OTHERS {
            assert_eq!(meaning(other), None, "{other}");
        }
        assert_eq!(
            meaning("DEV_DEPENDENCY_OF"),
            Some((RelationKind::DependsOn, Turn::Swap, Some("development")))
        );
    }
}
