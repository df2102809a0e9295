# SPDX-License-Identifier: GPL-3.0-only
"""The controls of a call and what is known about it: state, duration, line, my own devices.
Used by the call's view.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial

from PyQt6.QtCore import QPoint, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QMouseEvent
from PyQt6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QFrame,
    QPushButton,
    QToolButton,
    QWidget,
)

from resources.texts import N_, _
from session.core.clock import Clock
from views.desk.acts import CallAct, CallPress, CallSwitch, Switch
from views.widgets.confirm_bar import ConfirmButton
from views.widgets.icons import icon
from views.widgets.parts import (
    Chip,
    label,
    name_button,
    name_widget,
    push_button,
    restyle,
    row,
    shortcut,
    show_clock,
    steady_figures,
    tool_button,
)
from views.widgets.plain_words import PlainFace, tip_words
from views.widgets.theme import SPACE, size_icons


class CallState(StrEnum):
    """The state of voice and picture, with the values of `session.media`."""

    NEW = "new"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    UNSTABLE = "unstable"
    LOST = "lost"
    HELD = "held"
    CLOSED = "closed"


class Quality(StrEnum):
    """Quality of the line in three steps."""

    GOOD = "good"
    MEDIUM = "medium"
    BAD = "bad"


class CallForm(StrEnum):
    """The room that the call has."""

    LARGE = "large"
    COLUMN = "column"
    CARD = "card"


_STATES: dict[CallState, tuple[str, str, str]] = {
    CallState.NEW: (N_("No call yet"), "time", "soft"),
    CallState.CONNECTING: (N_("Connecting…"), "retry", "accent"),
    CallState.CONNECTED: (N_("In conversation"), "call", "good"),
    CallState.UNSTABLE: (N_("Line unstable"), "warning", "warn"),
    CallState.LOST: (N_("Call lost, calling again…"), "retry", "bad"),
    CallState.HELD: (N_("On hold"), "paused", "warn"),
    CallState.CLOSED: (N_("Call ended"), "hang_up", "soft"),
}
_QUALITIES: dict[Quality, tuple[str, str, str]] = {
    Quality.GOOD: (N_("Good line"), "quality_good", "good"),
    Quality.MEDIUM: (N_("Medium line"), "quality_medium", "warn"),
    Quality.BAD: (N_("Weak line"), "quality_bad", "bad"),
}
PRIVACY_KEYS, SIGN_KEYS = "Ctrl+Shift+E", "Ctrl+Shift+L"
CARD_BUTTON_PX, MOVE_PX = 32, 40
STEADY_S, LONGEST_S = 10.0, 40.0
_RANKS = {"soft": 0, "accent": 0, "good": 0, "warn": 1, "bad": 2}
"""How bad a tone is."""
_ACROSS, _DOWN = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
_LIVE = frozenset(
    {CallState.CONNECTING, CallState.CONNECTED, CallState.UNSTABLE, CallState.LOST, CallState.HELD}
)
_BY_ITSELF = frozenset({CallState.CONNECTED, CallState.UNSTABLE, CallState.LOST})
"""Between these a call changes as its line comes and goes; to all others somebody's act leads."""


class OwnDevices:
    """The two switches of the agent's microphone and camera.

    Args:
        act: told what the agent switches.
        fit: called when their words have changed.
    """

    def __init__(self, act: Callable[[CallAct], None], fit: Callable[[], None]) -> None:
        self._on = {"microphone": True, "camera": True}
        self._fit = fit
        self.microphone = push_button("", "microphone", name="call_microphone")
        self.camera = push_button("", "camera", name="call_camera")
        self._words: dict[QPushButton, str] = {self.microphone: "", self.camera: ""}
        self.microphone.clicked.connect(
            lambda: act(Switch(CallSwitch.MICROPHONE, not self._on["microphone"]))
        )
        self.camera.clicked.connect(lambda: act(Switch(CallSwitch.CAMERA, not self._on["camera"])))

    def show(self, microphone_on: bool, camera_on: bool) -> None:
        """Show whether my microphone and camera are on."""
        self._on = {"microphone": microphone_on, "camera": camera_on}
        on_off = (_("Mute"), _("Microphone is off")), (_("Camera off"), _("Camera is off"))
        for button, key, texts, keys in (
            (self.microphone, "microphone", on_off[0], "Ctrl+M"),
            (self.camera, "camera", on_off[1], "Ctrl+E"),
        ):
            if self._on[key]:
                words = texts[0]
            else:
                words = texts[1]
            self._words[button] = words
            button.setIcon(
                icon(key if self._on[key] else f"{key}_off", "text" if self._on[key] else "warn")
            )
            name_button(button, words, keys)
            restyle(button, off=not self._on[key])
        self._fit()

    @property
    def microphone_on(self) -> bool:
        """True if my microphone's switch is on."""
        return self._on["microphone"]

    def show_speaking(self, is_held: bool) -> None:
        """Push-to-talk: a microphone that is off is heard while the keys are held."""
        if is_held:
            words = _("You are heard")
            self._words[self.microphone] = words
            name_button(self.microphone, words, "Ctrl+M")
            self.microphone.setIcon(icon("microphone", "good"))
            restyle(self.microphone, off=False)
            self._fit()
        else:
            self.show(microphone_on=self._on["microphone"], camera_on=self._on["camera"])

    def show_words(self, shown: bool) -> None:
        """Say what a press does, or leave that to the tool tips."""
        for button, words in self._words.items():
            button.setText(words if shown else "")


class SteadyChip(Chip):
    """A chip that says at once what got worse. What got better has to last `STEADY_S`, twice as
    long each time up to `LONGEST_S`, and other words of the same tone wait until those before stood
    `STEADY_S`: a line that comes and goes would be told to a screen reader without end.

    Args:
        changed: called when other words are shown.
    """

    def __init__(self, name: str, clock: Clock, *, changed: Callable[[], None]) -> None:
        super().__init__(name)
        self._clock = clock
        self._changed = changed
        self._tone = "soft"
        self._told = ""
        self._following: tuple[str, str, str] | None = None
        self._since_s = self._changed_s = self._lasts_s = 0.0
        self._late = QTimer(self)
        self._late.setInterval(1000)
        self._late.timeout.connect(self._follow)
        self.hide()

    def show_steadily(self, text: str, icon_name: str, tone: str) -> None:
        """Show this now, or once it has lasted."""
        if self._following is None:
            self._since_s = self._clock.monotonic_s()
        self._following = text, icon_name, tone
        self._follow()

    def forget(self) -> None:
        """Another call: the next words are shown at once."""
        self._lasts_s = 0.0

    def _follow(self) -> None:
        following = self._following
        if following is None or following[0] == self._told:
            self._following = None
            self._late.stop()
        elif self._wait_s(following[2]) > 0:
            self._late.start()
        else:
            is_better = _RANKS[following[2]] < _RANKS[self._tone]
            longer_s = self._lasts_s * (2 if is_better else 1)
            self._lasts_s = min(max(STEADY_S, longer_s), LONGEST_S)
            self._changed_s = self._clock.monotonic_s()
            self._told, _icon_name, self._tone = following
            self._following = None
            self._late.stop()
            self.show_state(*following)
            self._changed()

    def _wait_s(self, tone: str) -> float:
        """How long the words that follow wait from now on."""
        now_s = self._clock.monotonic_s()
        if not self._lasts_s or _RANKS[tone] > _RANKS[self._tone]:
            return 0.0
        if _RANKS[tone] < _RANKS[self._tone]:
            return self._since_s + self._lasts_s - now_s
        return self._changed_s + STEADY_S - now_s


class StateChip(SteadyChip):
    """A chip whose words are seen at once: only what a screen reader is told has to last."""

    def show_steadily(self, text: str, icon_name: str, tone: str) -> None:
        """Show this now, and tell it now or once it has lasted."""
        self.show_state(text, icon_name, tone, told=self._told)
        super().show_steadily(text, icon_name, tone)


class CallControls(QFrame):
    """The bar under the picture, or beside it.

    Args:
        act: told what the agent does.

    Attributes:
        devices: my microphone and camera.
        move_handle: moves a card.
    """

    def __init__(self, clock: Clock, act: Callable[[CallAct], None]) -> None:
        super().__init__()
        self.setObjectName("call_controls")
        self._clock = clock
        self._act = act
        self._since: datetime | None = None
        self._measured = False
        self._form = CallForm.LARGE
        self._room_px = 0
        self._state_now = CallState.NEW
        self._make()
        self._fill()
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self.refresh_duration)
        self._second.start()
        self.show_state(CallState.NEW)
        self.devices.show(microphone_on=True, camera_on=True)

    # ---- facts ----

    def show_state(self, state: CallState) -> None:
        """Show what is known about the call; the picture stays as it is."""
        if not {self._state_now, state} <= _BY_ITSELF:
            self._state.forget()
        self._state_now = state
        text, icon_name, tone = _STATES[state]
        self._state.show_steadily(_(text), icon_name, tone)
        for button in self._buttons():
            button.setEnabled(state in _LIVE)
        self._again.setVisible(state in (CallState.LOST, CallState.UNSTABLE))
        if state != CallState.CONNECTED:
            self._measured = False
        if state not in _LIVE:
            self._quality.forget()
            self._line.forget()
            self.show_line("")
        self._show_controls()

    def show_started(self, at_utc: datetime | None) -> None:
        """Set when the conversation began, for its duration; None shows no duration."""
        self._since = at_utc
        self.refresh_duration()

    def show_quality(self, quality: Quality, detail: str = "") -> None:
        """The line in words; `detail` (bit rate, loss) goes to the tool tip."""
        text, icon_name, tone = _QUALITIES[quality]
        self._quality.show_steadily(_(text), icon_name, tone)
        self._quality.setToolTip(tip_words(detail))
        self._measured = True
        self._show_controls()

    def show_line(self, words: str, also: str = "") -> None:
        """Show what is given up on a narrow line, in words; "" for nothing.
        `also`: in the other direction.
        """
        line_words = words or also
        if line_words:
            self._line.show_steadily(line_words, "quality_bad", "warn")
        else:
            self._line.show_steadily("", "", "soft")
        self._line.setToolTip(tip_words("\n".join(text for text in (words, also) if text)))

    def show_private(self, on: bool, *, mine: bool) -> None:
        """Show whether a privacy pause goes on; `mine`: one of mine, which the button ends."""
        self._privacy.setChecked(mine)
        self._privacy.setIcon(icon("privacy", "warn" if on else "text"))
        name_button(
            self._privacy, _("End the privacy pause") if mine else _("Privacy pause"), PRIVACY_KEYS
        )
        self._show_controls()

    def show_sign_language(self, on: bool) -> None:
        """Show whether movement goes before size, because the caller signs."""
        self._signs.setChecked(on)
        self._signs.setIcon(icon("sign_language", "accent" if on else "text"))
        name_button(self._signs, _("Sign language: movement before size"), SIGN_KEYS)

    def refresh_duration(self) -> None:
        """Moves the duration to now."""
        if self._since is None:
            self._duration.setText("")
            name_widget(self._duration, "")
        else:
            show_clock(self._duration, (self._clock.utc_now() - self._since).total_seconds())

    def show_life_size(self, on: bool) -> None:
        """Show whether the caller is shown in life size."""
        self._life.blockSignals(True)
        self._life.setChecked(on)
        self._life.blockSignals(False)
        self._show_controls()

    # ---- the room there is ----

    def set_form(self, form: CallForm, room_px: int) -> None:
        """Below the picture, in a narrow column, or in a small card."""
        self._form = form
        self._room_px = room_px
        self.setMaximumWidth(300 if form is CallForm.COLUMN else 16_777_215)
        if form is CallForm.CARD:
            margin = 2
        else:
            margin = SPACE[2]
        self._control_box.setContentsMargins(margin, SPACE[0], margin, SPACE[0])
        for button in (self.devices.microphone, self.devices.camera):
            button.setMaximumWidth(CARD_BUTTON_PX if form is CallForm.CARD else 16_777_215)
        self._hang_up.set_short(form is CallForm.CARD)
        for box in (self._control_box, self._state_box, self._button_box, *self._button_rows):
            box.setSpacing(3 if form is CallForm.CARD else SPACE[1])
        for chip in (self._state, self._quality, self._line):
            chip.show_words(form is not CallForm.CARD)
        self._show_controls()

    def fit(self, room_px: int) -> None:
        """In a narrow view the state stands above the buttons."""
        self._room_px = room_px
        self._flow()

    def _show_controls(self) -> None:
        """Hide what a card has no room for; it has its key,
        and its place in the other layouts.
        """
        live, card = self._state_now in _LIVE, self._form is CallForm.CARD
        asking = card and self._hang_up.is_asking()
        self._question.setVisible(asking)
        self._figures.setVisible(live and not card)
        self._life.setVisible(live and not card)
        self._measure.setVisible(live and not card and self._life.isChecked())
        self.move_handle.setVisible(card)
        for button in (self._signs, self._write):
            button.setVisible(not card)
        self._duration.setVisible(not asking)
        well = self._state_now is CallState.CONNECTED  # a card: its running clock says so
        self._state.setVisible(not asking and not (card and well))
        gives_up = bool(self._line.text())
        self._line.setVisible(gives_up and not asking)
        both = not card or not gives_up  # what is given up says how the line is
        self._quality.setVisible(self._measured and not asking and both)
        self._privacy.setVisible(not card or self._privacy.isChecked())
        self._hang_up.setMaximumWidth(CARD_BUTTON_PX if card else 16_777_215)
        self._flow()

    def _flow(self) -> None:
        states = (
            self._state,
            self._duration,
            self._quality,
            self._figures,
            self._life,
            self._measure,
            self._line,
            self._again,
        )
        buttons = self._buttons()
        column, card = self._form is CallForm.COLUMN, self._form is CallForm.CARD
        if not column and not card:
            self._fit_states(states)
        self._fit_devices()
        narrow = column or self._room_px < _width(*states, *buttons)
        self._control_box.setDirection(_DOWN if narrow and not card else _ACROSS)
        few = column or self._room_px < _width(*buttons)
        self._button_box.setDirection(_DOWN if few and not card else _ACROSS)
        for box in self._button_rows:
            box.setDirection(_DOWN if column else _ACROSS)
        self._state_box.setDirection(_DOWN if column else _ACROSS)
        first = self._room_px < _width(self._state, self._duration)
        self._first_states.setDirection(_DOWN if column and first else _ACROSS)
        both = self._room_px < _width(self._quality, self._figures, self._life, self._measure)
        self._quality_box.setDirection(_DOWN if column and both else _ACROSS)

    def _buttons(self) -> tuple[QAbstractButton, ...]:
        devices = (self.devices.microphone, self.devices.camera)
        return (*devices, self._signs, self._write, self._privacy, self._hang_up)

    def _fit_devices(self) -> None:
        """Reduce microphone and camera to their icons if the buttons have no room beside each
        other; the words are in the tool tips.
        """
        self.devices.show_words(self._form is not CallForm.CARD)
        if self._form is CallForm.LARGE and self._room_px < _width(*self._buttons()):
            self.devices.show_words(False)

    def _fit_states(self, states: Sequence[QWidget]) -> None:
        """Reduce the line's quality and what it gives up to icons if they have no room beside
        each other; the words are in the tool tips.
        """
        for chip in (self._quality, self._line):
            chip.show_words(True)
        for chip in (self._line, self._quality):
            if not chip.isHidden() and _width(*states) > self._room_px:
                chip.show_words(False)

    # ---- building ----

    def _make(self) -> None:
        self._state = StateChip("call_state", self._clock, changed=self._show_controls)
        self._quality = SteadyChip("call_quality", self._clock, changed=self._show_controls)
        self._line = SteadyChip("call_line", self._clock, changed=self._show_controls)
        self._figures = tool_button(
            _("Quality of the line"), "mdi6.chart-line", "call_figures", keys="Ctrl+I"
        )
        self._figures.clicked.connect(lambda: self._act(CallPress.SHOW_QUALITY))
        shortcut("Ctrl+I", self._figures, self)
        self._signs = tool_button("", "sign_language", "call_signs", keys=SIGN_KEYS, checkable=True)
        self._signs.clicked.connect(partial(self._switch, CallSwitch.SIGN_LANGUAGE))
        shortcut(SIGN_KEYS, self._signs, self)
        self.show_sign_language(False)
        self._life = tool_button(
            _("Life-size"), "", "call_life_size", keys="Ctrl+0", checkable=True
        )
        self._life.setText("1:1")
        self._life.toggled.connect(partial(self._switch, CallSwitch.LIFE_SIZE))
        shortcut("Ctrl+0", self._life, self)
        self._measure = tool_button(
            _("Measure the screen and place the camera"), "mdi6.ruler", "call_measure"
        )
        self._measure.clicked.connect(lambda: self._act(CallPress.CALIBRATE))
        self._measure.hide()
        self._duration = steady_figures(label(role="strong", name="call_duration"))
        self.devices = OwnDevices(self._tell, self._fit_devices)
        shortcut("Ctrl+M", self.devices.microphone, self)
        shortcut("Ctrl+E", self.devices.camera, self)
        self._privacy = tool_button(
            _("Privacy pause"), "privacy", "call_privacy", keys=PRIVACY_KEYS, checkable=True
        )
        self._privacy.clicked.connect(partial(self._switch, CallSwitch.PRIVACY))
        shortcut(PRIVACY_KEYS, self._privacy, self)
        self._write = tool_button(_("Write to the caller"), "written", "call_write", keys="Ctrl+5")
        self._write.clicked.connect(lambda: self._act(CallPress.WRITE))
        shortcut("Ctrl+5", self._write, self)
        self._again = push_button(_("Call again"), "retry", name="call_again")
        self._again.clicked.connect(lambda: self._act(CallPress.CALL_AGAIN))
        self._hang_up = ConfirmButton(
            _("Hang up"),
            _("Press again"),
            icon_name="hang_up",
            name="call_hang_up",
            keys="Ctrl+Shift+H",
        )
        self._question = label(_("Hang up?"), role="strong", name="call_question")
        self._hang_up.confirmed.connect(lambda: self._act(CallPress.HANG_UP))
        self._hang_up.asking_changed.connect(lambda _asking: self._show_controls())
        self.move_handle = MoveHandle()
        shortcut("Ctrl+Shift+H", self._hang_up, self)

    def _switch(self, what: CallSwitch, on: bool) -> None:
        self._tell(Switch(what, on))

    def _tell(self, act: CallAct) -> None:
        self._act(act)
        self._show_controls()

    def _fill(self) -> None:
        self._control_box = QBoxLayout(_ACROSS, self)
        self._control_box.setContentsMargins(SPACE[2], SPACE[1], SPACE[2], SPACE[1])
        self._control_box.setSpacing(SPACE[1])
        self._state_box = QBoxLayout(_ACROSS)
        self._button_box = QBoxLayout(_ACROSS)
        self._button_rows = QBoxLayout(_ACROSS), QBoxLayout(_ACROSS)
        for box in (self._state_box, self._button_box, *self._button_rows):
            box.setSpacing(SPACE[1])
        self._control_box.addWidget(self.move_handle)
        self._control_box.addLayout(self._state_box)
        self._control_box.addLayout(self._button_box)
        for box in self._button_rows:
            self._button_box.addLayout(box)
        self._control_box.insertStretch(2, 1)
        self._first_states = row(None, self._question, self._state, self._duration)
        self._state_box.addLayout(self._first_states)
        self._line_figures = row(None, self._figures, self._life, self._measure, 0)
        self._quality_box = row(None, self._quality)
        self._quality_box.addLayout(self._line_figures, 1)
        self._state_box.addLayout(self._quality_box)
        self._state_box.addWidget(self._line)
        self._state_box.addWidget(self._again)
        devices, others = self._button_rows
        for button in (self.devices.microphone, self.devices.camera):
            devices.addWidget(button)
        # signs alone: side by side in any view
        others.addLayout(row(None, self._signs, self._write, self._privacy, 0))
        others.addWidget(self._hang_up)


class MoveHandle(PlainFace, QToolButton):
    """Moves a card: with the mouse, or with the arrow keys while it has the keyboard.

    Signals:
        moved_by(QPoint): so many pixels.
    """

    moved_by = pyqtSignal(QPoint)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("call_move")
        self.setIcon(icon("mdi6.drag", "soft"))
        size_icons(self, 16, 18)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SizeAllCursor)
        self.setFixedWidth(24)
        name_button(self, _("Move the face: drag it, or press the arrow keys"))
        self._from: QPoint | None = None

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Each arrow moves one step."""
        steps = {
            Qt.Key.Key_Left: QPoint(-MOVE_PX, 0),
            Qt.Key.Key_Right: QPoint(MOVE_PX, 0),
            Qt.Key.Key_Up: QPoint(0, -MOVE_PX),
            Qt.Key.Key_Down: QPoint(0, MOVE_PX),
        }
        if event is not None and event.key() in steps:
            self.moved_by.emit(steps[Qt.Key(event.key())])
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Takes it in hand."""
        if event is None:
            self._from = None
        else:
            self._from = event.globalPosition().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """It goes along."""
        if event is not None and self._from is not None:
            at = event.globalPosition().toPoint()
            self.moved_by.emit(at - self._from)
            self._from = at

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """It stays where it is."""
        self._from = None


def _width(*parts: QWidget) -> int:
    """The width of the visible widgets among these, side by side in the bar of controls."""
    return (
        sum(part.sizeHint().width() + SPACE[1] for part in parts if not part.isHidden())
        + 2 * SPACE[2]
    )
