"""Reads a ledger's files and runs `prova`, without any code of Prova's own."""

import base64
import hashlib
import json
import os
import re
import subprocess

SPKI_PREFIX = bytes.fromhex("302a300506032b6570032100")  # RFC 8410: id-Ed25519, 32 bytes
PAYLOAD_TYPE = "application/vnd.in-toto+json"


def key_id(public):
    """The key id of 32 raw bytes: SHA-256 of the DER SubjectPublicKeyInfo."""
    return hashlib.sha256(SPKI_PREFIX + public).hexdigest()


def pae(payload):
    """The DSSE pre-authentication encoding, which is what gets signed."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def envelope(payload, signatures):
    """The ledger's form of an envelope: compact, members and signatures in one order."""
    return json.dumps(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [
                {"keyid": key, "sig": base64.b64encode(signature).decode()}
                for key, signature in sorted(signatures.items())
            ],
        },
        separators=(",", ":"),
    ).encode()


def payload_of(entry):
    """The payload's bytes."""
    return base64.b64decode(json.loads(entry)["payload"], validate=True)


def tile_name(number):
    """C2SP tlog-tiles: groups of three digits, all but the last after an `x`."""
    groups = [f"{number % 1000:03}"]
    while number >= 1000:
        number //= 1000
        groups.insert(0, f"x{number % 1000:03}")
    return "/".join(groups)


class Ledger:
    """A directory that `prova demo` made, and the binary to work on it."""

    def __init__(self, prova, story):
        self.prova = str(prova)
        self.story = story
        self.directory = story / "ledger"
        self.keys = story / "keys"

    def run(self, *arguments, stdin=None, passphrase=None):
        """Runs prova; the completed process, its output in bytes."""
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith("PROVA_")}
        surroundings |= {"PROVA_LEDGER": str(self.directory), "PROVA_LOG_KEY": str(self.keys / "log.pem")}
        surroundings["PROVA_TRUST"] = str(self.story / "trust")
        if passphrase is not None:
            surroundings["PROVA_PASSPHRASE"] = passphrase
        return subprocess.run(
            [self.prova, *map(str, arguments)],
            input=b"" if stdin is None else stdin,
            capture_output=True,
            env=surroundings,
            cwd=self.story,
            check=False,
        )

    def output(self, *arguments, **options):
        """What a command that must succeed prints."""
        done = self.run(*arguments, **options)
        if done.returncode != 0:
            raise RuntimeError(f"prova {arguments} gave {done.returncode}: {done.stderr.decode()}")
        return done.stdout

    def append(self, *envelopes):
        """Appends; what prova answers."""
        done = self.run("append", "-", "--format", "json", stdin=b"\n".join(envelopes) + b"\n")
        return json.loads(done.stdout)

    def checkpoint(self):
        """Origin, size, root: the note's three lines, its signature not yet believed."""
        lines = (self.directory / "checkpoint").read_text().split("\n")
        return lines[0], int(lines[1]), base64.b64decode(lines[2])

    def entries(self):
        """All entries under the checkpoint, from the bundles: u16 big-endian length, bytes."""
        size = self.checkpoint()[1]
        found = []
        for number in range((size + 255) // 256):
            width = min(256, size - 256 * number)
            name = tile_name(number) + ("" if width == 256 else f".p/{width}")
            data = (self.directory / "tile" / "entries" / name).read_bytes()
            at = 0
            for _ in range(width):
                length = int.from_bytes(data[at : at + 2], "big")
                found.append(data[at + 2 : at + 2 + length])
                at += 2 + length
            if at != len(data) or len(found) != 256 * number + width:
                raise ValueError(f"bundle {name}: {len(data)} bytes, read {at}")
        return found

    def public_keys(self):
        """Key id to raw public key: every key that the charter and the registry name."""
        found = {}
        for entry in self.entries():
            payload = payload_of(entry)
            if json.loads(payload)["predicateType"] in ("urn:prova:charter:1", "urn:prova:registry:1"):
                for text in re.findall(rb'"ed25519:([A-Za-z0-9+/]{43}=)"', payload):
                    public = base64.b64decode(text)
                    found[key_id(public)] = public
        return found


def manufacture(serial, **changes):
    """The payload of a unit's birth; `changes` replace members of the statement."""
    name = f"unit:dns:nordlys.example/BB-7/{serial}"
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": name, "digest": {"sha256": hashlib.sha256(name.encode()).hexdigest()}}],
        "predicateType": "urn:prova:event:1",
        "predicate": {
            "ledger": "demo.example/2026",
            "by": "dns:nordlys.example",
            "role": "manufacturer",
            "time": "2026-03-01T08:00:00Z",
            "event": {
                "manufacture": {
                    "type": "type:dns:nordlys.example/BB-7/R1",
                    "site": {"country": "SE", "name": "Kista"},
                    "date": "2026-03-01",
                }
            },
        },
    } | changes
    return json.dumps({k: v for k, v in statement.items() if v is not None}, separators=(",", ":")).encode()
