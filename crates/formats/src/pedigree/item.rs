//! A component as a document lists it, and what neither format has a place for.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use prova_core::{
    hash::Digest,
    id::{Alias, ComponentId, Kind},
    lifecycle::Finding,
    statement::event::{Attachment, make::Manufacture},
    text::escape,
    view::{
        component_state::Party,
        message::message,
        timeline::TimelineRow,
        trace::{Relation, Shown, TraceNode},
    },
};

/// A component in a document, once.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) node: TraceNode,
    /// The product's name, or what the id says.
    pub(super) name: String,
    pub(super) version: Option<String>,
    pub(super) serial: Option<String>,
    pub(super) birth: Option<Birth>,
    pub(super) aliases: Vec<Alias>,
    pub(super) findings: Vec<Finding>,
    pub(super) rows: Vec<TimelineRow>,
    /// Position in the items of the unit that it is a part of.
    pub(super) parent: Option<usize>,
}

/// The record of a manufacture.
#[derive(Clone, Debug)]
pub(super) struct Birth {
    pub(super) by: Option<Party>,
    pub(super) manufacture: Manufacture,
}

/// What one component has to do with another.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub(super) from: ComponentId,
    pub(super) relation: Relation,
    pub(super) to: ComponentId,
}

impl Item {
    /// Whether it is an instance, of which a ledger never knows that all parts are recorded.
    pub(super) fn is_unit(&self) -> bool {
        self.node.component.kind() == Kind::Unit
    }

    /// What neither format has a place for.
    pub(super) fn properties(&self) -> Vec<(&'static str, String)> {
        let node = &self.node;
        let mut properties = vec![("prova:id", node.component.to_string())];
        let category = node.category;
        properties.extend(category.map(|category| ("prova:category", category.to_string())));
        let maker = node.maker.as_ref();
        properties.extend(maker.map(|party| ("prova:maker", party.id.to_string())));
        if let Some(birth) = &self.birth {
            let by = birth.by.as_ref();
            properties.extend(by.map(|party| ("prova:manufacturer", party.id.to_string())));
            let site = &birth.manufacture.site;
            let name = site.name.as_deref().map(|name| format!(" {}", escape(name)));
            let made_in = site.country.to_string() + &name.unwrap_or_default();
            properties.push(("prova:made-in", made_in));
        }
        if node.released == Some(false) {
            properties.push(("prova:released", "no manifest of its producer".to_owned()));
        }
        match node.shown {
            Shown::Unknown => {
                properties.push(("prova:unknown", "the ledger has no entry about it".to_owned()));
            }
            Shown::Cut => properties.push(("prova:cut", "what is inside is not listed".to_owned())),
            Shown::Whole | Shown::Elsewhere => {}
        }
        let aliases = self.aliases.iter();
        properties.extend(aliases.map(|alias| ("prova:alias", alias.to_string())));
        for supply in &node.supplies {
            let category = supply.category.map(|category| category.to_string());
            let supplier = supply.supplier.as_ref().map(|supplier| format!("by {supplier}"));
            let made = supply.country_of_origin;
            let made = made.map(|country| format!("made in {country}"));
            let said = [category, supplier, made].into_iter().flatten();
            let said: Vec<_> = std::iter::once(escape(&supply.what)).chain(said).collect();
            properties.push(("prova:supplied", said.join(", ")));
        }
        let unknowns = node.known_unknowns.iter();
        properties.extend(unknowns.map(|text| ("prova:known-unknown", escape(text))));
        properties.extend(self.findings.iter().map(|finding| {
            let (entry, code, text) = (finding.entry, finding.code(), escape(&message(&finding.detail)));
            ("prova:finding", format!("entry {entry} {code}: {text}"))
        }));
        properties.extend(self.rows.iter().map(|row| {
            let text = format!("entry {} leaf {} {} {}", row.index, row.leaf, row.event, row.time);
            ("prova:entry", text)
        }));
        properties
    }

    /// Its life in sentences, one a line.
    pub(super) fn notes(&self) -> String {
        let line = |row: &TimelineRow| {
            let by = row.by.as_ref().map(|party| escape(party.shown()));
            let (by, sentence) = (by.unwrap_or_default(), escape(&row.sentence));
            format!("entry {}, {}: {by} {sentence}", row.index, row.time)
        };
        let lines: Vec<_> = self.rows.iter().map(line).collect();
        lines.join("\n")
    }

    /// Documents that entries about it name, beside bills of materials, each once.
    pub(super) fn evidence(&self) -> Vec<&Attachment> {
        let boms = self.node.boms.iter().map(|bom| bom.document.sha256);
        let mut seen: BTreeSet<Digest> = boms.collect();
        let documents = self.rows.iter().flat_map(|row| &row.documents);
        documents
            .filter(|document| seen.insert(document.sha256))
            .collect()
    }

    /// The first other name of a scheme.
    pub(super) fn alias(&self, scheme: &str) -> Option<&str> {
        let names = self.aliases.iter().map(Alias::as_str);
        names.into_iter().find(|name| name.starts_with(scheme))
    }

    /// Who made it, where that is recorded.
    pub(super) fn manufacturer(&self) -> Option<&Party> {
        self.birth.as_ref().and_then(|birth| birth.by.as_ref())
    }
}

/// A name for a document by its digest (RFC 6920 §3).
pub(super) fn named_by_digest(digest: &Digest) -> String {
    format!("ni:///sha-256;{}", URL_SAFE_NO_PAD.encode(digest.as_bytes()))
}
