"""What the exporter found: `data/verdict.json` (FORMAT.md §16), as far as this verifier decides the same questions."""

import re

from . import description as descriptions
from . import identifiers
from .events import EVENTS
from .policy import Policy
from .strict import Refused, block, compact, members, need, number, parse, sha256, text, timestamp, unhex

QUESTIONS = ["authentic", "entitled", "unbroken", "complete", "consistent", "acceptable"]
CODES = frozenset(line.split()[0] for line in block("reason-codes"))
# Severity of every code, in the order of the table.
FINDINGS = {line.split()[0]: line.split()[1] for line in block("finding-codes")}
PLACES = list(FINDINGS)
# Code and members of every detail, by its name.
DETAILS = {
    re.match(r'{"(\w+)":', shape)[1]: (code, re.findall(r'"(\w+)":<(\w+)>', shape))
    for code, shape in (line.split() for line in block("finding-details"))
}
LONGEST_QUOTE = 1024


def one_of(words):
    """A reader of a closed enumeration."""
    return lambda value: need(isinstance(value, str) and value in words, "not one of", words, value)


def quoted(words):
    """Text of a signer as a finding repeats it (§9)."""
    data = words.encode("utf-8")
    if len(data) <= LONGEST_QUOTE:
        return words
    return data[: LONGEST_QUOTE - len("…".encode())].decode("utf-8", "ignore") + "…"


READERS = {
    "event": one_of(EVENTS),
    "index": number,
    "org": identifiers.organisation,
    "id": identifiers.kind,
    "alias": identifiers.alias,
    "time": timestamp,
    "hex": unhex,
    "seals": one_of(["intact", "broken", "none"]),
    "inspection": one_of(["accepted", "disputed", "notDone"]),
    "quote": lambda value: need(quoted(text(value)) == value, "too long a quotation"),
}


def complete(description, gaps):
    """The answer to the fourth question."""
    if gaps:
        return "cannotBeDecided", "chains-missing"
    if descriptions.whole(description):
        return "holds", "every-entry-read"
    return ("cannotBeDecided", "claimed-times") if "time" in description["scope"] else ("holds", "index-counts")


def consistent(policy, checkpoint):
    """The answer to the fifth question, by a policy file or None."""
    judged = policy and Policy(policy)
    if not judged or all(key.name != checkpoint.origin for key in judged.logs):
        return "cannotBeDecided", "no-anchor"
    try:
        judged.accept(checkpoint)
    except Refused:
        return "fails", "policy-refuses"
    return ("cannotBeDecided", "no-witness") if judged.quorum == "none" else ("holds", "policy-met")


def behind(description, entries, registry):
    """The entries that each answer names; `entries`: all events of the bundle."""
    about = {*description["closure"]["primary"], *description["closure"]["traced"]}
    shown = [entry for entry in entries if about & set(entry.links)]
    since = sorted(
        {registry.since[key] for entry in shown for key in entry.envelope.signatures if key in registry.since}
    )
    indices = [] if "range" in description["scope"] else [entry.index for entry in shown]
    seal = [] if descriptions.whole(description) else [description["seal"]["index"]]
    return [indices, since, indices, seal, [], []]


def distrusted(description, entries, registry):
    """Every statement of a distrusted key as a finding (§9): the registry alone says so, before and after gaps."""
    about = {*description["closure"]["primary"], *description["closure"]["traced"]}
    found = []
    for entry in entries:
        for key in entry.envelope.signatures:
            since, reason = registry.distrusted.get(key, (entry.index + 1, ""))
            if entry.index < since:
                continue
            detail = {"key": key, "organisation": registry.owners[key], "from": since, "reason": quoted(reason)}
            found += [told(name, entry.index, "distrustedKey", detail) for name in about & set(entry.links)]
    return sorted(found, key=place)


def told(subject, index, name, held):
    """A finding."""
    code = DETAILS[name][0]
    return {"code": code, "severity": FINDINGS[code], "subject": subject, "entry": index, "detail": {name: held}}


def place(finding):
    """The key that findings are sorted by (§9)."""
    return (
        finding["entry"],
        PLACES.index(finding["code"]),
        finding["subject"].encode("utf-8"),
        compact(finding["detail"]),
    )


def check_finding(part):
    """The form of a finding."""
    members(part, ["code", "severity", "subject", "entry", "detail"])
    need(part["code"] in FINDINGS, "finding", part["code"])
    need(part["severity"] == FINDINGS[part["code"]], "severity of", part["code"], part["severity"])
    need(isinstance(part["detail"], dict) and len(part["detail"]) == 1, "no detail:", part["detail"])
    ((name, held),) = part["detail"].items()
    code, shape = DETAILS.get(name, (None, []))
    need(code == part["code"], "detail of", part["code"], name)
    members(held, [member for member, _ in shape])
    for member, kind in shape:
        READERS[kind](held[member])


def wanted(files, description, checkpoint, gaps):
    """Answer and code of every question, where nothing fails."""
    first = [
        ("holds", "signatures-good"),
        ("holds", "signers-entitled"),
        ("holds", "links-hold"),
        complete(description, gaps),
    ]
    fifth = consistent(files.get("data/trust.policy"), checkpoint)
    if fifth[1] not in ("policy-met", "no-witness"):
        first = [("cannotBeDecided", "no-anchor") if answer == "holds" else (answer, code) for answer, code in first]
    return [*first, fifth, ("cannotBeDecided", "no-rules")]


def check(files, description, checkpoint, entries, registry):
    """Form, what it repeats, and the answers to all questions but what lives lead to; the findings and gaps that it reports."""
    data = files["data/verdict.json"]
    found = parse(data)
    members(
        found,
        ["format", "scope", "origin", "purpose", "size", "root", "trust", "answers", "findings", "withheld", "gaps"],
        ("trust",),
    )
    need(found["format"] == "prova-verdict/1", "another format")
    need(data == compact(found) + b"\n", "verdict not in its canonical form")
    need(found["scope"] == {"bundle": description["scope"]}, "verdict about", found["scope"])
    for name in ("origin", "size", "root"):
        need(found[name] == description[name], "verdict of another", name)
    need(found["purpose"] == ("production" if registry.production else "test"), "another purpose")
    policy = files.get("data/trust.policy")
    need(found.get("trust") == (None if policy is None else sha256(policy).hex()), "verdict by another policy")
    need(found["withheld"] == len(description["withheld"]), "number of documents withheld")
    for part in found["gaps"]:
        members(part, ["entry", "missing"])
        number(part["entry"], description["size"])
        identifiers.term(part["missing"])
    for part in found["findings"]:
        check_finding(part)
        need(
            part["subject"] in description["closure"]["primary"] + description["closure"]["traced"],
            "finding in",
            part["subject"],
        )
        number(part["entry"], description["size"])
    places = [place(part) for part in found["findings"]]
    need(places == sorted(places), "findings in another order")
    need(len(set(places)) == len(places), "a finding twice")
    keys = [part for part in found["findings"] if part["code"] == "distrusted-key"]
    want = distrusted(description, entries, registry)
    need(keys == want, "statements of distrusted keys:", keys)
    want = zip(
        wanted(files, description, checkpoint, found["gaps"]), behind(description, entries, registry), strict=True
    )
    need([part.get("question") for part in found["answers"]] == QUESTIONS, "questions")
    for part, ((answer, code), indices) in zip(found["answers"], want, strict=True):
        members(part, ["question", "answer", "code", "reason", "entries"])
        need(
            (part["answer"], part["code"]) == (answer, code),
            part["question"],
            part["answer"],
            part["code"],
            "want",
            answer,
            code,
        )
        text(part["reason"])
        need(
            part["entries"] == indices or found["gaps"], part["question"], "rests on", part["entries"], "want", indices
        )
    return found["findings"], found["gaps"]
