//! What a statement says, as one plain sentence for people.
//!
//! The sentence follows its speaker's name («Nordlys Radio AB …») and has no full stop. Text from the record is in it as it stands: whoever
//! prints it escapes it. Artefacts are shown by the first digits of their digest.

mod ledger;

use std::fmt::Display;

use self::ledger::{of_action, of_charter, of_seal};
use crate::{
    hash::LeafHash,
    id::{ComponentId, Kind, OrgId},
    registry::Registry,
    statement::{
        Predicate, Statement,
        event::{
            Event, EventPredicate, Firmware, Place, Scas, Site,
            assurance::{CertificateAction, Certify, CorrectionKind, Evidence, Test, TestResult},
            category::AreaClass,
            custody::{Inspection, Receive, SealState, Ship, Store},
            make::{Assemble, Manifest, Manufacture},
            notice::{ActStatus, CheckOutcome, Notice, Recall, RegulatorFinding, Restrict, Scope, VexStatus},
            operation::{Decommission, Destination, Install, Maintain, MaintenanceAction, Measure, Update},
        },
    },
};

/// Hexadecimal digits of a digest that a sentence shows.
const SHOWN_DIGITS: usize = 12;
/// Members of a list that a sentence shows before it counts the rest.
const SHOWN_MEMBERS: usize = 4;

/// What a statement says; organisations by their names in `registry`, or by their ids where there is none.
#[must_use]
pub fn sentence(statement: &Statement, registry: Option<&Registry>) -> String {
    match &statement.predicate {
        Predicate::Event(event) => of_event(event, registry),
        Predicate::Registry(predicate) => {
            let actions = predicate.actions.iter();
            let said: Vec<_> = actions.map(|action| of_action(action, registry)).collect();
            said.join("; ")
        }
        Predicate::Charter(charter) => of_charter(charter),
        Predicate::Seal(seal) => of_seal(seal),
    }
}

/// The place of an event, for example `Luleå (SELLA), SE`.
#[must_use]
pub fn place(place: &Place) -> String {
    let name = match (&place.name, &place.locode) {
        (Some(name), Some(locode)) => Some(format!("{name} ({locode})")),
        (name, locode) => name.clone().or_else(|| locode.clone()),
    };
    let country = place.country.map(|country| country.to_string());
    let parts: Vec<_> = name.into_iter().chain(country).collect();
    parts.join(", ")
}

/// A component as a sentence shows it: an artefact by the first digits of its digest, all else in full.
#[must_use]
pub fn short(component: &ComponentId) -> String {
    if component.kind() == Kind::Artefact {
        let digest = component.digest().to_string();
        format!("artefact {}", cut(&digest))
    } else {
        component.to_string()
    }
}

fn cut(digest: &str) -> String {
    format!("{}…", digest.get(..SHOWN_DIGITS).unwrap_or(digest))
}

fn cut_leaf(leaf: &LeafHash) -> String {
    cut(&leaf.to_string())
}

/// A sentence in the making: its main clause, then what is known beside it.
struct Clauses(Vec<String>);

impl Clauses {
    fn new(head: impl Into<String>) -> Self {
        Self(vec![head.into()])
    }

    fn with(mut self, label: &str, value: Option<impl Display>) -> Self {
        self.0.extend(value.map(|value| format!("{label}{value}")));
        self
    }

    fn when(self, condition: Option<&'static str>) -> Self {
        self.with("", condition)
    }

    fn list<T>(self, label: &str, members: &[T], show: impl Fn(&T) -> String) -> Self {
        if members.is_empty() {
            return self;
        }
        self.with(label, Some(listed(members, show)))
    }

    fn end(self) -> String {
        self.0.join("; ")
    }
}

fn listed<T>(members: &[T], show: impl Fn(&T) -> String) -> String {
    let shown: Vec<_> = members.iter().take(SHOWN_MEMBERS).map(show).collect();
    let text = shown.join(", ");
    match members.len().checked_sub(SHOWN_MEMBERS) {
        None | Some(0) => text,
        Some(more) => format!("{text} and {more} more"),
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 {
        format!("1 {one}")
    } else {
        format!("{count} {many}")
    }
}

fn site(site: &Site) -> String {
    match &site.name {
        Some(name) => format!("{name}, {}", site.country),
        None => site.country.to_string(),
    }
}

fn firmware(firmware: &Firmware) -> String {
    let version = firmware
        .version
        .as_ref()
        .map(|version| format!(" version {version}"));
    let how = match &firmware.measured {
        Some(measured) => format!(
            "measured by {} {} ({})",
            measured.tool, measured.tool_version, measured.method
        ),
        None => "declared, not measured".to_owned(),
    };
    format!(
        "{}{} ({how})",
        short(&firmware.artefact),
        version.unwrap_or_default()
    )
}

fn name(registry: Option<&Registry>, organisation: &OrgId) -> String {
    let known = registry.map(|registry| registry.name(organisation));
    known.unwrap_or(organisation.as_str()).to_owned()
}

fn of_event(predicate: &EventPredicate, registry: Option<&Registry>) -> String {
    match &predicate.event {
        Event::Manifest(manifest) => of_manifest(manifest, registry),
        Event::Manufacture(manufacture) => of_manufacture(manufacture),
        Event::Assemble(assemble) => of_assemble(assemble),
        Event::Test(test) => of_test(test),
        Event::Certify(certify) => of_certify(certify),
        Event::Ship(ship) => of_ship(ship, registry),
        Event::Receive(receive) => of_receive(receive, registry),
        Event::Store(store) => of_store(store),
        Event::Install(install) => of_install(install, registry),
        Event::Update(update) => of_update(update, registry),
        Event::Maintain(maintain) => of_maintain(maintain, registry),
        Event::Notice(notice) => of_notice(notice),
        Event::Recall(recall) => of_recall(recall),
        Event::Measure(measure) => of_measure(measure),
        Event::Decommission(decommission) => of_decommission(decommission, registry),
        Event::Correct(correct) => {
            let what = match correct.kind {
                CorrectionKind::Error => "says that an error is in the entry",
                CorrectionKind::Dispute => "disputes the entry",
            };
            format!("{what} {}: {}", cut_leaf(&correct.target), correct.reason)
        }
        Event::Evidence(evidence) => of_evidence(evidence),
        Event::Restrict(restrict) => of_restrict(restrict, registry),
        Event::Finding(finding) => of_finding(finding),
    }
}

fn of_manifest(manifest: &Manifest, registry: Option<&Registry>) -> String {
    let version = manifest.version.as_ref().map(|version| format!(" {version}"));
    let head = format!("describes {}{}", manifest.name, version.unwrap_or_default());
    Clauses::new(head)
        .with("category ", manifest.category)
        .with(
            "produced by ",
            manifest
                .producer
                .as_ref()
                .map(|producer| name(registry, producer)),
        )
        .list("runs on ", &manifest.runs_on, short)
        .with("replaces ", manifest.replaces.as_ref().map(short))
        .list("may be manufactured by ", &manifest.manufacturers, |org| {
            name(registry, org)
        })
        .list("designed in ", &manifest.design_countries, ToString::to_string)
        .list("bills of materials: ", &manifest.boms, |bom| {
            format!(
                "{} {} with {} components",
                bom.format, bom.version, bom.components
            )
        })
        .list("supplied: ", &manifest.supplies, |supply| {
            let maker = supply.supplier.as_ref().map(|org| name(registry, org));
            let origin = supply.country_of_origin.map(|country| country.to_string());
            let by: Vec<_> = maker.into_iter().chain(origin).collect();
            if by.is_empty() {
                supply.what.clone()
            } else {
                format!("{} ({})", supply.what, by.join(", "))
            }
        })
        .list("not known: ", &manifest.known_unknowns, Clone::clone)
        .with("security support until ", manifest.support_until)
        .end()
}

fn of_manufacture(manufacture: &Manufacture) -> String {
    let head = format!(
        "makes it as {} at {} on {}",
        manufacture.of_type,
        site(&manufacture.site),
        manufacture.date
    );
    Clauses::new(head)
        .with("lot ", manufacture.lot.as_ref())
        .with("firmware ", manufacture.firmware.as_ref().map(firmware))
        .end()
}

fn of_assemble(assemble: &Assemble) -> String {
    let parts = listed(&assemble.parts, |part| match &part.position {
        Some(position) => format!("{} at {position}", part.component),
        None => part.component.to_string(),
    });
    format!("puts into {}: {parts}", assemble.parent)
}

fn of_test(test: &Test) -> String {
    let version = test.specification_version.as_ref();
    let result = match test.result {
        TestResult::Pass => "passed",
        TestResult::Fail => "failed",
        TestResult::Conditional => "passed on conditions",
    };
    let head = format!(
        "tests it against {}{}: {result}",
        test.specification,
        version.map(|version| format!(" {version}")).unwrap_or_default()
    );
    Clauses::new(head)
        .with("release ", test.release.as_ref())
        .list("running ", &test.artefacts, short)
        .with("accreditation ", test.accreditation.as_ref())
        .with("accredited until ", test.accredited_until)
        .end()
}

fn of_certify(certify: &Certify) -> String {
    let action = match certify.action {
        CertificateAction::Issue => "issues",
        CertificateAction::Renew => "renews",
        CertificateAction::Suspend => "suspends",
        CertificateAction::Reinstate => "reinstates",
        CertificateAction::Withdraw => "withdraws",
    };
    let head = format!(
        "{action} the {} certificate {}",
        certify.scheme, certify.certificate
    );
    Clauses::new(head)
        .with("level ", certify.level.as_ref())
        .list("for ", &certify.artefacts, short)
        .with("versions ", certify.version_range.as_ref())
        .with("valid from ", certify.valid_from)
        .with("valid until ", certify.valid_until)
        .list("rests on ", &certify.scas, |scas: &Scas| {
            format!(
                "{} {} (release {})",
                scas.specification, scas.version, scas.release
            )
        })
        .end()
}

fn of_ship(ship: &Ship, registry: Option<&Registry>) -> String {
    Clauses::new(format!("ships it to {}", name(registry, &ship.to)))
        .with(
            "carried by ",
            ship.carrier.as_ref().map(|org| name(registry, org)),
        )
        .with(
            "title goes to ",
            ship.title_to.as_ref().map(|org| name(registry, org)),
        )
        .list("seals ", &ship.seals, Clone::clone)
        .with("waybill ", ship.waybill.as_ref())
        .with("export control ", ship.export_control.as_ref())
        .end()
}

fn of_receive(receive: &Receive, registry: Option<&Registry>) -> String {
    let seals = match receive.seals {
        SealState::Intact => "seals intact",
        SealState::Broken => "seals broken",
        SealState::None => "no seals",
    };
    let inspection = match receive.inspection {
        Inspection::Accepted => "accepted",
        Inspection::Disputed => "disputed",
        Inspection::NotDone => "not inspected",
    };
    Clauses::new(format!("receives it from {}", name(registry, &receive.from)))
        .with("against the shipment ", receive.ship.as_ref().map(cut_leaf))
        .when(Some(seals))
        .when(Some(inspection))
        .with("remarks: ", receive.remarks.as_ref())
        .end()
}

fn of_store(store: &Store) -> String {
    Clauses::new(format!("keeps it at {} from {}", site(&store.site), store.from))
        .with("until ", store.until)
        .with("access: ", store.access.as_ref())
        .end()
}

fn of_install(install: &Install, registry: Option<&Registry>) -> String {
    let area = match install.area {
        AreaClass::General => "general",
        AreaClass::Sensitive => "sensitive",
    };
    Clauses::new(format!("installs it as {} in a {area} area", install.category))
        .with("for ", install.operator.as_ref().map(|org| name(registry, org)))
        .with("running ", install.firmware.as_ref().map(firmware))
        .end()
}

fn of_update(update: &Update, registry: Option<&Registry>) -> String {
    Clauses::new(format!("updates it to {}", firmware(&update.to)))
        .with("from ", update.from.as_ref().map(short))
        .with("method ", update.method.as_ref())
        .with(
            "approved by ",
            update.approved_by.as_ref().map(|org| name(registry, org)),
        )
        .end()
}

fn of_maintain(maintain: &Maintain, registry: Option<&Registry>) -> String {
    let action = match maintain.action {
        MaintenanceAction::Inspect => "inspects it",
        MaintenanceAction::Repair => "repairs it",
        MaintenanceAction::Replace => "exchanges parts",
        MaintenanceAction::Remove => "takes it out",
    };
    let carriers = maintain.data_carriers_removed.map(|removed| {
        if removed {
            "data carriers taken away"
        } else {
            "no data carriers taken away"
        }
    });
    Clauses::new(action)
        .with("in ", maintain.parent.as_ref())
        .list("parts in: ", &maintain.parts_in, short)
        .list("parts out: ", &maintain.parts_out, short)
        .with(
            "done by people of ",
            maintain.employer.as_ref().map(|org| name(registry, org)),
        )
        .with("remotely from ", maintain.remote_from)
        .when(carriers)
        .end()
}

fn of_notice(notice: &Notice) -> String {
    let status = match notice.status {
        VexStatus::Affected => "affected",
        VexStatus::NotAffected => "not affected",
        VexStatus::Fixed => "fixed",
        VexStatus::UnderInvestigation => "under investigation",
    };
    let exploited = notice.exploited.map(|exploited| {
        if exploited {
            "known to be exploited"
        } else {
            "not known to be exploited"
        }
    });
    Clauses::new(format!("says of {}: {status}", notice.vulnerability))
        .with("because ", notice.justification.as_ref())
        .list("fixed in ", &notice.fixed_in, short)
        .with("aware since ", notice.aware_since)
        .when(exploited)
        .end()
}

fn of_recall(recall: &Recall) -> String {
    Clauses::new(format!("recalls it: {}", recall.reason))
        .list("lots ", &recall.lots, Clone::clone)
        .with("remedy: ", Some(&recall.remedy))
        .with("from ", Some(recall.from))
        .with("until ", recall.deadline)
        .end()
}

fn of_measure(measure: &Measure) -> String {
    Clauses::new(format!("finds it running {}", firmware(&measure.found)))
        .with("appraised by ", measure.verifier.as_ref())
        .end()
}

fn of_decommission(decommission: &Decommission, registry: Option<&Registry>) -> String {
    let destination = match decommission.destination {
        Destination::Destruction => Some("for destruction"),
        Destination::Recycling => Some("for recycling"),
        Destination::Resale => Some("for resale"),
        Destination::Return => Some("for return"),
        Destination::None => None,
    };
    Clauses::new(format!("decommissions it: {}", decommission.reason))
        .when(destination)
        .with(
            "goes to ",
            decommission.to.as_ref().map(|org| name(registry, org)),
        )
        .with("data removed by ", decommission.sanitisation.as_ref())
        .end()
}

fn of_evidence(evidence: &Evidence) -> String {
    let document = evidence.document.name.clone();
    let document = document.unwrap_or_else(|| evidence.document.media_type.clone());
    format!(
        "offers {document} in place of a {} record: {}",
        evidence.in_place_of, evidence.reason
    )
}

fn of_restrict(restrict: &Restrict, registry: Option<&Registry>) -> String {
    let status = match restrict.status {
        ActStatus::Proposed => "proposes a restriction",
        ActStatus::InForce => "restricts, in force",
        ActStatus::Repealed => "repeals the restriction",
    };
    let Scope {
        suppliers,
        countries,
        types,
        categories,
        areas,
    } = &restrict.scope;
    Clauses::new(format!(
        "{status} from {} under {}",
        restrict.from, restrict.legal_basis
    ))
    .list("suppliers ", suppliers, |org| name(registry, org))
    .list("countries ", countries, ToString::to_string)
    .list("types ", types, short)
    .list("categories ", categories, ToString::to_string)
    .list("areas ", areas, |area| {
        match area {
            AreaClass::General => "general",
            AreaClass::Sensitive => "sensitive",
        }
        .to_owned()
    })
    .with("phase-out until ", restrict.deadline)
    .list("exempt: ", &restrict.exemptions, |exemption| {
        format!("{} by {}", name(registry, &exemption.operator), exemption.act)
    })
    .end()
}

fn of_finding(finding: &RegulatorFinding) -> String {
    let outcome = match finding.outcome {
        CheckOutcome::Holds => "holds",
        CheckOutcome::Fails => "fails",
        CheckOutcome::CannotBeDecided => "cannot be decided",
    };
    Clauses::new(format!("finds that {} {outcome}: {}", finding.rule, finding.text))
        .list("rests on ", &finding.entries, cut_leaf)
        .with("to be mended by ", finding.deadline)
        .end()
}

#[cfg(test)]
mod tests;
