# SPDX-License-Identifier: GPL-3.0-only
"""One budget, shared out in the declared order, by a clock that the test moves."""

from __future__ import annotations

import pytest

from session.media.line.budget import VOICE_KBPS
from session.media.line.governor import UP_AFTER_S, Demand, Governor, Shares, Talkers, worse
from session.protocol.conversation.line import LineStep

QUIET = Demand()
SCAN = Demand(page=True)
REFERENCE_KBPS = 420.0
"""What a line of 512 kb/s carries of IP."""


def at_once(budget_kbps: float, demand: Demand = QUIET) -> Shares:
    return Governor().shares(0.0, budget_kbps, demand)


def test_the_reference_line_has_a_full_face_while_nothing_else_crosses() -> None:
    shares = at_once(REFERENCE_KBPS)
    assert shares.step is LineStep.FULL
    assert not shares.document
    assert 300 <= shares.face.kbps <= REFERENCE_KBPS - VOICE_KBPS
    assert shares.face.height_px == 720


def test_in_document_mode_the_face_makes_room_for_the_page() -> None:
    shares = at_once(REFERENCE_KBPS, SCAN)
    assert shares.document
    assert 70 <= shares.face.kbps <= 90
    assert 250 <= shares.page_kbps <= 300
    assert shares.face.kbps + shares.page_kbps + VOICE_KBPS <= REFERENCE_KBPS


def test_beside_a_page_the_face_leaves_room_for_its_bursts() -> None:
    for budget_kbps in range(430, 2300, 10):
        shares = at_once(budget_kbps, SCAN)
        free_kbps = budget_kbps - VOICE_KBPS - shares.page_kbps - shares.face.kbps
        assert free_kbps >= (100 if shares.face.kbps > 80 else 0)
    assert at_once(512, SCAN).face.kbps == 80
    assert at_once(512, SCAN).page_kbps == 300


def test_a_wide_line_needs_no_document_mode() -> None:
    shares = at_once(8000, SCAN)
    assert not shares.document
    assert shares.step is LineStep.FULL
    assert shares.face.kbps == 2000
    assert shares.page_kbps > 5000


def test_the_order_of_sacrifice() -> None:
    """Narrower and narrower: first scan and print, then the size, then the number of pictures, then
    photos.
    """
    with_page = [at_once(kbps, SCAN) for kbps in range(420, 60, -2)]
    assert [shares.page_kbps for shares in with_page] == sorted(
        (s.page_kbps for s in with_page), reverse=True
    )
    slowest = next(shares for shares in with_page if shares.page_kbps == 24)
    assert slowest.face.kbps >= 78, (
        "the page is as slow as can be before its face gives up anything"
    )
    alone = [at_once(kbps).step for kbps in range(420, 60, -2)]
    assert list(dict.fromkeys(alone)) == [
        LineStep.FULL,
        LineStep.SMALL,
        LineStep.FEW,
        LineStep.PHOTO,
    ]


@pytest.mark.parametrize(
    "demand", [QUIET, SCAN, Demand(mirror=True), Demand(mirror=True, page=True)]
)
def test_the_voice_is_never_given_up(demand: Demand) -> None:
    for budget_kbps in range(110, 2000, 7):
        shares = at_once(budget_kbps, demand)
        pages = shares.page_kbps if demand.page else 0
        mirror = shares.mirror_kbps if demand.mirror else 0
        assert VOICE_KBPS + shares.face.kbps + pages + mirror <= budget_kbps


def test_a_slow_page_on_a_line_with_room_for_a_face_is_said() -> None:
    governor = Governor()
    assert governor.shares(0, 330, Demand(mirror=True, page=True)).page_kbps < 150
    assert at_once(420, SCAN).page_kbps > 150


def test_down_at_once_and_up_only_after_a_while_of_room() -> None:
    governor = Governor()
    assert governor.shares(0, 400, QUIET).step is LineStep.FULL
    assert governor.shares(1, 180, QUIET).step is LineStep.SMALL
    assert governor.shares(2, 400, QUIET).step is LineStep.SMALL
    assert governor.shares(2 + UP_AFTER_S - 1, 400, QUIET).step is LineStep.SMALL
    assert governor.shares(2 + UP_AFTER_S, 400, QUIET).step is LineStep.FULL


def test_a_line_at_the_border_does_not_flicker() -> None:
    governor = Governor()
    steps = [governor.shares(t, 257 + (6 if t % 2 else -6), QUIET).step for t in range(120)]
    assert steps[1:] == [LineStep.SMALL] * 119 or steps == [LineStep.SMALL] * 120


def test_up_is_one_step_after_the_other() -> None:
    governor = Governor()
    assert governor.shares(0, 70, QUIET).step is LineStep.PHOTO
    seen = [governor.shares(1 + t, 800, QUIET).step for t in range(40)]
    assert list(dict.fromkeys(seen)) == [
        LineStep.PHOTO,
        LineStep.FEW,
        LineStep.SMALL,
        LineStep.FULL,
    ]


def test_after_a_page_the_face_is_back_at_once() -> None:
    governor = Governor()
    governor.shares(0, REFERENCE_KBPS, QUIET)
    assert governor.shares(1, REFERENCE_KBPS, SCAN).document
    after = governor.shares(2, REFERENCE_KBPS, QUIET)
    assert (after.step, after.document) == (LineStep.FULL, False)


def test_a_photo_is_a_picture_every_few_seconds() -> None:
    face = at_once(75).face
    assert face.fps == 0.25
    assert face.kbps >= 16


def test_small_changes_are_not_worth_a_word() -> None:
    first = at_once(420)
    assert not first.differs(at_once(424))
    assert first.differs(at_once(600))
    assert first.differs(at_once(420, SCAN))


def test_of_two_directions_the_worse_one_is_told() -> None:
    assert worse(LineStep.SMALL, LineStep.FULL) is LineStep.SMALL
    assert worse(LineStep.SLOW_PAGES, LineStep.PHOTO) is LineStep.PHOTO


THREE = Talkers(faces=2)
HANDS = Talkers(motion=True)


@pytest.mark.parametrize("demand", [QUIET, SCAN, Demand(mirror=True, page=True)])
def test_three_people_stay_within_one_budget(demand: Demand) -> None:
    for budget_kbps in range(200, 6000, 37):
        shares = Governor().shares(0.0, budget_kbps, demand, THREE)
        pages = (shares.page_kbps if demand.page else 0) + (
            shares.mirror_kbps if demand.mirror else 0
        )
        assert 2 * (VOICE_KBPS + shares.face.kbps) + pages <= budget_kbps


def test_a_third_face_halves_the_others_and_is_gone_without_a_trace() -> None:
    governor = Governor()
    alone = governor.shares(0, 2000, QUIET)
    three = governor.shares(1, 2000, QUIET, THREE)
    assert three.face.kbps == pytest.approx((2000 * 0.95 - 2 * VOICE_KBPS) / 2, abs=1)
    assert three.differs(alone)
    assert governor.shares(2, 2000, QUIET) == alone


def test_hands_keep_moving_where_a_face_would_stand_still() -> None:
    for budget_kbps in range(50, 3000, 11):
        hands = Governor().shares(0.0, budget_kbps, QUIET, HANDS).face
        face = at_once(budget_kbps).face
        assert hands.motion
        assert hands.fps >= 12
        assert hands.fps >= face.fps or face.fps >= 15
        assert hands.height_px <= face.height_px
    assert at_once(60).face.fps < 1
    assert Governor().shares(0.0, REFERENCE_KBPS, QUIET, HANDS).face.fps >= 25


def test_for_hands_the_size_is_given_up_before_the_movement() -> None:
    faces = [Governor().shares(0.0, kbps, QUIET, HANDS).face for kbps in range(2400, 60, -5)]
    fluid = [face for face in faces if face.fps >= 25]
    assert [face.height_px for face in fluid] == sorted(
        (face.height_px for face in fluid), reverse=True
    )
    assert fluid[-1].height_px == 180, "every row that can go has gone before the first picture"


def test_a_word_is_said_when_hands_begin_to_talk() -> None:
    assert Governor().shares(0.0, 3000, QUIET, HANDS).differs(at_once(3000))
