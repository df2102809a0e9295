# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's first page: one very large button per service. Used by the kiosk window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
)

from resources.texts import N_, _
from session.core.clock import Clock
from session.protocol.hub.requests import Service, SiteMessage
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import BigButton, KioskPage, TouchButton, label
from views.kiosk.widgets.theme import BLUE, GREEN, GREY, SKY, spaced
from views.words.opening import opens_words

MOST_SERVICES = 6

_PROMISES = (
    ("video", N_("An adviser sees you and talks with you")),
    ("shield-check", N_("Neither picture nor sound is recorded")),
    ("hand-heart", N_("Need help? Ask at the reception")),
)


def columns_for(services: int, portrait: bool) -> int:
    """Columns of the grid for one to six buttons."""
    if portrait:
        return 1 if services <= 4 else 2
    return {1: 1, 2: 2, 3: 3, 4: 2}.get(services, 3)


def icon_units(services: int, portrait: bool) -> int:
    """Size of the cards' icons, in units: what leaves room for a name of two lines."""
    if portrait:
        return {1: 26, 2: 24, 3: 18, 4: 13}.get(services, 17)
    return 22 if services <= 3 else 11


def by_organisation(services: list[Service]) -> list[Service]:
    """The services of each organisation side by side, in the order in which each is first named."""
    order = list(dict.fromkeys(service.organisation for service in services))
    return sorted(services, key=lambda service: order.index(service.organisation))


def are_several(services: list[Service]) -> bool:
    """True when callers must be told which organisation a button belongs to."""
    return len({service.organisation for service in services}) > 1


def is_closed(service: Service) -> bool:
    """True when nobody can be called for it now:
    by its hours, or because a supervisor closed it.
    """
    return service.closed or not service.open_now


def may_be_looked_at(service: Service) -> bool:
    """True when a closed service has a page of its own: its opening, or a request to be called."""
    return not service.open_now or service.callback


def _card_words(service: Service, now: datetime) -> str:
    if not service.open_now:
        return opens_words(service.opens_at, now)
    if service.closed and not service.callback:
        return _("Closed. Choose another one.")
    return _("Closed for now.") if service.closed else service.subtitle


def _name_size(services: int, *, portrait: bool) -> str:
    if services <= 2:
        return "title"
    return "large" if services <= 4 or portrait else "name"


def _subtitle_size(*, few: bool, tight: bool) -> tuple[str, float]:
    """(size of the letters, height in units)."""
    if few:
        return "lead", 8
    return ("small", 5.5) if tight else ("body", 6)


class ServiceCard(TouchButton):
    """One service: icon, name, and what it is for; larger when there are few of them.

    Args:
        services: how many cards there are.
        now: for the words about its opening.
        named: say whose service it is, above its icon: the kiosk serves several organisations.
    """

    def __init__(
        self, service: Service, services: int, *, portrait: bool, now: datetime, named: bool = False
    ) -> None:
        super().__init__("card")
        self.service = service
        self.setObjectName(f"service_{service.id}")
        # All cards of a row are equally wide, whatever they say.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        closed, words = is_closed(service), _card_words(service, now)
        owner = service.organisation_name if named else ""
        self.setAccessibleName(". ".join(text for text in (service.name, owner, words) if text))
        self.setEnabled(not closed or may_be_looked_at(service))
        few = services <= 3
        tight = bool(owner) and not few and not portrait
        name = label(_name_size(services, portrait=portrait), heavy=True, centred=True)
        subtitle_size, subtitle_u = _subtitle_size(few=few, tight=tight)
        subtitle = label(subtitle_size, tone="grey", centred=True)
        subtitle.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        name.setText(service.name)
        subtitle.setText(words)
        # Two lines for each subtitle, so that icons and names of one row stand at the same height.
        subtitle.setProperty("min_height_u", subtitle_u)
        icon_u = icon_units(services, portrait) - (4 if tight else 0)
        icon = IconView(service.icon, icon_u, colour=GREY if closed else BLUE, disc=SKY)
        box = spaced(
            QVBoxLayout(self), (1, 0.5, 1, 0.5) if tight else (2, 1, 2, 1), 1.6 if few else 0.8
        )
        if owner:
            box.addWidget(_owner(owner))
        box.addStretch(1)
        box.addWidget(icon, 0, Qt.AlignmentFlag.AlignCenter)
        box.addWidget(name)
        box.addWidget(subtitle)
        box.addStretch(1)
        for text in (name, subtitle):
            text.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


def _owner(name: str) -> QLabel:
    """Whose service it is; one height on every card, so that the icons of a row stand at the same
    height.
    """
    owner = label("small", tone="blue", heavy=True, centred=True)
    owner.setText(name)
    owner.setProperty("min_height_u", 5.6)
    owner.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return owner


class _Closed(QFrame):
    """Nothing is open now."""

    def __init__(self) -> None:
        super().__init__()
        self.words = label("large", centred=True)
        box = spaced(QVBoxLayout(self), (6,), 3)
        box.addStretch(1)
        box.addWidget(
            IconView("clock-outline", 22, colour=BLUE, disc=SKY), 0, Qt.AlignmentFlag.AlignCenter
        )
        box.addWidget(self.words)
        box.addStretch(1)


class StartPage(KioskPage):
    """Welcome, and the services of the hour.

    Signals: service_requested: the id of the touched service. closed_requested(Service): a closed
        one was touched. return_requested: a caller has a number already.
    """

    service_requested = pyqtSignal(str)
    closed_requested = pyqtSignal(object)
    return_requested = pyqtSignal()

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._portrait = False
        self._services: list[Service] = []
        self._notices: Sequence[SiteMessage] = ()
        self._notices_end = QTimer(self)
        self._notices_end.setSingleShot(True)
        self._notices_end.timeout.connect(self.retranslate)
        self.cards: list[ServiceCard] = []
        self._title = label("title", centred=True)
        self._invitation = label("lead", tone="grey", centred=True)
        self._closed = _Closed()
        self._grid = spaced(QGridLayout(), (0,), 2.4)
        self._promises = [
            (IconView(icon, 4, colour=GREEN), label("small", tone="grey"), text)
            for icon, text in _PROMISES
        ]
        self._foot: QBoxLayout = spaced(QHBoxLayout(), (0,), 3)
        for icon, words, _text in self._promises:
            pair = spaced(QHBoxLayout(), (0,), 1)
            pair.addWidget(icon)
            pair.addWidget(words, 1)
            self._foot.addLayout(pair, 1)
        self.have_number = BigButton("plain", "ticket-confirmation-outline")
        self.have_number.clicked.connect(self.return_requested)
        self._foot.addWidget(self.have_number)
        box = spaced(QVBoxLayout(self), (5, 4, 5, 3), 1.2)
        box.addWidget(self._title)
        box.addWidget(self._invitation)
        box.addSpacing(8)
        box.addLayout(self._grid, 1)
        box.addWidget(self._closed, 1)
        box.addSpacing(8)
        box.addLayout(self._foot)
        self.retranslate()

    def show_services(self, services: list[Service], notices: Sequence[SiteMessage] = ()) -> None:
        """Shows at most six services; none says that nobody answers now.
        In the place of the invitation, what supervisors say to the callers here, until each ends.
        """
        self._notices = notices
        self._services = by_organisation(services[:MOST_SERVICES])
        self._deal()
        self.retranslate()

    def _invitation_words(self) -> str:
        now = self._clock.utc_now()
        said = [one for one in self._notices if one.until_utc > now]
        self._notices_end.stop()
        if not said:
            return _("Touch a button. An adviser will answer you on this screen.")
        left_s = min((one.until_utc - now).total_seconds() for one in said)
        self._notices_end.start(1000 * (int(left_s) + 1))
        return "\n".join(f"{one.organisation_name}\u00a0: {one.text}" for one in said)

    def _on_card(self, service: Service) -> None:
        if is_closed(service):
            self.closed_requested.emit(service)
        else:
            self.service_requested.emit(service.id)

    def _deal(self) -> None:
        for card in self.cards:
            self._grid.removeWidget(card)
            card.setParent(None)
            card.deleteLater()
        count, named = len(self._services), are_several(self._services)
        now = self._clock.utc_now()
        self.cards = [
            ServiceCard(service, count, portrait=self._portrait, now=now, named=named)
            for service in self._services
        ]
        for card in self.cards:
            card.clicked.connect(lambda _checked, card=card: self._on_card(card.service))
        self._place()

    def set_portrait(self, portrait: bool) -> None:
        """Fewer columns, and the promises one above the other."""
        if portrait == self._portrait:
            return
        self._portrait = portrait
        directions = QBoxLayout.Direction
        self._foot.setDirection(directions.TopToBottom if portrait else directions.LeftToRight)
        self._foot.setProperty("spacing_u", 1 if portrait else 3)
        self._deal()

    def _place(self) -> None:
        columns = columns_for(len(self.cards), self._portrait)
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, 0)
        for place, card in enumerate(self.cards):
            row, column = divmod(place, columns)
            alone_in_its_row = columns == 2 and place == len(self.cards) - 1 and column == 0
            # Six narrow columns let a last row of two stand in the middle under a row of three.
            width = 6 // columns
            left = column * width
            if len(self.cards) == 5 and columns == 3 and row == 1:
                left, width = column * 3, 3
            self._grid.addWidget(card, row, left, 1, 6 if alone_in_its_row else width)
            self._grid.setRowStretch(row, 1)
        for column in range(6):
            self._grid.setColumnStretch(column, 1)

    def words(self) -> list[str]:
        """The sentences on the page, to be spoken."""
        shown = (
            (self._title.text(), self._invitation.text())
            if self._services
            else (self._closed.words.text(),)
        )
        return [*shown, *(f"{card.accessibleName()}." for card in self.cards)]

    def retranslate(self) -> None:
        """Says every text again."""
        # a card says its words when it is made
        if any(is_closed(service) for service in self._services):
            self._deal()
        self.have_number.set_words(_("I have a number"))
        self.have_number.setVisible(any("back" in service.away for service in self._services))
        self._title.setText(
            _("Welcome. What do you need today?") if self._services else _("Welcome")
        )
        self._closed.setVisible(not self._services)
        self._invitation.setVisible(bool(self._services))
        self._invitation.setText(self._invitation_words())
        self._closed.words.setText(_("No service is open right now. Please ask at the reception."))
        for _icon, words, text in self._promises:
            words.setText(_(text))
