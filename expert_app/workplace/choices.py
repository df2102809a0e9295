# SPDX-License-Identifier: GPL-3.0-only
"""The choices of a person before any window of a role is there: the language, and how the first
page looks. Kept in the person's own file. Used by the desk's command and its sign-in.
"""

from __future__ import annotations

from typing import get_args

import msgspec

from expert_app.runtime.config import DeskSettings, Language, load_fixed
from expert_app.runtime.paths import Paths
from views.widgets.window_settings import IniSettings

LANGUAGE = "language"


def choices_of(paths: Paths) -> IniSettings:
    """The person's own file, over which the organisation's stands."""
    return IniSettings(paths.data / "window.ini", load_fixed(paths.organisation_file).names)


def in_chosen_language(settings: DeskSettings, paths: Paths) -> DeskSettings:
    """The settings with the language that this person chose in a window."""
    chosen = choices_of(paths).read(LANGUAGE)
    if chosen not in get_args(Language):
        return settings
    return msgspec.structs.replace(settings, language=chosen)
