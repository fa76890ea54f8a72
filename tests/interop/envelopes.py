"""Envelopes against securesystemslib: DSSE, both ways."""

import base64
import copy
import hashlib
import json

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import CryptoSigner, SSlibKey

from ledger import PAYLOAD_TYPE, envelope, key_id, manufacture


def flipped(text, at):
    """Base64 with one bit of one byte changed, still canonical."""
    data = bytearray(base64.b64decode(text))
    data[at % len(data)] ^= 1
    return base64.b64encode(data).decode()


def verified(entry, keys, threshold):
    """Verifies with the keys that the envelope names; raises unless `threshold` of them signed."""
    parsed = Envelope.from_dict(copy.deepcopy(entry))
    named = [keys[signature["keyid"]] for signature in entry["signatures"]]
    return parsed.verify(named, threshold)


def signer(ledger, name):
    """A signer of the library's with a test key, under the ledger's key id."""
    private = load_pem_private_key((ledger.keys / f"{name}.pem").read_bytes(), None)
    public = SSlibKey.from_crypto(private.public_key())
    public.keyid = key_id(private.public_key().public_bytes_raw())
    return CryptoSigner(private, public)


def signed(payload, *signers):
    """An envelope that the library makes and signs, in the ledger's form."""
    made = Envelope(payload, PAYLOAD_TYPE, {})
    for one in signers:
        made.sign(one)
    parts = {s["keyid"]: base64.b64decode(s["sig"]) for s in made.to_dict()["signatures"]}
    return envelope(payload, parts)


def check(tally, ledger):
    """Every entry and its twins; then envelopes that the library signed, appended."""
    tally.start("securesystemslib")
    keys = {
        name: SSlibKey(name, "ed25519", "ed25519", {"public": public.hex()})
        for name, public in ledger.public_keys().items()
    }
    entries = ledger.entries()
    twins = []
    double = 0
    for index, raw in enumerate(entries):
        entry = json.loads(raw)
        count = len(entry["signatures"])
        double += count == 2
        tally.accepts(f"entry {index}, threshold {count}", verified, entry, keys, count)
        tally.equal(f"entry {index}, re-encoded", json.dumps(
            Envelope.from_dict(copy.deepcopy(entry)).to_dict(), separators=(",", ":")).encode(), raw)
        tally.refuses(
            f"entry {index}, one signature more wanted", ValueError, verified, entry, keys, count + 1
        )

        changed = dict(entry, payload=flipped(entry["payload"], 17 * index))
        tally.refuses(f"entry {index}, payload changed", VerificationError, verified, changed, keys, 1)
        other = dict(entry, payloadType="application/vnd.in-toto+jsom")
        tally.refuses(f"entry {index}, payload type changed", VerificationError, verified, other, keys, 1)
        twins += [changed, other]
        for which in range(count):
            broken = copy.deepcopy(entry)
            broken["signatures"][which]["sig"] = flipped(broken["signatures"][which]["sig"], 5 * index)
            tally.refuses(
                f"entry {index}, signature {which} changed, threshold {count}",
                VerificationError, verified, broken, keys, count,
            )
            if count == 2:
                tally.accepts(f"entry {index}, the other signature alone", verified, broken, keys, 1)
            twins.append(broken)
    tally.holds("the ledger has entries with two signatures", double >= 2, f"found {double}")

    lines = [json.dumps(twin, separators=(",", ":")).encode() for twin in twins]
    answer = ledger.append(*lines)
    tally.equal("prova refuses every twin", (answer["appended"], answer["refused"]), (0, len(lines)))
    tally.equal("and the ledger is as it was", ledger.entries() == entries, True)

    # More than 256 entries, so that the tree has a full tile and a second level.
    maker, root_a, root_b = (signer(ledger, name) for name in ("nordlys", "root-a", "root-b"))
    births = [signed(manufacture(f"N{number:04}"), maker) for number in range(260)]
    answer = ledger.append(*births)
    tally.equal("prova appends 260 envelopes of the library's",
                (answer["appended"], answer["refused"]), (260, 0))
    tally.equal("byte for byte", ledger.entries()[len(entries):], births)

    name = "org:dns:interop.example"
    digest = hashlib.sha256(name.encode()).hexdigest()
    subject = {"name": name, "digest": {"sha256": digest}, "annotations": {"number": 0}}
    enrol = manufacture("X", subject=[subject], predicateType="urn:prova:registry:1", predicate={
        "ledger": ledger.checkpoint()[0],
        "time": "2026-03-02T08:00:00Z",
        "actions": [{"enrol": {
            "organisation": "dns:interop.example", "name": "Interop AB", "jurisdiction": "SE",
            "roles": ["manufacturer"],
            "keys": ["ed25519:" + base64.b64encode(signer_public(ledger, "spare-2")).decode()],
        }}],
    })
    answer = ledger.append(signed(enrol, root_a))
    tally.equal("an enrolment with one signature of two is refused", (answer["appended"], answer["refused"]), (0, 1))
    answer = ledger.append(signed(enrol, root_a, root_b))
    tally.equal("with two it is taken", (answer["appended"], answer["refused"]), (1, 0))


def signer_public(ledger, name):
    """The raw public half of a test key."""
    private = load_pem_private_key((ledger.keys / f"{name}.pem").read_bytes(), None)
    return private.public_key().public_bytes_raw()
