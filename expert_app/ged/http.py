# SPDX-License-Identifier: GPL-3.0-only
"""Requests to an agency's system over HTTP, with what can go wrong as one reason each.
Used by Paperless and CMIS, and by registers.
"""

from __future__ import annotations

import ssl
import zlib
from typing import Any

import httpx

from expert_app.ged.connector import NotDelivered, Reason

CONNECT_S, ANSWER_S, SEND_S = 10.0, 60.0, 120.0
MOST_BYTES = 4 << 20
"""An answer of a document system is some facts, never more."""


_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS

LIMITS = httpx.Timeout(ANSWER_S, connect=CONNECT_S, write=SEND_S)


def client(
    ca_file: str,
    headers: dict[str, str],
    auth: tuple[str, str] | None = None,
    *,
    limits: httpx.Timeout = LIMITS,
) -> httpx.AsyncClient:
    """A client that follows no redirection (a password must not go elsewhere)."""
    packing = {"Accept-Encoding": "gzip"}
    trust: ssl.SSLContext | bool = ssl.create_default_context(cafile=ca_file) if ca_file else True
    return httpx.AsyncClient(
        headers=packing | headers, auth=auth, timeout=limits, verify=trust, trust_env=False
    )


async def answer(
    http: httpx.AsyncClient, method: str, url: str, *, most_bytes: int = MOST_BYTES, **options: Any
) -> httpx.Response:
    """Any answer below 400, or 404, 409 and other refusals that the caller knows what to do with.

    Args:
        most_bytes: a longer answer is not read to its end.

    Raises:
        NotDelivered: it does not answer, does not know us, or is busy.
    """
    try:
        async with http.stream(method, url, **options) as response:
            body = await _body(response, most_bytes)
    except httpx.TimeoutException as error:
        raise NotDelivered(Reason.TIMEOUT) from error
    except httpx.TransportError as error:
        if "certificate" in str(error).lower():
            reason = Reason.CERTIFICATE
        else:
            reason = Reason.UNREACHABLE
        raise NotDelivered(reason, type(error).__name__) from error
    read = httpx.Response(response.status_code, headers=_plain(response.headers), content=body)
    _check(read)
    return read


async def _body(response: httpx.Response, most_bytes: int) -> bytes:
    """All of it, unpacked; never more than `most_bytes`, however small it was packed: httpx would
    unpack each part whole, and 64 kB may hold gigabytes.
    """
    packing = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise NotDelivered(Reason.NOT_UNDERSTOOD, "Content-Encoding")
    if packing not in ("identity", ""):
        unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
    else:
        unpacker = None
    body = bytearray()
    try:
        async for part in response.aiter_raw():
            body += unpacker.decompress(part, most_bytes + 1 - len(body)) if unpacker else part
            if len(body) > most_bytes:
                raise NotDelivered(Reason.NOT_UNDERSTOOD, f"> {most_bytes} bytes")
    except zlib.error as error:
        raise NotDelivered(Reason.NOT_UNDERSTOOD, type(error).__name__) from error
    return bytes(body)


def _plain(headers: httpx.Headers) -> dict[str, str]:
    """The body was decoded already."""
    return {
        name: value
        for name, value in headers.items()
        if name not in ("content-encoding", "content-length")
    }


def _check(response: httpx.Response) -> None:
    code = response.status_code
    if code in (401, 403, 407):
        raise NotDelivered(Reason.ACCESS, f"HTTP {code}")
    if 300 <= code < 400:
        raise NotDelivered(Reason.ADDRESS, f"HTTP {code}")
    if code == 413:
        raise NotDelivered(Reason.TOO_LARGE, f"HTTP {code}")
    if code in (408, 425, 429) or code >= 500:
        raise NotDelivered(Reason.BUSY, f"HTTP {code}", again_s=_again_s(response))


def _again_s(response: httpx.Response) -> float:
    """Retry-After in seconds (RFC 9110, section 10.2.3); a date is not worth a clock."""
    retry_after = response.headers.get("Retry-After", "")
    if retry_after.isascii() and retry_after.isdigit():
        return min(float(retry_after), 3600.0)
    return 0.0


def decoded(response: httpx.Response) -> Any:
    """The JSON of an answer. Raises `NotDelivered`."""
    try:
        return response.json()
    except (ValueError, RecursionError) as error:
        raise NotDelivered(Reason.NOT_UNDERSTOOD, f"HTTP {response.status_code}") from error
