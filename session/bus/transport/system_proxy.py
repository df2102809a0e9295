# SPDX-License-Identifier: GPL-3.0-only
"""The HTTP proxy that the system names: the variables WSS_PROXY, HTTPS_PROXY, NO_PROXY, on Windows
its registry. Used by the bus's WebSocket and by the kiosk's web proxy.
"""

from __future__ import annotations

import urllib.request
from urllib.parse import urlsplit


def proxy_for(address: str) -> str | None:
    """The HTTP proxy that the system names for `address`, or None."""
    parts = urlsplit(address)
    if urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    proxies = urllib.request.getproxies()
    secure = {"wss": ("wss", "https", "all"), "https": ("https", "all")}
    names = secure.get(parts.scheme, ("ws", "http", "all"))
    return next((proxies[name] for name in names if name in proxies), None)
