# SPDX-License-Identifier: GPL-3.0-only
"""The places to which callers may be sent, outside of the organisation they asked for:
what both conventions say. Pure; for the hub.

`transfers_to` of the one (or of its service) and `transfers_from` of the other must agree: no
organisation can fill the queue of another one that has not agreed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from session.hub.convention.entries import OrganisationEntry
from session.hub.convention.problems import Problem

Organisations = Mapping[str, OrganisationEntry]


def transfer_targets(
    organisations: Organisations, organisation: str, service: str
) -> list[tuple[str, str]]:
    """(organisation, service) in the order of the convention, each once."""
    owner = organisations[organisation]
    refs = [
        *owner.transfers_to,
        *(
            ref
            for candidate in owner.services
            if candidate.id == service
            for ref in candidate.transfers_to
        ),
    ]
    targets: dict[tuple[str, str], None] = {}
    for ref in refs:
        name, _slash, wanted_service = ref.partition("/")
        receiver = organisations.get(name)
        if receiver is None or name == organisation or organisation not in receiver.transfers_from:
            continue
        targets |= {
            (name, candidate.id): None
            for candidate in receiver.services
            if wanted_service in ("", candidate.id)
        }
    return list(targets)


def transfer_problems(entries: Sequence[OrganisationEntry]) -> Iterator[Problem]:
    """Names that lead nowhere, and receivers that have not agreed; for the check.

    What depends on another organisation is advice only: when that organisation leaves or no longer
    agrees, this takes effect at once.
    """
    organisations = {entry.id: entry for entry in entries}
    for entry in entries:
        place = f"organisations.{entry.id}"
        lists = [(place, entry.transfers_to)]
        lists += [
            (f"{place}.services.{service.id}", service.transfers_to) for service in entry.services
        ]
        for where, refs in lists:
            for ref in refs:
                yield from _problems(organisations, entry.id, ref, f"{where}.transfers_to")
        for name in entry.transfers_from:
            if name not in organisations:
                yield Problem(
                    "unknown_organisation",
                    f"{place}.transfers_from",
                    {"organisation": name},
                    advice=True,
                )


def _problems(organisations: Organisations, sender: str, ref: str, where: str) -> Iterator[Problem]:
    name, _slash, service = ref.partition("/")
    receiver = organisations.get(name)
    if receiver is None:
        yield Problem("unknown_organisation", where, {"organisation": name}, advice=True)
    elif name == sender:
        yield Problem("transfer_to_itself", where, {"to": ref})
    elif service and service not in [candidate.id for candidate in receiver.services]:
        yield Problem("unknown_service", where, {"service": ref}, advice=True)
    elif sender not in receiver.transfers_from:
        yield Problem(
            "transfer_not_taken", where, {"to": name, "organisation": sender}, advice=True
        )
