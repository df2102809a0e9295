# SPDX-License-Identifier: GPL-3.0-only
"""Reads every client's history and the store, and says what went wrong.
Pure; used by `run_cluster` and its tests.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from session.hub.queue.sessions import HEAD
from session.protocol.hub.tickets import Ticket, TicketState, queue_order
from tests.faults.cluster_world import SERVICE
from tests.faults.history import Seen

FRESH_S = 5.0
"""How long after a fault a desk may be behind the store."""

HEARD_S = 2.0
"""How far behind a desk may be while nothing is broken:
it is milliseconds, but two processors do all of this.
"""

EXPLAINED = 10
"""Inversions that are told in full."""

AROUND_S = 5.0
"""What an agent did so long before and after a session that should not have been is told too."""

OPEN = frozenset(
    {TicketState.WAITING, TicketState.OFFERED, TicketState.IN_SESSION, TicketState.WRAP_UP}
)


@dataclass(frozen=True)
class Verdict:
    """What was promised and what was not kept.

    Attributes:
        acked: tickets that a kiosk was told of.
        lost: of these, those the store does not have, or that ended without an agent and without a
            reason.
        double: sessions that an agent was given of a ticket that another agent's session has.
        forgotten: tickets that nobody ends, and kiosks that still wait for a ticket that is over.
        inverted: tickets that were overtaken by a later one of the same priority.
        stale: desks that showed something else than the store 5 s after a fault had ended.
    """

    acked: int
    lost: int
    double: int
    forgotten: int
    inverted: int
    stale: int

    @property
    def line(self) -> str:
        """The last line that the command prints."""
        return (
            f"acked {self.acked} lost {self.lost} double {self.double} forgotten {self.forgotten} "
            f"inverted {self.inverted} stale {self.stale}"
        )

    @property
    def is_good(self) -> bool:
        return self.acked > 0 and not (
            self.lost or self.double or self.forgotten or self.inverted or self.stale
        )


Windows = Sequence[tuple[float, float]]
"""Begin and end of each fault, as `Seen`'s times: meanwhile a desk may show less than there is."""


def judge(
    history: Iterable[Seen],
    stored: Mapping[str, Ticket],
    kiosks: Mapping[str, str],
    *,
    stale: int = 0,
    faults: Windows = (),
) -> Verdict:
    """The verdict, once nobody calls any more and the queue should be empty.

    Args:
        stored: every ticket in the store, by its id.
        kiosks: the ticket that each kiosk still waits for, "" for none.
    """
    seen = list(history)
    acked = {line.ticket: line for line in seen if line.kind == "acked"}
    return Verdict(
        acked=len(acked),
        lost=len(lost(acked, stored)),
        double=len(double(seen, stored)),
        forgotten=len(forgotten(stored, kiosks)),
        inverted=len(inverted(seen, stored, faults)),
        stale=stale,
    )


def lost(acked: Mapping[str, Seen], stored: Mapping[str, Ticket]) -> set[str]:
    """Acknowledged tickets that are not there, or ended without an agent although their kiosk made
    no new call.
    """
    newest: dict[str, float] = {}
    for line in acked.values():
        newest[line.user] = max(newest.get(line.user, 0.0), line.sent_s)
    gone = set(acked) - set(stored)
    for name in set(acked) & set(stored):
        replaced = (
            newest[acked[name].user] > acked[name].sent_s and stored[name].reason == "new_call"
        )
        if stored[name].state is TicketState.ABANDONED and not replaced:
            gone.add(name)
    return gone


def double(seen: Iterable[Seen], stored: Mapping[str, Ticket]) -> set[str]:
    """Sessions that should not have been: see `_strangers`, `_overlapping`;
    and agents with two callers at once.
    """
    lines = list(seen)
    wrong = {line.session for line in lines if line.kind == "two"}
    return wrong | _strangers(lines, stored) | _overlapping(lines)


def _strangers(seen: Iterable[Seen], stored: Mapping[str, Ticket]) -> set[str]:
    """Given to agents beside the one that the store knows;
    a ticket given back or passed on may have had several.

    That a ticket was given back is told by its priority, which the supervisor may have changed
    since.
    """
    sessions: dict[str, set[str]] = defaultdict(set)
    passed = {line.ticket for line in seen if line.kind in ("passed", "moved")}
    for line in seen:
        if line.kind == "accepted":
            sessions[line.ticket].add(line.session)
    wrong: set[str] = set()
    for name, given in sessions.items():
        ticket = stored.get(name)
        if ticket is None or (ticket.priority != HEAD and name not in passed):
            wrong |= given - {ticket.session if ticket is not None else None}
    return wrong


def _overlapping(seen: Iterable[Seen]) -> set[str]:
    """Of one ticket, sessions of two agents at the same time, and of one agent, two tickets:
    by both ends' own times.

    A session whose end nobody saw (its agent was killed) counts for neither.
    """
    begun: dict[str, Seen] = {}
    ended: dict[str, float] = {}
    for line in seen:
        if line.kind == "accepted":
            begun.setdefault(line.session, line)
        elif line.kind in ("finished", "passed"):
            ended[line.session] = min(line.sent_s, ended.get(line.session, line.sent_s))
    whole = [(line, ended[name]) for name, line in begun.items() if name in ended]
    wrong: set[str] = set()
    for key in ("ticket", "user"):
        groups: dict[str, list[tuple[Seen, float]]] = defaultdict(list)
        for line, end_s in whole:
            groups[getattr(line, key)].append((line, end_s))
        for group in groups.values():
            group.sort(key=lambda one: one[0].at_s)
            wrong |= {
                after.session for (_, end_s), (after, _) in pairwise(group) if after.at_s < end_s
            }
    return wrong


def forgotten(stored: Mapping[str, Ticket], kiosks: Mapping[str, str]) -> set[str]:
    """Tickets that are still open, and kiosks that wait for one that is over."""
    still_open = {name for name, ticket in stored.items() if ticket.state in OPEN}
    return still_open | {kiosk for kiosk, waits_for in kiosks.items() if waits_for}


def inverted(seen: Iterable[Seen], stored: Mapping[str, Ticket], faults: Windows = ()) -> set[str]:
    """Tickets out of order: by the order of the acknowledgements, and by the order in which agents
    asked for them.
    """
    return {first.id for first, _ in inversions(seen, stored, faults)}


def inversions(
    seen: Iterable[Seen], stored: Mapping[str, Ticket], faults: Windows = ()
) -> list[tuple[Ticket, Ticket]]:
    """(overtaken, overtaking) tickets of plain priority;
    the second was called after the first was acknowledged.

    Agents' order is that of their questions, by their own clock: one who has asked for the first
    ticket and waits for a dead hub's answer has not been overtaken by one who asks for the second
    later and hears at once, and the hubs' clocks may jump. What a desk cannot know yet does not
    count: see `_undisturbed_s`. Tickets that were moved, passed on or offered (agents answer in
    their own time) have no such order; that of their arrival they have.
    """
    return [
        (first, second) for first, second, is_wrong in _compared(seen, stored, faults) if is_wrong
    ]


def compared(seen: Iterable[Seen], stored: Mapping[str, Ticket], faults: Windows = ()) -> int:
    """How many pairs had an order of being taken that could have been wrong:
    none, and nothing was looked at.
    """
    return sum(1 for _ in _compared(seen, stored, faults))


def _compared(
    seen: Iterable[Seen], stored: Mapping[str, Ticket], faults: Windows
) -> Iterator[tuple[Ticket, Ticket, bool]]:
    lines = list(seen)
    touched = {line.ticket for line in lines if line.kind in ("moved", "passed", "declined")}
    acked = {line.ticket: line for line in lines if line.kind == "acked"}
    asked: dict[str, float] = {}
    for line in lines:
        if line.kind == "accepted":
            asked[line.ticket] = min(line.sent_s, asked.get(line.ticket, line.sent_s))
    gone_s = _gone_s(acked.values())
    plain = [
        (line, stored[name])
        for name, line in acked.items()
        if name in stored and stored[name].priority == 0
    ]
    plain.sort(key=lambda one: one[0].sent_s)
    sent_s = [line.sent_s for line, _ in plain]
    for first_line, first in plain:
        first_asked_s = asked.get(first.id)
        for second_line, second in plain[bisect_right(sent_s, first_line.at_s) :]:
            if first_asked_s is not None and second_line.sent_s >= first_asked_s:
                break  # this one and all after it were called when the first was no longer waiting
            if {first.id, second.id} & touched:
                continue
            taken = asked.get(second.id), first_asked_s
            left_s = taken[1] if taken[1] is not None else gone_s.get(first.id)
            waited_together = left_s is None or left_s > second_line.at_s
            is_before = waited_together and queue_order(second) < queue_order(first)
            chosen = first.service == second.service == SERVICE
            knew = (
                taken[0] is not None and _undisturbed_s(first_line.at_s, taken[0], faults) > HEARD_S
            )
            if is_before or (chosen and knew and waited_together):
                overtook = (
                    None not in taken and chosen and knew and (taken[0] or 0.0) < (taken[1] or 0.0)
                )
                yield first, second, is_before or overtook


def _gone_s(acked: Iterable[Seen]) -> dict[str, float]:
    """When the kiosk of a ticket called anew:
    its earlier caller has left, whatever the hubs' clocks say.
    """
    newest: dict[str, Seen] = {}
    gone_s: dict[str, float] = {}
    for line in sorted(acked, key=lambda one: one.sent_s):
        if line.user in newest:
            gone_s[newest[line.user].ticket] = line.sent_s
        newest[line.user] = line
    return gone_s


def _undisturbed_s(begin_s: float, end_s: float, faults: Windows) -> float:
    """The longest time between the two in which nothing was broken:
    only then must every desk have caught up.
    """
    longest_s = 0.0
    for fault_begin_s, fault_end_s in sorted(faults):
        if fault_end_s > begin_s:
            longest_s = max(longest_s, min(fault_begin_s, end_s) - begin_s)
            begin_s = fault_end_s
    return max(longest_s, end_s - begin_s)


NOT_READY = "not ready"


def differences(
    views: Mapping[str, Mapping[str, str] | None],
    before: Mapping[str, tuple[Ticket, int]],
    after: Mapping[str, tuple[Ticket, int]],
) -> dict[str, set[str]]:
    """What each desk shows otherwise than the store has it: "<ticket>@<revision> shown <state>".

    The store is read before and after the desks are asked:
    only what did not change in between is compared. What is found twice, a second apart, is stale;
    once may be a change on its way.

    Args:
        views: each desk's open tickets and their states;
            None when it says itself that it is not ready.
        before, after: the whole store, tickets with revisions.
    """
    wrong: dict[str, set[str]] = {}
    for desk, view in views.items():
        if view is None:
            wrong[desk] = {NOT_READY}
            continue
        found = {f"{name} does not exist" for name in set(view) - set(after)}
        for name, (ticket, revision) in before.items():
            shown = view.get(name)
            should = ticket.state.value if ticket.state in OPEN else None
            if shown != should and after[name][1] == revision:
                found.add(f"{name}@{revision} is {ticket.state.value}, shown as {shown}")
        wrong[desk] = found
    return wrong


def _around(seen: Sequence[Seen], stored: Mapping[str, Ticket], session: str) -> Iterator[str]:
    """All that was seen of a session's ticket, and of its agents meanwhile."""
    first = next(line for line in seen if line.session == session)
    users = {line.user for line in seen if line.ticket == first.ticket and line.session}
    for line in sorted(seen, key=lambda one: one.at_s):
        if line.ticket == first.ticket or (
            line.user in users and abs(line.at_s - first.at_s) < AROUND_S
        ):
            when = f"sent {line.sent_s:.3f} at {line.at_s:.3f}"
            yield f"  {when} {line.user} {line.kind} {line.ticket} {line.session}"
    yield f"  stored: {stored.get(first.ticket)}"


def explain(
    history: Iterable[Seen], stored: Mapping[str, Ticket], faults: Windows = ()
) -> list[str]:
    """For developers: what is behind each number that is not zero, one line each."""
    seen = list(history)
    acked = {line.ticket: line for line in seen if line.kind == "acked"}
    lines = [f"lost: {name} {stored.get(name)}" for name in lost(acked, stored)]
    for name in double(seen, stored):
        lines.append(f"double: session {name}")
        lines += _around(seen, stored, name)
    for first, second in inversions(seen, stored, faults)[:EXPLAINED]:
        for label, ticket in (("overtaken", first), ("overtaking", second)):
            line = acked[ticket.id]
            lines.append(f"{label}: called {line.sent_s:.2f} acked {line.at_s:.2f} {ticket}")
    return lines
