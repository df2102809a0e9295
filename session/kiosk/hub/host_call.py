# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's call for the site's host: repeated while the caller wants it.
Used by the kiosk's program.

The other end is `session.hub.transfers.host_calls`, which stores nothing:
what was heard last is said again, so a hub that was restarted knows it too. A call that the agent
has begun is repeated here as well.
"""

from __future__ import annotations

import asyncio
import logging

from session.core.errors import NotAllowed, SessionError
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.kiosk.hub.client import KioskClient
from session.protocol.hub.site import HelpCall
from session.protocol.hub.tickets import HelpState

log = logging.getLogger(__name__)

AGAIN_S = 3.0

HERE_S = 60.0
"""Who called the host so lately has not gone."""


class HostCall:
    """One call at a time.

    Attributes:
        changed: what the host has answered so far.
    """

    def __init__(self, link: KioskClient, tasks: Tasks, *, again_s: float = AGAIN_S) -> None:
        self.changed: Signal[HelpState] = Signal()
        self.state = HelpState.NONE
        self._link = link
        self._tasks = tasks
        self._again_s = again_s
        self._running: asyncio.Task[None] | None = None
        self._pressed_s = 0.0
        self._is_taken_back = False

    def press(self) -> None:
        """The caller calls the host, or takes the call back.
        A caller who is being helped already changes nothing.
        """
        if self.state is HelpState.NONE:
            self._pressed_s = asyncio.get_running_loop().time()
            self._begin(HelpState.WANTED, is_new=True)
        elif self.state is not HelpState.HERE:
            self.reset()

    def on_ticket(self, state: HelpState) -> None:
        """Take how the hub says it stands with the call for the caller who is here;
        the agent may have begun it. That it is over is told in the answer to what is repeated.
        """
        if state is HelpState.NONE:
            self._is_taken_back = False
        elif self.state is HelpState.NONE and not self._is_taken_back:
            self._begin(state, is_new=False)

    def reset(self) -> None:
        """The caller has gone, or needs nobody any more: nobody comes, and nobody is with the
        next caller.
        """
        if self.state is not HelpState.NONE:
            self._is_taken_back = True  # the ticket does not know it yet
            self._set(HelpState.NONE)

    def left_alone(self) -> None:
        """A page went back to the start by itself:
        nobody is there, unless somebody has called a moment ago.

        A page whose time was over took back the call of whoever had come meanwhile.
        """
        is_old = asyncio.get_running_loop().time() - self._pressed_s > HERE_S
        if is_old and self.state is not HelpState.HERE:  # two people look at the screen then
            self.reset()

    def _begin(self, state: HelpState, *, is_new: bool) -> None:
        self._is_taken_back = False
        self._set(state)
        self._running = self._tasks.start(self._repeat(is_new), name="call the host")

    def _set(self, state: HelpState) -> None:
        if state is not self.state:
            self.state = state
            self.changed.emit(state)

    def _is_wanted(self) -> bool:
        return self.state is not HelpState.NONE

    async def _repeat(self, is_new: bool) -> None:
        while self._is_wanted():
            sent_state = self.state
            try:
                call = HelpCall(state=sent_state, new=is_new)
                heard = (await self._link.bus.ask_once(call)).state
            except NotAllowed:
                self._set(HelpState.NONE)
                return
            except SessionError as error:
                log.info("the host cannot be called yet: %s", error.code)
            else:
                is_new = False
                if self._is_wanted():  # not taken back meanwhile
                    self._set(heard)
            if self._is_wanted():
                await asyncio.sleep(self._again_s)
        await self._take_back()

    async def _take_back(self) -> None:
        """Says that nobody is wanted, unless the caller has called again."""
        try:
            if not self._is_wanted():
                await self._link.bus.ask_once(HelpCall(state=HelpState.NONE))
        except SessionError as error:  # then the hub forgets it by itself
            log.info("the host was not told that nobody is wanted: %s", error.code)
