"""Bundles as FORMAT.md has them, honest and dishonest, made with the published test keys.

Whoever holds the keys of a ledger and of an exporter can sign whatever they like. What is made here is signed throughout, so that a
twin is refused for what it says and not for a signature that is out of date.
"""

import base64
import copy
import functools
import hashlib
import json
import struct
import zlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence import bag, custody, description as descriptions, index, note, statement, tree, verdict
from evidence.registry import Registry
from evidence.statement import CHARTER, EVENT, REGISTRY, SEAL
from evidence.strict import compact, sha256
from ledger import envelope, key_id, pae

NAMES = """auditor carrier integrator lab log meridian nordlys operator-north operator-south producer regulator root-a root-b root-c
spare-1 spare-2 spare-3 spare-4""".split()
PRIVATE = {
    name: Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"prova published test key: " + name.encode()).digest())
    for name in NAMES
}
PUBLIC = {name: key.public_key().public_bytes_raw() for name, key in PRIVATE.items()}
IDS = {name: key_id(public) for name, public in PUBLIC.items()}
WHOSE = {identity: name for name, identity in IDS.items()}


def public(name):
    """A public key as FORMAT.md §2 writes it."""
    return "ed25519:" + base64.b64encode(PUBLIC[name]).decode()


def signed(payload, *names):
    """An envelope signed by test keys."""
    return envelope(payload, {IDS[name]: PRIVATE[name].sign(pae(payload)) for name in names})


# The archive (§15) ---------------------------------------------------------------------------------------------------


@functools.cache
def record(name, content, stored=False):
    """The parts of a local file: method, CRC, packed bytes, size, name."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush()
    fits = len(packed) < len(content) <= 100 * len(packed)
    method, packed = (0, content) if stored or not fits else (8, packed)
    return method, zlib.crc32(content), packed, len(content), name.encode()


def archive(files, stored=False, records=None):
    """The bytes of an archive of these files, in the order in which they are given."""
    records = records or [record("evidence/" + name, bytes(content), stored) for name, content in files.items()]
    body, directory = b"", b""
    for method, crc, packed, size, name in records:
        fields = struct.pack("<HHHHHIIIHH", 20, 0, method, 0, 0x21, crc, len(packed), size, len(name), 0)
        directory += b"PK\1\2\x14\3" + fields + struct.pack("<HHHII", 0, 0, 0, 0x81A40000, len(body)) + name
        body += b"PK\3\4" + fields + name + packed
    return (
        body
        + directory
        + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, len(records), len(records), len(directory), len(body), 0)
    )


def ordered(files):
    """The files in the order of the container; names that it does not know at the end."""
    return dict(sorted(files.items(), key=lambda item: (rank(item[0]), item[0])))


def rank(name):
    """Where a name stands."""
    try:
        return bag.place(name)[0]
    except bag.Refused:
        return len(bag.PLACES)


# Signing anew --------------------------------------------------------------------------------------------------------


def listed(files):
    """Description, both manifests and bag-info.txt as the files ask for."""
    files = ordered(files)
    payload = [name for name in files if name.startswith("data/")]
    try:
        files["bag-info.txt"] = bag.info(json.loads(files["data/bundle.json"]), files)
    except (KeyError, ValueError, TypeError):
        pass  # a description that is none
    files["manifest-sha256.txt"] = bag.manifest(payload, files)
    files["tagmanifest-sha256.txt"] = bag.manifest([name for name in bag.TAGS if name in files], files)
    return ordered(files)


def relisted(files, exporter=None):
    """The same, signed by its exporter; every hand-over follows."""
    files = listed(files)
    tag = files["tagmanifest-sha256.txt"]
    try:
        predicate = custody.exporter(json.loads(files["data/bundle.json"]))
    except (KeyError, ValueError, TypeError):
        return files
    signer = exporter or WHOSE[json.loads(files["signature.dsse.json"])["signatures"][0]["keyid"]]
    files["signature.dsse.json"] = before = signed(custody.statement(custody.BUNDLE, predicate, tag), signer)
    for name in bag.custody(files):
        old = json.loads(files[name])
        predicate = json.loads(base64.b64decode(old["payload"]))["predicate"] | {"prev": sha256(before).hex()}
        files[name] = before = signed(
            custody.statement(custody.CUSTODY, predicate, tag), WHOSE[old["signatures"][0]["keyid"]]
        )
    return ordered(files)


def handed(files, signer, predicate):
    """One more hand-over."""
    names = bag.custody(files)
    before = files[names[-1] if names else "signature.dsse.json"]
    predicate = {"prev": sha256(before).hex()} | predicate
    predicate = {name: predicate[name] for name in ("by", "at", "prev", "remark") if name in predicate}
    made = signed(custody.statement(custody.CUSTODY, predicate, files["tagmanifest-sha256.txt"]), signer)
    return ordered(files | {f"custody/{len(names) + 1:04}.dsse.json": made})


def described(files, change):
    """With another description, signed."""
    found = json.loads(files["data/bundle.json"])
    change(found)
    return relisted(files | {"data/bundle.json": compact(found) + b"\n"})


# A ledger ------------------------------------------------------------------------------------------------------------


class Ledger:
    """Entries, and what is known after them; appends without asking whether an entry is admissible."""

    def __init__(self, entries):
        self.raw, self.entries, self.terms, self.index, self.heads, self.registry = [], [], [], index.Index(), {}, None
        for raw in entries:
            self.append(raw)

    def copy(self):
        """A ledger with the same entries that grows by itself."""
        return copy.deepcopy(self)

    def append(self, raw):
        """One entry. What is no entry stands in the tree only."""
        self.raw.append(raw)
        try:
            entry = statement.entry(len(self.raw) - 1, raw)
            if entry.kind == CHARTER and self.registry is None:
                self.registry = Registry(entry)
            elif entry.kind == REGISTRY:
                self.registry.act(entry)
            found = index.terms(entry, self.registry)
        except (bag.Refused, KeyError):
            self.entries.append(None)
            self.terms.append(set())
            return
        self.entries.append(entry)
        self.terms.append(found)
        self.index.add(entry, found)
        if entry.kind != REGISTRY or entry.predicate.get("by"):
            self.heads.update(dict.fromkeys(entry.links, entry.leaf))

    def statement(self, kind, predicate, *subjects, change=None, numbers=None):
        """The payload of a statement that follows the heads, or has these numbers."""

        def subject(name):
            digest = name.rpartition(":")[2] if name.startswith("artefact:") else sha256(name.encode()).hex()
            made = {"name": name, "digest": {"sha256": digest}}
            if numbers is not None:
                return made | {"annotations": {"number": numbers[name]}}
            return made | ({"annotations": {"prev": self.heads[name].hex()}} if self.heads.get(name) else {})

        whole = {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [subject(name) for name in subjects],
            "predicateType": kind,
            "predicate": predicate,
        }
        if change:
            change(whole)
        return compact(whole)

    def act(self, action, *signers, change=None, **members):
        """A registry entry with one action, by whoever signs first."""
        return self.acts([{action: members}], *signers, change=change)

    def acts(self, actions, *signers, change=None):
        """A registry entry: an organisation's own where its key signs first, else the root's."""
        origin, by = self.registry.origin, self.registry.owners.get(IDS[signers[0]])
        predicate = {"ledger": origin} | ({"by": by} if by else {})
        predicate |= {"time": "2026-05-01T08:00:00Z", "actions": actions}
        said = [members for action in actions for members in action.values()]
        about = sorted({f"org:{one['organisation']}" if "organisation" in one else f"ledger:{origin}" for one in said})
        numbers = None if by else {name: self.registry.place(name) for name in about}
        return signed(self.statement(REGISTRY, predicate, *about, change=change, numbers=numbers), *signers)

    def event(self, name, members, by, role, signers, *subjects, change=None):
        """An event that the other signers stand by, too."""
        others = sorted({self.registry.owners.get(IDS[signer], by) for signer in signers} - {by})
        predicate = {"ledger": self.registry.origin, "by": by, "role": role, "with": others}
        predicate |= {"time": "2026-05-01T08:00:00Z", "event": {name: members}}
        return signed(self.statement(EVENT, predicate, *subjects, change=change), *signers)

    def seal(self, *signers, change=None, **members):
        """A seal of the entries so far, true unless told otherwise."""
        predicate = {
            "time": "2026-05-01T08:00:00Z",
            "size": len(self.raw),
            "terms": len(self.index.lists),
            "root": self.index.root().hex(),
        } | members
        return signed(
            self.statement(SEAL, predicate, f"index:{self.registry.origin}", change=change), *signers or ["log"]
        )

    def proof(self, term):
        """The index proof of a term in the map as it is."""
        place, leaves, depth, siblings = index.key(term), self.index.leaves(), 0, []
        while len(leaves) > 1:
            halves = [[one for one in leaves if index.bit(one[0], depth) == side] for side in (0, 1)]
            side = index.bit(place, depth)
            siblings.insert(0, index.subtree(halves[1 - side], depth + 1))
            leaves, depth = halves[side], depth + 1
        b64 = lambda data: base64.b64encode(data).decode()  # noqa: E731
        if term in self.index.lists:
            count, accumulator = self.index.lists[term]
            outcome = f"listed {count} {b64(accumulator)}"
        elif leaves:
            held = next(
                index.value(*held) for other, held in self.index.lists.items() if index.key(other) == leaves[0][0]
            )
            outcome = f"absent {b64(leaves[0][0])} {b64(held)}"
        else:
            outcome = "absent"
        lines = [
            "urn:prova:index-proof:1",
            f"term {term}",
            outcome,
            *("-" if one == index.EMPTY else b64(one) for one in siblings),
        ]
        return "".join(line + "\n" for line in lines).encode()


def checkpoint(origin, size, root, *witnesses, when=1_700_000_000, signer="log"):
    """A checkpoint signed by the log, and cosigned."""
    body = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n".encode()
    lines = [(note.key(origin, note.LOG, PUBLIC[signer]), PRIVATE[signer].sign(body))]
    for name in witnesses:
        message = b"cosignature/v1\ntime %d\n" % when + body
        lines.append(
            (
                note.key(f"{name}.example", note.WITNESS, PUBLIC[name]),
                struct.pack(">Q", when) + PRIVATE[name].sign(message),
            )
        )
    return (
        body
        + b"\n"
        + "".join(f"— {key.name} {base64.b64encode(key.number + made).decode()}\n" for key, made in lines).encode()
    )


def vkey(name, kind, signer):
    """A verifier key as text."""
    key = note.key(name, kind, PUBLIC[signer])
    return f"{name}+{key.number.hex()}+{base64.b64encode(bytes([kind]) + key.key).decode()}"


def proved(files, ledger, chosen, *witnesses, **how):
    """With these entries of the ledger, their proofs and the checkpoint of its size."""
    leaves = [sha256(b"\0", raw) for raw in ledger.raw]
    root = tree.root(leaves)
    files = {
        name: content
        for name, content in files.items()
        if not name.startswith(("data/entries/", "data/proofs/", "data/index/"))
    }
    files["data/checkpoint"] = how.pop("note", None) or checkpoint(
        ledger.registry.origin, len(leaves), root, *witnesses, **how
    )
    for number in chosen:
        hashes = "".join(base64.b64encode(one).decode() + "\n" for one in tree.path(number, leaves))
        files[f"data/entries/{number:012}.json"] = ledger.raw[number]
        files[f"data/proofs/{number:012}.tlog-proof"] = (
            f"c2sp.org/tlog-proof@v1\nindex {number}\n{hashes}\n".encode() + files["data/checkpoint"]
        )
    return files, root


def judged(files, found, events, registry):
    """With the verdict that goes with the description, where nothing is found and nothing missing."""
    said = json.loads(files["data/verdict.json"])
    policy = files.get("data/trust.policy")
    said |= {name: found[name] for name in ("origin", "size", "root")} | {
        "scope": {"bundle": found["scope"]},
        "trust": policy and sha256(policy).hex(),
        "withheld": len(found["withheld"]),
    }
    said = {name: held for name, held in said.items() if held is not None}
    answers = verdict.wanted(files, found, note.checkpoint(files["data/checkpoint"]), [])
    behind = verdict.behind(found, events, registry)
    for part, (answer, code), indices in zip(said["answers"], answers, behind, strict=True):
        part["answer"], part["code"], part["entries"] = answer, code, indices
    return files | {"data/bundle.json": compact(found) + b"\n", "data/verdict.json": compact(said) + b"\n"}


def exported(base, ledger, *witnesses, seal=None, **how):
    """The bundle that `base` is, of this ledger: whole, or the part that a seal (by index) counts."""
    found = json.loads(base["data/bundle.json"])
    found.pop("seal", None)
    if seal is None:
        chosen = range(len(ledger.raw))
    else:
        before = Ledger(ledger.raw[:seal])
        found = (
            {name: found[name] for name in ("format", "algorithms", "origin", "size", "root")}
            | {"seal": {"index": seal, "size": seal, "root": before.index.root().hex()}}
            | found
        )
        wanted = descriptions.terms(found)
        chosen = [number for number, terms in enumerate(ledger.terms) if number >= seal or terms & wanted]
    files, root = proved(base, ledger, chosen, *witnesses, **how)
    if seal is not None:
        files |= {f"data/index/{index.key(term).hex()}.index-proof": before.proof(term) for term in wanted}
    found |= {"size": len(ledger.raw), "root": root.hex(), "entries": len(chosen)}
    events = [
        ledger.entries[number] for number in chosen if ledger.entries[number] and ledger.entries[number].kind == EVENT
    ]
    return relisted(judged(ordered(files), found, events, ledger.registry))
