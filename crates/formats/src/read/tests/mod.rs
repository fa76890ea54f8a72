//! What is refused and where, and what a reading does whatever the format.

mod fixtures;
mod hostile;

use std::{
    io::{self, Read},
    ops::ControlFlow,
};

use super::*;
use crate::{
    bom::{BomFormat, BomReading, Component, Kind, SpecVersion},
    limits::Limits,
};

fn read_text(text: &str) -> Result<BomReading, ReadBomError> {
    read(text.as_bytes(), &Limits::default())
}

/// What a refusal says, with its sources.
fn refusal(text: &[u8], limits: &Limits) -> String {
    read(text, limits).expect_err("it should be refused").to_string()
}

const WANTED: &str = "want CycloneDX 1.4, 1.5, 1.6, 1.7 or SPDX 2.2, 2.3, in JSON";

#[test]
fn what_is_no_bom_of_these_formats_is_refused_by_name() {
    for (text, want) in [
        ("", "the document is empty"),
        (" \n\t ", "the document is empty"),
        (
            "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\"/>",
            "found CycloneDX in XML",
        ),
        ("SPDXVersion: SPDX-2.3\n", "found SPDX tag-value text"),
        ("[]", "found JSON that is not an object"),
        ("\"bom\"", "found JSON that is not an object"),
        ("12", "found JSON that is not an object"),
        (
            "{}",
            "found an object with neither \"bomFormat\" nor \"spdxVersion\"",
        ),
        (
            r#"{"components": []}"#,
            "found an object with neither \"bomFormat\" nor \"spdxVersion\"",
        ),
        (
            r#"{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []}"#,
            "found SPDX 3 in JSON-LD",
        ),
        (
            r#"{"@context": ["https://example.org/"], "@graph": []}"#,
            "found JSON-LD",
        ),
        (
            r#"{"bomFormat": "CycloneDX", "specVersion": "1.3"}"#,
            "found CycloneDX 1.3",
        ),
        (
            r#"{"bomFormat": "CycloneDX", "specVersion": "2.0"}"#,
            "found CycloneDX 2.0",
        ),
        (
            r#"{"bomFormat": "CycloneDX", "specVersion": null}"#,
            "found CycloneDX null",
        ),
        (
            r#"{"bomFormat": "CycloneDX"}"#,
            "found CycloneDX without \"specVersion\"",
        ),
        (
            r#"{"bomFormat": "Other\u001b"}"#,
            "found the BOM format \"Other\\u{1b}\"",
        ),
        (r#"{"spdxVersion": "SPDX-2.1"}"#, "found SPDX 2.1"),
        (r#"{"spdxVersion": "SPDX-3.0"}"#, "found SPDX 3.0"),
        (
            r#"{"spdxVersion": "SPDX-2.3", "bomFormat": "CycloneDX"}"#,
            "found an object with members of both",
        ),
        (
            r#"{"packages": [], "specVersion": "1.5", "bomFormat": "CycloneDX"}"#,
            "found an object with members of both",
        ),
        (
            r#"{"payloadType": "x", "payload": "", "signatures": []}"#,
            "found a signed envelope or statement",
        ),
        (
            r#"{"document": {"csaf_version": "2.0"}}"#,
            "found a CSAF advisory",
        ),
        (
            r#"{"sbom": {"spdxVersion": "SPDX-2.3"}}"#,
            "found an object with a BOM as its member \"sbom\"",
        ),
    ] {
        let message = refusal(text.as_bytes(), &Limits::default());
        assert!(
            message.starts_with(want) && message.ends_with(WANTED),
            "{text}: {message}"
        );
    }
}

#[test]
fn what_is_not_json_is_refused_with_line_and_column() {
    for (text, want) in [
        (
            &b"{\"bomFormat\": \"CycloneDX\",\n \"specVersion\": 1.6.1}"[..],
            "not JSON at line 2 column 20: expected `,` or `}`",
        ),
        (
            b"{\"name\": \"a\" \"b\"}",
            "not JSON at line 1 column 14: expected `,` or `}`",
        ),
        (
            b"{\"spdxVersion\": \"SPDX-2.3\"",
            "not JSON at line 1 column 26: EOF while parsing an object",
        ),
        (
            b"{\"spdxVersion\": \"SPDX-2.3\"} {}",
            "not JSON at line 1 column 29: trailing characters",
        ),
        (
            b"{\"name\": \"\xff\"}",
            "not JSON at line 1 column 11: invalid unicode code point",
        ),
        (
            b"{\"formulation\": [\"\xff\"]}",
            "not JSON at line 1 column 19: invalid unicode code point",
        ),
        (
            b"{\"name\": \"a\nb\"}",
            "not JSON at line 2 column 0: control character (\\u0000-\\u001F) found while parsing a string",
        ),
        (b"\x00", "not JSON at line 1 column 1: expected value"),
        (b"nonsense", "not JSON at line 1 column 2: expected ident"),
    ] {
        assert_eq!(refusal(text, &Limits::default()), want);
    }
}

#[test]
fn a_key_that_is_there_twice_is_refused_with_its_place() {
    for (text, key, pointer, line) in [
        (
            r#"{"bomFormat": "CycloneDX", "bomFormat": "CycloneDX"}"#,
            "bomFormat",
            "",
            1,
        ),
        (
            "{\"components\": [{\"name\": \"a\"},\n{\"name\": \"b\",\n\"name\": \"c\"}]}",
            "name",
            "/components/1",
            3,
        ),
        (
            r#"{"components": [{"components": [{"type": "file"}, {"x": [1, {"y": 1, "y": 2}]}]}]}"#,
            "y",
            "/components/0/components/1/x/1",
            1,
        ),
        // What is passed over is held to the same rule.
        (
            r#"{"components": [{"evidence": {"a": [0, {"b": 1, "b": 1}]}}]}"#,
            "b",
            "/components/0/evidence/a/1",
            1,
        ),
        (
            r#"{"hasExtractedLicensingInfos": [{"name": 1, "na\u006de": 2}]}"#,
            "name",
            "/hasExtractedLicensingInfos/0",
            1,
        ),
        (
            r#"{"metadata": {"tools": [], "component": {"name": "", "name": ""}}}"#,
            "name",
            "/metadata/component",
            1,
        ),
        (
            r#"{"relationships": [{}, {"comment": "", "comment": ""}]}"#,
            "comment",
            "/relationships/1",
            1,
        ),
    ] {
        let error = read_text(text).expect_err("a duplicate key");
        let ReadBomError::DuplicateKey { key: got, at } = &error else {
            panic!("{error}")
        };
        assert_eq!(
            (got.as_str(), at.pointer.as_str(), at.line),
            (key, pointer, line),
            "{text}"
        );
    }
}

/// `depth` nested lists in a member that is passed over, and in one that is read.
fn nested(depth: usize) -> [String; 2] {
    let lists = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let head = r#"{"bomFormat": "CycloneDX", "specVersion": "1.6""#;
    [
        format!("{head}, \"formulation\": {}}}", lists(depth - 1)),
        format!(
            "{head}, \"components\": [{{\"type\": \"file\", \"name\": \"a\", \"x\": {}}}]}}",
            lists(depth - 3)
        ),
    ]
}

#[test]
fn nesting_is_limited_and_never_exhausts_the_stack() {
    let limits = Limits {
        depth: 100,
        ..Limits::default()
    };
    for text in nested(100) {
        read(text.as_bytes(), &limits).unwrap();
    }
    for text in nested(101) {
        let error = read(text.as_bytes(), &limits).expect_err("too deep");
        assert!(
            matches!(&error, ReadBomError::TooDeep { limit: 100, at } if !at.pointer.as_str().is_empty()),
            "{error}"
        );
    }
    // The parser has a limit of its own, which no setting can lift.
    let limits = Limits {
        depth: usize::MAX,
        ..Limits::default()
    };
    for depth in [121, 127, 128, 129, 100_000] {
        for text in nested(depth) {
            assert!(
                matches!(read(text.as_bytes(), &limits), Err(ReadBomError::TooDeep { .. })),
                "{depth}"
            );
        }
    }
    let components = format!("{{\"components\": {}", "[{\"components\": ".repeat(60_000));
    assert!(matches!(
        read_text(&components),
        Err(ReadBomError::TooDeep { .. })
    ));
}

#[test]
fn every_limit_refuses_with_its_name() {
    let cyclonedx =
        |members: &str| format!("{{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.6\", {members}}}");
    let two = cyclonedx(r#""components": [{"type": "file", "name": "a"}, {"type": "file", "name": "b"}]"#);
    let related = cyclonedx(r#""dependencies": [{"ref": "a", "dependsOn": ["b", "c"]}]"#);
    let exploited = cyclonedx(r#""vulnerabilities": [{"id": "a"}, {"id": "b"}]"#);
    let open = cyclonedx(r#""compositions": [{"aggregate": "unknown", "assemblies": ["a", "b"]}]"#);
    let linked = cyclonedx(&format!(
        "\"externalReferences\": [{}]",
        vec![r#"{"type": "website", "url": "https://example.org/"}"#; 50].join(",")
    ));
    let all = Limits::default();
    for (text, limits, want) in [
        (
            &two,
            Limits { bytes: 100, ..all },
            "the document has more than 100 bytes",
        ),
        (
            &two,
            Limits { text_bytes: 8, ..all },
            "a string with more than 8 bytes ends in or after line 1",
        ),
        (
            &two,
            Limits { components: 1, ..all },
            "more than 1 components (line 1 column 97, at /components/1)",
        ),
        (
            &two,
            Limits { members: 1, ..all },
            "more than 1 members (line 1 column 41, at /)",
        ),
        (
            &two,
            Limits {
                element_bytes: 230,
                ..all
            },
            "an element takes more than 230 bytes (line 1 column 92, at /components/0/name)",
        ),
        (
            &related,
            Limits {
                relationships: 1,
                ..all
            },
            "more than 1 relationships (line 1 column 104, at /dependencies/0)",
        ),
        (
            &related,
            Limits {
                reference_bytes: 0,
                ..all
            },
            "more than 0 bytes in a reference (line 1 column 104, at /dependencies/0)",
        ),
        (
            &exploited,
            Limits {
                vulnerabilities: 1,
                ..all
            },
            "more than 1 vulnerabilities (line 1 column 94, at /vulnerabilities/1)",
        ),
        (
            &open,
            Limits { unknowns: 1, ..all },
            "more than 1 declared unknowns (line 1 column 117, at /compositions/0)",
        ),
        (
            &linked,
            Limits {
                element_bytes: 4_000,
                ..all
            },
            "an element takes more than 4000 bytes",
        ),
    ] {
        read(text.as_bytes(), &all).unwrap();
        let message = refusal(text.as_bytes(), &limits);
        assert!(message.starts_with(want), "{message}");
    }
}

#[test]
fn warnings_over_their_limit_are_counted() {
    let text = r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{}, {}, {}]}"#;
    let limits = Limits {
        warnings: 2,
        ..Limits::default()
    };
    let reading = read(text.as_bytes(), &limits).unwrap();
    // Each lacks its type and its name.
    assert_eq!((reading.warnings.len(), reading.unlisted_warnings), (2, 4));
}

#[test]
fn the_format_may_be_told_at_the_end() {
    let component = r#"{"type": "firmware", "name": "boot"}"#;
    let last = format!(r#"{{"components": [{component}], "specVersion": "1.6", "bomFormat": "CycloneDX"}}"#);
    let first = format!(r#"{{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{component}]}}"#);
    let (last, first) = (read_text(&last).unwrap(), read_text(&first).unwrap());
    assert_eq!(last.bom, first.bom);
    assert_eq!(last.bom.document.version, SpecVersion::CycloneDx16);
    assert_eq!(last.bom.components[0].kind, Kind::Firmware);
    let spdx =
        read_text(r#"{"packages": [{"SPDXID": "SPDXRef-a", "name": "a"}], "spdxVersion": "SPDX-2.2"}"#)
            .unwrap();
    assert_eq!(spdx.bom.document.version.format(), BomFormat::Spdx);
    assert_eq!(spdx.bom.components.len(), 1);
}

#[test]
fn a_byte_order_mark_is_read_over_with_a_warning() {
    let text = "\u{feff}{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.6\"}";
    let reading = read_text(text).unwrap();
    assert_eq!(reading.warnings.len(), 1);
    assert_eq!(reading.warnings[0].found, "a byte order mark");
    assert_eq!(reading.digest, prova_core::hash::Digest::of(text.as_bytes()));
}

#[test]
fn a_sink_sees_every_part_and_can_stop() {
    struct Until(usize, Vec<String>);
    impl Sink for Until {
        fn component(&mut self, component: Component) -> ControlFlow<()> {
            self.1
                .push(format!("{} {}", component.index.get(), component.name));
            if self.1.len() == self.0 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        }
    }
    let text = r#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
        {"type": "device", "name": "whole", "components": [{"type": "device", "name": "part"}]},
        {"type": "device", "name": "other"}]}"#;
    let mut all = Until(usize::MAX, Vec::new());
    read_each(text.as_bytes(), &Limits::default(), &mut all).unwrap();
    assert_eq!(all.1, ["1 part", "0 whole", "2 other"]);
    let mut two = Until(2, Vec::new());
    let stopped = read_each(text.as_bytes(), &Limits::default(), &mut two);
    assert!(matches!(stopped, Err(ReadBomError::Stopped)));
    assert_eq!(two.1.len(), 2);
}

#[test]
fn a_failing_source_is_told_from_a_bad_document() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::from(io::ErrorKind::ConnectionReset))
        }
    }
    let early = read(Failing, &Limits::default());
    assert!(matches!(early, Err(ReadBomError::Io { .. })));
    let head = format!(
        "{{\"bomFormat\": \"CycloneDX\", \"metadata\": {{{}",
        " ".repeat(5_000)
    );
    let late = read(head.as_bytes().chain(Failing), &Limits::default());
    let Err(ReadBomError::Io { source }) = late else {
        panic!("{late:?}")
    };
    assert_eq!(source.kind(), io::ErrorKind::ConnectionReset);
}
