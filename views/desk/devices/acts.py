# SPDX-License-Identifier: GPL-3.0-only
"""What an agent does with the kiosk's scanner and printer and with the pages, as values. Made by
the devices view and its parts, done by `expert_app.desk.wiring.devices`.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from documents.imaging.edits import CleaningStage
from session.protocol.conversation.messages import Area, ScanKind, ScanSource
from session.protocol.conversation.page_removal import RemovalReason
from session.protocol.conversation.scan_profiles import Sides
from views.desk.devices.removal_menu import Split


class ChosenScan(Struct, frozen=True):
    """The scan to make. `areas` in 1/300 inch (PWG 5100.3), a page of each;
    none: the whole flatbed.
    """

    kind: ScanKind
    source: ScanSource
    dpi: int
    colour: bool
    areas: tuple[Area, ...] = ()
    sides: Sides = Sides.ONE


class DevicesPress(Enum):
    """A button that says all by itself."""

    STOP_SCAN = "stop_scan"
    END_PILE = "end_pile"


class ScanPages(Struct, frozen=True):
    """Scan a preview, a page or a pile; the caller may be asked first."""

    chosen: ChosenScan


class ScanOtherSides(Struct, frozen=True):
    """The caller has turned the pile over: scan what is behind."""

    chosen: ChosenScan


class ScanAgain(Struct, frozen=True):
    """Scan this page once more; as chosen now, if nobody knows how it was scanned."""

    page_id: str
    chosen: ChosenScan


class ScanPiece(Struct, frozen=True):
    """Preview, scan and look through for this piece, in one act; "" for none."""

    piece_id: str


class LookAtPage(Struct, frozen=True):
    """Show a page at full size."""

    page_id: str


class OrderPages(Struct, frozen=True):
    """All pages lie in this order from now on."""

    page_ids: tuple[str, ...]


class RotatePage(Struct, frozen=True):
    """A page is turned by so many quarters to the right from the original, 0..3."""

    page_id: str
    turns: int


class UseVersion(Struct, frozen=True):
    """A page is filed as it was cleaned, or as it was scanned."""

    page_id: str
    cleaned: bool


class UseStage(Struct, frozen=True):
    """A step of the cleaning is done to this page, or left out."""

    page_id: str
    stage: CleaningStage
    is_used: bool


class SeparatePapers(Struct, frozen=True):
    """Make a page of each paper that was found on this page."""

    page_id: str


class SplitInTwo(Struct, frozen=True):
    """Make two pages of this one."""

    page_id: str
    way: Split


class TakePageOut(Struct, frozen=True):
    """A page is not wanted, for this reason."""

    page_id: str
    reason: RemovalReason


class PutPageBack(Struct, frozen=True):
    """A page that was taken out is wanted again."""

    page_id: str


class DocumentPages(Struct, frozen=True):
    """Pages that become one document; `piece_id` is "" for none."""

    page_ids: tuple[str, ...]
    piece_id: str
    name: str


class FileDocuments(Struct, frozen=True):
    """File these pages."""

    documents: tuple[DocumentPages, ...]


class PrintReceipt(Struct, frozen=True):
    """Print the receipt of this conversation."""

    large: bool


class SaveReceipt(Struct, frozen=True):
    """Save the receipt at this path, ".html" for screen readers, else ".pdf"."""

    path: str


class PrintFile(Struct, frozen=True):
    """Print the PDF at this path."""

    path: str


class CancelPrint(Struct, frozen=True):
    """Stop a print."""

    print_id: str


OnPage = (
    RotatePage | UseVersion | UseStage | SeparatePapers | SplitInTwo | TakePageOut | PutPageBack
)
"""An act on one page that is here."""

OnPaper = PrintReceipt | SaveReceipt | PrintFile | CancelPrint
"""An act that gives the caller or the agent something in the hand."""

DevicesAct = (
    DevicesPress
    | ScanPages
    | ScanOtherSides
    | ScanAgain
    | ScanPiece
    | LookAtPage
    | OrderPages
    | OnPage
    | FileDocuments
    | OnPaper
)
