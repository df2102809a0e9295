# SPDX-License-Identifier: GPL-3.0-only
"""What supervisors say to the callers of a site, as lines for the kiosk. Used by its pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from session.protocol.hub.requests import SiteMessage


def in_force(messages: Iterable[SiteMessage], now: datetime) -> list[SiteMessage]:
    """Those that have not ended."""
    return [one for one in messages if one.until_utc > now]


def lines(messages: Sequence[SiteMessage]) -> str:
    """A line for each: who says it, and what."""
    return "\n".join(f"{one.organisation_name}\u00a0: {one.text}" for one in messages)
