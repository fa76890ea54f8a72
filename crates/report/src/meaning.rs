//! What names in the ledger mean to somebody who never saw one.

use prova_core::{lifecycle::FindingCode, verdict::Question};

/// A question, as a person would ask it.
pub(crate) fn asked(question: Question) -> &'static str {
    match question {
        Question::Authentic => "Did the named organisations say this, in exactly these bytes?",
        Question::Entitled => "Were they allowed to say it, with these keys, at that point of the ledger?",
        Question::Unbroken => "Does each statement follow the one that its signer had seen?",
        Question::Complete => "Is this everything, or was something left out?",
        Question::Consistent => "Does everybody see the same ledger?",
        Question::Acceptable => "Does it meet the rules that apply?",
    }
}

/// A kind of finding in a few words.
pub(crate) fn title(code: FindingCode) -> &'static str {
    match code {
        FindingCode::NoBirth => "No record of its beginning",
        FindingCode::SecondBirth => "Manufactured twice",
        FindingCode::ForeignMaker => "Made by somebody not named",
        FindingCode::Clone => "Two units with one identity",
        FindingCode::TimeBackwards => "Time runs backwards",
        FindingCode::AfterEnd => "Something after the end",
        FindingCode::NotCustodian => "Acting without holding it",
        FindingCode::CustodyGap => "Gap in custody",
        FindingCode::TitleGap => "Title from somebody without it",
        FindingCode::NotConsignee => "Received by somebody else",
        FindingCode::DoubleTransfer => "Sent twice",
        FindingCode::DisputedTransfer => "Disputed hand-over",
        FindingCode::TwoParents => "In two units at once",
        FindingCode::Cycle => "Inside itself",
        FindingCode::NotInParent => "Not in the unit named",
        FindingCode::TwoPlaces => "In two places at once",
        FindingCode::SlotOccupied => "Two units in one place",
        FindingCode::NotInSlot => "Taken from where it was not",
        FindingCode::ForeignSlot => "A place filled without its operator",
        FindingCode::UnreleasedFirmware => "Firmware that nobody released",
        FindingCode::WrongFirmware => "Firmware for another model",
        FindingCode::ForeignFirmware => "Firmware of an unnamed producer",
        FindingCode::FirmwareMismatch => "Other firmware than recorded",
        FindingCode::SignedUnseen => "Signed without having seen a change",
        FindingCode::UnprovenOrigin => "Origin that nothing proves",
        FindingCode::Claim => "Said by somebody it does not belong to",
        FindingCode::OtherAccount => "Another account of the same unit",
        FindingCode::DistrustedKey => "Signed with a distrusted key",
    }
}

/// What a kind of finding means for whoever relies on the component, and what to ask next.
pub(crate) fn consequence(code: FindingCode) -> &'static str {
    match code {
        FindingCode::NoBirth => {
            "Its maker recorded nothing here: the component may be older than the ledger, or may not be what it is called. Ask the maker \
             named in its identifier."
        }
        FindingCode::SecondBirth => {
            "One identifier was given to two products, or the record was made twice. Until the maker corrects one, it cannot be told which \
             of them this history is about."
        }
        FindingCode::ForeignMaker => {
            "Whoever signed for making or releasing it is not the maker in its identifier, and that maker named nobody else for it. Ask the \
             maker whether it authorised this."
        }
        FindingCode::Clone => {
            "A serial number or other name that belongs to one unit alone is stated for two. One of them may be counterfeit; have both \
             inspected."
        }
        FindingCode::TimeBackwards => {
            "The signer claims a time before that of the entry it follows. The order of entries is certain, the claimed times are not: a \
             clock was wrong or a record was back-dated."
        }
        FindingCode::AfterEnd => {
            "The component was decommissioned and is acted on all the same: it may have come back into use without a record."
        }
        FindingCode::NotCustodian => {
            "Whoever signed this did not hold the unit, going by the record. Either a hand-over is missing, or somebody acted on equipment \
             that was not theirs to act on."
        }
        FindingCode::CustodyGap => {
            "Nobody signed for the unit between its last known holder and this one. What happened to it in between is not known; ask both \
             for their delivery papers."
        }
        FindingCode::NotConsignee => {
            "Neither the organisation that it was sent to nor the carrier signed for its arrival, but somebody else. Ask the sender whether \
             it was diverted."
        }
        FindingCode::DoubleTransfer => {
            "It was sent again before anybody signed for the first shipment: one of the two did not happen as recorded."
        }
        FindingCode::DisputedTransfer => {
            "It arrived with broken seals or under objection. Somebody may have had access to it under way; have it inspected."
        }
        FindingCode::TwoParents => "A part was put into a unit while, by the record, it was in another.",
        FindingCode::Cycle => {
            "The records put a unit into something that is inside it, or nest too deep to be followed. One of them is wrong."
        }
        FindingCode::NotInParent => {
            "A part was taken out of a unit, or treated on its own, though the record has it somewhere else."
        }
        FindingCode::TwoPlaces => {
            "It was installed in a place while, by the record, it was in another: a removal is missing, or there are two of it."
        }
        FindingCode::SlotOccupied => "A unit was installed where, by the record, another one is.",
        FindingCode::NotInSlot => "A unit was taken out of a place where, by the record, it was not.",
        FindingCode::ForeignSlot => {
            "A place in an operator's network was filled by another organisation in its own name. Ask the operator."
        }
        FindingCode::UnreleasedFirmware => {
            "It runs software that no producer released in this ledger: it may be altered, a test version, or only not recorded. Ask the \
             producer about this digest."
        }
        FindingCode::WrongFirmware => "The producer released this software for other models than this one.",
        FindingCode::ForeignFirmware => {
            "The software is by an organisation that the maker of the model does not name as a supplier."
        }
        FindingCode::FirmwareMismatch => {
            "Other software was found or replaced than the ledger knew: a change was made without a record."
        }
        FindingCode::TitleGap => {
            "The record says that somebody else has title. Ask the seller for the contract by which it came to own what it sold."
        }
        FindingCode::SignedUnseen => {
            "Between what its signer had seen and this statement, others changed the same thing. What they changed stands; ask the signer \
             whether it still means what it said."
        }
        FindingCode::UnprovenOrigin => {
            "The component is said to have a history in another ledger. Ask for evidence from there; until then this takes the place of nothing."
        }
        FindingCode::Claim => {
            "It is on record that this was said, and by whom. It changes nothing here: only who has the component, made it, or runs the \
             place may say so."
        }
        FindingCode::OtherAccount => {
            "Somebody else says to have, or to have had, this unit. The history shown rests on the birth that counts, or on who spoke first; \
             if it is your supplier who has the other account, have both sides sign the hand-over."
        }
        FindingCode::DistrustedKey => {
            "The key was revoked later, and what it signed from some entry on is not to be believed: somebody else may have signed this."
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_finding_is_told_apart_and_explained() {
        let titles: BTreeSet<_> = FindingCode::ALL.iter().map(|code| title(*code)).collect();
        let consequences: BTreeSet<_> = FindingCode::ALL.iter().map(|code| consequence(*code)).collect();
        assert_eq!(titles.len(), FindingCode::ALL.len());
        assert_eq!(consequences.len(), FindingCode::ALL.len());
        assert!(
            consequences
                .iter()
                .all(|text| text.ends_with('.') && !text.contains("  "))
        );
    }
}
