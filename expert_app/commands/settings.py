# SPDX-License-Identifier: GPL-3.0-only
"""The settings of a desk, a kiosk or a display, as the command line chooses them.
Used by `programs` and `doctor`.
"""

from __future__ import annotations

import msgspec

from expert_app.runtime.command_line import CommonOptions
from expert_app.runtime.config import DeskSettings, SettingsWrong, load, load_fixed
from expert_app.runtime.paths import Paths
from resources.texts import _, use_language


def load_settings[Settings: msgspec.Struct](
    kind: type[Settings], common: CommonOptions, paths: Paths
) -> Settings:
    """Read a program's settings, and use their language. Raises `SettingsWrong`."""
    if common.settings is not None and not common.settings.is_file():
        raise SettingsWrong(common.settings, _("There is no such file."))
    settings = load(kind, common.settings or paths.config)
    language = getattr(settings, "language", None)
    use_language(common.language or language or "fr")
    if common.language and language is not None:
        return msgspec.structs.replace(settings, language=common.language)
    return settings


def load_desk_settings(common: CommonOptions, paths: Paths) -> DeskSettings:
    """Read the person's settings, under those that the organisation has fixed."""
    settings = load_settings(DeskSettings, common, paths)
    settings = load_fixed(paths.organisation_file).over(settings)
    use_language(common.language or settings.language)
    return settings
