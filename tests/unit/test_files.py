# SPDX-License-Identifier: GPL-3.0-only
"""The rules of the project's own files that no linter knows: a file is read in one sitting."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("expert_app", "views", "session", "documents", "resources", "installers", "tests")
MOST_LINES = 500


def test_no_file_is_longer_than_one_sitting() -> None:
    files = [
        path
        for folder in FOLDERS
        for kind in ("py", "js")
        for path in (ROOT / folder).rglob(f"*.{kind}")
    ]
    own = [path for path in files if "vendor" not in path.parts]
    assert len(own) > 500
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines()) for path in own
    }
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}
