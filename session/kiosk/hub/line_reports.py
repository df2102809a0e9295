# SPDX-License-Identifier: GPL-3.0-only
"""What a kiosk tells the hubs of its line in its signs of life: the last test, samples of a call.
Built by compose.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from session.protocol.hub.history import LineSample
from session.protocol.hub.line_rates import LineRates
from session.protocol.hub.requests import HubMessage


class LineNews:
    """Keeps what every hub shall hear: one that was just started knows all lines after 5 s.

    Args:
        say: what goes with each sign of life from now on, see `BusClient.say_in_beats`.
    """

    def __init__(self, say: Callable[[HubMessage | None], None]) -> None:
        self._say = say
        self._rates: LineRates | None = None

    def on_rates(self, rates: LineRates) -> None:
        """A test was made."""
        self._rates = rates
        self.session_over()

    def on_sample(self, sample: LineSample) -> None:
        """Ten seconds of a call were measured."""
        self._say(msgspec.structs.replace(sample, rates=self._rates))

    def session_over(self) -> None:
        """No call any more."""
        self._say(LineSample(rates=self._rates) if self._rates is not None else None)
