# SPDX-License-Identifier: GPL-3.0-only
"""What is put down to chance when two medians are compared."""

from __future__ import annotations

import random

import pytest

from tests.benchmarks.chance import MOST, chance


def rounds(
    middle: float, spread: float, shifts: tuple[float, ...] = (0, 0, 0, 0, 0, 0)
) -> list[list[float]]:
    dice = random.Random(7)
    return [[middle + shift + dice.uniform(-spread, spread) for _ in range(80)] for shift in shifts]


def test_a_steady_machine_leaves_little_to_chance() -> None:
    assert chance(rounds(3.0, 0.03), rounds(3.0, 0.03)) == pytest.approx(0.002, abs=0.002)


def test_who_is_told_first_is_chance() -> None:
    assert chance(rounds(3.0, 1.5), rounds(3.0, 1.5)) == pytest.approx(0.07, abs=0.03)


def test_a_round_that_the_machine_has_spoilt_is_seen_and_explains_only_a_tenth() -> None:
    calm = chance(rounds(3.0, 0.3), rounds(3.0, 0.3))
    assert calm < chance(rounds(3.0, 0.3, (0, 0, 0, 0, 0.3, 0.3)), rounds(3.0, 0.3)) <= MOST
    assert chance(rounds(3.0, 0.3, (0, 3, 0, 3, 0, 3)), rounds(3.0, 0.3)) == MOST
