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

    def __init__(self, name, roles, parent):
        self.name, self.roles, self.parent, self.suspended = name, set(roles), parent, False
        self.head, self.rotations, self.number = None, 0, 0


class Registry:
    """The state after the entries so far. `keys`: raw bytes by key id, `owners`: every participant's key ever, `used`: those in use,
    `since`: the entry that brought each into use, `brought`: the own key that signed it, `words`: the root's last about a key, from where
    on it is distrusted, if it is, and why.
    `number`: that of the root's next statement about the ledger."""

    def __init__(self, charter):
        need(charter.kind == CHARTER and charter.index == 0, "entry 0 is no charter")
        self.production = charter.predicate["purpose"] == "production"
        self.origin = charter.predicate["origin"]
        self.log = ed25519.public(charter.predicate["logKey"])
        self.log_id = ed25519.key_id(self.log)
        self.keys, self.owners, self.since, self.organisations = {}, {}, {}, {}
        self.used, self.words, self.brought = set(), {}, {}
        self.number = 0
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

    def stands(self, entry, organisations):
        """One key of each of these organisations signed, and no other (§8)."""
        speakers = [self.speaks(name) for name in entry.envelope.signatures]
        need(None not in speakers, "entry", entry.index, "signed by a key that does not speak")
        need(sorted(speakers) == sorted(organisations), "entry", entry.index, "signed by", speakers)

    def event(self, entry):
        """Signatures, and whether the signers may say it (§8.2, §8.3)."""
        entry.envelope.verify(self.keys)
        need(entry.predicate["ledger"] == self.origin, "for another ledger")
        by, role = entry.predicate["by"], entry.predicate["role"]
        self.stands(entry, [by, *entry.predicate.get("with", [])])
        need(role in self.organisations[by].roles, by, "is no", role)
        need(role in events.EVENTS[entry.name][0].split(), role, "may not say", entry.name)

    def place(self, subject, by=None):
        """What the next statement about a subject has: the leaf of the organisation's own last one, or the root's number."""
        held = self.organisations.get(subject.partition(":")[2]) if subject.startswith("org:") else self
        if by is not None:
            return held and held.head
        return held.number if held else 0

    def act(self, entry):
        """Admits a registry entry: all its actions, or none."""
        by, actions = entry.predicate.get("by"), entry.actions
        need(entry.predicate["ledger"] == self.origin, "for another ledger")
        for subject, prev in entry.links.items():
            got = prev if by is not None else entry.numbers[subject]
            need(got == self.place(subject, by), "entry", entry.index, "does not follow the last one about", subject)
        new = next((said for name, said in actions if name == "root"), None)
        for part in new["keys"] if new else []:
            need(self.known(part["key"]) != self.log_id, "the log key as root key")
        entry.envelope.verify(self.keys)
        if by is not None:
            self.stands(entry, [by])
        else:
            self.rooted(entry, new)
        self.own = by and next(iter(entry.envelope.signatures))
        for place, (name, said) in enumerate(actions, 1):
            self.later = actions[place:]
            getattr(self, f"on_{name}")(said, entry)
        for subject in entry.links:
            held = self.organisations[subject.partition(":")[2]] if subject.startswith("org:") else self
            if by is not None:
                held.head = entry.leaf
            else:
                held.number += 1

    def rooted(self, entry, new):
        """Signed by root keys alone, and by enough of them (§7)."""
        signers, keys = set(entry.envelope.signatures), {}
        if new is not None:
            threshold, keys = root(new)
            self.met(threshold, keys, entry)
        need(signers <= set(self.root) | set(keys), "entry", entry.index, "has a signer that is not of the root")
        self.met(self.threshold, self.root, entry)

    def fresh(self, keys, organisation, entry):
        """Takes keys into use that are and were nobody's."""
        for text in keys:
            name = ed25519.key_id(ed25519.public(text))
            need(name not in self.owners and name not in self.root and name != self.log_id, "key is somebody's:", name)
            self.owners[self.known(text)] = organisation
            self.since[name] = entry.index
            self.brought[name] = self.own
            self.used.add(name)

    def count(self, organisation):
        """An organisation has 1 to 16 keys in use."""
        count = sum(self.owners[name] == organisation for name in self.used)
        need(1 <= count <= MOST_KEYS, organisation, "has", count, "keys")

    def of(self, said):
        """The enrolled organisation that an action is about."""
        need(said["organisation"] in self.organisations, "not enrolled:", said["organisation"])
        return self.organisations[said["organisation"]]

    def named(self, organisation, name):
        """The name is one, and no other organisation's (§7)."""

        def folded(text):
            kept = (part for part in text if part > "\x7f" or part.isalnum())
            return "".join(part if part > "\x7f" else part.lower() for part in kept)

        others = {folded(held.name) for other, held in self.organisations.items() if other != organisation}
        need(folded(name) and folded(name) not in others, "name of another, or none:", name)

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
        self.named(name, said["name"])
        self.organisations[name] = Organisation(said["name"], said["roles"], said.get("parent"))
        self.upwards(name)
        self.fresh(said.get("keys", []), name, entry)
        self.count(name)

    def on_change(self, said, _):
        """Other roles or another parent."""
        held = self.of(said)
        need(said.get("roles", True), "no role:", said["organisation"])
        held.roles = set(said.get("roles", held.roles))
        if "name" in said:
            self.named(said["organisation"], said["name"])
            held.name = said["name"]
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
        need(name in self.used and self.owners[name] == said["organisation"], "cannot be revoked:", name)
        need(start is None or self.own and start <= entry.index, "distrust asked for by the root, or of a later entry")
        self.used.discard(name)

    def on_distrust(self, said, entry):
        """The root's word about a key, or about all that an organisation ever had."""
        held, start, name = self.of(said), said.get("from"), said.get("key")
        need(start is None or start <= entry.index, "distrusted from a later entry")
        theirs = [key for key, owner in self.owners.items() if owner == said["organisation"]]
        need(name is None or name in theirs, "not a key of", said["organisation"])
        for key in theirs if name is None else [name]:
            self.words[key] = start, said["reason"]
        kept = any(other == "keys" and of["organisation"] == said["organisation"] for other, of in self.later)
        if name is None and start is not None and not kept:
            held.suspended = True

    def on_keys(self, said, entry):
        """Exactly these keys are in use."""
        held, organisation = self.of(said), said["organisation"]
        listed = {ed25519.key_id(ed25519.public(text)): text for text in said.get("keys", [])}
        need(len(listed) == len(said.get("keys", [])), "a key twice")
        used = {name for name in self.used if self.owners[name] == organisation}
        self.used -= used - set(listed)
        self.fresh([text for name, text in listed.items() if name not in used], organisation, entry)
        self.count(organisation)
        for name in listed:
            start, _ = self.words.setdefault(name, (None, None))
            need(start is None, "kept, but distrusted:", name)
        held.rotations = 0

    @property
    def distrusted(self):
        """From which entry on each distrusted key is not believed, and why (§7)."""
        found = {}
        for name in sorted(self.owners, key=lambda name: self.since[name]):
            above = found.get(self.brought[name])
            if name in self.words:
                named = self.words[name] if self.words[name][0] is not None else None
            else:
                named = (self.since[name], above[1]) if above and above[0] <= self.since[name] else None
            if named:
                found[name] = named
        return found

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
        for part in said["keys"]:
            need(ed25519.key_id(ed25519.public(part["key"])) not in self.owners, "a participant's key as root key")
        self.set_root(said)
