# SPDX-License-Identifier: GPL-3.0-only
"""One kiosk, two organisations and a host, as real programs:
the caller of the one is seen by that one only.
"""

from __future__ import annotations

import pytest

from tests.end2end.stage import Stage

pytestmark = [pytest.mark.asyncio(loop_scope="package"), pytest.mark.timeout(240)]


async def test_the_second_organisation_answers_its_caller_and_the_host_comes(stage: Stage) -> None:
    partner = await stage.demo.start_partner()
    await stage.demo.start_host()
    host = stage.demo.host
    assert host is not None
    try:
        await stage.mark()
        await stage.fact(host, "site", kiosks=1, calling=0)
        await stage.script.click(stage.kiosk, "help")
        await stage.fact(host, "site", calling=1)
        await stage.script.click(host, "coming_borne1")
        await stage.observed(stage.kiosk, "help", state="coming")
        await stage.script.click(host, "here_borne1")
        await stage.observed(stage.kiosk, "help", state="here")

        await stage.script.click(stage.kiosk, "service_emploi/demandeurs")
        await stage.script.click(stage.kiosk, "number_skip")
        ticket = await stage.observed(stage.kiosk, "ticket", state="waiting")
        await stage.fact(partner, "ticket_visible", id=ticket["id"])
        assert not await stage.has_observed(stage.desk, "ticket_visible"), (
            "the first organisation sees the other's caller"
        )
        await stage.script.click(partner, f"accept_{ticket['id']}")
        await stage.fact(partner, "first_video", frames=lambda n: n > 0)
        await stage.reads(partner, "message_host", "host")
        await stage.observed(stage.kiosk, "first_video", frames=lambda n: n > 0)

        await stage.script.click(host, "done_borne1")
        await stage.script.click(partner, "call_hang_up")
        await stage.script.click(partner, "call_hang_up")
        await stage.observed(stage.kiosk, "kiosk_wiped", left_over=0, profile_removed=True)
        await stage.script.click(stage.kiosk, "goodbye_finish")
        assert stage.left_at_kiosk() == []
        operator = stage.demo.operator
        assert operator is not None
        await stage.fact(operator, "network", hubs=1, sites=1)
    finally:
        for child in (partner, host, stage.demo.operator):
            if child is not None:
                await child.stop()
