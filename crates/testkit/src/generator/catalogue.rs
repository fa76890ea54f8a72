//! What the vendors sell: types, and the releases of software that run on them.

use prova_core::{
    id::ComponentId,
    statement::event::{
        BomReference, Event, Firmware, Scas,
        assurance::{CertificateAction, Certify, Test, TestResult},
        make::{Manifest, Supply},
        notice::{Notice, VexStatus},
        role::Role,
    },
};

use super::{
    cast::{Cast, CastMember},
    clerk::{Clerk, Link, Speech},
};
use crate::builder::component;

/// Vendor, part, name, category, software by the independent producer.
const MODELS: [(usize, &str, &str, &str, Software); 12] = [
    (
        0,
        "AAU-3900",
        "AAU 3900 active antenna unit",
        "ran.aau",
        Software::OfTheVendor,
    ),
    (
        0,
        "RRU-22",
        "RRU 22 remote radio unit",
        "ran.ru",
        Software::OfTheVendor,
    ),
    (0, "BB-7", "BB-7 baseband unit", "ran.bbu", Software::OfTheVendor),
    (
        0,
        "DU-500",
        "DU 500 distributed unit",
        "ran.du",
        Software::OfTheProducer,
    ),
    (
        0,
        "CU-500",
        "CU 500 central unit",
        "ran.cu",
        Software::OfTheProducer,
    ),
    (0, "MW-18", "MW 18 microwave link", "tx.mw", Software::OfTheVendor),
    (1, "CS-7", "CS-7 core server", "core.amf", Software::OfTheVendor),
    (
        1,
        "UPF-9",
        "UPF 9 user plane appliance",
        "core.upf",
        Software::OfTheProducer,
    ),
    (
        1,
        "HSM-2",
        "HSM 2 key store",
        "core.arpf-hsm",
        Software::OfTheVendor,
    ),
    (
        1,
        "R-440",
        "R 440 cell-site router",
        "tx.csr",
        Software::OfTheProducer,
    ),
    (1, "FW-81", "FW 81 firewall", "tx.fw", Software::OfTheVendor),
    (
        1,
        "SYNC-1",
        "SYNC 1 grandmaster clock",
        "tx.sync",
        Software::OfTheVendor,
    ),
];

/// Who makes the software of a type.
#[derive(Clone, Copy)]
enum Software {
    OfTheVendor,
    OfTheProducer,
}

/// Tests and certificates of a type after which its vendor has a next revision.
const ASSURED: usize = 24;

/// A type.
pub(super) struct Model {
    pub(super) link: Link,
    pub(super) vendor: usize,
    pub(super) part: &'static str,
    pub(super) category: &'static str,
    name: &'static str,
    software: Software,
    releases: Vec<Link>,
    revision: usize,
    /// How often it was tested or certified.
    assured: usize,
}

/// Which release of a type's software; only released ones have a number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Release(usize);

/// All types.
pub(super) struct Catalogue {
    models: Vec<Model>,
    /// Those that are on the market: the last revision of each with software.
    offered: Vec<usize>,
    /// A revision that is announced but has no software, and its place on the market.
    announced: Option<(usize, usize)>,
}

impl Model {
    pub(super) fn id(&self) -> ComponentId {
        self.link.id.component().expect("a type is a component").clone()
    }

    pub(super) fn artefact(&self, release: Release) -> ComponentId {
        let link = &self.releases[release.0];
        link.id.component().expect("an artefact is a component").clone()
    }

    pub(super) fn firmware(&self, release: Release) -> Firmware {
        Firmware {
            artefact: self.artefact(release),
            version: Some(version(release.0)),
            measured: None,
        }
    }

    pub(super) fn latest(&self) -> Release {
        Release(self.releases.len().saturating_sub(1))
    }

    /// One of the last releases, whose software still is in use.
    pub(super) fn recent(&self, clerk: &mut Clerk) -> Release {
        let back = clerk.chance.below(self.releases.len().clamp(1, 4));
        Release(self.latest().0 - back)
    }

    /// Whether its software is another's than its maker's.
    pub(super) fn is_supplied(&self) -> bool {
        matches!(self.software, Software::OfTheProducer)
    }

    fn producer<'a>(&self, cast: &'a Cast) -> &'a CastMember {
        match self.software {
            Software::OfTheVendor => &cast.vendors[self.vendor],
            Software::OfTheProducer => &cast.producer,
        }
    }

    /// The vendor says what the type is.
    fn announce(&mut self, cast: &Cast, clerk: &mut Clerk) {
        let vendor = &cast.vendors[self.vendor];
        let supply = Supply {
            what: "operating software".to_owned(),
            category: Some("sw.firmware".parse().expect("a category")),
            supplier: Some(self.producer(cast).id.clone()),
            country_of_origin: Some(self.producer(cast).country().parse().expect("a country")),
            second_source: None,
        };
        let manifest = Manifest {
            category: Some(self.category.parse().expect("a category")),
            supplies: vec![supply],
            design_countries: vec![vendor.country().parse().expect("a country")],
            ..manifest(self.name, clerk)
        };
        let speech = Speech::new(vendor, Role::Designer, Event::Manifest(manifest));
        clerk.say(speech, &mut [&mut self.link]);
    }

    /// The producer releases software for the type.
    fn release(&mut self, cast: &Cast, clerk: &mut Clerk) {
        let digest = clerk.digest();
        let number = self.releases.len();
        let manifest = Manifest {
            version: Some(version(number)),
            category: Some("sw.firmware".parse().expect("a category")),
            runs_on: vec![self.id()],
            replaces: number.checked_sub(1).map(|before| self.artefact(Release(before))),
            boms: vec![BomReference {
                format: "CycloneDX".to_owned(),
                version: "1.6".to_owned(),
                components: 40 + clerk.chance.below(400) as u64,
                document: clerk.document("application/vnd.cyclonedx+json", "sbom.cdx.json"),
            }],
            ..manifest(&format!("{} software {}", self.part, version(number)), clerk)
        };
        let mut link = Link::new(ComponentId::of_artefact(&digest));
        let speech = Speech::new(self.producer(cast), Role::Producer, Event::Manifest(manifest));
        clerk.say(speech, &mut [&mut link]);
        self.releases.push(link);
    }
}

impl Catalogue {
    pub(super) fn new() -> Self {
        let models: Vec<_> = MODELS
            .iter()
            .map(|(vendor, part, name, category, software)| Model {
                link: type_link(*vendor, part, 1),
                vendor: *vendor,
                part,
                category,
                name,
                software: *software,
                releases: Vec::new(),
                revision: 1,
                assured: 0,
            })
            .collect();
        Self {
            offered: (0..models.len()).collect(),
            models,
            announced: None,
        }
    }

    /// What stands at the beginning of a ledger: each type, and one release for it.
    pub(super) fn beginnings(&mut self, cast: &Cast, clerk: &mut Clerk) -> Vec<Vec<u8>> {
        let mut entries = Vec::new();
        for model in &mut self.models {
            model.announce(cast, clerk);
            entries.push(clerk.take());
            model.release(cast, clerk);
            entries.push(clerk.take());
        }
        entries
    }

    pub(super) fn model(&self, number: usize) -> &Model {
        &self.models[number]
    }

    /// One of the types on the market.
    pub(super) fn choose(&self, clerk: &mut Clerk) -> usize {
        self.offered[clerk.chance.below(self.offered.len())]
    }

    /// The producer releases software for a type; the first for a new revision brings that to the market.
    pub(super) fn release(&mut self, cast: &Cast, clerk: &mut Clerk) {
        let number = match self.announced.take() {
            Some((number, place)) => {
                self.offered[place] = number;
                number
            }
            None => self.choose(clerk),
        };
        self.models[number].release(cast, clerk);
    }

    /// The vendor announces the next revision of a type.
    fn succeed(&mut self, number: usize, cast: &Cast, clerk: &mut Clerk) {
        let place = self.offered.iter().position(|offered| *offered == number);
        let before = &self.models[number];
        let revision = before.revision + 1;
        let mut next = Model {
            link: type_link(before.vendor, before.part, revision),
            releases: Vec::new(),
            revision,
            assured: 0,
            ..*before
        };
        next.announce(cast, clerk);
        self.announced = place.map(|place| (self.models.len(), place));
        self.models.push(next);
    }

    /// The laboratory tests a type with the software of the day, or somebody certifies it; in time there is a next revision instead.
    pub(super) fn assure(&mut self, cast: &Cast, clerk: &mut Clerk) {
        let number = self.choose(clerk);
        if self.models[number].assured >= ASSURED && self.announced.is_none() {
            return self.succeed(number, cast, clerk);
        }
        let model = &mut self.models[number];
        model.assured += 1;
        let artefacts = vec![model.artefact(model.latest())];
        let speech = if clerk.happens(60) {
            let test = Test {
                specification: "3GPP TS 33.511".to_owned(),
                specification_version: Some("V18.2.0".to_owned()),
                release: Some("Rel-18".to_owned()),
                result: *clerk
                    .chance
                    .one_of(&[TestResult::Pass, TestResult::Pass, TestResult::Conditional]),
                artefacts,
                accreditation: Some("DAkkS D-PL-00000".to_owned()),
                accredited_until: Some(clerk.in_days(700)),
                report: Some(clerk.document("application/pdf", "report.pdf")),
            };
            Speech::new(&cast.laboratory, Role::Laboratory, Event::Test(test))
        } else {
            let certify = Certify {
                action: CertificateAction::Issue,
                scheme: "NESAS".to_owned(),
                certificate: format!("CONF-{:06}", clerk.chance.below(1_000_000)),
                level: None,
                artefacts,
                version_range: None,
                valid_from: Some(clerk.today()),
                valid_until: Some(clerk.in_days(1_095)),
                scas: vec![Scas {
                    specification: "33.511".to_owned(),
                    version: "18.2.0".to_owned(),
                    release: "Rel-18".to_owned(),
                }],
                document: None,
            };
            Speech::new(&cast.certifier, Role::Certifier, Event::Certify(certify))
        };
        clerk.say(speech, &mut [&mut model.link]);
    }

    /// The producer tells of a vulnerability in one of its releases.
    pub(super) fn notice(&mut self, cast: &Cast, clerk: &mut Clerk) {
        let number = self.choose(clerk);
        let model = &mut self.models[number];
        let release = model.recent(clerk);
        let status = *clerk.chance.one_of(&[
            VexStatus::NotAffected,
            VexStatus::Affected,
            VexStatus::UnderInvestigation,
            VexStatus::Fixed,
        ]);
        let notice = Notice {
            vulnerability: format!("CVE-2026-{:05}", clerk.chance.below(100_000)),
            status,
            justification: (status == VexStatus::NotAffected)
                .then(|| "vulnerable_code_not_in_execute_path".to_owned()),
            fixed_in: (status == VexStatus::Fixed)
                .then(|| model.artefact(model.latest()))
                .into_iter()
                .collect(),
            aware_since: None,
            exploited: None,
            document: Some(clerk.document("application/json", "vex.json")),
        };
        let speech = Speech::new(model.producer(cast), Role::Producer, Event::Notice(notice));
        clerk.say(speech, &mut [&mut model.releases[release.0]]);
    }
}

fn type_link(vendor: usize, part: &str, revision: usize) -> Link {
    let maker = ["dns:nordlys.example", "dns:meridian.example"][vendor];
    Link::new(component(&format!("type:{maker}/{part}/R{revision}")))
}

fn manifest(name: &str, clerk: &Clerk) -> Manifest {
    Manifest {
        name: name.to_owned(),
        version: None,
        category: None,
        producer: None,
        runs_on: Vec::new(),
        replaces: None,
        manufacturers: Vec::new(),
        design_countries: Vec::new(),
        supplies: Vec::new(),
        boms: Vec::new(),
        known_unknowns: Vec::new(),
        support_until: Some(clerk.in_days(3_650)),
    }
}

fn version(number: usize) -> String {
    format!("{}.{}.0", 4 + number / 10, number % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_was_assured_often_has_a_successor_with_software_of_its_own() {
        let (cast, mut clerk, mut catalogue) = (Cast::new(), Clerk::new(1, 0), Catalogue::new());
        catalogue.beginnings(&cast, &mut clerk);
        for _ in 0..3_000 {
            catalogue.assure(&cast, &mut clerk);
            clerk.take();
            if clerk.happens(20) {
                catalogue.release(&cast, &mut clerk);
                clerk.take();
            }
        }
        assert_eq!(catalogue.offered.len(), MODELS.len());
        for (offered, (_, part, ..)) in catalogue.offered.iter().zip(MODELS) {
            let model = catalogue.model(*offered);
            assert_eq!(model.part, part);
            assert!(model.revision > 2, "{part} R{}", model.revision);
            assert!(model.id().to_string().ends_with(&format!("/R{}", model.revision)));
            assert!(!model.releases.is_empty());
        }
        assert!(catalogue.models.iter().all(|model| model.assured <= 2 * ASSURED));
    }
}
