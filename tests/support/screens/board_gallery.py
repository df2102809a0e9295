# SPDX-License-Identifier: GPL-3.0-only
"""Pictures of the board with invented facts:
`python -m tests.support.screens.board_gallery DIR [SIZE [LANGUAGE]]`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PyQt6.QtWidgets import QApplication

from resources.texts import use_language
from tests.support.screens.board_scenes import SCENES
from tests.support.screens.dossier_scenes import BOARD_SCENES
from views.widgets.theme import apply_theme


def main(folder: Path, size: str = "1440x900", language: str = "fr") -> None:
    """Saves every scene, light and dark."""
    width, height = (int(side) for side in size.split("x"))
    app = QApplication([])
    use_language(language)
    folder.mkdir(parents=True, exist_ok=True)
    for dark in (False, True):
        apply_theme(app, dark)
        for name, scene in (SCENES | BOARD_SCENES).items():
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
    main(Path(sys.argv[1]), *sys.argv[2:])
