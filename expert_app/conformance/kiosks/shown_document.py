# SPDX-License-Identifier: GPL-3.0-only
"""The level "papers": a document that the agent shows to the caller. Used by `run`."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Collection

from PIL import Image

from expert_app.conformance.instructions import CloseShown
from expert_app.conformance.kiosks.stage import KioskStage
from expert_app.conformance.stage import Case, TriedTalk, numbers
from session.protocol.conversation.shown_document import (
    TOPIC,
    Mark,
    MarkKind,
    ShowEnded,
    ShowMessage,
    ShownChunksRequested,
    ShownPageMarked,
    ShownPageOffered,
    ShownPagePainted,
    ShownPageRequested,
    ShownPageTurned,
    ShowStarted,
)
from session.protocol.endpoints.chunks import count_chunks
from session.protocol.wire.ids import new_id

PAGES, WIDTH, HEIGHT = 3, 240, 340
PAINTED_S = 10.0
NOT_PAINTED_S = 2.0


def picture() -> bytes:
    """A page as a desk sends it, of more than one chunk; each is another one."""
    out = io.BytesIO()
    Image.effect_noise((WIDTH, HEIGHT), 90).save(out, "WEBP", lossless=True)
    return out.getvalue()


class _Show:
    """One document that our desk shows. `damaged`: pages whose bytes are others than offered."""

    def __init__(self, stage: KioskStage, talk: TriedTalk) -> None:
        self.stage = stage
        self.talk = talk
        self.id = new_id()
        self.since = stage.traffic.mark()
        self.damaged: set[int] = set()
        self._data = {page: picture() for page in range(PAGES)}
        self._items = {page: new_id() for page in range(PAGES)}

    def item(self, page: int) -> str:
        """Under which a page's chunks go."""
        return self._items[page]

    async def send(self, message: ShowMessage | ShowEnded) -> None:
        """Our desk says it."""
        await self.talk.say(TOPIC, message)

    async def start(self) -> None:
        """Begins to show it."""
        await self.send(ShowStarted(show_id=self.id, title="Essai", pages=PAGES))

    def sent[Kind: ShowMessage](self, kind: type[Kind], **fields: object) -> list[Kind]:
        """Return what the kiosk said of it, with these values."""
        return self.talk.sent(kind, self.since, show_id=self.id, **fields)

    def wants(self, page: int) -> bool:
        """True if the kiosk has asked for a page."""
        return bool(self.sent(ShownPageRequested, page=page))

    def painted(self, page: int, marks: int = 0) -> bool:
        """True if a page stands on the screen, or has stood."""
        return bool(self.sent(ShownPagePainted, page=page, marks=marks))

    async def offer(self, page: int, *, lost: Collection[int] = ()) -> None:
        """The picture of a page; chunks that get lost do not come."""
        data = self._data[page]
        count = count_chunks(len(data))
        await self.send(
            ShownPageOffered(
                show_id=self.id,
                page=page,
                item_id=self.item(page),
                size_bytes=len(data),
                sha256=hashlib.sha256(data).hexdigest(),
                width_px=WIDTH,
                height_px=HEIGHT,
                chunks=count,
            )
        )
        await self.send_chunks(page, [index for index in range(count) if index not in lost])

    async def send_chunks(self, page: int, indexes: Collection[int]) -> None:
        """Chunks of a page."""
        data = self._data[page]
        count = count_chunks(len(data))
        if page in self.damaged:
            data = bytes(len(data))
        await self.talk.ours.say_chunks(
            self.talk.id, self.item(page), data, count=count, indexes=indexes
        )


async def shows(stage: KioskStage) -> None:
    """Three pages: one of which a chunk gets lost, one that comes, one that comes damaged."""
    talk = await stage.converse()
    show = _Show(stage, talk)
    await _begins(show)
    await _marks(show)
    await _turns(show)
    await _damaged(show)
    await _closes(show)
    await stage.end(talk)


async def _begins(show: _Show) -> None:
    findings = show.stage.findings
    await show.start()
    otherwise = "the first page was not asked for"
    await findings.eventually("P-330", lambda: show.wants(0), otherwise=otherwise)
    await show.offer(0, lost=[0])

    def missed() -> list[ShownChunksRequested]:
        requests = show.sent(ShownChunksRequested, item_id=show.item(0))
        return [request for request in requests if 0 in request.missing]

    otherwise = "a chunk that was lost was not asked for"
    await findings.eventually("P-331", missed, otherwise=otherwise)
    await show.send_chunks(0, missed()[-1].missing)
    otherwise = "no ShownPagePainted came of the first page"
    await findings.eventually("P-330", lambda: show.painted(0), otherwise=otherwise)


async def _marks(show: _Show) -> None:
    frame = Mark(kind=MarkKind.FRAME, points=[0.1, 0.1, 0.5, 0.3])
    await show.send(ShownPageMarked(show_id=show.id, page=0, marks=[frame]))
    await show.stage.findings.expect(
        "P-332",
        lambda: show.painted(0, marks=1),
        otherwise=lambda: f"it said {show.sent(ShownPagePainted)[-1:]}",
    )


async def _turns(show: _Show) -> None:
    findings = show.stage.findings
    await show.send(ShownPageTurned(show_id=show.id, page=1))
    otherwise = "the page was not asked for"
    await findings.eventually("P-333", lambda: show.wants(1), otherwise=otherwise)
    await show.offer(1)
    otherwise = "no ShownPagePainted came of it"
    await findings.eventually("P-333", lambda: show.painted(1), otherwise=otherwise)


async def _damaged(show: _Show) -> None:
    show.damaged.add(2)
    await show.send(ShownPageTurned(show_id=show.id, page=2))
    await show.stage.until(lambda: show.wants(2), "the third page was not asked for")
    await show.offer(2)
    await show.stage.findings.never(
        "P-334",
        lambda: show.painted(2),
        for_s=NOT_PAINTED_S,
        otherwise="a page was painted whose bytes have another SHA-256",
    )
    await show.send(ShownPageTurned(show_id=show.id, page=1))


async def _closes(show: _Show) -> None:
    findings, stage = show.stage.findings, show.stage
    if not await stage.can(CloseShown(), "P-335"):
        await show.send(ShowEnded(show_id=show.id))
        return

    def ended(after: int) -> bool:
        return bool(show.talk.sent(ShowEnded, after, show_id=show.id, by_caller=True))

    await findings.seen(lambda: ended(show.since), PAINTED_S)
    first, since = ended(show.since), stage.traffic.mark()
    show.since = since
    await show.start()  # as a desk that did not hear of it
    await findings.seen(lambda: ended(since), PAINTED_S)
    is_shown_again = bool(show.sent(ShownPagePainted) or show.sent(ShownPageRequested))
    fault = "no ShowEnded with `by_caller` came"
    if is_shown_again:
        fault = "it was shown again"
    findings.check("P-335", first and ended(since) and not is_shown_again, fault)


CASES = (Case("a document is shown", numbers("P", (330, 335)), shows),)
