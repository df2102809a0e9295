# SPDX-License-Identifier: GPL-3.0-only
"""Polls whether partners' networks can be reached and take our callers.
Used by `session.hub.network.outgoing_callers`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from session.core.errors import (
    BusUnreachable,
    HubUnreachable,
    NotAllowed,
    ServiceUnknown,
    SessionError,
    VaultOutOfReach,
)
from session.core.tasks import Tasks
from session.hub.convention.catalogue import Catalogue
from session.hub.monitoring.health import Trouble
from session.protocol.hub.partner_links import ArrivalCheck

log = logging.getLogger(__name__)

POLL_S = 15.0

ANY = "any"
"""Service of a question that is only asked to hear an answer, where the convention sends nobody
over.
"""

Ask = Callable[[ArrivalCheck], Awaitable[None]]


class PartnerWatch:
    """A watch over the links: what is wrong with them,
    as of the last poll.

    Args:
        ask: the other network's answer to one `ArrivalCheck`;
            raises what it says, `HubUnreachable` without one.
    """

    def __init__(self, catalogue: Catalogue, ask: Ask, *, tasks: Tasks) -> None:
        self._catalogue = catalogue
        self._ask = ask
        self._tasks = tasks
        self._troubles: list[Trouble] = []
        self._polling: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to poll."""
        self._polling = self._tasks.keep(self._run, name="watch the links")

    def stop(self) -> None:
        """Ends the polling."""
        if self._polling is not None:
            self._polling.cancel()
            self._polling = None

    def troubles(self) -> list[Trouble]:
        """`partner_away`: no word crosses.
        `partner_refuses`: our convention sends callers there, theirs takes none.

        Neither is grave: callers keep their place here, and who wants to send them over reads why
        it cannot be.
        """
        return list(self._troubles)

    async def poll(self) -> None:
        """Asks every partner once; it takes as long as the slowest network's answer."""
        questions = self._questions()
        answers = await asyncio.gather(
            *(self._of(network, checks) for network, checks in questions.items())
        )
        before, self._troubles = (
            self._troubles,
            [trouble for troubles in answers for trouble in troubles],
        )
        for trouble in self._troubles:
            if trouble not in before:
                log.warning("%s", _words(trouble))
        for trouble in before:
            if trouble not in self._troubles:
                log.warning("no longer %s", _words(trouble))

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(POLL_S)  # a partner that starts when we do is not away
            await self.poll()

    async def _of(self, network: str, questions: list[ArrivalCheck]) -> list[Trouble]:
        refused: dict[str, Trouble] = {}
        for request in questions:
            try:
                await self._ask(request)
            except BusUnreachable:
                # our own server is away, which is reported elsewhere; nothing is known of theirs
                return []
            except HubUnreachable:
                return [Trouble("partner_away", False, {"network": network})]
            except (NotAllowed, ServiceUnknown, VaultOutOfReach) as error:
                if request.service != ANY:
                    why = str(error.detail.get("why", error.code))
                    detail: dict[str, str | int] = {
                        "network": network,
                        "organisation": request.organisation,
                        "why": why,
                    }
                    refused.setdefault(
                        request.organisation, Trouble("partner_refuses", False, detail)
                    )
            except (
                SessionError
            ) as error:  # a closed queue, a full disk: of today, and told to the sender of a caller
                log.debug("a partner answers %s", error.code)
        return list(refused.values())

    def _questions(self) -> dict[str, list[ArrivalCheck]]:
        """Return what is asked, by the network:
        each way that the convention opens, or one question to hear an answer.
        """
        catalogue, checks = self._catalogue, dict[str, dict[ArrivalCheck, None]]()
        for ours in catalogue.served:
            for service in catalogue.services(ours):
                for theirs, service_id in catalogue.transfer_targets(ours, service.id):
                    request = ArrivalCheck(
                        organisation=theirs, service=service_id, from_organisation=ours
                    )
                    checks.setdefault(catalogue.network_of(theirs), {})[request] = None
        for theirs in catalogue.organisations:
            request = ArrivalCheck(
                organisation=theirs,
                service=ANY,
                from_organisation=next(iter(catalogue.served), ANY),
            )
            checks.setdefault(catalogue.network_of(theirs), {request: None})
        checks.pop("", None)
        return {network: list(questions) for network, questions in checks.items()}


def _words(trouble: Trouble) -> str:
    return " ".join([trouble.code, *(f"{name}={value}" for name, value in trouble.detail.items())])
