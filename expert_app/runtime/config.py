# SPDX-License-Identifier: GPL-3.0-only
"""Settings of the three programs: one TOML file each, every setting with its default and its
meaning here.

A wrong file is refused with the place and the reason; a missing file means the defaults.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from expert_app.runtime.paths import is_there
from expert_app.runtime.report_settings import CostSettings, ReportSettings, TravelSettings
from expert_app.runtime.store_settings import (
    BackupSettings,
    DocumentsSettings,
    GedSettings,
    MailSettings,
    RdvSettings,
    RegisterSettings,
    SmsSettings,
    StoreSettings,
)
from resources.texts import _
from session.core.disk import write_durably
from session.core.field_types import NOT_DECODED, whole
from session.protocol.wire.ids import Id, OptionalId
from session.protocol.wire.roles import Role

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Language = Literal["fr", "en"]
CallerLanguage = Literal["fr", "fr_easy", "en", "ar", "es", "it", "pt", "ro", "ru", "tr", "uk"]
Engine = Literal["auto", "aiortc", "browser"]
Echo = Literal["auto", "off", "apm", "system"]
LOOPBACK_BUS = "nats://127.0.0.1:4222"
Seconds = Annotated[float, msgspec.Meta(ge=6, le=3600)]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
Kbps = Annotated[int, msgspec.Meta(ge=16, le=100_000)]


class SettingsWrong(Exception):
    """A settings file cannot be used. `path` and `why` say where and what."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path
        self.why = why


class MediaSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Voice and picture. A desk's agent may choose others in the window; they hold for that person.

    Attributes:
        engine: of a desk: "auto" chooses by the rules of `session.media.engines.engine_choice`. A
            kiosk always has a browser's.
        camera: "auto" (the first camera, none if there is none), "simulated", "none", or a device's
            name or path.
        microphone: "auto" (the system's own), "simulated", "none", or a device's name.
        speaker: "auto" or a device's name.
        headset: of a desk: the agent wears one. With a loudspeaker something must cancel echo.
        echo: of a desk: what does: "apm" the program's own filter (the package's extra `echo`),
            "system" one that is before the microphone anyway, "off" nothing, "auto" chooses by the
            rules of `session.media.audio.echo_choice`.
        noise_suppression, gain: of a desk: steady noise is taken out; a quiet voice is raised (with
            a headset only).
        ice_servers: STUN and TURN addresses of our own, where the hub gives none; empty: direct
            connections only.
        turn_username, turn_password: for these.
        relay_only: calls take no other way than a relay.
        networks: CIDR; a call to another address is refused.
        start_kbps: rate at which the kiosk's picture starts; never above what the line carries.
        camera_rows, camera_rate: rows of the camera's picture (16:9), and pictures a second. Less
            eases an old computer: on both ends 360 and 8 take half of what 720 and 25 take.
    """

    engine: Engine = "auto"
    camera: str = "auto"
    microphone: str = "auto"
    speaker: str = "auto"
    headset: bool = True
    echo: Echo = "auto"
    noise_suppression: bool = True
    gain: bool = True
    ice_servers: list[str] = []
    turn_username: str = ""
    turn_password: str = ""
    relay_only: bool = False
    networks: list[Annotated[str, msgspec.Meta(pattern=whole(r"[0-9a-fA-F.:]+(/\d{1,3})?"))]] = []
    start_kbps: Kbps = 300
    camera_rows: Annotated[int, msgspec.Meta(ge=180, le=1080)] = 720
    camera_rate: Annotated[int, msgspec.Meta(ge=5, le=30)] = 25

    @property
    def camera_size(self) -> tuple[int, int]:
        """Width and height asked of the camera, pixels."""
        return 2 * (self.camera_rows * 8 // 9), 2 * (self.camera_rows // 2)


class BoardSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The limits from which a figure of the supervisor's board is an alert.

    Attributes:
        waiting: callers who wait.
        longest_s: the longest wait.
        abandoned: callers of the day who gave up.
        within_s: the wait that is promised.
        level_percent: share of the day's callers who waited no longer.
    """

    waiting: Annotated[int, msgspec.Meta(ge=1)] = 12
    longest_s: Annotated[int, msgspec.Meta(ge=1)] = 600
    within_s: Annotated[int, msgspec.Meta(ge=60, le=36_000)] = 180
    level_percent: Annotated[int, msgspec.Meta(ge=0, le=100)] = 80
    abandoned: Annotated[int, msgspec.Meta(ge=1)] = 5


class DeskSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The desk. `user` is the opaque id the hub knows, "" until this computer is enrolled; the key
    comes from the keyring.

    Attributes:
        chunk_kbps: rate of printed documents on the line until it is measured; from 1000 on it is
            believed instead.
        ca_file: certificate of our own authority, for tls:// and wss:// addresses; "" for the
            system's authorities.
        signers: organisation -> public key that signs its convention; without it, the first one
            seen is kept.
        signed_on_until: until when this person's sign-on with an organisation's provider counts
            (ISO 8601); "" for one with a code.
        shift_check: an agent's desk is checked once a day before its first caller: camera,
            microphone, headset, line.
    """

    organisation: Id = "caf"
    user: OptionalId = ""
    role: Literal["agent", "supervisor", "helpdesk", "facilitator", "operator"] = "agent"
    bus: list[str] = msgspec.field(default_factory=lambda: [LOOPBACK_BUS])
    language: Language = "fr"
    theme: Literal["light", "dark"] = "light"
    chunk_kbps: Kbps = 240
    ca_file: str = ""
    media: MediaSettings = MediaSettings()
    board: BoardSettings = BoardSettings()
    signers: dict[str, str] = {}
    signed_on_until: str = ""
    shift_check: bool = True

    @property
    def bus_role(self) -> Role:
        """The role as the bus knows it."""
        return Role[self.role.upper()]


class GeometrySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The kiosk's place before its caller, so that faces are as large as in the room at both
    ends.

    Attributes:
        camera_fov_deg: horizontal angle that the camera sees (its data sheet says it).
        distance_mm: to a caller who stands or sits as usual.
        screen_width_mm: of the picture on the kiosk's screen, measured with a ruler; 0: the agent
            fills the pane.
    """

    camera_fov_deg: Annotated[float, msgspec.Meta(ge=30, le=120)] = 60.0
    distance_mm: Annotated[int, msgspec.Meta(ge=200, le=3000)] = 700
    screen_width_mm: Annotated[int, msgspec.Meta(ge=0, le=3000)] = 0


class KioskSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The kiosk.

    Attributes:
        language: what the screen speaks when nobody has chosen another language.
        languages: what a caller may choose beside it, in this order; "fr_easy" is French that is
            easy to read.
        texts: TOML file of texts that the organisation says in other words; "" for none.
        signs: folder of pictures of the kiosk's questions in sign language; "" for none.
        scanner: "escl://host:port/eSCL", "escls://..." (TLS), "escl-uuid:<UUID>" (found on the
            network wherever it is), "sane:<device>" or "" for none.
        printer: "ipp://host:port/path", "ipps://..." (TLS), "ipp-uuid:<UUID>" or "" for none.
        files_from: folders under which removable disks appear: the caller may give a file from
            there. [] for none; on Windows the letters of such drives, e.g. ["E:/"].
        scanner_certificate, printer_certificate: PEM file of the one certificate that the device
            must show; "" for the system's authorities. `expert-app kiosk-devices --certificates
            FOLDER` writes them.
        key_file: where a headless kiosk keeps its key (0600); "" for the keyring.
        intranet: hosts of listed pages that may answer with a private address, e.g.
            ["espace.caisse.example"]; any other that does is refused.
        chunk_kbps: rate of pages on the line until it is measured; from 1000 on it is believed
            instead of a measure.
        speak: the waiting page is said by itself when it changes ("auto"), at a touch ("button"),
            or never ("off").
        volume: of that voice, 0 to 100.
        earphone: a part of the name of the sound output that is there only while the caller's
            earphone is plugged in: the voice speaks there alone then. "" for none.
        geometry: how it stands before its caller.
        mirror_kbps: rate that the shared page may always use; more only while the line answers as
            fast as when empty.
        ca_file, signers: as at the desk.
        two_switches: the caller's place has two switches instead of a keyboard: the space bar
            goes on to the next thing on the screen, Enter takes it.
        self_test_at: local time of the night at which the idle kiosk tries itself; "" for never.
    """

    organisation: Id = "caf"
    user: Id = "kiosk"
    bus: list[str] = msgspec.field(default_factory=lambda: [LOOPBACK_BUS])
    language: CallerLanguage = "fr"
    languages: list[CallerLanguage] = msgspec.field(
        default_factory=lambda: list(get_args(CallerLanguage))
    )
    texts: str = ""
    signs: str = ""
    scanner: str = ""
    files_from: list[str] = msgspec.field(default_factory=lambda: ["/media", "/run/media"])
    printer: str = ""
    scanner_certificate: str = ""
    printer_certificate: str = ""
    key_file: str = ""
    chunk_kbps: Kbps = 240
    mirror_kbps: Kbps = 240
    ca_file: str = ""
    media: MediaSettings = MediaSettings()
    signers: dict[str, str] = {}
    speak: Literal["auto", "button", "off"] = "button"
    volume: Percent = 70
    earphone: str = ""
    geometry: GeometrySettings = GeometrySettings()
    two_switches: bool = False
    intranet: list[Annotated[str, msgspec.Meta(pattern=whole(r"[a-z0-9-]+(\.[a-z0-9-]+)*"))]] = []
    self_test_at: Annotated[str, msgspec.Meta(pattern=whole(r"(([01]\d|2[0-3]):[0-5]\d)?"))] = (
        "03:30"
    )


class DisplaySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The waiting room's display.

    Attributes:
        key_file, ca_file: as at the kiosk.
        volume: of the sound of a call and of the voice, 0 to 100.
        speak: whether called numbers are said too, where the machine has a voice.
    """

    organisation: Id = "caf"
    user: Id = "display"
    bus: list[str] = msgspec.field(default_factory=lambda: [LOOPBACK_BUS])
    language: Language = "fr"
    key_file: str = ""
    ca_file: str = ""
    volume: Percent = 70
    speak: bool = True


class ConventionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The degree to which the hub believes the files of its convention.

    Attributes:
        operator_key: public key that must have signed the operator's part, which names those that
            sign the others; "" where nobody signs.
        look_s: seconds between two looks at the files.
    """

    operator_key: str = ""
    look_s: Annotated[float, msgspec.Meta(ge=0.1, le=60)] = 3.0


class MetricsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The figures that the hub shows to the systems that watch it:
    http://LISTEN/healthz and http://LISTEN/metrics, unencrypted.

    Attributes:
        listen: host:port; "" for none. Another host than this machine's own shows the figures to
            that network.
    """

    listen: Annotated[str, msgspec.Meta(pattern=whole(r"(\S+:\d{1,5})?"))] = "127.0.0.1:9467"


class TurnSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Relays for calls that find no direct way through the firewalls (TURN, RFC 8656).

    Attributes:
        urls: the preferred first; UDP before TCP before TLS on port 443, e.g.
            "turns:relay.example:443?transport=tcp".
        secret_file: holds the secret that the relays know too (coturn: static-auth-secret); "" when
            they want none.
        relay_only: calls take no other way, so that neither end learns the other's address.
    """

    urls: list[Annotated[str, msgspec.Meta(pattern=whole(r"turns?:[^\s]{1,290}"))]] = []
    secret_file: str = ""
    relay_only: bool = False


class ReleaseSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which release of the programs people are told to get. Nothing is ever installed by itself.

    Attributes:
        newest: its version, e.g. "0.3.0"; "" says nothing to anybody.
        by: the day until which there is time, e.g. 2027-01-31; afterwards an older program says
            that it is too old.
        where: where to get it: an address, or whom to ask.
    """

    newest: Annotated[str, msgspec.Meta(pattern=whole(r"(\d+(\.\w+)*)?"), max_length=40)] = ""
    by: date | None = None
    where: Annotated[str, msgspec.Meta(max_length=400)] = ""


class DiskSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Free room of the hub's disks, in megabytes.

    Attributes:
        warn_mb: below it health and log warn.
        full_mb: below it no new call is taken; those who are here are served.
    """

    warn_mb: Annotated[int, msgspec.Meta(ge=0)] = 2048
    full_mb: Annotated[int, msgspec.Meta(ge=0)] = 256


class PartnerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another network, joined to ours;
    either `key` or `address`, as the two operators agreed who connects.

    Attributes:
        network: its name, as its own hub's settings say it.
        key: its public key (`hub link` printed it there), when it connects to us.
        address: tls://host:port or wss://host, when we connect to it.
        ca_file: certificate of its authority; "" for the system's.
        key_file: where our key for it is kept (0600) on a machine without a keyring.
    """

    network: Id
    key: str = ""
    address: str = ""
    ca_file: str = ""
    key_file: str = ""


class VaultSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An organisation's vault: its dossier service and log keeper, behind the hub of a network.

    Attributes:
        user: its name on the bus, as the convention's `vaults` say it.
        signer: public key that signs the organisation's convention; "" believes the file as it lies
            here.
        secret_files: where the secrets of `seal_keys` are kept (0600) on a machine without a
            keyring.
        key_file: where our key for the bus is kept (0600) on such a machine.
    """

    user: Id = "coffre"
    signer: str = ""
    secret_files: list[str] = []
    key_file: str = ""


class SignOnRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The work of some of a provider's people, and its place; the first rule that fits counts.

    Attributes:
        values: any of these in the claim; [] for everybody whom the provider knows.
        claim: another claim than that of the provider's settings; with dots for one inside another.
        services: ids of those that an agent answers; [] for all of the organisation.
    """

    organisation: Id
    role: Literal["agent", "supervisor", "helpdesk"]
    values: list[str] = []
    claim: str = ""
    services: list[Id] = []


class SignOnSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An organisation's provider (OpenID Connect) with which its people sign on: docs/sso.md.

    Attributes:
        id: another one for each provider.
        name: as the desk shows it.
        issuer: https://...; its /.well-known/openid-configuration says the rest.
        client_id: of this hub at the provider.
        secret_file: holds the client's secret (0600), "" for environment or keyring (`hub secret
            sso.ID`); no secret is looked for with `client = "public"`.
        scopes: what is asked for; "offline_access" lets the hub ask later whether the person still
            may.
        redirect: where the browser comes back to, as the provider knows it; without a port any
            free one.
        parameters: more words for the provider's page, e.g. acr_values.
        userinfo: the claims are asked for at the provider, as those of the ID token do not say
            enough.
        claim: that the rules read; with dots for one inside another, e.g. "realm_access.roles".
        name_claim: what colleagues and callers read as the person's name.
        user_claim: whose value is a person's id in the convention; "" when nobody stands there. A
            claim that a person can change lets it be somebody else.
        hours: how long a sign-on counts.
        check_minutes: between two questions whether the person still may; 0 for never.
        ca_file: authority of the provider's certificate; "" for the system's.
        answer_s: the longest wait for an answer of the provider.
        rules: see `SignOnRule`.
    """

    issuer: Annotated[str, msgspec.Meta(pattern=whole(r"https?://[^\s?#]+"), max_length=300)]
    client_id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    id: Id = "sso"
    name: Annotated[str, msgspec.Meta(max_length=100)] = ""
    client: Literal["public", "confidential"] = "public"
    secret_file: str = ""
    scopes: list[str] = msgspec.field(
        default_factory=lambda: ["openid", "profile", "offline_access"]
    )
    redirect: Annotated[
        str,
        msgspec.Meta(
            pattern=whole(r"http://(127\.0\.0\.1|localhost)(:\d{1,5})?(/[\w./-]{0,100})?")
        ),
    ] = "http://127.0.0.1/"
    parameters: dict[str, str] = {}
    userinfo: bool = False
    claim: str = "groups"
    name_claim: str = "name"
    user_claim: str = ""
    hours: Annotated[float, msgspec.Meta(gt=0, le=24)] = 10
    check_minutes: Annotated[float, msgspec.Meta(ge=0, le=120)] = 5
    ca_file: str = ""
    answer_s: Annotated[float, msgspec.Meta(ge=1, le=60)] = 10
    rules: list[SignOnRule] = []

    def __post_init__(self) -> None:
        host = urlsplit(self.issuer).hostname
        if self.issuer.startswith("http:") and host not in ("127.0.0.1", "localhost"):
            raise ValueError("the issuer's address must begin with https://")


class NodeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One nats-server of a cluster.

    Attributes:
        host: where desks, kiosks and hubs reach it.
        peer_host: where the other servers do; "" for `host`.
        monitor_port: on this machine only: http://127.0.0.1:8222/healthz says when the node has
            caught up; 0 for none.
    """

    name: Id
    host: str
    port: Port = 4222
    peer_host: str = ""
    peer_port: Port = 6222
    monitor_port: Port = 8222


class ClusterFileSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The servers of one bus: the same on every machine.

    Attributes:
        secret_file: proves to the other servers that one belongs to them: a line of letters and
            digits (0600).
        store: the folder where each server keeps its store.
        ca_file: authority of the servers' certificates (`tls_certificate`, `tls_key`): by them they
            know each other.
    """

    name: Id = "poste-expert"
    nodes: list[NodeSettings] = []
    secret_file: str = ""
    store: str = "/var/lib/poste-expert/bus"
    ca_file: str = ""


class HubSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The hub.

    Attributes:
        catalogue: the convention: TOML file of organisations, sites, services and people, or folder
            of such files.
        folder: everything the hub keeps is under it; "" for the account's data folder.
        addresses: where desks and kiosks reach the bus, as an invitation says it:
            tls://host:port or wss://host.
        convention: whose signatures it needs, and how often it is looked at. listen: host and port
            of the bus that the hub starts.
        bus: address of a bus that runs already, or those of all servers of a cluster; "" to start
            our own.
        key_file: with `bus`: the hub's key (0600), where there is no keyring; "" for the keyring.
        replicas: with `bus`: on how many servers everything is stored; 3 on a cluster of three.
        cluster: the servers of that bus, for `hub bus-config --node`.
        documents_folder: where documents and those on their way lie; several hubs need one that
            they share.
        database: SQLAlchemy address of the dossiers' and the history's database; "" for SQLite in
            the hub's folder.
        history_database: that of the history alone, e.g. postgresql://user@host/history; "" for
            `database`.
        time_zone: whose days and hours the statistics count.
        tls_certificate, tls_key: PEM files of the bus that the hub starts; needed when other
            machines connect.
        websocket_port: a second port of that bus, for wss:// addresses (443 passes most walls); 0
            for none.
        ca_file: with `bus`: certificate of our own authority; "" for the system's authorities.
        silent_s: seconds of silence after which the other end of a session is told; signs of life
            come every 5 s.
        desk_return_s, kiosk_return_s: how long a silent desk keeps its caller, and a silent kiosk
            its own.
        documents: where filed documents lie.
        ged: agencies' own document systems, which get copies.
        register: where organisations' dossiers come from, at most one for each.
        mail, sms: how organisations write to people about their appointments, at most one of each
            for an organisation.
        rdv: appointments from RDV Service Public.
        sso: providers with which people sign on.
        metrics, disk: how it is watched, and how much room it needs.
        store: how much room the bus's store may take.
        backup: what the backup's timer does.
        turn: relays for calls.
        release: which release of the programs people are told to get.
        report, travel, costs: of the activity report: who gets it, what a journey is, and what the
            network costs.
        procedures: folder of what each organisation's procedures ask for; "" for the sets that come
            with the program.
        network: our name among partners' networks.
        partners: see `PartnerSettings`.
        leaf_port: where partners connect to us; 0 for nowhere.
        serve: "dossier" and "log" of one `organisation`, its vault, behind the hub at `bus`; empty
            for the whole hub.
        vault: see `VaultSettings`.
        come_back_s: how long a caller who waits elsewhere has to come when it is the turn and the
            kiosk is free.
    """

    catalogue: str = ""
    folder: str = ""
    addresses: list[str] = []
    listen_host: str = "127.0.0.1"
    listen_port: Port = 4222
    bus: str | list[str] = ""
    key_file: str = ""
    replicas: Literal[1, 3, 5] = 1
    cluster: ClusterFileSettings = ClusterFileSettings()
    documents_folder: str = ""
    database: str = ""
    documents: DocumentsSettings = DocumentsSettings()
    ged: list[GedSettings] = []
    register: list[RegisterSettings] = []
    mail: list[MailSettings] = []
    sms: list[SmsSettings] = []
    rdv: RdvSettings = RdvSettings()
    sso: list[SignOnSettings] = []
    history_database: str = ""
    time_zone: str = "Europe/Paris"
    tls_certificate: str = ""
    tls_key: str = ""
    websocket_port: Port = 0
    ca_file: str = ""
    silent_s: Seconds = 20.0
    desk_return_s: Seconds = 60.0
    kiosk_return_s: Seconds = 120.0
    convention: ConventionSettings = ConventionSettings()
    come_back_s: Seconds = 300.0
    metrics: MetricsSettings = MetricsSettings()
    disk: DiskSettings = DiskSettings()
    store: StoreSettings = StoreSettings()
    backup: BackupSettings = BackupSettings()
    turn: TurnSettings = TurnSettings()
    release: ReleaseSettings = ReleaseSettings()
    report: ReportSettings = ReportSettings()
    travel: TravelSettings = TravelSettings()
    costs: CostSettings = CostSettings()
    procedures: str = ""
    network: str = ""
    leaf_port: Port = 0
    partners: list[PartnerSettings] = []
    serve: list[Literal["dossier", "log"]] = []
    organisation: OptionalId = ""
    vault: VaultSettings = VaultSettings()

    def __post_init__(self) -> None:
        names = [system.name for system in self.ged]
        if len(set(names)) != len(names):
            raise ValueError("two of `ged` have the same name")
        for name, entries in (("register", self.register), ("mail", self.mail), ("sms", self.sms)):
            owners = [entry.organisation for entry in entries]
            if len(set(owners)) != len(owners):
                raise ValueError(f"two of `{name}` are of the same organisation")
        providers = [provider.id for provider in self.sso]
        if len(set(providers)) != len(providers):
            raise ValueError("two of `sso` have the same id")

    @property
    def bus_urls(self) -> list[str]:
        """Every address of a bus that is not ours;
        a word of the command line may hold several, with commas.
        """
        if isinstance(self.bus, str):
            urls = self.bus.split(",")
        else:
            urls = self.bus
        return [url.strip() for url in urls if url.strip()]


def is_time_zone(name: str) -> bool:
    """True when the computer knows this time zone of the IANA list."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def load[Settings: msgspec.Struct](kind: type[Settings], path: Path) -> Settings:
    """The settings in `path`; the defaults when there is no such file.

    Raises:
        SettingsWrong: the file cannot be read or says something we do not know.
    """
    if not path.exists():
        return kind()
    try:
        return msgspec.toml.decode(path.read_bytes(), type=kind)
    except OSError as error:
        raise SettingsWrong(path, str(error)) from error
    except NOT_DECODED as error:
        raise SettingsWrong(path, _why(kind, str(error))) from error


_PLACE = re.compile(r"(?P<what>.*?)(?: - at `\$\.?(?P<place>[^`]*)`)?", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>[^`]*)`")
_OTHER_KIND = re.compile(r"Expected `(?P<wanted>[^`]*)`, got `(?P<found>[^`]*)`")
_OUT_OF_RANGE = re.compile(r"Expected `(?:int|float)` (?P<limit>[<>]=? \S+)")
_NONE_OF_THEM = re.compile(r"Invalid enum value (?P<value>.*)", re.DOTALL)


def _why(kind: type[msgspec.Struct], why: str) -> str:
    """Return what msgspec found wrong in a file, in the reader's language where it is one of
    the mistakes that people make.
    """
    place = _PLACE.fullmatch(why)
    assert place is not None  # it matches every text
    what, where = place["what"], place["place"] or ""
    if match := _UNKNOWN.fullmatch(what):
        name = match["name"]
        if not where:
            return _("There is no setting “{name}”.").format(name=name)
        words = _("There is no setting “{name}” in “{where}”.").format(name=name, where=where)
        if name not in kind.__struct_fields__:
            return words
        # a line that was put at the end of a file is in the table before it
        more = _("Put “{name}” at the top of the file, before the first line in brackets.")
        return f"{words}\n{more.format(name=name)}"
    if match := _OTHER_KIND.fullmatch(what):
        return _("“{where}” must be {wanted}; it is {found}.").format(
            where=where, wanted=_kind_words(match["wanted"]), found=_kind_words(match["found"])
        )
    if match := _OUT_OF_RANGE.fullmatch(what):
        return _("“{where}” must be {limit}.").format(where=where, limit=match["limit"])
    if match := _NONE_OF_THEM.fullmatch(what):
        return _("“{where}” cannot be {value}.").format(where=where, value=match["value"])
    return why


def _kind_words(kind: str) -> str:
    words = {
        "str": _("a text between quotes"),
        "int": _("a whole number"),
        "float": _("a number"),
        "bool": _("true or false"),
        "array": _("a list in brackets"),
        "object": _("a table"),
    }
    return words.get(kind.removesuffix(" | null"), kind)


_SIGNED_IN = ("organisation", "user", "role")
"""Who somebody is, the sign-in says."""


@dataclass(frozen=True)
class FixedSettings:
    """The settings that an organisation has fixed for all who work at this computer: its own
    file, over theirs.

    Attributes:
        path: of that file.
        values: what it says; empty where there is none.
    """

    path: Path
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """The settings that nobody here can change, e.g. "theme", "media/camera"."""
        return frozenset(_names(self.values))

    def over[Settings: msgspec.Struct](self, settings: Settings) -> Settings:
        """A person's settings with those of the organisation in their place.

        Raises:
            SettingsWrong: the organisation's file says something we do not know.
        """
        if not self.values:
            return settings
        try:
            merged = _laid_over(msgspec.to_builtins(settings), self.values)
            return msgspec.convert(merged, type(settings))
        except msgspec.ValidationError as error:
            raise SettingsWrong(self.path, _why(type(settings), str(error))) from error


def load_fixed(path: Path) -> FixedSettings:
    """Load what the organisation has fixed; nothing where there is no such file, or where its
    folder is closed to this account: on the hub's own machine it is the hub's.

    Raises:
        SettingsWrong: it cannot be read, or says who somebody is.
    """
    if not is_there(path):
        return FixedSettings(path)
    try:
        values = msgspec.toml.decode(path.read_bytes())
    except (OSError, *NOT_DECODED) as error:
        raise SettingsWrong(path, str(error)) from error
    for name in _SIGNED_IN:
        if name in values:
            raise SettingsWrong(path, f"`{name}` comes with the sign-in and cannot be fixed")
    return FixedSettings(path, values)


def _names(values: Mapping[str, Any], above: str = "") -> list[str]:
    names = []
    for name, value in values.items():
        names += _names(value, f"{above}{name}/") if isinstance(value, dict) else [above + name]
    return names


def _laid_over(personal: Mapping[str, Any], fixed: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(personal)
    for name, value in fixed.items():
        below = personal.get(name)
        if isinstance(below, dict) and isinstance(value, dict):
            value = _laid_over(below, value)
        merged[name] = value
    return merged


def save(settings: msgspec.Struct, path: Path) -> None:
    """Writes a settings file, whole or not at all."""
    write_durably(path, msgspec.toml.encode(settings))
