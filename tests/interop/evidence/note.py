"""Signed notes, checkpoints and `.tlog-proof` files (FORMAT.md §10; C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof)."""

import dataclasses
import re

from . import ed25519, identifiers
from .strict import Refused, decimal, need, sha256, unbase64, unhex

LOG, WITNESS = 1, 4


@dataclasses.dataclass(frozen=True)
class Key:
    """A verifier key: name, id, signature type, 32 bytes."""

    name: str
    number: bytes
    kind: int
    key: bytes


def key(name, kind, public):
    """The verifier key of a public key."""
    return Key(name, sha256(name.encode("utf-8"), b"\n", bytes([kind]), public)[:4], kind, public)


def vkey(text):
    """A verifier key as text."""
    parts = text.split("+", 2)
    need(len(parts) == 3, "no verifier key:", text)
    material = unbase64(parts[2])
    need(len(material) == 33 and material[0] in (LOG, WITNESS), "no Ed25519 verifier key:", text)
    ed25519.usable(material[1:])
    found = key(identifiers.origin(parts[0]), material[0], material[1:])
    need(unhex(parts[1], 4) == found.number, "verifier key with another id:", text)
    return found


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    """A checkpoint and its signature lines, not yet believed."""

    body: bytes
    origin: str
    size: int
    root: bytes
    signatures: list

    def signed(self, by):
        """Whether this key signed; a line under its name and id that does not verify is refused."""
        lines = [data for name, number, data in self.signatures if (name, number) == (by.name, by.number)]
        for data in lines:
            if by.kind == LOG:
                ed25519.verify(by.key, self.body, data, by.name)
                continue
            need(len(data) == 72 and data[0] < 128, "cosignature of", by.name)
            message = b"cosignature/v1\ntime %d\n" % int.from_bytes(data[:8], "big") + self.body
            ed25519.verify(by.key, message, data[8:], by.name)
        return bool(lines)


def checkpoint(data):
    """A checkpoint from its bytes."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"checkpoint: {error}") from error
    need(not re.search("[\0-\x09\x0b-\x1f]", text), "control character in a checkpoint")
    body, blank, lines = text.rpartition("\n\n")
    need(blank and lines.endswith("\n"), "checkpoint without signature")
    body += "\n"
    signatures = []
    for line in lines[:-1].split("\n"):
        match = re.fullmatch(r"— ([^\s+]+) (\S+)", line)
        need(match, "no signature line:", line)
        material = unbase64(match[2])
        need(len(material) > 4, "no signature line:", line)
        signatures.append((match[1], material[:4], material[4:]))
    need(len(signatures) <= 100, len(signatures), "signatures")
    rows = body[:-1].split("\n")
    need(len(rows) >= 3 and all(rows), "checkpoint of", len(rows), "lines")
    return Checkpoint(
        body.encode("utf-8"), identifiers.origin(rows[0]), decimal(rows[1], 1 << 63), unbase64(rows[2], 32), signatures
    )


def tlog_proof(data):
    """Index, hashes and checkpoint bytes of a proof without extra data."""
    head, blank, rest = data.partition(b"\n\n")
    need(blank, "no proof")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise Refused(f"proof: {error}") from error
    need(
        len(lines) >= 2 and lines[0] == "c2sp.org/tlog-proof@v1" and lines[1].startswith("index "),
        "no proof without extra data",
    )
    return decimal(lines[1].removeprefix("index "), 1 << 63), [unbase64(line, 32) for line in lines[2:]], rest
