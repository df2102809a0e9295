# SPDX-License-Identifier: GPL-3.0-only
"""The check before the first caller, with the desk's real parts and real media code: drawn camera
and voice, a desk without any, the settings opened from it, the days on which it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from PyQt6.QtWidgets import QLabel, QPushButton

from expert_app.desk.wiring.program import Desk, build_desk
from expert_app.desk.wiring.shift_check import CHECKED_ON
from expert_app.runtime.config import DeskSettings, MediaSettings
from expert_app.runtime.credentials import SEED_VARIABLE
from expert_app.runtime.paths import paths_for
from expert_app.runtime.window_program import Program
from expert_app.workplace.role_parts import build_role_parts
from session.bus.transport.nkeys import new_seed
from session.core.clock import SystemClock
from session.protocol.hub.board import SHIFT_CHECK
from session.protocol.hub.line_rates import LineRates
from session.protocol.hub.tickets import TicketState
from tests.support.qt_loop import QtLoop
from tests.support.screens.invented import SERVICES, ticket
from tests.support.screens.parts import part
from tests.support.waiting import until
from views.desk.acts import CheckPress, ChooseOwnState
from views.desk.my_day.shift_check import CheckedThing

DRAWN = MediaSettings(engine="aiortc", camera="simulated", microphone="simulated")
NOTHING = MediaSettings(
    engine="aiortc", camera="none", microphone="none", speaker="Casque débranché"
)

Story = Callable[[Desk], Coroutine[object, object, None]]


@pytest.fixture
def at_desk(
    qt_loop: QtLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """Runs a story at a desk whose hub has answered, as far as its window knows."""
    seed = new_seed()
    monkeypatch.setenv(SEED_VARIABLE, seed.decode())  # no keyring

    def run(story: Story, media: MediaSettings = DRAWN, *, shift_check: bool = True) -> None:
        async def whole() -> None:
            settings = DeskSettings(
                organisation="valdore", user="alice", media=media, shift_check=shift_check
            )
            paths, program = paths_for("desk", tmp_path), Program()
            desk = build_desk(build_role_parts(settings, paths, seed=seed, program=program))
            desk.check.begin_if_due()
            desk.window.status.show_connection(True)
            desk.window.show()
            desk.check.allow_devices(desk.media)
            await story(desk)
            desk.window.close_now()
            desk.window.deleteLater()
            await desk.parts.media.close()
            await program.tasks.close()

        qt_loop.run(whole())

    return run


def said(desk: Desk, thing: CheckedThing) -> str:
    return part(desk.window, QLabel, f"check_{thing.value}_words").text()


def press(desk: Desk, name: str) -> None:
    part(desk.window, QPushButton, name).click()


def test_a_drawn_person_is_seen_and_heard_and_the_rest_is_answered(
    at_desk: Callable[..., None],
) -> None:
    async def story(desk: Desk) -> None:
        card = desk.window.idle.check
        assert part(card, QLabel, "check_title").text() == "Welcome. Let us check your desk."
        await until(lambda: card.is_well(CheckedThing.CAMERA))
        await until(lambda: card.is_well(CheckedThing.MICROPHONE))
        assert not card.is_well(CheckedThing.SPEAKER)
        press(desk, "check_tone")
        press(desk, "check_heard")
        desk.window.status.accept_next()
        assert card.is_well(CheckedThing.KEYS)
        assert part(card, QPushButton, "check_end").text() == "Skip the check", "no line yet"
        now = desk.parts.clock.utc_now()
        desk.check.show_line(LineRates(up_kbps=900, down_kbps=900, rtt_ms=31, at_utc=now))
        assert part(card, QPushButton, "check_end").text() == "Begin"
        states = [desk.window.header.state.text()]
        press(desk, "check_end")
        states.append(desk.window.header.state.text())
        assert states == ["Not available yet", "Available"]
        assert card.isHidden()
        assert desk.window.idle.next.isVisible()

    at_desk(story)


def test_without_camera_and_microphone_each_says_what_to_do_and_leads_to_the_settings(
    at_desk: Callable[..., None],
) -> None:
    async def story(desk: Desk) -> None:
        card = desk.window.idle.check
        await until(lambda: "Connect a camera" in said(desk, CheckedThing.CAMERA))
        await until(lambda: "Connect one" in said(desk, CheckedThing.MICROPHONE))
        assert said(desk, CheckedThing.SPEAKER).startswith("Play the tone"), "nobody has asked yet"
        press(desk, "check_tone")
        assert "There is no headset" in said(desk, CheckedThing.SPEAKER)
        assert not part(card, QPushButton, "check_heard").isVisible(), "there was no tone"
        press(desk, "check_camera_mend")
        page = desk.media.page
        assert page.isVisible()
        settings = page.window()
        assert settings is not None
        assert desk.window.idle.check.isVisible(), "it waits behind"
        settings.close()
        await until(lambda: "Connect a camera" in said(desk, CheckedThing.CAMERA))
        assert not card.is_well(CheckedThing.CAMERA)
        press(desk, "check_end")
        assert card.isHidden()

    at_desk(story, NOTHING)


@pytest.mark.parametrize(
    ("up_kbps", "rtt_ms", "words"),
    [(900.0, 30.0, "There and back in 30 ms."), (900.0, 700.0, "Slow"), (60.0, 30.0, "Narrow")],
)
def test_the_line_is_judged(
    at_desk: Callable[..., None], up_kbps: float, rtt_ms: float, words: str
) -> None:
    async def story(desk: Desk) -> None:
        now = desk.parts.clock.utc_now()
        rates = LineRates(up_kbps=up_kbps, down_kbps=900, rtt_ms=rtt_ms, at_utc=now)
        desk.check.show_line(rates)
        assert said(desk, CheckedThing.LINE).startswith(words)
        desk.parts.link.connection_changed.emit(False)
        assert "does not answer" in said(desk, CheckedThing.LINE)

    at_desk(story)


def test_it_is_made_once_a_day_and_only_the_day_is_kept(
    at_desk: Callable[..., None], tmp_path: Path
) -> None:
    today = SystemClock().utc_now().astimezone().date()

    async def first(desk: Desk) -> None:
        assert desk.window.idle.check.is_open
        press(desk, "check_end")
        assert desk.parts.window_settings.read(CHECKED_ON) == today.isoformat()

    async def second(desk: Desk) -> None:
        assert not desk.window.idle.check.is_open
        assert part(desk.window, QPushButton, "header_state").text() == "Available"
        yesterday = (today - timedelta(days=1)).isoformat()
        desk.parts.window_settings.write(CHECKED_ON, yesterday)

    async def next_day(desk: Desk) -> None:
        card = desk.window.idle.check
        assert part(card, QLabel, "check_title").text() == "Check of your desk"
        desk.window.header.acted.emit(ChooseOwnState(True, ""))
        assert not card.is_open, "who chooses to be available has skipped it"
        assert desk.parts.window_settings.read(CHECKED_ON) == today.isoformat()

    for story in (first, second, next_day):
        at_desk(story)


def test_an_organisation_may_do_without_and_it_can_be_made_again(
    at_desk: Callable[..., None],
) -> None:
    async def story(desk: Desk) -> None:
        card = desk.window.idle.check
        assert card.isHidden()
        desk.window.idle.acted.emit(CheckPress.BEGIN)  # as the palette does
        assert not card.isHidden()
        assert part(desk.window, QPushButton, "header_state").text() == "Not available yet"
        press(desk, "check_end")
        desk.window.header.settings_pressed.emit()
        desk.settings_window.window.show_page(desk.media.page)
        desk.media.page.check.click()
        assert not desk.media.page.isVisible()
        assert card.isVisible()
        await until(lambda: card.is_well(CheckedThing.CAMERA))

    at_desk(story, shift_check=False)


def test_a_pause_is_no_other_one_after_the_check(at_desk: Callable[..., None]) -> None:
    async def story(desk: Desk) -> None:
        press(desk, "check_end")
        desk.window.header.acted.emit(ChooseOwnState(False, "training"))
        desk.window.idle.acted.emit(CheckPress.BEGIN)
        assert desk.window.idle.check.is_open
        press(desk, "check_end")
        assert part(desk.window, QPushButton, "header_state").text() == "Paused · Training"
        assert SHIFT_CHECK not in desk.window.header.state.text()

    at_desk(story)


def test_no_caller_is_accepted_by_itself_during_the_check(at_desk: Callable[..., None]) -> None:
    async def story(desk: Desk) -> None:
        desk.parts.window_settings.write("offers/by_itself", "yes")
        until_utc = desk.parts.clock.utc_now() + timedelta(seconds=60)
        offer = msgspec.structs.replace(
            ticket("A033", "alloc", 5, state=TicketState.OFFERED, agent="alice"),
            offer_until_utc=until_utc,
        )
        desk.window.queue.set_tickets([offer], SERVICES)
        desk.jobs.work.offered.emit(offer)
        left = part(desk.window.offer, QLabel, "offer_left")
        assert "to answer" in left.text()
        press(desk, "check_end")
        desk.jobs.work.offered.emit(None)
        desk.jobs.work.offered.emit(offer)
        assert "by itself" in left.text()

    at_desk(story)
