# SPDX-License-Identifier: GPL-3.0-only
"""Carries copies of filed documents to an agency's document systems, for as long as it takes.
Used by hub and vault.

One task per system, so that one which hangs stops no other. A copy is claimed in the store, looked
for at the other end, sent when it is not there, and called delivered only with the id that the
system gave. Whatever is killed in between, the next courier looks first: at least once, and never
twice where the system can be asked.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from documents.store.deliveries import Parcel
from documents.store.dossier_store import DossierStore
from expert_app.ged.connector import (
    EVERYTHING_WAITS,
    FOR_A_PERSON,
    Connector,
    CopyArrived,
    NotDelivered,
    Outcome,
    Reason,
)
from expert_app.runtime.store_settings import GedSettings
from session.core.clock import Clock
from session.core.errors import SessionError, StoreUnreachable
from session.core.tasks import Tasks

log = logging.getLogger(__name__)

HOLD_S = 600.0
"""How long a claim holds: longer than all time limits of a delivery together."""

ASK_MOST_S = 300.0


class CourierPace(NamedTuple):
    """Seconds.

    Attributes:
        poll_s: between two questions to the store when nothing is due: another hub may have filed.
        ask_s: until a system is asked about a copy that it is taking; doubled each time, up to
            `ASK_MOST_S`.
    """

    poll_s: float = 5.0
    ask_s: float = 2.0


PACE = CourierPace()


class DeliveryTarget(NamedTuple):
    """A document system, and the way to it."""

    settings: GedSettings
    connector: Connector


class Courier:
    """All systems of one hub.

    Args:
        store: with the targets' names in its `targets`.
    """

    def __init__(
        self,
        store: DossierStore,
        targets: Sequence[DeliveryTarget],
        *,
        clock: Clock,
        tasks: Tasks,
        pace: CourierPace = PACE,
    ) -> None:
        self._tasks = tasks
        self._couriers = [
            _TargetCourier(store, target, clock=clock, pace=pace) for target in targets
        ]
        self._running: list[asyncio.Task[None]] = []

    @property
    def away(self) -> dict[str, str]:
        """Systems that take nothing now, and why (a `Reason`)."""
        return {courier.name: courier.away for courier in self._couriers if courier.away}

    def start(self) -> None:
        """Begins to carry."""
        for courier in self._couriers:
            name = f"deliver to {courier.name}"
            self._running.append(self._tasks.keep(courier.run, name=name))

    def wake(self) -> None:
        """Something was filed, or somebody asked for another try."""
        for courier in self._couriers:
            courier.wake()

    async def stop(self) -> None:
        """Stops; a copy that is on its way is looked for by the next courier."""
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=5.0)
        for courier in self._couriers:
            await courier.close()


class _TargetCourier:
    """Copies for one system, one after the other."""

    def __init__(
        self, store: DossierStore, target: DeliveryTarget, *, clock: Clock, pace: CourierPace
    ) -> None:
        self._store = store
        self._target = target
        self._clock = clock
        self._pace = pace
        self._awake = asyncio.Event()
        self._failures = 0
        self.away = ""
        self._asked: dict[str, int] = {}

    @property
    def name(self) -> str:
        """The system's."""
        return self._target.settings.name

    def wake(self) -> None:
        """Looks now; also a system that was away is tried again."""
        self._awake.set()

    async def close(self) -> None:
        """Ends the connections."""
        await self._target.connector.close()

    async def run(self) -> None:
        """Carries until it is cancelled."""
        settings = self._target.settings
        if settings.earlier:
            await self._persistently_add_earlier()
        while True:
            if self._asked:
                wait_s = self._pace.ask_s
            else:
                wait_s = self._pace.poll_s
            try:
                parcel = await ended_in_thread(
                    self._store.deliveries.claim,
                    settings.organisation,
                    settings.name,
                    self._clock.utc_now(),
                    HOLD_S,
                )
                if parcel is not None:
                    wait_s = await self._carry(parcel)
            except StoreUnreachable as error:
                log.warning("deliveries wait for the store: %s", error.detail.get("why", ""))
            if wait_s:
                await self._sleep(wait_s)

    async def _sleep(self, wait_s: float) -> None:
        try:
            async with asyncio.timeout(wait_s):
                await self._awake.wait()
        except TimeoutError:
            return
        self._awake.clear()
        self._failures = 0

    async def _persistently_add_earlier(self) -> None:
        settings = self._target.settings
        while True:
            try:
                count = await ended_in_thread(
                    self._store.deliveries.add_earlier,
                    settings.organisation,
                    settings.name,
                    self._clock.utc_now(),
                )
            except StoreUnreachable:
                await asyncio.sleep(self._pace.poll_s)
            else:
                if count:
                    log.info(
                        "%d documents of before are to be delivered to %s", count, settings.name
                    )
                return

    async def _carry(self, parcel: Parcel) -> float:
        """One step of one copy; how long to rest then."""
        keep = self._store.deliveries
        try:
            outcome = await self._step(parcel)
        except NotDelivered as trouble:
            return await self._on_trouble(parcel, trouble)
        except asyncio.CancelledError:
            await ended_in_thread(keep.release, parcel.delivery, self._clock.utc_now())
            raise
        self._failures = 0
        self.away = ""
        now = self._clock.utc_now()
        if isinstance(outcome, CopyArrived):
            self._asked.pop(parcel.receipt, None)
            await ended_in_thread(keep.delivered, parcel.delivery, outcome.remote_id, now)
            log.info("a document was delivered to %s", self.name)
            return 0.0
        times = self._asked[outcome.receipt] = self._asked.get(outcome.receipt, -1) + 1
        next_ask = now + timedelta(
            seconds=min(self._pace.ask_s * 2.0 ** min(times, 10), ASK_MOST_S)
        )
        await ended_in_thread(keep.under_way, parcel.delivery, outcome.receipt, next_ask, now)
        return 0.0

    async def _step(self, parcel: Parcel) -> Outcome:
        connector = self._target.connector
        if parcel.receipt:
            return await connector.ask(parcel.receipt)
        remote_id = await connector.find(parcel)
        if remote_id:
            return CopyArrived(remote_id)
        try:
            data = await ended_in_thread(self._store.read, parcel.organisation, parcel.document.id)
        except StoreUnreachable as error:
            raise NotDelivered(Reason.STORE, str(error.detail.get("why", ""))) from error
        except SessionError as error:
            raise NotDelivered(Reason.DAMAGED, str(error.detail.get("why", error.code))) from error
        return await connector.send(parcel, data)

    async def _on_trouble(self, parcel: Parcel, trouble: NotDelivered) -> float:
        self._asked.pop(parcel.receipt, None)
        now = self._clock.utc_now()
        everything = trouble.reason in EVERYTHING_WAITS
        if everything:
            self._failures = self._failures + 1
        else:
            self._failures = 0
        if everything:
            self.away = trouble.reason.value
        else:
            self.away = ""
        tries = max(parcel.tries, self._failures - 1)
        wait_s = max(self._wait_s(tries), trouble.again_s)
        next_try: datetime | None = now + timedelta(seconds=wait_s)
        if trouble.reason in FOR_A_PERSON:
            next_try = None
        log.warning("a document was not delivered to %s: %s", self.name, trouble.reason)
        failed = self._store.deliveries.failed
        reason, words = trouble.reason.value, trouble.words
        await ended_in_thread(failed, parcel.delivery, reason, words, next_try=next_try, now=now)
        if everything:
            return wait_s
        return 0.0

    def _wait_s(self, tries: int) -> float:
        """Doubled with each try, spread so that many hubs do not come at once."""
        settings = self._target.settings
        longest = settings.tries_most_s
        if tries > 30:
            wait_s = longest
        else:
            wait_s = min(settings.tries_from_s * 2.0**tries, longest)
        return wait_s * random.uniform(0.8, 1.0)


async def ended_in_thread[**Given, Result](
    work: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs
) -> Result:
    """Runs `work` in a thread; a caller that is cancelled meanwhile waits for its end, so that
    nobody uses a closed store.
    """
    running = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


def targets_of(settings: Sequence[GedSettings]) -> dict[str, tuple[str, ...]]:
    """By organisation, the names of its systems: what the store orders copies for."""
    targets: dict[str, tuple[str, ...]] = {}
    for system in settings:
        targets[system.organisation] = (*targets.get(system.organisation, ()), system.name)
    return targets
