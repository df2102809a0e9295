# SPDX-License-Identifier: GPL-3.0-only
"""The handbook: every page of docs is in it or left out on purpose, no link leads nowhere, and it
is read without Internet.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
sys.path.insert(0, str(ROOT))
from installers.handbook import build as handbook  # noqa: E402
from resources import handbook as places  # noqa: E402

OF_ROLES = ("agent", "supervisor", "assistance", "kiosk", "operator")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("handbook")
    handbook.build(folder / "out", folder / "work")
    return folder / "out"


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two pages of an invented handbook."""
    folder = tmp_path / "docs"
    folder.mkdir()
    monkeypatch.setattr(handbook, "ROOT", tmp_path)
    monkeypatch.setattr(handbook, "DOCS", folder)
    monkeypatch.setattr(handbook, "LEFT_OUT", ())
    monkeypatch.setattr(handbook, "listed_pages", lambda: ["agent", "kiosk"])
    (folder / "agent.md").write_text("# L'agent\n\n## Numériser\n\nle la\n", encoding="utf-8")
    (folder / "kiosk.md").write_text("# La borne\n", encoding="utf-8")
    return folder


def test_a_page_of_docs_is_in_the_handbook_or_left_out_on_purpose(docs: Path) -> None:
    handbook.check_pages(["agent", "kiosk"])
    (docs / "new.md").write_text("# New\n", encoding="utf-8")
    with pytest.raises(handbook.Broken, match="new"):
        handbook.check_pages(["agent", "kiosk"])


def test_a_link_to_a_file_beside_the_handbook_is_words(docs: Path) -> None:
    (docs / "code.py").touch()
    page = docs / "kiosk.md"
    text = "[the code](code.py), [agent](agent.md#numériser), [web](https://a.example)\n"
    text += "[agent.md](agent.md)\n"
    page.write_text(f"{text}```\n[x](nowhere.md)\n```\n", encoding="utf-8")
    sources = handbook.Sources(docs.parent / "sources", ["agent", "kiosk"])
    expected = "the code, [agent](agent.md#numériser), [web](https://a.example)\n"
    assert sources.text_of(page).startswith(f"{expected}[](agent.md)\n")
    page.write_text("[gone](gone.md)\n", encoding="utf-8")
    with pytest.raises(handbook.Broken, match="gone"):
        sources.text_of(page)


def test_a_heading_that_is_not_there_ends_the_build(
    docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (docs / "kiosk.md").write_text("# La borne\n\n[x](agent.md#imprimer)\n", encoding="utf-8")
    with pytest.raises(handbook.Broken, match="Sphinx"):
        handbook.build(tmp_path / "out", tmp_path / "work")
    assert "imprimer" in capfd.readouterr().err


def test_each_role_has_its_page_in_french(built: Path) -> None:
    for page in OF_ROLES:
        text = (built / f"{page}.html").read_text("utf-8")
        assert '<html class="no-js" lang="fr"' in text
        assert '<article lang="en"' not in text
    assert '<article lang="en"' in (built / "protocol.html").read_text("utf-8")


def test_every_page_is_read_without_internet(built: Path) -> None:
    loads = re.compile(
        r"""(?:<(?:script|img|iframe|source)\b[^>]*?\bsrc|<link\b[^>]*?\bhref)="([^"]+)"""
    )
    files = sorted(built.rglob("*.html"))
    assert len(files) == len(handbook.listed_pages()) + 2  # its first page, and that of the search
    for file in files:
        for address in loads.findall(file.read_text("utf-8")):
            assert (file.parent / address.partition("?")[0].partition("#")[0]).exists(), address
    for style in built.rglob("*.css"):
        assert "url(http" not in style.read_text("utf-8")


def test_the_search_knows_words_of_the_pages(built: Path) -> None:
    index = (built / "searchindex.js").read_text("utf-8")
    assert "impriment" in index or "imprim" in index


def test_nothing_of_the_build_is_in_the_handbook(built: Path, tmp_path: Path) -> None:
    handbook.build(tmp_path / "again", tmp_path / "work")
    files = sorted(path.relative_to(built) for path in built.rglob("*") if path.is_file())
    assert [
        name
        for name in files
        if (built / name).read_bytes() != (tmp_path / "again" / name).read_bytes()
    ] == []


def test_the_packaged_handbook_comes_before_that_of_a_clone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packaged, clone = tmp_path / "packaged", tmp_path / "clone"
    monkeypatch.setattr(places, "PACKAGED", (packaged,))
    monkeypatch.setattr(places, "REPOSITORY", clone)
    assert places.handbook_page("agent") is None
    for file in ("clone/docs/agent.md", "clone/build/handbook/agent.html", "packaged/agent.html"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).touch()
        assert places.handbook_page("agent") == tmp_path / file
    assert places.handbook_page("gone") is None


def test_the_packages_put_it_where_the_programs_look() -> None:
    builder = (ROOT / "installers/debian/build.py").read_text("utf-8")
    assert f'HANDBOOK = Path("{places.DEBIAN.as_posix().lstrip("/")}")' in builder
    assert 'tree / "handbook"' in (ROOT / "installers/windows/build.py").read_text("utf-8")
