# SPDX-License-Identifier: GPL-3.0-only
"""The messages of supervisors to the callers of a site, as lines for the kiosk.
Used by its pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from session.protocol.hub.requests import SiteMessage


def in_force(messages: Iterable[SiteMessage], now: datetime) -> list[SiteMessage]:
    """Return those that have not ended."""
    return [message for message in messages if message.until_utc > now]


def lines(messages: Sequence[SiteMessage]) -> str:
    """A line for each: who says it, and what."""
    return "\n".join(f"{message.organisation_name}\u00a0: {message.text}" for message in messages)
