# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app conformance`: one run from the command line. English, as the protocol's document."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from expert_app.conformance.driver import Driver, PersonDriver, driver_program
from expert_app.conformance.findings import Finding, Verdict, as_text, write_reports
from expert_app.conformance.rules import RULES, KioskLevel
from expert_app.conformance.run import CASES, chosen, try_kiosk
from session.core.errors import SessionError


@dataclass(frozen=True, kw_only=True)
class TryOptions:
    """What the command line says. `levels`: with commas, "" for all that there are."""

    levels: str = ""
    rules: tuple[str, ...] = ()
    driver: str = ""
    code_file: Path | None = None
    patience: float = 1.0
    junit: Path | None = None
    json: Path | None = None
    folder: Path | None = None


def run_conformance(options: TryOptions) -> int:
    """Tries a kiosk; 0 when every rule was kept, 1 when one was broken or nothing could be tried,
    2 when the command line is wrong.
    """
    names = [name.strip() for name in options.levels.split(",") if name.strip()]
    known = [level for level in KioskLevel if level in CASES]
    if wrong := [name for name in names if name not in known]:
        print(f"No level {', '.join(wrong)}; there are {', '.join(known)}.", file=sys.stderr)
        return 2
    if unknown := [rule for rule in options.rules if rule not in RULES]:
        print(f"No rule {', '.join(unknown)}; see docs/conformance.md.", file=sys.stderr)
        return 2
    levels = [KioskLevel(name) for name in names] or known
    try:
        findings = asyncio.run(_run(options, levels))
    except SessionError as error:
        print(f"The hub cannot start: {error.code} {error.detail}", file=sys.stderr)
        return 1
    print(as_text(findings))
    write_reports(findings, junit=options.junit, json=options.json)
    verdicts = {one.verdict for one in findings}
    return 0 if Verdict.BROKEN not in verdicts and Verdict.KEPT in verdicts else 1


async def _run(options: TryOptions, levels: list[KioskLevel]) -> list[Finding]:
    def on_code(address: str, code: str) -> None:
        if options.code_file is not None:
            options.code_file.write_text(f"{address} {code}\n", encoding="ascii")
        print(f"The bus is at {address}; the kiosk's code is {code}.", flush=True)

    async with contextlib.AsyncExitStack() as stack:
        folder = options.folder
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        driver: Driver = PersonDriver()
        if options.driver:
            driver = await stack.enter_async_context(driver_program(options.driver))
        return await try_kiosk(
            folder,
            driver,
            cases=chosen(levels, options.rules),
            patience=options.patience,
            on_code=on_code,
            progress=lambda name: print(f"... {name}", flush=True),
        )
