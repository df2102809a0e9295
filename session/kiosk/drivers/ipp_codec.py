# SPDX-License-Identifier: GPL-3.0-only
"""IPP messages to bytes and back, every length checked.
No I/O; used by the IPP client and the simulated printer.

Source: RFC 8010 (encoding) and RFC 8011 (model); sections beside the lines.
"""

from __future__ import annotations

import struct
from enum import IntEnum

import msgspec

MAX_ATTRIBUTES = 20_000
_MAX_DEPTH = 8


class IppMalformed(ValueError):
    """These bytes are no IPP message; the text says where it breaks."""


class GroupTag(IntEnum):
    """Delimiter tags (RFC 8010, section 3.5.1)."""

    OPERATION = 0x01
    JOB = 0x02
    END = 0x03
    PRINTER = 0x04
    UNSUPPORTED = 0x05


class Tag(IntEnum):
    """Value tags (RFC 8010, section 3.5.2)."""

    UNSUPPORTED = 0x10
    UNKNOWN = 0x12
    NO_VALUE = 0x13
    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    OCTET_STRING = 0x30
    DATE_TIME = 0x31
    RESOLUTION = 0x32
    RANGE_OF_INTEGER = 0x33
    BEGIN_COLLECTION = 0x34
    TEXT_WITH_LANGUAGE = 0x35
    NAME_WITH_LANGUAGE = 0x36
    END_COLLECTION = 0x37
    TEXT = 0x41
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    URI_SCHEME = 0x46
    CHARSET = 0x47
    NATURAL_LANGUAGE = 0x48
    MIME_MEDIA_TYPE = 0x49
    MEMBER_NAME = 0x4A


type Value = int | bool | str | bytes | tuple[int, ...] | dict[str, Attribute] | None
"""None stands for the out-of-band values: unsupported, unknown, no-value."""


class Attribute(msgspec.Struct, frozen=True):
    """Values of one attribute and the tag of the first;
    a second tag (name beside keyword) is not kept.
    """

    tag: int
    values: tuple[Value, ...]

    @property
    def first(self) -> Value:
        """The only or first value."""
        if self.values:
            return self.values[0]
        return None

    def strings(self) -> tuple[str, ...]:
        """Return the values that are text."""
        return tuple(value for value in self.values if isinstance(value, str))


type Attributes = dict[str, Attribute]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A request or an answer. `code` is the operation of a request, the status of an answer; `data`
    follows it.
    """

    code: int
    request_id: int
    groups: tuple[tuple[int, Attributes], ...]
    version: tuple[int, int] = (2, 0)
    data: bytes = b""

    def group(self, tag: GroupTag) -> Attributes:
        """The first group of this kind; empty when there is none."""
        return next((attributes for group_tag, attributes in self.groups if group_tag == tag), {})

    def text(self, tag: GroupTag, name: str) -> str:
        """First value of an attribute when it is text, else empty."""
        attribute = self.group(tag).get(name)
        if attribute and isinstance(attribute.first, str):
            return attribute.first
        return ""

    def number(self, tag: GroupTag, name: str, default: int = 0) -> int:
        """First value of an attribute when it is a number, else `default`."""
        attribute = self.group(tag).get(name)
        if attribute and isinstance(attribute.first, int):
            return attribute.first
        return default


def keyword(*values: str) -> Attribute:
    """A keyword or several."""
    return Attribute(Tag.KEYWORD, values)


def name_value(value: str) -> Attribute:
    """A name, cut to 255 bytes (RFC 8011, section 5.1.3)."""
    return Attribute(Tag.NAME, (_cut(value, 255),))


def text_value(value: str) -> Attribute:
    """A text, cut to 1023 bytes (RFC 8011, section 5.1.2)."""
    return Attribute(Tag.TEXT, (_cut(value, 1023),))


def uri(*values: str) -> Attribute:
    """An address or several."""
    return Attribute(Tag.URI, values)


def mime(*values: str) -> Attribute:
    """A media type or several."""
    return Attribute(Tag.MIME_MEDIA_TYPE, values)


def integer(*values: int) -> Attribute:
    """A number or several."""
    return Attribute(Tag.INTEGER, values)


def enum_value(*values: int) -> Attribute:
    """A number with a meaning, or several."""
    return Attribute(Tag.ENUM, values)


def boolean(value: bool) -> Attribute:
    """True or false."""
    return Attribute(Tag.BOOLEAN, (value,))


def operation_attributes(**extra: Attribute) -> Attributes:
    """An operation group: charset and language first, as RFC 8011, section 4.1.4 demands;
    `_` in names becomes `-`.
    """
    head = {
        "attributes-charset": Attribute(Tag.CHARSET, ("utf-8",)),
        "attributes-natural-language": Attribute(Tag.NATURAL_LANGUAGE, ("fr",)),
    }
    return head | {name.replace("_", "-"): attribute for name, attribute in extra.items()}


def _cut(value: str, limit_bytes: int) -> str:
    return value.encode()[:limit_bytes].decode(errors="ignore")


# ---- encoding


def encode(message: Message) -> bytes:
    """RFC 8010, section 3.1. Raises `IppMalformed` when a value does not fit its tag."""
    major, minor = message.version
    out = bytearray(struct.pack(">BBHi", major, minor, message.code, message.request_id))
    for tag, attributes in message.groups:
        out.append(tag)
        for name, attribute in attributes.items():
            _encode_attribute(out, name.encode(), attribute)
    out.append(GroupTag.END)
    return bytes(out) + message.data


def _encode_attribute(out: bytearray, name: bytes, attribute: Attribute) -> None:
    for number, value in enumerate(attribute.values):
        _encode_field(
            out, attribute.tag, b"" if number else name, _encode_value(attribute.tag, value)
        )
        if attribute.tag == Tag.BEGIN_COLLECTION:  # RFC 8010, section 3.1.6
            if not isinstance(value, dict):
                raise IppMalformed("a collection is a dictionary")
            for member, inner in value.items():
                _encode_field(out, Tag.MEMBER_NAME, b"", member.encode())
                _encode_attribute(out, b"", inner)
            _encode_field(out, Tag.END_COLLECTION, b"", b"")


def _encode_field(out: bytearray, tag: int, name: bytes, value: bytes) -> None:
    out += struct.pack(">BH", tag, len(name)) + name + struct.pack(">H", len(value)) + value


def _encode_value(tag: int, value: Value) -> bytes:
    try:
        match value:
            case None | dict():
                return b""
            case bool():
                if value:
                    return b"\x01"
                return b"\x00"
            case int():
                return struct.pack(">i", value)
            case str():
                return value.encode()
            case bytes():
                return value
            case tuple():
                return struct.pack(">iib" if tag == Tag.RESOLUTION else ">ii", *value)
    except struct.error as error:
        raise IppMalformed(f"value does not fit tag {tag:#x}") from error


# ---- decoding


class _Reader:
    """A place in the bytes that never leaves them."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        if self._at + count > len(self._data):
            raise IppMalformed(f"cut short at byte {len(self._data)}")
        self._at += count
        return self._data[self._at - count : self._at]

    def byte(self) -> int:
        return self.take(1)[0]

    def string(self) -> bytes:
        return self.take(int.from_bytes(self.take(2)))

    def field(self) -> tuple[str, bytes]:
        """Name and value after a value tag."""
        return self.string().decode(errors="replace"), self.string()

    def rest(self) -> bytes:
        return self._data[self._at :]


def decode(data: bytes) -> Message:
    """RFC 8010, section 3.1.

    Raises:
        IppMalformed: cut short, nested too deep, too many attributes, or values where none may
            stand.
    """
    reader = _Reader(data)
    major, minor, code, request_id = struct.unpack(">BBHi", reader.take(8))
    groups: list[tuple[int, Attributes]] = []
    name, attributes_left = "", MAX_ATTRIBUTES
    while (tag := reader.byte()) != GroupTag.END:
        if tag < Tag.UNSUPPORTED:
            groups.append((tag, {}))
            name = ""
            continue
        attributes_left -= 1
        if not groups or attributes_left < 0:
            raise IppMalformed("too many attributes" if groups else "a value before any group")
        own_name, raw = reader.field()
        name = own_name or name
        if not name:
            raise IppMalformed("a value without a name")
        _add(
            groups[-1][1], name, tag, _decode_value(reader, tag, raw, depth=0), first=bool(own_name)
        )
    return Message(
        code=code,
        request_id=request_id,
        groups=tuple(groups),
        version=(major, minor),
        data=bytes(reader.rest()),
    )


def _add(attributes: Attributes, name: str, tag: int, value: Value, *, first: bool) -> None:
    if first:
        before = None
    else:
        before = attributes.get(name)
    attributes[name] = (
        Attribute(tag, (value,))
        if before is None
        else Attribute(before.tag, (*before.values, value))
    )


def _decode_value(reader: _Reader, tag: int, raw: bytes, depth: int) -> Value:
    try:
        match tag:
            case Tag.BEGIN_COLLECTION:
                return _decode_collection(reader, depth + 1)
            case Tag.UNSUPPORTED | Tag.UNKNOWN | Tag.NO_VALUE:
                return None
            case Tag.INTEGER | Tag.ENUM:
                return int(struct.unpack(">i", raw)[0])
            case Tag.BOOLEAN:
                return raw == b"\x01"
            case Tag.RANGE_OF_INTEGER:
                return struct.unpack(">ii", raw)
            case Tag.RESOLUTION:
                return struct.unpack(">iib", raw)
            case (
                Tag.TEXT_WITH_LANGUAGE | Tag.NAME_WITH_LANGUAGE
            ):  # RFC 8010, section 3.9: language, then text
                inner = _Reader(raw)
                inner.string()
                return inner.string().decode(errors="replace")
            case _ if (
                0x40 <= tag <= 0x5F
            ):  # RFC 8010, section 3.5.2: the range of character strings
                return raw.decode(errors="replace")
            case _:
                return raw
    except struct.error as error:
        raise IppMalformed(f"value does not fit tag {tag:#x}") from error


def _decode_collection(reader: _Reader, depth: int) -> dict[str, Attribute]:
    """Members up to the end of the collection (RFC 8010, section 3.1.6)."""
    if depth > _MAX_DEPTH:
        raise IppMalformed("nested too deep")
    members: dict[str, Attribute] = {}
    name, first = "", False
    for _ in range(MAX_ATTRIBUTES):
        tag = reader.byte()
        if tag < Tag.UNSUPPORTED:
            raise IppMalformed("a group inside a collection")
        _name, raw = reader.field()
        if tag == Tag.END_COLLECTION:
            return members
        if tag == Tag.MEMBER_NAME:
            name, first = raw.decode(errors="replace"), True
            continue
        if not name:
            raise IppMalformed("a member without a name")
        _add(members, name, tag, _decode_value(reader, tag, raw, depth), first=first)
        first = False
    raise IppMalformed("too many members")
