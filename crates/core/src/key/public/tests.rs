use super::*;
use crate::{
    hex,
    key::signature::tests::{SMALL_ORDER, non_canonical_encodings, point, secret},
};

#[test]
fn keys_of_small_order_are_refused() {
    for encoding in SMALL_ORDER {
        let encoding = hex::decode(encoding).unwrap();
        assert_eq!(PublicKey::from_bytes(&encoding), Err(PublicKeyError::SmallOrder));
    }
}

#[test]
fn other_encodings_are_refused() {
    for encoding in non_canonical_encodings() {
        assert_eq!(
            PublicKey::from_bytes(&encoding),
            Err(PublicKeyError::NotCanonical)
        );
    }
}

#[test]
fn keys_of_mixed_order_are_refused() {
    let good = point(secret(1).public().as_bytes()).unwrap();
    for (position, torsion) in SMALL_ORDER.iter().enumerate() {
        let mixed = (good + point(&hex::decode(torsion).unwrap()).unwrap()).compress();
        let want = if position == 0 {
            Ok(secret(1).public())
        } else {
            Err(PublicKeyError::MixedOrder)
        };
        assert_eq!(PublicKey::from_bytes(mixed.as_bytes()), want);
    }
}

#[test]
fn bytes_off_the_curve_are_refused() {
    let mut bytes = [0; 32];
    bytes[0] = 2; // RFC 8032 §5.1.3: there is no x for y = 2.
    assert_eq!(PublicKey::from_bytes(&bytes), Err(PublicKeyError::NotOnCurve));
}

/// The example of RFC 8410 §10.1.
const RFC_8410: &str = "-----BEGIN PUBLIC KEY-----\n\
                        MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
                        -----END PUBLIC KEY-----\n";

#[test]
fn every_form_of_a_key_leads_back_to_it() {
    let key = PublicKey::from_spki_pem(RFC_8410).unwrap();
    let bytes = "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";
    assert_eq!(hex::encode(key.as_bytes()), bytes);
    assert_eq!(key.to_spki_pem(), RFC_8410);
    assert_eq!(PublicKey::from_spki_der(&key.to_spki_der()), Ok(key));
    let text = "ed25519:Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
    assert_eq!(key.to_string(), text);
    assert_eq!(text.parse(), Ok(key));
    let json = serde_json::to_string(&key).unwrap();
    assert_eq!(json, format!("\"{text}\""));
    assert_eq!(serde_json::from_str::<PublicKey>(&json).unwrap(), key);
    assert_eq!(key.key_id().as_bytes(), &sha256(&[&key.to_spki_der()]));
}

#[test]
fn other_texts_are_refused_with_their_reason() {
    use ParsePublicKeyError as E;
    for (text, want) in [
        ("", E::NoAlgorithm),
        ("Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=", E::NoAlgorithm),
        (
            "ml-dsa-65:AAAA",
            E::Algorithm {
                got: "ml-dsa-65".to_owned(),
            },
        ),
        (
            "Ed25519:AAAA",
            E::Algorithm {
                got: "Ed25519".to_owned(),
            },
        ),
        ("ed25519:Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE", E::Base64),
        ("ed25519:Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuF=", E::Base64),
        ("ed25519: Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=", E::Base64),
        ("ed25519:", E::Length { got: 0 }),
        ("ed25519:AAAA", E::Length { got: 3 }),
        (
            "ed25519:AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            E::Key(PublicKeyError::SmallOrder),
        ),
    ] {
        assert_eq!(text.parse::<PublicKey>(), Err(want), "{text}");
    }
}

#[test]
fn other_documents_are_refused_with_their_reason() {
    use DecodeSpkiError as E;
    let private = "-----BEGIN PRIVATE KEY-----\n\
                   MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
                   -----END PRIVATE KEY-----\n";
    // X25519, RFC 8410 §10.2 with its object identifier: the same length, another algorithm.
    let x25519 = RFC_8410.replace("MCowBQYDK2Vw", "MCowBQYDK2Vu");
    for (pem, want) in [
        ("", E::NotPem),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBm/RA", E::NotPem),
        (
            private,
            E::Label {
                got: "PRIVATE KEY".to_owned(),
            },
        ),
        (
            &x25519,
            E::Algorithm {
                got: "1.3.101.110".to_owned(),
            },
        ),
    ] {
        assert_eq!(PublicKey::from_spki_pem(pem), Err(want), "{pem}");
    }
}

#[test]
fn every_truncation_and_flip_of_a_der_document_is_refused_or_another_key() {
    let key = secret(1).public();
    let der = key.to_spki_der();
    for length in 0..der.len() {
        assert!(
            PublicKey::from_spki_der(&der[..length]).is_err(),
            "{length} bytes"
        );
    }
    assert_eq!(
        PublicKey::from_spki_der(&[&der[..], &[0]].concat()),
        Err(DecodeSpkiError::Malformed)
    );
    for bit in 0..der.len() * 8 {
        let mut flipped = der;
        flipped[bit / 8] ^= 1 << (bit % 8);
        let result = PublicKey::from_spki_der(&flipped);
        if bit < SPKI_PREFIX.len() * 8 {
            assert!(result.is_err(), "bit {bit}");
        } else if let Ok(other) = result {
            assert_ne!(other.key_id(), key.key_id(), "bit {bit}");
            assert_eq!(other.to_spki_der(), flipped, "bit {bit}");
        }
    }
}

#[test]
fn a_seed_comes_out_as_it_went_in() {
    let secret = SecretKey::from_seed([9; 32]);
    assert_eq!(*secret.expose_seed(), [9; 32]);
    assert_eq!(
        PublicKey::from_bytes(secret.public().as_bytes()),
        Ok(secret.public())
    );
}
