# SPDX-License-Identifier: GPL-3.0-only
"""The wishes of the helpdesk's pages, as values: told by a page's one signal `acted`, matched once
in `expert_app.helpdesk.wiring`. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from session.protocol.helpdesk.log_list import LogFilter
from session.protocol.hub.requests import RemoteAct


@dataclass(frozen=True)
class FindConversations:
    """A page of the list; `before` is its cursor, "" for the first one."""

    filter: LogFilter
    before: str


@dataclass(frozen=True)
class OpenConversation:
    """The conversation with this session's id or short number."""

    number: str
    reason: str


@dataclass(frozen=True)
class KeepSearches:
    """These are the searches that this person keeps."""

    lines: Sequence[str]


@dataclass(frozen=True)
class SaveTable:
    """All that the filter finds, as .csv."""

    path: str


@dataclass(frozen=True)
class OpenSavedFile:
    """A saved conversation, or a log."""

    path: str


@dataclass(frozen=True)
class SaveConversation:
    """The file for a vendor, with the pages or without."""

    path: str
    with_pages: bool


@dataclass(frozen=True)
class CopyAddress:
    """The address of the shown moment goes to the clipboard."""


@dataclass(frozen=True)
class KeepNote:
    """A note at a moment; without words it is a bookmark."""

    at_s: float
    words: str


@dataclass(frozen=True)
class RemoveNote:
    """The note with this id."""

    note_id: str


@dataclass(frozen=True)
class ReadSelfTests:
    """Self-tests of the kiosks, and help that was given."""


@dataclass(frozen=True)
class HelpFromAfar:
    """Help from afar at a kiosk, or at an agent's desk."""

    place: str
    at_desk: bool
    act: RemoteAct
    reason: str
