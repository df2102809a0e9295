# SPDX-License-Identifier: GPL-3.0-only
"""No pattern's time grows faster than its text: pages, kiosks, scanners and files are strangers.

A pattern that begins anew at every letter needs minutes for what others do in milliseconds: the
processor time that is allowed is some hundred times what a pattern takes that reads once.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

import documents
import session
import views

LETTERS = 200_000
MOST_S = 3.0
UNITS = (
    "a",
    "0",
    " ",
    '"',
    "\\",
    '\\"',
    "?",
    "#",
    "=",
    "@",
    "a@",
    "a.",
    "1 ",
    "1-",
    "AA11",
    "AA11 ",
    "1 85 05 ",
    "06 12 ",
    "allocataire n° ",
    "allocataire",
    "<dc:source>",
    "<dc:identifier>seal:",
    "a=candidate:1 1 udp 1 ",
)


def _patterns() -> Iterator[tuple[str, re.Pattern[str] | re.Pattern[bytes]]]:
    for package in (session, documents, views):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" in found.name or found.name.endswith("__main__"):
                continue
            for name, value in vars(importlib.import_module(found.name)).items():
                if isinstance(value, re.Pattern):
                    yield f"{found.name}.{name}", value


PATTERNS = dict(_patterns())


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_a_pattern_reads_its_text_once(name: str) -> None:
    pattern = PATTERNS[name]
    for unit in UNITS:
        text = unit * (LETTERS // len(unit))
        begun = time.process_time()
        _search(pattern, text)
        assert time.process_time() - begun < MOST_S, f"{unit!r} again and again"


def _search(pattern: re.Pattern[str] | re.Pattern[bytes], text: str) -> None:
    looked_in: Any = text if isinstance(pattern.pattern, str) else text.encode()
    for _found in pattern.finditer(looked_in):
        pass
