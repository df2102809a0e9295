# SPDX-License-Identifier: GPL-3.0-only
"""A program's way to the bus, which a story can cut and mend."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class RelayedLine:
    """A TCP relay on loopback; while it is cut, every connection ends at once.

    Attributes:
        port: where the program connects.
    """

    def __init__(self, far_port: int) -> None:
        self._far_port = far_port
        self._writers: set[asyncio.StreamWriter] = set()
        self._whole = asyncio.Event()
        self._whole.set()
        self.port = 0

    @classmethod
    @asynccontextmanager
    async def to(cls, far_port: int) -> AsyncIterator[RelayedLine]:
        """A line to this port of this machine."""
        line = cls(far_port)
        server = await asyncio.start_server(line._join, "127.0.0.1", 0)
        line.port = server.sockets[0].getsockname()[1]
        try:
            yield line
        finally:
            line.cut()
            server.close()

    def cut(self) -> None:
        """Nothing passes until `mend`."""
        self._whole.clear()
        for writer in self._writers:
            writer.close()

    def mend(self) -> None:
        """Connections that begin from now on pass."""
        self._whole.set()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole.is_set():
            writer.close()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._far_port)
        except OSError:
            writer.close()
            return
        both = {writer, far_writer}
        if not self._whole.is_set():  # cut meanwhile
            for one in both:
                one.close()
            return
        self._writers |= both
        await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
        self._writers -= both

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()
