# SPDX-License-Identifier: GPL-3.0-only
"""The check before the first caller of a day: own picture, voice, sound, line, keys. Each is well,
or says what mends it. Used by the page between two callers.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import partial

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QBoxLayout, QPushButton, QWidget

from resources.texts import N_, _
from views.desk.acts import CheckPress, IdleAct
from views.media.level_bar import LevelBar
from views.media.video_pane import OwnPlace, VideoPane
from views.widgets.announcer import announce
from views.widgets.dossier.in_sight import InSight
from views.widgets.icons import IconLabel
from views.widgets.parts import (
    Card,
    FlowLayout,
    column,
    label,
    label_button,
    native_keys,
    push_button,
    restyle,
    row,
)
from views.widgets.theme import SPACE, text_scale

BESIDE_PX = 500
"""The width from where on the picture stands beside the words; usual letters."""

PICTURE_PX = (208, 117)

WELL = ""
"""Code of what is well."""


class CheckedThing(Enum):
    """A thing that an agent needs for a caller."""

    CAMERA = "camera"
    MICROPHONE = "microphone"
    SPEAKER = "speaker"
    LINE = "line"
    KEYS = "keys"


_NAMES = {
    CheckedThing.CAMERA: N_("Camera"),
    CheckedThing.MICROPHONE: N_("Microphone"),
    CheckedThing.SPEAKER: N_("Headset"),
    CheckedThing.LINE: N_("Your line"),
    CheckedThing.KEYS: N_("Keyboard"),
}
_OPEN = {
    CheckedThing.CAMERA: N_("Your picture is on its way…"),
    CheckedThing.MICROPHONE: N_("Say a sentence."),
    CheckedThing.SPEAKER: N_("Play the tone, and say whether you heard it."),
    CheckedThing.LINE: N_("The line is being measured…"),
    CheckedThing.KEYS: N_("Press {keys}, the key that accepts the next caller."),
}
"""Words of what is not known yet."""

_WELL = {
    CheckedThing.CAMERA: N_("The caller sees you like this."),
    CheckedThing.MICROPHONE: N_("The caller hears you."),
    CheckedThing.SPEAKER: N_("You hear the caller."),
    CheckedThing.LINE: N_("There and back in {ms} ms."),
    CheckedThing.KEYS: N_("The window hears your keys."),
}
_WRONG = {
    (CheckedThing.CAMERA, "absent"): N_(
        "There is no picture. Connect a camera, or choose another one."
    ),
    (CheckedThing.CAMERA, "dark"): N_(
        "The camera sees nothing. Open its cover, or choose another one."
    ),
    (CheckedThing.MICROPHONE, "absent"): N_(
        "There is no microphone. Connect one, or choose another one."
    ),
    (CheckedThing.MICROPHONE, "silent"): N_(
        "You are not heard. Look for a mute switch, or choose another microphone."
    ),
    (CheckedThing.SPEAKER, "absent"): N_(
        "There is no headset. Connect one, or choose another loudspeaker."
    ),
    (CheckedThing.SPEAKER, "not_heard"): N_(
        "Look whether the headset is connected and turned up, or choose another one."
    ),
    (CheckedThing.LINE, "away"): N_("The hub does not answer. The desk keeps trying."),
    (CheckedThing.LINE, "slow"): N_(
        "Slow: there and back takes {ms} ms. Plug in the network cable, then measure again."
    ),
    (CheckedThing.LINE, "narrow"): N_(
        "Narrow: callers would see you small. Plug in the network cable, then measure again."
    ),
}
_MENDS = {
    CheckedThing.CAMERA: N_("Choose the camera"),
    CheckedThing.MICROPHONE: N_("Choose the microphone"),
    CheckedThing.SPEAKER: N_("Choose the headset"),
    CheckedThing.LINE: N_("Measure again"),
}


class CheckRow(QWidget):
    """One thing: well, wrong or not known yet, in words; with what can be done.

    Attributes:
        code: what was found, see `WELL`; None while nothing is known.
        mend: opens what mends it; None where nothing does.
    """

    def __init__(self, thing: CheckedThing, *buttons: QWidget, bar: QWidget | None = None) -> None:
        super().__init__()
        self.setObjectName(f"check_{thing.value}")
        self.thing = thing
        self.code: str | None = None
        self._icon = IconLabel(size_px=20)
        self._words = label(role="soft", name=f"check_{thing.value}_words", wrap=True)
        self.mend: QPushButton | None = None
        if thing in _MENDS:
            self.mend = push_button(_(_MENDS[thing]), name=f"check_{thing.value}_mend")
            buttons = (*buttons, self.mend)
        lines = column(None, label(_(_NAMES[thing]), "strong"), self._words, space=SPACE[0])
        if bar is not None:
            lines.addWidget(bar)
        lines.addLayout(FlowLayout(*buttons))
        box = row(self, self._icon, space=SPACE[1])
        box.setAlignment(self._icon, Qt.AlignmentFlag.AlignTop)
        box.addLayout(lines, 1)
        self.show_open()

    def show_open(self, **values: str) -> None:
        """Nothing is known yet."""
        self.code = None
        self._show("expected", "soft", _(_OPEN[self.thing]).format(**{"keys": "", **values}))

    def show_found(self, code: str, **values: str) -> bool:
        """Shows what was found; False where that is shown already."""
        words = _(_WRONG.get((self.thing, code)) or _WELL[self.thing]).format(**values)
        if code == self.code and words == self._words.text():
            return False
        self.code = code
        if code == WELL:
            self._show("allowed", "good", words)
        else:
            self._show("warning", "warn", words)
        return True

    def _show(self, icon_name: str, tone: str, words: str) -> None:
        self._icon.set_icon(icon_name, tone)
        self._words.setText(words)
        self.setAccessibleName(f"{_(_NAMES[self.thing])}: {words}")
        if self.mend is not None:
            self.mend.setVisible(bool(self.code))


class ShiftCheckCard(Card):
    """All of it, and the way out: skipped with Escape at any moment.

    Args:
        tell: told what the agent does, and whether devices are to be tried.

    Attributes:
        preview: gets the own picture.
    """

    def __init__(self, tell: Callable[[IdleAct], None]) -> None:
        super().__init__("shift_check", space=SPACE[1], padding=SPACE[3])
        self._tell = tell
        self._keys = ""
        self.preview = VideoPane()
        self.preview.setObjectName("check_preview")
        self.preview.setAccessibleName(_("Preview of your picture"))
        self.preview.set_own_place(OwnPlace.HIDDEN)
        self._size_picture()
        self._level = LevelBar("check_level")
        self._tone = push_button(_("Play a tone"), "bell", name="check_tone")
        self._tone.clicked.connect(self._on_tone)
        self._asked = label(_("Did you hear it?"), "body")
        self._heard = push_button(_("Yes"), "", "primary", name="check_heard")
        self._not_heard = push_button(_("No"), name="check_not_heard")
        for answer, code in ((self._heard, WELL), (self._not_heard, "not_heard")):
            answer.clicked.connect(partial(self.show_found, CheckedThing.SPEAKER, code))
        answers = (self._tone, self._asked, self._heard, self._not_heard)
        bars = {CheckedThing.MICROPHONE: self._level}
        buttons = {CheckedThing.SPEAKER: answers}
        self._rows = {
            thing: CheckRow(thing, *buttons.get(thing, ()), bar=bars.get(thing))
            for thing in CheckedThing
        }
        for thing, check_row in self._rows.items():
            act = CheckPress.MEASURE if thing is CheckedThing.LINE else CheckPress.CHOOSE_DEVICES
            if check_row.mend is not None:
                check_row.mend.clicked.connect(partial(tell, act))
        self._title = label(role="large", name="check_title", wrap=True)
        self._end = push_button("", name="check_end")
        self._end.clicked.connect(partial(tell, CheckPress.END))
        self._in_sight = InSight(self)
        self._build()
        self.hide()

    def _build(self) -> None:
        words = _("About 20 seconds. No caller is offered to you before its end; Esc skips it.")
        self.body.addWidget(self._title)
        self.body.addWidget(label(words, "soft", wrap=True))
        picture = column(None, self.preview, 0)
        self._beside = row(None, picture, space=SPACE[3])
        self._beside.addLayout(column(None, *self._rows.values(), space=SPACE[2]), 1)
        self.body.addLayout(self._beside)
        self.body.addLayout(row(None, self._end, 0))

    @property
    def is_open(self) -> bool:
        """True from its beginning to its end, also while something else lies before it."""
        return not self.isHidden()

    def begin(self, *, first: bool, keys: str) -> None:
        """Shows it with nothing known.

        Args:
            first: nobody has made one here before.
            keys: they accept the next caller.
        """
        self._keys = native_keys(keys)
        title = _("Check of your desk")
        if first:
            title = _("Welcome. Let us check your desk.")
        self._title.setText(title)
        for check_row in self._rows.values():
            check_row.show_open(keys=self._keys)
        self._ask_for_tone(False)
        self._show_end()
        self.show()
        announce(self, title)

    def end(self) -> None:
        """It is over, done or skipped."""
        self.hide()

    def show_open(self, thing: CheckedThing) -> None:
        """It is looked for again."""
        self._rows[thing].show_open()
        self._show_end()

    def show_found(self, thing: CheckedThing, code: str = WELL, **values: str) -> None:
        """Shows what was found, and says it once."""
        check_row = self._rows[thing]
        if check_row.show_found(code, **values):
            announce(self, check_row.accessibleName())
            self._show_end()
        if thing is CheckedThing.SPEAKER:
            self._ask_for_tone(False)
            self._give_keyboard(check_row.mend if code and check_row.mend else self._end)

    def is_well(self, thing: CheckedThing) -> bool:
        """True once this was found to be well."""
        return self._rows[thing].code == WELL

    def show_level(self, level: float) -> None:
        """RMS of the microphone, 0..1."""
        self._level.show_level(level)

    def hear_keys(self) -> None:
        """The keys that accept the next caller were pressed."""
        self.show_found(CheckedThing.KEYS)

    def take_keyboard(self) -> bool:
        """The keyboard goes to what is to be done next; False where nothing is."""
        if not self.is_open:
            return False
        following = self._end
        if not self.is_well(CheckedThing.SPEAKER):
            following = self._tone
        self._give_keyboard(following)
        return True

    def _size_picture(self) -> None:
        """It holds its words, however large the letters are."""
        larger = max(1.0, text_scale())
        self.preview.setFixedSize(*(round(side * larger) for side in PICTURE_PX))

    def _show_end(self) -> None:
        """All is well: the button begins the work; until then it skips the rest."""
        is_done = all(self.is_well(thing) for thing in CheckedThing)
        label_button(self._end, _("Begin") if is_done else _("Skip the check"))
        restyle(self._end, kind="primary" if is_done else "plain")

    def _ask_for_tone(self, asked: bool) -> None:
        for part in (self._asked, self._heard, self._not_heard):
            part.setVisible(asked)

    def _on_tone(self) -> None:
        self._ask_for_tone(True)
        self._give_keyboard(self._heard)
        self._tell(CheckPress.TONE)

    def _give_keyboard(self, part: QWidget) -> None:
        part.setFocus()
        self._in_sight.follow(part)

    # ---- Qt

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape skips it."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self._tell(CheckPress.END)
            return
        super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent | None) -> None:
        """On the screen: it has the keyboard, and devices are tried."""
        super().showEvent(event)
        self.take_keyboard()
        self._tell(CheckPress.SEEN)

    def hideEvent(self, event: QHideEvent | None) -> None:
        """No longer: they are given back."""
        super().hideEvent(event)
        self._tell(CheckPress.HIDDEN)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Where the words have no room beside the picture, they stand below."""
        super().resizeEvent(event)
        self._size_picture()
        if self.width() < BESIDE_PX * max(1.0, text_scale()):
            self._beside.setDirection(QBoxLayout.Direction.TopToBottom)
        else:
            self._beside.setDirection(QBoxLayout.Direction.LeftToRight)
