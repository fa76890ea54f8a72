//! Verifying a bundle: every file, every proof, who exported it, and whether the verdict in it is the one that follows.

use std::{
    cell::RefCell,
    io::{Read, Seek},
};

use prova_core::{
    bundle::{
        BundleFault, Description, Dossier, EntryBytes, Verifier,
        custody::{CustodyError, Export, HandOver},
        description::{DescriptionError, Remark},
    },
    index::{IndexProof, ParseIndexProofError, TermKey},
    log::{ParsePolicyError, ParseSignedCheckpointError, SignedCheckpoint},
    position::EntryIndex,
    progress::Progress,
    verdict::{ParseVerdictError, StatedVerdict, Trust},
};

use crate::{
    bag::{Bag, OpenBagError, ReadBagError},
    name::FileName,
};

/// Why a bundle is not to be believed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// Not a bag.
    #[error(transparent)]
    Open(#[from] OpenBagError),
    /// A file was changed or cannot be read.
    #[error(transparent)]
    Read(#[from] ReadBagError),
    /// The description is none.
    #[error("data/bundle.json is no description of a bundle that can be read")]
    Description(#[from] DescriptionError),
    /// The checkpoint is none.
    #[error("data/checkpoint is no checkpoint")]
    Checkpoint(#[from] ParseSignedCheckpointError),
    /// The policy is none.
    #[error("data/trust.policy is no policy")]
    Policy(#[from] ParsePolicyError),
    /// `bag-info.txt` says something else than the description.
    #[error("bag-info.txt names another exporter, date or case than data/bundle.json")]
    Info,
    /// An index proof that is none.
    #[error("{name} is no index proof")]
    IndexProof {
        /// The file.
        name: FileName,
        /// Why the file is not an index proof.
        source: ParseIndexProofError,
    },
    /// An index proof under the key of another term.
    #[error("{name} is about «{term}», which has another key")]
    IndexProofName {
        /// The file.
        name: FileName,
        /// The term that the proof in the file is about.
        term: String,
    },
    /// An entry without its proof, or the other way round.
    #[error("the bundle has {got} and not {want}")]
    Pair {
        /// The file found.
        got: FileName,
        /// The file wanted.
        want: FileName,
    },
    /// The evidence in it does not hold.
    #[error("{name} does not hold")]
    Fault {
        /// The file at which it shows.
        name: FileName,
        /// What is wrong with the evidence.
        source: Box<BundleFault>,
        /// What the bundle claims to be, and its checkpoint.
        of: Box<(Description, SignedCheckpoint)>,
    },
    /// The exporter's signature or a hand-over is not one.
    #[error("{name} is not signed as it must be")]
    Custody {
        /// The file.
        name: FileName,
        /// What is wrong with the signed statement.
        source: Box<CustodyError>,
    },
    /// The verdict in it is none.
    #[error("data/verdict.json is no verdict that can be read")]
    ParseVerdict(#[from] ParseVerdictError),
    /// The verdict in it is another one.
    #[error(
        "data/verdict.json decides otherwise than what follows from the evidence and the policy in the bundle"
    )]
    Verdict,
}

/// What a bundle has shown.
#[derive(Debug)]
pub struct VerifiedBundle {
    /// The evidence.
    pub dossier: Dossier,
    /// Who exported it.
    pub export: Export,
    /// Its hand-overs, in order.
    pub custody: Vec<HandOver>,
    /// By what the exporter judged.
    pub trust: Option<Trust>,
}

/// Verifies a bag as evidence. Files are read one at a time.
///
/// # Errors
/// The first thing that does not hold; see [`VerifyError`].
pub fn verify<R: Read + Seek>(
    bag: &mut Bag<R>,
    progress: &dyn Progress,
) -> Result<VerifiedBundle, VerifyError> {
    let description = Description::parse(&bag.read(FileName::Description)?)?;
    check_info(bag, &description)?;
    let checkpoint = SignedCheckpoint::parse(&bag.read(FileName::Checkpoint)?)?;
    let trust = if bag.has(FileName::TrustPolicy) {
        Some(Trust::parse(&bag.read(FileName::TrustPolicy)?)?)
    } else {
        None
    };
    let dossier = replay(bag, &description, &checkpoint, progress)?;
    let registry = dossier.history().now();
    let manifest = bag.tag_manifest();
    let signature = bag.read(FileName::Signature)?;
    let wrong = |name| {
        move |source| VerifyError::Custody {
            name,
            source: Box::new(source),
        }
    };
    let export =
        Export::verify(&signature, manifest, &description, registry).map_err(wrong(FileName::Signature))?;
    let mut custody = Vec::new();
    let mut before = signature;
    for number in 1..bag.next_custody() {
        let name = FileName::Custody(number);
        let file = bag.read(name)?;
        custody.push(HandOver::verify(&file, &before, manifest, registry).map_err(wrong(name))?);
        before = file;
    }
    let stated = StatedVerdict::parse(&bag.read(FileName::Verdict)?)?;
    if !stated.decides_as(&dossier.verdict(trust.as_ref())) {
        return Err(VerifyError::Verdict);
    }
    bag.check_rest()?;
    Ok(VerifiedBundle {
        dossier,
        export,
        custody,
        trust,
    })
}

fn check_info<R: Read + Seek>(bag: &Bag<R>, description: &Description) -> Result<(), VerifyError> {
    let info = bag.info();
    let case = description.case.as_ref().map(Remark::as_str);
    let same = info.organisation == description.exporter
        && info.date == description.at.date()
        && info.case.as_deref() == case;
    if same { Ok(()) } else { Err(VerifyError::Info) }
}

/// Feeds everything that is proved to the verifier, in its order.
fn replay<R: Read + Seek>(
    bag: &mut Bag<R>,
    description: &Description,
    checkpoint: &SignedCheckpoint,
    progress: &dyn Progress,
) -> Result<Dossier, VerifyError> {
    let fault = |name, source| VerifyError::Fault {
        name,
        source: Box::new(source),
        of: Box::new((description.clone(), checkpoint.clone())),
    };
    let mut verifier = Verifier::new(description.clone(), checkpoint.clone())
        .map_err(|source| fault(FileName::Description, source))?;
    let total = u64::try_from(bag.files().count()).unwrap_or(u64::MAX);
    let mut done = 0_u64;
    let mut step = || {
        done = done.saturating_add(1);
        progress.at(done, total);
    };
    for name in names(bag, |name| matches!(name, FileName::IndexProof(_))) {
        let proof = parse_proof(name, &bag.read(name)?)?;
        verifier
            .index_proof(&proof)
            .map_err(|source| fault(name, source))?;
        step();
    }
    let mut position = bag.position(FileName::Entry(EntryIndex::new(0)));
    while let Some(name @ FileName::Entry(index)) = bag.file_at(position) {
        let want = FileName::Proof(index);
        if !bag.has(want) {
            return Err(VerifyError::Pair { got: name, want });
        }
        let (entry, proof) = (bag.read(name)?, bag.read(want)?);
        verifier
            .entry(index, &entry, &proof)
            .map_err(|source| fault(name, source))?;
        step();
        position = position.saturating_add(1);
    }
    let mut position = bag.position(FileName::Proof(EntryIndex::new(0)));
    while let Some(name @ FileName::Proof(index)) = bag.file_at(position) {
        let want = FileName::Entry(index);
        if !bag.has(want) {
            return Err(VerifyError::Pair { got: name, want });
        }
        position = position.saturating_add(1);
    }
    for name in names(bag, |name| matches!(name, FileName::Attachment(_))) {
        let length = bag.check(name)?;
        if let FileName::Attachment(digest) = name {
            verifier
                .attachment(digest, length)
                .map_err(|source| fault(name, source))?;
        }
        step();
    }
    verifier.finish().map_err(|source| {
        // What shows at an entry is named by its file, what is missing by the list of what should be there.
        let name = source.entry().map(FileName::Entry).filter(|name| bag.has(*name));
        fault(name.unwrap_or(FileName::Description), source)
    })
}

fn names<R: Read + Seek>(bag: &Bag<R>, wanted: impl Fn(&FileName) -> bool) -> Vec<FileName> {
    bag.files().map(|(name, _)| name).filter(wanted).collect()
}

/// An index proof, whose name is the key of its term.
fn parse_proof(name: FileName, text: &[u8]) -> Result<IndexProof, VerifyError> {
    let proof = IndexProof::parse(text).map_err(|source| VerifyError::IndexProof { name, source })?;
    if proof_name(&proof) == name {
        return Ok(proof);
    }
    let term = prova_core::text::excerpt(&proof.term().to_string());
    Err(VerifyError::IndexProofName { name, term })
}

/// Under which name a proof lies in a bundle.
pub(crate) fn proof_name(proof: &IndexProof) -> FileName {
    let key = TermKey::of(proof.term());
    FileName::IndexProof(prova_core::hash::Digest::from_bytes(*key.as_bytes()))
}

/// The entries of a verified bundle, to be read again.
#[derive(Debug)]
pub struct BagEntries<'a, R>(RefCell<&'a mut Bag<R>>);

impl<'a, R: Read + Seek> BagEntries<'a, R> {
    /// Those of a bag.
    pub fn new(bag: &'a mut Bag<R>) -> Self {
        Self(RefCell::new(bag))
    }
}

impl<R: Read + Seek> EntryBytes for BagEntries<'_, R> {
    type Error = ReadBagError;

    fn bytes(&self, index: EntryIndex) -> Result<Vec<u8>, ReadBagError> {
        self.0.borrow_mut().read(FileName::Entry(index))
    }
}
