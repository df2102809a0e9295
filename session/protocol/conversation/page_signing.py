# SPDX-License-Identifier: GPL-3.0-only
"""The text that a kiosk signs of each page that it scans,
before anything of it leaves the kiosk. Pure; used by both ends.

Nobody between the scanner and the dossier, the hub and the desk included, can change or add a
page and keep the signature. The desk checks it before it keeps a page and puts it into the
document, where `expert-app verify` reads it.
"""

from __future__ import annotations

from datetime import UTC, datetime

from session.protocol.conversation.messages import PageOffered


def page_words(
    session_id: str,
    page_id: str,
    *,
    sha256: str,
    size_bytes: int,
    dpi: int,
    taken_at: datetime,
) -> bytes:
    """The bytes under the signature.

    Args:
        taken_at: timezone-aware.
    """
    at = taken_at.astimezone(UTC).isoformat(timespec="microseconds")
    lines = ("poste-expert page 1", session_id, page_id, sha256, str(size_bytes), str(dpi), at)
    return "\n".join(lines).encode()


def words_of(session_id: str, offer: PageOffered) -> bytes:
    """The same of an offered page."""
    return page_words(
        session_id,
        offer.page_id,
        sha256=offer.sha256,
        size_bytes=offer.size_bytes,
        dpi=offer.dpi,
        taken_at=offer.taken_at_utc,
    )
