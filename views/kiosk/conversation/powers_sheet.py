# SPDX-License-Identifier: GPL-3.0-only
"""The sheet "What can my adviser do?": a switch for each power, beside the face.
Used by the session page.

A switch that is on takes its power back at a touch. One that is off says so: a power is given only
when the adviser asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from resources.texts import _
from session.core.clock import Clock
from session.kiosk.caller_acts import WithdrawGrant
from session.protocol.conversation.messages import Grant
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import BigButton, label
from views.kiosk.widgets.theme import BLUE, GREY, WHITE, spaced
from views.words.consent import ICONS, SWITCHES, left_words

SWITCH_U, SWITCH_GROWS = 9.4, 0.5
"""The sign has a margin of its own: the switch in it is 54 px wide on the smallest screen."""


class PowerRow(BigButton):
    """One power: what it is, whether the adviser has it, and for how long."""

    def __init__(self, grant: Grant) -> None:
        self._state = IconView(
            "toggle-switch-off-outline", SWITCH_U, colour=GREY, grows=SWITCH_GROWS
        )
        super().__init__("plain", self._state, size="body", wrap=True, margins=(1.4, 0.2, 1.4, 0.2))
        self.grant = grant
        self.left = ""
        self._is_counted = False
        self.setObjectName(f"power_{grant.value}")
        self.setEnabled(False)
        self.insert(IconView(ICONS[grant], 3.2, colour=BLUE))

    def show_power(self, is_given: bool, left_s: float) -> None:
        """Show whether the adviser has it now, and the time that is left."""
        if is_given != self.isEnabled():
            self.setEnabled(is_given)
            name, colour = (
                ("toggle-switch", BLUE) if is_given else ("toggle-switch-off-outline", GREY)
            )
            self._state.show_icon(name, colour)
        self.left = left_words(left_s) if left_s > 0 else ""
        self._is_counted = left_s < 60
        self.retranslate()

    def retranslate(self) -> None:
        """Says its words again."""
        words = _(SWITCHES[self.grant])
        if not self.isEnabled():
            self.set_words(f"{words} : {_('No')}", spoken=f"{words}. {_('No')}")
            return
        yes = f"{words} : {_('Yes')}"
        state_words = yes + (f" ({self.left})" if self.left else "")
        spoken = yes if self._is_counted else state_words  # a screen reader would say each second
        self.set_words(state_words, spoken=f"{spoken}. {_('Touch to withdraw your consent.')}")


class PowersSheet(QFrame):
    """All powers, and a button that closes the sheet.

    Signals:
        acted(WithdrawGrant): the caller takes a power back.
        shown_changed(): the sheet needs its place, or no longer.
    """

    acted = pyqtSignal(object)
    shown_changed = pyqtSignal()

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.setObjectName("powers_sheet")
        self._clock = clock
        self._given: Mapping[Grant, bool] = {}
        self._until_s: dict[Grant, float] = {}
        self._is_open = False
        self._title = label("name", heavy=True)
        self._advice = label("body", tone="grey")
        self.rows = {grant: PowerRow(grant) for grant in Grant}
        self.close_button = BigButton("no", "check-bold", colour=WHITE, icon_u=3.4)
        self.close_button.setObjectName("powers_close")
        self.close_button.clicked.connect(self.close_sheet)
        inside = QWidget()
        inside.setObjectName("powers_inside")
        self._grid = spaced(QGridLayout(inside), (0,), 0.8)
        for row in self.rows.values():
            row.clicked.connect(
                lambda _checked, grant=row.grant: self.acted.emit(WithdrawGrant(grant))
            )
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        head = spaced(QHBoxLayout(), (0,), 2)
        head.addWidget(self._title, 1)
        head.addWidget(self.close_button)
        box = spaced(QVBoxLayout(self), (2, 1.2, 2, 1.2), 1)
        box.addLayout(head)
        box.addWidget(self._advice)
        box.addWidget(scroll, 1)
        self.set_portrait(False)
        self.hide()
        self.retranslate()

    def set_portrait(self, portrait: bool) -> None:
        """One column on an upright screen, else two."""
        columns = 1 if portrait else 2
        for place, row in enumerate(self.rows.values()):
            self._grid.removeWidget(row)
            self._grid.addWidget(row, *divmod(place, columns))

    @property
    def is_open(self) -> bool:
        """True if the caller wants to see it."""
        return self._is_open

    def open_sheet(self) -> None:
        """The caller asks what the adviser can do."""
        self._show(True)

    def close_sheet(self) -> None:
        """The caller has seen it, or something else needs the place."""
        self._show(False)

    def _show(self, is_open: bool) -> None:
        if is_open != self._is_open:
            self._is_open = is_open
            self.shown_changed.emit()

    def show_grants(self, grants: Mapping[Grant, bool]) -> None:
        """The powers as they are now."""
        self._given = dict(grants)
        self.tick()

    def show_times(self, left_s: Mapping[Grant, float]) -> None:
        """Seconds that are left of each power."""
        now_s = self._clock.monotonic_s()
        self._until_s = {grant: now_s + seconds_left for grant, seconds_left in left_s.items()}
        self.tick()

    def tick(self) -> None:
        """A moment has passed."""
        now_s = self._clock.monotonic_s()
        for grant, row in self.rows.items():
            left_s = self._until_s.get(grant, 0.0) - now_s
            row.show_power(self._given.get(grant, False), left_s)

    def words(self) -> list[str]:
        """The sentences on the sheet, to be spoken."""
        return [self._title.text() + ".", *(f"{row.words()}." for row in self.rows.values())]

    def retranslate(self) -> None:
        """Says every text again."""
        self._title.setText(_("What can my adviser do?"))
        self._advice.setText(
            _("Touch what you no longer want. Nothing is allowed without your consent.")
        )
        self.close_button.set_words(_("Close"))
        for row in self.rows.values():
            row.retranslate()
