"""A bundle of evidence against PyPI `bagit` (RFC 8493), Python's `zipfile` and `sha256sum`."""

import subprocess
import zipfile

import bagit


def check(tally, ledger, scratch):
    """Exports everything, unpacks and validates it; and twins with one file changed, dropped or added."""
    tally.start("bagit")
    ledger.output("registry", "change", "dns:regulator.example", "--role", "regulator", "--role", "auditor",
                  "--sign", "keys/root-a.pem", "--sign", "keys/root-b.pem")
    bundle = scratch / "evidence.zip"
    ledger.output("export", "unit:dns:nordlys.example/AAU-3900/SN0001", "--case", "interop",
                  "--key", "keys/regulator.pem", "-o", bundle)
    with zipfile.ZipFile(bundle) as archive:
        tally.equal("every CRC of the archive", archive.testzip(), None)
        archive.extractall(scratch)
    bag = scratch / "evidence"
    tally.holds("a bundle is a valid bag", valid(bag))
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        done = subprocess.run(["sha256sum", "--check", "--quiet", "--strict", name], cwd=bag, check=False)
        tally.equal(f"sha256sum reads {name}", done.returncode, 0)
    checkpoint = bag / "data" / "checkpoint"
    whole = checkpoint.read_bytes()
    checkpoint.write_bytes(whole.replace(b"demo", b"dema", 1))
    tally.holds("a changed file is refused", not valid(bag))
    checkpoint.unlink()
    tally.holds("a missing file is refused", not valid(bag))
    checkpoint.write_bytes(whole)
    stray = bag / "data" / "stray"
    stray.write_bytes(b"")
    tally.holds("an added file is refused", not valid(bag))
    stray.unlink()
    tally.holds("as it was it is valid again", valid(bag))


def valid(bag):
    """Whether bagit takes it."""
    try:
        return bagit.Bag(str(bag)).validate()
    except bagit.BagError:
        return False
