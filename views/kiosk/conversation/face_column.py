# SPDX-License-Identifier: GPL-3.0-only
"""The agent's face with the name above it and, below it, what the caller has to know of either
end's devices, what the agent can do, and STOP. Used by the session page.

None of it takes room from the page.
"""

from __future__ import annotations

from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from resources.texts import _
from views.kiosk.conversation.device_notice import NoticeStrip
from views.kiosk.conversation.powers_bar import PowersBar
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import label
from views.kiosk.widgets.theme import INK, SKY, spaced


class FaceColumn(QWidget):
    """The face, never covered.

    Args:
        call_pane: shows the agent.
        bar: stands under the face, but on an upright screen.
    """

    def __init__(self, call_pane: QWidget, bar: PowersBar) -> None:
        super().__init__()
        self.setObjectName("face_column")
        self._bar = bar
        self._portrait = self._is_narrow = False
        self._agent_name = ""
        self._camera_on = self._microphone_on = True
        self._held = False
        self.call_pane = call_pane
        self.notice = NoticeStrip()
        self._name = label("lead", heavy=True)
        self._name.setObjectName("adviser")
        name_row = spaced(QHBoxLayout(), (0.6, 0, 0, 0), 1)
        name_row.addWidget(IconView("account-voice", 3.6, colour=SKY))
        name_row.addWidget(self._name, 1)
        self._box = spaced(QVBoxLayout(self), (0,), 0.5)
        self._box.addLayout(name_row)
        self._box.addWidget(self.call_pane, 1)
        self._box.addWidget(self._build_switched_off())
        self._box.addWidget(self.notice)
        self._box.addWidget(bar)

    def set_portrait(self, portrait: bool) -> None:
        """Keeps the bar, or leaves it to the page's foot on an upright screen."""
        self._portrait = portrait
        if not portrait:
            self._box.addWidget(self._bar)
        self._stand()

    def stand_narrow(self, is_narrow: bool) -> None:
        """Something stands beside the face, or no longer."""
        self._is_narrow = is_narrow
        self._stand()

    def _stand(self) -> None:
        self._bar.stand(portrait=self._portrait, is_narrow=self._is_narrow)

    def _build_switched_off(self) -> QWidget:
        """Build the line under the face for what the agent has switched off."""
        self._switched_off = QFrame()
        self._off_words = label("body", heavy=True)
        self._switched_off.setObjectName("switched_off")
        self._off_icon = IconView("microphone-off", 3.2, colour=INK)
        off = spaced(QHBoxLayout(self._switched_off), (1, 0.6, 1, 0.6), 1)
        off.addWidget(self._off_icon)
        off.addWidget(self._off_words, 1)
        self._switched_off.hide()
        return self._switched_off

    def show_agent(self, name: str) -> None:
        """An agent comes: nothing is switched off or held, and no device wants anything."""
        self._agent_name = name
        self._camera_on = self._microphone_on = True
        self._held = False
        self.notice.show_notice("")
        self.retranslate()

    def show_held(self, held: bool) -> None:
        """On hold nothing is said of what is switched off."""
        self._held = held
        self._show_switched_off()

    def show_agent_switches(self, camera_on: bool, microphone_on: bool) -> None:
        """Show what the agent has switched off for a moment: silence is no lost line."""
        self._camera_on = camera_on
        self._microphone_on = microphone_on
        self._show_switched_off()

    def words(self) -> list[str]:
        """Return with whom the caller talks, for the voice that reads the page."""
        return [f"{self._name.text().removesuffix('.')}."]

    def retranslate(self) -> None:
        """Says every text again."""
        if self._agent_name:
            self._name.setText(_("You are talking with {name}").format(name=self._agent_name))
        else:
            self._name.setText("")
        self._show_switched_off()
        self.notice.retranslate()

    def _show_switched_off(self) -> None:
        words = {
            (True, True): "",
            (True, False): _("Your adviser's microphone is off for a moment."),
            (False, True): _("Your adviser's camera is off. You can go on talking."),
            (False, False): _("Your adviser's camera and microphone are off for a moment."),
        }[self._camera_on, self._microphone_on]
        self._switched_off.setVisible(bool(words) and not self._held)
        self._off_words.setText(words)
        self._off_icon.show_icon("video-off" if self._microphone_on else "microphone-off", INK)
