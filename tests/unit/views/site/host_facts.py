# SPDX-License-Identifier: GPL-3.0-only
"""A kiosk of a host's site, for tests."""

from __future__ import annotations

from session.protocol.hub.site import (
    KioskFacts,
)


def kiosk(name: str, **facts: object) -> KioskFacts:
    known: dict[str, object] = {
        "id": name,
        "name": f"Borne {name}",
        "site": "Médiathèque d'Arvenne",
        "there": True,
    }
    return KioskFacts(**(known | facts))  # type: ignore[arg-type]  # fields that the tests name
