# SPDX-License-Identifier: GPL-3.0-only
"""The caller's consent at the kiosk: silence, STOP, late touches, a line that is away."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest

from session.core.clock import ManualClock
from session.core.tasks import Tasks
from session.kiosk.call.consent import (
    LASTS_S,
    SILENCE_S,
    KioskGrants,
    Question,
    questions_for,
)
from session.kiosk.call.first_contact import MET_AFTER_S, FirstContact
from session.protocol.conversation.messages import (
    Grant,
    GrantActor,
    GrantChanged,
    GrantReason,
    GrantRequested,
    QuestionWaits,
    ReadAs,
    WaitReason,
)
from tests.support.memory.channel import MemoryChannel, channel_pair
from tests.support.waiting import until


class Caller:
    """What the screen was told to ask, and what changed."""

    def __init__(self, grants: KioskGrants) -> None:
        self.asked: list[Question] = []
        self.settled: list[Question] = []
        self.changes: list[tuple[Grant, bool]] = []
        grants.asked.connect(self.asked.append)
        grants.settled.connect(self.settled.append)
        grants.changed.connect(lambda change: self.changes.append((change.grant, change.allowed)))


class Scene:
    """A kiosk's grants with the desk's bare end of the line."""

    def __init__(self, tasks: Tasks, *, met: bool = True) -> None:
        self.clock = ManualClock()
        self.kiosk: MemoryChannel
        self.desk: MemoryChannel
        self.kiosk, self.desk = channel_pair()
        self.contact = FirstContact(self.clock, is_made=met)
        self.grants = KioskGrants(
            self.kiosk,
            self.clock,
            tasks=tasks,
            contact=self.contact,
            text_version=lambda question: "_".join(["fr", *question]),
        )
        self.heard: list[GrantChanged] = []
        self.grants.changed.connect(self.heard.append)
        self.caller = Caller(self.grants)

    async def desk_asks(self, *grants: Grant) -> None:
        for grant in grants:
            await self.desk.send("grant", GrantRequested(grant=grant))
        await settle()

    async def desk_asks_together(self, grant: Grant, *others: Grant) -> None:
        request = GrantRequested(grant=grant, together=list(others), request_id="r1")
        await self.desk.send("grant", request)
        await settle()

    async def gives(self, *grants: Grant) -> None:
        """The caller says yes to each."""
        for grant in grants:
            await self.desk_asks(grant)
            self.grants.answer((grant,), (grant,))

    def told(self) -> list[tuple[Grant, bool]]:
        return [
            (message.grant, message.allowed)
            for message in self.kiosk.sent
            if isinstance(message, GrantChanged)
        ]


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    tasks = Tasks()
    yield Scene(tasks)
    await tasks.close()


async def test_nothing_is_allowed_before_the_caller_says_yes(scene: Scene) -> None:
    assert not any(scene.grants.all().values())
    await scene.desk_asks(Grant.SCAN)
    assert scene.caller.asked == [(Grant.SCAN,)]
    assert not scene.grants.allowed(Grant.SCAN)


async def test_yes_gives_the_power_and_tells_the_desk(scene: Scene) -> None:
    await scene.desk_asks(Grant.SCAN)
    scene.grants.answer((Grant.SCAN,), (Grant.SCAN,))
    await settle()
    assert scene.grants.allowed(Grant.SCAN)
    assert scene.told() == [(Grant.SCAN, True)]


async def test_no_is_told_to_the_desk_as_well(scene: Scene) -> None:
    await scene.desk_asks(Grant.PRINT)
    scene.grants.answer((Grant.PRINT,), ())
    await settle()
    assert scene.told() == [(Grant.PRINT, False)]


async def test_silence_is_no(scene: Scene) -> None:
    await scene.desk_asks(Grant.SCAN)
    scene.clock.advance(SILENCE_S - 1)
    await asyncio.sleep(0.25)
    assert scene.caller.settled == []
    scene.clock.advance(1)
    await until(lambda: scene.told())
    assert scene.caller.settled == [(Grant.SCAN,)]
    assert scene.caller.changes == [(Grant.SCAN, False)]
    assert scene.told() == [(Grant.SCAN, False)]


FILL = (Grant.SEE_PAGE, Grant.POINT, Grant.CONTROL, Grant.TYPE)


async def test_a_power_over_the_page_asks_for_the_page_too(scene: Scene) -> None:
    await scene.desk_asks(Grant.CONTROL)
    assert scene.caller.asked == [(Grant.SEE_PAGE, Grant.CONTROL)]
    scene.grants.answer((Grant.SEE_PAGE, Grant.CONTROL), (Grant.SEE_PAGE, Grant.CONTROL))
    assert scene.grants.allowed(Grant.CONTROL)
    assert not scene.grants.allowed(Grant.POINT), "one yes gives what was asked"


async def test_several_powers_are_one_question_and_each_has_its_answer(scene: Scene) -> None:
    await scene.desk_asks_together(Grant.CONTROL, Grant.TYPE, Grant.POINT)
    assert scene.caller.asked == [FILL]
    scene.grants.answer(FILL, (Grant.SEE_PAGE, Grant.CONTROL))
    await settle()
    assert [grant for grant in Grant if scene.grants.allowed(grant)] == [
        Grant.SEE_PAGE,
        Grant.CONTROL,
    ]
    assert scene.told() == [
        (Grant.SEE_PAGE, True),
        (Grant.POINT, False),
        (Grant.CONTROL, True),
        (Grant.TYPE, False),
    ]
    assert {change.request_id for change in scene.heard if change.grant is not Grant.SEE_PAGE} == {
        "r1"
    }
    assert {change.text_version for change in scene.heard if change.allowed} == {
        "fr_see_page_control"
    }, "what was given has its own sentence"
    assert {change.text_version for change in scene.heard if not change.allowed} == {
        "fr_see_page_point_control_type"
    }


async def test_a_yes_without_the_page_gives_nothing_over_it(scene: Scene) -> None:
    await scene.desk_asks_together(Grant.CONTROL, Grant.TYPE, Grant.POINT)
    scene.grants.answer(FILL, (Grant.CONTROL, Grant.TYPE))
    await settle()
    assert not any(scene.grants.all().values())
    assert len(scene.told()) == len(FILL)


async def test_what_is_given_already_is_told_and_not_asked_with_the_others(scene: Scene) -> None:
    await scene.gives(Grant.SCAN)
    await scene.desk_asks_together(Grant.SCAN, Grant.KEEP)
    assert scene.caller.asked[1:] == [(Grant.KEEP,)]
    assert scene.told()[-1] == (Grant.SCAN, True)


async def test_silence_is_no_to_every_power_of_the_question(scene: Scene) -> None:
    await scene.desk_asks_together(Grant.SCAN, Grant.KEEP)
    scene.clock.advance(SILENCE_S)
    await until(lambda: len(scene.told()) > 1)
    assert scene.told() == [(Grant.SCAN, False), (Grant.KEEP, False)]
    assert {change.reason for change in scene.heard} == {GrantReason.SILENT}


async def test_no_to_the_page_is_no_to_what_needs_it(scene: Scene) -> None:
    await scene.desk_asks(Grant.CONTROL, Grant.TYPE, Grant.SCAN)
    assert scene.caller.asked == [(Grant.SEE_PAGE, Grant.CONTROL)]
    scene.grants.answer((Grant.SEE_PAGE, Grant.CONTROL), ())
    assert scene.caller.asked == [(Grant.SEE_PAGE, Grant.CONTROL), (Grant.SCAN,)], (
        "nobody is asked to let type in an unseen page"
    )
    assert {grant for grant, given in scene.caller.changes if not given} == {
        Grant.SEE_PAGE,
        Grant.CONTROL,
        Grant.TYPE,
    }


async def test_hiding_the_page_takes_back_what_is_done_in_it(scene: Scene) -> None:
    await scene.gives(Grant.SEE_PAGE, Grant.POINT, Grant.CONTROL, Grant.TYPE, Grant.SCAN)
    scene.grants.withdraw(Grant.SEE_PAGE)
    assert [grant for grant, given in scene.grants.all().items() if given] == [Grant.SCAN]


async def test_every_power_ends_by_itself(scene: Scene) -> None:
    await scene.gives(Grant.SEE_PAGE, Grant.CONTROL)
    scene.clock.advance(LASTS_S[Grant.CONTROL] - 1)
    assert scene.grants.left_s(Grant.CONTROL) == 1.0
    scene.clock.advance(1)
    assert not scene.grants.allowed(Grant.CONTROL), (
        "enforced at the instant, not when somebody looks"
    )
    await until(lambda: scene.heard[-1].reason is GrantReason.EXPIRED)
    assert scene.heard[-1].grant is Grant.CONTROL
    assert scene.grants.allowed(Grant.SEE_PAGE)


async def test_a_power_is_renewed_by_asking_again(scene: Scene) -> None:
    await scene.gives(Grant.SCAN)
    scene.clock.advance(LASTS_S[Grant.SCAN] * 0.6)
    await scene.desk_asks(Grant.SCAN)
    assert scene.caller.asked == [(Grant.SCAN,), (Grant.SCAN,)]
    scene.grants.answer((Grant.SCAN,), (Grant.SCAN,))
    assert scene.grants.left_s(Grant.SCAN) == LASTS_S[Grant.SCAN]


async def test_silence_about_a_renewal_leaves_the_time_that_was_given(scene: Scene) -> None:
    await scene.gives(Grant.SCAN)
    scene.clock.advance(LASTS_S[Grant.SCAN] * 0.6)
    await scene.desk_asks(Grant.SCAN)
    scene.clock.advance(SILENCE_S)
    await until(lambda: not scene.grants.question)
    assert scene.grants.left_s(Grant.SCAN) == pytest.approx(LASTS_S[Grant.SCAN] * 0.4 - SILENCE_S)


async def test_a_facilitator_gives_nothing_without_a_mandate(scene: Scene) -> None:
    await scene.desk_asks(Grant.SCAN)
    scene.grants.act_for_caller("")
    scene.grants.answer((Grant.SCAN,), (Grant.SCAN,))
    scene.grants.act_for_caller("AC1")
    scene.grants.answer((Grant.SCAN,), (Grant.SCAN,))
    assert not scene.grants.allowed(Grant.SCAN)
    assert scene.grants.question == (Grant.SCAN,)
    scene.grants.act_for_caller("AC-2026-0042")
    scene.grants.answer((Grant.SCAN,), (Grant.SCAN,))
    assert scene.grants.allowed(Grant.SCAN)
    given = scene.heard[-1]
    assert (given.actor, given.mandate) == (GrantActor.FACILITATOR, "AC-2026-0042")


async def test_a_mandate_holds_for_one_question(scene: Scene) -> None:
    await scene.desk_asks(Grant.SCAN, Grant.PRINT)
    scene.grants.act_for_caller("AC-2026-0042")
    scene.grants.answer((Grant.SCAN,), (Grant.SCAN,))
    scene.grants.answer((Grant.PRINT,), (Grant.PRINT,))
    assert (scene.heard[-1].actor, scene.heard[-1].mandate) == (GrantActor.CALLER, "")


async def test_who_types_a_mandate_is_not_silent_but_not_for_ever(scene: Scene) -> None:
    await scene.desk_asks(Grant.SCAN)
    for letters in range(20):
        scene.clock.advance(SILENCE_S - 1)
        scene.grants.act_for_caller("A" * letters)
    await asyncio.sleep(0.21)
    assert scene.grants.question == (Grant.SCAN,)
    scene.clock.advance(SILENCE_S - 1)
    scene.grants.act_for_caller("A" * 20)
    await until(lambda: not scene.grants.question)


async def test_the_words_on_the_screen_are_recorded_with_the_answer(scene: Scene) -> None:
    await scene.gives(Grant.SCAN)
    assert scene.heard[-1].text_version == "fr_scan"


async def test_questions_come_one_at_a_time(scene: Scene) -> None:
    await scene.desk_asks(Grant.SCAN, Grant.PRINT, Grant.SCAN)
    assert scene.caller.asked == [(Grant.SCAN,)]
    scene.clock.advance(SILENCE_S - 1)
    scene.grants.answer((Grant.SCAN,), (Grant.SCAN,))
    assert scene.caller.asked == [(Grant.SCAN,), (Grant.PRINT,)]
    scene.clock.advance(SILENCE_S - 1)
    await asyncio.sleep(0.25)
    assert scene.grants.question == (Grant.PRINT,), "the second question has its own thirty seconds"


async def test_a_late_touch_gives_nothing(scene: Scene) -> None:
    await scene.desk_asks(Grant.SCAN)
    scene.clock.advance(SILENCE_S)
    await asyncio.sleep(0.25)
    scene.grants.answer((Grant.SCAN,), (Grant.SCAN,))
    assert not scene.grants.allowed(Grant.SCAN)


async def test_an_answer_to_another_question_gives_nothing(scene: Scene) -> None:
    await scene.desk_asks(Grant.SCAN)
    scene.grants.answer((Grant.PRINT,), (Grant.PRINT,))
    assert not any(scene.grants.all().values())
    assert scene.grants.question == (Grant.SCAN,)


async def test_stop_takes_everything_back_and_ends_the_question(scene: Scene) -> None:
    await scene.desk_asks(Grant.SEE_PAGE, Grant.SCAN)
    scene.grants.answer((Grant.SEE_PAGE,), (Grant.SEE_PAGE,))
    scene.grants.withdraw_all()
    await settle()
    assert not any(scene.grants.all().values())
    assert not scene.grants.question
    assert scene.caller.settled == [(Grant.SEE_PAGE,), (Grant.SCAN,)]
    assert scene.told()[-2:] == [(Grant.SEE_PAGE, False), (Grant.SCAN, False)]


async def test_asking_for_a_power_just_given_is_answered_without_a_question(scene: Scene) -> None:
    await scene.desk_asks(Grant.SCAN)
    scene.grants.answer((Grant.SCAN,), (Grant.SCAN,))
    await scene.desk_asks(Grant.SCAN)
    assert scene.caller.asked == [(Grant.SCAN,)]
    assert scene.told() == [(Grant.SCAN, True), (Grant.SCAN, True)]


async def test_power_is_taken_back_at_the_kiosk_even_when_the_line_is_away(scene: Scene) -> None:
    await scene.desk_asks(Grant.SCAN)
    scene.grants.answer((Grant.SCAN,), (Grant.SCAN,))
    await settle()
    scene.kiosk.cut = True
    scene.grants.withdraw(Grant.SCAN)
    await settle()
    assert not scene.grants.allowed(Grant.SCAN)
    scene.kiosk.cut = False
    scene.grants.repeat_all()
    await settle()
    assert (Grant.SCAN, False) in scene.told()[-7:]


async def test_after_the_end_nothing_can_be_given(scene: Scene) -> None:
    await scene.desk_asks(Grant.SCAN)
    scene.grants.close()
    scene.grants.answer((Grant.SCAN,), (Grant.SCAN,))
    await scene.desk_asks(Grant.PRINT)
    assert not any(scene.grants.all().values())
    assert scene.caller.asked == [(Grant.SCAN,)]


async def test_nobody_is_asked_before_caller_and_agent_have_met(scene: Scene) -> None:
    tasks = Tasks()
    scene = Scene(tasks, met=False)
    await scene.desk_asks(Grant.SCAN)
    assert scene.caller.asked == []
    assert [m.reason for m in scene.kiosk.sent if isinstance(m, QuestionWaits)] == [
        WaitReason.NOT_MET
    ]
    scene.contact.note_words()
    scene.clock.advance(MET_AFTER_S - 0.1)
    await asyncio.sleep(0.25)
    assert scene.caller.asked == []
    scene.clock.advance(0.1)
    await until(lambda: scene.caller.asked == [(Grant.SCAN,)])
    await tasks.close()


async def test_a_face_that_never_comes_is_given_nothing(scene: Scene) -> None:
    tasks = Tasks()
    scene = Scene(tasks, met=False)
    await scene.desk_asks(Grant.SEE_PAGE, Grant.SCAN)
    for grant in (Grant.SEE_PAGE, Grant.SCAN):
        scene.grants.answer((grant,), (grant,))
    scene.clock.advance(3600)
    await asyncio.sleep(0.25)
    assert scene.caller.asked == []
    assert not any(scene.grants.all().values())
    assert [m.grants for m in scene.kiosk.sent if isinstance(m, QuestionWaits)] == [
        [Grant.SEE_PAGE]
    ], "the desk is told once"
    scene.grants.withdraw_all()
    assert {change.reason for change in scene.heard} == {GrantReason.STOPPED}
    await tasks.close()


async def test_no_sheet_is_asked_about_before_they_have_met(scene: Scene) -> None:
    tasks = Tasks()
    scene = Scene(tasks, met=False)
    waiting = asyncio.ensure_future(scene.grants.wait_to_ask(Grant.PRINT))
    await until(lambda: any(isinstance(sent, QuestionWaits) for sent in scene.kiosk.sent))
    assert not waiting.done()
    scene.contact.note_words()
    scene.clock.advance(MET_AFTER_S)
    await asyncio.wait_for(waiting, 5)
    await tasks.close()


async def test_an_agent_who_asks_all_the_time_waits(scene: Scene) -> None:
    for _time in range(4):
        await scene.desk_asks(Grant.SCAN)
        scene.grants.answer((Grant.SCAN,), ())
    await scene.desk_asks(Grant.SCAN)
    assert not scene.grants.question
    assert [m.reason for m in scene.kiosk.sent if isinstance(m, QuestionWaits)] == [
        WaitReason.TOO_OFTEN
    ]
    scene.clock.advance(60)
    await until(lambda: scene.grants.question == (Grant.SCAN,))


async def test_page_and_papers_are_two_questions(scene: Scene) -> None:
    await scene.desk_asks_together(Grant.KEEP, Grant.CONTROL, Grant.SCAN)
    page = (Grant.SEE_PAGE, Grant.CONTROL)
    assert scene.grants.question == page
    scene.grants.answer(page, page)
    assert scene.grants.question == (Grant.SCAN, Grant.KEEP)


async def test_who_listens_or_talks_is_not_silent(scene: Scene) -> None:
    await scene.desk_asks(Grant.SCAN)
    for _time in range(8):
        scene.clock.advance(SILENCE_S - 1)
        scene.grants.note_life()
    await asyncio.sleep(0.21)
    assert scene.grants.question == (Grant.SCAN,)
    scene.grants.note_life(ReadAs.HEARD)
    scene.grants.answer((Grant.SCAN,), (Grant.SCAN,))
    assert (scene.heard[-1].read_as, scene.heard[-1].asked) == (ReadAs.HEARD, [Grant.SCAN])


def test_every_set_of_powers_is_asked_in_at_most_two_questions() -> None:
    for size in range(1, 8):
        for grants in itertools.combinations(Grant, size):
            questions = questions_for(grants)
            assert len(questions) <= 2
            assert {grant for question in questions for grant in question} == set(grants)
