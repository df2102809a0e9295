# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's questions in sign language, as the organisation has filmed them: the folder that
`signs` of the settings names, and what is wrong with it.

Used by the kiosk's wiring and `expert-app doctor`. A file is named after its question: the powers
with a plus between them, or `sheet`, and one of `ENDINGS`.
"""

from __future__ import annotations

from pathlib import Path

from expert_app.runtime.config import SettingsWrong
from resources.texts import _
from session.kiosk.call.consent import SHEET, Question
from views.words.consent import QUESTIONS

ENDINGS = (".webp", ".gif", ".png", ".jpg")
"""Moving pictures and still ones."""
MOST_BYTES = 8 << 20
"""Of one file: it is read while somebody waits for the question."""


def sign_name(question: Question) -> str:
    """The name of a question's file, without its ending."""
    if question == SHEET:
        return "sheet"
    return "+".join(question)


def signs_in(folder: str) -> dict[Question, Path]:
    """Question -> file; none for "".

    Raises:
        SettingsWrong: the folder cannot be used.
    """
    files = _files(folder)
    questions = {sign_name(question): question for question in QUESTIONS}
    signs = {questions[path.stem]: path for path in files if path.stem in questions}
    for path in signs.values():
        if path.stat().st_size > MOST_BYTES:
            words = _("The file is larger than {most} MB.")
            raise SettingsWrong(path, words.format(most=MOST_BYTES >> 20))
    return signs


def unknown_signs(folder: str) -> list[str]:
    """Pictures of a question that the program does not ask; they do nothing."""
    names = {sign_name(question) for question in QUESTIONS}
    return [path.name for path in _files(folder) if path.stem not in names]


def _files(folder: str) -> list[Path]:
    if not folder:
        return []
    path = Path(folder)
    try:
        return sorted(file for file in path.iterdir() if file.suffix.lower() in ENDINGS)
    except OSError as error:
        raise SettingsWrong(path, str(error)) from error
