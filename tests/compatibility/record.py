# SPDX-License-Identifier: GPL-3.0-only
"""Records what desks, kiosks and hub of a running release say, for `tests/data/protocol`.

`python -m tests.compatibility.record FOLDER OUT.jsonl COMMAND...`: the command is a demo of that
release that was given the same empty FOLDER; docs/releasing.md has the recipe. No type of ours is
used here: what is written is what was on the wire.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
from collections import Counter
from pathlib import Path
from typing import Any

import nats
import nats.errors
import zstandard
from nats.aio.client import Client
from nats.aio.msg import Msg

KEPT_EACH = 3
"""So many messages of one type with the same fields, from the same kind of end."""

LARGEST_BYTES = 6000
"""Of a payload that is no JSON, and of a part of a document."""

SPOKEN = ("svc.", "all.", "ses.", "evt.", "hb.")
"""Subjects of the protocol; the others are the hub's own, and its store's."""


def _json_of(payload: bytes) -> Any:
    """The message of a payload; None for bytes."""
    if payload.startswith(zstandard.FRAME_HEADER):
        try:
            payload = zstandard.ZstdDecompressor().decompressobj().decompress(payload)
        except zstandard.ZstdError:
            return None
    try:
        return json.loads(payload)
    except ValueError:
        return None


def _inbox(subject: str) -> str:
    """Return the inbox that a hub's answer goes to: "ans.valdore.k.kiosk1.x" is "_I.k.kiosk1.x" in
    the account of valdore.
    """
    words = subject.split(".")
    return ".".join(["_I", *words[2:]]) if words[0] == "ans" else subject


class Recording:
    """Everything that passed, in order, as far as it is new.

    Attributes:
        lines: one for each message: subject, headers, `message` or `base64`; a request has its
            `answer`.
    """

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self._asked: dict[str, dict[str, Any]] = {}
        self._kept: Counter[tuple[str, ...]] = Counter()

    async def hear(self, message: Msg) -> None:
        """As `take`, for nats-py."""
        self.take(message)

    def take(self, message: Msg) -> None:
        """One message of the bus."""
        asked = self._asked.pop(_inbox(message.subject), None)
        said = _json_of(message.data)
        if asked is not None:
            asked["answer"] = said
        if asked is not None or not message.subject.startswith(SPOKEN):
            return
        line: dict[str, Any] = {"subject": message.subject}
        if message.headers:
            line["headers"] = dict(message.headers)
        if said is None and message.data:
            line["base64"] = base64.b64encode(message.data).decode()
        elif said is not None:
            line["message"] = said
        if not self._is_new(line, len(message.data)):
            return
        if message.reply:
            self._asked[message.reply] = line
        self.lines.append(line)

    def _is_new(self, line: dict[str, Any], size_bytes: int) -> bool:
        words = line["subject"].split(".")
        message = line.get("message")
        fields = sorted(message) if isinstance(message, dict) else []
        kind = str(message.get("type", "")) if isinstance(message, dict) else ""
        key = (words[0], *words[2:3], words[-1] if words[0] != "evt" else "", kind, *fields)
        self._kept[key] += 1
        if words[0] == "svc" and size_bytes < LARGEST_BYTES:
            return words[-1] not in ("log", "line", "queue") or self._kept[key] <= KEPT_EACH
        return self._kept[key] <= KEPT_EACH and (bool(message) or size_bytes < LARGEST_BYTES)

    def write(self, out: Path) -> None:
        """The lines, one for each message; a request has its answer."""
        lines = (json.dumps(line, ensure_ascii=False, sort_keys=True) for line in self.lines)
        out.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _access(folder: Path) -> dict[str, str]:
    """Where the hub's server is, and its key, as the hub notes them for its own commands; {} while
    it does not run.
    """
    for found in folder.rglob("running.json"):
        try:
            access: dict[str, str] = json.loads(found.read_text("utf-8"))
        except (ValueError, OSError):
            continue
        return access
    return {}


async def _listen(folder: Path, recording: Recording) -> None:
    """Hears everything until it is cancelled; a hub that was started again has another key."""
    known: dict[str, str] = {}
    bus: Client | None = None
    try:
        while True:
            access = _access(folder)
            if access and access != known:
                if bus is not None:
                    await bus.close()
                    bus = None
                try:
                    bus = await nats.connect(
                        access["url"],
                        nkeys_seed_str=access["seed"],
                        connect_timeout=1,
                        max_reconnect_attempts=-1,
                        reconnect_time_wait=0.1,
                    )
                    await bus.subscribe(">", cb=recording.hear)
                    known = access
                except (OSError, nats.errors.Error):  # not yet, or no more
                    bus = None
            await asyncio.sleep(0.05)
    finally:
        if bus is not None:
            await bus.close()


async def record(folder: Path, out: Path, command: list[str]) -> None:
    """Starts the demo, listens until it ends, then writes. The demo cuts its own bus meanwhile.

    Raises:
        SystemExit: the demo did not come to its end; what was said until then is written.
    """
    demo = await asyncio.create_subprocess_exec(*command)
    recording = Recording()
    listening = asyncio.create_task(_listen(folder, recording))
    code = await demo.wait()
    listening.cancel()
    await asyncio.wait([listening])
    recording.write(out)
    if code:
        raise SystemExit(f"the demo did not come to its end; {out} has what was said until then")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="tests.compatibility.record", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()
    asyncio.run(record(arguments.folder.resolve(), arguments.out, arguments.command))


if __name__ == "__main__":
    main()
