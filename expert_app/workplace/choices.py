# SPDX-License-Identifier: GPL-3.0-only
"""The choices of a person at a window of ours: the language, how it looks, and what each role's
window remembers. Kept in the person's own file. Used by the desk's command, its sign-in and every
role.
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
