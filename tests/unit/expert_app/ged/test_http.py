# SPDX-License-Identifier: GPL-3.0-only
"""An answer of another system is read to a limit, however it is packed."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
import zstandard

from expert_app.ged.connector import NotDelivered, Reason
from expert_app.ged.http import answer, client, decoded

MOST = 64 << 10
BOMB_MB = 64


async def _answered(body: bytes, packing: str) -> httpx.Response:
    def give(request: httpx.Request) -> httpx.Response:
        assert request.headers["Accept-Encoding"] == "gzip"

        async def stream() -> AsyncIterator[bytes]:
            for at in range(0, len(body), 60_000):
                yield body[at : at + 60_000]

        headers = {"Content-Encoding": packing} if packing else {}
        return httpx.Response(200, headers=headers, content=stream())

    http = client("", {})
    http._transport = httpx.MockTransport(give)
    async with http:
        return await answer(http, "GET", "http://ged.example/", most_bytes=MOST)


@pytest.mark.parametrize(
    ("packing", "pack"),
    [("", bytes), ("identity", bytes), ("gzip", gzip.compress), ("deflate", zlib.compress)],
)
async def test_an_answer_is_read_as_it_was_meant(
    packing: str, pack: Callable[[bytes], bytes]
) -> None:
    text = b'{"words": "' + b"abc" * 10_000 + b'"}'
    assert decoded(await _answered(pack(text), packing))["words"] == "abc" * 10_000


def _bomb(packing: str) -> bytes:
    """Some kilobytes that hold many megabytes."""
    wide = 31 if packing != "deflate" else 15
    zstd = zstandard.ZstdCompressor().compressobj()
    packer = zstd if packing == "zstd" else zlib.compressobj(wbits=wide)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(BOMB_MB)) + packer.flush()


@pytest.mark.parametrize("packing", ["gzip", "deflate", "zstd", "br", "gzip, gzip"])
async def test_an_answer_that_grows_without_end_is_not_unpacked(packing: str) -> None:
    bomb = _bomb(packing)
    tracemalloc.start()
    try:
        with pytest.raises(NotDelivered) as refused:
            await _answered(bomb, packing)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
    assert refused.value.reason is Reason.NOT_UNDERSTOOD


async def test_what_is_not_packed_as_it_says_is_not_understood() -> None:
    with pytest.raises(NotDelivered) as refused:
        await _answered(b"no gzip", "gzip")
    assert refused.value.reason is Reason.NOT_UNDERSTOOD
