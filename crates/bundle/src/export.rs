//! Making a bundle of a ledger.

use std::{
    io::{Read, Seek, Write},
    panic::resume_unwind,
    thread,
};

use prova_core::{
    bundle::{
        BundleFault, Description, Dossier, EntryBytes, ReopenError, Verifier,
        closure::{self, Closure, ClosureError},
        custody::{CustodyError, Export},
        description::{Algorithms, DescriptionError, FORMAT, Remark, SealReference, Withheld},
    },
    hash::Digest,
    id::OrgId,
    index::{IndexProof, term::Term},
    key::SecretKey,
    log::{AssembleProofError, ParsePolicyError, SignedCheckpoint, TlogProof, merkle::InclusionProof},
    position::EntryIndex,
    progress::Progress,
    registry::Registry,
    statement::EnvelopeError,
    time::Timestamp,
    verdict::{BundleScope, Trust, Verdict},
};

use crate::{bag::BagWriter, name::FileName, readme::readme, verify::proof_name, zip::WriteFileError};

/// A ledger that bundles are made from, at one size.
pub trait ExportSource: closure::ClosureSource {
    /// The signed checkpoint that the bundle will rest on.
    fn checkpoint(&self) -> &SignedCheckpoint;

    /// The registry after its last entry.
    fn registry(&self) -> &Registry;

    /// The seal that its index proofs lead to, if it has one.
    ///
    /// # Errors
    /// It cannot be read.
    fn seal(&self) -> Result<Option<SealReference>, Self::Error>;

    /// That an entry is in it.
    ///
    /// # Errors
    /// It cannot be read.
    fn inclusion(&self, index: EntryIndex) -> Result<InclusionProof, Self::Error>;

    /// What the index that the seal commits to has of a term.
    ///
    /// # Errors
    /// It cannot be read.
    fn index_proof(&self, term: &Term) -> Result<IndexProof, Self::Error>;

    /// A document, if it has it.
    ///
    /// # Errors
    /// It cannot be read.
    fn attachment(&self, digest: Digest) -> Result<Option<Box<dyn Read>>, Self::Error>;
}

/// What a bundle is made for.
#[derive(Clone, Debug)]
pub struct ExportRequest {
    /// What it is about.
    pub scope: BundleScope,
    /// The case that it is made for, as the exporter calls it.
    pub case: Option<Remark>,
    /// Who makes it.
    pub exporter: OrgId,
    /// The time of the export, as the exporter claims it.
    pub at: Timestamp,
    /// Which documents are left out, and why.
    pub withholding: Option<Withholding>,
    /// The policy file to judge by.
    pub trust: Option<Vec<u8>>,
}

/// Documents that a bundle says are withheld.
#[derive(Clone, Debug)]
pub struct Withholding {
    /// How the documents are chosen; one that any of these names is left out.
    pub what: Vec<Withhold>,
    /// Why they are withheld, in the exporter's words.
    pub reason: Remark,
    /// By what right.
    pub authority: Option<Remark>,
}

/// A document that is withheld, or several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withhold {
    /// The one with this digest.
    Document(Digest),
    /// Every one that the ledger does not have, as where others keep them.
    Missing,
    /// Every one.
    All,
}

/// What was made.
#[derive(Clone, Debug)]
pub struct ExportedBundle {
    /// What it claims to be.
    pub description: Description,
    /// What it shows to somebody with the policy in it.
    pub verdict: Verdict,
    /// Documents in it.
    pub attachments: usize,
    /// How many proofs of completeness and absence went in.
    pub index_proofs: usize,
}

/// The report for people, as HTML, or why what was verified cannot be read again.
pub type ReportPage<E> = Result<Vec<u8>, Box<ReopenError<E>>>;

/// What makes the report.
pub type ReportMaker<'a, S> = &'a (
        dyn Fn(&Dossier, &SourceEntries<'_, S>, &Verdict) -> ReportPage<<S as closure::ClosureSource>::Error>
            + Sync
    );

/// Why a bundle was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError<E: std::error::Error + 'static> {
    /// What belongs in it cannot be found out.
    #[error(transparent)]
    Closure(#[from] ClosureError<E>),
    /// The ledger cannot be read.
    #[error("the ledger cannot be read")]
    Source(#[source] E),
    /// The key may not export.
    #[error("this key may not sign an export")]
    Exporter(#[source] Box<CustodyError>),
    /// A document that the ledger does not have and nobody said why.
    #[error("entry {entry} names the document {digest}, which the ledger does not have")]
    NoDocument {
        /// The document's SHA-256, by which entries name it.
        digest: Digest,
        /// The first entry that names it.
        entry: EntryIndex,
    },
    /// A document to be withheld that no entry in scope names.
    #[error("no entry in the scope names the document {0}, so it cannot be withheld")]
    NothingToWithhold(Digest),
    /// A document of the ledger that is another one.
    #[error("the document {want} of the ledger has the digest {got}")]
    Document {
        /// The digest found.
        got: Digest,
        /// The digest wanted.
        want: Digest,
    },
    /// The policy is none.
    #[error("the policy is none")]
    Policy(#[from] ParsePolicyError),
    /// The description is too large, or does not fit.
    #[error("the bundle cannot be described")]
    Description(#[from] DescriptionError),
    /// Proof and checkpoint do not fit.
    #[error("entry {index} cannot be proved")]
    Proof {
        /// The index of the entry without a proof.
        index: EntryIndex,
        /// Why proof and checkpoint do not fit.
        source: AssembleProofError,
    },
    /// The ledger itself does not hold.
    #[error("what was exported does not hold, so the ledger does not; nothing is handed on")]
    Fault(#[from] BundleFault),
    /// What was just verified cannot be read again for the report.
    #[error("the report cannot be made")]
    Report(#[source] Box<ReopenError<E>>),
    /// An index beyond what a name can say.
    #[error("entry {0} has an index of more than twelve digits")]
    Index(EntryIndex),
    /// It cannot be written, or has become too large.
    #[error(transparent)]
    Write(#[from] WriteFileError),
    /// It cannot be signed.
    #[error(transparent)]
    Sign(#[from] EnvelopeError),
}

/// Entries as the source has them.
#[derive(Debug)]
pub struct SourceEntries<'a, S>(&'a S);

impl<S: ExportSource> EntryBytes for SourceEntries<'_, S>
where
    S::Error: std::error::Error + 'static,
{
    type Error = S::Error;

    fn bytes(&self, index: EntryIndex) -> Result<Vec<u8>, S::Error> {
        self.0.bytes(index)
    }
}

/// Writes a bundle to the beginning of `out`. What it shows is verified before, as its readers will. The report is made while entries and
/// proofs are packed, so that the source is read by two threads.
///
/// # Errors
/// See [`ExportError`]. What was written is no bundle then.
pub fn export<S: ExportSource + Sync, W: Write + Seek>(
    source: &S,
    request: &ExportRequest,
    key: &SecretKey,
    report: Option<ReportMaker<'_, S>>,
    out: W,
    progress: &dyn Progress,
) -> Result<(W, ExportedBundle), ExportError<S::Error>>
where
    S::Error: std::error::Error + Send + 'static,
{
    let trust = request.trust.as_deref().map(Trust::parse).transpose()?;
    let seal = source.seal().map_err(ExportError::Source)?;
    let checkpoint = source.checkpoint().checkpoint();
    let closure = Closure::compute(
        source,
        source.registry(),
        &request.scope,
        checkpoint.size(),
        seal.as_ref(),
    )?;
    let description = describe(source, request, &closure, seal)?;
    let export = Export::of(&description);
    check_exporter(&export, &description, key, source.registry())?;
    let mut making = Making {
        source,
        bag: BagWriter::new(out)?,
        done: 0,
        total: u64::try_from(closure.entries.len().saturating_mul(2)).unwrap_or(u64::MAX),
        progress,
    };
    making.bag.add(
        FileName::Readme,
        readme(&description, source.registry().purpose()).as_bytes(),
    )?;
    let documents = making.attachments(&closure, &description)?;
    let proofs = index_proofs(source, &closure)?;
    let dossier = making.verified(&description, &closure, &proofs, &documents)?;
    making
        .bag
        .add(FileName::Description, &description.to_canonical())?;
    making
        .bag
        .add(FileName::Checkpoint, source.checkpoint().to_string().as_bytes())?;
    let verdict = dossier.verdict(trust.as_ref());
    let page = thread::scope(|scope| {
        let (dossier, verdict) = (&dossier, &verdict);
        let page = report.map(|report| scope.spawn(move || report(dossier, &SourceEntries(source), verdict)));
        making.entries(&closure)?;
        for (name, proof) in &proofs {
            making.bag.add(*name, proof.to_string().as_bytes())?;
        }
        making.proofs(&closure)?;
        let page = page.map(|page| page.join().unwrap_or_else(|panic| resume_unwind(panic)));
        page.transpose().map_err(ExportError::Report)
    })?;
    if let Some(page) = page {
        making.bag.add(FileName::Report, &page)?;
    }
    if let Some(policy) = &request.trust {
        making.bag.add(FileName::TrustPolicy, policy)?;
    }
    making.bag.add(FileName::Verdict, &verdict.to_canonical())?;
    let exporter = request.exporter.clone();
    let case = request.case.as_ref().map(ToString::to_string);
    let out = making.bag.finish(exporter, request.at.date(), case, |tags| {
        export.sign(tags, key).map_err(ExportError::<S::Error>::Sign)
    })?;
    let made = ExportedBundle {
        description,
        verdict,
        attachments: documents.len(),
        index_proofs: proofs.len(),
    };
    Ok((out, made))
}

/// Whether a reader will take the key's signature, before anything is made.
fn check_exporter<E: std::error::Error>(
    export: &Export,
    description: &Description,
    key: &SecretKey,
    registry: &Registry,
) -> Result<(), ExportError<E>> {
    let trial = Digest::of(b"");
    let signed = export.sign(trial, key)?;
    match Export::verify(&signed, trial, description, registry) {
        Ok(_) => Ok(()),
        Err(error) => Err(ExportError::Exporter(Box::new(error))),
    }
}

fn describe<S: ExportSource>(
    source: &S,
    request: &ExportRequest,
    closure: &Closure,
    seal: Option<SealReference>,
) -> Result<Description, ExportError<S::Error>>
where
    S::Error: std::error::Error + 'static,
{
    let checkpoint = source.checkpoint().checkpoint();
    let withheld = match &request.withholding {
        Some(withholding) => withholding.of(source, closure)?,
        None => Vec::new(),
    };
    let description = Description {
        format: FORMAT.to_owned(),
        algorithms: Algorithms::known(),
        origin: checkpoint.origin().clone(),
        size: checkpoint.size(),
        root: *checkpoint.root(),
        seal,
        scope: request.scope.clone(),
        case: request.case.clone(),
        exporter: request.exporter.clone(),
        at: request.at,
        closure: closure.lists.clone(),
        entries: u64::try_from(closure.entries.len()).unwrap_or(u64::MAX),
        withheld,
    };
    description.check()?;
    Ok(description)
}

impl Withholding {
    /// The documents of a closure that are withheld, in the order of their digests.
    fn of<S: ExportSource>(
        &self,
        source: &S,
        closure: &Closure,
    ) -> Result<Vec<Withheld>, ExportError<S::Error>>
    where
        S::Error: std::error::Error + 'static,
    {
        for what in &self.what {
            if let Withhold::Document(digest) = what
                && !closure.documents.contains_key(digest)
            {
                return Err(ExportError::NothingToWithhold(*digest));
            }
        }
        let mut withheld = Vec::new();
        for digest in closure.documents.keys() {
            let is_named =
                self.what.contains(&Withhold::All) || self.what.contains(&Withhold::Document(*digest));
            let is_withheld = is_named
                || (self.what.contains(&Withhold::Missing)
                    && source.attachment(*digest).map_err(ExportError::Source)?.is_none());
            if is_withheld {
                withheld.push(Withheld {
                    sha256: *digest,
                    length: None,
                    reason: self.reason.clone(),
                    authority: self.authority.clone(),
                });
            }
        }
        Ok(withheld)
    }
}

/// The index proofs, in the order of their names.
fn index_proofs<S: ExportSource>(
    source: &S,
    closure: &Closure,
) -> Result<Vec<(FileName, IndexProof)>, ExportError<S::Error>>
where
    S::Error: std::error::Error + 'static,
{
    let proof = |term| {
        let proof = source.index_proof(term).map_err(ExportError::Source)?;
        Ok((proof_name(&proof), proof))
    };
    let mut proofs: Vec<_> = closure
        .terms
        .iter()
        .map(proof)
        .collect::<Result<_, ExportError<_>>>()?;
    proofs.sort_by_key(|(name, _)| *name);
    Ok(proofs)
}

/// A bundle that is being made.
struct Making<'a, S, W> {
    source: &'a S,
    bag: BagWriter<W>,
    done: u64,
    total: u64,
    progress: &'a dyn Progress,
}

impl<S: ExportSource, W: Write + Seek> Making<'_, S, W>
where
    S::Error: std::error::Error + 'static,
{
    fn step(&mut self) {
        self.done = self.done.saturating_add(1);
        self.progress.at(self.done, self.total);
    }

    /// Writes the documents that are not withheld; answers with their digests and lengths.
    fn attachments(
        &mut self,
        closure: &Closure,
        description: &Description,
    ) -> Result<Vec<(Digest, u64)>, ExportError<S::Error>> {
        let mut written = Vec::new();
        for (digest, entry) in &closure.documents {
            let (digest, entry) = (*digest, *entry);
            if description
                .withheld
                .iter()
                .any(|withheld| withheld.sha256 == digest)
            {
                continue;
            }
            let content = self.source.attachment(digest).map_err(ExportError::Source)?;
            let content = content.ok_or(ExportError::NoDocument { digest, entry })?;
            let mut counted = Counted { content, length: 0 };
            let got = self.bag.add_stream(FileName::Attachment(digest), &mut counted)?;
            if got != digest {
                return Err(ExportError::Document { got, want: digest });
            }
            written.push((digest, counted.length));
        }
        Ok(written)
    }

    fn proof(&self, index: EntryIndex) -> Result<String, ExportError<S::Error>> {
        let inclusion = self.source.inclusion(index).map_err(ExportError::Source)?;
        TlogProof::new(inclusion, self.source.checkpoint().clone())
            .map(|proof| proof.to_string())
            .map_err(|source| ExportError::Proof { index, source })
    }

    /// What a reader will find: a bundle that does not hold is never handed on.
    fn verified(
        &mut self,
        description: &Description,
        closure: &Closure,
        proofs: &[(FileName, IndexProof)],
        documents: &[(Digest, u64)],
    ) -> Result<Dossier, ExportError<S::Error>> {
        let mut verifier = Verifier::new(description.clone(), self.source.checkpoint().clone())?;
        for (_, proof) in proofs {
            verifier.index_proof(proof)?;
        }
        for index in &closure.entries {
            let entry = self.source.bytes(*index).map_err(ExportError::Source)?;
            verifier.entry(*index, &entry, self.proof(*index)?.as_bytes())?;
            self.step();
        }
        for (digest, length) in documents {
            verifier.attachment(*digest, *length)?;
        }
        Ok(verifier.finish()?)
    }

    fn entries(&mut self, closure: &Closure) -> Result<(), ExportError<S::Error>> {
        for index in &closure.entries {
            let name = FileName::entry(*index).ok_or(ExportError::Index(*index))?;
            let entry = self.source.bytes(*index).map_err(ExportError::Source)?;
            self.bag.add(name, &entry)?;
        }
        Ok(())
    }

    fn proofs(&mut self, closure: &Closure) -> Result<(), ExportError<S::Error>> {
        for index in &closure.entries {
            let proof = self.proof(*index)?;
            self.bag.add(FileName::Proof(*index), proof.as_bytes())?;
            self.step();
        }
        Ok(())
    }
}

/// Counts what is read.
struct Counted {
    content: Box<dyn Read>,
    length: u64,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.content.read(buffer)?;
        self.length = self
            .length
            .saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        Ok(read)
    }
}
