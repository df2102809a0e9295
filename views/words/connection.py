# SPDX-License-Identifier: GPL-3.0-only
"""Why a program that was never connected is not connected yet.
Used by the programs until the hub has answered once.
"""

from __future__ import annotations

from collections.abc import Sequence

from resources.texts import _
from session.core.errors import BusUnreachable, SessionError
from views.words.errors import sentence

UNKNOWN_NAME = "unknown_name"


def connecting(addresses: Sequence[str]) -> str:
    """Nothing has been tried to the end yet."""
    return _("Connecting to {address}…").format(address=_first(addresses))


def service_awaited() -> str:
    """The bus is there, the hub has not answered yet."""
    return _("The network answers; its service is awaited. Nothing is to be done here.")


def why_not_connected(error: SessionError, addresses: Sequence[str]) -> str:
    """Why the newest try failed, and what to do."""
    if not isinstance(error, BusUnreachable):
        return sentence(error.code, error.detail).sentence
    if error.detail.get("why") == UNKNOWN_NAME:
        words = _(
            "The name in the address {address} is unknown here. Check the address with your "
            "administrator, and this computer's network; the program keeps trying."
        )
    else:
        words = _(
            "Nothing answers at {address}. Check the address with your administrator, and this "
            "computer's network; the program keeps trying."
        )
    return words.format(address=_first(addresses))


def _first(addresses: Sequence[str]) -> str:
    """A cluster has several; one is enough for a person to compare."""
    if addresses:
        return addresses[0]
    return "?"
