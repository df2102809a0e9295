# SPDX-License-Identifier: GPL-3.0-only
"""Makes the desk's end of a conversation: of our own, and of a colleague's that we visit.
Used by the desk's jobs.
"""

from __future__ import annotations

from functools import partial

from expert_app.desk.filing import Filing
from expert_app.desk.parts import DeskParts
from expert_app.runtime.ice_settings import ice_plan
from session.core.errors import SessionError
from session.core.signals import Signal
from session.desk.call.visit import Visit
from session.desk.cobrowse.sheets import PublicFiles
from session.desk.session import DeskSession, DeskSessionParts
from session.log.events import Writer
from session.log.writer import LogWriter
from session.protocol.hub.requests import SessionFacts


class DeskSessionOpener:
    """Opens sessions on the desk's channels, with the desk's engines and disk.

    Attributes:
        seal_refused: a session cannot be sealed as it must be.
    """

    def __init__(self, parts: DeskParts, filing: Filing) -> None:
        self.seal_refused: Signal[SessionError] = Signal()
        self._parts = parts
        self._filing = filing
        self._files = PublicFiles()

    def open(self, facts: SessionFacts, resumed: bool) -> DeskSession:
        """The desk's end of a conversation; `resumed` after a restart of the program.

        Raises:
            SealKeyRefused, SealKeyOld: the session must not go on.
        """
        parts = self._parts
        channel = parts.link.bus.channel(facts.id)
        parts.sealing.protect(facts, channel, self.seal_refused.emit)
        parts.media.switch_engine()
        session = DeskSession(facts, channel, parts=self._session_parts(facts.id), resumed=resumed)
        session.line.sampled.connect(parts.bus.set_beat_message)
        return session

    def _session_parts(self, session_id: str) -> DeskSessionParts:
        parts = self._parts
        return DeskSessionParts(
            engine=parts.media.main,
            third_party_engine=parts.media.third_party,
            third_party_client=parts.third_party_client,
            keep=partial(self._filing.keep, session_id),
            is_kept=self._filing.is_kept,
            log_writer=self.log_writer(session_id),
            clock=parts.clock,
            tasks=parts.tasks,
            chunk_kbps=parts.settings.chunk_kbps,
            keep_memory=parts.paths.data / "keep" / session_id,
            scan_memory=parts.paths.data / "scans" / session_id,
            plan=ice_plan(parts.settings.media),
            files=self._files,
        )

    def open_visit(self, session_id: str) -> Visit:
        """Makes our end of a visit in a colleague's conversation."""
        parts = self._parts
        me, engines = parts.third_party_client.me, parts.media.engines
        channel = parts.link.bus.channel(session_id)
        return Visit(
            me,
            channel,
            caller_engine=engines.main,
            agent_engine=engines.third_party,
            clock=parts.clock,
            tasks=parts.tasks,
        )

    def log_writer(self, session_id: str) -> LogWriter:
        """Writes this end's part of a session's log, and sends it to the hub."""
        parts = self._parts
        return LogWriter(
            session_id,
            Writer.DESK,
            folder=parts.paths.folder("logs"),
            clock=parts.clock,
            send=partial(parts.link.append_log, session_id),
            tasks=parts.tasks,
        )
