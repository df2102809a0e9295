# SPDX-License-Identifier: GPL-3.0-only
"""Connects the check before the first caller of a day with the devices, the line and the agent's
state: no caller is offered before its end. Only the day on which it was made is remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from expert_app.desk.jobs import DeskJobs
from expert_app.desk.parts import DeskParts
from session.core.errors import SessionError
from session.desk.hub.remote_help import DeskHelpClient
from session.media.engine import MediaState
from session.protocol.endpoints.line_test import LEAST_KBPS, SLOW_MS
from session.protocol.hub.line_rates import LineRates
from views.desk.acts import CheckPress, ChooseOwnState, IdleAct, QueueAct
from views.desk.my_day.shift_check import WELL, CheckedThing
from views.desk.window import DeskWindow

if TYPE_CHECKING:
    from expert_app.desk.wiring.media import DeviceTrial, MediaConnections
    from views.media.settings import MediaSettingsPage

CHECKED_ON = "shift_check/day"
"""Where the day is remembered."""

HEARD_LEVEL, HEARD_TICKS = 0.03, 5
"""A voice is at least so loud (RMS), for half a second in all; a quiet room is a third of it."""

LEAST_SPREAD = 4.0
"""Of the brightness, 0 to 255, in a picture that shows something: its standard deviation."""

SILENT_S, DARK_S = 10.0, 5.0
"""So long nothing may be heard or seen before that is said."""


class ShiftCheck:
    """The card on one side, devices and line on the other.

    Args:
        line: measures it.
        choose_devices: opens the settings of sound and picture.
        keys_of: the keys of this person, by the usual ones.
    """

    def __init__(
        self,
        parts: DeskParts,
        jobs: DeskJobs,
        *,
        window: DeskWindow,
        line: DeskHelpClient,
        choose_devices: Callable[[], None],
        keys_of: Callable[[str], str],
    ) -> None:
        self._is_wanted = parts.settings.shift_check
        self._store = parts.window_settings
        self._clock = parts.clock
        self._tasks = parts.tasks
        self._link = parts.link
        self._line = line
        self._app = jobs.app
        self._work = jobs.work
        self._window = window
        self._card = window.idle.check
        self._choose_devices = choose_devices
        self._keys_of = keys_of
        self._trial: DeviceTrial | None = None
        self._opened_s = 0.0
        self._voice_ticks = 0
        self._measures = False
        window.idle.acted.connect(self._on_act)
        window.queue.acted.connect(self._on_queue_act)
        parts.link.connection_changed.connect(self._on_connection)

    def begin_if_due(self) -> None:
        """Begins where none was made or skipped today."""
        if self._is_wanted and self._store.read(CHECKED_ON) != self._today():
            self.begin()

    def begin(self) -> None:
        """Shows it; from now on no caller is offered. Not while a caller is here."""
        if self._app.session is not None:
            return
        self._work.hold()
        first = not self._store.read(CHECKED_ON)
        self._window.idle.begin_check(first=first, keys=self._keys_of("F2"))
        self._voice_ticks = 0
        self._try_devices()
        self._measure()

    def allow_devices(self, media: MediaConnections) -> None:
        """The engines are loaded: devices may be tried. The page of the settings has them first."""
        self._trial = media.new_trial(self._on_tick)
        media.devices.changed.connect(self._on_devices)
        media.page.opened.connect(lambda: self._on_settings(media.page))
        media.page.closed.connect(self._try_devices)
        media.page.check.clicked.connect(lambda: self._on_wished(media.page))
        self._try_devices()

    def _today(self) -> str:
        return self._clock.utc_now().astimezone().date().isoformat()

    # ---- what the agent does

    def _on_act(self, act: IdleAct) -> None:
        match act:
            case CheckPress.BEGIN:
                self.begin()
            case CheckPress.SEEN:
                self._try_devices()
            case CheckPress.HIDDEN:
                self._close_devices()
            case CheckPress.TONE if self._trial is not None:
                self._play_tone(self._trial)
            case CheckPress.MEASURE:
                self._measure()
            case CheckPress.CHOOSE_DEVICES:
                self._close_devices()
                self._choose_devices()
            case CheckPress.END:
                self._end()

    def _on_queue_act(self, act: QueueAct) -> None:
        """Who chooses to be available has skipped it."""
        if isinstance(act, ChooseOwnState) and act.available and self._card.is_open:
            self._end()

    def _end(self) -> None:
        self._store.write(CHECKED_ON, self._today())
        self._window.idle.end_check()
        self._work.release()
        self._window.status.take_keyboard()

    def _on_settings(self, page: MediaSettingsPage) -> None:
        """The settings try the same devices."""
        self._close_devices()
        page.check.setEnabled(self._app.session is None)

    def _on_wished(self, page: MediaSettingsPage) -> None:
        if (settings := page.window()) is not None:
            settings.close()
        self.begin()

    # ---- camera, microphone, headset

    def _try_devices(self) -> None:
        """Tries again what is not well; nothing is tried that nobody sees."""
        card, trial = self._card, self._trial
        if trial is None or not card.isVisible():
            return
        trial.open()
        self._opened_s = self._clock.monotonic_s()
        card.preview.show_state(MediaState.CONNECTING)
        card.preview.show_simulated(trial.is_simulated, own_simulated=False)
        card.preview.set_source(trial.frames)
        for thing in (CheckedThing.CAMERA, CheckedThing.MICROPHONE, CheckedThing.SPEAKER):
            if not card.is_well(thing):
                card.show_open(thing)

    def _play_tone(self, trial: DeviceTrial) -> None:
        """A headset that is missing is said once the tone is wanted, and not before."""
        if trial.has_speaker:
            trial.play_tone()
        else:
            self._card.show_found(CheckedThing.SPEAKER, "absent")

    def _close_devices(self) -> None:
        if self._trial is not None:
            self._trial.close()

    def _on_devices(self) -> None:
        """One came or went."""
        if self._trial is not None and self._trial.is_open:
            self._try_devices()

    def _on_tick(self) -> None:
        trial = self._trial
        assert trial is not None  # it ticks
        self._card.show_level(trial.level)
        tried_s = self._clock.monotonic_s() - self._opened_s
        if not self._card.is_well(CheckedThing.CAMERA):
            self._judge_camera(trial, tried_s)
        if not self._card.is_well(CheckedThing.MICROPHONE):
            self._judge_microphone(trial, tried_s)

    def _judge_camera(self, trial: DeviceTrial, tried_s: float) -> None:
        if not trial.has_camera:
            self._card.show_found(CheckedThing.CAMERA, "absent")
        elif trial.spread() >= LEAST_SPREAD:
            self._card.show_found(CheckedThing.CAMERA)
        elif tried_s > DARK_S:
            self._card.show_found(CheckedThing.CAMERA, "dark")

    def _judge_microphone(self, trial: DeviceTrial, tried_s: float) -> None:
        """The tone is nobody's voice."""
        if trial.level >= HEARD_LEVEL and not trial.is_playing:
            self._voice_ticks += 1
        if not trial.has_microphone:
            self._card.show_found(CheckedThing.MICROPHONE, "absent")
        elif self._voice_ticks >= HEARD_TICKS:
            self._card.show_found(CheckedThing.MICROPHONE)
        elif tried_s > SILENT_S:
            self._card.show_found(CheckedThing.MICROPHONE, "silent")

    # ---- line

    def _on_connection(self, connected: bool) -> None:
        if not self._card.is_open:
            return
        if connected:
            self._measure()
        else:
            self._card.show_found(CheckedThing.LINE, "away")

    def _measure(self) -> None:
        if self._link.is_ready and not self._measures:
            self._measures = True
            self._card.show_open(CheckedThing.LINE)
            self._tasks.start(self._measured(), name="measure the line before the first caller")

    async def _measured(self) -> None:
        """A caller who comes ends it."""
        try:
            rates = await self._line.measure_line(lambda: self._card.isVisible())
        except SessionError:
            self._card.show_found(CheckedThing.LINE, "away")
        else:
            self.show_line(rates)
        finally:
            self._measures = False

    def show_line(self, rates: LineRates | None) -> None:
        """Judges what was measured; None: too few pieces came back to say."""
        card = self._card
        if rates is None or min(rates.up_kbps, rates.down_kbps) < LEAST_KBPS:
            card.show_found(CheckedThing.LINE, "narrow")
            return
        code = "slow" if rates.rtt_ms > SLOW_MS else WELL
        card.show_found(CheckedThing.LINE, code, ms=f"{rates.rtt_ms:.0f}")
