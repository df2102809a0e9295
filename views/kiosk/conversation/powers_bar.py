# SPDX-License-Identifier: GPL-3.0-only
"""What the agent sees, hears and can do now, the button that shows it, and STOP. Used by the
session page; nothing covers it.

It stands under the face, so that it takes no height from the page; STOP is at the same place
whatever stands beside the face. On an upright screen it is the foot of the page.
"""

from __future__ import annotations

from collections.abc import Mapping

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QWidget

from resources.texts import _
from session.protocol.conversation.messages import Grant
from views.kiosk.conversation.session_sign import SessionSign
from views.kiosk.widgets.icons import IconView, StopSign
from views.kiosk.widgets.page_base import BigButton, label
from views.kiosk.widgets.theme import INK, SKY, WHITE, sized, spaced
from views.widgets.announcer import announce
from views.words.consent import powers_sentence

LEAST_LINE_U, LINE_GROWS = 40, 0.45
"""Large letters make the column under the face wider, where a few words stand in a line."""

TOGETHER_MS = 150
"""Powers of one question come one by one."""


class PowersBar(QFrame):
    """The session's sign, the line of powers, and two buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("bar")
        self._grants: dict[Grant, bool] = {}
        self._seen = self._heard = self._camera = self._microphone = True
        self._held = self._private = False
        self._announced = ""
        self._announce_soon = QTimer(self)
        self._announce_soon.setSingleShot(True)
        self._announce_soon.setInterval(TOGETHER_MS)
        self._announce_soon.timeout.connect(self._announce_line)
        self.sign = IconView("shield-account", 5, colour=SKY)
        self.line = label("body")
        self.line.setObjectName("powers_line")
        self.line.setProperty("min_width_u", LEAST_LINE_U)
        self.line.setProperty("wider", LINE_GROWS)
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
        self.stop = BigButton("stop", StopSign(7), size="large", margins=(4, 0.4, 4.6, 0.4))
        self._lay_out()

    def _lay_out(self) -> None:
        self._stops = spaced(QHBoxLayout(), (0,), 2)
        self._stops.addWidget(self.stop, 0, Qt.AlignmentFlag.AlignBottom)
        self._stops.addWidget(self.sign)
        self._stops.addStretch(1)
        self._buttons: QBoxLayout = spaced(QHBoxLayout(), (0,), 0.6)
        self._buttons.addLayout(self._stops)
        self._buttons.addWidget(self.show_powers, 1)
        self._box: QBoxLayout = spaced(QHBoxLayout(self), (0,), 1)
        self._box.addLayout(self._buttons, 1)
        self._gap = sized(QWidget(), 1.4)
        self._box.addWidget(self._gap)
        self._box.addWidget(self.line, 1)

    def stand(self, *, portrait: bool, is_narrow: bool) -> None:
        """STOP across the foot of an upright screen; in a narrow column one under the other."""
        directions = QBoxLayout.Direction
        upwards, across = directions.BottomToTop, directions.LeftToRight
        self._box.setDirection(upwards if portrait or is_narrow else across)
        self._buttons.setDirection(upwards if is_narrow and not portrait else across)
        self._gap.setHidden(portrait or is_narrow)
        self._buttons.setStretch(0, int(portrait))
        self._stops.setStretch(0, int(portrait))
        self._stops.setStretch(2, int(not portrait))
        side = 2 if portrait else 0
        spaced(self._box, (side, 0.2, side, side and 0.8), 0.6)

    @property
    def gives_power(self) -> bool:
        """True while the agent has any power."""
        return any(self._grants.values())

    def show_session(self, sign: SessionSign) -> None:
        """A session begins, without any power; nothing of that is news."""
        self._grants = {}
        self._seen = self._heard = self._camera = self._microphone = True
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

    def show_devices(self, camera: bool, microphone: bool) -> None:
        """Show whether the kiosk has them: nobody is seen or heard without."""
        self._camera = camera
        self._microphone = microphone
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
        is_seen = self._seen and self._camera and not self._held and not self._private
        is_heard = self._heard and self._microphone and not self._held
        return powers_sentence({**self._grants, **hidden}, is_seen, is_heard)
