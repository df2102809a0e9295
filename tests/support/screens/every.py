# SPDX-License-Identifier: GPL-3.0-only
"""Every window in every state that people see, by name: "desk/face", "kiosk/waiting". The
pictures are drawn of them, and layout, contrast and what a screen reader gets are tried on them.

A new state goes into the scenes of its window; a new window gets a line in `WINDOWS`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PyQt6.QtWidgets import QLineEdit, QPushButton, QToolButton, QWidget

from expert_app.kiosk.wiring.visit import KioskVisit
from resources.handbook import DEBIAN
from resources.texts import _
from session.core.clock import ManualClock
from session.log.playback.opening import open_records
from session.log.summary import summarise
from session.media.engines.engine_choice import ChoiceReason, EngineChoice, EngineKind
from session.protocol.conversation.messages import Grant, PageShown
from session.protocol.helpdesk.log_list import LogsFound
from session.protocol.helpdesk.site_gate import SiteGateAnswer
from session.protocol.hub.site import CallerState, NetworkAnswer
from session.protocol.hub.tickets import HelpState
from session.protocol.hub.waiting import CalledTicket, DisplayAnswer
from tests.support.appointments.scenes import APPOINTMENT_SCENES
from tests.support.log_story import whole_session
from tests.support.screens import board_scenes, desk_scenes, dossier_scenes, kiosk_gallery
from tests.support.screens.invented import NOW
from tests.support.screens.site_gallery import (
    GAPS,
    acts_view,
    busy_network,
    full_network,
    gated_network,
    large_network,
    next_authority,
)
from tests.support.screens.third_party_scenes import TALK_SCENES
from tests.unit.views.helpdesk.invented_rows import counts_of, log_rows
from tests.unit.views.site.host_facts import kiosk
from views.board.visit_window import VisitWindow
from views.desk.help import named_shortcuts
from views.desk.layouts.layout import LAYOUTS, WITH_PAGE
from views.desk.shared_page.mirror_pane import MirrorPane
from views.desk.shared_page.view import SharedPageView
from views.desk.sign_in_view import SignInView
from views.helpdesk.window import HelpdeskView, OperatorPages
from views.media.settings import MediaChoice, MediaSettingsPage
from views.replay.view import ReplayView
from views.site.authority_panel import AuthorityPanel
from views.site.display_window import DisplayWindow
from views.site.host_view import HostView
from views.site.network_view import NetworkView
from views.site.sites_panel import AskGate, SitesPanel
from views.widgets.plain_window import PlainWindow
from views.workplace.about import AboutWindow
from views.workplace.first_bar import FirstPage
from views.workplace.help_page import HelpPage
from views.workplace.key_bindings import KeyBindings
from views.workplace.keys_page import KeysPage
from views.workplace.pages import (
    AppearancePage,
    LayoutPage,
    NotificationsPage,
    PrivacyPage,
    agent_notifications,
    host_notifications,
)
from views.workplace.passphrase import UnlockView
from views.workplace.role_help import ROLE_HELP
from views.workplace.settings import NamedPage, SettingsWindow

Scene = Callable[[], QWidget]
BROWSER = ("shared-page/", "helpdesk/conversation", "replay/")
"""Beginnings of the names of windows with a browser engine in them: they need a second each."""


def _of_kiosk(scene: Callable[[KioskVisit], None]) -> QWidget:
    visit = kiosk_gallery.kiosk_visit()
    scene(visit)
    visit.window.session_page.stage.finish_slides()
    return visit.window


def _shared_page(state: str) -> QWidget:
    """The agent's side of the caller's page, alone: in the desk's scenes it is drawn."""
    view = SharedPageView(MirrorPane(), ManualClock())
    view.set_addresses(["https://caisse.example/espace/"])
    if state == "asked":
        view.show_asked()
    if state in ("shared", "told"):
        view.show_grants(dict.fromkeys((Grant.SEE_PAGE, Grant.POINT, Grant.CONTROL), True))
        view.show_sharing(True)
        page = ("https://caisse.example/espace", "Mes droits")
        view.show_page(
            PageShown(epoch=1, address=page[0], title=page[1], width_px=800, height_px=600)
        )
    if state == "told":
        view.pointer.show_paused()
    return PlainWindow(view, "Page partagée")


class _KeptNowhere:
    """Choices of nobody."""

    def read(self, name: str) -> str:
        return ""

    def write(self, name: str, value: str) -> None:
        return None

    def is_fixed(self, name: str) -> bool:
        return False


def _settings(page: str) -> QWidget:
    media = MediaSettingsPage()
    media.show_devices(MediaChoice(), ["Caméra"], ["Micro-casque"], ["Micro-casque"])
    media.show_engine(EngineChoice(EngineKind.AIORTC, ChoiceReason.DELAY), later=False)
    layouts, told, privacy = (
        LayoutPage({one.value: _(LAYOUTS[one][1]) for one in WITH_PAGE}),
        NotificationsPage(agent_notifications()),
        PrivacyPage(),
    )
    told.show_choices(ring=True, volume="", notify=True)
    privacy.offer_passphrase(offered=True)
    desk = desk_scenes.SCENES["idle"]()
    keys = KeysPage(KeyBindings(desk, named_shortcuts(), settings=_KeptNowhere()))
    pages = {
        "look": NamedPage("Aspect", "colour", AppearancePage()),
        "media": NamedPage("Son et image", "camera", media),
        "layouts": NamedPage("Dispositions", "side_by_side", layouts),
        "keys": NamedPage("Raccourcis", "keyboard", keys),
        "notifications": NamedPage("Notifications", "bell", told),
        "privacy": NamedPage("Confidentialité", "privacy", privacy),
    }
    window = SettingsWindow(list(pages.values()))
    window.show_page(pages[page].page)
    window.destroyed.connect(desk.deleteLater)
    return window


def _host_settings(helps: bool) -> QWidget:
    told = NotificationsPage(host_notifications())
    of_role = HelpPage(ROLE_HELP["facilitator"], DEBIAN / "kiosk.html")
    told.show_choices(ring=True, volume="", notify=True)
    pages = [
        NamedPage("Aspect", "colour", AppearancePage()),
        NamedPage("Notifications", "bell", told),
        NamedPage("Aide", "help", of_role),
        NamedPage("Confidentialité", "privacy", PrivacyPage()),
    ]
    window = SettingsWindow(pages)
    window.show_page(of_role if helps else told)
    return window


def _first_page(page: QWidget, title: str) -> QWidget:
    first_page = FirstPage(page, language="fr", text_size=1.0)
    first_page.handbook.show_page(DEBIAN / "agent.html")
    return PlainWindow(first_page, title)


def _sign_in(state: str) -> QWidget:
    view = SignInView("", "")
    if state == "no-keyring":
        view.ask_passphrase()
    window = _first_page(view, "Connexion")
    if state == "help":
        button = window.findChild(QPushButton, "first_help_button")
        assert button is not None
        button.click()
    return window


def _unlock() -> QWidget:
    view = UnlockView()
    view.show_error("Ce n'est pas la phrase secrète.")
    return _first_page(view, "Phrase secrète")


def _host() -> QWidget:
    view = HostView()
    view.show_connection(True)
    view.show_kiosks(
        "Inès B.",
        [
            kiosk("1", caller=CallerState.IN_SESSION),
            kiosk("2", caller=CallerState.WAITING, help=HelpState.WANTED),
            kiosk("3", there=False),
        ],
    )
    return PlainWindow(view, "Accueil")


def _network(answer: NetworkAnswer) -> QWidget:
    network = NetworkView()
    network.show_network(answer)
    network.sites.table.choose("valdore/library")
    replay = ReplayView(MirrorPane(), ManualClock())
    pages = OperatorPages(network, acts_view(NOW))
    view = HelpdeskView(replay, lambda: NOW.astimezone(), operator=pages)
    view.show_connection(True)
    return PlainWindow(view, "Réseau")


def _gate() -> QWidget:
    window = _network(gated_network())
    panel = window.findChild(SitesPanel)
    assert panel is not None
    panel.show_gate(AskGate("valdore", "library"), SiteGateAnswer(gaps=GAPS))
    panel.reason.setText("l’assurance arrive lundi")
    return window


def _authority(count: int, missing: int, *, is_open: bool) -> QWidget:
    window = _network(busy_network())
    panel = window.findChild(AuthorityPanel)
    opens = window.findChild(QPushButton, "authority_open")
    assert panel is not None
    assert opens is not None
    panel.show_answer(next_authority(count, missing))
    if is_open:
        opens.click()
    return window


def _operator_acts() -> QWidget:
    window = _network(busy_network())
    button = window.findChild(QToolButton, "helpdesk_pages_acts")
    assert button is not None
    button.click()
    return window


def _display() -> QWidget:
    window = DisplayWindow(ManualClock(NOW))
    window.seconds.stop()
    called = CalledTicket(number="L042", kiosk_name="", kiosk_place=2, called_at_utc=NOW)
    window.show_answer(
        DisplayAnswer(
            organisation_name="Caisse d'entraide du Val-Doré",
            site="Mairie",
            called=[called],
            following=["L043", "L044"],
            waiting=2,
        )
    )
    return window


def _visit() -> QWidget:
    window = VisitWindow()
    window.visit_view.show_visit("L042", "Claire Fontanel")
    return window


def _helpdesk(conversation: bool) -> QWidget:
    view = HelpdeskView(ReplayView(MirrorPane(), ManualClock()), lambda: NOW.astimezone())
    if conversation:
        log = open_records("s1", whole_session())
        view.show_conversation(
            "Conversation 0125-223B",
            log,
            summarise(log),
            origin="",
            file_name="c-1",
        )
    else:
        rows = log_rows(12)
        view.list.show_connection(True)
        view.list.show_found(LogsFound(rows=rows, counts=counts_of(rows)), first=True)
        for field in view.findChildren(QLineEdit):
            field.setClearButtonEnabled(False)  # it fades in: no two pictures would be the same
    return PlainWindow(view, "Assistance")


def _replay() -> QWidget:
    view = ReplayView(MirrorPane(), ManualClock())
    view.show_log("0125-223B", open_records("s1", whole_session()))
    return PlainWindow(view, "Relecture")


WINDOWS: dict[str, dict[str, Scene]] = {
    "desk": {
        **desk_scenes.SCENES,
        **TALK_SCENES,
        **dossier_scenes.DESK_SCENES,
        **APPOINTMENT_SCENES,
    },
    "board": {**board_scenes.SCENES, **dossier_scenes.BOARD_SCENES},
    "kiosk": {
        "starting": lambda: kiosk_gallery.starting_visit().window,
        **{name: partial(_of_kiosk, one) for name, one in kiosk_gallery.SCENES.items()},
    },
    "shared-page": {
        name: partial(_shared_page, name) for name in ("off", "asked", "shared", "told")
    },
    "helpdesk": {"list": partial(_helpdesk, False), "conversation": partial(_helpdesk, True)},
    "replay": {"session": _replay},
    "site": {
        "host": _host,
        "network": lambda: _network(busy_network()),
        "site-gate": _gate,
        "next-authority": partial(_authority, 120, 2, is_open=False),
        "next-authority-missing": partial(_authority, 5_000, 4_880, is_open=True),
        "operator-acts": _operator_acts,
        "large-network": lambda: _network(large_network()),
        "store-full": lambda: _network(full_network()),
        "display": _display,
    },
    "others": {
        "sign-in": partial(_sign_in, ""),
        "sign-in-help": partial(_sign_in, "help"),
        "sign-in-without-keyring": partial(_sign_in, "no-keyring"),
        "passphrase": _unlock,
        "about": AboutWindow,
        "visit": _visit,
    },
    "settings": {
        name: partial(_settings, name)
        for name in ("look", "media", "layouts", "keys", "notifications", "privacy")
    },
    "host-settings": {
        "notifications": partial(_host_settings, False),
        "help": partial(_host_settings, True),
    },
}
"""The states of each window."""

EVERY: dict[str, Scene] = {
    f"{window}/{state}": scene
    for window, states in WINDOWS.items()
    for state, scene in states.items()
}
"""All of them, by window and state."""


def is_touched(name: str) -> bool:
    """Whether fingers use it: larger targets, and the kiosk's own look."""
    return name.startswith(("kiosk/", "site/display"))
