# SPDX-License-Identifier: GPL-3.0-only
"""The searches that a person keeps."""

from __future__ import annotations

from pathlib import Path

from expert_app.helpdesk.saved_searches import MOST, SavedSearches


def test_searches_are_there_at_the_next_start_and_a_damaged_file_counts_as_none(
    tmp_path: Path,
) -> None:
    SavedSearches(tmp_path).write(["panne:any", "borne:b1"])
    assert SavedSearches(tmp_path).read() == ["panne:any", "borne:b1"]
    SavedSearches(tmp_path).write([f"borne:b{n}" for n in range(MOST + 5)])
    assert len(SavedSearches(tmp_path).read()) == MOST
    (tmp_path / "searches.json").write_text("{")
    assert SavedSearches(tmp_path).read() == []
