# SPDX-License-Identifier: GPL-3.0-only
"""What a computer calls itself, as it goes over the wire and into a list."""

from __future__ import annotations

from session.core.computer import LETTERS, computer_name, printable_name
from session.protocol.wire.program import header_text


def test_a_name_is_one_short_printable_word() -> None:
    assert printable_name(" agence\n-2\x1b[31m ") == "agence-2[31m"
    assert len(printable_name("x" * 5000)) == LETTERS
    assert len(computer_name()) <= LETTERS


def test_a_header_has_ascii_only() -> None:
    assert header_text("PC-Chloé") == "PC-Chlo?"
