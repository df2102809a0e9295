# SPDX-License-Identifier: GPL-3.0-only
"""The sites of the network in the operator's window: search, what is wrong first, and closing one's
own. Used by `network_view`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from PyQt6.QtCore import QTimer, pyqtSignal
from PyQt6.QtWidgets import QLineEdit, QWidget

from resources.texts import _, ngettext
from session.desk.hub.site import FIRST_ROWS
from session.protocol.helpdesk.site_gate import SiteGateAnswer
from session.protocol.hub.site import NetworkAnswer, SiteFacts
from session.protocol.wire.typed_words import is_reason
from views.board.tables import BoardTable, Cell, TableRow
from views.site.gate_panel import GatePanel, day_words
from views.widgets.field import HintedLine, type_anew
from views.widgets.parts import (
    ElidedLabel,
    Segments,
    column,
    label,
    label_button,
    push_button,
    row,
)
from views.widgets.theme import SPACE

LONGEST = 200
TYPED_MS = 250
"""After the last letter of a search: each question is one for the hub."""


@dataclass(frozen=True)
class FindSites:
    """Which sites are read from now on: those with these words, or only with something wrong."""

    words: str = ""
    wrong: bool = False
    rows: int = FIRST_ROWS


@dataclass(frozen=True)
class SetSiteState:
    """A site is to be closed, or opened again, and why; `until`: though something lacks."""

    site: str
    closed: bool
    reason: str
    until: date | None = None


@dataclass(frozen=True)
class AskGate:
    """What lacks at a site with a gate?"""

    organisation: str
    site: str


class SitesPanel(QWidget):
    """The sites of all organisations.

    Signals:
        acted(FindSites | SetSiteState | AskGate)
    """

    acted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self._asked = AskGate("", "")
        self._sites: dict[str, SiteFacts] = {}
        self._connected = True
        self._rows = FIRST_ROWS
        self.words = HintedLine(_("Site or organisation"))
        self.words.setObjectName("sites_words")
        self.words.setAccessibleName(_("Site or organisation"))
        self.words.setMaxLength(100)
        self.words.setClearButtonEnabled(True)
        self._typed = QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(TYPED_MS)
        self._typed.timeout.connect(self._on_query)
        self.words.textChanged.connect(lambda _text: self._typed.start())
        choices = ((False, _("All"), ""), (True, _("Only what is wrong"), "warning"))
        self.which = Segments("sites_which", _("Which sites"), choices=choices)
        self.which.chosen.connect(lambda _choice: self._on_query())
        heads = [_("Site"), _("Organisation"), _("Kiosks"), _("Calls"), _("Decided")]
        self.table = BoardTable("sites", _("Sites"), heads=heads, wide=0, spare=(1, 4))
        self.table.itemSelectionChanged.connect(self._on_selected)
        self._state = ElidedLabel(role="small", name="sites_state")
        self._more = push_button(_("Show more"), "retry", "plain", name="sites_more")
        self._more.clicked.connect(self._on_more)
        self._more.hide()
        self.reason = QLineEdit()
        self.reason.setObjectName("site_reason")
        self.reason.setMaxLength(LONGEST)
        self.reason.setPlaceholderText(_("Why? Kept with your name"))
        self.reason.setAccessibleName(_("Reason, kept in the history"))
        self.reason.textChanged.connect(lambda _text: self._on_selected())
        self.reason.returnPressed.connect(self._on_act)
        self.act = push_button(_("Close the site"), "forbidden", "primary", name="site_act")
        self.act.clicked.connect(self._on_act)
        self._whose = label(role="small", name="site_whose", wrap=True)
        self.gate = GatePanel()
        self.gate.excepted.connect(self._on_exception)
        self._build()

    def _build(self) -> None:
        foot = row(None, self._state, self._more, space=SPACE[1])
        foot.setStretch(0, 1)
        column(
            self,
            row(None, label(_("Sites"), "title"), 0, self.words, self.which, space=SPACE[1]),
            self.table,
            foot,
            row(None, self.reason, self.act, space=SPACE[1]),
            self._whose,
            self.gate,
            space=SPACE[1],
        ).setStretch(1, 1)
        self._on_selected()

    def show_sites(self, answer: NetworkAnswer) -> None:
        """Show the sites that were asked for; the selection stays."""
        totals = answer.totals
        self._sites = {_id(site): site for site in answer.sites}
        self.table.show_rows([_row(site) for site in answer.sites])
        words = [ngettext("{count} site", "{count} sites", totals.sites).format(count=totals.sites)]
        if totals.wrong:
            wrong = ngettext("{count} with a kiosk away", "{count} with a kiosk away", totals.wrong)
            words.append(wrong.format(count=totals.wrong))
        if totals.closed:
            closed = ngettext("{count} closed", "{count} closed", totals.closed)
            words.append(closed.format(count=totals.closed))
        if totals.unopened:
            unopened = ngettext("{count} not opened yet", "{count} not opened yet", totals.unopened)
            words.append(unopened.format(count=totals.unopened))
        if answer.hits != totals.sites or answer.next:
            shown = _("shown: {shown} of {hits}")
            words.append(shown.format(shown=len(answer.sites), hits=answer.hits))
        self._state.setText(" · ".join(words))
        self._more.setVisible(bool(answer.next))
        self._on_selected()

    def show_connection(self, connected: bool) -> None:
        """Nothing is decided by rows that may be old."""
        self._connected = connected
        self._on_selected()

    def show_gate(self, asked: AskGate, answer: SiteGateAnswer) -> None:
        """Show what lacks at a site; another one may be chosen meanwhile."""
        if asked == self._asked:
            self.gate.show_gaps(answer.gaps)
            self._on_selected()

    def _on_query(self) -> None:
        self._typed.stop()
        self._rows = FIRST_ROWS
        self._ask()

    def _on_more(self) -> None:
        self._rows += FIRST_ROWS
        self._ask()

    def _ask(self) -> None:
        words = self.words.text().strip()
        self.acted.emit(FindSites(words, bool(self.which.choice()), self._rows))

    def _selected(self) -> SiteFacts | None:
        return self._sites.get(self.table.chosen())

    def _on_selected(self) -> None:
        site = self._selected()
        label_button(
            self.act,
            _("Open the site") if site is not None and site.closed else _("Close the site"),
        )
        is_own = site is not None and site.own
        may_act = self._connected and is_own and is_reason(self.reason.text())
        self._show_gate(site, may_act)
        must_wait = site is not None and site.gate and site.closed and not self.gate.is_passed
        self.act.setEnabled(may_act and not must_wait)
        self.reason.setEnabled(site is None or is_own)
        self._whose.setVisible(site is not None and not is_own)
        if site is not None and not is_own:
            words = _("{site} belongs to {organisation}, whose own operator closes and opens it.")
            organisation = site.organisation_name or site.organisation
            self._whose.setText(words.format(site=site.name, organisation=organisation))

    def _show_gate(self, site: SiteFacts | None, may_act: bool) -> None:
        """Ask what lacks at a site that is newly chosen."""
        self.gate.show_site(site, may_open=may_act)
        asked = AskGate("", "")
        if site is not None and site.gate:
            asked = AskGate(site.organisation, site.id)
        if asked != self._asked:
            self._asked = asked
            if asked.site:
                self.acted.emit(asked)

    def _on_exception(self, until: date) -> None:
        site = self._selected()
        if site is not None:
            reason = self.reason.text().strip()
            self.acted.emit(SetSiteState(site.id, False, reason, until))
            self.reason.clear()

    def _on_act(self) -> None:
        site = self._selected()
        if site is None or not self.act.isEnabled():
            type_anew(self.reason)
            return
        self.acted.emit(SetSiteState(site.id, not site.closed, self.reason.text().strip()))
        self.reason.clear()


def _id(site: SiteFacts) -> str:
    return f"{site.organisation}/{site.id}"


def time_words(at_utc: datetime) -> str:
    """Return day and time of this computer, without the year."""
    return at_utc.astimezone().strftime("%d/%m %H:%M")


def _row(site: SiteFacts) -> TableRow:
    decided = ""
    if site.at_utc is not None:
        decided = f"{site.changed_by} · {time_words(site.at_utc)} · {site.reason}"
    if site.closed and site.gate:
        calls = Cell(_("not in service"), "warn", "forbidden")
    elif site.closed:
        calls = Cell(_("site closed"), "warn", "forbidden")
    elif site.is_exception and site.until_utc is not None:
        words = _("open until {day}, something lacks")
        calls = Cell(words.format(day=day_words(site.until_utc)), "warn", "warning")
    elif site.resting:
        calls = Cell(_("closed at this hour"), "soft")
    else:
        calls = Cell(_("site open"), "good")
    cells = (
        Cell(site.name),
        Cell(site.organisation_name or site.organisation, "soft"),
        _kiosks_cell(site),
        calls,
        Cell(decided, "soft"),
    )
    return TableRow(_id(site), cells, strong=True)


def _kiosks_cell(site: SiteFacts) -> Cell:
    if not site.kiosks:
        return Cell(_("no kiosk"), "soft")
    if site.is_unopened:
        return Cell(_("not opened yet"), "soft")
    words = _("{there} of {count} there").format(there=site.there, count=site.kiosks)
    if site.unopened:
        new = ngettext("{count} never seen", "{count} never seen", site.unopened)
        words = f"{words}, {new.format(count=site.unopened)}"
    if not site.is_wrong:
        return Cell(words, "soft" if site.resting else "")
    if not site.there and site.last_utc is not None:
        words = _("{words}, last seen {at}").format(words=words, at=time_words(site.last_utc))
    return Cell(words, "warn", "warning")
