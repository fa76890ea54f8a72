"""Bundles of evidence against `evidence`, a second verifier that is written from FORMAT.md."""

import concurrent.futures
import pathlib
import re

import conspiracies
import forge
import twins
from evidence import bag, checks, ed25519, index, note, statement, tree
from evidence.policy import Policy
from evidence.strict import Refused, block, sha256

# Policies that name no log of the bundle's origin: nobody vouches for it, and nothing is wrong with it.
UNANCHORED = {"policy: no log", "policy: the log under another origin"}
ROOT = pathlib.Path(__file__).resolve().parents[2]
BUNDLES = ROOT / "fixtures" / "bundles" / "v1"
VECTORS = ROOT / "fixtures" / "vectors"


def proof(data):
    """A `.tlog-proof` of the leaf that the vectors are about, as far as its form goes."""
    number, hashes, rest = note.tlog_proof(data)
    size = note.checkpoint(rest).size
    try:
        tree.included(bytes(32), number, size, hashes, bytes(32))
    except Refused as error:
        if "is not in the tree" not in str(error) or number >= size:
            raise


READERS = {
    "entry": lambda data: statement.entry(0, data),
    "payload": statement.payload,
    "policy": Policy,
    "index-proof": index.read,
    "public-key": lambda data: ed25519.public(data.decode("utf-8")),
    "tlog-proof": proof,
}


def vectors(tally):
    """Every file of fixtures/vectors."""
    for kind, read in READERS.items():
        for file in sorted((VECTORS / kind / "accept").iterdir()):
            tally.accepts(f"{kind} {file.name}", read, file.read_bytes())
        for file in sorted((VECTORS / kind / "reject").iterdir()):
            if file.suffix != ".error":
                tally.refuses(f"{kind} {file.name}", Refused, read, file.read_bytes())


def examples(tally):
    """The examples of FORMAT.md."""

    def example(name):
        return "\n".join(block(name)).encode()

    raw = example("entry")
    leaf = sha256(b"\0", raw)
    entry = tally.accepts("the entry", statement.entry, 0, raw)
    tally.equal("its payload", entry.envelope.payload, example("payload"))
    tally.equal("its leaf hash", leaf.hex().encode(), example("leaf-hash"))
    key = note.vkey(example("vkey").decode())
    tally.equal("the key id", forge.IDS["nordlys"].encode(), example("key-id"))
    number, hashes, rest = note.tlog_proof(example("tlog-proof") + b"\n")
    tally.equal("the proof's checkpoint", rest, example("checkpoint") + b"\n")
    tally.holds("the checkpoint's signature", note.checkpoint(rest).signed(key))
    tally.accepts("the proof", tree.included, leaf, number, 1, hashes, note.checkpoint(rest).root)
    found = index.read(example("index-proof") + b"\n")
    tally.equal("the index proof's root", found.root().hex().encode(), example("index-root"))
    folded = sha256(b"\x10", bytes(32), bytes(8), leaf)
    tally.equal("what it counts", (found.count, found.accumulator), (1, folded))


def exports(tally, ledger, scratch):
    """What prova exports of every kind of scope, before and after a seal; gives a part of the sealed ledger."""
    policy = scratch / "bundles.policy"
    ledger.output("trust", "policy", "-o", policy)
    unit, act = "unit:dns:nordlys.example/AAU-3900/SN0003", "act:dns:regulator.example/2026-17"
    scopes = {
        "unit": [unit, "--case", 'a "case" \\ ø'],
        "two": [unit, act],
        "org": ["--org", "dns:nordtel.example"],
        "type": ["--type", "type:dns:meridian.example/CS-7/A"],
        "slot": ["--slot", "slot:dns:nordtel.example/oslo/site-12/aau-1"],
        "range": ["--range", "10..20"],
        "time": ["--from", "2026-02-01T00:00:00Z", "--to", "2026-02-05T00:00:00Z"],
        "trust": [unit, "--trust", policy],
    }
    size = ledger.checkpoint()[1]
    runs = (
        [("whole", name) for name in ("unit", "range", "time")]
        + [("part", name) for name in scopes]
        + [("all", "range")]
    )
    sealed = False
    for kind, name in runs:
        if kind != "whole" and not sealed:
            ledger.output("seal")
            sealed = True
        what = scopes[name] if kind != "all" else ["--range", f"0..{size + 1}"]
        bundle = scratch / f"{kind}-{name}.zip"
        said = ledger.output("export", *what, "--key", ledger.keys / "regulator.pem", "-o", bundle).decode()
        found = tally.accepts(
            f"prova's bundle: {kind}, {name}", checks.verify, bundle.read_bytes(), policy.read_bytes()
        )
        if found is None:
            continue
        counted = re.search(r"(\d+) entries, (\d+) index proofs, (\d+) documents, (\d+) withheld", said)
        tally.equal(
            f"counts of {kind}, {name}",
            [int(number) for number in counted.groups()],
            [len(found.entries), found.proofs, found.documents, len(found.description["withheld"])],
        )
        tally.equal(f"seals of {kind}, {name}", found.seals, 0 if kind == "whole" else 1)
    return bag.read((scratch / "part-unit.zip").read_bytes())


class Asked:
    """Twins put to the second verifier, and some to prova at the same time."""

    def __init__(self, tally, ledger, scratch):
        self.tally, self.ledger, self.scratch, self.number, self.answers = tally, ledger, scratch, 0, []
        self.pool = concurrent.futures.ThreadPoolExecutor(2)

    def put(self, name, data, good, policy, prova):
        """One twin."""
        if good:
            self.tally.accepts(name, checks.verify, data, policy)
        else:
            self.tally.refuses(name, Refused, checks.verify, data, policy)
        if prova:
            self.number += 1
            self.answers.append((name, good, self.pool.submit(self.prova, self.number, data, policy)))

    def prova(self, number, data, policy):
        """Prova's exit code."""
        bundle, trust = self.scratch / f"twin-{number}.zip", self.scratch / f"twin-{number}.policy"
        bundle.write_bytes(data)
        trust.write_bytes(policy)
        code = self.ledger.run("verify", bundle, "--trust", trust).returncode
        bundle.unlink()
        trust.unlink()
        return code

    def close(self):
        """Prova agrees: 0 or, with findings, 4 where the second verifier accepts; 1, or 2 for a policy that is none, elsewhere."""
        self.tally.start("evidence, twins: prova")
        for name, good, answer in self.answers:
            code = answer.result()
            want = (6,) if name in UNANCHORED else (0, 4) if good else (1, 2)
            self.tally.holds(f"prova: {name}", code in want, f"exit code {code}")
        self.pool.shutdown()


def check(tally, ledger, scratch):
    """Vectors, examples, fixtures, exports, and twins of them all."""
    tally.start("evidence, vectors")
    vectors(tally)
    examples(tally)
    tally.start("evidence, bundles")
    policy = (BUNDLES / "trust.policy").read_bytes()
    base = {}
    for file in sorted(BUNDLES.glob("*.zip")):
        named = file.with_suffix(".policy")
        trust = named.read_bytes() if named.exists() else policy
        tally.accepts(f"bundle {file.name}", checks.verify, file.read_bytes(), trust)
        base[file.stem] = bag.read(file.read_bytes())
        tally.accepts(
            f"bundle {file.name}, packed and signed anew",
            checks.verify,
            forge.archive(forge.relisted(base[file.stem])),
            trust,
        )
    part = exports(tally, ledger, scratch)
    tally.start("evidence, twins")
    asked = Asked(tally, ledger, scratch)
    known = forge.Ledger(bag.numbered(base["unit"], "entries").values())

    def every(what, bundle, prova, *kinds):
        for kind in kinds:
            for name, data, good in kind(bundle):
                asked.put(f"{what}: {name}", data, good, policy, prova)

    for name in ("unit", "sealed"):
        every(name, base[name], False, twins.files, twins.hidden)
    every("range", base["range"], True, twins.documents)
    every("unit", base["unit"], True, twins.descriptions, twins.verdicts, twins.hands, twins.containers)
    every("sealed", base["sealed"], False, twins.descriptions, twins.verdicts)
    for what, found in (
        ("ledger", conspiracies.ledgers(base["unit"], known)),
        ("part", conspiracies.parts(base["sealed"], known)),
    ):
        for name, data, good in found:
            asked.put(f"{what}: {name}", data, good, policy, what == "ledger")
    for name, data, trust, good in conspiracies.witnessed(base["unit"], known):
        asked.put(f"policy: {name}", data, good, trust, True)
    own = (scratch / "bundles.policy").read_bytes()
    for name, data, good in [*twins.hidden(part), *twins.swapped(part)]:
        asked.put(f"exported: {name}", data, good, own, False)
    asked.close()
