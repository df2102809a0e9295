# SPDX-License-Identifier: GPL-3.0-only
"""Lists as files: no cell of somebody else is run by a spreadsheet."""

from __future__ import annotations

import pytest

from documents.printed.report.csv_file import _safe
from documents.printed.spreadsheet import harmless, spreadsheet_csv


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", "＋", "－", "＠"])
def test_what_begins_like_a_formula_is_a_text(begin: str) -> None:
    cell = f"{begin}HYPERLINK(A1)"
    assert harmless(cell) == f"'{cell}"
    assert _safe(cell) == f"'{cell}"


def test_a_table_holds_texts_and_numbers_as_they_are() -> None:
    table = spreadsheet_csv(["nom", "pages"], [["Garance ; Éloïse", -2], ["=1+1", 3]])
    assert table.decode("utf-8-sig") == 'nom;pages\r\n"Garance ; Éloïse";-2\r\n\'=1+1;3\r\n'
