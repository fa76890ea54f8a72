//! What a statement is about: components with their aliases, heads and links to other ledgers.

use std::collections::BTreeMap;

use prova_core::{
    hash::{Digest, LeafHash},
    id::{Alias, SubjectId},
    position::EntryIndex,
    statement::{Envelope, ForeignLink, Statement, Subject},
};

use super::request::parse_alias;
use crate::error::{Blaming as _, CommandError};

/// A component and the aliases that the statement states of it.
#[derive(Clone, Debug)]
pub(super) struct StatedAlias {
    /// The component as its id names it.
    pub(super) id: SubjectId,
    /// Other names of it, of other schemes.
    pub(super) aliases: Vec<Alias>,
}

impl StatedAlias {
    /// A component without aliases.
    pub(super) fn new(id: SubjectId) -> Self {
        Self {
            id,
            aliases: Vec::new(),
        }
    }

    /// The subject, linked to the last entry of its chain or to where the chain comes from.
    pub(super) fn with_links(
        &self,
        prev: Option<LeafHash>,
        links: &BTreeMap<SubjectId, ForeignLink>,
    ) -> Result<Subject, CommandError> {
        let from = links.get(&self.id).cloned();
        if let (Some(prev), Some(_)) = (prev, &from) {
            return Err(CommandError::caller(format!(
                "{} has entries in this ledger, the last with leaf hash {prev}; only the first statement of a chain says where it comes \
                 from",
                self.id
            ))
            .hint("leave --from-ledger out"));
        }
        Ok(Subject {
            id: self.id.clone(),
            prev,
            number: None,
            from,
            aliases: self.aliases.clone(),
        })
    }
}

/// Adds the aliases of `--alias [COMPONENT=]ALIAS`.
pub(super) fn add_aliases(arguments: &[String], subjects: &mut [StatedAlias]) -> Result<(), CommandError> {
    for argument in arguments {
        // Slots and purls hold equals signs too: the first one with a component before it divides.
        let split = argument.match_indices('=').find_map(|(position, _)| {
            let (component, alias) = argument.split_at_checked(position)?;
            Some((component.parse::<SubjectId>().ok()?, alias.strip_prefix('=')?))
        });
        let (subject, alias) = match (split, &mut *subjects) {
            (Some((id, alias)), subjects) => {
                let subject = subjects.iter_mut().find(|subject| subject.id == id);
                let subject = subject.ok_or_else(|| {
                    CommandError::caller(format!("--alias names {id}, which the statement is not about"))
                })?;
                (subject, alias)
            }
            (None, [subject]) => (subject, argument.as_str()),
            (None, _) => {
                return Err(CommandError::caller(format!(
                    "--alias {argument} does not say of which component"
                ))
                .hint("write COMPONENT=ALIAS"));
            }
        };
        let alias = parse_alias(alias)?;
        if !subject.aliases.contains(&alias) {
            subject.aliases.push(alias);
        }
    }
    Ok(())
}

/// Reads `--from-ledger COMPONENT ORIGIN INDEX LEAF`, any number of times.
pub(super) fn links(
    arguments: &[String],
    proof: Option<Digest>,
) -> Result<BTreeMap<SubjectId, ForeignLink>, CommandError> {
    let wrong = |what: &str| {
        let what = format!("--from-ledger: {what}");
        move |error: CommandError| error.context(what)
    };
    let mut links = BTreeMap::new();
    for four in arguments.chunks(4) {
        let [component, origin, index, leaf] = four else {
            return Err(CommandError::caller(
                "--from-ledger wants COMPONENT ORIGIN INDEX LEAF",
            ));
        };
        let component = component.parse().or_caller().map_err(wrong("no component"))?;
        let link = ForeignLink {
            origin: origin.parse().or_caller().map_err(wrong("no origin"))?,
            index: EntryIndex::new(index.parse().or_caller().map_err(wrong("no index"))?),
            leaf: leaf.parse().or_caller().map_err(wrong("no leaf hash"))?,
            proof,
        };
        links.insert(component, link);
    }
    Ok(links)
}

/// Checks that no link was given for something else.
pub(super) fn check_links_used(
    links: &BTreeMap<SubjectId, ForeignLink>,
    statements: &[(Statement, Envelope)],
) -> Result<(), CommandError> {
    let about = |id: &SubjectId| {
        let mut subjects = statements.iter().flat_map(|(statement, _)| &statement.subjects);
        subjects.any(|subject| subject.id == *id)
    };
    match links.keys().find(|id| !about(id)) {
        Some(id) => Err(CommandError::caller(format!(
            "--from-ledger names {id}, which the statement is not about"
        ))),
        None => Ok(()),
    }
}
