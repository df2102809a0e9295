# SPDX-License-Identifier: GPL-3.0-only
"""The line of an invitation: what is written is read again, however somebody types it."""

from __future__ import annotations

import hashlib

import pytest

from session.core.errors import EnrolmentRefused
from session.core.spoken_letters import ALPHABET
from session.protocol.hub.invitation import (
    FINGERPRINT_LETTERS,
    InvitationLine,
    fingerprint_of,
    is_line,
    read_invitation,
)

MARK = fingerprint_of(b"a certificate")
LINE = InvitationLine(("tls://hub.example:4222",), "7JFY7YNS", MARK)


@pytest.mark.parametrize(
    "line",
    [
        LINE,
        InvitationLine(("tls://hub.example:4222", "wss://hub.example"), "7JFY7YNS", MARK),
        InvitationLine(("nats://127.0.0.1:4222",), "7JFY7YNS7JFY"),
        InvitationLine(("wss://hub.example",), "7JFY7YNS7JFY", MARK),
    ],
)
def test_a_line_is_read_as_it_was_written(line: InvitationLine) -> None:
    assert read_invitation(line.text) == line


@pytest.mark.parametrize(
    "typed",
    [
        LINE.text.lower(),
        f"  {LINE.text}\n",
        LINE.text.replace("#", " "),
        LINE.text.replace("#", " # "),
        LINE.text.replace("-", ""),
        LINE.text.replace("-", " "),
        LINE.text.replace("-", "\N{NON-BREAKING HYPHEN}"),
        LINE.text.removeprefix("tls://"),
        LINE.text.partition("#")[0] + "#" + LINE.text.partition("#")[2].replace("0", "O"),
    ],
)
def test_how_it_is_typed_does_not_matter(typed: str) -> None:
    assert read_invitation(typed) == LINE


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "7JFY-7YNS",
        "hub.example:4222",
        "#7JFY7YNS",
        LINE.text[:-1],
        LINE.text + "7",
        "hub#UUUUUUUU",
        "hub:port#7JFY7YNS",
        "tls://user@hub:4222#7JFY7YNS",
        "tls://hub:4222/path#7JFY7YNS",
    ],
)
def test_what_is_no_whole_line_is_refused(typed: str) -> None:
    assert not is_line(typed)
    with pytest.raises(EnrolmentRefused):
        read_invitation(typed)


def test_a_fingerprint_is_the_beginning_of_the_certificates_sha_256() -> None:
    bits = "".join(f"{ALPHABET.index(letter):05b}" for letter in MARK)
    assert len(MARK) == FINGERPRINT_LETTERS
    whole = f"{int.from_bytes(hashlib.sha256(b'a certificate').digest()):0256b}"
    assert whole.startswith(bits)
