# SPDX-License-Identifier: GPL-3.0-only
"""The nats-server that a hub runs itself, and the keys that it lets in.
Used by `expert_app.hub.program`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import ssl
from collections.abc import Callable, Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from expert_app.hub.bus_config import server_settings
from expert_app.hub.flood_ban import FloodBan
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import Paths
from expert_app.sign_on.at_hub import open_sign_on, show_signed_on
from expert_app.stores.identities import open_book
from expert_app.stores.jetstream import forget_running, hub_seed, note_running, server_store_bytes
from session.bus.hub_connection import HubConnection
from session.bus.server.certificate_watch import SOON_DAYS, CertificateWatch
from session.bus.server.config import ENROL_ACCOUNT, BusAccount, BusUser
from session.bus.server.process import BusServer
from session.bus.transport.nkeys import new_seed, public_key
from session.bus.transport.tls import client_tls
from session.core.clock import Clock, SystemClock
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.hub.access.enrolment import Enrolment
from session.hub.access.identities import Keys
from session.hub.access.newcomers import Source, Standing
from session.hub.access.sign_on import nobody_talks
from session.hub.convention.catalogue import Catalogue
from session.hub.monitoring.health import Trouble
from session.protocol.wire.roles import Role

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BusAddress:
    """The address of the hub's bus, the hub's key, and whom it believes."""

    urls: list[str]
    seed: bytes
    tls: ssl.SSLContext | None


class OwnServer:
    """Runs no server when the settings name another one; then that server's operator lets keys in.

    Args:
        catalogue: the convention's keys; the book of identities in the hub's folder has the others.

    Attributes:
        started: the server runs; the number of its process.
        enrolment: the door for newcomers, once it is open; None where the server is not ours.
        sign_on: organisations' providers, where the settings name some.
        certificate: when the bus's certificate ends, ours or that of the server on this machine.
    """

    def __init__(
        self,
        settings: HubSettings,
        paths: Paths,
        *,
        catalogue: Catalogue,
        tasks: Tasks,
    ) -> None:
        self._settings = settings
        self._paths = paths
        self._catalogue = catalogue
        self.started: Signal[int | None] = Signal()
        self._tasks = tasks
        self._book = open_book(paths)
        self._enrolled: Keys = {}
        self._let_in: frozenset[tuple[str, Role, str]] = frozenset()
        self._leaving: dict[tuple[str, str], str] = {}
        self._server: BusServer | None = None
        self.enrolment: Enrolment | None = None
        self.sign_on = open_sign_on(settings, self._book, catalogue=catalogue, tasks=tasks)
        self._ban = FloodBan(self.take_keys, tasks)
        if settings.tls_certificate:
            certificate = Path(settings.tls_certificate)
        else:
            certificate = None
        self.certificate = CertificateWatch(
            certificate, take=self._take_certificate, clock=SystemClock()
        )

    @property
    def is_running(self) -> bool:
        """The server is ours."""
        return self._server is not None

    async def open(self, stack: contextlib.AsyncExitStack) -> BusAddress:
        """Starts the server, which gets a fresh key of the hub's at every start; `stack` stops it.

        Raises:
            SessionError: it does not start. KeyMissing: the hub has no key for another server.
        """
        if self._settings.bus:
            if self._settings.ca_file:
                ca_file = Path(self._settings.ca_file)
            else:
                ca_file = None
            return BusAddress(
                self._settings.bus_urls, hub_seed(self._settings), client_tls(ca_file)
            )
        seed = new_seed()
        folder = self._paths.folder("bus")
        room = server_store_bytes(self._settings, folder)
        place = server_settings(self._settings, folder, enrolment=True, store_bytes=room)
        revision = self._book.wanted()
        self._enrolled = self._book.keys()
        show_signed_on(self._catalogue, self._book)
        accounts = self._accounts(self._book.revoked())
        self._server = BusServer(place, accounts, hub_key=public_key(seed), tasks=self._tasks)
        tls = self._server.tls
        stack.push_async_callback(self._server.stop)
        await self._server.start()
        self._book.set_applied(revision)
        self.started.emit(self._server.pid)
        note_running(self._paths, self._server.url, seed)
        stack.callback(forget_running, self._paths)
        return BusAddress([self._server.url], seed, tls)

    async def serve_enrolment(
        self,
        connection: HubConnection,
        clock: Clock,
        stack: contextlib.AsyncExitStack,
        *,
        is_with_caller: Callable[[str, str], bool] = nobody_talks,
    ) -> None:
        """Lets machines enrol with a code, and people sign on, where the server is ours.
        `is_with_caller`: of an organisation and a person of it.
        """
        if self._server is None:
            if self._settings.sso:
                log.warning("sso needs the hub's own nats-server: nobody can sign on")
            return
        door = connection.another()
        await door.connect()
        stack.push_async_callback(door.close)
        self.enrolment = Enrolment(
            door,
            self._book,
            reload=self.take_keys,
            clock=clock,
            tasks=self._tasks,
            cut_off=self._cut_off,
            standing=self._at_the_door,
            sign_on=self.sign_on,
        )
        await self.enrolment.start()
        stack.push_async_callback(self.enrolment.stop)
        if self.sign_on is not None:
            self.sign_on.start(self.enrolment.sign_off, is_with_caller=is_with_caller)
            stack.push_async_callback(self.sign_on.close)

    async def _cut_off(self, flooding: Collection[Source]) -> None:
        if self._server is not None:
            await self._server.cut_off([(source.server, source.number) for source in flooding])

    async def _at_the_door(self) -> list[Standing]:
        if self._server is None:
            return []
        connections = await self._server.connections(ENROL_ACCOUNT)
        return [
            Standing(
                Source(connection.server, connection.number, connection.host), connection.age_s
            )
            for connection in connections
        ]

    async def take_keys(self) -> None:
        """Takes the catalogue's and the book's keys to our server."""
        if self._server is not None:
            out = self._book.revoked() | self._ban.keys
            self._enrolled = self._book.keys()
            show_signed_on(self._catalogue, self._book)
            accounts = self._accounts(out)
            await self._server.reload([self._with_leaving(account, out) for account in accounts])

    def _accounts(self, out: AbstractSet[str]) -> list[BusAccount]:
        accounts = self._catalogue.accounts(self._enrolled, out)
        self._let_in = frozenset(
            (account.organisation, user.role, user.user)
            for account in accounts
            for user in account.users
        ) | frozenset(
            (who.organisation, who.role, who.user)
            for who in (sign_on.identity for sign_on in self._book.signed_on())
        )
        return accounts

    def _with_leaving(self, account: BusAccount, out: AbstractSet[str]) -> BusAccount:
        account_kiosks = {user.user for user in account.users if user.role is Role.KIOSK}
        users = [
            BusUser(Role.KIOSK, kiosk, key)
            for (home, kiosk), key in self._leaving.items()
            if home == account.organisation and kiosk not in account_kiosks and key not in out
        ]
        return dataclasses.replace(account, users=(*account.users, *users))

    def let_finish(self, kiosks: Mapping[tuple[str, str], str]) -> None:
        """These kiosks (account, id) with their keys stay connected until the next call, though the
        convention has them no more: a caller is there. `take_keys` takes it to the server.
        """
        self._leaving = dict(kiosks)

    async def _take_certificate(self) -> None:
        """A server that is not ours takes its certificate when its operator reloads it."""
        if self._server is not None:
            await self._server.take_certificate()

    def certificate_troubles(self) -> list[Trouble]:
        """`certificate_ended` (grave: whoever comes new is refused), `certificate_ends`."""
        days = self.certificate.days_left
        if days is None or days > SOON_DAYS:
            return []
        if days < 0:
            return [Trouble("certificate_ended", True)]
        return [Trouble("certificate_ends", False, {"days": days})]

    def has_key(self, organisation: str, role: Role, user: str) -> bool:
        """True if somebody could come in: enrolled, with the convention's key, or by signing on as
        before. Where the server is not ours, nobody here knows: True.
        """
        return self._server is None or (organisation, role, user) in self._let_in

    def kiosk_key(self, home: str, kiosk: str) -> str:
        """The public key of a kiosk, enrolled or in the convention."""
        enrolled = self._enrolled.get((home, Role.KIOSK, kiosk), ())
        if enrolled:
            key = enrolled[-1]
        else:
            key = self._catalogue.kiosk_key(home, kiosk)
        return key or self._leaving.get((home, kiosk), "")

    def on_flood(self, who: str) -> None:
        """Its messages are dropped already;
        with a server of ours it is cut off too, for a minute.
        """
        log.error(
            "%s sends more than any program of ours would: who has taken its machine over?", who
        )
        organisation, letter, user = who.split(".")
        identity = organisation, Role(letter), user
        listed = self._catalogue.identities().get(identity, "")
        if self._server is not None:
            for key in self._book.keys().get(identity, (listed,)):  # which computer, nobody knows
                self._ban.ban(key)
