//! Who writes down what is said: links, time, signatures.

use prova_core::{
    hash::{Digest, LeafHash},
    id::{Alias, Origin, SubjectId},
    statement::{
        Envelope, EnvelopeSignature, Predicate, Statement, Subject,
        event::{Attachment, Event, EventPredicate, Place, role::Role},
        pre_authentication_encoding,
    },
    time::{Date, Timestamp},
};

use super::cast::CastMember;
use crate::chance::Chance;

/// Most seconds between two entries: a million of them are four years.
const MAX_PAUSE: usize = 240;

/// A subject and the last entry of its chain.
#[derive(Clone)]
pub(super) struct Link {
    pub(super) id: SubjectId,
    pub(super) head: Option<LeafHash>,
}

impl Link {
    pub(super) fn new(id: impl Into<SubjectId>) -> Self {
        Self {
            id: id.into(),
            head: None,
        }
    }
}

/// Something that somebody says, perhaps together with another.
pub(super) struct Speech<'a> {
    by: &'a CastMember,
    with: Option<&'a CastMember>,
    role: Role,
    event: Event,
    place: Option<Place>,
    evidence: Vec<Attachment>,
    alias: Option<Alias>,
}

impl<'a> Speech<'a> {
    pub(super) fn new(by: &'a CastMember, role: Role, event: Event) -> Self {
        Self {
            by,
            with: None,
            role,
            event,
            place: None,
            evidence: Vec::new(),
            alias: None,
        }
    }

    /// Another signs too.
    pub(super) fn with(mut self, other: &'a CastMember) -> Self {
        self.with = Some(other);
        self
    }

    pub(super) fn at(mut self, site: &str) -> Self {
        self.place = Some(Place {
            country: Some(self.by.country().parse().expect("a country")),
            locode: None,
            name: Some(site.to_owned()),
        });
        self
    }

    pub(super) fn proved_by(mut self, document: Attachment) -> Self {
        self.evidence.push(document);
        self
    }

    /// The first subject has another name too.
    pub(super) fn called(mut self, alias: Alias) -> Self {
        self.alias = Some(alias);
        self
    }
}

/// Writes entries, one after the other.
pub(super) struct Clerk {
    pub(super) chance: Chance,
    /// Findings that what was written leads to.
    pub(super) findings: u64,
    origin: Origin,
    seconds: i64,
    entry: Vec<u8>,
}

impl Clerk {
    pub(super) fn new(seed: u64, beginning: i64) -> Self {
        Self {
            chance: Chance::new(seed),
            findings: 0,
            origin: super::ORIGIN.parse().expect("an origin"),
            seconds: beginning,
            entry: Vec::new(),
        }
    }

    /// Time goes on.
    pub(super) fn now(&mut self) -> Timestamp {
        self.seconds += 1 + self.chance.below(MAX_PAUSE) as i64;
        Timestamp::from_unix(self.seconds).expect("a time of this century")
    }

    pub(super) fn today(&self) -> Date {
        self.in_days(0)
    }

    pub(super) fn in_days(&self, days: i64) -> Date {
        Timestamp::from_unix(self.seconds + days * 86_400)
            .expect("a time of this century")
            .date()
    }

    /// Whether something happens that happens so often in a hundred times.
    pub(super) fn happens(&mut self, percent: usize) -> bool {
        self.chance.below(100) < percent
    }

    /// A document that somebody holds; the ledger knows its digest only.
    pub(super) fn document(&mut self, media_type: &str, name: &str) -> Attachment {
        Attachment {
            sha256: self.digest(),
            media_type: media_type.to_owned(),
            name: Some(name.to_owned()),
            holder: None,
        }
    }

    pub(super) fn digest(&mut self) -> Digest {
        let number = self.chance.below(usize::MAX);
        Digest::of(&[number.to_be_bytes(), self.seconds.to_be_bytes()].concat())
    }

    /// Writes an entry about `links`, which it then is the head of.
    pub(super) fn say(&mut self, speech: Speech<'_>, links: &mut [&mut Link]) -> LeafHash {
        let mut subjects: Vec<_> = links
            .iter()
            .map(|link| Subject::new(link.id.clone(), link.head))
            .collect();
        if let (Some(subject), Some(alias)) = (subjects.first_mut(), speech.alias) {
            subject.aliases.push(alias);
        }
        let predicate = EventPredicate {
            ledger: self.origin.clone(),
            by: speech.by.id.clone(),
            role: speech.role,
            with: speech.with.iter().map(|other| other.id.clone()).collect(),
            time: self.now(),
            place: speech.place,
            disclosure: None,
            evidence: speech.evidence,
            critical: Vec::new(),
            event: speech.event,
        };
        let statement = Statement {
            subjects,
            predicate: Predicate::Event(Box::new(predicate)),
        };
        let payload = statement.encode();
        let message = pre_authentication_encoding(&payload);
        let signatures = std::iter::once(speech.by)
            .chain(speech.with)
            .map(|party| EnvelopeSignature {
                key: party.key_id,
                signature: party.key.sign(&message),
            })
            .collect();
        self.entry = Envelope::new(payload, signatures)
            .expect("a generated statement fits an envelope")
            .encode();
        let leaf = LeafHash::of_entry(&self.entry);
        for link in links {
            link.head = Some(leaf);
        }
        leaf
    }

    /// What was written last.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.entry)
    }
}
