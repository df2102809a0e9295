# SPDX-License-Identifier: GPL-3.0-only
"""While a network changes its authority the operator's window counts who has the next one, with the
hub that gives it and a kiosk that takes it.
"""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PyQt6.QtWidgets import QLabel

from expert_app.helpdesk.wiring.network import NetworkPage
from session.bus.authorities import Authorities
from session.bus.transport.tls import client_tls
from session.core.tasks import Tasks
from session.hub.access.identities import Identity
from session.protocol.wire.roles import Role
from tests.support.hub_world import hub_world
from tests.support.qt_loop import QtLoop
from tests.support.tls_files import tls_files
from tests.support.waiting import until


def test_the_operator_sees_a_kiosk_take_the_next_authority(qt_loop: QtLoop, tmp_path: Path) -> None:
    async def story() -> None:
        async with hub_world(tmp_path) as world:
            hub = world.hub
            assert hub is not None
            assert hub.parts.book is not None
            for user in ("kiosk1", "kiosk2"):
                who = "valdore", Role.KIOSK, user
                hub.parts.book.admit(Identity(*who), world.keys[who], datetime.now(UTC))
            tasks = Tasks()

            def begin(act: Coroutine[Any, Any, None], name: str) -> None:
                tasks.start(act, name=name)

            page = NetworkPage(
                await world.client(Role.OPERATOR, "oper", "network"), tasks, begin=begin
            )
            page.widget.show()
            page.start()
            hub.authority.offer(tls_files(tmp_path / "ca-2").ca.read_text(encoding="ascii"))
            panel = page.view.authority
            count = panel.bar.findChild(QLabel, "authority_count")
            assert count is not None
            panel.words.setText("kiosk")  # asks at once
            await until(lambda: "0" in count.text() and "2" in count.text())
            await until(lambda: len(panel.table.ids()) == 2)

            file = tls_files(tmp_path / "ca").ca
            tls = client_tls(file)
            assert tls is not None
            kiosk = await world.client(Role.KIOSK, "kiosk1")
            Authorities(file, tls).follow(kiosk, world.seeds["valdore", Role.KIOSK, "kiosk1"])
            kiosk.beat()
            await until(
                lambda: hub.authority.fingerprint in kiosk.beat_headers.get("Authorities", "")
            )

            async def is_counted() -> bool:
                panel.words.setText("kiosk2" if panel.words.text() == "kiosk" else "kiosk")
                return "1" in count.text()

            await until(is_counted)
            await until(lambda: panel.table.ids() == ["0 valdore/kiosk2"])
            page.widget.close()
            await tasks.close()

    qt_loop.run(story())
