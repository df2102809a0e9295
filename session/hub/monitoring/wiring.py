# SPDX-License-Identifier: GPL-3.0-only
"""Builds what a hub says of itself: whether it is well, and its figures.
Used by `session.hub.composition`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from session.hub.history.projection import Projection
from session.hub.monitoring.gauges import Gauges
from session.hub.monitoring.health import Health, Trouble, task_troubles
from session.hub.parts import HubParts
from session.hub.queue.wiring import Queue
from session.hub.storage.store_space import StoreSpace


@dataclass(frozen=True)
class Monitoring:
    """Read by the monitor's pages."""

    health: Health
    gauges: Gauges


def build(
    parts: HubParts,
    queue: Queue,
    *,
    projection: Projection,
    refused_parts: Callable[[], Sequence[str]],
    watched: Callable[[], Sequence[Trouble]],
    store_space: StoreSpace,
) -> Monitoring:
    """Args: refused_parts: of the convention. watched: troubles that `PartnerWatch` has found."""
    health = Health(
        parts.connection,
        projection,
        disk_space=parts.disk_space,
        store_space=store_space,
        refused_parts=refused_parts,
        others=[watched, partial(task_troubles, parts.tasks)],
    )
    return Monitoring(health=health, gauges=Gauges(queue.core, queue.agents))
