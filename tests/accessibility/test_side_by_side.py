# SPDX-License-Identifier: GPL-3.0-only
"""What has changed in a window is seen beside what it was."""

from __future__ import annotations

import subprocess
from pathlib import Path

from PIL import Image

from tests.support.screens import side_by_side


def save(folder: Path, name: str, *, marked: bool) -> None:
    picture = Image.new("RGB", (40, 30), "white")
    if marked:
        picture.paste((0, 0, 160), (10, 10, 20, 20))
    path = folder / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)


def test_a_changed_picture_stands_beside_the_earlier_one_and_its_difference_is_red(
    tmp_path: Path,
) -> None:
    earlier, now = tmp_path / "earlier", tmp_path / "now"
    save(earlier, "desk/page", marked=False)
    save(now, "desk/page", marked=True)
    save(now, "desk/new", marked=True)

    page = side_by_side.write_index(["desk/page", "desk/new"], earlier, now).read_text("utf-8")

    assert 'src="../earlier/desk/page.png"' in page
    assert 'src="desk/page.png"' in page
    assert "before: there is none" in page
    with Image.open(now / "differences/desk/page.png") as difference:
        assert difference.getpixel((15, 15)) == (200, 0, 0)
        assert difference.getpixel((5, 5)) == (255, 255, 255)


def test_the_commit_that_accepted_the_pictures_is_the_one_before(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout.strip()

    git("init", "--quiet")
    for path, words in (("tests/data/pictures.txt", "prints"), ("window.py", "another window")):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(words, encoding="utf-8")
        git("add", path)
        git("commit", "--quiet", "--message", path)

    assert side_by_side.accepting_commit(tmp_path) == git("rev-parse", "HEAD~1")


def test_what_the_earlier_commit_has_no_picture_of_is_shown_without_one(tmp_path: Path) -> None:
    root = tmp_path / "clone"
    for name in side_by_side.BUILT:
        (root / name).mkdir(parents=True)
    program = root / "tests/support/screens/pictures.py"
    program.parent.mkdir(parents=True)
    program.write_text("", encoding="utf-8")  # draws nothing
    commit = committed(root)

    earlier = side_by_side.draw_earlier(commit, "desk/new", tmp_path / "before", root)

    now = tmp_path / "now"
    save(now, "desk/new", marked=True)
    page = side_by_side.write_index(["desk/new"], earlier, now)
    assert "before: there is none" in page.read_text("utf-8")


def committed(root: Path) -> str:
    """Commit everything in a new repository there; return the commit."""

    def git(*arguments: str) -> str:
        command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *arguments]
        return subprocess.run(
            command, cwd=root, check=True, capture_output=True, text=True
        ).stdout.strip()

    git("init", "--quiet")
    git("add", "--all")
    git("commit", "--quiet", "--message", "everything")
    return git("rev-parse", "HEAD")
