# SPDX-License-Identifier: GPL-3.0-only
"""The messages of the two ends of a session about the line between them: topic "line".
Each end governs what it sends.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from session.protocol.conversation.messages import SessionMessage

TOPIC = "line"

Kbps = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]
Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Milliseconds = Annotated[float, msgspec.Meta(ge=0, le=600_000)]


class LineStep(StrEnum):
    """The price of a narrow line, in the declared order;
    the voice is never given up.

    Full: nothing. Slow pages: scan and print take longer. Small: a smaller picture.
    Few: also fewer pictures a second. Photo: a still photo every few seconds.
    """

    FULL = "full"
    SLOW_PAGES = "slow_pages"
    SMALL = "small"
    FEW = "few"
    PHOTO = "photo"


STEPS = tuple(LineStep)


class LineGoverned(SessionMessage, frozen=True, kw_only=True):
    """The sender's governor has a new rule for what it sends.

    Attributes:
        step: what is given up.
        document: a page crosses now, and the face makes room for it.
        budget_kbps: what the line is taken to carry that way.
        face_kbps, page_kbps: parts of it.
        motion: hands talk: movement goes before size.

    On the topic "third" the kiosk says it too:
    by this rule the third person sends its face, so that two people who send to one kiosk do not
    fill its line twice.
    """

    step: LineStep
    document: bool = False
    budget_kbps: Kbps = 0.0
    face_kbps: Kbps = 0.0
    page_kbps: Kbps = 0.0
    motion: bool = False


class LinePriority(SessionMessage, frozen=True, kw_only=True):
    """A message that says what goes first on a narrow line; who said it last decides.
    `motion`: hands talk (sign language): movement, then size.
    """

    motion: bool


class LineSeen(SessionMessage, frozen=True, kw_only=True):
    """The data that the sender received in the last two seconds.

    Attributes:
        kbps: voice and picture.
        loss_percent: packets that never came.
        rtt_ms: round trip, None when not measured.
        height_px: of the last picture, 0 without one.
        fps: pictures a second.
        freezes: times the picture began to stand still for a second or more; not counted while the
            other end sends photos.
        concealed_percent: of the sound, guessed because its packets did not come.
    """

    kbps: Kbps = 0.0
    loss_percent: Percent = 0.0
    rtt_ms: Milliseconds | None = None
    height_px: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0
    fps: Annotated[float, msgspec.Meta(ge=0, le=240)] = 0.0
    freezes: Count = 0
    concealed_percent: Percent = 0.0


class Geometry(SessionMessage, frozen=True, kw_only=True):
    """The view of the sender's camera on its person,
    so that the other end can show the face as large as in the room.

    Attributes:
        camera_fov_deg: horizontal angle of the whole picture.
        distance_mm: from the camera to the person.
    """

    camera_fov_deg: Annotated[float, msgspec.Meta(ge=10, le=170)]
    distance_mm: Annotated[float, msgspec.Meta(ge=100, le=10_000)]


LineMessage = LineGoverned | LinePriority | LineSeen | Geometry
