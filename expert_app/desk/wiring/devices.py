# SPDX-License-Identifier: GPL-3.0-only
"""Connects the kiosk's scanner and printer and what is done with pages with the desk's window."""

from __future__ import annotations

from functools import partial

from expert_app.desk.app import DeskApp
from expert_app.desk.ask_first import PRINT, SCAN, AskFirst
from expert_app.desk.devices import (
    DecodedPreview,
    DevicesJob,
    PileState,
    Printing,
    Replaced,
    ScanRequest,
)
from expert_app.desk.duplex_pile import in_order
from expert_app.desk.page_edits import LEFT_RIGHT, UPPER_LOWER, PageEdits, SplitPage
from expert_app.desk.quick_copy_decoder import QuickCopyDecoder, ShownQuickCopy
from resources.texts import _
from session.core.errors import PageUnasked
from session.desk.devices.scanner_and_printer import PageNotReceived, PageProgressed, ReceivedPage
from session.desk.session import DeskSession
from session.protocol.conversation.messages import (
    DevicesReported,
    ScanEnded,
    ScanKind,
    ScanProgressed,
)
from session.protocol.conversation.page_removal import RemovalReason
from session.protocol.conversation.scan_profiles import Sides
from views.desk.devices.removal_menu import Split
from views.desk.devices.scan_panel import ChosenScan
from views.desk.devices.view import DevicesView


class DevicesConnections:
    """The agent's requests go to the job; what the session's devices report goes to the view."""

    def __init__(
        self,
        view: DevicesView,
        app: DeskApp,
        *,
        job: DevicesJob,
        edits: PageEdits,
        quick_copies: QuickCopyDecoder,
        ask_first: AskFirst,
    ) -> None:
        self._ask_first = ask_first
        self._view = view
        self._job = job
        self._edits = edits
        app.session_opened.connect(self._on_opened)
        self._connect_requests()
        job.preview_decoded.connect(self._on_preview_decoded)
        job.printing.connect(self._on_printing)
        job.page_replaced.connect(self._on_replaced)
        job.pile_changed.connect(self._on_pile)
        job.pile_ordered.connect(
            lambda pages: view.strip.set_order(in_order(view.strip.order(), pages))
        )
        edits.page_split.connect(self._on_page_split)
        quick_copies.decoded.connect(self._on_quick_copy)
        edits.papers.found.connect(
            lambda papers: view.show_papers(papers.page_id, len(papers.boxes))
        )

    def _connect_requests(self) -> None:
        view, job = self._view, self._job
        view.preview_requested.connect(self._on_scan)
        view.scan_requested.connect(self._on_scan)
        view.scan_cancel_requested.connect(job.cancel_scan)
        view.page_again_requested.connect(self._on_again)
        view.backs_requested.connect(self._on_backs)
        view.pile_ended.connect(job.end_pile)
        view.page_removed.connect(self._edits.remove)
        view.page_restored.connect(self._edits.restore)
        view.page_split_requested.connect(self._on_split)
        view.papers_split_requested.connect(self._edits.split_papers)
        view.print_file_requested.connect(
            lambda path: self._ask_first.do(PRINT, partial(job.print_file, path))
        )
        view.print_cancel_requested.connect(job.cancel_print)

    def _on_scan(self, chosen: ChosenScan) -> None:
        self._ask_first.do(SCAN, partial(self._job.scan, scan_request_of(chosen)))

    def _on_again(self, page_id: str, chosen: ChosenScan) -> None:
        request = scan_request_of(chosen)
        self._ask_first.do(SCAN, partial(self._job.scan_again, page_id, request))

    def _on_backs(self, chosen: ChosenScan) -> None:
        self._ask_first.do(SCAN, partial(self._scan_backs, chosen))

    def _scan_backs(self, chosen: ChosenScan) -> None:
        self._job.turn_pile()
        self._job.scan(scan_request_of(chosen))

    def _on_split(self, page_id: str, way: Split) -> None:
        self._edits.split(page_id, LEFT_RIGHT if way is Split.SIDE_BY_SIDE else UPPER_LOWER)

    # ---- facts

    def _on_opened(self, session: DeskSession) -> None:
        devices = session.devices
        devices.report_changed.connect(self._on_report)
        devices.scan_progressed.connect(self._on_scan_progress)
        devices.scan_ended.connect(self._on_scan_ended)
        devices.page_progressed.connect(self._on_page_progress)
        devices.preview_received.connect(self._on_preview)
        devices.page_failed.connect(self._on_page_failed)
        self._view.show_devices(None)
        self._view.scan.show_profiles(session.facts.scan_profiles)

    def _on_report(self, report: DevicesReported) -> None:
        self._view.show_devices(report)

    def _on_scan_progress(self, progress: ScanProgressed) -> None:
        if self._job.is_file(progress.scan_id):
            words = _("The caller chooses a file…")
        else:
            words = ""
        self._view.show_scan_progress(progress.percent, words)

    def _on_scan_ended(self, ended: ScanEnded) -> None:
        self._view.show_scan_ended()

    def _on_page_progress(self, progress: PageProgressed) -> None:
        percent = 100 * progress.received // max(1, progress.chunks)
        if progress.kind is ScanKind.PAGE:
            self._view.show_page_progress(progress.page_id, percent)
        else:
            self._view.show_scan_progress(percent)

    def _on_preview(self, page: ReceivedPage) -> None:
        self._view.show_scan_ended()

    def _on_preview_decoded(self, preview: DecodedPreview) -> None:
        self._view.show_preview(preview.jpeg, preview.flatbed, preview.areas)

    def _on_quick_copy(self, quick_copy: ShownQuickCopy) -> None:
        self._view.show_page_quick_copy(quick_copy.page_id, quick_copy.jpeg)

    def _on_page_failed(self, failed: PageNotReceived) -> None:
        if failed.code == PageUnasked.code:
            return  # it has no place among the pages; the message bar says it
        if failed.kind is ScanKind.PREVIEW:  # nothing more comes: the agent may scan again
            self._view.show_scan_ended()
        else:
            self._view.show_page_failed(failed.page_id, failed.code)

    def _on_replaced(self, replaced: Replaced) -> None:
        self._view.show_page_replaced(
            replaced.old_page_id, [replaced.page_id], RemovalReason.SCANNED_AGAIN
        )

    def _on_page_split(self, split: SplitPage) -> None:
        self._view.show_page_replaced(split.page_id, split.parts, RemovalReason.SPLIT)

    def _on_pile(self, pile: PileState | None) -> None:
        if pile is None:
            self._view.scan.show_pile(0, 0, is_turned=False)
        else:
            self._view.scan.show_pile(pile.sheets, pile.missing, is_turned=pile.is_turned)

    def _on_printing(self, printing: Printing) -> None:
        self._view.show_print(printing.changed, printing.name)


def scan_request_of(choice: ChosenScan) -> ScanRequest:
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
