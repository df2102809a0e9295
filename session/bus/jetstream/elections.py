# SPDX-License-Identifier: GPL-3.0-only
"""A cluster that has lost a leader is asked to elect another one at once.
Used by a hub whose bus is a cluster.

The servers' followers wait 4 to 9 s for a dead leader, by chance and without an option (nats-server
2.15, server/raft.go). A vote request of a later term, from somebody whose log is empty, gets
nobody's vote; but a follower whose log is longer then begins an election of its own within 0.1 to
0.8 s (processVoteRequest there; section 5.4.1 of Ongaro and Ousterhout, "In Search of an
Understandable Consensus Algorithm", 2014). Who leads is decided by the servers' own votes as ever,
so a wrong suspicion costs no more than an election too many.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import ssl
import struct
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set

import msgspec

from session.bus.transport.connection import Incoming, Line
from session.bus.transport.nkeys import elector_seed
from session.core.errors import HubUnreachable, SessionError
from session.core.tasks import Tasks

log = logging.getLogger(__name__)

INBOX = "_INBOX.elect"
STATES = "$SYS.REQ.SERVER.{}.RAFTZ"
"""What a server knows of the groups that it takes part in; "PING" asks all servers."""
VOTE = "$NRG.V."

PUBLISHES = (STATES.format("*"), f"{VOTE}*")
"""All that the elector may say; it may hear what comes to `INBOX`."""

ACCOUNTS = ("HUB", "SYS")
"""Whose groups there are: all streams are the hubs', and the servers' own group places them."""

LOOK_S = 0.5
SILENT_S = 1.5
"""A leader says something every second."""

GATHER_S = 0.8
"""A leader that has not answered by then is taken for dead, however busy it may be."""

ANSWER_S = 1.0
AGAIN_S, LONGER, LONGEST_S = 2.0, 6.0, 60.0
"""Before the same group is asked once more, as two that begin at once have one vote each;
how much longer each time, so that the servers' own election, of 4 to 9 s, always has its time.
"""

_SECONDS = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:([\d.]+)s)?")


class Peer(msgspec.Struct):
    """Another member, as one member sees it; `last_seen` as Go writes a duration, "" for never."""

    last_seen: str = ""


class Member(msgspec.Struct):
    """What one member of a group knows.

    `id`, `leader`: members' ids, "" for none. `pindex`: number of its last entry, 0 for none.
    """

    id: str
    state: str
    quorum_needed: int
    term: int
    pindex: int = 0
    leader: str = ""
    peers: dict[str, Peer] = {}

    @property
    def hears_leader(self) -> bool:
        """Or is the leader."""
        leader = self.peers.get(self.leader)
        return self.state == "LEADER" or (
            leader is not None and seconds_of(leader.last_seen) <= SILENT_S
        )


class _Answer(msgspec.Struct):
    data: dict[str, dict[str, Member]] = {}


_answer = msgspec.json.Decoder(_Answer)


def seconds_of(duration: str) -> float:
    """Of a duration as Go writes it ("1m2.5s", "153.9ms"); endless when there is none."""
    if duration.endswith(("ms", "µs", "ns")):
        return 0.0
    found = _SECONDS.fullmatch(duration)
    if found is None or not duration:
        return float("inf")
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return 3600 * hours + 60 * minutes + seconds


def without_leader(members: Mapping[str, Sequence[Member]]) -> dict[str, bool]:
    """Groups that nobody leads who has answered, and that can elect -> whether they know it and may
    be electing.

    Not those in which nobody has an entry (in memory, and all servers were dead):
    there our request would get votes.

    Args:
        members: by group, what each of its members that answers says.
    """
    found: dict[str, bool] = {}
    for group, here in members.items():
        can_elect = len(here) >= max(one.quorum_needed for one in here) and any(
            one.pindex for one in here
        )
        if can_elect and not is_led(here):
            found[group] = any(one.state == "CANDIDATE" or not one.leader for one in here)
    return found


def is_led(members: Sequence[Member]) -> bool:
    """One of those who have answered is the leader."""
    return any(one.state == "LEADER" for one in members)


class Patience:
    """When a group is asked: at once when its leader is silent, soon when it knows that it has
    none, later again.
    """

    def __init__(self) -> None:
        self._next: dict[str, tuple[float, float]] = {}

    def due(self, lost: Mapping[str, bool], now_s: float) -> list[str]:
        """Of `lost` (as of `without_leader`), who is asked now."""
        found = []
        for group, is_known in lost.items():
            next_s, pause_s = self._next.setdefault(
                group, (now_s + AGAIN_S if is_known else now_s, AGAIN_S)
            )
            if now_s >= next_s:
                self._next[group] = now_s + pause_s, min(LONGER * pause_s, LONGEST_S)
                found.append(group)
        return found

    def forget(self, group: str) -> None:
        """It has a leader."""
        self._next.pop(group, None)


class Elections:
    """Watches one server's groups; when a leader is silent, asks all servers, and the followers to
    elect.

    Several hubs may do this at once: who comes second asks with the same term, or sees that an
    election is on.

    Attributes:
        asked: how many groups were asked to elect.

    Args:
        urls: every server of the cluster. hub_seed: the hub's own; see `elector_seed`.
    """

    def __init__(
        self,
        urls: Sequence[str],
        hub_seed: bytes,
        *,
        tasks: Tasks,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.asked = 0
        self._line = Line(
            urls, elector_seed(hub_seed), tasks, inbox=INBOX, name="elections", tls=tls
        )
        self._tasks = tasks
        self._task: asyncio.Task[None] | None = None
        self._patience = Patience()

    def start(self) -> None:
        """Watches until `stop`, whenever a server can be reached."""
        self._task = self._tasks.start(self._watch(), name="watch the cluster's leaders")

    async def stop(self) -> None:
        """Ends the watching."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=2.0)
            self._task = None
        await self._line.close()

    async def _watch(self) -> None:
        with contextlib.suppress(SessionError):  # it goes on trying
            await self._line.open()
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                if silent := await self._silent():
                    await self._ask(silent, await self._gather())
                else:
                    self._patience = Patience()
            except HubUnreachable:
                self._line.renew()  # a server that says nothing: another one may
            except SessionError as error:
                log.debug("the cluster's leaders are not seen: %s", error.code)

    async def _silent(self) -> set[str]:
        """Leaders that our server does not hear in one of its groups, "" for none;
        it asks nobody for that.
        """
        subject = STATES.format(self._line.server_id)
        answers = [
            await self._line.request(subject, _wish(account), ANSWER_S) for account in ACCOUNTS
        ]
        return {
            one.leader
            for here in _members(answers).values()
            for one in here
            if not one.hears_leader
        }

    async def _gather(self) -> dict[str, list[Member]]:
        """What all servers that can be reached know."""
        answers: list[Incoming] = []
        inbox = f"{INBOX}.states"
        end = await self._line.subscribe(inbox, answers.append)
        try:
            for account in ACCOUNTS:
                await self._line.publish(STATES.format("PING"), _wish(account), reply=inbox)
            await asyncio.sleep(GATHER_S)
        finally:
            end()
        return _members(answers)

    async def _ask(self, silent: Set[str], members: Mapping[str, Sequence[Member]]) -> None:
        """One member is one server, under the same id in all groups."""
        now_s = asyncio.get_running_loop().time()
        for group, here in members.items():
            if is_led(here):
                self._patience.forget(group)
        lost = {
            group: is_known
            for group, is_known in without_leader(members).items()
            if all(one.leader in {"", *silent} for one in members[group])
        }
        due = self._patience.due(lost, now_s)
        for group in due:
            term = max(one.term for one in members[group]) + 1
            self.asked += 1
            await self._line.publish(f"{VOTE}{group}", vote_request(term), reply=f"{INBOX}.votes")
        if due:
            log.warning(
                "%d groups of the cluster have lost their leader and are asked to elect", len(due)
            )


def vote_request(term: int) -> bytes:
    """A request that no member with an entry can grant:
    term, term and index of our last entry, an id (8 letters).
    """
    return struct.pack("<QQQ8s", term, 0, 0, b"postexpt")


def _wish(account: str) -> bytes:
    return msgspec.json.encode({"account": account})


def _members(answers: Iterable[Incoming]) -> dict[str, list[Member]]:
    """By group; an answer that is not one counts as none."""
    found: dict[str, list[Member]] = defaultdict(list)
    for message in answers:
        with contextlib.suppress(msgspec.MsgspecError):
            for groups in _answer.decode(message.payload).data.values():
                for group, member in groups.items():
                    found[group].append(member)
    return found
