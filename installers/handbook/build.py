# SPDX-License-Identifier: GPL-3.0-only
"""Builds the handbook from docs, for `make handbook` and the builders of packages: HTML that is
read from the disk, without Internet, its search too.

`index.md` lists the pages, `LEFT_OUT` what is read in the repository only; a page of docs that
neither has ends the build, as does a link that leads nowhere. Sphinx makes the HTML. The same docs
give the same bytes.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DOCS = ROOT / "docs"
LEFT_OUT = ("benchmarks", "fault-tests", "releasing", "vectors/README")
"""Pages for whoever changes the program, beside the decisions."""
NOT_READ = (".buildinfo", "objects.inv", "_sources", "_static/**/*.map")
"""Sphinx's own bookkeeping, and what a developer of the theme reads."""
THEME_WORDS = {
    "Toggle Light / Dark / Auto color theme": "Clair, sombre, ou comme le système",
    "Toggle table of contents sidebar": "Montrer ou cacher le plan de la page",
    "Toggle site navigation sidebar": "Montrer ou cacher la liste des pages",
    "Skip to content": "Aller au texte",
    "Back to top": "Revenir en haut",
    "On this page": "Sur cette page",
    "<span>Next</span>": "<span>Page suivante</span>",
    "<span>Previous</span>": "<span>Page précédente</span>",
    '<div class="title">Home</div>': '<div class="title">Accueil</div>',
    "Made with ": "Fait avec ",
}
"""The theme knows English only."""
TOCTREE = re.compile(r"^```\{toctree\}\n(?::.*\n)+\n((?:[\w/-]+\n)+)```$", re.MULTILINE)
CARRIED = ("furo", "pygments", "snowballstemmer", "sphinx")
"""Their style sheets and scripts are in the handbook, under licences that want to be there too."""
FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]*)?\)")


class Broken(Exception):
    """The handbook can not be built; the message says why."""


def listed_pages() -> list[str]:
    """The pages of the handbook by name, in its order."""
    index = (HERE / "index.md").read_text("utf-8")
    return [page for block in TOCTREE.findall(index) for page in block.split()]


def check_pages(pages: list[str]) -> None:
    """Each page of docs is either in the handbook or left out on purpose.

    Raises:
        Broken: a page is in neither list, or there is no such page.
    """
    named = {*pages, *LEFT_OUT}
    files = {file.relative_to(DOCS).with_suffix("").as_posix() for file in DOCS.rglob("*.md")}
    there = {page for page in files if not page.startswith("decisions/")}
    if named != there:
        raise Broken(f"index.md and LEFT_OUT do not fit docs: {sorted(named ^ there)}")


class Sources:
    """The pages as Sphinx reads them, in a folder of their own with their pictures."""

    def __init__(self, folder: Path, pages: list[str]) -> None:
        self._folder = folder
        self._files = {DOCS / f"{page}.md" for page in pages}

    def write(self) -> None:
        """Write all of them."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        shutil.copyfile(HERE / "index.md", self._folder / "index.md")
        for file in sorted(self._files):
            copy = self._folder / file.relative_to(DOCS)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(self.text_of(file), encoding="utf-8")

    def text_of(self, file: Path) -> str:
        """A page whose links stay inside the handbook: those to other files are words only.

        Raises:
            Broken: a link leads to no file.
        """
        parts = FENCE.split(file.read_text("utf-8"))
        for place in range(0, len(parts), 2):
            parts[place] = LINK.sub(lambda link: self._link(file, link), parts[place])
        return "".join(parts)

    def _link(self, file: Path, link: re.Match[str]) -> str:
        is_picture, words, address, heading = link.groups()
        target = (file.parent / address).resolve()
        if not target.exists():
            raise Broken(f"{file.relative_to(ROOT)}: {link[0]} leads to no file")
        if is_picture:
            copy = self._folder / target.relative_to(DOCS)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(target, copy)
            return link[0]
        if target not in self._files:
            return words
        if words == target.name:  # MyST takes the title of what an empty link leads to
            return f"[]({address}{heading or ''})"
        return link[0]


def build(out: Path, work: Path) -> None:
    """Write the handbook into a folder.

    Raises:
        Broken: a page or a link is wrong; Sphinx has said which on standard error.
    """
    pages = listed_pages()
    check_pages(pages)
    sources = work / "sources"
    Sources(sources, pages).write()
    shutil.rmtree(out, ignore_errors=True)
    sphinx = (sys.executable, "-m", "sphinx", "--builder", "html", "--conf-dir", HERE, "--quiet")
    strict = ("--fail-on-warning", "--fresh-env", "--doctree-dir", work / "doctrees")
    # The year of a copyright line and the order of sets follow these.
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "0", "PYTHONHASHSEED": "0", "TZ": "UTC"}
    if subprocess.run([*sphinx, *strict, sources, out], env=environment, check=False).returncode:
        raise Broken("Sphinx is not content with the pages")
    for path in [path for pattern in NOT_READ for path in out.glob(pattern)]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    finish(out, pages)
    (out / "_static/licences.txt").write_text(licences(), encoding="utf-8")


def finish(out: Path, pages: list[str]) -> None:
    """Give the theme French words, and each page in English its language.

    Raises:
        Broken: the theme has other words now.
    """
    unused = set(THEME_WORDS)
    english = {out / f"{page}.html" for page in pages if is_english(DOCS / f"{page}.md")}
    for file in sorted(out.rglob("*.html")):
        text = file.read_text("utf-8")
        unused -= {words for words in unused if words in text}
        for words, french in THEME_WORDS.items():
            text = text.replace(words, french)
        if file in english:
            text = text.replace("<article ", '<article lang="en" ')
        file.write_text(text, encoding="utf-8")
    if unused:
        raise Broken(f"THEME_WORDS has words that the theme no longer has: {sorted(unused)}")


def licences() -> str:
    """The licences of what others wrote of the handbook."""
    texts = []
    for name in CARRIED:
        files = importlib.metadata.files(name) or []
        for file in sorted(file for file in files if "licenses" in file.parts):
            texts.append(f"---- {name}: {file.name} ----\n{file.read_text('utf-8').strip()}\n")
    return "\n".join(texts)


def is_english(page: Path) -> bool:
    """True for a page in English, of which "the" is the most frequent word."""
    words = page.read_text("utf-8").lower().split()
    return words.count("the") > words.count("le") + words.count("la")


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("out", type=Path, nargs="?", default=ROOT / "build/handbook")
    parser.add_argument("--work", type=Path, default=ROOT / "build/handbook-work")
    arguments = parser.parse_args()
    try:
        build(arguments.out.resolve(), arguments.work.resolve())
    except Broken as error:
        print(error, file=sys.stderr)
        return 1
    files = [path for path in arguments.out.rglob("*") if path.is_file()]
    size_mb = sum(path.stat().st_size for path in files) / 1e6
    print(f"{arguments.out}: {len(files)} files, {size_mb:.1f} MB; begin with index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
