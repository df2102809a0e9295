# SPDX-License-Identifier: GPL-3.0-only
"""How far two medians that were measured in rounds can be apart by chance alone.
Used by `bench_hub`.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence

TRIES = 600
MOST = 0.1
"""No more is put down to chance: a machine so restless is no measure."""

Rounds = Sequence[Sequence[float]]
"""What was measured, round by round."""


def chance(ours: Rounds, peer: Rounds, seed: int = 1) -> float:
    """Half of the interval that holds 95 of 100 ratios of the medians, as a share of their median;
    at most `MOST`.

    The bootstrap (Efron, "Bootstrap Methods:
    Another Look at the Jackknife", 1979), of rounds first and then of what is in them: what the
    machine does for seconds hits a round, not one call.
    """
    dice = random.Random(seed)
    ratios = sorted(_median(ours, dice) / _median(peer, dice) for _ in range(TRIES))
    half = (ratios[int(TRIES * 0.975) - 1] - ratios[int(TRIES * 0.025)]) / 2
    return min(half / statistics.median(ratios), MOST)


def _median(rounds: Rounds, dice: random.Random) -> float:
    drawn = dice.choices(rounds, k=len(rounds))
    return statistics.median(value for one in drawn for value in dice.choices(one, k=len(one)))
