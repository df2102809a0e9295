# SPDX-License-Identifier: GPL-3.0-only
"""Wrong desks: each is the headless desk with one changed behaviour, and breaks one rule.
Used by `test_desk_mutants`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from session.bus.channel import BusChannel
from session.bus.transport.connection import Handler, Incoming
from session.core.errors import SessionError
from session.protocol.codec import encode_session
from session.protocol.conversation.chat_and_privacy import PrivacyAsked, WordsSaid, WordsShown
from session.protocol.conversation.messages import (
    CallAnswered,
    CallFailed,
    CallOffered,
    ChunksRequested,
    Grant,
    GrantChanged,
    GrantRequested,
    GrantsRequested,
    KioskWiped,
    PageKept,
    PageRefused,
    PrintOffered,
    ScanCancelRequested,
    SessionMessage,
    SnapshotRequested,
)
from session.protocol.conversation.mirror_messages import MirrorReceived
from session.protocol.conversation.remote_control import HistoryRequested
from session.protocol.conversation.shown_document import ShowEnded, ShownPageOffered
from session.protocol.hub.requests import SessionFacts
from session.protocol.hub.third_parties import TalkAnswer
from session.protocol.hub.tickets import Ticket
from session.protocol.wire.ids import new_id
from session.protocol.wire.subjects import QUEUE_EVENTS
from tests.conformance.headless_desk import HeadlessDesk, PlainEngine
from tests.conformance.wrong_ends import ChangedBus, WrongEnds, changed, without

DESKS = WrongEnds(HeadlessDesk)
breaks, on_bus = DESKS.breaks, DESKS.on_bus
sends_wrongly, receives_wrongly = DESKS.sends_wrongly, DESKS.receives_wrongly


# ---- talk


@breaks("D-103", "takes nobody")
class TakesNobody(HeadlessDesk):
    async def accept(self) -> None: ...


on_bus("D-105", "gives no sign of life", beats=False)
on_bus(
    "D-106",
    "sends messages without a version",
    sent=lambda _topic, data: data.replace(b',"v":1', b"") if b'"PagesRequested"' in data else data,
)
on_bus(
    "D-107",
    "sends half a message",
    sent=lambda _topic, data: b'{"type":"CallAnswered","v":1}' if b'"MediaSeen"' in data else data,
)
sends_wrongly(
    "D-110",
    "answers another call",
    CallAnswered,
    lambda answer: changed(answer, call_id=new_id()),
)


class MuteEngine(PlainEngine):
    async def answer(self, offer_sdp: str) -> str:
        sdp = await super().answer(offer_sdp)
        await self.close_call()
        return sdp


@breaks("D-111", "sends neither picture nor voice")
class Mute(HeadlessDesk):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.engine = MuteEngine()


@breaks("D-112", "answers one call only")
class OneCall(HeadlessDesk):
    answered = 0

    def incoming(self, topic: str, message: SessionMessage) -> list[SessionMessage]:
        is_good = isinstance(message, CallOffered) and "m=audio" in message.sdp
        self.answered += is_good
        return [] if is_good and self.answered > 1 else [message]


sends_wrongly("D-113", "is silent at a broken offer", CallFailed, lambda _failed: None)
sends_wrongly("D-114", "does not tell what it shows", WordsShown, lambda _shown: None)
sends_wrongly("D-115", "sends other words", WordsSaid, lambda sent: changed(sent, text="..."))
sends_wrongly("D-116", "never ends a pause", PrivacyAsked, lambda asked: changed(asked, on=True))
sends_wrongly("D-117", "does not ask how powers are", GrantsRequested, lambda _asked: None)


@breaks("D-118", "talks on during a hold")
class NoHold(HeadlessDesk):
    def on_ticket(self, tickets: list[Ticket]) -> None: ...


@breaks("D-119", "never comes back from a hold")
class HeldForEver(HeadlessDesk):
    def on_ticket(self, tickets: list[Ticket]) -> None:
        super().on_ticket(
            [one for one in tickets if one.talk is not None and one.talk.held]  # never the end
        )


@breaks("D-120", "leaves the wrap-up open")
class NeverCloses(HeadlessDesk):
    async def close_ticket(self) -> None:
        self.session = None


@breaks("D-121", "talks on after the end")
class TalksOn(HeadlessDesk):
    async def ended(self) -> None: ...


receives_wrongly("D-122", "believes an early wipe", KioskWiped, lambda _wiped: None)


@breaks("D-126", "names nobody")
class NamesNobody(HeadlessDesk):
    def paint(self, answer: TalkAnswer) -> None: ...


# ---- page

sends_wrongly(
    "D-201", "asks without an id", GrantRequested, lambda asked: changed(asked, request_id="")
)
sends_wrongly(
    "D-202",
    "repeats under another id",
    GrantRequested,
    lambda asked: changed(asked, request_id=new_id()),
)
sends_wrongly("D-204", "does not say what came", MirrorReceived, lambda _received: None)
sends_wrongly("D-205", "takes no notice of a gap", SnapshotRequested, lambda _asked: None)
sends_wrongly(
    "D-206", "acts in any document", HistoryRequested, lambda command: changed(command, epoch=1)
)


@breaks("D-207", "looks on without the power")
class LooksOn(HeadlessDesk):
    def incoming(self, topic: str, message: SessionMessage) -> list[SessionMessage]:
        page = Grant.SEE_PAGE
        if isinstance(message, GrantChanged) and message.grant is page and not message.allowed:
            self.tasks.start(self._watch_page(), name="look on")
        return [message]

    async def _watch_page(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0.2)
            if self.session is not None:
                await self.link.bus.channel(self.session.facts.id).send(
                    "cobrowse", SnapshotRequested()
                )


# ---- papers


class Greedy(HeadlessDesk):
    async def with_power(self, grant: Grant) -> None: ...


DESKS.all["scans without asking"] = ("D-301", Greedy)
sends_wrongly("D-320", "prints nothing", PrintOffered, lambda _offer: None)

sends_wrongly("D-302", "acknowledges no page", PageKept, lambda _kept: None)
sends_wrongly("D-303", "waits for lost chunks", ChunksRequested, lambda _asked: None)
sends_wrongly(
    "D-304",
    "keeps what is damaged",
    PageRefused,
    lambda refused: (
        PageKept(page_id=refused.page_id) if refused.code == "page_damaged" else refused
    ),
)
sends_wrongly(
    "D-305",
    "keeps what nobody has signed",
    PageRefused,
    lambda refused: (
        PageKept(page_id=refused.page_id) if refused.code == "page_not_signed" else refused
    ),
)


@breaks("D-306", "acknowledges a page once")
class OnceOnly(HeadlessDesk):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.told: set[str] = set()

    def outgoing(self, topic: str, message: SessionMessage) -> list[SessionMessage]:
        if isinstance(message, PageKept):
            if message.page_id in self.told:
                return []
            self.told.add(message.page_id)
        return [message]


sends_wrongly(
    "D-307", "stops another scan", ScanCancelRequested, lambda stop: changed(stop, scan_id=new_id())
)
sends_wrongly(
    "D-308",
    "keeps what nobody asked for",
    PageRefused,
    lambda refused: (
        PageKept(page_id=refused.page_id) if refused.code == "page_unasked" else refused
    ),
)


@breaks("D-309", "forgets what it asked for")
class Forgetful(HeadlessDesk):
    def incoming(self, topic: str, message: SessionMessage) -> list[SessionMessage]:
        ends = isinstance(message, GrantChanged) and not message.allowed
        if ends and self.session is not None:
            self.session.devices.scans._asked.clear()
        return [message]


sends_wrongly(
    "D-321", "binds to nothing", PrintOffered, lambda offer: changed(offer, bound_to="0" * 64)
)


@breaks("D-322", "sends other bytes")
class OtherBytes(HeadlessDesk):
    def outgoing_raw(
        self, topic: str, payload: bytes, headers: Mapping[str, str]
    ) -> list[tuple[bytes, Mapping[str, str]]]:
        return [(payload[::-1] if topic == "chunk" else payload, headers)]


receives_wrongly("D-323", "sends nothing again", ChunksRequested, lambda _asked: None)
sends_wrongly(
    "D-330", "shows other bytes", ShownPageOffered, lambda offer: changed(offer, sha256="0" * 64)
)
sends_wrongly("D-331", "never ends what it shows", ShowEnded, lambda _ended: None)


# ---- hostile

DESKS.on_hostile("D")


class BelievesTickets(ChangedBus):
    async def subscribe(self, subject: str, handler: Handler) -> Callable[[], None]:
        if subject != QUEUE_EVENTS:
            return await super().subscribe(subject, handler)
        known = {"Nats-Sequence": "1000000000", "From-Hub": "1"}

        def believed(message: Incoming) -> None:
            handler(changed(message, headers={**known, **message.headers}))

        return await super().subscribe(subject, believed)


@breaks("D-411", "believes in every caller")
class BelievesInEveryCaller(HeadlessDesk):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.bus_kind = BelievesTickets

    async def accept(self) -> None:
        with contextlib.suppress(SessionError):
            await super().accept()


notice = "takes no notice of what is no JSON"
on_bus("D-405", notice, received=without(b"this is not JSON"))
on_bus(
    "D-409",
    "takes a desk's message from a kiosk",
    received=lambda message: None if b'"GrantsRequested"' in message.payload else message,
)
on_bus(
    "D-410",
    "is silent at a broken mirror",
    received=lambda message: None if message.payload == b"no zstd" else message,
)


# ---- sealed


@breaks("D-501", "shows another's certificate")
class AnothersCertificate(HeadlessDesk):
    def protect(self, facts: SessionFacts, channel: BusChannel) -> None:
        super().protect(msgspec.structs.replace(facts, id=new_id()), channel)


@breaks("D-502", "answers in clear")
class AnswersInClear(HeadlessDesk):
    def outgoing(self, topic: str, message: SessionMessage) -> list[SessionMessage]:
        if self.bus is not None and self.session is not None and topic == "beside":
            sending = self.bus._publish(self.session.facts.id, topic, encode_session(message), None)
            self.tasks.start(sending, name="in clear")
        return [message]


on_bus(
    "D-505",
    "agrees on one key only",
    received=lambda message: None if b'"SealNeeded"' in message.payload else message,
)
DESKS.on_sealed("D", broken_seal="D-504")
