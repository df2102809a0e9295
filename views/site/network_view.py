# SPDX-License-Identifier: GPL-3.0-only
"""The operator's window: the hubs and what each works by, the sites, closing one.
Used by `expert_app.helpdesk.wiring.network`.

It shows no queue and no caller.
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QWidget

from resources.texts import _, ngettext
from session.protocol.hub.site import HubFacts, NetworkAnswer
from views.board.tables import ROOM_PX, BoardTable, Cell, TableRow
from views.site.authority_panel import AuthorityPanel
from views.site.sites_panel import SitesPanel, time_words
from views.widgets.icons import IconLabel
from views.widgets.parts import Card, column, label, row
from views.widgets.theme import SPACE
from views.words.troubles import trouble_sentence

SOON_DAYS = 30
"""From when on a certificate that ends is marked."""

HUB_ROWS = 5
"""Hubs that are seen at once; a network has one to five."""

PARTS_SHOWN = 4
TROUBLES_SHOWN = 5

SHOWN_OTHERWISE = frozenset({"convention_refused", "history_behind"})
"""Troubles that have a place of their own here."""


class NetworkView(QWidget):
    """Hubs and sites.

    Signals:
        acted(FindSites | SetSiteState | AskGate | FindMissing)
    """

    acted = pyqtSignal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("network")
        self._line = label(_("Connection lost, trying again…"), "small", name="network_line")
        self._line.hide()
        self._title = label(role="large", name="network_title")
        self._warning = label(name="network_warning", wrap=True)
        self._alarm = Card("network_alarm")
        self._sign = IconLabel("warning", "warn")
        warning_row = row(None, self._sign, space=SPACE[1])
        warning_row.addWidget(self._warning, 1)
        self._alarm.body.addLayout(warning_row)
        heads = [
            _("Hub"),
            _("Since"),
            _("Convention"),
            _("Requests answered"),
            _("Requests refused"),
            _("History"),
            _("Certificate"),
            _("Disk"),
            _("Backup"),
        ]
        self.hubs = BoardTable("hubs", _("Hubs"), heads=heads, wide=0, spare=(4, 3, 2))
        self.sites = SitesPanel()
        self.authority = AuthorityPanel()
        for panel in (self.sites, self.authority):
            panel.acted.connect(self.acted)
        self.authority.opened.connect(lambda is_open: self.sites.setVisible(not is_open))
        pad = SPACE[3]
        body = column(
            self,
            self._title,
            self._alarm,
            self.authority.bar,
            label(_("Hubs"), "title"),
            self.hubs,
            self._line,
            self.sites,
            self.authority,
            space=SPACE[1],
            margins=(pad, pad, pad, pad),
        )
        body.setStretchFactor(self.sites, 1)
        body.setStretchFactor(self.authority, 1)

    def show_network(self, answer: NetworkAnswer) -> None:
        """Everything as it is now; the selection stays."""
        self._line.hide()
        self._title.setText(_("Network · {name}").format(name=answer.your_name))
        wrong = [*_troubles(answer.hubs), *_wrong(answer.hubs)]
        self._alarm.setVisible(bool(wrong))
        self._sign.set_icon("warning", "bad" if _is_grave(answer.hubs) else "warn")
        self._warning.setText("\n".join(wrong))
        if answer.hubs:
            newest = answer.hubs[0].convention
        else:
            newest = ""
        self.hubs.show_rows([_hub_row(hub, newest) for hub in answer.hubs])
        rows = min(max(len(answer.hubs), 1), HUB_ROWS)
        self.hubs.setFixedHeight((rows + 1) * (self.fontMetrics().height() + ROOM_PX + 4))
        self.sites.show_sites(answer)

    def show_not_read(self, words: str) -> None:
        """The network's state was not read, and why; what stands here is older."""
        self._line.setText(words)
        self._line.show()

    def show_connection(self, connected: bool) -> None:
        """Show beneath that what stands here may be old on a cut line."""
        self._line.setText(_("Connection lost, trying again…"))
        self._line.setHidden(connected or not (self.hubs.ids() or self.sites.table.ids()))
        self.sites.show_connection(connected)

    def take_keyboard(self) -> None:
        """The keyboard goes to the sites, which an operator closes and opens."""
        self.sites.table.setFocus()


def _is_grave(hubs: Sequence[HubFacts]) -> bool:
    return any(trouble.grave for hub in hubs for trouble in hub.troubles)


def _troubles(hubs: Sequence[HubFacts]) -> list[str]:
    """Return what the hubs say is wrong, the gravest first;
    what all say stands once, without a name.
    """
    hubs_by_trouble: dict[tuple[bool, str], list[str]] = {}
    for hub in hubs:
        for trouble in hub.troubles:
            if trouble.code not in SHOWN_OTHERWISE:
                words = trouble_sentence(trouble)
                hubs_by_trouble.setdefault((not trouble.grave, words), []).append(hub.id)
    lines = []
    for (is_mild, words), names in sorted(hubs_by_trouble.items(), key=lambda entry: entry[0][0]):
        if is_mild:
            urgent = words
        else:
            urgent = _("Urgent: {words}").format(words=words)
        everywhere = len(names) == len(hubs)
        lines.append(urgent if everywhere else f"{', '.join(names)} · {urgent}")
    more = len(lines) - TROUBLES_SHOWN
    if more > 0:
        lines[TROUBLES_SHOWN:] = [
            _("and {count} more: /healthz of each hub has them all").format(count=more)
        ]
    return lines


def _wrong(hubs: Sequence[HubFacts]) -> list[str]:
    """Return what the operator must correct, one sentence each."""
    sentences = []
    if len({hub.convention for hub in hubs}) > 1:
        sentences.append(
            _("The hubs do not have the same convention: give them all the same files.")
        )
    refused = list(dict.fromkeys(part for hub in hubs for part in hub.refused_parts))
    if refused:
        words = _(
            "Not taken of the convention; what was good before still holds (expert-app hub check "
            "says more):"
        )
        sentences.append("\n".join([words, *(f"– {part}" for part in refused[:PARTS_SHOWN])]))
    return sentences


def _hub_row(hub: HubFacts, convention: str) -> TableRow:
    is_other = hub.convention != convention or bool(hub.refused_parts)
    cells = (
        Cell(hub.id),
        Cell(time_words(hub.started_at_utc), "soft"),
        Cell(hub.convention, "warn" if is_other else "", "warning" if is_other else ""),
        Cell(_count(hub.answered), right=True),
        Cell(_count(hub.refused), right=True),
        _behind_cell(hub.behind),
        _certificate_cell(hub.certificate_days),
        _disk_cell(hub),
        _backup_cell(hub),
    )
    return TableRow(hub.id, cells, strong=True)


def _behind_cell(behind: int | None) -> Cell:
    if behind is None:
        return Cell(_("unknown"), "soft")
    if behind == 0:
        return Cell(_("up to date"), "good")
    return Cell(_("{count} behind").format(count=behind), "warn")


def _certificate_cell(days: int | None) -> Cell:
    if days is None:
        return Cell("–", "soft")
    if days < 0:
        return Cell(_("ended"), "bad", "error")
    words = ngettext("{count} day", "{count} days", days).format(count=days)
    if days <= SOON_DAYS:
        return Cell(words, "warn", "warning")
    return Cell(words, "good")


def _disk_cell(hub: HubFacts) -> Cell:
    if hub.disk_free_mb is None:
        return Cell("–", "soft")
    if hub.disk_free_mb >= 10 * 1024:
        words = _("{count} GB free").format(count=_count(hub.disk_free_mb // 1024))
    else:
        words = _("{count} MB free").format(count=_count(hub.disk_free_mb))
    codes = {trouble.code for trouble in hub.troubles}
    if "disk_full" in codes:
        return Cell(words, "bad", "error")
    if "disk_low" in codes:
        return Cell(words, "warn", "warning")
    return Cell(words, "good")


def _backup_cell(hub: HubFacts) -> Cell:
    is_wrong = any(trouble.code.startswith("backup_") for trouble in hub.troubles)
    if hub.backup_hours is None:
        return Cell(_("none"), "warn", "warning") if is_wrong else Cell("–", "soft")
    if hub.backup_hours < 48:
        words = _("{count} h ago").format(count=hub.backup_hours)
    else:
        days = hub.backup_hours // 24
        words = ngettext("{count} day ago", "{count} days ago", days).format(count=days)
    return Cell(words, "warn", "warning") if is_wrong else Cell(words, "good")


def _count(number: int) -> str:
    """A number in groups of three digits, with a narrow space between them."""
    return f"{number:,}".replace(",", "\u202f")
