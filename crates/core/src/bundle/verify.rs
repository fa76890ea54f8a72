//! Whether a bundle holds, from its parts, one at a time.
//!
//! Registry entries are replayed in full, in their order. Of the others, each signature is verified and each signer's right to speak is checked;
//! links and lives are those of the components that the bundle follows. Memory is that of the chains and hashes: entries are not kept.

mod whole;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    convert::Infallible,
    ops::Range,
};

use super::{
    BundleFault, Description, Dossier,
    description::SealReference,
    dossier::Parts,
    gather::{self, Gather},
    sparse::{Followed, Sparse, Want},
};
use crate::{
    hash::{Digest, LeafHash},
    index::{
        Accumulator, Index, IndexProof, MemoryBuckets,
        term::{Term, terms},
    },
    key::KeyId,
    ledger::{
        AdmitError, BATCH_ENTRIES, EntryFault, EntryRefusal, Inadmissible, Placing, SealedView, admit,
        check_link, check_speakers, seen, step,
    },
    lifecycle::{Chain, Layer},
    log::{SignedCheckpoint, TlogProof},
    position::{EntryIndex, TreeSize, within},
    registry::{Registry, history::History},
    statement::{
        Keyring, Predicate, Subject, Unverified, Verified,
        charter::Root,
        seal::{Seal, Sealed},
    },
    verdict::{BundleScope, Gap, Trust, Verdict, VerdictScope},
};

/// A term that must be complete: what the seal counts, and what was seen so far.
#[derive(Debug)]
struct Watched {
    counted: Option<Accumulator>,
    seen: Accumulator,
}

/// How it is known that nothing is missing.
#[derive(Debug)]
enum Completeness {
    /// Every entry is here; the seals among them are recomputed.
    Whole {
        index: Box<Index>,
        buckets: MemoryBuckets,
    },
    /// By the sealed index.
    Sealed {
        seal: SealReference,
        watched: BTreeMap<Term, Watched>,
    },
}

/// A verification under way. After an error, only [`Verifier::refuse`] makes sense.
#[derive(Debug)]
pub struct Verifier {
    description: Description,
    checkpoint: SignedCheckpoint,
    completeness: Completeness,
    gather: Gather,
    registry: Option<Registry>,
    /// The entry that replaced each earlier root.
    replaced: Vec<(EntryIndex, Root)>,
    sparse: Sparse,
    waiting: Vec<(EntryIndex, Unverified)>,
    standing: EntryPlaces,
    /// The entries that each key signed.
    signed: HashMap<KeyId, Vec<EntryIndex>>,
    /// The entries about reported components, and those that enrolled their signers.
    about: Vec<EntryIndex>,
    enrolments: BTreeSet<EntryIndex>,
    gaps: BTreeSet<Gap>,
    asked: BTreeMap<Digest, EntryIndex>,
    documents: BTreeMap<Digest, u64>,
    seal_seen: bool,
    last_seal: Option<LeafHash>,
    signatures: u64,
}

/// Where the entries so far stand.
#[derive(Debug, Default)]
struct EntryPlaces {
    leaves: BTreeMap<EntryIndex, LeafHash>,
    places: HashMap<LeafHash, EntryIndex>,
    postings: HashMap<Term, Vec<EntryIndex>>,
}

/// What is known before an entry.
struct Known<'a> {
    sparse: &'a Sparse,
    standing: &'a EntryPlaces,
}

/// The rows of a bundle that has every entry.
struct WholeRows<'a> {
    known: Known<'a>,
    folded: &'a mut Index,
    buckets: &'a mut MemoryBuckets,
}

impl Layer for Known<'_> {
    type Below = Sparse;
    type Error = Infallible;

    fn below(&self) -> &Sparse {
        self.sparse
    }
}

impl<'a> Layer for WholeRows<'a> {
    type Below = Known<'a>;
    type Error = Infallible;

    fn below(&self) -> &Known<'a> {
        &self.known
    }
}

impl Placing for EntryPlaces {
    type Failure = Infallible;

    fn place(&self, leaf: &LeafHash) -> Result<Option<EntryIndex>, Infallible> {
        Ok(self.places.get(leaf).copied())
    }

    fn under(&self, term: &Term, entries: Range<EntryIndex>) -> Result<Vec<EntryIndex>, Infallible> {
        let posting = self.postings.get(term).map_or(&[][..], Vec::as_slice);
        Ok(within(posting, entries).to_vec())
    }
}

impl Placing for Known<'_> {
    type Failure = Infallible;

    fn place(&self, leaf: &LeafHash) -> Result<Option<EntryIndex>, Infallible> {
        self.standing.place(leaf)
    }

    fn under(&self, term: &Term, entries: Range<EntryIndex>) -> Result<Vec<EntryIndex>, Infallible> {
        self.standing.under(term, entries)
    }
}

impl Placing for WholeRows<'_> {
    type Failure = Infallible;

    fn place(&self, leaf: &LeafHash) -> Result<Option<EntryIndex>, Infallible> {
        self.known.place(leaf)
    }

    fn under(&self, term: &Term, entries: Range<EntryIndex>) -> Result<Vec<EntryIndex>, Infallible> {
        self.known.under(term, entries)
    }
}

impl SealedView for WholeRows<'_> {
    fn fold_index(&mut self) -> Result<Sealed, Infallible> {
        self.folded.fold(self.buckets)
    }
}

fn fault(index: EntryIndex, refusal: impl Into<EntryRefusal>) -> BundleFault {
    let refusal = refusal.into();
    EntryFault { index, refusal }.into()
}

fn refused(index: EntryIndex, error: AdmitError<Infallible>) -> BundleFault {
    match error {
        AdmitError::Refused(refusal) => fault(index, refusal),
        AdmitError::View(never) => match never {},
    }
}

impl Verifier {
    /// Begins with what the bundle claims to be and the checkpoint in it.
    ///
    /// # Errors
    /// A description that does not hold in itself, or that is of another ledger, size or root than the checkpoint.
    pub fn new(description: Description, checkpoint: SignedCheckpoint) -> Result<Self, BundleFault> {
        description.check()?;
        let signed = checkpoint.checkpoint();
        for (field, got, want) in [
            (
                "origin",
                description.origin.to_string(),
                signed.origin().to_string(),
            ),
            ("size", description.size.to_string(), signed.size().to_string()),
            ("root", description.root.to_string(), signed.root().to_string()),
        ] {
            if got != want {
                return Err(BundleFault::Differs { field, got, want });
            }
        }
        let lists = &description.closure;
        let sealed = description.seal.map(|seal| seal.size);
        let whole = gather::is_whole(&description.scope, sealed, description.size);
        let (completeness, followed) = match description.seal {
            Some(seal) if !whole => {
                let required = gather::required(&description.scope, &description.origin, lists);
                let watched = required.into_iter().map(|term| {
                    let (counted, seen) = (None, Accumulator::EMPTY);
                    (term, Watched { counted, seen })
                });
                let watched = watched.collect();
                let followed = Followed::These {
                    subjects: lists.subjects().cloned().collect(),
                    aliases: lists.aliases.iter().cloned().collect(),
                };
                (Completeness::Sealed { seal, watched }, followed)
            }
            _ => {
                let (index, buckets) = (Box::default(), MemoryBuckets::default());
                (Completeness::Whole { index, buckets }, Followed::All)
            }
        };
        Ok(Self {
            completeness,
            gather: Gather::new(description.scope.clone()),
            registry: None,
            replaced: Vec::new(),
            sparse: Sparse::new(followed),
            waiting: Vec::new(),
            standing: EntryPlaces::default(),
            signed: HashMap::new(),
            about: Vec::new(),
            enrolments: BTreeSet::new(),
            gaps: BTreeSet::new(),
            asked: BTreeMap::new(),
            documents: BTreeMap::new(),
            seal_seen: false,
            last_seal: None,
            signatures: 0,
            description,
            checkpoint,
        })
    }

    /// Takes an index proof. All come before the first entry, in any order.
    ///
    /// # Errors
    /// A proof that does not lead to the seal, that comes twice or that nothing asks for.
    pub fn index_proof(&mut self, proof: &IndexProof) -> Result<(), BundleFault> {
        let stray = |problem| BundleFault::StrayIndexProof {
            term: Box::new(proof.term().clone()),
            problem,
        };
        let Completeness::Sealed { seal, watched } = &mut self.completeness else {
            return Err(stray("is not wanted where every entry is"));
        };
        let Some(watched) = watched.get_mut(proof.term()) else {
            return Err(stray("is not wanted for the scope and closure"));
        };
        if watched.counted.is_some() {
            return Err(stray("comes twice"));
        }
        proof
            .verify(&seal.root)
            .map_err(|source| BundleFault::IndexProof {
                term: Box::new(proof.term().clone()),
                source,
            })?;
        watched.counted = Some(proof.accumulator());
        Ok(())
    }

    /// Takes the next entry, in ascending order, with the text of its `.tlog-proof`. Its verdict may come with a later call.
    ///
    /// # Errors
    /// An entry, this one or one just before, that is not what it claims or that the ledger should not hold.
    pub fn entry(&mut self, index: EntryIndex, bytes: &[u8], proof: &[u8]) -> Result<(), BundleFault> {
        let size = self.description.size;
        if let Some((after, _)) = self
            .standing
            .leaves
            .last_key_value()
            .filter(|(last, _)| **last >= index)
        {
            let after = *after;
            return Err(BundleFault::Order { index, after });
        }
        if !size.has(index) {
            return Err(BundleFault::Beyond { index, size });
        }
        let leaf = LeafHash::of_entry(bytes);
        self.check_proof(index, &leaf, proof)?;
        self.standing.leaves.insert(index, leaf);
        self.standing.places.insert(leaf, index);
        let entry = Unverified::decode(bytes).map_err(|error| fault(index, error))?;
        // An entry that brings keys must be applied before those after it can be verified.
        let flush = entry.changes_keys() || self.waiting.len() >= BATCH_ENTRIES;
        self.waiting.push((index, entry));
        if flush { self.flush() } else { Ok(()) }
    }

    fn check_proof(&self, index: EntryIndex, leaf: &LeafHash, text: &[u8]) -> Result<(), BundleFault> {
        let proof = TlogProof::parse(text).map_err(|source| BundleFault::ParseProof {
            index,
            source: Box::new(source),
        })?;
        let other = |problem| Err(BundleFault::OtherProof { index, problem });
        if !proof.extra().is_empty() {
            return other("has extra data, which nobody vouches for");
        }
        if proof.inclusion().index() != index {
            return other("is about another entry");
        }
        if *proof.checkpoint() != self.checkpoint {
            return other("leads to another checkpoint than the bundle's");
        }
        let root = self.checkpoint.checkpoint().root();
        let verified = proof.inclusion().verify(leaf, root);
        verified.map_err(|source| BundleFault::NotInLog { index, source })
    }

    fn flush(&mut self) -> Result<(), BundleFault> {
        let (indices, waiting): (Vec<_>, Vec<_>) = std::mem::take(&mut self.waiting).into_iter().unzip();
        let verified = Unverified::verify_all(waiting, self.registry.as_ref()).map_err(|refused| {
            let (position, source) = refused.into_iter().next().expect("at least one is refused");
            let index = indices.get(position).copied();
            let index = index.expect("positions are those of the entries handed over");
            fault(index, source)
        })?;
        indices
            .into_iter()
            .zip(&verified)
            .try_for_each(|(index, entry)| self.admit(index, entry))
    }

    fn admit(&mut self, index: EntryIndex, entry: &Verified) -> Result<(), BundleFault> {
        let predicate = &entry.statement().predicate;
        if let (Predicate::Registry(predicate), Some(registry)) = (predicate, &self.registry)
            && predicate.new_root().is_some()
        {
            self.replaced.push((index, registry.root().clone()));
        }
        if let Predicate::Seal(seal) = predicate
            && let Some(named) = self.description.seal.filter(|named| named.index == index)
        {
            if seal.size != named.size || seal.root != named.root {
                return Err(BundleFault::NotTheSeal { index });
            }
            self.seal_seen = true;
        }
        let known = Known {
            sparse: &self.sparse,
            standing: &self.standing,
        };
        match (&mut self.completeness, predicate, &self.registry) {
            (
                Completeness::Whole {
                    index: folded,
                    buckets,
                },
                ..,
            ) => {
                let mut rows = WholeRows {
                    known,
                    folded,
                    buckets,
                };
                let admitted = step(&mut rows, &mut self.registry, TreeSize::new(index.get()), entry);
                self.sparse
                    .extend(admitted.map_err(|error| refused(index, error))?);
            }
            (_, Predicate::Event(event), Some(registry)) => {
                check_speakers(registry, event, entry.signers()).map_err(|error| fault(index, error))?;
                let stated = &entry.statement().subjects;
                let (standing, at) = (&self.standing, (index, entry.leaf()));
                let seen = |subject: &Subject, chain: Option<&Chain>| {
                    seen(standing, subject, chain, entry.signers())
                };
                let applied = self.sparse.apply(at, (stated, event), seen);
                let wanted = applied.map_err(|error| refused(index, error))?;
                self.gaps.extend(wanted.into_iter().map(|want| Gap {
                    entry: index,
                    missing: match want {
                        Want::Chain(id) => Term::chain(&id),
                        Want::Alias(alias) => Term::Alias(alias),
                    },
                }));
            }
            (_, Predicate::Seal(seal), Some(_)) => self.check_seal(index, entry, seal)?,
            _ => {
                let admitted = admit(&known, &mut self.registry, TreeSize::new(index.get()), entry);
                admitted.map_err(|error| refused(index, error))?;
            }
        }
        self.record(index, entry)
    }

    /// Of the seals' chain, only what comes after the seal that is used is here.
    fn check_seal(&mut self, index: EntryIndex, entry: &Verified, seal: &Seal) -> Result<(), BundleFault> {
        let Some(registry) = &self.registry else {
            return Err(BundleFault::NoCharter);
        };
        for subject in &entry.statement().subjects {
            let log_key = registry.log_key().key_id();
            let size = TreeSize::new(index.get());
            seal.check(&subject.id, size, registry.origin(), log_key, entry.signers())
                .map_err(|error| fault(index, Inadmissible::from(error)))?;
            if let Some(last) = self.last_seal.filter(|_| self.seal_seen) {
                check_link(subject, Some(last)).map_err(|error| fault(index, error))?;
            }
        }
        if self.seal_seen {
            self.last_seal = Some(entry.leaf());
        }
        Ok(())
    }

    /// Keeps an admitted entry's place under its terms, and what it asks for.
    fn record(&mut self, index: EntryIndex, entry: &Verified) -> Result<(), BundleFault> {
        let Some(registry) = &self.registry else {
            return Err(BundleFault::NoCharter);
        };
        let (statement, leaf) = (entry.statement(), entry.leaf());
        let terms = terms(index, entry, registry);
        self.gather.see(index, statement, &terms);
        let subjects = || statement.subjects.iter().map(|subject| &subject.id);
        let lists = &self.description.closure;
        if subjects().any(|id| lists.reports(id)) {
            self.about.push(index);
            let records = entry.signers().iter().filter_map(|key| registry.keys().get(key));
            self.enrolments.extend(records.map(|record| record.enrolled));
        }
        // Of all that the lists name, documents must be here.
        if subjects().any(|id| lists.lists(id)) {
            for digest in gather::documents(statement) {
                self.asked.entry(digest).or_insert(index);
            }
        }
        for key in entry.signers() {
            self.signed.entry(*key).or_default().push(index);
        }
        let signatures = u64::try_from(entry.signers().len()).unwrap_or(u64::MAX);
        self.signatures = self.signatures.saturating_add(signatures);
        let kept: fn(&Term) -> bool = match &mut self.completeness {
            Completeness::Whole { index: folded, .. } => {
                folded.record(index, leaf, &terms);
                |term| !matches!(term, Term::Ref(_))
            }
            Completeness::Sealed { seal, watched } => {
                let in_range = match &self.description.scope {
                    BundleScope::Range(range) => range.has(index),
                    _ => false,
                };
                let mut is_asked = in_range || !seal.size.has(index);
                for term in &terms {
                    if let Some(watched) = watched.get_mut(term).filter(|_| seal.size.has(index)) {
                        watched.seen = watched.seen.with(index, &leaf);
                        is_asked = true;
                    }
                }
                if !is_asked {
                    return Err(BundleFault::StrayEntry { index });
                }
                |_| true
            }
        };
        for term in terms.into_iter().filter(kept) {
            self.standing.postings.entry(term).or_default().push(index);
        }
        Ok(())
    }

    /// Takes a document that is in the bundle, by the digest that was computed of it. All come after the last entry, in any order.
    ///
    /// # Errors
    /// A document that no entry about a listed component names, that is listed as withheld, or that comes twice; an entry that waited.
    pub fn attachment(&mut self, digest: Digest, length: u64) -> Result<(), BundleFault> {
        self.flush()?;
        let stray = |problem| Err(BundleFault::StrayDocument { digest, problem });
        if !self.asked.contains_key(&digest) {
            return stray("is here, but no entry about the components asks for it");
        }
        let withheld = &self.description.withheld;
        if withheld
            .binary_search_by_key(&digest, |withheld| withheld.sha256)
            .is_ok()
        {
            return stray("is listed as withheld, but it is here");
        }
        match self.documents.insert(digest, length) {
            Some(_) => stray("comes twice"),
            None => Ok(()),
        }
    }

    /// Ends: decides whether anything is missing.
    ///
    /// # Errors
    /// What is missing, or does not add up.
    pub fn finish(mut self) -> Result<Dossier, BundleFault> {
        self.flush()?;
        let Some(registry) = self.registry.take() else {
            return Err(BundleFault::NoCharter);
        };
        self.check_checkpoint(&registry)?;
        self.check_entries()?;
        self.check_index()?;
        self.check_scope()?;
        self.check_exporter(&registry)?;
        self.check_documents()?;
        self.check_traced()?;
        let terms = match &self.completeness {
            Completeness::Whole { .. } => None,
            Completeness::Sealed { seal, watched } => Some((*seal, watched.len())),
        };
        Ok(Dossier::new(Parts {
            description: self.description,
            checkpoint: self.checkpoint,
            history: History::new(self.replaced, registry),
            sparse: self.sparse,
            leaves: self.standing.leaves,
            postings: self.standing.postings,
            signed: self.signed,
            about: self.about,
            enrolments: self.enrolments.into_iter().collect(),
            gaps: self.gaps.into_iter().collect(),
            documents: self.documents,
            terms,
            signatures: self.signatures,
        }))
    }

    /// The verdict on a bundle that does not hold, for the reason that one of these methods gave.
    #[must_use]
    pub fn refuse(
        description: &Description,
        checkpoint: &SignedCheckpoint,
        fault: &BundleFault,
        trust: Option<&Trust>,
    ) -> Verdict {
        let scope = VerdictScope::Bundle(description.scope.clone());
        let why = (fault.question(), fault.code());
        let mut verdict = Verdict::stopped(scope, checkpoint, trust, why, fault.entry(), &fault.to_string());
        verdict.withheld = u64::try_from(description.withheld.len()).unwrap_or(u64::MAX);
        verdict
    }
}
