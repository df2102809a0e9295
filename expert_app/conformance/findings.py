# SPDX-License-Identifier: GPL-3.0-only
"""What was found of each rule, and its report: terminal, JUnit's XML, JSON. Used by `run`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from pathlib import Path
from xml.etree import ElementTree

import msgspec

from expert_app.conformance.rules import RULES, ProtocolLevel, Rule

POLL_S = 0.02


class Verdict(StrEnum):
    """What became of a rule. Untried: something that it needs was not there."""

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
        rules: Mapping[str, Rule] = RULES,
    ) -> None:
        self.patience, self.rules = patience, rules
        self._ends_at_first = ends_at_first
        self._verdicts: dict[str, tuple[Verdict, str]] = {}

    def check(self, rule: str, kept: bool, seen: str = "") -> bool:
        """Notes what was found of a rule; whether it was kept. Raises `RuleBroken` where a case
        ends with the first one.
        """
        if kept:
            before = self._verdicts.get(rule)
            if before is None or before[0] is Verdict.UNTRIED:
                self._verdicts[rule] = (Verdict.KEPT, "")
        elif self.rules[rule]:
            self._verdicts[rule] = (Verdict.BROKEN, seen)
            if self._ends_at_first:
                raise RuleBroken(rule)
        return kept

    def demand(self, rule: str, kept: bool, seen: str = "") -> None:
        """As `check`; the case ends when it was not kept. Raises `RuleBroken`."""
        if not self.check(rule, kept, seen):
            raise RuleBroken(rule)

    async def seen(self, condition: Callable[[], object], within_s: float) -> bool:
        """Whether the condition comes true in time."""
        try:
            async with asyncio.timeout(within_s * self.patience):
                while not condition():  # noqa: ASYNC110 - what is looked at has no event
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            return bool(condition())
        return True

    async def eventually(
        self, rule: str, condition: Callable[[], object], *, within_s: float, otherwise: str
    ) -> None:
        """The rule is kept when the condition comes true in time. Raises `RuleBroken`."""
        self.demand(rule, await self.seen(condition, within_s), otherwise)

    async def never(
        self, rule: str, condition: Callable[[], object], *, for_s: float, otherwise: str
    ) -> None:
        """The rule is kept when the condition stays false so long; the case goes on either way."""
        self.check(rule, not await self.seen(condition, for_s), otherwise)

    def leave_untried(self, rules: Collection[str], why: str) -> None:
        """What has no verdict yet could not be tried."""
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
                seen=seen,
            )
            for number, (verdict, seen) in sorted(self._verdicts.items())
        ]

    @property
    def broken(self) -> list[str]:
        """Numbers of the rules that were broken."""
        return [one.rule for one in self.all() if one.verdict is Verdict.BROKEN]


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
    """For a terminal."""
    lines = []
    for one in findings:
        lines.append(f"{_MARKS[one.verdict]} {one.rule} {one.sentence}")
        if one.verdict is not Verdict.KEPT:
            lines.append(f"          {one.seen} (docs/protocol.md, “{one.under}”)")
    counts = [f"{sum(one.verdict is verdict for one in findings)} {verdict}" for verdict in Verdict]
    return "\n".join([*lines, ", ".join(counts), *level_words(findings)])


def as_junit(findings: list[Finding]) -> bytes:
    """As JUnit's XML, which every build server reads."""
    suites = ElementTree.Element("testsuites")
    for level in ProtocolLevel:
        of_level = [one for one in findings if one.level is level]
        if not of_level:
            continue
        suite = ElementTree.SubElement(
            suites,
            "testsuite",
            name=f"conformance.{level}",
            tests=str(len(of_level)),
            failures=str(sum(one.verdict is Verdict.BROKEN for one in of_level)),
            skipped=str(sum(one.verdict is Verdict.UNTRIED for one in of_level)),
        )
        for one in of_level:
            name = f"{one.rule} {one.sentence}"
            case = ElementTree.SubElement(
                suite, "testcase", classname=f"conformance.{level}", name=name
            )
            if one.verdict is Verdict.BROKEN:
                ElementTree.SubElement(case, "failure", message=one.sentence).text = one.seen
            elif one.verdict is Verdict.UNTRIED:
                ElementTree.SubElement(case, "skipped", message=one.seen)
    return bytes(ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True))


def as_json(findings: list[Finding]) -> bytes:
    """For programs."""
    return msgspec.json.format(msgspec.json.encode(findings), indent=2)


def write_reports(findings: list[Finding], *, junit: Path | None, json: Path | None) -> None:
    """Writes the files that are wanted."""
    if junit is not None:
        junit.write_bytes(as_junit(findings))
    if json is not None:
        json.write_bytes(as_json(findings))
