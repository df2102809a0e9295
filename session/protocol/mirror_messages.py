# SPDX-License-Identifier: GPL-3.0-only
"""What accompanies the stream of the shared page on the topic "cobrowse": how far it arrived. Used by both ends."""

from __future__ import annotations

from typing import Annotated

import msgspec

from session.protocol.session_messages import SessionMessage


class MirrorReceived(SessionMessage, frozen=True, kw_only=True):
    """Desk: the part of the stream with this `Ack` is here, and all before it that will come.

    The kiosk asks for it only while more is waiting: from the time it took, the kiosk learns what the line can bear.
    """

    ack: Annotated[int, msgspec.Meta(ge=0)]


MirrorMessage = MirrorReceived
