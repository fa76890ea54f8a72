"""Tampered twins of bundles: each generator gives a name, the bytes of an archive, and whether they must be accepted.

Twins marked as accepted are the controls: what a holder of the exporter's key may change, or an honest ledger may add.
"""

import itertools
import json
import struct

import forge
from evidence import bag, custody
from evidence.strict import compact, sha256
from forge import archive, described, handed, ordered, relisted, signed

UNIT = "unit:dns:nordlys.example/AAU-3900/SN0001"
OTHER = "unit:dns:nordlys.example/AAU-3900/SN0002"
# What nobody can check about these files is their content; the report may be absent.
FREE = "data/README.txt", "data/report.html"


def flipped(content, at):
    """One bit changed."""
    changed = bytearray(content)
    changed[at % len(changed)] ^= 1 << at % 8
    return bytes(changed)


def files(base):
    """A bit of every file flipped, and every file dropped: as it is, listed anew, and signed anew by the exporter."""
    for number, (name, content) in enumerate(base.items()):
        # In the verdict, a place outside its sentences, which are free.
        place = 20 if name == "data/verdict.json" else len(content) // 2 + 7 * number
        twin = base | {name: flipped(content, place)}
        yield f"{name} flipped", archive(twin), False
        if name.startswith("data/"):
            yield f"{name} flipped, listed", archive(forge.listed(twin)), False
            yield f"{name} flipped, signed", archive(relisted(twin)), name in FREE
            if name.startswith("data/attachments/"):
                moved = {other: held for other, held in twin.items() if other != name}
                moved["data/attachments/sha256/" + sha256(twin[name]).hex()] = twin[name]
                yield f"{name} flipped, named anew, signed", archive(relisted(moved)), False
        twin = {other: held for other, held in base.items() if other != name}
        last = name == (bag.custody(base) or [None])[-1]
        yield f"{name} dropped", archive(twin), last
        if name.startswith("data/") and name != "data/bundle.json":
            yield f"{name} dropped, signed", archive(relisted(twin)), name == "data/report.html"


def without(base, *names, change=lambda found: None):
    """Signed without some files."""
    return archive(described({name: held for name, held in base.items() if name not in names}, change))


def hidden(base):
    """Each entry with its proof hidden, and what is said of their number changed."""

    def fewer(found):
        found["entries"] -= 1

    for number in bag.numbered(base, "entries"):
        names = f"data/entries/{number:012}.json", f"data/proofs/{number:012}.tlog-proof"
        yield f"entry {number} hidden", without(base, *names, change=fewer), False


def swapped(base):
    """Entries, proofs and index proofs in each other's places."""
    for folder in ("entries", "proofs", "index"):
        names = [name for name in base if name.startswith(f"data/{folder}/")]
        for one, other in itertools.pairwise(names):
            twin = base | {one: base[other], other: base[one]}
            yield f"{one} and {other} swapped", archive(relisted(twin)), False


def documents(base):
    """Documents withheld, doubled and added."""

    def more(digest, by):
        def change(found):
            found["withheld"] = sorted(
                [*found["withheld"], {"sha256": digest, "reason": "trade secret"}], key=lambda part: part["sha256"]
            )

        return verdict_of(base, lambda said: said.update(withheld=said["withheld"] + by)), change

    for name in base:
        if name.startswith("data/attachments/"):
            digest = name.rsplit("/", 1)[1]
            twin, change = more(digest, 1)
            yield f"{digest} withheld", without(twin, name, change=change), True
            yield f"{digest} here and withheld", without(twin, change=change), False
            yield f"{digest} withheld, but not counted", without(base, name, change=change), False
    twin, change = more("00" * 32, 1)
    yield "a document withheld that nothing names", without(twin, change=change), False
    stray = {"data/attachments/sha256/" + sha256(b"stray").hex(): b"stray"}
    yield "a document that nothing names", archive(relisted(base | stray)), False


def verdict_of(base, change):
    """With another verdict."""
    said = json.loads(base["data/verdict.json"])
    change(said)
    return base | {"data/verdict.json": compact(said) + b"\n"}


# What a description says ---------------------------------------------------------------------------------------------


def descriptions(base):
    """Another description, and another verdict."""

    def setting(**members):
        return lambda found: found.update(members)

    def closure(**members):
        return lambda found: found["closure"].update(members)

    found = json.loads(base["data/bundle.json"])
    held = found["closure"]
    twins = {
        "a newer format": setting(format="prova-bundle/2"),
        "another digest": lambda found: found["algorithms"].update(digest="sha512"),
        "another signature": lambda found: found["algorithms"].update(signature="ml-dsa-65"),
        "another index": lambda found: found["algorithms"].update(index="prova-index/2"),
        "one algorithm more": lambda found: found["algorithms"].update(hash="sha256"),
        "a member more": setting(x=1),
        "critical": setting(critical=["x"]),
        "another origin": setting(origin="other.example/2026"),
        "a smaller tree": setting(size=found["size"] - 1),
        "another root": setting(root="00" * 32),
        "one entry more": setting(entries=found["entries"] + 1),
        "size as a fraction": setting(size=found["size"] + 0.0),
        "no primary component": closure(primary=[]),
        "another primary component": closure(primary=[OTHER]),
        "one primary component more": closure(primary=sorted([*held["primary"], OTHER])),
        "traced twice": closure(traced=[*held["traced"], held["traced"][-1]]),
        "traced in another order": closure(traced=held["traced"][::-1]),
        "a component in two lists": closure(consulted=held["primary"]),
        "aliases in no order": closure(aliases=["mac:00005e005302", "mac:00005e005301"]),
        "no alias": closure(aliases=["x:y"]),
        "a shared alias": closure(aliases=["sku:X"]),
        "two scopes": lambda found: found["scope"].update(organisation="dns:nordtel.example"),
        "no scope": setting(scope={"components": []}),
        "another scope": setting(scope={"components": [OTHER]}),
        "an empty range": setting(scope={"range": {"from": 3, "to": 3}}),
        "a range beyond the tree": setting(scope={"range": {"from": 0, "to": found["size"] + 1}}),
        "another exporter": setting(exporter="dns:nordtel.example"),
        "an exporter that nobody enrolled": setting(exporter="dns:nobody.example"),
        "no time": setting(at="2026-02-30T00:00:00Z"),
        "an empty case": setting(case=""),
        "a long case": setting(case="x" * 501),
        "a case with a line feed": setting(case="a\nExternal-Identifier: b"),
        "a case that hides text": setting(case="a\u202eb"),
        "a document withheld for no reason": setting(withheld=[{"sha256": "00" * 32, "reason": ""}]),
    }
    for name, change in twins.items():
        yield name, archive(described(base, change)), False
    yield "a case with quotes", archive(described(base, setting(case='"a" \\ /b ø'))), True
    for name, data in {
        "white space": b" " + base["data/bundle.json"],
        "no line feed": base["data/bundle.json"][:-1],
        "two line feeds": base["data/bundle.json"] + b"\n",
        "an escape": base["data/bundle.json"].replace(b'"origin"', b'"\\u006frigin"'),
    }.items():
        yield f"description with {name}", archive(relisted(base | {"data/bundle.json": data})), False
    yield "signed by another participant", archive(relisted(base, exporter="lab")), False
    yield "signed by the ledger's key", archive(relisted(base, exporter="log")), False
    yield "signed by a stranger", archive(relisted(base, exporter="spare-4")), False


def verdicts(base):
    """Another verdict, with everything signed."""

    def answer(number, **members):
        return lambda said: said["answers"][number].update(members)

    twins = {
        "a newer verdict": lambda said: said.update(format="prova-verdict/2"),
        "a verdict on another origin": lambda said: said.update(origin="other.example/2026"),
        "a verdict on another size": lambda said: said.update(size=said["size"] - 1),
        "a verdict by another policy": lambda said: said.update(trust="00" * 32),
        "a verdict on another scope": lambda said: said.update(scope={"bundle": {"components": [OTHER]}}),
        "a verdict in another order": lambda said: said["answers"].reverse(),
        "a question less": lambda said: said["answers"].pop(),
        "more withheld": lambda said: said.update(withheld=said["withheld"] + 1),
        "a verdict that fails": answer(0, answer="fails", code="signature-wrong"),
        "a verdict that knows witnesses": answer(4, answer="holds", code="policy-met"),
        "an unknown code": answer(3, code="looked-at"),
        "other entries": answer(1, entries=[0]),
        "an unknown finding": lambda said: said["findings"].append(
            {"code": "odd", "subject": UNIT, "entry": 17, "detail": "x"}
        ),
    }
    twins["a distrusted key that nobody revoked"] = lambda said: said["findings"].append(
        {"code": "distrusted-key", "subject": UNIT, "entry": 17, "detail": "x"}
    )
    for name, change in twins.items():
        yield name, archive(relisted(verdict_of(base, change))), False
    yield "another sentence", archive(relisted(verdict_of(base, answer(0, reason="all is well")))), True
    for name, findings in found().items():
        present = verdict_of(base, lambda said, told=findings: said.update(findings=told))
        yield f"a verdict with {name}", archive(relisted(present)), not findings


def found():
    """Findings where there are none: none of them is one, or is one of this bundle."""
    key = {"key": "11" * 32, "organisation": "dns:nordlys.example", "from": 17, "reason": "x"}
    one = {
        "code": "distrusted-key",
        "severity": "notice",
        "subject": UNIT,
        "entry": 17,
        "detail": {"distrustedKey": key},
    }
    return {
        "nothing found": [],
        "a distrusted key that nobody revoked": [one],
        "a finding twice": [one, one],
        "a sentence for a detail": [one | {"detail": "x"}],
        "no severity": [{name: held for name, held in one.items() if name != "severity"}],
        "another severity": [one | {"severity": "gap"}],
        "another code": [one | {"code": "clone", "severity": "contradiction"}],
        "an unknown detail": [one | {"detail": {"odd": key}}],
        "two details": [one | {"detail": {"distrustedKey": key, "notInSlot": {}}}],
        "a detail with another member": [one | {"detail": {"distrustedKey": key | {"message": "x"}}}],
        "a detail with a member less": [one | {"detail": {"distrustedKey": {"key": "11" * 32}}}],
        "a message": [one | {"message": "x"}],
    }


def hands(base):
    """Hand-overs."""
    said = {"by": "dns:nordtel.example", "at": "2026-06-02T00:00:00Z"}
    one = handed(base, "operator-north", said)
    yield "a hand-over", archive(one), True
    yield "a hand-over with a remark", archive(handed(base, "operator-north", said | {"remark": "intact"})), True
    yield "two hand-overs", archive(handed(one, "operator-north", said)), True
    second = f"custody/{len(bag.custody(base)) + 2:04}.dsse.json"
    two = handed(one, "operator-north", said)
    first = bag.custody(one)[-1]
    yield "a hand-over out of the middle", archive(
        ordered({name: held for name, held in two.items() if name != first})
    ), False
    moved = {name: held for name, held in two.items() if name != second} | {first: two[second]}
    yield "a hand-over out of the middle, renumbered", archive(ordered(moved)), False
    twins = {
        "by another": ("lab", said),
        "by a stranger": ("spare-4", said),
        "by the ledger's key": ("log", said),
        "by a key that was revoked": ("spare-1", said | {"by": "dns:pruefwerk.example"}),
        "at no time": ("operator-north", said | {"at": "now"}),
        "after another file": ("operator-north", said | {"prev": "00" * 32}),
        "with an empty remark": ("operator-north", said | {"remark": ""}),
        "with a remark that hides text": ("operator-north", said | {"remark": "a\u200bb"}),
    }
    for name, (signer, predicate) in twins.items():
        yield f"a hand-over {name}", archive(handed(base, signer, predicate)), False


# The archive ---------------------------------------------------------------------------------------------------------


def containers(base):
    """Other bytes of the archive around the same files."""
    data = archive(base)
    end = data[-22:]
    central = struct.unpack("<I", end[16:20])[0]
    records = [forge.record("evidence/" + name, held) for name, held in base.items()]
    stored = forge.record("evidence/bagit.txt", base["bagit.txt"], True)
    deflated = next(number for number, record in enumerate(records) if record[0] == 8)

    def at(place, new):
        return data[:place] + new + data[place + len(new) :]

    def replaced(record):
        return archive(None, records=[*records[:deflated], record, *records[deflated + 1 :]])

    method, crc, packed, size, name = records[deflated]
    yield "stored throughout", archive(base, stored=True), True
    twins = {
        "nothing": b"",
        "a byte before": b"\0" + data,
        "a byte after": data + b"\0",
        "cut": data[:-1],
        "no end": data[:-22],
        "a byte before the directory": data[:central] + b"\0" + data[central:],
        "a comment": data[:-2] + b"\1\0x",
        "one file more in the end record": at(len(data) - 12, struct.pack("<H", len(records) + 1)),
        "another offset of the directory": at(len(data) - 6, struct.pack("<I", central + 1)),
        "a version": at(4, b"\x2d"),
        "a flag": at(6, b"\x08"),
        "a time": at(10, b"\1"),
        "a date": at(12, b"\x22"),
        "a method": at(8, b"\x0c"),
        "an extra field": at(28, b"\1"),
        "a CRC": at(14, flipped(data[14:18], 3)),
        "a size": at(22, flipped(data[22:26], 3)),
        "attributes": at(central + 38, b"\x20"),
        "a made-by": at(central + 4, b"\x15"),
        "another offset": at(central + 42, b"\1"),
        "another CRC in the directory": at(central + 16, flipped(data[central + 16 : central + 20], 3)),
        "a name in the directory": at(central + 46, b"E"),
        "an internal attribute": at(central + 36, b"\1"),
        "a disk": at(central + 34, b"\1"),
        "the directory twice": data[:-22] + data[central:-22] + end,
        "a file twice": archive(None, records=[records[0], *records]),
        "files in another order": archive(None, records=[records[1], records[0], *records[2:]]),
        "a directory entry": archive(None, records=[forge.record("evidence/data/", b""), *records]),
        "another name": archive(None, records=[*records, forge.record("evidence/x", b"x")]),
        "a name outside": archive(None, records=[*records, forge.record("bagit.txt", b"x")]),
        "a name upwards": archive(None, records=[*records, forge.record("evidence/../x", b"x")]),
        "deflated, with a byte after the stream": replaced((method, crc, packed + b"\0", size, name)),
        "deflated, cut": replaced((method, crc, packed[:-1], size, name)),
        "deflated, another size": replaced((method, crc, packed, size + 1, name)),
        "deflated, longer than it was": archive(
            None, records=[(8, stored[1], b"\1\x36\0\xc9\xff" + stored[2], stored[3], stored[4]), *records[1:]]
        ),
        "64-bit records where none are due": data[:-22]
        + struct.pack(
            "<4sQHHIIQQQQ4sIQI",
            b"PK\6\6",
            44,
            0x032D,
            45,
            0,
            0,
            len(records),
            len(records),
            len(data) - 22 - central,
            central,
            b"PK\6\7",
            0,
            len(data) - 22,
            1,
        )
        + end,
        "entries in capital hexadecimal": archive(
            {name.replace("data/attachments/sha256/", "data/attachments/SHA256/"): held for name, held in base.items()}
        ),
        "a hand-over 0000": archive(ordered(base | {"custody/0000.dsse.json": base["signature.dsse.json"]})),
        "a hand-over 9999": archive(ordered(base | {"custody/9999.dsse.json": base["signature.dsse.json"]})),
    }
    for name, twin in twins.items():
        yield f"archive with {name}", twin, False
    for name, old, new in [
        ("bagit.txt", b"1.0", b"0.97"),
        ("bag-info.txt", b"Bagging-Date: 2", b"Bagging-Date: 3"),
        ("bag-info.txt", b"Source-Org", b"Extra: 1\nSource-Org"),
        ("manifest-sha256.txt", b"  data/", b" *data/"),
        ("manifest-sha256.txt", b"\n", b"\r\n"),
        ("tagmanifest-sha256.txt", b"  bagit", b"   bagit"),
    ]:
        twin = base | {name: base[name].replace(old, new, 1)}
        if name != "tagmanifest-sha256.txt":
            twin["tagmanifest-sha256.txt"] = bag.manifest(bag.TAGS, twin)
        yield f"{name} with {new!r}", archive(resigned(twin)), False


def resigned(files):
    """Signed as it is, nothing listed anew."""
    predicate = custody.exporter(json.loads(files["data/bundle.json"]))
    kept = {name: held for name, held in files.items() if not name.startswith("custody/")}
    return kept | {
        "signature.dsse.json": signed(
            custody.statement(custody.BUNDLE, predicate, files["tagmanifest-sha256.txt"]), "regulator"
        )
    }
