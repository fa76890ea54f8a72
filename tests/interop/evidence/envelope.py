"""Envelopes (FORMAT.md §3): DSSE v1 in exactly one form."""

import dataclasses

from . import ed25519
from .strict import compact, members, need, parse, text, unbase64, unhex

PAYLOAD_TYPE = "application/vnd.in-toto+json"


@dataclasses.dataclass(frozen=True)
class Envelope:
    """A payload and its signatures by key id."""

    payload: bytes
    signatures: dict

    def verify(self, keys):
        """Every signature, by a key of the map."""
        kind = PAYLOAD_TYPE.encode()
        message = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(self.payload), self.payload)
        for name, signature in self.signatures.items():
            need(name in keys, "unknown key", name)
            ed25519.verify(keys[name], message, signature, name)


def read(data):
    """An envelope from the bytes of an entry."""
    need(1 <= len(data) <= 65535, "entry of", len(data), "bytes")
    whole = members(parse(data), ["payload", "payloadType", "signatures"])
    need(whole["payloadType"] == PAYLOAD_TYPE, "payload type", whole["payloadType"])
    need(isinstance(whole["signatures"], list) and 1 <= len(whole["signatures"]) <= 32, "number of signatures")
    found, before = {}, ""
    for part in whole["signatures"]:
        members(part, ["keyid", "sig"])
        name = unhex(part["keyid"]).hex()
        need(name > before, "signatures not in ascending order of key id")
        found[name] = unbase64(part["sig"], 64)
        before = name
    need(compact(whole) == data, "entry not in its canonical form")
    return Envelope(unbase64(text(whole["payload"])), found)
