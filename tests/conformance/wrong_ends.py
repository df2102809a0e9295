# SPDX-License-Identifier: GPL-3.0-only
"""Wrong ends: each is a headless one with one changed behaviour, and breaks one rule. Here is how
they are made, and what both a kiosk and a desk can do wrong. Used by `mutants` and `desk_mutants`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from session.bus.channel import BusChannel
from session.bus.client import BusClient
from session.bus.transport.connection import Incoming
from session.core.errors import SessionError
from session.core.tasks import Tasks
from session.protocol.codec import decode_session
from session.protocol.conversation.messages import MessageRefused, SessionMessage
from session.protocol.endpoints.refusals import Refusals
from session.protocol.hub.log import LogAppend
from session.protocol.hub.requests import SessionFacts
from tests.conformance.headless import HeadlessEnd

if TYPE_CHECKING:
    Base = HeadlessEnd[Any]
else:
    Base = object

changed = msgspec.structs.replace


class ChangedBus(BusClient):
    """A connection whose bytes are changed. `sent`, `received`: what becomes of a message."""

    sent: Callable[[str, bytes], bytes] = staticmethod(lambda _topic, payload: payload)
    received: Callable[[Incoming], Incoming | None] = staticmethod(lambda message: message)
    beats = True

    def beat(self) -> None:
        if self.beats:
            super().beat()

    async def _publish(
        self, session_id: str, topic: str, payload: bytes, headers: Mapping[str, str] | None
    ) -> None:
        await super()._publish(session_id, topic, self.sent(topic, payload), headers)

    def _on_session(self, message: Incoming) -> None:
        received = self.received(message)
        if received is not None:
            super()._on_session(received)


def bus_that(**changes: Any) -> type[BusClient]:
    """A connection that changes bytes."""
    given = {
        name: staticmethod(change) if callable(change) else change
        for name, change in changes.items()
    }
    return type("Changed", (ChangedBus,), given)


def without(part: bytes) -> Callable[[Incoming], Incoming | None]:
    """Messages that have this in them are not received."""
    return lambda message: None if part in message.payload else message


class ReceivesOtherBytes(Base):
    """An end that looks at what its connection receives."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.bus_kind = bus_that(received=self.received)

    def received(self, message: Incoming) -> Incoming | None:
        return message


class AnySession(ReceivesOtherBytes):
    def received(self, message: Incoming) -> Incoming:
        parts = message.subject.split(".")
        if self.session is not None:
            parts[5] = self.session.facts.id
        return changed(message, subject=".".join(parts))


class RefusesRefusals(Base):
    def incoming(self, topic: str, message: SessionMessage) -> list[SessionMessage]:
        if isinstance(message, MessageRefused) and message.why == "try":
            self.tasks.start(self._refuse(), name="refuse")
        return [message]

    async def _refuse(self) -> None:
        refused = MessageRefused(topic="end", code="not_allowed", of="MessageRefused")
        if self.session is not None:
            try:
                await self.link.bus.channel(self.session.facts.id).send("end", refused)
            except SessionError:
                return


class FollowsClear(ReceivesOtherBytes):
    def received(self, message: Incoming) -> Incoming:
        if self.session is not None and b'"WordsSaid"' in message.payload:
            self.session.chat._on_message(decode_session(message.payload))
        return message


class SilentAtBrokenSeals(Base):
    def protect(self, facts: SessionFacts, channel: BusChannel) -> None:
        super().protect(facts, channel)
        silent(channel, self.tasks)


class LogInClear(Base):
    async def write_log(self, session: str, first: int, records: list[bytes]) -> int:
        assert self.bus is not None
        raw = [msgspec.Raw(record) for record in records]
        request = LogAppend(session_id=session, first=first, records=raw)
        self.bus.seals = None
        return (await self.bus.ask_once(request)).next


def silent(channel: BusChannel, tasks: Tasks) -> None:
    """From now on nothing is refused on this channel."""

    async def nobody(_refused: MessageRefused) -> None: ...

    channel._refusals = Refusals(nobody, tasks)


class WrongEnds[End: HeadlessEnd[Any]]:
    """The wrong ends that are made of a right one.

    Attributes:
        all: what it does wrong -> the rule that it breaks, and the end.
    """

    def __init__(self, right: type[End]) -> None:
        self.all: dict[str, tuple[str, type[End]]] = {}
        self._right = right

    def breaks[Wrong: type[Any]](self, rule: str, wrong: str) -> Callable[[Wrong], Wrong]:
        """Names a wrong end."""

        def named(end: Wrong) -> Wrong:
            self.all[wrong] = (rule, end)
            return end

        return named

    def mixes(self, rule: str, wrong: str, change: type[Any]) -> None:
        """An end with the behaviour of another class."""
        self.all[wrong] = (rule, type(change.__name__, (change, self._right), {}))

    def sends_wrongly[Kind: SessionMessage](
        self,
        rule: str,
        wrong: str,
        kind: type[Kind],
        change: Callable[[Kind], SessionMessage | None],
    ) -> None:
        """An end that says another thing for a message of this kind, or nothing."""
        self.all[wrong] = (rule, self._changes("outgoing", kind, change))

    def receives_wrongly[Kind: SessionMessage](
        self,
        rule: str,
        wrong: str,
        kind: type[Kind],
        change: Callable[[Kind], SessionMessage | None],
    ) -> None:
        """An end that takes a message of this kind for another one, or for none."""
        self.all[wrong] = (rule, self._changes("incoming", kind, change))

    def _changes[Kind: SessionMessage](
        self, method: str, kind: type[Kind], change: Callable[[Kind], SessionMessage | None]
    ) -> type[End]:
        def passes(_end: End, _topic: str, message: SessionMessage) -> list[SessionMessage]:
            other = change(message) if isinstance(message, kind) else message
            return [] if other is None else [other]

        return type(f"Changed{method.title()}", (self._right,), {method: passes})

    def on_bus(self, rule: str, wrong: str, **changes: Any) -> None:
        """An end whose connection is a `ChangedBus`."""

        class OnBus(Base):
            def __init__(self, folder: Path) -> None:
                super().__init__(folder)
                self.bus_kind = bus_that(**changes)

        self.mixes(rule, wrong, OnBus)

    def on_hostile(self, letter: str) -> None:
        """Ends that believe or follow what they must not, whichever they are."""
        rule = f"{letter}-40{{}}".format
        self.on_bus(
            rule(1),
            "believes what does not come from the hub",
            received=lambda message: changed(message, headers={**message.headers, "From-Hub": "1"}),
        )
        self.on_bus(
            rule(2),
            "follows another version",
            received=lambda message: changed(
                message, payload=message.payload.replace(b'"v":2', b'"v":1')
            ),
        )
        known_in_part = "does not take what it knows in part"
        self.on_bus(rule(3), known_in_part, received=without(b"of_a_later_release"))
        unknown_type = "takes no notice of an unknown type"
        self.on_bus(rule(4), unknown_type, received=without(b"OfALaterRelease"))
        packed = "does not look into what is packed"
        self.on_bus(rule(6), packed, received=without(b"\x28\xb5\x2f\xfd"))
        self.mixes(rule(7), "takes every session for its own", AnySession)
        self.mixes(rule(8), "refuses a refusal", RefusesRefusals)

    def on_sealed(self, letter: str, *, broken_seal: str) -> None:
        """Ends that do not keep to the seal of a conversation, whichever they are."""
        self.mixes(f"{letter}-503", "follows what is not sealed", FollowsClear)
        self.mixes(broken_seal, "takes no notice of a broken seal", SilentAtBrokenSeals)
        self.mixes(f"{letter}-506", "gives a sealed log to the hub", LogInClear)
