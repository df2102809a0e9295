# SPDX-License-Identifier: GPL-3.0-only
"""The library in a convention: its entries, and what can be wrong with them.
Used by `session.hub.convention.entries` and checks.

```toml
[[library]]
id = "rights"
title = "Simuler mes droits"
words = "simulation aide logement"
address = "https://www.valdore.example/simulateur/"

[[library]] id = "lease" kind = "form" title = "Attestation de loyer" file = "attestation-loyer.pdf"
sha256 = "…" ``` A file lies beside the convention, in `library/<organisation>/`; its hash stands in
the signed entry, so the signature covers it too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

import msgspec

from session.core.field_types import whole
from session.hub.convention.problems import Problem
from session.protocol.conversation.allowed_addresses import AllowList
from session.protocol.conversation.messages import Address
from session.protocol.dossier.library import LibraryKind, Title, Words
from session.protocol.wire.ids import Id

FileName = Annotated[str, msgspec.Meta(pattern=whole(r"([A-Za-z0-9][A-Za-z0-9._-]{0,99})?"))]
MaybeHash = Annotated[str, msgspec.Meta(pattern=whole(r"([0-9a-f]{64})?"))]

MOST_ITEMS = 500


class LibraryEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One item: an address that the kiosk may open, or a file with its SHA-256.

    Attributes:
        words: what agents may look for beside the title.
    """

    id: Id
    title: Title
    kind: Literal["", "page", "form", "document"] = ""
    words: Words = ""
    address: Address = ""
    file: FileName = ""
    sha256: MaybeHash = ""

    @property
    def is_document(self) -> bool:
        """It has a file."""
        return bool(self.file)

    @property
    def shown_kind(self) -> LibraryKind:
        """The item's purpose; without a word in the convention, its nature."""
        if self.kind:
            return LibraryKind(self.kind)
        if self.is_document:
            return LibraryKind.DOCUMENT
        return LibraryKind.PAGE


def library_problems(
    place: str, entries: Sequence[LibraryEntry], allowed: Sequence[str]
) -> Iterator[Problem]:
    """Yield what is wrong in the entries themselves;
    that the kiosk would refuse an address is advice.
    """
    names = Counter(entry.id for entry in entries)
    yield from (
        Problem("twice", f"{place}.library", {"name": name})
        for name, times in names.items()
        if times > 1
    )
    if len(entries) > MOST_ITEMS:
        yield Problem(
            "library_too_long", f"{place}.library", {"count": len(entries), "most": MOST_ITEMS}
        )
    listed = AllowList(allowed)
    for entry in entries:
        here = f"{place}.library.{entry.id}"
        if bool(entry.address) == bool(entry.file):
            yield Problem("library_one_of", here)
        elif entry.file and not entry.sha256:
            yield Problem("library_no_hash", here, {"file": entry.file})
        elif entry.address and not listed.allows(entry.address):
            yield Problem("library_not_allowed", here, {"address": entry.address}, advice=True)
