# SPDX-License-Identifier: GPL-3.0-only
"""The pages of reference: the texts in the folder `pages`, filled with what the program's own code
says. Used by `expert_app.reference`.

`{module.NAME}` stands for a value of the code, `{name}` for one of `tables.TABLES`; a form after
a colon is one of `_FORMS`, or Python's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from pkgutil import resolve_name
from string import Formatter
from typing import Any

from expert_app.reference.files import Documents
from expert_app.reference.markdown import codes
from expert_app.reference.tables import TABLES

TEXTS = Path(__file__).parent / "pages"


def _size(size_bytes: int) -> str:
    if size_bytes < 1 << 20:
        return f"{size_bytes // 1024} KiB"
    return f"{size_bytes >> 20} MiB"


_FORMS: dict[str, Callable[[Any], str]] = {
    "size": _size,
    "hours": lambda seconds: f"{seconds // 3600} hours",
    "codes": lambda names: codes(sorted(names)),
    "codes_in_order": codes,
}


class _Page(Formatter):
    """Fills one text."""

    def get_field(
        self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[Any, str]:
        """Return the value that a name stands for."""
        if field_name in TABLES:
            return TABLES[field_name](), field_name
        return resolve_name(field_name), field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return a value in one of our forms, or of Python's."""
        if format_spec in _FORMS:
            return _FORMS[format_spec](value)
        return format(value, format_spec)


def documents() -> Documents:
    """Every page."""
    texts = sorted(TEXTS.glob("*.md"))
    return {f"reference/{text.name}": _Page().format(text.read_text("utf-8")) for text in texts}
