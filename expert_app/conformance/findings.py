# SPDX-License-Identifier: GPL-3.0-only
"""The findings for each rule, and their report: terminal, JUnit's XML, JSON. Used by `run`."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from pathlib import Path
from xml.etree import ElementTree

import msgspec

from expert_app.conformance.rules import KIOSK_RULES, ProtocolLevel, Rule
from resources.this_machine import as_here

POLL_S = 0.02


class Verdict(StrEnum):
    """The outcome of a rule. Untried: something that it needs was not there."""

    KEPT = "kept"
    BROKEN = "broken"
    UNTRIED = "untried"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One rule and what was seen."""

    rule: str
    level: ProtocolLevel
    verdict: Verdict
    sentence: str
    under: str
    seen: str = ""


class RuleBroken(Exception):
    """The end under test has broken a rule, so that the rest of the case makes no sense."""


class Findings:
    """Verdicts of one run; a rule that was broken once stays broken.

    Args:
        patience: how many times longer than usual the end under test may take.
        ends_at_first: a case ends with the first rule that is broken, whichever it is.
        rules: those of the end that is tried.
    """

    def __init__(
        self,
        patience: float = 1.0,
        *,
        ends_at_first: bool = False,
        rules: Mapping[str, Rule] = KIOSK_RULES,
    ) -> None:
        self.patience = patience
        self.rules = rules
        self._ends_at_first = ends_at_first
        self._verdicts: dict[str, tuple[Verdict, str]] = {}

    def check(self, rule: str, is_kept: bool, evidence: str = "") -> bool:
        """Notes what was found of a rule; whether it was kept. Raises `RuleBroken` where a case
        ends with the first one.
        """
        if is_kept:
            before = self._verdicts.get(rule)
            if before is None or before[0] is Verdict.UNTRIED:
                self._verdicts[rule] = (Verdict.KEPT, "")
        elif self.rules[rule]:
            self._verdicts[rule] = (Verdict.BROKEN, evidence)
            if self._ends_at_first:
                raise RuleBroken(rule)
        return is_kept

    def demand(self, rule: str, is_kept: bool, evidence: str = "") -> None:
        """Note a finding as `check` does; the case ends when it was not kept.
        Raises `RuleBroken`.
        """
        if not self.check(rule, is_kept, evidence):
            raise RuleBroken(rule)

    async def seen[Sight](self, condition: Callable[[], Sight], within_s: float) -> Sight:
        """Return what the condition says once that is true, or when the time is over."""
        sight = condition()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s * self.patience):
                while not sight:
                    await asyncio.sleep(POLL_S)
                    sight = condition()
        return sight

    async def expect(
        self,
        rule: str,
        condition: Callable[[], object],
        *,
        within_s: float = 10,
        otherwise: str | Callable[[], str],
    ) -> bool:
        """Check that the condition comes true in time; the case goes on either way.
        `otherwise`: the evidence, also as a function that gives it when the time is over.
        """
        is_kept = bool(await self.seen(condition, within_s))
        if callable(otherwise):
            otherwise = otherwise()
        return self.check(rule, is_kept, otherwise)

    async def eventually(
        self,
        rule: str,
        condition: Callable[[], object],
        *,
        within_s: float = 15,
        otherwise: str | Callable[[], str],
    ) -> None:
        """Check as `expect` does; the case ends when the rule is not kept. Raises `RuleBroken`."""
        if not await self.expect(rule, condition, within_s=within_s, otherwise=otherwise):
            raise RuleBroken(rule)

    async def never(
        self, rule: str, condition: Callable[[], object], *, for_s: float, otherwise: str
    ) -> None:
        """The rule is kept when the condition stays false so long; the case goes on either way."""
        self.check(rule, not bool(await self.seen(condition, for_s)), otherwise)

    def leave_untried(self, rules: Collection[str], why: str) -> None:
        """Note that what has no verdict yet could not be tried."""
        for rule in rules:
            self._verdicts.setdefault(rule, (Verdict.UNTRIED, why))

    def all(self) -> list[Finding]:
        """By number."""
        return [
            Finding(
                rule=number,
                level=self.rules[number].level,
                verdict=verdict,
                sentence=self.rules[number].sentence,
                under=self.rules[number].under,
                seen=evidence,
            )
            for number, (verdict, evidence) in sorted(self._verdicts.items())
        ]

    @property
    def broken(self) -> list[str]:
        """Numbers of the rules that were broken."""
        return [finding.rule for finding in self.all() if finding.verdict is Verdict.BROKEN]


def level_words(findings: list[Finding]) -> list[str]:
    """Return a line for each level that was tried: what was not tried is not kept."""
    lines = []
    for level in ProtocolLevel:
        verdicts = [finding.verdict for finding in findings if finding.level is level]
        if not verdicts:
            continue
        broken, untried = verdicts.count(Verdict.BROKEN), verdicts.count(Verdict.UNTRIED)
        if broken:
            lines.append(f"level {level}: broken ({broken} rules)")
        elif untried:
            lines.append(f"level {level}: not shown ({untried} rules not tried)")
        else:
            lines.append(f"level {level}: kept")
    return lines


_MARKS = {Verdict.KEPT: "ok  ", Verdict.BROKEN: "FAIL", Verdict.UNTRIED: "--  "}


def as_text(findings: list[Finding]) -> str:
    """Return the findings as text for a terminal."""
    lines = []
    for finding in findings:
        lines.append(f"{_MARKS[finding.verdict]} {finding.rule} {finding.sentence}")
        if finding.verdict is not Verdict.KEPT:
            page = as_here("docs/protocol.md")
            lines.append(f"          {finding.seen} ({page}, “{finding.under}”)")
    counts = [
        f"{sum(candidate.verdict is verdict for candidate in findings)} {verdict}"
        for verdict in Verdict
    ]
    return "\n".join([*lines, ", ".join(counts), *level_words(findings)])


def as_junit(findings: list[Finding]) -> bytes:
    """Return the findings as JUnit's XML, which every build server reads."""
    suites = ElementTree.Element("testsuites")
    for level in ProtocolLevel:
        of_level = [candidate for candidate in findings if candidate.level is level]
        if not of_level:
            continue
        suite = ElementTree.SubElement(
            suites,
            "testsuite",
            name=f"conformance.{level}",
            tests=str(len(of_level)),
            failures=str(sum(candidate.verdict is Verdict.BROKEN for candidate in of_level)),
            skipped=str(sum(candidate.verdict is Verdict.UNTRIED for candidate in of_level)),
        )
        for finding in of_level:
            name = f"{finding.rule} {finding.sentence}"
            case = ElementTree.SubElement(
                suite, "testcase", classname=f"conformance.{level}", name=name
            )
            if finding.verdict is Verdict.BROKEN:
                ElementTree.SubElement(
                    case, "failure", message=finding.sentence
                ).text = finding.seen
            elif finding.verdict is Verdict.UNTRIED:
                ElementTree.SubElement(case, "skipped", message=finding.seen)
    return bytes(ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True))


def as_json(findings: list[Finding]) -> bytes:
    """Return the findings as JSON for programs."""
    return msgspec.json.format(msgspec.json.encode(findings), indent=2)


def write_reports(findings: list[Finding], *, junit: Path | None, json: Path | None) -> None:
    """Writes the files that are wanted."""
    if junit is not None:
        junit.write_bytes(as_junit(findings))
    if json is not None:
        json.write_bytes(as_json(findings))
