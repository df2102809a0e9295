# SPDX-License-Identifier: GPL-3.0-only
"""All steps of the pilot, in order."""

from __future__ import annotations

from tests.pilot.aftercare import Aftercare
from tests.pilot.conversation import Conversations
from tests.pilot.everyday import Everyday
from tests.pilot.pilot import Pilot, Step
from tests.pilot.setting_up import SettingUp
from tests.pilot.supervising import Supervising


def plan(pilot: Pilot) -> list[Step]:
    """Names and acts."""
    conversations = Conversations(pilot)
    return [
        *SettingUp(pilot).plan(),
        *conversations.plan(),
        *Supervising(pilot, conversations).plan(),
        *Everyday(pilot).plan(),
        *Aftercare(pilot).plan(),
    ]
