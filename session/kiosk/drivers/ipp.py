# SPDX-License-Identifier: GPL-3.0-only
"""A printer that speaks IPP: almost every one since 2013, and any queue of CUPS. For the kiosk.

Source: RFC 8010 (encoding), RFC 8011 (operations and attributes), IANA's list of
printer-state-reasons.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import ssl
from collections.abc import AsyncGenerator
from enum import IntEnum

import httpx

from session.core.device_errors import (
    DeviceNotTrusted,
    PrinterDenied,
    PrinterGone,
    PrinterStopped,
    PrintFailed,
    PrintRefused,
)
from session.core.errors import SessionError
from session.kiosk.drivers.certificates import is_untrusted
from session.kiosk.drivers.ipp_codec import (
    Attribute,
    Attributes,
    GroupTag,
    IppMalformed,
    Message,
    boolean,
    decode,
    encode,
    integer,
    keyword,
    mime,
    name_value,
    operation_attributes,
    uri,
)
from session.kiosk.drivers.ipp_states import job_progress, printer_state
from session.kiosk.drivers.printer import JobProgress, PrinterStatus
from session.kiosk.drivers.scanner import AddressUnknown
from session.protocol.conversation.messages import PrintState, ScannerState

log = logging.getLogger(__name__)

PDF = "application/pdf"
_MAX_ANSWER_BYTES = 4 * 1024 * 1024
_DEFAULT_PORT = 631  # RFC 8010, section 4
_USER = "kiosk"  # requesting-user-name; never a person's


class Operation(IntEnum):
    """RFC 8011, section 5.4.15."""

    VALIDATE_JOB = 0x0004
    CREATE_JOB = 0x0005
    SEND_DOCUMENT = 0x0006
    CANCEL_JOB = 0x0008
    GET_JOB_ATTRIBUTES = 0x0009
    GET_PRINTER_ATTRIBUTES = 0x000B


class IppStatus(IntEnum):
    """RFC 8011, appendix B; those that we treat on their own."""

    FORBIDDEN = 0x0401
    NOT_AUTHENTICATED = 0x0402
    NOT_AUTHORIZED = 0x0403
    NOT_POSSIBLE = 0x0404
    NOT_FOUND = 0x0406
    GONE = 0x0407
    FORMAT_NOT_SUPPORTED = 0x040A
    NOT_ACCEPTING_JOBS = 0x0506


_DENIED = (IppStatus.FORBIDDEN, IppStatus.NOT_AUTHENTICATED, IppStatus.NOT_AUTHORIZED)
_STATE_ATTRIBUTES = ("printer-state", "printer-state-reasons", "printer-is-accepting-jobs")
_JOB_ATTRIBUTES = ("job-state", "job-state-reasons", "job-impressions-completed")


class _Refused(Exception):
    """The printer answered with an error status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:#06x}")
        self.status = status


class IppPrinter:
    """One IPP printer.

    Args:
        address: `ipp://host:port/path`, `ipps://` for TLS.
        answer_s: seconds in which it must answer a question.
        document_s: seconds in which it must have taken a document.
        poll_s: seconds between two questions about a job, at first and at most;
            the pause doubles while nothing changes.
        gone_s: seconds of silence after which following a job gives up.
        tls: certificates to trust; the system's by default.
            Most printers sign their own: give theirs.
    """

    def __init__(
        self,
        address: str,
        *,
        answer_s: float = 10.0,
        document_s: float = 120.0,
        poll_s: tuple[float, float] = (0.25, 2.0),
        gone_s: float = 30.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        try:
            url = httpx.URL(address)
        except httpx.InvalidURL as error:
            raise AddressUnknown(address) from error
        if not url.host:
            raise AddressUnknown(address)
        secure = url.scheme == "ipps"
        self._uri = str(url)
        self._http = url.copy_with(
            scheme="https" if secure else "http", port=url.port or _DEFAULT_PORT
        )
        self._client = httpx.AsyncClient(
            headers={"Content-Type": "application/ipp", "Accept-Encoding": "identity"},
            timeout=httpx.Timeout(None, connect=answer_s),
            verify=(tls or True) if secure else False,
            trust_env=False,  # a proxy must never come between a kiosk and its own printer
        )
        self._answer_s = answer_s
        self._document_s = document_s
        self._gone_s = gone_s
        self._poll_s = poll_s
        self._numbers = itertools.count(1)

    async def uuid(self) -> str:
        """The UUID it says itself (PWG 5100.13, section 5.6.7), lower case;
        "" when it says none.
        """
        uuid = (await self._printer("printer-uuid")).text(GroupTag.PRINTER, "printer-uuid")
        return uuid.lower().removeprefix("urn:uuid:")

    async def state(self) -> PrinterStatus:
        """Return how it is now; a printer that is gone is a fault with its code."""
        try:
            answer = await self._printer(
                "printer-make-and-model", "printer-info", *_STATE_ATTRIBUTES
            )
        except SessionError as error:
            return PrinterStatus(state=ScannerState.FAULT, name="", code=error.code)
        name = answer.text(GroupTag.PRINTER, "printer-info") or answer.text(
            GroupTag.PRINTER, "printer-make-and-model"
        )
        attributes = answer.group(GroupTag.PRINTER)
        state, code, reasons = printer_state(attributes)
        return PrinterStatus(state=state, name=name[:200], code=code, reasons=reasons)

    async def submit(self, document: bytes, name: str, copies: int = 1) -> int:
        """Hands a PDF over; see `Printer.submit`.
        Validate-Job first: a refusal then costs no document.
        """
        attributes = (await self._printer("document-format-supported", *_STATE_ATTRIBUTES)).group(
            GroupTag.PRINTER
        )
        accepting = attributes.get("printer-is-accepting-jobs")
        if accepting is not None and accepting.first is False:
            raise PrinterStopped(reasons=" ".join(printer_state(attributes)[2]))
        formats = attributes.get("document-format-supported", mime(PDF)).strings()
        if PDF not in formats:
            raise PrintRefused(status=f"{IppStatus.FORMAT_NOT_SUPPORTED:#06x}")
        job = {"copies": integer(copies), "media": keyword("iso_a4_210x297mm")}
        try:
            await self._ask(
                Operation.VALIDATE_JOB, job, job_name=name_value(name), document_format=mime(PDF)
            )
            created = await self._ask(Operation.CREATE_JOB, job, job_name=name_value(name))
        except _Refused as refusal:
            raise _submit_error(refusal) from refusal
        job_id = created.number(GroupTag.JOB, "job-id")
        if job_id <= 0:
            raise PrintRefused(status="no job-id")
        await self._send(job_id, document, name)
        return job_id

    async def _send(self, job_id: int, document: bytes, name: str) -> None:
        """RFC 8011, section 4.3.1. Never repeated by itself: a document must not come out twice."""
        try:
            await self._ask(
                Operation.SEND_DOCUMENT,
                document=document,
                job_id=integer(job_id),
                document_name=name_value(name),
                document_format=mime(PDF),
                last_document=boolean(True),
            )
        except (_Refused, SessionError) as error:
            await self._forget(job_id)
            if isinstance(error, _Refused):
                raise _submit_error(error) from error
            raise

    async def _forget(self, job_id: int) -> None:
        """Cancels a job whose document did not arrive; an empty job would block some printers.
        What a queue has of the document goes with it.
        """
        try:
            await self.cancel(job_id)
            await self._purge(job_id)
        except SessionError as error:
            log.warning("an unfinished job stays at the printer: %s", error.code)

    async def follow(self, job_id: int) -> AsyncGenerator[JobProgress]:
        """Each change of the job until its last state; see `Printer.follow`. To whoever listens
        to the end, nothing of the document is left in the queue.
        """
        loop = asyncio.get_running_loop()
        last: JobProgress | None = None
        pause_s, heard_at = self._poll_s[0], loop.time()
        while True:
            try:
                progress = await self._poll(job_id)
                heard_at = loop.time()
            except PrinterGone as error:
                if loop.time() - heard_at >= self._gone_s:
                    raise
                if last:
                    impressions = last.impressions
                else:
                    impressions = 0
                progress = JobProgress(
                    state=PrintState.WAITING, code=error.code, impressions=impressions
                )
            if progress == last:
                pause_s = min(pause_s * 2, self._poll_s[1])
            else:
                pause_s = self._poll_s[0]
            if progress != last:
                last = progress
                yield progress
            if progress.is_last:
                await self._purge(job_id)
                return
            await asyncio.sleep(pause_s)

    async def _purge(self, job_id: int) -> None:
        """Removes the document of a job that is over. CUPS keeps each for a day, with its name;
        its Cancel-Job knows `purge-job`. A printer says that the job is over already.
        """
        try:
            purge = boolean(True)
            await self._ask(Operation.CANCEL_JOB, job_id=integer(job_id), purge_job=purge)
        except _Refused as refusal:
            if refusal.status in _DENIED:
                log.warning("the printer's queue keeps the documents: %s", refusal)
        except SessionError as error:
            log.warning("a printed document may stay in the printer's queue: %s", error.code)

    async def _poll(self, job_id: int) -> JobProgress:
        """The job as it is now, with the printer's reasons as long as it is not over."""
        attributes = keyword(*_JOB_ATTRIBUTES)
        try:
            answer = await self._ask(
                Operation.GET_JOB_ATTRIBUTES,
                job_id=integer(job_id),
                requested_attributes=attributes,
            )
        except _Refused as refusal:
            if refusal.status in (IppStatus.NOT_FOUND, IppStatus.GONE):
                raise PrintFailed(state="unknown") from refusal
            raise PrinterGone(why=str(refusal)) from refusal
        job = answer.group(GroupTag.JOB)
        progress = job_progress(job, {})
        if progress.is_last:
            return progress
        return job_progress(job, (await self._printer(*_STATE_ATTRIBUTES)).group(GroupTag.PRINTER))

    async def cancel(self, job_id: int) -> None:
        """Cancels; nothing when the job is already over."""
        try:
            await self._ask(Operation.CANCEL_JOB, job_id=integer(job_id))
        except _Refused as refusal:
            if refusal.status not in (IppStatus.NOT_POSSIBLE, IppStatus.NOT_FOUND, IppStatus.GONE):
                raise PrintRefused(status=str(refusal)) from refusal

    async def close(self) -> None:
        """Closes the connections; jobs go on."""
        await self._client.aclose()

    # ---- questions

    async def _printer(self, *names: str) -> Message:
        try:
            return await self._ask(
                Operation.GET_PRINTER_ATTRIBUTES, requested_attributes=keyword(*names)
            )
        except _Refused as refusal:
            if refusal.status in _DENIED:
                raise PrinterDenied(status=str(refusal)) from refusal
            raise PrinterGone(why=str(refusal)) from refusal

    async def _ask(
        self,
        operation: Operation,
        job: Attributes | None = None,
        document: bytes = b"",
        **operands: Attribute,
    ) -> Message:
        """One operation. Raises `PrinterGone` (silence, or no IPP in the answer) and `_Refused`."""
        target = {"printer_uri": uri(self._uri)}  # RFC 8011, section 4.1.5: the target stands first
        if "job_id" in operands:
            job_id = {"job_id": operands.pop("job_id")}
        else:
            job_id = {}
        attributes = operation_attributes(
            **target, **job_id, requesting_user_name=name_value(_USER), **operands
        )
        groups = ((GroupTag.OPERATION, attributes), *(((GroupTag.JOB, job),) if job else ()))
        request = Message(
            code=operation, request_id=next(self._numbers), groups=groups, data=document
        )
        answer = await self._post(encode(request), self._document_s if document else self._answer_s)
        if answer.code >= 0x0400:  # RFC 8011, appendix B.1: below are the successes
            raise _Refused(answer.code)
        return answer

    async def _post(self, content: bytes, limit_s: float) -> Message:
        try:
            async with asyncio.timeout(limit_s):
                return decode(await self._exchange(content))
        except TimeoutError as error:
            raise PrinterGone(why=f"silent for {limit_s:.0f} s") from error
        except httpx.HTTPError as error:
            if is_untrusted(error):
                raise DeviceNotTrusted(why="certificate") from error
            raise PrinterGone(why=type(error).__name__) from error
        except IppMalformed as error:
            raise PrinterGone(why="answer not understood") from error

    async def _exchange(self, content: bytes) -> bytes:
        async with self._client.stream("POST", self._http, content=content) as response:
            if response.status_code in (401, 403):
                raise PrinterDenied(status=f"HTTP {response.status_code}")
            if response.status_code != 200:
                raise PrinterGone(why=f"HTTP {response.status_code}")
            body = bytearray()
            async for part in response.aiter_raw():
                body += part
                if len(body) > _MAX_ANSWER_BYTES:
                    raise PrinterGone(why="answer too large")
            return bytes(body)


def _submit_error(refusal: _Refused) -> SessionError:
    if refusal.status in _DENIED:
        return PrinterDenied(status=str(refusal))
    if refusal.status == IppStatus.NOT_ACCEPTING_JOBS:
        return PrinterStopped(reasons="not-accepting-jobs")
    return PrintRefused(status=str(refusal))
