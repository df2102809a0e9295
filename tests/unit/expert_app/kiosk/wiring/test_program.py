# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's program is built whole, and each of its parts once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PyQt6.QtWidgets import QApplication

from expert_app.kiosk.wiring.program import KioskProgram, build_kiosk
from expert_app.runtime.config import KioskSettings, MediaSettings
from expert_app.runtime.paths import paths_for
from expert_app.runtime.sealing import SessionOwners
from expert_app.runtime.window_program import Program
from resources.texts import language
from session.bus.transport.nkeys import new_seed
from session.protocol.conversation.allowed_addresses import AllowList
from tests.support.object_graph import classes_that_exist_twice
from tests.support.screens.kiosk_gallery import services_answer
from tests.support.waiting import until


@pytest.fixture
async def kiosk(qapp: QApplication, tmp_path: Path) -> AsyncIterator[KioskProgram]:
    settings = KioskSettings(
        organisation="valdore",
        user="kiosk1",
        bus=["nats://127.0.0.1:1"],
        printer="ipp://127.0.0.1:1/print",
        media=MediaSettings(camera="simulated", microphone="simulated"),
        speak="off",
    )
    program = Program()
    made = build_kiosk(settings, paths_for("kiosk", tmp_path), seed=new_seed(), program=program)
    yield made
    made.panes.hide()
    gone: list[bool] = []
    made.panes.pages.close(gone.append)
    await until(lambda: (qapp.processEvents(), gone)[1])  # this loop is not Qt's
    await program.tasks.close()


WIDGETS = {
    "views.kiosk.access_bar.AccessButton",
    "views.kiosk.appointments.typing._Keys",
    "views.kiosk.conversation.power_switches.PowerSwitch",
    "views.kiosk.conversation.powers_sheet.PowerRow",
    "views.kiosk.conversation.session_sign.SignBand",
    "views.kiosk.conversation.sheet_picture.SheetPicture",
    "views.kiosk.pages.away.ChoiceCard",
    "views.kiosk.pages.goodbye._Reminder",
    "views.kiosk.pages.number_pad._Key",
    "views.kiosk.pages.number_pad._Keys",
    "views.kiosk.widgets.hold_off.HoldOff",
    "views.kiosk.widgets.icons.Countdown",
    "views.kiosk.widgets.icons.IconView",
    "views.kiosk.widgets.icons.RoomyIcon",
    "views.kiosk.widgets.icons.WaitingDots",
    "views.kiosk.widgets.page_base.BigButton",
    "views.kiosk.widgets.page_base.TouchButton",
    "views.kiosk.widgets.page_base._Words",
    "views.widgets.parts.ElidedLabel",
    "views.widgets.plain_words.PlainLabel",
}
"""What a window shows several times."""


async def test_no_part_of_the_kiosk_exists_twice(kiosk: KioskProgram) -> None:
    # owners read and write the same files, and remember nothing; a list of addresses is a value
    twice = classes_that_exist_twice(kiosk, may_be_many={SessionOwners, AllowList})
    assert twice.keys() - WIDGETS == set()


PAPER = {"numpy", "pikepdf", "pypdfium2", "reportlab"}
CALLS_AND_STORES = {"aiortc", "av", "sqlalchemy"}
BUS = {"nats", "cryptography", "httpx", "PIL"}


@pytest.mark.parametrize(
    ("module", "not_loaded"),
    [
        ("expert_app.kiosk.wiring.program", PAPER | CALLS_AND_STORES),
        (
            "expert_app.kiosk.wiring.page_program",
            PAPER | CALLS_AND_STORES | BUS,
        ),
    ],
)
def test_screen_and_browser_are_begun_without_what_they_do_not_need(
    module: str, not_loaded: set[str]
) -> None:
    code = f"import expert_app.__main__, {module}, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert not_loaded & set(loaded.stdout.split()) == set()


async def test_a_touch_goes_from_the_page_to_the_job_and_from_the_job_to_the_page(
    kiosk: KioskProgram,
) -> None:
    window, visit = kiosk.panes.window, kiosk.panes.visit
    visit.show_services(services_answer())
    window.start_page.cards[0].click()
    await until(lambda: visit.page is window.waiting_page)
    visit.show_start()
    window.bar.sign.click()
    assert list(kiosk.hub.link.needs) == ["lsf"]
    window.bar.language.click()
    window.language_page.buttons["en"].click()
    assert language() == "en"
    assert visit.page is window.start_page
    visit.forget_caller()
    assert language() == "fr"
    assert list(kiosk.hub.link.needs) == []
    window.close()
    assert kiosk.program.stop.is_set()
