# SPDX-License-Identifier: GPL-3.0-only
"""The board's page of accesses: who looked at which dossier, when, in which conversation, why; who
read the log of which conversation; and who wanted what done at which kiosk or desk from afar.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum

from PyQt6.QtCore import QDate, QSignalBlocker, pyqtSignal
from PyQt6.QtWidgets import QDateEdit, QFileDialog, QWidget

from resources.plain_text import plain_text
from resources.texts import N_, _, ngettext
from session.core.clock import Clock
from session.core.dossier_model import AccessKind, AccessLine
from session.protocol.dossier.identity import (
    AccessesAnswer,
    AccessesRequest,
    LogAccessesRequest,
)
from session.protocol.helpdesk.remote_help import (
    HelpPlace,
    RemoteHelp,
    RemoteHelps,
    RemoteHelpsRequest,
    RemoteState,
)
from session.protocol.wire.ids import is_id
from views.board.facts import BoardFacts
from views.board.page_acts import SaveList
from views.board.tables import BoardTable, Cell, TableRow
from views.widgets.field import HintedLine
from views.widgets.list_state import ListState
from views.widgets.parts import (
    ElidedLabel,
    EmptyState,
    FlowLayout,
    column,
    filter_box,
    push_button,
)
from views.widgets.place_completer import PlaceCompleter
from views.widgets.theme import SPACE
from views.words.accesses import KINDS, LOG_KINDS, access_words
from views.words.self_tests import ACTS, help_columns

DOSSIER, REASON, COMPUTER = 3, 4, 6
"""Columns."""

TODAY, YESTERDAY, WEEK, MONTH, DAY, ALL = "today", "yesterday", "week", "month", "day", "all"


class _About(StrEnum):
    """The kind of accesses looked at; help is what was asked of kiosks and desks from afar."""

    DOSSIERS = "dossiers"
    LOGS = "logs"
    HELP = "help"


_TEXTS = {
    _About.DOSSIERS: (N_("Dossier number"), N_("No. of a dossier")),
    _About.LOGS: (N_("Id of the session"), N_("Id of a session")),
    _About.HELP: (N_("Kiosk or agent"), N_("Site, name or id")),
}
_HEADS = {
    _About.DOSSIERS: (N_("Dossier"), N_("Conversation")),
    _About.LOGS: (N_("Dossier"), N_("Conversation")),
    _About.HELP: (N_("Where"), N_("Result")),
}
"""The columns after "What", and after "Reason"."""
_ENDED_TONES = {RemoteState.FAILED: "bad", RemoteState.SILENT: "warn", RemoteState.DONE: "good"}


class BoardAccessesPage(QWidget):
    """Lines of the register, the newest first.

    Signals:
        acted(AccessesRequest | LogAccessesRequest | RemoteHelpsRequest | SaveList)
    """

    acted = pyqtSignal(object)

    def __init__(self, facts: BoardFacts, clock: Clock) -> None:
        super().__init__()
        self._facts = facts
        self._clock = clock
        self._about = filter_box("accesses_about", _("Accesses to what"))
        for subject, words in (
            (_About.DOSSIERS, _("Dossiers")),
            (_About.LOGS, _("Conversations")),
            (_About.HELP, _("Kiosks and desks")),
        ):
            self._about.addItem(words, subject.value)
        self._days = filter_box("accesses_days", _("Days"))
        for key, words in (
            (TODAY, _("Today")),
            (YESTERDAY, _("Yesterday")),
            (WEEK, _("7 days")),
            (MONTH, _("31 days")),
            (DAY, _("One day…")),
            (ALL, _("All days")),
        ):
            self._days.addItem(words, key)
        self._day = QDateEdit()
        self._day.setObjectName("accesses_day")
        self._day.setAccessibleName(_("Day"))
        self._day.setDisplayFormat("dd/MM/yyyy")
        self._day.setCalendarPopup(True)
        self._day.hide()
        self._person = filter_box("accesses_person", _("By whom"))
        self._person.addItem(_("Everybody"), "")
        self._kind = filter_box("accesses_kind", _("What was done"))
        self._dossier = HintedLine()
        self._dossier.setObjectName("accesses_dossier")
        self._dossier.setMaxLength(40)
        self.places = PlaceCompleter(self._dossier)
        self._known: Sequence[HelpPlace] = ()
        self.table = BoardTable(
            "board_accesses",
            _("Register of accesses"),
            heads=[""] * (COMPUTER + 1),
            wide=REASON,
            most_px={2: 340, 5: 110, COMPUTER: 160},
        )
        self._empty = EmptyState(
            "see_page",
            _("No access here"),
            advice=_("Choose more days, or everybody."),
            name="accesses_empty",
        )
        self._state = ElidedLabel(role="small", name="accesses_state")
        self.list = ListState(
            self.table, self._empty, now=clock.utc_now, name="accesses", counts=(self._state,)
        )
        self._csv = push_button(_("Save as CSV…"), "save", "plain", name="accesses_csv")
        self._show_about()
        self._build()
        self._csv.setEnabled(False)

    # ---- facts ----

    def show_accesses(self, answer: AccessesAnswer) -> None:
        """Show what the filters found."""
        if self._shown is _About.HELP:
            return  # the answer to what was asked before
        self._add_people(answer.lines)
        count = len(answer.lines)
        words = ngettext("One access", "{count} accesses", count).format(count=count)
        self._show_rows([self._row(line) for line in answer.lines], words, more=answer.more)

    def show_helps(self, answer: RemoteHelps) -> None:
        """Show what was asked of kiosks and desks from afar, by whom and why."""
        if self._shown is not _About.HELP:
            return
        for entry in answer.helps:
            self._add_person(entry.by, entry.by_name)
        count = len(answer.helps)
        words = ngettext(
            "Help was given from afar once", "Help was given from afar {count} times", count
        ).format(count=count)
        self._show_rows(
            [_help_row(help_entry) for help_entry in answer.helps], words, more=answer.more
        )

    def show_places(self, places: Sequence[HelpPlace]) -> None:
        """The kiosks and desks that the hub knows, to choose from for help from afar."""
        self._known = places
        self._offer_places()

    def _offer_places(self) -> None:
        self.places.show_places(self._known if self._shown is _About.HELP else ())

    def _show_rows(self, rows: Sequence[TableRow], words: str, *, more: bool) -> None:
        self.table.show_rows(rows)
        self.list.show_answer(bool(rows))
        older = _("older ones are not shown: the file has all of them")
        state_words = ([words] if rows else []) + ([older] if more else [])
        self._state.setText(" · ".join(state_words))
        self._csv.setEnabled(self._facts.connected and bool(rows))

    def ask(self) -> None:
        """Asks for what the filters say."""
        self.list.show_asked()
        first, last = self._period()
        person, kind = str(self._person.currentData() or ""), self._kind.currentData()
        text = self._dossier.text().strip()
        an_id = text if is_id(text) else ""
        match self._shown:
            case _About.HELP:
                self.acted.emit(
                    RemoteHelpsRequest(first=first, last=last, by=person, kiosk=an_id, act=kind)
                )
            case _About.LOGS:
                self.acted.emit(
                    LogAccessesRequest(
                        first=first, last=last, user=person, session=an_id, kind=kind
                    )
                )
            case _About.DOSSIERS:
                self.acted.emit(
                    AccessesRequest(first=first, last=last, user=person, dossier=text, kind=kind)
                )

    def show_refused_of(self, user: str, name: str, kind: AccessKind) -> None:
        """Sets the filters to what one person was refused today (dossiers or logs), and asks."""
        for box in (self._days, self._person, self._kind, self._about):
            box.blockSignals(True)
        if kind in LOG_KINDS:
            subject = _About.LOGS
        else:
            subject = _About.DOSSIERS
        self._about.setCurrentIndex(self._about.findData(subject.value))
        self._show_about()
        self._days.setCurrentIndex(self._days.findData(TODAY))
        self._kind.setCurrentIndex(self._kind.findData(kind))
        self._add_person(user, name)
        self._person.setCurrentIndex(self._person.findData(user))
        for box in (self._days, self._person, self._kind, self._about):
            box.blockSignals(False)
        self._day.hide()
        self.ask()

    # ---- inside ----

    @property
    def _shown(self) -> _About:
        return _About(self._about.currentData())

    def _show_about(self) -> None:
        """Filters and columns that fit dossiers, conversations, or help from afar."""
        subject = self._shown
        blocked = [QSignalBlocker(box) for box in (self._kind, self._person)]
        self._kind.clear()
        if subject is _About.HELP:
            self._kind.addItem(_("All acts"), None)
            for act, (words, _icon_name) in ACTS.items():
                self._kind.addItem(_(words), act)
        else:
            self._kind.addItem(_("All accesses"), None)
            for kind, (words, _icon, _tone) in KINDS.items():
                if (kind in LOG_KINDS) is (subject is _About.LOGS):
                    self._kind.addItem(_(words), kind)
        self._person.clear()
        self._person.addItem(_("Everybody"), "")
        for blocker in blocked:
            blocker.unblock()
        self._dossier.clear()
        self._offer_places()
        spoken, hint = _TEXTS[subject]
        self._dossier.setAccessibleName(_(spoken))
        self._dossier.setPlaceholderText(_(hint))
        after_what, last = _HEADS[subject]
        heads = (_(after_what), _("Reason"), _(last), _("Computer"))
        self.table.setHeaderLabels([_("When"), _("Who"), _("What"), *heads])
        self.table.setColumnHidden(DOSSIER, subject is _About.LOGS)
        self.table.setColumnHidden(COMPUTER, subject is _About.HELP)

    def _on_about(self) -> None:
        self._show_about()
        self.ask()

    def _row(self, line: AccessLine) -> TableRow:
        local = line.at_utc.astimezone()
        _words, icon_name, tone = KINDS[line.kind]
        cells = (
            Cell(f"{local:%d/%m/%Y %H:%M}", "soft"),
            Cell(line.by_name or line.user),
            Cell(access_words(line), tone, icon_name),
            Cell(line.dossier),
            Cell(line.reason),
            Cell(line.session_id, "soft"),
            Cell(line.computer, "soft"),
        )
        return TableRow(str(line.id), cells)

    def _add_people(self, lines: Sequence[AccessLine]) -> None:
        """Adds everybody who is known; the chosen person stays chosen."""
        for user, name in self._facts.agent_names().items():
            self._add_person(user, name)
        for line in lines:
            self._add_person(line.user, line.by_name or line.user)

    def _add_person(self, user: str, name: str) -> None:
        if user and self._person.findData(user) == -1:
            self._person.addItem(plain_text(name or user), user)

    def _period(self) -> tuple[date | None, date | None]:
        today = self._facts.today(self._clock.utc_now())
        match self._days.currentData():
            case "yesterday":
                return today - timedelta(days=1), today - timedelta(days=1)
            case "week":
                return today - timedelta(days=6), today
            case "month":
                return today - timedelta(days=30), today
            case "day":
                chosen = self._day.date().toPyDate()
                return chosen, chosen
            case "all":
                return None, None
        return today, today

    def _on_days(self) -> None:
        is_day = self._days.currentData() == DAY
        if is_day and not self._day.isVisible():
            today = self._facts.today(self._clock.utc_now())
            self._day.blockSignals(True)
            self._day.setDate(QDate(today.year, today.month, today.day))
            self._day.blockSignals(False)
        self._day.setVisible(is_day)
        self.ask()

    def _save(self) -> None:
        dialog = QFileDialog(self, _("Save the list"))
        dialog.setObjectName("accesses_file")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.setNameFilter("CSV (*.csv)")
        if self._shown is _About.HELP:
            name = "aide"
        else:
            name = "acces"
        dialog.selectFile(f"{name}_{self._clock.utc_now().astimezone():%Y-%m-%d}.csv")
        dialog.fileSelected.connect(lambda path: self.acted.emit(SaveList(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _build(self) -> None:
        self._days.currentIndexChanged.connect(lambda _index: self._on_days())
        self._about.currentIndexChanged.connect(lambda _index: self._on_about())
        for box in (self._person, self._kind):
            box.currentIndexChanged.connect(lambda _index: self.ask())
        self._day.dateChanged.connect(lambda _day: self.ask())
        self._dossier.editingFinished.connect(self.ask)
        self._csv.clicked.connect(self._save)
        filters = FlowLayout(
            self._about,
            self._days,
            self._day,
            self._person,
            self._kind,
            self._dossier,
            self._csv,
        )
        layout = column(self, filters, self.list, self._state, space=SPACE[1])
        layout.setStretch(1, 1)


def _help_row(entry: RemoteHelp) -> TableRow:
    words = help_columns(entry)
    cells = (
        Cell(f"{entry.asked_at_utc.astimezone():%d/%m/%Y %H:%M}", "soft"),
        Cell(entry.by_name or entry.by),
        Cell(words.act, "", ACTS[entry.act][1]),
        Cell(words.place),
        Cell(entry.reason),
        Cell(words.ended, _ENDED_TONES.get(entry.state, "soft")),
    )
    return TableRow(entry.help_id, cells)
