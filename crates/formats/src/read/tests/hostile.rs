//! Whatever the input, a reader answers: cut, flipped and spliced documents, and names made to deceive.

use proptest::prelude::*;

use crate::{bom::read, limits::Limits};

/// Small documents that use every member that is read.
const SAMPLES: [&str; 3] = [
    r#"{"bomFormat":"CycloneDX","specVersion":"1.7","serialNumber":"urn:uuid:5b0b8a3e-6d0f-4f5e-8f5b-3a9f0c7d1e01",
"version":1,"metadata":{"timestamp":"2026-03-04T10:00:00Z","lifecycles":[{"phase":"build"}],"tools":{"components":
[{"name":"t"}]},"component":{"type":"device","bom-ref":"r","name":"é","components":[{"type":"device","bom-ref":"p",
"name":"p"}]},"distributionConstraints":{"tlp":"RED"},"supplier":{"name":"s","address":{"country":"SE"}}},
"components":[{"type":"firmware","bom-ref":"f","name":"\u00e9\ud83d\ude00","version":"1","purl":"pkg:generic/a/b@1?c=d#e",
"cpe":"cpe:/o:a:b:1","hashes":[{"alg":"MD5","content":"00112233445566778899aabbccddeeff"}],"licenses":[{"expression":
"MIT"},{"license":{"id":"X"}}],"pedigree":{"ancestors":[{"name":"a"}],"notes":"n"},"properties":[{"name":
"cdx:device:macAddress","value":"02:00:5e:00:00:01"},{"name":"cdx:device:quantity","value":"2"},{"name":
"atis:telecom5g:nfType","value":"AMF"}],"externalReferences":[{"type":"bom","url":"urn:cdx:a/1#b"}]}],"services":
[{"name":"s","endpoints":["x"]}],"dependencies":[{"ref":"r","dependsOn":["f"],"provides":["p"]}],"compositions":
[{"aggregate":"unknown","assemblies":["r"]}],"vulnerabilities":[{"id":"v","analysis":{"state":"in_triage"},"affects":
[{"ref":"f","versions":[{"range":"vers:semver/1"}]}]}],"properties":[{"name":"n","value":"v"}]}"#,
    r#"{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","name":"n","dataLicense":"CC0-1.0","documentNamespace":
"https://a.example/b","creationInfo":{"created":"2026-03-02T09:30:00Z","creators":["Organization: A (b@c)","Tool: t"]},
"externalDocumentRefs":[{"externalDocumentId":"DocumentRef-x","spdxDocument":"https://a.example/x","checksum":
{"algorithm":"SHA1","checksumValue":"0011223344556677889900112233445566778899"}}],"documentDescribes":["SPDXRef-p"],
"packages":[{"SPDXID":"SPDXRef-p","name":"p","versionInfo":"1","supplier":"NOASSERTION","downloadLocation":"NONE",
"primaryPackagePurpose":"FIRMWARE","hasFiles":["SPDXRef-f"],"externalRefs":[{"referenceCategory":"PACKAGE-MANAGER",
"referenceType":"purl","referenceLocator":"pkg:deb/debian/frr@8.4"}]}],"files":[{"SPDXID":"SPDXRef-f","fileName":"f",
"checksums":[{"algorithm":"SHA1","checksumValue":"0011223344556677889900112233445566778899"}]}],"snippets":[{"SPDXID":
"SPDXRef-s","snippetFromFile":"SPDXRef-f"}],"relationships":[{"spdxElementId":"SPDXRef-p","relationshipType":
"DEPENDENCY_OF","relatedSpdxElement":"DocumentRef-x:SPDXRef-q"},{"spdxElementId":"SPDXRef-p","relationshipType":
"CONTAINS","relatedSpdxElement":"NOASSERTION"}]}"#,
    "\u{feff}{\"specVersion\": 1.5, \"bomFormat\": \"cyclonedx\", \"components\": {\"type\": 1, \"name\": null}}",
];

#[test]
fn the_samples_are_read() {
    for sample in SAMPLES {
        read(sample.as_bytes(), &Limits::default()).unwrap();
    }
}

#[test]
fn every_proper_beginning_of_a_document_is_refused() {
    for sample in SAMPLES {
        for end in 0..sample.len() {
            assert!(
                read(&sample.as_bytes()[..end], &Limits::default()).is_err(),
                "{end} bytes of {sample}"
            );
        }
    }
}

#[test]
fn every_flipped_bit_is_answered() {
    for sample in SAMPLES {
        let mut bytes = sample.as_bytes().to_vec();
        for position in 0..bytes.len() {
            for bit in 0..8 {
                bytes[position] ^= 1 << bit;
                if let Ok(reading) = read(bytes.as_slice(), &Limits::default()) {
                    assert_ne!(reading.digest, prova_core::hash::Digest::of(sample.as_bytes()));
                }
                bytes[position] ^= 1 << bit;
            }
        }
    }
}

#[test]
fn names_keep_what_they_hold_and_are_shown_escaped() {
    for (written, name, shown) in [
        (r"a\u001b[2Jb", "a\u{1b}[2Jb", r"a\u{1b}[2Jb"),
        (r"gnp\u202eexe", "gnp\u{202e}exe", r"gnp\u{202e}exe"),
        (r"nul\u0000", "nul\0", r"nul\u{0}"),
        (
            r"<script>alert(1)</script>",
            "<script>alert(1)</script>",
            "<script>alert(1)</script>",
        ),
        (r"..\/..\/etc\/passwd", "../../etc/passwd", "../../etc/passwd"),
        (
            r"zero\u200bwidth\ufeff",
            "zero\u{200b}width\u{feff}",
            r"zero\u{200b}width\u{feff}",
        ),
    ] {
        let text = format!(
            r#"{{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{{"type": "{written}", "name": "{written}",
               "bom-ref": "{written}", "supplier": {{"name": "{written}"}}, "{written}": 1,
               "purl": "{written}", "hashes": [{{"alg": "{written}", "content": "{written}"}}]}}]}}"#
        );
        let reading = read(text.as_bytes(), &Limits::default()).unwrap();
        let component = &reading.bom.components[0];
        assert_eq!(component.name, name);
        assert_eq!(component.to_string(), shown);
        assert_eq!(component.properties.values(name), ["1"]);
        assert_eq!(component.other_ids[0].id, name);
        assert_eq!(component.supplied_by(), Some(name));
        assert_eq!(reading.warnings.len(), 5, "{:?}", reading.warnings);
        for warning in &reading.warnings {
            assert!(
                !warning.to_string().chars().any(prova_core::text::is_unprintable),
                "{warning}"
            );
        }
    }
}

#[test]
fn huge_numbers_and_lengths_do_no_harm() {
    for value in [
        "1e308",
        "-1e-400",
        "18446744073709551616",
        "-9223372036854775809",
        &"9".repeat(300),
    ] {
        let text = format!(
            r#"{{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": {value},
               "components": [{{"type": {value}, "name": {value}}}]}}"#
        );
        let reading = read(text.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(reading.bom.document.revision, None, "{value}");
    }
    let message = read(&b"{\"version\": 1e999}"[..], &Limits::default())
        .expect_err("no number")
        .to_string();
    assert_eq!(message, "not JSON at line 1 column 18: number out of range");
}

proptest! {
    #[test]
    fn mutated_documents_are_answered(
        sample in 0..SAMPLES.len(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..40, prop::collection::vec(any::<u8>(), 0..6)), 1..6),
    ) {
        let mut bytes = SAMPLES[sample].as_bytes().to_vec();
        for (place, removed, inserted) in edits {
            let start = place.index(bytes.len() + 1);
            let end = (start + removed).min(bytes.len());
            bytes.splice(start..end, inserted);
        }
        let _ = read(bytes.as_slice(), &Limits::default());
    }

    #[test]
    fn documents_with_values_of_any_kind_are_answered(
        sample in 0..2_usize,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..4),
    ) {
        const VALUES: [&str; 12] = [
            "null", "true", "0", "-1.5", "\"\"", "\"x\"", "[]", "{}", "[[]]", "[{}]", "[null,\"x\",{\"name\":1}]", "{\"name\":[]}",
        ];
        // Members are told by the colon after their key; what follows up to the next comma or bracket is replaced.
        let mut text = SAMPLES[sample].to_owned();
        for (place, value) in edits {
            let colons: Vec<usize> = text.match_indices("\":").map(|(at, _)| at + 2).collect();
            let start = colons[place.index(colons.len())];
            let end = text[start..].find([',', '}', ']']).map_or(text.len(), |length| start + length);
            text.replace_range(start..end, VALUES[value.index(VALUES.len())]);
        }
        let _ = read(text.as_bytes(), &Limits::default());
    }

    #[test]
    fn any_package_url_is_answered(text in "(pkg:)?[a-z%@/?#=&:.\\PC]{0,40}") {
        let json = serde_json::json!({"bomFormat": "CycloneDX", "specVersion": "1.6",
            "components": [{"type": "library", "name": "a", "purl": text}]});
        let reading = read(json.to_string().as_bytes(), &Limits::default()).unwrap();
        let component = &reading.bom.components[0];
        prop_assert_eq!(component.purls.len() + component.other_ids.len(), 1);
    }
}
