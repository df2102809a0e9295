# SPDX-License-Identifier: GPL-3.0-only
"""IPP bytes: the examples of RFC 8010, every kind of value, and hostile messages."""

from __future__ import annotations

import random
import struct

import pytest

from session.kiosk.drivers.ipp_codec import (
    Attribute,
    GroupTag,
    IppMalformed,
    Message,
    Tag,
    boolean,
    decode,
    encode,
    enum_value,
    integer,
    keyword,
    name_value,
    operation_attributes,
    text_value,
    uri,
)


def rfc_print_job() -> bytes:
    """RFC 8010, appendix A.1, "Print-Job Request", written out by hand."""

    def field(tag: int, name: str, value: bytes) -> bytes:
        return (
            struct.pack(">BH", tag, len(name))
            + name.encode()
            + struct.pack(">H", len(value))
            + value
        )

    return (
        b"\x01\x01\x00\x02\x00\x00\x00\x01\x01"
        + field(0x47, "attributes-charset", b"utf-8")
        + field(0x48, "attributes-natural-language", b"en-us")
        + field(0x45, "printer-uri", b"ipp://printer.example.com/ipp/print/pinetree")
        + field(0x42, "job-name", b"foobar")
        + field(0x22, "ipp-attribute-fidelity", b"\x01")
        + b"\x02"
        + field(0x21, "copies", b"\x00\x00\x00\x14")
        + field(0x44, "sides", b"two-sided-long-edge")
        + b"\x03%!PDF"
    )


def test_the_example_of_the_standard_is_read() -> None:
    message = decode(rfc_print_job())
    assert (message.version, message.code, message.request_id) == ((1, 1), 0x0002, 1)
    assert message.text(GroupTag.OPERATION, "job-name") == "foobar"
    assert message.group(GroupTag.OPERATION)["ipp-attribute-fidelity"] == boolean(True)
    assert message.number(GroupTag.JOB, "copies") == 20
    assert message.text(GroupTag.JOB, "sides") == "two-sided-long-edge"
    assert message.data == b"%!PDF"


def test_the_example_of_the_standard_is_written_byte_for_byte() -> None:
    assert encode(decode(rfc_print_job())) == rfc_print_job()


def test_every_kind_of_value_survives_the_way() -> None:
    media = {
        "media-size": Attribute(
            Tag.BEGIN_COLLECTION, ({"x-dimension": integer(21000), "y-dimension": integer(29700)},)
        ),
        "media-type": keyword("stationery", "labels"),
    }
    attributes = {
        "numbers": integer(-1, 0, 2**31 - 1),
        "state": enum_value(5),
        "words": keyword("one", "two"),
        "nothing": Attribute(Tag.NO_VALUE, (None,)),
        "resolution": Attribute(Tag.RESOLUTION, ((300, 300, 3),)),
        "ranges": Attribute(Tag.RANGE_OF_INTEGER, ((1, 3), (5, 9))),
        "octets": Attribute(Tag.OCTET_STRING, (b"\x00\xff",)),
        "media-col": Attribute(Tag.BEGIN_COLLECTION, (media, media)),
        "after": text_value("éà"),
    }
    message = Message(
        code=0, request_id=7, groups=((GroupTag.OPERATION, operation_attributes()), (4, attributes))
    )
    assert decode(encode(message)) == message


def test_a_text_with_its_language_is_read_as_text() -> None:
    inner = struct.pack(">H", 2) + b"fr" + struct.pack(">H", 6) + "prête".encode()
    raw = (
        b"\x02\x00\x00\x00\x00\x00\x00\x01\x04\x35"
        + struct.pack(">H", 4)
        + b"info"
        + struct.pack(">H", 12)
        + inner
    )
    assert decode(raw + b"\x03").text(GroupTag.PRINTER, "info") == "prête"


def test_charset_and_language_stand_first() -> None:
    names = list(operation_attributes(printer_uri=uri("ipp://x/"), job_id=integer(1)))
    assert names == ["attributes-charset", "attributes-natural-language", "printer-uri", "job-id"]


def test_names_and_texts_are_cut_to_their_limit_in_bytes() -> None:
    assert name_value("é" * 200).first == "é" * 127
    assert text_value("a" * 2000).first == "a" * 1023


def test_a_value_that_does_not_fit_is_refused_before_it_is_sent() -> None:
    message = Message(code=0, request_id=1, groups=((GroupTag.JOB, {"copies": integer(2**40)}),))
    with pytest.raises(IppMalformed):
        encode(message)


def test_every_cut_message_is_refused() -> None:
    whole = rfc_print_job().removesuffix(b"%!PDF")
    for end in range(len(whole)):
        with pytest.raises(IppMalformed):
            decode(whole[:end])


def test_endless_nesting_is_refused() -> None:
    begin = b"\x34\x00\x01a\x00\x00" + b"\x4a\x00\x00\x00\x01m\x34\x00\x00\x00\x00" * 5000
    with pytest.raises(IppMalformed, match="nested"):
        decode(b"\x02\x00\x00\x00\x00\x00\x00\x01\x04" + begin)


def test_a_flood_of_attributes_is_refused() -> None:
    with pytest.raises(IppMalformed, match="too many"):
        decode(
            b"\x02\x00\x00\x00\x00\x00\x00\x01\x04" + b"\x44\x00\x01a\x00\x01b" * 30_000 + b"\x03"
        )


@pytest.mark.parametrize(
    "body",
    [
        b"\x44\x00\x01a\x00\x01b\x03",  # a value before any group
        b"\x04\x44\x00\x00\x00\x01b\x03",  # a further value of nothing
        b"\x04\x21\x00\x01a\x00\x02bb\x03",  # an integer of two bytes
        # member, no name
        b"\x04\x34\x00\x01a\x00\x00\x21\x00\x00\x00\x04\x00\x00\x00\x01\x37\x00\x00\x00\x00\x03",
        b"\x04\x34\x00\x01a\x00\x00\x03",  # the end inside a collection
        b"\x04\x35\x00\x01a\x00\x03\x00\x09f\x03",  # a language longer than its value
    ],
)
def test_what_may_not_stand_there_is_refused(body: bytes) -> None:
    with pytest.raises(IppMalformed):
        decode(b"\x02\x00\x00\x00\x00\x00\x00\x01" + body)


def test_noise_is_refused_or_read_but_never_breaks() -> None:
    chance = random.Random(11)
    good = bytearray(rfc_print_job())
    outcomes = set()
    for _ in range(3000):
        spoiled = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        try:
            decode(bytes(spoiled))
            outcomes.add("read")
        except IppMalformed:
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}
