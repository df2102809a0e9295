# SPDX-License-Identifier: GPL-3.0-only
"""The bar at the foot of a conversation: what the agent sees, hears and can do now, the button that
shows it, and STOP. Used by the session page; nothing covers it.
"""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout

from resources.texts import _
from session.protocol.conversation.messages import Grant
from views.kiosk.conversation.session_sign import SessionSign
from views.kiosk.widgets.icons import IconView, StopSign
from views.kiosk.widgets.page_base import BigButton, label
from views.kiosk.widgets.theme import INK, SKY, WHITE, sized, spaced
from views.widgets.announcer import announce
from views.words.consent import powers_sentence

TOGETHER_MS = 150
"""Powers of one question come one by one."""


class PowersBar(QFrame):
    """The session's sign, the line of powers, and two buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("bar")
        self._grants: dict[Grant, bool] = {}
        self._seen = self._heard = True
        self._held = self._private = False
        self._announced = ""
        self._announce_soon = QTimer(self)
        self._announce_soon.setSingleShot(True)
        self._announce_soon.setInterval(TOGETHER_MS)
        self._announce_soon.timeout.connect(self._announce_line)
        self.sign = IconView("shield-account", 5, colour=SKY)
        self.line = label("body")
        self.line.setObjectName("powers_line")
        self.show_powers = BigButton(
            "chip",
            "shield-account",
            colour=INK,
            icon_u=3.2,
            size="body",
            wrap=True,
            margins=(1.4, 0.4, 1.4, 0.4),
        )
        self.show_powers.setObjectName("powers")
        sized(self.show_powers, 34).setProperty("wider", 0.35)
        self.stop = BigButton("stop", StopSign(7), size="large", margins=(2, 0.4, 2.6, 0.4))
        self._lay_out()

    def _lay_out(self) -> None:
        line = spaced(QHBoxLayout(), (0,), 2)
        line.addWidget(self.sign)
        line.addWidget(self.line, 1)
        buttons = spaced(QHBoxLayout(), (0,), 2)
        buttons.addWidget(self.show_powers)
        buttons.addWidget(self.stop, 1)
        self._box: QBoxLayout = spaced(QHBoxLayout(self), (2, 0.8, 2, 0.8), 2)
        self._box.addLayout(line, 1)
        self._box.addLayout(buttons)

    def set_portrait(self, portrait: bool) -> None:
        """STOP across the foot of an upright screen."""
        directions = QBoxLayout.Direction
        self._box.setDirection(directions.TopToBottom if portrait else directions.LeftToRight)

    @property
    def gives_power(self) -> bool:
        """True while the agent has any power."""
        return any(self._grants.values())

    def show_session(self, sign: SessionSign) -> None:
        """A session begins, without any power; nothing of that is news."""
        self._grants = {}
        self._seen = self._heard = True
        self._held = self._private = False
        self.sign.show_icon(sign.picture, WHITE, sign.colour)
        self._show_line()
        self._announced = self.line.text()

    def show_grants(self, grants: Mapping[Grant, bool]) -> None:
        """The powers as they are now."""
        self._grants = dict(grants)
        self._show_line()
        self._announce_soon.start()

    def show_media(self, is_seen: bool, heard: bool) -> None:
        """Show whether the agent gets the caller's picture and sound now."""
        self._seen = is_seen
        self._heard = heard
        self._show_line()

    def show_held(self, held: bool) -> None:
        """On hold the agent neither sees nor hears."""
        self._held = held
        self._show_line()

    def show_private(self, on: bool) -> None:
        """In a privacy pause the agent sees neither the caller nor the page."""
        self._private = on
        self._show_line()

    def _announce_line(self) -> None:
        """Grants of one question come one by one; they are said in one sentence."""
        if self.line.text() != self._announced:
            self._announced = self.line.text()
            announce(self, self._announced)

    def retranslate(self) -> None:
        """Says every text again."""
        self._show_line()
        self.stop.set_words(_("STOP"), spoken=_("STOP: your adviser can do nothing more. (Escape)"))
        self.show_powers.set_words(_("What can my adviser do?"))

    def _show_line(self) -> None:
        self.line.setText(self._powers())
        if self.line.accessibleName() != self.line.text():
            self.line.setAccessibleName(self.line.text())

    def _powers(self) -> str:
        """Return what the agent can see and do now: nothing of what a privacy pause hides."""
        if self._private:
            hidden = dict.fromkeys((Grant.SEE_PAGE, Grant.POINT, Grant.CONTROL, Grant.TYPE), False)
        else:
            hidden = {}
        is_seen = self._seen and not self._held and not self._private
        return powers_sentence({**self._grants, **hidden}, is_seen, self._heard and not self._held)
