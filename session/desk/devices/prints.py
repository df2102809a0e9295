# SPDX-License-Identifier: GPL-3.0-only
"""Sends documents to the kiosk's printer, for `scanner_and_printer`.
The other end: `session.kiosk.devices.prints`.
"""

from __future__ import annotations

import asyncio
import hashlib

import msgspec

from session.core.clock import Clock
from session.core.errors import PageTooLarge, PeerGone
from session.core.signals import Signal
from session.core.tasks import Tasks
from session.protocol.conversation.messages import (
    ChunksRequested,
    PrintCancelRequested,
    PrintChanged,
    PrintOffered,
    PrintState,
)
from session.protocol.conversation.print_binding import print_binding
from session.protocol.endpoints.channel import SessionChannel
from session.protocol.endpoints.chunks import count_chunks
from session.protocol.endpoints.sending import ChunkSender, OrderedSender
from session.protocol.wire.ids import new_id
from session.protocol.wire.version import MAX_ITEM_BYTES

REPEAT_S = 4.0
"""All is sent and the kiosk says nothing:
the offer is repeated, it then says what it lacks or how it stands.
"""
SILENCE_S = 30.0
"""After so long without a word, before the printer has it, the kiosk is gone."""
_AT_PRINTER = (PrintState.SHOWN, PrintState.SENT, PrintState.PRINTING, PrintState.WAITING)
_LAST = (PrintState.DONE, PrintState.FAILED, PrintState.CANCELLED)


class _Document:
    def __init__(self, offer: PrintOffered, data: bytes, *, now_s: float) -> None:
        self.offer = offer
        self.data = data
        self.heard_s = self.offered_s = now_s
        self.state: PrintState | None = None


class Prints:
    """The prints of one session that are not over.

    Attributes:
        offered: the kiosk was asked to print this.
        kiosk_key: public key of the kiosk, as it reported it.
        changed: what the kiosk said; also `failed` with the code `peer_gone` when it says nothing
            for 30 s.
    """

    def __init__(
        self,
        channel: SessionChannel,
        topic: str,
        *,
        clock: Clock,
        tasks: Tasks,
        sure: OrderedSender,
        kbps: int | None,
    ) -> None:
        self.offered: Signal[PrintOffered] = Signal()
        self.changed: Signal[PrintChanged] = Signal()
        self._channel = channel
        self._topic = topic
        self._clock = clock
        self._sure = sure
        self.kiosk_key = ""
        self._documents: dict[str, _Document] = {}
        self._chunks = ChunkSender(
            channel,
            clock,
            tasks=tasks,
            read=lambda item_id: self._documents[item_id].data,
            kbps=kbps,
        )

    def __len__(self) -> int:
        return len(self._documents)

    @property
    def chunks(self) -> ChunkSender:
        """The sender of the documents."""
        return self._chunks

    async def print_document(self, document: bytes, name: str, copies: int) -> str:
        """Offers a PDF and sends it. Raises `BusUnreachable` (nothing was offered), `PageTooLarge`,
        `ValueError`.
        """
        if not document or not 1 <= copies <= 5:
            raise ValueError("nothing to print, or not 1 to 5 copies")
        if len(document) > MAX_ITEM_BYTES:
            raise PageTooLarge(size_bytes=len(document), limit_bytes=MAX_ITEM_BYTES)
        offer = PrintOffered(
            print_id=new_id(),
            name=name[:500],
            size_bytes=len(document),
            sha256=await asyncio.to_thread(lambda: hashlib.sha256(document).hexdigest()),
            chunks=count_chunks(len(document), self._chunks.chunk_bytes),
            copies=copies,
        )
        offer = msgspec.structs.replace(
            offer,
            bound_to=print_binding(self._channel.session_id, self.kiosk_key, offer.sha256, copies),
        )
        await self._channel.send(self._topic, offer)
        self._documents[offer.print_id] = _Document(
            offer, document, now_s=self._clock.monotonic_s()
        )
        self._chunks.send(offer.print_id, offer.chunks)
        self.offered.emit(offer)
        return offer.print_id

    async def cancel(self, print_id: str) -> None:
        """Asks the kiosk to cancel. Raises `BusUnreachable`."""
        self._chunks.drop(print_id)
        await self._channel.send(self._topic, PrintCancelRequested(print_id=print_id))

    def send_again(self, request: ChunksRequested) -> None:
        """Sends chunks that the kiosk lacks."""
        if (document := self._documents.get(request.item_id)) is not None:
            document.heard_s = self._clock.monotonic_s()
            self._chunks.again(request.item_id, document.offer.chunks, request.missing)

    def on_changed(self, change: PrintChanged) -> None:
        """The kiosk reports on a print, perhaps one that an earlier run of the desk asked for."""
        if (document := self._documents.get(change.print_id)) is not None:
            document.heard_s = self._clock.monotonic_s()
            document.state = change.state
        if change.state in _LAST:
            self._documents.pop(change.print_id, None)
            self._chunks.drop(change.print_id)
        self.changed.emit(change)

    def tick(self) -> None:
        """Repeats an offer that is not answered; ends a print that the kiosk does not report on
        any more.
        """
        now_s = self._clock.monotonic_s()
        for print_id, document in list(self._documents.items()):
            if document.state in _AT_PRINTER:
                continue  # it may wait for the caller or for paper, and says so
            if self._chunks.outgoing.has(print_id):
                document.heard_s = document.offered_s = now_s
            elif now_s - document.heard_s >= SILENCE_S:
                self.on_changed(
                    PrintChanged(print_id=print_id, state=PrintState.FAILED, code=PeerGone.code)
                )
            elif now_s - max(document.heard_s, document.offered_s) >= REPEAT_S:
                document.offered_s = now_s
                self._sure.send(document.offer)

    def close(self) -> None:
        """Stops sending and forgets the documents."""
        self._chunks.close()
        self._documents.clear()
