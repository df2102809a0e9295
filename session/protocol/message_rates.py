# SPDX-License-Identifier: GPL-3.0-only
"""The rate at which an end may say each message, and how much of it the other end keeps:
the table beside the limits in bytes (`session.protocol.wire.version`).

The ends' channel counts by type, the hub's relay, which may not be able to read, by topic;
`docs/reference/limits.md` is made from it. Many times what our own programs send, so that only
a loop or an attack meets it.
"""

from __future__ import annotations

from session.protocol.conversation.chat_and_privacy import WordsSaid
from session.protocol.conversation.messages import (
    ChunksRequested,
    GrantChanged,
    GrantsRequested,
    MessageRefused,
    PageGlimpsed,
    PageKept,
    PageOffered,
    PageRefused,
    PointerMoved,
    PrintOffered,
    QuestionWaits,
    ResourceRequested,
    ResourceSent,
    ScanProgressed,
    ScanRequested,
    SessionMessage,
)
from session.protocol.conversation.mirror_messages import DialogClosed, DialogShown, MirrorReceived
from session.protocol.conversation.remote_control import NEEDED, CommandAnswered
from session.protocol.conversation.shown_document import (
    ShownPageMarked,
    ShownPagePainted,
    ShowPointerMoved,
    ShowStarted,
)
from session.protocol.endpoints.channel import MessageRate
from session.protocol.endpoints.chat import MOST_KEPT
from session.protocol.topics import CHUNK_TOPIC, CONTROL_TOPICS, MESSAGE_ROWS, MIRROR_TOPIC

ORDINARY = MessageRate(10, 100)
"""What a person's acts and reports of every second or two need."""

_PERSON = MessageRate(2, 30)
_POINTING = MessageRate(60, 300)
_PAPERS = MessageRate(20, 600)
"""An end keeps 500 messages for a line that is away, and sends them at once."""

RATES: dict[type[SessionMessage], MessageRate] = {
    WordsSaid: _PERSON,
    DialogShown: _PERSON,
    DialogClosed: _PERSON,
    MessageRefused: _PERSON,
    GrantsRequested: _PERSON,
    ScanRequested: _PERSON,
    PrintOffered: _PERSON,
    QuestionWaits: _PERSON,
    ShowStarted: _PERSON,
    GrantChanged: MessageRate(20, 300),
    PageOffered: _PAPERS,
    PageGlimpsed: _PAPERS,
    PageKept: _PAPERS,
    PageRefused: _PAPERS,
    ChunksRequested: _PAPERS,
    ScanProgressed: _PAPERS,
    **dict.fromkeys(NEEDED, _POINTING),
    CommandAnswered: _POINTING,
    PointerMoved: _POINTING,
    ShowPointerMoved: _POINTING,
    ShownPageMarked: _POINTING,
    ShownPagePainted: _POINTING,
    ResourceRequested: MessageRate(50, 1000),
    ResourceSent: MessageRate(50, 1000),
    MirrorReceived: MessageRate(200, 2000),
}
"""Of messages that are not `ORDINARY`."""

RAW_RATES: dict[str, MessageRate] = {
    CHUNK_TOPIC: MessageRate(1000, 4000),
    MIRROR_TOPIC: MessageRate(1000, 4096),
}
"""Payloads of the raw topics: a page of 24 MiB, and a picture of the shared page, at once."""

MIRROR_PICTURES = MessageRate(2, 30)
"""Full pictures of the shared page that a desk draws."""

MIRROR_BYTES = MessageRate(2 << 20, 16 << 20)
"""Of its events, unpacked: some kilobytes on the line may be a page of 60,000 elements here."""

RELAY_TIMES = 2
"""The hub passes twice what the busiest message of a topic needs: what is too much by type shall
reach the other end, which knows more of it.
"""

QUIET_S = 10.0
"""Who has sent too much is told once, and again when it begins anew after so long."""

KEPT: dict[type[SessionMessage], int] = {WordsSaid: MOST_KEPT, PageOffered: 500, PageGlimpsed: 500}
"""How many of a conversation an end keeps at once, where it keeps more than the newest: older words
give way, a page too many is not taken before others have come.
"""


def rate_of(message: type[SessionMessage]) -> MessageRate:
    """Return how often the other end takes such a message."""
    return RATES.get(message, ORDINARY)


def _of_topic(topic: str) -> MessageRate:
    rates = [rate_of(row.message) for row in MESSAGE_ROWS if topic in row.topics]
    per_s, burst = max(rate.per_s for rate in rates), max(rate.burst for rate in rates)
    return MessageRate(RELAY_TIMES * per_s, RELAY_TIMES * burst)


TOPIC_RATES: dict[str, MessageRate] = {
    **{topic: _of_topic(topic) for topic in CONTROL_TOPICS},
    **{
        topic: MessageRate(RELAY_TIMES * rate.per_s, RELAY_TIMES * rate.burst)
        for topic, rate in RAW_RATES.items()
    },
}
"""What the hub passes of one end."""
