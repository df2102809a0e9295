# SPDX-License-Identifier: GPL-3.0-only
"""A conversation's grants as a test sets them."""

from __future__ import annotations

from typing import cast

from session.protocol.conversation.messages import (
    Grant,
)
from tests.unit.expert_app.desk.wiring.telling import Telling


class Powers(Telling):
    """What the caller allows, with the time that is left."""

    def all(self) -> dict[Grant, bool]:
        return dict.fromkeys(Grant, False)

    def all_left_s(self) -> dict[Grant, float]:
        return cast(dict[Grant, float], self.left_s)
