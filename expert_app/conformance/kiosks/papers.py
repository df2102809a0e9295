# SPDX-License-Identifier: GPL-3.0-only
"""The level "papers": scans and prints. Used by `run`."""

from __future__ import annotations

import asyncio
import hashlib
import io
from typing import Any

import msgspec
from reportlab.pdfgen.canvas import Canvas

from expert_app.conformance.driver import CannotDo
from expert_app.conformance.instructions import AnswerPrint, PutPages, Withdraw
from expert_app.conformance.kiosks.stage import KioskStage
from expert_app.conformance.kiosks.written_log import check_prints, check_scans
from expert_app.conformance.stage import Case, TriedTalk, numbers
from session.bus.transport.nkeys import is_signed
from session.core.errors import GrantMissing, PageDamaged, PageUnasked, PageUnreadable
from session.protocol.conversation.messages import (
    ChunksRequested,
    DevicesReported,
    DevicesRequested,
    Grant,
    GrantChanged,
    PageKept,
    PageOffered,
    PageRefused,
    PagesRequested,
    PrintChanged,
    PrintOffered,
    PrintState,
    ScanCancelRequested,
    ScanEnded,
    ScanKind,
    ScannerState,
    ScanRequested,
    ScanSource,
)
from session.protocol.conversation.page_signing import words_of
from session.protocol.conversation.print_binding import print_binding
from session.protocol.wire.ids import new_id
from session.protocol.wire.version import MAX_CHUNK_BYTES

SCAN_S = 60.0
"""A real scanner warms up."""

DPI = 100
"""Small pages are quick."""

QUIET_S, AGAIN_S = 1.0, 8.0
PRINTED = (PrintState.SENT, PrintState.PRINTING, PrintState.WAITING, PrintState.DONE)
OVER = (PrintState.DONE, PrintState.FAILED, PrintState.CANCELLED)


async def devices(stage: KioskStage, talk: TriedTalk) -> DevicesReported:
    """Return what the kiosk has. Raises `RuleBroken`."""
    await talk.say("device", DevicesRequested())
    report = await talk.says("P-301", DevicesReported)
    stage.findings.check(
        "P-301",
        report.kiosk_key == stage.world.key(),
        f"its key was {report.kiosk_key!r}, and it enrolled with {stage.world.key()!r}",
    )
    return report


# ---- scans


async def scans(stage: KioskStage) -> None:
    """A preview, pages, and what goes wrong with them."""
    talk = await stage.converse()
    if (await devices(stage, talk)).scanner is ScannerState.NONE:
        raise CannotDo("the kiosk has no scanner")
    await _scan_without(stage, talk)
    await stage.allow(talk, Grant.SCAN)
    await stage.instruct(PutPages(count=1))
    preview = await _scanned(stage, talk, "P-303", ScanKind.PREVIEW)
    stage.findings.check(
        "P-303", preview.kind is ScanKind.PREVIEW, f"it was offered as {preview.kind}"
    )
    page = await _scanned(stage, talk, "P-304", ScanKind.PAGE)
    await _plan(stage, talk, page)
    _signature(stage, talk, page)
    await _again(stage, talk, page)
    await _kept(stage, talk, page)
    await _refusals(stage, talk)
    await _cancel(stage, talk)
    await _jam(stage, talk)
    await _keep(stage, talk)
    held_page = await _scanned(stage, talk, "P-304", ScanKind.PAGE)
    wiped = await stage.end(talk)
    stage.findings.check(
        "P-311", wiped.pages_removed >= 1, f"{held_page.page_id} was kept, and it counted none"
    )
    await check_scans(stage, talk, [page.scan_id, held_page.scan_id])


def _request(kind: ScanKind = ScanKind.PAGE) -> ScanRequested:
    source = ScanSource.GLASS
    return ScanRequested(scan_id=new_id(), kind=kind, source=source, dpi=DPI, colour=True)


async def _scan_without(stage: KioskStage, talk: TriedTalk) -> None:
    request = _request()
    ended = await talk.answers("device", request, ScanEnded, scan_id=request.scan_id)
    good = bool(ended) and ended[0].code == GrantMissing.code
    good = good and not talk.sent(PageOffered, scan_id=request.scan_id)
    stage.findings.check("P-302", good, f"it said {ended[:1]}")


async def _scanned(stage: KioskStage, talk: TriedTalk, rule: str, kind: ScanKind) -> PageOffered:
    """A page whose chunks have all come. Raises `RuleBroken`."""
    request, findings = _request(kind), stage.findings
    await talk.say("device", request)
    offers = await talk.comes(PageOffered, within_s=SCAN_S, scan_id=request.scan_id)
    ended = await talk.comes(ScanEnded, within_s=SCAN_S, scan_id=request.scan_id)
    findings.demand(rule, bool(offers), f"no PageOffered came; the scan ended with {ended}")
    page = offers[0]
    findings.check(rule, bool(ended) and ended[0].pages == 1, f"the scan ended with {ended}")
    await findings.eventually(
        rule,
        lambda: len(talk.chunks(page.page_id)) >= page.chunks,
        within_s=30,
        otherwise="not all of its chunks came",
    )
    chunks = talk.chunks(page.page_id)
    data = b"".join(part for _, part in sorted(chunks.items()))
    right = hashlib.sha256(data).hexdigest() == page.sha256 and len(data) == page.size_bytes
    findings.check(rule, right, "its bytes have another size or SHA-256")
    return page


async def _plan(stage: KioskStage, talk: TriedTalk, page: PageOffered) -> None:
    each = -(-page.size_bytes // page.chunks)
    came = talk.chunks(page.page_id)
    wrong = sorted(
        index
        for index, part in came.items()
        if len(part) > MAX_CHUNK_BYTES or (index < page.chunks - 1 and len(part) != each)
    )
    stage.findings.check("P-304", not wrong, f"chunks {wrong[:5]} have another size")


def _signature(stage: KioskStage, talk: TriedTalk, page: PageOffered) -> None:
    key = stage.world.key()
    signed = page.signer == key and is_signed(key, words_of(talk.id, page), page.signature)
    why = "the signature does not fit"
    if page.signer != key:
        why = "the signer is another key"
    stage.findings.check("P-305", signed, why)


async def _again(stage: KioskStage, talk: TriedTalk, page: PageOffered) -> None:
    since, missing = stage.traffic.mark(), sorted({0, page.chunks - 1})
    await talk.say("device", ChunksRequested(item_id=page.page_id, missing=missing))

    def came() -> list[int]:
        return sorted(talk.chunks(page.page_id, since))

    await stage.findings.expect(
        "P-306",
        lambda: set(missing) <= set(came()),
        otherwise=lambda: f"of {missing} came {came()}",
    )


async def _offered_again(
    stage: KioskStage, talk: TriedTalk, page: PageOffered, *, within_s: float
) -> bool:
    """Return True if it is still kept at the kiosk."""
    offers = await talk.answers(
        "device", PagesRequested(), PageOffered, within_s=within_s, page_id=page.page_id
    )
    return bool(offers)


async def _kept(stage: KioskStage, talk: TriedTalk, page: PageOffered) -> None:
    stage.findings.check(
        "P-307",
        await _offered_again(stage, talk, page, within_s=AGAIN_S),
        "it was not offered again",
    )
    await talk.say("device", PageKept(page_id=page.page_id))
    still = await _offered_again(stage, talk, page, within_s=QUIET_S)
    stage.findings.check("P-307", not still, "it was offered after PageKept")


async def _refusals(stage: KioskStage, talk: TriedTalk) -> None:
    page = await _scanned(stage, talk, "P-304", ScanKind.PAGE)
    for code, keeps in (
        (PageDamaged.code, True),
        (PageUnasked.code, True),
        (PageUnreadable.code, False),
    ):
        await talk.say("device", PageRefused(page_id=page.page_id, code=code))
        within_s = AGAIN_S if keeps else QUIET_S
        is_kept = await _offered_again(stage, talk, page, within_s=within_s)
        words = "forgotten" if keeps else "kept"
        stage.findings.check("P-308", is_kept == keeps, f"after {code} it was {words}")


async def _cancel(stage: KioskStage, talk: TriedTalk) -> None:
    request = _request()
    await talk.say("device", request)
    await talk.say("device", ScanCancelRequested(scan_id=request.scan_id))
    ended = await talk.comes(ScanEnded, within_s=20, scan_id=request.scan_id)
    if ended and not ended[0].code:
        stage.findings.leave_untried(("P-309",), "the scan was over before it could be cancelled")
        return
    stage.findings.check("P-309", bool(ended), "no ScanEnded came")


async def _jam(stage: KioskStage, talk: TriedTalk) -> None:
    if not await stage.can(PutPages(count=1, jam=True), "P-310"):
        return
    request = _request()
    ended = await talk.answers(
        "device", request, ScanEnded, within_s=SCAN_S, scan_id=request.scan_id
    )
    stage.findings.check("P-310", bool(ended) and bool(ended[0].code), f"it said {ended[:1]}")
    await stage.instruct(PutPages(count=1))


async def _keep(stage: KioskStage, talk: TriedTalk) -> None:
    """Check that the caller is asked for what the agent wants to keep."""
    change = await stage.ask(talk, Grant.KEEP, yes=True)
    good = change is not None and change.allowed and change.left_s > 0
    stage.findings.check("P-313", good, f"after yes it said {change}")
    if good:
        since = stage.traffic.mark()
        await stage.instruct(Withdraw(grant=Grant.KEEP))
        reported = await talk.comes(GrantChanged, since, grant=Grant.KEEP)
        gone = bool(reported) and not reported[-1].allowed
        stage.findings.check("P-313", gone, f"taken back it said {reported[-1:]}")


# ---- prints


def document(words: str) -> bytes:
    """A PDF of one page."""
    out = io.BytesIO()
    canvas: Any = Canvas(out, pagesize=(595, 842), invariant=1)  # type: ignore[no-untyped-call]
    canvas.drawString(72, 760, words)
    canvas.save()
    return out.getvalue()


class _Job:
    """One document that the desk offers; `bytes_sent` may be others than those of the offer."""

    def __init__(self, stage: KioskStage, talk: TriedTalk, *, data: bytes) -> None:
        self.stage = stage
        self.talk = talk
        self.bytes_sent = data
        digest = hashlib.sha256(data).hexdigest()
        self.offer = PrintOffered(
            print_id=new_id(),
            name="essai",
            size_bytes=len(data),
            sha256=digest,
            chunks=-(-len(data) // MAX_CHUNK_BYTES),
            bound_to=print_binding(talk.id, stage.world.key(), digest, 1),
        )

    async def send(self) -> None:
        """Send the offer and all chunks."""
        await self.talk.say("device", self.offer)
        await self.send_chunks()

    async def send_chunks(self) -> None:
        """All of them."""
        item, count = self.offer.print_id, self.offer.chunks
        await self.talk.ours.say_chunks(
            self.talk.id, item, self.bytes_sent, count=count, indexes=range(count)
        )

    def reported(self, since: int | None = None) -> list[PrintChanged]:
        """Return what the kiosk said of it."""
        return self.talk.sent(PrintChanged, since, print_id=self.offer.print_id)

    def states(self) -> list[PrintState]:
        """Return where it was, in order."""
        return [message.state for message in self.reported()]

    def printed_as(self) -> set[int]:
        """Return the numbers of the printer's jobs."""
        return {message.job_id for message in self.reported() if message.job_id}

    async def reaches(self, *states: PrintState, within_s: float = 15.0) -> bool:
        """Return True if it comes to one of these states in time."""
        return bool(
            await self.stage.findings.seen(lambda: set(states) & {*self.states()}, within_s)
        )


async def prints(stage: KioskStage) -> None:
    """Documents that are printed, and those that are not."""
    talk = await stage.converse()
    if (await devices(stage, talk)).printer is ScannerState.NONE:
        raise CannotDo("the kiosk has no printer")
    await stage.greet(talk)
    if not await _print_without(stage, talk):
        await stage.allow(talk, Grant.PRINT)
    await _wrong_binding(stage, talk)
    await _wrong_bytes(stage, talk)
    printed = await _printed(stage, talk)
    await _declined(stage, talk)
    await stage.end(talk)
    await check_prints(stage, talk, printed)


async def _print_without(stage: KioskStage, talk: TriedTalk) -> bool:
    """True if the kiosk asks about the document itself instead of refusing it."""
    job = _Job(stage, talk, data=document("sans accord"))
    await job.send()
    await job.reaches(PrintState.FAILED, PrintState.SHOWN, *PRINTED)
    await asyncio.sleep(QUIET_S)
    reported = job.reported()
    is_shown = PrintState.SHOWN in job.states()
    is_refused = bool(reported) and reported[-1].code == GrantMissing.code
    good = (is_refused or is_shown) and not set(job.states()) & {*PRINTED}
    stage.findings.check("P-320", good, f"it said {reported[-1:]}")
    if is_shown:
        await stage.instruct(AnswerPrint(yes=False))
    return is_shown


async def _wrong_binding(stage: KioskStage, talk: TriedTalk) -> None:
    elsewhere = print_binding("autre", stage.world.key(), "0" * 64, 1)
    for bound_to in (elsewhere, ""):
        job = _Job(stage, talk, data=document(f"lié ailleurs {bound_to[:4]}"))
        job.offer = msgspec.structs.replace(job.offer, bound_to=bound_to)
        await job.send()
        await job.reaches(PrintState.FAILED, PrintState.SHOWN, *PRINTED)
        states = set(job.states())
        good = PrintState.FAILED in states and not states & {PrintState.SHOWN, *PRINTED}
        stage.findings.check(
            "P-323", good, f"bound to {bound_to[:8]!r} it said {job.reported()[-1:]}"
        )
        if PrintState.SHOWN in states:
            await stage.instruct(AnswerPrint(yes=False))


async def _wrong_bytes(stage: KioskStage, talk: TriedTalk) -> None:
    job = _Job(stage, talk, data=document("un document"))
    size = job.offer.size_bytes
    job.bytes_sent = document("un autres")[:size].ljust(size, b"\n")
    await job.send()
    for _ in range(3):  # the kiosk may ask for the chunks again
        since = stage.traffic.mark()
        if await job.reaches(PrintState.FAILED, PrintState.SHOWN, *PRINTED, within_s=1.5):
            break
        await job.send_chunks()
        await talk.comes(ChunksRequested, since, within_s=1)
    states = set(job.states())
    good = not states & {PrintState.SHOWN, *PRINTED}
    stage.findings.check("P-325", good, f"it said {job.reported()[-1:]}")
    if PrintState.SHOWN in states:
        await stage.instruct(AnswerPrint(yes=False))


async def _declined(stage: KioskStage, talk: TriedTalk) -> None:
    job = _Job(stage, talk, data=document("refusé"))
    await job.send()
    await stage.instruct(AnswerPrint(yes=False))
    await job.reaches(*OVER)
    states = set(job.states())
    good = bool(states & {PrintState.FAILED, PrintState.CANCELLED}) and not states & {*PRINTED}
    stage.findings.check("P-322", good, f"after no it said {job.states()}")


async def _printed(stage: KioskStage, talk: TriedTalk) -> str:
    """The id of a print that was done."""
    findings, job = stage.findings, _Job(stage, talk, data=document("voulu"))
    await job.send()
    is_shown = await job.reaches(PrintState.SHOWN)
    await asyncio.sleep(QUIET_S)
    early = set(job.states()) & {*PRINTED}
    findings.check(
        "P-321", is_shown and not early, f"before the caller's yes it said {job.states()}"
    )
    if not early:
        await stage.instruct(AnswerPrint(yes=True))
    await job.reaches(*OVER, within_s=60)
    last = job.reported()[-1]
    good = last.state is PrintState.DONE and last.sha256 == job.offer.sha256
    findings.demand("P-321", good, f"after yes it said {last}")
    jobs, since = job.printed_as(), stage.traffic.mark()
    await job.send()
    await findings.seen(lambda: job.reported(since), 5)
    await asyncio.sleep(QUIET_S)
    states = [message.state for message in job.reported(since)]
    anew = {PrintState.SHOWN, PrintState.SENT, PrintState.PRINTING} & set(states)
    findings.check(
        "P-324", job.printed_as() == jobs and not anew, f"offered again it said {states}"
    )
    return job.offer.print_id


CASES = (
    Case("scans", numbers("P", (301, 313)), scans),
    Case("prints", numbers("P", 301, (320, 326)), prints),
)
