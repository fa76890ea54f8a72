"""The exporter's signature and the hand-overs (FORMAT.md §14)."""

from . import bag, envelope, identifiers
from .description import words
from .strict import compact, members, need, parse, sha256, timestamp, unhex

BUNDLE, CUSTODY = "urn:prova:bundle:1", "urn:prova:bundle-custody:1"


def statement(kind, predicate, tag):
    """The one form of the payload."""
    subject = {"name": "tagmanifest-sha256.txt", "digest": {"sha256": sha256(tag).hex()}}
    return compact(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [subject],
            "predicateType": kind,
            "predicate": predicate,
        }
    )


def signed(data, kind, files):
    """An envelope with one signature; its predicate and the signer's key id."""
    found = envelope.read(data)
    need(len(found.signatures) == 1, "signatures on a hand-over")
    predicate = parse(found.payload).get("predicate")
    need(isinstance(predicate, dict), "no predicate")
    need(
        found.payload == statement(kind, predicate, files["tagmanifest-sha256.txt"]),
        "not about this bundle, or not in its form",
    )
    return found, predicate, next(iter(found.signatures))


def exporter(description):
    """The predicate that the exporter signs."""
    return {
        name: description[name] for name in ("exporter", "at", "origin", "size", "root", "case") if name in description
    }


def check(files, description, registry):
    """Who exported, and who handed over; the organisations that did."""
    found, predicate, key = signed(files["signature.dsse.json"], BUNDLE, files)
    need(
        predicate == exporter(description) and list(predicate) == list(exporter(description)),
        "signed another description",
    )
    who = description["exporter"]
    held = registry.organisations.get(who)
    need(held is not None and "auditor" in held.roles and not held.suspended, "may not export:", who)
    need(registry.speaks(key) == who, "not signed by its exporter")
    found.verify(registry.keys)
    before, hands = files["signature.dsse.json"], []
    for name in bag.custody(files):
        found, predicate, key = signed(files[name], CUSTODY, files)
        members(predicate, ["by", "at", "prev", "remark"], ("remark",))
        identifiers.organisation(predicate["by"])
        timestamp(predicate["at"])
        words(predicate.get("remark", "-"))
        need(unhex(predicate["prev"]) == sha256(before), name, "does not follow the file before")
        need(registry.speaks(key) == predicate["by"], name, "not signed by", predicate["by"])
        found.verify(registry.keys)
        before = files[name]
        hands.append(predicate["by"])
    return hands
