# SPDX-License-Identifier: GPL-3.0-only
"""Looks at the far ends from outside the programs:
the store's file, the printer's bytes, the kiosk's folders, the log.

Used by the scripted walk. Nothing here asks the program that acted whether it did.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pypdfium2

from documents.pdf.provenance import read_origin, verify
from documents.printed.receipt.record import names_all, verify_receipt
from documents.store.dossier_store import DossierStore
from expert_app.demo.world import ORGANISATION
from session.log.events import PageActed, Writer, label_of
from session.log.reader import read_log

Evidence = dict[str, Any]

STEPS_IN_LOG = (
    "call_requested_at_kiosk",
    "ticket_accepted",
    "session_opened",
    "call_offered",
    "call_answered",
    "video_seen",
    "audio_seen",
    "grant_changed",
    "address_opened",
    "sharing_changed",
    "mirror_chunk",
    "pointer_shown",
    "page_acted",
    "scan_ended",
    "page_taken",
    "page_received",
    "page_cleaned",
    "document_filed",
    "piece_filed",
    "print_changed",
    "hung_up",
    "kiosk_wiped",
    "session_closed",
)
"""What the log of a walk must hold, whoever wrote it."""


COPY_S = 20.0
"""Longest wait for a copy: the agency's own system is served beside the walk."""

JOB_STATES = {
    3: "pending",
    5: "processing",
    6: "stopped",
    7: "canceled",
    8: "aborted",
    9: "completed",
}
"""`job-state`, RFC 8011, section 5.3.7."""


class ProofMissing(Exception):
    """An error for what should have been observed at the other end and was not."""


def same(what: str, left_value: object, right: object) -> None:
    """Raises `ProofMissing` unless both ends saw the same."""
    if left_value != right:
        raise ProofMissing(f"{what}: {left_value} at one end, {right} at the other")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _texts(path: Path) -> list[str]:
    """The text of each page of a PDF."""
    pdf: Any = pypdfium2.PdfDocument(path)  # type: ignore[no-untyped-call]  # pypdfium2 leaves it untyped
    try:
        return [str(page.get_textpage().get_text_range()) for page in pdf]
    finally:
        pdf.close()


def store_proof(hub_folder: Path, dossier: str, document: str, sha256: str) -> Evidence:
    """Finds the filed PDF on the hub's disk by its hash, opens it, counts its pages."""
    files = [path for path in hub_folder.rglob(f"{sha256}.pdf") if path.is_file()]
    if not files:
        raise ProofMissing(f"no {sha256}.pdf below the hub's folder")
    path = files[0]
    same("SHA-256 of the stored PDF", sha256_of(path), sha256)
    pages = len(_texts(path))
    return {
        "dossier": dossier,
        "document": document,
        "path": str(path.relative_to(hub_folder)),
        "sha256": sha256,
        "size_bytes": path.stat().st_size,
        "pages": pages,
    }


async def copy_proof(depot: Path, document: str, sha256: str) -> str:
    """Finds the copy in the folder that the agency's own system watches, with the file that says
    what it is.
    """
    try:
        async with asyncio.timeout(COPY_S):
            while not (copies := list(depot.glob(f"*_{document}.json"))):  # noqa: ASYNC110, ASYNC240 - another's folder
                await asyncio.sleep(0.1)
    except TimeoutError as error:
        raise ProofMissing(f"no copy of {document} in {depot.name}") from error
    copy_facts = json.loads(copies[0].read_text(encoding="utf-8"))
    same("SHA-256 that the agency is told", copy_facts["sha256"], sha256)
    same("SHA-256 of the agency's copy", sha256_of(depot / copy_facts["file"]), sha256)
    return str(copy_facts["file"])


def documents_of(hub_folder: Path, dossier: str) -> list[Evidence]:
    """Every document of the dossier as the store's own file on the disk tells:
    pages, and hashes of the scans.
    """
    with DossierStore(hub_folder / "dossiers") as store:
        documents = store.open_dossier(ORGANISATION, dossier).documents
    facts = []
    for document in documents:
        data = next(hub_folder.rglob(f"{document.sha256}.pdf")).read_bytes()
        origin = read_origin(data)
        same(f"seal of {document.id}", verify(data).whole, True)
        if origin is not None:
            scans = [page.scanned_sha256 for page in origin.pages]
        else:
            scans = []
        facts.append(
            {"id": document.id, "pages": document.pages, "sha256": document.sha256, "scans": scans}
        )
    return facts


async def printed_proof(spool: Path, job_id: int, sha256: str, receipt_for: str = "") -> Evidence:
    """Check what the printer itself stored for this job, hashed again, and that it printed it
    once; for a receipt, its text names the dossier.
    """
    job = json.loads((spool / f"job-{job_id}.json").read_text(encoding="utf-8"))
    path = spool / f"job-{job_id}.pdf"
    same("SHA-256 at the printer", sha256_of(path), sha256)
    same("jobs at the printer with this document", _times_printed(spool, sha256), 1)
    evidence = {
        "job_id": job_id,
        "final_state": JOB_STATES.get(job["state"], str(job["state"])),
        "sha256": sha256,
        "size_bytes": path.stat().st_size,
    }
    if receipt_for:
        text = "\n".join(_texts(path))
        if receipt_for not in text:
            raise ProofMissing(f"the printed receipt does not name dossier {receipt_for}")
        evidence["names_dossier"] = receipt_for
    return evidence


def _times_printed(spool: Path, sha256: str) -> int:
    return sum(sha256_of(job) == sha256 for job in spool.glob("job-*.pdf"))


def receipt_proof(spool: Path, job_id: int, hub_folder: Path, dossier: str) -> Evidence:
    """The printer's own bytes of a receipt:
    genuine, and of exactly the documents that the store has.
    """
    verdict = verify_receipt((spool / f"job-{job_id}.pdf").read_bytes())
    if verdict is None or not verdict.genuine or verdict.code is None:
        raise ProofMissing(f"the printed receipt is not genuine: {verdict}")
    same("only registered", verdict.record.registered_only, False)
    stored = [document["sha256"] for document in documents_of(hub_folder, dossier)]
    same("documents of receipt and store", names_all(verdict.code, stored), True)
    return {"genuine": True, "pieces": [piece.name for piece in verdict.record.pieces]}


async def scanner_served(address: str) -> Evidence:
    """Return what the simulated scanner says it has served."""
    host = address.removeprefix("escl://").partition("/")[0]
    async with httpx.AsyncClient(timeout=5) as client:
        answer = await client.get(f"http://{host}/sim")
    served: Evidence = answer.json()
    return served


def files_left(runtime: Path) -> list[str]:
    """Names of files below the kiosk's runtime folder."""
    return sorted(str(path.relative_to(runtime)) for path in runtime.rglob("*") if path.is_file())


def log_proof(path: Path) -> Evidence:
    """Reads an exported log: every step is there, and each writer's numbers have no gap."""
    records = read_log(path).records
    kinds = Counter(label_of(record.event) for record in records)
    missing = [name for name in STEPS_IN_LOG if not kinds[name]]
    if missing:
        raise ProofMissing(f"the log lacks {', '.join(missing)}; it has {dict(kinds)}")
    for writer in Writer:
        numbers = sorted(record.number for record in records if record.writer == writer)
        same(f"numbers of {writer}", numbers, list(range(len(numbers))))
    acted = [record.event for record in records if isinstance(record.event, PageActed)]
    refused = [event.command for event in acted if event.code == "grant_missing"]
    same("commands refused for want of the caller's leave", refused, ["click_requested"])
    redacted = [label_of(record.event) for record in records if record.redacted]
    same("redacted events", redacted, [])
    return {
        "events": len(records),
        "kinds": len(kinds),
        "writers": sorted({r.writer.value for r in records}),
    }
