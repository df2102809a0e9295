# SPDX-License-Identifier: GPL-3.0-only
"""Versions in their order, and packages that an upgrade has left behind."""

from __future__ import annotations

from pathlib import Path

from session.core.program_version import PACKAGED_HOME, other_packages, version_order


def test_versions_are_sorted_as_python_sorts_them() -> None:
    versions = [
        "0.2.0",
        "0.3.0.dev0",
        "0.3.0.dev20261130142516+g099b9726",
        "0.3.0.dev20261201000000+g00000000",
        "0.3.0",
        "0.10.0.dev0",
        "0.10.0",
    ]
    shuffled = versions[3:] + versions[:3]
    assert sorted(shuffled, key=version_order) == versions


def test_a_package_of_an_older_release_is_found(tmp_path: Path) -> None:
    for name, version in (
        ("poste-expert", "0.3.0"),
        ("poste-expert-desk", "0.3.0"),
        ("poste-expert-hub", "0.2.0"),
    ):
        (tmp_path / name).write_text(f"{version}\n")
    assert other_packages(tmp_path, PACKAGED_HOME) == {"poste-expert-hub": "0.2.0"}
    assert other_packages(tmp_path, "/somewhere/.venv") == {}
    assert other_packages(tmp_path / "none", PACKAGED_HOME) == {}
