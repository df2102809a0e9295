# SPDX-License-Identifier: GPL-3.0-only
"""Opens a conversation at the kiosk: channel, sealing, folder, log and all parts.
`KioskApp` calls it when an agent has accepted.
"""

from __future__ import annotations

import logging
from functools import partial

from expert_app.kiosk.running_session import RunningSession
from expert_app.runtime.paths import Paths
from expert_app.runtime.sealing import KioskSealing
from session.core.errors import SessionError
from session.kiosk.hub.client import KioskClient
from session.kiosk.session import KioskParts, KioskSession
from session.kiosk.wipe import open_session_folder
from session.log.events import Writer
from session.log.writer import LogWriter, left_over
from session.protocol.hub.requests import SessionFacts

log = logging.getLogger(__name__)

OLD_LOG_S = 60.0
"""How long the hub is given for the log of an earlier run."""


class KioskSessionOpener:
    """Makes the kiosk's sessions, and sends what earlier ones have left in their logs.

    Args:
        parts: the kiosk's devices and panes.
        sealing: protects the channel.
    """

    def __init__(
        self, parts: KioskParts, link: KioskClient, *, sealing: KioskSealing, paths: Paths
    ) -> None:
        self._parts = parts
        self._link = link
        self._sealing = sealing
        self._paths = paths

    def open(self, facts: SessionFacts, resumed: bool) -> KioskSession:
        """The session's parts, not started yet.

        Args:
            resumed: the session goes on after a restart of the kiosk.

        Raises:
            SealKeyRefused, SealKeyOld: the session must not begin.
        """
        channel = self._link.bus.channel(facts.id)
        self._sealing.protect(facts, channel, _on_seal_refused, resumed=resumed)
        return KioskSession(
            facts,
            channel,
            parts=self._parts,
            folder=open_session_folder(self._paths.runtime, facts.id, resumed=resumed),
            log_writer=self._log_writer(facts.id),
            resumed=resumed,
        )

    async def send_old_logs(self, running: RunningSession) -> None:
        """Sends what an earlier run could not; a session that goes on keeps its own writer."""
        for session_id, _writer in left_over(self._paths.folder("logs")):
            if running.id != session_id:
                await self._log_writer(session_id).close(timeout_s=OLD_LOG_S)

    def _log_writer(self, session_id: str) -> LogWriter:
        return LogWriter(
            session_id,
            Writer.KIOSK,
            folder=self._paths.folder("logs"),
            clock=self._parts.clock,
            send=partial(self._link.append_log, session_id),
            tasks=self._parts.tasks,
        )


def _on_seal_refused(error: SessionError) -> None:
    log.warning("what the desk sent is not believed: %s (%s)", error.code, error.detail.get("why"))
