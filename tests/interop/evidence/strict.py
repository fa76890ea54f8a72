"""Encodings (FORMAT.md §1), each read in one way only."""

import base64
import binascii
import calendar
import hashlib
import json
import math
import pathlib
import re

FORMAT = pathlib.Path(__file__).resolve().parents[3] / "crates" / "core" / "FORMAT.md"
U64 = 1 << 64
COUNTRIES = frozenset("""
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL
CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU
GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC
MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT
PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA
UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW""".split())


class Refused(Exception):
    """The evidence does not hold, or departs from the format."""


def need(condition, *why):
    """Refuses unless the condition is true."""
    if not condition:
        raise Refused(" ".join(f"{part!s:.200}" for part in why))


def sha256(*parts):
    """SHA-256 of the parts, one after the other."""
    return hashlib.sha256(b"".join(parts)).digest()


def block(name):
    """The lines of a fenced example of FORMAT.md, or of its shapes, such as its lists of codes."""
    text = FORMAT.read_text(encoding="utf-8")
    return re.split(f"```(?:example|shapes) {name}\n", text, maxsplit=1)[1].split("\n```", 1)[0].split("\n")


def unhex(text, length=32):
    """Bytes of lower-case hexadecimal digits."""
    need(isinstance(text, str) and re.fullmatch(r"[0-9a-f]*", text) and len(text) == 2 * length, "no hex:", text)
    return bytes.fromhex(text)


def unbase64(text, length=None):
    """Bytes of canonical padded base64 (RFC 4648 §4)."""
    need(isinstance(text, str) and text.isascii(), "no base64:", text)
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Refused(f"no base64: {text:.100}") from error
    need(base64.b64encode(data).decode() == text, "base64 is not canonical:", text)
    need(length in (None, len(data)), "base64 of", len(data), "bytes, want", length)
    return data


def decimal(text, limit=U64):
    """A number without sign or leading zeroes, below the limit."""
    need(re.fullmatch(r"0|[1-9][0-9]{0,19}", text), "no decimal:", text)
    need(int(text) < limit, "number too large:", text)
    return int(text)


def number(value, limit=U64):
    """A JSON number that is an index or count."""
    need(type(value) is int and 0 <= value < limit, "no number:", value)
    return value


def text(value):
    """A JSON string."""
    need(isinstance(value, str), "no text:", value)
    return value


def timestamp(value):
    """`YYYY-MM-DDThh:mm:ssZ` without leap seconds; compares as text."""
    found = (
        re.fullmatch(r"(.{10})T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z", value) if isinstance(value, str) else None
    )
    need(found, "no time:", value)
    date(found[1])
    return value


def date(value):
    """`YYYY-MM-DD` of the Gregorian calendar, years 0000 to 9999."""
    found = re.fullmatch(r"([0-9]{4})-(0[1-9]|1[0-2])-([0-9]{2})", value) if isinstance(value, str) else None
    # A cycle of 400 years later, so that the year 0000 is one that Python knows.
    need(
        found and 1 <= int(found[3]) <= calendar.monthrange(int(found[1]) % 400 + 2000, int(found[2]))[1],
        "no date:",
        value,
    )
    return value


def country(value):
    """An assigned ISO 3166-1 alpha-2 code."""
    need(isinstance(value, str) and value in COUNTRIES, "no country:", value)
    return value


def hidden(value):
    """Whether a text holds control characters, or some that hide or reorder text (§5)."""
    return re.search(
        "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]",
        value,
    )


def _once(pairs):
    found = dict(pairs)
    need(len(found) == len(pairs), "a member stands twice:", [name for name, _ in pairs])
    return found


def _refuse(word):
    raise Refused(f"no JSON: {word}")


def _float(digits):
    """A number that a double can hold."""
    need(math.isfinite(float(digits)), "number out of range:", digits)
    return float(digits)


def _integer(digits):
    """A number that no index or count is stays a float, which `number` refuses."""
    return int(digits) if digits != "-0" and len(digits) < 40 else _float(digits)


def parse(data):
    """Strict JSON: RFC 8259, UTF-8, no member twice, at most 32 deep, nothing after it."""
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"no UTF-8: {error}") from error
    depth = deepest = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', whole, re.DOTALL):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        deepest = max(deepest, depth)
    need(deepest <= 32, "nested", deepest, "deep")
    try:
        value = json.loads(
            whole, object_pairs_hook=_once, parse_constant=_refuse, parse_int=_integer, parse_float=_float
        )
        # An escape may name half of a surrogate pair, which no UTF-8 text can hold.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Refused(f"no JSON: {error}") from error
    return value


def compact(value):
    """Compact JSON in the order of the members; only what RFC 8259 §7 demands is escaped, and in its shortest form."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def members(value, required, optional=()):
    """An object with these members in this order, and no others."""
    need(isinstance(value, dict), "no object:", value)
    order = [name for name in required if name not in optional or name in value]
    need(list(value) == order, "members", list(value), "want", order)
    return value
