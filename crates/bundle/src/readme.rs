//! `data/README.txt`: how to verify the bundle, with Prova and without.

use prova_core::{
    bundle::{Description, description::Remark},
    statement::charter::Purpose,
};

/// What stands above the text for a bundle of a ledger that is a test.
const TEST: &str = "A TEST LEDGER: ITS ENTRIES MEAN NOTHING\n\n";

const TEXT: &str = "\
EVIDENCE BUNDLE
===============

Ledger:      {origin}
Size:        {size} entries
Root:        {root}
Exported by: {exporter}
At:          {at} (as claimed)
Case:        {case}
Entries:     {entries}
Withheld:    {withheld} documents


What this is
------------
Signed records of where network components come from, with the proofs that they stand in the ledger named above
and that none about the components in scope was left out. Nobody who handed this file on needs to be trusted.

data/bundle.json            what the bundle is about
data/report.html            the same for people; opens in any browser, needs no network (may be absent)
data/verdict.json           what the exporter found
data/entries/               the records, byte for byte as they were signed (DSSE envelopes around in-toto statements)
data/proofs/                that each of them stands in the ledger (C2SP tlog-proof)
data/index/                 that none is missing
data/checkpoint             the signed state of the ledger (C2SP tlog-checkpoint)
data/attachments/sha256/    documents that the records name, each under its SHA-256
signature.dsse.json         the exporter's signature over tagmanifest-sha256.txt, and so over everything above
custody/                    who received the bundle since, each signed


How to verify it with Prova
---------------------------
    prova verify evidence.zip --trust trust.policy

The policy names the keys that YOU trust. Take it from the ledger's own publication, not from this bundle:
data/trust.policy is only what the exporter judged by.


How to verify it without Prova
------------------------------
1. Unpack the ZIP. Any BagIt tool (RFC 8493) checks the digests:    bagit.py --validate evidence
   or by hand:    cd evidence; sha256sum -c manifest-sha256.txt tagmanifest-sha256.txt
2. Take the ledger's key from a source that you trust and check the signature of data/checkpoint (C2SP signed-note, Ed25519).
3. For each record: SHA-256 of a zero byte and the file is a leaf; its proof leads to the root in data/checkpoint (RFC 9162,
   section 2.1.3.2).
4. Check the signatures of each record (DSSE, Ed25519). The keys are in the records that enrolled them.
5. For each index proof: fold the records about its term, and compare with the root in the seal.
The format of every file, and every rule, is in FORMAT.md of Prova, with test vectors.
";

/// The text for a bundle.
pub(crate) fn readme(description: &Description, purpose: Purpose) -> String {
    let first = match purpose {
        Purpose::Production => "",
        Purpose::Test => TEST,
    };
    let case = description.case.as_ref().map_or("-", Remark::as_str);
    // The case last: it is the one text that its author chose freely.
    let text = TEXT
        .replacen("{origin}", description.origin.as_str(), 1)
        .replacen("{size}", &description.size.to_string(), 1)
        .replacen("{root}", &description.root.to_string(), 1)
        .replacen("{exporter}", description.exporter.as_str(), 1)
        .replacen("{at}", &description.at.to_string(), 1)
        .replacen("{entries}", &description.entries.to_string(), 1)
        .replacen("{withheld}", &description.withheld.len().to_string(), 1)
        .replacen("{case}", case, 1);
    format!("{first}{text}")
}
