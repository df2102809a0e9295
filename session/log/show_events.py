# SPDX-License-Identifier: GPL-3.0-only
"""Events of documents that the agent shows.
Part of `session.log.events`; the kiosk writes them, without content.
"""

from __future__ import annotations

from session.log.event_base import Code, Event


class DocumentShown(Event, frozen=True, kw_only=True):
    """The agent shows a document of its own; neither its name nor what is in it is kept."""

    pages: int


class ShownPagePainted(Event, frozen=True, kw_only=True):
    """The kiosk has this page of it on the screen, counted from 1."""

    page: int


class ShownPageMarked(Event, frozen=True, kw_only=True):
    """The agent drew on it: "arrow", "frame" or "line"."""

    kind: Code


class ShowEnded(Event, frozen=True, kw_only=True):
    """Nothing is shown any more."""

    by_caller: bool


ShowEvent = DocumentShown | ShownPagePainted | ShownPageMarked | ShowEnded
