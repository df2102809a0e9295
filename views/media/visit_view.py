# SPDX-License-Identifier: GPL-3.0-only
"""The page of a third person in somebody else's conversation: two faces, and who sees us.
Used by desk and board.
"""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QFrame, QPushButton, QWidget

from resources.texts import _
from session.media.engine import MediaState
from session.protocol.hub.talk_state import Talk, ThirdEnd
from session.protocol.hub.tickets import Ticket, TicketState
from views.media.video_pane import OwnPlace, VideoPane
from views.widgets.confirm_bar import ConfirmButton
from views.widgets.icons import icon
from views.widgets.parts import (
    Chip,
    column,
    label,
    name_button,
    push_button,
    restyle,
    row,
    shortcut,
)
from views.widgets.theme import SPACE


def ended_words(ticket: Ticket | None, session_id: str, *, was_in: bool) -> str:
    """Why we are not in the conversation any more.

    Args:
        ticket: as it is now; None when there is none any more.
        was_in: both ends had read who we are.
    """
    if ticket is None or ticket.session != session_id or ticket.state is not TicketState.IN_SESSION:
        return _("The conversation is over.")
    match (ticket.talk or Talk()).last:
        case ThirdEnd.LOST if was_in:
            return _("Your line was cut for too long: you are not in the conversation any more.")
        case ThirdEnd.LOST:
            return _(
                "You could not join: the caller or the agent did not see the announcement in time."
            )
        case ThirdEnd.REMOVED:
            return _("The agent goes on without you.")
    return _("You have left the conversation.")


class VisitView(QWidget):
    """The caller left, the agent right, and our controls below.

    Signals:
        microphone_requested(bool), camera_requested(bool): switch mine on or off.
        leave_requested(): leave the conversation (confirmed already).
    """

    microphone_requested = pyqtSignal(bool)
    camera_requested = pyqtSignal(bool)
    leave_requested = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("guest_view")
        self._on = {"microphone": True, "camera": True}
        self.caller = VideoPane()
        self.agent = VideoPane()
        self.agent.setObjectName("guest_agent_pane")
        self.agent.setAccessibleName(_("Picture of the agent"))
        self.agent.set_own_place(OwnPlace.HIDDEN)
        self._badge = Chip("guest_badge")
        self._words = label(role="strong", name="guest_words", wrap=True)
        self._names = (
            label(role="caption", name="guest_caller"),
            label(role="caption", name="guest_agent"),
        )
        self._microphone = self._control("microphone")
        self._camera = self._control("camera")
        self._leave = ConfirmButton(
            _("Leave"), _("Press again"), icon_name="hang_up", name="guest_leave", keys="F11"
        )
        self._leave.confirmed.connect(self.leave_requested)
        shortcut("F11", self._leave, self)
        self._build()
        self.show_own_media(microphone_on=True, camera_on=True)

    def _control(self, which: str) -> QPushButton:
        button = push_button("", which, name=f"guest_{which}")
        if which == "microphone":
            signal = self.microphone_requested
        else:
            signal = self.camera_requested
        button.clicked.connect(lambda: signal.emit(not self._on[which]))
        return button

    def _build(self) -> None:
        head = QFrame()
        head.setObjectName("session_header")
        line = row(
            head, self._badge, space=SPACE[1], margins=(SPACE[2], SPACE[1], SPACE[2], SPACE[1])
        )
        line.addWidget(self._words, 1)
        faces = row(None, space=SPACE[1], margins=(SPACE[1], SPACE[1], SPACE[1], 0))
        for name, pane in zip(self._names, (self.caller, self.agent), strict=True):
            face = column(None, name, space=SPACE[0])
            face.addWidget(pane, 1)
            faces.addLayout(face, 1)
        foot = QFrame()
        foot.setObjectName("call_controls")
        row(
            foot,
            0,
            self._microphone,
            self._camera,
            self._leave,
            space=SPACE[1],
            margins=(SPACE[2], SPACE[1], SPACE[2], SPACE[1]),
        )
        box = column(self, head, space=0)
        box.addLayout(faces, 1)
        box.addWidget(foot)

    # ---- facts ----

    def show_visit(self, ticket: str, agent_name: str) -> None:
        """Show whose conversation it is; nothing is seen or heard yet."""
        self._names[0].setText(_("Caller {ticket}").format(ticket=ticket))
        self._names[1].setText(agent_name)
        self._badge.show_state(_("Announced"), "time", "accent")
        self._words.setText(
            _(
                "You are announced to the caller and to {name}. Nothing is seen or heard before "
                "both read it."
            ).format(name=agent_name)
        )
        for pane in (self.caller, self.agent):
            pane.show_state(MediaState.CONNECTING)
        self._leave.setFocus()

    def show_let_in(self, agent_name: str, is_held: bool) -> None:
        """Both screens show who we are; voice and picture travel."""
        self._badge.show_state(_("Visible"), "see_page", "solid")
        if is_held:
            words = _("You talk with {name}. The caller waits and is neither seen nor heard.")
        else:
            words = _(
                "The caller and {name} see you and hear you, and your name stands on both screens."
            )
        self._words.setText(words.format(name=agent_name))

    def show_agent_simulated(self, simulated: bool) -> None:
        """Show whether the agent's picture is drawn: it is labelled."""
        self.agent.show_simulated(simulated, own_simulated=False)

    @property
    def microphone_on(self) -> bool:
        """True if my voice is sent."""
        return self._on["microphone"]

    @property
    def camera_on(self) -> bool:
        """True if my picture is sent."""
        return self._on["camera"]

    def show_speaking(self, is_held: bool) -> None:
        """Push-to-talk: a microphone that is off is heard while the keys are held."""
        if is_held:
            self._microphone.setText(_("You are heard"))
            self._microphone.setIcon(icon("microphone", "good"))
            name_button(self._microphone, self._microphone.text())
            restyle(self._microphone, off=False)
        else:
            self.show_own_media(microphone_on=self._on["microphone"], camera_on=self._on["camera"])

    def show_own_media(self, microphone_on: bool, camera_on: bool) -> None:
        """Show whether my microphone and camera are on."""
        self._on = {"microphone": microphone_on, "camera": camera_on}
        texts = {
            "microphone": (_("Mute"), _("Microphone is off")),
            "camera": (_("Camera off"), _("Camera is off")),
        }
        for key, button in (("microphone", self._microphone), ("camera", self._camera)):
            on = self._on[key]
            button.setText(texts[key][0 if on else 1])
            button.setIcon(icon(key if on else f"{key}_off", "text" if on else "warn"))
            name_button(button, button.text())
            restyle(button, off=not on)
