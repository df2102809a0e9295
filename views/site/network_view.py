# SPDX-License-Identifier: GPL-3.0-only
"""The operator's window: the hubs and what each works by, the sites, closing one.
Used by `expert_app.helpdesk.wiring.network`.

It shows no queue and no caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QLineEdit, QWidget

from resources.texts import _, ngettext
from session.protocol.hub.site import HubFacts, NetworkAnswer, SiteFacts
from session.protocol.wire.typed_words import is_reason
from views.board.tables import ROOM_PX, BoardTable, Cell, TableRow
from views.widgets.field import type_anew
from views.widgets.icons import IconLabel
from views.widgets.parts import Card, column, label, label_button, push_button, row
from views.widgets.theme import SPACE
from views.words.troubles import trouble_sentence

LONGEST = 200
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
        site_state_requested(str, bool, str): the site, whether it is to be closed, and why.
    """

    site_state_requested = pyqtSignal(str, bool, str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("network")
        self._sites: dict[str, SiteFacts] = {}
        self._connected = True
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
        ]
        self.hubs = BoardTable("hubs", _("Hubs"), heads=heads, wide=0)
        heads = [_("Site"), _("Kiosks"), _("Calls"), _("Decided")]
        self.sites = BoardTable("sites", _("Sites"), heads=heads, wide=3)
        self.sites.itemSelectionChanged.connect(self._on_selected)
        self.reason = QLineEdit()
        self.reason.setObjectName("site_reason")
        self.reason.setMaxLength(LONGEST)
        self.reason.setPlaceholderText(_("Why? Kept with your name"))
        self.reason.setAccessibleName(_("Reason, kept in the history"))
        self.reason.textChanged.connect(lambda _text: self._on_selected())
        self.act = push_button(_("Close the site"), "forbidden", "primary", name="site_act")
        self.act.clicked.connect(self._on_act)
        self.reason.returnPressed.connect(self._on_act)
        pad = SPACE[3]
        column(
            self,
            self._title,
            self._alarm,
            label(_("Hubs"), "title"),
            self.hubs,
            label(_("Sites"), "title"),
            self.sites,
            self._line,
            row(None, self.reason, self.act, space=SPACE[1]),
            space=SPACE[1],
            margins=(pad, pad, pad, pad),
        )
        self.hubs.setMaximumHeight((HUB_ROWS + 1) * (self.fontMetrics().height() + ROOM_PX + 2))
        self._on_selected()

    def show_network(self, answer: NetworkAnswer) -> None:
        """Everything as it is now; the selection stays."""
        self._line.hide()
        self._title.setText(_("Network · {name}").format(name=answer.your_name))
        wrong = [*_troubles(answer.hubs), *_wrong(answer.hubs)]
        self._alarm.setVisible(bool(wrong))
        self._sign.set_icon("warning", "bad" if _is_grave(answer.hubs) else "warn")
        self._warning.setText("\n".join(wrong))
        self._sites = {site.id: site for site in answer.sites}
        if answer.hubs:
            newest = answer.hubs[0].convention
        else:
            newest = ""
        self.hubs.show_rows([_hub_row(hub, newest) for hub in answer.hubs])
        self.sites.show_rows([_site_row(site) for site in answer.sites])
        self._on_selected()

    def show_not_read(self, words: str) -> None:
        """The network's state was not read, and why; what stands here is older."""
        self._line.setText(words)
        self._line.show()

    def show_connection(self, connected: bool) -> None:
        """Show beneath that what stands here may be old on a cut line."""
        self._connected = connected
        self._line.setText(_("Connection lost, trying again…"))
        self._line.setHidden(connected or not (self.hubs.ids() or self.sites.ids()))
        self._on_selected()

    def take_keyboard(self) -> None:
        """The keyboard goes to the sites, which an operator closes and opens."""
        self.sites.setFocus()

    def _selected(self) -> SiteFacts | None:
        return self._sites.get(self.sites.chosen())

    def _on_selected(self) -> None:
        site = self._selected()
        label_button(
            self.act,
            _("Open the site") if site is not None and site.closed else _("Close the site"),
        )
        has_reason = is_reason(self.reason.text())
        self.act.setEnabled(self._connected and site is not None and has_reason)

    def _on_act(self) -> None:
        site = self._selected()
        if site is None or not self.act.isEnabled():
            type_anew(self.reason)
            return
        self.site_state_requested.emit(site.id, not site.closed, self.reason.text().strip())
        self.reason.clear()


def _time(at_utc: datetime) -> str:
    return at_utc.astimezone().strftime("%d/%m %H:%M")


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
        Cell(_time(hub.started_at_utc), "soft"),
        Cell(hub.convention, "warn" if is_other else "", "warning" if is_other else ""),
        Cell(_count(hub.answered), right=True),
        Cell(_count(hub.refused), right=True),
        _behind_cell(hub.behind),
        _certificate_cell(hub.certificate_days),
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


def _site_row(site: SiteFacts) -> TableRow:
    decided = ""
    if site.at_utc is not None:
        decided = f"{site.changed_by} · {_time(site.at_utc)} · {site.reason}"
    presence = _("{there} of {count} there").format(there=site.there, count=site.kiosks)
    is_missing = site.there < site.kiosks
    cells = (
        Cell(site.name),
        Cell(presence, "warn" if is_missing else "", "warning" if is_missing else ""),
        Cell(_("site closed"), "warn", "forbidden")
        if site.closed
        else Cell(_("site open"), "good"),
        Cell(decided, "soft"),
    )
    return TableRow(site.id, cells, strong=True)


def _count(number: int) -> str:
    """A number in groups of three digits, with a narrow space between them."""
    return f"{number:,}".replace(",", "\u202f")
