# SPDX-License-Identifier: GPL-3.0-only
"""The kiosks as they found themselves at night, and help from afar for one at which nobody is, or
for a desk whose person agrees.
Used by the helpdesk's window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QGridLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QWidget,
)

from resources.plain_text import plain_text
from resources.texts import _, ngettext
from session.protocol.helpdesk.remote_help import DESK_ACTS, HelpPlace, RemoteHelp
from session.protocol.helpdesk.self_test import SelfTestRow
from session.protocol.hub.log import MOST_REASON
from session.protocol.hub.requests import RemoteAct
from session.protocol.wire.ids import is_id
from session.protocol.wire.typed_words import is_reason
from views.helpdesk.page_acts import HelpFromAfar, ReadSelfTests
from views.helpdesk.words import start_words
from views.widgets.icons import icon
from views.widgets.list_state import not_read
from views.widgets.parts import Card, Segments, column, label, push_button, row
from views.widgets.place_completer import PlaceCompleter
from views.widgets.plain_words import tip_words
from views.widgets.theme import SPACE, size_icons
from views.words.self_tests import ACTS, faults_words, help_lines, help_words

_KIOSK = Qt.ItemDataRole.UserRole
_IN_A_ROW = 2
KIOSK, DESK = "kiosk", "desk"


class RemoteHelpPage(QWidget):
    """Kiosks, and acts for one of them.

    Args:
        now: the local time.
        of_all: of all organisations: each is called "organisation/kiosk".

    Signals:
        acted(ReadSelfTests | HelpFromAfar)
    """

    acted = pyqtSignal(object)

    def __init__(self, now: Callable[[], datetime], *, of_all: bool = False) -> None:
        super().__init__()
        self.setObjectName("kiosk_page")
        self._now = now
        self._of_all = of_all
        self._known: list[HelpPlace] = []
        self._read_at: datetime | None = None
        self._busy = self._connected = self._at_desk = False
        self._acts: dict[RemoteAct, QPushButton] = {}
        self._build()
        self._allow()

    def show_connection(self, connected: bool) -> None:
        """Show whether the hub answers."""
        self._connected = connected
        self._allow()

    def show_not_read(self, words: str) -> None:
        """The lists were not read, and why; those that are here are older."""
        self._state.setText(not_read(words, self._read_at))
        self._nobody.hide()  # nobody knows whether it is still so

    def show_tests(self, rows: Sequence[SelfTestRow]) -> None:
        """The newest self-test of each kiosk, those with faults first."""
        self._read_at = self._now()
        self.kiosks.clear()
        for test_row in rows:
            fault = any(check.is_fault for check in test_row.checks)
            at = start_words(test_row.at_utc, self._now())
            if self._of_all:
                name = f"{test_row.organisation}/{test_row.kiosk}"
            else:
                name = test_row.kiosk
            words = f"{test_row.site} · {name}  ·  {at}  ·  {faults_words(test_row.checks)}"
            item = QListWidgetItem(
                icon("error" if fault else "allowed", "bad" if fault else "good"), plain_text(words)
            )
            item.setData(_KIOSK, name)
            item.setToolTip(tip_words(words))
            self.kiosks.addItem(item)
        self._state.setText(
            _("No kiosk has tried itself yet: it does so at night.")
            if not rows
            else ngettext("One kiosk", "{count} kiosks, those with faults first", len(rows)).format(
                count=len(rows)
            )
        )

    def show_places(self, places: Sequence[HelpPlace]) -> None:
        """The kiosks and desks that the hub knows, to choose from."""
        self._known = list(places)
        self._offer_places()

    def _offer_places(self) -> None:
        offered = [place for place in self._known if place.desk == self._at_desk]
        self.places.show_places(offered, of_all=self._of_all)

    def show_helps(self, helps: Sequence[RemoteHelp]) -> None:
        """Show what was asked of kiosks and desks, the newest first."""
        self.asked.clear()
        for entry in helps:
            at = start_words(entry.asked_at_utc, self._now())
            self.asked.addItem(plain_text(f"{at}  ·  {help_words(entry, of_all=self._of_all)}"))
        self._nobody.setVisible(not helps)
        self.asked.setVisible(bool(helps))

    def show_help(self, entry: RemoteHelp) -> None:
        """An act, and what came of it so far."""
        self._result.setPlainText("\n".join(help_lines(entry)))

    def show_busy(self, busy: bool) -> None:
        """A kiosk is at it."""
        self._busy = busy
        self._allow()

    def result(self) -> str:
        """Return what is written of the last act."""
        return self._result.toPlainText()

    def ask(self) -> None:
        """Asks for the list of self-tests."""
        self.acted.emit(ReadSelfTests())

    # ---- inside ----

    def _build(self) -> None:
        self.kiosks = QListWidget()
        self.kiosks.setObjectName("kiosk_list")
        self.kiosks.setAccessibleName(_("Kiosks"))
        self.kiosks.setWordWrap(True)
        size_icons(self.kiosks, 16, 16)
        self.kiosks.setSpacing(3)
        self.kiosks.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.kiosks.currentItemChanged.connect(lambda now, _before: self._on_kiosk(now))
        self._state = label(role="small", name="kiosk_list_state")
        refresh = push_button(_("Ask again"), "retry", "plain", name="kiosk_refresh")
        refresh.clicked.connect(self.ask)
        left_card = Card(padding=SPACE[1])
        left_card.body.addWidget(label(_("What kiosks found at night"), "title"))
        left_card.body.addWidget(self.kiosks, 2)
        left_card.body.addLayout(row(None, self._state, 0, refresh))
        self.asked = QListWidget()
        self.asked.setObjectName("kiosk_asked")
        self.asked.setAccessibleName(_("What was asked, by whom and why"))
        self.asked.setWordWrap(True)
        self.asked.setSpacing(3)
        self.asked.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        left_card.body.addWidget(label(_("What was asked, by whom and why"), "title"))
        left_card.body.addWidget(self.asked, 1)
        self._nobody = label(
            _("Nobody has asked a kiosk or a desk for anything yet."),
            role="soft",
            name="kiosk_nobody_asked",
            wrap=True,
        )
        self._nobody.hide()
        left_card.body.addWidget(self._nobody)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(left_card)
        split.addWidget(self._build_help())
        split.setSizes([700, 540])
        margins = (SPACE[2], SPACE[1], SPACE[2], SPACE[1])
        column(self, split, margins=margins)

    def _build_help(self) -> QWidget:
        choices = ((KIOSK, _("Kiosk"), "site"), (DESK, _("Desk"), "agent"))
        self._where = Segments("help_where", _("Where"), choices=choices)
        self._where.chosen.connect(self._on_where)
        self._kiosk = QLineEdit()
        self._reason = QLineEdit()
        for line, name, words, hint in (
            (self._kiosk, "kiosk_id", _("Kiosk"), ""),
            (
                self._reason,
                "kiosk_reason",
                _("Why you want it"),
                _("Kept with your name, on the left"),
            ),
        ):
            line.setObjectName(name)
            line.setAccessibleName(words)
            line.setPlaceholderText(hint)
            line.setMaxLength(MOST_REASON)
            line.textChanged.connect(lambda _text: self._allow())
        self.places = PlaceCompleter(self._kiosk)
        self._says = label(role="soft", wrap=True)
        self._grid = QGridLayout()
        for act, (words, icon_name) in ACTS.items():
            button = push_button(_(words), icon_name, "plain", name=f"kiosk_{act.value}")
            button.clicked.connect(partial(self._on_act, act))
            self._acts[act] = button
        self._result = QPlainTextEdit()
        self._result.setObjectName("kiosk_result")
        self._result.setAccessibleName(_("What came of it"))
        self._result.setReadOnly(True)
        self._result.setPlaceholderText(
            _("Say where and why, then choose what is done. What came of it stands here.")
        )
        card = Card(padding=SPACE[1])
        card.body.addWidget(label(_("Help from afar"), "title"))
        self._place = label("", "caption")
        form_grid = QGridLayout()
        why = label(_("Reason"), "caption")
        for place, (caption, edit) in enumerate(((self._place, self._kiosk), (why, self._reason))):
            caption.setBuddy(edit)
            form_grid.addWidget(caption, place, 0)
            form_grid.addWidget(edit, place, 1)
        card.body.addWidget(self._where)
        card.body.addWidget(self._says)
        card.body.addLayout(form_grid)
        card.body.addLayout(self._grid)
        card.body.addWidget(self._result, 1)
        self._on_where(KIOSK)
        return card

    def _on_where(self, where: object) -> None:
        self._at_desk = where == DESK
        self._says.setText(
            _("The person at the desk is asked first, with your name, and sees what is done.")
            if self._at_desk
            else _("Only where nobody is. The kiosk's screen says so; nothing of a test is kept.")
        )
        self._place.setText(_("Agent") if self._at_desk else _("Kiosk"))
        if self._at_desk:
            words = _("Name or id of the agent")
        else:
            words = _("Site, name or id of the kiosk")
        if self._of_all:
            words = _("{id}, after that of the organisation and /").format(id=words)
        self._offer_places()
        self._kiosk.setPlaceholderText(words)
        self._kiosk.setAccessibleName(words)
        offered_acts = [act for act in ACTS if not self._at_desk or act in DESK_ACTS]
        for act, button in self._acts.items():
            self._grid.removeWidget(button)
            button.setVisible(act in offered_acts)
        for place, act in enumerate(offered_acts):
            self._grid.addWidget(self._acts[act], place // _IN_A_ROW, place % _IN_A_ROW)

    def _on_kiosk(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._where.choose(KIOSK)
            self._on_where(KIOSK)
            self._kiosk.setText(str(item.data(_KIOSK)))

    def _on_act(self, act: RemoteAct) -> None:
        reason = " ".join(self._reason.text().split())
        self.acted.emit(HelpFromAfar(self._kiosk.text().strip(), self._at_desk, act, reason))

    def _allow(self) -> None:
        parts = self._kiosk.text().strip().split("/")
        is_place = len(parts) == (2 if self._of_all else 1) and all(map(is_id, parts))
        is_complete = is_place and is_reason(self._reason.text())
        for button in self._acts.values():
            button.setEnabled(is_complete and self._connected and not self._busy)
