# SPDX-License-Identifier: GPL-3.0-only
"""A name that a stranger sends is the name and nothing else: no newline at its end, which would
break a subject or a line of a log.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest

from session.core.birth_date import PATTERN
from session.core.field_types import Id, OptionalId, Sha256, whole
from session.protocol.wire.ids import ServiceRef

SOURCES = ("expert_app", "views", "session", "documents", "resources")


@pytest.mark.parametrize(
    ("kind", "text"), [(Id, "a"), (OptionalId, ""), (Sha256, "0" * 64), (ServiceRef, "caisse/aide")]
)
def test_no_newline_follows_a_name(kind: type[str], text: str) -> None:
    assert msgspec.json.decode(json.dumps(text), type=kind) == text
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(json.dumps(text + "\n"), type=kind)


def test_the_whole_is_the_whole() -> None:
    assert re.search(whole("[a-z]{1,3}"), "abc")
    assert not re.search(whole("[a-z]{1,3}"), "abc\n")
    assert not re.search(PATTERN, "1957-05\n")


def test_every_field_s_pattern_ends_where_its_text_ends() -> None:
    loose = [
        f"{path}: {line.strip()}"
        for folder in SOURCES
        for path in Path(folder).rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"""pattern=r?f?["'][^"']*(?<!\|)\$["']""", line)
    ]
    assert loose == []
