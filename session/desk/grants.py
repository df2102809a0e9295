# SPDX-License-Identifier: GPL-3.0-only
"""What the caller allows, as the kiosk told it. Used by the desk's program to enable tools; the kiosk enforces it."""

from __future__ import annotations

from session.notify import Notifier
from session.protocol.channel import SessionChannel
from session.protocol.session_messages import Grant, GrantChanged, GrantRequested, GrantsRequested, SessionMessage

TOPIC = "grant"


class DeskGrants:
    """One session's powers; all refused until the kiosk says otherwise.

    Attributes:
        changed: the caller's answer to a request, or a power taken back; told for every message of the kiosk, so that
            a request that changes nothing gets its answer too.
    """

    def __init__(self, channel: SessionChannel) -> None:
        self.changed: Notifier[GrantChanged] = Notifier()
        self._channel = channel
        self._allowed = dict.fromkeys(Grant, False)
        self._stop_listening = channel.on_message(TOPIC, self._on_message)

    def allowed(self, grant: Grant) -> bool:
        """True when the caller gives this power, as far as we heard."""
        return self._allowed[grant]

    def all(self) -> dict[Grant, bool]:
        """Every power and whether it is given, as far as we heard."""
        return dict(self._allowed)

    async def request(self, grant: Grant) -> None:
        """Asks the caller; the answer comes by `changed`, at the latest after 30 s. Raises `BusUnreachable`."""
        await self._channel.send(TOPIC, GrantRequested(grant=grant))

    async def ask_all(self) -> None:
        """Asks the kiosk to repeat all powers, after a restart or a lost line. Raises `BusUnreachable`."""
        await self._channel.send(TOPIC, GrantsRequested())

    def _on_message(self, message: SessionMessage) -> None:
        if isinstance(message, GrantChanged):
            self._allowed[message.grant] = message.allowed
            self.changed.emit(message)

    def close(self) -> None:
        """The session is over: no power is left, nothing is listened to."""
        self._stop_listening()
        self._allowed = dict.fromkeys(Grant, False)
