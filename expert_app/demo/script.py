# SPDX-License-Identifier: GPL-3.0-only
"""A script's acts on the programs of a demo: it acts at one end and waits for what another end
observed. Used by the scripted walk and the end-to-end tests.
"""

from __future__ import annotations

import asyncio
import os
import time
from typing import Any

from expert_app.demo.run import Demo
from expert_app.demo.walk_proofs import Evidence, ProofMissing
from expert_app.runtime.child_programs import Child, ChildFailed

WAIT_S = 30.0
POLL_S = 0.05
MOST_BUSY = 4.0
BUSY = 3.0
"""So many programs that wait for each processor are worth a sentence where a step failed."""


def programs_per_processor() -> float:
    """Return how many programs wait for each processor, in the last minute; 1 where the system does
    not tell.
    """
    if not hasattr(os, "getloadavg"):
        return 1.0
    waiting: float = os.getloadavg()[0]
    return waiting / (os.cpu_count() or 1)


class Script:
    """Acts on a running `Demo`."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo

    async def fact(
        self, child: Child, name: str, *, timeout_s: float = WAIT_S, **expected: Any
    ) -> Evidence:
        """Waits until `child` has observed `name` with the wanted values; longer on a busy machine.

        Raises:
            ProofMissing: it did not in `timeout_s`; says what was there instead, and what was
                observed last.
        """
        facts: dict[str, Evidence] = {}
        observation: Evidence = {}
        timeout_s *= min(MOST_BUSY, max(1.0, programs_per_processor()))
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            facts = await child.ask("facts")
            observation = facts.get(name, {})
            if observation and all(
                _fits(observation.get(key), value) for key, value in expected.items()
            ):
                return observation
            await asyncio.sleep(POLL_S)
        raise ProofMissing(
            f"{child.name} did not observe {name} {expected or ''} in {timeout_s:.0f} s; it has "
            f"{observation}; the last it observed: {latest_facts(facts)}"
        )

    async def click(self, child: Child, name: str, timeout_s: float = 10.0) -> None:
        """Clicks a widget as soon as it is there and enabled."""
        end = time.monotonic() + timeout_s
        while True:
            try:
                await child.ask("click", name=name)
                return
            except ChildFailed as error:
                if time.monotonic() > end:
                    visible = await child.ask("visible")
                    raise ProofMissing(f"{error}; on screen: {', '.join(visible)}") from error
            await asyncio.sleep(POLL_S)

    async def allow(self, ask: str, grant: str) -> None:
        """The agent asks for powers ("scan keep"), or does what needs them; the caller touches yes,
        the desk hears it.
        """
        await self.click(self._demo.desk, ask)
        await self.fact(self._demo.kiosk, "grant_asked", grant=grant)
        await self.click(self._demo.kiosk, "yes")
        for power in grant.split():
            await self.fact(self._demo.desk, f"grant_{power}", allowed=True)

    async def chosen(self, name: str, entry: str, timeout_s: float = 10.0) -> None:
        """Chooses an entry of a list as soon as it is open."""
        end = time.monotonic() + timeout_s
        while True:
            try:
                await self._demo.desk.ask("type", name=name, text=entry)
                return
            except ChildFailed:
                if time.monotonic() > end:
                    raise
            await asyncio.sleep(POLL_S)


def latest_facts(facts: dict[str, Evidence], most: int = 8) -> str:
    """The newest observations, with what they said."""
    newest = sorted(facts.items(), key=lambda fact: str(fact[1].get("seen_at_utc", "")))[-most:]
    return ", ".join(f"{name} {evidence}" for name, evidence in newest)


def _fits(value: Any, expected: Any) -> bool:
    if callable(expected):
        return value is not None and bool(expected(value))
    return bool(value == expected)
