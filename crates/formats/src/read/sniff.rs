//! What the first bytes of a document say it is, so that it can be refused by name.

use super::Recognised;

/// The UTF-8 byte order mark, which JSON text must not have but often does (RFC 8259 §8.1).
pub(super) const MARK: &[u8] = b"\xef\xbb\xbf";

/// What the head of a document looks like.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// JSON, or nothing that is known: the parser will say where it is not JSON.
    Json,
    /// The same after a byte order mark.
    Marked,
    /// The document is empty, or all white space.
    Blank,
    /// Another format.
    Foreign(Recognised),
}

/// First bytes of compressed files and archives: ZIP, gzip, zstd, bzip2, xz.
const COMPRESSED: [&[u8]; 5] = [
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"\x28\xb5\x2f\xfd",
    b"BZh",
    b"\xfd7zXZ",
];

pub(super) fn sniff(head: &[u8]) -> Head {
    if COMPRESSED.iter().any(|magic| head.starts_with(magic)) {
        return Head::Foreign(Recognised::Compressed);
    }
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") || head.starts_with(b"\0\0\xfe\xff") {
        return Head::Foreign(Recognised::Utf16);
    }
    // Field 1 of the message `Bom` is the version, a string of three bytes.
    if head.starts_with(b"\x0a\x031.") || head.starts_with(b"\x0a\x032.") {
        return Head::Foreign(Recognised::CycloneDxProtobuf);
    }
    let (text, plain) = match head.strip_prefix(MARK) {
        Some(text) => (text, Head::Marked),
        None => (head, Head::Json),
    };
    let text = text.trim_ascii_start();
    match text.first() {
        None => Head::Blank,
        Some(b'<') if contains(text, b"cyclonedx") => Head::Foreign(Recognised::CycloneDxXml),
        Some(b'<') if contains(text, b"rdf:RDF") => Head::Foreign(Recognised::SpdxRdf),
        Some(b'<') => Head::Foreign(Recognised::Xml),
        Some(b'{' | b'[' | b'"') => plain,
        Some(_) if has_line(text, b"SPDXVersion:") => Head::Foreign(Recognised::SpdxTagValue),
        Some(_)
            if [&b"spdxVersion:"[..], b"SPDXID:", b"bomFormat:"]
                .iter()
                .any(|key| has_line(text, key)) =>
        {
            Head::Foreign(Recognised::Yaml)
        }
        Some(_) => plain,
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

fn has_line(text: &[u8], beginning: &[u8]) -> bool {
    text.split(|byte| *byte == b'\n')
        .any(|line| line.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_formats_are_told_by_their_first_bytes() {
        let cases: [(&[u8], Head); 18] = [
            (b"", Head::Blank),
            (b" \r\n\t", Head::Blank),
            (b"\xef\xbb\xbf", Head::Blank),
            (b" {}", Head::Json),
            (b"\xef\xbb\xbf{}", Head::Marked),
            (b"nonsense", Head::Json),
            (b"\x00\x01\x02", Head::Json),
            (b"{\"SPDXVersion:\": 1}", Head::Json),
            (
                b"SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0",
                Head::Foreign(Recognised::SpdxTagValue),
            ),
            (
                b"# made by hand\nSPDXVersion: SPDX-2.3",
                Head::Foreign(Recognised::SpdxTagValue),
            ),
            (b"---\nspdxVersion: SPDX-2.3", Head::Foreign(Recognised::Yaml)),
            (
                b"<?xml version=\"1.0\"?><bom xmlns=\"http://cyclonedx.org/schema/bom/1.6\">",
                Head::Foreign(Recognised::CycloneDxXml),
            ),
            (b"<rdf:RDF xmlns:spdx=\"\">", Head::Foreign(Recognised::SpdxRdf)),
            (b"\n<html>", Head::Foreign(Recognised::Xml)),
            (
                b"\x0a\x031.6\x10\x01",
                Head::Foreign(Recognised::CycloneDxProtobuf),
            ),
            (b"PK\x03\x04\x14", Head::Foreign(Recognised::Compressed)),
            (b"\x1f\x8b\x08", Head::Foreign(Recognised::Compressed)),
            (b"\xff\xfe{\0", Head::Foreign(Recognised::Utf16)),
        ];
        for (head, want) in cases {
            assert_eq!(sniff(head), want, "{}", head.escape_ascii());
        }
    }
}
