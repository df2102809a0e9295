# SPDX-License-Identifier: GPL-3.0-only
"""The catalogues are complete in every language, and what is missing in one is found."""

from __future__ import annotations

import ast
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest
from babel.messages.catalog import Catalog
from PyQt6.QtGui import QRawFont
from pytestqt.qtbot import QtBot

from expert_app.runtime.config import CallerLanguage
from resources import ROOT as RESOURCES
from resources.texts import CALLER_LANGUAGES, LANGUAGES, texts_of
from views.words.languages import LANGUAGE_NAMES

ROOT = Path(__file__).parents[2]
KIOSK = ROOT / "views" / "kiosk"


@pytest.fixture(scope="module")
def catalogues() -> ModuleType:
    folder = str(ROOT / "installers")
    spec = spec_from_file_location("catalogues", ROOT / "installers" / "catalogues.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.path.insert(0, folder)
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(folder)
    return module


@pytest.fixture
def template() -> Catalog:
    """A text and a plural of the kiosk, and a text of the desk."""
    template = Catalog()
    template.add("Hello {name}", locations=[("views/kiosk/pages/start.py", 0)])
    template.add(("One page", "{count} pages"), locations=[("views/kiosk/header.py", 0)])
    template.add("Queue", locations=[("views/desk/queue/view.py", 0)])
    return template


def _faults(
    catalogues: ModuleType, monkeypatch: pytest.MonkeyPatch, template: Catalog, russian: Catalog
) -> list[str]:
    monkeypatch.setattr(catalogues, "LANGUAGES", ())
    monkeypatch.setattr(catalogues, "CALLER_LANGUAGES", ("ru",))
    monkeypatch.setattr(catalogues, "load", lambda _language: russian)
    found: list[str] = catalogues.faults(template)
    return found


def test_every_list_of_languages_is_the_same(catalogues: ModuleType) -> None:
    everywhere = set(CALLER_LANGUAGES)
    assert set(get_args(CallerLanguage)) == everywhere
    assert set(LANGUAGE_NAMES) == everywhere
    assert {*catalogues.LANGUAGES, *catalogues.CALLER_LANGUAGES} == everywhere


def test_a_language_of_callers_needs_no_text_of_the_desk(
    catalogues: ModuleType, monkeypatch: pytest.MonkeyPatch, template: Catalog
) -> None:
    russian = Catalog(locale="ru")
    russian.add("Hello {name}", "Привет, {name}")
    russian.add(
        ("One page", "{count} pages"),
        ("{count} страница", "{count} страницы", "{count} страниц"),
    )
    assert _faults(catalogues, monkeypatch, template, russian) == []


def test_what_a_language_lacks_is_named(
    catalogues: ModuleType, monkeypatch: pytest.MonkeyPatch, template: Catalog
) -> None:
    russian = Catalog(locale="ru")
    russian.add("Hello {name}", "Привет")
    russian.add(("One page", "{count} pages"), ("одна страница", "{count} страницы", ""))
    russian.add("Gone", "Нет")
    assert _faults(catalogues, monkeypatch, template, russian) == [
        "ru: no longer used: 'Gone'",
        "ru: other placeholders than the source: 'Hello {name}'",
        "ru: not translated: 'One page'",
    ]


def test_a_form_that_stands_for_several_numbers_says_the_number(
    catalogues: ModuleType, monkeypatch: pytest.MonkeyPatch, template: Catalog
) -> None:
    russian = Catalog(locale="ru")
    russian.add("Hello {name}", "Привет, {name}")
    # the first form is said of 1, and of 21 too
    russian.add(
        ("One page", "{count} pages"), ("одна страница", "{count} страницы", "{count} страниц")
    )
    assert _faults(catalogues, monkeypatch, template, russian) == [
        "ru: other placeholders than the source in plural form 0: 'One page'"
    ]


def test_texts_that_the_kiosk_takes_from_elsewhere_are_the_callers(catalogues: ModuleType) -> None:
    template = catalogues.collect()
    marked = {name for message in template for name, _line in message.locations}
    used = {
        f"{node.module.replace('.', '/')}.py"
        for path in KIOSK.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module
    }
    assert [n for n in sorted(used & marked) if not n.startswith(catalogues.CALLER_SOURCES)] == []


def test_the_shipped_fonts_have_every_letter(qtbot: QtBot) -> None:
    assert qtbot
    fonts = [
        QRawFont(str(RESOURCES / "fonts" / name), 20.0)
        for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
    ]
    for language in CALLER_LANGUAGES:
        if language in LANGUAGES:
            continue
        letters = set("".join(texts_of(language))) - {"\n"}
        for font in fonts:
            assert [one for one in letters if not font.supportsCharacter(ord(one))] == []


def test_a_program_that_reads_a_catalogue_while_it_is_compiled_never_finds_half_of_it(
    catalogues: ModuleType, tmp_path: Path
) -> None:
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    po, mo = folder / "expert_app.po", folder / "expert_app.mo"
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    po.write_text(head + 'msgid "Queue"\nmsgstr "File"\n', encoding="utf-8")
    assert catalogues.compile_catalogues(tmp_path) == 1
    with mo.open("rb") as reading:
        before, whole = mo.stat(), mo.read_bytes()
        catalogues.compile_catalogues(tmp_path)
        assert (mo.stat().st_ino, mo.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
        po.write_text(head + 'msgid "Queue"\nmsgstr "File d’attente"\n', encoding="utf-8")
        catalogues.compile_catalogues(tmp_path)
        assert reading.read() == whole
    assert "File d’attente" in mo.read_bytes().decode(errors="replace")
    assert list(folder.iterdir()) in ([po, mo], [mo, po])
