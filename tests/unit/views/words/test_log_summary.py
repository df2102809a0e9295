# SPDX-License-Identifier: GPL-3.0-only
"""Every fact of a conversation has its sentence and every failure its advice."""

from __future__ import annotations

import pytest

from session.log.events import Writer
from session.log.playback.opening import open_records
from session.log.redact import REPLACEMENT
from session.log.sides import FaultSide, side_of
from session.log.summary import FactKind, SessionSummary, SummaryFact, summarise, with_names
from session.protocol.conversation.messages import Grant
from tests.support.log_story import whole_session
from views.words.errors import known_codes
from views.words.log_summary import SIDES, length_words, summary_parts

FAILURES = (
    FactKind.TROUBLE,
    FactKind.REFUSED,
    FactKind.LINE_CUT,
    FactKind.BOTH_LINES_CUT,
    FactKind.POOR_LINE,
    FactKind.NO_PICTURE,
    FactKind.RESTARTED,
    FactKind.PAGES_LOST,
    FactKind.NOT_WIPED,
    FactKind.RECORDS_MISSING,
    FactKind.NOT_ENDED,
)


@pytest.mark.parametrize("kind", FactKind)
@pytest.mark.parametrize("by", [Writer.KIOSK, Writer.DESK])
def test_each_fact_is_a_sentence(kind: FactKind, by: Writer) -> None:
    fact = SummaryFact(
        kind=kind,
        at_s=3,
        by=by,
        side=FaultSide.LINE if kind in FAILURES else None,
        code="scanner_jammed" if kind is FactKind.TROUBLE else "",
        count=2,
        seconds=12,
        grants=(Grant.SCAN,),
    )
    for parts in (
        summary_parts(SessionSummary(done=(fact,))),
        summary_parts(SessionSummary(failed=(fact,))),
    ):
        words = [line.words for part in parts for line in part.lines]
        assert all(one.endswith((".", ")")) and "{" not in one for one in words)


def _summary_of_a_whole_session() -> SessionSummary:
    return summarise(open_records("s1", whole_session()))


def test_a_log_without_trouble_says_so_and_asks_for_nothing() -> None:
    summary = _summary_of_a_whole_session()
    parts = {part.key: part.lines for part in summary_parts(summary)}
    assert [line.words for line in parts["failed"]] == ["Nothing failed."]
    assert [line.words for line in parts["next"]] == ["Nothing is to be done."]
    assert "www.exemple.fr" in " ".join(line.words for line in parts["done"])


def test_names_stand_in_the_place_of_ids_and_what_was_masked_is_said_in_words() -> None:
    summary = with_names(_summary_of_a_whole_session(), service="Housing", kiosk="Kiosk 1")
    assert (summary.service, summary.kiosk) == ("Housing", "Kiosk 1")
    words = " ".join(line.words for part in summary_parts(summary) for line in part.lines)
    assert "the service “Housing”" in words
    shared = SummaryFact(
        kind=FactKind.SHARED, at_s=1, seconds=9, hosts=("www.exemple.fr", REPLACEMENT)
    )
    (line,) = summary_parts(SessionSummary(done=(shared,)))[3].lines
    assert "(www.exemple.fr, an address that was masked)" in line.words


def test_the_same_advice_is_given_once_and_what_is_not_mended_comes_first() -> None:
    mended = SummaryFact(
        kind=FactKind.TROUBLE, at_s=1, side=FaultSide.DEVICE, code="scanner_jammed", mended_s=9
    )
    refused = SummaryFact(
        kind=FactKind.REFUSED, at_s=2, side=FaultSide.CALLER, grants=(Grant.SCAN,)
    )
    cut = SummaryFact(
        kind=FactKind.LINE_CUT, at_s=5, by=Writer.KIOSK, side=FaultSide.LINE, seconds=12
    )
    parts = {
        part.key: part.lines
        for part in summary_parts(SessionSummary(failed=(mended, refused, cut, refused)))
    }
    assert [line.at_s for line in parts["next"]] == [5, 1, 2]
    assert "12 s" in parts["failed"][2].words
    assert parts["failed"][0].tone == "warn"
    assert parts["failed"][2].tone == "bad"


def test_every_code_has_a_side_with_a_name() -> None:
    for code in known_codes():
        assert side_of(code, Writer.KIOSK) in SIDES


def test_lengths_read_as_people_say_them() -> None:
    assert [length_words(one) for one in (0, 45, 125, 3900)] == [
        "0 s",
        "45 s",
        "2 min 05 s",
        "1 h 05 min",
    ]
