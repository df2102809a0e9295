# SPDX-License-Identifier: GPL-3.0-only
"""`build/pictures/index.html`: each picture that is not as accepted, as it was, as it is now, and
where the two differ. Used by `make pictures`.

What was accepted is kept as coarse fields only, so the earlier picture is drawn again, by the
commit that accepted it, in a work tree of its own.
"""

from __future__ import annotations

import html
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageChops

from tests.support.screens import accepted

ROOT = Path(__file__).parents[3]
BUILT = ("resources/vendor", "resources/locale")
"""What a fresh work tree lacks, or has without its compiled catalogues."""

HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Changed pictures</title>
<style>body{font:15px sans-serif;margin:1rem}h2{font-size:1rem}
div{display:grid;grid-template-columns:repeat(3,1fr);gap:.5rem}
figure{margin:0}img{width:100%;border:1px solid #888}</style>
"""


def accepting_commit(root: Path = ROOT) -> str:
    """Return the commit that wrote the accepted prints last."""
    return _git(root, "log", "-1", "--format=%H", "--", accepted.FILE.as_posix())


def draw_earlier(commit: str, begins: str, folder: Path, root: Path = ROOT) -> Path:
    """Draw the compared pictures whose name begins so, as `commit` has them.

    Returns:
        The folder of the drawn pictures.
    """
    with _work_tree(commit, folder.absolute(), root) as tree:
        subprocess.run(
            [sys.executable, "-m", "tests.support.screens.pictures", begins, "--compared"],
            cwd=tree,
            env={**os.environ, "PYTHONPATH": str(tree)},
            check=False,  # it fails where its own pictures are not as accepted
            stdout=subprocess.DEVNULL,
        )
        pictures = folder / "pictures"
        shutil.rmtree(pictures, ignore_errors=True)
        drawn = tree / "build/pictures"
        drawn.mkdir(parents=True, exist_ok=True)  # that commit may have no picture of such a name
        shutil.copytree(drawn, pictures)
    return pictures


@contextmanager
def _work_tree(commit: str, folder: Path, root: Path) -> Iterator[Path]:
    tree = folder / "tree"
    shutil.rmtree(folder, ignore_errors=True)
    _git(root, "worktree", "prune")
    _git(root, "worktree", "add", "--detach", "--quiet", str(tree), commit)
    try:
        for name in BUILT:
            shutil.copytree(root / name, tree / name, symlinks=True, dirs_exist_ok=True)
        yield tree
    finally:
        _git(root, "worktree", "remove", "--force", str(tree))


def write_index(names: Iterable[str], earlier: Path, now: Path) -> Path:
    """Write the page that shows each of `names` (without ".png") before, now and the difference.

    Returns:
        The page; its pictures of differences stand beside it.
    """
    parts = [HEAD]
    for name in names:
        before, after = earlier / f"{name}.png", now / f"{name}.png"
        cells = [_figure("before", before, now), _figure("now", after, now)]
        if before.exists() and after.exists():
            difference = now / "differences" / f"{name}.png"
            difference.parent.mkdir(parents=True, exist_ok=True)
            _difference(before, after).save(difference)
            cells.append(_figure("difference", difference, now))
        parts.append(f"<h2>{html.escape(name)}</h2><div>{''.join(cells)}</div>\n")
    page = now / "index.html"
    page.write_text("".join(parts), encoding="utf-8")
    return page


def _figure(caption: str, picture: Path, beside: Path) -> str:
    if not picture.exists():
        return f"<figure>{caption}: there is none</figure>"
    address = html.escape(os.path.relpath(picture, beside))
    return f'<figure>{caption}<a href="{address}"><img src="{address}" alt=""></a></figure>'


def _difference(before: Path, after: Path) -> Image.Image:
    """Return the second picture, pale, with every pixel red that the first has otherwise."""
    with Image.open(before) as one, Image.open(after) as other:
        first, second = one.convert("RGB"), other.convert("RGB")
    first = first.crop((0, 0, *second.size))
    changed = (
        ImageChops.difference(first, second).convert("L").point(lambda light: 255 * (light > 8))
    )
    pale = Image.blend(second, Image.new("RGB", second.size, "white"), 0.7)
    pale.paste((200, 0, 0), mask=changed)
    return pale


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=root, check=True, capture_output=True, text=True
    ).stdout.strip()
