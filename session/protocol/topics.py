# SPDX-License-Identifier: GPL-3.0-only
"""The table of what the two ends of a session say: which message on which topic, by whom, under
which power, answered by what.

The ends' channel refuses what is not in it, the hub's relay passes its topics, the codec decodes
its messages, and `docs/reference` is made from it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from session.protocol.conversation.chat_and_privacy import (
    PrivacyAsked,
    PrivacyShown,
    WordsSaid,
    WordsShown,
)
from session.protocol.conversation.line import Geometry, LineGoverned, LinePriority, LineSeen
from session.protocol.conversation.messages import (
    AddressRefused,
    AddressRequested,
    CallAnswered,
    CallFailed,
    CallOffered,
    CallRequested,
    CameraChanged,
    ChunksRequested,
    DevicesReported,
    DevicesRequested,
    Grant,
    GrantChanged,
    GrantRequested,
    GrantsRequested,
    KioskWiped,
    MediaSeen,
    MessageRefused,
    PageGlimpsed,
    PageKept,
    PageOffered,
    PageRefused,
    PageShown,
    PagesRequested,
    PointerMoved,
    PointerShown,
    PrintCancelRequested,
    PrintChanged,
    PrintOffered,
    QuestionWaits,
    ResourceRequested,
    ResourceSent,
    ScanCancelRequested,
    ScanEnded,
    ScanProgressed,
    ScanRequested,
    SessionMessage,
    SharingChanged,
    SnapshotRequested,
)
from session.protocol.conversation.mirror_messages import (
    DialogClosed,
    DialogShown,
    MirrorReceived,
    SheetsRequested,
)
from session.protocol.conversation.remote_control import (
    NEEDED,
    CommandAnswered,
    ControlPaused,
    ZoomChanged,
)
from session.protocol.conversation.shown_document import (
    ShowEnded,
    ShownChunksRequested,
    ShownPageMarked,
    ShownPageOffered,
    ShownPagePainted,
    ShownPageRequested,
    ShownPageTurned,
    ShowPointerMoved,
    ShowStarted,
)
from session.protocol.sealing import SealNeeded, SealOffered, SealRequested

THIRD_TOPIC, ASIDE_TOPIC = "third", "aside"
"""Calls with a third person: between it and the kiosk, between it and the agent.
Messages as on "call".
"""

SEAL_TOPIC = "seal"
"""How the two ends come to their key; never sealed itself."""

CHUNK_TOPIC, MIRROR_TOPIC, DEVICE_TOPIC = "chunk", "mirror", "device"


class SendingEnd(StrEnum):
    """The end that says a message; a third person speaks as a desk."""

    KIOSK = "kiosk"
    DESK = "desk"
    EITHER = "either"

    @property
    def other(self) -> SendingEnd:
        """The other end."""
        swapped = {SendingEnd.KIOSK: SendingEnd.DESK, SendingEnd.DESK: SendingEnd.KIOSK}
        return swapped.get(self, self)


class MessageLevel(StrEnum):
    """The abilities of a kiosk; each level has the ones before it, but `sealed`,
    which stands alone.
    """

    TALK = "talk"
    PAGE = "page"
    PAPERS = "papers"
    SEALED = "sealed"


class MessageRow(NamedTuple):
    """One row of the table.

    Attributes:
        answers: messages, or raw topics, by which the other end answers; empty for none.
        needs: the power without which a kiosk does not do it.
        must: a kiosk of this level says it, or answers it, in every conversation where it comes
            up; what is not `must` may be left out.
    """

    message: type[SessionMessage]
    topics: tuple[str, ...]
    by: SendingEnd
    level: MessageLevel
    answers: tuple[type[SessionMessage] | str, ...] = ()
    needs: Grant | None = None
    must: bool = True


_K, _D, _E = SendingEnd.KIOSK, SendingEnd.DESK, SendingEnd.EITHER
_CALL = ("call", THIRD_TOPIC)
_CALLS = ("call", THIRD_TOPIC, ASIDE_TOPIC)

_TALK = (
    MessageRow(CallOffered, _CALL, _K, MessageLevel.TALK, (CallAnswered, CallFailed)),
    MessageRow(
        CallOffered, (ASIDE_TOPIC,), _D, MessageLevel.TALK, (CallAnswered, CallFailed), must=False
    ),
    MessageRow(CallAnswered, _CALLS, _D, MessageLevel.TALK),
    MessageRow(CallRequested, _CALLS, _D, MessageLevel.TALK, (CallOffered,)),
    MessageRow(CallFailed, _CALLS, _E, MessageLevel.TALK, must=False),
    MessageRow(MediaSeen, _CALLS, _E, MessageLevel.TALK, must=False),
    MessageRow(CameraChanged, _CALLS, _E, MessageLevel.TALK, must=False),
    MessageRow(GrantRequested, ("grant",), _D, MessageLevel.TALK, (GrantChanged,)),
    MessageRow(GrantsRequested, ("grant",), _D, MessageLevel.TALK, (GrantChanged,)),
    MessageRow(GrantChanged, ("grant",), _K, MessageLevel.TALK),
    MessageRow(QuestionWaits, ("grant",), _K, MessageLevel.TALK, must=False),
    MessageRow(WordsSaid, ("beside",), _E, MessageLevel.TALK, (WordsShown,)),
    MessageRow(WordsShown, ("beside",), _E, MessageLevel.TALK),
    MessageRow(PrivacyAsked, ("beside",), _D, MessageLevel.TALK, (PrivacyShown,)),
    MessageRow(PrivacyShown, ("beside",), _K, MessageLevel.TALK),
    MessageRow(LineGoverned, ("line",), _E, MessageLevel.TALK, must=False),
    MessageRow(LineGoverned, (THIRD_TOPIC,), _K, MessageLevel.TALK, must=False),
    MessageRow(LinePriority, ("line",), _E, MessageLevel.TALK, must=False),
    MessageRow(LineSeen, ("line",), _E, MessageLevel.TALK, must=False),
    MessageRow(Geometry, ("line",), _E, MessageLevel.TALK, must=False),
    MessageRow(KioskWiped, ("end",), _K, MessageLevel.TALK),
    MessageRow(MessageRefused, ("end",), _E, MessageLevel.TALK, must=False),
    MessageRow(DevicesRequested, (DEVICE_TOPIC,), _D, MessageLevel.TALK, (DevicesReported,)),
    MessageRow(DevicesReported, (DEVICE_TOPIC,), _K, MessageLevel.TALK),
    MessageRow(PagesRequested, (DEVICE_TOPIC,), _D, MessageLevel.TALK, (PageOffered,), must=False),
)

_PAGE = (
    MessageRow(
        AddressRequested,
        ("cobrowse",),
        _D,
        MessageLevel.PAGE,
        (PageShown, AddressRefused),
    ),
    MessageRow(AddressRefused, ("cobrowse",), _K, MessageLevel.PAGE),
    MessageRow(PageShown, ("cobrowse",), _K, MessageLevel.PAGE),
    MessageRow(SharingChanged, ("cobrowse",), _K, MessageLevel.PAGE),
    MessageRow(
        SnapshotRequested,
        ("cobrowse",),
        _D,
        MessageLevel.PAGE,
        (SharingChanged, PageShown, MIRROR_TOPIC),
        Grant.SEE_PAGE,
    ),
    MessageRow(MirrorReceived, ("cobrowse",), _D, MessageLevel.PAGE),
    MessageRow(
        SheetsRequested,
        ("cobrowse",),
        _D,
        MessageLevel.PAGE,
        (MIRROR_TOPIC,),
        Grant.SEE_PAGE,
        must=False,
    ),
    MessageRow(PointerMoved, ("cobrowse",), _D, MessageLevel.PAGE, (PointerShown,), Grant.POINT),
    MessageRow(PointerShown, ("cobrowse",), _K, MessageLevel.PAGE, must=False),
    MessageRow(
        ResourceRequested,
        ("cobrowse",),
        _D,
        MessageLevel.PAGE,
        (ResourceSent, CHUNK_TOPIC),
        Grant.SEE_PAGE,
    ),
    MessageRow(ResourceSent, ("cobrowse",), _K, MessageLevel.PAGE),
    MessageRow(ChunksRequested, ("cobrowse",), _D, MessageLevel.PAGE, (CHUNK_TOPIC,)),
    MessageRow(DialogShown, ("cobrowse",), _K, MessageLevel.PAGE, must=False),
    MessageRow(DialogClosed, ("cobrowse",), _K, MessageLevel.PAGE, must=False),
    *(
        MessageRow(command, ("control",), _D, MessageLevel.PAGE, (CommandAnswered,), needs)
        for command, needs in NEEDED.items()
    ),
    MessageRow(CommandAnswered, ("control",), _K, MessageLevel.PAGE),
    MessageRow(ControlPaused, ("control",), _K, MessageLevel.PAGE, must=False),
    MessageRow(ZoomChanged, ("control",), _K, MessageLevel.PAGE, must=False),
)

_PAPERS = (
    MessageRow(
        ScanRequested,
        (DEVICE_TOPIC,),
        _D,
        MessageLevel.PAPERS,
        (ScanProgressed, PageOffered, ScanEnded),
        Grant.SCAN,
    ),
    MessageRow(ScanCancelRequested, (DEVICE_TOPIC,), _D, MessageLevel.PAPERS, (ScanEnded,)),
    MessageRow(ScanProgressed, (DEVICE_TOPIC,), _K, MessageLevel.PAPERS, must=False),
    MessageRow(ScanEnded, (DEVICE_TOPIC,), _K, MessageLevel.PAPERS),
    MessageRow(
        PageOffered,
        (DEVICE_TOPIC,),
        _K,
        MessageLevel.PAPERS,
        (ChunksRequested, PageKept, PageRefused),
    ),
    MessageRow(PageGlimpsed, (DEVICE_TOPIC,), _K, MessageLevel.PAPERS, must=False),
    MessageRow(ChunksRequested, (DEVICE_TOPIC,), _E, MessageLevel.PAPERS, (CHUNK_TOPIC,)),
    MessageRow(PageKept, (DEVICE_TOPIC,), _D, MessageLevel.PAPERS),
    MessageRow(PageRefused, (DEVICE_TOPIC,), _D, MessageLevel.PAPERS),
    MessageRow(
        PrintOffered,
        (DEVICE_TOPIC,),
        _D,
        MessageLevel.PAPERS,
        (ChunksRequested, PrintChanged),
    ),
    MessageRow(PrintChanged, (DEVICE_TOPIC,), _K, MessageLevel.PAPERS),
    MessageRow(PrintCancelRequested, (DEVICE_TOPIC,), _D, MessageLevel.PAPERS, (PrintChanged,)),
    MessageRow(
        ShowStarted,
        ("show",),
        _D,
        MessageLevel.PAPERS,
        (ShownPageRequested, ShownPagePainted, ShowEnded),
    ),
    MessageRow(
        ShownPageTurned, ("show",), _D, MessageLevel.PAPERS, (ShownPageRequested, ShownPagePainted)
    ),
    MessageRow(
        ShownPageRequested, ("show",), _K, MessageLevel.PAPERS, (ShownPageOffered, CHUNK_TOPIC)
    ),
    MessageRow(
        ShownPageOffered,
        ("show",),
        _D,
        MessageLevel.PAPERS,
        (ShownChunksRequested, ShownPagePainted),
    ),
    MessageRow(ShownChunksRequested, ("show",), _K, MessageLevel.PAPERS, (CHUNK_TOPIC,)),
    MessageRow(ShownPageMarked, ("show",), _D, MessageLevel.PAPERS, (ShownPagePainted,)),
    MessageRow(
        ShowPointerMoved, ("show",), _D, MessageLevel.PAPERS, (ShownPagePainted,), must=False
    ),
    MessageRow(ShownPagePainted, ("show",), _K, MessageLevel.PAPERS),
    MessageRow(ShowEnded, ("show",), _E, MessageLevel.PAPERS),
)

_SEALED = (
    MessageRow(SealRequested, (SEAL_TOPIC,), _D, MessageLevel.SEALED, (SealOffered,)),
    MessageRow(SealOffered, (SEAL_TOPIC,), _K, MessageLevel.SEALED),
    MessageRow(SealNeeded, (SEAL_TOPIC,), _K, MessageLevel.SEALED, (SealRequested,)),
)

MESSAGE_ROWS: tuple[MessageRow, ...] = (*_TALK, *_PAGE, *_PAPERS, *_SEALED)
"""Every message of a session. Bytes travel on the raw topics."""

SESSION_MESSAGES: tuple[type[SessionMessage], ...] = tuple(
    dict.fromkeys(row.message for row in MESSAGE_ROWS)
)

CONTROL_TOPICS: tuple[str, ...] = tuple(
    dict.fromkeys(topic for row in MESSAGE_ROWS for topic in row.topics)
)
"""Topics that carry JSON messages."""

RAW_TOPIC_ENDS: dict[str, SendingEnd] = {
    CHUNK_TOPIC: SendingEnd.EITHER,
    MIRROR_TOPIC: SendingEnd.KIOSK,
}
"""Topics that carry raw payloads, and who sends there."""

RAW_TOPICS: tuple[str, ...] = tuple(RAW_TOPIC_ENDS)

_SENDERS: dict[tuple[type[SessionMessage], str], SendingEnd] = {
    (row.message, topic): row.by for row in MESSAGE_ROWS for topic in row.topics
}

_POWERS: dict[type[SessionMessage], Grant] = {
    row.message: row.needs for row in MESSAGE_ROWS if row.needs is not None
}


def may_send(message: type[SessionMessage], topic: str, by: SendingEnd) -> bool:
    """True when this end says such a message on this topic."""
    sender = _SENDERS.get((message, topic))
    return sender in (by, SendingEnd.EITHER) or (sender is not None and topic == ASIDE_TOPIC)


def may_send_raw(topic: str, by: SendingEnd) -> bool:
    """True when this end sends bytes on this topic."""
    return RAW_TOPIC_ENDS.get(topic) in (by, SendingEnd.EITHER)


def power_for(message: type[SessionMessage]) -> Grant | None:
    """The power that the caller must have given before a kiosk does what this message asks."""
    return _POWERS.get(message)
