# SPDX-License-Identifier: GPL-3.0-only
"""Events of what the agent does with received pages.
Part of `session.log.events`; the desk writes them.
"""

from __future__ import annotations

from session.log.event_base import Event
from session.protocol.conversation.page_removal import RemovalReason
from session.protocol.wire.ids import Id


class PageRemoved(Event, frozen=True, kw_only=True):
    """The agent took a page out; it may come back until the session is over."""

    page_id: Id
    reason: RemovalReason


class PageRestored(Event, frozen=True, kw_only=True):
    """A page that was taken out is back."""

    page_id: Id


class PageSplit(Event, frozen=True, kw_only=True):
    """A part of a page became a page of its own."""

    page_id: Id
    of_page_id: Id


PageEvent = PageRemoved | PageRestored | PageSplit
