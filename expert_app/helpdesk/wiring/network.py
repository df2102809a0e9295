# SPDX-License-Identifier: GPL-3.0-only
"""The first page of the network's operator: hubs and sites. Used by the helpdesk's program."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from session.bus.client import BusClient
from session.core.errors import SessionError
from session.core.tasks import Tasks
from session.desk.hub.site import NetworkClient
from session.protocol.helpdesk.site_gate import SiteGateRequest
from session.protocol.hub.site import AuthorityRequest, NetworkAnswer, NetworkRequest
from views.site.authority_panel import FindMissing
from views.site.network_view import NetworkView
from views.site.sites_panel import AskGate, FindSites, SetSiteState
from views.widgets.connection_gate import ConnectionGate
from views.widgets.list_state import not_read
from views.words.errors import sentence

Begin = Callable[[Coroutine[Any, Any, None], str], None]


AUTHORITY_S = 10.0
"""Between two looks at who has the next authority."""


class NetworkPage:
    """The page over its connection.

    Args:
        begin: begins an act, and says what the hub refuses.

    Attributes:
        link: asks for the network's state, once it is started.
        view: what is shown of it.
        widget: says why there is nothing before the first answer.
    """

    def __init__(self, bus: BusClient, tasks: Tasks, *, begin: Begin) -> None:
        self.view = NetworkView()
        self.widget = ConnectionGate(self.view)
        self.link = NetworkClient(bus, tasks)
        self._begin = begin
        self._bus = bus
        self._tasks = tasks
        self._missing = AuthorityRequest()
        self._answered_at: datetime | None = None
        self._clock = bus.clock
        self.link.changed.connect(self._on_changed)
        self.link.not_read.connect(self._on_not_read)
        self.view.acted.connect(self._on_act)

    def start(self) -> None:
        """Begin to ask."""
        self.link.start()
        self._tasks.keep(self._watch_authority, name="ask who has the next authority")

    async def _watch_authority(self) -> None:
        while True:
            await self._read_authority()
            await self._bus.pause(AUTHORITY_S)

    async def _read_authority(self) -> None:
        """Asks; an answer that came too late, to another question, is not shown."""
        request = self._missing
        try:
            answer = await self._bus.ask_once(request)
        except SessionError as error:
            self.view.authority.show_not_read(sentence(error.code, error.detail).sentence)
            return
        if request is self._missing:
            self.view.authority.show_answer(answer)

    def _on_not_read(self, error: SessionError) -> None:
        words = sentence(error.code, error.detail).sentence
        self.view.show_not_read(not_read(words, self._answered_at))

    def _on_changed(self, answer: NetworkAnswer) -> None:
        self._answered_at = self._clock.utc_now()
        first = self.widget.open()
        self.view.show_network(answer)
        if first and self.view.isVisible():
            self.view.take_keyboard()

    def _on_act(self, act: FindSites | SetSiteState | AskGate | FindMissing) -> None:
        match act:
            case FindMissing():
                self._missing = AuthorityRequest(words=act.words, page=act.page)
                self._tasks.start(self._read_authority(), name="look for who is missing")
            case FindSites():
                request = NetworkRequest(words=act.words, wrong=act.wrong)
                self.link.find(request, act.rows)
            case SetSiteState():
                change = self.link.set_site(act.site, act.closed, act.reason, act.until)
                self._begin(change, "close or open a site")
            case AskGate():
                self._tasks.start(self._read_gate(act), name="what lacks at a site")

    async def _read_gate(self, asked: AskGate) -> None:
        request = SiteGateRequest(organisation=asked.organisation, site=asked.site)
        try:
            answer = await self._bus.ask_once(request)
        except SessionError as error:
            self.view.sites.gate.show_not_read(sentence(error.code, error.detail).sentence)
            return
        self.view.sites.show_gate(asked, answer)
