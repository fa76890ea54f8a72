"""Statements (FORMAT.md §4), and entries: an envelope around one."""

import dataclasses

from . import ed25519, envelope, events, identifiers
from .events import Mentions, shape, shaped
from .strict import need, number, parse, sha256, timestamp, unhex

PREFIX = "urn:prova:"
CHARTER, REGISTRY, EVENT, SEAL = (f"{PREFIX}{name}:1" for name in ("charter", "registry", "event", "seal"))


def public_key(value, _):
    """A reader of public keys."""
    ed25519.public(value)


ROOT = shape("threshold number, keys*", keys=shape("organisation organisation, key", key=public_key))
FOREIGN = shape("origin, index number, leaf hex, proof? hex", origin=lambda value, _: identifiers.origin(value))
NOTES = {"prev? hex": None, "number? number": None, "from?": FOREIGN, "aliases*": lambda value, _: identifiers.alias(value)}
ACTIONS = {
    "enrol": shape(
        "organisation organisation, name text, jurisdiction country, parent? organisation, roles* role, keys*",
        keys=public_key,
    ),
    "change": shape("organisation organisation, name? text, jurisdiction? country, parent? organisation, roles?* role"),
    "rotate": shape("organisation organisation, add*, retire* hex", add=public_key),
    "revoke": shape("organisation organisation, key hex, reason text, distrustFrom? number"),
    "distrust": shape("organisation organisation, key? hex, from? number, reason text"),
    "keys": shape("organisation organisation, keys*", keys=public_key),
    "suspend": shape("organisation organisation, reason text"),
    "reinstate": shape("organisation organisation, reason text"),
    "root": ROOT,
}


@dataclasses.dataclass
class Entry:
    """A decoded entry: `links` are subject to `prev` or None, `numbers` to the number of the root's statement."""

    index: int
    leaf: bytes
    envelope: envelope.Envelope
    kind: str
    predicate: dict
    links: dict
    numbers: dict
    foreign: set
    aliases: set
    name: str = ""
    mentions: Mentions = dataclasses.field(default_factory=Mentions)

    @property
    def members(self):
        """What the event says."""
        return self.predicate["event"][self.name]

    @property
    def actions(self):
        """Name and members of each action of a registry entry, in their order."""
        return [next(iter(action.items())) for action in self.predicate["actions"]]


def root(value):
    """A set of root keys (§7): the threshold, and key id to organisation."""
    shaped(value, ROOT, Mentions())
    need("keys" in value and 1 <= len(value["keys"]) <= 32, "number of root keys")
    keys = {ed25519.key_id(ed25519.public(part["key"])): part["organisation"] for part in value["keys"]}
    need(len(keys) == len(value["keys"]), "a root key twice")
    need(1 <= value["threshold"] <= len(set(keys.values())), "threshold", value["threshold"])
    return value["threshold"], keys


def subject(value, found):
    """One subject; fills in links, foreign links' proofs and aliases."""
    links, numbers, foreign, aliases = found
    need(isinstance(value, dict), "no subject:", value)
    name = value.get("name")
    kind = identifiers.kind(name)
    need(name not in links, "subject twice:", name)
    digest = value.get("digest")
    need(isinstance(digest, dict) and all(isinstance(part, str) for part in digest.values()), "digest of", name)
    want = name.rpartition(":")[2] if kind == "artefact" else sha256(name.encode("utf-8")).hex()
    need(digest.get("sha256") == want, "digest of", name)
    notes = value.get("annotations", {})
    need(isinstance(notes, dict), "annotations of", name)
    shaped(notes, NOTES, Mentions())
    links[name] = unhex(notes["prev"]) if "prev" in notes else None
    numbers |= {name: notes["number"]} if "number" in notes else {}
    need(not {"prev", "from"} <= set(notes), "both prev and from:", name)
    foreign.update({notes["from"]["proof"]} if "proof" in notes.get("from", {}) else ())
    listed = notes.get("aliases", [])
    need(len(listed) <= 32, "aliases of", name)
    for alias in listed:
        if identifiers.alias(alias) in identifiers.INSTANCES:
            aliases.add(alias)


def limited(value):
    """No text of more than 2,048 bytes, no list of more than 256 members, wherever it stands (§4)."""
    if isinstance(value, str):
        need(len(value.encode("utf-8", "surrogatepass")) <= 2048, "text too long:", value)
    elif isinstance(value, list):
        need(len(value) <= 256, "list too long")
        for part in value:
            limited(part)
    elif isinstance(value, dict):
        for name, part in value.items():
            limited(name)
            limited(part)


def payload(data):
    """Kind, predicate, links, numbers, proofs of foreign links, instance aliases, name of the event, mentions."""
    whole = parse(data)
    limited(whole)
    need(isinstance(whole, dict) and whole.get("_type") == "https://in-toto.io/Statement/v1", "no statement")
    need(isinstance(whole.get("subject"), list) and whole["subject"], "no subject")
    links, numbers, foreign, aliases = found = {}, {}, set(), set()
    for part in whole["subject"]:
        subject(part, found)
    kind, predicate = whole.get("predicateType"), whole.get("predicate")
    need(kind in (CHARTER, REGISTRY, EVENT, SEAL), "predicate type", kind)
    need(isinstance(predicate, dict), "no predicate")
    need(predicate.get("critical", []) == [], "critical members that version 1 does not know")
    need(kind == REGISTRY or not numbers, "a number in no statement of the root")
    if kind == EVENT:
        name, mentions = events.check(predicate, list(links))
        return kind, predicate, *found, name, mentions
    timestamp(predicate.get("time"))
    if kind == REGISTRY:
        acts(predicate, found)
    else:
        about = "index" if kind == SEAL else "ledger"
        need(len(links) == 1 and identifiers.kind(next(iter(links))) == about, "not about the", about)
        government(kind, predicate, links)
    return kind, predicate, *found, "", Mentions()


def acts(predicate, found):
    """The actions of the registry, and that the subjects are what they are about (§7)."""
    links, numbers, foreign, aliases = found
    ledger, by, actions = predicate.get("ledger"), predicate.get("by"), predicate.get("actions")
    identifiers.origin(ledger)
    need(isinstance(actions, list) and 1 <= len(actions) <= 64, "number of actions")
    names, about = [], set()
    for action in actions:
        need(isinstance(action, dict) and len(action) == 1, "action has not one member")
        ((name, members),) = action.items()
        need(name in ACTIONS, "unknown action", name)
        shaped(members, ACTIONS[name], Mentions())
        if name == "root":
            root(members)
        names.append(name)
        about.add(f"org:{members['organisation']}" if name != "root" else f"ledger:{ledger}")
    need(names.count("root") <= 1, "two roots")
    need(list(links) == sorted(about), "subjects unlike the actions:", list(links))
    need(not foreign and not aliases, "from or aliases in a registry entry")
    if by is not None:
        identifiers.organisation(by)
        need(about == {f"org:{by}"} and set(names) <= {"rotate", "revoke"}, "not of itself alone")
        need(not numbers, "a number in an own statement")
    else:
        need(set(numbers) == about and set(links.values()) == {None}, "the root's without number, or with prev")


def government(kind, predicate, links):
    """The predicates of the charter (§7) and of seals (§11)."""
    if kind == CHARTER:
        need(
            identifiers.origin(predicate.get("origin")) == next(iter(links)).partition(":")[2],
            "charter of another ledger",
        )
        need(links[f"ledger:{predicate['origin']}"] is None, "charter with prev")
        need(predicate.get("purpose") in ("production", "test"), "purpose")
        ed25519.public(predicate.get("logKey"))
        root(predicate.get("root"))
        return
    for member in ("size", "terms"):
        number(predicate.get(member))
    unhex(predicate.get("root"))


def entry(index, data):
    """An entry from its bytes."""
    found = envelope.read(data)
    return Entry(index, sha256(b"\0", data), found, *payload(found.payload))
