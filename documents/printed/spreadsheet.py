# SPDX-License-Identifier: GPL-3.0-only
"""Tables for French spreadsheets: semicolons, a byte order mark, no cell that would be run.
Used for lists as files.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Beginnings of a formula; the wide ones where Excel speaks a language of East Asia."""


def spreadsheet_csv(heads: Sequence[str], rows: Iterable[Sequence[str | int]]) -> bytes:
    """The table as UTF-8."""
    file = io.StringIO()
    table = csv.writer(file, delimiter=";", lineterminator="\r\n")
    table.writerow(heads)
    for row in rows:
        table.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def harmless(text: str) -> str:
    """A spreadsheet would run what begins like a formula."""
    if text.startswith(RUN):
        return f"'{text}"
    return text
