# SPDX-License-Identifier: GPL-3.0-only
"""The display's program is built whole, and each of its parts once."""

from __future__ import annotations

from PyQt6.QtWidgets import QApplication

from expert_app.kiosk.wiring.display import DisplayProgram
from expert_app.runtime.config import DisplaySettings
from expert_app.runtime.window_program import Program
from session.bus.transport.nkeys import new_seed
from tests.support.object_graph import classes_that_exist_twice, objects_of

ROWS = {
    "views.site.display_window._CallRow",
    "views.kiosk.widgets.icons.IconView",
    "views.widgets.plain_words.PlainLabel",
}
"""What its window shows several times."""


def test_no_part_of_the_display_exists_twice(qapp: QApplication) -> None:
    settings = DisplaySettings(organisation="valdore", user="screen1", bus=["nats://127.0.0.1:1"])
    made = DisplayProgram(settings, new_seed(), program=Program())
    names = {type(each).__name__ for each in objects_of(made)}
    assert names >= {"DisplayWindow", "DisplayClient", "BusClient", "Chime"}
    assert classes_that_exist_twice(made).keys() - ROWS == set()
    made.window.seconds.stop()
    made.window.deleteLater()
