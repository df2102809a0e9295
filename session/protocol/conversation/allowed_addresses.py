# SPDX-License-Identifier: GPL-3.0-only
"""Which web addresses a session may open on the kiosk.
Used by the kiosk's browser pane and its shared-page end.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

_PORTS = {"http": 80, "https": 443}


class _Prefix(NamedTuple):
    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        """Scheme, host and port, the port only when it is not the scheme's own (RFC 6454, section
        6.2).
        """
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"


def _parse(address: str) -> _Prefix | None:
    """The parts that are compared, or None when the address is none that a kiosk opens (RFC 3986,
    section 3).
    """
    try:
        parts: SplitResult = urlsplit(address)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    host = _ascii((parts.hostname or "").rstrip("."))
    if (
        not host
        or "@" in parts.netloc
        or "\\" in address
        or any(ord(letter) < 33 for letter in address)
    ):
        return None
    path = unquote(parts.path) or "/"
    if any(step in (".", "..") for step in path.replace("\\", "/").split("/")):
        return None
    return _Prefix(parts.scheme, host, port, path)


def _ascii(host: str) -> str:
    """A host as it goes over the line (RFC 5891), "" when it cannot."""
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return ""


def _is_host(listed: str, wanted: str) -> bool:
    """A leading "*." covers hosts below one of at least two labels;
    a star anywhere else covers nothing.
    """
    parent = listed.removeprefix("*.")
    if "*" in parent or "*" in wanted:
        return False
    return wanted == listed if parent == listed else "." in parent and wanted.endswith("." + parent)


class AllowList:
    """URL prefixes: same scheme, host and port, and a path below the prefix's path.

    Args:
        prefixes: e.g. "https://www.example.fr/espace/"; without a path the whole host is allowed.
            "https://*.example.fr/" stands for every host below example.fr, not for itself. A prefix
            that is no http(s) address allows nothing.
    """

    def __init__(self, prefixes: Iterable[str] = ()) -> None:
        self._prefixes = [prefix for text in prefixes if (prefix := _parse(text)) is not None]

    def allows(self, address: str) -> bool:
        """True when the kiosk may show `address` as a page of its own."""
        wanted = _parse(address)
        return wanted is not None and any(self._covers(prefix, wanted) for prefix in self._prefixes)

    @property
    def sites(self) -> list[tuple[str, str]]:
        """(origin as browsers write it, decoded path that ends in "/") of each prefix:
        for frames inside pages.
        """
        return [(prefix.origin, prefix.path.rstrip("/") + "/") for prefix in self._prefixes]

    @staticmethod
    def _covers(prefix: _Prefix, wanted: _Prefix) -> bool:
        if (prefix.scheme, prefix.port) != (wanted.scheme, wanted.port) or not _is_host(
            prefix.host, wanted.host
        ):
            return False
        below = prefix.path if prefix.path.endswith("/") else prefix.path + "/"
        return (
            wanted.path == prefix.path
            or wanted.path.startswith(below)
            or wanted.path + "/" == below
        )


def without_query(address: str) -> str:
    """The address as it may be told and logged: no query, no fragment, no user."""
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"[:2000]
