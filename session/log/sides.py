# SPDX-License-Identifier: GPL-3.0-only
"""On whose side a trouble lies, by its code. Used by the summary of a session."""

from __future__ import annotations

from enum import StrEnum

from session.log.events import Writer


class FaultSide(StrEnum):
    """The side that can do something about it."""

    KIOSK = "kiosk"
    LINE = "line"
    HUB = "hub"
    DESK = "desk"
    DEVICE = "device"
    PAGE = "page"
    CALLER = "caller"


_CODES: dict[FaultSide, tuple[str, ...]] = {
    FaultSide.KIOSK: ("kiosk_disk_unusable", "page_not_signed", "page_unasked", "print_not_for_us"),
    FaultSide.LINE: ("transfer_interrupted", "call_lost", "peer_gone", "page_damaged"),
    FaultSide.HUB: (
        "hub_unreachable",
        "bus_unreachable",
        "store_unreachable",
        "store_full",
        "document_not_filed",
        "dossier_unknown",
        "register_away",
        "vault_away",
        "vault_out_of_reach",
        "relay_unreachable",
        "relay_not_trusted",
        "rate_limited",
        "log_full",
        "log_closed",
    ),
    FaultSide.DESK: (
        "desk_disk_unusable",
        "desk_not_admitted",
        "desk_without_voice",
        "seal_key_refused",
        "seal_key_old",
        "seal_broken",
        "protocol_version_unknown",
    ),
    FaultSide.DEVICE: (
        "device_not_trusted",
        "print_failed",
        "print_refused",
        "pile_uneven",
        "page_unreadable",
    ),
    FaultSide.PAGE: (
        "address_not_allowed",
        "page_not_shareable",
        "page_changed",
        "page_too_large",
        "element_gone",
        "element_covered",
        "field_private",
        "field_not_ready",
        "value_not_taken",
        "document_not_shown",
        "document_too_long",
    ),
    FaultSide.CALLER: (
        "grant_missing",
        "control_paused",
        "print_declined",
        "proposal_refused",
        "scan_cancelled",
        "file_not_given",
        "file_locked",
        "file_refused",
    ),
}
_SIDES = {code: side for side, codes in _CODES.items() for code in codes}
_BEGINNINGS = (
    ("scanner_", FaultSide.DEVICE),
    ("printer_", FaultSide.DEVICE),
    ("bus_", FaultSide.DESK),
    ("certificate_", FaultSide.DESK),
    ("seal_", FaultSide.DESK),
)


def side_of(code: str, writer: Writer) -> FaultSide:
    """Return whose side a code is on; one that says nothing of it is on the side of the end
    that met it.

    Args:
        writer: who told it.
    """
    if code in _SIDES:
        return _SIDES[code]
    for beginning, side in _BEGINNINGS:
        if code.startswith(beginning):
            return side
    return {Writer.KIOSK: FaultSide.KIOSK, Writer.DESK: FaultSide.DESK, Writer.HUB: FaultSide.HUB}[
        writer
    ]
