# SPDX-License-Identifier: GPL-3.0-only
"""The list of conversations on the wire: bounded, and nothing in it can be a person's."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from session.core.spoken_letters import short_number
from session.protocol.codec import decode_plain, encode
from session.protocol.helpdesk.log_list import (
    FindLogs,
    LogFilter,
    LogRow,
    LogsFound,
    LogState,
    TroubleCount,
    TroublePart,
)

ROW = LogRow(
    session_id="s1",
    short_number=short_number("s1"),
    state=LogState.ENDED,
    started_at_utc=datetime(2026, 11, 28, 9, tzinfo=UTC),
    organisation="caf",
    troubles=(TroubleCount(part=TroublePart.PRINT, code="printer_jammed", count=2),),
)


def test_a_question_and_its_answer_cross_the_wire() -> None:
    asked = FindLogs(filter=LogFilter(troubles=("printer_jammed",), number="ty89 hqpv"))
    assert decode_plain(FindLogs, encode(asked)) == asked
    found = LogsFound(rows=(ROW,), next="2026-11-28T09:00:00~s1")
    assert decode_plain(LogsFound, encode(found)) == found


@pytest.mark.parametrize(
    "wrong", [{"limit": 201}, {"limit": 0}, {"before": "x" * 121}, {"filter": {"number": "x" * 41}}]
)
def test_what_would_ask_too_much_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"type": "FindLogs", **wrong}, FindLogs)


@pytest.mark.parametrize("field", ["kiosk", "agent", "outcome", "kiosk_version", "short_number"])
def test_a_row_has_no_place_for_words(field: str) -> None:
    loose = msgspec.to_builtins(ROW) | {field: "Maëlle, 14 rue des Glycines"}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(loose, LogRow)
