//! A bundle changed by chance, in its bytes and file by file: each change is refused, or the verdict is the same to the byte.
//!
//! `PROVA_MUTATIONS` says how many (500 if unset), `PROVA_MUTATIONS_SEED` where chance begins. `fixtures/bundles/v1` holds the bundles.
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test ends where something is wrong, and prints what it counted"
)]

use std::{collections::BTreeMap, error::Error as _, fs, io::Cursor, path::Path};

use prova_bundle::{
    bag::Bag,
    name::FileName,
    verify::verify,
    zip::{Archive, ArchiveWriter},
};
use prova_core::{
    bundle::{Description, custody::Export},
    hash::Digest,
    key::SecretKey,
    position::EntryIndex,
    progress::NoProgress,
    verdict::Trust,
};
use prova_testkit::{builder::key, chance::Chance};

/// A bundle, the policy to judge it by, and the key of its exporter.
type Sample = (&'static str, &'static str, &'static str);

/// Of one unit, with the whole ledger below it; of entries 0 to 19; of one unit, proved complete by a seal, in the ledger of the
/// demonstration and in a generated one of 100,000 entries.
const BUNDLES: [Sample; 4] = [
    ("unit.zip", "trust.policy", "regulator"),
    ("range.zip", "trust.policy", "regulator"),
    ("sealed.zip", "trust.policy", "regulator"),
    ("generated.zip", "generated.policy", "auditor"),
];

type Files = Vec<(FileName, Vec<u8>)>;

fn fixture(name: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/bundles/v1");
    fs::read(root.join(name)).unwrap()
}

fn trust((_, policy, _): Sample) -> Trust {
    Trust::parse(&fixture(policy)).unwrap()
}

/// The verdict of a reader, and who signed for what, or why there is none.
fn look(bytes: &[u8], trust: &Trust) -> Result<(Vec<u8>, String), String> {
    let mut bag = Bag::open(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    let verified = verify(&mut bag, &NoProgress).map_err(|error| {
        let causes = std::iter::successors(error.source(), |&cause| cause.source());
        causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
    })?;
    let verdict = verified.dossier.verdict(Some(trust)).to_canonical();
    Ok((verdict, format!("{:?}", (verified.export, verified.custody))))
}

fn files(bytes: &[u8]) -> Files {
    let mut archive = Archive::open(Cursor::new(bytes)).unwrap();
    let records = archive.records().to_vec();
    records
        .iter()
        .map(|record| (record.name, archive.read(record).unwrap()))
        .collect()
}

/// The archive of these files, with the lists of the bag made anew: what somebody would do who can do everything but sign.
fn archive(files: &Files, relist: bool) -> Option<Vec<u8>> {
    let mut files = files.clone();
    files.sort();
    files.dedup_by_key(|(name, _)| *name);
    if relist {
        let line = |(name, content): &(FileName, Vec<u8>)| format!("{}  {name}\n", Digest::of(content));
        let payload = files.iter().filter(|(name, _)| name.is_payload());
        let manifest: String = payload.clone().map(line).collect();
        let octets: usize = payload.clone().map(|(_, content)| content.len()).sum();
        let oxum = format!("Payload-Oxum: {octets}.{}\n", payload.count());
        for (name, content) in &mut files {
            if *name == FileName::Manifest {
                *content = manifest.clone().into_bytes();
            } else if *name == FileName::BagInfo {
                // What is no text any more stays as it was made.
                let Ok(text) = String::from_utf8(content.clone()) else {
                    continue;
                };
                let kept = text
                    .split_inclusive('\n')
                    .filter(|line| !line.starts_with("Payload-Oxum"));
                *content = (kept.collect::<String>() + &oxum).into_bytes();
            }
        }
        let tags: String = files.iter().filter(|(name, _)| name.is_tag()).map(line).collect();
        let place = files
            .iter_mut()
            .find(|(name, _)| *name == FileName::TagManifest)?;
        place.1 = tags.into_bytes();
    }
    let mut writer = ArchiveWriter::new(Cursor::new(Vec::new()));
    for (name, content) in &files {
        writer.add(*name, content).ok()?;
    }
    Some(writer.finish().ok()?.into_inner())
}

/// One change of bytes, or of files, and what it is.
fn mutate(chance: &mut Chance, whole: &[u8], own: &Files, others: &Files) -> (&'static str, Option<Vec<u8>>) {
    let mut pick = |end: usize| chance.below(end);
    let kind = pick(8);
    let relist = pick(2) == 0;
    let (mut bytes, mut files) = (whole.to_vec(), own.clone());
    let at = pick(files.len());
    match kind {
        0 => {
            bytes[pick(whole.len())] ^= 1 << pick(8);
            ("flip a bit of the archive", Some(bytes))
        }
        1 => {
            bytes.truncate(pick(whole.len()));
            ("cut the archive", Some(bytes))
        }
        2 => {
            let length = files[at].1.len();
            if length == 0 {
                return ("flip a bit of a file", None);
            }
            files[at].1[pick(length)] ^= 1 << pick(8);
            ("flip a bit of a file", archive(&files, relist))
        }
        3 => {
            files.remove(at);
            ("drop a file", archive(&files, relist))
        }
        4 => {
            let other = pick(files.len());
            let content = files[at].1.clone();
            files[at].1 = std::mem::replace(&mut files[other].1, content);
            ("swap two files", archive(&files, relist))
        }
        5 => {
            let length = files[at].1.len();
            files[at].1.truncate(pick(length.max(1)));
            ("cut a file", archive(&files, relist))
        }
        6 => {
            let other = others[pick(others.len())].clone();
            match files.iter_mut().find(|(name, _)| *name == other.0) {
                Some(place) => place.1 = other.1,
                None => files.push(other),
            }
            ("replay a file of another bundle", archive(&files, relist))
        }
        _ => {
            // An entry and its proof together, which the lists do not miss.
            let FileName::Entry(index) = files[at].0 else {
                return ("hide an entry", None);
            };
            files.retain(|(name, _)| !matches!(name, FileName::Entry(i) | FileName::Proof(i) if *i == index));
            ("hide an entry", archive(&files, true))
        }
    }
}

#[test]
fn every_single_change_of_a_bundle_is_refused_or_changes_no_verdict() {
    let number = |name: &str, unset| std::env::var(name).map_or(unset, |text| text.parse::<u64>().unwrap());
    let (wanted, seed) = (number("PROVA_MUTATIONS", 500), number("PROVA_MUTATIONS_SEED", 1));
    let trusts = BUNDLES.map(trust);
    let bundles = BUNDLES.map(|(name, ..)| fixture(name));
    let wants: Vec<_> = bundles
        .iter()
        .zip(&trusts)
        .map(|(bytes, trust)| look(bytes, trust).unwrap())
        .collect();
    let contents = bundles.each_ref().map(|bytes| files(bytes));
    let mut chance = Chance::new(seed);
    let mut counts: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let mut done = 0;
    while done < wanted {
        let own = done as usize % BUNDLES.len();
        let other = (own + 1 + chance.below(BUNDLES.len() - 1)) % BUNDLES.len();
        let (what, changed) = mutate(&mut chance, &bundles[own], &contents[own], &contents[other]);
        let Some(changed) = changed.filter(|changed| *changed != bundles[own]) else {
            continue;
        };
        done += 1;
        let harmless = match look(&changed, &trusts[own]) {
            Err(_) => 0,
            Ok(got) => {
                assert_eq!(
                    got.0, wants[own].0,
                    "{what}, number {done} of seed {seed}: another verdict"
                );
                // The last hand-over can be taken away by whoever holds the file; nothing follows it.
                if own != 0 || what != "drop a file" {
                    assert_eq!(
                        got.1, wants[own].1,
                        "{what}, number {done} of seed {seed}: another signer"
                    );
                }
                1
            }
        };
        counts.entry(what).or_default()[harmless] += 1;
    }
    for (what, [refused, same]) in counts {
        println!("{what}: {refused} refused, {same} harmless");
    }
    println!("{wanted} changes, none unnoticed");
}

/// The bundle without one entry, counted, listed and signed anew: what an exporter would do who hides something.
fn hidden(whole: &Files, index: EntryIndex, key: &SecretKey) -> Vec<u8> {
    let mut files = whole.clone();
    files.retain(|(name, _)| {
        !matches!(name, FileName::Entry(i) | FileName::Proof(i) if *i == index)
            && !matches!(name, FileName::Custody(_))
    });
    let place = files
        .iter_mut()
        .find(|(name, _)| *name == FileName::Description)
        .unwrap();
    let mut description = Description::parse(&place.1).unwrap();
    description.entries -= 1;
    place.1 = description.to_canonical();
    let listed = self::files(&archive(&files, true).unwrap());
    let tags = listed
        .iter()
        .find(|(name, _)| *name == FileName::TagManifest)
        .unwrap();
    let signed = Export::of(&description).sign(Digest::of(&tags.1), key).unwrap();
    files.clone_from(&listed);
    let place = files
        .iter_mut()
        .find(|(name, _)| *name == FileName::Signature)
        .unwrap();
    place.1 = signed;
    archive(&files, false).unwrap()
}

#[test]
fn an_exporter_who_hides_an_entry_and_signs_again_is_found_out() {
    for sample in BUNDLES {
        let (bundle, _, exporter) = sample;
        let (trust, exporter) = (trust(sample), key(exporter));
        let whole = files(&fixture(bundle));
        let mut hid = 0;
        for (name, _) in &whole {
            let FileName::Entry(index) = *name else { continue };
            let error = look(&hidden(&whole, index, &exporter), &trust).unwrap_err();
            // Missed by what the ledger counted, not by who signed the bundle.
            assert!(
                !error.contains("signature.dsse.json"),
                "{bundle}, entry {index}: {error}"
            );
            hid += 1;
        }
        println!("{bundle}: {hid} entries hidden one at a time, each missed");
    }
}

fn content(files: &mut Files, name: FileName) -> &mut Vec<u8> {
    let place = files.iter_mut().find(|(other, _)| *other == name);
    &mut place.unwrap().1
}

/// What is wrong with a bundle that its exporter changed, listed and signed anew with this key; hand-overs are gone.
fn signed_anew(whole: &Files, key: &SecretKey, change: impl FnOnce(&mut Files)) -> String {
    let mut files = whole.clone();
    files.retain(|(name, _)| !matches!(name, FileName::Custody(_)));
    change(&mut files);
    let mut files = self::files(&archive(&files, true).unwrap());
    let description = Description::parse(content(&mut files, FileName::Description));
    // What is none any more is signed for as what it was.
    let description = description.unwrap_or_else(|_| {
        let kept = &whole.iter().find(|(name, _)| *name == FileName::Description);
        Description::parse(&kept.unwrap().1).unwrap()
    });
    let tags = Digest::of(content(&mut files, FileName::TagManifest));
    *content(&mut files, FileName::Signature) = Export::of(&description).sign(tags, key).unwrap();
    let trust = Trust::parse(&fixture("trust.policy")).unwrap();
    look(&archive(&files, false).unwrap(), &trust)
        .err()
        .unwrap_or_default()
}

/// Changes a description.
fn described(files: &mut Files, change: impl FnOnce(&mut Description)) {
    let bytes = content(files, FileName::Description);
    let mut description = Description::parse(bytes).unwrap();
    change(&mut description);
    *bytes = description.to_canonical();
}

fn replaced(bytes: &mut Vec<u8>, from: &str, to: &str) {
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.contains(from), "{from}");
    *bytes = text.replacen(from, to, 1).into_bytes();
}

#[test]
fn what_an_exporter_changes_and_signs_again_is_refused_at_its_place() {
    let regulator = key("regulator");
    let whole = files(&fixture("sealed.zip"));
    assert_eq!(signed_anew(&whole, &regulator, |_| {}), "");
    let fault = |change: &dyn Fn(&mut Files)| signed_anew(&whole, &regulator, change);
    let dropped = |name| fault(&move |files: &mut Files| files.retain(|(other, _)| *other != name));
    // The one file that may be absent without changing what is decided.
    assert_eq!(dropped(FileName::Report), "");
    for name in [FileName::Readme, FileName::Checkpoint, FileName::Verdict] {
        assert_eq!(dropped(name), format!("the bundle has no {name}"));
    }
    let proofs: Vec<_> = whole.iter().map(|(name, _)| *name).collect();
    let proofs: Vec<_> = proofs
        .into_iter()
        .filter(|name| matches!(name, FileName::IndexProof(_)))
        .collect();
    let (one, other) = (proofs[0], proofs[1]);
    let last = whole.iter().rev().find_map(|(name, _)| match name {
        FileName::Entry(index) => Some(*index),
        _ => None,
    });
    let last = last.unwrap();
    let (entry, proof) = (FileName::Entry(last), FileName::Proof(last));
    let lone =
        [(proof, entry), (entry, proof)].map(|(got, want)| format!("the bundle has {got} and not {want}"));
    for (got, want) in [
        (
            fault(&|files| {
                let taken = content(files, one).clone();
                *content(files, other) = taken;
            }),
            "which has another key",
        ),
        (
            fault(&|files| files.retain(|(name, _)| *name != one)),
            "there is no index proof of",
        ),
        (fault(&|files| files.retain(|(name, _)| *name != entry)), &lone[0]),
        (fault(&|files| files.retain(|(name, _)| *name != proof)), &lone[1]),
        (
            fault(&|files| {
                replaced(
                    content(files, FileName::Description),
                    "prova-bundle/1",
                    "prova-bundle/2",
                );
            }),
            "bundle format «prova-bundle/2», want «prova-bundle/1»",
        ),
        (
            fault(&|files| {
                replaced(
                    content(files, FileName::Verdict),
                    "prova-verdict/1",
                    "prova-verdict/2",
                );
            }),
            "verdict format «prova-verdict/2»",
        ),
        (
            fault(&|files| {
                replaced(
                    content(files, FileName::Verdict),
                    "cannotBeDecided\",\"code\":\"no-rules",
                    "holds\",\"code\":\"no-rules",
                );
            }),
            "data/verdict.json decides otherwise",
        ),
        (
            fault(&|files| {
                replaced(
                    content(files, FileName::BagInfo),
                    "Bagging-Date: 2026",
                    "Bagging-Date: 2027",
                );
            }),
            "bag-info.txt names another exporter, date or case",
        ),
    ] {
        assert!(got.contains(want), "want «{want}», got «{got}»");
    }
}

#[test]
fn who_is_no_auditor_exports_nothing_and_no_signature_fits_another_bundle() {
    let whole = files(&fixture("sealed.zip"));
    let vendor = key("nordlys");
    let as_vendor = |files: &mut Files| {
        described(files, |description| {
            description.exporter = "dns:nordlys.example".parse().unwrap();
        });
        let info = content(files, FileName::BagInfo);
        replaced(info, "dns:regulator.example", "dns:nordlys.example");
    };
    let got = signed_anew(&whole, &vendor, as_vendor);
    assert!(
        got.contains("the exporter dns:nordlys.example has not the role auditor"),
        "{got}"
    );
    // In another's name, with a key that the ledger knows and with one that it does not.
    for (name, want) in [
        ("nordlys", "is of dns:nordlys.example"),
        ("spare-2", "is not enrolled"),
    ] {
        let got = signed_anew(&whole, &key(name), |_| {});
        assert!(
            got.contains("signature.dsse.json is not signed as it must be"),
            "{got}"
        );
        assert!(got.contains(want), "{got}");
    }
    let trust = Trust::parse(&fixture("trust.policy")).unwrap();
    let mut unit = files(&fixture("unit.zip"));
    for name in [FileName::Signature, FileName::Custody(1)] {
        let mut replayed = whole.clone();
        replayed.retain(|(other, _)| *other != name);
        replayed.push((name, content(&mut unit, name).clone()));
        let error = look(&archive(&replayed, false).unwrap(), &trust).unwrap_err();
        assert!(
            error.contains(&format!("{name} is not signed as it must be")) && error.contains("tag manifest"),
            "{error}"
        );
    }
}

#[test]
fn every_entry_that_is_hidden_is_missed() {
    for sample in BUNDLES {
        let trust = trust(sample);
        let whole = files(&fixture(sample.0));
        for (name, _) in &whole {
            let FileName::Entry(index) = *name else { continue };
            let mut rest = whole.clone();
            rest.retain(|(name, _)| !matches!(name, FileName::Entry(i) | FileName::Proof(i) if *i == index));
            assert!(
                look(&archive(&rest, true).unwrap(), &trust).is_err(),
                "entry {index}"
            );
        }
    }
}

#[test]
fn bundles_of_version_1_are_opened_for_ever() {
    for sample in BUNDLES {
        let (name, ..) = sample;
        let bytes = fixture(name);
        look(&bytes, &trust(sample)).unwrap();
        assert_eq!(
            archive(&files(&bytes), true).unwrap(),
            bytes,
            "{name} has one form"
        );
    }
}
