# SPDX-License-Identifier: GPL-3.0-only
"""A printer that is not there: speaks IPP on loopback, keeps what it got, has faults on demand.
For demo and tests.

`python -m expert_app.simulated.ipp_printer --spool FOLDER` prints one JSON line when ready:
`address` for the kiosk's settings, `control` for the faults: POST `{"fault": "media-empty"}` there,
GET tells what it is doing. Each job is kept as `job-<number>.pdf`, byte for byte, and
`job-<number>.json`.

Source: RFC 8011; only what a client needs to print a PDF and to follow it.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import itertools
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from aiohttp import web

from expert_app.simulated.program import MAX_REQUEST_BYTES, serve
from session.core.tasks import Tasks
from session.kiosk.drivers.ipp import IppStatus, Operation
from session.kiosk.drivers.ipp_codec import (
    Attribute,
    Attributes,
    GroupTag,
    IppMalformed,
    Message,
    boolean,
    decode,
    encode,
    enum_value,
    integer,
    keyword,
    mime,
    name_value,
    operation_attributes,
    text_value,
    uri,
)
from session.kiosk.drivers.ipp_states import (
    JOB_ABORTED,
    JOB_CANCELED,
    JOB_COMPLETED,
    JOB_HELD,
    JOB_PENDING,
    JOB_PROCESSING,
    JOB_STOPPED,
    PRINTER_IDLE,
    PRINTER_PROCESSING,
    PRINTER_STOPPED,
)

NAME = "Imprimante simulée A4"
PATH = "/ipp/print"
_OK, _BAD_REQUEST, _NOT_SUPPORTED = 0x0000, 0x0400, 0x0501
_STEPS = 10  # looks at the fault while a job prints

type Fault = Literal[
    "",
    "media-empty",
    "media-jam",
    "cover-open",
    "toner-empty",
    "stopped",
    "not-accepting",
    "abort",
    "hang",
    "malformed",
]
"""abort: the job dies; hang: requests are not answered; malformed: answers are no IPP."""

_HOLDING: dict[str, str] = {
    "media-empty": "media-empty-error",
    "media-jam": "media-jam-error",
    "cover-open": "cover-open-error",
    "toner-empty": "toner-empty-error",
    "stopped": "paused",
}


class PrinterOrders(msgspec.Struct, forbid_unknown_fields=True):
    """The values that POST /sim may change; what is left out stays."""

    fault: Fault | msgspec.UnsetType = msgspec.UNSET
    job_seconds: Annotated[float, msgspec.Meta(ge=0, le=60)] | msgspec.UnsetType = msgspec.UNSET


class PrinterJob(msgspec.Struct):
    """One job, as kept in `job-<id>.json`.
    `sha256` and `size_bytes` are of the document as it arrived.
    """

    id: int
    name: str
    copies: int
    state: int = JOB_HELD
    reasons: tuple[str, ...] = ("job-incoming",)
    impressions: int = 0
    size_bytes: int = 0
    sha256: str = ""

    def attributes(self, base: str) -> Attributes:
        """RFC 8011, section 5.3."""
        return {
            "job-id": integer(self.id),
            "job-uri": uri(f"{base}/jobs/{self.id}"),
            "job-name": name_value(self.name),
            "job-state": enum_value(self.state),
            "job-state-reasons": keyword(*(self.reasons or ("none",))),
            "job-impressions-completed": integer(self.impressions),
        }


class SimulatedPrinter:
    """The state of the device and its HTTP handlers; `job_seconds`: how long a job prints."""

    def __init__(self, spool: Path, job_seconds: float) -> None:
        self._spool = spool
        self._job_seconds = job_seconds
        self._fault: Fault = ""
        self._changed = asyncio.Event()
        self._jobs: dict[int, PrinterJob] = {}
        self._numbers = itertools.count(1)
        self._tasks = Tasks()
        self._engine = asyncio.Lock()
        self._base = ""
        self._operations = {
            Operation.GET_PRINTER_ATTRIBUTES: self._printer,
            Operation.VALIDATE_JOB: self._validate,
            Operation.CREATE_JOB: self._create,
            Operation.SEND_DOCUMENT: self._take,
            Operation.GET_JOB_ATTRIBUTES: self._job,
            Operation.CANCEL_JOB: self._cancel,
        }

    def app(self) -> web.Application:
        """The server."""
        self._spool.mkdir(parents=True, exist_ok=True)
        app = web.Application(client_max_size=MAX_REQUEST_BYTES)
        app.add_routes(
            [
                web.post(PATH, self._on_ipp),
                web.get("/sim", self._on_state_asked),
                web.post("/sim", self._on_orders),
            ]
        )
        app.on_shutdown.append(lambda _app: self._tasks.close())
        return app

    # ---- IPP

    async def _on_ipp(self, request: web.Request) -> web.Response:
        body = await request.read()
        if self._fault == "hang":
            await self._while_fault("hang")
        if self._fault == "malformed":
            return web.Response(
                body=b"\x02\x00\x00\x00 paper is a kind of cloth", content_type="application/ipp"
            )
        self._base = f"ipp://{request.host}{PATH}"
        try:
            message = decode(body)
        except IppMalformed as error:
            raise web.HTTPBadRequest from error
        return web.Response(body=encode(self._answer(message)), content_type="application/ipp")

    def _answer(self, message: Message) -> Message:
        if message.code in set(Operation):
            act = self._operations.get(Operation(message.code))
        else:
            act = None
        status, groups = act(message) if act else (_NOT_SUPPORTED, ())
        head = operation_attributes(
            status_message=text_value("ok" if status == _OK else f"status {status:#06x}")
        )
        answer = ((GroupTag.OPERATION, head), *groups)
        return Message(
            code=status, request_id=message.request_id, groups=answer, version=message.version
        )

    def _printer(self, message: Message) -> Answer:
        everything = self._printer_attributes()
        requested = message.group(GroupTag.OPERATION).get("requested-attributes")
        if requested:
            names = set(requested.strings())
        else:
            names = {"all"}
        chosen = {
            name: value for name, value in everything.items() if name in names or "all" in names
        }
        return _OK, ((GroupTag.PRINTER, chosen),)

    def _printer_attributes(self) -> dict[str, Attribute]:
        """RFC 8011, section 5.4."""
        reason = _HOLDING.get(self._fault, "")
        waiting = [job for job in self._jobs.values() if job.state < JOB_CANCELED]
        if waiting:
            state = PRINTER_PROCESSING
        else:
            state = PRINTER_IDLE
        if reason:
            state = PRINTER_STOPPED
        return {
            "printer-uri-supported": uri(self._base),
            "printer-name": name_value("simulated"),
            "printer-info": text_value(NAME),
            "printer-make-and-model": text_value(NAME),
            "printer-state": enum_value(state),
            "printer-state-reasons": keyword(reason or "none"),
            "printer-is-accepting-jobs": boolean(self._fault != "not-accepting"),
            "queued-job-count": integer(len(waiting)),
            "document-format-supported": mime("application/pdf", "image/jpeg"),
            "document-format-default": mime("application/pdf"),
            "media-ready": keyword("iso_a4_210x297mm"),
            "operations-supported": enum_value(*Operation),
        }

    def _validate(self, message: Message) -> Answer:
        if self._fault == "not-accepting":
            return IppStatus.NOT_ACCEPTING_JOBS, ()
        media_type = message.text(GroupTag.OPERATION, "document-format") or "application/pdf"
        return (
            _OK
            if media_type in ("application/pdf", "image/jpeg")
            else IppStatus.FORMAT_NOT_SUPPORTED
        ), ()

    def _create(self, message: Message) -> Answer:
        if self._fault == "not-accepting":
            return IppStatus.NOT_ACCEPTING_JOBS, ()
        job = PrinterJob(
            id=next(self._numbers),
            name=message.text(GroupTag.OPERATION, "job-name"),
            copies=message.number(GroupTag.JOB, "copies", 1),
        )
        self._jobs[job.id] = job
        return _OK, ((GroupTag.JOB, job.attributes(self._base)),)

    def _take(self, message: Message) -> Answer:
        job = self._find(message)
        if job is None:
            return IppStatus.NOT_FOUND, ()
        if job.sha256 or not message.data:
            return (IppStatus.NOT_POSSIBLE if job.sha256 else _BAD_REQUEST), ()
        (self._spool / f"job-{job.id}.pdf").write_bytes(message.data)
        job.size_bytes = len(message.data)
        job.sha256 = hashlib.sha256(message.data).hexdigest()
        self._set(job, JOB_PENDING)
        self._tasks.start(self._print(job), name=f"job {job.id}")
        return _OK, ((GroupTag.JOB, job.attributes(self._base)),)

    def _job(self, message: Message) -> Answer:
        job = self._find(message)
        if job:
            return (_OK, ((GroupTag.JOB, job.attributes(self._base)),))
        return (IppStatus.NOT_FOUND, ())

    def _cancel(self, message: Message) -> Answer:
        job = self._find(message)
        if job is None:
            return IppStatus.NOT_FOUND, ()
        if job.state >= JOB_CANCELED:
            return IppStatus.NOT_POSSIBLE, ()
        self._set(job, JOB_CANCELED, "job-canceled-by-user")
        self._wake()
        return _OK, ()

    def _find(self, message: Message) -> PrinterJob | None:
        return self._jobs.get(message.number(GroupTag.OPERATION, "job-id"))

    # ---- printing

    async def _print(self, job: PrinterJob) -> None:
        """One job after the other; a fault holds it where it is."""
        async with self._engine:
            for _ in range(_STEPS):
                await self._hold(job)
                if job.state >= JOB_CANCELED:
                    return
                self._set(job, JOB_PROCESSING, "job-printing")
                await asyncio.sleep(self._job_seconds / _STEPS)
            await self._hold(job)
            if job.state < JOB_CANCELED:
                job.impressions = job.copies
                self._set(job, JOB_COMPLETED, "job-completed-successfully")

    async def _hold(self, job: PrinterJob) -> None:
        """Waits while the printer cannot go on, or the job is over."""
        while job.state < JOB_CANCELED and (reason := _HOLDING.get(self._fault)):
            self._set(
                job,
                JOB_STOPPED,
                "printer-stopped" if reason == "paused" else reason.removesuffix("-error"),
            )
            await self._changed.wait()
        if self._fault == "abort" and job.state < JOB_CANCELED:
            self._set(job, JOB_ABORTED, "aborted-by-system")

    async def _while_fault(self, fault: Fault) -> None:
        while self._fault == fault:
            await self._changed.wait()

    def _wake(self) -> None:
        """Wakes everybody who waits for a change."""
        self._changed.set()
        self._changed = asyncio.Event()

    def _set(self, job: PrinterJob, state: int, *reasons: str) -> None:
        job.state = state
        job.reasons = reasons
        path = self._spool / f"job-{job.id}.json"
        part = path.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(job))
        part.replace(path)

    # ---- the hand of the demo and of the tests

    async def _on_state_asked(self, request: web.Request) -> web.Response:
        jobs = msgspec.to_builtins(list(self._jobs.values()))
        return web.json_response({"fault": self._fault, "jobs": jobs})

    async def _on_orders(self, request: web.Request) -> web.Response:
        try:
            orders = msgspec.json.decode(await request.read(), type=PrinterOrders)
        except msgspec.MsgspecError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        if orders.job_seconds is not msgspec.UNSET:
            self._job_seconds = orders.job_seconds
        if orders.fault is not msgspec.UNSET:
            self._fault = orders.fault
            self._wake()
        return await self._on_state_asked(request)


type Answer = tuple[int, tuple[tuple[int, Attributes], ...]]
"""Status and groups after the operation group."""


def main() -> None:
    """Reads the command line and serves."""
    parser = argparse.ArgumentParser(description="A simulated IPP printer on loopback.")
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--spool", type=Path, required=True, help="folder for what was printed")
    parser.add_argument("--job-seconds", type=float, default=1.5, help="time of a job")
    arguments = parser.parse_args()
    printer = SimulatedPrinter(arguments.spool, arguments.job_seconds)
    asyncio.run(serve(printer.app(), arguments.port, "ipp://127.0.0.1:{port}" + PATH))


if __name__ == "__main__":
    main()
