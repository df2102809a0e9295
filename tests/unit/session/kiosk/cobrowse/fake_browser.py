# SPDX-License-Identifier: GPL-3.0-only
"""A kiosk's browser without a page: keeps what it was asked, and tells what a test wants."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from session.kiosk.cobrowse.browser_messages import EventsPushed


class QtSignalFake:
    """A signal of several values."""

    def __init__(self) -> None:
        self.slots: list[Callable[..., None]] = []

    def connect(self, slot: Callable[..., None], /) -> None:
        self.slots.append(slot)

    def disconnect(self, slot: Callable[..., None], /) -> None:
        self.slots.remove(slot)

    def emit(self, *values: object) -> None:
        for slot in list(self.slots):
            slot(*values)


class Browser:
    """Keeps what it was asked; answers pictures when told."""

    def __init__(self) -> None:
        self.reported = QtSignalFake()
        self.done: list[str] = []
        self.fetches: list[Callable[[bytes, str], None]] = []

    def set_allowed(self, prefixes: Sequence[str]) -> None:
        self.done.append("allowed")

    def open(self, address: str) -> bool:
        self.done.append(f"open {address}")
        return True

    def start_sharing(self) -> None:
        self.done.append("start")

    def stop_sharing(self) -> None:
        self.done.append("stop")

    def request_snapshot(self) -> None:
        self.done.append("snapshot")

    def show_pointer(self, x: float, y: float) -> None:
        self.done.append(f"point {x} {y}")

    def hide_pointer(self) -> None:
        self.done.append("hide")

    def fetch_resource(self, address: str, on_fetched: Callable[[bytes, str], None]) -> None:
        self.fetches.append(on_fetched)

    def push(self, *events: str, document: str = "d1") -> None:
        """As the recorder does."""
        joined = ",".join(events)
        text = f'{{"document":"{document}","address":"http://h.example/","events":[{joined}]}}'
        self.reported.emit(EventsPushed(), text.encode())
