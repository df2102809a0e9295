# SPDX-License-Identifier: GPL-3.0-only
"""The wrap-up after a conversation: its outcome and a note, both proposed, a call-back, how much
time is left, then Finish. Used by the desk's window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PyQt6.QtCore import QEvent, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QGridLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QWidget,
)

from resources.texts import N_, _, ngettext
from session.core.clock import Clock
from session.protocol.hub.routing import Outcome, ServiceWork
from views.desk.acts import CallBack, EndWrapUpTime, FinishWrapUp, WrapUpPress
from views.desk.appointments.acts import APPOINTMENT_KEYS, BeginBooking
from views.desk.note_panel import NotePanel
from views.widgets.announcer import announce, one_text
from views.widgets.icons import IconLabel
from views.widgets.parts import (
    Card,
    FlowLayout,
    clock_words,
    column,
    label,
    label_button,
    push_button,
    restyle,
    row,
    scroll_area,
    shortcut,
    show_clock,
    steady_figures,
)
from views.widgets.theme import SPACE, text_scale

APPOINTMENT = "appointment"
OUTCOMES: tuple[tuple[str, str, str], ...] = (
    ("done", N_("Settled"), "allowed"),
    ("pieces_missing", N_("Pieces still missing"), "piece"),
    (APPOINTMENT, N_("Appointment needed"), "appointment"),
    ("redirected", N_("Sent to another body"), "arrow_right"),
    ("information", N_("Information only"), "info"),
    ("cut_off", N_("Conversation was cut"), "disconnected"),
)
"""Codes of `CloseRequest.outcome`, their words and icons; for services that have none of their own.
"""

NOT_SAID = "not_said"
"""Outcome of a wrap-up whose time was over before the agent chose one."""


def outcome_words(code: str, work: ServiceWork | None) -> str:
    """Return an outcome in words: the service's own, the program's; "" for what nobody chose."""
    own = {outcome.id: outcome.name for outcome in work.outcomes} if work is not None else {}
    usual = {outcome: _(words) for outcome, words, _icon in OUTCOMES}
    usual |= {"call_later": _("Is called back"), "passed_on": _("Passed on")}
    return own.get(code) or usual.get(code, "")


def outcome_choices(work: ServiceWork | None) -> list[tuple[str, str]]:
    """Return the outcomes that an agent may choose, code and words."""
    if work is not None and work.outcomes:
        return [(outcome.id, outcome.name) for outcome in work.outcomes]
    return [(code, _(words)) for code, words, _icon in OUTCOMES]


BACK_MIN: tuple[tuple[int, str], ...] = (
    (60, N_("In an hour")),
    (180, N_("In three hours")),
    (1440, N_("Tomorrow at this hour")),
    (2880, N_("In two days")),
    (10080, N_("In a week")),
)
"""When a caller may be called back, minutes from now; never before the service is open."""

_CARD_PX = 620
"""Width of the card in letters of the usual size."""

SHORT_S = 15.0
"""Less time than this is marked."""


class OutcomeGrid(QWidget):
    """A button for each outcome; one of them is chosen, or none.

    Args:
        choose: called when the agent has chosen one.
    """

    def __init__(self, choose: Callable[[], None]) -> None:
        super().__init__()
        self._own: list[Outcome] = []
        self._group = QButtonGroup(self)
        self._group.buttonClicked.connect(lambda _button: choose())
        self._buttons: list[QPushButton] = []
        self._grid = QGridLayout(self)
        self._grid.setSpacing(SPACE[1])
        self._grid.setContentsMargins(0, 0, 0, 0)
        self.deal(())

    def deal(self, outcomes: Sequence[Outcome]) -> None:
        """Makes the buttons of the service's outcomes, or of the program's; none is chosen."""
        service_outcomes = list(outcomes)
        if service_outcomes != self._own or not self._buttons:
            for button in self._buttons:
                self._group.removeButton(button)
                self._grid.removeWidget(button)
                button.hide()
                button.deleteLater()
            self._buttons = []
            self._own = service_outcomes
            named = [(outcome.id, outcome.name, "kept") for outcome in service_outcomes] or [
                (code, _(text), name) for code, text, name in OUTCOMES
            ]
            for place, (code, text, icon_name) in enumerate(named):
                self._outcome(code, f"{place + 1} · {text}" if place < 9 else text, icon_name)
            self._arrange(2)
        self._group.setExclusive(False)
        for button in self._buttons:
            button.setChecked(False)
        self._group.setExclusive(True)

    def choose(self, code: str) -> bool:
        """Choose one without telling anybody; False if there is none of this code."""
        for button in self._buttons:
            if button.property("code") == code:
                button.setChecked(True)
                return True
        return False

    def press(self, place: int) -> bool:
        """Press one of the first nine; False if there is none at this place."""
        if not 0 <= place < min(9, len(self._buttons)):
            return False
        self._buttons[place].click()
        return True

    def chosen(self) -> str:
        """Return the code of the chosen one; "" for none."""
        chosen = self._group.checkedButton()
        if chosen is not None:
            return str(chosen.property("code"))
        return ""

    def words(self) -> str:
        """Return the words of the chosen one, with its digit; "" for none."""
        chosen = self._group.checkedButton()
        if chosen is not None:
            return chosen.text()
        return ""

    def take_keyboard(self) -> None:
        """The keyboard goes to the chosen one, else to the first."""
        (self._group.checkedButton() or self._buttons[0]).setFocus(Qt.FocusReason.TabFocusReason)

    def fit(self, room_px: int) -> None:
        """Put them one under the other where two side by side have no room."""
        widest = max(button.sizeHint().width() for button in self._buttons)
        self._arrange(1 if room_px < 2 * widest + SPACE[1] else 2)

    def _arrange(self, columns: int) -> None:
        for place, button in enumerate(self._buttons):
            self._grid.addWidget(button, place // columns, place % columns)

    def _outcome(self, code: str, text: str, icon_name: str) -> None:
        button = push_button(text, icon_name, name=f"outcome_{code}")
        button.setProperty("outcome", True)
        button.setProperty("code", code)
        button.setCheckable(True)
        button.setAutoExclusive(True)  # a screen reader says "one of several", not a box to tick
        self._group.addButton(button)
        self._buttons.append(button)


class CallBackLine(QWidget):
    """Number and time of a call-back, and the button that finishes with it.

    Args:
        press: told the call-back that the agent wants.
    """

    def __init__(self, press: Callable[[CallBack], None]) -> None:
        super().__init__()
        self._press = press
        self._has_phone = False
        self._phone = QLineEdit()
        self._phone.setObjectName("wrap_up_phone")
        self._phone.setAccessibleName(_("Telephone number for the call-back"))
        self._phone.setPlaceholderText(_("Telephone number"))
        self._phone.setMaxLength(20)
        self._phone.textChanged.connect(lambda _text: self.allow())
        self._when = QComboBox()
        self._when.setObjectName("wrap_up_when")
        self._when.setAccessibleName(_("When to call back"))
        for minutes, words in BACK_MIN:
            self._when.addItem(_(words), minutes)
        self._call_back = push_button(
            _("Finish and call back"), "call", name="wrap_up_call_back", keys="Ctrl+Shift+Return"
        )
        self._call_back.setShortcut("Ctrl+Shift+Return")
        self._call_back.clicked.connect(self._on_call_back)
        self.setLayout(FlowLayout(self._phone, self._when, self._call_back))

    def clear(self) -> None:
        """Forget the number."""
        self._phone.clear()
        self.allow()

    def propose(self, phone: str, has_phone: bool) -> None:
        """Propose a number where the agent has typed none; `has_phone`: the ticket has one."""
        self._has_phone = has_phone
        if not self._phone.text():
            self._phone.setText(phone)
        self.allow()

    def allow(self) -> None:
        """Offer a call-back where there is a number."""
        digits = sum(letter.isdigit() for letter in self._phone.text())
        no_number = not self._phone.text().strip() and self._has_phone
        self._call_back.setEnabled(digits >= 10 or no_number)

    def _on_call_back(self) -> None:
        self._call_back.setEnabled(False)
        self._press(CallBack(self._phone.text().strip(), int(self._when.currentData())))


class WrapUpView(QWidget):
    """Duration, outcome, note, and the button that closes the ticket.

    Attributes:
        note: the note for colleagues.

    Signals:
        acted(object): what the agent does, a `WrapUpAct` or `BeginBooking`.
    """

    acted = pyqtSignal(object)

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.setObjectName("wrap_up_view")
        self.setAccessibleName(_("Wrap-up"))
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._clock = clock
        self._since = clock.utc_now()
        self._until: datetime | None = None
        self._decided = False
        self._proposed = ("", "")
        self._lasted = label(role="soft", name="wrap_up_lasted")
        self._number = label(role="soft", name="wrap_up_number")
        self._number.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._here = steady_figures(label(role="small", name="wrap_up_clock"))
        self._left = steady_figures(label(role="strong", name="wrap_up_left"))
        self._bar = QProgressBar()
        self._bar.setObjectName("wrap_up_bar")
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(_("Time that is left of the wrap-up"))
        self._prolong = push_button(
            _("More time"), "time", "plain", name="wrap_up_prolong", keys="Ctrl+Shift+T"
        )
        self._prolong.setShortcut("Ctrl+Shift+T")
        self._prolong.clicked.connect(self._on_prolong)
        self._open_points = label(role="body", name="wrap_up_open", wrap=True)
        self._outcomes = OutcomeGrid(self._on_outcome)
        self.note = NotePanel(self.acted.emit)
        self._call_back = CallBackLine(self._on_call_back)
        self._finish = push_button(
            _("Finish"), "kept", "primary", name="wrap_up_finish", keys="Ctrl+Return"
        )
        self._finish.setShortcut("Ctrl+Return")
        self._finish.clicked.connect(self._on_finish)
        self._pause = push_button(
            _("Finish, then pause"), "paused", name="wrap_up_pause", keys="Alt+Return"
        )
        self._pause.setShortcut("Alt+Return")
        self._pause.clicked.connect(self._on_pause)
        self._caption = label(_("What came of it?"), "caption", name="wrap_up_caption")
        self._build()
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self.refresh_clock)
        self._second.start()

    # ---- facts

    def start(
        self, ticket_number: str, lasted_s: float | None, outcomes: Sequence[Outcome] = ()
    ) -> None:
        """A conversation has ended; `lasted_s` seconds long, when known;
        `outcomes` are the service's own.
        """
        self.show_number("")
        self._since = self._clock.utc_now()
        if lasted_s is None:
            lasted = ""
        else:
            lasted = _("It lasted {time}.").format(time=clock_words(lasted_s))
        self._lasted.setText(
            _("Request {number}.").format(number=ticket_number) + f" {lasted}".rstrip()
        )
        self._outcomes.deal(outcomes)
        self._decided = False
        self._proposed = ("", "")
        self._caption.setText(_("What came of it?"))
        self._allow_finish(False)
        self.note.clear()
        self._call_back.clear()
        self.show_limit(None, 0)
        self.show_unfiled(0)
        self.refresh_clock()
        self.setFocus()

    def show_number(self, number: str) -> None:
        """The conversation's number, by which the helpdesk finds it."""
        words = _("Number of the conversation: {number}").format(number=number)
        self._number.setText(words if number else "")
        self._number.setVisible(bool(number))

    def show_limit(self, until_utc: datetime | None, more: int) -> None:
        """Show when the wrap-up ends by itself (None:
        never), and how often that may still be put off.
        """
        if until_utc != self._until and until_utc is not None:
            self._bar.setRange(
                0, max(1, round((until_utc - self._clock.utc_now()).total_seconds()))
            )
        self._until = until_utc
        self._limit.setVisible(until_utc is not None)
        self._prolong.setVisible(more > 0)
        self._prolong.setEnabled(more > 0)
        self.refresh_clock()

    def show_open_points(self, text: str) -> None:
        """Show what is not finished yet, e.g. a document in the outbox; "" for nothing."""
        self._open_points.setText(text)
        self._open_row.setVisible(bool(text))

    def show_unfiled(self, count: int) -> None:
        """Pages that are not filed yet: what becomes of them, also on the button."""
        words = ngettext(
            "One page is not filed yet. File it now, or it is thrown away when you finish.",
            "{count} pages are not filed yet. File them now, or they are thrown away when you "
            "finish.",
            count,
        )
        self.show_open_points(words.format(count=count) if count else "")
        thrown = ngettext(
            "Finish and throw one page away", "Finish and throw {count} pages away", count
        )
        label_button(self._finish, thrown.format(count=count) if count else _("Finish"))

    def propose(self, outcome: str, note: str, phone: str, *, has_phone: bool) -> None:
        """Propose what the dossier speaks for, each "" for nothing; what the agent has chosen
        or written stays. `has_phone`: the ticket has a telephone number already.
        """
        proposed = (outcome, note)
        if not self._decided and self._outcomes.choose(outcome):
            words = _("What came of it? Proposed from the dossier; Ctrl+Enter agrees.")
            self._caption.setText(words)
            self._allow_finish(True)
            if proposed != self._proposed and self.isVisible():
                announce(self, one_text([words, self._outcomes.words(), note]))
        self._proposed = proposed
        self._call_back.propose(phone, has_phone)
        self.note.propose(note)

    def offer_appointments(self, offered: bool, *, leads: bool) -> None:
        """Show whether an appointment can be taken; `leads`: to choose the outcome that one is
        needed begins with it.
        """
        self._appointment.setVisible(offered)
        self._leads = offered and leads

    def finish_failed(self) -> None:
        """The wrap-up could not be finished; it may be tried again."""
        self._allow_finish(bool(self._outcomes.chosen()))
        self._call_back.allow()

    def refresh_clock(self) -> None:
        """Moves the wrap-up's own clock to now. A clock that nobody sees stands still: a screen
        reader is told each new time.
        """
        now = self._clock.utc_now()
        if self.isVisible():
            show_clock(self._here, (now - self._since).total_seconds(), _("Wrap-up: {time}"))
        if self._until is None:
            return
        left_s = (self._until - now).total_seconds()
        if self.isVisible():
            show_clock(self._left, left_s, _("Ends by itself in {time}"))
            self._bar.setValue(max(0, round(left_s)))
            restyle(self._left, tone="warn" if left_s <= SHORT_S else "")
        if left_s <= 0:
            self._until = None
            # what was proposed and not agreed to was not said
            self.acted.emit(EndWrapUpTime((self._decided and self._outcomes.chosen()) or NOT_SAID))

    def since(self) -> datetime:
        """Return when the wrap-up began, UTC."""
        return self._since

    # ---- building

    def _build(self) -> None:
        card = self._card = Card("wrap_up_card", space=SPACE[1], padding=SPACE[4])
        top = row(None, IconLabel("wrap_up", "accent", size_px=26))
        top.addWidget(label(_("The conversation is over"), "large", wrap=True), 1)
        top.addWidget(self._here)
        self._limit = QWidget()
        column(self._limit, row(None, self._left, 0, self._prolong), self._bar, space=4)
        self._open_row = QWidget()
        points = row(self._open_row, IconLabel("time", "warn", size_px=16), space=6)
        points.addWidget(self._open_points, 1)
        for part in (self._lasted, self._number, self._limit, self._open_row):
            card.body.addWidget(part)
        card.body.insertLayout(0, top)
        card.body.addSpacing(SPACE[1])
        card.body.addLayout(row(None, self._caption, 0, self._build_appointment()))
        card.body.addWidget(self._outcomes)
        card.body.addSpacing(SPACE[1])
        card.body.addWidget(self.note)
        card.body.addWidget(self._call_back)
        card.body.addWidget(
            label(_("You can still order and file pages on the right."), "small", wrap=True)
        )
        card.body.addLayout(FlowLayout(self._pause, self._finish, to_end=True))
        body = QWidget()
        across = row(body, space=0, margins=(SPACE[2], SPACE[2], SPACE[2], SPACE[2]))
        across.addWidget(card, 1, Qt.AlignmentFlag.AlignVCenter)
        column(self, scroll_area(body))
        self.show_limit(None, 0)
        self.offer_appointments(False, leads=False)

    def _build_appointment(self) -> QPushButton:
        self._appointment = push_button(
            _("Take an appointment"),
            "appointment",
            "quiet",
            name="wrap_up_appointment",
            keys=APPOINTMENT_KEYS,
        )
        self._appointment.clicked.connect(lambda: self.acted.emit(BeginBooking()))
        shortcut(APPOINTMENT_KEYS, self._appointment, self)
        return self._appointment

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """In a narrow view the outcomes stand one under the other."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent | None) -> None:
        """Larger letters need more room."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        larger = max(1.0, text_scale())
        self._card.setMaximumWidth(round(_CARD_PX * larger))
        self.note.fit(larger)
        wide = min(self.width() - 2 * SPACE[2], self._card.maximumWidth())
        self._outcomes.fit(wide - 2 * SPACE[4])

    # ---- keys and requests

    def showEvent(self, event: QShowEvent | None) -> None:
        """The clock goes on."""
        super().showEvent(event)
        self.refresh_clock()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """The digit before an outcome chooses it."""
        if event is None:
            place = -1
        else:
            place = event.key() - Qt.Key.Key_1
        if not self._outcomes.press(place):
            super().keyPressEvent(event)

    def focusNextPrevChild(self, following: bool) -> bool:
        """Tab from the whole view goes into it; Qt begins again at the window's first button."""
        if following and self.hasFocus():
            self._outcomes.take_keyboard()
            return True
        return super().focusNextPrevChild(following)

    def _on_prolong(self) -> None:
        self._prolong.setEnabled(False)
        self.acted.emit(WrapUpPress.PROLONG)

    def _on_outcome(self) -> None:
        self._decided = True
        self._caption.setText(_("What came of it?"))
        announce(
            self,
            _("{outcome} is chosen. Ctrl+Enter finishes.").format(outcome=self._outcomes.words()),
        )
        self._allow_finish(True)
        if self._leads and self._outcomes.chosen() == APPOINTMENT:
            self.acted.emit(BeginBooking())

    def _on_call_back(self, call_back: CallBack) -> None:
        self._allow_finish(False)
        self.acted.emit(call_back)

    def _on_finish(self) -> None:
        if chosen := self._outcomes.chosen():
            self._allow_finish(False)
            self.acted.emit(FinishWrapUp(chosen))

    def _on_pause(self) -> None:
        self.acted.emit(WrapUpPress.PAUSE)
        self._on_finish()

    def _allow_finish(self, allowed: bool) -> None:
        self._finish.setEnabled(allowed)
        self._pause.setEnabled(allowed)
