# SPDX-License-Identifier: GPL-3.0-only
"""What stands around a first page leaves the keyboard to the page."""

from __future__ import annotations

from typing import Any

from PyQt6.QtWidgets import QLineEdit

from views.desk.sign_in_view import SignInView
from views.workplace.first_bar import FirstPage


def test_the_line_of_the_invitation_can_be_pasted_at_once(qtbot: Any) -> None:
    page = FirstPage(SignInView("", ""), language="fr", text_size=1.0)
    qtbot.addWidget(page)
    page.show()
    first = page.focusWidget()
    assert isinstance(first, QLineEdit)
    assert first.objectName() == "sign_in_code"
