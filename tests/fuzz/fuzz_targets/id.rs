//! Every id and other short text: what is parsed prints as its normal form, and that is read as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use prova_core::{country::Country, hash::{Digest, LeafHash, NodeHash}, id::{Alias, ComponentId, OrgId, Origin, SubjectId}, index::term::Term, key::KeyId, lifecycle::FindingCode, log::merkle::TilePath, statement::event::{category::Category, role::Role}, time::{Date, Timestamp}};
use prova_fuzz::{assert_one_text, assert_text_is_normal};

fuzz_target!(|text: &str| {
    assert_text_is_normal::<OrgId>(text);
    assert_text_is_normal::<Term>(text);
    let component = assert_text_is_normal::<ComponentId>(text);
    let subject = assert_text_is_normal::<SubjectId>(text);
    if component.is_some() {
        assert_eq!(component, subject, "a component is a subject");
    }
    // In what is signed, only the normal form is read.
    let json = serde_json::to_string(text).expect("text is JSON");
    assert_eq!(
        serde_json::from_str::<SubjectId>(&json).is_ok(),
        subject.as_deref() == Some(text)
    );
    assert_one_text::<Alias>(text);
    assert_one_text::<Timestamp>(text);
    assert_one_text::<Date>(text);
    assert_one_text::<Country>(text);
    assert_one_text::<Category>(text);
    assert_one_text::<Role>(text);
    assert_one_text::<Origin>(text);
    assert_one_text::<FindingCode>(text);
    assert_one_text::<TilePath>(text);
    assert_one_text::<KeyId>(text);
    assert_one_text::<LeafHash>(text);
    assert_one_text::<NodeHash>(text);
    assert_one_text::<Digest>(text);
    if let Ok(time) = text.parse::<Timestamp>() {
        assert_eq!(Timestamp::from_unix(time.unix()), Some(time));
        assert!(text.starts_with(&time.date().to_string()));
    }
});
