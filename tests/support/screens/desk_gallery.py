# SPDX-License-Identifier: GPL-3.0-only
"""Pictures of the desk with invented facts, to look at:
`python -m tests.support.screens.desk_gallery DIR [SIZE...] [--long]`.

`--long` makes every text a third longer, as French is.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def main(folder: Path, sizes: list[str], long: bool) -> None:
    """Saves every scene, light and dark, at each size ("1440x900", "1280x720@1.5"), each in a
    program of its own.
    """
    if len(sizes) == 1:
        scale = sizes[0].partition("@")[2]
        os.environ["QT_SCALE_FACTOR"] = scale or "1"
        _shoot(folder, sizes[0], long=long)
        return
    for size in sizes:
        more = ["--long"] if long else []
        subprocess.run(
            [sys.executable, "-m", "tests.support.screens.desk_gallery", str(folder), size, *more],
            check=True,
        )


def _shoot(folder: Path, size: str, *, long: bool) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PyQt6.QtWidgets import QApplication

    from tests.support.appointments.scenes import APPOINTMENT_SCENES
    from tests.support.screens.desk_scenes import SCENES
    from tests.support.screens.dossier_scenes import DESK_SCENES
    from tests.support.screens.longer import Longer, use_words
    from tests.support.screens.third_party_scenes import TALK_SCENES
    from views.widgets.theme import apply_theme

    width, height = (int(side) for side in size.partition("@")[0].split("x"))
    if long:
        use_words(Longer())
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    folder.mkdir(parents=True, exist_ok=True)
    for dark in (False, True):
        apply_theme(app, dark)
        for name, scene in (SCENES | TALK_SCENES | DESK_SCENES | APPOINTMENT_SCENES).items():
            window = scene()
            window.resize(width, height)
            window.show()
            for _pass in range(4):
                app.sendPostedEvents()
                app.processEvents()
            window.grab().save(str(folder / f"{name}-{'dark' if dark else 'light'}-{size}.png"))
            window.close_now()
            window.deleteLater()


if __name__ == "__main__":
    arguments = [word for word in sys.argv[1:] if not word.startswith("--")]
    main(
        Path(arguments[0]),
        arguments[1:] or ["1440x900", "1280x720", "1280x720@1.5"],
        "--long" in sys.argv,
    )
