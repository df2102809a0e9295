# SPDX-License-Identifier: GPL-3.0-only
"""What all events of a session's log are made of:
who wrote it, on which row it stands, and the types of its fields.

Used by `session.log.events`, which gives these names on.
Every string is an id, a code, a host or a hash.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_]{0,60}$")]
Hash = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$")]
Host = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9.\-]{1,253}(:[0-9]{1,5})?$")]
MaybeId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{0,40}$")]


class Writer(StrEnum):
    """Who wrote a record."""

    KIOSK = "kiosk"
    DESK = "desk"
    HUB = "hub"


class Lane(StrEnum):
    """The row of the timeline on which an event is shown."""

    QUEUE = "queue"
    CALL = "call"
    PAGE = "page"
    SCANNER = "scanner"
    PRINTER = "printer"
    DOSSIER = "dossier"
    LINE = "line"


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """Base of all; `type` is the struct's name."""
