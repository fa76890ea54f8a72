use super::*;
use crate::tests::scene::{component, id, org};

const UNIT: &str = "unit:dns:nordlys.example/AAU/1";

fn at(entry: u64, subject: &str, detail: &Detail) -> Finding {
    Finding {
        subject: id(subject),
        entry: EntryIndex::new(entry),
        detail: detail.clone(),
    }
}

#[test]
fn findings_are_in_order_of_entries_codes_subjects_and_details() {
    let born = |entry| Detail::SecondBirth {
        born: EntryIndex::new(entry),
    };
    let maker = Detail::ForeignType {
        of_type: component("type:dns:meridian.example/CS/A"),
    };
    let not_in_slot = Detail::NotInSlot {};
    let in_order = [
        at(1, "unit:dns:nordlys.example/AAU/2", &born(0)),
        at(1, UNIT, &maker),
        at(2, "slot:dns:north.example/a", &born(0)),
        at(2, "type:dns:nordlys.example/AAU/A", &born(0)),
        // By their bytes.
        at(2, UNIT, &born(10)),
        at(2, UNIT, &born(9)),
        at(2, "slot:dns:north.example/a", &maker),
        at(10, UNIT, &born(0)),
        at(10, UNIT, &not_in_slot),
    ];
    for (position, finding) in in_order.iter().enumerate() {
        for (other, with) in in_order.iter().enumerate() {
            assert_eq!(finding.cmp(with), position.cmp(&other), "{position} {other}");
        }
    }
}

#[test]
fn findings_that_differ_in_their_places_only_are_a_group() {
    let gap = |from: &str| Detail::NotHandedOver {
        by: org("operator-north"),
        from: org(from),
    };
    let slot = Detail::ForeignSlot {
        by: org("operator-north"),
    };
    let other = "unit:dns:nordlys.example/AAU/2";
    let findings = [
        at(3, UNIT, &slot),
        at(3, UNIT, &gap("carrier")),
        at(3, other, &gap("carrier")),
        at(4, UNIT, &gap("nordlys")),
        at(5, UNIT, &Detail::NotInSlot {}),
        at(6, UNIT, &gap("carrier")),
    ];
    let place = |entry, subject| (EntryIndex::new(entry), id(subject));
    let group = |detail, places: &[_]| FindingGroup {
        detail,
        places: places.to_vec(),
    };
    assert_eq!(
        Finding::grouped(&findings),
        [
            group(Detail::NotInSlot {}, &[place(5, UNIT)]),
            group(gap("carrier"), &[place(3, UNIT), place(3, other), place(6, UNIT)]),
            group(gap("nordlys"), &[place(4, UNIT)]),
            group(slot, &[place(3, UNIT)]),
        ]
    );
    assert_eq!(Finding::grouped([]), []);
}

#[test]
fn a_severity_is_written_as_it_is_called() {
    for (severity, name) in [
        (Severity::Contradiction, "contradiction"),
        (Severity::Gap, "gap"),
        (Severity::Notice, "notice"),
    ] {
        assert_eq!(severity.to_string(), name);
        assert_eq!(serde_json::to_value(severity).unwrap(), name);
    }
}
