# SPDX-License-Identifier: GPL-3.0-only
"""Names and passwords for the network's TURN servers: one pair for each session, valid for hours.
Used by the hub.

The form that coturn knows as `use-auth-secret` (draft-uberti-behave-turn-rest-00):
the name ends the validity, the password is a keyed hash of it. So no kiosk and no desk holds a
lasting password.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from session.core.clock import Clock
from session.protocol.hub.line_rates import IceRules

VALID_S = 12 * 3600


class TurnCredentials:
    """Makes the rules of each session.

    Args:
        urls: the preferred first, e.g. "turn:relay.example:3478?transport=udp".
        secret: shared with the TURN servers; b"" when they want no password.
        relay_only: calls may take no other way.
    """

    def __init__(
        self,
        urls: list[str],
        secret: bytes,
        *,
        relay_only: bool,
        clock: Clock,
        valid_s: int = VALID_S,
    ) -> None:
        self._urls = list(urls)
        self._secret = secret
        self._relay_only = relay_only
        self._clock = clock
        self._valid_s = valid_s

    def rules(self, session_id: str) -> IceRules | None:
        """Return the rules for one session; None when there is no TURN server and every way is
        allowed.
        """
        if not self._urls and not self._relay_only:
            return None
        name = credential = ""
        if self._secret:
            name = f"{int(self._clock.utc_now().timestamp()) + self._valid_s}:{session_id}"
            digest = hmac.new(self._secret, name.encode(), hashlib.sha1).digest()
            credential = base64.b64encode(digest).decode()
        return IceRules(
            urls=self._urls, username=name, credential=credential, relay_only=self._relay_only
        )
