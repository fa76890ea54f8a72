//! The organisations of a generated ledger, all invented. Their keys are the published test keys.

use prova_core::{
    id::organisation::OrgId,
    key::public::{KeyId, SecretKey},
    statement::{action::Enrol, event::role::Role},
};

use crate::builder;

/// Who takes part: published test key, id, name, country, roles.
type Part = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [Role],
);

const VENDOR: &[Role] = &[Role::Designer, Role::Manufacturer, Role::Supplier, Role::Producer];
const VENDORS: [Part; 2] = [
    ("nordlys", "dns:nordlys.example", "Nordlys Radio AB", "SE", VENDOR),
    (
        "meridian",
        "dns:meridian.example",
        "Meridian Core GmbH",
        "DE",
        VENDOR,
    ),
];
const OPERATORS: [Part; 2] = [
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
const PRODUCER: Part = (
    "producer",
    "dns:tessera.example",
    "Tessera Software SRL",
    "IT",
    &[Role::Producer],
);
const LABORATORY: Part = (
    "lab",
    "dns:pruefwerk.example",
    "Prüfwerk GmbH",
    "DE",
    &[Role::Laboratory],
);
const CERTIFIER: Part = (
    "spare-1",
    "dns:conforma.example",
    "Conforma BV",
    "NL",
    &[Role::Certifier],
);
const CARRIER: Part = (
    "carrier",
    "dns:carrier.example",
    "Ferry & Rail AS",
    "NO",
    &[Role::Carrier],
);
const INTEGRATOR: Part = (
    "integrator",
    "dns:mastwerk.example",
    "Mastwerk Montage GmbH",
    "AT",
    &[Role::Integrator],
);
const MAINTAINER: Part = (
    "spare-2",
    "dns:fjernhjelp.example",
    "Fjernhjelp AS",
    "NO",
    &[Role::Maintainer],
);
const RECYCLER: Part = (
    "spare-3",
    "dns:renove.example",
    "Rénove SA",
    "FR",
    &[Role::Recycler],
);
const AUDITOR: Part = (
    "auditor",
    "dns:auditor.example",
    "Weigh & Measure Ltd",
    "IE",
    &[Role::Auditor],
);
const REGULATOR: Part = (
    "regulator",
    "dns:regulator.example",
    "Authority for Communications",
    "SE",
    &[Role::Regulator],
);

/// An organisation with its key at hand.
pub(super) struct Party {
    pub(super) id: OrgId,
    pub(super) key: SecretKey,
    pub(super) key_id: KeyId,
    part: Part,
}

/// The organisations of a generated ledger, each with the part that it plays.
pub(super) struct Cast {
    pub(super) vendors: [Party; 2],
    pub(super) operators: [Party; 2],
    pub(super) producer: Party,
    pub(super) laboratory: Party,
    pub(super) certifier: Party,
    pub(super) carrier: Party,
    pub(super) integrator: Party,
    pub(super) maintainer: Party,
    pub(super) recycler: Party,
    pub(super) auditor: Party,
    pub(super) regulator: Party,
}

impl Party {
    fn new(part: Part) -> Self {
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
            vendors: VENDORS.map(Party::new),
            operators: OPERATORS.map(Party::new),
            producer: Party::new(PRODUCER),
            laboratory: Party::new(LABORATORY),
            certifier: Party::new(CERTIFIER),
            carrier: Party::new(CARRIER),
            integrator: Party::new(INTEGRATOR),
            maintainer: Party::new(MAINTAINER),
            recycler: Party::new(RECYCLER),
            auditor: Party::new(AUDITOR),
            regulator: Party::new(REGULATOR),
        }
    }

    pub(super) fn everybody(&self) -> impl Iterator<Item = &Party> {
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
