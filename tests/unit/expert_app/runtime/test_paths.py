# SPDX-License-Identifier: GPL-3.0-only
"""Where an installation has its files."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from expert_app.runtime.paths import paths_for


@pytest.mark.skipif(sys.platform == "win32", reason="the folder of other systems")
def test_what_is_fixed_lies_where_only_an_administrator_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, str(tmp_path))
    assert paths_for("desk").organisation_file == Path("/etc/poste-expert/desk.toml")


def test_an_installation_with_its_own_folder_has_it_there(tmp_path: Path) -> None:
    assert paths_for("desk", tmp_path).organisation_file == tmp_path / "desk/organisation.toml"
