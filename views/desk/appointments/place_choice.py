# SPDX-License-Identifier: GPL-3.0-only
"""Service and site of an appointment: what is chosen, and a list to search another one in.
Used by the panel that takes a free time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from resources.plain_text import plain_text
from resources.texts import _
from session.protocol.appointments.booking import (
    BookableAnswer,
    BookablePlace,
    BookableRequest,
    BookableService,
)
from views.widgets.field import HintedLine
from views.widgets.parts import ElidedLabel, column, label, name_button, push_button, row
from views.widgets.theme import SPACE
from views.words.fuzzy_search import plain

SOON_MS = 300
"""From the last letter until the hub is asked for sites."""

LIST_PX = 190


class PickList(QWidget):
    """A line to search in and the rows that have its words; Enter picks, Escape leaves.

    Args:
        pick: told the id of what was picked.
        search: told the words once they rest for a moment.
        leave: called when nothing is picked.
    """

    def __init__(
        self,
        name: str,
        spoken: str,
        *,
        pick: Callable[[str], None],
        search: Callable[[str], None],
        leave: Callable[[], None],
    ) -> None:
        super().__init__()
        self._pick = pick
        self._leave = leave
        self._line = HintedLine(spoken)
        self._line.setObjectName(f"{name}_words")
        self._line.setAccessibleName(spoken)
        self._line.setMaxLength(100)
        self._rows = QListWidget()
        self._rows.setObjectName(f"{name}_rows")
        self._rows.setAccessibleName(spoken)
        self._rows.setWordWrap(True)
        self._rows.setMaximumHeight(LIST_PX)
        self._more = label(role="small", name=f"{name}_more", wrap=True)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(lambda: search(self._line.text().strip()))
        self._line.textEdited.connect(lambda _text: self._soon.start())
        self._line.returnPressed.connect(self._on_picked)
        self._rows.itemActivated.connect(lambda _item: self._on_picked())
        self._rows.itemClicked.connect(lambda _item: self._on_picked())
        column(self, self._line, self._rows, self._more, space=SPACE[0])
        self.hide()

    def open(self) -> None:
        """Begins a search."""
        self._line.setText("")  # `clear` could be undone
        self.show()
        self._line.setFocus()

    def show_rows(self, rows: Sequence[tuple[str, str]], more: int = 0) -> None:
        """Show what can be picked, id and words; so many `more` have the words that were typed."""
        self._rows.clear()
        for row_id, words in rows:
            item = QListWidgetItem(plain_text(words))
            item.setData(Qt.ItemDataRole.UserRole, row_id)
            self._rows.addItem(item)
        self._rows.setCurrentRow(0)
        self._more.setText(_("{count} more: type a part of the name").format(count=more))
        self._more.setVisible(more > 0)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape leaves the choice as it was, Down goes into the list."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self._leave()
        elif event is not None and event.key() == Qt.Key.Key_Down:
            self._rows.setFocus()
        else:
            super().keyPressEvent(event)

    def _on_picked(self) -> None:
        item = self._rows.currentItem()
        if item is not None:
            self._pick(str(item.data(Qt.ItemDataRole.UserRole)))


class PlaceChoice(QWidget):
    """What is booked and where.

    Args:
        ask: asks the hub.
        chosen: called when both are known, and again after each change.

    Attributes:
        service, site: as the hub names them; "" while they are not known.
        services: those that give appointments, by their names for the hub.
    """

    def __init__(self, ask: Callable[[BookableRequest], None], chosen: Callable[[], None]) -> None:
        super().__init__()
        self._ask = ask
        self._chosen = chosen
        self.service = ""
        self.site = ""
        self.services: dict[str, BookableService] = {}
        self._places: dict[str, BookablePlace] = {}
        self._searched: BookableRequest | None = None
        self._names = {
            "service": ElidedLabel(role="strong", name="booking_service_name"),
            "site": ElidedLabel(role="strong", name="booking_site_name"),
        }
        self._lists = {
            "service": PickList(
                "booking_service",
                _("Search a service"),
                pick=self.pick_service,
                search=self._search_service,
                leave=partial(self._leave, "service"),
            ),
            "site": PickList(
                "booking_site",
                _("Search a site"),
                pick=self.pick_site,
                search=self._search_site,
                leave=partial(self._leave, "site"),
            ),
        }
        self._buttons = {}
        box = column(self, space=SPACE[0])
        for what, words in (("service", _("Service")), ("site", _("Site"))):
            button = push_button(_("Change"), "search", "quiet", name=f"booking_{what}")
            name_button(button, f"{button.text()}: {words}")
            button.clicked.connect(partial(self._open, what))
            self._buttons[what] = button
            line = row(None, space=SPACE[1])
            line.addWidget(self._names[what], 1)
            line.addWidget(button)
            box.addLayout(line)
            box.addWidget(self._lists[what])

    def begin(self, service: str, site: str, *, fixed: bool = False) -> None:
        """Begins with these, "" for the first that there are; `fixed`: the service stays."""
        self.service, self.site = service, site
        self._places.clear()
        self._buttons["service"].setVisible(not fixed)
        self._close()
        for name in self._names.values():
            name.setText("")
        self._ask_places()

    def show_answer(self, request: BookableRequest, answer: BookableAnswer) -> None:
        """Show what the hub offers."""
        self.services = {service.service: service for service in answer.services}
        if request == self._searched:
            self._show_sites(answer)
        if request != BookableRequest(service=self.service):
            return
        if self.service not in self.services:
            if answer.services:
                self.service = answer.services[0].service
                self._ask_places()
            else:
                self._chosen()
            return
        self._places = {place.site: place for place in answer.places}
        if self.site not in self._places:
            self.site = next(iter(self._places), "")
        self._show_sites(answer)
        self._show_names()
        self._chosen()

    def name_site(self, name: str) -> None:
        """Show the name of the site, as the hub says it with the free times."""
        self._names["site"].setText(name)

    @property
    def is_open(self) -> bool:
        """True while something is searched."""
        return any(not part.isHidden() for part in self._lists.values())

    def _ask_places(self) -> None:
        self._ask(BookableRequest(service=self.service))

    def _open(self, what: str, _checked: bool = False) -> None:
        other = self._lists["site" if what == "service" else "service"]
        other.hide()
        if not self._lists[what].isHidden():
            self._leave(what)
            return
        if what == "service":
            self._search_service("")
        self._lists[what].open()

    def _close(self) -> None:
        for part in self._lists.values():
            part.hide()

    def _leave(self, what: str) -> None:
        self._close()
        self._buttons[what].setFocus()

    def pick_service(self, picked: str) -> None:
        """Another service, at the same site where it is given there."""
        self._leave("service")
        self.service = picked
        self._show_names()
        self._ask_places()

    def pick_site(self, picked: str) -> None:
        """Another site."""
        self._leave("site")
        self.site = picked
        self._show_names()
        self._chosen()

    def _search_service(self, words: str) -> None:
        parts = plain(words).split()
        rows = []
        for service in self.services.values():
            name = _service_words(service)
            if all(part in plain(name) for part in parts):
                rows.append((service.service, name))
        self._lists["service"].show_rows(rows)

    def _search_site(self, words: str) -> None:
        self._searched = BookableRequest(service=self.service, words=words)
        self._ask(self._searched)

    def _show_sites(self, answer: BookableAnswer) -> None:
        self._places |= {place.site: place for place in answer.places}
        rows = [(place.site, place.name) for place in answer.places]
        self._lists["site"].show_rows(rows, answer.hits - len(rows))

    def _show_names(self) -> None:
        service, place = self.services.get(self.service), self._places.get(self.site)
        if service is not None:
            self._names["service"].setText(_service_words(service))
        if place is not None:
            self._names["site"].setText(place.name)


def _service_words(service: BookableService) -> str:
    return f"{service.name} · {service.organisation_name}"
