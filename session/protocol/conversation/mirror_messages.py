# SPDX-License-Identifier: GPL-3.0-only
"""The messages that accompany the shared page on the topic "cobrowse":
how far it arrived, and what the page shows outside its document.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from session.protocol.conversation.messages import SessionMessage, Text
from session.protocol.conversation.sheets import MOST_NAMED, SheetName
from session.protocol.wire.ids import Id


class MirrorReceived(SessionMessage, frozen=True, kw_only=True):
    """Desk: the part of the stream with this `Ack` is here, and all before it that will come.

    The kiosk asks for it only while more is waiting:
    from the time it took, the kiosk learns what the line can bear.
    """

    ack: Annotated[int, msgspec.Meta(ge=0)]


class SheetsRequested(SessionMessage, frozen=True, kw_only=True):
    """Desk: it lacks the texts of these style sheets, which the events name.

    They come in the stream; of a name that the kiosk does not know, nothing.
    """

    names: Annotated[list[SheetName], msgspec.Meta(max_length=MOST_NAMED)]


class DialogKind(StrEnum):
    """A thing that a page shows, or asks for,
    outside its own document.

    The first three stand on the kiosk's screen until the caller answers;
    of the others the kiosk tells that they were asked for and not done: it has no files, saves
    none, and prints only what a desk sends.
    """

    ALERT = "alert"
    CONFIRM = "confirm"
    PROMPT = "prompt"
    FILE = "file"
    DOWNLOAD = "download"
    PDF = "pdf"
    PRINT = "print"


class DialogShown(SessionMessage, frozen=True, kw_only=True):
    """Kiosk: the shared page shows this.
    Repeated after `SnapshotRequested` while it waits for the caller.

    Attributes:
        text: the page's words, or the file's name, with numbers of people and accounts masked. The
            caller's answer is never told.
        waits: the caller has to answer; `DialogClosed` follows.
    """

    dialog_id: Id
    kind: DialogKind
    text: Text
    waits: bool


class DialogClosed(SessionMessage, frozen=True, kw_only=True):
    """Kiosk: the caller answered, or the page that asked is gone."""

    dialog_id: Id


MirrorMessage = MirrorReceived | SheetsRequested | DialogShown | DialogClosed
