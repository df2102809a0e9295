# SPDX-License-Identifier: GPL-3.0-only
"""A conversation with a dossier, for the tests of dossiers and copies."""

from __future__ import annotations

from datetime import UTC, datetime

from session.desk.hub.client import DeskClient
from session.kiosk.hub.client import KioskClient
from session.protocol.conversation.messages import Grant, GrantChanged, SessionMessage
from tests.support.waiting import until


async def say(
    desk: DeskClient, kiosk: KioskClient, session_id: str, *, allowed: bool, left_s: float = 600.0
) -> None:
    """The caller's word about keeping documents, until the desk has it."""
    heard: list[SessionMessage] = []
    stop = desk.bus.channel(session_id).on_message("grant", heard.append)
    change = GrantChanged(
        grant=Grant.KEEP,
        allowed=allowed,
        at_utc=datetime.now(UTC),
        left_s=left_s if allowed else 0.0,
    )
    await kiosk.bus.channel(session_id).send("grant", change)
    await until(lambda: bool(heard))
    stop()
