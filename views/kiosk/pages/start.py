# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's first page: one very large button per service. Used by the kiosk window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PyQt6.QtCore import QSize, Qt, QTimer
from PyQt6.QtGui import QResizeEvent
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
from session.kiosk.appointment_acts import Way
from session.kiosk.caller_acts import CallService, ShowClosed, Step, Touch
from session.protocol.hub.requests import Service, SiteMessage
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import BigButton, KioskPage, TouchButton, label, needed_px
from views.kiosk.widgets.theme import BLUE, GREEN, GREY, SKY, sized, spaced
from views.words.accessibility import statement_title
from views.words.opening import opens_words
from views.words.site_messages import in_force, lines

MOST_SERVICES = 6

_PROMISES = (
    ("video", N_("An adviser sees you and talks to you")),
    ("shield-check", N_("Neither picture nor sound is recorded")),
    ("hand-heart", N_("Need help? Ask at the reception")),
)


def columns_for(services: int, portrait: bool) -> int:
    """Columns of the grid for one to six buttons."""
    if portrait:
        if services <= 4:
            return 1
        return 2
    return {1: 1, 2: 2, 3: 3, 4: 2}.get(services, 3)


ICONS_U = (26, 22, 18, 14, 11, 8, 6, 0)
"""Sizes of the cards' icons, in units: the largest one that leaves room for all words is taken."""


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
    if service.closed:
        return _("Closed for now.")
    return service.subtitle


def _name_size(services: int, *, portrait: bool) -> str:
    if services <= 2:
        return "title"
    if services <= 4 or portrait:
        return "large"
    return "name"


class ServiceCard(TouchButton):
    """One service: icon, name, whose it is and what it is for; larger when there are few of them.
    In one column the icon stands beside the words, else above them.

    Args:
        services: how many cards there are.
        now: for the words about its opening.
        named: say whose service it is: the kiosk serves several organisations.
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
        if named:
            owner = service.organisation_name
        else:
            owner = ""
        self.setAccessibleName(". ".join(text for text in (service.name, owner, words) if text))
        self.setEnabled(not closed or may_be_looked_at(service))
        few = services <= 3
        self.picture = IconView(service.icon, 6, colour=GREY if closed else BLUE, disc=SKY)
        self.picture.setParent(self)
        text_rows = (
            (_name_size(services, portrait=portrait), "", True, service.name),
            ("small", "blue", True, owner),
            ("lead" if few else "body", "grey", False, words),
        )
        self._texts = [
            _words(size, text, tone=tone, heavy=heavy, card=self)
            for size, tone, heavy, text in text_rows
            if text
        ]
        self._icon_px = 0
        self._unit = 8.0
        self.set_side_by_side(columns_for(services, portrait) == 1)

    def set_side_by_side(self, beside: bool) -> None:
        """The icon stands beside the words, or above them."""
        self._beside = beside
        left_aligned = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        for text in self._texts:
            text.setAlignment(left_aligned if beside else Qt.AlignmentFlag.AlignCenter)

    def show_icon(self, size_u: float, unit: float) -> None:
        """The icon in this size, in units; 0 for none."""
        self._icon_px = round(size_u * unit)
        self._unit = unit
        sized(self.picture, size_u, size_u)
        self.picture.setFixedSize(self._icon_px, self._icon_px)
        self.picture.setVisible(size_u > 0)
        self._place()

    def least_width_px(self, unit: float) -> int:
        """Return what its longest word needs."""
        longest = max(text.minimumSizeHint().width() for text in self._texts)
        return longest + 2 * round(1.6 * unit)

    def needed_px(self, width_px: int, size_u: float, unit: float) -> int:
        """The least height at this width, with the icon in this size."""
        self._unit = unit
        icon_px = round(size_u * unit)
        words = sum(text.heightForWidth(self._inner(width_px, icon_px)) for text in self._texts)
        if self._beside:
            height = max(icon_px, words)
        else:
            height = icon_px + self._gap(icon_px) + words
        return height + 2 * round(0.7 * unit)

    def _gap(self, icon_px: int) -> int:
        if icon_px:
            return round(0.8 * self._unit)
        return 0

    def _inner(self, width_px: int, icon_px: int) -> int:
        """Return the width of the words."""
        if self._beside and icon_px:
            icon_room_px = icon_px + round(2.4 * self._unit)
        else:
            icon_room_px = 0
        return max(1, width_px - 2 * round(1.6 * self._unit) - icon_room_px)

    def _place(self) -> None:
        """Icon and words in the middle of the card."""
        pad, inner = round(1.6 * self._unit), self._inner(self.width(), self._icon_px)
        heights = [text.heightForWidth(inner) for text in self._texts]
        left_px, top = pad, (self.height() - sum(heights)) // 2
        if self._beside:
            self.picture.move(pad, (self.height() - self._icon_px) // 2)
            left_px = self.width() - pad - inner
        else:
            top -= (self._icon_px + self._gap(self._icon_px)) // 2
            self.picture.move((self.width() - self._icon_px) // 2, top)
            top += self._icon_px + self._gap(self._icon_px)
        for text, height in zip(self._texts, heights, strict=True):
            text.setGeometry(left_px, top, inner, height)
            top += height

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """The words follow."""
        self._place()


def _words(size: str, text: str, *, tone: str, heavy: bool, card: ServiceCard) -> QLabel:
    words = label(size, tone=tone, heavy=heavy)
    words.setParent(card)
    words.setText(text)
    words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return words


class _NoService(QFrame):
    """Nothing is open now, or nobody knows yet what is."""

    def __init__(self) -> None:
        super().__init__()
        self.words = label("large", centred=True)
        self._icon = IconView("progress-clock", 22, colour=BLUE, disc=SKY)
        box = spaced(QVBoxLayout(self), (6,), 3)
        box.addStretch(1)
        box.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignCenter)
        box.addWidget(self.words)
        box.addStretch(1)

    def show_state(self, *, is_known: bool) -> None:
        """Why nothing can be chosen.

        Args:
            is_known: the hub has told what is offered here.
        """
        self._icon.show_icon("clock-outline" if is_known else "progress-clock", BLUE)
        self.words.setText(
            _("No service is open right now. Please ask at the reception.")
            if is_known
            else _("One moment, please")
        )


class StartPage(KioskPage):
    """Welcome, and the services of the hour; a moment's patience until they are known."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._portrait = False
        self._services: list[Service] = []
        self._is_known = False  # the hub has not told yet what is offered
        self._notices: Sequence[SiteMessage] = ()
        self._notices_end = QTimer(self)
        self._notices_end.setSingleShot(True)
        self._notices_end.timeout.connect(self.retranslate)
        self._fitted: tuple[object, ...] = ()
        self.cards: list[ServiceCard] = []
        self._title = label("title", centred=True)
        self._invitation = label("lead", tone="grey", centred=True)
        self._invitation.setObjectName("start_invitation")
        self._no_service = _NoService()
        self._grid = spaced(QGridLayout(), (0,), 2.4)
        self._promises = [
            (IconView(icon, 3, colour=GREEN), label("small", tone="grey"), text)
            for icon, text in _PROMISES
        ]
        self._foot: QBoxLayout = spaced(QHBoxLayout(), (0,), 3)
        box = spaced(QVBoxLayout(self), (5, 4, 5, 3), 1.2)
        box.addWidget(self._title)
        box.addWidget(self._invitation)
        box.addWidget(self._build_message())
        box.addSpacing(8)
        box.addLayout(self._grid, 1)
        box.addWidget(self._no_service, 1)
        box.addSpacing(8)
        box.addLayout(self._build_foot())
        self.retranslate()

    def _build_message(self) -> QFrame:
        self._message = QFrame()
        self._message_words = label("lead", heavy=True)
        self._message.setObjectName("site_message")
        self._message_words.setObjectName("start_message")
        message_row = spaced(QHBoxLayout(self._message), (2, 0.8, 2, 0.8), 1.4)
        message_row.addWidget(IconView("message-text", 4, colour=BLUE))
        message_row.addWidget(self._message_words, 1)
        return self._message

    def _build_foot(self) -> QBoxLayout:
        promises = spaced(QVBoxLayout(), (0,), 0.4)
        for icon, words, _text in self._promises:
            pair = spaced(QHBoxLayout(), (0,), 1)
            pair.addWidget(icon)
            pair.addWidget(words, 1)
            promises.addLayout(pair)
        self._foot.addLayout(promises, 1)
        self.expected = BigButton("plain", "calendar-check", size="body")
        self.expected.clicked.connect(lambda: self.acted.emit(Way.EXPECTED))
        self.expected.hide()
        known = spaced(QVBoxLayout(), (0,), 1)
        known.addWidget(self.expected)
        self.have_number = BigButton("plain", "ticket-confirmation-outline")
        self.have_number.clicked.connect(lambda: self.acted.emit(Touch.RETURN))
        known.addWidget(self.have_number)
        self._foot.addLayout(known)
        self.statement = BigButton("plain", size="small", wrap=True)
        self.statement.setObjectName("statement")
        self.statement.clicked.connect(lambda: self.acted.emit(Step.STATEMENT))
        self._foot.addWidget(self.statement)
        return self._foot

    def show_services(self, services: list[Service], notices: Sequence[SiteMessage] = ()) -> None:
        """Shows at most six services; none says that nobody answers now.
        In the place of the invitation, what supervisors say to the callers here, until each ends;
        also where no service is open.
        """
        self._notices = notices
        self._is_known = True
        self._services = by_organisation(services[:MOST_SERVICES])
        self._deal()
        self.retranslate()

    def show_expected(self, is_offered: bool) -> None:
        """Show the way in for callers with an appointment, where a service here gives them."""
        self.expected.setVisible(is_offered)

    def _notice_words(self) -> str:
        now = self._clock.utc_now()
        notices = in_force(self._notices, now)
        self._notices_end.stop()
        if not notices:
            return ""
        left_s = min((notice.until_utc - now).total_seconds() for notice in notices)
        self._notices_end.start(1000 * (int(left_s) + 1))
        return lines(notices)

    def _on_card(self, service: Service) -> None:
        if is_closed(service):
            self.acted.emit(ShowClosed(service))
        else:
            self.acted.emit(CallService(service.id))

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
            card.show()  # else its words count for nothing before the next round of events
        self._fitted = ()
        self._place(columns_for(count, self._portrait))

    def set_portrait(self, portrait: bool) -> None:
        """Fewer columns, and the promises one above the other."""
        if portrait == self._portrait:
            return
        self._portrait = portrait
        directions = QBoxLayout.Direction
        self._foot.setDirection(directions.TopToBottom if portrait else directions.LeftToRight)
        self._foot.setProperty("spacing_u", 1 if portrait else 3)
        self._deal()

    def fit(self, room: QSize, unit: float) -> None:
        """Use as many columns as the longest word allows,
        and the icons as large as all words allow.
        """
        words = tuple(text.text() for text in self.findChildren(QLabel) if not text.isHidden())
        measures = (room.width(), room.height(), unit, self._title.fontMetrics().height(), words)
        if measures == self._fitted or not self.cards:
            return
        self._fitted = measures
        inner_px, gap_px = room.width() - round(10 * unit), round(2.4 * unit)
        columns = columns_for(len(self.cards), self._portrait)
        least_px = max(card.least_width_px(unit) for card in self.cards)
        while columns > 1 and (inner_px - (columns - 1) * gap_px) // columns < least_px:
            columns -= 1
        width_px = (inner_px - (columns - 1) * gap_px) // columns
        for card in self.cards:
            card.set_side_by_side(columns == 1)
            card.setMinimumHeight(0)
        self._place(columns)
        self._measure_again()
        rows = -(-len(self.cards) // columns)
        free_px = (
            room.height()
            - needed_px(self, room.width())
            + rows * self.cards[0].minimumSizeHint().height()
        )
        for size_u in ICONS_U:
            tallest = max(card.needed_px(width_px, size_u, unit) for card in self.cards)
            if rows * tallest <= free_px:
                break
        for card in self.cards:
            card.show_icon(size_u, unit)
            card.setMinimumHeight(tallest)
        self._measure_again()

    def _measure_again(self) -> None:
        """Forget what the layouts remember of their cards' heights: it is no longer true."""
        self._grid.invalidate()
        layout = self.layout()
        if layout is not None:
            layout.invalidate()

    def _place(self, columns: int) -> None:
        for card in self.cards:
            self._grid.removeWidget(card)
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, 0)
        for place, card in enumerate(self.cards):
            row, column = divmod(place, columns)
            alone_in_its_row = columns == 2 and place == len(self.cards) - 1 and column == 0
            # Six narrow columns let a last row of two stand in the middle under a row of three.
            width = 6 // columns
            first_column = column * width
            if len(self.cards) == 5 and columns == 3 and row == 1:
                first_column, width = column * 3, 3
            self._grid.addWidget(card, row, first_column, 1, 6 if alone_in_its_row else width)
            self._grid.setRowStretch(row, 1)
        for column in range(6):
            self._grid.setColumnStretch(column, 1)

    def words(self) -> list[str]:
        """The sentences on the page, to be spoken."""
        message = self._message_words.text()
        if self._services:
            sentences = (self._title.text(), message or self._invitation.text())
        else:
            sentences = (self._no_service.words.text(), message)
        cards = [f"{card.accessibleName()}." for card in self.cards]
        if self.expected.isVisibleTo(self):
            cards.append(f"{self.expected.accessibleName()}.")
        return [*filter(None, sentences), *cards]

    def retranslate(self) -> None:
        """Says every text again."""
        # a card says its words when it is made
        if any(is_closed(service) for service in self._services):
            self._deal()
        self.expected.set_words(_("I have an appointment"))
        self.have_number.set_words(_("I have a number"))
        self.statement.set_words(statement_title())
        self.have_number.setVisible(any("back" in service.away for service in self._services))
        self._title.setText(
            _("Welcome. What do you need today?") if self._services else _("Welcome")
        )
        self._no_service.setVisible(not self._services)
        message = self._notice_words()
        self._message_words.setText(message)
        self._message.setVisible(bool(message))
        self._invitation.setVisible(bool(self._services) and not message)
        self._invitation.setText(_("Touch a button. An adviser will answer you on this screen."))
        self._no_service.show_state(is_known=self._is_known)
        for _icon, words, text in self._promises:
            words.setText(_(text))
