# SPDX-License-Identifier: GPL-3.0-only
"""Counts and moments in what a hub's commands print."""

from __future__ import annotations

from datetime import UTC, datetime

from expert_app.commands.hub import words
from expert_app.runtime.config import HubSettings
from resources.texts import use_language


def test_a_moment_is_told_in_the_settings_time_zone_whatever_the_machine_s_is() -> None:
    at = datetime(2026, 7, 14, 22, 30, tzinfo=UTC)
    assert words.local_time(at, HubSettings()) == "15/07/2026 00:30"
    reunion = HubSettings(time_zone="Indian/Reunion")
    assert words.local_time(at, reunion, "%H:%M:%S") == "02:30:00"


def test_one_thing_is_told_as_one_in_both_languages() -> None:
    try:
        for language, one, many in (
            ("en", "1 conversation", "2 conversations"),
            ("fr", "1 entretien", "2 entretiens"),
        ):
            use_language(language)
            told = [words.counted_conversations(count) for count in (1, 2)]
            assert told == [one, many]
            for counted in (
                words.counted_dossiers,
                words.counted_documents,
                words.counted_records,
            ):
                assert not counted(1).endswith("s")
                assert counted(2).endswith("s")
            assert words.counted_rows(1).startswith("1 ")
            assert words.counted_rows(1)[2:] != words.counted_rows(2)[2:]
    finally:
        use_language("en")
