# SPDX-License-Identifier: GPL-3.0-only
"""Connects what the caller touches with what does it. Part of `expert_app.kiosk.wiring.program`."""

from __future__ import annotations

from collections.abc import Callable

from expert_app.kiosk.app import KioskApp
from expert_app.kiosk.caller_requests import CallerRequests
from expert_app.kiosk.wiring.hub import KioskHub
from expert_app.kiosk.wiring.panes import KioskPanes
from session.kiosk.caller_acts import CallerAct, ChooseLook, Touch


def connect_acts(
    panes: KioskPanes,
    app: KioskApp,
    *,
    requests: CallerRequests,
    hub: KioskHub,
    stop: Callable[[], None],
) -> None:
    """Connect everything that tells acts with everything that does them: each act is done in one
    place, whose `match` names it.
    """

    def on_act(act: CallerAct) -> None:
        match act:
            case ChooseLook(text=text, contrast=contrast):
                panes.browser.show_choices(text, contrast)
            case Touch.HOST:
                hub.host_call.press()
            case Touch.CLOSE:
                stop()

    visit = panes.visit
    doers = (visit.on_act, visit.choices.on_act, app.on_act, requests.on_act, on_act)
    for part in panes.window.parts():
        for do in doers:
            part.acted.connect(do)
    panes.browser.reported.connect(panes.window.session_page.on_web_page)


def connect_visit(panes: KioskPanes, app: KioskApp, hub: KioskHub) -> None:
    """Connect what follows when the screen is left alone, and when the caller chooses."""
    panes.visit.left_alone.connect(app.forget_press)
    panes.visit.appointment_left.connect(app.appointments.forget)
    panes.visit.left_alone.connect(hub.host_call.left_alone)
    panes.visit.choices.needs_changed.connect(app.choose_needs)
    panes.visit.choices.language_changed.connect(panes.browser.retranslate)
    panes.visit.choices.language_changed.connect(panes.call.retranslate)


def connect_host_call(panes: KioskPanes, app: KioskApp, hub: KioskHub) -> None:
    """The site's host is called by the caller, or by the agent; the call ends with the caller."""
    host_call = hub.host_call
    host_call.changed.connect(panes.window.bar.show_help)
    hub.link.ticket_changed.connect(lambda change: host_call.on_ticket(change.ticket.help))
    app.caller_left.connect(lambda _ticket: host_call.reset())
