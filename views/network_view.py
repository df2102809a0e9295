# SPDX-License-Identifier: GPL-3.0-only
"""The operator's window: the hubs and which convention each has, the sites, closing one. Used by `compose_site`.

It shows no queue and no caller.
"""

from __future__ import annotations

from datetime import datetime

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QAbstractItemView, QHeaderView, QLineEdit, QTableWidget, QTableWidgetItem, QWidget

from resources.texts import _
from session.protocol.site_messages import HubFacts, NetworkAnswer, SiteFacts
from views.desk_parts import column, label, push_button, row
from views.message_bar import MessageBar
from views.theme import SPACE

LONGEST, SHORTEST = 200, 3
ID = Qt.ItemDataRole.UserRole


class NetworkView(QWidget):
    """Hubs and sites.

    Signals:
        site_state_requested(str, bool, str): the site, whether it is to be closed, and why.
    """

    site_state_requested = pyqtSignal(str, bool, str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("network")
        self.messages = MessageBar()
        self._sites: dict[str, SiteFacts] = {}
        self._title = label(role="large", name="network_title")
        self._warning = label(name="network_warning", wrap=True)
        self.hubs = _table("hubs", _("Hubs"))
        self.sites = _table("sites", _("Sites"))
        self.sites.itemSelectionChanged.connect(self._on_selected)
        self.reason = QLineEdit()
        self.reason.setObjectName("site_reason")
        self.reason.setMaxLength(LONGEST)
        self.reason.setPlaceholderText(_("Why? Kept with your name"))
        self.reason.setAccessibleName(_("Reason, kept in the history"))
        self.reason.textChanged.connect(lambda _text: self._on_selected())
        self.act = push_button(_("Close the site"), "forbidden", "primary", "site_act")
        self.act.clicked.connect(self._on_act)
        self.reason.returnPressed.connect(self._on_act)
        pad = SPACE[3]
        column(
            self,
            self.messages,
            self._title,
            self._warning,
            label(_("Hubs"), "title"),
            self.hubs,
            label(_("Sites"), "title"),
            self.sites,
            row(None, self.reason, self.act, space=SPACE[1]),
            space=SPACE[1],
            margins=(pad, pad, pad, pad),
        )
        self._on_selected()

    def show_network(self, answer: NetworkAnswer) -> None:
        """Everything as it is now; the selection stays."""
        self._title.setText(_("Network · {name}").format(name=answer.your_name))
        versions = {hub.convention for hub in answer.hubs}
        self._warning.setVisible(len(versions) > 1)
        self._warning.setText(
            _("The hubs do not have the same convention: give them all the same files.") if len(versions) > 1 else ""
        )
        self._sites = {site.id: site for site in answer.sites}
        heads = [_("Hub"), _("Since"), _("Convention"), _("Requests answered"), _("Requests refused"), _("History")]
        _fill(self.hubs, heads, [(hub.id, _hub_cells(hub)) for hub in answer.hubs])
        heads = [_("Site"), _("Kiosks"), _("Calls"), _("Decided")]
        _fill(self.sites, heads, [(site.id, _site_cells(site)) for site in answer.sites])
        self._on_selected()

    def _selected(self) -> SiteFacts | None:
        chosen = self.sites.selectedItems()
        return self._sites.get(str(chosen[0].data(ID))) if chosen else None

    def _on_selected(self) -> None:
        site = self._selected()
        self.act.setText(_("Open the site") if site is not None and site.closed else _("Close the site"))
        self.act.setEnabled(site is not None and len(self.reason.text().strip()) >= SHORTEST)

    def _on_act(self) -> None:
        site = self._selected()
        if site is None or not self.act.isEnabled():
            return
        self.site_state_requested.emit(site.id, not site.closed, self.reason.text().strip())
        self.reason.clear()


def _time(at_utc: datetime) -> str:
    return at_utc.astimezone().strftime("%d/%m %H:%M")


def _hub_cells(hub: HubFacts) -> list[str]:
    behind = _("unknown") if hub.behind is None else _("up to date")
    if hub.behind:
        behind = _("{count} behind").format(count=hub.behind)
    return [hub.id, _time(hub.started_at_utc), hub.convention, str(hub.answered), str(hub.refused), behind]


def _site_cells(site: SiteFacts) -> list[str]:
    decided = ""
    if site.at_utc is not None:
        decided = f"{site.changed_by} · {_time(site.at_utc)} · {site.reason}"
    there = _("{there} of {count} there").format(there=site.there, count=site.kiosks)
    return [site.name, there, _("site closed") if site.closed else _("site open"), decided]


def _table(name: str, spoken: str) -> QTableWidget:
    table = QTableWidget()
    table.setObjectName(name)
    table.setAccessibleName(spoken)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)
    if (side := table.verticalHeader()) is not None:
        side.hide()
    return table


def _fill(table: QTableWidget, heads: list[str], rows: list[tuple[str, list[str]]]) -> None:
    """Changes only the cells that say something else, so that selection and reader are not disturbed."""
    if table.columnCount() != len(heads):
        table.setColumnCount(len(heads))
        if (top := table.horizontalHeader()) is not None:
            top.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
            top.setStretchLastSection(True)
    table.setHorizontalHeaderLabels(heads)
    table.setRowCount(len(rows))
    for place, (identity, cells) in enumerate(rows):
        for at, text in enumerate(cells):
            item = table.item(place, at)
            if item is None:
                item = QTableWidgetItem()
                table.setItem(place, at, item)
            if item.text() != text:
                item.setText(text)
            item.setData(ID, identity)
