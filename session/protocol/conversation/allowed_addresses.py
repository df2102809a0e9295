# SPDX-License-Identifier: GPL-3.0-only
"""Which web addresses a session may open on the kiosk.
Used by the kiosk's browser pane and its shared-page end.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from session.protocol.conversation.web_hosts import address_of, canonical_host

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
        if self.port == _PORTS[self.scheme]:
            port = ""
        else:
            port = f":{self.port}"
        if ":" in self.host:
            host = f"[{self.host}]"
        else:
            host = self.host
        return f"{self.scheme}://{host}{port}"


def _parse(address: str) -> _Prefix | None:
    """The parts that are compared, or None when the address is none that a kiosk opens (RFC 3986,
    section 3).
    """
    try:
        parts: SplitResult = urlsplit(address)
        if parts.port is None:
            port = _PORTS[parts.scheme]
        else:
            port = parts.port
    except (ValueError, KeyError):
        return None
    host = _host(parts.hostname or "")
    if (
        not host
        or port == 0
        or "@" in parts.netloc
        or "\\" in address
        or any(ord(letter) < 33 for letter in address)
    ):
        return None
    path = unquote(parts.path) or "/"
    if any(step in (".", "..") for step in path.replace("\\", "/").split("/")):
        return None
    return _Prefix(parts.scheme, host, port, path)


def _host(text: str) -> str:
    """The host in its one form, the star of a prefix kept in front; "" when it is none."""
    if text.startswith("*."):
        star = "*."
    else:
        star = ""
    host = canonical_host(text.removeprefix("*."))
    if host and not (star and address_of(host)):
        return star + host
    return ""


def _is_host(listed: str, host: str) -> bool:
    """A leading "*." covers hosts below one of at least two labels;
    a star anywhere else covers nothing.
    """
    if "*" in host:
        return False
    parent = listed.removeprefix("*.")
    if parent == listed:
        return host == listed
    return "." in parent and host.endswith("." + parent)


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
        target = _parse(address)
        return target is not None and any(self._covers(prefix, target) for prefix in self._prefixes)

    def names(self, host: str, port: int, *, scheme: str = "") -> bool:
        """True if a prefix is of this host (as `canonical_host` writes it) and port,
        whatever its path.

        Args:
            scheme: "http" or "https" to ask for prefixes of this one only.
        """
        return any(
            prefix.port == port and scheme in ("", prefix.scheme) and _is_host(prefix.host, host)
            for prefix in self._prefixes
        )

    def __bool__(self) -> bool:
        """False when it allows nothing at all."""
        return bool(self._prefixes)

    @property
    def sites(self) -> list[tuple[str, str]]:
        """(origin as browsers write it, decoded path that ends in "/") of each prefix:
        for frames inside pages.
        """
        return [(prefix.origin, prefix.path.rstrip("/") + "/") for prefix in self._prefixes]

    @staticmethod
    def _covers(prefix: _Prefix, target: _Prefix) -> bool:
        if (prefix.scheme, prefix.port) != (target.scheme, target.port) or not _is_host(
            prefix.host, target.host
        ):
            return False
        if prefix.path.endswith("/"):
            below = prefix.path
        else:
            below = prefix.path + "/"
        return (
            target.path == prefix.path
            or target.path.startswith(below)
            or target.path + "/" == below
        )


def without_query(address: str) -> str:
    """The address as it may be told and logged: no query, no fragment, no user."""
    try:
        parts = urlsplit(address)
        if parts.port:
            port = f":{parts.port}"
        else:
            port = ""
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"[:2000]
