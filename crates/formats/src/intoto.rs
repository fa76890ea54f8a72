//! in-toto bundles (in-toto/attestation, `spec/v1/bundle.md`): JSON Lines, one DSSE envelope a line, in files named `*.intoto.jsonl`.
//!
//! An entry is compact JSON without a line break, so a line is the entry itself, byte for byte: its hash is still the leaf.

use prova_core::statement::Envelope;

/// One line for each envelope, its end included.
pub fn lines<'a>(envelopes: impl IntoIterator<Item = &'a Envelope>) -> Vec<u8> {
    let mut lines = Vec::new();
    for envelope in envelopes {
        lines.extend_from_slice(&envelope.encode());
        lines.push(b'\n');
    }
    lines
}

#[cfg(test)]
mod tests {
    use prova_core::key::SecretKey;

    use super::*;

    #[test]
    fn each_line_is_an_entry_byte_for_byte() {
        let key = SecretKey::from_seed([1; 32]);
        let envelopes: Vec<_> = [&b"{\"a\":\n1}"[..], b"{}"]
            .map(|payload| Envelope::sign(payload.to_vec(), &[&key]).unwrap())
            .into();
        let bundle = lines(&envelopes);
        let read: Vec<_> = bundle
            .strip_suffix(b"\n")
            .unwrap()
            .split(|byte| *byte == b'\n')
            .map(|line| Envelope::decode(line).unwrap())
            .collect();
        assert_eq!(read, envelopes);
        assert!(lines([]).is_empty());
    }
}
