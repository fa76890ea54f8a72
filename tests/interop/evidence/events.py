"""The shapes of events (FORMAT.md §6), and what their members name."""

import dataclasses

from . import identifiers
from .strict import block, country, date, need, number, text, timestamp, unhex

ROLES = """designer manufacturer supplier laboratory certifier carrier distributor operator integrator maintainer producer coordinator
regulator recycler auditor""".split()
KEEPERS = [
    role for role in ROLES if role not in ("designer", "certifier", "producer", "coordinator", "regulator", "auditor")
]
CATEGORIES = frozenset(line.split()[0] for line in block("categories"))


@dataclasses.dataclass
class Mentions:
    """Components, documents and entries (by leaf hash) that a statement names."""

    components: set = dataclasses.field(default_factory=set)
    documents: set = dataclasses.field(default_factory=set)
    entries: set = dataclasses.field(default_factory=set)


def component(*kinds):
    """A reader of ids of these kinds."""

    def read(value, found):
        need(identifiers.kind(value) in kinds, "not of", kinds, value)
        found.components.add(value)

    return read


def leaf(value, found):
    """The leaf hash of an entry."""
    found.entries.add(unhex(value).hex())


def one_of(words):
    """A reader of a closed enumeration."""
    return lambda value, _: need(isinstance(value, str) and value in words, "not one of", words, value)


def boolean(value, _):
    """True or false."""
    need(isinstance(value, bool), "no boolean:", value)


def plain(read):
    """A reader of a value that names nothing."""
    return lambda value, _: read(value)


def attachment(value, found):
    """A document."""
    shaped(value, ATTACHMENT, found)
    found.documents.add(value["sha256"])


READERS = {
    "text": plain(text),
    "number": plain(number),
    "boolean": boolean,
    "date": plain(date),
    "time": plain(timestamp),
    "country": plain(country),
    "organisation": plain(identifiers.organisation),
    "hex": plain(unhex),
    "type": component("type"),
    "artefact": component("artefact"),
    "unit": component("unit"),
    "release": component("type", "artefact"),
    "leaf": leaf,
    "document": attachment,
    "category": one_of(CATEGORIES),
    "area": one_of(["general", "sensitive"]),
    "role": one_of(ROLES),
    "disclosure": one_of(["public", "parties", "regulator"]),
}


def shaped(value, shape, found):
    """An object with the members of a shape; members that it does not know are ignored. `?` may be absent or null, which is taken out
    as the same (§4); `*` is a list and may be absent."""
    need(isinstance(value, dict), "no object:", value)
    for line, inner in shape.items():
        name, _, kind = line.partition(" ")
        bare = name.rstrip("?*")
        if "?" in name and value.get(bare, 0) is None:
            del value[bare]
        if bare not in value:
            need(name != bare, "missing member", bare)
            continue
        read = (
            inner
            if callable(inner)
            else READERS[kind] if inner is None else lambda part, seen, inner=inner: shaped(part, inner, seen)
        )
        if name.endswith("*"):
            need(isinstance(value[bare], list), "no list:", bare)
            for part in value[bare]:
                read(part, found)
        else:
            read(value[bare], found)


def shape(members, **special):
    """A shape from `name kind` pairs, comma-separated; `special`: a nested shape or reader by member name."""
    found = {}
    for line in filter(None, (part.strip() for part in members.split(","))):
        found[line] = special.get(line.split()[0].rstrip("?*"))
    return found


ATTACHMENT = shape("sha256 hex, mediaType text, name? text, holder? organisation")
SITE = shape("country country, name? text, id? organisation")
FIRMWARE = shape(
    "artefact artefact, version? text, measured?", measured=shape("tool text, toolVersion text, method text")
)
PLACE = shape("country? country, locode? text, name? text")

# Event to: roles, what the subjects are (SUBJECTS), members.
EVENTS = {
    "manifest": (
        "designer producer",
        "release-one-kind",
        shape(
            "name text, version? text, category? category, producer? organisation, runsOn* type, replaces? release, manufacturers* organisation,"
            "designCountries* country, supplies*, boms*, knownUnknowns* text, supportUntil? date",
            supplies=shape(
                "what text, category? category, supplier? organisation, countryOfOrigin? country, secondSource? boolean"
            ),
            boms=shape("format text, version text, components number, document document"),
        ),
    ),
    "manufacture": (
        "manufacturer",
        "unit",
        shape("type type, site, date date, lot? text, firmware?", site=SITE, firmware=FIRMWARE),
    ),
    "assemble": (
        "manufacturer integrator",
        "unit",
        shape("parent unit, parts*", parts=shape("component unit, position? text")),
    ),
    "test": (
        "laboratory manufacturer",
        "type artefact unit",
        shape(
            "specification text, specificationVersion? text, release? text, result, artefacts* artefact, accreditation? text,"
            "accreditedUntil? date, report? document",
            result=one_of(["pass", "fail", "conditional"]),
        ),
    ),
    "certify": (
        "certifier",
        "type artefact",
        shape(
            "action, scheme text, certificate text, level? text, artefacts* artefact, versionRange? text, validFrom? date, validUntil? date,"
            "scas*, document? document",
            action=one_of(["issue", "renew", "suspend", "reinstate", "withdraw"]),
            scas=shape("specification text, version text, release text"),
        ),
    ),
    "ship": (
        " ".join(KEEPERS),
        "unit",
        shape(
            "to organisation, carrier? organisation, titleTo? organisation, seals* text, waybill? text, exportControl? text"
        ),
    ),
    "receive": (
        " ".join(KEEPERS),
        "unit",
        shape(
            "from organisation, ship? leaf, seals, inspection, remarks? text",
            seals=one_of(["intact", "broken", "none"]),
            inspection=one_of(["accepted", "disputed", "notDone"]),
        ),
    ),
    "store": (" ".join(KEEPERS), "unit", shape("site, from date, until? date, access? text", site=SITE)),
    "install": (
        "operator integrator",
        "slot unit artefact",
        shape("category category, area area, operator? organisation, firmware?", firmware=FIRMWARE),
    ),
    "update": (
        "operator maintainer",
        "unit slot",
        shape("from? artefact, to, method? text, approvedBy? organisation", to=FIRMWARE),
    ),
    "maintain": (
        "operator maintainer",
        "unit slot",
        shape(
            "action, employer? organisation, remoteFrom? country, parent? unit, partsIn* unit, partsOut* unit, dataCarriersRemoved? boolean",
            action=one_of(["inspect", "repair", "replace", "remove"]),
        ),
    ),
    "notice": (
        "producer coordinator regulator",
        "type artefact",
        shape(
            "vulnerability text, status, justification? text, fixedIn* artefact, awareSince? time, exploited? boolean, document? document",
            status=one_of(["affected", "not_affected", "fixed", "under_investigation"]),
        ),
    ),
    "recall": (
        "manufacturer producer",
        "type artefact unit",
        shape("reason text, lots* text, remedy text, from date, deadline? date"),
    ),
    "measure": ("operator auditor", "unit slot", shape("found, nonce? text, verifier? text", found=FIRMWARE)),
    "decommission": (
        "operator recycler",
        "unit slot artefact",
        shape(
            "reason text, sanitisation? text, destination, to? organisation",
            destination=one_of(["destruction", "recycling", "resale", "return", "none"]),
        ),
    ),
    "correct": (
        " ".join(ROLES),
        "type artefact unit slot act",
        shape("target leaf, kind, reason text", kind=one_of(["error", "dispute"])),
    ),
    "evidence": (
        " ".join([*KEEPERS, "auditor"]),
        "unit type artefact",
        shape("inPlaceOf text, reason text, document document"),
    ),
    "restrict": (
        "regulator",
        "act",
        shape(
            "status, legalBasis text, scope, from date, deadline? date, exemptions*",
            status=one_of(["proposed", "inForce", "repealed"]),
            scope=shape("suppliers* organisation, countries* country, types* type, categories* category, areas* area"),
            exemptions=shape("operator organisation, act text, until? date"),
        ),
    ),
    "finding": (
        "regulator",
        "type artefact unit slot",
        shape(
            "rule text, outcome, text text, entries* leaf, deadline? date",
            outcome=one_of(["holds", "fails", "cannotBeDecided"]),
        ),
    ),
}
PREDICATE = shape(
    "ledger text, by organisation, role role, with* organisation, time time, place?, disclosure? disclosure, evidence* document", place=PLACE
)


def check(predicate, subjects):
    """The predicate of an event and its subjects (§6, §8.1); what it names."""
    found = Mentions()
    shaped(predicate, PREDICATE, found)
    identifiers.origin(predicate["ledger"])
    event = predicate.get("event")
    need(isinstance(event, dict) and len(event) == 1, "event has not one member")
    ((name, members),) = event.items()
    need(name in EVENTS, "unknown event", name)
    _, kinds, wanted = EVENTS[name]
    shaped(members, wanted, found)
    fits(name, members, predicate, subjects, kinds)
    together(predicate, subjects)
    return name, found


def together(predicate, subjects):
    """Who else stands by it is said in one way (§6)."""
    others = predicate.get("with", [])
    need(len(others) <= 8 and sorted(set(others)) == others, "with:", others)
    need(predicate["by"] not in others, "with the speaker")
    need(not others or all(identifiers.kind(name) in ("unit", "slot") for name in subjects), "with others about a fact")


def fits(name, members, predicate, subjects, kinds):
    """The subjects are what the event is about."""
    are = [identifiers.kind(subject) for subject in subjects]
    if kinds == "release-one-kind":
        need(set(are) in ({"type"}, {"artefact"}), "manifest of", are)
        need("replaces" not in members or identifiers.kind(members["replaces"]) == are[0], "replaces another kind")
        return
    need(set(are) <= set(kinds.split()), name, "is not about", are)
    if name == "assemble":
        parts = [part["component"] for part in members.get("parts", [])]
        need(
            parts and sorted([members["parent"], *parts]) == sorted(subjects),
            "assemble: subjects are not the parent and its parts",
        )
    elif name == "install":
        need(are.count("slot") == 1 and len(are) > 1, "install: not one slot, and something in it")
    elif name == "maintain":
        parts = [*members.get("partsIn", []), *members.get("partsOut", [])]
        named = [*parts, *([members["parent"]] if "parent" in members else [])]
        need(set(named) <= set(subjects), "maintain: parts that are not subjects")
        need(len(set(named)) == len(named), "maintain: a component named twice")
        need("parent" in members or not parts, "maintain: parts without a parent")
    elif name == "restrict":
        need(
            len(are) == 1 and identifiers.owner(subjects[0]) == predicate["by"],
            "restrict: not one act of its organisation",
        )
