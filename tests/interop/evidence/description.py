"""What a bundle claims to be: `data/bundle.json` (FORMAT.md §14)."""

from . import identifiers
from .strict import compact, hidden, members, need, number, parse, text, timestamp, unhex

ALGORITHMS = {"digest": "sha256", "signature": "ed25519", "tree": "rfc9162-sha256", "index": "prova-index/1"}
NAMES = [
    "format",
    "algorithms",
    "origin",
    "size",
    "root",
    "seal",
    "scope",
    "case",
    "exporter",
    "at",
    "closure",
    "entries",
    "withheld",
]


def words(value):
    """A text of 1 to 500 bytes without unprintable characters."""
    need(1 <= len(text(value).encode("utf-8")) <= 500 and not hidden(value), "no text of 1 to 500 bytes:", value)
    return value


def ascending(values, order):
    """A list in ascending order, without doubles."""
    need(isinstance(values, list), "no list:", values)
    keys = [order(value) for value in values]
    need(all(a < b for a, b in zip(keys, keys[1:])), "not in ascending order:", values)
    return values


def scope(value):
    """What the bundle is about: the kind and its value."""
    need(isinstance(value, dict) and len(value) == 1, "scope", value)
    ((kind, about),) = value.items()
    if kind == "components":
        ascending(about, identifiers.order)
        need(1 <= len(about) <= 10_000, "number of components")
        need({identifiers.kind(name) for name in about} <= {*identifiers.COMPONENTS, "act"}, "scope", about)
    elif kind == "organisation":
        identifiers.organisation(about)
    elif kind in ("type", "slot"):
        need(identifiers.kind(about) == kind, "scope", value)
    elif kind == "range":
        members(about, ["from", "to"])
        need(number(about["from"]) < number(about["to"]), "range", about)
    else:
        need(kind == "time", "scope", value)
        members(about, ["from", "to"])
        need(timestamp(about["from"]) <= timestamp(about["to"]), "time", about)
    return kind, about


def read(data):
    """The description, checked as far as it stands alone."""
    found = parse(data)
    need(isinstance(found, dict) and found.get("format") == "prova-bundle/1", "another format")
    members(found, NAMES, ("seal", "case"))
    need(data == compact(found) + b"\n", "description not in its canonical form")
    need(
        found["algorithms"] == ALGORITHMS and list(found["algorithms"]) == list(ALGORITHMS),
        "algorithms",
        found["algorithms"],
    )
    identifiers.origin(found["origin"])
    number(found["size"], 1 << 63)
    unhex(found["root"])
    if "seal" in found:
        seal = members(found["seal"], ["index", "size", "root"])
        need(number(seal["index"]) == number(seal["size"]) < found["size"], "seal", seal)
        unhex(seal["root"])
    kind, about = scope(found["scope"])
    need(kind != "range" or about["to"] <= found["size"], "range beyond the tree")
    words(found.get("case", "-"))
    identifiers.organisation(found["exporter"])
    timestamp(found["at"])
    closure = members(found["closure"], ["primary", "consulted", "traced", "aliases"])
    listed = [
        name for part in ("primary", "consulted", "traced") for name in ascending(closure[part], identifiers.order)
    ]
    need(len(set(listed)) == len(listed), "an id in two lists")
    for alias in ascending(closure["aliases"], str):
        need(identifiers.alias(alias) in identifiers.INSTANCES, "alias that names no instance:", alias)
    number(found["entries"])
    for part in found["withheld"] if isinstance(found["withheld"], list) else [None]:
        members(part, ["sha256", "length", "reason", "authority"], ("length", "authority"))
        number(part.get("length", 0))
        words(part["reason"])
        words(part.get("authority", "-"))
    ascending(found["withheld"], lambda part: unhex(part["sha256"]))
    return found


def whole(found):
    """Whether the bundle has every entry of the tree."""
    if "seal" not in found:
        return True
    reach = found["scope"].get("range")
    return reach is not None and reach["from"] == 0 and reach["to"] >= found["seal"]["size"]


def followed(found):
    """The ids whose chains are here."""
    closure = found["closure"]
    return {*closure["primary"], *closure["consulted"], *closure["traced"]}


def terms(found):
    """The terms whose entries are all here (§14, 1 to 4)."""
    kind, about = next(iter(found["scope"].items()))
    wanted = {f"id:ledger:{found['origin']}"}
    if kind == "components":
        wanted |= {f"id:{name}" for name in about}
    elif kind in ("type", "slot"):
        wanted.add(f"id:{about}")
    elif kind == "organisation":
        wanted.add(f"by:{about}")
    for name in followed(found):
        chain = "about" if identifiers.kind(name) in ("type", "artefact") else "id"
        wanted.add(f"{chain}:{name}")
    return wanted | {f"alias:{alias}" for alias in found["closure"]["aliases"]}
