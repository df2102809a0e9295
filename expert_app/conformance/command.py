# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app conformance`: one run from the command line. English, as the protocol's document."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from expert_app.conformance.desks.instructions import words_of_desk_instruction
from expert_app.conformance.desks.rules import DESK_RULES
from expert_app.conformance.desks.run import DESK_CASES, chosen_for_desk, try_desk
from expert_app.conformance.driver import Driver, PersonDriver, driver_program
from expert_app.conformance.findings import Finding, Verdict, as_text, write_reports
from expert_app.conformance.kiosks.run import CASES, chosen, try_kiosk
from expert_app.conformance.playing import PlayListener
from expert_app.conformance.rules import RULES, ProtocolLevel, Rule
from expert_app.conformance.throw_away_hub import LOOPBACK
from session.core.errors import SessionError


@dataclass(frozen=True, kw_only=True)
class TryOptions:
    """The options of a trial, as the command line says.

    Attributes:
        end: what is tried.
        levels: with commas, "" for all that there are.
        address: of this machine, under which the end under test reaches it.
    """

    end: Literal["kiosk", "desk"] = "kiosk"
    levels: str = ""
    rules: tuple[str, ...] = ()
    driver: str = ""
    code_file: Path | None = None
    patience: float = 1.0
    address: str = LOOPBACK
    junit: Path | None = None
    json: Path | None = None
    folder: Path | None = None


def run_conformance(options: TryOptions) -> int:
    """Try a kiosk or a desk.

    Returns:
        0: every rule was kept that the command line asks for; 1: one was broken, or nothing could
        be tried; 2: the command line is wrong; 3: none was broken, and some could not be tried.
    """
    names = [name.strip() for name in options.levels.split(",") if name.strip()]
    known_levels = [level for level in ProtocolLevel if level in _cases(options)]
    if wrong := [name for name in names if name not in known_levels]:
        print(f"No level {', '.join(wrong)}; there are {', '.join(known_levels)}.", file=sys.stderr)
        return 2
    if unknown := [rule for rule in options.rules if rule not in _rules(options)]:
        print(f"No rule {', '.join(unknown)}; see docs/conformance.md.", file=sys.stderr)
        return 2
    levels = [ProtocolLevel(name) for name in names] or known_levels
    try:
        findings = asyncio.run(_run(options, levels))
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


def _cases(options: TryOptions) -> Collection[ProtocolLevel]:
    """The levels of which there are cases."""
    return (DESK_CASES if options.end == "desk" else CASES).keys()


def _rules(options: TryOptions) -> Mapping[str, Rule]:
    if options.end == "desk":
        return DESK_RULES
    return RULES


async def _run(options: TryOptions, levels: list[ProtocolLevel]) -> list[Finding]:
    def on_code(address: str, code: str) -> None:
        if options.code_file is not None:
            options.code_file.write_text(f"{address} {code}\n", encoding="ascii")
        print(f"The bus is at {address}; the {options.end}'s code is {code}.", flush=True)

    listener = PlayListener(code=on_code, progress=lambda name: print(f"... {name}", flush=True))
    async with contextlib.AsyncExitStack() as stack:
        folder = options.folder
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        driver: Driver
        if options.driver:
            driver = await stack.enter_async_context(driver_program(options.driver))
        else:
            driver = PersonDriver(words=words_of_desk_instruction)
        both: dict[str, Any] = {
            "patience": options.patience,
            "address": options.address,
            "listener": listener,
        }
        if options.end == "desk":
            cases = chosen_for_desk(levels, options.rules)
            return await try_desk(folder, driver, cases=cases, **both)
        return await try_kiosk(folder, driver, cases=chosen(levels, options.rules), **both)
