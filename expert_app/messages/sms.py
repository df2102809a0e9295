# SPDX-License-Identifier: GPL-3.0-only
"""SMS through an organisation's HTTP gateway: one POST of {"to", "text"}; 2xx is taken. Used by the
carrier of messages.
"""

from __future__ import annotations

from expert_app.ged.connector import NotDelivered, Reason
from expert_app.ged.http import answer, client
from expert_app.messages.senders import OutgoingMessage
from expert_app.runtime.store_settings import SmsSettings

MOST_ANSWER_BYTES = 64 << 10
"""A gateway's answer is not read further; nothing of it is kept."""

_OF_A_NUMBER = frozenset("+0123456789")


class SmsSender:
    """The gateway of one organisation."""

    def __init__(self, settings: SmsSettings, token: str) -> None:
        self._address = settings.address
        self._http = client(settings.ca_file, {"Authorization": f"Bearer {token}"})

    async def send(self, message: OutgoingMessage) -> None:
        """Give the gateway a message; raises `NotDelivered`."""
        # "+33 (0)1" is written for people: the zero is dialled without the country only
        number = "".join(sign for sign in message.to.replace("(0)", "") if sign in _OF_A_NUMBER)
        given = {"to": number, "text": message.text.short}
        response = await answer(
            self._http, "POST", self._address, most_bytes=MOST_ANSWER_BYTES, json=given
        )
        if not response.is_success:
            raise NotDelivered(Reason.REFUSED, f"HTTP {response.status_code}")

    async def check(self) -> None:
        """Ask the gateway for nothing; raises `NotDelivered` when it is away or refuses us."""
        await answer(self._http, "HEAD", self._address, most_bytes=MOST_ANSWER_BYTES)

    async def close(self) -> None:
        """End the connections."""
        await self._http.aclose()
