# SPDX-License-Identifier: GPL-3.0-only
"""What is done with a hub stands in its register, whoever did it and whether or not it ran; the
command prints it, and a hub gives it to its operator.
"""

from __future__ import annotations

import json
from pathlib import Path

from expert_app.runtime.folder_owner import account
from session.core.computer import computer_name
from session.protocol.hub.site import OpenSiteRequest, OperatorActsRequest, SiteStateRequest
from session.protocol.wire.roles import Role
from tests.support.hub_world import hub_world
from tests.support.programs import HubFolder
from tests.support.waiting import until


async def test_a_killed_run_and_what_was_typed_stand_in_the_register(tmp_path: Path) -> None:
    place = HubFolder(tmp_path / "hub")
    async with place.hub() as hub:
        invite = ("invite", "--role", "agent", "--org", "valdore", "--name", "bob")
        assert (await place.run_here(*invite))[0] == 0
        for look in ("hold list", "dossiers holds"):
            assert (await place.run_here(*look.split(), "--org", "valdore"))[0] == 0, look
        period = ("--from", "2026-01-01", "--to", "2026-01-02", "--demand", "caller")
        assert (await place.run_here("erase", "--org", "valdore", *period, "--dry-run"))[0] == 2
        hub.kill()
        await hub.wait()
    (tmp_path / "hub" / "hub.toml").write_text("[disk]\nwarn_mb = 99\n", encoding="utf-8")
    async with place.hub():
        assert (await place.run_here("revoke", "--role", "agent", "--org", "valdore"))[0] == 2
        assert (await place.run_here("backup", str(tmp_path / "b.backup")))[0] == 0
    code, text = await place.run_here("acts", "--json")
    assert code == 0
    acts = [json.loads(line) for line in text.splitlines()]
    assert [(act["what"], act.get("of", ""), act.get("outcome", "")) for act in acts] == [
        ("start", acts[0]["of"], ""),
        ("invite", "valdore/agent/bob", ""),
        ("killed", acts[2]["of"], ""),
        ("settings", "disk", ""),
        ("start", acts[0]["of"], ""),
        ("revoke", "", "2"),
        ("backup", str(tmp_path / "b.backup"), ""),
        ("stop", "", ""),
    ]
    assert all(act["by"].startswith(f"{account()}@") for act in acts)
    code, text = await place.run_here("acts", "--last", "2")
    assert "Backup made" in text.splitlines()[0]
    assert "Hub stopped" in text.splitlines()[1]


async def test_an_operator_reads_the_register_and_its_own_acts(tmp_path: Path) -> None:
    async with hub_world(tmp_path) as world:
        operator = await world.client(Role.OPERATOR, "oper", "network")
        await operator.ask(SiteStateRequest(site="library", reason="dégât des eaux"))
        await operator.ask(OpenSiteRequest(site="library", reason="de nouveau sec"))

        async def both() -> bool:
            return len((await operator.ask(OperatorActsRequest())).acts) == 2

        await until(both)
        answer = await operator.ask(OperatorActsRequest())
        assert [(act.what, act.of, act.by) for act in answer.acts] == [
            ("open_site", "network/library", "network/operator/oper"),
            ("close_site", "network/library", "network/operator/oper"),
        ]
        assert not answer.older
        assert answer.machine == computer_name()


async def test_a_machine_of_a_cluster_names_those_that_have_the_other_registers(
    tmp_path: Path,
) -> None:
    place = HubFolder(tmp_path / "hub")
    assert "n2" not in (await place.run_here("acts"))[1]
    cluster = Path("installers/cluster/hub.toml").read_text(encoding="utf-8")
    nodes = cluster[cluster.index("[cluster]") :]
    (tmp_path / "hub" / "hub.toml").write_text(nodes, encoding="utf-8")
    said = (await place.run_here("acts"))[1]
    assert computer_name() in said
    assert "n1 (10.20.0.11), n2 (10.20.0.12), n3 (10.20.0.13)" in said
    as_json = (await place.run_here("acts", "--json"))[1]
    assert all(json.loads(line)["by"] for line in as_json.splitlines())
