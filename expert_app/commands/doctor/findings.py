# SPDX-License-Identifier: GPL-3.0-only
"""The result of a check, how all are printed, and the checks of every machine. Used by the checks
of `expert-app doctor`.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from resources.texts import _
from session.core.program_version import program_version
from views.words.releases import package_words

WAIT_S = 9.0


@dataclass(frozen=True)
class CheckResult:
    """Result of one check.

    Attributes:
        name: what was checked.
        level: "ok", "absent" (not configured, or no such device: the rest works) or "wrong".
        sentence: what was found and what to do, in the person's language.
    """

    name: str
    level: str
    sentence: str


async def check_bus(addresses: list[str]) -> CheckResult:
    """Connects to each address of the bus and reads the server's greeting."""
    wrong = []
    for address in addresses:
        parts = urlsplit(address)
        host, port = parts.hostname or "127.0.0.1", parts.port or 4222
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        try:
            reader, writer = await asyncio.wait_for(asyncio.open_connection(host, port), WAIT_S)
            try:
                if parts.scheme == "nats":
                    greeting = await asyncio.wait_for(reader.readline(), WAIT_S)
                else:
                    greeting = b"INFO "
            finally:
                writer.close()
            if greeting.startswith(b"INFO "):
                return CheckResult(
                    "bus", "ok", _("The bus answers at {address}.").format(address=place)
                )
            wrong.append(place)
        except (OSError, TimeoutError, ValueError):  # or a first line without end
            wrong.append(place)
    sentence = _(
        "No bus answers at {address}: check that the hub runs and that a firewall lets this port "
        "through."
    )
    return CheckResult("bus", "wrong", sentence.format(address=", ".join(wrong)))


def check_packages(others: Mapping[str, str]) -> CheckResult | None:
    """Return which Debian packages are not of the programs' version; None where none is."""
    words = package_words(others, program_version())
    if not words:
        return None
    return CheckResult("packages", "wrong", words)


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Meanwhile nothing is written to standard error: the sound libraries under Qt say there, in
    English, which servers they did not find.
    """
    sys.stderr.flush()
    before, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nowhere)


def report(findings: list[CheckResult], as_json: bool) -> int:
    """Prints the results; 0 when nothing is wrong."""
    is_well = all(finding.level != "wrong" for finding in findings)
    if as_json:
        rows = [asdict(finding) for finding in findings]
        print(json.dumps({"ok": is_well, "checks": rows}, ensure_ascii=False, indent=1))
    else:
        signs = {"ok": _("[ok]"), "absent": _("[note]"), "wrong": _("[WRONG]")}
        for finding in findings:
            print(f"{signs[finding.level]:<9} {finding.name:<11} {finding.sentence}")
    sys.stdout.flush()
    return int(not is_well)
