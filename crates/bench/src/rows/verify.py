"""Verifies DSSE envelopes, one a line, with securesystemslib; prints the seconds that verifying took."""

import base64
import json
import sys
import time

from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

with open(sys.argv[1]) as file:
    keys = {
        name: SSlibKey(name, "ed25519", "ed25519", {"public": base64.b64decode(public).hex()})
        for name, public in json.load(file).items()
    }
with open(sys.argv[2]) as file:
    envelopes = [json.loads(line) for line in file]

begun = time.perf_counter()
for envelope in envelopes:
    named = [keys[signature["keyid"]] for signature in envelope["signatures"]]
    Envelope.from_dict(envelope).verify(named, len(named))
print(time.perf_counter() - begun)
