# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub report`: the operator's report from the history on the disk."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from expert_app.__main__ import main
from expert_app.hub.example_convention import EXAMPLE
from expert_app.runtime.paths import paths_for
from session.hub.history.database import History
from tests.support.invented_tickets import days_of_work, entry


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return hub_folder(tmp_path, callers=300)


def hub_folder(tmp_path: Path, *, callers: int) -> Path:
    """A hub's folder with a month of callers, and its catalogue beside it."""
    (tmp_path / "catalogue.toml").write_text(EXAMPLE, encoding="utf-8")
    history = History(paths_for("hub", tmp_path).folder("history"))
    told = [entry(seq, ended) for seq, ended in enumerate(days_of_work(callers, 20), 1)]
    history.apply(history.stream("x"), told)
    history.close()
    return tmp_path


def run(folder: Path, *report: str) -> int:
    common = [
        "--catalogue",
        str(folder / "catalogue.toml"),
        "--folder",
        str(folder),
        "--language",
        "en",
    ]
    return main(["hub", *common, "report", *report])


def test_the_ending_says_which_report(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pdf, table = folder / "march.pdf", folder / "march.csv"
    assert run(folder, "2026-03-01", "2026-03-31", str(pdf)) == 0
    assert run(folder, "2026-03-01", "2026-03-31", str(table)) == 0
    assert "300 callers" in capsys.readouterr().out
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert ";total;;;300;" in table.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("ending", ["pdf", "csv"])
def test_few_callers_are_told_as_few_and_not_as_none(
    ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = hub_folder(tmp_path, callers=3)
    file = place / f"march.{ending}"
    assert run(place, "2026-03-01", "2026-03-31", str(file)) == 0
    assert "<5 callers" in capsys.readouterr().out
    if ending == "pdf":
        with pypdfium2.PdfDocument(file) as pdf:  # type: ignore[no-untyped-call]
            text = "".join(page.get_textpage().get_text_bounded() for page in pdf)
        assert "< 5" in text.replace("\u202f", " ").replace("\xa0", " ")
    else:
        assert ";total;;;<5;" in file.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("ending", ["pdf", "csv"])
def test_an_organisations_own_report_has_true_numbers(
    ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = hub_folder(tmp_path, callers=3)
    file = place / f"march.{ending}"
    assert run(place, "2026-03-01", "2026-03-31", str(file), "--inside", "valdore") == 0
    assert ": 3 callers" in capsys.readouterr().out
    if ending == "pdf":
        with pypdfium2.PdfDocument(file) as pdf:  # type: ignore[no-untyped-call]
            text = pdf[0].get_textpage().get_text_bounded()
        assert "not for publication" in text
        assert "< 5" not in text.replace("\u202f", " ").replace("\xa0", " ")
    else:
        assert ";total;;;3;" in file.read_text(encoding="utf-8-sig")


def test_a_report_of_an_unknown_organisation_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "2026-03-01", "2026-03-31", "x.pdf", "--inside", "nobody") == 2
    assert "nobody" in capsys.readouterr().out


def test_a_wrong_wish_is_refused_in_words(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "1/3/2026", "2026-03-31", "x.pdf") == 2
    assert run(folder, "2026-03-31", "2026-03-01", "x.pdf") == 2
    assert run(folder, "2026-03-01", "2026-03-31", "x.doc") == 2
    said = capsys.readouterr().out
    assert "“opening”" in said
    assert ".csv or .ods" in said


def test_an_unknown_time_zone_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "hub" / "settings.toml").write_text(
        'time_zone = "Europe/Cormeuse"\n', encoding="utf-8"
    )
    assert run(folder, "2026-03-01", "2026-03-31", "x.pdf") == 2
    assert "Europe/Cormeuse" in capsys.readouterr().err
