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
    """Return where these pages come from; hashes of the pictures in the document are added when
    it is made.
    """
    return Origin(
        organisation=session.organisation,
        site=session.site,
        kiosk=session.kiosk,
        agent=session.agent_name,
        session=session.id,
        made_at_utc=made_at_utc,
        pages=tuple(_page(page, clean, device) for page, clean in pages),
    )


def _page(page: KeptPage, clean: CleanPage, device: str) -> PageOrigin:
    return PageOrigin(
        page_id=page.scanned_as or page.page_id,
        scanned_sha256=page.sha256,
        scanned_bytes=page.size_bytes,
        scanned_at_utc=page.taken_at_utc,
        dpi=page.dpi,
        device=device,
        signer=page.signer,
        signature=page.signature,
        treatment=tuple(_treatment(page, clean)),
    )


def _treatment(page: KeptPage, clean: CleanPage) -> list[str]:
    """Each step in a few words that no language needs to translate."""
    if page.given:
        source_steps = ["given by the caller"]
    else:
        source_steps = []
    if page.edits.as_scanned or CleaningStage.LIGHT in page.edits.left_out:
        steps = source_steps
    else:
        steps = [*source_steps, "light"]
    steps += [f"turned {clean.turned_deg}"] if clean.turned_deg else []
    steps += [f"skew {clean.skew_deg}"] if clean.skew_deg else []
    box = clean.box
    if (box.left, box.top, box.right, box.bottom) != (0.0, 0.0, 1.0, 1.0):
        steps.append(f"cut {box.left:.3f} {box.top:.3f} {box.right:.3f} {box.bottom:.3f}")
    for step in page.edits.steps:
        if isinstance(step, TurnPage):
            steps.append(f"agent turned {90 * step.quarters}")
        elif isinstance(step, TakeArea):
            steps.insert(
                0, f"area {step.left:.3f} {step.top:.3f} {step.right:.3f} {step.bottom:.3f}"
            )
        elif isinstance(step, DrawPage):
            steps.insert(0, f"pdf page {step.number + 1}")
        elif isinstance(step, LeaveOut):
            steps.append(f"agent left out {step.stage.value}")
        elif isinstance(step, CropPage):
            steps.append(
                f"agent cut {step.left:.3f} {step.top:.3f} {step.right:.3f} {step.bottom:.3f}"
            )
    return [*steps, f"{clean.dpi} dpi", f"{clean.encoding} {clean.kind.value}"]
