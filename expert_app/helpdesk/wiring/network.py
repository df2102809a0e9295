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
from session.protocol.hub.site import NetworkAnswer, NetworkRequest
from views.site.network_view import NetworkView
from views.site.sites_panel import FindSites, SetSiteState
from views.widgets.connection_gate import ConnectionGate
from views.widgets.list_state import not_read
from views.words.errors import sentence

Begin = Callable[[Coroutine[Any, Any, None], str], None]


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
        self._answered_at: datetime | None = None
        self._clock = bus.clock
        self.link.changed.connect(self._on_changed)
        self.link.not_read.connect(self._on_not_read)
        self.view.acted.connect(self._on_act)

    def _on_not_read(self, error: SessionError) -> None:
        words = sentence(error.code, error.detail).sentence
        self.view.show_not_read(not_read(words, self._answered_at))

    def _on_changed(self, answer: NetworkAnswer) -> None:
        self._answered_at = self._clock.utc_now()
        first = self.widget.open()
        self.view.show_network(answer)
        if first and self.view.isVisible():
            self.view.take_keyboard()

    def _on_act(self, act: FindSites | SetSiteState) -> None:
        match act:
            case FindSites():
                request = NetworkRequest(words=act.words, wrong=act.wrong)
                self.link.find(request, act.rows)
            case SetSiteState():
                change = self.link.set_site(act.site, act.closed, act.reason)
                self._begin(change, "close or open a site")
