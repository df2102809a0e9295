# SPDX-License-Identifier: GPL-3.0-only
"""What is wrong with overflow rules: unknown or unwilling receivers, and rings. Pure; for the check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from session.hub.entries import OrganisationEntry, ServiceEntry
from session.hub.problems import Problem
from session.protocol.ids import split_service

Node = tuple[str, str]


def overflow_problems(organisations: Sequence[OrganisationEntry]) -> Iterator[Problem]:
    """Everything wrong with the rules of all organisations."""
    services = {(entry.id, service.id): service for entry in organisations for service in entry.services}
    edges: dict[Node, list[Node]] = {}
    for (organisation, name), service in services.items():
        where = f"organisations.{organisation}.services.{name}.overflow"
        for rule in service.overflow:
            target = split_service(rule.to, organisation)
            edges.setdefault((organisation, name), []).append(target)
            if target not in services:
                yield Problem("unknown_service", where, {"service": rule.to})
            elif target[0] != organisation and not _takes(services[target], organisation, name):
                yield Problem("overflow_not_taken", where, {"to": rule.to, "service": f"{organisation}/{name}"})
    yield from _rings(edges)


def _takes(receiver: ServiceEntry, organisation: str, service: str) -> bool:
    return bool({organisation, f"{organisation}/{service}"} & set(receiver.overflow_from))


def _rings(edges: dict[Node, list[Node]]) -> Iterator[Problem]:
    """Each ring once, named from its first service."""
    seen: set[frozenset[Node]] = set()
    for start in edges:
        ring = _ring(edges, start)
        if ring and frozenset(ring) not in seen:
            seen.add(frozenset(ring))
            path = " > ".join("/".join(node) for node in (*ring, ring[0]))
            yield Problem("overflow_ring", f"organisations.{start[0]}.services.{start[1]}.overflow", {"path": path})


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
