# SPDX-License-Identifier: GPL-3.0-only
"""The documents keep to their size and form, and every path and link in them leads somewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAP = ROOT / "ARCHITECTURE.md"
DECISIONS = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
FOLDERS = (
    ".ci", "documents", "docs", "expert_app", "installers", "resources", "session", "tests", "views"
)  # fmt: skip
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "docs/decisions").glob("*.md"),
    ]
)

IN_BACKTICKS = re.compile(r"`([^`\n]+)`")
A_PATH = re.compile(rf"(?:{'|'.join(map(re.escape, FOLDERS))})/[\w./*-]+")
A_LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)[^)]*\)")
A_PACKAGE = re.compile(r"^\| `([\w/]+)` \| .* \| `([\w.]+)` \|$", re.MULTILINE)


def _text(page: Path) -> str:
    return page.read_text("utf-8")


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def test_the_map_fits_on_three_hundred_lines_of_a_usual_width() -> None:
    lines = _text(MAP).splitlines()
    assert len(lines) <= 300
    assert [line for line in lines if len(line) > 120] == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_path_in_backticks_exists(page: Path) -> None:
    named = [name for name in IN_BACKTICKS.findall(_text(page)) if A_PATH.fullmatch(name)]
    assert [name for name in named if not any(ROOT.glob(name))] == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = A_LINK.findall(_text(page))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_package_of_the_map_begins_with_a_module_that_exists() -> None:
    rows = A_PACKAGE.findall(_text(MAP))
    assert len(rows) > 70
    assert [row for row in rows if not (ROOT / row[0] / row[1]).is_file()] == []


def test_the_map_has_every_package() -> None:
    told = {package for package, _module in A_PACKAGE.findall(_text(MAP))}
    packages = {
        path.parent.relative_to(ROOT).as_posix()
        for top in ("documents", "expert_app", "session", "views")
        for path in (ROOT / top).rglob("*.py")
        if path.name != "__init__.py"
    }
    assert packages - told == {"documents/migrations/versions"}


def test_each_line_of_the_threats_names_what_proves_it() -> None:
    threats = _text(ROOT / "docs/securite.md").partition("## Menaces")[2].partition("\n## ")[0]
    rows = [line for line in threats.splitlines() if line.count("|") == 4]
    rows = [row for row in rows if "---" not in row and "| preuve |" not in row]
    assert len(rows) > 15
    assert [row for row in rows if "`tests/" not in row and "`make test" not in row] == []


def test_each_kind_of_data_names_what_proves_its_line() -> None:
    table = _text(ROOT / "docs/donnees.md").partition("## Ce qui existe")[2].partition("\n\n\n")[0]
    rows = [line for line in table.splitlines() if line.count("|") == 6]
    rows = [row for row in rows if "---" not in row and "| preuve |" not in row]
    assert len(rows) > 12
    assert [row for row in rows if "`tests/" not in row] == []


@pytest.mark.parametrize("page", ["docs/securite.md", "docs/donnees.md"])
def test_what_the_papers_cite_is_there(page: str) -> None:
    cited = re.findall(r"`(tests/[\w/.]+)`", _text(ROOT / page))
    assert len(cited) > 10
    assert [path for path in cited if not (ROOT / path).exists()] == []


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = [int(page.name[:4]) for page in DECISIONS]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("page", DECISIONS, ids=_name)
def test_a_decision_has_its_parts_or_one_line(page: Path) -> None:
    text = _text(page)
    assert text.startswith(f"# {page.name[:4]} ")
    body = text.partition("\n\n")[2]
    if body.startswith(("Superseded by [", "Explained at the code: `")):
        assert len(body.split("\n\n")) == 1
        return
    assert re.search(r"^- Status: accepted", text, re.MULTILINE)
    assert re.search(r"^- Date: \d{4}-\d{2}-\d{2}$", text, re.MULTILINE)
    parts = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert parts[:3] == ["Context", "Decision", "Consequences"]


def _index_line(page: Path) -> str:
    text = _text(page)
    line = f"- [{page.name[:4]}]({page.name}) {text.splitlines()[0][7:]}"
    successor = re.search(r"^Superseded by \[(\d{4})\]", text, re.MULTILINE)
    if successor is not None:
        return f"{line} (superseded by {successor[1]})"
    if "\nExplained at the code: " in text:
        return f"{line} (at the code)"
    return line


def test_the_index_has_one_line_for_each_decision_as_its_file_says() -> None:
    index = re.findall(r"^- \[\d{4}\]\(.+$", _text(ROOT / "docs/decisions/README.md"), re.MULTILINE)
    assert sorted(index) == [_index_line(page) for page in DECISIONS]


@pytest.mark.skipif(shutil.which("nft") is None, reason="nftables is not installed")
def test_the_firewall_rules_for_kiosks_are_rules() -> None:
    rules = re.findall(r"```nft\n(.*?)```", _text(ROOT / "docs/kiosk.md"), re.DOTALL)
    assert len(rules) == 1
    checked = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--net", "nft", "--check", "--file", "-"],
        input=rules[0],
        capture_output=True,
        text=True,
        check=False,
    )
    if "unshare" in checked.stderr:
        pytest.skip("this system does not let us make a network of our own")
    assert checked.stderr == ""
    assert checked.returncode == 0
