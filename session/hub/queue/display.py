# SPDX-License-Identifier: GPL-3.0-only
"""The content that the waiting room's display may show:
numbers that are called, and those that follow. Used by the hub.
"""

from __future__ import annotations

from session.hub.access.handlers import Asker, handles
from session.hub.queue.core import QueueCore
from session.hub.queue.view import WAITING
from session.protocol.hub.tickets import Ticket, queue_order
from session.protocol.hub.waiting import (
    MOST_CALLED,
    MOST_FOLLOWING,
    CalledTicket,
    DisplayAnswer,
    DisplayRequest,
)


class Display:
    """Answers displays from the hub's view; no names are in it."""

    def __init__(self, core: QueueCore) -> None:
        self._view = core.view
        self._catalogue = core.catalogue

    @handles(DisplayRequest)
    async def display(self, asker: Asker, _request: DisplayRequest) -> DisplayAnswer:
        """Return what the display of a site shows now.
        Raises `NotAllowed` for one that is not in the catalogue.
        """
        site = self._catalogue.display_site(asker.organisation, asker.user)
        places = self._catalogue.places_of(asker.organisation)
        entries = self._catalogue.kiosks_of(asker.organisation, site.id)
        kiosks = {kiosk.id: places[kiosk.id] for kiosk in entries}
        names = {kiosk.id: kiosk.name for kiosk in entries}
        here = [
            stored.ticket
            for stored in self._view.all_open()
            if stored.ticket.kiosk_home == asker.organisation
            and stored.ticket.kiosk in kiosks
            and stored.ticket.state in WAITING
        ]
        waiting = sorted((ticket for ticket in here if ticket.away != "phone"), key=queue_order)
        return DisplayAnswer(
            organisation_name=self._catalogue.organisation(asker.organisation).name,
            site=site.name,
            called=_called(waiting, kiosks, names),
            following=[ticket.number for ticket in waiting if ticket.called_at_utc is None][
                :MOST_FOLLOWING
            ],
            waiting=len(waiting),
        )


def _called(
    waiting: list[Ticket], kiosks: dict[str, int], names: dict[str, str]
) -> list[CalledTicket]:
    called = [
        CalledTicket(
            number=ticket.number,
            kiosk_name=names[ticket.kiosk],
            kiosk_place=kiosks[ticket.kiosk],
            called_at_utc=ticket.called_at_utc,
        )
        for ticket in waiting
        if ticket.called_at_utc is not None
    ]
    return sorted(called, key=lambda ticket: ticket.called_at_utc, reverse=True)[:MOST_CALLED]
