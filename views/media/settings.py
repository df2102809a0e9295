# SPDX-License-Identifier: GPL-3.0-only
"""The settings' page of sound and picture: camera, microphone, loudspeaker and engine, each tried
before it is needed. Used by the desk's settings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QHideEvent, QShowEvent
from PyQt6.QtWidgets import QComboBox, QSizePolicy, QWidget

from resources.plain_text import plain_text
from resources.texts import N_, _
from session.media.audio.echo_check import ENOUGH_DB, EchoFinding
from session.media.audio.echo_choice import EchoCanceller, EchoSetting
from session.media.engine import MediaState
from session.media.engines.engine_choice import ChoiceReason, EngineChoice, EngineKind
from views.media.level_bar import LevelBar
from views.media.video_pane import OwnPlace, VideoPane
from views.widgets.parts import column, label, push_button, row
from views.widgets.plain_words import CheckBox, tip_words
from views.widgets.theme import SPACE
from views.widgets.window_settings import fixed_words

AUTO = "auto"
_CHOICES = ("camera", "microphone", "speaker", "echo", "engine")
_ENGINES = {
    EngineKind.AUTO: N_("Chosen for this computer"),
    EngineKind.AIORTC: N_("Program's own (aiortc)"),
    EngineKind.BROWSER: N_("Browser (Chromium)"),
}
_WHY = {
    ChoiceReason.SETTING: N_("as you chose"),
    ChoiceReason.ONE_CORE: N_("this computer has one processor core"),
    ChoiceReason.ECHO: N_("you have a loudspeaker, and only the browser cancels echo here"),
    ChoiceReason.CODEC: N_("it has the sharper picture on a narrow line"),
    ChoiceReason.DELAY: N_("it answers fastest and needs least of the processor"),
}
_CANCELLERS = {
    EchoSetting.AUTO: N_("Chosen for this computer"),
    EchoSetting.APM: N_("By this program"),
    EchoSetting.SYSTEM: N_("By the computer's system"),
    EchoSetting.OFF: N_("Not at all"),
}
_AT_WORK = {
    EchoCanceller.APM: N_("This program cancels echo and takes noise away."),
    EchoCanceller.SYSTEM: N_("The system's microphone is relied on."),
    EchoCanceller.BROWSER: N_("The browser cancels echo and takes noise away."),
    EchoCanceller.OFF: N_("Nothing cancels echo: wear a headset."),
    EchoCanceller.MISSING: N_("This program's canceller is not installed: wear a headset."),
}
_HEARD = {
    EchoCanceller.SYSTEM: N_(
        "Echo: the microphone hears the loudspeaker although the system is relied on. Choose the "
        "system's microphone"
        " with echo cancellation, or wear a headset."
    ),
    EchoCanceller.BROWSER: N_(
        "The microphone hears the loudspeaker; in conversations the browser takes the echo away."
    ),
}
_ECHOES = {
    EchoFinding.NONE: N_("No echo: the microphone does not hear the loudspeaker."),
    EchoFinding.HEARD: N_(
        "Echo: the microphone hears the loudspeaker, and callers would hear themselves. Wear a "
        "headset, or let the echo"
        " be cancelled."
    ),
    EchoFinding.DEAF: N_(
        "The microphone brings nothing at all: choose another one, or look for a mute switch on it."
    ),
}


@dataclass(frozen=True)
class MediaChoice:
    """The agent's choices; devices by name, "auto" for the system's own."""

    camera: str = AUTO
    microphone: str = AUTO
    speaker: str = AUTO
    headset: bool = True
    engine: str = AUTO
    echo: str = AUTO


class MediaSettingsPage(QWidget):
    """Shows what there is; the wiring that opens it brings preview and level.

    Signals:
        chosen(object): a `MediaChoice`, at each change.
        tone_requested(), echo_requested(): try the loudspeaker; look for echo.
        opened(), closed(): it is seen, or no longer: devices are tried only in between.

    Attributes:
        level: how loud the microphone is.
        check: makes the check of the whole desk once more.
    """

    chosen = pyqtSignal(object)
    tone_requested = pyqtSignal()
    echo_requested = pyqtSignal()
    opened = pyqtSignal()
    closed = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("media_settings")
        self._choice = MediaChoice()
        self._combos = {name: self._combo(name) for name in _CHOICES}
        self.preview = VideoPane()
        self.preview.show_state(MediaState.CONNECTING)  # the camera is being opened
        self.preview.setAccessibleName(_("Preview of your picture"))
        self.preview.set_own_place(OwnPlace.HIDDEN)
        self.preview.setFixedHeight(144)
        self.preview.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.level = LevelBar("media_level")
        self._headset = CheckBox(_("I wear a headset (best: no echo, no neighbours)"))
        self._headset.setObjectName("media_headset")
        self._headset.clicked.connect(lambda on: self._choose(headset=on))
        self._tone = push_button(_("Play a tone"), "bell", name="media_tone")
        self._tone.clicked.connect(self.tone_requested)
        self._echo = push_button(_("Look for echo"), "microphone", name="media_echo")
        self._echo.clicked.connect(self.echo_requested)
        self.check = push_button(_("Check my desk"), "health", name="media_check")
        self._echo_words = label(role="soft", name="media_echo_words", wrap=True)
        self._cancelled_words = label(role="soft", name="media_cancelled_words", wrap=True)
        self._engine_words = label(role="soft", name="media_engine_words", wrap=True)
        self._fixed_words = label(fixed_words(), role="soft", name="media_fixed", wrap=True)
        self._fixed_words.hide()
        self._build()

    def _combo(self, name: str) -> QComboBox:
        combo = QComboBox()
        combo.setObjectName(f"media_{name}")
        combo.setMinimumWidth(320)
        combo.activated.connect(lambda _index: self._choose(**{name: str(combo.currentData())}))
        return combo

    def _build(self) -> None:
        edge = SPACE[2]
        box = column(self, space=SPACE[1], margins=(edge, edge, edge, edge))
        parts: tuple[tuple[str, str, tuple[QWidget, ...]], ...] = (
            ("camera", _("Camera"), (self.preview,)),
            ("microphone", _("Microphone"), (self.level,)),
            ("speaker", _("Loudspeaker"), ()),
            ("echo", _("Echo is cancelled"), (self._cancelled_words,)),
            ("engine", _("Voice and picture by"), (self._engine_words,)),
        )
        for name, words, below in parts:
            title = label(words, role="strong")
            title.setBuddy(self._combos[name])
            box.addWidget(title)
            self._combos[name].setAccessibleName(words)
            box.addWidget(self._combos[name])
            for widget in below:
                box.addWidget(widget)
            if name == "speaker":
                box.addLayout(row(None, self._tone, self._echo, 0))
                box.addWidget(self._headset)
                box.addWidget(self._echo_words)
        box.addWidget(self._fixed_words)
        box.addLayout(row(None, self.check, 0))
        box.addStretch(1)
        self._echo_words.hide()

    # ---- facts ----

    def show_fixed(self, names: Sequence[str]) -> None:
        """Which fields of `MediaChoice` the organisation has fixed: they are shown, not offered."""
        for name, widget in {**self._combos, "headset": self._headset}.items():
            widget.setEnabled(name not in names)
            widget.setToolTip(tip_words(fixed_words() if name in names else ""))
        self._fixed_words.setVisible(bool(names))

    def show_devices(
        self,
        choice: MediaChoice,
        cameras: Sequence[str],
        microphones: Sequence[str],
        speakers: Sequence[str],
    ) -> None:
        """Show what is there now, and what was chosen;
        a chosen device that is away stays in the list, marked.
        """
        self._choice = choice
        self._fill(
            "camera",
            choice.camera,
            names=cameras,
            automatic=_("First camera"),
            none=_("No camera"),
        )
        self._fill(
            "microphone",
            choice.microphone,
            names=microphones,
            automatic=_("The computer's own choice"),
            none=_("No microphone"),
        )
        self._fill(
            "speaker",
            choice.speaker,
            names=speakers,
            automatic=_("The computer's own choice"),
        )
        self._headset.setChecked(choice.headset)
        self._offer(
            "engine", {kind.value: words for kind, words in _ENGINES.items()}, choice.engine
        )
        self._offer("echo", {kind.value: words for kind, words in _CANCELLERS.items()}, choice.echo)

    def _offer(self, which: str, entries: dict[str, str], chosen: str) -> None:
        combo = self._combos[which]
        combo.clear()
        for value, words in entries.items():
            combo.addItem(_(words), value)
        combo.setCurrentIndex(max(0, combo.findData(chosen)))

    def _fill(
        self, which: str, chosen: str, *, names: Sequence[str], automatic: str, none: str = ""
    ) -> None:
        combo = self._combos[which]
        combo.clear()
        combo.addItem(automatic, AUTO)
        for name in names:
            combo.addItem(plain_text(name), name)
        if none:
            combo.addItem(none, "none")
        if combo.findData(chosen) < 0:
            if chosen == "simulated":
                away = _("Simulated")
            else:
                away = _("{name} (not plugged in)").format(name=chosen)
            combo.addItem(away, chosen)
        combo.setCurrentIndex(combo.findData(chosen))

    def show_engine(self, choice: EngineChoice, *, later: bool) -> None:
        """Which engine carries the calls, and why. `later`: from the next conversation on."""
        words = _("{engine}: {why}.").format(
            engine=_(_ENGINES[choice.kind]), why=_(_WHY[choice.why])
        )
        self._engine_words.setText(
            f"{words} {_('From the next conversation on.')}" if later else words
        )

    def show_cancelled(self, by: EchoCanceller) -> None:
        """Show what keeps callers from hearing themselves, as the choices are now."""
        self._cancelled_words.setText(_(_AT_WORK[by]))

    def show_testing(self, testing: bool) -> None:
        """Show whether a tone is being played."""
        self._tone.setEnabled(not testing)
        self._echo.setEnabled(not testing)

    def show_echo(
        self, finding: EchoFinding, by: EchoCanceller, removed_db: float | None = None
    ) -> None:
        """Show what the look for echo found;
        `removed_db` of it the program's own canceller took away.
        """
        self._echo_words.setText(_echo_words(finding, by, removed_db))
        self._echo_words.show()

    # ---- requests ----

    def _choose(self, **changes: str | bool) -> None:
        self._choice = replace(self._choice, **changes)  # type: ignore[arg-type]  # the names are our own
        self._echo_words.hide()
        self.chosen.emit(self._choice)

    def showEvent(self, event: QShowEvent | None) -> None:
        """Seen: the devices are tried."""
        super().showEvent(event)
        self.opened.emit()

    def hideEvent(self, event: QHideEvent | None) -> None:
        """No longer seen, by whatever way."""
        super().hideEvent(event)
        self.closed.emit()


def _echo_words(finding: EchoFinding, by: EchoCanceller, removed_db: float | None) -> str:
    if finding is not EchoFinding.HEARD:
        return _(_ECHOES[finding])
    if removed_db is None:
        return _(_HEARD.get(by, _ECHOES[finding]))
    if removed_db >= ENOUGH_DB:
        words = _(
            "The microphone hears the loudspeaker; this program takes the echo away ({db} dB)."
        )
    else:
        words = _(
            "Echo: this program takes only {db} dB of the loudspeaker away, and callers may hear "
            "themselves. Turn the"
            " loudspeaker down, move it away from the microphone, or wear a headset."
        )
    return words.format(db=f"{removed_db:.0f}")
