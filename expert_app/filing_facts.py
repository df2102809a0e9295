# SPDX-License-Identifier: GPL-3.0-only
"""What the desk's way of paper tells, and the store it needs. Used by `filing` and by who listens to it."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from documents.clean import CleanPage
from documents.edits import Stage
from documents.legibility import Finding
from session.desk.link import Progress
from session.protocol.hub_messages import DocumentFiled


class ShownPage(NamedTuple):
    """A page as received."""

    page_id: str
    data: bytes


class CleanedPage(NamedTuple):
    """The cleaned copy; `quarters`: turns to the right that the agent wanted and it has.

    `flaws`: what keeps it from being read, with boxes on the copy as it is seen. `left_out`: steps not wanted.
    """

    page_id: str
    clean: CleanPage
    quarters: int = 0
    flaws: tuple[Finding, ...] = ()
    left_out: frozenset[Stage] = frozenset()


class PageTrouble(NamedTuple):
    """A page that cannot be used or cleaned; `code` of `session.errors`."""

    page_id: str
    code: str


class DocumentTrouble(NamedTuple):
    """A document of an earlier moment that the store does not want; `code` of `session.errors`."""

    upload_id: str
    name: str
    code: str


class FilingProgress(NamedTuple):
    """A document on its way to the store."""

    name: str
    percent: int


class StoreLink(Protocol):
    """The way to the store; `session.desk.link.DeskLink`."""

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
