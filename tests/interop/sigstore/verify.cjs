// Verifies Sigstore bundles, one a line on stdin, with plain public keys and nothing else: no certificate, no timestamp, no transparency log.
//
//     NODE_PATH=… node verify.cjs KEYS.json       {"<hint>": "<base64 of a DER SubjectPublicKeyInfo>"}
//
// Prints for each line `ok <hint>` or `refused <kind of error> <code or first line of the message>`.
"use strict";
const { readFileSync } = require("node:fs");
const { bundleFromJSON } = require("@sigstore/bundle");
const { Verifier, toSignedEntity, toTrustMaterial } = require("@sigstore/verify");

const keys = {};
for (const [hint, der] of Object.entries(JSON.parse(readFileSync(process.argv[2], "utf8")))) {
    keys[hint] = { rawBytes: Buffer.from(der, "base64") };
}
const root = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
const thresholds = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 };
const verifier = new Verifier(toTrustMaterial(root, keys), thresholds);

for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
    try {
        const bundle = bundleFromJSON(JSON.parse(line));
        verifier.verify(toSignedEntity(bundle));
        console.log(`ok ${bundle.verificationMaterial.content.publicKey.hint}`);
    } catch (error) {
        console.log(`refused ${error.constructor.name} ${error.code ?? error.message.split("\n")[0]}`);
    }
}
