# SPDX-License-Identifier: GPL-3.0-only
"""Takes a convention that has changed while the hub runs. Used by `expert_app.hub.program`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from functools import partial
from pathlib import Path

from expert_app.hub.own_server import OwnServer
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import Paths
from expert_app.stores.operator_acts import note_act
from resources.this_machine import as_here
from session.core.errors import SessionError
from session.core.tasks import Tasks
from session.hub.composition import Hub
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.watcher import ConventionWatcher
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)

TIDY_S = 60.0
"""How long a kiosk that leaves the convention may still send what it has after its last call."""

SETTLE_S = 1.0
"""Between two reads of a convention that is being changed."""


class ConventionUpdates:
    """The convention's files, and what the hub has of them.

    Attributes:
        catalogue: what the hub works with: one object, which the hub changes.

    Raises:
        CatalogueWrong: there is none to begin with.
    """

    def __init__(self, settings: HubSettings, paths: Paths) -> None:
        self._paths = paths
        last_good = paths.folder("convention") / "last-good"
        self._watcher = ConventionWatcher(
            Path(settings.catalogue), settings.convention.operator_key, kept_path=last_good
        )
        self.catalogue = self._watcher.start()
        self._poll_s = settings.convention.look_s
        self.poll_now = asyncio.Event()
        self._keys_due = False
        self._leaving: dict[tuple[str, str], str] = {}
        self._leaving_told: dict[tuple[str, str], str] = {}
        self._seen_s: dict[tuple[str, str], float] = {}

    def start(self, hub: Hub, server: OwnServer, tasks: Tasks) -> None:
        """Reads the files every few seconds from now on."""
        self._note(hub)
        tasks.keep(partial(self._run, hub, server), name="watch the convention")

    async def _run(self, hub: Hub, server: OwnServer) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                settling = self._watcher.is_settling
                if settling:
                    wait_s = min(self._poll_s, SETTLE_S)
                else:
                    wait_s = self._poll_s
                await asyncio.wait_for(self.poll_now.wait(), wait_s)
            self.poll_now.clear()
            before = self._watcher.state
            catalogue = await asyncio.to_thread(self._watcher.poll)
            if catalogue is not None:
                await self._take(hub, server, catalogue)
            self._let_finish(hub, server)
            if self._keys_due:
                await self._take_keys(server)
            if self._watcher.state != before:
                self._note(hub)

    async def _take(self, hub: Hub, server: OwnServer, catalogue: Catalogue) -> None:
        """Services, hours and rights are those of the new convention from now on."""
        identities = self.catalogue.identities()
        kiosks = {
            (home, kiosk): server.kiosk_key(home, kiosk)
            for home, role, kiosk in identities
            if role is Role.KIOSK
        }
        try:
            await hub.take_catalogue(catalogue)
        except SessionError as error:
            log.warning("the convention waits for the store: %s", error.code)
            self._watcher.again()
            return
        log.info("the convention is %s now", catalogue.version)
        await asyncio.to_thread(note_act, self._paths, "convention", catalogue.version)
        self._keys_due |= self.catalogue.identities() != identities
        self._leaving |= kiosks

    def _let_finish(self, hub: Hub, server: OwnServer) -> None:
        """A kiosk that the convention has no more stays connected while a caller is there: who
        waits is served, and what was scanned arrives. Then it is cut off.
        """
        here, now_s = self.catalogue.identities(), asyncio.get_running_loop().time()
        gone = {
            (home, kiosk): key
            for (home, kiosk), key in self._leaving.items()
            if (home, Role.KIOSK, kiosk) not in here and key
        }
        for home, kiosk in gone:
            if any(hub.queue.view.at_kiosk(home, kiosk)):
                self._seen_s[home, kiosk] = now_s
        leaving = {
            pair: key
            for pair, key in gone.items()
            if now_s - self._seen_s.get(pair, -TIDY_S) < TIDY_S
        }
        if leaving != self._leaving_told:
            for home, kiosk in leaving.keys() - self._leaving_told.keys():
                log.warning("kiosk %s/%s left the convention with a caller there", home, kiosk)
            server.let_finish(leaving)
            self._leaving_told = leaving
            self._keys_due = True
        self._leaving = leaving

    async def _take_keys(self, server: OwnServer) -> None:
        """New keys are let in and removed ones out."""
        try:
            await server.take_keys()
        except SessionError as error:
            log.warning("keys of the convention wait for the server: %s", error.code)
            return
        self._keys_due = False
        if not server.is_running:
            command = as_here("expert-app hub bus-config")
            log.warning("keys changed: give your nats-server the output of `%s`", command)

    def _note(self, hub: Hub) -> None:
        """Shows the network's operator what of the convention was refused."""
        problems = self._watcher.state.problems
        hub.network.state.refused_parts = [str(problem)[:500] for problem in problems]
