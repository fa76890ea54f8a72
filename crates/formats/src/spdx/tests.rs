//! What becomes of each member, and of members that are not as the specification wants them.

use crate::{
    bom::{
        self, BomReading, DigestAlgorithm, ElementRef, Kind, LicenceBasis, PartyKind, RelationKind, Target,
        Unstated,
    },
    limits::Limits,
};

/// What every document needs.
const HEAD: &str = r#""SPDXID": "SPDXRef-DOCUMENT", "name": "doc", "dataLicense": "CC0-1.0",
    "documentNamespace": "https://example.org/doc", "creationInfo": {"created": "2026-01-01T00:00:00Z", "creators": ["Tool: t-1"]}"#;

fn read(version: &str, members: &str) -> BomReading {
    let text = format!(r#"{{"spdxVersion": "SPDX-{version}", {HEAD}, {members}}}"#);
    bom::read(text.as_bytes(), &Limits::default()).unwrap()
}

#[test]
fn a_package_keeps_all_that_is_said_about_it() {
    let reading = read(
        "2.3",
        r#""packages": [{"SPDXID": "SPDXRef-p", "name": "frr", "versionInfo": "8.4", "packageFileName": "frr.deb",
        "supplier": "Organization: Nordlys (x) (psirt@nordlys.example)", "originator": "Person: Ada L. (ada@example.org)",
        "downloadLocation": "https://example.org/frr", "homepage": "https://example.org/", "filesAnalyzed": false,
        "summary": "s", "description": "d", "comment": "c", "primaryPackagePurpose": "OPERATING-SYSTEM",
        "licenseConcluded": "NOASSERTION", "licenseDeclared": "GPL-2.0-or-later", "licenseInfoFromFiles": ["MIT", "NOASSERTION"],
        "copyrightText": "(c)", "builtDate": "2026-01-01T00:00:00Z", "validUntilDate": "2030-01-01T00:00:00Z",
        "checksums": [{"algorithm": "SHA256", "checksumValue": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
            {"algorithm": "BLAKE2b-256", "checksumValue": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}],
        "externalRefs": [
            {"referenceCategory": "PACKAGE_MANAGER", "referenceType": "purl", "referenceLocator": "pkg:deb/debian/frr@8.4"},
            {"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:frrouting:frr:8.4:*:*:*:*:*:*:*"},
            {"referenceCategory": "PERSISTENT_ID", "referenceType": "gitoid", "referenceLocator": "gitoid:blob:sha1:00"},
            {"referenceCategory": "SECURITY", "referenceType": "advisory", "referenceLocator": "https://example.org/a", "comment": "k"}],
        "packageVerificationCode": {"packageVerificationCodeValue": "00"}, "hasFiles": ["SPDXRef-f"], "annotations": []}],
        "files": [{"SPDXID": "SPDXRef-f", "fileName": "./bgpd", "fileTypes": ["BINARY"], "licenseConcluded": "MIT",
            "checksums": [{"algorithm": "SHA1", "checksumValue": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}]}],
        "snippets": [{"SPDXID": "SPDXRef-s", "name": "loop", "snippetFromFile": "SPDXRef-f", "ranges": []}]"#,
    );
    assert_eq!(reading.warnings, []);
    let [package, file, snippet] = reading.bom.components.as_slice() else {
        panic!("three components")
    };
    assert_eq!(
        (&package.kind, package.to_string().as_str()),
        (&Kind::OperatingSystem, "frr 8.4")
    );
    let supplier = package.supplier.as_ref().unwrap();
    assert_eq!(
        (supplier.kind, supplier.name.as_str()),
        (PartyKind::Organisation, "Nordlys (x)")
    );
    assert_eq!(supplier.contacts, ["psirt@nordlys.example"]);
    let originator = package.manufacturer.as_ref().unwrap();
    assert_eq!(
        (originator.kind, originator.name.as_str()),
        (PartyKind::Person, "Ada L.")
    );
    assert_eq!(package.description.as_deref(), Some("d"));
    assert_eq!(
        package.digests[0].sha256(),
        Some(prova_core::hash::Digest::of(b""))
    );
    assert_eq!(package.digests[1].algorithm(), &DigestAlgorithm::Blake2b256);
    let licences: Vec<_> = package
        .licences
        .iter()
        .map(|licence| (licence.text.as_str(), licence.basis))
        .collect();
    assert_eq!(
        licences,
        [
            ("GPL-2.0-or-later", LicenceBasis::Declared),
            ("MIT", LicenceBasis::Found)
        ]
    );
    assert_eq!(package.purls[0].to_string(), "pkg:deb/debian/frr@8.4");
    assert_eq!(package.cpes.len(), 1);
    assert_eq!(package.other_ids[0].scheme, "gitoid");
    let references: Vec<_> = package
        .external_references
        .iter()
        .map(|one| (one.kind.as_str(), one.url.as_str()))
        .collect();
    assert_eq!(
        references,
        [
            ("downloadLocation", "https://example.org/frr"),
            ("homepage", "https://example.org/"),
            ("SECURITY/advisory", "https://example.org/a")
        ]
    );
    let kept: Vec<_> = package
        .properties
        .iter()
        .map(|(name, values)| (name, values.join(",")))
        .collect();
    let want = [
        ("builtDate", "2026-01-01T00:00:00Z"),
        ("comment", "c"),
        ("filesAnalyzed", "false"),
        ("packageFileName", "frr.deb"),
        ("packageVerificationCode.packageVerificationCodeValue", "00"),
        ("summary", "s"),
        ("validUntilDate", "2030-01-01T00:00:00Z"),
    ];
    assert_eq!(kept, want.map(|(name, values)| (name, values.to_owned())));
    assert_eq!((&file.kind, file.name.as_str()), (&Kind::File, "./bgpd"));
    assert_eq!((&snippet.kind, snippet.name.as_str()), (&Kind::Snippet, "loop"));
    let parts = reading.bom.parts();
    assert!(parts[&package.index].contains(&file.index) && parts[&file.index].contains(&snippet.index));
    assert_eq!(reading.bom.unknowns, []);
}

#[test]
fn relationships_read_from_their_first_element_to_their_second() {
    let elements = r#""packages": [{"SPDXID": "SPDXRef-a", "name": "a", "supplier": "Organization: O", "downloadLocation": "NONE"},
        {"SPDXID": "SPDXRef-b", "name": "b", "supplier": "Organization: O", "downloadLocation": "NONE"}]"#;
    for (stated, want) in [
        ("CONTAINS", "SPDXRef-a contains SPDXRef-b"),
        ("CONTAINED_BY", "SPDXRef-b contains SPDXRef-a"),
        ("PACKAGE_OF", "SPDXRef-b contains SPDXRef-a package"),
        ("DEPENDS_ON", "SPDXRef-a depends-on SPDXRef-b"),
        ("BUILD_DEPENDENCY_OF", "SPDXRef-b depends-on SPDXRef-a build"),
        ("DYNAMIC_LINK", "SPDXRef-a depends-on SPDXRef-b dynamic link"),
        ("GENERATES", "SPDXRef-b generated-from SPDXRef-a"),
        ("DESCENDANT_OF", "SPDXRef-b ancestor-of SPDXRef-a"),
        ("TEST_TOOL_OF", "SPDXRef-a TEST_TOOL_OF SPDXRef-b"),
    ] {
        let reading = read(
            "2.3",
            &format!(
                r#"{elements}, "relationships": [{{"spdxElementId": "SPDXRef-a", "relationshipType": "{stated}", "relatedSpdxElement": "SPDXRef-b"}}]"#
            ),
        );
        assert_eq!(reading.warnings, []);
        let [one] = reading.bom.relationships.as_slice() else {
            panic!("one relationship")
        };
        let Target::Element(to) = &one.to else {
            panic!("{one:?}")
        };
        let said = format!("{} {} {to} {}", one.from, one.kind, one.shade.unwrap_or_default());
        assert_eq!(said.trim_end(), want);
    }
}

#[test]
fn what_is_not_asserted_is_a_gap_and_none_is_a_statement() {
    let reading = read(
        "2.3",
        r#""packages": [{"SPDXID": "SPDXRef-a", "name": "a", "supplier": "NOASSERTION", "downloadLocation": "NOASSERTION"},
            {"SPDXID": "SPDXRef-b", "name": "b", "downloadLocation": "NONE"}],
        "relationships": [{"spdxElementId": "SPDXRef-a", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "NOASSERTION"},
            {"spdxElementId": "SPDXRef-b", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "NONE"}]"#,
    );
    let gaps: Vec<_> = reading
        .bom
        .unknowns
        .iter()
        .map(|gap| (gap.about.clone(), gap.what.clone()))
        .collect();
    assert_eq!(
        gaps,
        [
            (
                Some(ElementRef::local("SPDXRef-a")),
                Unstated::SupplierNotAsserted
            ),
            (Some(ElementRef::local("SPDXRef-b")), Unstated::SupplierMissing),
            (
                Some(ElementRef::local("SPDXRef-a")),
                Unstated::Relationship {
                    stated: "DEPENDS_ON".to_owned()
                }
            ),
        ]
    );
    let [none] = reading.bom.relationships.as_slice() else {
        panic!("one relationship")
    };
    assert_eq!(
        (&*none.from.id, &none.kind, &none.to),
        ("SPDXRef-b", &RelationKind::DependsOn, &Target::Nothing)
    );
}

#[test]
fn a_document_says_who_made_it_and_what_it_is_about() {
    let text = r#"{"spdxVersion": "SPDX-2.2", "SPDXID": "SPDXRef-DOCUMENT", "name": "n", "dataLicense": "CC0-1.0", "comment": "c",
        "documentNamespace": "https://example.org/n", "documentDescribes": ["SPDXRef-a"],
        "creationInfo": {"created": "2026-01-01T00:00:00Z", "licenseListVersion": "3.25",
            "creators": ["Tool: t-1", "Organization: O ()", "Person: P (p@example.org)"]},
        "externalDocumentRefs": [{"externalDocumentId": "DocumentRef-x", "spdxDocument": "https://example.org/x",
            "checksum": {"algorithm": "SHA1", "checksumValue": "da39a3ee5e6b4b0d3255bfef95601890afd80709"}}],
        "hasExtractedLicensingInfos": [], "packages": [{"SPDXID": "SPDXRef-a", "name": "a", "downloadLocation": "NONE",
            "licenseConcluded": "NONE", "licenseDeclared": "NONE", "copyrightText": "NONE"}],
        "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-a"}]}"#;
    let reading = bom::read(text.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(reading.warnings, []);
    let document = &reading.bom.document;
    assert_eq!(document.id.as_deref(), Some("https://example.org/n"));
    assert_eq!(document.tools, ["t-1"]);
    let creators: Vec<_> = document
        .creators
        .iter()
        .map(|one| (one.kind, one.name.as_str()))
        .collect();
    assert_eq!(
        creators,
        [(PartyKind::Organisation, "O"), (PartyKind::Person, "P")]
    );
    assert_eq!(document.roots, [ElementRef::local("SPDXRef-a")]);
    assert_eq!(reading.bom.roots()[0].name, "a");
    let link = document.links.first().unwrap();
    assert_eq!(
        (link.alias.as_deref(), link.uri.as_str()),
        (Some("DocumentRef-x"), "https://example.org/x")
    );
    assert_eq!(
        document.properties.values("creationInfo.licenseListVersion"),
        ["3.25"]
    );
    assert!(document.not_summarised.contains("hasExtractedLicensingInfos"));
}

#[test]
fn deviations_are_read_with_their_place() {
    let package = |rest: &str| {
        format!(r#""packages": [{{"SPDXID": "SPDXRef-a", "name": "a", "downloadLocation": "NONE", {rest}}}]"#)
    };
    for (members, want) in [
        (package(r#""supplier": "Nordlys""#), "/packages/0/supplier: found \"Nordlys\", want \"Organization: …\", \"Person: …\", \"Tool: …\" or NOASSERTION"),
        (package(r#""supplier": "Tool: x""#), "/packages/0/supplier: found \"Tool: x\", want an organisation or a person"),
        (
            package(r#""primaryPackagePurpose": "PUMP""#),
            "/packages/0/primaryPackagePurpose: found \"PUMP\", want APPLICATION, FRAMEWORK, LIBRARY, CONTAINER, OPERATING_SYSTEM, \
             DEVICE, FIRMWARE, SOURCE, ARCHIVE, FILE, INSTALL or OTHER",
        ),
        (
            package(r#""checksums": [{"algorithm": "SHA-256", "checksumValue": "00"}]"#),
            "/packages/0/checksums/0/algorithm: found \"SHA-256\", want a checksum algorithm of SPDX such as SHA256",
        ),
        (package(r#""country": "SE""#), "/packages/0: found a member \"country\", want members that the schema has"),
        (
            r#""packages": [{"SPDXID": "a_b", "name": "a", "downloadLocation": "NONE"}]"#.to_owned(),
            "/packages/0/SPDXID: found \"a_b\", want \"SPDXRef-\" and letters, digits, \".\" or \"-\"",
        ),
        (
            r#""packages": [{"SPDXID": "SPDXRef-a", "name": "a"}]"#.to_owned(),
            "/packages/0: found no such member, want a member \"downloadLocation\"",
        ),
        (
            r#""relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "LIKES", "relatedSpdxElement": "SPDXRef-DOCUMENT"}]"#.to_owned(),
            "/relationships/0/relationshipType: found \"LIKES\", want a relationship type of SPDX such as CONTAINS or DEPENDS_ON",
        ),
        (
            r#""relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-z"}]"#.to_owned(),
            "/relationships: found \"SPDXRef-z\", want the reference of an element of this document",
        ),
        (r#""relationships": [{"spdxElementId": "a", "relatedSpdxElement": "b"}]"#.to_owned(), "/relationships/0: found no such member, want a member \"relationshipType\""),
        (r#""documentDescribes": "SPDXRef-DOCUMENT""#.to_owned(), "/documentDescribes: found \"SPDXRef-DOCUMENT\", want a list"),
        (r#""metadata": {}"#.to_owned(), "/: found a member \"metadata\", want members that the schema has"),
    ] {
        let warnings: Vec<String> = read("2.3", &members).warnings.iter().map(ToString::to_string).collect();
        assert_eq!(warnings, [want], "{members}");
    }
}

#[test]
fn members_of_the_wrong_version_are_told() {
    let members = r#""packages": [{"SPDXID": "SPDXRef-a", "name": "a", "downloadLocation": "NONE", "licenseConcluded": "NONE",
        "licenseDeclared": "NONE", "primaryPackagePurpose": "FIRMWARE"}]"#;
    let warnings: Vec<String> = read("2.2", members)
        .warnings
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        warnings,
        [
            "/packages/0: found a member \"primaryPackagePurpose\", want none before SPDX 2.3 (this is SPDX 2.2)",
            "/packages/0: found no such member, want a member \"copyrightText\"",
        ]
    );
    assert_eq!(read("2.3", members).warnings, []);
}

#[test]
fn a_document_without_its_head_is_read_with_what_is_missing() {
    let reading = bom::read(&b"{\"spdxVersion\": \"SPDX-2.3\"}"[..], &Limits::default()).unwrap();
    let wanted: Vec<&str> = reading.warnings.iter().map(|warning| &*warning.wanted).collect();
    assert_eq!(
        wanted,
        [
            "a member \"name\"",
            "a member \"documentNamespace\"",
            "a member \"dataLicense\"",
            "a member \"creationInfo\" with \"created\""
        ]
    );
}
