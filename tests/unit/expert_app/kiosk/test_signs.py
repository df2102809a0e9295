# SPDX-License-Identifier: GPL-3.0-only
"""An organisation's films of the questions: found by name, bounded, and what is wrong is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from expert_app.commands.doctor.windows import check_signs
from expert_app.kiosk.signs import MOST_BYTES, sign_name, signs_in
from expert_app.runtime.config import SettingsWrong
from session.kiosk.call.consent import SHEET
from session.protocol.conversation.messages import Grant
from views.words.consent import QUESTIONS


def test_every_question_has_a_name_of_its_own() -> None:
    names = [sign_name(question) for question in QUESTIONS]
    assert len(set(names)) == len(names)
    page = Path("docs/kiosk.md").read_text(encoding="utf-8")
    assert [name for name in names if f"`{name}`" not in page] == []


def test_a_folder_of_films_is_found_by_its_names(tmp_path: Path) -> None:
    assert signs_in("") == {}
    for name in ("see_page+point.webp", "sheet.gif", "lisez-moi.txt"):
        (tmp_path / name).write_bytes(b"film")
    assert signs_in(str(tmp_path)) == {
        (Grant.SEE_PAGE, Grant.POINT): tmp_path / "see_page+point.webp",
        SHEET: tmp_path / "sheet.gif",
    }
    result = check_signs(str(tmp_path))
    assert result is not None
    assert result.level == "ok"
    assert check_signs("") is None


def test_what_cannot_be_used_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsWrong):
        signs_in(str(tmp_path / "nowhere"))
    with (tmp_path / "scan.webp").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(SettingsWrong, match="scan"):
        signs_in(str(tmp_path))
    result = check_signs(str(tmp_path))
    assert result is not None
    assert result.level == "wrong"


def test_the_doctor_names_a_film_of_no_question(tmp_path: Path) -> None:
    (tmp_path / "voir.webp").write_bytes(b"film")
    result = check_signs(str(tmp_path))
    assert result is not None
    assert (result.level, "voir.webp" in result.sentence) == ("wrong", True)
