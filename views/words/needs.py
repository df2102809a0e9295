# SPDX-License-Identifier: GPL-3.0-only
"""The needs of a caller, in words for the desk's queue and offer."""

from __future__ import annotations

from collections.abc import Iterable

from resources.texts import _
from session.protocol.hub.tickets import SIGN_LANGUAGE, WRITING
from views.words.languages import LANGUAGE_NAMES


def need_words(needs: Iterable[str]) -> str:
    """Say needs in words, as "Sign language, العربية":
    a language is called as it calls itself; "" for no need.
    """
    own_words = {SIGN_LANGUAGE: _("Sign language"), WRITING: _("Writes")}
    return ", ".join(own_words.get(need) or LANGUAGE_NAMES.get(need, need) for need in needs)
