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
from expert_app.runtime.credentials import key_name_of, outbox_key
from expert_app.runtime.ice_settings import trust_relays, trust_relays_in_browser
from expert_app.runtime.media_engines import DeskMedia, with_choices
from expert_app.runtime.sealing import DeskSealing
from expert_app.workplace.role_parts import RoleParts
from session.desk.hub.client import DeskClient
from session.desk.hub.third_parties import ThirdPartyClient


@dataclass(frozen=True, kw_only=True)
class DeskParts(RoleParts):
    """One desk's settings, its way to the hub, its stores and its media.

    Attributes:
        reader: reads words of pages; None where nothing can read.
    """

    sealing: DeskSealing
    link: DeskClient
    third_party_client: ThirdPartyClient
    media: DeskMedia
    outbox: Outbox
    workers: Workers
    reader: PageWords | None


def build_parts(role: RoleParts) -> DeskParts:
    """Makes the parts of an agent's desk beside those of every role."""
    settings, paths, bus = role.settings, role.paths, role.bus
    clock, tasks = role.clock, role.tasks
    trust_relays(settings.ca_file, paths.data)
    trust_relays_in_browser(settings.ca_file, Path.home())
    cipher = Cipher(outbox_key(key_name_of(settings), role.seed))
    return DeskParts(
        **vars(role),
        sealing=DeskSealing(bus, settings, paths=paths, seed=role.seed, clock=clock, tasks=tasks),
        link=DeskClient(bus, clock, tasks=tasks),
        third_party_client=ThirdPartyClient(bus),
        media=DeskMedia(with_choices(settings.media, role.window_settings), tasks),
        outbox=Outbox(paths.folder("outbox"), cipher),
        workers=Workers(language=settings.language),
        reader=page_words(),
    )
