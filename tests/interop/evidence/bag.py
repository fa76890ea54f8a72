"""The files of a bundle (FORMAT.md §15): a BagIt 1.0 bag (RFC 8493)."""

import re

from . import container
from .strict import Refused, need, sha256

MIB = 1 << 20
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
# Pattern, limit in bytes (None: that of the archive), and whether it must be there; in the order of the archive.
PLACES = [
    ("bagit.txt", 4096, True),
    ("data/README.txt", 65536, True),
    ("data/attachments/sha256/([0-9a-f]{64})", None, False),
    ("data/bundle.json", 32 * MIB, True),
    ("data/checkpoint", 1_000_000, True),
    ("data/entries/([0-9]{12}).json", 65535, False),
    ("data/index/([0-9a-f]{64}).index-proof", 16384, False),
    ("data/proofs/([0-9]{12}).tlog-proof", 16384, False),
    ("data/report.html", None, False),
    ("data/trust.policy", 65536, False),
    ("data/verdict.json", 32 * MIB, True),
    ("bag-info.txt", 65536, True),
    ("manifest-sha256.txt", None, True),
    ("tagmanifest-sha256.txt", 4096, True),
    ("signature.dsse.json", 65535, True),
    ("custody/([0-9]{4}).dsse.json", 65535, False),
]
TAGS = ["bagit.txt", "bag-info.txt", "manifest-sha256.txt"]


def place(name):
    """Where a name stands in the order, and its limit."""
    for rank, (pattern, limit, _) in enumerate(PLACES):
        if re.fullmatch(pattern.replace(".", r"\."), name):
            return rank, limit
    raise Refused(f"no name of a bundle: {name}")


def manifest(names, files):
    """A manifest of these files."""
    return b"".join(b"%s  %s\n" % (sha256(files[name]).hex().encode(), name.encode()) for name in names)


def read(data):
    """Name without `evidence/` to content, every file where and what the container asks for."""
    files, before = {}, (-1, "")
    for raw, content in container.read(data):
        try:
            name = raw.decode("ascii")
        except UnicodeDecodeError as error:
            raise Refused(f"no name of a bundle: {raw!r}") from error
        need(name.startswith("evidence/"), "no name of a bundle:", name)
        name = name.removeprefix("evidence/")
        rank, limit = place(name)
        need((rank, name) > before, "not in order:", name)
        need(limit is None or len(content) <= limit, name, "has", len(content), "bytes")
        before = rank, name
        files[name] = content
    for name, _, must in PLACES:
        need(not must or name in files, name, "is missing")
    check(files)
    return files


def check(files):
    """What the files say of each other: both manifests, the names, and the numbers of hand-overs."""
    payload = [name for name in files if name.startswith("data/")]
    need(files["bagit.txt"] == BAGIT, "bagit.txt")
    need(files["manifest-sha256.txt"] == manifest(payload, files), "manifest-sha256.txt is not that of the files")
    need(files["tagmanifest-sha256.txt"] == manifest(TAGS, files), "tagmanifest-sha256.txt is not that of the files")
    for name in payload:
        if name.startswith("data/attachments/"):
            need(sha256(files[name]).hex() == name.rsplit("/", 1)[1], "not what its name says:", name)
    for number, name in enumerate(custody(files), 1):
        need(name == f"custody/{number:04}.dsse.json", "a gap before", name)


def custody(files):
    """The names of hand-overs, in order."""
    return [name for name in files if name.startswith("custody/")]


def numbered(files, folder):
    """Index to content of the entries or proofs."""
    return {
        int(name.rsplit("/", 1)[1].split(".")[0]): content
        for name, content in files.items()
        if name.startswith(f"data/{folder}/")
    }


def info(description, files):
    """The `bag-info.txt` that a description and the files lead to."""
    payload = [len(content) for name, content in files.items() if name.startswith("data/")]
    lines = [f"Source-Organization: {description['exporter']}", f"Bagging-Date: {description['at'][:10]}"]
    if "case" in description:
        lines.append(f"External-Identifier: {description['case']}")
    lines.append(f"Payload-Oxum: {sum(payload)}.{len(payload)}")
    return "".join(line + "\n" for line in lines).encode("utf-8")
