# SPDX-License-Identifier: GPL-3.0-only
"""All steps of the pilot, in order."""

from __future__ import annotations

from tests.pilot.aftercare import Aftercare
from tests.pilot.appointments import Appointments
from tests.pilot.authority import Authority
from tests.pilot.colleagues import Colleagues
from tests.pilot.conversation import Conversations
from tests.pilot.everyday import Everyday
from tests.pilot.handbook import Handbook
from tests.pilot.pilot import Pilot, Step
from tests.pilot.register import Register
from tests.pilot.setting_up import SettingUp
from tests.pilot.stick import Stick
from tests.pilot.supervising import Supervising
from tests.pilot.taking_back import TakingBack


def plan(pilot: Pilot) -> list[Step]:
    """Names and acts."""
    conversations, colleagues = Conversations(pilot), Colleagues(pilot)
    appointments = Appointments(pilot, conversations)
    taking_back, authority = TakingBack(pilot, conversations), Authority(pilot)
    aftercare, supervising = Aftercare(pilot), Supervising(pilot, conversations, colleagues)
    return [
        *SettingUp(pilot).plan(),
        *colleagues.before_callers(),
        *authority.before_callers(),
        *conversations.first(appointments.in_a_conversation()),
        *taking_back.between_callers(),
        *colleagues.between_callers(),
        *conversations.second(taking_back.in_the_next()),
        *taking_back.after_the_next(),
        *appointments.at_the_hour(),
        *conversations.third(),
        *supervising.plan(authority.in_a_conversation()),
        *Everyday(pilot).plan(),
        *Stick(pilot, conversations).plan(),
        ("shift_ended", colleagues.shift_ended),
        *Handbook(pilot).plan(),
        *aftercare.plan(),
        ("upgraded", aftercare.upgraded),
        *Register(pilot).plan(),
    ]
