# SPDX-License-Identifier: GPL-3.0-only
"""A sheet that is shown: its time runs only while the caller can see it, and its answer says how
it was taken in.
"""

from __future__ import annotations

import asyncio

import pytest

from session.core.device_errors import PrintDeclined
from session.kiosk.devices.print_preview import PrintShowing, SheetAnswer, ShownPrint
from session.protocol.conversation.messages import GrantReason, ReadAs
from tests.support.waiting import until

SHEET = ShownPrint("p1", "Attestation", b"%PDF-", 1, 1)
SHOW_S = 0.2


class Caller:
    """Looks at one sheet; `answers` is what the log gets."""

    def __init__(self) -> None:
        self.showing = PrintShowing(SHOW_S)
        self.answers: list[SheetAnswer] = []
        self.showing.answered.connect(self.answers.append)
        self.looking = asyncio.ensure_future(self.showing.show(SHEET))


@pytest.fixture
async def caller() -> Caller:
    looks = Caller()
    await asyncio.sleep(0)
    return looks


async def test_a_sheet_behind_another_question_loses_no_time(caller: Caller) -> None:
    caller.showing.hold(True)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(caller.looking), 2 * SHOW_S)
    caller.showing.hold(False)
    caller.showing.answer("p1", True)
    await caller.looking
    assert caller.answers == [SheetAnswer("p1", True, GrantReason.ANSWERED, ReadAs.READ)]


async def test_a_sheet_that_is_asked_about_behind_a_question_waits_too() -> None:
    showing = PrintShowing(SHOW_S)
    showing.hold(True)
    looking = asyncio.ensure_future(showing.show(SHEET))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(looking), 2 * SHOW_S)
    showing.hold(False)
    with pytest.raises(PrintDeclined):
        await looking


async def test_silence_is_no_and_is_written_as_silence(caller: Caller) -> None:
    with pytest.raises(PrintDeclined):
        await caller.looking
    assert caller.answers == [SheetAnswer("p1", False, GrantReason.SILENT, ReadAs.READ)]


async def test_who_listens_has_more_time_and_has_heard_it(caller: Caller) -> None:
    prolonged: list[None] = []
    caller.showing.prolonged.connect(prolonged.append)
    for _touch in range(3):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(caller.looking), SHOW_S / 2)
        caller.showing.note_life(None)
    caller.showing.note_life(ReadAs.HEARD)
    caller.showing.answer("p1", True)
    await caller.looking
    assert caller.answers[0].read_as is ReadAs.HEARD
    assert len(prolonged) == 4


async def test_stop_is_written_as_stop(caller: Caller) -> None:
    caller.showing.decline()
    with pytest.raises(PrintDeclined):
        await caller.looking
    await until(lambda: caller.answers)
    assert caller.answers[0].reason is GrantReason.STOPPED
