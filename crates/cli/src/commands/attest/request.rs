//! What somebody wants to attest, from the command line to the ledger.

use std::{collections::BTreeMap, path::PathBuf};

use clap::Args;
use prova_core::{
    country::Country,
    hash::LeafHash,
    id::{Alias, OrgId, SubjectId},
    key::{KeyId, SecretKey},
    lifecycle::{Transfer, View},
    position::EntryIndex,
    registry::Registry,
    statement::{
        Envelope, Predicate, Statement, Subject,
        event::{Attachment, Disclosure, Event, EventPredicate, Place, role::Role},
    },
    time::Timestamp,
};
use serde_json::{Map, Value};

use super::{
    bom,
    event::{self, as_members, merge},
    fields::{EventOptions, named},
    split,
    subjects::{self, StatedAlias},
    units,
};
use crate::{
    basis::{Basis, BasisArgs},
    clock,
    document::AttachedDocument,
    error::{Blaming as _, CommandError},
    signing,
    ui::{Status, Ui},
};

/// The options of one event and those of all.
#[derive(Args, Debug)]
pub(crate) struct Attest<F: EventOptions> {
    #[command(flatten, next_help_heading = "Event")]
    fields: F,
    #[command(flatten, next_help_heading = "Options")]
    common: Common,
}

/// The options of all events.
#[derive(Args, Debug)]
pub(crate) struct Common {
    /// What it is about: `type:…`, `artefact:…`, `unit:…`, `slot:…`, for restrictions `act:…`.
    #[arg(value_name = "COMPONENT")]
    components: Vec<SubjectId>,
    /// More units: CSV with a column `component`, or `serial` with --part; columns `alias`, `mac`, `imei`, `gtin`, `giai`, `sku` name
    /// aliases. Long lists become several statements.
    #[arg(long, value_name = "FILE")]
    units: Option<PathBuf>,
    /// The part number of the serials in --units.
    #[arg(long, value_name = "PART", requires = "units")]
    part: Option<String>,
    /// The maker of the serials in --units [default: who speaks].
    #[arg(long, value_name = "ORG", requires = "units")]
    org: Option<OrgId>,
    /// The private key that signs.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// A private key that signs too, such as the previous holder's.
    #[arg(long, value_name = "FILE")]
    countersign: Vec<PathBuf>,
    /// Who speaks [default: whose key signs].
    #[arg(long, value_name = "ORG")]
    by: Option<OrgId>,
    /// Who stands by it too, and signs later (`prova sign`); whose keys countersign is named without being told.
    #[arg(long = "with", value_name = "ORG")]
    with: Vec<OrgId>,
    /// In which role [default: the one role that may].
    #[arg(long)]
    role: Option<Role>,
    /// When it happened [default: now].
    #[arg(long, value_name = "TIME")]
    time: Option<Timestamp>,
    /// The country where it happened.
    #[arg(long)]
    country: Option<Country>,
    /// The UN/LOCODE of the place, for example `SESTO`.
    #[arg(long, value_name = "CODE")]
    locode: Option<String>,
    /// The name of the place.
    #[arg(long, value_name = "NAME")]
    place: Option<String>,
    /// Who should see it: public, parties, regulator.
    #[arg(long, value_parser = named::<Disclosure>)]
    disclosure: Option<Disclosure>,
    /// A document that supports it; stored.
    #[arg(long = "attach", value_name = "FILE")]
    attach: Vec<PathBuf>,
    /// Another name of a component; with one component its id may be left out.
    #[arg(long = "alias", value_name = "[COMPONENT=]ALIAS")]
    aliases: Vec<String>,
    /// Where a component's chain comes from, if from another ledger.
    #[arg(long, num_args = 4, value_names = ["COMPONENT", "ORIGIN", "INDEX", "LEAF"])]
    from_ledger: Vec<String>,
    /// The proof of those entries; stored.
    #[arg(long, value_name = "FILE", requires = "from_ledger")]
    from_proof: Option<PathBuf>,
    /// The event's fields as a JSON object; options go before its members.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    #[command(flatten)]
    basis: BasisArgs,
}

/// What somebody wants to attest.
pub(super) struct Request {
    event: &'static str,
    common: Common,
    /// The event's members from options.
    fields: Value,
    /// Components in options that are subjects too.
    components: Vec<SubjectId>,
    documents: Vec<(&'static str, PathBuf)>,
    boms: Vec<PathBuf>,
}

/// Who speaks, and who stands by it too.
struct Speakers {
    by: OrgId,
    with: Vec<OrgId>,
}

/// Subjects that share an event's fields.
struct SubjectGroup {
    fields: Map<String, Value>,
    subjects: Vec<StatedAlias>,
}

/// A `ship` entry that nobody has answered; ordered by its place in the ledger.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct OpenShipment {
    entry: EntryIndex,
    leaf: LeafHash,
    /// Who has the units now: the shipper, or the carrier after receiving them.
    holder: OrgId,
    shipper: OrgId,
}

impl<F: EventOptions> Attest<F> {
    /// The request, whatever the event.
    pub(super) fn request(self) -> Result<Request, CommandError> {
        Ok(Request {
            event: F::EVENT,
            fields: serde_json::to_value(&self.fields).or_caller()?,
            components: self.fields.subjects().into_iter().map(SubjectId::from).collect(),
            documents: self.fields.documents(),
            boms: self.fields.boms(),
            common: self.common,
        })
    }
}

impl Request {
    /// Makes the statements, signs them and brings them where they belong.
    pub(super) fn attest(self, ui: &mut Ui) -> Result<Status, CommandError> {
        let mut documents = Vec::new();
        let fields = self.members(&mut documents, ui)?;
        let evidence = self.evidence(&mut documents)?;
        let proof = self
            .common
            .from_proof
            .as_deref()
            .map(AttachedDocument::read)
            .transpose()?;
        let basis = self.common.basis.open(ui)?;
        let source = self.common.basis.passphrase.source();
        let mut keys = vec![signing::read_key(&self.common.key, &source, ui)?];
        for path in &self.common.countersign {
            keys.push(signing::read_key(path, &source, ui)?);
        }
        let speakers = self.speakers(basis.registry(), &keys)?;
        let by = &speakers.by;
        let subjects = self.subjects(by)?;
        let links = subjects::links(
            &self.common.from_ledger,
            proof.as_ref().map(|proof| proof.attachment.sha256),
        )?;
        documents.extend(proof);
        let mut entries = Vec::new();
        for group in self.groups(fields, subjects, by, &basis)? {
            let event = event::build(self.event, group.fields, basis.snapshot())?;
            let predicate = self.predicate(event, &speakers, evidence.clone(), &basis)?;
            let mut stated = Vec::with_capacity(group.subjects.len());
            for subject in group.subjects {
                stated.push(subject.with_links(basis.head(&subject.id)?, &links)?);
            }
            entries.extend(sign(stated, &predicate, &keys)?);
        }
        subjects::check_links_used(&links, &entries)?;
        let entries: Vec<_> = entries.iter().map(|(_, envelope)| envelope.encode()).collect();
        self.common.basis.deliver(basis, &entries, &documents, ui)?;
        Ok(Status::Holds)
    }

    /// The event's members: the file's, the options' on top, documents and bills of materials by their digests.
    fn members(
        &self,
        documents: &mut Vec<AttachedDocument>,
        ui: &Ui,
    ) -> Result<Map<String, Value>, CommandError> {
        let mut members = match &self.common.json {
            Some(path) => event::read_members(path)?,
            None => Map::new(),
        };
        merge(&mut members, as_members(&self.fields));
        for (member, path) in &self.documents {
            let document = AttachedDocument::read(path)?;
            let attachment = serde_json::to_value(&document.attachment).or_caller()?;
            members.insert((*member).to_owned(), attachment);
            documents.push(document);
        }
        for path in &self.boms {
            let (reference, document) = bom::read(path, ui)?;
            let boms = members.entry("boms").or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(boms) = boms {
                boms.push(serde_json::to_value(&reference).or_caller()?);
            }
            documents.push(document);
        }
        Ok(members)
    }

    fn evidence(&self, documents: &mut Vec<AttachedDocument>) -> Result<Vec<Attachment>, CommandError> {
        let mut evidence = Vec::new();
        for path in &self.common.attach {
            let document = AttachedDocument::read(path)?;
            evidence.push(document.attachment.clone());
            documents.push(document);
        }
        Ok(evidence)
    }

    fn by(&self, registry: Option<&Registry>, keys: &[SecretKey]) -> Result<OrgId, CommandError> {
        if let Some(by) = &self.common.by {
            return Ok(by.clone());
        }
        let id: Option<KeyId> = keys.first().map(|key| key.public().key_id());
        let (Some(registry), Some(id)) = (registry, id) else {
            return Err(
                CommandError::caller("without a ledger it is not known whose the key is")
                    .hint("say who speaks with --by ORG"),
            );
        };
        match registry.keys().get(&id) {
            Some(record) => Ok(record.organisation.clone()),
            None => Err(prova_core::statement::VerifyEntryError::UnknownKey(id).into()),
        }
    }

    /// Who speaks, and who stands by it: whose keys sign, and who else is named.
    fn speakers(&self, registry: Option<&Registry>, keys: &[SecretKey]) -> Result<Speakers, CommandError> {
        let by = self.by(registry, keys)?;
        let mut with = self.common.with.clone();
        for key in keys.iter().skip(1).map(|key| key.public().key_id()) {
            match registry.map(|registry| registry.keys().get(&key)) {
                Some(Some(record)) => with.push(record.organisation.clone()),
                Some(None) => return Err(prova_core::statement::VerifyEntryError::UnknownKey(key).into()),
                None => {}
            }
        }
        with.sort();
        with.dedup();
        if with.len() < self.common.countersign.len() {
            return Err(
                CommandError::caller("it is not known who stands by it beside the speaker")
                    .hint("name each organisation whose key countersigns with --with ORG, one key each"),
            );
        }
        Ok(Speakers { by, with })
    }

    fn subjects(&self, by: &OrgId) -> Result<Vec<StatedAlias>, CommandError> {
        let named = self.common.components.iter().chain(&self.components);
        let mut subjects: Vec<StatedAlias> = Vec::new();
        for id in named {
            if !subjects.iter().any(|subject| subject.id == *id) {
                subjects.push(StatedAlias::new(id.clone()));
            }
        }
        if let Some(path) = &self.common.units {
            let maker = self.common.org.as_ref().unwrap_or(by);
            units::read(path, maker, self.common.part.as_deref(), &mut subjects)?;
        }
        if subjects.is_empty() {
            return Err(CommandError::caller(format!("{} about nothing", self.event))
                .hint("name components, or a list of them with --units"));
        }
        subjects::add_aliases(&self.common.aliases, &mut subjects)?;
        Ok(subjects)
    }

    /// Fills in what can be known, which may differ from subject to subject.
    fn groups(
        &self,
        mut fields: Map<String, Value>,
        subjects: Vec<StatedAlias>,
        by: &OrgId,
        basis: &Basis,
    ) -> Result<Vec<SubjectGroup>, CommandError> {
        match self.event {
            "manufacture" if !fields.contains_key("date") => {
                let date = self.time()?.date();
                fields.insert("date".to_owned(), Value::String(date.to_string()));
            }
            "assemble" => event::assembled(&mut fields, subjects.iter().map(|subject| &subject.id)),
            "receive" if !fields.contains_key("ship") => return answered(&fields, subjects, by, basis),
            _ => {}
        }
        Ok(vec![SubjectGroup { fields, subjects }])
    }

    fn time(&self) -> Result<Timestamp, CommandError> {
        Ok(self.common.time.map_or_else(clock::now, Ok)?)
    }

    fn predicate(
        &self,
        mut event: Event,
        Speakers { by, with }: &Speakers,
        evidence: Vec<Attachment>,
        basis: &Basis,
    ) -> Result<EventPredicate, CommandError> {
        let role = match self.common.role {
            Some(role) => role,
            None => role(&event, by, basis.registry())?,
        };
        if let Event::Manifest(manifest) = &mut event
            && role == Role::Producer
        {
            manifest.producer.get_or_insert_with(|| by.clone());
        }
        let place = Place {
            country: self.common.country,
            locode: self.common.locode.clone(),
            name: self.common.place.clone(),
        };
        Ok(EventPredicate {
            ledger: basis.origin()?,
            by: by.clone(),
            role,
            with: with.clone(),
            time: self.time()?,
            place: (place != Place::default()).then_some(place),
            disclosure: self.common.disclosure,
            evidence,
            critical: Vec::new(),
            event,
        })
    }
}

/// The one role in which the organisation may say the event.
fn role(event: &Event, by: &OrgId, registry: Option<&Registry>) -> Result<Role, CommandError> {
    let Some(registry) = registry else {
        return Err(
            CommandError::caller("without a ledger it is not known which roles the signer has")
                .hint("say in which role with --role"),
        );
    };
    let Some(participant) = registry.participants().get(by) else {
        return Err(CommandError::caller(format!("{by} is not enrolled"))
            .hint("`prova registry show` lists the participants"));
    };
    let may: Vec<_> = participant
        .roles
        .iter()
        .copied()
        .filter(|role| role.may_say(event))
        .collect();
    let list = |roles: &[Role]| {
        roles
            .iter()
            .map(|role| role.name())
            .collect::<Vec<_>>()
            .join(", ")
    };
    match may.as_slice() {
        [role] => Ok(*role),
        [] => {
            let has: Vec<_> = participant.roles.iter().copied().collect();
            let want: Vec<_> = Role::ALL.into_iter().filter(|role| role.may_say(event)).collect();
            Err(CommandError::caller(format!(
                "{by} has no role that may say {}; its roles: {}; want one of: {}",
                event.name(),
                list(&has),
                list(&want)
            ))
            .hint("`prova registry change --role` changes roles"))
        }
        several => Err(CommandError::caller(format!(
            "{by} may say {} in several roles: {}",
            event.name(),
            list(several)
        ))
        .hint("say in which with --role")),
    }
}

/// Groups units by the shipment that is open to the receiver.
fn answered(
    fields: &Map<String, Value>,
    subjects: Vec<StatedAlias>,
    by: &OrgId,
    basis: &Basis,
) -> Result<Vec<SubjectGroup>, CommandError> {
    let mut groups: BTreeMap<Option<OpenShipment>, Vec<StatedAlias>> = BTreeMap::new();
    for subject in subjects {
        let shipment = open_shipment(&subject.id, by, basis)?;
        groups.entry(shipment).or_default().push(subject);
    }
    let groups = groups.into_iter().map(|(shipment, subjects)| {
        let mut fields = fields.clone();
        if let Some(OpenShipment {
            holder,
            shipper,
            leaf,
            ..
        }) = shipment
        {
            let from = fields
                .entry("from")
                .or_insert_with(|| Value::String(holder.to_string()));
            // A receiver who names somebody else as the previous holder does not answer this shipment.
            if [&holder, &shipper]
                .iter()
                .any(|org| from.as_str() == Some(org.as_str()))
            {
                fields.insert("ship".to_owned(), Value::String(leaf.to_string()));
            }
        }
        SubjectGroup { fields, subjects }
    });
    Ok(groups.collect())
}

fn open_shipment(id: &SubjectId, by: &OrgId, basis: &Basis) -> Result<Option<OpenShipment>, CommandError> {
    let Some(state) = basis.state() else {
        return Ok(None);
    };
    let chain = state.chain(id)?;
    let Some(unit) = chain.as_ref().and_then(|chain| chain.unit()) else {
        return Ok(None);
    };
    let is_for = |transfer: &&Transfer| transfer.to == *by || transfer.carrier.as_ref() == Some(by);
    Ok(unit.shipment.as_ref().filter(is_for).and_then(|transfer| {
        let (entry, leaf) = transfer.shipped?;
        let shipper = transfer.from.clone();
        let holder = unit.custodian().cloned().unwrap_or_else(|| shipper.clone());
        Some(OpenShipment {
            entry,
            leaf,
            holder,
            shipper,
        })
    }))
}

/// Signs statements about all the subjects, as few as the size limit allows.
fn sign(
    subjects: Vec<Subject>,
    predicate: &EventPredicate,
    keys: &[SecretKey],
) -> Result<Vec<(Statement, Envelope)>, CommandError> {
    let keys: Vec<_> = keys.iter().collect();
    let statements = split::statements(
        subjects,
        &Predicate::Event(Box::new(predicate.clone())),
        predicate.with.len().saturating_add(1),
    );
    let sign = |statement: Statement| {
        statement.check().or_caller()?;
        let envelope = Envelope::sign(statement.encode(), &keys).or_caller()?;
        Ok((statement, envelope))
    };
    statements.into_iter().map(sign).collect()
}

/// Reads an alias; MAC addresses as labels have them, `00:1A:2B:…`.
pub(super) fn parse_alias(text: &str) -> Result<Alias, CommandError> {
    let normal = match text.strip_prefix("mac:") {
        Some(mac) => format!("mac:{}", mac.to_ascii_lowercase().replace([':', '-', '.'], "")),
        None => text.to_owned(),
    };
    let alias = normal.parse().or_caller();
    alias.map_err(|error: CommandError| error.context(format!("«{text}» is no alias")))
}
