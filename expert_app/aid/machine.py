# SPDX-License-Identifier: GPL-3.0-only
"""The facts that a kiosk or a desk gives of itself to the helpdesk: versions, the checks of
`doctor`, what its line carries. Used by the jobs that help from afar.
"""

from __future__ import annotations

import asyncio
import contextlib
import platform
from collections.abc import Sequence

import msgspec

from session.core.child_process import NO_WINDOW, own_python
from session.core.errors import HubUnreachable
from session.core.program_version import program_version
from session.protocol.helpdesk.remote_help import LINE_LETTERS, RemoteFact, RemoteResult
from session.protocol.hub.line_rates import LineRates

MOST_FACTS = 60


def program_facts() -> list[RemoteFact]:
    """Versions of the program and of what it runs on."""
    return [
        RemoteFact(name="version", value=program_version() or "?"),
        RemoteFact(name="system", value=platform.platform()[:LINE_LETTERS]),
        RemoteFact(name="python", value=platform.python_version()),
    ]


def log_result(lines: Sequence[str]) -> RemoteResult:
    """The last lines of the developer log."""
    return RemoteResult(lines=tuple(line[:LINE_LETTERS] for line in lines))


def line_result(rates: LineRates | None) -> RemoteResult:
    """Return what the line carries; None: it could not be measured."""
    if rates is None:
        return RemoteResult(code=HubUnreachable.code)
    figures = {"up_kbps": rates.up_kbps, "down_kbps": rates.down_kbps, "rtt_ms": rates.rtt_ms}
    return RemoteResult(
        facts=tuple(RemoteFact(name=name, value=f"{value:g}") for name, value in figures.items())
    )


def doctor_command(folder: str) -> list[str]:
    """The command line of `doctor` for an installation; `folder`: "" for the usual places."""
    if folder:
        place = ["--folder", folder]
    else:
        place = []
    return [*own_python(), "-m", "expert_app", "doctor", "--json", *place]


async def doctor_result(command: Sequence[str]) -> RemoteResult:
    """In a process of its own: it looks at cameras too. Raises `OSError`."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        creationflags=NO_WINDOW,
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    try:
        checks = msgspec.json.decode(output, type=_DoctorOutput).checks
    except msgspec.MsgspecError:
        return RemoteResult(code="unexpected")
    return RemoteResult(
        facts=tuple(
            RemoteFact(
                name=check.name.replace("-", "_")[:60],
                value=check.sentence[:LINE_LETTERS],
                code="" if check.level == "ok" else check.level,
            )
            for check in checks[:MOST_FACTS]
        )
    )


class _DoctorCheck(msgspec.Struct):
    name: str
    level: str
    sentence: str = ""


class _DoctorOutput(msgspec.Struct):
    checks: list[_DoctorCheck]
