# SPDX-License-Identifier: GPL-3.0-only
"""Events found by part, by end, by words, and troubles alone."""

from __future__ import annotations

import pytest

from resources.texts import language, use_language
from session.log.events import Lane, LineLost, ScanEnded, Writer
from session.log.playback.opened import OpenedLog
from tests.support.log_story import Story, whole_session
from views.replay.filters import EventFilter, Matcher


@pytest.fixture
def log() -> OpenedLog:
    story = Story()
    story.records = whole_session()
    story._count = {Writer.DESK: 100, Writer.KIOSK: 100}
    story.add(121, Writer.KIOSK, ScanEnded(scan_id="n2", pages=0, code="scanner_jammed"))
    story.add(122, Writer.DESK, LineLost(by=Writer.DESK))
    return story.opened()


def labels(log: OpenedLog, wanted: EventFilter) -> list[str]:
    return [log.meaning(row).label for row in Matcher(log).marks(wanted).tolist()]


def test_nothing_wanted_means_all(log: OpenedLog) -> None:
    assert len(labels(log, EventFilter())) == len(log.marks)


def test_troubles_are_errors_and_lost_lines(log: OpenedLog) -> None:
    assert labels(log, EventFilter(troubles=True)) == ["scan_ended", "line_lost"]


def test_a_part_and_an_end(log: OpenedLog) -> None:
    wanted = EventFilter(lanes=frozenset({Lane.SCANNER}), writers=frozenset({Writer.KIOSK}))
    found = labels(log, wanted)
    assert "scan_started" in found
    assert "scan_requested" not in found, "that is the desk's"
    assert "line_lost" not in found


@pytest.mark.parametrize("words", ["jam", "SCANNER_JAMMED", "scanner jammed", "scan jam ended"])
def test_words_stand_in_the_sentence_the_part_the_name_or_the_code(
    log: OpenedLog, words: str
) -> None:
    assert labels(log, EventFilter(words=words)) == ["scan_ended"]


def test_words_are_found_without_their_accents(log: OpenedLog) -> None:
    before = language()
    use_language("fr")
    try:
        assert labels(log, EventFilter(words="NUMERISATION demandé")) == ["scan_requested"]
    finally:
        use_language(before)


def test_what_is_nowhere_is_not_found(log: OpenedLog) -> None:
    assert labels(log, EventFilter(words="nothing of the kind")) == []
