# SPDX-License-Identifier: GPL-3.0-only
"""What the operator does stands in the hub's log: who was invited and revoked, by which account of
the computer; and that the run before was killed. No name, no code.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from expert_app.__main__ import main
from expert_app.hub.example_convention import EXAMPLE
from expert_app.runtime.folder_owner import FILE, own_folder
from expert_app.runtime.paths import LOG_FOLDER, paths_for
from expert_app.stores.identities import open_book


def _log(folder: Path) -> str:
    return (paths_for("hub", folder).folder(LOG_FOLDER) / "hub.log").read_text(encoding="utf-8")


def test_who_is_invited_and_revoked_stands_in_the_log_without_code_or_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "c.toml").write_text(EXAMPLE, encoding="utf-8")
    catalogue = (tmp_path / "c.toml").as_posix()
    (tmp_path / "hub.toml").write_text(f'catalogue = "{catalogue}"\n', encoding="utf-8")
    place = ["--settings", str(tmp_path / "hub.toml"), "--folder", str(tmp_path)]
    who = ["--role", "agent", "--org", "valdore", "--name", "Camille R."]
    assert main(["hub", "invite", *who, *place]) == 0
    code = capsys.readouterr().out.split()[0]
    assert main(["hub", "revoke", *who, *place]) == 0
    said = _log(tmp_path)
    assert "valdore/agent/agent1 is invited for" in said
    assert "the keys and invitations of valdore/agent/agent1 are taken away" in said
    assert "expert-app hub revoke, exit code 0" in said
    assert code not in said
    assert "Camille" not in said
    assert main(["hub", "people", *place]) == 0
    assert _log(tmp_path) == said  # whoever only looks leaves no line


def test_looking_and_trying_are_no_acts_and_a_key_is_one_only_when_it_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "c.toml").write_text(EXAMPLE, encoding="utf-8")
    place = ["--catalogue", str(tmp_path / "c.toml"), "--folder", str(tmp_path)]

    def acts_of(*words: str) -> list[str]:
        before = len(open_book(paths_for("hub", tmp_path)).acts(100))
        main(["hub", *words, *place])
        newest = open_book(paths_for("hub", tmp_path)).acts(100)
        return [act.what for act in newest[: len(newest) - before]]

    key_file = ("--key-file", str(tmp_path / "hub.key"))
    assert acts_of("dossiers", "holds", "--org", "valdore") == []
    assert acts_of("documents") == []
    assert acts_of("make-key", *key_file) == ["make-key"]
    assert acts_of("make-key", *key_file) == []
    capsys.readouterr()
    # who has looked at whom is personal data of agents
    assert acts_of("readings", "--org", "valdore") == ["readings"]
    assert "0 " in capsys.readouterr().out
    assert acts_of("dossiers", "accesses", "CAF-1", "--org", "valdore") == ["dossiers accesses"]


def test_a_program_that_was_killed_is_known_to_the_next_one(tmp_path: Path) -> None:
    with own_folder(tmp_path, "hub") as before:
        assert before is None
        left = (tmp_path / FILE).read_bytes()
    with own_folder(tmp_path, "hub") as before:
        assert before is None
    (tmp_path / FILE).write_bytes(left)  # as `kill -9` leaves it
    with own_folder(tmp_path, "hub") as before:
        assert before is not None
        assert before.program == "expert-app hub"
