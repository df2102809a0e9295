# SPDX-License-Identifier: GPL-3.0-only
"""The bar at the foot of every page, in the conversation too: larger letters, contrast, listening,
the language, the pause, the host. Used by the kiosk's window.

What a caller chooses here holds until they leave; the window then calls `forget`.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy

from resources.texts import _
from session.kiosk.caller_acts import ChangeVolume, Choice, ChooseLook, SetPause, Step, Touch
from session.protocol.hub.tickets import HelpState
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import BigButton, restyle
from views.kiosk.widgets.theme import INK, WHITE, spaced
from views.widgets.announcer import announce

TEXT_SIZES = (1.0, 1.5, 2.0)
"""How many times as large letters can be; a touch takes the next one."""


class AccessButton(BigButton):
    """One thing of the bar: an icon above a word or two; light while it is on."""

    def __init__(self, name: str, icon: str) -> None:
        self.picture = IconView(icon, 3.2, colour=WHITE)
        super().__init__(
            "access", self.picture, size="access", upright=True, wrap=True, margins=(0.4,)
        )
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._row.setProperty("spacing_u", 0)
        self.setProperty("min_height_u", 8)

    def show_on(self, on: bool) -> None:
        """Show whether it is in use now."""
        look = "access-on" if on else "access"
        if self.property("look") != look:
            self.setProperty("look", look)
            restyle(self)
            restyle(self._words)
            self.picture.show_icon(self.picture.name, INK if on else WHITE)


class AccessBar(QFrame):
    """Shows what is chosen.

    Signals:
        acted(act of `session.kiosk.caller_acts`): what the caller touched.

    Attributes:
        text: how many times as large letters are. contrast: white and yellow on black.
        is_speaking: the voice says something now.
        writes, signs: the caller would rather write, or uses sign language.
    """

    acted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("access_bar")
        self.text = TEXT_SIZES[0]
        self.contrast = False
        self.is_speaking = self.writes = self.signs = False
        self._help_state = HelpState.NONE
        self._own_pause = False
        self._folded: list[AccessButton] = []
        self.bigger = AccessButton("bigger", "format-size")
        self.contrast_button = AccessButton("contrast", "contrast-circle")
        self.listen = AccessButton("listen", "volume-high")
        self.write = AccessButton("write", "pencil")
        self.sign = AccessButton("sign", "human-greeting-variant")
        self.quieter = AccessButton("quieter", "volume-minus")
        self.louder = AccessButton("louder", "volume-plus")
        self.language = AccessButton("language", "translate")
        self.help = AccessButton("help", "hand-heart")
        self.pause = AccessButton("pause", "eye-off-outline")
        self.bigger.clicked.connect(self._on_bigger)
        self.contrast_button.clicked.connect(self._on_contrast)
        self.listen.clicked.connect(lambda: self.acted.emit(Choice.LISTEN))
        self.write.clicked.connect(self._on_write)
        self.sign.clicked.connect(self._on_sign)
        self.quieter.clicked.connect(lambda: self.acted.emit(ChangeVolume(-1)))
        self.louder.clicked.connect(lambda: self.acted.emit(ChangeVolume(1)))
        self.language.clicked.connect(lambda: self.acted.emit(Step.LANGUAGES))
        self.help.clicked.connect(lambda: self.acted.emit(Touch.HOST))
        self.pause.clicked.connect(lambda: self.acted.emit(SetPause(not self._own_pause)))
        self._row = spaced(QHBoxLayout(self), (1, 0.3, 1, 0.3), 0.6)
        for button in self.buttons:
            self._row.addWidget(button, 1)
        for button in (self.listen, self.quieter, self.louder, self.help, self.pause):
            button.hide()
        self.retranslate()

    def event(self, a0: QEvent | None) -> bool:
        """Other words or buttons: they share the bar anew."""
        if a0 is not None and a0.type() == QEvent.Type.LayoutRequest:
            self._share()
        return super().event(a0)

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """The bar is shared anew."""
        self._share()

    def _share(self) -> None:
        """All are equally wide, unless a long word needs more than its share."""
        shown_buttons = [button for button in self.buttons if not button.isHidden()]
        around = self._row.contentsMargins()
        free_px = self.width() - around.left() - around.right()
        share_px = (free_px - (len(shown_buttons) - 1) * self._row.spacing()) // len(shown_buttons)
        needed = {button: button.minimumSizeHint().width() for button in shown_buttons}
        equal = max(needed.values()) <= share_px
        for button, width_px in needed.items():
            stretch = 1 if equal else width_px
            at = self._row.indexOf(button)
            if self._row.stretch(at) != stretch:
                self._row.setStretch(at, stretch)
                self._row.update()

    @property
    def buttons(self) -> tuple[AccessButton, ...]:
        """The buttons, from left to right."""
        return (
            self.bigger,
            self.contrast_button,
            self.listen,
            self.quieter,
            self.louder,
            self.write,
            self.sign,
            self.language,
            self.help,
            self.pause,
        )

    def _on_bigger(self) -> None:
        at = TEXT_SIZES.index(self.text)
        self.text = TEXT_SIZES[(at + 1) % len(TEXT_SIZES)]
        self._show_appearance()

    def _on_contrast(self) -> None:
        self.contrast = not self.contrast
        self._show_appearance()

    def _on_write(self) -> None:
        self.writes = not self.writes
        self._show_needs()

    def _on_sign(self) -> None:
        self.signs = not self.signs
        self._show_needs()

    def _show_needs(self) -> None:
        self.retranslate()
        self.acted.emit(Choice.NEEDS)

    def _show_appearance(self) -> None:
        self.retranslate()
        self.acted.emit(ChooseLook(self.text, self.contrast))

    def forget(self) -> None:
        """The next caller sees the kiosk as everybody does."""
        if (self.text, self.contrast) != (TEXT_SIZES[0], False):
            self.text = TEXT_SIZES[0]
            self.contrast = False
            self._show_appearance()
        if self.writes or self.signs:
            self.writes = self.signs = False
            self._show_needs()

    def fold(self, on: bool) -> None:
        """While a question stands only what helps to read it is here."""
        if on:
            put_away = (self.write, self.sign, self.help, self.pause)
            self._folded += [button for button in put_away if not button.isHidden()]
        for button in self._folded:
            button.setHidden(on)
        if not on:
            self._folded.clear()

    def show_speaking(self, on: bool) -> None:
        """The voice speaks: the same button makes it quiet, and it can be louder or less loud."""
        self.is_speaking = on
        self.quieter.setVisible(on)
        self.louder.setVisible(on)
        self.retranslate()

    def show_help(self, state: HelpState) -> None:
        """Show what the site's host has answered."""
        self._help_state = state
        self.retranslate()
        if state is not HelpState.NONE:
            announce(self, self.help.accessibleName())

    def show_pause(self, on: bool) -> None:
        """Show whether the caller's own pause goes on; the adviser's may go on beside it."""
        self._own_pause = on
        self.retranslate()

    def retranslate(self) -> None:
        """Says every text again."""
        percent = round(self.text * 100)
        self.bigger.set_words(
            _("Bigger") if percent == 100 else f"{percent} %",
            spoken=f"{_('Bigger letters')}: {percent} %",
        )
        self.bigger.show_on(percent != 100)
        self.contrast_button.set_words(
            _("Contrast"),
            spoken=f"{_('High contrast')}: {_('Yes') if self.contrast else _('No')}",
        )
        self.contrast_button.show_on(self.contrast)
        self.listen.set_words(
            _("Silence") if self.is_speaking else _("Listen"),
            spoken=_("Silence") if self.is_speaking else _("Listen to this page"),
        )
        self.listen.show_on(self.is_speaking)
        self.quieter.set_words(_("Less loud"))
        self.louder.set_words(_("Louder"))
        self.write.set_words(
            _("Type instead"),
            spoken=f"{_('Type instead of talking')}: {_('Yes') if self.writes else _('No')}",
        )
        self.write.show_on(self.writes)
        self.sign.set_words(
            _("Sign language"),
            spoken=f"{_('Sign language')}: {_('Yes') if self.signs else _('No')}",
        )
        self.sign.show_on(self.signs)
        self.language.set_words(_("Language"))
        self.pause.set_words(
            _("End the pause") if self._own_pause else _("Pause"),
            spoken=_("End my privacy pause")
            if self._own_pause
            else _(
                "Privacy pause: your adviser and you do not see each other, and nobody sees the "
                "page."
            ),
        )
        self.pause.show_on(self._own_pause)
        self._show_help()

    def _show_help(self) -> None:
        words = {
            HelpState.NONE: _("Call the host"),
            HelpState.WANTED: _("Host called"),
            HelpState.COMING: _("The host is coming"),
            HelpState.HERE: _("The host is with you"),
        }
        spoken = {
            HelpState.WANTED: _("You have called the host. Touch again to cancel."),
            HelpState.COMING: _("The host is coming. Touch again if you no longer need help."),
        }
        state = self._help_state
        self.help.set_words(words[state], spoken=spoken.get(state, words[state]))
        if state is HelpState.NONE:
            self.help.picture.name = "hand-heart"
        else:
            self.help.picture.name = "check-bold"
        self.help.show_on(state is not HelpState.NONE)
        self.help.picture.show_icon(
            self.help.picture.name, WHITE if state is HelpState.NONE else INK
        )
