# SPDX-License-Identifier: GPL-3.0-only
"""Hold, pass on and the site's host, beside the agent's name, and under the session header a bar
while more than two people talk.

A third person is named here from before the first sound until it is gone;
`BannerPainted` says that the words are really on the screen, and only then may that person be let
in.
Used by the desk's window.
"""

from __future__ import annotations

from PyQt6.QtCore import QTimer, pyqtSignal
from PyQt6.QtGui import QAction, QPaintEvent
from PyQt6.QtWidgets import QFrame, QMenu, QWidget

from resources.texts import N_, _
from session.protocol.hub.talk_state import HoldReason, Talk, Third, ThirdEnd, ThirdState
from session.protocol.hub.third_parties import TalkAnswer
from session.protocol.hub.tickets import HelpFrom, HelpState
from session.protocol.wire.roles import Role
from views.desk.acts import BannerPainted, CallHost, LetWait, TalkPress
from views.desk.appointments.acts import APPOINTMENT_KEYS, BeginBooking
from views.widgets.confirm_bar import ConfirmButton
from views.widgets.icons import icon
from views.widgets.parts import (
    Chip,
    ElidedLabel,
    FlowLayout,
    column,
    name_button,
    push_button,
    restyle,
    row,
    shortcut,
)
from views.widgets.theme import SPACE, text_scale

NARROW_PX = 36

HOLD_REASONS: dict[HoldReason, str] = {
    HoldReason.MOMENT: N_("One moment"),
    HoldReason.LOOKING: N_("I look something up"),
    HoldReason.PAPERS: N_("I read the papers"),
    HoldReason.COLLEAGUE: N_("I ask a colleague"),
}
"""The reasons that the agent chooses; the caller reads other words."""

ENDS: dict[ThirdEnd, str] = {
    ThirdEnd.DECLINED: N_("Your colleague cannot come now."),
    ThirdEnd.NO_ANSWER: N_("Your colleague does not answer."),
    ThirdEnd.LEFT: N_("The third person has left."),
    ThirdEnd.REMOVED: N_("You are two again."),
    ThirdEnd.LOST: N_("The third person could not be connected any more."),
}

HOST_KEYS = "Ctrl+Shift+A"
HOST_WORDS: dict[HelpState, str] = {
    HelpState.NONE: N_("Host"),
    HelpState.WANTED: N_("Host called"),
    HelpState.COMING: N_("Host is coming"),
    HelpState.HERE: N_("Host is there"),
}
"""On the button, which is narrow."""


def host_sentence(state: HelpState, by: HelpFrom) -> str:
    """Return how it stands with the call for the site's host, and what the button does."""
    match state:
        case HelpState.WANTED if by is HelpFrom.AGENT:
            return _("The site's host is called. Press again to take it back.")
        case HelpState.WANTED:
            return _("The caller has called the site's host.")
        case HelpState.COMING:
            return _("The site's host is coming to the caller.")
        case HelpState.HERE:
            return _("The site's host is with the caller and hears you.")
    return _("Call the site's host to the caller")


def third_words(name: str, third: Third, is_held: bool) -> str:
    """The third person's name and state in words."""
    if third.state is ThirdState.CALLED:
        return _("{name} is being called…").format(name=name)
    if third.role is Role.SUPERVISOR:
        if third.state is ThirdState.IN:
            words = _("{name} (supervisor) listens and speaks. The caller reads it too.")
        else:
            words = _("{name} (supervisor) joins as soon as the caller reads it on the screen.")
    elif third.state is ThirdState.ANNOUNCED:
        words = _("{name} comes as soon as the caller reads it on the screen.")
    else:
        if is_held:
            words = _("{name} talks with you. The caller waits.")
        else:
            words = _("{name} is with you and the caller.")
    return words.format(name=name)


class TalkBar(QFrame):
    """The state of a conversation while it is held or has a third person;
    `commands` are the buttons, for the window's header.

    Signals:
        acted(object): what the agent does, or that a third person's name is seen, a `TalkAct`;
            `BeginBooking`.
    """

    acted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("talk_bar")
        self._answer: TalkAnswer | None = None
        self._painted_key = ""
        self._narrow = False
        self._help = HelpState.NONE
        self._help_from = HelpFrom.CALLER
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._emit_painted)
        self._make_buttons()
        self._build()
        self.show_talk(None)

    def _make_buttons(self) -> None:
        self.commands = QWidget()
        self.commands.setObjectName("talk_commands")
        self._hold = push_button(_("Hold"), "paused", name="talk_hold", keys="F5")
        self._reasons = QMenu(self)
        self._reasons.setObjectName("talk_hold_reasons")
        for reason, words in HOLD_REASONS.items():
            act = QAction(_(words), self._reasons)
            act.triggered.connect(lambda _checked, reason=reason: self.acted.emit(LetWait(reason)))
            self._reasons.addAction(act)
        self._hold.clicked.connect(self._on_hold)
        shortcut("F5", self._hold, self.commands)
        self._pass_on = push_button(_("Pass on…"), "expand_left", name="talk_pass_on")
        name_button(self._pass_on, _("Pass on or call a colleague"), "Ctrl+T")
        self._pass_on.clicked.connect(lambda: self.acted.emit(TalkPress.PASS_ON))
        shortcut("Ctrl+T", self._pass_on, self.commands)
        self._appointment = push_button(
            _("Appointment"), "appointment", name="talk_appointment", keys=APPOINTMENT_KEYS
        )
        self._appointment.clicked.connect(lambda: self.acted.emit(BeginBooking()))
        shortcut(APPOINTMENT_KEYS, self._appointment, self.commands)
        self._appointment.hide()
        self._host = push_button(_("Host"), "bell", name="talk_host", keys=HOST_KEYS)
        self._host.clicked.connect(lambda: self.acted.emit(CallHost(self._help is HelpState.NONE)))
        shortcut(HOST_KEYS, self._host, self.commands)
        self._hand_over = push_button(
            _("Leave the caller to this colleague"), "kept", name="talk_hand_over"
        )
        self._hand_over.clicked.connect(lambda: self.acted.emit(TalkPress.HAND_OVER))
        self._dismiss = ConfirmButton(
            _("End this call"),
            _("Press again"),
            icon_name="hang_up",
            name="talk_dismiss",
            kind="plain",
        )
        self._dismiss.confirmed.connect(lambda: self.acted.emit(TalkPress.DISMISS))

    def _build(self) -> None:
        self._state = Chip("talk_state")
        self._third = ElidedLabel(role="strong", name="talk_third")
        self._badge = Chip("talk_third_badge")
        self._banner = QFrame()
        self._banner.setObjectName("talk_banner")
        self._banner.setProperty("card", True)
        inside = row(self._banner, self._badge, space=SPACE[1], margins=(SPACE[2], 4, SPACE[1], 4))
        inside.addWidget(self._third, 1)
        inside.addLayout(FlowLayout(self._hand_over, self._dismiss, to_end=True))
        row(self.commands, self._host, self._hold, self._pass_on, self._appointment, space=2)
        column(
            self,
            row(None, self._state, 0),
            self._banner,
            space=SPACE[0],
            margins=(SPACE[2], SPACE[0], SPACE[2], SPACE[0]),
        )

    # ---- facts ----

    def show_talk(self, answer: TalkAnswer | None) -> None:
        """The talk as it is now; None for two people who simply talk."""
        self._answer = answer
        if answer is not None:
            talk = answer.talk
        else:
            talk = Talk()
        self._show_hold(talk)
        self._show_third(talk, answer.third_name if answer is not None else "")
        self.setVisible(talk != Talk())
        self.update()

    def set_narrow(self, narrow: bool) -> None:
        """In a narrow window the buttons are their icons; their words are in the tool tips."""
        self._narrow = narrow
        self._name_buttons()

    def _name_buttons(self) -> None:
        is_held = self._answer is not None and self._answer.talk.held
        if is_held:
            words = _("Talk again")
        else:
            words = _("Hold")
        self._hold.setText("" if self._narrow else words)
        name_button(self._hold, words, "F5")
        self._pass_on.setText("" if self._narrow else _("Pass on…"))
        self._host.setText("" if self._narrow else _(HOST_WORDS[self._help]))
        self._appointment.setText("" if self._narrow else _("Appointment"))
        for button in (self._host, self._hold, self._pass_on, self._appointment):
            narrow_px = round(NARROW_PX * max(1.0, text_scale()))
            button.setMaximumWidth(narrow_px if self._narrow else 16_777_215)
        name_button(self._pass_on, _("Pass on or call a colleague"), "Ctrl+T")
        name_button(self._appointment, _("Take an appointment"), APPOINTMENT_KEYS)
        name_button(self._host, host_sentence(self._help, self._help_from), HOST_KEYS)

    def offer_appointments(self, offered: bool) -> None:
        """Show whether the agent can take an appointment for the caller."""
        self._appointment.setVisible(offered)

    def offer_host(self, offered: bool) -> None:
        """Show whether the caller's site has a host; nobody is called yet."""
        self._host.setVisible(offered)
        self.show_host(HelpState.NONE, HelpFrom.CALLER)

    def show_host(self, state: HelpState, by: HelpFrom) -> None:
        """Show what the host has answered, and who has called.
        Only the agent's own call can be taken back here.
        """
        self._help = state
        self._help_from = by
        is_called = state is not HelpState.NONE
        self._host.setEnabled(
            not is_called or (by is HelpFrom.AGENT and state is not HelpState.HERE)
        )
        self._host.setIcon(icon("kept" if is_called else "bell", "accent" if is_called else "text"))
        self._name_buttons()

    def third(self) -> Third | None:
        """The third person shown."""
        if self._answer is not None:
            return self._answer.talk.third
        return None

    def _show_hold(self, talk: Talk) -> None:
        self._name_buttons()
        self._hold.setIcon(
            icon("call" if talk.held else "paused", "on_accent" if talk.held else "text")
        )
        restyle(self._hold, kind="primary" if talk.held else "plain")
        if talk.held:
            reason = _(HOLD_REASONS[talk.hold_reason or HoldReason.MOMENT])
            self._state.show_state(
                _("The caller waits: {reason}").format(reason=reason), "paused", "warn"
            )
        elif talk.last is not None and talk.third is None:
            self._state.show_state(_(ENDS[talk.last]), "info", "soft")
        self._state.setVisible(talk.held or (talk.last is not None and talk.third is None))

    def _show_third(self, talk: Talk, name: str) -> None:
        third = talk.third
        self._banner.setVisible(third is not None)
        if third is None:
            self._painted_key = ""
            return
        is_colleague = third.role is Role.AGENT
        if is_colleague:
            badge = _("Colleague")
        else:
            badge = _("Supervisor")
        self._badge.show_state(
            badge, "agent", "solid" if third.state is ThirdState.IN else "accent"
        )
        self._third.setText(third_words(name, third, talk.held))
        self._third.setAccessibleName(self._third.text())
        self._hand_over.setVisible(is_colleague and third.state is ThirdState.IN)
        self._dismiss.setVisible(is_colleague)

    # ---- what happens ----

    def _on_hold(self) -> None:
        if self._answer is not None and self._answer.talk.held:
            self.acted.emit(TalkPress.RESUME)
            return
        self._reasons.popup(self._hold.mapToGlobal(self._hold.rect().bottomLeft()))
        self._reasons.setActiveAction(self._reasons.actions()[0])

    def paintEvent(self, a0: QPaintEvent | None) -> None:
        """Starts the timer that emits `BannerPainted`, once per third person."""
        super().paintEvent(a0)
        third = self.third()
        if (
            third is not None
            and third.state is not ThirdState.CALLED
            and self._painted_key != _key(third)
        ):
            self._painted_key = _key(third)
            self._soon.start()

    def _emit_painted(self) -> None:
        """Emits `BannerPainted`; the label above the bar is painted in the same round of events."""
        third = self.third()
        if third is None or not self._third.isVisible() or self._third.visibleRegion().isEmpty():
            self._painted_key = ""
        else:
            self.acted.emit(BannerPainted(third.user))


def _key(third: Third) -> str:
    return f"{third.user} {third.at_utc}"
