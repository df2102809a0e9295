# SPDX-License-Identifier: GPL-3.0-only
"""Builds what looks after kiosks from afar. Used by `session.hub.composition`."""

from __future__ import annotations

from dataclasses import dataclass

from session.hub.history.projection import Projection
from session.hub.parts import HubParts
from session.hub.queue.wiring import Queue
from session.hub.remote_help.acts import RemoteActs
from session.hub.remote_help.self_tests import KioskSelfTests


@dataclass(frozen=True)
class KioskCare:
    """The findings of kiosks about themselves, and what is wanted of them."""

    self_tests: KioskSelfTests
    acts: RemoteActs

    @property
    def rules(self) -> tuple[object, ...]:
        """The objects that answer verbs."""
        return (self.self_tests, self.acts)


def build(parts: HubParts, queue: Queue, *, projection: Projection) -> KioskCare:
    """Its rows are in the history's database."""
    self_tests = KioskSelfTests(
        lambda: projection.history, parts.catalogue, clock=parts.clock, tasks=parts.tasks
    )
    acts = RemoteActs(
        lambda: projection.history,
        parts.catalogue,
        tickets=queue.view,
        presence=queue.presence,
        notifications=queue.notifications,
        clock=parts.clock,
        time_zone=parts.time_zone,
    )
    return KioskCare(self_tests=self_tests, acts=acts)
