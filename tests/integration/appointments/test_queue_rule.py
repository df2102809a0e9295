# SPDX-License-Identifier: GPL-3.0-only
"""Appointments beside walk-ins over simulated days: what docs/queue-rules.md promises."""

from __future__ import annotations

import pytest

from session.protocol.hub.tickets import AHEAD
from tests.integration.appointments.simulated_days import (
    Service,
    percentile,
    share_on_time,
    simulated,
)

DAYS = 1000

SERVICES = (
    Service(agents=3, at_once=1, load=0.85),
    Service(agents=3, at_once=2, load=0.85),
    Service(agents=6, at_once=3, load=0.85),
)
"""One agent more than appointments at once: what the page promises holds for these."""


@pytest.mark.parametrize("service", SERVICES, ids=str)
def test_appointments_begin_on_time_and_nobody_is_overtaken_for_long(
    service: Service,
) -> None:
    days = [simulated(service, seed) for seed in range(DAYS)]
    assert share_on_time(days) >= 0.95
    # who has waited for AHEAD is overtaken by nobody, and the line before it is answered
    longest = max(wait for day in days for wait in day.waits_min)
    assert longest <= AHEAD.total_seconds() / 60 + 60
    assert percentile(days, 0.5) <= 30
