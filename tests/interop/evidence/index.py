"""Terms, accumulators, the sealed map and index proofs (FORMAT.md §11)."""

import dataclasses

from . import ed25519, identifiers
from .statement import EVENT, REGISTRY
from .strict import Refused, decimal, need, sha256, unbase64

EMPTY = bytes(32)


def terms(entry, registry):
    """The terms of an entry; `registry` is that after it."""
    found = {f"id:{name}" for name in [*entry.links, *entry.mentions.components]}
    found |= {f"key:{name}" for name in entry.envelope.signatures}
    found |= {f"by:{registry.owners[name]}" for name in entry.envelope.signatures if name in registry.owners}
    found |= {f"alias:{alias}" for alias in entry.aliases}
    if entry.kind == EVENT:
        found |= {f"ref:{digest}" for digest in entry.mentions.documents | entry.mentions.entries}
        found |= {f"about:{name}" for name in entry.links if identifiers.kind(name) in ("type", "artefact")}
    if entry.kind == REGISTRY:
        found.add(f"id:ledger:{entry.predicate['ledger']}")
        for name, members in entry.actions:
            if name == "root":
                continue
            keys = [ed25519.key_id(ed25519.public(key)) for key in members.get("keys", []) + members.get("add", [])]
            keys += members.get("retire", []) + ([members["key"]] if "key" in members else [])
            found |= {f"key:{key}" for key in keys}
            found.add(f"by:{members['organisation']}")
    return found


def key(term):
    """Where a term stands in the map."""
    return sha256(b"\x11", term.encode("utf-8"))


def value(count, accumulator):
    """What stands there."""
    return sha256(b"\x12", count.to_bytes(8, "big"), accumulator)


def leaf(place, held):
    """A leaf of the map."""
    return sha256(b"\x13", place, held)


def node(left, right):
    """An inner node of the map."""
    return sha256(b"\x14", left, right)


def bit(place, depth):
    """The bit of a key at a depth."""
    return place[depth // 8] >> (7 - depth % 8) & 1


class Index:
    """Term to count and accumulator, entry by entry."""

    def __init__(self):
        self.lists = {}

    def add(self, entry, found):
        """An entry under its terms."""
        for term in found:
            count, accumulator = self.lists.get(term, (0, EMPTY))
            self.lists[term] = count + 1, sha256(b"\x10", accumulator, entry.index.to_bytes(8, "big"), entry.leaf)

    def leaves(self):
        """The map's keys and leaf hashes, ascending."""
        return sorted((key(term), leaf(key(term), value(*held))) for term, held in self.lists.items())

    def root(self):
        """The root of the map."""
        return subtree(self.leaves(), 0)


def subtree(leaves, depth):
    """The hash of a subtree: empty, its one leaf, or a node."""
    if len(leaves) <= 1:
        return leaves[0][1] if leaves else EMPTY
    right = next((at for at, (place, _) in enumerate(leaves) if bit(place, depth)), len(leaves))
    return node(subtree(leaves[:right], depth + 1), subtree(leaves[right:], depth + 1))


@dataclasses.dataclass(frozen=True)
class Proof:
    """What the map of a seal holds for a term: count and accumulator, or (0, empty)."""

    term: str
    count: int
    accumulator: bytes
    start: bytes
    siblings: list

    def root(self):
        """The root that it leads to."""
        place, found = key(self.term), self.start
        for at, sibling in enumerate(self.siblings):
            pair = (sibling, found) if bit(place, len(self.siblings) - 1 - at) else (found, sibling)
            found = node(*pair)
        return found


def shared(a, b):
    """How many leading bits two keys share."""
    return 256 - (int.from_bytes(a, "big") ^ int.from_bytes(b, "big")).bit_length()


def read(data):
    """An index proof from its bytes."""
    need(len(data) <= 16384, "index proof of", len(data), "bytes")
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise Refused(f"index proof: {error}") from error
    need(len(lines) >= 4 and lines.pop() == "", "index proof without its last line feed")
    need(lines[0] == "urn:prova:index-proof:1" and lines[1].startswith("term "), "no index proof")
    term = identifiers.term(lines[1].removeprefix("term "))
    siblings = [EMPTY if line == "-" else unbase64(line, 32) for line in lines[3:]]
    need(EMPTY not in [unbase64(line, 32) for line in lines[3:] if line != "-"], "an empty subtree not written as «-»")
    need(len(siblings) <= 256, len(siblings), "siblings")
    need(not siblings or siblings[0] != EMPTY, "first sibling is empty")
    outcome = lines[2].split(" ")
    if outcome == ["absent"]:
        return Proof(term, 0, EMPTY, EMPTY, siblings)
    need(len(outcome) == 3 and outcome[0] in ("listed", "absent"), "outcome", lines[2])
    if outcome[0] == "absent":
        place, held = unbase64(outcome[1], 32), unbase64(outcome[2], 32)
        need(place != key(term), "absent, but ends in the term's own leaf")
        need(shared(place, key(term)) >= len(siblings), "absent, but ends elsewhere")
        return Proof(term, 0, EMPTY, leaf(place, held), siblings)
    count, accumulator = decimal(outcome[1]), unbase64(outcome[2], 32)
    need(count, "listed without an entry")
    return Proof(term, count, accumulator, leaf(key(term), value(count, accumulator)), siblings)
