# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app conformance`: one run from the command line. English, as the protocol's document."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from expert_app.conformance.driver import Driver, PersonDriver, driver_program
from expert_app.conformance.findings import Finding, Verdict, as_text, write_reports
from expert_app.conformance.rules import ProtocolLevel
from expert_app.conformance.run import DESK, KIOSK, RunListener, TriedEnd, try_end
from expert_app.conformance.stage import Stage
from expert_app.conformance.throw_away_hub import LOOPBACK
from expert_app.runtime.command_line import Argument, CommonOptions, OneOf
from resources.texts import use_language
from resources.this_machine import as_here
from session.core.errors import SessionError

END = OneOf("end", is_required=True)


@dataclass(frozen=True, kw_only=True)
class TryOptions:
    """The options of a trial."""

    kiosk: Annotated[bool, Argument("what is tried: a kiosk", one_of=END)] = False
    desk: Annotated[bool, Argument("what is tried: an agent's desk", one_of=END)] = False
    levels: Annotated[
        str,
        Argument(
            "talk,page,papers,hostile and, of a kiosk, sealed (default: all)",
            "LEVELS",
            name="--level",
        ),
    ] = ""
    rules: Annotated[
        tuple[str, ...], Argument("only what tries this rule", "NUMBER", name="--rule")
    ] = ()
    driver: Annotated[str, Argument("presses the buttons; else a person", "COMMAND")] = ""
    code_file: Annotated[
        Path | None, Argument("write the bus's address and the code here", "FILE")
    ] = None
    address: Annotated[
        str,
        Argument("where another machine reaches this one: over TLS, with an authority of its own"),
    ] = LOOPBACK
    patience: Annotated[float, Argument("how many times longer everything may take")] = 1.0
    junit: Annotated[Path | None, Argument("report as JUnit's XML", "FILE")] = None
    json: Annotated[Path | None, Argument("report for programs", "FILE")] = None

    @property
    def end(self) -> str:
        """The end that is tried."""
        return "desk" if self.desk else "kiosk"


def run_conformance(common: CommonOptions, options: TryOptions) -> int:
    """Try a kiosk or a desk.

    Returns:
        0: every rule was kept that the command line asks for; 1: one was broken, or nothing could
        be tried; 2: the command line is wrong; 3: none was broken, and some could not be tried.
    """
    use_language("en")  # as the protocol's document is
    if options.desk:
        return _run(DESK, options, common.folder)
    return _run(KIOSK, options, common.folder)


def _run[On: Stage](end: TriedEnd[On], options: TryOptions, folder: Path | None) -> int:
    names = [name.strip() for name in options.levels.split(",") if name.strip()]
    if wrong := [name for name in names if name not in [*ProtocolLevel]]:
        print(
            f"No level {', '.join(wrong)}; there are {', '.join(ProtocolLevel)}.", file=sys.stderr
        )
        return 2
    if unknown := [rule for rule in options.rules if rule not in end.rules]:
        words = as_here(f"No rule {', '.join(unknown)}; see docs/conformance.md.")
        print(words, file=sys.stderr)
        return 2
    levels = [ProtocolLevel(name) for name in names] or [*ProtocolLevel]
    try:
        findings = asyncio.run(_findings(end, options, levels, folder))
    except SessionError as error:
        print(f"The hub cannot start: {error.code} {error.detail}", file=sys.stderr)
        return 1
    print(as_text(findings))
    write_reports(findings, junit=options.junit, json=options.json)
    return exit_code(findings, options.rules)


def exit_code(findings: list[Finding], rules: Collection[str] = ()) -> int:
    """Return what `run_conformance` says; `rules`: those asked for, empty for all."""
    verdicts = {finding.verdict for finding in findings}
    if Verdict.BROKEN in verdicts or Verdict.KEPT not in verdicts:
        return 1
    kept_rules = {finding.rule for finding in findings if finding.verdict is Verdict.KEPT}
    requested = rules or {finding.rule for finding in findings}
    if kept_rules.issuperset(requested):
        return 0
    return 3


async def _findings[On: Stage](
    end: TriedEnd[On], options: TryOptions, levels: list[ProtocolLevel], folder: Path | None
) -> list[Finding]:
    def on_code(address: str, code: str) -> None:
        if options.code_file is not None:
            options.code_file.write_text(f"{address} {code}\n", encoding="ascii")
        print(f"The bus is at {address}; the {options.end}'s code is {code}.", flush=True)

    listener = RunListener(code=on_code, progress=lambda name: print(f"... {name}", flush=True))
    async with contextlib.AsyncExitStack() as stack:
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        driver: Driver = PersonDriver()
        if options.driver:
            driver = await stack.enter_async_context(driver_program(options.driver))
        return await try_end(
            end,
            folder,
            driver,
            cases=end.chosen(levels, options.rules),
            patience=options.patience,
            address=options.address,
            listener=listener,
        )
