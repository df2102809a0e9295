# SPDX-License-Identifier: GPL-3.0-only
"""`make pictures`: every window in every state (`every.py`), in French and English, light and
dark, on three screens, into build/pictures. `python -m tests.support.screens.pictures
[BEGINNING]` draws only those whose name begins so ("desk/", "kiosk/session-page").

The French ones on one screen are compared with those that were accepted (`accepted.py`): what has
changed is named and drawn beside what it was (build/pictures/index.html), and the command fails.
`--accept` accepts what is drawn now; `--base=COMMIT`: beside the pictures of that commit.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sys
import time
from pathlib import Path
from unittest import mock

from PyQt6.QtCore import QEvent, QLibraryInfo, QTranslator
from PyQt6.QtWidgets import QApplication, QWidget

from resources.texts import use_language
from tests.support.screens import accepted, side_by_side

FOLDER = Path("build/pictures")
SCREENS = ((1366, 768), (1280, 720), (1920, 1080))
KIOSK_SCREENS = ((1280, 800), (1080, 1920), (1920, 1080))
LANGUAGES = ("fr", "en")
COMPARED = {"desk": (SCREENS[:1], ("light", "dark")), "kiosk": (KIOSK_SCREENS[:2], ("light",))}
"""Of desk and kiosk, in French: the screens and looks that are compared; the others are to see."""

DOCS = {
    "board": "board/board",
    "board_accesses": "board/accesses",
    "board_compared": "board/compared",
    "board_curves": "board/board_curves",
    "board_ged": "board/board_ged",
    "board_history": "board/board_history",
    "board_lines": "board/board_lines",
    "desk": "desk/page",
    "find_dossier": "desk/find_hits",
    "guide": "desk/guide",
    "kiosk": "kiosk/session-page",
    "kiosk_keyboard": "kiosk/session-keyboard",
    "media": "settings/media",
    "network": "site/network",
    "scan": "desk/preview",
}
"""Pictures of docs/pictures and the state that each shows; accepted with it."""


def draw(begins: str = "", *, all_of_them: bool = True) -> tuple[int, dict[str, accepted.Print]]:
    """Draws; how many pictures there are now, and those that are compared.

    Args:
        all_of_them: what is not compared is drawn, too.
    """
    from tests.support.screens.every import EVERY, is_touched
    from views.widgets.theme import apply_theme

    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    drawn, prints = 0, {}
    for language, look in itertools.product(LANGUAGES, ("light", "dark")):
        use_language(language)
        translator = QTranslator(application)  # names of keys, as the programs have them
        translator.load(
            f"qtbase_{language}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        )
        application.installTranslator(translator)
        apply_theme(application, look == "dark")
        for name, scene in EVERY.items():
            touched = is_touched(name)
            if not name.startswith(begins) or (touched and look == "dark"):
                continue  # the kiosk has one theme
            screens, looks = COMPARED["kiosk" if touched else "desk"]
            is_compared = language == "fr" and look in looks and not _is_alive(name)
            sizes = screens if is_compared else ()
            if all_of_them:
                sizes = KIOSK_SCREENS if touched else SCREENS
            if not sizes:
                continue
            for path, size in _draw(scene(), f"{name}-{language}-{look}", sizes):
                drawn += 1
                if is_compared and size in screens:
                    prints[path.relative_to(FOLDER).with_suffix("").as_posix()] = _print(path)
            application.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return drawn, prints


def _draw(
    window: QWidget, name: str, sizes: tuple[tuple[int, int], ...]
) -> list[tuple[Path, tuple[int, int]]]:
    from tests.accessibility.layout import settle

    found = []
    window.show()
    for size in sizes:
        window.resize(*size)
        settle()
        path = FOLDER / f"{name}-{size[0]}x{size[1]}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        window.grab().save(str(path))
        found.append((path, size))
    window.hide()
    window.deleteLater()
    return found


def _print(path: Path) -> accepted.Print:
    from PyQt6.QtGui import QImage

    return accepted.print_of(QImage(str(path)))


def _is_alive(name: str) -> bool:
    """A browser engine draws it when it likes."""
    from tests.support.screens.every import BROWSER

    return name.startswith(BROWSER)


def renew_docs(changed: list[str]) -> None:
    """What the documents show of a window that is another one now."""
    for name, state in DOCS.items():
        of_it = [one for one in changed if one.startswith(f"{state}-fr-light-")]
        if of_it:
            drawn = sorted(FOLDER.glob(f"{state}-fr-light-1366x768.png"))
            drawn += sorted(FOLDER.glob(f"{state}-fr-light-1280x800.png"))
            shutil.copyfile(drawn[0], Path("docs/pictures") / f"{name}.png")


def commit_named(arguments: list[str]) -> str:
    """Return the commit after `--base=`, else the one that accepted the pictures."""
    for argument in arguments:
        if argument.startswith("--base="):
            return argument.removeprefix("--base=")
    return side_by_side.accepting_commit()


def show_changes(changed: list[str], begins: str, commit: str) -> Path:
    """Draw the pictures that begin so as `commit` has them, and write the page that shows both."""
    names = [line.split(":")[0] for line in changed]
    earlier = side_by_side.draw_earlier(commit, begins, Path("build/pictures_before"))
    return side_by_side.write_index(names, earlier, FOLDER)


def main() -> int:
    """Draws what the command line names, and compares."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QTWEBENGINE_CHROMIUM_FLAGS", "--disable-gpu --disable-logging")
    os.environ["TZ"] = "Europe/Paris"
    time.tzset()
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
    named = [word for word in sys.argv[1:] if not word.startswith("--")]
    begins = named[0] if named else ""
    with mock.patch("secrets.choice", lambda choices: choices[0]):  # the sign of a conversation
        count, now = draw(begins, all_of_them="--compared" not in sys.argv)
    before = accepted.read()
    changed = accepted.changes(now, before, begins)
    print(f"{count} pictures in {FOLDER}; {len(now)} compared, {len(changed)} not as accepted")
    print("\n".join(changed))
    if "--accept" in sys.argv:
        kept = {name: one for name, one in before.items() if not name.startswith(begins)}
        accepted.write(kept | now)
        renew_docs(changed)
        return 0
    if changed and "--compared" not in sys.argv:
        page = show_changes(changed, begins, commit_named(sys.argv))
        print(f"Look at them: {page}. As it should be: make pictures ACCEPT=1")
    return int(bool(changed))


if __name__ == "__main__":
    sys.exit(main())
