//! What an entry can be looked up by.
//!
//! ```text
//! id:<subject>     each subject, and each component that a field names        by:<organisation>   who speaks or countersigns
//! key:<key id>     each key that signed                                       ref:<digest>        each document or entry referred to
//! alias:<alias>    each instance alias that it states                         about:<component>   each type or artefact that is a subject
//! ```
//! Units, slots and acts are in an entry's fields only where they are its subjects too, but a type is named by every unit of it, and a release by
//! everything that runs it. `about:` tells what their own chains are, so that these can be shown to be complete without all that.

use std::{borrow::Cow, collections::BTreeSet, fmt, str::FromStr};

use crate::{
    hash::Digest,
    hex::ParseHexError,
    id::{Alias, ComponentId, Kind, OrgId, ParseAliasError, ParseComponentError, ParseOrgError, SubjectId},
    key::{KeyId, PublicKey},
    position::EntryIndex,
    registry::Registry,
    statement::{Predicate, Statement, Unverified, Verified, action::Action},
    text::serde_as_text,
};

/// Most terms of an entry.
pub const MAX_TERMS: usize = 1_024;

/// One thing that entries can be looked up by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Term {
    /// A subject, or a component that a field names.
    Id(SubjectId),
    /// An organisation that speaks, countersigns or is registered.
    By(OrgId),
    /// A key that signed.
    Key(KeyId),
    /// A document by its digest, or an entry by its leaf hash.
    Ref(Digest),
    /// Another name of one instance.
    Alias(Alias),
    /// A type or artefact that is a subject.
    About(ComponentId),
}

serde_as_text!(Term);

/// Why a text is not a term.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseTermError {
    /// None of the prefixes.
    #[error("no term: want id:, by:, key:, ref:, alias: or about:")]
    Prefix,
    /// Not a component.
    #[error(transparent)]
    Id(#[from] ParseComponentError),
    /// Not an organisation.
    #[error(transparent)]
    By(#[from] ParseOrgError),
    /// Not a digest.
    #[error(transparent)]
    Hex(#[from] ParseHexError),
    /// Not an alias.
    #[error(transparent)]
    Alias(#[from] ParseAliasError),
    /// An alias that many components may share: entries are not looked up by it.
    #[error("«{}» names a product, want an alias that names one instance", crate::text::excerpt(.0.as_str()))]
    Shared(Alias),
    /// A unit or slot: `id:` says the same.
    #[error("{0} is no type and no artefact; want id:{0}")]
    NotAbout(ComponentId),
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (prefix, text) = self.parts();
        f.write_str(prefix)?;
        f.write_str(&text)
    }
}

impl FromStr for Term {
    type Err = ParseTermError;

    fn from_str(text: &str) -> Result<Self, ParseTermError> {
        match text.split_once(':') {
            Some(("id", id)) => Ok(Self::Id(id.parse()?)),
            Some(("by", organisation)) => Ok(Self::By(organisation.parse()?)),
            Some(("key", key)) => Ok(Self::Key(key.parse()?)),
            Some(("ref", digest)) => Ok(Self::Ref(digest.parse()?)),
            Some(("alias", alias)) => {
                let alias: Alias = alias.parse()?;
                if alias.names_an_instance() {
                    Ok(Self::Alias(alias))
                } else {
                    Err(ParseTermError::Shared(alias))
                }
            }
            Some(("about", component)) => {
                let component: ComponentId = component.parse()?;
                if is_named_by_others(&component) {
                    Ok(Self::About(component))
                } else {
                    Err(ParseTermError::NotAbout(component))
                }
            }
            _ => Err(ParseTermError::Prefix),
        }
    }
}

/// Whether entries name the component that are not about it.
fn is_named_by_others(component: &ComponentId) -> bool {
    matches!(component.kind(), Kind::Type | Kind::Artefact)
}

impl Term {
    /// The two parts of a term's text.
    pub(crate) fn parts(&self) -> (&'static str, Cow<'_, str>) {
        match self {
            Self::Id(subject) => ("id:", subject.text()),
            Self::By(organisation) => ("by:", organisation.as_str().into()),
            Self::Key(key) => ("key:", key.to_string().into()),
            Self::Ref(digest) => ("ref:", digest.to_string().into()),
            Self::Alias(alias) => ("alias:", alias.as_str().into()),
            Self::About(component) => ("about:", component.as_str().into()),
        }
    }

    /// The term of exactly the entries that a subject's chain consists of.
    #[must_use]
    pub fn chain(subject: &SubjectId) -> Self {
        match subject.component() {
            Some(component) if is_named_by_others(component) => Self::About(component.clone()),
            _ => Self::Id(subject.clone()),
        }
    }
}

/// The terms of the entry at `index`, given the registry after it or any later one.
#[must_use]
pub fn terms(index: EntryIndex, entry: &Verified, registry: &Registry) -> BTreeSet<Term> {
    sorted_terms(index, entry, registry).into_iter().collect()
}

/// The same, in order and each once.
#[must_use]
pub(crate) fn sorted_terms(index: EntryIndex, entry: &Verified, registry: &Registry) -> Vec<Term> {
    let mut terms = of_statement(index, entry.statement(), entry.signers(), Some(registry));
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// How many terms an entry would have at `index`, if they are more than it may have.
pub(crate) fn too_many_terms(index: EntryIndex, entry: &Verified, registry: &Registry) -> Option<usize> {
    let terms = of_statement(index, entry.statement(), entry.signers(), Some(registry));
    // Most entries have few, also counted more than once.
    (terms.len() > MAX_TERMS)
        .then(|| terms.into_iter().collect::<BTreeSet<_>>().len())
        .filter(|got| *got > MAX_TERMS)
}

/// The terms of an entry that was admitted at `index`, without verifying its signatures again.
#[must_use]
pub fn terms_of_admitted(index: EntryIndex, entry: &Unverified, registry: &Registry) -> BTreeSet<Term> {
    let signers: Vec<_> = entry.claimed_keys().collect();
    of_statement(index, entry.claim(), &signers, Some(registry))
        .into_iter()
        .collect()
}

/// The same but for `by:` terms, which take the registry to know.
#[must_use]
pub(crate) fn terms_without_registry(index: EntryIndex, entry: &Unverified) -> BTreeSet<Term> {
    let signers: Vec<_> = entry.claimed_keys().collect();
    let terms = of_statement(index, entry.claim(), &signers, None);
    terms
        .into_iter()
        .filter(|term| !matches!(term, Term::By(_)))
        .collect()
}

/// The terms in no order, some of them more than once.
fn of_statement(
    index: EntryIndex,
    statement: &Statement,
    signers: &[KeyId],
    registry: Option<&Registry>,
) -> Vec<Term> {
    let mut terms = Vec::with_capacity(8);
    for subject in &statement.subjects {
        terms.extend([Term::Id(subject.id.clone()), Term::chain(&subject.id)]);
    }
    terms.extend(signers.iter().map(|key| Term::Key(*key)));
    let owner = |key: &KeyId| {
        registry
            .and_then(|registry| registry.keys().get(key))
            // A root key that was replaced may have become a participant's later.
            .filter(|record| record.enrolled <= index)
            .map(|record| Term::By(record.organisation.clone()))
    };
    terms.extend(signers.iter().filter_map(owner));
    let aliases = statement.subjects.iter().flat_map(|subject| &subject.aliases);
    let instances = aliases.filter(|alias| alias.names_an_instance());
    terms.extend(instances.cloned().map(Term::Alias));
    match &statement.predicate {
        Predicate::Event(event) => {
            terms.extend(
                event
                    .components()
                    .into_iter()
                    .map(|id| Term::Id(id.clone().into())),
            );
            terms.extend(
                event
                    .documents()
                    .into_iter()
                    .map(|document| Term::Ref(document.sha256)),
            );
            terms.extend(
                event
                    .entries()
                    .into_iter()
                    .map(|leaf| Term::Ref(Digest::from_bytes(*leaf.as_bytes()))),
            );
        }
        Predicate::Registry(predicate) => {
            // Whatever it is about, it is one of the registry's entries.
            terms.push(Term::Id(SubjectId::Ledger(predicate.ledger.clone())));
            terms.extend(predicate.actions.iter().flat_map(registered));
        }
        Predicate::Charter(_) | Predicate::Seal(_) => {}
    }
    terms
}

/// The organisation and keys that an action is about.
fn registered(action: &Action) -> Vec<Term> {
    let ids = |keys: &[PublicKey]| keys.iter().map(PublicKey::key_id).collect();
    let keys: Vec<KeyId> = match action {
        Action::Enrol(enrol) => ids(&enrol.keys),
        Action::Keys(keys) => ids(&keys.keys),
        Action::Rotate(rotate) => {
            let added: Vec<KeyId> = ids(&rotate.add);
            added.into_iter().chain(rotate.retire.iter().copied()).collect()
        }
        Action::Revoke(revoke) => vec![revoke.key],
        Action::Distrust(distrust) => distrust.key.into_iter().collect(),
        Action::Change(_) | Action::Suspend(_) | Action::Reinstate(_) | Action::Root(_) => Vec::new(),
    };
    let organisation = action.organisation().cloned().map(Term::By);
    organisation
        .into_iter()
        .chain(keys.into_iter().map(Term::Key))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        statement::event::role::Role,
        tests::scene::{Scene, id},
    };

    #[test]
    fn text_and_term_are_inverse() {
        let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        for text in [
            "id:unit:dns:nordlys.example/AAU-3900/SN1".to_owned(),
            "by:dns:nordlys.example".to_owned(),
            format!("key:{hex}"),
            format!("ref:{hex}"),
            "id:index:nordic.example/prova".to_owned(),
            "alias:mac:00005e005301".to_owned(),
            "about:type:dns:nordlys.example/AAU-3900/R2B".to_owned(),
        ] {
            assert_eq!(text.parse::<Term>().map(|term| term.to_string()), Ok(text));
        }
        assert_eq!("no:x".parse::<Term>(), Err(ParseTermError::Prefix));
        let shared = "sku:AAU-3900".parse().unwrap();
        assert_eq!(
            "alias:sku:AAU-3900".parse::<Term>(),
            Err(ParseTermError::Shared(shared))
        );
        let unit = crate::tests::scene::component("unit:dns:nordlys.example/AAU-3900/SN1");
        assert_eq!(
            format!("about:{unit}").parse::<Term>(),
            Err(ParseTermError::NotAbout(unit))
        );
    }

    #[test]
    fn the_chain_of_a_type_is_told_from_what_names_it() {
        let of_type = "type:dns:nordlys.example/AAU-3900/R2B";
        let mut scene = Scene::new();
        let mut say = |role, event, about: &str| {
            let event = serde_json::from_value(event).unwrap();
            scene.say("nordlys", role, event, &[about]).unwrap();
        };
        say(Role::Designer, json!({"manifest": {"name": "AAU 3900"}}), of_type);
        let made = json!({"manufacture": {"type": of_type, "site": {"country": "SE"}, "date": "2026-01-01"}});
        say(Role::Manufacturer, made, "unit:dns:nordlys.example/AAU-3900/SN1");
        let under = |term: Term| {
            scene
                .rows
                .posting(&term)
                .iter()
                .map(|index| index.get())
                .collect::<Vec<_>>()
        };
        assert_eq!(under(Term::Id(id(of_type))), [10, 11]);
        assert_eq!(under(Term::chain(&id(of_type))), [10]);
    }
}
