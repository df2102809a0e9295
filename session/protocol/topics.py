# SPDX-License-Identifier: GPL-3.0-only
"""The topics that a session's two ends speak on, and every message of `session_messages` as one
type.

Used by the ends' channel, the hub's relay and the codec.
"""

from __future__ import annotations

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
    ResourceRequested,
    ResourceSent,
    ScanCancelRequested,
    ScanEnded,
    ScanProgressed,
    ScanRequested,
    SharingChanged,
    SnapshotRequested,
)

AnySessionMessage = (
    CallOffered
    | CallAnswered
    | CallRequested
    | CallFailed
    | MediaSeen
    | CameraChanged
    | GrantRequested
    | GrantChanged
    | GrantsRequested
    | AddressRequested
    | AddressRefused
    | PageShown
    | SharingChanged
    | SnapshotRequested
    | PointerMoved
    | PointerShown
    | ResourceRequested
    | ResourceSent
    | DevicesRequested
    | DevicesReported
    | ScanRequested
    | ScanCancelRequested
    | ScanProgressed
    | ScanEnded
    | PageGlimpsed
    | PageOffered
    | ChunksRequested
    | PageKept
    | PageRefused
    | PagesRequested
    | PrintOffered
    | PrintChanged
    | PrintCancelRequested
    | KioskWiped
    | MessageRefused
)

THIRD_TOPIC, ASIDE_TOPIC = "third", "aside"
"""Calls with a third person: between it and the kiosk, between it and the agent.
Messages as on "call".
"""

SEAL_TOPIC = "seal"
"""How the two ends come to their key; never sealed itself."""

CONTROL_TOPICS = (
    "call",
    THIRD_TOPIC,
    ASIDE_TOPIC,
    "grant",
    "cobrowse",
    "control",
    "show",
    "device",
    "beside",
    "end",
    "line",
    SEAL_TOPIC,
)
"""Topics that carry JSON messages."""

RAW_TOPICS = ("chunk", "mirror")
"""Topics that carry raw payloads."""
