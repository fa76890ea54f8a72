"""Keys and signatures (FORMAT.md §2; RFC 8032 §5.1)."""

import functools
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from .strict import Refused, need, sha256, unbase64

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SPKI = bytes.fromhex("302a300506032b6570032100")
ZERO = (0, 1, 1, 0)


def add(a, b):
    """Sum of two points in extended coordinates (RFC 8032 §5.1.4)."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar, point):
    """A multiple of a point."""
    result = ZERO
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def same(a, b):
    """Whether two points are one."""
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def point(data):
    """A point from its canonical encoding (RFC 8032 §5.1.3)."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    need(y < P, "point not canonical")
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x + u) % P == 0:
        x = x * pow(2, (P - 1) // 4, P) % P
    need((v * x * x - u) % P == 0, "no point of the curve")
    need(x or not sign, "point not canonical")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = point(bytes.fromhex("58" + "66" * 31))


@functools.cache
def usable(key):
    """The point of a key, which must be of prime order."""
    found = point(key)
    need(not same(found, ZERO) and same(times(L, found), ZERO), "key not of prime order")
    return found


def public(value):
    """The 32 bytes of `ed25519:<base64>`."""
    need(isinstance(value, str) and value.startswith("ed25519:"), "no public key:", value)
    key = unbase64(value.removeprefix("ed25519:"), 32)
    usable(key)
    return key


def key_id(key):
    """SHA-256 of the DER SubjectPublicKeyInfo (RFC 8410)."""
    return sha256(SPKI, key).hex()


@functools.cache
def holds(key, message, signature):
    """The audit rule. `cryptography` has the equation without cofactor and compares R byte for byte, so what it accepts this rule does;
    what it refuses is looked at again."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        return True
    except InvalidSignature:
        pass
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    try:
        start = point(r)
    except Refused:
        return False
    if s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L
    return same(times(8 * s, BASE), times(8, add(start, times(k, usable(key)))))


def verify(key, message, signature, who):
    """Refuses a signature that does not hold."""
    need(len(signature) == 64 and holds(key, message, signature), "wrong signature of", who)
