# SPDX-License-Identifier: GPL-3.0-only
"""Kiosks that call as fast as they are answered, as bare sockets in a process of their own:
they are other computers.

`nats HOST PORT KIOSKS` (a JSON file: user -> seed) or `ws HOST PORT KIOSKS` (the users alone
count). Prints "ready". For each line `NAME COUNT` all kiosks call, each again as soon as it is
answered, until COUNT calls are; then it prints the seconds that took. The requests' ids begin with
NAME. An answer that is no ticket ends it with its text.
"""

from __future__ import annotations

import json
import select
import sys
import time
from pathlib import Path

from session.bus.client import BEAT_S
from session.protocol.codec import encode
from session.protocol.hub.requests import TicketAnswer, TicketRequested
from session.protocol.wire import subjects
from session.protocol.wire.roles import Role
from tests.benchmarks.hub.bare_sockets import ROOM_BYTES, nats_socket, ws_socket
from tests.faults.cluster_world import SERVICE

PLACE = "PLACE"
"""Stands for the request's id in what is prepared."""


class NatsKiosk:
    """Talks as `session.kiosk.hub.client` does: gives signs of life, takes notifications."""

    is_ticket = f'"type":"{TicketAnswer.__name__}"'.encode()

    def __init__(self, host: str, port: int, *, user: str, seed: str) -> None:
        inbox = f"{subjects.inbox(Role.KIOSK, user)}.bare"
        self.socket = nats_socket(
            host, port, seed.encode(), (inbox, subjects.notifications(Role.KIOSK, user))
        )
        self.beat = f"PUB {subjects.beat(Role.KIOSK, user)} 0\r\n\r\n".encode()
        self._head = f"PUB {subjects.service(Role.KIOSK, user, 'call')} {inbox} ".encode()
        self._request = encode(TicketRequested(request_id=PLACE, service=SERVICE))
        self._heard = b""

    def request(self, request: str) -> bytes:
        """What is sent for a call."""
        body = self._request.replace(PLACE.encode(), request.encode())
        return b"%b%d\r\n%b\r\n" % (self._head, len(body), body)

    def answers(self, heard: bytes) -> list[bytes]:
        """Texts of whole answers; the server's pings are answered, notifications forgotten."""
        self._heard += heard
        found = []
        while b"\r\n" in self._heard:
            first, _, rest = self._heard.partition(b"\r\n")
            words = first.split(b" ")
            if words[0] == b"PING":
                self.socket.sendall(b"PONG\r\n")
                self._heard = rest
                continue
            if words[0] not in (b"MSG", b"HMSG"):
                raise RuntimeError(f"the server says {first!r}")
            size = int(words[-1])
            if len(rest) < size + 2:
                break
            if words[2] == b"1":
                found.append(rest[:size])
            self._heard = rest[size + 2 :]
        return found


class WsKiosk:
    """Asks as `peer_server` understands. RFC 6455, section 5.2; masked with zeros."""

    is_ticket, beat = b'"', b""

    def __init__(self, host: str, port: int, *, user: str, seed: str) -> None:
        self.socket = ws_socket(host, port, "ask")
        self._request = json.dumps(["call", user, PLACE]).encode()
        self._heard = b""

    def request(self, request: str) -> bytes:
        """What is sent for a call."""
        body = self._request.replace(PLACE.encode(), request.encode())
        assert len(body) < 126
        return b"\x81%c\x00\x00\x00\x00%b" % (0x80 | len(body), body)

    def answers(self, heard: bytes) -> list[bytes]:
        """Texts of whole answers."""
        self._heard += heard
        found = []
        while len(self._heard) > 1 and len(self._heard) >= 2 + self._heard[1]:
            size = self._heard[1]
            found.append(self._heard[2 : 2 + size])
            self._heard = self._heard[2 + size :]
        return found


def call(
    kiosks: dict[int, NatsKiosk | WsKiosk], waiting: select.epoll, name: str, count: int
) -> float:
    """Seconds until `count` calls are answered."""
    begun_s = beaten_s = time.perf_counter()
    asked = answered = 0
    for kiosk in list(kiosks.values())[:count]:
        kiosk.socket.sendall(kiosk.beat + kiosk.request(f"{name}{asked}"))
        asked += 1
    while answered < count:
        for number, _ in waiting.poll():
            kiosk = kiosks[number]
            heard = kiosk.socket.recv(ROOM_BYTES >> 4)
            if not heard:
                raise RuntimeError("a kiosk's line has ended")
            for answer in kiosk.answers(heard):
                if kiosk.is_ticket not in answer:
                    raise RuntimeError(f"no ticket: {answer!r}")
                answered += 1
                if asked < count:
                    kiosk.socket.sendall(kiosk.request(f"{name}{asked}"))
                    asked += 1
        if time.perf_counter() - beaten_s > BEAT_S:
            beaten_s = time.perf_counter()
            for kiosk in kiosks.values():
                kiosk.socket.sendall(kiosk.beat)
    return time.perf_counter() - begun_s


def main(arguments: list[str]) -> None:
    kind = arguments[0]
    host = arguments[1]
    port = int(arguments[2])
    path = Path(arguments[3])
    make = NatsKiosk if kind == "nats" else WsKiosk
    made = [
        make(host, port, user=user, seed=seed)
        for user, seed in json.loads(path.read_text(encoding="utf-8")).items()
    ]
    kiosks: dict[int, NatsKiosk | WsKiosk] = {kiosk.socket.fileno(): kiosk for kiosk in made}
    waiting = select.epoll()
    for number in kiosks:
        waiting.register(number, select.EPOLLIN)
    print("ready", flush=True)
    for line in sys.stdin:
        name, count = line.split()
        print(call(kiosks, waiting, name, int(count)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
