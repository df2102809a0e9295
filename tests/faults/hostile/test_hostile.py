# SPDX-License-Identifier: GPL-3.0-only
"""An end that sends far too much in an honest conversation: judged by what the other end keeps, not
by time. The whole of it, with times: `python -m tests.faults.hostile`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from session.protocol.conversation.chat_and_privacy import PrivacyAsked, PrivacyShown, WordsSaid
from session.protocol.conversation.messages import (
    AddressRequested,
    GrantChanged,
    GrantRequested,
    PageOffered,
    PageShown,
    ScanProgressed,
)
from session.protocol.conversation.mirror_messages import DialogShown, SheetsRequested
from session.protocol.conversation.shown_document import ShowStarted
from session.protocol.topics import SendingEnd
from tests.faults.hostile.bench import hostile_kiosk
from tests.faults.hostile.desk import hostile_desk
from tests.faults.hostile.samples import rows_of, sample

MOST_GROWN_MB = 50.0

BURSTS = (
    WordsSaid,
    PrivacyShown,
    GrantChanged,
    PageShown,
    DialogShown,
    ScanProgressed,
    PageOffered,
)
"""What a window shows of a kiosk."""

BURSTS_OF_A_DESK = (
    WordsSaid,
    GrantRequested,
    PrivacyAsked,
    AddressRequested,
    ShowStarted,
    SheetsRequested,
)
"""What a kiosk's screen shows of a desk, and what makes it send."""


@pytest.mark.timeout(600)
async def test_bursts_of_a_kiosk_fill_no_window_and_the_caller_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    async with hostile_kiosk(tmp_path) as kiosk:
        for row in rows_of(SendingEnd.KIOSK):
            if row.message in BURSTS:
                await kiosk.burst(row)
        await kiosk.talk_on()
    assert set(kiosk.watch.grown_mb) == {message.__name__ for message in BURSTS}
    assert sum(kiosk.watch.grown_mb.values()) < MOST_GROWN_MB, kiosk.watch.grown_mb
    assert kiosk.watch.flooded or not kiosk.watch.dropped
    assert kiosk.watch.heard


@pytest.mark.long  # in every run: the bursts of a kiosk
@pytest.mark.timeout(600)
async def test_bursts_of_a_desk_leave_the_caller_the_conversation_and_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    async with hostile_desk(tmp_path) as desk:
        for row in rows_of(SendingEnd.DESK):
            if row.message in BURSTS_OF_A_DESK:
                await desk.burst(row)
        await desk.talk_on()
        await desk.stop()
    assert set(desk.watch.grown_mb) == {message.__name__ for message in BURSTS_OF_A_DESK}
    assert sum(desk.watch.grown_mb.values()) < MOST_GROWN_MB, desk.watch.grown_mb


@pytest.mark.parametrize("end", [SendingEnd.KIOSK, SendingEnd.DESK])
def test_there_is_a_sample_of_every_message_and_each_has_its_own_id(end: SendingEnd) -> None:
    for row in rows_of(end):
        first, second = sample(row.message, 1), sample(row.message, 2)
        names = [name for name in row.message.__struct_fields__ if name.endswith("_id")]
        assert type(first) is row.message
        assert all(
            getattr(first, name) != getattr(second, name) for name in names if getattr(first, name)
        )
