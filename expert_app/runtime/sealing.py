# SPDX-License-Identifier: GPL-3.0-only
"""Sealing at desk and kiosk: protects a session, and finds the vault of its log. No Qt."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec

from expert_app.runtime.config import DeskSettings, KioskSettings
from expert_app.runtime.paths import Paths
from session.bus.channel import BusChannel
from session.bus.client import BusClient
from session.bus.sealing.certificates import RENEW_BEFORE
from session.bus.sealing.client import SealingClient
from session.bus.sealing.pinned_keys import PinnedKeys
from session.core.clock import Clock
from session.core.disk import write_durably
from session.core.errors import SealKeyRefused, SessionError, VaultAway
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.desk.sealing import DeskSeal
from session.kiosk.sealing import KioskSeal
from session.protocol.hub.requests import SessionFacts
from session.protocol.hub.seal_keys import DeskCertificate
from session.protocol.sealing import CertifyRequest, Part
from session.protocol.wire.ids import is_id

log = logging.getLogger(__name__)

LEAST_LEFT = timedelta(hours=1)
"""A certificate that ends sooner is not used any more: a conversation may last."""

OnRefused = Callable[[SessionError], None]


def seals_for(settings: DeskSettings | KioskSettings, paths: Paths, clock: Clock) -> SealingClient:
    """Whom this installation believes; at a kiosk also whose log each session's is."""
    pins = PinnedKeys(paths.data / "signers.json", settings.signers, clock=clock)
    return SealingClient(
        pins, settings.organisation, organisation_of=SessionOwners(paths.folder("logs")).of
    )


class SessionOwners:
    """Which organisation's each session is, as long as its log is here:
    a file beside the log's spool.

    Args:
        folder: of the spools.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, session_id: str) -> str:
        """The organisation, "" when it is not known."""
        try:
            text = (self._folder / f"{session_id}.owner").read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            return ""
        if is_id(text):
            return text
        return ""

    def note(self, session_id: str, organisation: str) -> None:
        """Notes the owner of a session before its log begins; forgets owners of sessions whose
        spool is gone.
        """
        for path in self._folder.glob("*.owner"):
            if not any(self._folder.glob(f"{path.stem}.*.jsonl")):
                path.unlink(missing_ok=True)
        (self._folder / f"{session_id}.owner").write_text(organisation, encoding="ascii")


class CertificateCache:
    """The desk's certificate: kept here, renewed by the vault each day, good for a week without it.

    Args:
        path: file that keeps it.
    """

    def __init__(
        self,
        seals: SealingClient,
        settings: DeskSettings,
        *,
        path: Path,
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        self._seals = seals
        self._organisation = settings.organisation
        self._user = settings.user
        self._path = path
        self._clock = clock
        self._tasks = tasks
        self._kept = self._load()
        self._renewing: asyncio.Task[None] | None = None

    def _load(self) -> DeskCertificate | None:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=DeskCertificate)
        except (OSError, msgspec.MsgspecError):
            return None

    async def get(self) -> DeskCertificate:
        """The certificate. Raises `VaultAway`, `DeskNotAdmitted`, `SealKeyRefused`,
        `SealKeyOld`.
        """
        certificate = self._kept
        if certificate is not None:
            remaining = certificate.until_utc - self._clock.utc_now()
        else:
            remaining = timedelta()
        if (
            certificate is None
            or (certificate.organisation, certificate.user) != (self._organisation, self._user)
            or remaining < LEAST_LEFT
        ):
            return await self._ask()
        if remaining < RENEW_BEFORE and (self._renewing is None or self._renewing.done()):
            self._renewing = self._tasks.start(self._renew(), name="renew the certificate")
        return certificate

    async def _renew(self) -> None:
        try:
            await self._ask()
        except SessionError as error:
            log.info("the certificate is not renewed yet: %s", error.code)

    async def _ask(self) -> DeskCertificate:
        refused: SessionError = VaultAway(part=Part.DOSSIER.value)
        for part in Part:  # either process of the vault may give it
            line = await self._seals.vault(self._organisation, part)
            if line is None:
                raise SealKeyRefused(organisation=self._organisation, why="no vault")
            try:
                certificate = (await line.ask(CertifyRequest())).certificate
            except VaultAway as error:
                refused = error
                continue
            self._kept = certificate
            await asyncio.to_thread(write_durably, self._path, msgspec.json.encode(certificate))
            return certificate
        raise refused


class SessionSealed(NamedTuple):
    """The fact that what is said in a session is sealed, or is not; an organisation may do
    without.
    """

    session_id: str
    sealed: bool


class DeskSealing:
    """Protects the desk's sessions.

    Args:
        seed: the desk's nkey.

    Attributes:
        protected: emitted for each session.
    """

    def __init__(
        self,
        bus: BusClient,
        settings: DeskSettings,
        *,
        paths: Paths,
        seed: bytes,
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        assert bus.seals is not None
        self.protected: Signal[SessionSealed] = Signal()
        self._seals = bus.seals
        self._seed = seed
        self._clock = clock
        self._tasks = tasks
        self._certificates = CertificateCache(
            bus.seals, settings, path=paths.data / "certificate.json", clock=clock, tasks=tasks
        )

    def protect(self, facts: SessionFacts, channel: BusChannel, on_refused: OnRefused) -> None:
        """Seals what is said in this session, if its organisation seals.

        Raises:
            SealKeyRefused, SealKeyOld: the session must not go on.
        """
        sealed = bool(self._seals.take_card(facts.organisation, facts.seal))
        self.protected.emit(SessionSealed(facts.id, sealed))
        if not sealed:
            return
        seal = DeskSeal(
            facts, self._certificates.get, seed=self._seed, clock=self._clock, tasks=self._tasks
        )
        seal.refused.connect(on_refused)
        channel.protect(seal)


class KioskSealing:
    """Protects the kiosk's sessions.

    Attributes:
        protected: emitted for each session.
    """

    def __init__(self, bus: BusClient, paths: Paths, *, clock: Clock, tasks: Tasks) -> None:
        assert bus.seals is not None
        self.protected: Signal[SessionSealed] = Signal()
        self._seals = bus.seals
        self._clock = clock
        self._tasks = tasks
        self._owners = SessionOwners(paths.folder("logs"))

    def protect(
        self, facts: SessionFacts, channel: BusChannel, on_refused: OnRefused, *, resumed: bool
    ) -> bool:
        """Protect the channel like `DeskSealing.protect`."""
        self._owners.note(facts.id, facts.organisation)
        keys = self._seals.take_card(facts.organisation, facts.seal)
        self.protected.emit(SessionSealed(facts.id, bool(keys)))
        if not keys:
            return False
        seal = KioskSeal(facts, keys, clock=self._clock, tasks=self._tasks)
        seal.refused.connect(on_refused)
        channel.protect(seal)
        if resumed:
            seal.ask()
        return True
