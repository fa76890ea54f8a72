"""Statements against in-toto-attestation."""

import json

from google.protobuf import json_format
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement

from envelopes import signed, signer
from ledger import manufacture, payload_of


def parsed(payload):
    """Parses by the protobuf definition, which knows no other members, and validates."""
    found = Statement.copy_from_pb(json_format.Parse(payload, statement_pb2.Statement()))
    found.validate()
    return found


def members(found):
    """The statement as JSON again."""
    return json.loads(json_format.MessageToJson(found.pb))


def tampered(statement):
    """What the in-toto specification forbids: name, and the changed statement."""
    first = statement["subject"][0]
    yield "another statement type", dict(statement, _type="https://in-toto.io/Statement/v0.1")
    yield "no subject", dict(statement, subject=[])
    yield "a subject without digest", dict(statement, subject=[dict(first, digest={})])
    yield "no predicate type", {k: v for k, v in statement.items() if k != "predicateType"}
    yield "no predicate", {k: v for k, v in statement.items() if k != "predicate"}
    yield "a digest that is a number", dict(statement, subject=[dict(first, digest={"sha256": 7})])


def check(tally, ledger):
    """Every entry's statement and its twins; the twins, signed, against prova too."""
    tally.start("in-toto-attestation")
    kinds = (ValueError, json_format.ParseError)
    for index, entry in enumerate(ledger.entries()):
        payload = payload_of(entry)
        found = tally.accepts(f"statement {index}", parsed, payload)
        tally.equal(f"statement {index}, written again", found and members(found), json.loads(payload))
        if index % 8 == 0:
            for name, twin in tampered(json.loads(payload)):
                tally.refuses(f"statement {index}, {name}", kinds, parsed, json.dumps(twin))

    maker = signer(ledger, "nordlys")
    before = ledger.checkpoint()
    for name, twin in tampered(json.loads(manufacture("T0001"))):
        answer = ledger.append(signed(json.dumps(twin, separators=(",", ":")).encode(), maker))
        tally.equal(f"prova refuses {name}, signed", (answer["appended"], answer["refused"]), (0, 1))
    tally.equal("and the ledger is as it was", ledger.checkpoint(), before)
