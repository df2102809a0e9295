# SPDX-License-Identifier: GPL-3.0-only
"""All steps of the pilot, in order."""

from __future__ import annotations

from tests.pilot.aftercare import Aftercare
from tests.pilot.colleagues import Colleagues
from tests.pilot.conversation import Conversations
from tests.pilot.everyday import Everyday
from tests.pilot.pilot import Pilot, Step
from tests.pilot.setting_up import SettingUp
from tests.pilot.supervising import Supervising
from tests.pilot.taking_back import TakingBack


def plan(pilot: Pilot) -> list[Step]:
    """Names and acts."""
    conversations, colleagues = Conversations(pilot), Colleagues(pilot)
    taking_back = TakingBack(pilot, conversations)
    return [
        *SettingUp(pilot).plan(),
        *colleagues.before_callers(),
        *conversations.first(),
        *taking_back.between_callers(),
        *colleagues.between_callers(),
        *conversations.second(taking_back.in_the_next()),
        *taking_back.after_the_next(),
        *conversations.third(),
        *Supervising(pilot, conversations, colleagues).plan(),
        *Everyday(pilot).plan(),
        ("shift_ended", colleagues.shift_ended),
        *Aftercare(pilot).plan(),
    ]
