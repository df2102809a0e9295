# SPDX-License-Identifier: GPL-3.0-only
"""The ways in which an organisation wants its papers scanned: a button at the desk for each.
From the convention, through the hub.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from session.protocol.conversation.messages import ScanSource
from session.protocol.wire.ids import Id


class Sides(StrEnum):
    """The sides to scan of each sheet in the feeder: one; both, by a scanner that can;
    both by hand: the pile is turned over once.
    """

    ONE = "one"
    BOTH = "both"
    BY_HAND = "by_hand"


class ScanProfile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings under a name.

    Attributes:
        name: what the agent reads on the button.
        source, sides, dpi, colour: as the agent may choose them one by one.
        preview: it begins with a preview, so that several small documents on the glass become a
            page each.
    """

    id: Id
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    source: ScanSource = ScanSource.GLASS
    sides: Sides = Sides.ONE
    dpi: Annotated[int, msgspec.Meta(ge=75, le=600)] = 300
    colour: bool = True
    preview: bool = False


MOST_PROFILES = 6
"""Buttons that an agent reads at a glance."""
