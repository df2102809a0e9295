# SPDX-License-Identifier: GPL-3.0-only
"""No test is told in the language of the one before."""

from __future__ import annotations

import pytest

from resources.texts import _, language, use_language


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_begins_in_english(turn: int) -> None:
    assert (language(), _("Cancel")) == ("en", "Cancel")
    use_language("fr")
    assert (language(), _("Cancel")) == ("fr", "Annuler"), turn
