# SPDX-License-Identifier: GPL-3.0-only
"""How the quota is shared out, and when a share is told to be low, full or shortened."""

from __future__ import annotations

import pytest

from session.core.errors import LogFull
from session.hub.storage.store_space import (
    LEAST_BYTES,
    RESERVE_BYTES,
    SMALL_BYTES,
    TICKETS,
    StoreLimits,
    StorePart,
)

GB = 1 << 30


def test_what_the_bounds_leave_over_is_the_tickets() -> None:
    limits = StoreLimits(quota_bytes=100 * GB)
    bounded = limits.logs_bytes + limits.audit_bytes + limits.held_bytes + limits.states_bytes
    bounded += limits.memos_bytes
    assert (bounded, limits.ticket_bytes) == (83 * GB, 17 * GB)


def test_organisations_share_equally_unless_one_is_given_its_own() -> None:
    limits = StoreLimits(quota_bytes=100 * GB)
    assert limits.log_shares(["a", "b", "c"]) == {"a": 20 * GB, "b": 20 * GB, "c": 20 * GB}
    given = StoreLimits(quota_bytes=100 * GB, log_bytes={"a": 40 * GB, "gone": 9 * GB})
    assert given.log_shares(["a", "b", "c"]) == {"a": 40 * GB, "b": 10 * GB, "c": 10 * GB}


def test_shares_that_are_too_large_together_are_made_smaller_and_none_is_nothing() -> None:
    limits = StoreLimits(quota_bytes=100 * GB, log_bytes={"a": 90 * GB, "b": 30 * GB})
    shares = limits.log_shares(["a", "b", "c"])
    assert shares["a"] == pytest.approx(45 * GB, rel=0.001)
    assert shares["c"] == LEAST_BYTES
    assert sum(shares.values()) <= limits.logs_bytes + LEAST_BYTES


def test_beyond_its_limit_a_conversations_log_takes_small_records_only() -> None:
    limits = StoreLimits(session_log_bytes=1000)
    limits.check_log(1000, [bytes(1000)])
    limits.check_log(1001 + SMALL_BYTES, [bytes(SMALL_BYTES)])
    with pytest.raises(LogFull):
        limits.check_log(1002, [bytes(SMALL_BYTES + 1)])
    with pytest.raises(LogFull):
        limits.check_log(1001 + RESERVE_BYTES, [b"small"])


def test_only_tickets_are_ever_full_and_only_what_left_too_early_is_shortened() -> None:
    assert StorePart(TICKETS, 90, 100).is_full
    assert not StorePart(TICKETS, 89, 100).is_full
    assert StorePart(TICKETS, 89, 100).is_low

    def log_of(used: int, kept_days: int, *, has_shed: bool) -> StorePart:
        return StorePart(
            "LOGS_caf", used, 100, kept_days=kept_days, wanted_days=90, has_shed=has_shed
        )

    assert not log_of(100, 40, has_shed=True).is_full
    assert log_of(99, 40, has_shed=True).is_shortened
    assert not log_of(99, 40, has_shed=False).is_shortened  # it is young, nothing has left
    assert not log_of(99, 89, has_shed=True).is_shortened  # it leaves by its age
    assert not log_of(50, 40, has_shed=True).is_shortened  # days without calls
