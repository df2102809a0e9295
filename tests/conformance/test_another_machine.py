# SPDX-License-Identifier: GPL-3.0-only
"""An end on another machine is tried over TLS, by an authority that the run makes for itself."""

from __future__ import annotations

import socket
from pathlib import Path

from expert_app.conformance.findings import Verdict
from expert_app.conformance.run import DESK, RunListener, try_end
from session.bus.transport.tls import is_loopback
from tests.conformance.headless_desk import HeadlessDesk


def own_address() -> str:
    """Where another machine would reach this one. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])


async def test_a_desk_is_tried_at_this_machines_own_address(tmp_path: Path) -> None:
    address, told = own_address(), list[str]()
    assert not is_loopback(address)
    findings = await try_end(
        DESK,
        tmp_path,
        HeadlessDesk(tmp_path / "desk"),
        cases=[case for case in DESK.chosen() if "D-330" in case.rules],
        address=address,
        listener=RunListener(code=lambda bus, _code: told.append(bus)),
    )
    assert told[0].startswith(f"tls://{address}:")
    assert {one.rule for one in findings if one.verdict is Verdict.KEPT} >= {"D-101", "D-330"}
    assert [one for one in findings if one.verdict is Verdict.BROKEN] == []
