# SPDX-License-Identifier: GPL-3.0-only
"""What the desk's way of paper tells, and the store it needs.
Used by `filing` and by who listens to it.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from documents.imaging.edits import Stage
from documents.imaging.legibility import Finding
from documents.pages.clean import CleanPage
from session.desk.hub.client import Progress
from session.protocol.hub.requests import DocumentFiled


class ShownPage(NamedTuple):
    """A page as received, as a picture; `given`: a caller's file, not scanned.
    `as_is`: to be filed uncleaned.
    """

    page_id: str
    data: bytes
    given: bool = False
    as_is: bool = False


class CleanedPage(NamedTuple):
    """The cleaned copy; `quarters`: turns to the right that the agent wanted and it has.

    `flaws`: what keeps it from being read, with boxes on the copy as it is seen.
    `left_out`: steps not wanted.
    """

    page_id: str
    clean: CleanPage
    quarters: int = 0
    flaws: tuple[Finding, ...] = ()
    left_out: frozenset[Stage] = frozenset()


class PageTrouble(NamedTuple):
    """A page that cannot be used or cleaned; `code` of `session.core.errors`."""

    page_id: str
    code: str


class DocumentTrouble(NamedTuple):
    """A document of an earlier moment that the store does not want;
    `code` of `session.core.errors`.
    """

    upload_id: str
    name: str
    code: str


class FilingProgress(NamedTuple):
    """A document on its way to the store."""

    name: str
    percent: int


class StoreLink(Protocol):
    """The way to the store; `session.desk.hub.client.DeskLink`."""

    organisation_name: str

    async def upload(
        self,
        session_id: str,
        dossier: str,
        piece_id: str,
        name: str,
        pages: int,
        data: bytes,
        *,
        upload_id: str = "",
        progress: Progress | None = None,
    ) -> DocumentFiled:
        """Files a document, once per `upload_id`. Raises session errors."""
        ...
