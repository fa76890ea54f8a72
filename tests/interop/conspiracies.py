"""Twins that nobody without the keys of a ledger can make: with entries, seals and checkpoints that are signed and proved, and wrong.

As in `twins`, each generator gives a name, the bytes of an archive, and whether they must be accepted.
"""

import base64
import functools
import hashlib
import json
import struct

import forge
from evidence import bag, index, note
from evidence.ed25519 import BASE, L, P, add, point, times
from evidence.strict import compact, sha256
from forge import IDS, archive, described, exported, ordered, relisted, signed
from ledger import pae
from twins import OTHER, UNIT, flipped, hidden, swapped, without

ROOTS = "root-a", "root-b"


def correct(
    ledger,
    signers=("nordlys",),
    subjects=(UNIT,),
    by="dns:nordlys.example",
    role="manufacturer",
    change=None,
    **members,
):
    """An event that every role may say and that changes no life."""
    said = {"target": ledger.entries[17].leaf.hex(), "kind": "error", "reason": "a test"} | members
    return ledger.event("correct", said, by, role, signers, *subjects, change=change)


def annotated(**notes):
    """Other annotations of the first subject."""
    return lambda whole: whole["subject"][0].update(annotations=notes)


def statements(ledger):
    """One more entry, an event, as it must not be; name, bytes, whether it must be accepted."""

    def predicate(**members):
        return lambda whole: whole["predicate"].update(members)

    def subject(**members):
        return lambda whole: whole["subject"][0].update(members)

    good = correct(ledger)
    payload = base64.b64decode(json.loads(good)["payload"])
    first, head = ledger.entries[17].leaf.hex(), ledger.heads[UNIT].hex()
    deep = "x"
    for _ in range(31):
        deep = [deep]
    yield "an event", good, True
    together = correct(ledger, ["nordlys", "operator-north"])
    yield "two signers", together, True
    both = json.loads(together)
    for part in both["signatures"]:
        kept = [other for other in both["signatures"] if other != part]
        yield "a signature taken off", compact(both | {"signatures": kept}), False
    added = json.loads(signed(base64.b64decode(both["payload"]), "nordlys", "operator-north", "lab"))
    yield "a signature added", compact(added), False
    yield "nine that stand by it", correct(
        ledger, change=predicate(**{"with": [f"dns:{letter}.example" for letter in "abcdefghi"]})
    ), False
    swapped_names = predicate(**{"with": ["dns:suednetz.example", "dns:nordtel.example"]})
    yield "others out of order", correct(
        ledger, ["nordlys", "operator-north", "operator-south"], change=swapped_names
    ), False
    yield "one who stands by a fact", correct(
        ledger, ["nordlys", "operator-north"], subjects=["type:dns:nordlys.example/AAU-3900/R2B"]
    ), False
    yield "a member that nobody knows", correct(ledger, change=predicate(x=[1])), True
    yield "the deepest nesting", correct(ledger, change=predicate(x=deep[0])), True
    yield "a cofactor", cofactored(payload), True
    yield "optional members that are null", correct(ledger, change=predicate(place=None, disclosure=None)), True
    wrong = {
        "no prev": subject(annotations={}),
        "prev of the first": annotated(prev=first),
        "prev of another chain": annotated(prev=ledger.heads[OTHER].hex()),
        "prev in capitals": annotated(prev=head.upper()),
        "prev null": annotated(prev=None),
        "annotations null": subject(annotations=None),
        "aliases null": annotated(prev=head, aliases=None),
        "a number out of range": lambda whole: whole.update(x=[10**400]),
        "from beside prev": annotated(prev=head, **{"from": {"origin": "a.example", "index": 1, "leaf": head}}),
        "another digest": subject(digest={"sha256": "00" * 32}),
        "no digest": subject(digest={}),
        "no normal form": subject(name=UNIT.lower()),
        "a subject twice": lambda whole: whole["subject"].append(whole["subject"][0]),
        "no subject": lambda whole: whole.update(subject=[]),
        "33 aliases": annotated(prev=head, aliases=[f"mac:{number:012x}" for number in range(33)]),
        "an alias out of form": annotated(prev=head, aliases=["mac:00:00:5E"]),
        "critical": predicate(critical=["x"]),
        "another predicate type": lambda whole: whole.update(predicateType="urn:prova:event:2"),
        "another statement type": lambda whole: whole.update(_type="https://in-toto.io/Statement/v2"),
        "an unknown role": predicate(role="owner"),
        "no time": predicate(time="2026-05-01T08:00:00+00:00"),
        "a leap second": predicate(time="2026-06-30T23:59:60Z"),
        "an unknown event": predicate(event={"teleport": {}}),
        "two events": lambda whole: whole["predicate"]["event"].update(ship={}),
        "an unknown country": predicate(place={"country": "XX"}),
        "an unknown disclosure": predicate(disclosure="secret"),
        "another kind of correction": lambda whole: whole["predicate"]["event"]["correct"].update(kind="joke"),
        "no reason": lambda whole: whole["predicate"]["event"]["correct"].pop("reason"),
        "nested too deep": predicate(x=deep),
        "no ledger": lambda whole: whole["predicate"].pop("ledger"),
        "another ledger": predicate(ledger="other.example/2026"),
        "a number": annotated(prev=head, number=3),
        "the speaker among the others": predicate(**{"with": ["dns:nordlys.example"]}),
        "one who has not signed": predicate(**{"with": ["dns:nordtel.example"]}),
    }
    for name, change in wrong.items():
        yield f"an event with {name}", correct(ledger, change=change), False
    south = {"by": "dns:suednetz.example", "role": "operator"}
    stranger = functools.partial(correct, ledger, ["operator-south"], **south)
    yield "no prev, by a key that had said nothing there", stranger(change=subject(annotations={})), True
    yield "the first as prev, by a key that had said nothing there", stranger(change=annotated(prev=first)), True
    yield "a prev of another chain, by a key that had said nothing there", stranger(
        change=annotated(prev=ledger.heads[OTHER].hex())
    ), False
    countersigned = correct(ledger, ["operator-south", "nordlys"], change=annotated(prev=first), **south)
    yield "what another had signed since, with its signature", countersigned, False
    yield "half a surrogate pair", signed(payload[:-1] + b',"x":"\\ud800"}', "nordlys"), False
    yield "a member twice", signed(payload[:-1] + b',"predicateType":"urn:prova:event:1"}', "nordlys"), False
    yield "something after the payload", signed(payload + b"x", "nordlys"), False
    yield "no UTF-8", signed(payload.replace(b"a test", b"a te\xff"), "nordlys"), False
    yield "in another role", correct(ledger, role="operator"), False
    yield "for another", correct(ledger, by="dns:nordtel.example", role="operator"), False
    yield "by a key revoked", correct(ledger, ["spare-1"], by="dns:pruefwerk.example", role="laboratory"), False
    yield "by a stranger", correct(ledger, ["spare-4"]), False
    yield "by a stranger too", correct(ledger, ["nordlys", "spare-4"]), False
    yield "by a root key", correct(ledger, ["nordlys", "root-a"]), False
    yield "by the ledger's key", correct(ledger, ["log"]), False
    yield "an event that the role may not say", ledger.event(
        "test", {"specification": "x", "result": "pass"}, "dns:nordlys.example", "producer", ["nordlys"], UNIT
    ), False
    yield "a finding by no regulator", ledger.event(
        "finding",
        {"rule": "x", "outcome": "holds", "text": "x"},
        "dns:nordlys.example",
        "manufacturer",
        ["nordlys"],
        UNIT,
    ), False
    yield "an event about another kind", ledger.event(
        "ship",
        {"to": "dns:nordtel.example"},
        "dns:nordlys.example",
        "manufacturer",
        ["nordlys"],
        "type:dns:nordlys.example/AAU-3900/R2B",
    ), False
    board, mast = "unit:dns:a.example/B/1", "unit:dns:a.example/M/1"

    def maintain(**members):
        return ledger.event(
            "maintain",
            {"action": "replace"} | members,
            "dns:nordtel.example",
            "operator",
            ["operator-north"],
            board,
            mast,
        )

    yield "a part taken out", maintain(parent=mast, partsOut=[board]), True
    yield "a part taken out of nothing", maintain(partsOut=[board]), False
    yield "a part taken out twice", maintain(parent=mast, partsOut=[board, board]), False
    yield "a part taken out and put in", maintain(parent=mast, partsOut=[board], partsIn=[board]), False
    yield "a unit taken out of itself", maintain(parent=mast, partsOut=[mast]), False
    yield from envelopes(ledger, good, payload)


def envelopes(ledger, good, payload):
    """Envelopes out of form, and signatures that do not hold."""
    whole = json.loads(good)
    both = json.loads(correct(ledger, ["nordlys", "operator-north"]))
    raw = base64.b64decode(whole["signatures"][0]["sig"])
    s = int.from_bytes(raw[32:], "little")

    def resigned(data):
        return compact(whole | {"signatures": [{"keyid": IDS["nordlys"], "sig": base64.b64encode(data).decode()}]})

    for name, twin in {
        "white space": good.replace(b":", b": ", 1),
        "another order": compact(dict(reversed(whole.items()))),
        "a line feed": good + b"\n",
        "a member more": compact(whole | {"x": 1}),
        "another payload type": compact(whole | {"payloadType": "application/json"}),
        "no signature": compact(whole | {"signatures": []}),
        "a signature twice": compact(whole | {"signatures": whole["signatures"] * 2}),
        "signatures out of order": compact(both | {"signatures": both["signatures"][::-1]}),
        "base64 without padding": good.replace(b'=="', b'"').replace(b'="', b'"'),
        "an S that is not canonical": resigned(raw[:32] + (s + L).to_bytes(32, "little")),
        "a flipped signature": resigned(flipped(raw, 9)),
        "a signature cut": resigned(raw[:63]),
        "a signature of zeroes": resigned(bytes(64)),
        "a signature of another payload": compact(
            whole | {"payload": base64.b64encode(payload.replace(b"a test", b"a pest")).decode()}
        ),
        "two signers, one of whom did not": compact(
            both | {"signatures": [part | {"sig": both["signatures"][0]["sig"]} for part in both["signatures"]]}
        ),
        "no bytes": b"",
        "too many bytes": correct(ledger, reason="x" * 50000),
    }.items():
        yield f"an envelope with {name}", twin, False


def cofactored(payload):
    """A signature whose R has a part of small order: it holds with the cofactor, and not without (§2, audits)."""
    seed = forge.PRIVATE["nordlys"].private_bytes_raw()
    digest = bytearray(hashlib.sha512(seed).digest()[:32])
    digest[0] &= 248
    digest[31] = digest[31] & 63 | 64
    secret, nonce = int.from_bytes(digest, "little"), 0x1234567
    small = point(
        bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")
    )  # (0, -1), of order 2
    x, y, z, _ = add(times(nonce, BASE), small)
    x, y = x * pow(z, -1, P) % P, y * pow(z, -1, P) % P
    r = (y | (x & 1) << 255).to_bytes(32, "little")
    k = int.from_bytes(hashlib.sha512(r + forge.PUBLIC["nordlys"] + pae(payload)).digest(), "little") % L
    made = r + ((nonce + k * secret) % L).to_bytes(32, "little")
    return forge.envelope(payload, {IDS["nordlys"]: made})


def governed(ledger):
    """Registry entries and seals as they must not be; some are preceded by good ones. Name, entries, whether they must be accepted."""

    def after(*good):
        grown = ledger.copy()
        for make in good:
            grown.append(make(grown))
        return grown

    def suspend(now):
        return now.act("suspend", *ROOTS, organisation="dns:nordlys.example", reason="x")

    def reinstate(now):
        return now.act("reinstate", *ROOTS, organisation="dns:nordlys.example", reason="x")

    def rotate(now):
        return now.act(
            "rotate",
            "nordlys",
            organisation="dns:nordlys.example",
            add=[forge.public("spare-2")],
            retire=[IDS["nordlys"]],
        )

    def revoke(now):
        return now.act("revoke", "nordlys", organisation="dns:nordlys.example", key=IDS["nordlys"], reason="x")

    def claim(now, start):
        members = {"organisation": "dns:nordlys.example", "key": IDS["nordlys"], "reason": "x", "distrustFrom": start}
        return now.act("revoke", "nordlys", **members)

    def distrust(now, key, start, organisation="dns:nordlys.example"):
        members = {"organisation": organisation, "key": IDS[key], "from": start, "reason": "x"}
        return now.act("distrust", *ROOTS, **members)

    def keep(now, *keys):
        return now.act("keys", *ROOTS, organisation="dns:nordlys.example", keys=[forge.public(key) for key in keys])

    def renewed(now, *order):
        """All that the organisation had is distrusted from here on, and it has another key, in this order."""
        actions = {
            "distrust": {"organisation": "dns:nordlys.example", "from": len(now.raw), "reason": "x"},
            "keys": {"organisation": "dns:nordlys.example", "keys": [forge.public("spare-2")]},
        }
        return now.acts([{name: actions[name]} for name in order], *ROOTS)

    def eight(now):
        def one(name, key):
            members = {"organisation": f"dns:{name}.example", "name": name, "jurisdiction": "SE", "roles": ["operator"]}
            return {"enrol": members | {"keys": [forge.public(key)]}}

        return now.acts([one("new", "spare-2"), one("newer", "spare-3")], *ROOTS)

    def roots(now, *signers, third="spare-3"):
        keys = [{"organisation": "dns:ministry.example", "key": forge.public(name)} for name in ("root-a", third)]
        keys.append({"organisation": "dns:vendors.example", "key": forge.public("root-c")})
        return now.act("root", *signers or ("root-a", "root-c"), threshold=2, keys=keys)

    def enrol(now, *signers, organisation="dns:new.example", name="x", roles=("operator",), keys=("spare-2",), **more):
        return now.act(
            "enrol",
            *signers or ROOTS,
            organisation=organisation,
            name=name,
            jurisdiction="SE",
            roles=list(roles),
            keys=[forge.public(name) for name in keys],
            **more,
        )

    def by_new(now):
        return correct(now, ["spare-2"], by="dns:new.example", role="operator")

    def retired(now):
        return correct(now, ["spare-2"])

    def change(now, *signers, **members):
        return now.act("change", *signers, organisation="dns:nordlys.example", **members)

    def foreign(now):
        link = {"origin": "other.example/2026", "index": 3, "leaf": "22" * 32, "proof": "33" * 32}
        named = ["mac:00005e005399", "sku:Q", "imei:490154203237518", "giai:8712345X", "gtin:04012345000016", OTHER]
        return correct(
            now, subjects=["unit:dns:nordlys.example/AAU-3900/X1"], change=annotated(**{"from": link}, aliases=named)
        )

    def added(now):
        return now.act("rotate", "nordlys", organisation="dns:nordlys.example", add=[forge.public("spare-2")])

    def numbered(now, number):
        notes = {} if number is None else {"number": number}
        return now.act("suspend", *ROOTS, organisation="dns:nordlys.example", reason="x", change=annotated(**notes))

    def spoken(now, signers, by=None):
        say = {"by": by} if by else {}
        return now.act(
            "rotate",
            *signers,
            organisation="dns:nordlys.example",
            retire=[],
            change=lambda whole: (
                whole["predicate"].update(say),
                whole["subject"][0].pop("annotations", None) if by else None,
            ),
        )

    def emptied(whole):
        whole["predicate"]["actions"] = []

    prev = annotated(prev=ledger.heads[UNIT].hex())
    honest = [
        (suspend, reinstate, correct),
        (rotate, retired),
        (revoke,),
        (roots, lambda now: enrol(now, "root-a", "root-c")),
        (enrol, by_new),
        (lambda now: change(now, *ROOTS, jurisdiction="FI", parent="dns:nordtel.example"),),
        (lambda now: now.seal(),),
        (lambda now: now.seal(), correct, lambda now: now.seal()),
        (lambda now: revoke(now), lambda now: suspend(now)),
        (rotate, suspend, reinstate),
        (revoke, lambda now: distrust(now, "nordlys", None)),
        (lambda now: distrust(now, "lab", len(now.raw), "dns:pruefwerk.example"),),
        (
            rotate,
            lambda now: now.act(
                "revoke", *ROOTS, organisation="dns:nordlys.example", key=IDS["spare-2"], reason="x", distrustFrom=None
            ),
            lambda now: now.seal(),
        ),
        (lambda now: claim(now, 17),),
        (rotate, lambda now: keep(now, "spare-3"), lambda now: correct(now, ["spare-3"])),
        (lambda now: renewed(now, "distrust", "keys"), lambda now: correct(now, ["spare-2"])),
        (lambda now: renewed(now, "keys", "distrust"), reinstate),
        (
            lambda now: distrust(now, "nordlys", len(now.raw)),
            lambda now: distrust(now, "nordlys", None),
            lambda now: keep(now, "nordlys"),
        ),
        (lambda now: change(now, *ROOTS, name="Nordlys-Radio AB."), lambda now: enrol(now, name="Fjordfräcßt")),
        (eight, by_new, lambda now: now.seal()),
        (
            lambda now: now.acts(
                [
                    {"suspend": {"organisation": "dns:nordlys.example", "reason": "x"}},
                    {"reinstate": {"organisation": "dns:nordlys.example", "reason": "x"}},
                ],
                *ROOTS,
            ),
            correct,
        ),
        (foreign, lambda now: now.seal()),
        (roots, lambda now: enrol(now, "root-a", "root-c", keys=["root-b"]), lambda now: now.seal()),
    ]
    for number, makers in enumerate(honest):
        yield f"an honest registry {number}", after(*makers), True
    wrong = {
        "an event by a suspended organisation": (suspend, correct),
        "a rotation by a suspended organisation": (suspend, rotate),
        "suspended twice": (suspend, suspend),
        "reinstated, but not suspended": (reinstate,),
        "an event by a retired key": (rotate, correct),
        "an event by a revoked key": (revoke, correct),
        "an event by the key that the entry after it enrols": (by_new, enrol),
        "revoked by its owner, who had retired it": (
            rotate,
            lambda now: now.act(
                "revoke", "spare-2", organisation="dns:nordlys.example", key=IDS["nordlys"], reason="x"
            ),
        ),
        "revoked by the root, when it was retired": (
            rotate,
            lambda now: now.act("revoke", *ROOTS, organisation="dns:nordlys.example", key=IDS["nordlys"], reason="x"),
        ),
        "distrust asked for by the root": (
            lambda now: now.act(
                "revoke", *ROOTS, organisation="dns:nordlys.example", key=IDS["nordlys"], reason="x", distrustFrom=17
            ),
        ),
        "distrust of a key of another": (lambda now: distrust(now, "lab", 17),),
        "a key that comes back": (rotate, lambda now: keep(now, "nordlys")),
        "a key kept that is distrusted": (
            lambda now: distrust(now, "nordlys", len(now.raw)),
            lambda now: keep(now, "nordlys"),
        ),
        "no key left": (lambda now: keep(now),),
        "a key twice among those kept": (lambda now: keep(now, "nordlys", "nordlys"),),
        "a distrusted organisation that goes on": (
            lambda now: now.act("distrust", *ROOTS, organisation="dns:nordlys.example", reason="x", **{"from": 40}),
            correct,
        ),
        "two enrolments, the second of somebody's key": (
            lambda now: now.acts(
                [
                    {"suspend": {"organisation": "dns:nordlys.example", "reason": "x"}},
                    {"keys": {"organisation": "dns:nordtel.example", "keys": [forge.public("lab")]}},
                ],
                *ROOTS,
            ),
        ),
        "no action": (lambda now: now.act("suspend", *ROOTS, change=emptied, organisation="dns:nordlys.example"),),
        "65 actions": (
            lambda now: now.acts(
                [{"change": {"organisation": "dns:nordlys.example", "jurisdiction": "FI"}}] * 65, *ROOTS
            ),
        ),
        "subjects out of order": (
            lambda now: now.acts(
                [
                    {"change": {"organisation": name, "jurisdiction": "FI"}}
                    for name in ("dns:nordlys.example", "dns:nordtel.example")
                ],
                *ROOTS,
                change=lambda whole: whole["subject"].reverse(),
            ),
        ),
        "a number too low": (lambda now: suspend(now), lambda now: numbered(now, 1)),
        "a number too high": (lambda now: numbered(now, 2),),
        "no number": (lambda now: numbered(now, None),),
        "an own entry with a number": (
            lambda now: now.act(
                "rotate",
                "nordlys",
                organisation="dns:nordlys.example",
                retire=[],
                change=lambda whole: whole["subject"][0].update(annotations={"number": 1}),
            ),
        ),
        "an own entry by the root": (lambda now: spoken(now, ROOTS, "dns:nordlys.example"),),
        "an own entry by two of its keys": (added, lambda now: spoken(now, ["nordlys", "spare-2"])),
        "an own suspension": (
            lambda now: now.act("suspend", "nordlys", organisation="dns:nordlys.example", reason="x"),
        ),
        "a statement of a key that a distrusted one brought in": (
            rotate,
            retired,
            lambda now: distrust(now, "nordlys", len(now.raw) - 2),
        ),
        "revoked by another organisation": (
            lambda now: now.act("revoke", "lab", organisation="dns:nordlys.example", key=IDS["nordlys"], reason="x"),
        ),
        "an unknown key revoked": (
            lambda now: now.act("revoke", *ROOTS, organisation="dns:nordlys.example", key=IDS["spare-4"], reason="x"),
        ),
        "distrusted from a later entry": (
            lambda now: distrust(now, "lab", len(now.raw) + 1, "dns:pruefwerk.example"),
        ),
        "a statement of a distrusted key that the verdict does not tell": (
            lambda now: distrust(now, "nordlys", 17),
        ),
        "a rotation by another organisation": (
            lambda now: now.act("rotate", "lab", organisation="dns:nordlys.example", add=[forge.public("spare-2")]),
        ),
        "a rotation to no key": (
            lambda now: now.act("rotate", "nordlys", organisation="dns:nordlys.example", retire=[IDS["nordlys"]]),
        ),
        "a rotation to a key of another": (
            lambda now: now.act("rotate", "nordlys", organisation="dns:nordlys.example", add=[forge.public("lab")]),
        ),
        "a rotation to the log key": (
            lambda now: now.act("rotate", "nordlys", organisation="dns:nordlys.example", add=[forge.public("log")]),
        ),
        "a key of another retired": (
            lambda now: now.act("rotate", *ROOTS, organisation="dns:nordlys.example", retire=[IDS["lab"]]),
        ),
        "enrolled by one of two": (lambda now: enrol(now, "root-a"),),
        "enrolled by a participant": (lambda now: enrol(now, "nordlys"),),
        "enrolled by two keys, one no root's": (lambda now: enrol(now, "root-a", "nordlys"),),
        "enrolled by a stranger too": (lambda now: enrol(now, *ROOTS, "spare-4"),),
        "enrolled by two keys of one organisation": (roots, lambda now: enrol(now, "root-a", "spare-3")),
        "enrolled by a root key that was": (roots, lambda now: enrol(now, "root-a", "root-b")),
        "root keys by one organisation": (lambda now: roots(now, "root-a", "spare-3"),),
        "root keys by too few of the present": (lambda now: roots(now, "root-c", "spare-3"),),
        "root keys by too few of the new": (lambda now: roots(now, "root-a", "root-b"),),
        "enrolled already": (lambda now: enrol(now, organisation="dns:nordlys.example"),),
        "no role": (lambda now: enrol(now, roles=()),),
        "no key": (lambda now: enrol(now, keys=()),),
        "the name of another": (lambda now: enrol(now, name="NORDLYS  radio-AB"),),
        "a name of signs": (lambda now: enrol(now, name=" - "),),
        "a change to the name of another": (lambda now: change(now, *ROOTS, name="fjordfracht as"),),
        "an unknown role": (lambda now: enrol(now, roles=["owner"]),),
        "a key of another": (lambda now: enrol(now, keys=["lab"]),),
        "a key that was another's": (rotate, lambda now: enrol(now, keys=["nordlys"])),
        "the log key": (lambda now: enrol(now, keys=["log"]),),
        "a root key": (lambda now: enrol(now, keys=["root-c"]),),
        "a key twice": (lambda now: enrol(now, keys=["spare-2", "spare-2"]),),
        "a change of nobody": (lambda now: now.act("change", *ROOTS, organisation="dns:nobody.example", name="x"),),
        "a change by the organisation": (lambda now: change(now, "nordlys", roles=["operator"]),),
        "parents in a circle": (
            lambda now: change(now, *ROOTS, parent="dns:nordtel.example"),
            lambda now: now.act("change", *ROOTS, organisation="dns:nordtel.example", parent="dns:nordlys.example"),
        ),
        "a change to no role": (lambda now: change(now, *ROOTS, roles=[]),),
        "a rotation by its own key and one root": (
            lambda now: now.act(
                "rotate", "nordlys", "root-a", organisation="dns:nordlys.example", add=[forge.public("spare-2")]
            ),
        ),
        "signed by a revoked key too": (
            lambda now: now.act("suspend", *ROOTS, "spare-1", organisation="dns:nordlys.example", reason="x"),
        ),
        "signed by a participant too": (
            lambda now: now.act("suspend", *ROOTS, "lab", organisation="dns:nordlys.example", reason="x"),
        ),
        "signed by the log key too": (
            lambda now: now.act("suspend", *ROOTS, "log", organisation="dns:nordlys.example", reason="x"),
        ),
        "the log key as root key": (lambda now: roots(now, "root-a", "root-c", third="log"),),
        "a participant's key as root key": (lambda now: roots(now, "root-a", "root-c", third="nordlys"),),
        "a registry entry that follows another chain": (
            lambda now: now.act("suspend", *ROOTS, change=prev, organisation="dns:nordlys.example", reason="x"),
        ),
        "a registry entry of another ledger": (
            lambda now: now.act(
                "suspend",
                *ROOTS,
                organisation="dns:nordlys.example",
                reason="x",
                change=lambda whole: whole["predicate"].update(ledger="other.example"),
            ),
        ),
        "a second charter": (lambda now: now.raw[0],),
        "an unknown action": (lambda now: now.act("bless", *ROOTS, organisation="dns:nordlys.example"),),
        "a seal by another key": (lambda now: now.seal("lab"),),
        "a seal by two keys": (lambda now: now.seal("log", "lab"),),
        "a seal of another size": (lambda now: now.seal(size=len(now.raw) - 1),),
        "a seal with other terms": (lambda now: now.seal(terms=len(now.index.lists) + 1),),
        "a false seal": (lambda now: now.seal(root="00" * 32),),
        "a seal that follows nothing": (
            lambda now: now.seal(),
            lambda now: now.seal(change=lambda whole: whole["subject"][0].pop("annotations")),
        ),
        "a seal of another ledger": (
            lambda now: now.seal(
                change=lambda whole: whole["subject"][0].update(
                    name="index:other.example", digest={"sha256": sha256(b"index:other.example").hex()}
                )
            ),
        ),
    }
    for name, makers in wrong.items():
        yield name, after(*makers), False


def ledgers(base, ledger):
    """Whole bundles of ledgers with one more entry, or some."""
    for name, raw, good in statements(ledger):
        grown = ledger.copy()
        grown.append(raw)
        yield name, archive(exported(base, grown)), good
    for name, grown, good in governed(ledger):
        yield name, archive(exported(base, grown)), good
    for name, how in {
        "a checkpoint by another key": {"signer": "lab"},
        "a checkpoint by another key under the log's id": {"signer": "lab"},
    }.items():
        made = exported(base, ledger, **how)
        if "id" in name:
            key = note.key(ledger.registry.origin, note.LOG, forge.PUBLIC["log"]).number
            lab = note.key(ledger.registry.origin, note.LOG, forge.PUBLIC["lab"]).number
            body, line = made["data/checkpoint"].rsplit(b" ", 1)
            line = base64.b64encode(base64.b64decode(line).replace(lab, key, 1))
            made = exported(base, ledger, note=body + b" " + line + b"\n")
        yield name, archive(made), False


def parts(base, ledger):
    """The part of a sealed ledger: index proofs and what comes after the seal. `base`: a bundle with what its lives need."""
    grown = ledger.copy()
    grown.append(grown.seal())
    seal = len(grown.raw) - 1
    grown.append(correct(grown))
    made = exported(base, grown, seal=seal)
    yield "a part", archive(made), True
    yield from ((f"part: {name}", data, good) for name, data, good in hidden(made))
    yield from ((f"part: {name}", data, good) for name, data, good in swapped(made))
    later, sealed = grown.copy(), forge.Ledger(grown.raw[:seal])
    later.append(later.seal())
    names = [name for name in made if name.startswith("data/index/")]
    for name in names:
        term = index.read(made[name]).term
        yield f"part: proof of {term} dropped", without(made, name), False
        yield f"part: proof of {term} of a later map", archive(
            relisted(made | {name: forge.Ledger(later.raw[:-1]).proof(term)})
        ), False
        absent = f"urn:prova:index-proof:1\nterm {term}\nabsent\n".encode()
        yield f"part: {term} absent", archive(relisted(made | {name: absent})), False
    more = f"id:{OTHER}"
    yield "part: a proof more", archive(
        relisted(made | {f"data/index/{index.key(more).hex()}.index-proof": sealed.proof(more)})
    ), False
    here = bag.numbered(made, "entries")
    other = next(number for number in range(seal) if number not in here)
    stray, _ = forge.proved(made, grown, [*here, other])
    kept = {name: made[name] for name in names}
    yield "part: an entry that nothing asks for", archive(
        described(ordered(stray | kept), lambda found: found.update(entries=found["entries"] + 1))
    ), False
    for name, change in {
        "another seal's index": lambda found: found["seal"].update(index=seal + 1, size=seal + 1),
        "another seal's root": lambda found: found["seal"].update(root="00" * 32),
        "size unlike the seal": lambda found: found["seal"].update(size=seal - 1),
        "no seal": lambda found: found.pop("seal"),
        "a component less": lambda found: found["closure"]["traced"].pop(),
        "a component more": lambda found: found["closure"]["traced"].append("slot:dns:nordtel.example/oslo/site-13/x"),
    }.items():
        yield f"part: {name}", archive(described(made, change)), False
    bad = grown.copy()
    bad.append(correct(bad, change=annotated(prev=bad.entries[17].leaf.hex())))
    yield "part: after the seal, a link to the first", archive(exported(base, bad, seal=seal)), False
    bad = grown.copy()
    bad.append(correct(bad, ["spare-4"]))
    yield "part: after the seal, a stranger", archive(exported(base, bad, seal=seal)), False
    for name, change in {
        "nothing": lambda whole: whole["subject"][0].pop("annotations"),
        "another": annotated(prev="00" * 32),
    }.items():
        bad = grown.copy()
        bad.append(bad.seal(change=change))
        yield f"part: after the seal, a seal that follows {name}", archive(exported(base, bad, seal=seal)), False
    bad = ledger.copy()
    bad.append(bad.seal("lab"))
    yield "part: a seal by another key", archive(exported(base, bad, seal=seal)), False
    bad = ledger.copy()
    bad.append(bad.seal(size=seal - 1))
    yield "part: a seal of another size", archive(exported(base, bad, seal=seal)), False
    smaller, _ = forge.proved(made, ledger, [number for number in here if number < seal])
    for number in list(here)[:3]:
        name = f"data/proofs/{number:012}.tlog-proof"
        yield f"part: entry {number} proved in another tree", archive(relisted(made | {name: smaller[name]})), False
        head = smaller[name].split(b"\n\n")[0] + b"\n\n" + made["data/checkpoint"]
        yield f"part: entry {number} with another tree's path", archive(relisted(made | {name: head})), False
        yield f"part: entry {number} with extra data", archive(
            relisted(made | {name: made[name].replace(b"\nindex", b"\nextra eA==\nindex", 1)})
        ), False


# Whose checkpoint ----------------------------------------------------------------------------------------------------


def witnessed(base, ledger):
    """Name, archive, policy, whether it must be accepted: checkpoints with cosignatures, by policies that ask for them."""
    origin = ledger.registry.origin
    log = f"log {forge.vkey(origin, note.LOG, 'log')}\n"
    three = "".join(
        f"witness w{number} {forge.vkey(f'spare-{number}.example', note.WITNESS, f'spare-{number}')}\n"
        for number in (1, 2, 3)
    )
    two = log + three + "group g 2 w1 w2 w3\nquorum g\n"
    nested = log + three + "group inner any w1 w2\ngroup outer all inner w3\nquorum outer\n"

    def with_policy(*witnesses, **how):
        return archive(
            exported(
                {name: held for name, held in base.items() if name != "data/trust.policy"}, ledger, *witnesses, **how
            )
        )

    none, one, both = with_policy(), with_policy("spare-1"), with_policy("spare-1", "spare-2")
    checkpoint = exported(base, ledger, "spare-1", "spare-2")["data/checkpoint"]
    lines = checkpoint.splitlines(keepends=True)
    twice = with_policy(note=b"".join([*lines[:6], lines[5]]))
    dotted = lines[6].rsplit(b" ", 1)
    material = base64.b64decode(dotted[1])
    bent = dotted[0] + b" " + base64.b64encode(flipped(material, 40)) + b"\n"
    late = dotted[0] + b" " + base64.b64encode(material[:4] + struct.pack(">Q", 1 << 63) + material[12:]) + b"\n"
    renamed = lines[5].replace(b"spare-1.example", b"spare-2.example")
    for name, data, policy, good in [
        ("no witness asked for", none, log + "quorum none\n", True),
        ("witnesses that nobody asked for", both, log + "quorum none\n", True),
        ("one of one", one, log + three + "quorum w1\n", True),
        ("two of three", both, two, True),
        ("one of two asked for", one, two, False),
        ("none of two asked for", none, two, False),
        ("one cosignature twice", twice, two, False),
        ("another witness", one, log + three + "quorum w2\n", False),
        ("any", one, log + three + "group g any w1 w2 w3\nquorum g\n", True),
        ("all", both, log + three + "group g all w1 w2 w3\nquorum g\n", False),
        ("groups within groups", with_policy("spare-2", "spare-3"), nested, True),
        ("groups within groups, one short", both, nested, False),
        ("a cosignature changed", with_policy(note=b"".join([*lines[:6], bent])), two, False),
        ("a cosignature after the end of time", with_policy(note=b"".join([*lines[:6], late])), two, False),
        ("a cosignature under another's name", with_policy(note=b"".join([*lines[:6], renamed])), two, False),
        (
            "cosignatures in another order",
            with_policy(note=b"".join([*lines[:5], lines[6], lines[5], lines[4]][:4] + [lines[6], lines[5], lines[4]])),
            two,
            True,
        ),
        ("another log", none, f"log {forge.vkey(origin, note.LOG, 'lab')}\nquorum none\n", False),
        (
            "the log under another origin",
            none,
            f"log {forge.vkey('other.example', note.LOG, 'log')}\nquorum none\n",
            False,
        ),
        ("two logs", none, log + f"log {forge.vkey(origin, note.LOG, 'lab')}\nquorum none\n", True),
        ("no log", none, "quorum none\n", False),
        ("comments, tabs and addresses", none, f"\t# x\n\n {log[:-1]}\thttps://a.example\n quorum\tnone \n", True),
        ("a group of a group that follows", both, log + three + "group a any b\ngroup b any w1\nquorum a\n", False),
        ("a witness in two groups", both, log + three + "group a any w1\ngroup b any w1\nquorum a\n", False),
        ("a witness twice in a group", both, log + three + "group a 2 w1 w1\nquorum a\n", False),
        ("a group called none", both, log + three + "group none any w1\nquorum none\n", False),
        ("a threshold of none", both, log + three + "group a 0 w1\nquorum a\n", False),
        (
            "one key as two witnesses",
            both,
            log + three + f"witness x {forge.vkey('x.example', note.WITNESS, 'spare-1')}\nquorum x\n",
            False,
        ),
        ("the quorum before its group", both, log + three + "quorum a\ngroup a any w1\n", False),
        ("a carriage return", none, log + "quorum none\r\n", False),
        ("a key with another id", none, log.replace("+5", "+6", 1) + "quorum none\n", False),
    ]:
        yield name, data, policy.encode(), good
