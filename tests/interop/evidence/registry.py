"""Who speaks, replayed entry by entry (FORMAT.md §7, §8)."""

import base64
import pathlib

from . import ed25519, events
from .statement import CHARTER, root
from .strict import need, sha256

NAMES = pathlib.Path(__file__).resolve().parents[3] / "keys"
MOST_KEYS = 16
MOST_ROTATIONS = 32


def published():
    """The key ids of `keys/`: those of a DER SubjectPublicKeyInfo are its SHA-256."""
    return {
        sha256(base64.b64decode("".join(file.read_text().split("\n")[1:-2]))).hex() for file in NAMES.glob("*.pub.pem")
    }


class Organisation:
    """A participant."""

    def __init__(self, roles, parent):
        self.roles, self.parent, self.suspended = set(roles), parent, False
        self.head, self.rotations = None, 0


class Registry:
    """The state after the entries so far. `keys`: raw bytes by key id, `owners`: every participant's key ever, `used`: those in use,
    `since`: the entry that brought each into use, `brought`: the own keys that signed it, `words`: the root's last about a key. `head`: the leaf of the root's last entry."""

    def __init__(self, charter):
        need(charter.kind == CHARTER and charter.index == 0, "entry 0 is no charter")
        self.production = charter.predicate["purpose"] == "production"
        self.origin = charter.predicate["origin"]
        self.log = ed25519.public(charter.predicate["logKey"])
        self.log_id = ed25519.key_id(self.log)
        self.keys, self.owners, self.since, self.organisations = {}, {}, {}, {}
        self.used, self.words, self.reasons, self.brought = set(), {}, {}, {}
        self.head = charter.leaf
        self.known(charter.predicate["logKey"])
        self.set_root(charter.predicate["root"])
        charter.envelope.verify(self.keys)
        need(set(charter.envelope.signatures) <= set(self.root), "charter signed by a key that is not of its root")
        self.met(self.threshold, self.root, charter)

    def known(self, text):
        """Remembers a key; the published ones are not for production."""
        key = ed25519.public(text)
        name = ed25519.key_id(key)
        need(not (self.production and name in published()), "published test key", name)
        self.keys[name] = key
        return name

    def set_root(self, value):
        """A new set of root keys."""
        self.threshold, self.root = root(value)
        need(self.log_id not in self.root, "the log key as root key")
        for part in value["keys"]:
            self.known(part["key"])

    @staticmethod
    def met(threshold, keys, entry):
        """Keys of enough organisations signed."""
        signed = {keys[name] for name in entry.envelope.signatures if name in keys}
        need(
            len(signed) >= threshold,
            "entry",
            entry.index,
            "signed by",
            len(signed),
            "of",
            threshold,
            "root organisations",
        )

    def speaks(self, name):
        """The organisation whose key this is, if the key is in use and the organisation not suspended."""
        owner = self.owners.get(name)
        return owner if name in self.used and not self.organisations[owner].suspended else None

    def event(self, entry):
        """Signatures, and whether the signers may say it (§8.2, §8.3)."""
        entry.envelope.verify(self.keys)
        speakers = [self.speaks(name) for name in entry.envelope.signatures]
        need(None not in speakers, "entry", entry.index, "signed by a key that does not speak")
        by, role = entry.predicate["by"], entry.predicate["role"]
        need(by in speakers, "entry", entry.index, "not signed by", by)
        need(role in self.organisations[by].roles, by, "is no", role)
        need(role in events.EVENTS[entry.name][0].split(), role, "may not say", entry.name)

    def owner(self, signers):
        """The organisation by whose own keys, and no root key, a registry entry is signed."""
        return None if set(signers) & set(self.root) else self.organisations.get(self.owners.get(min(signers)))

    def head_of(self, signers):
        """The leaf that a registry entry with these signers follows (§7)."""
        return (self.owner(signers) or self).head

    def act(self, entry):
        """Admits a registry entry."""
        name, said = entry.name, entry.members
        self.own = self.owner(entry.envelope.signatures)
        follows = entry.links.get(f"ledger:{self.origin}")
        need(follows == self.head_of(entry.envelope.signatures), "entry", entry.index, "does not follow the last one")
        if name == "root":
            for part in said["keys"]:
                identity = self.known(part["key"])
                need(identity not in self.owners and identity != self.log_id, "a participant's key as root key")
        entry.envelope.verify(self.keys)
        self.entitled(entry, name, said)
        getattr(self, f"on_{name}")(said, entry)
        (self.own or self).head = entry.leaf

    def entitled(self, entry, name, said):
        """The signers are those of the table of §7, and no others."""
        signers = set(entry.envelope.signatures)
        if name == "root":
            threshold, keys = root(said)
            need(signers <= set(self.root) | set(keys), "entry", entry.index, "has a signer that is not of the roots")
            self.met(threshold, keys, entry)
            self.met(self.threshold, self.root, entry)
            return
        own = set()
        if name in ("rotate", "revoke"):
            whose = said["organisation"] if name == "rotate" else self.owners.get(said["key"])
            own = {key for key in signers if whose is not None and self.speaks(key) == whose}
        need(signers <= set(self.root) | own, "entry", entry.index, "has a signer that may not say", name)
        if not own or signers & set(self.root):
            self.met(self.threshold, self.root, entry)

    def fresh(self, keys, organisation, entry):
        """Takes keys into use that are and were nobody's."""
        for text in keys:
            name = ed25519.key_id(ed25519.public(text))
            need(name not in self.owners and name not in self.root and name != self.log_id, "key is somebody's:", name)
            self.owners[self.known(text)] = organisation
            self.since[name] = entry.index
            self.brought[name] = sorted(entry.envelope.signatures) if self.own else []
            self.used.add(name)

    def count(self, organisation):
        """An organisation has 1 to 16 keys in use."""
        count = sum(self.owners[name] == organisation for name in self.used)
        need(1 <= count <= MOST_KEYS, organisation, "has", count, "keys")

    def of(self, said):
        """The enrolled organisation that an action is about."""
        need(said["organisation"] in self.organisations, "not enrolled:", said["organisation"])
        return self.organisations[said["organisation"]]

    def upwards(self, organisation):
        """No organisation is above itself."""
        seen = set()
        while organisation in self.organisations:
            need(organisation not in seen, "parents in a circle")
            seen.add(organisation)
            organisation = self.organisations[organisation].parent

    def on_enrol(self, said, entry):
        """A new participant."""
        name = said["organisation"]
        need(name not in self.organisations, "enrolled already:", name)
        need(said.get("roles"), "no role:", name)
        self.organisations[name] = Organisation(said["roles"], said.get("parent"))
        self.upwards(name)
        self.fresh(said.get("keys", []), name, entry)
        self.count(name)

    def on_change(self, said, _):
        """Other roles or another parent."""
        held = self.of(said)
        need(said.get("roles", True), "no role:", said["organisation"])
        held.roles = set(said.get("roles", held.roles))
        if "parent" in said:
            held.parent = None if said["parent"] == said["organisation"] else said["parent"]
        self.upwards(said["organisation"])

    def on_rotate(self, said, entry):
        """Keys come and go; by the organisation itself 32 times until the root says so."""
        held = self.of(said)
        need(not self.own or held.rotations < MOST_ROTATIONS, said["organisation"], "rotated too often")
        held.rotations = held.rotations + 1 if self.own else 0
        for name in set(said.get("retire", [])):
            need(name in self.used and self.owners[name] == said["organisation"], "retired, but not in use:", name)
            self.used.remove(name)
        self.fresh(said.get("add", []), said["organisation"], entry)
        self.count(said["organisation"])

    def on_revoke(self, said, entry):
        """A key speaks no more."""
        name, start = said["key"], said.get("distrustFrom")
        need(name in (self.used if self.own else self.owners), "cannot be revoked:", name)
        need(start is None or start <= entry.index, "distrusted from a later entry")
        if not self.own and (start is not None or name in self.distrusted):
            self.words[name] = start
        self.reasons[name] = said["reason"]
        self.used.discard(name)

    @property
    def distrusted(self):
        """From which entry on each distrusted key is not believed, and why (§7)."""
        found = {}
        for name in sorted(self.owners, key=lambda name: self.since[name]):
            if name in self.words:
                named = (self.words[name], name) if self.words[name] is not None else None
            else:
                above = [found.get(key) for key in self.brought[name]]
                void = above and all(part and part[0] <= self.since[name] for part in above)
                named = (self.since[name], above[0][1]) if void else None
            if named:
                found[name] = named
        return {name: (start, self.reasons[of]) for name, (start, of) in found.items()}

    def on_suspend(self, said, _):
        """An organisation speaks no more."""
        held = self.of(said)
        need(not held.suspended, "suspended already")
        held.suspended = True

    def on_reinstate(self, said, _):
        """It speaks again."""
        held = self.of(said)
        need(held.suspended, "not suspended")
        held.suspended = False

    def on_root(self, said, _):
        """Other root keys."""
        self.set_root(said)
