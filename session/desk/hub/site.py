# SPDX-License-Identifier: GPL-3.0-only
"""The state that a site's host and a network's operator poll from the hub.
Used by their programs.

The other end is `session.hub.transfers.host_calls` and `session.hub.network.sites_and_hubs`.
"""

from __future__ import annotations

import logging
from datetime import date

from session.bus.client import BusClient
from session.core.errors import SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.appointments.day import ExpectedCaller, ExpectedRequest
from session.protocol.hub.site import (
    HostRequest,
    NetworkAnswer,
    NetworkRequest,
    OpenSiteRequest,
    SiteAnswer,
    SiteRequest,
    SiteStateRequest,
)
from session.protocol.hub.tickets import HelpState

log = logging.getLogger(__name__)

POLL_S = 2.0
EXPECTED_S = 15.0
FIRST_ROWS = 200
"""Sites that are read until somebody asks for more, and how many more then."""


class SiteClient:
    """The host's line to the hub. Acts raise what the hub refused.

    Attributes:
        changed: the host's kiosks, at each poll.
        expected: who has an appointment at the host's sites today, every `EXPECTED_S`.
        not_read: why a poll failed; the next one follows by itself.
        connection_changed: the bus came or went.
    """

    def __init__(self, bus: BusClient, tasks: Tasks, *, poll_s: float = POLL_S) -> None:
        self.changed: Signal[SiteAnswer] = Signal()
        self.expected: Signal[list[ExpectedCaller]] = Signal()
        self.not_read: Signal[SessionError] = Signal()
        self.connection_changed: Signal[bool] = bus.connected
        self._bus = bus
        self._tasks = tasks
        self._poll_s = poll_s

    def start(self) -> None:
        """Starts to poll."""
        self._bus.beat()
        self._tasks.keep(self._polling, name="poll the site")
        self._tasks.keep(self._expecting, name="ask who is expected")

    async def poll(self) -> None:
        """Asks now."""
        self.changed.emit(await self._bus.ask_once(SiteRequest()))

    async def _polling(self) -> None:
        while True:
            try:
                await self.poll()
            except SessionError as error:
                log.info("no look at the site: %s", error.code)
                self.not_read.emit(error)
            await self._bus.pause(self._poll_s)

    async def _expecting(self) -> None:
        while True:
            try:
                self.expected.emit((await self._bus.ask_once(ExpectedRequest())).expected)
            except SessionError as error:
                log.info("who is expected is not known: %s", error.code)
            await self._bus.pause(EXPECTED_S)

    async def answer(self, kiosk: str, state: HelpState) -> None:
        """The host comes, is there, or has finished."""
        await self._bus.ask(HostRequest(kiosk=kiosk, state=state))
        await self.poll()


class NetworkClient:
    """The operator's line to the hub. Acts raise what the hub refused.

    Attributes:
        changed: hubs and sites, at each poll.
        not_read: why a poll failed; the next one follows by itself.
        connection_changed: the bus came or went.
    """

    def __init__(self, bus: BusClient, tasks: Tasks, *, poll_s: float = POLL_S) -> None:
        self.changed: Signal[NetworkAnswer] = Signal()
        self.not_read: Signal[SessionError] = Signal()
        self.connection_changed: Signal[bool] = bus.connected
        self._bus = bus
        self._tasks = tasks
        self._poll_s = poll_s
        self._request = NetworkRequest()
        self._rows = FIRST_ROWS

    def start(self) -> None:
        """Starts to poll."""
        self._bus.beat()
        self._tasks.keep(self._polling, name="poll the network")

    def find(self, request: NetworkRequest, rows: int) -> None:
        """Ask for other sites from now on, so many of them."""
        self._request, self._rows = request, rows
        self._tasks.start(self._poll_or_say(), name="look for sites")

    async def poll(self) -> None:
        """Asks now. An answer that came too late, to another question, is not told."""
        request = self._request
        answer = await self._bus.ask_once(request, rows=self._rows)
        if request is self._request:
            self.changed.emit(answer)

    async def _poll_or_say(self) -> None:
        try:
            await self.poll()
        except SessionError as error:
            self.not_read.emit(error)

    async def _polling(self) -> None:
        while True:
            try:
                await self.poll()
            except SessionError as error:
                log.info("no look at the network: %s", error.code)
                self.not_read.emit(error)
            await self._bus.pause(self._poll_s)

    async def set_site(
        self, site: str, closed: bool, reason: str, until: date | None = None
    ) -> None:
        """Closes a site of our account for new calls, or opens it; `until`: by an exception."""
        if closed:
            await self._bus.ask(SiteStateRequest(site=site, reason=reason))
        else:
            await self._bus.ask(OpenSiteRequest(site=site, reason=reason, until=until))
        await self.poll()
