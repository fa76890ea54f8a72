//! Long lists of units become several statements, each within the limits of an entry.

use prova_core::{
    index::term::MAX_TERMS,
    statement::{MAX_ENTRY_BYTES, Predicate, STATEMENT_LIMITS, Statement, Subject, event::Event},
};

/// Bytes of an envelope beside payload and signatures, rounded up.
const ENVELOPE_BYTES: usize = 128;
/// Bytes of a signature in an envelope: key id, base64 of 64 bytes, names and punctuation, rounded up.
const SIGNATURE_BYTES: usize = 192;

/// Terms that an entry may have beside those of its subjects: signers, lists of what it names.
const OTHER_TERMS: usize = 300;

/// The statements that say `predicate` of all subjects, in their order, as few as fit.
pub(super) fn statements(subjects: Vec<Subject>, predicate: &Predicate, signatures: usize) -> Vec<Statement> {
    let statement = |subjects| Statement {
        subjects,
        predicate: predicate.clone(),
    };
    if !divisible(predicate) {
        return vec![statement(subjects)];
    }
    let limit = payload_limit(signatures);
    let empty = statement(Vec::new()).encode().len();
    let mut statements = Vec::new();
    let mut these = Vec::new();
    let (mut length, mut terms) = (empty, 0_usize);
    for subject in subjects {
        let alone = statement(vec![subject.clone()]).encode().len();
        // With the comma before it.
        let more = alone.saturating_sub(empty).saturating_add(1);
        // Itself, and other names of it.
        let more_terms = subject.aliases.len().saturating_add(2);
        let is_full = length.saturating_add(more) > limit
            || these.len() >= STATEMENT_LIMITS.list_members
            || terms.saturating_add(more_terms) > MAX_TERMS.saturating_sub(OTHER_TERMS);
        if !these.is_empty() && is_full {
            statements.push(statement(std::mem::take(&mut these)));
            (length, terms) = (empty, 0);
        }
        length = length.saturating_add(more);
        terms = terms.saturating_add(more_terms);
        these.push(subject);
    }
    statements.push(statement(these));
    statements
}

/// Whether the event says the same of each subject by itself; others tie their subjects together.
fn divisible(predicate: &Predicate) -> bool {
    let Predicate::Event(event) = predicate else {
        return false;
    };
    match &event.event {
        Event::Assemble(_)
        | Event::Install(_)
        | Event::Restrict(_)
        | Event::Correct(_)
        | Event::Finding(_) => false,
        Event::Maintain(maintain) => maintain.parts_in.is_empty() && maintain.parts_out.is_empty(),
        _ => true,
    }
}

/// Most bytes of a payload: base64 makes 4 of 3.
fn payload_limit(signatures: usize) -> usize {
    let around = SIGNATURE_BYTES
        .saturating_mul(signatures)
        .saturating_add(ENVELOPE_BYTES);
    let quadruples = MAX_ENTRY_BYTES
        .saturating_sub(around)
        .checked_div(4)
        .unwrap_or_default();
    quadruples.saturating_mul(3)
}

#[cfg(test)]
mod tests {
    use prova_core::{
        hash::LeafHash,
        key::published_test_key,
        statement::{
            Envelope,
            event::{EventPredicate, custody::Ship, role::Role},
        },
    };

    use super::*;

    fn ship() -> Predicate {
        Predicate::Event(Box::new(EventPredicate {
            ledger: "ledger.example/2026".parse().unwrap(),
            by: "dns:nordlys.example".parse().unwrap(),
            role: Role::Manufacturer,
            with: Vec::new(),
            time: "2026-03-01T08:00:00Z".parse().unwrap(),
            place: None,
            disclosure: None,
            evidence: Vec::new(),
            critical: Vec::new(),
            event: Event::Ship(Ship {
                to: "dns:north.example".parse().unwrap(),
                carrier: None,
                title_to: None,
                seals: vec!["S".repeat(2_000)],
                waybill: None,
                export_control: None,
            }),
        }))
    }

    #[test]
    fn every_unit_is_in_one_statement_and_every_statement_fits_but_takes_no_more() {
        let subject = |number: u32| {
            let id = format!("unit:dns:nordlys.example/AAU-3900/SN{number:06}");
            let prev = Some(LeafHash::of_entry(id.as_bytes()));
            Subject::new(id.parse::<prova_core::id::SubjectId>().unwrap(), prev)
        };
        let subjects: Vec<_> = (0..2_000).map(subject).collect();
        let key = published_test_key("producer").unwrap();
        let other = published_test_key("carrier").unwrap();
        let statements = statements(subjects.clone(), &ship(), 2);
        let sizes: Vec<_> = statements
            .iter()
            .map(|statement| {
                Envelope::sign(statement.encode(), &[&key, &other])
                    .unwrap()
                    .encode()
                    .len()
            })
            .collect();
        let (last, full) = sizes.split_last().unwrap();
        assert!(
            full.iter().all(|size| *size > MAX_ENTRY_BYTES - 1_000),
            "{sizes:?}"
        );
        assert!(*last <= MAX_ENTRY_BYTES && full.len() > 5, "{sizes:?}");
        let together: Vec<_> = statements
            .into_iter()
            .flat_map(|statement| statement.subjects)
            .collect();
        assert_eq!(together, subjects);
    }
}
