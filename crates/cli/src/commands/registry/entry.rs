//! The registry's entry: who signs it, what it follows, and where it goes.

use std::path::PathBuf;

use clap::Args;
use prova_core::{
    key::{KeyId, PublicKey, SecretKey},
    position::EntryIndex,
    statement::{
        Envelope, Predicate, Statement,
        action::{Action, Distrust, KeptKeys, RegistryPredicate, Revoke},
    },
    time::Timestamp,
};

use super::args::{DistrustArgs, RevokeArgs, RootArgs};
use crate::{
    basis::{Basis, BasisArgs},
    clock,
    commands::init::NamedRootKey,
    error::{Blaming as _, CommandError},
    publickey, signing,
    ui::{Status, Ui},
};

/// What all changes have.
#[derive(Args, Debug)]
pub(super) struct Signing {
    /// The private keys that sign: root keys, or keys of the organisation itself where that is enough.
    #[arg(long = "sign", value_name = "FILE", required = true)]
    sign: Vec<PathBuf>,
    /// When it was decided [default: now].
    #[arg(long, value_name = "TIME")]
    time: Option<Timestamp>,
    #[command(flatten)]
    basis: BasisArgs,
}

impl Signing {
    fn keys(&self, ui: &Ui) -> Result<Vec<SecretKey>, CommandError> {
        let source = self.basis.passphrase.source();
        self.sign
            .iter()
            .map(|path| signing::read_key(path, &source, ui))
            .collect()
    }
}

pub(super) fn public_keys(
    named: &[String],
    signing: &Signing,
    ui: &Ui,
) -> Result<Vec<PublicKey>, CommandError> {
    let source = signing.basis.passphrase.source();
    named
        .iter()
        .map(|key| publickey::read(key, &source, ui))
        .collect()
}

pub(super) fn key_id(named: &str, signing: &Signing, ui: &Ui) -> Result<KeyId, CommandError> {
    match named.parse() {
        Ok(id) => Ok(id),
        Err(_) => Ok(publickey::read(named, &signing.basis.passphrase.source(), ui)?.key_id()),
    }
}

pub(super) fn record(signing: &Signing, action: Action, ui: &mut Ui) -> Result<Status, CommandError> {
    let basis = signing.basis.open(ui)?;
    let keys = signing.keys(ui)?;
    record_on(basis, signing, vec![action], keys, ui)
}

/// Ends a key that is in use, and says what is to be believed of what it signed: the root in an action of its own.
pub(super) fn revoke(args: &RevokeArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let signing = &args.signing;
    let basis = signing.basis.open(ui)?;
    let keys = signing.keys(ui)?;
    let key = key_id(&args.key, signing, ui)?;
    let organisation = args.org.clone().or_else(|| basis.owner(&[key]));
    let organisation = organisation.ok_or_else(|| {
        CommandError::caller(format!("it is not known whose key {key} is"))
            .hint("say whose it is with --org; `prova registry show` lists keys")
    })?;
    let record = basis.registry().and_then(|registry| registry.keys().get(&key));
    let has_ended = record.is_some_and(|record| record.ended.is_some());
    let from = args.distrust_from.map(EntryIndex::new);
    let is_own = basis.owner(&ids(&keys)).is_some();
    let (asked, said) = if is_own { (from, None) } else { (None, from) };
    let mut actions = Vec::new();
    if !has_ended || said.is_none() {
        actions.push(Action::Revoke(Revoke {
            organisation: organisation.clone(),
            key,
            reason: args.reason.clone(),
            distrust_from: asked,
        }));
    }
    actions.extend(said.map(|from| {
        Action::Distrust(Distrust {
            organisation,
            key: Some(key),
            from: Some(from),
            reason: args.reason.clone(),
        })
    }));
    record_on(basis, signing, actions, keys, ui)
}

pub(super) fn distrust(args: &DistrustArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let signing = &args.signing;
    let basis = signing.basis.open(ui)?;
    let key = args.key.as_deref();
    let mut actions = vec![Action::Distrust(Distrust {
        organisation: args.organisation.clone(),
        key: key.map(|key| key_id(key, signing, ui)).transpose()?,
        from: args.from.map(EntryIndex::new),
        reason: args.reason.clone(),
    })];
    if !args.keep.is_empty() {
        actions.push(Action::Keys(KeptKeys {
            organisation: args.organisation.clone(),
            keys: public_keys(&args.keep, signing, ui)?,
        }));
    }
    let keys = signing.keys(ui)?;
    record_on(basis, signing, actions, keys, ui)
}

pub(super) fn root(args: &RootArgs, ui: &mut Ui) -> Result<Status, CommandError> {
    let basis = args.signing.basis.open(ui)?;
    let origin = basis.origin()?;
    let source = args.signing.basis.passphrase.source();
    let named: Vec<_> = args
        .root_keys
        .iter()
        .map(|key| NamedRootKey::read(key, &origin, &source, ui))
        .collect::<Result<_, _>>()?;
    let root = NamedRootKey::root(&named, args.threshold);
    root.check().or_caller()?;
    let mut keys: Vec<_> = named.into_iter().filter_map(NamedRootKey::into_secret).collect();
    keys.extend(args.signing.keys(ui)?);
    record_on(basis, &args.signing, vec![Action::Root(root)], keys, ui)
}

fn ids(keys: &[SecretKey]) -> Vec<KeyId> {
    keys.iter().map(|key| key.public().key_id()).collect()
}

fn record_on(
    basis: Basis,
    signing: &Signing,
    actions: Vec<Action>,
    mut keys: Vec<SecretKey>,
    ui: &mut Ui,
) -> Result<Status, CommandError> {
    // A new root key may be a present one too, and signs once.
    keys.sort_by_key(|key| key.public().key_id());
    keys.dedup_by_key(|key| key.public().key_id());
    let predicate = RegistryPredicate {
        ledger: basis.origin()?,
        by: basis.owner(&ids(&keys)),
        time: signing.time.map_or_else(clock::now, Ok)?,
        critical: Vec::new(),
        actions,
    };
    let subjects = predicate.subjects().into_iter();
    let subjects = subjects.map(|id| basis.registry_subject(predicate.by.as_ref(), id));
    let statement = Statement {
        subjects: subjects.collect::<Result<_, _>>()?,
        predicate: Predicate::Registry(Box::new(predicate)),
    };
    statement.check().or_caller()?;
    let keys: Vec<_> = keys.iter().collect();
    let envelope = Envelope::sign(statement.encode(), &keys).or_caller()?;
    signing.basis.deliver(basis, &[envelope.encode()], &[], ui)?;
    Ok(Status::Holds)
}
