# SPDX-License-Identifier: GPL-3.0-only
"""While the network changes its authority: how many computers have the next one, and who is
missing, a page at a time. Used by `network_view`; it stands in the sites' place when it is open.
"""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QWidget

from resources.texts import N_, _, ngettext
from session.protocol.hub.site import AuthorityAnswer, ComputerFacts
from session.protocol.wire.roles import Role
from views.board.tables import BoardTable, Cell, TableRow
from views.widgets.field import HintedLine
from views.widgets.parts import (
    Card,
    ElidedLabel,
    column,
    label,
    label_button,
    push_button,
    restyle,
    row,
)
from views.widgets.theme import SPACE

PAGE_ROWS = 100
"""As the hub gives them."""

ROLES = {
    Role.KIOSK: N_("Kiosk"),
    Role.DISPLAY: N_("Waiting room’s screen"),
    Role.VAULT: N_("Vault"),
    Role.AGENT: N_("Agent"),
    Role.SUPERVISOR: N_("Supervisor"),
    Role.HELPDESK: N_("Helpdesk"),
    Role.FACILITATOR: N_("Host"),
    Role.OPERATOR: N_("Operator"),
}


@dataclass(frozen=True)
class FindMissing:
    """Which of those that have not the next authority are read from now on."""

    words: str = ""
    page: int = 0


class AuthorityPanel(QWidget):
    """Those that are missing.

    Attributes:
        bar: how many have it, and the button that opens the panel; hidden while none is given.

    Signals:
        acted(FindMissing)
        opened(bool)
    """

    acted = pyqtSignal(object)
    opened = pyqtSignal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._page = 0
        self._count = label(name="authority_count", wrap=True)
        self._open = push_button(_("Who is missing"), name="authority_open")
        self._open.clicked.connect(lambda: self._show_open(self.isHidden()))
        self.bar = Card("authority_bar")
        head = row(None, self._count, self._open, space=SPACE[1])
        head.setStretch(0, 1)
        self.bar.body.addLayout(head)
        self.bar.hide()
        self.words = HintedLine(_("Organisation, id or computer"))
        self.words.setObjectName("authority_words")
        self.words.setAccessibleName(_("Organisation, id or computer"))
        self.words.setMaxLength(100)
        self.words.setClearButtonEnabled(True)
        self.words.textChanged.connect(lambda _text: self._turn_to(0))
        heads = [_("Organisation"), _("What"), _("Id"), _("Computer"), _("Last seen"), _("How")]
        self.table = BoardTable(
            "authority", _("Without the next authority"), heads=heads, wide=5, spare=(3,)
        )
        self._state = ElidedLabel(role="small", name="authority_state")
        self._before = push_button(_("Page before"), "up", "plain", name="authority_before")
        self._before.clicked.connect(lambda: self._turn_to(self._page - 1))
        self._after = push_button(_("Next page"), "down", "plain", name="authority_after")
        self._after.clicked.connect(lambda: self._turn_to(self._page + 1))
        foot = row(None, self._state, self._before, self._after, space=SPACE[1])
        foot.setStretch(0, 1)
        title = label(_("Without the next authority"), "title")
        column(
            self,
            row(None, title, 0, self.words, space=SPACE[1]),
            self.table,
            foot,
            space=SPACE[1],
        ).setStretch(1, 1)
        self.hide()

    def show_answer(self, answer: AuthorityAnswer) -> None:
        """Show how many have it, and those that were asked for."""
        self.bar.setVisible(answer.is_given)
        is_complete = answer.have == answer.count
        if not answer.is_given or is_complete:
            self._show_open(False)
        self._open.setVisible(not is_complete)
        self._count.setText(_count_words(answer))
        restyle(self._count, tone="good" if is_complete else "")
        pages = max(1, -(-answer.hits // PAGE_ROWS))
        if self._page >= pages:  # those of the last pages have it now
            self._turn_to(pages - 1)
            return
        self.table.show_rows([_row(*place) for place in enumerate(answer.missing)])
        first = self._page * PAGE_ROWS
        words = _("{first} to {last} of {hits}").format(
            first=first + 1, last=first + len(answer.missing), hits=answer.hits
        )
        self._state.setText(words if answer.missing else _("Nobody with these words is missing."))
        restyle(self._state, tone="")
        self._before.setEnabled(self._page > 0)
        self._after.setEnabled(self._page + 1 < pages)

    def show_not_read(self, words: str) -> None:
        """Show why it was not read; what stands there is older."""
        self._state.setText(words)
        restyle(self._state, tone="bad")

    def _show_open(self, is_open: bool) -> None:
        if is_open == self.isHidden():
            self.setVisible(is_open)
            label_button(self._open, _("Back to the sites") if is_open else _("Who is missing"))
            self.opened.emit(is_open)
            (self.words if is_open else self._open).setFocus()

    def _turn_to(self, page: int) -> None:
        self._page = page
        self.acted.emit(FindMissing(self.words.text().strip(), page))


def _count_words(answer: AuthorityAnswer) -> str:
    if answer.have == answer.count:
        words = _(
            "All {count} have the next authority: expert-app hub renew-certificate may follow."
        )
        return words.format(count=answer.count)
    words = ngettext(
        "{have} of {count} has the next authority.",
        "{have} of {count} have the next authority.",
        answer.have,
    )
    return words.format(have=answer.have, count=answer.count)


def _row(place: int, computer: ComputerFacts) -> TableRow:
    if computer.last_utc is None:
        seen = Cell(_("never"), "soft")
        how = Cell(_("when it is connected, or by a new invitation afterwards"), "soft")
    else:
        seen = Cell(f"{computer.last_utc.astimezone():%d/%m %H:%M}")
        if computer.is_silent:
            how = Cell(_("by hand: it does not say what it believes"), "warn", "warning")
        else:
            how = Cell(_("by itself while it is connected, unless its file cannot be written"))
    cells = (
        Cell(computer.organisation, "soft"),
        Cell(_(ROLES[computer.role])),
        Cell(computer.user),
        Cell(computer.name),
        seen,
        how,
    )
    return TableRow(f"{place} {computer.organisation}/{computer.user}", cells, strong=True)
