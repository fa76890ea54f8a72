//! What becomes of each member, and of members that are not as the schema wants them.

use crate::{
    bom::{
        self, Affected, Aggregate, AnalysisState, BomReading, ComponentRole, Coverage, DigestAlgorithm,
        ElementRef, Gs1Scheme, Justification, Kind, LicenceBasis, NfType, PartyKind, RelationKind, Target,
        Tlp, Unstated,
    },
    limits::Limits,
};

fn read(text: &str) -> BomReading {
    bom::read(text.as_bytes(), &Limits::default()).unwrap()
}

/// The warnings of a CycloneDX document with these members.
fn warnings(version: &str, members: &str) -> Vec<String> {
    let text = format!(r#"{{"bomFormat": "CycloneDX", "specVersion": "{version}", {members}}}"#);
    read(&text).warnings.iter().map(ToString::to_string).collect()
}

/// A component with every member that is read, and two that are passed over.
const FULL: &str = r#"{"bomFormat": "CycloneDX", "specVersion": "1.7", "components": [{
        "type": "firmware", "bom-ref": "fw", "group": "nordlys", "name": "boot", "version": "2.1", "description": "d",
        "supplier": {"name": "S", "url": ["https://s.example"], "address": {"country": "SE"},
            "contact": [{"name": "N", "email": "n@s.example", "phone": "1"}]},
        "manufacturer": {"name": "M"}, "publisher": "P", "author": "A", "authors": [{"name": "B"}],
        "scope": "optional", "isExternal": true, "copyright": "(c)",
        "purl": "pkg:generic/nordlys/boot@2.1", "cpe": "cpe:2.3:o:nordlys:boot:2.1:*:*:*:*:*:*:*",
        "omniborId": ["gitoid:blob:sha1:00"], "swhid": ["swh:1:rev:00"], "swid": {"tagId": "t", "name": "n"},
        "hashes": [{"alg": "SHA-256", "content": "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"}],
        "licenses": [{"license": {"id": "MIT", "acknowledgement": "concluded"}}, {"license": {"name": "Own"}},
            {"expression": "MIT OR Apache-2.0", "acknowledgement": "declared"}],
        "pedigree": {"ancestors": [{"type": "firmware", "bom-ref": "old", "name": "u-boot", "version": "2024.10",
            "supplier": {"name": "U"}, "purl": "pkg:generic/u-boot@2024.10"}], "notes": "cut down"},
        "externalReferences": [{"type": "bom", "url": "urn:cdx:f08a/1", "comment": "c"}],
        "mime-type": "application/octet-stream", "tags": ["x", "y"],
        "cryptoProperties": {"assetType": "algorithm", "algorithmProperties": {"primitive": "ae"}},
        "properties": [{"name": "own:origin", "value": "SE"}, {"name": "own:origin", "value": "FI"}, {"name": "own:empty"}],
        "evidence": {"identity": []}, "signature": {}
        }]}"#;

#[test]
fn a_component_keeps_all_that_is_said_about_it() {
    let reading = read(FULL);
    assert_eq!(reading.warnings, []);
    let component = &reading.bom.components[0];
    assert_eq!(
        (&component.kind, component.role),
        (&Kind::Firmware, ComponentRole::Part)
    );
    assert_eq!(component.reference, Some(ElementRef::local("fw")));
    assert_eq!(component.to_string(), "nordlys/boot 2.1");
    let supplier = component.supplier.as_ref().unwrap();
    assert_eq!(
        (supplier.name.as_str(), supplier.country.as_deref()),
        ("S", Some("SE"))
    );
    assert_eq!(supplier.kind, PartyKind::Organisation);
    assert_eq!(supplier.contacts, ["https://s.example", "N", "n@s.example", "1"]);
    assert_eq!(component.manufacturer.as_ref().unwrap().name, "M");
    assert_eq!(component.publisher.as_deref(), Some("P"));
    let authors: Vec<&str> = component
        .authors
        .iter()
        .map(|party| party.name.as_str())
        .collect();
    assert_eq!(authors, ["B", "A"]);
    assert_eq!(
        (component.scope.as_deref(), component.is_external),
        (Some("optional"), Some(true))
    );
    assert_eq!(component.purls[0].to_string(), "pkg:generic/nordlys/boot@2.1");
    assert_eq!(component.cpes.len(), 1);
    let ids: Vec<_> = component
        .other_ids
        .iter()
        .map(|id| (id.scheme.as_str(), id.id.as_str()))
        .collect();
    assert_eq!(
        ids,
        [
            ("omniborId", "gitoid:blob:sha1:00"),
            ("swhid", "swh:1:rev:00"),
            ("swid", "t")
        ]
    );
    assert_eq!(component.digests[0].algorithm(), &DigestAlgorithm::Sha256);
    assert_eq!(
        component.digests[0].sha256(),
        Some(prova_core::hash::Digest::of(b""))
    );
    let licences: Vec<_> = component
        .licences
        .iter()
        .map(|licence| (licence.text.as_str(), licence.basis))
        .collect();
    assert_eq!(
        licences,
        [
            ("MIT", LicenceBasis::Concluded),
            ("Own", LicenceBasis::Unstated),
            ("MIT OR Apache-2.0", LicenceBasis::Declared)
        ]
    );
    assert_eq!(component.copyright.as_deref(), Some("(c)"));
    let ancestor = &component.ancestors[0];
    assert_eq!(
        (ancestor.name.as_str(), ancestor.version.as_deref()),
        ("u-boot", Some("2024.10"))
    );
    assert_eq!(ancestor.supplier.as_ref().unwrap().name, "U");
    assert_eq!(component.external_references[0].comment.as_deref(), Some("c"));
    let kept: Vec<_> = component
        .properties
        .iter()
        .map(|(name, values)| (name, values.join(",")))
        .collect();
    let want = [
        ("cryptoProperties.algorithmProperties.primitive", "ae"),
        ("cryptoProperties.assetType", "algorithm"),
        ("mime-type", "application/octet-stream"),
        ("own:empty", ""),
        ("own:origin", "SE,FI"),
        ("pedigree.notes", "cut down"),
        ("tags", "x,y"),
    ];
    assert_eq!(kept, want.map(|(name, values)| (name, values.to_owned())));
    let link = reading.bom.document.links.first().unwrap();
    assert_eq!(
        (link.uri.as_str(), link.by.as_ref()),
        ("urn:cdx:f08a/1", Some(&ElementRef::local("fw")))
    );
    let relationship = &reading.bom.relationships[0];
    assert_eq!(
        (&*relationship.from.id, &relationship.kind),
        ("old", &RelationKind::AncestorOf)
    );
}

#[test]
fn the_metadata_says_whose_document_it_is() {
    for tools in [
        r#"[{"vendor": "v", "name": "t", "version": "1"}, {"name": "u"}]"#,
        r#"{"components": [{"type": "application", "group": "v", "name": "t", "version": "1"}], "services": [{"name": "u"}]}"#,
    ] {
        let reading = read(&format!(
            r#"{{"bomFormat": "CycloneDX", "specVersion": "1.7",
            "serialNumber": "urn:uuid:3E671687-395B-41F5-A30F-A58921A69B79", "version": 3,
            "metadata": {{"timestamp": "2026-01-02T03:04:05Z", "tools": {tools}, "authors": [{{"name": "a"}}],
                "lifecycles": [{{"phase": "design"}}, {{"name": "own", "description": "d"}}],
                "supplier": {{"name": "s"}}, "manufacture": {{"name": "m"}}, "licenses": [{{"license": {{"id": "CC0-1.0"}}}}],
                "distributionConstraints": {{"tlp": "AMBER_AND_STRICT"}},
                "properties": [{{"name": "atis:telecom5g:cbom.scope", "value": "vendor"}}]}},
            "properties": [{{"name": "own", "value": "1"}}],
            "externalReferences": [{{"type": "bom", "url": "https://example.org/b", "hashes": [{{"alg": "MD5", "content": "00112233445566778899aabbccddeeff"}}]}}],
            "declarations": {{}}, "signature": {{}}, "annotations": []}}"#
        ));
        assert_eq!(reading.warnings, []);
        let document = reading.bom.document;
        assert_eq!(
            (document.id.as_deref(), document.revision),
            (Some("urn:uuid:3E671687-395B-41F5-A30F-A58921A69B79"), Some(3))
        );
        assert_eq!(document.tools, ["v t 1", "u"]);
        assert_eq!(document.lifecycles, ["design", "own"]);
        assert_eq!(document.distribution, Some(Tlp::AmberAndStrict));
        assert_eq!(document.created.as_deref(), Some("2026-01-02T03:04:05Z"));
        assert_eq!(document.manufacturer.unwrap().name, "m");
        assert_eq!(document.creators[0].name, "a");
        assert_eq!(document.telecom.unwrap().others.values("cbom.scope"), ["vendor"]);
        assert_eq!(document.properties.values("own"), ["1"]);
        assert_eq!(document.links.first().unwrap().digests.len(), 1);
        let rest: Vec<&str> = document.not_summarised.iter().map(String::as_str).collect();
        assert_eq!(rest, ["annotations", "declarations", "signature"]);
    }
}

#[test]
fn hardware_and_telecom_properties_get_their_fields() {
    let reading = read(
        r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "device", "name": "d", "properties": [
        {"name": "cdx:device:quantity", "value": "8"}, {"name": "cdx:device:function", "value": "radio"},
        {"name": "cdx:device:location", "value": "U1"}, {"name": "cdx:device:deviceType", "value": "smd"},
        {"name": "cdx:device:serialNumber", "value": "S1"}, {"name": "cdx:device:serialNumber", "value": "S2"},
        {"name": "cdx:device:sku", "value": "K"}, {"name": "cdx:device:lotNumber", "value": "L"},
        {"name": "cdx:device:prodTimestamp", "value": "2026-01-01"},
        {"name": "cdx:device:macAddress", "value": "0200.5e00.5301"},
        {"name": "cdx:device:certifications:US:FCC:id", "value": "F1"},
        {"name": "cdx:device:certifications:DE", "value": "yes"},
        {"name": "cdx:device:gs1:gtin-12", "value": "036000291452"},
        {"name": "cdx:device:bom:ebom", "value": "https://example.org/e"},
        {"name": "atis:telecom5g:nfType", "value": "gNB-DU"}, {"name": "atis:telecom5g:interfaces", "value": "F1, Uu"},
        {"name": "atis:telecom5g:interface", "value": "E1"}, {"name": "atis:telecom5g:3gppSpecRelease", "value": "Rel-17"},
        {"name": "atis:telecom5g:iface.F1.protocol", "value": "IPsec ESP"}]}]}"#,
    );
    assert_eq!(reading.warnings, []);
    let component = &reading.bom.components[0];
    let hardware = component.hardware.as_deref().unwrap();
    assert_eq!(hardware.quantity, Some(8));
    assert_eq!(hardware.function.as_deref(), Some("radio"));
    assert_eq!(hardware.location.as_deref(), Some("U1"));
    assert_eq!(hardware.device_type.as_deref(), Some("smd"));
    assert_eq!(hardware.serial_numbers, ["S1", "S2"]);
    assert_eq!(
        (hardware.sku.as_deref(), hardware.lot_numbers.as_slice()),
        (Some("K"), &["L".to_owned()][..])
    );
    assert_eq!(hardware.produced.as_deref(), Some("2026-01-01"));
    assert_eq!(hardware.mac_addresses[0].to_string(), "02:00:5e:00:53:01");
    let certifications: Vec<_> = hardware
        .certifications
        .iter()
        .map(|one| {
            (
                one.country.as_str(),
                one.authority.as_deref(),
                one.aspect.as_deref(),
                one.value.as_str(),
            )
        })
        .collect();
    assert_eq!(
        certifications,
        [("US", Some("FCC"), Some("id"), "F1"), ("DE", None, None, "yes")]
    );
    assert_eq!(hardware.gs1_ids[0].scheme, Gs1Scheme::Gtin12);
    assert_eq!(hardware.engineering_bom.as_deref(), Some("https://example.org/e"));
    let telecom = component.telecom.as_deref().unwrap();
    assert_eq!(telecom.nf_types, [NfType::GnbDu]);
    assert_eq!(telecom.interfaces, ["F1", "Uu", "E1"]);
    assert_eq!(telecom.spec_releases, ["Rel-17"]);
    assert_eq!(telecom.others.values("iface.F1.protocol"), ["IPsec ESP"]);
    assert!(component.properties.is_empty());
}

#[test]
fn nesting_dependencies_and_completeness_are_kept() {
    let reading = read(
        r#"{"bomFormat": "CycloneDX", "specVersion": "1.7",
        "metadata": {"component": {"type": "device", "bom-ref": "unit", "name": "unit", "publisher": "P",
            "components": [{"type": "device", "bom-ref": "board", "name": "board", "publisher": "P",
                "components": [{"type": "device", "name": "chip", "publisher": "P"}]}]}},
        "components": [{"type": "library", "bom-ref": "lib", "name": "lib"}],
        "services": [{"bom-ref": "svc", "name": "svc", "provider": {"name": "P"}, "services": [{"name": "inner"}]}],
        "dependencies": [{"ref": "unit", "dependsOn": ["lib", "urn:cdx:f08a/1#x"], "provides": ["svc"]}, {"ref": "lib"}],
        "compositions": [{"aggregate": "complete", "assemblies": ["unit"]},
            {"aggregate": "unknown", "dependencies": ["lib"], "vulnerabilities": ["unit"]}, {"aggregate": "incomplete"}]}"#,
    );
    assert_eq!(reading.warnings, []);
    let bom = reading.bom;
    let names: Vec<_> = bom
        .components
        .iter()
        .map(|one| (one.name.as_str(), one.role, one.parent))
        .collect();
    let index = |position: usize| Some(bom.components[position].index);
    assert_eq!(
        names,
        [
            ("unit", ComponentRole::Root, None),
            ("board", ComponentRole::Root, index(0)),
            ("chip", ComponentRole::Root, index(1)),
            ("lib", ComponentRole::Part, None),
            ("svc", ComponentRole::Part, None),
            ("inner", ComponentRole::Part, index(4)),
        ]
    );
    assert_eq!(
        bom.roots()
            .iter()
            .map(|one| one.name.as_str())
            .collect::<Vec<_>>(),
        ["unit"]
    );
    let said: Vec<_> = bom
        .relationships
        .iter()
        .map(|one| {
            let Target::Element(to) = &one.to else {
                panic!("{one:?}")
            };
            format!("{} {} {to}", one.from, one.kind)
        })
        .collect();
    assert_eq!(
        said,
        [
            "unit contains board",
            "unit depends-on lib",
            "unit depends-on urn:cdx:f08a/1#x",
            "unit provides svc"
        ]
    );
    assert_eq!(bom.document.links.first().unwrap().uri, "urn:cdx:f08a/1");
    assert_eq!(bom.document.complete, [ElementRef::local("unit")]);
    let gaps: Vec<_> = bom
        .unknowns
        .iter()
        .map(|gap| (gap.about.clone(), gap.what.clone()))
        .collect();
    let completeness = |of, aggregate| Unstated::Completeness { of, aggregate };
    assert_eq!(
        gaps,
        [
            (Some(ElementRef::local("lib")), Unstated::SupplierMissing),
            (None, Unstated::SupplierMissing),
            (
                Some(ElementRef::local("lib")),
                completeness(Coverage::Dependencies, Aggregate::Unknown)
            ),
            (
                Some(ElementRef::local("unit")),
                completeness(Coverage::Vulnerabilities, Aggregate::Unknown)
            ),
            (None, completeness(Coverage::Document, Aggregate::Incomplete)),
        ]
    );
}

#[test]
fn vulnerability_statements_are_kept() {
    let reading = read(
        r#"{"bomFormat": "CycloneDX", "specVersion": "1.4", "components": [{"type": "library", "bom-ref": "l", "name": "l"}],
        "vulnerabilities": [{"id": "CVE-2021-44228", "source": {"url": "https://nvd.example"}, "ratings": [{"severity": "critical"}],
        "cwes": [502], "published": "2021-12-10T00:00:00Z", "recommendation": "none",
        "analysis": {"state": "not_affected", "justification": "code_not_present", "response": ["will_not_fix"], "detail": "d"},
        "affects": [{"ref": "l", "versions": [{"version": "1.0"}, {"range": "vers:semver/<2", "status": "unaffected"}]}]}]}"#,
    );
    assert_eq!(reading.warnings, []);
    let vulnerability = &reading.bom.vulnerabilities[0];
    assert_eq!(vulnerability.id.as_deref(), Some("CVE-2021-44228"));
    assert_eq!(vulnerability.source.as_deref(), Some("https://nvd.example"));
    assert_eq!(vulnerability.state, Some(AnalysisState::NotAffected));
    assert_eq!(vulnerability.justification, Some(Justification::CodeNotPresent));
    assert_eq!(
        (
            vulnerability.responses.as_slice(),
            vulnerability.detail.as_deref()
        ),
        (&["will_not_fix".to_owned()][..], Some("d"))
    );
    assert_eq!(vulnerability.severities, ["critical"]);
    let versions = vec![
        ("1.0".to_owned(), "affected".to_owned()),
        ("vers:semver/<2".to_owned(), "unaffected".to_owned()),
    ];
    assert_eq!(
        vulnerability.affects,
        [Affected {
            element: ElementRef::local("l"),
            versions
        }]
    );
}

#[test]
fn deviations_are_read_with_their_place() {
    let component = |rest: &str| format!(r#""components": [{{"type": "library", "name": "a", {rest}}}]"#);
    for (version, members, want) in [
        // The deviation of published samples for 5G core functions: a type that the schema lacks.
        (
            "1.7",
            r#""components": [{"type": "service", "name": "AMF"}]"#.to_owned(),
            "/components/0/type: found \"service\", want application, framework, library, container, platform, \
             operating-system, device, device-driver, firmware, file, machine-learning-model, data or cryptographic-asset",
        ),
        (
            "1.4",
            r#""components": [{"type": "device-driver", "name": "a"}]"#.to_owned(),
            "/components/0/type: found \"device-driver\", want none of the types that CycloneDX 1.5 brought",
        ),
        ("1.6", r#""components": [{"type": "file"}]"#.to_owned(), "/components/0: found no such member, want a member \"name\""),
        ("1.6", r#""components": {"type": "file", "name": "a"}"#.to_owned(), "/components: found an object, want a list"),
        ("1.6", r#""components": null"#.to_owned(), "/components: found null, want a list"),
        ("1.6", r#""components": [7]"#.to_owned(), "/components/0: found the number 7, want an object"),
        ("1.6", component(r#""version": 7"#), "/components/0/version: found the number 7, want a string"),
        ("1.6", component(r#""purl": "npm/a""#), "/components/0/purl: found \"npm/a\", want a package URL (ECMA-427)"),
        ("1.6", component(r#""cpe": "x""#), "/components/0/cpe: found \"x\", want a CPE 2.2 or 2.3 name"),
        ("1.6", component(r#""supplier": "S""#), "/components/0/supplier: found \"S\", want an object"),
        (
            "1.6",
            component(r#""hashes": [{"alg": "SHA-1", "content": "00"}]"#),
            "/components/0/hashes/0/content: found \"00\", want 40 hexadecimal digits for SHA-1",
        ),
        ("1.6", component(r#""originCountry": "SE""#), "/components/0: found a member \"originCountry\", want members that the schema has"),
        (
            "1.5",
            component(r#""manufacturer": {"name": "M"}"#),
            "/components/0: found a member \"manufacturer\", want none before CycloneDX 1.6 (this is CycloneDX 1.5)",
        ),
        (
            "1.6",
            component(r#""properties": [{"name": "cdx:device:quantity", "value": "some"}]"#),
            "/components/0/properties/0/value: found \"some\", want a whole number of pieces",
        ),
        (
            "1.6",
            component(r#""properties": [{"name": "cdx:device:colour", "value": "red"}]"#),
            "/components/0/properties/0/value: found the property \"colour\", want a name of the cdx:device taxonomy",
        ),
        (
            "1.6",
            component(r#""properties": [{"name": "cdx:device:gs1:gtin-8", "value": "96385075"}]"#),
            "/components/0/properties/0/value: found \"96385075\", want the digits of the GS1 scheme with a correct check digit",
        ),
        (
            "1.6",
            r#""components": [{"type": "file", "name": "a", "bom-ref": "r"}, {"type": "file", "name": "b", "bom-ref": "r"}]"#.to_owned(),
            "/components/1/bom-ref: found \"r\", want a reference that no other element has",
        ),
        ("1.6", r#""dependencies": [{"ref": "lost"}, {"ref": "lost", "dependsOn": ["lost"]}]"#.to_owned(), "/dependencies: found \"lost\", want the reference of an element of this document"),
        ("1.6", r#""metadata": {"timestamp": "yesterday"}"#.to_owned(), "/metadata/timestamp: found \"yesterday\", want a date and time with zone (RFC 3339)"),
        (
            "1.5",
            r#""metadata": {"lifecycles": [{"phase": "later"}]}"#.to_owned(),
            "/metadata/lifecycles/0/phase: found \"later\", want one of design, pre-build, build, post-build, operations, discovery, decommission",
        ),
        (
            "1.7",
            r#""metadata": {"distributionConstraints": {"tlp": "WHITE"}}"#.to_owned(),
            "/metadata/distributionConstraints/tlp: found \"WHITE\", want one of CLEAR, GREEN, AMBER, AMBER_AND_STRICT, RED",
        ),
        ("1.6", r#""metadata": {"tools": [7]}"#.to_owned(), "/metadata/tools/0: found the number 7, want an object"),
        ("1.6", r#""serialNumber": "urn:uuid:1""#.to_owned(), "/serialNumber: found \"urn:uuid:1\", want urn:uuid: and a UUID (RFC 9562)"),
        ("1.6", r#""version": "1""#.to_owned(), "/version: found \"1\", want a whole number"),
        ("1.4", r#""formulation": []"#.to_owned(), "/: found a member \"formulation\", want none before CycloneDX 1.5 (this is CycloneDX 1.4)"),
        ("1.6", r#""more\u001b": 1"#.to_owned(), "/: found a member \"more\\u{1b}\", want members that the schema has"),
        ("1.6", r#""compositions": [{"assemblies": []}]"#.to_owned(), "/compositions/0: found no such member, want a member \"aggregate\""),
    ] {
        assert_eq!(warnings(version, &members), [want], "{members}");
    }
}

#[test]
fn what_deviates_is_kept_all_the_same() {
    let reading = read(
        r#"{"bomFormat": "cyclonedx", "specVersion": 1.6, "components": [{"type": "service", "name": "AMF", "version": 7,
        "supplier": "S", "originCountry": "SE", "made": {"in": ["SE", "FI"]}, "purl": "no purl",
        "properties": [{"name": "cdx:device:quantity", "value": "some"}, {"name": "cdx:device:sku", "value": "1"},
            {"name": "cdx:device:sku", "value": "2"}, {"name": "atis:telecom5g:nfType", "value": "XYZ"}]}]}"#,
    );
    let component = &reading.bom.components[0];
    assert_eq!(component.kind, Kind::Service);
    assert_eq!(component.version.as_deref(), Some("7"));
    assert_eq!(component.supplied_by(), Some("S"));
    assert_eq!(component.properties.values("originCountry"), ["SE"]);
    assert_eq!(component.properties.values("made.in"), ["SE", "FI"]);
    assert_eq!(component.properties.values("cdx:device:quantity"), ["some"]);
    assert_eq!(component.properties.values("cdx:device:sku"), ["2"]);
    assert_eq!(component.hardware.as_ref().unwrap().sku.as_deref(), Some("1"));
    assert_eq!(
        component.telecom.as_ref().unwrap().nf_types,
        [NfType::Other("XYZ".to_owned())]
    );
    assert_eq!(component.other_ids[0].id, "no purl");
    assert_eq!(reading.warnings.len(), 11, "{:#?}", reading.warnings);
}

#[test]
fn a_document_without_its_format_is_told_by_its_version_and_members() {
    let reading = read(r#"{"specVersion": "1.5", "components": []}"#);
    let warnings: Vec<String> = reading.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings, ["/: found no such member, want a member \"bomFormat\""]);
}
