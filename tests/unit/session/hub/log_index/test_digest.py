# SPDX-License-Identifier: GPL-3.0-only
"""What the list says of a log, added up in batches of any size."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from session.hub.log_index.digest import LogDigest, decode_digest, encode_digest
from session.log import events
from session.log.codec import encode_record
from session.log.events import AnyEvent, MirrorChunk, Record, Writer
from session.protocol.conversation.messages import Grant, GrantReason, PrintState
from session.protocol.helpdesk.log_list import DeviceModel, TroubleCount, TroublePart, model_of

NINE = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


def _measured(kbps: float, loss: float) -> AnyEvent:
    return events.LineMeasured(
        by=Writer.KIOSK,
        over_s=10,
        kbps=kbps,
        loss_percent=loss,
        rtt_ms=None,
        height_px=0,
        fps=0,
        freezes=0,
        concealed_percent=0,
    )


def _jam(at_s: int) -> tuple[int, Writer, AnyEvent]:
    jam = events.PrintChanged(
        print_id="p", state=PrintState.WAITING, job_id=1, code="printer_jammed", sha256=""
    )
    return at_s, Writer.KIOSK, jam


STORY: list[tuple[int, Writer, AnyEvent]] = [
    (
        0,
        Writer.KIOSK,
        events.CallRequestedAtKiosk(ticket_id="t1", service="housing", trace="press-1"),
    ),
    (90, Writer.DESK, events.TicketAccepted(ticket_id="t1", agent="alice", trace="take-1")),
    (
        90,
        Writer.DESK,
        events.SessionOpened(
            ticket_id="t1", organisation="caf", service="housing", kiosk="k1", agent="alice"
        ),
    ),
    (91, Writer.DESK, events.EndDescribed(by=Writer.DESK, version="0.2.1")),
    (
        92,
        Writer.KIOSK,
        events.EndDescribed(by=Writer.KIOSK, version="0.2.0", printer="ricoh_m_c250"),
    ),
    (120, Writer.KIOSK, _measured(300, 0)),
    (130, Writer.KIOSK, _measured(310, 6.5)),
    (190, Writer.KIOSK, _measured(80, 0)),
    _jam(200),
    (201, Writer.DESK, events.TroubleShown(by=Writer.DESK, code="printer_jammed")),
    _jam(230),
    (240, Writer.KIOSK, events.LineLost(by=Writer.KIOSK)),
    (241, Writer.DESK, events.TroubleShown(by=Writer.DESK, code="peer_gone")),
    (
        250,
        Writer.DESK,
        MirrorChunk(started_at_utc=NINE, data=b"x" * 50, is_snapshot=True, events=4),
    ),
    (600, Writer.DESK, events.HungUp(by=Writer.DESK, reason="done")),
    (640, Writer.DESK, events.SessionClosed(outcome="pieces_missing")),
]


def _lines(story: list[tuple[int, Writer, AnyEvent]]) -> list[bytes]:
    numbers = {Writer.KIOSK: 0, Writer.DESK: 0}
    lines = []
    for at_s, writer, event in story:
        record = Record(
            at_utc=NINE + timedelta(seconds=at_s),
            writer=writer,
            number=numbers[writer],
            event=event,
        )
        numbers[writer] += 1
        lines.append(encode_record(record))
    return lines


@pytest.mark.parametrize("batch", [1, 3, 100])
def test_the_same_records_in_any_batches_give_the_same_summary(batch: int) -> None:
    lines, summary = _lines(STORY), LogDigest()
    for at in range(0, len(lines), batch):
        summary = decode_digest(encode_digest(summary))
        summary.take(lines[at : at + batch])
    assert (summary.read, summary.records, summary.gaps) == (len(STORY), len(STORY), 0)
    assert (summary.service, summary.kiosk, summary.agent) == ("housing", "k1", "alice")
    assert summary.started_at_utc == NINE + timedelta(seconds=90)
    assert summary.ended_at_utc == NINE + timedelta(seconds=600)
    assert summary.outcome == "pieces_missing"
    assert (summary.trace, summary.accept_trace) == ("press-1", "take-1")
    assert summary.versions == {"desk": "0.2.1", "kiosk": "0.2.0"}
    assert summary.devices() == [DeviceModel(kind="printer", model="ricoh_m_c250")]
    assert summary.troubles() == [
        TroubleCount(part=TroublePart.LINE, code="line_lost"),
        TroubleCount(part=TroublePart.LINE, code="peer_gone"),
        TroubleCount(part=TroublePart.PRINT, code="printer_jammed", count=2),
    ]
    worst = summary.worst_minute()
    assert worst is not None
    assert (worst.at_utc, worst.kbps, worst.loss_percent) == (
        NINE + timedelta(minutes=2),
        305.0,
        6.5,
    )


@pytest.mark.parametrize("batch", [1, 100])
def test_one_question_is_one_trouble_and_a_call_that_came_about_was_not_cut(batch: int) -> None:
    powers = (Grant.SEE_PAGE, Grant.POINT, Grant.CONTROL, Grant.TYPE)
    silent: list[AnyEvent] = [
        events.GrantChanged(grant=grant, allowed=False, reason=GrantReason.SILENT)
        for grant in powers
    ]
    lost = events.CallFailed(call_id="c1", code="call_lost")
    story: list[tuple[int, Writer, AnyEvent]] = [
        (10, Writer.KIOSK, lost),
        (20, Writer.DESK, events.AudioSeen(by=Writer.DESK, packets=9)),
        *((60, Writer.KIOSK, event) for event in silent),
        (90, Writer.KIOSK, silent[0]),
    ]
    lines, summary = _lines(story), LogDigest()
    for at in range(0, len(lines), batch):
        summary = decode_digest(encode_digest(summary))
        summary.take(lines[at : at + batch])
    assert [(one.code, one.count) for one in summary.troubles()] == [("unanswered_see_page", 2)]
    summary.take(_lines([*story, (120, Writer.KIOSK, lost)])[-1:])
    assert "call_lost" in {one.code for one in summary.troubles()}


def test_without_loss_the_minute_that_carried_least_is_the_worst() -> None:
    summary = LogDigest()
    story: list[tuple[int, Writer, AnyEvent]] = [
        (60, Writer.KIOSK, _measured(300, 0.1)),
        (120, Writer.KIOSK, _measured(80, 0)),
        (180, Writer.KIOSK, _measured(200, 0)),
    ]
    summary.take(_lines(story))
    worst = summary.worst_minute()
    assert worst is not None
    assert worst.kbps == 80.0


def test_records_that_are_missing_and_lines_that_are_none_are_borne() -> None:
    lines, summary = _lines(STORY), LogDigest()
    summary.take([b"not JSON", b'{"format":99}', *lines[:4], *lines[9:]])
    assert summary.gaps == 5
    assert summary.outcome == "pieces_missing"
    assert decode_digest("damaged") == LogDigest()


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("Ricoh M C250 (é)", "ricoh_m_c250_e"),
        ("Canon LiDE 300 #CN20240117", "canon_lide_300_cn"),
        ("  Scanner\tde Zoé <b> ", "scanner_de_zoe_b"),
        ("", ""),
    ],
)
def test_a_devices_name_keeps_its_model_and_loses_what_marks_one_of_them(
    name: str, model: str
) -> None:
    assert model_of(name) == model
