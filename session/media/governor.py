# SPDX-License-Identifier: GPL-3.0-only
"""One budget for all that one end sends: voice, face, shared page, scan, print. Pure; used by `session.media.line_end`.

Declared order of sacrifice: the voice never; scan and print slow down; then the face gets smaller; then it has fewer
pictures a second; then it is a still photo every few seconds. While a page crosses the face makes room for it
("document mode"). Going down is at once; going up only after the line has had room for it for a while.
"""

from __future__ import annotations

from dataclasses import dataclass

from session.media.engine import PictureLimits
from session.media.line_budget import VOICE_KBPS
from session.protocol.line_messages import STEPS, Step

HEADROOM = 0.95
"""What is not planned: retransmissions, signs of life, acknowledgements of the other direction."""

FACE_FULL_KBPS = 2000
FACE_IN_DOCUMENT_KBPS = 80
PAGE_KBPS = 300
"""What a page may take of a narrow line; a wide one gives it all that a full face leaves."""

LEAST_PAGE_KBPS = 24
"""Scan and print slow down but never stop: the conversation is about them."""

SLOW_PAGE_KBPS = 150
"""Pages slower than this are worth a word: 200 kB take more than ten seconds."""

MIRROR_SHARE = 0.6
"""Of what pages get, for the shared page while scan or print run too: both people look at it."""

RISE = 1.25
UP_AFTER_S = 8.0
PHOTO_EVERY_S = 4.0

_FACE_FROM_KBPS = {Step.FULL: 200.0, Step.SMALL: 70.0, Step.FEW: 36.0}
"""From which part of the line on a face may be so; below all of them it is a photo."""

_FACES = (Step.FULL, Step.SMALL, Step.FEW, Step.PHOTO)


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What wants to be sent now, beside voice and face."""

    mirror: bool = False
    page: bool = False


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Who may send how much. `mirror_kbps` is the shared page's, `page_kbps` that of scan or print."""

    step: Step
    document: bool
    budget_kbps: float
    face: PictureLimits
    page_kbps: int
    mirror_kbps: int

    def differs(self, other: Shares) -> bool:
        """Worth a word, or by more than a tenth."""
        if (self.step, self.document) != (other.step, other.document):
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
        self._at = Step.FULL
        self._room_since_s: float | None = None

    def step(self, now_s: float, kbps: float) -> Step:
        allowed = _face_step(kbps)
        if _FACES.index(allowed) >= _FACES.index(self._at):
            self._at, self._room_since_s = allowed, None
            return self._at
        better = _FACES[_FACES.index(self._at) - 1]
        if kbps < _FACE_FROM_KBPS[better] * RISE:
            self._room_since_s = None
        elif self._room_since_s is None:
            self._room_since_s = now_s
        elif now_s - self._room_since_s >= UP_AFTER_S:
            self._at, self._room_since_s = better, now_s
        return self._at


class Governor:
    """Shares the budget out; call `shares` about once a second, with the same clock's seconds."""

    def __init__(self) -> None:
        self._plain, self._beside_page = _Stairs(), _Stairs()

    def shares(self, now_s: float, budget_kbps: float, demand: Demand) -> Shares:
        """Who may send how much now.

        Args:
            budget_kbps: what the line carries, everything and all headers included.
        """
        free_kbps = max(0.0, budget_kbps * HEADROOM - VOICE_KBPS)
        plain = self._plain.step(now_s, free_kbps)
        document = demand.mirror or demand.page
        if not document:
            return self._made(plain, budget_kbps, free_kbps, free_kbps, demand)
        bulk_kbps = _bulk(free_kbps)
        face_kbps = max(0.0, free_kbps - bulk_kbps)
        beside = self._beside_page.step(now_s, face_kbps)
        return self._made(beside, budget_kbps, face_kbps, bulk_kbps, demand)

    def _made(self, face: Step, budget_kbps: float, face_kbps: float, bulk_kbps: float, demand: Demand) -> Shares:
        page_kbps, mirror_kbps = _split(bulk_kbps, demand)
        document = (demand.mirror or demand.page) and face_kbps < _FACE_FROM_KBPS[Step.FULL]
        slow = demand.page and page_kbps < SLOW_PAGE_KBPS
        step = Step.SLOW_PAGES if slow and face is Step.FULL else face
        return Shares(
            step=step,
            document=document,
            budget_kbps=round(budget_kbps, 1),
            face=_limits(face, face_kbps),
            page_kbps=page_kbps,
            mirror_kbps=mirror_kbps,
        )


def _bulk(free_kbps: float) -> float:
    """What pages get beside a face: all but 80 kb/s, at most 300, and on a wide line what a full face leaves."""
    beside_face = min(PAGE_KBPS, free_kbps - FACE_IN_DOCUMENT_KBPS)
    return max(float(LEAST_PAGE_KBPS), beside_face, free_kbps - FACE_FULL_KBPS)


def _split(bulk_kbps: float, demand: Demand) -> tuple[int, int]:
    """(scan and print, shared page). Who sends nothing now is told what it would have at once."""
    bulk = max(LEAST_PAGE_KBPS, round(min(bulk_kbps, 100_000)))
    if demand.mirror and demand.page:
        mirror = round(bulk * MIRROR_SHARE)
        return bulk - mirror, mirror
    first = bulk if demand.mirror or demand.page else max(LEAST_PAGE_KBPS, round(_bulk(bulk_kbps)))
    return first, first


def _face_step(kbps: float) -> Step:
    return next((step for step, from_kbps in _FACE_FROM_KBPS.items() if kbps >= from_kbps), Step.PHOTO)


def _limits(step: Step, kbps: float) -> PictureLimits:
    rate = max(16, min(FACE_FULL_KBPS, round(kbps)))
    match step:
        case Step.FULL:
            return PictureLimits(kbps=rate, height_px=1080 if rate >= 1200 else 720, fps=30.0)
        case Step.SMALL:
            return PictureLimits(kbps=rate, height_px=360 if rate >= 110 else 270, fps=25.0 if rate >= 110 else 15.0)
        case Step.FEW:
            return PictureLimits(kbps=rate, height_px=180, fps=8.0)
        case _:
            return PictureLimits(kbps=rate, height_px=270, fps=1 / PHOTO_EVERY_S)


def budget_for_pages(kbps: float) -> float:
    """The budget of which pages get `kbps` beside the best face."""
    return (kbps + FACE_FULL_KBPS + VOICE_KBPS) / HEADROOM


def worse(one: Step, other: Step) -> Step:
    """The one that gives up more."""
    return max(one, other, key=STEPS.index)
