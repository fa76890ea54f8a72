//! Policies: comments and empty lines say nothing, and none makes a checkpoint believed that its log has not signed.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use prova_core::log::{Policy, SignedCheckpoint, TlogProof};
use prova_fuzz::assert_printable;

fn checkpoint() -> &'static SignedCheckpoint {
    static CHECKPOINT: OnceLock<SignedCheckpoint> = OnceLock::new();
    CHECKPOINT.get_or_init(|| {
        let proof = include_bytes!("../../../fixtures/vectors/tlog-proof/accept/entry-2-of-5.tlog-proof");
        TlogProof::parse(proof).expect("a vector").checkpoint().clone()
    })
}

fuzz_target!(|bytes: &[u8]| {
    let policy = match Policy::parse(bytes) {
        Ok(policy) => policy,
        Err(error) => return assert_printable(&error),
    };
    let with_comments = [b"# before\n\n", bytes, b"\n# after\n"].concat();
    assert_eq!(Policy::parse(&with_comments).as_ref(), Ok(&policy));
    let origin = checkpoint().checkpoint().origin().as_str();
    let knows_log = policy
        .logs()
        .iter()
        .any(|log| log.key.name().as_str() == origin && checkpoint().verify(&log.key).is_ok());
    match policy.evaluate(checkpoint()).accept() {
        Ok(()) => assert!(knows_log, "believed without the log's signature"),
        Err(error) => assert_printable(&error),
    }
    for witness in policy.witnesses() {
        assert!(
            !witness
                .name
                .to_string()
                .chars()
                .any(prova_core::text::is_unprintable)
        );
    }
});
