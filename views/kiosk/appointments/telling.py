# SPDX-License-Identifier: GPL-3.0-only
"""What the hub has answered about an appointment, in full sentences, with a way out of each.
Used by the kiosk window.

Nobody's name stands here but that of who expects the caller.
"""

from __future__ import annotations

from datetime import UTC, datetime

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QBoxLayout, QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout

from documents.printed.dates import full_moment, hour
from resources.texts import N_, _
from session.core.spoken_letters import in_groups
from session.kiosk.appointment_acts import Telling, Told, Way
from session.protocol.appointments.booking import Slip
from views.kiosk.widgets.icons import IconView
from views.kiosk.widgets.page_base import BigButton, KioskPage, label
from views.kiosk.widgets.theme import BLUE, SKY, WHITE, spaced

_WAYS = {
    Way.CHECK_IN: ("check-bold", N_("I am here, I will wait")),
    Way.COME_BACK: ("walk", N_("I will come back")),
    Way.AGAIN: ("pencil", N_("Type the letters again")),
    Way.QUEUE: ("account-group", N_("Take a place in the queue")),
    Way.BOOK: ("calendar-plus", N_("Book an appointment")),
    Way.MOVE: ("calendar-edit", N_("Choose another time")),
    Way.CANCEL: ("close-thick", N_("Cancel the appointment")),
    Way.CANCEL_REALLY: ("close-thick", N_("Yes, cancel it")),
    Way.KEEP: ("check-bold", N_("No, keep it")),
    Way.PRINT: ("printer", N_("Print my slip")),
    Way.STAY: ("account-clock", N_("I will stay here")),
    Way.LEAVE: ("exit-run", N_("Stop waiting")),
    Way.DONE: ("check-bold", N_("Done")),
}
_ICONS = {
    Told.MOMENT: "progress-clock",
    Told.WELCOME: "calendar-check",
    Told.EARLY: "clock-outline",
    Told.LATE: "clock-outline",
    Told.OTHER_DAY: "calendar-clock",
    Told.OTHER_SITE: "map-marker",
    Told.BOOKED: "calendar-check",
    Told.CANCEL_ASKED: "calendar-question",
}


def _is_over(telling: Telling, slip: Slip) -> bool:
    return slip.starts_at < telling.now


def told_words(telling: Telling) -> tuple[str, ...]:
    """The title, and the sentences below it."""
    slip = telling.slip
    if slip is not None:
        return _of_slip(telling, slip)
    return {
        Told.UNKNOWN: (
            _("We find no appointment"),
            _("Check what you typed, ask at the reception, or take a place in the queue."),
        ),
        Told.NOTHING_FREE: (_("No appointment is free at the moment"),),
    }.get(telling.told, (_("One moment, please"),))


def _of_slip(telling: Telling, slip: Slip) -> tuple[str, ...]:
    at, when = hour(slip.starts_at), full_moment(slip.starts_at)
    if _is_over(telling, slip):
        on_day = _("Your appointment was on {when}.").format(when=when)
    else:
        on_day = _("Your appointment is on {when}.").format(when=when)
    service = f"{slip.service_name}, {slip.organisation_name}"
    match telling.told:
        case Told.WELCOME:
            return _("You are expected at {hour}").format(hour=at), service, *_agent(slip)
        case Told.EARLY:
            now = hour(telling.now.astimezone(slip.starts_at.tzinfo))
            words = _("It is {now}, your appointment is at {hour}")
            title = words.format(now=now, hour=at)
            return title, service, *_agent(slip), _("You can wait here or come back.")
        case Told.LATE:
            title = _("Your appointment was at {hour}").format(hour=at)
            return title, service, _("An adviser will answer you as soon as possible.")
        case Told.OTHER_SITE:
            title = _("Your appointment is at another place: {site}").format(site=slip.site_name)
            return title, on_day, service
        case Told.USED:
            return (
                _("These letters have been used already"),
                _("Ask at the reception, or take a place in the queue."),
            )
        case Told.CANCELLED:
            return _("This appointment was cancelled"), on_day, service
        case Told.CANCEL_ASKED:
            return _("Do you really want to cancel this appointment?"), on_day, service
        case Told.CANCELLED_NOW:
            return _("Your appointment is cancelled"), service
    return on_day, f"{slip.site_name}. {service}", *_agent(slip)


def _agent(slip: Slip) -> tuple[str, ...]:
    if slip.agent_name:
        return (_("{agent} expects you.").format(agent=slip.agent_name),)
    return ()


class TellingPage(KioskPage):
    """An answer; of a new appointment also its letters, and what to bring."""

    def __init__(self) -> None:
        super().__init__()
        self._telling = Telling(Told.MOMENT, datetime.fromtimestamp(0, UTC))
        self.buttons: dict[Way, BigButton] = {}
        self._icon = IconView("progress-clock", 14, colour=BLUE, disc=SKY)
        self._title = label("title", centred=True)
        self._texts: list[QLabel] = [label("large", centred=True) for _place in range(4)]
        self._panel = QFrame()
        self._panel.setObjectName("panel")
        self._letters_title = label("lead", tone="grey", centred=True)
        self._letters = label("number", tone="blue", centred=True, wrap=False)
        self._letters.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._keep = label("lead")
        panel = spaced(QVBoxLayout(self._panel), (3, 1.2, 3, 1.2), 0.8)
        panel.addWidget(self._letters_title)
        panel.addWidget(self._letters)
        self._bring = label("lead")
        self._middle: QBoxLayout = spaced(QHBoxLayout(), (0,), 3)
        self._middle.addWidget(self._panel, 3)
        beside = spaced(QVBoxLayout(), (0,), 1)
        beside.addWidget(self._keep)
        beside.addWidget(self._bring)
        self._middle.addLayout(beside, 3)
        self._foot = spaced(QGridLayout(), (0,), 1.6)
        self._portrait = False
        box = spaced(QVBoxLayout(self), (6, 3, 6, 3), 1.6)
        box.addStretch(1)
        box.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignCenter)
        for text in (self._title, *self._texts):
            box.addWidget(text)
        box.addLayout(self._middle)
        box.addStretch(1)
        box.addLayout(self._foot)
        self.retranslate()

    def tell(self, telling: Telling) -> None:
        """Says this."""
        self._telling = telling
        self._deal()
        self.retranslate()

    def clear(self) -> None:
        """Forgets the appointment."""
        self.tell(Telling(Told.MOMENT, self._telling.now))

    def _deal(self) -> None:
        for button in self.buttons.values():
            self._foot.removeWidget(button)
            button.setParent(None)
            button.deleteLater()
        self.buttons = {}
        for way in self._telling.ways:
            look, colour = ("plain", BLUE) if self.buttons else ("primary", WHITE)
            # three beside each other need smaller words than two
            size = "lead" if len(self._telling.ways) == 3 else "large"
            button = BigButton(look, _WAYS[way][0], colour=colour, size=size, wrap=True)
            button.setObjectName(f"way_{way.name.lower()}")
            button.clicked.connect(lambda _checked, way=way: self.acted.emit(way))
            self.buttons[way] = button
            button.show()
        self._place()

    def _place(self) -> None:
        columns = 2 if len(self.buttons) > 3 else 3
        if self._portrait:
            columns = 1
        for place, button in enumerate(self.buttons.values()):
            self._foot.addWidget(button, *divmod(place, columns))

    def set_portrait(self, portrait: bool) -> None:
        """Everything one below the other."""
        directions = QBoxLayout.Direction
        upright = directions.TopToBottom if portrait else directions.LeftToRight
        self._middle.setDirection(upright)
        self._portrait = portrait
        self._place()

    def words(self) -> list[str]:
        """The sentences on the page, to be spoken; the letters one by one."""
        telling = self._telling
        words = [*told_words(telling)]
        if telling.told is Told.BOOKED and telling.slip is not None:
            letters = " ".join(telling.slip.code)
            words += [f"{_('Your letters')}: {letters}", self._keep_words(), self._bring.text()]
        return [*filter(None, words), *(each.accessibleName() for each in self.buttons.values())]

    def retranslate(self) -> None:
        """Says every text again."""
        telling = self._telling
        self._icon.show_icon(_ICONS.get(telling.told, "calendar-remove"), BLUE)
        title, *texts = told_words(telling)
        self._title.setText(title)
        for place, text in enumerate(self._texts):
            text.setText(texts[place] if place < len(texts) else "")
            text.setVisible(place < len(texts) and telling.told is not Told.BOOKED)
        slip = telling.slip if telling.told is Told.BOOKED else None
        self._icon.setVisible(slip is None)
        self._panel.setVisible(slip is not None)
        self._keep.setVisible(slip is not None)
        self._bring.setVisible(slip is not None and bool(slip.bring))
        if slip is not None:
            self._letters_title.setText(_("Your letters"))
            self._letters.setText(in_groups(slip.code, 3))
            self._keep.setText("\n".join([*texts, self._keep_words()]))
            papers = "\n".join(f"• {paper}" for paper in slip.bring)
            self._bring.setText(f"{_('Bring these papers')}\n{papers}")
        for way, button in self.buttons.items():
            words = _(_WAYS[way][1])
            if way is Way.PRINT and telling.printed:
                words = _("It is being printed")
            button.set_words(words)
            button.setEnabled(not (way is Way.PRINT and telling.printed))

    def _keep_words(self) -> str:
        keep = _("Write these letters down: you type them here on the day.")
        if self._telling.waits:
            return f"{keep} {_('You still have your place in the queue.')}"
        return keep
