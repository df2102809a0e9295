# SPDX-License-Identifier: GPL-3.0-only
"""The card of a caller who is offered to this agent: for which service, how long there is to
answer, Accept and Decline. On top of the desk's window.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from PyQt6.QtCore import QPoint, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFrame,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QTextEdit,
    QWidget,
)

from resources.texts import N_, _
from session.core.clock import Clock
from session.protocol.hub.history import LineQuality
from session.protocol.hub.requests import Service
from session.protocol.hub.routing import CallerPreview
from session.protocol.hub.tickets import Ticket
from views.desk.acts import AcceptOffer, DeclineOffer
from views.desk.queue.ticket_row import ServiceTag
from views.widgets.icons import IconLabel
from views.widgets.parts import (
    Chip,
    ElidedLabel,
    column,
    label,
    push_button,
    row,
    show_clock,
    steady_figures,
)
from views.widgets.theme import SPACE
from views.words.waits import need_words

DECLINES: tuple[tuple[str, str], ...] = (
    ("not_mine", N_("Not my subject")),
    ("knows_caller", N_("I know this caller")),
    ("technical", N_("My equipment does not work")),
    ("other", N_("Another reason")),
)
"""Codes of a decline and their words."""

BY_ITSELF = timedelta(seconds=3)
"""How long an agent may still decline a caller whom the desk takes by itself."""

_TYPING = (QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QComboBox)


LINE_WORDS: dict[LineQuality, str] = {
    LineQuality.GOOD: N_("Line: good"),
    LineQuality.WEAK: N_("Line: weak"),
    LineQuality.BAD: N_("Line: bad"),
}


def preview_lines(preview: CallerPreview) -> list[str]:
    """Return what is known of a caller before the conversation, a line each."""
    parts = []
    if preview.sealed:
        parts.append(_("Dossier: only once you accept (vault)"))
    elif not preview.known:
        parts.append(_("No dossier yet"))
    else:
        parts.append(preview.procedure or _("Dossier"))
        parts.append(
            _("missing: {names}").format(names=", ".join(preview.missing))
            if preview.missing
            else _("nothing is missing")
        )
        if preview.note is not None:
            day = preview.note.at_utc.astimezone().strftime("%d/%m")
            note = _("note of {date}, {name}: {text}")
            parts.append(note.format(date=day, name=preview.note.by_name, text=preview.note.text))
    if preview.line in LINE_WORDS:
        parts.append(_(LINE_WORDS[preview.line]))
    elif preview.rates is not None:
        kbps = round(min(preview.rates.up_kbps, preview.rates.down_kbps))
        parts.append(_("Line: {kbps} kb/s").format(kbps=kbps))
    return parts


class OfferCard(QFrame):
    """Hidden until a caller is offered. The keyboard comes here only when nobody is typing.

    Signals:
        acted(object): what the agent does, an `OfferAct`.
        shown_changed(bool): whether a caller is offered now.
    """

    acted = pyqtSignal(object)
    shown_changed = pyqtSignal(bool)

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.setObjectName("offer_card")
        self._clock = clock
        self._ticket: Ticket | None = None
        self._until: datetime | None = None
        self._by_itself_at: datetime | None = None
        self._back: QWidget | None = None
        self._title = label(_("A caller for you"), "caption")
        self._number = label(role="large", name="offer_number")
        self._tag = ServiceTag(0)
        self._where = ElidedLabel(role="small", name="offer_where")
        self._preview = ElidedLabel(role="small", name="offer_preview")
        self._known = Chip("offer_known", _("Comes back to you"), icon_name="undo", tone="accent")
        self._needs = Chip("offer_needs")
        self._left = steady_figures(label(role="strong", name="offer_left"))
        self._left.setAccessibleName(_("Time to answer"))
        self._bar = QProgressBar()
        self._bar.setAccessibleName(_("Time to answer"))
        self._bar.setObjectName("offer_bar")
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(180)
        self._accept = push_button(_("Accept"), "accept", "primary", name="offer_accept", keys="F2")
        self._accept.clicked.connect(self._on_accept)
        self._decline = push_button(
            _("Decline…"), "refused", "plain", name="offer_decline", keys="F4"
        )
        self._decline.clicked.connect(self.open_reasons)
        self._menu = QMenu(self)
        for code, words in DECLINES:
            action = self._menu.addAction(_(words))
            assert action is not None  # Qt gives one for each text
            action.setObjectName(f"decline_{code}")
            action.triggered.connect(lambda _checked, code=code: self._on_decline(code))
        self._build()
        self._second = QTimer(self)
        self._second.setInterval(250)
        self._second.timeout.connect(self.refresh)
        self.hide()

    # ---- facts

    def show_offer(
        self,
        ticket: Ticket,
        service: Service | None,
        place: int,
        *,
        comes_back: bool,
        by_itself: bool = False,
    ) -> None:
        """Shows the offered ticket; `place` is the service's for its colour. `by_itself`: it is
        accepted after a moment, unless the agent declines.
        """
        is_same = self._ticket is not None and self._ticket.id == ticket.id
        self._ticket = ticket
        self._until = ticket.offer_until_utc
        if not is_same:
            if by_itself:
                self._by_itself_at = self._clock.utc_now() + BY_ITSELF
            else:
                self._by_itself_at = None
        self._number.setText(ticket.number)
        self._tag.show_service(service, ticket.service, place)
        self._known.setVisible(comes_back)
        self._needs.show_state(need_words(ticket.needs), "needs", "accent")
        self._needs.setVisible(bool(ticket.needs))
        self._set_enabled(True)
        if self._until is None:
            whole_s = 0.0
        else:
            whole_s = (self._until - self._clock.utc_now()).total_seconds()
        self._bar.setRange(0, max(1, round(whole_s * 1000)))
        self.refresh()
        self._second.start()
        self.show()
        if not is_same:
            self._preview.setText("")
            self._preview.hide()
            self._take_keyboard()
        self.shown_changed.emit(True)

    def show_preview(self, ticket_id: str, preview: CallerPreview) -> None:
        """Show what is known of the offered caller."""
        if self._ticket is not None and self._ticket.id == ticket_id:
            self._preview.setText(" · ".join(preview_lines(preview)))
            self._preview.setAccessibleName(self._preview.text())
            self._preview.show()

    def clear(self) -> None:
        """Nobody is offered any more; the keyboard goes back to where it was."""
        if self._ticket is None:
            return
        self._ticket = self._by_itself_at = None
        self._preview.setText("")
        self._second.stop()
        self._menu.close()
        had_focus = self.isAncestorOf(QApplication.focusWidget() or self)
        self.hide()
        self.shown_changed.emit(False)
        if had_focus and self._back is not None and self._back.isVisible():
            self._back.setFocus()
        self._back = None

    def answer_failed(self) -> None:
        """The answer did not reach the hub, or was refused; the agent may repeat it in time."""
        self._set_enabled(True)

    def refresh(self) -> None:
        """Moves the countdown to now."""
        if self._ticket is None or self._until is None:
            return
        now = self._clock.utc_now()
        left_s = max(0.0, (self._until - now).total_seconds())
        words = _("{site} · waiting for {time}").replace("{site}", self._ticket.site)
        waited_s = (now - self._ticket.arrived_at_utc).total_seconds()
        show_clock(self._where, waited_s, words)
        if self._by_itself_at is None:
            by_itself_s = None
        else:
            by_itself_s = (self._by_itself_at - now).total_seconds()
        words = _("{seconds} s to answer").format(seconds=round(left_s))
        if by_itself_s is not None:
            words = _("Accepted by itself in {seconds} s").format(
                seconds=max(0, math.ceil(by_itself_s))
            )
        self._left.setText(words)
        self._bar.setValue(round(left_s * 1000))
        if by_itself_s is not None and by_itself_s <= 0:
            self._by_itself_at = None
            self.accept()

    @property
    def ticket_id(self) -> str:
        """The offered ticket, "" for none."""
        if self._ticket is not None:
            return self._ticket.id
        return ""

    # ---- building

    def _build(self) -> None:
        facts = row(None, self._number, space=SPACE[2])
        facts.addWidget(self._tag, 1)
        facts.addWidget(self._needs)
        facts.addWidget(self._known)
        countdown = column(None, self._left, self._bar, space=4)
        box = row(
            self, IconLabel("bell", "accent", size_px=26), space=SPACE[2], margins=(14, 10, 14, 10)
        )
        box.addLayout(column(None, self._title, facts, self._where, self._preview, space=2), 1)
        box.addLayout(countdown)
        box.addWidget(self._decline)
        box.addWidget(self._accept)

    def _take_keyboard(self) -> None:
        ticket = self._ticket
        assert ticket is not None
        spoken = _("A caller for you: {number}, {service}, {site}. Enter accepts, F4 declines.")
        words = spoken.format(number=ticket.number, service=self._tag.text(), site=ticket.site)
        if ticket.needs:
            needs = _("The caller needs: {needs}").format(needs=need_words(ticket.needs))
            words = f"{words} {needs}"
        self.setAccessibleName(words)
        self._accept.setAccessibleDescription(self.accessibleName())
        window = self.window()
        if window is not None:
            self._back = window.focusWidget()
        else:
            self._back = None
        if not isinstance(self._back, _TYPING):
            self._accept.setFocus()

    def _set_enabled(self, enabled: bool) -> None:
        self._accept.setEnabled(enabled)
        self._decline.setEnabled(enabled)

    # ---- requests

    def accept(self) -> None:
        """Takes the caller (F2, Enter)."""
        self._accept.click()

    def open_reasons(self) -> None:
        """Asks why not, by mouse or arrow keys; nothing is accepted by itself meanwhile."""
        self._by_itself_at = None
        if self._ticket is not None and self._decline.isEnabled():
            self._menu.popup(self._decline.mapToGlobal(QPoint(0, self._decline.height())))
            first = self._menu.actions()[0]
            self._menu.setActiveAction(first)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Enter accepts from anywhere on the card but from Decline."""
        if event is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            (self.open_reasons if self._decline.hasFocus() else self.accept)()
        else:
            super().keyPressEvent(event)

    def _on_accept(self) -> None:
        if self._ticket is not None:
            self._set_enabled(False)
            self.acted.emit(AcceptOffer(self._ticket.id))

    def _on_decline(self, code: str) -> None:
        if self._ticket is not None:
            self._set_enabled(False)
            self.acted.emit(DeclineOffer(self._ticket.id, code))
