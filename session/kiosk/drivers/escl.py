# SPDX-License-Identifier: GPL-3.0-only
"""A scanner that speaks eSCL (AirScan):
any driverless one, on the network or on USB through ipp-usb. For the kiosk.

Source: Mopria Alliance, eSCL Technical Specification 2.97 ("eSCL" below).
The scanner's JPEG passes through untouched.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable

import httpx

from session.core.device_errors import (
    DeviceNotTrusted,
    ScanCancelled,
    ScannerBusy,
    ScannerDenied,
    ScannerFailed,
    ScannerGone,
    ScannerWarmingUp,
)
from session.core.errors import PageTooLarge, PageUnreadable, SessionError
from session.kiosk.drivers.certificates import is_untrusted
from session.kiosk.drivers.escl_messages import (
    Capabilities,
    DeviceStatus,
    ScanOrder,
    parse_capabilities,
    parse_status,
)
from session.kiosk.drivers.jpeg_header import jpeg_size
from session.kiosk.drivers.scanner import (
    UNKNOWN_PERCENT,
    AddressUnknown,
    ScannedPage,
    ScannerStatus,
    ScanProgress,
    ScanSettings,
    true_dpi,
)
from session.protocol.conversation.messages import ScannerState, ScanSource
from session.protocol.wire.version import MAX_ITEM_BYTES

log = logging.getLogger(__name__)

_MAX_XML_BYTES = 256 * 1024
_RETRY_S = 0.5
_DENIED = (401, 403)
_SCHEMES = {"escl": "http", "escls": "https", "http": "http", "https": "https"}


class EsclScanner:
    """One eSCL scanner.

    Args:
        address: `escl://host:port/eSCL`, `escls://` for TLS, or the same as http(s).
        answer_s: seconds in which it must answer a question.
        page_s: seconds in which it must begin to send a page, and in which each further part must
            come.
        busy_wait_s: seconds for which we try again while it says that it is busy.
        tls: certificates to trust; the system's by default.
            Most scanners sign their own: give theirs.
    """

    def __init__(
        self,
        address: str,
        *,
        answer_s: float = 10.0,
        page_s: float = 90.0,
        busy_wait_s: float = 4.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        try:
            url = httpx.URL(address)
            scheme = _SCHEMES[url.scheme]
        except (httpx.InvalidURL, KeyError) as error:
            raise AddressUnknown(address) from error
        if not url.host:
            raise AddressUnknown(address)
        # eSCL, section "mDNS": the default of the key `rs`
        self._path = url.path.rstrip("/") or "/eSCL"
        self._client = httpx.AsyncClient(
            base_url=url.copy_with(scheme=scheme, path="/", query=None),
            # nothing to unpack: no bomb, and the size is the size
            headers={"Accept-Encoding": "identity"},
            timeout=httpx.Timeout(None, connect=answer_s),
            verify=(tls or True) if scheme == "https" else False,
            trust_env=False,  # a proxy must never come between a kiosk and its own scanner
        )
        self._answer_s = answer_s
        self._page_s = page_s
        self._busy_wait_s = busy_wait_s
        self._capabilities: Capabilities | None = None
        self._scanning = self._cancelled = False
        self._job = ""
        self._limit: asyncio.Timeout | None = None
        self._deleting = asyncio.Lock()

    async def uuid(self) -> str:
        """The UUID it says itself, lower case; "" when it says none.
        Raises a session error when it does not answer.
        """
        return (await self._known_capabilities()).uuid

    async def state(self) -> ScannerStatus:
        """Return how it is now; a scanner that is gone is a fault with its code."""
        state, code = ScannerState.READY, ""
        try:
            await self._known_capabilities()
            if self._scanning:
                status = None
            else:
                status = await self._status()
        except SessionError as error:
            state, code = ScannerState.FAULT, error.code
        else:
            if status is None or status.state in ("Processing", "Testing"):
                state = ScannerState.BUSY
            if status is not None and (fault := status.fault()):
                state, code = ScannerState.FAULT, fault.code
        return self._status_of(state, code)

    def _status_of(self, state: ScannerState, code: str) -> ScannerStatus:
        capabilities = self._capabilities
        if capabilities is None:
            return ScannerStatus(state=state, name="", code=code)
        feeder, duplex = capabilities.feeder is not None, capabilities.duplex is not None
        return ScannerStatus(
            state=state, name=capabilities.name, code=code, feeder=feeder, duplex=duplex
        )

    async def scan(self, settings: ScanSettings) -> AsyncGenerator[ScanProgress | ScannedPage]:
        """Scans; see `Scanner.scan`."""
        if self._scanning:
            raise ScannerBusy(status="scanning")
        self._scanning = True
        self._cancelled = False
        try:
            order = ScanOrder.fitted(settings, await self._known_capabilities())
            await self._start(order)
            async with contextlib.aclosing(self._pages(order)) as pages:
                async for item in pages:
                    yield item
            self._job = ""
        finally:
            try:
                await self._delete_job()
            finally:
                self._scanning = False

    async def cancel(self) -> None:
        """Stops the scan under way: ours at once, the scanner's by DELETE (eSCL, section "Cancel a
        scan job").
        """
        if not self._scanning or self._cancelled:
            return
        self._cancelled = True
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(asyncio.get_running_loop().time())
        await self._delete_job()

    async def close(self) -> None:
        """Cancels and closes the connections."""
        await self.cancel()
        await self._client.aclose()

    # ---- a job

    async def _start(self, order: ScanOrder) -> None:
        source = order.settings.source
        fault = (await self._status()).fault(source)
        if fault is not None and not isinstance(fault, ScannerBusy):
            raise fault
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + self._busy_wait_s
        while True:
            # Not to be interrupted: we would never learn the address of the job that we made.
            status, headers, _ = await self._ask("POST", f"{self._path}/ScanJobs", order.xml())
            if status == 201:
                self._job = _job_path(headers)
                return
            if status != 503 or loop.time() >= give_up_at:
                raise await self._fault(status, source)
            await self._within(_RETRY_S * 2, asyncio.sleep(_RETRY_S))

    async def _pages(self, order: ScanOrder) -> AsyncGenerator[ScanProgress | ScannedPage]:
        """The pages of the job, each after its progress."""
        page_count = 0
        while True:
            yield ScanProgress(UNKNOWN_PERCENT)
            response = await self._next_document(order.settings.source)
            if response is None:
                await self._check_end(page_count, order.settings.source)
                return
            data = bytearray()
            try:
                async for percent in self._received(response, data):
                    yield ScanProgress(percent)
            finally:
                await response.aclose()
            yield _page(bytes(data), order)
            page_count += 1
            if order.settings.source is ScanSource.GLASS:
                return

    async def _next_document(self, source: ScanSource) -> httpx.Response | None:
        """The answer that carries the next page, not yet read; None when there are no more."""
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + self._page_s
        while True:
            request = self._client.build_request("GET", f"{self._job}/NextDocument")
            response = await self._within(self._page_s, self._client.send(request, stream=True))
            if response.status_code == 200:
                return response
            await response.aclose()
            if response.status_code in (404, 410):
                return None
            if response.status_code != 503:
                raise await self._fault(response.status_code, source)
            if loop.time() >= give_up_at:  # 503: still warming up
                raise ScannerWarmingUp(status="HTTP 503")
            await self._within(_RETRY_S * 2, asyncio.sleep(_RETRY_S))

    async def _received(self, response: httpx.Response, data: bytearray) -> AsyncGenerator[int]:
        """Fills `data`; yields percents as they change:
        of the announced size, or -1 when there is none.
        """
        announced = int(response.headers.get("Content-Length", "0") or 0)
        last = UNKNOWN_PERCENT
        parts = response.aiter_raw()
        try:
            while part := await self._within(self._page_s, anext(parts, b"")):
                data += part
                if len(data) > MAX_ITEM_BYTES:
                    raise PageTooLarge(size_bytes=len(data))
                if announced:
                    percent = min(100, 100 * len(data) // announced)
                else:
                    percent = UNKNOWN_PERCENT
                if percent != last:
                    last = percent
                    yield percent
        except ScannerGone as error:
            await self._known_to_be_there(error)
            raise PageUnreadable(why="truncated", size_bytes=len(data)) from error

    async def _known_to_be_there(self, error: ScannerGone) -> None:
        """A page broke off: raises `error` again unless the scanner still answers."""
        try:
            await self._status()
        except SessionError:
            raise error from None

    async def _check_end(self, page_count: int, source: ScanSource) -> None:
        """The scanner has no more pages: is that the end, or a fault in the middle?"""
        if self._cancelled:
            raise ScanCancelled
        fault = (await self._status()).fault(source)
        empty_after_pages = (
            page_count and fault is not None and fault.code in ("scanner_empty", "scanner_busy")
        )
        if fault is not None and not empty_after_pages:
            raise fault
        if not page_count:
            raise ScannerFailed(status="no page")

    async def _fault(self, http_status: int, source: ScanSource) -> SessionError:
        """The error that a refused request stands for:
        the scanner's own word first, HTTP's last.
        """
        if self._cancelled:
            return ScanCancelled()
        if http_status in _DENIED:
            return ScannerDenied(status=f"HTTP {http_status}")
        fault = (await self._status()).fault(source)
        if http_status == 503 and (fault is None or isinstance(fault, ScannerBusy)):
            return ScannerBusy(status="HTTP 503")
        return fault or ScannerFailed(status=f"HTTP {http_status}")

    async def _delete_job(self) -> None:
        """Tells the scanner to cancel. A second call waits for the first:
        the scan is over when the scanner knows.
        """
        async with self._deleting:
            job, self._job = self._job, ""
            if not job:
                return
            try:
                await self._ask("DELETE", job)
            except SessionError as error:
                log.info("the scanner did not take the cancellation: %s", error.code)

    # ---- questions

    async def _known_capabilities(self) -> Capabilities:
        if self._capabilities is None:
            self._capabilities = await self._document("ScannerCapabilities", parse_capabilities)
        return self._capabilities

    async def _status(self) -> DeviceStatus:
        return await self._document("ScannerStatus", parse_status)

    async def _document[Parsed](self, name: str, parse: Callable[[bytes], Parsed]) -> Parsed:
        status, _, body = await self._ask("GET", f"{self._path}/{name}")
        if status == 503:
            raise ScannerBusy(status="HTTP 503")
        if status in _DENIED:
            raise ScannerDenied(status=f"HTTP {status}")
        if status != 200:
            raise ScannerFailed(status=f"{name}: HTTP {status}")
        return parse(body)

    async def _ask(
        self, method: str, path: str, content: bytes = b""
    ) -> tuple[int, httpx.Headers, bytes]:
        """A short question; raises `ScannerGone`, or `ScannerFailed` when the answer is too
        long.
        """
        return await self._within(
            self._answer_s, self._ask_now(method, path, content), cancellable=False
        )

    async def _ask_now(
        self, method: str, path: str, content: bytes
    ) -> tuple[int, httpx.Headers, bytes]:
        if content:
            headers = {"Content-Type": "text/xml"}
        else:
            headers = {}
        async with self._client.stream(method, path, content=content, headers=headers) as response:
            body = bytearray()
            async for part in response.aiter_raw():
                body += part
                if len(body) > _MAX_XML_BYTES:
                    raise ScannerFailed(status="answer too large")
            return response.status_code, response.headers, bytes(body)

    async def _within[Result](
        self, seconds: float, awaitable: Awaitable[Result], *, cancellable: bool = True
    ) -> Result:
        """Waits for the scanner, with a time limit that `cancel` may bring forward;
        its silence is `ScannerGone`.
        """
        try:
            async with asyncio.timeout(seconds) as limit:
                if cancellable:
                    self._limit = limit
                    if self._cancelled:
                        limit.reschedule(0)
                return await awaitable
        except TimeoutError as error:
            if cancellable and self._cancelled:
                raise ScanCancelled from error
            raise ScannerGone(why=f"silent for {seconds:.0f} s") from error
        except httpx.HTTPError as error:
            if cancellable and self._cancelled:
                raise ScanCancelled from error
            if is_untrusted(error):
                raise DeviceNotTrusted(why="certificate") from error
            raise ScannerGone(why=type(error).__name__) from error
        finally:
            if cancellable:
                self._limit = None


def _job_path(headers: httpx.Headers) -> str:
    """Path of the new job. Only the path is used: whatever host it names, we stay with the
    configured one.
    """
    try:
        path = httpx.URL(headers.get("Location", "")).path
    except httpx.InvalidURL as error:
        raise ScannerFailed(status="no job address") from error
    if path in ("", "/"):
        raise ScannerFailed(status="no job address")
    return path.rstrip("/")


def _page(data: bytes, order: ScanOrder) -> ScannedPage:
    width_px, height_px = jpeg_size(data)
    dpi = true_dpi(width_px, order.area, order.dpi)
    return ScannedPage(
        data=data, media_type="image/jpeg", width_px=width_px, height_px=height_px, dpi=dpi
    )
