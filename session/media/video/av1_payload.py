# SPDX-License-Identifier: GPL-3.0-only
"""AV1 in RTP packets and out of them again. Used by `picture_codecs`.

After "RTP Payload Format For AV1", version 1.0 (Alliance for Open Media):
the aggregation header of section 4.4 and the fragments of section 4.5. The dependency descriptor is
optional there and left out: we send one layer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

MAX_PAYLOAD = 1150
"""Bytes; with RTP, its extensions, SRTP's tag, UDP and IPv6 a packet stays under 1280."""

MAX_ELEMENTS = 3
"""More elements than this need W = 0 and a length before each (section 4.4)."""

MAX_UNIT_BYTES = 4_000_000

OBU_SEQUENCE_HEADER = 1
OBU_TEMPORAL_DELIMITER = 2
OBU_TILE_LIST = 8
OBU_PADDING = 15
_NOT_SENT = (OBU_TEMPORAL_DELIMITER, OBU_TILE_LIST, OBU_PADDING)
"""Section 5: a sender leaves these out."""

_FORBIDDEN, _HAS_EXTENSION, _HAS_SIZE = 0x80, 0x04, 0x02
_CONTINUES, _CONTINUED, _NEW_SEQUENCE = 0x80, 0x40, 0x08
"""Z, Y and N of the aggregation header (section 4.4)."""


def read_leb128(data: bytes | memoryview, at: int) -> tuple[int, int]:
    """An unsigned number and the place after it (AV1 specification, section 4.10.5).
    Raises ValueError.
    """
    value = 0
    for index in range(8):
        if at + index >= len(data):
            raise ValueError("a length is cut off")
        byte = data[at + index]
        value |= (byte & 0x7F) << (7 * index)
        if not byte & 0x80:
            return value, at + index + 1
    raise ValueError("a length is too long")


def leb128(value: int) -> bytes:
    """An unsigned number in as few bytes as it needs."""
    out = bytearray()
    while True:
        out.append((value & 0x7F) | (0x80 if value > 0x7F else 0))
        value >>= 7
        if not value:
            return bytes(out)


def obu_type(obu: bytes) -> int:
    """The kind of an OBU (AV1 specification, section 6.2.2)."""
    return (obu[0] >> 3) & 15


def split_unit(unit: bytes) -> list[bytes]:
    """A temporal unit's OBUs as they are sent:
    without their own length, without those that are not sent.

    Raises:
        ValueError: it is not a low-overhead bitstream (AV1 specification, section 5.2).
    """
    obus: list[bytes] = []
    at = 0
    while at < len(unit):
        header = unit[at]
        if header & _HAS_EXTENSION:
            head = 2
        else:
            head = 1
        if header & _FORBIDDEN or at + head > len(unit):
            raise ValueError("no OBU")
        size, body = len(unit) - at - head, at + head
        if header & _HAS_SIZE:
            size, body = read_leb128(unit, at + head)
        if body + size > len(unit):
            raise ValueError("an OBU is cut off")
        if obu_type(unit[at : at + 1]) not in _NOT_SENT:
            obus.append(
                bytes((header & ~_HAS_SIZE,)) + unit[at + 1 : at + head] + unit[body : body + size]
            )
        at = body + size
    return obus


def packetize(unit: bytes, max_payload: int = MAX_PAYLOAD) -> list[bytes]:
    """A temporal unit as the payloads of RTP packets;
    the last one carries the marker (section 4.2).

    Raises:
        ValueError: `unit` is no temporal unit.
    """
    obus = split_unit(unit)
    key = any(obu_type(obu) == OBU_SEQUENCE_HEADER for obu in obus)
    packets: list[bytes] = []
    waiting: list[bytes] = []  # elements of the packet in the making
    continues = False
    for obu in obus:
        rest = obu
        while rest:
            room = max_payload - 1 - sum(len(part) + 2 for part in waiting)
            if room < 16 or len(waiting) == MAX_ELEMENTS:
                packets.append(_packet(waiting, continues, False))
                waiting, continues, room = [], len(rest) < len(obu), max_payload - 1
            waiting.append(rest[:room])
            rest = rest[room:]
            if rest:
                packets.append(_packet(waiting, continues, True))
                waiting, continues = [], True
    if waiting:
        packets.append(_packet(waiting, continues, False))
    if key and packets:
        packets[0] = bytes((packets[0][0] | _NEW_SEQUENCE,)) + packets[0][1:]
    return packets


def _packet(elements: Sequence[bytes], continues: bool, continued: bool) -> bytes:
    header = (
        len(elements) << 4 | (_CONTINUES if continues else 0) | (_CONTINUED if continued else 0)
    )
    lengths = [leb128(len(element)) for element in elements[:-1]]
    return bytes((header,)) + b"".join(
        a + b for a, b in zip([*lengths, b""], elements, strict=True)
    )


def is_new_sequence(payload: bytes) -> bool:
    """True if a packet begins a coded video sequence, which a decoder can start with."""
    return bool(payload) and bool(payload[0] & _NEW_SEQUENCE)


def _elements(payload: bytes) -> Iterator[bytes]:
    """The OBU elements of one packet (section 4.4). Raises ValueError."""
    count, at, number = payload[0] >> 4 & 3, 1, 0
    while at < len(payload):
        number += 1
        size = len(payload) - at
        if number != count:
            size, at = read_leb128(payload, at)
        if at + size > len(payload) or (count and number > count):
            raise ValueError("an element is cut off")
        yield payload[at : at + size]
        at += size


def join(payloads: Sequence[bytes]) -> bytes:
    """The temporal unit of a picture's packets, each OBU with its length, as a decoder wants it.

    Raises:
        ValueError: the packets do not fit together; the picture is lost.
    """
    obus: list[bytearray] = []
    open_obu = False
    for payload in payloads:
        if len(payload) < 2:
            raise ValueError("an empty packet")
        if bool(payload[0] & _CONTINUES) != open_obu:
            raise ValueError("a fragment without its other part")
        for element in _elements(payload):
            if open_obu:
                obus[-1] += element
                open_obu = False
            else:
                obus.append(bytearray(element))
        open_obu = bool(payload[0] & _CONTINUED)
    if open_obu or not obus or sum(map(len, obus)) > MAX_UNIT_BYTES:
        raise ValueError("the last fragment is missing")
    return b"".join(_with_size(obu) for obu in obus if obu)


def _with_size(obu: bytearray) -> bytes:
    header = obu[0]
    if header & _HAS_EXTENSION:
        head = 2
    else:
        head = 1
    if header & _FORBIDDEN or len(obu) < head:
        raise ValueError("no OBU")
    if header & _HAS_SIZE:
        return bytes(obu)  # section 4.5: allowed, though a sender should not
    return (
        bytes((header | _HAS_SIZE,))
        + bytes(obu[1:head])
        + leb128(len(obu) - head)
        + bytes(obu[head:])
    )
