"""Verifying a bundle (FORMAT.md §14)."""

import collections
import dataclasses

from . import bag, custody, identifiers, index, note, statement, tree, verdict
from . import description as descriptions
from .index import Index
from .policy import Policy
from .registry import Registry
from .statement import CHARTER, EVENT, REGISTRY, SEAL
from .strict import need, unhex

NOT_CHECKED = [
    "lives and findings (§9), but for distrusted keys: findings and gaps are taken from the exporter's verdict, their form is checked",
    "traced and consulted components (§14): that lives lead to these and no others",
    "data/report.html and data/README.txt beyond their digests",
    "the canonical form of pkg: and cpe: aliases (§5) beyond its outline",
]


@dataclasses.dataclass
class Evidence:
    """What was verified."""

    description: dict
    entries: dict
    signatures: int
    proofs: int
    seals: int
    documents: int
    handovers: list
    findings: list
    gaps: list


class Replay:
    """Entries in ascending order: the registry, the chains and the index."""

    def __init__(self, description):
        self.description = description
        self.whole = descriptions.whole(description)
        self.followed = descriptions.followed(description)
        self.registry = None
        self.heads = {}
        self.chains = collections.defaultdict(list)
        self.index = Index()
        self.terms = {}
        self.seals = set()
        self.events = []

    def take(self, entry):
        """One entry: entitled, linked, and under its terms (§8, §14 steps 2 to 4)."""
        if entry.index == 0:
            self.registry = Registry(entry)
            need(self.registry.origin == self.description["origin"], "charter of another ledger")
        need(self.registry is not None, "entry 0 is missing")
        need((entry.kind == CHARTER) == (entry.index == 0), "charter at", entry.index)
        if entry.kind == REGISTRY:
            self.registry.act(entry)
        elif entry.kind == EVENT:
            self.registry.event(entry)
            self.events.append(entry)
        elif entry.kind == SEAL:
            self.seal(entry)
        self.link(entry)
        self.terms[entry.index] = index.terms(entry, self.registry)
        need(entry.kind != EVENT or len(self.terms[entry.index]) <= 1024, "too many terms:", entry.index)
        if self.whole or entry.index < self.description["seal"]["size"]:
            self.index.add(entry, self.terms[entry.index])

    def seal(self, entry):
        """Signed by the ledger's key alone, about the entries before it; true where they are all here."""
        need(list(entry.envelope.signatures) == [self.registry.log_id], "seal by another key at", entry.index)
        entry.envelope.verify({self.registry.log_id: self.registry.log})
        need(entry.predicate["size"] == entry.index, "seal of another size at", entry.index)
        if self.whole:
            stated = entry.predicate["terms"], unhex(entry.predicate["root"])
            need(stated == (len(self.index.lists), self.index.root()), "false seal at", entry.index)
        named = self.description.get("seal")
        if named and named["index"] == entry.index:
            need(entry.predicate["root"] == named["root"], "seal states another root")
        self.seals.add(entry.index)

    def link(self, entry):
        """The links of followed subjects, of the registry, and of seals after the one that is named (§8.4)."""
        for name, prev in entry.links.items():
            kind = identifiers.kind(name)
            if kind == "org":
                continue  # the registry looks at its own
            if kind in ("ledger", "index"):
                need(name == f"{kind}:{self.registry.origin}", "about another ledger:", name)
            known = kind != "ledger" and (self.whole or name in self.followed)
            if kind == "index" and not self.whole:
                known = entry.index > self.description["seal"]["index"]
            if known and kind == "index":
                need(prev == self.heads.get(name), "entry", entry.index, "does not follow the seal before it")
            elif known:
                self.follow(entry, prev, self.chains[name])
            self.heads[name] = entry.leaf
            self.chains[name].append(entry)

    def follow(self, entry, prev, chain):
        """The event follows an entry of the chain, and all in it that one of its own keys signed (§8.4)."""
        seen = [number for number, before in enumerate(chain) if before.leaf == prev]
        need(prev is None or seen, "entry", entry.index, "follows none of its chain")
        for later in chain[seen[0] + 1 if seen else 0 :]:
            own = set(later.envelope.signatures) & set(entry.envelope.signatures)
            need(not own, "entry", entry.index, "does not follow entry", later.index, "by its own key")

    def complete(self, proofs):
        """That these are all entries and no others; `proofs`: index proofs by the hex of their key."""
        held = set(self.terms)
        seal = self.description.get("seal")
        need(seal is None or seal["index"] in self.seals, "the seal is missing")
        if self.whole:
            need(not proofs, "index proofs in a whole bundle")
            need(held == set(range(self.description["size"])), "entries missing of the tree")
            return
        wanted = descriptions.terms(self.description)
        need(set(proofs) == {index.key(term).hex() for term in wanted}, "index proofs of other terms")
        for term in wanted:
            proof = proofs[index.key(term).hex()]
            need(proof.term == term, "index proof of another term:", proof.term)
            need(proof.root() == unhex(seal["root"]), "index proof leads to another root:", term)
            need(
                self.index.lists.get(term, (0, index.EMPTY)) == (proof.count, proof.accumulator),
                "not the entries under",
                term,
            )
        reach = self.description["scope"].get("range", {"from": 0, "to": 0})
        whole = {*range(reach["from"], reach["to"]), *range(seal["size"], self.description["size"])}
        need(whole <= held, "entries missing:", sorted(whole - held))
        stray = {number for number in held - whole if not self.terms[number] & wanted}
        need(not stray, "entries that nothing asks for:", sorted(stray))

    def primary(self):
        """The components that the scope leads to."""
        kind, about = next(iter(self.description["scope"].items()))
        if kind == "components":
            return set(about)
        kinds = {"type": {"unit"}, "slot": {"unit", "artefact"}}.get(kind, {*identifiers.COMPONENTS, "act"})
        chosen = {
            "organisation": lambda entry: f"by:{about}" in self.terms[entry.index],
            "range": lambda entry: about["from"] <= entry.index < about["to"],
            "time": lambda entry: about["from"] <= entry.predicate["time"] <= about["to"],
        }.get(kind, lambda entry: f"id:{about}" in self.terms[entry.index])
        found = {
            name for entry in self.events if chosen(entry) for name in entry.links if identifiers.kind(name) in kinds
        }
        return found | ({about} if kind in ("type", "slot") else set())

    def documents(self):
        """Those that entries about the closure name."""
        about = [entry for entry in self.events if self.followed & set(entry.links)]
        return {digest for entry in about for digest in entry.mentions.documents | entry.foreign}


def included(files, description):
    """Every entry, proved to be in the checkpoint's tree (§14 step 1); and the checkpoint."""
    checkpoint = note.checkpoint(files["data/checkpoint"])
    stated = description["origin"], description["size"], unhex(description["root"])
    need((checkpoint.origin, checkpoint.size, checkpoint.root) == stated, "checkpoint of another origin, size or root")
    raw, proofs = bag.numbered(files, "entries"), bag.numbered(files, "proofs")
    need(set(raw) == set(proofs), "entries and proofs differ")
    need(len(raw) == description["entries"], len(raw), "entries, want", description["entries"])
    entries = {}
    for place, data in sorted(raw.items()):
        number, hashes, signed = note.tlog_proof(proofs[place])
        need(number == place and signed == files["data/checkpoint"], "proof of another entry or checkpoint at", place)
        entry = statement.entry(place, data)
        tree.included(entry.leaf, place, checkpoint.size, hashes, checkpoint.root)
        entries[place] = entry
    return checkpoint, entries


def verify(data, trust=None):
    """A bundle from the bytes of its archive; `trust`: those of a policy file."""
    files = bag.read(data)
    description = descriptions.read(files["data/bundle.json"])
    need(files["bag-info.txt"] == bag.info(description, files), "bag-info.txt is not that of the description")
    checkpoint, entries = included(files, description)
    replay = Replay(description)
    for entry in entries.values():
        replay.take(entry)
    registry = replay.registry
    need(registry is not None, "no entries")
    need(
        checkpoint.signed(note.key(registry.origin, note.LOG, registry.log)),
        "the ledger's key did not sign the checkpoint",
    )
    if trust is not None:
        Policy(trust).accept(checkpoint)
    proofs = {
        name.rsplit("/", 1)[1].removesuffix(".index-proof"): index.read(content)
        for name, content in files.items()
        if name.startswith("data/index/")
    }
    replay.complete(proofs)
    need(
        list(description["closure"]["primary"]) == sorted(replay.primary(), key=identifiers.order), "primary components"
    )
    here = {name.rsplit("/", 1)[1] for name in files if name.startswith("data/attachments/")}
    withheld = {part["sha256"] for part in description["withheld"]}
    need(not here & withheld, "documents here and withheld")
    need(here | withheld == replay.documents(), "documents missing or stray:", here | withheld ^ replay.documents())
    handovers = custody.check(files, description, registry)
    findings, gaps = verdict.check(files, description, checkpoint, replay.events, registry)
    signatures = sum(len(entry.envelope.signatures) for entry in entries.values())
    return Evidence(
        description, entries, signatures, len(proofs), len(replay.seals), len(here), handovers, findings, gaps
    )
