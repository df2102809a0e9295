# SPDX-License-Identifier: GPL-3.0-only
"""The paper of the scripted walk: three pages of two documents, an accident on the way of each,
both filed and printed.

The scanner jams, the bus is cut in the middle of a page, the desk is killed in the middle of the
next, the hub is away when the agent files: what arrives in the end is what the scanner saw, once.
Used by `expert_app.demo.walk`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from expert_app.demo.run import Demo
from expert_app.demo.script import Script
from expert_app.demo.walk_proofs import (
    Evidence,
    ProofMissing,
    copy_proof,
    documents_of,
    printed_proof,
    receipt_proof,
    same,
    scanner_served,
    store_proof,
)
from expert_app.demo.world import DOSSIER, PIECES, depot_of
from session.core.child_process import kill_at_once

PAGE_S = 60.0


class PaperSteps:
    """The steps in between `form_filled` and `hung_up`."""

    def __init__(self, script: Script, demo: Demo) -> None:
        self._script = script
        self._demo = demo
        self._first: Evidence = {}
        self._filed: Evidence = {}

    def plan(self) -> list[tuple[str, Callable[[], Awaitable[Evidence]]]]:
        """Names and acts, in order."""
        return [
            ("page_scanned", self.page_scanned),
            ("page_cleaned", self.page_cleaned),
            ("second_page_scanned", self.second_page_scanned),
            ("document_filed", self.document_filed),
            ("piece_filed", self.piece_filed),
            ("third_page_scanned", self.third_page_scanned),
            ("second_document_filed", self.second_document_filed),
            ("filed_once", self.filed_once),
            ("printed", self.printed),
            ("receipt_printed", self.receipt_printed),
        ]

    # ---- accidents ----

    async def _scanner(self, **orders: Any) -> bool:
        """Changes the simulated scanner; False for a real one, which nobody can order to jam."""
        host = self._demo.scanner_address.partition("://")[2].partition("/")[0]
        try:
            async with httpx.AsyncClient(timeout=10) as client:
                return (await client.post(f"http://{host}/sim", json=orders)).is_success
        except httpx.HTTPError:
            return False

    async def _cut_the_bus(self) -> None:
        """Kills nats-server; the hub starts it again."""
        server = (await self._demo.hub.ask("facts"))["server"]["pid"]
        kill_at_once(server)

    async def _arriving(self, other_than: str = "") -> Evidence:
        """A page is on its way: some of it is at the desk, not all."""
        arrival: Evidence = await self._script.fact(
            self._demo.desk,
            "page_arriving",
            page=lambda page: page != other_than,
            percent=lambda n: n < 100,
        )
        return arrival

    async def _whole(self, page: str) -> Evidence:
        """The page is on the desk's disk, and its hash is the one that the kiosk made before it
        sent anything.
        """
        kept_page: Evidence = await self._script.fact(
            self._demo.desk, "page_kept", page=page, timeout_s=PAGE_S
        )
        offered = await self._script.fact(self._demo.kiosk, "page_offered", page=page)
        same("SHA-256 of the page", kept_page["sha256"], offered["sha256"])
        return kept_page

    # ---- the steps ----

    async def page_scanned(self) -> Evidence:
        """One press for a piece: the question, the preview, and the page, with the hash of what the
        scanner sent. The paper of another scan jams, which the agent reads.
        """
        script, desk = self._script, self._demo.desk
        await script.allow("piece_scan_demande", "scan print keep")
        preview = await script.fact(desk, "preview_received")
        page = await script.fact(desk, "page_kept", timeout_s=PAGE_S)
        await self._whole(page["page"])
        jammed = await self._scanner(fault="jam")
        if jammed:
            await script.click(desk, "scan_page")
            await script.fact(desk, "trouble_scan", code="scanner_jammed")
            await self._scanner(fault="")
        self._first = page
        served = await scanner_served(self._demo.scanner_address)
        if jammed:
            on_the_way = "paper jam, said at the desk"
        else:
            on_the_way = "none: a real scanner"
        return {
            "on_the_way": on_the_way,
            "preview_bytes": preview["size_bytes"],
            **page,
            "scanner": served,
        }

    async def page_cleaned(self) -> Evidence:
        """The cleaned copy is shown; the original is untouched."""
        cleaned = await self._script.fact(self._demo.desk, "page_cleaned", page=self._first["page"])
        same("SHA-256 of the original", cleaned["original_sha256"], self._first["sha256"])
        return cleaned

    async def second_page_scanned(self) -> Evidence:
        """The bus is cut while the second page arrives; it arrives all the same, whole."""
        script, desk = self._script, self._demo.desk
        await script.click(desk, "scan_page")
        arriving = await self._arriving(other_than=self._first["page"])
        await self._cut_the_bus()
        await script.fact(desk, "connection", connected=False)
        await script.fact(desk, "connection", connected=True)
        kept_page = await self._whole(arriving["page"])
        await script.fact(desk, "page_cleaned", page=kept_page["page"])
        return {"on_the_way": f"bus cut at {arriving['percent']} %", **kept_page}

    async def document_filed(self) -> Evidence:
        """The agent files both pages, which the caller has allowed; the store's own file is read
        back.
        """
        await self._script.click(self._demo.desk, "file_document")
        filed = await self._script.fact(self._demo.desk, "document_filed", timeout_s=PAGE_S)
        self._filed = filed
        proof = await self._proof(filed)
        same("pages of the document", proof["pages"], 2)
        return proof

    async def _proof(self, filed: Evidence) -> Evidence:
        """The store's own file, and the copy in the folder that the agency's own system watches."""
        named = (filed["document"], filed["sha256"])
        proof = await asyncio.to_thread(store_proof, self._demo.store_folder, DOSSIER, *named)
        return {**proof, "copy": await copy_proof(depot_of(self._demo.folder), *named)}

    async def piece_filed(self) -> Evidence:
        """The piece that the agent chose shows as filed, on the store's answer."""
        same("piece", self._filed["piece"], "demande")
        return await self._script.fact(
            self._demo.desk, f"piece_{self._filed['piece']}", state="filed"
        )

    @property
    def _other_piece(self) -> str:
        return dict(PIECES)["identite"]

    async def _show_devices(self) -> None:
        """A desk that has just started shows the dossier first."""
        await self._script.click(self._demo.desk, "key:Ctrl+4")

    async def third_page_scanned(self) -> Evidence:
        """The desk is killed while a page for another piece arrives;
        started again, it has the page.
        """
        script = self._script
        await script.chosen("file_piece", self._other_piece)
        await script.click(self._demo.desk, "scan_page")
        arriving = await self._arriving(
            other_than=(await script.fact(self._demo.desk, "page_arriving"))["page"]
        )
        self._demo.desk.kill()
        await self._demo.desk.ended.wait()
        self._demo.desk = await self._demo.start_desk()
        session = (await script.fact(self._demo.kiosk, "session_opened"))["session"]
        await script.fact(self._demo.desk, "session", id=session, resumed=True)
        kept_page = await self._whole(arriving["page"])
        await script.fact(self._demo.desk, "page_cleaned", page=kept_page["page"])
        await script.fact(self._demo.desk, "first_video", frames=lambda n: n > 0)
        return {"on_the_way": f"desk killed at {arriving['percent']} %", **kept_page}

    async def second_document_filed(self) -> Evidence:
        """The hub is away when the agent files;
        the document waits at the desk and is filed when the hub is back.
        """
        script = self._script
        await self._show_devices()
        await script.chosen("file_piece", self._other_piece)
        self._demo.hub.kill()
        await self._demo.hub.ended.wait()
        await script.fact(self._demo.desk, "trouble_line", code="hub_unreachable")
        await script.click(self._demo.desk, "file_document")
        await script.fact(self._demo.desk, "document_waiting")
        self._demo.hub = await self._demo.start_hub()
        filed = await script.fact(self._demo.desk, "document_filed", timeout_s=PAGE_S)
        same("piece", filed["piece"], "identite")
        await script.fact(self._demo.desk, "piece_identite", state="filed")
        return {"on_the_way": "hub killed and started again", **await self._proof(filed)}

    async def filed_once(self) -> Evidence:
        """The dossier on the store's disk has these two documents, of three scans, and nothing
        else.
        """
        documents = await asyncio.to_thread(documents_of, self._demo.store_folder, DOSSIER)
        same(
            "documents and their pages", sorted(document["pages"] for document in documents), [1, 2]
        )
        scans = [sha256 for document in documents for sha256 in document["scans"]]
        same("scans, each once", len(set(scans)), 3)
        if self._first["sha256"] not in scans:
            raise ProofMissing("the first page is in no document of the store")
        return {"documents": len(documents), "scans": scans}

    async def printed(self) -> Evidence:
        """A filed document is printed at the kiosk; the printer's own bytes are hashed."""
        await self._script.click(self._demo.desk, "print_file")
        path = str(
            await asyncio.to_thread(
                self._demo.copy_of_filed, self._filed["sha256"], "Demande signée"
            )
        )
        await self._demo.desk.ask("type", name="print_file_dialog", text=path)
        sent = await self._print_done(0)
        same("SHA-256 of the printed document", sent["sha256"], self._filed["sha256"])
        return await printed_proof(self._demo.printer_spool, sent["job_id"], sent["sha256"])

    async def _print_done(self, after: int) -> Evidence:
        """It comes out: the caller said yes to printing with the papers."""
        print_fact: Evidence = await self._script.fact(
            self._demo.desk, "print", state="done", job_id=lambda n: n > after, timeout_s=PAGE_S
        )
        return print_fact

    async def receipt_printed(self) -> Evidence:
        """The caller's receipt comes out of the printer;
        it names both documents and is proved against them.
        """
        before = await self._script.fact(self._demo.desk, "print")
        await self._script.click(self._demo.desk, "print_receipt")
        sent = await self._print_done(before["job_id"])
        spool, job = self._demo.printer_spool, sent["job_id"]
        proof = await printed_proof(spool, job, sent["sha256"], receipt_for=DOSSIER)
        genuine = await asyncio.to_thread(
            receipt_proof, spool, job, self._demo.store_folder, DOSSIER
        )
        return {**proof, **genuine}
