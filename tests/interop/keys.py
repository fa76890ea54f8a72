"""Keys and signatures against OpenSSL, both ways."""

import base64
import hashlib
import json
import os
import stat
import subprocess

from ledger import envelope, key_id, manufacture, pae, payload_of

PASSPHRASE = "correct horse"


def openssl(*arguments, stdin=b""):
    """Runs openssl; the completed process."""
    return subprocess.run(["openssl", *map(str, arguments)], input=stdin, capture_output=True, check=False)


def public_pem(file, passphrase=None):
    """The public half as OpenSSL writes it; empty if it cannot read the key."""
    secret = [] if passphrase is None else ["-passin", f"pass:{passphrase}"]
    return openssl("pkey", "-in", file, "-pubout", *secret).stdout


def raw_public(pem):
    """The 32 bytes in a public key's PEM."""
    return base64.b64decode(b"".join(pem.split(b"\n")[1:-2]))[-32:]


def changed(file, at):
    """A copy of a PEM file with one bit of one byte of its DER changed."""
    lines = file.read_text().strip().split("\n")
    data = bytearray(base64.b64decode("".join(lines[1:-1])))
    data[at] ^= 1
    twin = file.with_name("twin-" + file.name)
    twin.write_text("\n".join([lines[0], base64.b64encode(data).decode(), lines[-1], ""]))
    os.chmod(twin, stat.S_IRUSR | stat.S_IWUSR)
    return twin


def from_prova(tally, ledger, scratch):
    """Prova generates, OpenSSL reads."""
    plain, secret = scratch / "prova-plain.pem", scratch / "prova-secret.pem"
    ledger.output("key", "generate", "--unencrypted", "-o", plain)
    ledger.output("key", "generate", "-o", secret, passphrase=PASSPHRASE)
    tally.equal("OpenSSL reads a plain key", public_pem(plain), ledger.output("key", "export", plain))
    tally.equal("OpenSSL reads an encrypted key", public_pem(secret, PASSPHRASE),
                ledger.output("key", "export", secret, passphrase=PASSPHRASE))
    tally.equal("OpenSSL refuses another passphrase", public_pem(secret, "wrong"), b"")
    # Byte 9 is in the algorithm identifier of a plain key; 70 bytes from the end is the ciphertext's first block.
    tally.equal("OpenSSL refuses a plain key, changed", public_pem(changed(plain, 9)), b"")
    tally.equal("OpenSSL refuses an encrypted key, changed", public_pem(changed(secret, -60), PASSPHRASE), b"")
    for name in sorted(file.name for file in ledger.keys.glob("*.pub.pem")):
        private = ledger.keys / name.replace(".pub", "")
        tally.equal(f"OpenSSL finds the public half {name}", public_pem(private), (ledger.keys / name).read_bytes())


def from_openssl(tally, ledger, scratch):
    """OpenSSL generates, Prova reads."""
    plain = scratch / "openssl-plain.pem"
    openssl("genpkey", "-algorithm", "ed25519", "-out", plain)
    want = public_pem(plain)
    files = {"plain": plain}
    ways = {
        "aes256": ["pkey", "-aes256"],
        "aes128": ["pkey", "-aes128"],
        "pkcs8-aes256-sha512": ["pkcs8", "-topk8", "-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA512"],
        "pkcs8-scrypt": ["pkcs8", "-topk8", "-scrypt"],
    }
    for name, way in ways.items():
        files[name] = scratch / f"openssl-{name}.pem"
        openssl(*way, "-in", plain, "-passout", f"pass:{PASSPHRASE}", "-out", files[name])
    files["genpkey-aes256"] = scratch / "openssl-genpkey.pem"
    openssl("genpkey", "-algorithm", "ed25519", "-aes256", "-pass", f"pass:{PASSPHRASE}",
            "-out", files["genpkey-aes256"])
    for name, file in files.items():
        os.chmod(file, stat.S_IRUSR | stat.S_IWUSR)
        done = ledger.run("key", "inspect", file, "--format", "json", passphrase=PASSPHRASE)
        found = json.loads(done.stdout or b"{}")
        pem = public_pem(file, PASSPHRASE)
        tally.equal(f"prova reads a key of OpenSSL's, {name}",
                    (found.get("pem"), found.get("keyId")), (pem.decode(), key_id(raw_public(pem))))
        twin = changed(file, 9 if name == "plain" else -60)
        tally.equal(f"prova refuses it changed, {name}",
                    ledger.run("key", "inspect", twin, passphrase=PASSPHRASE).returncode, 2)
        if name != "plain":
            tally.equal(f"prova refuses another passphrase, {name}",
                        ledger.run("key", "inspect", file, passphrase="wrong").returncode, 2)
    public = scratch / "openssl.pub.pem"
    public.write_bytes(want)
    tally.equal("prova reads a public key of OpenSSL's",
                ledger.run("key", "export", public).stdout, want)
    for algorithm in ("x25519", "ed448", "rsa"):
        other = scratch / f"{algorithm}.pem"
        openssl("genpkey", "-algorithm", algorithm, "-out", other)
        os.chmod(other, stat.S_IRUSR | stat.S_IWUSR)
        tally.equal(f"prova refuses a key for {algorithm}", ledger.run("key", "inspect", other).returncode, 2)
    return plain


def sign(key, payload, scratch):
    """OpenSSL's Ed25519 signature over the payload's pre-authentication encoding."""
    message = scratch / "message"
    message.write_bytes(pae(payload))
    return openssl("pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", message).stdout


def verifies(public, payload, signature, scratch):
    """Whether OpenSSL accepts a signature."""
    message, file = scratch / "message", scratch / "signature"
    message.write_bytes(pae(payload))
    file.write_bytes(signature)
    return openssl("pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", public, "-in", message,
                   "-sigfile", file).returncode == 0


def signatures(tally, ledger, scratch):
    """OpenSSL verifies the ledger's entries and signs new ones."""
    keys = {}
    for name, public in ledger.public_keys().items():
        keys[name] = scratch / f"{name}.pub.pem"
        keys[name].write_bytes(ledger.output("key", "export", "ed25519:" + base64.b64encode(public).decode()))
    for index, entry in enumerate(ledger.entries()[:64]):
        payload = payload_of(entry)
        for part in json.loads(entry)["signatures"]:
            public, signature = keys[part["keyid"]], base64.b64decode(part["sig"])
            tally.holds(f"OpenSSL verifies entry {index}", verifies(public, payload, signature, scratch), "refused")
            tally.holds(f"OpenSSL refuses entry {index}, changed",
                        not verifies(public, payload[:-1] + b" ", signature, scratch), "accepted")

    line = ledger.output("attest", "manufacture", "unit:dns:nordlys.example/BB-7/S0001", "--type",
                         "type:dns:nordlys.example/BB-7/R1", "--site-country", "SE", "--key",
                         ledger.keys / "nordlys.pem", "--sign-only").strip()
    nordlys = key_id(raw_public((ledger.keys / "nordlys.pub.pem").read_bytes()))
    payload = payload_of(line)
    made = envelope(payload, {nordlys: sign(ledger.keys / "nordlys.pem", payload, scratch)})
    tally.equal("OpenSSL signs as prova does", made, line)
    before = ledger.checkpoint()
    twin = payload.replace(b"S0001", b"S0002")
    wrong = [
        envelope(twin, {nordlys: base64.b64decode(json.loads(made)["signatures"][0]["sig"])}),
        envelope(payload, {nordlys: sign(ledger.keys / "lab.pem", payload, scratch)}),
    ]
    answer = ledger.append(*wrong)
    tally.equal("prova refuses another payload, and another key",
                (answer["appended"], answer["refused"], ledger.checkpoint()), (0, 2, before))
    answer = ledger.append(made)
    tally.equal("prova appends what OpenSSL signed", (answer["appended"], answer["refused"]), (1, 0))
    tally.equal("byte for byte", ledger.entries()[-1], made)


def stranger(tally, ledger, scratch, key):
    """A key that OpenSSL made takes part: enrolled, then it signs by OpenSSL."""
    public = scratch / "openssl.pub.pem"
    own = key_id(raw_public(public.read_bytes()))
    payload = manufacture("Q0001").replace(b"dns:nordlys.example", b"dns:stranger.example")
    # The digest is of the subject's name, which the replacement changed.
    statement = json.loads(payload)
    payload = manufacture("Q0001", subject=[named(statement["subject"][0]["name"])],
                          predicate=statement["predicate"])
    made = envelope(payload, {own: sign(key, payload, scratch)})
    answer = ledger.append(made)
    tally.equal("prova refuses a key that is not enrolled", (answer["appended"], answer["refused"]), (0, 1))
    ledger.output("registry", "enrol", "dns:stranger.example", "--name", "Stranger AB", "--jurisdiction", "SE",
                  "--role", "manufacturer", "--key", public, "--sign", ledger.keys / "root-a.pem",
                  "--sign", ledger.keys / "root-b.pem")
    answer = ledger.append(made)
    tally.equal("enrolled, it is heard", (answer["appended"], answer["refused"]), (1, 0))


def named(name):
    """A subject without bits of its own."""
    return {"name": name, "digest": {"sha256": hashlib.sha256(name.encode()).hexdigest()}}


def check(tally, ledger, scratch):
    """All of the above."""
    tally.start("OpenSSL")
    from_prova(tally, ledger, scratch)
    key = from_openssl(tally, ledger, scratch)
    signatures(tally, ledger, scratch)
    stranger(tally, ledger, scratch, key)
