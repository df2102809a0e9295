# SPDX-License-Identifier: GPL-3.0-only
"""The strip over the caller's page while the agent may act in it, and the value that the agent
proposes for a field.

Used by `views.kiosk.browser.pane`.
Both are shown as long as they are true. The strip has no button: a touch on the page stops the
agent for a moment, STOP and the sheet of powers for good.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QTimer, pyqtSignal
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from resources.texts import _
from session.core.clock import SystemClock
from views.kiosk.widgets.hold_off import FingerWatch, HoldOff
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import BigButton, label
from views.kiosk.widgets.theme import BLUE, INK, WHITE, spaced

ACTING_SHOWN_MS = 2_500
PAUSED_SHOWN_MS = 1_000


def _single_shot(wait_ms: int, on_timeout: Callable[[], None]) -> QTimer:
    timer = QTimer()
    timer.setSingleShot(True)
    timer.setInterval(wait_ms)
    timer.timeout.connect(on_timeout)
    return timer


class ActStrip(QFrame):
    """Says that the agent may act, that they act now, or that the caller is in charge for a
    moment.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("act_strip")
        self._may_act = False
        self._icon = IconView("cursor-pointer", 2.8, colour=INK)
        self._words = label("body", heavy=True)
        row = spaced(QHBoxLayout(self), (1.2, 0.3, 1.2, 0.3), 1.2)
        row.addWidget(self._icon)
        row.addWidget(self._words, 1)
        self._active = _single_shot(ACTING_SHOWN_MS, self.retranslate)
        self._paused = _single_shot(PAUSED_SHOWN_MS, self.retranslate)
        self.hide()

    def show_acting(self, may_act: bool) -> None:
        """Show whether the agent may act in the page."""
        self._may_act = may_act
        if not may_act:
            self._active.stop()
            self._paused.stop()
        self.setVisible(may_act)
        self.retranslate()

    def show_active(self) -> None:
        """The agent has just acted."""
        if self._may_act:
            self._active.start()
            self.retranslate()

    def show_paused(self) -> None:
        """The caller has touched the page."""
        if self._may_act:
            self._paused.start()
            self.retranslate()

    def words(self) -> str:
        """Return what it says."""
        return self._words.text()

    def retranslate(self) -> None:
        """Says every text again."""
        if self._paused.isActive():
            words, icon = _("You are in control. Your adviser is waiting."), "account"
        elif self._active.isActive():
            words, icon = _("Your adviser is acting on the page."), "cursor-pointer"
        else:
            words = _("Your adviser can act on this page. To stop that, touch the page.")
            icon = "cursor-default-outline"
        self._words.setText(words)
        self._icon.show_icon(icon, INK)


class ProposalStrip(QFrame):
    """A value for a field, proposed by the agent; the caller takes it with one touch.

    Args:
        fingers: None for a strip that stands alone.

    Signals:
        answered(taken): the caller's answer.
    """

    answered = pyqtSignal(bool)

    def __init__(self, fingers: FingerWatch | None = None) -> None:
        super().__init__()
        self.setObjectName("proposal_strip")
        self._label = self._value = ""
        self._question = label("body")
        self._shown = label("lead", heavy=True)
        self.take = BigButton(
            "yes", "check-bold", colour=WHITE, icon_u=3, size="body", margins=(1.4, 0.3, 1.8, 0.3)
        )
        self.leave = BigButton(
            "plain", "close", colour=BLUE, icon_u=3, size="body", margins=(1.4, 0.3, 1.8, 0.3)
        )
        self.take.setObjectName("proposal_take")
        self.leave.setObjectName("proposal_leave")
        for button, accepts in ((self.take, True), (self.leave, False)):
            button.setMinimumHeight(64)
            button.clicked.connect(lambda _checked, is_accepted=accepts: self._answer(is_accepted))
        fingers = fingers or FingerWatch(SystemClock())
        self._hold_off = HoldOff(self, [self.take], clock=fingers.clock, fingers=fingers)
        says = spaced(QVBoxLayout(), (0,), 0.2)
        says.addWidget(self._question)
        says.addWidget(self._shown)
        row = spaced(QHBoxLayout(self), (1.2, 0.8, 1, 0.8), 1.2)
        row.addWidget(IconView("form-textbox", 3.6, colour=INK))
        row.addLayout(says, 1)
        row.addWidget(self.take)
        row.addWidget(self.leave)
        self.hide()

    def propose(self, field: str, value: str) -> None:
        """Shows the value for the field of this name."""
        self._label = field
        self._value = value
        self.retranslate()
        self.show()
        self._hold_off.begin(is_shown=True)

    def end(self) -> None:
        """The proposal is over; nothing of it stays."""
        self._label = self._value = ""
        self._hold_off.end()
        self.hide()
        self.retranslate()

    @property
    def takes_value(self) -> bool:
        """True if the value may be taken now: it could be read,
        and no press began on another.
        """
        return self._hold_off.is_over

    def _answer(self, is_accepted: bool) -> None:
        if not is_accepted or self.takes_value:
            self.answered.emit(is_accepted)

    def value(self) -> str:
        """The value shown."""
        return self._shown.text()

    def retranslate(self) -> None:
        """Says every text again."""
        if self._label:
            named = _("Your adviser proposes for “{field}”:").format(field=self._label)
        else:
            named = ""
        self._question.setText(named or _("Your adviser proposes:"))
        self._shown.setText(self._value)
        self.take.set_words(
            _("Write this"), f"{self._question.text()} {self._value}. {_('Write this')}"
        )
        self.leave.set_words(_("No thanks"))
