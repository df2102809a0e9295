# SPDX-License-Identifier: GPL-3.0-only
"""Events of the line beneath voice and picture.
Part of `session.log.events`; each end writes what it measured.
"""

from __future__ import annotations

from session.log.event_base import Code, Event, Writer


class LineMeasured(Event, frozen=True, kw_only=True):
    """What `by` received in `over_s` seconds;
    the fields as in `session.protocol.conversation.line.LineSeen`.
    """

    by: Writer
    over_s: float
    kbps: float
    loss_percent: float
    rtt_ms: float | None
    height_px: int
    fps: float
    freezes: int
    concealed_percent: float


class LineGoverned(Event, frozen=True, kw_only=True):
    """`by` sends its face and its pages by another rule:
    what is given up (`step`), whether a page crosses.

    `motion`: hands talk, movement goes before size.
    """

    by: Writer
    step: Code
    document: bool
    budget_kbps: float
    face_kbps: float
    page_kbps: float
    motion: bool = False


LineEvent = LineMeasured | LineGoverned
