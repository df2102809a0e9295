# SPDX-License-Identifier: GPL-3.0-only
"""The level "papers" of a desk: scans, prints, shown documents. Used by `run`."""

from __future__ import annotations

import contextlib
import hashlib

from expert_app.conformance.desks.stage import DeskStage
from expert_app.conformance.driver import CannotDo
from expert_app.conformance.instructions import (
    CancelScan,
    PrintPage,
    ScanPage,
    ShowDocument,
)
from expert_app.conformance.stage import Case, TriedTalk, numbers
from session.bus.transport.nkeys import new_seed, public_key
from session.core.device_errors import ScanCancelled
from session.core.errors import PageDamaged, PageNotSigned, PageUnasked
from session.protocol.conversation.messages import (
    ChunksRequested,
    Grant,
    PageKept,
    PageOffered,
    PageRefused,
    PrintChanged,
    PrintOffered,
    PrintState,
    ScanCancelRequested,
    ScanEnded,
    ScanRequested,
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


async def scans(stage: DeskStage) -> None:
    """Pages, and what goes wrong with them."""
    talk = await stage.converse()
    await _unasked(stage, talk)
    await _not_unscanned(stage, talk)
    page = await stage.kiosk.scan_page(await _request(stage, talk))
    await _is_kept(stage, talk, page, "D-302")
    await _again(stage, talk, page)
    await _lost(stage, talk)
    await _damaged(stage, talk)
    await _forged(stage, talk)
    await _cancelled(stage, talk)
    await _late(stage, talk)
    await stage.finish(talk)


async def _not_unscanned(stage: DeskStage, talk: TriedTalk) -> None:
    """The caller says no: nothing is scanned. Then the caller says yes."""
    stage.kiosk.answers[Grant.SCAN] = False
    with contextlib.suppress(CannotDo):  # a desk may know that it must ask first
        await stage.instruct(ScanPage())
    await stage.findings.never(
        "D-301",
        lambda: talk.sent(ScanRequested),
        for_s=QUIET_S,
        otherwise="ScanRequested came without the grant",
    )
    stage.kiosk.answers[Grant.SCAN] = True
    await stage.ask(talk, Grant.SCAN)


async def _request(stage: DeskStage, talk: TriedTalk) -> str:
    """The agent scans; the id of the scan. Raises `RuleBroken`."""
    since = stage.traffic.mark()
    await stage.instruct(ScanPage())
    otherwise = "no ScanRequested came though the grant was given"
    request = await talk.says("D-301", ScanRequested, since, within_s=10, otherwise=otherwise)
    return request.scan_id


async def _is_kept(stage: DeskStage, talk: TriedTalk, page: PageOffered, rule: str) -> None:
    await stage.findings.eventually(
        rule,
        lambda: talk.sent(PageKept, page_id=page.page_id),
        within_s=KEPT_S,
        otherwise=lambda: f"no PageKept came, but {talk.sent(PageRefused)[-1:]}",
    )


async def _again(stage: DeskStage, talk: TriedTalk, page: PageOffered) -> None:
    answers = await talk.answers("device", page, PageKept, within_s=8, page_id=page.page_id)
    stage.findings.check("D-306", bool(answers), "no PageKept came again")


async def _lost(stage: DeskStage, talk: TriedTalk) -> None:
    page = await stage.kiosk.scan_page(await _request(stage, talk), lost=[1])
    requests = await talk.comes(ChunksRequested, within_s=10, item_id=page.page_id)
    names = [list(request.missing) for request in requests]
    stage.findings.check("D-303", [1] in names, f"chunk 1 was lost, and it named {names}")
    await _is_kept(stage, talk, page, "D-302")


async def _refusals(talk: TriedTalk, page: PageOffered, within_s: float = 8) -> list[str]:
    """Return the codes with which the desk refuses a page."""
    refused = await talk.comes(PageRefused, within_s=within_s, page_id=page.page_id)
    return [refusal.code for refusal in refused]


async def _damaged(stage: DeskStage, talk: TriedTalk) -> None:
    page = await stage.kiosk.scan_page(await _request(stage, talk), damaged=True)
    codes = await _refusals(talk, page, DAMAGED_S)
    count = len(talk.sent(ChunksRequested, item_id=page.page_id))
    is_kept = bool(talk.sent(PageKept, page_id=page.page_id))
    stage.findings.check(
        "D-304",
        codes == [PageDamaged.code] and count > 0 and not is_kept,
        f"it refused with {codes}, asked {count} times for chunks, and said PageKept: {is_kept}",
    )


async def _forged(stage: DeskStage, talk: TriedTalk) -> None:
    other = public_key(new_seed())
    page = await stage.kiosk.scan_page(await _request(stage, talk), signer=other)
    codes = await _refusals(talk, page)
    good = codes == [PageNotSigned.code] and not talk.sent(PageKept, page_id=page.page_id)
    stage.findings.check("D-305", good, f"it refused with {codes}")


async def _unasked(stage: DeskStage, talk: TriedTalk) -> None:
    """A page comes of its own accord, before the caller allowed anything."""
    page = await stage.kiosk.scan_page(new_id())
    codes = await _refusals(talk, page)
    is_kept = bool(talk.sent(PageKept, page_id=page.page_id))
    good = codes == [PageUnasked.code] and not is_kept
    stage.findings.check("D-308", good, f"it refused with {codes}, and said PageKept: {is_kept}")
    del stage.kiosk.pages[page.page_id]


async def _late(stage: DeskStage, talk: TriedTalk) -> None:
    """The caller takes the grant back while a page that was asked for is on its way."""
    scan_id = await _request(stage, talk)
    await stage.kiosk.withdraw(Grant.SCAN)
    await stage.until_shown()
    page = await stage.kiosk.scan_page(scan_id)
    await _is_kept(stage, talk, page, "D-309")


async def _cancelled(stage: DeskStage, talk: TriedTalk) -> None:
    scan_id = await _request(stage, talk)
    if await stage.can(CancelScan(), "D-307"):
        ids = [message.scan_id for message in await talk.comes(ScanCancelRequested)]
        stage.findings.check("D-307", ids == [scan_id], f"it stopped {ids}")
    ended = ScanEnded(scan_id=scan_id, pages=0, code=ScanCancelled.code)
    await stage.kiosk.send("device", ended)


# ---- prints


async def prints(stage: DeskStage) -> None:
    """A document goes to the printer."""
    talk = await stage.converse()
    since = stage.traffic.mark()
    await stage.instruct(PrintPage())
    otherwise = "no PrintOffered came"
    offer = await talk.says("D-320", PrintOffered, since, otherwise=otherwise)
    bound = print_binding(talk.id, stage.kiosk.key, offer.sha256, offer.copies)
    stage.findings.check("D-321", offer.bound_to == bound, f"bound to {offer.bound_to[:8]!r}")
    await _bytes_of(stage, talk, offer)
    since = stage.traffic.mark()
    await stage.kiosk.send("device", ChunksRequested(item_id=offer.print_id, missing=[0]))
    await stage.findings.seen(lambda: 0 in talk.chunks(offer.print_id, since), 8)
    resent = sorted(talk.chunks(offer.print_id, since))
    stage.findings.check("D-323", resent == [0], f"of chunk 0 came {resent}")
    for state in (PrintState.SHOWN, PrintState.DONE):
        changed = PrintChanged(print_id=offer.print_id, state=state, job_id=1, sha256=offer.sha256)
        await stage.kiosk.send("device", changed)
    await stage.finish(talk)


async def _bytes_of(stage: DeskStage, talk: TriedTalk, offer: PrintOffered) -> None:
    await stage.findings.seen(lambda: len(talk.chunks(offer.print_id)) >= offer.chunks, 20)
    chunks = talk.chunks(offer.print_id)
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
    show = (await talk.says("D-330", ShowStarted)).show_id
    await stage.kiosk.send("show", ShownPageRequested(show_id=show, page=0))
    await stage.findings.expect(
        "D-330",
        lambda: _shown_whole(talk),
        within_s=15,
        otherwise=lambda: (
            f"it said {talk.sent(ShownPageOffered)[-1:]}, and not all chunks came right"
        ),
    )
    await stage.kiosk.send("show", ShownPagePainted(show_id=show, page=0))
    await stage.instruct(ShowDocument(on=False))
    ended = [message.show_id for message in await talk.comes(ShowEnded)]
    stage.findings.check("D-331", bool({"", show} & {*ended}), f"it said {ended}")
    await stage.finish(talk)


def _shown_whole(talk: TriedTalk) -> bool:
    offers = talk.sent(ShownPageOffered, page=0)
    if not offers:
        return False
    chunks = talk.chunks(offers[-1].item_id)
    data = b"".join(part for _, part in sorted(chunks.items()))
    return hashlib.sha256(data).hexdigest() == offers[-1].sha256


CASES = (
    Case("scans", numbers("D", (301, 309)), scans),
    Case("prints", numbers("D", (320, 323)), prints),
    Case("a shown document", ("D-330", "D-331"), shows),
)
