# SPDX-License-Identifier: GPL-3.0-only
"""A scanner that is not there: speaks eSCL on loopback, sees drawn pages, has faults on demand.
For demo and tests.

`python -m expert_app.simulated.escl_scanner --pages FOLDER` prints one JSON line when ready:
`address` for the kiosk's settings, `control` for the faults: POST `{"fault": "jam"}` there, GET
tells what it is doing. On the flatbed lies one page after the other: a whole-page scan brings the
next one.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import itertools
import struct
import uuid
from pathlib import Path
from typing import Annotated, Literal
from xml.etree.ElementTree import ParseError

import msgspec
from aiohttp import web
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from expert_app.simulated.escl_view import CAPABILITIES, see, status_xml
from expert_app.simulated.pages import draw_pages
from expert_app.simulated.program import MAX_REQUEST_BYTES, serve
from session.core.tasks import Tasks
from session.kiosk.drivers.escl_messages import NAMESPACES
from session.protocol.conversation.messages import Area

type Fault = Literal[
    "", "jam", "empty", "cover_open", "busy", "gone", "truncated", "cut", "zero_bytes", "bomb"
]
"""truncated: half a page, as if it were whole; cut: the connection breaks; bomb:
a header of 65500 x 65500 pixels.
"""

_PARTS = 20  # in which a page leaves, while the carriage moves
_TICK_S = 0.05  # a moving carriage checks so often whether it should stop
_WARM_UP = 0.2  # share of the scanning time before the first byte


class ScannerOrders(msgspec.Struct, forbid_unknown_fields=True):
    """The values that POST /sim may change; what is left out stays.
    `page`: number of the page on the flatbed, from 0.
    """

    fault: Fault | msgspec.UnsetType = msgspec.UNSET
    page: Annotated[int, msgspec.Meta(ge=0)] | msgspec.UnsetType = msgspec.UNSET
    page_seconds: Annotated[float, msgspec.Meta(ge=0, le=60)] | msgspec.UnsetType = msgspec.UNSET
    sized: bool | msgspec.UnsetType = msgspec.UNSET


class ScannerJob(msgspec.Struct):
    """One scan job; `left` are the pages still to come, `abandoned` is one whose page nobody
    fetched to its end.
    """

    id: str
    source: str
    intent: str
    dpi: int
    colour: bool
    area: Area
    left: list[int]
    state: str = "Processing"
    sending: bool = False
    abandoned: bool = False


class SimulatedScanner:
    """The state of the device and its HTTP handlers.

    Args:
        folder: JPEG or PNG pages at 300 dpi, in the order of their names;
            drawn there when it holds none.
        page_seconds: how long a full page takes; a preview takes a third.
        sized: whether the size of a page is announced.
            Scanners that store the page do, others send it in chunks.
    """

    def __init__(self, folder: Path, page_seconds: float, *, sized: bool = True) -> None:
        self._folder = folder
        self._page_seconds = page_seconds
        self._sized = sized
        self._fault: Fault = ""
        self._page = 0
        self._jobs: dict[str, ScannerJob] = {}
        self._scans = itertools.count(1)
        self._last_scan = 0
        self._see = functools.lru_cache(maxsize=8)(see)
        self._pages: list[Path] = []
        self._looking = asyncio.Lock()
        self._tasks = Tasks()

    def app(self) -> web.Application:
        """The server."""
        app = web.Application(client_max_size=MAX_REQUEST_BYTES)
        app.add_routes(
            [
                web.get("/eSCL/ScannerCapabilities", self._on_capabilities),
                web.get("/eSCL/ScannerStatus", self._on_status),
                web.post("/eSCL/ScanJobs", self._on_job),
                web.get("/eSCL/ScanJobs/{job}/NextDocument", self._on_next_document),
                web.delete("/eSCL/ScanJobs/{job}", self._on_cancel),
                web.get("/sim", self._on_state_asked),
                web.post("/sim", self._on_orders),
            ]
        )
        app.on_startup.append(self._on_startup)
        app.on_shutdown.append(lambda _app: self._tasks.close())
        return app

    async def pages(self) -> list[Path]:
        """The pages; drawn at the first call when there are none."""
        async with self._looking:
            if not self._pages:
                self._pages = await asyncio.to_thread(_find_or_draw, self._folder)
        return self._pages

    async def _on_startup(self, app: web.Application) -> None:
        self._tasks.start(self.pages(), name="draw pages")  # the ready line does not wait for it

    # ---- eSCL

    def _check_there(self, request: web.Request) -> None:
        """A scanner without power: the connection breaks without an answer."""
        if self._fault == "gone":
            _break(request)
            raise web.HTTPServiceUnavailable  # nobody hears it

    async def _on_capabilities(self, request: web.Request) -> web.Response:
        self._check_there(request)
        return web.Response(text=CAPABILITIES, content_type="text/xml")

    async def _on_status(self, request: web.Request) -> web.Response:
        self._check_there(request)
        working = self._fault == "busy" or any(
            job.state == "Processing" for job in self._jobs.values()
        )
        return web.Response(text=status_xml(self._fault, working=working), content_type="text/xml")

    async def _on_job(self, request: web.Request) -> web.Response:
        self._check_there(request)
        try:
            job = _parse_job(await request.read())
        except (ParseError, DefusedXmlException, ValueError) as error:
            raise web.HTTPBadRequest from error
        if self._fault == "busy" or any(other.sending for other in self._jobs.values()):
            raise web.HTTPServiceUnavailable
        if self._fault in ("jam", "cover_open") or (
            self._fault == "empty" and job.source == "Feeder"
        ):
            raise web.HTTPConflict
        pages = await self.pages()
        if job.source == "Feeder":
            job.left = list(range(len(pages)))
        else:
            job.left = [self._page % len(pages)]
        self._jobs = {job.id: job}
        return web.Response(status=201, headers={"Location": f"/eSCL/ScanJobs/{job.id}"})

    async def _on_cancel(self, request: web.Request) -> web.Response:
        self._check_there(request)
        job = self._jobs.get(request.match_info["job"])
        if job is None:
            raise web.HTTPNotFound
        if job.state == "Processing" or job.abandoned:
            job.state = "Canceled"
        return web.Response()

    async def _on_next_document(self, request: web.Request) -> web.StreamResponse:
        self._check_there(request)
        job = self._jobs.get(request.match_info["job"])
        if job is None or job.state != "Processing" or not job.left:
            if job is not None and job.state == "Processing":
                job.state = "Completed"
            raise web.HTTPNotFound
        if self._fault in ("jam", "cover_open"):
            job.state = "Aborted"
            raise web.HTTPConflict
        page = (await self.pages())[job.left[0]]
        job.sending = True
        try:
            picture = await asyncio.to_thread(self._see, page, job.area, job.dpi, job.colour)
            return await self._send(request, job, _spoiled(picture, self._fault))
        except ConnectionError:  # the client went away: a real scanner stops then, too
            self._abandon(job)
            raise
        finally:
            job.sending = False

    def _abandon(self, job: ScannerJob) -> None:
        """Stops a job that nobody cancelled yet:
        a client that closes the connection may send DELETE a moment later.
        """
        if job.state == "Processing":
            job.state = "Aborted"
            job.abandoned = True

    async def _send(
        self, request: web.Request, job: ScannerJob, picture: bytes
    ) -> web.StreamResponse:
        """The page as the carriage moves;
        stops without the rest when the job is cancelled or a fault comes.
        """
        seconds = self._page_seconds * (1 / 3 if job.intent == "Preview" else 1)
        response = web.StreamResponse(headers={"Content-Type": "image/jpeg"})
        if self._sized:
            response.content_length = len(picture)
        going = await self._move(request, job, seconds * _WARM_UP)
        await response.prepare(request)
        step = max(1, -(-len(picture) // _PARTS))
        for number, at in enumerate(range(0, len(picture), step)):
            going = going and await self._move(request, job, seconds * (1 - _WARM_UP) / _PARTS)
            if not going or (self._fault == "cut" and number == _PARTS // 2):
                self._abandon(job)
                _break(request)
                return response
            await response.write(picture[at : at + step])
        await response.write_eof()
        self._page_left(job)
        return response

    async def _move(self, request: web.Request, job: ScannerJob, seconds: float) -> bool:
        """The carriage moves; False as soon as there is no reason to go on."""
        end = asyncio.get_running_loop().time() + seconds
        while True:
            gone = request.transport is None or request.transport.is_closing()
            if gone or job.state != "Processing" or self._fault in ("gone", "jam", "cover_open"):
                return False
            remaining_s = end - asyncio.get_running_loop().time()
            if remaining_s <= 0:
                return True
            await asyncio.sleep(min(remaining_s, _TICK_S))

    def _page_left(self, job: ScannerJob) -> None:
        job.left.pop(0)
        self._last_scan = next(self._scans)
        if job.source == "Platen":
            job.state = "Completed"
            if job.intent != "Preview":
                self._page += 1

    # ---- the hand of the demo and of the tests

    async def _on_state_asked(self, request: web.Request) -> web.Response:
        """Answer what it is doing."""
        pages = await self.pages()
        jobs = [
            {"id": job.id, "state": job.state, "source": job.source, "dpi": job.dpi}
            for job in self._jobs.values()
        ]
        return web.json_response(
            {
                "fault": self._fault,
                "page": self._page % len(pages),
                "pages": [page.name for page in pages],
                "scans": self._last_scan,
                "jobs": jobs,
            }
        )

    async def _on_orders(self, request: web.Request) -> web.Response:
        try:
            orders = msgspec.json.decode(await request.read(), type=ScannerOrders)
        except msgspec.MsgspecError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        if orders.fault is not msgspec.UNSET:
            self._fault = orders.fault
        if orders.page is not msgspec.UNSET:
            self._page = orders.page
        if orders.page_seconds is not msgspec.UNSET:
            self._page_seconds = orders.page_seconds
        if orders.sized is not msgspec.UNSET:
            self._sized = orders.sized
        return await self._on_state_asked(request)


def _break(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _find_or_draw(folder: Path) -> list[Path]:
    pages = sorted(
        path for path in folder.glob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png")
    )
    return pages or draw_pages(folder)


def _parse_job(xml: bytes) -> ScannerJob:
    """Raises `ParseError`, `ValueError`: no eSCL ScanSettings."""
    root = fromstring(xml)
    if root.tag != f"{{{NAMESPACES['scan']}}}ScanSettings":
        raise ValueError(root.tag)

    def text(path: str, default: str) -> str:
        return str(root.findtext(f".//{path}", default, NAMESPACES))

    return ScannerJob(
        id=uuid.uuid4().hex,
        source=text("pwg:InputSource", "Platen"),
        intent=text("scan:Intent", "Document"),
        dpi=min(max(int(text("scan:XResolution", "300")), 50), 600),
        colour=text("scan:ColorMode", "RGB24") == "RGB24",
        area=Area(
            left=int(text("pwg:XOffset", "0")),
            top=int(text("pwg:YOffset", "0")),
            width=int(text("pwg:Width", "2480")),
            height=int(text("pwg:Height", "3508")),
        ),
        left=[],
    )


def _spoiled(picture: bytes, fault: Fault) -> bytes:
    """The page as a bad scanner would send it."""
    if fault == "truncated":
        return picture[: len(picture) // 2]
    if fault == "zero_bytes":
        return b""
    if fault == "bomb":
        at = next(place for mark in (b"\xff\xc0", b"\xff\xc2") if (place := picture.find(mark)) > 0)
        return picture[: at + 5] + struct.pack(">HH", 65500, 65500) + picture[at + 9 :]
    return picture


def main() -> None:
    """Reads the command line and serves."""
    parser = argparse.ArgumentParser(description="A simulated eSCL scanner on loopback.")
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument(
        "--pages", type=Path, required=True, help="folder of the pages; drawn there when empty"
    )
    parser.add_argument("--page-seconds", type=float, default=2.0, help="time of a full page")
    arguments = parser.parse_args()
    scanner = SimulatedScanner(arguments.pages, arguments.page_seconds)
    asyncio.run(serve(scanner.app(), arguments.port, "escl://127.0.0.1:{port}/eSCL"))


if __name__ == "__main__":
    main()
