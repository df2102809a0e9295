# SPDX-License-Identifier: GPL-3.0-only
"""Writes into a document where it comes from: place, agent, scans, and what was done to them. Used
by filing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from documents.imaging.edits import CleaningStage, CropPage, DrawPage, LeaveOut, TakeArea, TurnPage
from documents.pages.clean import CleanPage
from documents.pages.outbox import KeptPage
from documents.pdf.provenance import Origin, PageOrigin
from session.protocol.hub.requests import SessionFacts


def origin_of(
    session: SessionFacts,
    pages: Sequence[tuple[KeptPage, CleanPage]],
    device: str,
    made_at_utc: datetime,
) -> Origin:
    """Where these pages come from; hashes of the pictures in the document are added when it is
    made.
    """
    return Origin(
        organisation=session.organisation,
        site=session.site,
        kiosk=session.kiosk,
        agent=session.agent_name,
        session=session.id,
        made_at_utc=made_at_utc,
        pages=tuple(_page(kept, clean, device) for kept, clean in pages),
    )


def _page(kept: KeptPage, clean: CleanPage, device: str) -> PageOrigin:
    return PageOrigin(
        page_id=kept.scanned_as or kept.page_id,
        scanned_sha256=kept.sha256,
        scanned_bytes=kept.size_bytes,
        scanned_at_utc=kept.taken_at_utc,
        dpi=kept.dpi,
        device=device,
        signer=kept.signer,
        signature=kept.signature,
        treatment=tuple(_treatment(kept, clean)),
    )


def _treatment(kept: KeptPage, clean: CleanPage) -> list[str]:
    """Each step in a few words that no language needs to translate."""
    given = ["given by the caller"] if kept.given else []
    done = (
        given
        if kept.edits.as_scanned or CleaningStage.LIGHT in kept.edits.left_out
        else [*given, "light"]
    )
    done += [f"turned {clean.turned_deg}"] if clean.turned_deg else []
    done += [f"skew {clean.skew_deg}"] if clean.skew_deg else []
    box = clean.box
    if (box.left, box.top, box.right, box.bottom) != (0.0, 0.0, 1.0, 1.0):
        done.append(f"cut {box.left:.3f} {box.top:.3f} {box.right:.3f} {box.bottom:.3f}")
    for step in kept.edits.steps:
        if isinstance(step, TurnPage):
            done.append(f"agent turned {90 * step.quarters}")
        elif isinstance(step, TakeArea):
            done.insert(
                0, f"area {step.left:.3f} {step.top:.3f} {step.right:.3f} {step.bottom:.3f}"
            )
        elif isinstance(step, DrawPage):
            done.insert(0, f"pdf page {step.number + 1}")
        elif isinstance(step, LeaveOut):
            done.append(f"agent left out {step.stage.value}")
        elif isinstance(step, CropPage):
            done.append(
                f"agent cut {step.left:.3f} {step.top:.3f} {step.right:.3f} {step.bottom:.3f}"
            )
    return [*done, f"{clean.dpi} dpi", f"{clean.encoding} {clean.kind.value}"]
