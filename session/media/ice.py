# SPDX-License-Identifier: GPL-3.0-only
"""Servers that help a call through a firewall. Used by both ends' settings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class IceServer:
    """A STUN or TURN server (RFC 8489, RFC 8656), e.g. "turns:host:443?transport=tcp"."""

    url: str
    username: str = ""
    credential: str = ""
