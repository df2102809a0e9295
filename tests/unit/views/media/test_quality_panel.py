# SPDX-License-Identifier: GPL-3.0-only
"""The quality panel tells both directions in figures and marks the worst minute;
the call says what is lost.
"""

from __future__ import annotations

import pytest
from PyQt6.QtWidgets import QApplication, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from session.core.clock import ManualClock
from session.log.events import LineMeasured, Writer
from session.media.line.history import LineDirection
from session.protocol.conversation.line import LineGoverned, LineSeen, LineStep
from session.protocol.hub.line_rates import LineRates
from tests.support.screens.acts import acts_of
from tests.support.screens.invented import NOW, DrawnFace
from views.desk.acts import CallPress
from views.desk.call_controls import CallState
from views.desk.call_view import CallView
from views.media.quality_panel import QualityPanel
from views.replay.whole import line_history
from views.widgets.parts import Chip
from views.widgets.plots.line_curves import LinePlot
from views.words.line import caller_words, own_words


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def panel(qtbot: QtBot, clock: ManualClock, desk_theme: QApplication) -> QualityPanel:
    made = QualityPanel(clock)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def call(qtbot: QtBot, clock: ManualClock, desk_theme: QApplication) -> CallView:
    made = CallView(DrawnFace(), clock)
    qtbot.addWidget(made)
    made.controls.show_state(CallState.CONNECTED)
    made.show()
    return made


def text(panel: QualityPanel, name: str) -> str:
    found = panel.findChild(QLabel, name)
    assert found is not None
    return found.text()


def test_both_directions_are_told_in_figures(panel: QualityPanel, clock: ManualClock) -> None:
    clock.advance(10)
    panel.show_seen(
        LineDirection.FROM_CALLER,
        LineSeen(kbps=312, loss_percent=1.5, rtt_ms=41, height_px=360, fps=24.2),
    )
    panel.show_rule(
        LineDirection.FROM_CALLER, LineGoverned(step=LineStep.SMALL, budget_kbps=180, face_kbps=127)
    )
    assert text(panel, "quality_from_caller_0") == "312 kb/s"
    assert text(panel, "quality_from_caller_1") == "1.5 %"
    assert text(panel, "quality_from_caller_3") == "360 · 24/s"
    assert text(panel, "quality_from_caller_6") == "Small picture · 127 / 180 kb/s"
    assert text(panel, "quality_to_caller_0") == "–"


def test_the_worst_minute_is_said_and_shaded(panel: QualityPanel, clock: ManualClock) -> None:
    for second in range(0, 300, 2):
        clock.advance(2)
        bad = 9.0 if 100 <= second < 160 else 0.0
        panel.show_seen(LineDirection.TO_CALLER, LineSeen(kbps=300, loss_percent=bad, rtt_ms=40))
    assert text(panel, "quality_worst").startswith(
        "Worst minute: 2 min ago, to the caller: 9.0 % lost"
    )
    for plot in panel.findChildren(LinePlot):
        assert plot._span.isVisible()
        start_s: float = plot._span.getRegion()[0]  # type: ignore[no-untyped-call]  # pyqtgraph has no types
        assert -205 < start_s < -190


def test_a_new_caller_sees_nothing_of_the_one_before(
    panel: QualityPanel, clock: ManualClock
) -> None:
    panel.show_seen(LineDirection.FROM_CALLER, LineSeen(kbps=312))
    rates = LineRates(up_kbps=402.4, down_kbps=410, rtt_ms=43, at_utc=NOW)
    panel.show_nothing(rates)
    assert text(panel, "quality_from_caller_0") == "–"
    assert "402 kb/s from the kiosk" in text(panel, "quality_tested")


def test_every_loss_has_words_and_a_good_line_needs_none() -> None:
    for step in LineStep:
        said = caller_words(step, document=False), own_words(step, document=False)
        assert all(said) == any(said) == (step is not LineStep.FULL)
    assert caller_words(LineStep.SMALL, document=True) == "A page arrives: smaller picture"
    assert "photo" in caller_words(LineStep.PHOTO, document=True)


def test_the_call_says_what_a_narrow_line_costs(call: CallView, qtbot: QtBot) -> None:
    chip, figures = call.findChild(Chip, "call_line"), call.findChild(QToolButton, "call_figures")
    assert chip is not None
    assert figures is not None
    assert chip.isHidden()
    call.controls.show_line("Weak line: smaller picture", "Weak line: you are seen smaller")
    assert chip.text() == "Weak line: smaller picture"
    assert "seen smaller" in chip.toolTip()
    done = acts_of(call, CallPress)
    figures.click()
    assert done
    call.controls.show_state(CallState.CLOSED)
    assert chip.isHidden()


def test_the_replay_draws_what_each_end_wrote() -> None:
    def measured(by: Writer, kbps: float) -> LineMeasured:
        return LineMeasured(
            by=by,
            over_s=10,
            kbps=kbps,
            loss_percent=1,
            rtt_ms=None,
            height_px=360,
            fps=24,
            freezes=0,
            concealed_percent=0,
        )

    history = line_history(
        [(10.0, measured(Writer.DESK, 300)), (11.0, measured(Writer.KIOSK, 200))]
    )
    assert [point.seen.kbps for point in history.points[LineDirection.FROM_CALLER]] == [300]
    assert [point.at_s for point in history.points[LineDirection.TO_CALLER]] == [11.0]
