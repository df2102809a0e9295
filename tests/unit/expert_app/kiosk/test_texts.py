# SPDX-License-Identifier: GPL-3.0-only
"""An organisation's own words for callers: what is wrong with the file is said at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from expert_app.commands.doctor.windows import check_texts
from expert_app.kiosk.texts import corrections_of, unknown_texts
from expert_app.runtime.config import SettingsWrong


def _file(folder: Path, text: str) -> str:
    path = folder / "texts.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_without_a_file_nothing_is_corrected() -> None:
    assert corrections_of("") == {}


def test_texts_are_corrected_by_what_the_screen_says(tmp_path: Path) -> None:
    file = _file(tmp_path, '[es]\n"Escuchar" = "Oír"\n"Por teléfono: {phone}" = "Tel.: {phone}"\n')
    corrections = corrections_of(file)
    assert corrections == {
        "es": {"Escuchar": "Oír", "Por teléfono: {phone}": "Tel.: {phone}"},
    }
    assert unknown_texts(corrections) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[de]\n"Ja" = "Jawohl"\n', "[de] is no language of the kiosk"),
        ('[es]\n"Por teléfono: {phone}" = "Teléfono"\n', "{phone}"),
        ('[es]\n"Escuchar" = " "\n', "no words instead"),
        ("[es\n", "texts.toml"),
        ("es = 1\n", "texts.toml"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(
    tmp_path: Path, text: str, why: str
) -> None:
    with pytest.raises(SettingsWrong, match="texts") as refused:
        corrections_of(_file(tmp_path, text))
    assert why in str(refused.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsWrong, match="none"):
        corrections_of(str(tmp_path / "none.toml"))


def test_the_doctor_names_a_text_that_the_program_does_not_say(tmp_path: Path) -> None:
    result = check_texts(_file(tmp_path, '[es]\n"Esto no existe" = "Nada"\n'))
    assert result is not None
    assert result.level == "wrong"
    assert "[es] “Esto no existe”" in result.sentence
    fine = check_texts(_file(tmp_path, '[es]\n"Escuchar" = "Oír"\n'))
    assert fine is not None
    assert fine.level == "ok"
    assert check_texts("") is None
