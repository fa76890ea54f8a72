"""`python -m evidence [--trust POLICY] BUNDLE`: prints what was verified, or why the bundle is refused (exit code 1)."""

import argparse
import pathlib
import sys

from .checks import NOT_CHECKED, verify
from .strict import Refused


def main():
    """Verifies one bundle."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--trust", type=pathlib.Path)
    arguments.add_argument("bundle", type=pathlib.Path)
    given = arguments.parse_args()
    try:
        found = verify(given.bundle.read_bytes(), given.trust and given.trust.read_bytes())
    except Refused as error:
        print(f"refused: {error}")
        return 1
    stated = found.description
    print(
        f"{stated['origin']}, size {stated['size']}, root {stated['root']}; exported by {stated['exporter']} at {stated['at']}"
    )
    print(
        f"verified: {len(found.entries)} entries, {found.signatures} signatures, {found.proofs} index proofs, {found.seals} seals, "
        f"{found.documents} documents, {len(stated['withheld'])} withheld, hand-overs to {found.handovers}"
    )
    print(
        "the checkpoint is "
        + ("what the policy asks for" if given.trust else "signed by the ledger's own key; no policy was given")
    )
    print(f"the exporter reports {len(found.findings)} findings and {len(found.gaps)} gaps")
    for line in NOT_CHECKED:
        print(f"not checked: {line}")
    return 0


sys.exit(main())
