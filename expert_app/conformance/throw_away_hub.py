# SPDX-License-Identifier: GPL-3.0-only
"""A real hub with its own nats-server in a folder of its own, for one run, and everything that is
said to and by the end under test. Used by `run`.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Template
from typing import Any

import msgspec

from expert_app.conformance.instructions import Begin
from expert_app.conformance.throw_away_vault import ThrowAwayVault
from expert_app.hub.certificates import CertificateFiles, make_ca, make_certificate
from expert_app.hub.program import HubOptions, HubProgram
from expert_app.runtime.config import HubSettings, MetricsSettings
from expert_app.runtime.paths import paths_for
from expert_app.runtime.ports import free_port
from expert_app.stores.identities import open_book
from session.bus.client import FROM_HUB, BusClient
from session.bus.hub_connection import HubConnection
from session.bus.sealing.certificates import SECRET_BYTES, VaultSecret, certify, sign_seal_key
from session.bus.sealing.client import SealingClient
from session.bus.transport.connection import Incoming
from session.bus.transport.nkeys import new_seed, public_key
from session.bus.transport.tls import client_tls, is_loopback
from session.core.clock import SystemClock
from session.core.errors import SessionError
from session.core.spoken_letters import in_groups
from session.core.tasks import Tasks
from session.hub.access.identities import Identity
from session.hub.composition import Hub
from session.protocol.codec import decode_request, decode_session
from session.protocol.conversation.messages import SessionMessage
from session.protocol.hub.requests import Request
from session.protocol.hub.seal_keys import DeskCertificate
from session.protocol.hub.tickets import Ticket
from session.protocol.topics import RAW_TOPICS
from session.protocol.wire.roles import Role

ORGANISATION, SITE, KIOSK, SERVICE = "valdore", "oyen", "borne1", "logement"
AGENT, COLLEAGUE, COLLEAGUE_NAME = "agent1", "agent2", "Dominique S."
SEALED_ORGANISATION, SEALED_SERVICE = "scelle", "scelle/dossier"
SEALED_AGENT, VAULT = "agent3", "coffre"
"""Of a second organisation, which has a vault; its service stands on the same kiosk."""

TRIED_KIOSK = Identity(ORGANISATION, Role.KIOSK, KIOSK)
TRIED_DESK = Identity(ORGANISATION, Role.AGENT, AGENT)
TRIED_SEALED_DESK = Identity(SEALED_ORGANISATION, Role.AGENT, SEALED_AGENT)

LOOPBACK = "127.0.0.1"

CALLER_NUMBER = "1042317"
"""Invented; of a number kind whose check it passes."""

DESK_LOST_S = 11.0
"""Two signs of life and a bit."""

READY_S = 60.0

CONVENTION = Path(__file__).with_name("convention.toml")


@dataclass(frozen=True)
class RecordedMessage:
    """One message, as the server had it.

    Attributes:
        subject: inside the organisation, as a kiosk writes or hears it: "svc.k.borne1.call".
    """

    at_s: float
    subject: str
    payload: bytes
    headers: Mapping[str, str]

    @property
    def topic(self) -> str:
        """The topic of session traffic, else the verb."""
        return self.subject.rpartition(".")[2]

    @property
    def session(self) -> str:
        """The session of session traffic, else ""."""
        parts = self.subject.split(".")
        if parts[0] == "ses":
            return parts[3]
        return ""

    def why_not(self) -> str:
        """Why a message of a session cannot be read."""
        try:
            decode_session(self.payload)
        except SessionError as error:
            return f"{error.code} {error.detail.get('why', '')}".strip()
        return ""

    def message(self) -> SessionMessage | None:
        """Decoded; None for bytes, and for what cannot be read."""
        if not self.session or self.topic in RAW_TOPICS:
            return None
        try:
            return decode_session(self.payload)
        except SessionError:
            return None


class Traffic:
    """The messages that the end under test says, and that it is told (heard),
    from the server.
    """

    def __init__(self) -> None:
        self.sent: list[RecordedMessage] = []
        self.received: list[RecordedMessage] = []

    def forget(self) -> None:
        """Another one is tried."""
        self.sent.clear()
        self.received.clear()

    def note(self, message: Incoming) -> None:
        """Notes a message of the hub's account: its second token is the organisation."""
        parts = message.subject.split(".")
        subject = ".".join([parts[0], *parts[2:]])
        headers = dict(message.headers)
        record = RecordedMessage(time.monotonic(), subject, message.payload, headers)
        if parts[0] == "evt":
            self.received.append(record)
        else:
            self.sent.append(record)

    def requests(self, verb: str, since: int = 0) -> list[RecordedMessage]:
        """Return what it asked the hub."""
        return [
            record
            for record in self.sent[since:]
            if record.subject.startswith(("svc.", "all.")) and record.topic == verb
        ]

    def asked[Kind: Request[Any]](self, kind: type[Kind], since: int = 0) -> list[Kind]:
        """Return its requests of this kind, but for those that cannot be read."""
        requests = []
        for record in self.requests(kind.verb, since):
            with contextlib.suppress(SessionError):
                requests.append(decode_request(kind, record.payload))
        return requests

    def beats(self) -> list[RecordedMessage]:
        """Its signs of life."""
        return [record for record in self.sent if record.subject.startswith("hb.")]

    def received_with(self, session: str, topic: str, header: str) -> list[RecordedMessage]:
        """Return what it was told on a topic with this header."""
        ending = f".ses.{session}.{topic}"
        return [
            record
            for record in self.received
            if record.subject.endswith(ending) and header in record.headers
        ]

    def raw(self, session: str, topic: str, since: int = 0) -> list[RecordedMessage]:
        """Return what it sent on a topic."""
        sent = [record for record in self.sent[since:] if record.session == session]
        return [record for record in sent if record.topic == topic]

    def messages[Kind: SessionMessage](
        self, session: str, kind: type[Kind], since: int = 0
    ) -> list[Kind]:
        """Return what of this kind it said in a session."""
        sent = (record.message() for record in self.sent[since:] if record.session == session)
        return [message for message in sent if isinstance(message, kind)]

    def mark(self) -> int:
        """Return how much it has said until now."""
        return len(self.sent)


class ThrowAwayHub:
    """The hub while it runs.

    Attributes:
        url, websocket: addresses of its bus.
        pages: of a site whose pages are on the organisation's list.
        traffic: everything of the end under test.
        tried: that end.
        seeds: keys of the others.
        ca_file: certificate of the run's own authority; None without TLS.
        injected: what `inject` has sent.

    Args:
        address: under which this machine is reached: another than loopback means TLS.
    """

    def __init__(
        self,
        folder: Path,
        pages: str,
        *,
        tried: Identity = TRIED_KIOSK,
        address: str = LOOPBACK,
    ) -> None:
        port, websocket = free_port(), free_port()
        safe = self._make_safe(folder, address)
        tls, wss = ("tls", "wss") if safe else ("nats", "ws")
        self.url = f"{tls}://{address}:{port}"
        self.websocket = f"{wss}://{address}:{websocket}"
        self.pages = pages
        self.traffic = Traffic()
        self.tried = tried
        people = (KIOSK, AGENT, COLLEAGUE, SEALED_AGENT, VAULT)
        self.folder = folder
        self.seeds = {user: new_seed() for user in people}
        self._secret = VaultSecret(base64.b64encode(os.urandom(SECRET_BYTES)))
        self._paths = paths_for("hub", folder)
        catalogue = folder / "convention.toml"
        keys = {user: public_key(seed) for user, seed in self.seeds.items()}
        keys[tried.user] = ""  # it enrols with a code
        template = Template(CONVENTION.read_text("utf-8"))
        text = template.substitute(pages=pages, seal_key=self._seal_key(), **keys)
        catalogue.write_text(text, encoding="utf-8")
        settings = HubSettings(
            catalogue=str(catalogue),
            listen_host=address,
            listen_port=port,
            tls_certificate=str(safe.certificate) if safe else "",
            tls_key=str(safe.key) if safe else "",
            websocket_port=websocket,
            desk_return_s=DESK_LOST_S,
            silent_s=DESK_LOST_S,
            metrics=MetricsSettings(listen=""),
        )
        self._program = HubProgram(settings, self._paths, options=HubOptions())
        self._program.server_started.connect(self._on_server)
        self._server_pid = 0
        self.injected: set[bytes] = set()
        self._tap: HubConnection | None = None
        self._vault: ThrowAwayVault | None = None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[ThrowAwayHub]:
        """Until the block ends. Raises `SessionError`, `TimeoutError`."""
        stop, ready = asyncio.Event(), asyncio.Event()
        running = asyncio.ensure_future(self._program.run(stop, lambda _address: ready.set()))
        waiting = asyncio.ensure_future(ready.wait())
        try:
            await asyncio.wait(
                (running, waiting), timeout=READY_S, return_when=asyncio.FIRST_COMPLETED
            )
            if running.done():
                await running
            await self._listen()
            await self._open_vault()
            yield self
        finally:
            waiting.cancel()
            if self._vault is not None:
                await self._vault.close()
            if self._tap is not None:
                await self._tap.close()
            stop.set()
            await running

    @property
    def hub(self) -> Hub:
        """The hub, once it takes calls."""
        if self._program.hub is None:
            raise RuntimeError("the hub does not run")
        return self._program.hub

    @property
    def server_pid(self) -> int:
        """Process of the nats-server that was started first."""
        return self._server_pid

    def _make_safe(self, folder: Path, address: str) -> CertificateFiles | None:
        """An authority and a certificate for another address than loopback."""
        self.ca_file: Path | None = None
        if is_loopback(address):
            return None
        self.ca_file = make_ca(folder / "authority")
        return CertificateFiles(*make_certificate(folder / "authority", [address]))

    def client(
        self, role: Role, user: str, *, tasks: Tasks, seals: SealingClient | None = None
    ) -> BusClient:
        """Return the connection of one of our own ends, which checks the bus's certificate."""
        return BusClient(
            [self.url],
            role,
            user=user,
            seed=self.seeds[user],
            tasks=tasks,
            clock=SystemClock(),
            tls=client_tls(self.ca_file),
            seals=seals,
        )

    def _seal_key(self) -> str:
        """The sealed organisation's key, as a convention says it."""
        today = datetime.now(UTC).date()
        first, last = today - timedelta(days=1), today + timedelta(days=30)
        key = sign_seal_key(
            SEALED_ORGANISATION, self._secret, first=first, last=last, signing_seed=new_seed()
        )
        return ", ".join(msgspec.toml.encode(key).decode().strip().splitlines())

    async def certificate(self) -> DeskCertificate:
        """Return what the organisation's vault gives the desk of `SEALED_AGENT`."""
        return certify(
            self._secret,
            SEALED_ORGANISATION,
            role=Role.AGENT,
            user=SEALED_AGENT,
            key=public_key(self.seeds[SEALED_AGENT]),
            now=datetime.now(UTC),
        )

    def sealed_log(self, session: str, role: str) -> list[bytes]:
        """Return what an end wrote into the log of a conversation of the sealed organisation:
        as the vault has it.
        """
        if self._vault:
            return self._vault.logs.records.get((session, role), [])
        return []

    def _key_of(self, user: str) -> str:
        if user == self.tried.user:
            return self.key()
        return public_key(self.seeds[user])

    async def _open_vault(self) -> None:
        tasks = Tasks()
        bus = self.client(Role.VAULT, VAULT, tasks=tasks)
        self._vault = ThrowAwayVault(
            SEALED_ORGANISATION, bus, secrets=[self._secret], key_of=self._key_of, tasks=tasks
        )
        await self._vault.start()

    def invite(self) -> str:
        """A fresh code for the end under test."""
        code = open_book(self._paths).invite(self.tried, datetime.now(UTC), timedelta(minutes=15))
        return in_groups(code)

    def begin(self, code: str) -> Begin:
        """Return how the end under test reaches us."""
        return Begin(
            servers=[self.url],
            code=code,
            websocket=self.websocket,
            ca_file=str(self.ca_file or ""),
        )

    def key(self) -> str:
        """The public key that has enrolled as the end under test; "" before."""
        tried = self.tried
        keys = open_book(self._paths).keys().get((tried.organisation, tried.role, tried.user), ())
        return next(iter(keys), "")

    async def inject(
        self, rest: str, payload: bytes, *, from_hub: bool = True, headers: Mapping[str, str] = {}
    ) -> None:
        """Says something to the end under test past the hub's relay, as the hub or as somebody
        who led an answer there. `rest`: "hub" or "ses.<session>.<topic>".
        """
        if self._tap is None:
            raise RuntimeError("the hub does not run")
        if from_hub:
            mark = {FROM_HUB: "1"}
        else:
            mark = {}
        self.injected.add(payload)
        subject = f"evt.{self._tried_tokens(f'u.{self.tried.role}')}.{rest}"
        await self._tap.bus.publish(subject, payload, {**headers, **mark})

    async def inject_ticket(self, ticket: Ticket, headers: Mapping[str, str]) -> None:
        """Says to everybody of the ticket's organisation that it changed, as the hub's store does
        or as somebody who led an answer there.
        """
        if self._tap is None:
            raise RuntimeError("the hub does not run")
        subject = f"evt.{ticket.organisation}.q.{ticket.id}"
        await self._tap.bus.publish(subject, msgspec.json.encode(ticket), headers)

    def shut_out(self) -> None:
        """The end under test loses its key for a minute, as who says far too much."""
        self.hub.flood_watch.found.emit(self._tried_tokens(str(self.tried.role)))

    def _on_server(self, pid: int | None) -> None:
        self._server_pid = pid or 0

    def _tried_tokens(self, role: str) -> str:
        return f"{self.tried.organisation}.{role}.{self.tried.user}"

    async def _listen(self) -> None:
        self._tap = tap = self.hub.parts.connection.another()
        await tap.connect()
        who = self._tried_tokens(self.tried.role)
        for subject in (
            f"svc.{who}.>",
            f"all.{who}.>",
            f"hb.{who}",
            f"ses.{who}.>",
            f"evt.{self._tried_tokens(f'u.{self.tried.role}')}.>",
        ):
            await tap.serve(subject, self.traffic.note, shared=False)
        await tap.settle()


def is_whole(sent: RecordedMessage) -> bool:
    """True if a JSON message has its type and our version."""

    class _Head(msgspec.Struct):
        type: str
        v: int

    try:
        return msgspec.json.decode(sent.payload, type=_Head).v == 1
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False
