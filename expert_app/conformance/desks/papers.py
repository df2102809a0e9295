# SPDX-License-Identifier: GPL-3.0-only
"""The level "papers" of a desk: scans, prints, shown documents. Used by `run`."""

from __future__ import annotations

import contextlib
import hashlib
import io

from PIL import Image

from expert_app.conformance.desks.stage import DeskStage
from expert_app.conformance.driver import CannotDo
from expert_app.conformance.instructions import (
    CancelScan,
    Instruction,
    PrintPage,
    ScanPage,
    ShowDocument,
)
from expert_app.conformance.kiosk_end import ScannedItem
from expert_app.conformance.stage import Case, TriedTalk, numbers
from session.bus.transport.nkeys import new_seed, public_key
from session.core.device_errors import ScanCancelled
from session.core.errors import PageDamaged, PageNotSigned, PageUnasked
from session.protocol.conversation.messages import (
    ChunksRequested,
    Grant,
    PageKept,
    PageRefused,
    PrintChanged,
    PrintOffered,
    PrintState,
    ScanCancelRequested,
    ScanEnded,
    ScanRequested,
    SessionMessage,
)
from session.protocol.conversation.print_binding import print_binding
from session.protocol.conversation.shown_document import (
    ShowEnded,
    ShownPageOffered,
    ShownPagePainted,
    ShownPageRequested,
    ShowStarted,
)
from session.protocol.wire.ids import new_id
from session.protocol.wire.version import MAX_CHUNK_BYTES

KEPT_S = 20.0
"""A page is written to disk first."""

DAMAGED_S = 15.0
"""Wrong bytes come twice."""

QUIET_S = 1.5


def page_picture(shade: int) -> bytes:
    """A small JPEG that no other page has."""
    out = io.BytesIO()
    Image.effect_noise((310, 438), 20 + shade).save(out, "JPEG")
    return out.getvalue()


async def scans(stage: DeskStage) -> None:
    """Pages, and what goes wrong with them."""
    talk = await stage.converse()
    await _unasked(stage, talk)
    await _not_without(
        stage, talk, "D-301", grant=Grant.SCAN, instruction=ScanPage(), kind=ScanRequested
    )
    page = await _page(stage, talk, 1)
    await _is_kept(stage, talk, page, "D-302")
    await _again(stage, talk, page)
    await _lost(stage, talk)
    await _damaged(stage, talk)
    await _forged(stage, talk)
    await _cancelled(stage, talk)
    await _late(stage, talk)
    await stage.finish(talk)


async def _not_without(
    stage: DeskStage,
    talk: TriedTalk,
    rule: str,
    *,
    grant: Grant,
    instruction: Instruction,
    kind: type[SessionMessage],
) -> None:
    """The caller says no: nothing is done with the power. Then the caller says yes."""
    stage.kiosk.answers[grant] = False
    with contextlib.suppress(CannotDo):  # a desk may know that it must ask first
        await stage.instruct(instruction)
    await stage.findings.never(
        rule,
        lambda: stage.sent(talk, kind),
        for_s=QUIET_S,
        otherwise=f"{kind.__name__} came without the power",
    )
    stage.kiosk.answers[grant] = True
    await stage.ask(talk, grant)


async def _request(stage: DeskStage, talk: TriedTalk) -> ScanRequested:
    """The agent scans. Raises `RuleBroken`."""
    since = stage.traffic.mark()
    await stage.instruct(ScanPage())
    await stage.findings.eventually(
        "D-301",
        lambda: stage.sent(talk, ScanRequested, since),
        within_s=10,
        otherwise="no ScanRequested came though the power was given",
    )
    return stage.sent(talk, ScanRequested, since)[-1]


async def _page(stage: DeskStage, talk: TriedTalk, shade: int, *, lost: int = -1) -> ScannedItem:
    """A page is scanned, and sent but for a chunk that gets lost."""
    request = await _request(stage, talk)
    item = await stage.kiosk.offer_page(request.scan_id, page_picture(shade))
    item.lost = {lost}
    await stage.kiosk.send_chunks(item)
    await _over(stage, request, pages=1)
    return item


async def _over(stage: DeskStage, request: ScanRequested, *, pages: int, code: str = "") -> None:
    await stage.kiosk.send("device", ScanEnded(scan_id=request.scan_id, pages=pages, code=code))


def _kept(stage: DeskStage, talk: TriedTalk, item: ScannedItem, since: int | None = None) -> bool:
    return item.offer.page_id in [message.page_id for message in stage.sent(talk, PageKept, since)]


async def _is_kept(stage: DeskStage, talk: TriedTalk, item: ScannedItem, rule: str) -> None:
    await stage.findings.eventually(
        rule,
        lambda: _kept(stage, talk, item),
        within_s=KEPT_S,
        otherwise=lambda: f"no PageKept came, but {stage.sent(talk, PageRefused)[-1:]}",
    )


async def _again(stage: DeskStage, talk: TriedTalk, item: ScannedItem) -> None:
    since = stage.traffic.mark()
    await stage.kiosk.send("device", item.offer)
    otherwise = "no PageKept came again"
    await stage.findings.expect(
        "D-306", lambda: _kept(stage, talk, item, since), otherwise=otherwise
    )


async def _lost(stage: DeskStage, talk: TriedTalk) -> None:
    item = await _page(stage, talk, 2, lost=1)

    def named() -> list[list[int]]:
        requests = stage.sent(talk, ChunksRequested)
        return [
            list(request.missing) for request in requests if request.item_id == item.offer.page_id
        ]

    names = await stage.findings.seen(named, 10)
    stage.findings.check("D-303", [1] in names, f"chunk 1 was lost, and it named {names}")
    await _is_kept(stage, talk, item, "D-302")


async def _damaged(stage: DeskStage, talk: TriedTalk) -> None:
    request, data = await _request(stage, talk), page_picture(3)
    item = await stage.kiosk.offer_page(request.scan_id, data)
    item.sent = data[:-9] + bytes(9)
    await stage.kiosk.send_chunks(item)
    await _over(stage, request, pages=1)
    codes = await stage.findings.seen(lambda: _refused(stage, talk, item), DAMAGED_S)
    chunk_requests = [
        message
        for message in stage.sent(talk, ChunksRequested)
        if message.item_id == item.offer.page_id
    ]
    good = codes == [PageDamaged.code] and bool(chunk_requests) and not _kept(stage, talk, item)
    stage.findings.check(
        "D-304",
        good,
        f"it refused with {codes}, asked {len(chunk_requests)} times for chunks, "
        f"and said PageKept: {_kept(stage, talk, item)}",
    )


async def _forged(stage: DeskStage, talk: TriedTalk) -> None:
    request = await _request(stage, talk)
    other = public_key(new_seed())
    item = await stage.kiosk.offer_page(request.scan_id, page_picture(4), signer=other)
    await stage.kiosk.send_chunks(item)
    await _over(stage, request, pages=1)
    codes = await stage.findings.seen(lambda: _refused(stage, talk, item), 8)
    good = codes == [PageNotSigned.code] and not _kept(stage, talk, item)
    stage.findings.check("D-305", good, f"it refused with {codes}")


async def _unasked(stage: DeskStage, talk: TriedTalk) -> None:
    """A page comes of its own accord, before the caller allowed anything."""
    item = await stage.kiosk.offer_page(new_id(), page_picture(5))
    await stage.kiosk.send_chunks(item)
    codes = await stage.findings.seen(lambda: _refused(stage, talk, item), 8)
    kept = _kept(stage, talk, item)
    good = codes == [PageUnasked.code] and not kept
    stage.findings.check("D-308", good, f"it refused with {codes}, and said PageKept: {kept}")
    del stage.kiosk.pages[item.offer.page_id]


async def _late(stage: DeskStage, talk: TriedTalk) -> None:
    """The caller takes the power back while a page that was asked for is on its way."""
    request = await _request(stage, talk)
    await stage.kiosk.withdraw(Grant.SCAN)
    await stage.until_shown()
    item = await stage.kiosk.offer_page(request.scan_id, page_picture(6))
    await stage.kiosk.send_chunks(item)
    await _over(stage, request, pages=1)
    await _is_kept(stage, talk, item, "D-309")


def _refused(stage: DeskStage, talk: TriedTalk, item: ScannedItem) -> list[str]:
    refused = stage.sent(talk, PageRefused)
    return [refusal.code for refusal in refused if refusal.page_id == item.offer.page_id]


async def _cancelled(stage: DeskStage, talk: TriedTalk) -> None:
    request = await _request(stage, talk)
    if await stage.can(CancelScan(), "D-307"):
        await stage.findings.seen(lambda: stage.sent(talk, ScanCancelRequested), 5)
        ids = [message.scan_id for message in stage.sent(talk, ScanCancelRequested)]
        stage.findings.check("D-307", ids == [request.scan_id], f"it stopped {ids}")
    await _over(stage, request, pages=0, code=ScanCancelled.code)


# ---- prints


async def prints(stage: DeskStage) -> None:
    """A document goes to the printer."""
    talk = await stage.converse()
    instruction = PrintPage()
    await _not_without(
        stage, talk, "D-320", grant=Grant.PRINT, instruction=instruction, kind=PrintOffered
    )
    since = stage.traffic.mark()
    await stage.instruct(PrintPage())
    await stage.findings.eventually(
        "D-320",
        lambda: stage.sent(talk, PrintOffered, since),
        within_s=15,
        otherwise="no PrintOffered came though the power was given",
    )
    offer = stage.sent(talk, PrintOffered, since)[-1]
    bound = print_binding(talk.id, stage.kiosk.key, offer.sha256, offer.copies)
    stage.findings.check("D-321", offer.bound_to == bound, f"bound to {offer.bound_to[:8]!r}")
    await _bytes_of(stage, talk, offer)
    since = stage.traffic.mark()
    await stage.kiosk.send("device", ChunksRequested(item_id=offer.print_id, missing=[0]))
    await stage.findings.seen(lambda: 0 in stage.traffic.chunks(talk.id, offer.print_id, since), 8)
    resent = sorted(stage.traffic.chunks(talk.id, offer.print_id, since))
    stage.findings.check("D-323", resent == [0], f"of chunk 0 came {resent}")
    for state in (PrintState.SHOWN, PrintState.DONE):
        changed = PrintChanged(print_id=offer.print_id, state=state, job_id=1, sha256=offer.sha256)
        await stage.kiosk.send("device", changed)
    await stage.finish(talk)


async def _bytes_of(stage: DeskStage, talk: TriedTalk, offer: PrintOffered) -> None:
    await stage.findings.seen(
        lambda: len(stage.traffic.chunks(talk.id, offer.print_id)) >= offer.chunks, 20
    )
    chunks = stage.traffic.chunks(talk.id, offer.print_id)
    data = b"".join(part for _, part in sorted(chunks.items()))
    is_whole = hashlib.sha256(data).hexdigest() == offer.sha256 and len(data) == offer.size_bytes
    largest = max(map(len, chunks.values()), default=0)
    stage.findings.check(
        "D-322",
        is_whole and largest <= MAX_CHUNK_BYTES,
        f"{len(chunks)} chunks of {offer.chunks} came, the largest of {largest} bytes; "
        f"all right: {is_whole}",
    )


# ---- shown documents


async def shows(stage: DeskStage) -> None:
    """The agent shows a document to the caller."""
    talk = await stage.converse()
    await stage.instruct(ShowDocument(on=True))
    await stage.findings.eventually(
        "D-330",
        lambda: stage.sent(talk, ShowStarted),
        within_s=15,
        otherwise="no ShowStarted came",
    )
    show = stage.sent(talk, ShowStarted)[-1].show_id
    await stage.kiosk.send("show", ShownPageRequested(show_id=show, page=0))
    await stage.findings.expect(
        "D-330",
        lambda: _shown_whole(stage, talk),
        within_s=15,
        otherwise=lambda: (
            f"it said {stage.sent(talk, ShownPageOffered)[-1:]}, and not all chunks came right"
        ),
    )
    await stage.kiosk.send("show", ShownPagePainted(show_id=show, page=0))
    await stage.instruct(ShowDocument(on=False))
    await stage.comes(talk, ShowEnded, talk.began)
    ended = [message.show_id for message in stage.sent(talk, ShowEnded)]
    stage.findings.check("D-331", bool({"", show} & {*ended}), f"it said {ended}")
    await stage.finish(talk)


def _shown_whole(stage: DeskStage, talk: TriedTalk) -> bool:
    offers = [offer for offer in stage.sent(talk, ShownPageOffered) if offer.page == 0]
    if not offers:
        return False
    chunks = stage.traffic.chunks(talk.id, offers[-1].item_id)
    data = b"".join(part for _, part in sorted(chunks.items()))
    return hashlib.sha256(data).hexdigest() == offers[-1].sha256


CASES = (
    Case("scans", numbers("D", (301, 309)), scans),
    Case("prints", numbers("D", (320, 323)), prints),
    Case("a shown document", ("D-330", "D-331"), shows),
)
