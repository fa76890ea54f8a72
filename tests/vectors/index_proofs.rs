//! Index proofs of a map of twenty units: a term that is listed, one whose way ends in an empty subtree, one that ends in another's leaf.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use prova_core::{
    hash::LeafHash,
    index::{End, Index, IndexProof, MemoryBuckets, TermKey, TermOutcome, term::Term},
    position::EntryIndex,
};

type Vector = (&'static str, String, Vec<u8>);

fn term(serial: usize) -> Term {
    format!("id:unit:dns:nordlys.example/AAU-3900/SN{serial:04}")
        .parse()
        .unwrap()
}

/// The entries under twenty units, two of each.
fn proofs() -> [(&'static str, IndexProof); 3] {
    let (mut index, mut buckets) = (Index::new(), MemoryBuckets::default());
    for number in 0..40_usize {
        let leaf = LeafHash::of_entry(format!("entry {number}").as_bytes());
        let at = EntryIndex::new(number.try_into().unwrap());
        index.record(at, leaf, &[term(number % 20)]);
    }
    index.fold(&mut buckets).unwrap();
    let prove = |serial| index.prove(&buckets, &term(serial)).unwrap();
    let find = |wanted: fn(&TermOutcome) -> bool| {
        let mut proofs = (20..).map(prove);
        proofs.find(|proof| wanted(proof.outcome())).unwrap()
    };
    [
        ("listed", prove(7)),
        (
            "absent-in-empty",
            find(|end| matches!(end, TermOutcome::Absent(End::Empty))),
        ),
        (
            "absent-in-another-leaf",
            find(|end| matches!(end, TermOutcome::Absent(End::Leaf { .. }))),
        ),
    ]
}

/// Accept-vectors.
pub(crate) fn accepted() -> Vec<Vector> {
    let mut vectors: Vec<_> = proofs()
        .into_iter()
        .map(|(name, proof)| (name, proof.to_string()))
        .collect();
    let alone = Index::new().prove(&MemoryBuckets::default(), &term(1)).unwrap();
    vectors.push(("absent-in-an-empty-map", alone.to_string()));
    let vector =
        |(name, text): (&str, String)| ("index-proof", format!("{name}.index-proof"), text.into_bytes());
    vectors.into_iter().map(vector).collect()
}

/// What must be refused, each for one reason.
pub(crate) fn rejected() -> Vec<Vector> {
    let [(_, listed), (_, empty), (_, other)] = proofs();
    let (listed, empty, other) = (listed.to_string(), empty.to_string(), other.to_string());
    let lines: Vec<_> = listed.lines().collect();
    let accumulator = lines[2].split(' ').nth(2).unwrap();
    let key = |proof: &str| {
        proof
            .lines()
            .nth(2)
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .to_owned()
    };
    let own = BASE64.encode(TermKey::of(&other.parse::<IndexProof>().unwrap().term().clone()).as_bytes());
    let zero = BASE64.encode([0; 32]);
    let add_below = |proof: &str, line: &str| {
        let end = proof.match_indices('\n').nth(2).unwrap().0 + 1;
        format!("{}{line}\n{}", &proof[..end], &proof[end..])
    };
    let mut flipped_key = BASE64.decode(key(&other)).unwrap();
    flipped_key[0] ^= 0x80;
    [
        ("nothing", String::new()),
        ("other-version", listed.replacen(":1\n", ":2\n", 1)),
        ("no-final-newline", listed.trim_end().to_owned()),
        ("crlf", listed.replace('\n', "\r\n")),
        ("no-term", listed.replacen("term ", "", 1)),
        ("unknown-kind-of-term", listed.replacen("term id:", "term no:", 1)),
        ("term-not-normal", listed.replacen("AAU-3900", "aau-3900", 1)),
        ("no-outcome", format!("{}\n{}\n", lines[0], lines[1])),
        ("unknown-outcome", listed.replacen("listed", "present", 1)),
        ("count-leading-zero", listed.replacen("listed 2", "listed 02", 1)),
        ("count-zero", listed.replacen("listed 2", "listed 0", 1)),
        (
            "accumulator-short",
            listed.replacen(accumulator, &BASE64.encode([1; 31]), 1),
        ),
        (
            "trailing-space",
            listed.replacen(accumulator, &format!("{accumulator} "), 1),
        ),
        ("empty-line-at-end", format!("{listed}\n")),
        (
            "hash-without-padding",
            listed.replacen(lines[3], lines[3].trim_end_matches('='), 1),
        ),
        ("empty-subtree-as-zeros", listed.replacen(lines[4], &zero, 1)),
        ("leaf-beside-empty", add_below(&listed, "-")),
        ("empty-beside-empty", add_below(&empty, "-")),
        ("ends-in-its-own-leaf", other.replacen(&key(&other), &own, 1)),
        (
            "ends-elsewhere",
            other.replacen(&key(&other), &BASE64.encode(flipped_key), 1),
        ),
        (
            "more-hashes-than-bits",
            format!("{listed}{}", format!("{}\n", lines[3]).repeat(257)),
        ),
        (
            "over-16384-bytes",
            format!("{listed}{}", format!("{}\n", lines[3]).repeat(400)),
        ),
    ]
    .into_iter()
    .map(|(reason, text)| ("index-proof", format!("{reason}.index-proof"), text.into_bytes()))
    .collect()
}
