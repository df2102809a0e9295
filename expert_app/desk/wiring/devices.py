# SPDX-License-Identifier: GPL-3.0-only
"""Connects the kiosk's scanner and printer and what is done with pages with the desk's window."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from expert_app.desk.ask_first import KEEP, SCAN, AskFirst
from expert_app.desk.devices import (
    DecodedPreview,
    PileState,
    Printing,
    Replaced,
    ScanRequest,
)
from expert_app.desk.duplex_pile import in_order
from expert_app.desk.jobs import DeskJobs
from expert_app.desk.page_edits import LEFT_RIGHT, UPPER_LOWER, SplitPage
from expert_app.desk.quick_copy_decoder import ShownQuickCopy
from expert_app.desk.several_papers import PapersFound
from resources.texts import _
from session.core.errors import PageUnasked
from session.desk.devices.scanner_and_printer import PageNotReceived, PageProgressed, ReceivedPage
from session.desk.session import DeskSession
from session.protocol.conversation.messages import (
    ScanEnded,
    ScanKind,
    ScanProgressed,
)
from session.protocol.conversation.page_removal import RemovalReason
from session.protocol.conversation.scan_profiles import Sides
from views.desk.devices import acts
from views.desk.devices.removal_menu import Split
from views.desk.devices.view import DevicesView


class DevicesConnections:
    """The agent's acts go to the jobs; what the session's devices report goes to the view."""

    def __init__(self, view: DevicesView, jobs: DeskJobs, *, ask_first: AskFirst) -> None:
        self._ask_first = ask_first
        self._view = view
        self._jobs = jobs
        self._filings: set[asyncio.Task[None]] = set()
        self._job = jobs.devices
        view.acted.connect(self._on_act)
        jobs.app.session_opened.connect(self._on_opened)
        jobs.devices.preview_decoded.connect(self._on_preview_decoded)
        jobs.devices.printing.connect(self._on_printing)
        jobs.devices.page_replaced.connect(self._on_replaced)
        jobs.devices.pile_changed.connect(self._on_pile)
        jobs.devices.pile_ordered.connect(self._on_pile_ordered)
        jobs.page_edits.page_split.connect(self._on_page_split)
        jobs.page_edits.papers.found.connect(self._on_papers)
        jobs.quick_copies.decoded.connect(self._on_quick_copy)

    # ---- acts of the agent

    def _on_act(self, act: acts.DevicesAct) -> None:
        job, filing = self._job, self._jobs.filing
        match act:
            case acts.ScanPages(chosen):
                self._ask_first.do(SCAN, job.scan, scan_request_of(chosen))
            case acts.ScanOtherSides(chosen):
                self._ask_first.do(SCAN, self._scan_backs, chosen)
            case acts.ScanAgain(page_id, chosen):
                self._ask_first.do(SCAN, job.scan_again, page_id, scan_request_of(chosen))
            case acts.DevicesPress.STOP_SCAN:
                job.cancel_scan()
            case acts.DevicesPress.END_PILE:
                job.end_pile()
            case acts.OrderPages(page_ids):
                filing.set_order(list(page_ids))
            case acts.FileDocuments(documents):
                self._ask_first.do(KEEP, self._file, documents)
            case acts.PrintReceipt() | acts.SaveReceipt() | acts.PrintFile() | acts.CancelPrint():
                self._on_paper_act(act)
            case acts.ScanPiece() | acts.LookAtPage():
                pass  # `wiring.pieces`; the window
            case _:
                self._on_page_act(act)

    def _on_page_act(self, act: acts.OnPage) -> None:
        filing, edits = self._jobs.filing, self._jobs.page_edits
        match act:
            case acts.RotatePage(page_id, turns):
                filing.turn(page_id, turns)
            case acts.UseVersion(page_id, cleaned):
                filing.use_original(page_id, not cleaned)
            case acts.UseStage(page_id, stage, is_used):
                filing.use_stage(page_id, stage, is_used)
            case acts.SeparatePapers(page_id):
                edits.split_papers(page_id)
            case acts.SplitInTwo(page_id, way):
                edits.split(page_id, LEFT_RIGHT if way is Split.SIDE_BY_SIDE else UPPER_LOWER)
            case acts.TakePageOut(page_id, reason):
                edits.remove(page_id, reason)
            case acts.PutPageBack(page_id):
                edits.restore(page_id)

    def _on_paper_act(self, act: acts.OnPaper) -> None:
        match act:
            case acts.PrintReceipt(large):
                self._jobs.receipts.print(large)
            case acts.SaveReceipt(path):
                self._jobs.receipts.save(path)
            case acts.PrintFile(path):
                self._job.print_file(path)
            case acts.CancelPrint(print_id):
                self._job.cancel_print(print_id)

    def _scan_backs(self, chosen: acts.ChosenScan) -> None:
        self._job.turn_pile()
        self._job.scan(scan_request_of(chosen))

    def _file(self, documents: Sequence[acts.DocumentPages]) -> None:
        for document in documents:
            task = self._jobs.app.file(list(document.page_ids), document.piece_id, document.name)
            self._filings.add(task)
            task.add_done_callback(self._on_filing_over)
        self._view.show_filing(len(self._filings))

    def _on_filing_over(self, task: asyncio.Task[None]) -> None:
        self._filings.discard(task)
        self._view.show_filing(len(self._filings))

    # ---- facts

    def _on_opened(self, session: DeskSession) -> None:
        devices = session.devices
        devices.report_changed.connect(self._view.show_devices)
        devices.scan_progressed.connect(self._on_scan_progress)
        devices.scan_ended.connect(self._on_scan_ended)
        devices.page_progressed.connect(self._on_page_progress)
        devices.preview_received.connect(self._on_preview)
        devices.page_failed.connect(self._on_page_failed)
        self._view.show_devices(None)
        self._view.scan.profiles.show_profiles(session.facts.scan_profiles)

    def _on_scan_progress(self, progress: ScanProgressed) -> None:
        if self._job.is_file(progress.scan_id):
            words = _("The caller chooses a file…")
        else:
            words = ""
        self._view.show_scan_progress(progress.percent, words)

    def _on_scan_ended(self, ended: ScanEnded) -> None:
        self._view.scan.show_idle()

    def _on_page_progress(self, progress: PageProgressed) -> None:
        percent = 100 * progress.received // max(1, progress.chunks)
        if progress.kind is ScanKind.PAGE:
            self._view.pages.show_page_progress(progress.page_id, percent)
        else:
            self._view.show_scan_progress(percent)

    def _on_preview(self, page: ReceivedPage) -> None:
        self._view.scan.show_idle()

    def _on_preview_decoded(self, preview: DecodedPreview) -> None:
        self._view.pages.show_preview(preview.jpeg, preview.flatbed, preview.areas)

    def _on_quick_copy(self, quick_copy: ShownQuickCopy) -> None:
        self._view.pages.show_page_quick_copy(quick_copy.page_id, quick_copy.jpeg)

    def _on_page_failed(self, failed: PageNotReceived) -> None:
        if failed.code == PageUnasked.code:
            return  # it has no place among the pages; the message bar says it
        if failed.kind is ScanKind.PREVIEW:  # nothing more comes: the agent may scan again
            self._view.scan.show_idle()
        else:
            self._view.pages.show_page_failed(failed.page_id, failed.code)

    def _on_replaced(self, replaced: Replaced) -> None:
        self._view.pages.show_page_replaced(
            replaced.old_page_id, [replaced.page_id], RemovalReason.SCANNED_AGAIN
        )

    def _on_pile_ordered(self, page_ids: list[str]) -> None:
        self._view.pages.strip.set_order(in_order(self._view.pages.strip.order(), page_ids))

    def _on_papers(self, papers: PapersFound) -> None:
        self._view.pages.show_papers(papers.page_id, len(papers.boxes))

    def _on_page_split(self, split: SplitPage) -> None:
        self._view.pages.show_page_replaced(split.page_id, split.parts, RemovalReason.SPLIT)

    def _on_pile(self, pile: PileState | None) -> None:
        if pile is None:
            self._view.scan.show_pile(0, 0, is_turned=False)
        else:
            self._view.scan.show_pile(pile.sheets, pile.missing, is_turned=pile.is_turned)

    def _on_printing(self, printing: Printing) -> None:
        self._view.printing.show_print(printing.changed, printing.name)


def scan_request_of(choice: acts.ChosenScan) -> ScanRequest:
    """The job's request for what the agent chose in the scan panel."""
    return ScanRequest(
        kind=choice.kind,
        source=choice.source,
        dpi=choice.dpi,
        colour=choice.colour,
        duplex=choice.sides is Sides.BOTH,
        by_hand=choice.sides is Sides.BY_HAND,
        areas=choice.areas,
    )
