# SPDX-License-Identifier: GPL-3.0-only
"""One budget for all that one end sends: voice, face, shared page, scan, print.
Pure; used by `session.media.line.end`.

The order of sacrifice: scan and print slow down; then the face gets smaller; then it has fewer
pictures a second; then it is a still photo every few seconds. The voice is never touched. While a
page crosses, the face makes way for it ("document mode"). Steps down are taken at once, steps up
only after the line has had the capacity for a while.
"""

from __future__ import annotations

from dataclasses import dataclass

from session.media.engine import PictureLimits
from session.media.line.budget import VOICE_KBPS
from session.media.line.picture_limits import FACES, FULL_KBPS, face_step, from_kbps, picture_limits
from session.media.line.picture_limits import PHOTO_EVERY_S as PHOTO_EVERY_S
from session.protocol.conversation.line import STEPS, LineStep

HEADROOM = 0.95
"""The rest is for what is not planned: retransmissions, signs of life, acknowledgements of the
other direction.
"""

FACE_FULL_KBPS = FULL_KBPS
FACE_IN_DOCUMENT_KBPS = 80
PAGE_KBPS = 300
"""What a page may take of a narrow line; on a wide one it gets all that a full face leaves."""

SLACK_KBPS = 100
"""How much above its least a face gives up while a page crosses. Pages travel over TCP: after each
lost packet a burst comes, and without free capacity the burst delayed voice and face for seconds
(measured on 512 kb/s).
"""

LEAST_PAGE_KBPS = 24
"""Scan and print slow down but never stop: the conversation is about them."""

SLOW_PAGE_KBPS = 150
"""Slower pages are shown to people: 200 kB take more than ten seconds."""

MIRROR_SHARE = 0.6
"""The shared page's part of what pages get while scan or print run too: both people look at it."""

RISE = 1.25
UP_AFTER_S = 8.0


@dataclass(frozen=True, kw_only=True)
class Demand:
    """The things that want to be sent now, beside voice and face."""

    mirror: bool = False
    page: bool = False


@dataclass(frozen=True, kw_only=True)
class Talkers:
    """The people whose voice and face cross this line.

    Attributes:
        faces: calls that share it: 2 while a third person is there. Each has a voice and a face,
            all faces are alike.
        motion: somebody talks with the hands (sign language): movement goes before size.
    """

    faces: int = 1
    motion: bool = False


TWO_PEOPLE = Talkers()


@dataclass(frozen=True, kw_only=True)
class Shares:
    """The shares of the line: who may send how much.
    `mirror_kbps` is the shared page's, `page_kbps` that of scan or print; `face` of each.
    """

    step: LineStep
    document: bool
    budget_kbps: float
    face: PictureLimits
    page_kbps: int
    mirror_kbps: int

    def differs(self, other: Shares) -> bool:
        """True if the step is another one, or a rate differs by more than a tenth."""
        if (self.step, self.document, self.face.motion) != (
            other.step,
            other.document,
            other.face.motion,
        ):
            return True
        pairs = (
            (self.face.kbps, other.face.kbps),
            (self.page_kbps, other.page_kbps),
            (self.mirror_kbps, other.mirror_kbps),
        )
        return any(abs(mine - theirs) > 0.1 * max(mine, theirs) for mine, theirs in pairs)


class _Stairs:
    """A step of the face with hysteresis: down at once, up one step after `UP_AFTER_S` of room."""

    def __init__(self) -> None:
        self._at = LineStep.FULL
        self._room_since_s: float | None = None

    def step(self, now_s: float, kbps: float, motion: bool) -> LineStep:
        allowed = face_step(kbps, motion=motion)
        if FACES.index(allowed) >= FACES.index(self._at):
            self._at = allowed
            self._room_since_s = None
            return self._at
        better = FACES[FACES.index(self._at) - 1]
        if kbps < from_kbps(motion)[better] * RISE:
            self._room_since_s = None
        elif self._room_since_s is None:
            self._room_since_s = now_s
        elif now_s - self._room_since_s >= UP_AFTER_S:
            self._at = better
            self._room_since_s = now_s
        return self._at


class Governor:
    """Shares the budget out; call `shares` about once a second, with the same clock's seconds."""

    def __init__(self) -> None:
        self._plain = _Stairs()
        self._beside_page = _Stairs()

    def shares(
        self, now_s: float, budget_kbps: float, demand: Demand, talkers: Talkers = TWO_PEOPLE
    ) -> Shares:
        """Return who may send how much now.

        Args:
            budget_kbps: what the line carries, everything and all headers included.
        """
        faces, motion = talkers.faces, talkers.motion
        free_kbps = max(0.0, budget_kbps * HEADROOM - VOICE_KBPS * faces)
        plain = self._plain.step(now_s, free_kbps / faces, motion)
        document = demand.mirror or demand.page
        if not document:
            return _shares(
                plain,
                budget_kbps,
                face_kbps=free_kbps / faces,
                bulk_kbps=free_kbps,
                demand=demand,
                talkers=talkers,
            )
        bulk_kbps = _bulk(free_kbps, faces)
        face_kbps = _beside(max(0.0, free_kbps - bulk_kbps) / faces)
        beside = self._beside_page.step(now_s, face_kbps, motion)
        return _shares(
            beside,
            budget_kbps,
            face_kbps=face_kbps,
            bulk_kbps=bulk_kbps,
            demand=demand,
            talkers=talkers,
        )


def _shares(
    face: LineStep,
    budget_kbps: float,
    *,
    face_kbps: float,
    bulk_kbps: float,
    demand: Demand,
    talkers: Talkers,
) -> Shares:
    page_kbps, mirror_kbps = _split(bulk_kbps, demand, talkers.faces)
    is_full = face_kbps >= from_kbps(talkers.motion)[LineStep.FULL]
    slow = demand.page and page_kbps < SLOW_PAGE_KBPS
    return Shares(
        step=LineStep.SLOW_PAGES if slow and face is LineStep.FULL else face,
        document=(demand.mirror or demand.page) and not is_full,
        budget_kbps=round(budget_kbps, 1),
        face=picture_limits(face, face_kbps, motion=talkers.motion),
        page_kbps=page_kbps,
        mirror_kbps=mirror_kbps,
    )


def _bulk(free_kbps: float, faces: int) -> float:
    """Return what pages get beside faces: all but 80 kb/s each, at most 300,
    and on a wide line what full faces leave.
    """
    beside_faces = min(PAGE_KBPS, free_kbps - FACE_IN_DOCUMENT_KBPS * faces)
    return max(float(LEAST_PAGE_KBPS), beside_faces, free_kbps - FACE_FULL_KBPS * faces)


def _beside(face_kbps: float) -> float:
    """Return what a face uses of its part while pages cross."""
    if face_kbps >= FACE_FULL_KBPS:
        return face_kbps
    return face_kbps - min(SLACK_KBPS, max(0.0, face_kbps - FACE_IN_DOCUMENT_KBPS))


def _split(bulk_kbps: float, demand: Demand, faces: int) -> tuple[int, int]:
    """(scan and print, shared page). One that sends nothing now gets what it would have if it
    began.
    """
    bulk = max(LEAST_PAGE_KBPS, round(min(bulk_kbps, 100_000)))
    if demand.mirror and demand.page:
        mirror = round(bulk * MIRROR_SHARE)
        return bulk - mirror, mirror
    if demand.mirror or demand.page:
        first = bulk
    else:
        first = max(LEAST_PAGE_KBPS, round(_bulk(bulk_kbps, faces)))
    return first, first


def budget_for_pages(kbps: float) -> float:
    """The budget that leaves `kbps` to pages beside the best face."""
    return (kbps + FACE_FULL_KBPS + VOICE_KBPS) / HEADROOM


def worse(first: LineStep, other: LineStep) -> LineStep:
    """The one that gives up more."""
    return max(first, other, key=STEPS.index)
