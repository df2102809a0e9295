# SPDX-License-Identifier: GPL-3.0-only
"""The words for a newer release of the program. Used by the windows of every role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from resources.texts import _
from session.core.program_version import PROGRAMS_PACKAGE, version_order
from session.protocol.hub.requests import ReleaseAnswer


@dataclass(frozen=True)
class ReleaseWords:
    """A sentence; `late` when the day has passed until which there was time."""

    text: str
    late: bool


def is_older(version: str, than: str) -> bool:
    """True if a version comes before another one; an unknown one never does."""
    return version != "" and version_order(version) < version_order(than)


def package_words(others: Mapping[str, str], version: str) -> str:
    """Return what to say of packages that an upgrade of the programs has left; "" for none."""
    if not others:
        return ""
    words = _(
        "Not of the version of the program ({version}): {packages}. To bring all to the same, as "
        "an administrator: {command}"
    )
    packages = ", ".join(f"{name} {other}" for name, other in others.items())
    command = f"apt install {PROGRAMS_PACKAGE} {' '.join(others)}"
    return words.format(version=version, packages=packages, command=command)


def release_words(answer: ReleaseAnswer, version: str, today: date) -> ReleaseWords | None:
    """Return what to say to whoever uses `version`; None where there is nothing to do."""
    if not answer.newest or not is_older(version, answer.newest):
        return None
    late = answer.by is not None and today > answer.by
    if late:
        words = _(
            "This program is too old: your network has expected version {newest} since {day}; here "
            "is {version}. It may refuse some of your work. Ask your administrator to install it."
        )
    elif answer.by is not None:
        words = _(
            "Version {newest} of the program is there; here is {version}. There is time until "
            "{day}; nothing is changed by itself."
        )
    else:
        words = _(
            "Version {newest} of the program is there; here is {version}. Nothing is changed by "
            "itself."
        )
    if answer.by is not None:
        day = f"{answer.by:%d/%m/%Y}"
    else:
        day = ""
    text = words.format(newest=answer.newest, version=version, day=day)
    if answer.where:
        text += " " + _("Where to get it: {where}").format(where=answer.where)
    return ReleaseWords(text, late)
