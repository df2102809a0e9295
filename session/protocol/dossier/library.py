# SPDX-License-Identifier: GPL-3.0-only
"""An organisation's library: addresses, forms and documents for its callers.
Used by hub and desk.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from session.protocol.conversation.messages import Address
from session.protocol.hub.requests import BULK_S, HubMessage, Request, Requests
from session.protocol.wire.ids import Id
from session.protocol.wire.roles import Role

LIBRARY_PAGE = 80
"""Items in one answer: with the longest addresses they still fit a message."""


class LibraryKind(StrEnum):
    """The purpose of an item. A form may be a page of the web or a document."""

    PAGE = "page"
    FORM = "form"
    DOCUMENT = "document"


Title = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
Words = Annotated[str, msgspec.Meta(max_length=200)]


class LibraryItem(msgspec.Struct, frozen=True, kw_only=True):
    """One item: an address, or a document of `size_bytes`.

    Attributes:
        words: what people may search for, besides the title.
    """

    id: Id
    title: Title
    kind: LibraryKind
    words: Words = ""
    address: Address = ""
    size_bytes: int = 0


class LibraryAnswer(HubMessage, frozen=True, kw_only=True):
    """Items from `offset` of `total`, in the order of the convention."""

    total: int
    items: list[LibraryItem]


class LibraryRequest(
    Request[LibraryAnswer], frozen=True, kw_only=True, verb="library", roles=(Role.AGENT,)
):
    """A desk asks for its organisation's library, from item `offset`."""

    offset: Annotated[int, msgspec.Meta(ge=0)] = 0


class LibraryPart(HubMessage, frozen=True, kw_only=True):
    """`data` from `offset`; `size_bytes` and `sha256` are the whole's."""

    item_id: Id
    offset: int
    size_bytes: int
    sha256: str
    data: bytes


class LibraryDocumentRequest(
    Request[LibraryPart],
    frozen=True,
    kw_only=True,
    verb="library_document",
    answer_s=BULK_S,
    roles=(Role.AGENT,),
):
    """Bytes of an item's document from `offset`."""

    item_id: Id
    offset: Annotated[int, msgspec.Meta(ge=0)] = 0


LIBRARY_REQUESTS: Requests = (
    LibraryRequest,
    LibraryDocumentRequest,
)
