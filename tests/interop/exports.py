"""What `prova export --as` writes, against @sigstore/verify, scitt-cose, securesystemslib, in-toto-attestation and the readers of BOMs."""

import base64
import copy
import io
import json
import os
import pathlib
import subprocess

import cbor2
import scitt_cose
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

import boms
from envelopes import flipped, verified
from ledger import SPKI_PREFIX, payload_of
from statements import members, parsed
from tree import sample


class Refused(Exception):
    """What a verifier that answers instead of raising found."""


def check(tally, ledger, node_modules, scratch):
    """All entries of the story and the edges of the tree; every unit of the story."""
    entries = ledger.entries()
    chosen = sorted({*range(51), *sample(len(entries))})
    sigstore(tally, ledger, node_modules, entries, chosen, scratch)
    cose(tally, ledger, entries, chosen, scratch)
    intoto(tally, ledger, entries, chosen, scratch)
    pedigrees(tally, ledger, entries, scratch)


def exported(ledger, path, form, *what):
    """The bytes of an export."""
    ledger.output("export", *what, "--as", form, "-o", path)
    return path.read_bytes()


# Sigstore ------------------------------------------------------------------------------------------------------------


def judged(node_modules, keys, bundles):
    """What @sigstore/verify answers about each bundle."""
    done = subprocess.run(
        ["node", pathlib.Path(__file__).parent / "sigstore" / "verify.cjs", keys],
        input="\n".join(json.dumps(bundle) for bundle in bundles).encode(),
        env=dict(os.environ, NODE_PATH=str(node_modules)),
        capture_output=True,
        check=True,
    )
    return done.stdout.decode().splitlines()


def sigstore_twins(bundle, other):
    """Name, the error wanted, and the changed bundle. `other`: the hint of a key that did not sign it."""
    def changed(change):
        twin = copy.deepcopy(bundle)
        change(twin["dsseEnvelope"], twin["verificationMaterial"])
        return twin

    def signature(envelope, _):
        envelope["signatures"][0]["sig"] = flipped(envelope["signatures"][0]["sig"], 11)

    def twice(envelope, _):
        envelope["signatures"] *= 2

    def logged(_, material):
        material["tlogEntries"] = [{
            "logIndex": "0", "logId": {"keyId": "AAAA"}, "kindVersion": {"kind": "dsse", "version": "0.0.1"},
            "integratedTime": "0", "canonicalizedBody": bundle["dsseEnvelope"]["payload"],
            "inclusionProof": {"logIndex": "0", "rootHash": "AAAA", "treeSize": "1", "hashes": [],
                               "checkpoint": {"envelope": "nothing\n1\nAAAA\n"}}}]

    yield "payload changed", "VerificationError SIGNATURE_ERROR", changed(
        lambda envelope, _: envelope.update(payload=flipped(envelope["payload"], 23)))
    yield "signature changed", "VerificationError SIGNATURE_ERROR", changed(signature)
    yield "payload type changed", "VerificationError SIGNATURE_ERROR", changed(
        lambda envelope, _: envelope.update(payloadType="application/vnd.in-toto+jsom"))
    yield "another key's hint", "VerificationError SIGNATURE_ERROR", changed(
        lambda _, material: material["publicKey"].update(hint=other))
    yield "an unknown hint", "VerificationError PUBLIC_KEY_ERROR", changed(
        lambda _, material: material["publicKey"].update(hint="00" * 32))
    yield "a signature twice", "ValidationError invalid bundle", changed(twice)
    yield "another media type", "ValidationError invalid bundle", dict(bundle, mediaType="application/json")
    yield "a log that nobody trusts", "VerificationError TLOG_INCLUSION_PROOF_ERROR", changed(logged)


def sigstore(tally, ledger, node_modules, entries, chosen, scratch):
    """One bundle for each signature of each entry."""
    tally.start("@sigstore/verify")
    public = {hint: base64.b64encode(SPKI_PREFIX + raw).decode() for hint, raw in ledger.public_keys().items()}
    keys = scratch / "sigstore-keys.json"
    keys.write_text(json.dumps(public))
    lines = exported(ledger, scratch / "all.sigstore.jsonl", "sigstore", *chosen).decode().splitlines()
    bundles = [json.loads(line) for line in lines]
    signed = [(index, signature) for index in chosen for signature in json.loads(entries[index])["signatures"]]
    tally.equal("a bundle for each signature", len(bundles), len(signed))
    tally.holds("among them of entries with two", len(signed) > len(chosen))
    hints = [signature["keyid"] for _, signature in signed]
    for (index, signature), bundle, answer in zip(signed, bundles, judged(node_modules, keys, bundles), strict=True):
        tally.equal(f"entry {index}, signer {signature['keyid'][:8]}", answer, "ok " + signature["keyid"])
        tally.equal(f"entry {index}, as it was signed", (bundle["dsseEnvelope"]["signatures"],
                    base64.b64decode(bundle["dsseEnvelope"]["payload"])), ([signature], payload_of(entries[index])))
    twins = [(index, *twin)
             for (index, signature), bundle in zip(signed, bundles, strict=True)
             for twin in sigstore_twins(bundle, next(hint for hint in hints if hint != signature["keyid"]))]
    answers = judged(node_modules, keys, [twin for *_, twin in twins])
    for (index, name, want, _), answer in zip(twins, answers, strict=True):
        tally.equal(f"entry {index}, {name}", answer, "refused " + want)


# COSE ----------------------------------------------------------------------------------------------------------------


def sequence(data):
    """The items of a CBOR sequence (RFC 8742), each as its bytes."""
    stream = io.BytesIO(data)
    items = []
    while stream.tell() < len(data):
        start = stream.tell()
        cbor2.CBORDecoder(stream).decode()
        items.append(data[start : stream.tell()])
    return items


def receipt_holds(receipt, entry, key):
    """Raises unless scitt-cose verifies the receipt for these bytes under this key."""
    found = scitt_cose.verify_receipt(receipt, leaf_entry_hex=entry.hex(), log_public_key_pem=key)
    if not found.ok:
        raise Refused(found.errors)
    return found


def receipt_twins(receipt):
    """Name, and the changed receipt."""
    protected, unprotected, payload, signature = cbor2.loads(receipt).value

    def plain(value):
        if hasattr(value, "items"):
            return {k: plain(v) for k, v in value.items()}
        return [plain(v) for v in value] if isinstance(value, (list, tuple)) else value

    header = plain(cbor2.loads(protected))
    size, index, path = plain(cbor2.loads(plain(unprotected)[396][-1][0]))

    def made(header=header, proof=(size, index, path), payload=payload, signature=signature):
        return cbor2.dumps(cbor2.CBORTag(18, [
            cbor2.dumps(header), {396: {-1: [cbor2.dumps(list(proof))]}}, payload, signature]))

    if made() != receipt:
        raise Refused("a receipt is not in the one form that its content has")
    turned = [bytes([path[0][0] ^ 1]) + path[0][1:], *path[1:]]
    yield "a hash changed", made(proof=(size, index, turned))
    yield "a hash missing", made(proof=(size, index, path[:-1]))
    yield "another index", made(proof=(size, index ^ 1, path))
    yield "another size", made(proof=(size * 2, index, path))
    yield "another structure", made(header=header | {395: 2})
    yield "no structure", made(header={k: v for k, v in header.items() if k != 395})
    yield "another algorithm", made(header=header | {1: -7})
    yield "another issuer", made(header=header | {15: header[15] | {1: "ledger:other.example"}})
    yield "another subject", made(header=header | {15: header[15] | {2: "unit:other"}})
    yield "another key id", made(header=header | {4: bytes(32)})
    yield "signature changed", made(signature=signature[:-1] + bytes([signature[-1] ^ 1]))
    yield "the payload attached", made(payload=bytes(32))
    yield "cut short", receipt[:-1]
    yield "something after it", receipt + b"\0"


def cose(tally, ledger, entries, chosen, scratch):
    """A receipt for each entry, under the ledger's key."""
    tally.start("scitt-cose")
    origin, size, root = ledger.checkpoint()
    key = (ledger.keys / "log.pub.pem").read_bytes()
    receipts = sequence(exported(ledger, scratch / "all.cose", "cose", *chosen))
    tally.equal("a receipt for each entry", len(receipts), len(chosen))
    for index, receipt in zip(chosen, receipts, strict=True):
        found = tally.accepts(f"entry {index}", receipt_holds, receipt, entries[index], key)
        subject = json.loads(payload_of(entries[index]))["subject"][0]["name"]
        tally.equal(f"entry {index}, what it says", found and (
            found.root, found.tree_size, found.leaf_index, found.issuer, found.subject),
            (root.hex(), size, index, "ledger:" + origin, subject))
        tally.refuses(f"entry {index}, of another entry", (Refused,), receipt_holds, receipt, entries[index - 1], key)
        for name, twin in receipt_twins(receipt):
            tally.refuses(f"entry {index}, {name}", (Refused,), receipt_holds, twin, entries[index], key)
    for public in ledger.public_keys().values():
        other = Ed25519PublicKey.from_public_bytes(public).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        if other.split() != key.split():
            tally.refuses("under another key", (Refused,), receipt_holds, receipts[0], entries[chosen[0]], other)


# in-toto -------------------------------------------------------------------------------------------------------------


def intoto(tally, ledger, entries, chosen, scratch):
    """Each line is an entry, an envelope for securesystemslib and a statement for in-toto."""
    tally.start("in-toto bundle")
    keys = {name: SSlibKey(name, "ed25519", "ed25519", {"public": public.hex()})
            for name, public in ledger.public_keys().items()}
    bundle = exported(ledger, scratch / "all.intoto.jsonl", "intoto", *chosen)
    lines = bundle.split(b"\n")
    tally.equal("the entries, one a line", lines, [*(entries[index] for index in chosen), b""])
    for index, line in zip(chosen, lines, strict=False):
        entry = json.loads(line)
        count = len(entry["signatures"])
        tally.accepts(f"line of entry {index}", verified, entry, keys, count)
        found = tally.accepts(f"statement of entry {index}", parsed, payload_of(line))
        tally.equal(f"statement of entry {index}, written again", found and members(found),
                    json.loads(payload_of(line)))
        twin = dict(entry, payload=flipped(entry["payload"], 31 * index))
        tally.refuses(f"line of entry {index}, changed", VerificationError, verified, twin, keys, 1)


# Bills of materials --------------------------------------------------------------------------------------------------


def pedigrees(tally, ledger, entries, scratch):
    """Every unit of the story, as built and as installed, in both formats."""
    units = sorted({subject["name"] for entry in entries[:51] for subject in json.loads(payload_of(entry))["subject"]
                    if subject["name"].startswith("unit:")})
    for tool, form, suffix, read, kinds in (
        ("pedigree: cyclonedx", "cyclonedx", ".cdx.json", boms.cyclonedx, (boms.Invalid,)),
        ("pedigree: spdx-tools", "spdx", ".spdx.json", boms.spdx, (boms.Invalid, boms.SPDXParsingError)),
    ):
        tally.start(tool)
        tally.holds("the story has units", len(units) >= 7, f"found {len(units)}")
        fixtures = sorted((pathlib.Path(__file__).resolve().parents[2] / "fixtures" / "pedigree").glob("*" + suffix))
        tally.equal("fixtures with hostile names", len(fixtures), 2)
        for file in fixtures:
            theirs = tally.accepts(f"{file.name}", read, file)
            ours = tally.accepts(f"prova reads {file.name}", boms.from_prova, ledger, file)
            tally.equal(f"{file.name}, the same components", sorted(map(str, ours or [])), sorted(map(str, theirs or [0])))
        stages = {}
        for number, unit in enumerate(units):
            for stage in ("as-built", "as-installed"):
                file = scratch / f"unit-{number}-{stage}{suffix}"
                text = exported(ledger, file, form, unit, "--stage", stage)
                tally.equal(f"{unit}, {stage}, twice the same",
                            exported(ledger, scratch / "again", form, unit, "--stage", stage), text)
                theirs = tally.accepts(f"{unit}, {stage}", read, file)
                stages[unit, stage] = sorted(map(str, theirs or []))
                # Recording it makes the ledger larger, so this comes after all that is compared.
                ours = tally.accepts(f"prova reads {unit}, {stage}", boms.from_prova, ledger, file)
                tally.equal(f"{unit}, {stage}, the same components", sorted(map(str, ours or [])), stages[unit, stage])
                for name, twin in boms.tampered(json.loads(text)):
                    path = scratch / ("twin" + suffix)
                    path.write_text(json.dumps(twin))
                    tally.refuses(f"{unit}, {stage}, {name}", kinds, read, path)
        updated = "unit:dns:nordlys.example/AAU-3900/SN0001"
        tally.holds("what is installed is not what was built",
                    stages[updated, "as-built"] != stages[updated, "as-installed"])
