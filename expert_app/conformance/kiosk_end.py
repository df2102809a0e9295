# SPDX-License-Identifier: GPL-3.0-only
"""The other end of the desk under test: a kiosk without a window, whose caller does what a case
says. It answers by itself what every kiosk answers. Used by `desks.stage`.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime

import msgspec
from PIL import Image

from expert_app.conformance.our_end import OurEnd
from expert_app.conformance.throw_away_hub import (
    CALLER_NUMBER,
    KIOSK,
    ORGANISATION,
    SEALED_SERVICE,
    SERVICE,
    TRIED_SEALED_DESK,
    ThrowAwayHub,
)
from session.bus.channel import BusChannel
from session.bus.sealing.client import SealingClient
from session.bus.sealing.pinned_keys import PinnedKeys
from session.bus.transport.nkeys import public_key, sign
from session.core.clock import SystemClock
from session.core.errors import CallLost, SessionError
from session.core.tasks import Tasks
from session.kiosk.hub.client import KioskClient
from session.kiosk.sealing import KioskSeal
from session.media.engines.plain_peer import PlainPeer
from session.protocol.conversation import mirror
from session.protocol.conversation.chat_and_privacy import (
    PrivacyAsked,
    PrivacyShown,
    WordsSaid,
    WordsShown,
)
from session.protocol.conversation.messages import (
    AddressRequested,
    CallAnswered,
    CallOffered,
    CallRequested,
    ChunksRequested,
    DevicesReported,
    DevicesRequested,
    Grant,
    GrantChanged,
    GrantReason,
    GrantRequested,
    GrantsRequested,
    KioskWiped,
    PageOffered,
    PageShown,
    ScanEnded,
    ScanKind,
    ScannerState,
    ScanProgressed,
    ScanRequested,
    SessionMessage,
    SharingChanged,
    SnapshotRequested,
)
from session.protocol.conversation.page_signing import words_of
from session.protocol.conversation.remote_control import CommandAnswered, PageCommand
from session.protocol.endpoints.chunks import TOPIC as CHUNK
from session.protocol.endpoints.chunks import count_chunks
from session.protocol.hub.requests import ServicesRequest, SessionEnded, SessionFacts
from session.protocol.wire.ids import new_id
from session.protocol.wire.roles import Role

GIVEN_S = 600.0
"""How long this caller gives a grant."""

EPOCH = 7
"""Of the page that this kiosk shows: not what a desk would guess."""

LISTENED = ("call", "grant", "beside", "device", "cobrowse", "control", "end", "line", "show")


class ScannedItem:
    """One page that this kiosk has: its offer, and the bytes that are really sent."""

    def __init__(self, offer: PageOffered, sent: bytes) -> None:
        self.offer = offer
        self.sent = sent


class KioskEnd(OurEnd):
    """One kiosk.

    Attributes:
        facts: of the newest session; `ended`: what the hub told of ends.
        answers: what its caller says to a request for a grant; without one, nothing.
        given: the grants that are given now.
        calls: ids of the calls that were answered.
        pages: scanned, by id.
        seal_refused: why the desk was not believed, "" while it was.
    """

    def __init__(self, world: ThrowAwayHub, *, tasks: Tasks) -> None:
        self._clock = SystemClock()
        self._seed = world.seeds[KIOSK]
        if world.tried == TRIED_SEALED_DESK:
            self._service = SEALED_SERVICE
        else:
            self._service = SERVICE
        pins = PinnedKeys(world.folder / "signers.json", {}, clock=self._clock)
        self._seals = SealingClient(pins, ORGANISATION)
        self._seal: KioskSeal | None = None
        bus = world.client(Role.KIOSK, KIOSK, tasks=tasks, seals=self._seals)
        super().__init__(bus, tasks=tasks)
        self.link = KioskClient(bus, self._clock, tasks=tasks)
        self.link.session_opened.connect(self._on_opened)
        self.link.session_ended.connect(lambda end: self.ended.append(end))
        self.facts: SessionFacts | None = None
        self.ended: list[SessionEnded] = []
        self.answers: dict[Grant, bool] = {}
        self.given: dict[Grant, bool] = {}
        self.asked: dict[Grant, str] = {}
        self.calls: list[str] = []
        self.pages: dict[str, ScannedItem] = {}
        self.seal_refused = ""
        self._seq = 0
        self._packer = mirror.Packer()

    @property
    def key(self) -> str:
        """Its public key."""
        return public_key(self._seed)

    async def open(self) -> None:
        """Connects. Raises `SessionError`."""
        await self._bus.connect()
        await self.link.start()
        await self.link.bus.ask(ServicesRequest())

    async def press(self) -> None:
        """The caller calls. Raises `SessionError`."""
        self.facts = None
        await self.link.call(self._service, CALLER_NUMBER, new_id())

    async def send(self, topic: str, message: SessionMessage) -> None:
        """Says something to the desk; what is over is not said."""
        if self.facts is None:
            return
        try:
            await self.say(self.facts.id, topic, message)
        except SessionError:
            return

    async def send_raw(self, topic: str, payload: bytes, headers: Mapping[str, str]) -> None:
        """Sends bytes to the desk."""
        if self.facts is not None:
            await self.say_raw(self.facts.id, topic, payload, headers)

    @property
    def is_sealed(self) -> bool:
        """True if the desk has agreed on a key for the conversation."""
        return self._seal is not None and self._seal.is_sealed

    async def wipe(self) -> None:
        """Says that nothing of the caller is left."""
        await self.close_call()
        wiped = KioskWiped(pages_removed=0, files_removed=0, profile_removed=True, left_over=0)
        await self.send("end", wiped)

    # ---- the call

    async def offer(self, call_id: str = "") -> str:
        """Offers a call; its id."""
        await self.close_call()
        self.call_id = call_id or new_id()
        self.peer = PlainPeer()
        sdp = await self.peer.offer()
        offer = CallOffered(call_id=self.call_id, sdp=sdp, simulated_camera=True)
        await self.send("call", offer)
        return self.call_id

    # ---- grants

    def change(
        self, grant: Grant, reason: GrantReason = GrantReason.ANSWERED, request_id: str = ""
    ) -> GrantChanged:
        """Return how it is with a grant."""
        allowed = self.given.get(grant, False)
        return GrantChanged(
            grant=grant,
            allowed=allowed,
            at_utc=datetime.now(UTC),
            left_s=GIVEN_S if allowed else 0.0,
            reason=reason,
            request_id=request_id,
        )

    async def withdraw(self, grant: Grant) -> None:
        """The caller takes a grant back."""
        self.given[grant] = False
        await self.send("grant", self.change(grant, GrantReason.WITHDRAWN))

    # ---- pages

    async def scan_page(
        self,
        scan_id: str,
        *,
        damaged: bool = False,
        lost: Collection[int] = (),
        **wrong: object,
    ) -> PageOffered:
        """Scan a page: its signed offer, its chunks but for lost ones, the end of the scan.
        `wrong`: fields that are changed after the signature.
        """
        data = _paper()
        offer = PageOffered(
            page_id=new_id(),
            scan_id=scan_id,
            kind=ScanKind.PAGE,
            media_type="image/jpeg",
            size_bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            width_px=310,
            height_px=438,
            dpi=75,
            chunks=count_chunks(len(data), 4096),
            taken_at_utc=datetime.now(UTC),
            signer=self.key,
        )
        words = words_of(self.facts.id if self.facts is not None else "", offer)
        signature = sign(self._seed, words)
        offer = msgspec.structs.replace(offer, **{"signature": signature, **wrong})
        if damaged:
            data = data[:-9] + bytes(9)
        self.pages[offer.page_id] = item = ScannedItem(offer, data)
        await self.send("device", offer)
        await self._send_chunks(item, [n for n in range(offer.chunks) if n not in lost])
        await self.send("device", ScanEnded(scan_id=scan_id, pages=1, code=""))
        return offer

    async def _send_chunks(self, item: ScannedItem, indexes: Iterable[int]) -> None:
        if self.facts is not None:
            page, count = item.offer.page_id, item.offer.chunks
            await self.say_chunks(self.facts.id, page, item.sent, count=count, indexes=indexes)

    # ---- the shared page

    async def show_page(self, address: str) -> None:
        """Its browser shows this page."""
        page_shown = PageShown(
            epoch=EPOCH, address=address, title="Essai", width_px=1280, height_px=720
        )
        await self.send("cobrowse", page_shown)

    async def send_mirror(
        self, text: bytes, *, start: bool, ack: int = 0, skip: bool = False
    ) -> None:
        """One payload of the mirror; with `skip` it gets lost."""
        data, seq = self._packer.pack(text, start=start), self._seq
        self._seq += 1
        if skip:
            return
        for part, headers in mirror.parts_of(data, epoch=EPOCH, seq=seq, start=start):
            more = {"Ack": str(ack)} if ack else {}
            await self.send_raw(mirror.TOPIC, part, {**headers, **more})

    async def picture(self, ack: int = 0) -> None:
        """A full picture of the page."""
        await self.send_mirror(PICTURE, start=True, ack=ack)

    # ---- what comes

    def _on_opened(self, facts: SessionFacts) -> None:
        self.facts = facts
        self.given = {}
        self.asked = {}
        self.pages = {}
        self.calls = []
        self._seq = 0
        self.received, channel = [], self._bus.channel(facts.id)
        self._protect(facts, channel)
        for topic in LISTENED:
            channel.on_message(topic, self._on_message)
        channel.on_raw(CHUNK, lambda _payload, _headers: None)

    def _protect(self, facts: SessionFacts, channel: BusChannel) -> None:
        keys = self._seals.take_card(facts.organisation, facts.seal)
        self._seal = None
        if keys:
            self._seal = KioskSeal(facts, keys, clock=self._clock, tasks=self._tasks)
            self._seal.refused.connect(self._on_seal_refused)
            channel.protect(self._seal)

    def _on_seal_refused(self, error: SessionError) -> None:
        self.seal_refused = f"{error.code} {error.detail.get('why', '')}".strip()

    def _on_message(self, message: SessionMessage) -> None:
        self.received.append(message)
        self._tasks.start(self._answer(message), name="answer the desk")

    async def _answer(self, message: SessionMessage) -> None:
        match message:
            case CallAnswered(call_id=call_id) if call_id == self.call_id and self.peer is not None:
                try:
                    await self.peer.accept(message.sdp)
                except CallLost:
                    return
                self.calls.append(call_id)
            case CallRequested():
                await self.offer()
            case GrantRequested():
                await self._on_grant(message)
            case GrantsRequested():
                for grant in Grant:
                    reported = self.change(grant, GrantReason.TOLD, self.asked.get(grant, ""))
                    await self.send("grant", reported)
            case WordsSaid(words_id=words_id):
                await self.send("beside", WordsShown(words_id=words_id))
            case PrivacyAsked(on=on):
                await self.send("beside", PrivacyShown(on=on, agent=on, caller=False))
            case _:
                await self._answer_tools(message)

    async def _on_grant(self, request: GrantRequested) -> None:
        for grant in (request.grant, *request.together):
            if grant not in self.answers:
                continue
            self.given[grant] = self.answers[grant]
            self.asked[grant] = request.request_id
            await self.send("grant", self.change(grant, request_id=request.request_id))
            if grant is Grant.SEE_PAGE and self.given[grant]:
                await self.send("cobrowse", SharingChanged(sharing=True))
                await self.picture()

    async def _answer_tools(self, message: SessionMessage) -> None:
        match message:
            case DevicesRequested():
                await self.send("device", self._devices())
            case ScanRequested(scan_id=scan_id):
                await self.send("device", ScanProgressed(scan_id=scan_id, percent=10))
            case ChunksRequested(item_id=item, missing=missing) if item in self.pages:
                await self._send_chunks(self.pages[item], missing)
            case AddressRequested(address=address):
                await self.show_page(address)
            case SnapshotRequested() if self.given.get(Grant.SEE_PAGE):
                await self.send("cobrowse", SharingChanged(sharing=True))
                await self.picture()
            case PageCommand(command_id=command_id):
                await self.send("control", CommandAnswered(command_id=command_id, code=""))

    def _devices(self) -> DevicesReported:
        return DevicesReported(
            scanner=ScannerState.READY,
            scanner_name="Essai S",
            scanner_code="",
            printer=ScannerState.READY,
            printer_name="Essai P",
            printer_code="",
            kiosk_key=self.key,
        )


def _paper() -> bytes:
    """A small JPEG that no other page has."""
    out = io.BytesIO()
    Image.effect_noise((310, 438), 20).save(out, "JPEG")
    return out.getvalue()


def _picture() -> bytes:
    title = {"type": 3, "textContent": "Essai", "id": 5}
    heading = {"type": 2, "tagName": "h1", "attributes": {}, "childNodes": [title], "id": 4}
    body = {"type": 2, "tagName": "body", "attributes": {}, "childNodes": [heading], "id": 3}
    html = {"type": 2, "tagName": "html", "attributes": {}, "childNodes": [body], "id": 2}
    tree = {"type": 0, "childNodes": [html], "id": 1}
    meta = {"href": "http://essai.example/", "width": 1280, "height": 720}
    full = {"node": tree, "initialOffset": {"left": 0, "top": 0}}
    return msgspec.json.encode(
        [{"type": 4, "data": meta, "timestamp": 1}, {"type": 2, "data": full, "timestamp": 2}]
    )


PICTURE = _picture()
MOVE = msgspec.json.encode(
    [{"type": 3, "data": {"source": 3, "id": 1, "x": 0, "y": 10}, "timestamp": 3}]
)
"""Something that happens in the page: it was scrolled."""
