# SPDX-License-Identifier: GPL-3.0-only
"""What the other end of a sealed session may put into a message: it has the key, and may lie."""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from session.bus.sealing.box import SEAL_HEADER, SealBox, public_text
from session.bus.sealing.channel import SealBase, agree
from session.bus.transport.connection import Incoming
from session.core.tasks import Tasks


class OneEnd(SealBase):
    """An end that has its key already."""

    def __init__(self, box: SealBox, *, tasks: Tasks) -> None:
        super().__init__("caisse", "s1", tasks=tasks)
        self._take_box(box)


def boxes() -> tuple[SealBox, SealBox]:
    one, other = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    keys = (public_text(one), public_text(other))
    first = agree(one, keys[1], keys, "p", opens_first=True)
    return first, agree(other, keys[0], keys, "p", opens_first=False)


async def test_wrong_headers_inside_are_refused_and_the_next_message_is_taken() -> None:
    desk, kiosk = boxes()
    tasks = Tasks()
    channel = OneEnd(desk, tasks=tasks)
    taken: list[tuple[bytes, Mapping[str, str]]] = []
    whys: list[object] = []

    async def publish(topic: str, payload: bytes, headers: Mapping[str, str] | None) -> None:
        raise AssertionError

    channel.attach(publish, lambda _topic, opened: taken.append((opened.payload, opened.headers)))
    channel.not_taken.connect(lambda refused: whys.append(refused[1].detail["why"]))

    def comes(headers: bytes) -> None:
        whole = len(headers).to_bytes(2, "big") + headers + b"page"
        stamp, sealed = kiosk.seal("mirror", whole)
        channel.receive("mirror", Incoming("x", sealed, {SEAL_HEADER: str(stamp)}, ""))

    for headers in (b"{", b"[1]", b'{"a":1}', b'{"a":"\xff"}', b"[" * 60_000):
        comes(headers)
    assert whys == ["headers"] * 5
    assert taken == []
    comes(b'{"Epoch":"7"}')
    assert taken == [(b"page", {"Epoch": "7"})]
    await tasks.close()
