# SPDX-License-Identifier: GPL-3.0-only
"""What the caller allows, as one button in words; a press opens the permissions one by one.
Used by the header of a conversation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PyQt6.QtCore import QPoint, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QHideEvent, QKeyEvent
from PyQt6.QtWidgets import QFrame, QPushButton, QSizePolicy

from resources.texts import N_, _
from session.protocol.conversation.messages import Grant
from views.widgets.icons import icon
from views.widgets.parts import PushButton, clock_words, column, label, name_widget, restyle
from views.widgets.plain_words import tip_words
from views.widgets.theme import size_icons
from views.words.waits import minutes_words

GRANT_WORDS: dict[Grant, tuple[str, str]] = {
    Grant.SEE_PAGE: (N_("See the page"), "see_page"),
    Grant.POINT: (N_("Point"), "point"),
    Grant.CONTROL: (N_("Click"), "control"),
    Grant.TYPE: (N_("Type"), "keyboard"),
    Grant.SCAN: (N_("Scan"), "scanner"),
    Grant.PRINT: (N_("Print"), "printer"),
    Grant.KEEP: (N_("Keep"), "file"),
}
"""What each permission is called, and its icon."""

IN_PAGE = (Grant.SEE_PAGE, Grant.POINT, Grant.CONTROL, Grant.TYPE)
"""What is asked for in one question for the page: the place of the button has room for these."""

SOON_S = 600.0
"""Less than this is shown on a button."""

_ALLOWED, _ASKED = N_("allowed"), N_("asking the caller…")
_NOT_YET = N_("not allowed yet: press to ask")
_RENEW = N_("allowed for {left} more; press to ask again")
_OPENS = "▾"
_LONGEST_S = {"allowed": SOON_S - 1, "asked": 30.0}


def _verb(grant: Grant) -> str:
    """Return what a permission is called within a sentence."""
    if grant is Grant.SEE_PAGE:
        return _("see")
    return _(GRANT_WORDS[grant][0]).lower()


def answer_words(left_s: float) -> str:
    """The time that the caller has for an answer, short; "…" when it is not known any more."""
    if left_s > 0:
        return _("{seconds} s").format(seconds=round(left_s))
    return "…"


class GrantButton(PushButton):
    """One permission: allowed and for how long, being asked, or not yet asked. A press asks for it,
    or renews it.

    Signals:
        wanted(object): the `Grant` to ask for.
    """

    wanted = pyqtSignal(object)

    def __init__(self, grant: Grant) -> None:
        super().__init__()
        self.grant = grant
        self._allowed = False
        self._asked = False
        self._left_s = 0.0
        self._answer_s = 0.0
        self.setObjectName(f"grant_{grant.value}")
        size_icons(self, 24, 16)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("kind", "quiet")
        self.setProperty("grant", True)
        self.clicked.connect(self._on_clicked)
        self.show_state(allowed=False)

    def show_state(self, allowed: bool, is_asked: bool = False) -> None:
        """Shows whether the caller allows it, or is being asked."""
        self._allowed = allowed
        self._asked = is_asked and not allowed
        if not allowed:
            self._left_s = 0.0
        state = "none"
        if allowed:
            state = "allowed"
        elif self._asked:
            state = "asked"
        self._show_words()
        restyle(self, state=state)

    @property
    def is_allowed(self) -> bool:
        """True if the caller allows it now."""
        return self._allowed

    @property
    def is_asked(self) -> bool:
        """True while the caller is being asked."""
        return self._asked

    @property
    def counted_s(self) -> float:
        """Seconds that are left for the answer, or of an allowed power when they are few."""
        if self._asked:
            return self._answer_s
        if self._left_s < SOON_S:
            return self._left_s
        return 0.0

    def show_answer_left(self, left_s: float) -> None:
        """Seconds that the caller has for the answer."""
        if self._asked and left_s != self._answer_s:
            self._answer_s = left_s
            self._show_words()

    def show_left(self, left_s: float) -> None:
        """Seconds that are left of an allowed power: on the button when few, else in its help;
        0 says nothing.
        """
        if self._allowed:
            self._left_s = left_s
            self._show_words()

    def _show_words(self) -> None:
        words, state = _(GRANT_WORDS[self.grant][0]), _NOT_YET
        tone, name, counted = "soft", "ask", ""
        if self._allowed:
            tone, name, state = "good", "allowed", _ALLOWED
            if self._left_s:
                state = _RENEW
            if self.counted_s:
                counted = clock_words(self.counted_s)
        elif self._asked:
            tone, name, state = "accent", "time", _ASKED
            counted = answer_words(self._answer_s)
        self.setIcon(icon(name, tone))
        self.setText(words)
        self.show_counted(counted)
        spoken = f"{words}: {_(state).format(left=minutes_words(self._left_s))}"
        name_widget(self, spoken)
        self.setToolTip(tip_words(spoken))

    def _on_clicked(self) -> None:
        if not self._asked:
            if not self._allowed:
                self.show_state(allowed=False, is_asked=True)
            self.wanted.emit(self.grant)


class _GrantsPanel(QFrame):
    """The permissions one below the other; Escape, or a press outside, closes it."""

    def __init__(self, buttons: Sequence[GrantButton], opener: QPushButton) -> None:
        super().__init__(opener, Qt.WindowType.Popup)
        self._opener = opener
        self.setObjectName("grants_panel")
        self.setAccessibleName(_("The caller allows"))
        caption = label(_("Press to ask, or to ask again"), "caption")
        column(self, caption, *buttons, space=4, margins=(10, 10, 10, 10))
        for button in buttons:
            button.wanted.connect(self.close)

    def hideEvent(self, event: QHideEvent | None) -> None:
        """Gives the keyboard back to what had it; some desktops make a panel the active window."""
        super().hideEvent(event)
        window = self._opener.window()
        here = window.focusWidget() if window is not None else None
        if window is not None and here is not None and window.isVisible():
            window.activateWindow()
            here.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape closes it; the arrows go from one to the next."""
        steps = {Qt.Key.Key_Down: True, Qt.Key.Key_Up: False}
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.close()
        elif event is not None and event.key() in steps:
            self.focusNextPrevChild(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)


class GrantsControl(PushButton):
    """Says in words what the caller allows, or is being asked for, and how long it lasts. What has
    no room on one line stands on two, else as a number.

    Signals:
        wanted(object): ask the caller for this `Grant`.
    """

    wanted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("grants")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard in the page
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setProperty("kind", "quiet")
        self.setProperty("grant", True)
        size_icons(self, 22, 16)
        self.buttons = {grant: GrantButton(grant) for grant in Grant}
        self._room_px: int | None = None
        self._panel = _GrantsPanel(list(self.buttons.values()), self)
        for button in self.buttons.values():
            button.wanted.connect(self.wanted)
            button.wanted.connect(self._show_words)
        self.clicked.connect(self.open_panel)
        self._show_words()

    # ---- facts ----

    def show_grants(self, grants: Mapping[Grant, bool]) -> None:
        """Show what the caller allows now; permissions that are not named stay as they are."""
        for grant, is_allowed in grants.items():
            self.buttons[grant].show_state(is_allowed)
        self._show_words()

    def show_times(self, left_s: Mapping[Grant, float]) -> None:
        """Seconds that are left of each permission."""
        for grant, seconds_left in left_s.items():
            self.buttons[grant].show_left(seconds_left)
        self._show_words()

    def show_asking(self, left_s: Mapping[Grant, float]) -> None:
        """Seconds that the caller has for the answer, for each power that is being asked for."""
        for grant, seconds_left in left_s.items():
            self.buttons[grant].show_answer_left(seconds_left)
        self._show_words()

    def show_asked(self, grants: Sequence[Grant]) -> None:
        """The caller is being asked for these."""
        for grant in grants:
            self.buttons[grant].show_state(allowed=False, is_asked=True)
        self._show_words()

    # ---- what is seen ----

    def open_panel(self) -> None:
        """Shows the permissions one by one, the keyboard on the first that is not given yet."""
        self._panel.adjustSize()
        at = self.mapToGlobal(QPoint(self.width() - self._panel.width(), self.height() + 2))
        self._panel.move(at)
        self._panel.show()
        buttons = list(self.buttons.values())
        first = next((button for button in buttons if not button.is_allowed), buttons[0])
        first.setFocus(Qt.FocusReason.PopupFocusReason)

    def show_room(self, room_px: int | None) -> None:
        """Set how wide it may be, always the same whatever it says; None: as it needs."""
        if room_px != self._room_px:
            self._room_px = room_px
            self._show_words()

    def width_px(self, *, lines: int) -> int:
        """Return how wide it is with all that a page needs, on so many lines."""
        verbs = [_verb(grant) for grant in IN_PAGE]
        return self._needed_px(_in_lines(_("May {acts}"), verbs, lines), "allowed")

    def least_px(self) -> int:
        """Return how wide it is with a number for words."""
        return self._needed_px(_("Allowed: {count}").format(count=len(Grant)), "allowed")

    def _needed_px(self, words: str, state: str) -> int:
        """Return how wide it is with these words and the longest time that is counted."""
        self.ensurePolished()
        metrics, flags = self.fontMetrics(), Qt.TextFlag.TextShowMnemonic.value
        wanted = metrics.size(flags, f"{words} {_counted(state, [_LONGEST_S[state]])}").width()
        return super().sizeHint().width() - metrics.size(flags, self.text()).width() + wanted

    def sizeHint(self) -> QSize:
        """As wide as it may be: what stands beside it does not move with each answer."""
        size = super().sizeHint()
        if self._room_px is not None:
            size.setWidth(self._room_px)
        return size

    def _show_words(self) -> None:
        asked = [button for button in self.buttons.values() if button.is_asked]
        shown = asked or [button for button in self.buttons.values() if button.is_allowed]
        state = "none"
        if asked:
            state = "asked"
        elif shown:
            state = "allowed"
        self.setIcon(icon(*_LOOKS[state]))
        restyle(self, state=state)
        spoken, words = self._words(state, [_verb(button.grant) for button in shown])
        counted = [button.counted_s for button in shown if button.counted_s]
        self.setText(words)
        self.show_counted(_counted(state, counted))
        name_widget(self, spoken)
        self.setToolTip(tip_words(spoken))

    def _words(self, state: str, verbs: Sequence[str]) -> tuple[str, str]:
        """Return what it says to a screen reader, and what it shows."""
        if state == "none":
            return (_("Nothing is allowed"),) * 2
        if state == "allowed" and len(verbs) == len(Grant):
            return (_("All is allowed"),) * 2
        sentence, number = _("May {acts}"), _("Allowed: {count}")
        if state == "asked":
            sentence, number = _("Asking to {acts}"), _("Asking: {count}")
        spoken = sentence.format(acts=", ".join(verbs))
        forms = [spoken, _in_lines(sentence, verbs, 2)]
        if self._room_px is None:
            return spoken, spoken
        for words in forms:
            if self._needed_px(words, state) <= self._room_px:
                return spoken, words
        words = number.format(count=len(verbs))
        return f"{words}. {spoken}", words


_LOOKS = {"none": ("ask", "soft"), "asked": ("time", "accent"), "allowed": ("allowed", "good")}
"""Icon and tone."""


def _in_lines(sentence: str, verbs: Sequence[str], lines: int) -> str:
    """Return the sentence on one line, or broken behind the first half of its words."""
    if lines == 1:
        return sentence.format(acts=", ".join(verbs))
    half = (len(verbs) + 1) // 2 if len(verbs) > 1 else 0
    first, second = "".join(f"{verb}, " for verb in verbs[:half]), ", ".join(verbs[half:])
    return sentence.format(acts=f"{first}\n{second}").replace(" \n", "\n")


def _counted(state: str, left_s: Sequence[float]) -> str:
    """Return the time that runs out first, and the sign of what opens."""
    if not left_s:
        return _OPENS
    if state == "asked":
        return f"· {answer_words(min(left_s))} {_OPENS}"
    return f"· {clock_words(min(left_s))} {_OPENS}"
