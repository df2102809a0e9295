# SPDX-License-Identifier: GPL-3.0-only
"""Connects what the caller touches to the kiosk's job.
Part of `expert_app.kiosk.wiring.program`.
"""

from __future__ import annotations

from expert_app.kiosk.app import KioskApp
from expert_app.kiosk.caller_requests import CallerRequests
from expert_app.kiosk.wiring.hub import KioskHub
from expert_app.kiosk.wiring.panes import KioskPanes
from resources.texts import use_language
from session.kiosk.caller_acts import SetPause


def connect_queue(panes: KioskPanes, app: KioskApp) -> None:
    """Connect the way from the start page to the place in the queue, and out of it."""
    window = panes.window
    window.service_requested.connect(app.press)
    window.number_entered.connect(app.enter_number)
    window.number_skipped.connect(app.skip_number)
    window.leave_requested.connect(app.leave)
    window.needs_changed.connect(app.choose_needs)
    window.start_requested.connect(app.forget_press)
    window.away_requested.connect(app.step_away)
    window.callback_requested.connect(app.ask_callback)
    window.returns_requested.connect(app.show_returns)
    window.came_back.connect(app.come_back)
    window.slip_requested.connect(app.print_slip)
    window.solved_answered.connect(app.send_solved)


def connect_conversation(panes: KioskPanes, app: KioskApp, requests: CallerRequests) -> None:
    """Consent, STOP, writing, the pause, prints and files."""
    window, page, browser = panes.window, panes.window.session_page, panes.browser
    for part in (page, *page.panels):
        part.acted.connect(requests.on_act)
    page.stopped.acted.connect(lambda _leave: app.leave())
    window.pause_requested.connect(lambda on: requests.on_act(SetPause(on)))
    browser.stop_key_pressed.connect(page.press_stop_key)
    browser.touched.connect(page.fingers.note_tap)


def connect_host_call(panes: KioskPanes, hub: KioskHub, app: KioskApp) -> None:
    """The caller, or the agent, calls the site's host; the call ends with the caller."""
    host_call = hub.host_call
    panes.window.help_requested.connect(host_call.press)
    panes.window.start_requested.connect(host_call.left_alone)
    host_call.changed.connect(panes.window.show_help)
    hub.link.ticket_changed.connect(lambda change: host_call.on_ticket(change.ticket.help))
    app.caller_left.connect(lambda _ticket: host_call.reset())


def connect_language_and_voice(panes: KioskPanes) -> None:
    """The language of all texts, and the voice that reads the screen aloud."""

    def on_language(language: str) -> None:
        use_language(language)
        panes.window.show_language(language)
        panes.browser.retranslate()
        panes.call.retranslate()

    panes.window.language_requested.connect(on_language)
    panes.window.appearance_changed.connect(panes.browser.show_choices)
    if panes.voice is not None:
        panes.window.speak_requested.connect(panes.voice.speak)
        panes.window.quiet_requested.connect(panes.voice.stop)
        panes.window.volume_requested.connect(panes.voice.change_volume)
        panes.voice.when_quiet(lambda: panes.window.show_speaking(False))
