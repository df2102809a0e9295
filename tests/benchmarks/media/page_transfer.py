# SPDX-License-Identifier: GPL-3.0-only
"""A page's bytes through TCP, as fast as it goes. A program of its own, used by `cases`.

page_transfer take BYTES          page_transfer send ADDRESS BYTES
"""

from __future__ import annotations

import socket
import sys

PORT = 7700
PIECE = 4096


def take(count: int) -> None:
    """Says "ready", waits for `count` bytes and confirms them."""
    with socket.create_server(("0.0.0.0", PORT)) as server:
        print("ready", flush=True)
        server.settimeout(30)
        connection, _address = server.accept()
        with connection:
            connection.settimeout(120)
            while count > 0:
                count -= len(connection.recv(min(count, 65536)))
            connection.sendall(b"k")


def send(address: str, count: int) -> None:
    """Sends `count` bytes as fast as TCP goes."""
    with socket.create_connection((address, PORT), 30) as connection:
        for begin in range(0, count, PIECE):
            connection.sendall(bytes(min(PIECE, count - begin)))
        connection.settimeout(120)
        connection.recv(1)


if __name__ == "__main__":
    if sys.argv[1] == "take":
        take(int(sys.argv[2]))
    else:
        send(sys.argv[2], int(sys.argv[3]))
