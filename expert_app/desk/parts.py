# SPDX-License-Identifier: GPL-3.0-only
"""The parts that the desk's program makes first and gives to all its jobs and connections.
Used by `expert_app.desk.wiring.program`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from documents.cipher import Cipher
from documents.pages.outbox import Outbox
from documents.workers import Workers
from expert_app.desk.page_text import PageWords, page_words
from expert_app.runtime.bus_access import tls_for
from expert_app.runtime.config import DeskSettings, load_fixed
from expert_app.runtime.credentials import key_name, outbox_key
from expert_app.runtime.ice_settings import trust_relays, trust_relays_in_browser
from expert_app.runtime.media_engines import DeskMedia, with_choices
from expert_app.runtime.paths import Paths
from expert_app.runtime.sealing import DeskSealing, seals_for
from expert_app.runtime.window_program import ROLES
from session.bus.client import BusClient
from session.core.clock import Clock
from session.core.tasks import Tasks
from session.desk.hub.client import DeskLink
from session.desk.hub.third_parties import ThirdPartyClient
from views.widgets.window_settings import IniSettings


@dataclass(frozen=True, kw_only=True)
class DeskParts:
    """One desk's settings, its way to the hub, its stores and its media.

    Attributes:
        seed: the desk's nkey.
        reader: reads words of pages; None where nothing can read.
        window_settings: what this person chose in the window.
    """

    settings: DeskSettings
    paths: Paths
    seed: bytes
    clock: Clock
    tasks: Tasks
    bus: BusClient
    sealing: DeskSealing
    link: DeskLink
    third_party_client: ThirdPartyClient
    window_settings: IniSettings
    media: DeskMedia
    outbox: Outbox
    workers: Workers
    reader: PageWords | None

    @property
    def key_name(self) -> str:
        """The name under which this desk's key is kept."""
        return key_name_of(self.settings)


def key_name_of(settings: DeskSettings) -> str:
    """The name under which the key of a desk with these settings is kept."""
    return key_name(settings.organisation, ROLES[settings.role], settings.user)


def build_parts(
    settings: DeskSettings, paths: Paths, *, seed: bytes, clock: Clock, tasks: Tasks
) -> DeskParts:
    """Makes the parts; nothing is connected yet."""
    trust_relays(settings.ca_file, paths.data)
    trust_relays_in_browser(settings.ca_file, Path.home())
    bus = BusClient(
        settings.bus,
        ROLES[settings.role],
        user=settings.user,
        seed=seed,
        tasks=tasks,
        clock=clock,
        tls=tls_for(settings),
        seals=seals_for(settings, paths, clock),
    )
    fixed = load_fixed(paths.organisation_file)
    window_settings = IniSettings(paths.data / "window.ini", fixed.names)
    cipher = Cipher(outbox_key(key_name_of(settings), seed))
    return DeskParts(
        settings=settings,
        paths=paths,
        seed=seed,
        clock=clock,
        tasks=tasks,
        bus=bus,
        sealing=DeskSealing(bus, settings, paths=paths, seed=seed, clock=clock, tasks=tasks),
        link=DeskLink(bus, clock, tasks=tasks),
        third_party_client=ThirdPartyClient(bus),
        window_settings=window_settings,
        media=DeskMedia(with_choices(settings.media, window_settings), tasks),
        outbox=Outbox(paths.folder("outbox"), cipher),
        workers=Workers(language=settings.language),
        reader=page_words(),
    )
