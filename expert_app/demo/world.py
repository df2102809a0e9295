# SPDX-License-Identifier: GPL-3.0-only
"""The invented world of the demo: two organisations on one kiosk, people, keys, a caller, a
dossier. Used by `demo`.

Nobody here exists. The keys are made afresh and live as long as the demo's folder.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from documents.store.dossier_store import DossierStore
from documents.store.procedures import load_procedures, shipped
from expert_app.demo.library import lay_library, lay_stick
from expert_app.runtime.config import (
    DeskSettings,
    DisplaySettings,
    HubSettings,
    KioskSettings,
    Language,
    MediaSettings,
    MetricsSettings,
    VaultSettings,
    save,
)
from expert_app.runtime.credentials import save_seed
from expert_app.runtime.store_settings import GedSettings
from session.bus.sealing.certificates import SECRET_BYTES, VaultSecret, sign_seal_key
from session.bus.transport.nkeys import new_seed, public_key
from session.core.dossier_model import Dossier, Piece
from session.hub.convention.appointment_entries import AppointmentEntry
from session.hub.convention.entries import (
    DisplayEntry,
    KioskEntry,
    OrganisationEntry,
    OutcomeEntry,
    PersonEntry,
    ServiceEntry,
    SiteEntry,
    VaultEntry,
)
from session.hub.convention.loading import load
from session.hub.parts import SILENT_S
from session.protocol.conversation.messages import ScanSource
from session.protocol.conversation.scan_profiles import ScanProfile, Sides
from session.protocol.hub.requests import Contact
from session.protocol.hub.seal_keys import SealKey

LOOPBACK_KBPS = 20_000
"""Pages have no narrow line to spare on one machine."""
ORGANISATION = "valdore"
KIOSK = "borne1"
DISPLAY = "ecran1"
AGENT = "agent1"
HOST = "hote1"
OPERATOR = "exploitant1"
PARTNER = "emploi"
"""The second organisation, whose service stands on the same kiosk."""
PARTNER_AGENT = "agent1"
OFFICE_HOURS = ["mon-fri 09:00-12:00,14:00-17:00"]
HELPDESK = "aide1"
SUPERVISOR = "superviseur1"
VAULT = "coffre"
CALLER_NUMBER = "1042317"
DOSSIER = "VD-2026-00417"
CALLER_NAME = "Maëlle Garrigue-Tesson"
PROCEDURE = "Aide au logement"
PIECES = (
    ("demande", "Demande signée"),
    ("identite", "Pièce d’identité"),
    ("bulletin", "Dernier bulletin de salaire"),
    ("bail", "Contrat de location"),
)
SERVICES = (
    ServiceEntry(
        id="logement",
        name="Aide au logement",
        letter="L",
        subtitle="Demander, déclarer, comprendre",
        number_kind="allocataire",
        icon="home",
        appointments=AppointmentEntry(hours=OFFICE_HOURS),
    ),
    ServiceEntry(
        id="famille",
        name="Famille et enfants",
        letter="F",
        subtitle="Naissance, garde, rentrée",
        number_kind="allocataire",
        icon="family",
        appointments=AppointmentEntry(hours=OFFICE_HOURS),
    ),
    ServiceEntry(
        id="accueil",
        name="Une autre question",
        letter="A",
        subtitle="Nous vous orientons",
        icon="help",
        mode="push",
        wrap_up_s=90,
        outcomes=[
            OutcomeEntry(id="done", name="Réponse donnée"),
            OutcomeEntry(id="redirected", name="Orienté vers un service"),
            OutcomeEntry(id="call_back", name="À rappeler"),
        ],
    ),
)
SCAN_PROFILES = (
    ScanProfile(id="carte", name="Pièce d’identité", preview=True),
    ScanProfile(id="courrier", name="Courrier", dpi=200, colour=False),
    ScanProfile(
        id="pile",
        name="Pile recto verso",
        source=ScanSource.FEEDER,
        sides=Sides.BOTH,
        dpi=200,
        colour=False,
    ),
)
PARTNER_SERVICE = ServiceEntry(
    id="demandeurs",
    name="Emploi",
    letter="E",
    subtitle="Inscription, actualisation",
    number_kind="france_travail",
    icon="work",
)


@dataclass(frozen=True)
class World:
    """Seeds and settings of the demo's programs.

    Attributes:
        bus: address of the hub's bus.
        site: address of the web site that the kiosk shows.
    """

    folder: Path
    bus: str
    site: str
    kiosk_seed: bytes
    agent_seed: bytes
    partner_seed: bytes
    host_seed: bytes
    operator_seed: bytes
    helpdesk_seed: bytes
    supervisor_seed: bytes
    display_seed: bytes
    vault_seed: bytes
    signing_seed: bytes
    vault_secret: bytes
    with_vault: bool


def new_world(folder: Path, bus_port: int, site: str, *, with_vault: bool = False) -> World:
    """Keys and addresses of a fresh demo under `folder`; `with_vault`:
    the organisation keeps dossiers and log.
    """
    return World(
        folder=folder,
        bus=f"nats://127.0.0.1:{bus_port}",
        site=site,
        kiosk_seed=new_seed(),
        agent_seed=new_seed(),
        partner_seed=new_seed(),
        host_seed=new_seed(),
        operator_seed=new_seed(),
        helpdesk_seed=new_seed(),
        supervisor_seed=new_seed(),
        display_seed=new_seed(),
        vault_seed=new_seed(),
        signing_seed=new_seed(),
        vault_secret=base64.b64encode(os.urandom(SECRET_BYTES)),
        with_vault=with_vault,
    )


def _seal_key(world: World) -> SealKey:
    today = datetime.now(UTC).date()
    secret = VaultSecret(world.vault_secret)
    return sign_seal_key(
        ORGANISATION,
        secret,
        first=today - timedelta(days=1),
        last=today + timedelta(days=365),
        signing_seed=world.signing_seed,
    )


def organisation(world: World) -> OrganisationEntry:
    """The organisation of the kiosk, with its people and their public keys."""
    names = [*(service.id for service in SERVICES), f"{PARTNER}/{PARTNER_SERVICE.id}"]
    return OrganisationEntry(
        id=ORGANISATION,
        name="Caisse d’entraide du Val-Doré",
        services=list(SERVICES),
        sites=[SiteEntry(id="oyen", name="Mairie de Saint-Oyen-le-Vieux", services=names)],
        kiosks=[KioskEntry(id=KIOSK, site="oyen", key=public_key(world.kiosk_seed))],
        displays=[DisplayEntry(id=DISPLAY, site="oyen", key=public_key(world.display_seed))],
        scan_profiles=list(SCAN_PROFILES),
        people=[
            PersonEntry(
                id=AGENT, name="Camille R.", role="agent", key=public_key(world.agent_seed)
            ),
            PersonEntry(
                id=HELPDESK, name="Assistance", role="helpdesk", key=public_key(world.helpdesk_seed)
            ),
            PersonEntry(
                id=HOST,
                name="Inès B.",
                role="facilitator",
                key=public_key(world.host_seed),
                sites=["oyen"],
            ),
            PersonEntry(
                id=OPERATOR, name="Marc L.", role="operator", key=public_key(world.operator_seed)
            ),
            PersonEntry(
                id=SUPERVISOR,
                name="Chantal V.",
                role="supervisor",
                key=public_key(world.supervisor_seed),
            ),
        ],
        contact=Contact(
            postal_address="4 place du Marronnier\n01234 Valdoré",
            email="contact@valdore.example",
            phone="04 00 00 00 00",
        ),
        home_address=f"{world.site}/index.html",
        allowed_addresses=[f"{world.site}/"],
        transfers_to=[PARTNER],
        vaults=[VaultEntry(id=VAULT, key=public_key(world.vault_seed))] if world.with_vault else [],
        seal_keys=[_seal_key(world)] if world.with_vault else [],
        library=lay_library(world.folder, ORGANISATION, world.site),
    )


def partner(world: World) -> OrganisationEntry:
    """The other organisation on the same kiosk: no site of its own, an agent and a service."""
    agent = PersonEntry(
        id=PARTNER_AGENT, name="Dominique S.", role="agent", key=public_key(world.partner_seed)
    )
    return OrganisationEntry(
        id=PARTNER,
        name="Office de l’emploi des Trois-Rivières",
        services=[PARTNER_SERVICE],
        sites=[],
        kiosks=[],
        people=[agent],
        transfers_from=[ORGANISATION],
        contact=Contact(
            postal_address="11 quai des Tanneurs\n01235 Trois-Rivières", phone="04 00 00 00 01"
        ),
        home_address=f"{world.site}/index.html",
        allowed_addresses=[f"{world.site}/"],
    )


def write_settings(
    world: World,
    *,
    scanner: str,
    printer: str,
    media: MediaSettings,
    language: Language,
    chunk_kbps: int = LOOPBACK_KBPS,
    silent_s: float = SILENT_S,
) -> dict[str, Path]:
    """Writes the three programs' settings and the catalogue; returns the files by program.

    Args:
        chunk_kbps: rate of pages and printed documents between the two ends.
        silent_s: silence after which an end is missed.
    """
    catalogue = world.folder / "catalogue.toml"
    catalogue.write_bytes(
        msgspec.toml.encode({"organisations": [organisation(world), partner(world)]})
    )
    load(catalogue)
    port = int(world.bus.rpartition(":")[2])
    depot = depot_of(world.folder)
    depot.mkdir(exist_ok=True)
    ged = [GedSettings(name="depot", organisation=ORGANISATION, kind="folder", folder=str(depot))]
    settings: dict[str, msgspec.Struct] = {
        "hub": HubSettings(
            catalogue=str(catalogue),
            listen_port=port,
            silent_s=silent_s,
            metrics=MetricsSettings(listen=""),
            procedures=str(write_procedures(world.folder / "procedures")),
            ged=[] if world.with_vault else ged,
        ),
        "kiosk": KioskSettings(
            organisation=ORGANISATION,
            user=KIOSK,
            bus=[world.bus],
            language=language,
            scanner=scanner,
            printer=printer,
            chunk_kbps=chunk_kbps,
            media=media,
            files_from=[str(lay_stick(world.folder / "stick"))],
        ),
        "display": DisplaySettings(
            organisation=ORGANISATION, user=DISPLAY, bus=[world.bus], language=language
        ),
        **_desks(world, media=media, language=language, chunk_kbps=chunk_kbps),
    }
    if world.with_vault:
        settings["vault"] = _vault(world, catalogue, ged)
    files = {}
    for program, value in settings.items():
        files[program] = world.folder / f"{program}.toml"
        save(value, files[program])
    return files


def _desks(
    world: World, *, media: MediaSettings, language: Language, chunk_kbps: int
) -> dict[str, DeskSettings]:
    """Settings of all programs that are a desk in one role or another."""
    common: dict[str, Any] = {"bus": [world.bus], "language": language}
    agents: dict[str, Any] = {**common, "chunk_kbps": chunk_kbps, "media": media}
    agents["shift_check"] = False  # its devices are drawn, and everybody wants to see a caller
    ours: dict[str, Any] = {"organisation": ORGANISATION}
    return {
        "desk": DeskSettings(user=AGENT, **ours, **agents),
        "partner": DeskSettings(organisation=PARTNER, user=PARTNER_AGENT, **agents),
        "host": DeskSettings(user=HOST, role="facilitator", **ours, **common),
        "operator": DeskSettings(user=OPERATOR, role="operator", **ours, **common),
        "supervisor": DeskSettings(
            user=SUPERVISOR, role="supervisor", media=media, **ours, **common
        ),
    }


def _vault(world: World, catalogue: Path, ged: list[GedSettings]) -> HubSettings:
    secret = world.folder / "vault.secret"
    save_seed("", world.vault_secret, secret)
    return HubSettings(
        catalogue=str(catalogue),
        bus=world.bus,
        vault=VaultSettings(user=VAULT, secret_files=[str(secret)]),
        ged=ged,
    )


def depot_of(folder: Path) -> Path:
    """The folder that the agency's own document system watches."""
    return folder / "depot-ged"


def write_procedures(folder: Path) -> Path:
    """The shipped sets as if they were of the demo's own organisations; the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for shipped_name, organisation in (("caf", ORGANISATION), ("france_travail", PARTNER)):
        text = (shipped() / f"{shipped_name}.toml").read_text(encoding="utf-8")
        renamed = text.replace(
            f'organisation = "{shipped_name}"', f'organisation = "{organisation}"', 1
        )
        (folder / f"{organisation}.toml").write_text(renamed, encoding="utf-8")
    load_procedures(folder)
    return folder


def seed_dossiers(store: DossierStore) -> None:
    """Puts the invented caller's dossier into the store; one that is there is left as it is."""
    store.create_dossier(
        ORGANISATION,
        Dossier(
            number=DOSSIER,
            caller_name=CALLER_NAME,
            caller_number=CALLER_NUMBER,
            born_on="1988-05-14",
            procedure=PROCEDURE,
            pieces=tuple(Piece(id=piece_id, name=name) for piece_id, name in PIECES),
        ),
    )
