# SPDX-License-Identifier: GPL-3.0-only
"""The common frame of the simulated devices' programs:
a loopback server, one line when ready, an orderly end.

The program that starts one gives it a pipe as standard input:
when the starter dies, however it dies, the program ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import json
import os
import signal
import stat
import sys
import threading

from aiohttp import web

HOST = "127.0.0.1"
MAX_REQUEST_BYTES = 32 * 1024 * 1024
_PR_SET_PDEATHSIG = 1  # Linux, prctl(2)


async def serve(app: web.Application, port: int, address: str) -> None:
    """Serves until told to stop (SIGTERM, SIGINT) or until the starter is gone.

    Args:
        port: of the loopback interface; 0 for any that is free.
        address: of the device, told in the ready line; `{port}` stands for the real port.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows: the process is simply ended
            loop.add_signal_handler(number, stop.set)
    _end_with_starter(loop, stop)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, port)
        await site.start()
        real = runner.addresses[0][1]
        control = f"http://{HOST}:{real}/sim"
        print(
            json.dumps({"ready": True, "address": address.format(port=real), "control": control}),
            flush=True,
        )
        await stop.wait()
    finally:
        await runner.cleanup()


def _end_with_starter(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Only when standard input is a pipe:
    a person's terminal, or nothing, is no sign of a starter.
    """
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        return
    if sys.platform == "linux":
        # Also when the pipe was inherited by somebody who lives on.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    def wait_for_end() -> None:
        # os.read and not sys.stdin: a daemon thread that holds the lock of sys.stdin breaks the
        # interpreter's exit.
        while os.read(0, 1024):
            pass
        with contextlib.suppress(RuntimeError):  # the loop is closed already
            loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=wait_for_end, daemon=True, name="starter").start()
