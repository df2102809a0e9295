# SPDX-License-Identifier: GPL-3.0-only
"""Those who watch a program: a script (hub and vault), and the service manager (hub, vault, kiosk).

systemd starts a program again whose event loop has said nothing for `WatchdogSec` (sd_notify(3));
without systemd nothing is said to anybody.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Callable

WatchService = Callable[[object, Callable[[], None]], Callable[[str], None]]
"""Given the program and what stops it; returns what is called with its address once it is ready."""

USUAL_S = 10.0


def notify(words: str) -> None:
    """One message to the service manager, where there is one; it is lost where nobody reads."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if sys.platform == "win32" or not address:
        return
    if address.startswith("@"):  # sd_notify(3): an abstract socket
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.setblocking(False)
        try:
            out.sendto(words.encode(), address)
        except OSError:
            return


async def keep_notifying() -> None:
    """Says that the program is there, then three times within the watchdog's time that it lives."""
    if not os.environ.get("NOTIFY_SOCKET"):
        return
    limit_us = os.environ.get("WATCHDOG_USEC", "")
    if limit_us.isdigit():
        every_s = int(limit_us) / 3e6
    else:
        every_s = USUAL_S
    notify("READY=1")
    while True:
        notify("WATCHDOG=1")
        await asyncio.sleep(every_s)
