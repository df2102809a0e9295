# SPDX-License-Identifier: GPL-3.0-only
"""Problems of overflow rules: unknown or unwilling receivers, and rings.
Pure; for the check.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from session.hub.convention.entries import OrganisationEntry, ServiceEntry
from session.hub.convention.problems import Problem
from session.protocol.wire.ids import split_service

Node = tuple[str, str]


def overflow_problems(organisations: Sequence[OrganisationEntry]) -> Iterator[Problem]:
    """Everything wrong with the rules of all organisations.

    What depends on another organisation is advice only: when that organisation leaves or no longer
    agrees, this takes effect at once.
    """
    services = {
        (entry.id, service.id): service for entry in organisations for service in entry.services
    }
    edges: dict[Node, list[Node]] = {}
    for (organisation, name), service in services.items():
        where = f"organisations.{organisation}.services.{name}.overflow"
        for rule in service.overflow:
            target = split_service(rule.to, organisation)
            edges.setdefault((organisation, name), []).append(target)
            if target not in services:
                yield Problem(
                    "unknown_service", where, {"service": rule.to}, advice=target[0] != organisation
                )
            elif not takes(services[target], target[0], organisation, name):
                values = {"to": rule.to, "service": f"{organisation}/{name}"}
                yield Problem("overflow_not_taken", where, values, advice=True)
    yield from _rings(edges)


def takes(receiver: ServiceEntry, owner: str, organisation: str, service: str) -> bool:
    """True if `receiver`, of the organisation `owner`,
    answers callers of `organisation`'s `service`.
    """
    return owner == organisation or bool(
        {organisation, f"{organisation}/{service}"} & set(receiver.overflow_from)
    )


def _rings(edges: dict[Node, list[Node]]) -> Iterator[Problem]:
    """Each ring once, named from its first service."""
    rings: set[frozenset[Node]] = set()
    for start in edges:
        ring = _ring(edges, start)
        if ring and frozenset(ring) not in rings:
            rings.add(frozenset(ring))
            path = " > ".join("/".join(node) for node in (*ring, ring[0]))
            where = f"organisations.{start[0]}.services.{start[1]}.overflow"
            yield Problem(
                "overflow_ring", where, {"path": path}, advice=len({node[0] for node in ring}) > 1
            )


def _ring(edges: dict[Node, list[Node]], start: Node) -> list[Node]:
    """A shortest way from `start` back to itself, [] when there is none."""
    ways, reached = [[start]], {start}
    while ways:
        way = ways.pop(0)
        for following in edges.get(way[-1], []):
            if following == start:
                return way
            if following not in reached:
                reached.add(following)
                ways.append([*way, following])
    return []
