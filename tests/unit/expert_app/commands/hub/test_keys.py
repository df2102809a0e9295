# SPDX-License-Identifier: GPL-3.0-only
"""`hub secret` keeps what the settings use, and nothing else."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from expert_app.commands.hub import keys
from expert_app.commands.hub.context import HubContext
from expert_app.hub.example_convention import EXAMPLE
from expert_app.hub.program import HubOptions, HubProgram
from expert_app.hub.starting import CANNOT_START
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import paths_for
from expert_app.runtime.store_settings import RdvSettings
from expert_app.stores.passwords import load_secret
from tests.support.memory.keyring import MemoryKeyring

RDV = RdvSettings(
    listen="127.0.0.1:8790",
    organisations=["valdore"],
    public_address="https://hub.example",
    address="https://rdv.example",
    client_id="poste",
)


@pytest.mark.parametrize(("name", "code"), [("rdv.valdore", 0), ("rdv_client", 0), ("rdv.x", 2)])
def test_the_secrets_of_rdv_service_public_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: int
) -> None:
    monkeypatch.setattr("keyring.core._keyring_backend", MemoryKeyring())
    monkeypatch.setattr(keys, "getpass", lambda _question: "mot")
    hub = HubContext(HubSettings(rdv=RDV), paths_for("hub", tmp_path))
    assert keys.secret(hub, name) == code
    if code == 0:
        assert load_secret(name, "") == "mot"


def test_a_hub_ends_with_a_sentence_for_an_authority_that_cannot_be_read(tmp_path: Path) -> None:
    settings = HubSettings(
        catalogue=str(tmp_path / "catalogue.toml"),
        rdv=msgspec.structs.replace(RDV, organisations=[], ca_file="/nowhere/ca.pem"),
    )
    (tmp_path / "catalogue.toml").write_text(EXAMPLE, encoding="utf-8")
    with pytest.raises(CANNOT_START, match=r"/nowhere/ca\.pem"):
        HubProgram(settings, paths_for("hub", tmp_path), options=HubOptions())


def test_what_leaves_this_machine_needs_https_and_a_way_back() -> None:
    with pytest.raises(ValueError, match="https"):
        RdvSettings(address="http://rdv.example", listen="a:1", client_id="x")
    with pytest.raises(ValueError, match="public_address"):
        RdvSettings(address="https://rdv.example", listen="a:1", client_id="x")
