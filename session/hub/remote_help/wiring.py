# SPDX-License-Identifier: GPL-3.0-only
"""Builds what looks after kiosks from afar. Used by `session.hub.composition`."""

from __future__ import annotations

from dataclasses import dataclass

from session.hub.history.projection import Projection
from session.hub.parts import HubParts
from session.hub.remote_help.self_tests import KioskSelfTests


@dataclass(frozen=True)
class RemoteHelp:
    """What kiosks find of themselves."""

    self_tests: KioskSelfTests

    @property
    def rules(self) -> tuple[object, ...]:
        """What answers verbs."""
        return (self.self_tests,)


def build(parts: HubParts, *, projection: Projection) -> RemoteHelp:
    """Its rows are in the history's database."""
    self_tests = KioskSelfTests(
        lambda: projection.history, parts.catalogue, clock=parts.clock, tasks=parts.tasks
    )
    return RemoteHelp(self_tests=self_tests)
