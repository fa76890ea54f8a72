"""Identifiers in their normal form (FORMAT.md §5)."""

import re

from .strict import hidden, need

KINDS = ["type", "artefact", "unit", "slot", "ledger", "org", "act", "index"]
COMPONENTS = KINDS[:4]
INSTANCES = ["giai", "mac", "imei", "unit"]
PART = r"[A-Z0-9_.+-]{1,64}"
SERIAL = r"[A-Z0-9+]{1,64}"
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
SCHEMES = {
    "pkg": r"pkg:[a-z][a-z0-9.+-]*/.+",
    "cpe": r"cpe:2\.3:[aho*-](:[^:]+){10}",
    "gtin": r"gtin:[0-9]{14}",
    "giai": r"giai:.+",
    "mac": r"mac:[0-9a-f]{12}",
    "sku": r"sku:.+",
    "imei": r"imei:[0-9]{15}",
    "unit": r"unit:.+",
}


def gs1(digits):
    """Whether the last digit is the GS1 check digit of the others."""
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits))) % 10 == 0


def organisation(value):
    """`lei:` (ISO 17442), `gln:` (GS1) or `dns:`."""
    need(isinstance(value, str), "no organisation:", value)
    scheme, _, rest = value.partition(":")
    if scheme == "lei":
        held = (
            re.fullmatch(r"[A-Z0-9]{18}[0-9]{2}", rest)
            and int("".join(str(int(digit, 36)) for digit in rest)) % 97 == 1
        )
    elif scheme == "gln":
        held = re.fullmatch(r"[0-9]{13}", rest) and gs1(rest)
    else:
        held = scheme == "dns" and re.fullmatch(rf"{LABEL}(\.{LABEL})+", rest) and len(rest) <= 253
    need(held, "no organisation:", value)
    return value


def origin(value):
    """A C2SP key name."""
    need(isinstance(value, str) and 1 <= len(value.encode("utf-8")) <= 255, "no origin:", value)
    need(not re.search(r"[\s+]", value) and not hidden(value), "no origin:", value)
    return value


def path(value):
    """Of a slot, or the reference of an act."""
    need(re.fullmatch(r"[A-Za-z0-9_.+=,:()/-]{1,200}", value), "no path:", value)
    need(not {"", ".", ".."} & set(value.split("/")), "no path:", value)


def parts(rest, *patterns):
    """An organisation and as many parts."""
    found = rest.split("/")
    need(len(found) == len(patterns) + 1, "no identifier:", rest)
    organisation(found[0])
    for part, pattern in zip(found[1:], patterns, strict=True):
        need(re.fullmatch(pattern, part), "not in its normal form:", rest)


def kind(value):
    """The kind of an id, checked in full."""
    need(isinstance(value, str), "no identifier:", value)
    scheme, _, rest = value.partition(":")
    if scheme == "type":
        parts(rest, PART, PART)
    elif scheme == "artefact":
        need(re.fullmatch(r"sha256:[0-9a-f]{64}", rest), "no artefact:", value)
    elif scheme == "unit" and rest.startswith("idevid:"):
        need(re.fullmatch(r"idevid:[0-9a-f]{64}", rest), "no unit:", value)
    elif scheme == "unit" and rest.startswith("sgtin:"):
        need(re.fullmatch(r"sgtin:[0-9]{14}\.[A-Z0-9+]{1,20}", rest) and gs1(rest[6:20]), "no unit:", value)
    elif scheme == "unit":
        parts(rest, PART, SERIAL)
    elif scheme == "org":
        organisation(rest)
    elif scheme in ("slot", "act"):
        owner, _, reference = rest.partition("/")
        organisation(owner)
        path(reference)
    else:
        need(scheme in ("ledger", "index"), "no identifier:", value)
        origin(rest)
    return scheme


def order(value):
    """The key that ids are sorted by (§14)."""
    return KINDS.index(kind(value)), value


def owner(value):
    """The organisation in the id of an act."""
    return value.partition(":")[2].partition("/")[0]


def alias(value):
    """The scheme of an alias. Of `pkg` and `cpe` only the outline is held against their canonical form."""
    need(isinstance(value, str) and len(value.encode("utf-8")) <= 512 and not hidden(value), "no alias:", value)
    scheme = value.partition(":")[0]
    need(scheme in SCHEMES and re.fullmatch(SCHEMES[scheme], value), "no alias:", value)
    if scheme == "unit":
        kind(value)
    need(scheme != "gtin" or gs1(value[5:]), "no alias:", value)
    return scheme


def term(value):
    """A term of the index in its normal form (§11)."""
    scheme, _, rest = value.partition(":")
    if scheme == "id":
        kind(rest)
    elif scheme == "by":
        organisation(rest)
    elif scheme in ("key", "ref"):
        need(re.fullmatch(r"[0-9a-f]{64}", rest), "no term:", value)
    elif scheme == "alias":
        need(alias(rest) in INSTANCES, "no term:", value)
    else:
        need(scheme == "about" and kind(rest) in ("type", "artefact"), "no term:", value)
    return value
