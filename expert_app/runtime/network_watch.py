# SPDX-License-Identifier: GPL-3.0-only
"""Notices that this computer is in another network than before.
Used by the desk and the kiosk.

A connection whose address has gone reports no error: without this, bus and call would wait for
their time limits.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QObject, QTimer
from PyQt6.QtNetwork import QAbstractSocket, QNetworkInterface

TICK_MS = 1000
CALM_TICKS = 2
"""A new address is believed when it is the same at the next look: interfaces come up in steps."""


def own_addresses() -> frozenset[str]:
    """This computer's addresses, without those that reach no other computer."""
    return frozenset(
        address.toString()
        for address in QNetworkInterface.allAddresses()
        if not address.isLoopback()
        and not address.isLinkLocal()
        and address.protocol() != QAbstractSocket.NetworkLayerProtocol.UnknownNetworkLayerProtocol
    )


class NetworkWatch:
    """Compares this computer's addresses once a second.

    Args:
        changed: called when an address has gone or come, and there is at least one.
        addresses: who to ask.
    """

    def __init__(
        self,
        parent: QObject,
        changed: Callable[[], None],
        *,
        addresses: Callable[[], frozenset[str]] = own_addresses,
    ) -> None:
        self._changed = changed
        self._addresses = addresses
        self._known = addresses()
        self._seen = self._known
        self._calm = 0
        self._timer = QTimer(parent)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)
        self._timer.start()

    def tick(self) -> None:
        """Calls `changed` for other addresses once they stay."""
        addresses = self._addresses()
        if addresses == self._seen:
            self._calm = self._calm + 1
        else:
            self._calm = 1
        self._seen = addresses
        if addresses and addresses != self._known and self._calm >= CALM_TICKS:
            self._known = addresses
            self._changed()
