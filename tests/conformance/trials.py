# SPDX-License-Identifier: GPL-3.0-only
"""Tries every wrong end by the story of the rule that it breaks, several at once, each at a hub of
its own: they mostly wait. Used by the tests of wrong kiosks and wrong desks.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from expert_app.conformance.findings import Findings
from expert_app.conformance.rules import ProtocolLevel
from expert_app.conformance.run import TriedEnd, try_at
from expert_app.conformance.site import page_site
from expert_app.conformance.stage import Stage
from expert_app.conformance.throw_away_hub import ThrowAwayHub
from session.hub.access.identities import Identity
from tests.conformance.wrong_ends import WrongEnds


@dataclass(kw_only=True)
class Trials[On: Stage]:
    """The trials of one kind of end.

    Attributes:
        hubs: how many run at once; `patience`: how long each is waited for.
        any_story: a rule whose story is played for what is found after any story.
        busy_after: the rule that leaves the hub's agent busy, "" for none.
        broken: what it does wrong -> the rules that it broke.
    """

    end: TriedEnd[On]
    wrong_ends: WrongEnds[Any]
    hubs: int
    patience: float
    any_story: str
    busy_after: str = ""
    broken: dict[str, list[str]] = field(default_factory=dict)

    async def run(self, folder: Path) -> dict[str, set[str]]:
        """Tries all; returns those that broke other rules than theirs."""
        left = [*self.wrong_ends.all]
        async with asyncio.TaskGroup() as side_by_side:
            for n in range(self.hubs):
                side_by_side.create_task(self._work(folder / f"hub{n}", left))
        unlike = {}
        for wrong, (rule, _end) in self.wrong_ends.all.items():
            # what the hub or our end refuses is wrong in itself, too
            broken = {*self.broken[wrong]} - ({f"{rule[0]}-107"} - {rule})
            if broken != {rule}:
                unlike[wrong] = broken
        return unlike

    async def _work(self, folder: Path, left: list[str]) -> None:
        folder.mkdir()
        with page_site() as pages:
            while left:
                place = folder / f"{len(left)}"
                place.mkdir()
                identity = self._identity(left[-1])
                async with ThrowAwayHub(place, pages, tried=identity).running() as world:
                    is_busy = False
                    while left and not is_busy and self._identity(left[-1]) == identity:
                        wrong = left.pop()
                        self.broken[wrong] = await self._try(world, place / f"{len(left)}", wrong)
                        is_busy = self.wrong_ends.all[wrong][0] == self.busy_after

    def _identity(self, wrong: str) -> Identity:
        rule, _end = self.wrong_ends.all[wrong]
        if self.end.rules[rule].level is ProtocolLevel.SEALED:
            return self.end.sealed_identity
        return self.end.identity

    async def _try(self, world: ThrowAwayHub, folder: Path, wrong: str) -> list[str]:
        """The rules that a wrong end breaks until the first story ends."""
        rule, wrong_end = self.wrong_ends.all[wrong]
        is_of_any_story = rule[2:] in ("105", "106", "107")
        cases = self.end.chosen(rules=[self.any_story if is_of_any_story else rule])
        findings = Findings(self.patience, ends_at_first=True, rules=self.end.rules)
        folder.mkdir()
        await try_at(self.end, world, wrong_end(folder), cases=cases[:1], findings=findings)
        return findings.broken
