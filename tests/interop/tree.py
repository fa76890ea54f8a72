"""Checkpoint, tiles and proofs against golang.org/x/mod/sumdb, by way of treecheck/main.go."""

import base64
import hashlib
import subprocess


def sample(size):
    """Every position of a small tree; in a large one the edges of subtrees."""
    if size <= 64:
        return range(size)
    edges = {0, 1, 2, 3, 7, 8, 127, 128, 254, 255, 256, 257, 258, 300, size // 2, size - 2, size - 1}
    return sorted(edge for edge in edges if edge < size)


def signing_key(vkey, name):
    """The signing form of a published test key, whose seed is a hash of its name."""
    origin, number, _ = vkey.split("+", 2)
    seed = hashlib.sha256(b"prova published test key: " + name).digest()
    key = base64.b64encode(b"\1" + seed).decode()  # 1: Ed25519
    return f"PRIVATE+KEY+{origin}+{number}+{key}"


def check(tally, ledger, treecheck, proofs):
    """Lets prova prove, and Go check; then twins of proofs against prova itself."""
    tally.start("golang.org/x/mod/sumdb")
    proofs.mkdir()
    origin, size, _ = ledger.checkpoint()
    policy = proofs / "policy"
    ledger.output("trust", "policy", "-o", policy)
    vkey = next(line.split()[-1] for line in policy.read_text().split("\n") if line.startswith("log "))
    export = ["--as", "vkey", "--origin", origin]
    exported = ledger.output("key", "export", ledger.keys / "log.pub.pem", *export).decode().strip()
    tally.equal("policy and key export give one vkey", vkey, exported)
    (proofs / "vkey").write_text(vkey)
    (proofs / "other-vkey").write_bytes(ledger.output("key", "export", ledger.keys / "lab.pub.pem", *export))
    (proofs / "skey").write_text(signing_key(vkey, b"log"))
    for index in sample(size):
        files = proofs / f"{index}.tlog-proof", proofs / f"{index}.entry"
        ledger.output("prove", index, "--without-entry", "-o", files[0], "--entry-out", files[1])
    for old in sample(size + 1)[1:]:
        ledger.output("prove", "--consistency", old, "-o", proofs / f"{old}.consistency")

    done = subprocess.run([treecheck, ledger.directory, proofs], capture_output=True, text=True, check=False)
    tally.equal("treecheck ends well", (done.returncode, done.stderr), (0, ""))
    for line in done.stdout.splitlines():
        verdict, name = line.split(" ", 1)
        tally.holds(f"size {size}, {name}", verdict == "ok")

    index = sample(size)[-2]
    entry = proofs / f"{index}.entry"
    whole = (proofs / f"{index}.tlog-proof").read_text()
    tally.equal("prova verifies the proof too", verify(ledger, policy, entry, proofs, whole), 0)
    head, checkpoint = whole.split("\n\n", 1)
    lines = head.split("\n")
    last = bytearray(base64.b64decode(lines[-1]))
    last[0] ^= 1
    twins = {
        "another index": whole.replace(f"index {index}\n", f"index {index - 1}\n"),
        "a hash changed": whole.replace(lines[-1], base64.b64encode(last).decode(), 1),
        "a hash missing": "\n".join(lines[:-1]) + "\n\n" + checkpoint,
        "another size": whole.replace(f"\n{size}\n", f"\n{size + 1}\n"),
    }
    for name, twin in twins.items():
        tally.holds(f"{name}: it is a twin", twin != whole)
        tally.equal(f"prova refuses a proof, {name}", verify(ledger, policy, entry, proofs, twin), 1)
    policy.write_text(policy.read_text().replace(vkey, (proofs / "other-vkey").read_text().strip()))
    tally.equal("prova refuses a proof of a log it does not trust",
                verify(ledger, policy, entry, proofs, whole), 1)


def verify(ledger, policy, entry, proofs, text):
    """Prova's exit code about a proof."""
    twin = proofs / "twin"
    twin.write_text(text)
    return ledger.run("verify", twin, "--trust", policy, "--entry", entry).returncode
