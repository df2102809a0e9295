# SPDX-License-Identifier: GPL-3.0-only
"""The drawn person."""

from __future__ import annotations

import numpy as np
import pytest

from session.media.devices.person import EYES, MOUTHS, SyntheticPerson, eyes_at, gaze_at, mouth_at


@pytest.mark.parametrize("size", [(640, 360), (1280, 720)])
def test_pictures_have_the_size_asked_for(size: tuple[int, int]) -> None:
    picture = SyntheticPerson(*size).draw(1.0)
    assert (picture.size, picture.mode) == (size, "RGB")


def test_the_person_moves_and_the_office_does_not() -> None:
    person = SyntheticPerson()
    first, second = (np.asarray(person.draw(t)).astype(int) for t in (1.0, 2.0))
    changed = np.abs(first - second).sum(axis=2) > 12
    assert changed[60:260, 230:410].mean() > 0.05
    assert not changed[:, :120].any()


def test_the_same_moment_gives_the_same_picture() -> None:
    assert SyntheticPerson().draw(3.2).tobytes() == SyntheticPerson().draw(3.2).tobytes()


def test_it_talks_listens_blinks_and_looks_aside() -> None:
    moments = [i / 25 for i in range(25 * 30)]
    assert {mouth_at(t) for t in moments} == set(MOUTHS)
    assert {eyes_at(t) for t in moments} == set(EYES)
    assert {gaze_at(t) for t in moments} == {-1, 0, 1}
    assert all(mouth_at(t) == 0.0 for t in moments if t % 9 > 6.0)
