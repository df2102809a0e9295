# SPDX-License-Identifier: GPL-3.0-only
"""The dialog that asks where a file goes. Used by the helpdesk's pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtWidgets import QFileDialog, QWidget

from resources.texts import _


def ask_path(parent: QWidget, name: str, file_name: str, *, then: Callable[[str], object]) -> None:
    """Asks where `file_name` goes, and calls `then` with the path."""
    ending = Path(file_name).suffix[1:]
    dialog = QFileDialog(parent, _("Save"))
    dialog.setObjectName(name)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters([f"{ending.upper()} (*.{ending})"])
    dialog.setDefaultSuffix(ending)
    dialog.selectFile(str(Path.home() / file_name))
    dialog.fileSelected.connect(then)
    dialog.open()
