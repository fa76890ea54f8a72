"""What the exporter found: `data/verdict.json` (FORMAT.md §16), as far as this verifier decides the same questions."""

from . import description as descriptions
from . import identifiers
from .policy import Policy
from .strict import Refused, block, compact, members, need, number, parse, sha256, text

QUESTIONS = ["authentic", "entitled", "unbroken", "complete", "consistent", "acceptable"]
CODES = frozenset(line.split()[0] for line in block("reason-codes"))
FINDINGS = frozenset(line.split()[0] for line in block("finding-codes"))


def complete(description, gaps):
    """The answer to the fourth question."""
    if gaps:
        return "cannotBeDecided", "chains-missing"
    if descriptions.whole(description):
        return "holds", "every-entry-read"
    return ("cannotBeDecided", "claimed-times") if "time" in description["scope"] else ("holds", "index-counts")


def consistent(policy, checkpoint):
    """The answer to the fifth question, by a policy file or None."""
    if policy is None:
        return "cannotBeDecided", "no-policy"
    try:
        judged = Policy(policy)
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
    """Subject and entry of every statement of a distrusted key (§9): the registry alone says so, before and after gaps."""
    about = {*description["closure"]["primary"], *description["closure"]["traced"]}
    return sorted(
        (name, entry.index)
        for entry in entries
        for key in entry.envelope.signatures
        if entry.index >= registry.distrusted.get(key, entry.index + 1)
        for name in about & set(entry.links)
    )


def wanted(files, description, checkpoint, gaps):
    """Answer and code of every question, where nothing fails."""
    return [
        ("holds", "signatures-good"),
        ("holds", "signers-entitled"),
        ("holds", "links-hold"),
        complete(description, gaps),
        consistent(files.get("data/trust.policy"), checkpoint),
        ("cannotBeDecided", "no-rules"),
    ]


def check(files, description, checkpoint, entries, registry):
    """Form, what it repeats, and the answers to all questions but what lives lead to; the findings and gaps that it reports."""
    data = files["data/verdict.json"]
    found = parse(data)
    members(
        found,
        ["format", "scope", "origin", "size", "root", "trust", "answers", "findings", "withheld", "gaps"],
        ("trust",),
    )
    need(found["format"] == "prova-verdict/1", "another format")
    need(data == compact(found) + b"\n", "verdict not in its canonical form")
    need(found["scope"] == {"bundle": description["scope"]}, "verdict about", found["scope"])
    for name in ("origin", "size", "root"):
        need(found[name] == description[name], "verdict of another", name)
    policy = files.get("data/trust.policy")
    need(found.get("trust") == (None if policy is None else sha256(policy).hex()), "verdict by another policy")
    need(found["withheld"] == len(description["withheld"]), "number of documents withheld")
    for part in found["gaps"]:
        members(part, ["entry", "missing"])
        number(part["entry"], description["size"])
        identifiers.term(part["missing"])
    for part in found["findings"]:
        members(part, ["code", "subject", "entry", "detail"])
        need(part["code"] in FINDINGS, "finding", part["code"])
        need(
            part["subject"] in description["closure"]["primary"] + description["closure"]["traced"],
            "finding in",
            part["subject"],
        )
        number(part["entry"], description["size"])
        text(part["detail"])
    told = sorted((part["subject"], part["entry"]) for part in found["findings"] if part["code"] == "distrusted-key")
    need(told == distrusted(description, entries, registry), "statements of distrusted keys:", told)
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
