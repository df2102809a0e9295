# SPDX-License-Identifier: GPL-3.0-only
"""Tables and words of the pages of reference, in Markdown. Used by their generators."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence

MADE = (
    "Made by `python -m expert_app.reference` from the program's own tables; change those, "
    "not this "
    "page."
)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; what would break a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|").strip()


def code(text: str) -> str:
    """In backticks; nothing when empty."""
    if text:
        return f"`{text}`"
    return ""


def codes(texts: Iterable[str]) -> str:
    """Several, with commas."""
    return ", ".join(map(code, texts))


def first_words(thing: object) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join((inspect.getdoc(thing) or "").partition("\n\n")[0].split())
