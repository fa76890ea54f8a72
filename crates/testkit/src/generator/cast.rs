//! The organisations of a generated ledger, all invented. Their keys are the published test keys.

use prova_core::{
    id::OrgId,
    key::{KeyId, SecretKey},
    statement::{action::Enrol, event::role::Role},
};

use crate::builder;

/// Who takes part: published test key, id, name, country, roles.
type Character = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [Role],
);

const VENDOR: &[Role] = &[Role::Designer, Role::Manufacturer, Role::Supplier, Role::Producer];
const VENDORS: [Character; 2] = [
    ("nordlys", "dns:nordlys.example", "Nordlys Radio AB", "SE", VENDOR),
    (
        "meridian",
        "dns:meridian.example",
        "Meridian Core GmbH",
        "DE",
        VENDOR,
    ),
];
const OPERATORS: [Character; 2] = [
    (
        "operator-north",
        "dns:north.example",
        "Operator North Oy",
        "FI",
        &[Role::Operator],
    ),
    (
        "operator-south",
        "dns:suednetz.example",
        "Südnetz AG",
        "DE",
        &[Role::Operator],
    ),
];
const PRODUCER: Character = (
    "producer",
    "dns:tessera.example",
    "Tessera Software SRL",
    "IT",
    &[Role::Producer],
);
const LABORATORY: Character = (
    "lab",
    "dns:pruefwerk.example",
    "Prüfwerk GmbH",
    "DE",
    &[Role::Laboratory],
);
const CERTIFIER: Character = (
    "spare-1",
    "dns:conforma.example",
    "Conforma BV",
    "NL",
    &[Role::Certifier],
);
const CARRIER: Character = (
    "carrier",
    "dns:carrier.example",
    "Ferry & Rail AS",
    "NO",
    &[Role::Carrier],
);
const INTEGRATOR: Character = (
    "integrator",
    "dns:mastwerk.example",
    "Mastwerk Montage GmbH",
    "AT",
    &[Role::Integrator],
);
const MAINTAINER: Character = (
    "spare-2",
    "dns:fjernhjelp.example",
    "Fjernhjelp AS",
    "NO",
    &[Role::Maintainer],
);
const RECYCLER: Character = (
    "spare-3",
    "dns:renove.example",
    "Rénove SA",
    "FR",
    &[Role::Recycler],
);
const AUDITOR: Character = (
    "auditor",
    "dns:auditor.example",
    "Weigh & Measure Ltd",
    "IE",
    &[Role::Auditor],
);
const REGULATOR: Character = (
    "regulator",
    "dns:regulator.example",
    "Authority for Communications",
    "SE",
    &[Role::Regulator],
);

/// An organisation with its key at hand.
pub(super) struct CastMember {
    pub(super) id: OrgId,
    pub(super) key: SecretKey,
    pub(super) key_id: KeyId,
    part: Character,
}

/// The organisations of a generated ledger, each with the part that it plays.
pub(super) struct Cast {
    pub(super) vendors: [CastMember; 2],
    pub(super) operators: [CastMember; 2],
    pub(super) producer: CastMember,
    pub(super) laboratory: CastMember,
    pub(super) certifier: CastMember,
    pub(super) carrier: CastMember,
    pub(super) integrator: CastMember,
    pub(super) maintainer: CastMember,
    pub(super) recycler: CastMember,
    pub(super) auditor: CastMember,
    pub(super) regulator: CastMember,
}

impl CastMember {
    fn new(part: Character) -> Self {
        let key = builder::key(part.0);
        Self {
            id: builder::org(part.1),
            key_id: key.public().key_id(),
            key,
            part,
        }
    }

    pub(super) fn country(&self) -> &'static str {
        self.part.3
    }

    /// The name of its published test key.
    pub(super) fn key_name(&self) -> &'static str {
        self.part.0
    }

    pub(super) fn enrol(&self) -> Enrol {
        let (_, _, name, country, roles) = self.part;
        Enrol {
            organisation: self.id.clone(),
            name: name.to_owned(),
            jurisdiction: country.parse().expect("a country"),
            parent: None,
            roles: roles.to_vec(),
            keys: vec![self.key.public()],
        }
    }
}

impl Cast {
    pub(super) fn new() -> Self {
        Self {
            vendors: VENDORS.map(CastMember::new),
            operators: OPERATORS.map(CastMember::new),
            producer: CastMember::new(PRODUCER),
            laboratory: CastMember::new(LABORATORY),
            certifier: CastMember::new(CERTIFIER),
            carrier: CastMember::new(CARRIER),
            integrator: CastMember::new(INTEGRATOR),
            maintainer: CastMember::new(MAINTAINER),
            recycler: CastMember::new(RECYCLER),
            auditor: CastMember::new(AUDITOR),
            regulator: CastMember::new(REGULATOR),
        }
    }

    pub(super) fn everybody(&self) -> impl Iterator<Item = &CastMember> {
        self.vendors.iter().chain(&self.operators).chain([
            &self.producer,
            &self.laboratory,
            &self.certifier,
            &self.carrier,
            &self.integrator,
            &self.maintainer,
            &self.recycler,
            &self.auditor,
            &self.regulator,
        ])
    }
}
