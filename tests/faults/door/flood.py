# SPDX-License-Identifier: GPL-3.0-only
"""A flood at the door for newcomers beside honest ones, of a real hub: `python -m
tests.faults.door.flood [SECONDS]`; `make test-faults` gives it 30 s, a test 3 s.

The flood says nothing but knocks, as fast as the network takes them, on connections that come back
as soon as they are cut off.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from session.bus.enrolment import enrol
from session.bus.transport.nkeys import enrolment_seed, new_seed, public_key, sign
from session.core.errors import SessionError
from session.hub.access.identities import Identity, IdentityBook
from session.protocol.hub.requests import QueueRequest
from session.protocol.wire import subjects
from session.protocol.wire.roles import Role
from tests.support.programs import HubFolder, People

FLOODS, HONEST = 3, 40

MOST_GROWN_MB = 150
"""At 100,000 knocks a second. The server remembers each for half a second to a second, and gives
the memory back later.
"""

KNOCK = f"PUB {subjects.ENROL} {subjects.ENROL_INBOX}.z 10\r\nxxxxxxxxxx\r\n".encode()


def flood(port: int, until_s: float, sent: multiprocessing.Queue[int]) -> None:
    """Knocks until then (seconds of the monotonic clock); tells how often."""
    knocks, much = 0, KNOCK * 500
    while time.monotonic() < until_s:
        try:
            with connected(port) as line:
                while time.monotonic() < until_s:
                    line.sendall(much)
                    knocks += 500
        except (OSError, ValueError):
            time.sleep(0.005)  # cut off, or the server reloads: at once again
    sent.put(knocks)


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    """A connection with the key that everybody knows."""
    seed = enrolment_seed()
    with socket.create_connection(("127.0.0.1", port), 5.0) as line:
        with line.makefile("rb") as greeting:
            info = json.loads(greeting.readline().removeprefix(b"INFO "))
        words = {
            "nkey": public_key(seed),
            "sig": sign(seed, info["nonce"].encode()),
            "verbose": False,
            "lang": "test",
            "version": "1",
            "protocol": 1,
        }
        line.sendall(b"CONNECT " + json.dumps(words).encode() + b"\r\nPING\r\n")
        yield line


@dataclass(frozen=True)
class FloodResult:
    """How those fared who did nothing wrong.

    Attributes:
        enrolled: of `HONEST` newcomers. refused: why the others were not.
        slowest_s: how long the slowest newcomer took.
        failed: requests of an agent without an answer, of `asked`. answer_s: the slowest of them.
        grown_mb: memory that hub and server have taken meanwhile.
    """

    knocks: int
    enrolled: int
    refused: tuple[str, ...]
    slowest_s: float
    asked: int
    failed: int
    answer_s: float
    grown_mb: dict[str, float]


async def enrolment_flood(folder: Path, seconds: float) -> FloodResult:
    """Floods a hub for so long; enrols people and asks for the queue meanwhile."""
    place = HubFolder(folder)
    async with place.hub() as hub:
        people = People(place)
        try:
            return await _flooded(place, people, hub.pid, seconds)
        finally:
            await people.close()


async def _flooded(place: HubFolder, people: People, pid: int, seconds: float) -> FloodResult:
    client = await people.client("alice")
    book = IdentityBook(place.data / "identities" / "identities.sqlite")
    codes = [
        book.invite(
            Identity("valdore", Role.AGENT, f"new{number}"), datetime.now(UTC), timedelta(hours=1)
        )
        for number in range(HONEST)
    ]
    before = _memory_mb(pid)
    until_s = time.monotonic() + seconds
    sent: multiprocessing.Queue[int] = multiprocessing.Queue()
    floods = [
        multiprocessing.Process(target=flood, args=(place.port, until_s, sent))
        for _ in range(FLOODS)
    ]
    for one in floods:
        one.start()
    taken: list[float] = []
    answers: list[float] = []
    refused: list[str] = []

    async def newcomer(number: int) -> None:
        await asyncio.sleep(0.2 + seconds * 0.7 * number / HONEST)
        began_s = time.monotonic()
        url = f"nats://127.0.0.1:{place.port}"
        try:
            await enrol([url], codes[number], new_seed(), tasks=people.tasks)
            taken.append(time.monotonic() - began_s)
        except SessionError as error:
            refused.append(f"{error.code} {error.detail}")

    async def agent() -> None:
        while time.monotonic() < until_s:
            began_s = time.monotonic()
            try:
                await client.ask_once(QueueRequest())
                answers.append(time.monotonic() - began_s)
            except SessionError:
                answers.append(float("inf"))
            await asyncio.sleep(0.1)

    newcomers = [newcomer(number) for number in range(HONEST)]
    await asyncio.gather(agent(), *newcomers)
    counts = [await asyncio.to_thread(sent.get) for _ in floods]
    for one in floods:
        await asyncio.to_thread(one.join)
    after = _memory_mb(pid)
    return FloodResult(
        knocks=sum(counts),
        enrolled=len(taken),
        refused=tuple(refused),
        slowest_s=max(taken, default=0.0),
        asked=len(answers),
        failed=answers.count(float("inf")),
        answer_s=max(one for one in answers if one != float("inf")),
        grown_mb={name: after[name] - before[name] for name in before},
    )


def _memory_mb(pid: int) -> dict[str, float]:
    """Of the hub and of its nats-server."""
    hub = psutil.Process(pid)
    found = {"hub": hub.memory_info().rss / 2**20}
    for child in hub.children(recursive=True):
        if "nats-server" in child.name():
            found["server"] = child.memory_info().rss / 2**20
    return found


def main(seconds: float) -> int:
    """0 when nobody was kept out."""
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(enrolment_flood(Path(folder) / "hub", seconds))
    print(found)
    good = found.enrolled == HONEST and not found.failed
    return 0 if good and max(found.grown_mb.values()) < MOST_GROWN_MB else 1


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0))
