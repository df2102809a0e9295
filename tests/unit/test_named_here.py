# SPDX-License-Identifier: GPL-3.0-only
"""Commands of the hub and pages of docs have the names that this machine has for them, in every
sentence that reaches a person: on a machine with the packages and in a clone of the repository.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from expert_app.__main__ import COMMANDS, main
from expert_app.runtime.command_line import Command
from installers.debian import build as packages
from installers.handbook import build as handbook
from resources import this_machine
from resources.texts import CALLER_LANGUAGES, _, texts_of, use_language
from resources.this_machine import as_here
from tests.unit.source_files import PRODUCT, ROOT, name_of, sources

OF_A_CLONE = re.compile(r"(?<![\w/-])expert-app\s+hub\b|\bdocs/[\w/-]+\.md\b")
HALF = re.compile(
    r"(?:^|[`“«:(]\s?|\btype |\btapez )hub (?:admit|backup|check|example|explain|init|invite|"
    r"people|renew-certificate|report|restore|revoke|sso)\b"
)
"""A command without the program's name, at a place where a command stands."""
TRANSLATORS = {"_", "N_", "ngettext"}


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose programs came as packages; the handbook's folder."""
    monkeypatch.delenv(this_machine.COMMAND_VARIABLE, raising=False)
    monkeypatch.setattr(this_machine, "HANDBOOK", tmp_path)
    return tmp_path


@pytest.fixture
def clone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without packages."""
    monkeypatch.delenv(this_machine.COMMAND_VARIABLE, raising=False)
    monkeypatch.setattr(this_machine, "HANDBOOK", None)


def sentences() -> frozenset[str]:
    """Every sentence of the programs, as it is written."""
    return texts_of("en")


@pytest.mark.usefixtures("packaged")
@pytest.mark.parametrize("language", CALLER_LANGUAGES)
def test_no_sentence_of_a_packaged_machine_names_what_only_a_clone_has(language: str) -> None:
    use_language(language)
    said = {_(sentence) for sentence in sentences()} | {
        as_here(text) for text in texts_of(language)
    }
    assert sorted(text for text in said if OF_A_CLONE.search(text)) == []
    assert any("poste-expert-hub renew-certificate" in text for text in said)


@pytest.mark.usefixtures("clone")
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_sentence_of_a_clone_names_its_own_command(language: str) -> None:
    use_language(language)
    said = {_(sentence) for sentence in sentences()}
    assert any("expert-app hub renew-certificate" in text for text in said)
    assert [text for text in said if "poste-expert-hub " in text] == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_command_is_named_whole(language: str) -> None:
    assert sorted(text for text in texts_of(language) if HALF.search(text)) == []


def test_a_page_that_a_sentence_names_is_in_the_handbook() -> None:
    texts = [
        *texts_of("en"),
        *texts_of("fr"),
        *(text for _place, text in texts_outside(TRANSLATORS)),
    ]
    named = {page for text in texts for page in re.findall(r"\bdocs/([\w/-]+)\.md\b", text)}
    assert {"convention", "dossiers", "protocol"} <= named
    assert named - set(handbook.listed_pages()) == set()


def test_the_page_is_a_file_of_the_packages(packaged: Path) -> None:
    assert as_here("Read docs/sso.md.") == f"Read {packaged / 'sso.html'}."
    assert as_here("See docs/reference/errors.md") == f"See {packaged / 'reference/errors.html'}"


@pytest.mark.usefixtures("packaged")
def test_a_path_keeps_the_program_that_it_names() -> None:
    assert as_here("/opt/poste-expert/bin/expert-app hub people").endswith("/expert-app hub people")


def test_a_machine_may_name_its_own_command(
    packaged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = "/opt/poste-expert/bin/expert-app hub"
    monkeypatch.setenv(this_machine.COMMAND_VARIABLE, own)
    assert as_here("Type expert-app hub check.") == f"Type {own} check."


def test_the_packages_programs_find_that_they_are_packaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    debian = tmp_path / "debian"
    debian.mkdir()
    monkeypatch.setattr(this_machine, "PACKAGED", (tmp_path / "none", debian))
    assert this_machine.installed_handbook(f"/{packages.HOME}") == debian
    assert this_machine.installed_handbook("/home/a/.venv") is None
    monkeypatch.setattr(this_machine, "PACKAGED", (debian, tmp_path / "none"))
    assert this_machine.installed_handbook("C:/Program Files/Poste Expert") == debian


# ---- texts that no catalogue has


def lines_of(commands: Mapping[str, Command], *before: str) -> Iterator[tuple[str, ...]]:
    """The words of each command."""
    for name, command in commands.items():
        yield (*before, name)
        yield from lines_of(command.below, *before, name)


def docstrings(tree: ast.Module) -> Iterator[ast.expr]:
    """Sentences that stand alone, for whoever reads the source."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value


def parts_of_calls(tree: ast.Module, names: set[str]) -> set[ast.AST]:
    """Everything that is given to these functions."""
    return {
        part
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in names
        for part in ast.walk(call)
    }


def texts_outside(names: set[str]) -> Iterator[tuple[str, str]]:
    """(place, text) of each text of the product that is no docstring and not given to these."""
    for path in sources(*PRODUCT):
        source = path.read_text("utf-8")
        if "expert-app" not in source and "docs/" not in source:
            continue
        tree = ast.parse(source)
        left_out = parts_of_calls(tree, names) | set(docstrings(tree))
        for node in ast.walk(tree):
            match node:
                case ast.Constant(value=str(text)) if node not in left_out:
                    yield f"{name_of(path)}:{node.lineno}", text


def test_every_printed_text_is_said_as_it_is_here() -> None:
    texts = texts_outside(TRANSLATORS | {"as_here"})
    wrong = [place for place, text in texts if OF_A_CLONE.search(text)]
    assert [place for place in wrong if not place.startswith("resources/this_machine.py:")] == []


@pytest.mark.usefixtures("packaged")
@pytest.mark.parametrize("line", list(lines_of(COMMANDS)), ids=" ".join)
def test_the_help_of_a_packaged_machine_names_its_commands(
    line: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([*line, "--help"])
    words = capsys.readouterr().out
    assert OF_A_CLONE.findall(words) == []
    if line[0] == "hub":
        assert " ".join(words.split()).startswith(" ".join(("usage: poste-expert-hub", *line[1:])))


# ---- files that a machine gets


def shipped_files() -> list[Path]:
    """Files of the packages that a person may read, and what is copied to other machines."""
    names = packages.package_names()
    files = {file for name in names for file, _place in packages.installed_files(name)}
    files |= set(ROOT.glob("resources/procedures/*.toml")) | set(ROOT.glob("resources/stick/*"))
    files.add(ROOT / "installers/windows/desk.example.toml")
    return sorted(file for file in files if file.suffix not in {".png", ".json"})


@pytest.mark.parametrize("file", shipped_files(), ids=name_of)
def test_a_shipped_file_says_both_commands_or_neither(file: Path) -> None:
    text = file.read_text("utf-8")
    if "poste-expert-hub init" in text:  # the unit says which command is whose
        text = text.replace("(without the package: `expert-app hub init", "")
    assert OF_A_CLONE.findall(text) == []
