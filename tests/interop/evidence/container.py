"""The strict ZIP archive (FORMAT.md §15; APPNOTE.TXT 6.3.10), byte for byte."""

import struct
import zlib

from .strict import Refused, need

# Version needed 2.0, no flags, and time 00:00:00 of 1 January 1980.
LOCAL = struct.Struct("<4sHHHHHIIIHH")
CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
END = struct.Struct("<4sHHHHIIH")
END64 = struct.Struct("<4sQHHIIQQQQ")
LOCATOR = struct.Struct("<4sIQI")
FILES = 1_000_000
ARCHIVE = (1 << 32) - 2
INFLATED = 32 << 20


def unpack(form, data, at):
    """One record; refuses what ends before it does."""
    need(at + form.size <= len(data), "archive cut at", at)
    return form.unpack_from(data, at)


def inflate(packed, size):
    """The deflated bytes (RFC 1951); the stream must end with its last byte."""
    stream = zlib.decompressobj(-15)
    try:
        data = stream.decompress(packed, size + 1)
    except zlib.error as error:
        raise Refused(f"deflate: {error}") from error
    need(
        stream.eof and not stream.unused_data and not stream.unconsumed_tail and len(data) == size,
        "deflated data of another length",
    )
    return data


def locals_of(data):
    """Every local file: its name, content, and what the central directory must say of it; and where they end."""
    at, files, records = 0, [], []
    while data[at : at + 4] == b"PK\3\4":
        start = at
        _, version, flags, method, clock, day, crc, packed, size, length, extra = unpack(LOCAL, data, at)
        at += LOCAL.size
        need((version, flags, clock, day, extra) == (20, 0, 0, 0x21, 0), "local header at", start)
        name, content = data[at : at + length], data[at + length : at + length + packed]
        at += length + packed
        need(at <= len(data), "archive cut in", name)
        if method == 8:
            need(packed < size <= min(100 * packed, INFLATED), "deflated", packed, "to", size, "in", name)
            content = inflate(content, size)
        else:
            need(method == 0 and packed == size, "method", method, "of", name)
        need(zlib.crc32(content) == crc, "CRC of", name)
        files.append((name, content))
        records.append(
            CENTRAL.pack(
                b"PK\1\2", 0x0314, 20, 0, method, 0, 0x21, crc, packed, size, length, 0, 0, 0, 0, 0x81A40000, start
            )
            + name
        )
        need(len(files) <= FILES, "more than", FILES, "files")
    return files, records, at


def read(data):
    """Names and contents, in the order of the archive."""
    need(len(data) <= ARCHIVE, "archive of", len(data), "bytes")
    files, records, offset = locals_of(data)
    directory = b"".join(records)
    at, count = offset + len(directory), len(files)
    end = b""
    if count >= 0xFFFF:
        end = END64.pack(b"PK\6\6", 44, 0x032D, 45, 0, 0, count, count, len(directory), offset) + LOCATOR.pack(
            b"PK\6\7", 0, at, 1
        )
    shown = min(count, 0xFFFF)
    end += END.pack(b"PK\5\6", 0, 0, shown, shown, len(directory), offset, 0)
    need(
        data[offset:] == directory + end,
        "the central directory is not that of the files, or something stands beside it",
    )
    names = [name for name, _ in files]
    need(len(set(names)) == len(names), "a name stands twice")
    return files
