#!/usr/bin/env python3
"""Other people's tools read what Prova writes, and Prova reads what they write.

    .ci/interop                                   installs everything, builds prova, runs this
    run.py --prova BINARY --treecheck BINARY --node-modules DIR
                                                  runs the suite alone, in a Python with the libraries

Works on a fresh `prova demo` in a temporary directory, grown to more than 300 entries so that the tree has a
full tile and two levels. Every kind of check has tampered twins, which the tool, and where it can see them
prova, must refuse. No network.

    file           tool                          what
    envelopes.py   securesystemslib              every DSSE envelope, one and two signatures; its own, appended
    statements.py  in-toto-attestation           every statement, parsed, validated and written again
    tree.py        golang.org/x/mod/sumdb        checkpoint (note); tiles, inclusion and consistency (tlog);
                                                 treecheck/main.go is the Go program
    keys.py        OpenSSL                       private keys both ways, plain and encrypted; public keys; signatures
    boms.py        cyclonedx-python-lib,         every file of fixtures/boms, validated in full; the same
                   spdx-tools                    components as prova finds in it
    exports.py     @sigstore/verify,             what `prova export --as` writes: Sigstore bundles, COSE receipts,
                   scitt-cose, and the above     in-toto bundles, pedigrees of units;
                                                 sigstore/verify.cjs is the Node program
    bags.py        bagit                         an exported bundle of evidence, unpacked
    bundles.py     evidence/, a verifier         bundles of fixtures/bundles and of every scope; twins.py (anybody's and an
                   written from FORMAT.md        exporter's) and conspiracies.py (a ledger's); fixtures/vectors

ledger.py reads entry bundles and makes envelopes by FORMAT.md alone, forge.py signs bundles with the published test keys,
tally.py counts.
Prints each failed check, a table by tool, and `N passed, N failed`. Exit code 1 if a check failed.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

# The tree must be clean afterwards, so no bytecode beside the sources.
sys.dont_write_bytecode = True

import bags
import boms
import bundles
import envelopes
import exports
import keys
import statements
import tree
from ledger import Ledger
from tally import Tally


def main():
    """Runs all checks in the order in which they build on each other."""
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    arguments.add_argument("--prova", type=pathlib.Path, required=True)
    arguments.add_argument("--treecheck", type=pathlib.Path, required=True)
    arguments.add_argument("--node-modules", type=pathlib.Path, required=True)
    given = arguments.parse_args()
    fixtures = pathlib.Path(__file__).resolve().parents[2] / "fixtures" / "boms"
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="prova-interop-") as scratch:
        scratch = pathlib.Path(scratch)
        story = scratch / "story"
        subprocess.run([given.prova.resolve(), "demo", story], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        ledger = Ledger(given.prova.resolve(), story)
        tree.check(tally, ledger, given.treecheck.resolve(), scratch / "small")
        envelopes.check(tally, ledger)
        statements.check(tally, ledger)
        keys.check(tally, ledger, scratch)
        boms.check(tally, ledger, fixtures, scratch)
        exports.check(tally, ledger, given.node_modules.resolve(), scratch)
        bags.check(tally, ledger, scratch)
        bundles.check(tally, ledger, scratch)
        tree.check(tally, ledger, given.treecheck.resolve(), scratch / "large")
        tally.start("prova")
        tally.equal("at the end prova verifies it all, with the demo's findings",
                    ledger.run("verify").returncode, 4)
    return 1 if tally.close() else 0


if __name__ == "__main__":
    sys.exit(main())
