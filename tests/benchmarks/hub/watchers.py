# SPDX-License-Identifier: GPL-3.0-only
"""Many watching desks as bare sockets, in a process of their own so that they cost the measuring
one nothing.

`nats HOST PORT SEED COUNT` or `ws HOST PORT COUNT`.
Prints "ready", then counts and forgets what comes.
"""

from __future__ import annotations

import select
import socket
import sys
import time

from tests.benchmarks.hub.bare_sockets import ROOM_BYTES, nats_socket, ws_socket

MUCH_BYTES = 8 << 10
LOOK_S, SELDOM_S = 0.02, 0.2
"""Between two looks, when a desk had more than `MUCH_BYTES` to read, and when not.

Real desks are other computers, so their reading must not take the time of what is measured.
"""


def read_for_ever(desks: list[socket.socket]) -> None:
    """Takes everything and forgets it; the server's pings are answered."""
    waiting = select.epoll()
    by_number = {desk.fileno(): desk for desk in desks}
    for number in by_number:
        waiting.register(number, select.EPOLLIN)
    room = memoryview(bytearray(ROOM_BYTES))
    while by_number:
        most = 0
        for number, _ in waiting.poll():
            size = by_number[number].recv_into(room)
            most = max(most, size)
            if not size:
                waiting.unregister(number)
                del by_number[number]
            elif b"PING\r\n" in bytes(room[:size]):
                by_number[number].sendall(b"PONG\r\n")
        time.sleep(LOOK_S if most > MUCH_BYTES else SELDOM_S)


def main(arguments: list[str]) -> None:
    kind, host, port = arguments[0], arguments[1], int(arguments[2])
    desks = []
    for _ in range(int(arguments[-1])):
        if kind == "nats":
            desks.append(nats_socket(host, port, arguments[3].encode(), ("evt.q.*", "evt.hb")))
        else:
            desks.append(ws_socket(host, port, "desk"))
    print("ready", flush=True)
    read_for_ever(desks)


if __name__ == "__main__":
    main(sys.argv[1:])
