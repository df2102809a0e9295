# SPDX-License-Identifier: GPL-3.0-only
"""What counts in a network of `network.enter`: packets, listeners, a name server."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

DNS_PORT = 53

_ETH_P_ALL = 3
_PACKET_OUTGOING = 4
_TCP, _UDP, _ICMP6 = 6, 17, 58
_KERNELS_OWN_ICMP6 = frozenset({133, 134, 135, 136, 143})
"""Neighbours, routers, groups: the system's own talk (RFC 4861, RFC 3810)."""
_SYN, _ACK = 0x02, 0x10
_KINDS = {_TCP: "tcp", _UDP: "udp", 1: "icmp", _ICMP6: "icmp6"}


class Packet(NamedTuple):
    """One packet that left. `opens`: the first of a TCP connection, or no TCP at all."""

    kind: str
    to: str
    port: int
    from_port: int
    opens: bool


class Packets:
    """Sees every packet that is sent on any interface, once."""

    def __init__(self) -> None:
        self.seen: list[Packet] = []
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_ALL))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 20)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            data, (_interface, protocol, direction, *_rest) = self._socket.recvfrom(256)
            if direction == _PACKET_OUTGOING and (packet := _packet(data, protocol)) is not None:
                self.seen.append(packet)

    def opened(self) -> list[Packet]:
        """What began a connection, or had none."""
        return [packet for packet in self.seen if packet.opens]


def _packet(data: bytes, protocol: int) -> Packet | None:
    if protocol == 0x0800:
        size, kind = (data[0] & 15) * 4, data[9]
        to = str(ipaddress.IPv4Address(data[16:20]))
    elif protocol == 0x86DD:
        size, kind = 40, data[6]
        to = str(ipaddress.IPv6Address(data[24:40]))
    else:
        return Packet(f"ethernet {protocol:04x}", "", 0, 0, True)
    inside = data[size:]
    if kind == 0 and protocol == 0x86DD:  # a hop-by-hop header: the system's own group reports
        return None
    if kind == _ICMP6 and inside[0] in _KERNELS_OWN_ICMP6:
        return None
    from_port, port = struct.unpack(">HH", inside[:4]) if kind in (_TCP, _UDP) else (0, 0)
    opens = kind != _TCP or (inside[13] & (_SYN | _ACK)) == _SYN
    return Packet(_KINDS.get(kind, str(kind)), to, port, from_port, opens)


class Listener:
    """Notes whoever comes to a port, and what comes first.

    Args:
        answer: what a TCP connection gets after its first bytes; b"" hangs up.
    """

    def __init__(
        self,
        address: str = "127.0.0.1",
        port: int = 0,
        *,
        udp: bool = False,
        answer: Callable[[bytes], bytes] = lambda data: b"",
    ) -> None:
        self.came: list[bytes] = []
        self._answer = answer
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((address, port))
        self.port: int = self._socket.getsockname()[1]
        if not udp:
            self._socket.listen(64)
        threading.Thread(target=self._datagrams if udp else self._accept, daemon=True).start()

    def _datagrams(self) -> None:
        while True:
            self.came.append(self._socket.recv(2048))

    def _accept(self) -> None:
        while True:
            connection, _address = self._socket.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(10)
            data = connection.recv(4096)
            self.came.append(data)
            connection.sendall(self._answer(data))


@dataclass
class NameServer:
    """Answers for `names`, in turn; the last answer of a name stays. Notes what is asked.

    An unknown name does not exist. Serves one address at port 53, UDP only.
    """

    address: str
    names: dict[str, list[str]]

    def __post_init__(self) -> None:
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((self.address, DNS_PORT))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            data, sender = self._socket.recvfrom(2048)
            self._socket.sendto(self._answer(data), sender)

    def _answer(self, data: bytes) -> bytes:
        """RFC 1035, section 4.1."""
        labels, at = [], 12
        while size := data[at]:
            labels.append(data[at + 1 : at + 1 + size].decode("latin-1"))
            at += 1 + size
        (kind,) = struct.unpack(">H", data[at + 1 : at + 3])
        name, question = ".".join(labels).lower(), data[12 : at + 5]
        self.asked.append(name)
        known = self.names.get(name)
        records = b""
        if known and kind == 1:
            packed = socket.inet_aton(known.pop(0) if len(known) > 1 else known[0])
            records = struct.pack(">HHHIH", 0xC00C, 1, 1, 0, 4) + packed
        flags = 0x8180 if known else 0x8183
        counts = struct.pack(">HHHHH", flags, 1, 1 if records else 0, 0, 0)
        return data[:2] + counts + question + records
