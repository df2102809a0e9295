# SPDX-License-Identifier: GPL-3.0-only
"""A service that is closed: when it opens, how to reach it, and a request to be called back.
Used by the kiosk window.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout

from resources.texts import _, language, language_tag
from session.core.clock import Clock
from session.kiosk.appointment_acts import BookVisit
from session.kiosk.caller_acts import Step
from session.protocol.hub.requests import Contact, Service
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import BigButton, KioskPage, label
from views.kiosk.widgets.theme import BLUE, GREY, SKY, WHITE, spaced
from views.words.opening import opens_words

CLOSED_S = 60.0
"""Seconds without a touch after which the page goes back to the start by itself."""


class ClosedPage(KioskPage):
    """One closed service."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.service: Service | None = None
        self._contact = Contact()
        self._until_s: float | None = None
        self._title = label("title", centred=True)
        self._opens = label("title", tone="blue", centred=True)
        self._message = label("large", centred=True)
        self._panel = QFrame()
        self._panel.setObjectName("panel")
        self._reach = label("lead", centred=True)
        panel = spaced(QHBoxLayout(self._panel), (3, 1.6, 3, 1.6), 2)
        panel.addWidget(IconView("phone", 6, colour=GREY))
        panel.addWidget(self._reach, 1)
        self.callback = BigButton("primary", "phone-in-talk", colour=WHITE, size="large", wrap=True)
        self.callback.clicked.connect(lambda: self.acted.emit(Step.CALLBACK))
        self.book = BigButton("plain", "calendar-plus", size="large", wrap=True)
        self.book.clicked.connect(self._book)
        self.back = BigButton("plain", "arrow-left", size="large")
        self.back.clicked.connect(lambda: self.acted.emit(Step.BACK))
        self._foot: QBoxLayout = spaced(QHBoxLayout(), (0,), 2.4)
        self._foot.addWidget(self.back, 1)
        self._foot.addWidget(self.callback, 2)
        self._foot.addWidget(self.book, 2)
        box = spaced(QVBoxLayout(self), (8, 4, 8, 4), 2.4)
        box.addStretch(1)
        self._icon = IconView("clock-outline", 18, colour=BLUE, disc=SKY)
        box.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignCenter)
        for widget in (self._title, self._opens, self._message, self._panel):
            box.addWidget(widget)
        box.addStretch(1)
        box.addLayout(self._foot)
        self.retranslate()

    def set_portrait(self, portrait: bool) -> None:
        """The buttons one above the other."""
        directions = QBoxLayout.Direction
        self._foot.setDirection(directions.TopToBottom if portrait else directions.LeftToRight)

    def _book(self) -> None:
        if self.service is not None:
            self.acted.emit(BookVisit(self.service.id))

    def show_service(
        self, service: Service, contact: Contact, *, is_bookable: bool = False
    ) -> None:
        """The closed service, and how its organisation is reached otherwise."""
        self.service = service
        self.book.setVisible(is_bookable)
        self._icon.setVisible(not is_bookable)  # three buttons need its room
        self._contact = contact
        self._until_s = self._clock.monotonic_s() + CLOSED_S
        self.retranslate()

    def tick(self) -> None:
        """A moment has passed."""
        if self._until_s is not None and self._clock.monotonic_s() >= self._until_s:
            self.acted.emit(Step.GONE)

    def words(self) -> list[str]:
        """The sentences on the page, to be spoken."""
        texts = (self._title, self._opens, self._message, self._reach)
        return [text.text() for text in texts if text.text()]

    def retranslate(self) -> None:
        """Says every text again."""
        service = self.service
        self.back.set_words(_("Back"))
        self.book.set_words(_("Book an appointment"))
        self.callback.set_words(_("Call me when it is open"))
        if service is None:
            return
        self.callback.setVisible(service.callback)
        self._title.setText(_("{service} is closed now").format(service=service.name))
        if service.open_now:
            hours = _("It opens again as soon as possible.")
        else:
            hours = ""
        self._opens.setText(hours or opens_words(service.opens_at, self._clock.utc_now()))
        message = service.messages.get(language_tag(language()), service.message)
        self._message.setText(message)
        self._message.setVisible(bool(message))
        phone, email = self._contact.phone, self._contact.email
        if phone:
            reach = _("By telephone: {phone}").format(phone=phone)
        else:
            reach = ""
        if email:
            # where a large one may be broken
            reach = f"{reach}\n{email.replace('@', '@\u200b')}".strip()
        self._reach.setText(reach)
        self._panel.setVisible(bool(reach))
