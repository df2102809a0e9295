# SPDX-License-Identifier: GPL-3.0-only
"""A rural line between two network namespaces: rate, queue, delay, jitter, loss, outage.
A program of its own.

Used by `network`. The kernels we run on have no netem, and netem would need a module; two TUN
devices joined by this process need neither a module nor a compiler. Python carries 4 Mb/s each way
with 5 % of a core, ample for our cases.

    python -m tests.benchmarks.media.shaper NAMESPACE_A NAMESPACE_B

Commands come as JSON lines on stdin.
"""

from __future__ import annotations

import fcntl
import json
import os
import random
import selectors
import struct
import sys
import time
from collections import deque
from dataclasses import dataclass, field

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
DEVICE = "line0"
FRAME_BYTES = 14
"""Counted beside each IP packet: an Ethernet header, as a DSL line's rate includes one."""


@dataclass
class Way:
    """One direction. All figures may change while it runs."""

    kbps: float = 0.0
    queue_ms: float = 0.0
    delay_ms: float = 0.0
    jitter_ms: float = 0.0
    loss: float = 0.0
    out: bool = False
    came: int = 0
    passed: int = 0
    overflowed: int = 0
    lost: int = 0
    octets: int = 0
    free_at_s: float = 0.0
    last_due_s: float = 0.0
    waiting: deque[tuple[float, bytes]] = field(default_factory=deque)

    def take(self, packet: bytes, now_s: float, dice: random.Random) -> None:
        """A packet enters: it is lost, finds the queue full, or gets its time of arrival."""
        self.came += 1
        start_s = max(now_s, self.free_at_s)
        if self.out or dice.random() < self.loss:
            self.lost += 1
        elif self.kbps and (start_s - now_s) * 1000 > self.queue_ms:
            self.overflowed += 1
        else:
            self.free_at_s = start_s + (
                (len(packet) + FRAME_BYTES) * 8 / (self.kbps * 1000) if self.kbps else 0.0
            )
            due_s = self.free_at_s + (self.delay_ms + self.jitter_ms * dice.random()) / 1000
            self.last_due_s = max(due_s, self.last_due_s)  # a line does not reorder
            self.waiting.append((self.last_due_s, packet))

    def give(self, device: int, now_s: float) -> None:
        """What is due leaves."""
        while self.waiting and self.waiting[0][0] <= now_s:
            packet = self.waiting.popleft()[1]
            self.passed += 1
            self.octets += len(packet)
            try:
                os.write(device, packet)
            except OSError:
                self.lost += 1  # the other end's device is down


def open_device(namespace: str) -> int:
    """A TUN device that lives in `namespace`."""
    with open(f"/var/run/netns/{namespace}", "rb") as wanted:  # noqa: PTH123  (a namespace's handle, no file)
        os.setns(wanted.fileno(), os.CLONE_NEWNET)
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", DEVICE.encode(), IFF_TUN | IFF_NO_PI))
    return device


def command(ways: tuple[Way, Way], line: str) -> None:
    """{"set": {...}, "way": 0 | 1 | null} or {"read": true}."""
    asked = json.loads(line)
    for index, way in enumerate(ways):
        if asked.get("way") in (None, index):
            for name, value in asked.get("set", {}).items():
                setattr(way, name, value)
    names = ("came", "passed", "overflowed", "lost", "octets")
    print(json.dumps([{name: getattr(way, name) for name in names} for way in ways]), flush=True)


def main() -> None:
    """Runs until stdin ends."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    devices = (open_device(sys.argv[1]), open_device(sys.argv[2]))
    os.setns(home, os.CLONE_NEWNET)
    dice, ways = random.Random(42), (Way(), Way())
    selector = selectors.DefaultSelector()
    for index, device in enumerate(devices):
        selector.register(device, selectors.EVENT_READ, index)
    selector.register(sys.stdin, selectors.EVENT_READ, None)
    print("ready", flush=True)
    while True:
        next_s = min(
            (way.waiting[0][0] for way in ways if way.waiting), default=time.monotonic() + 1
        )
        for key, _events in selector.select(max(0.0, next_s - time.monotonic())):
            if key.data is None:
                line = sys.stdin.readline()
                if not line:
                    return
                command(ways, line)
            else:
                _read_all(devices[key.data], ways[key.data], dice)
        for index, way in enumerate(ways):
            way.give(devices[1 - index], time.monotonic())


def _read_all(device: int, way: Way, dice: random.Random) -> None:
    while True:
        try:
            packet = os.read(device, 65536)
        except OSError:
            return
        way.take(packet, time.monotonic(), dice)


if __name__ == "__main__":
    main()
