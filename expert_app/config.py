# SPDX-License-Identifier: GPL-3.0-only
"""Settings of the three programs: one TOML file each, every setting with its default and its meaning here.

A wrong file is refused with the place and the reason; a missing file means the defaults.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from session.protocol.ids import Id

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Language = Literal["fr", "en"]
Microphone = Literal["auto", "simulated", "none"]
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
    """Voice and picture.

    Attributes:
        camera: "auto" (the first camera, none if there is none), "simulated", "none", or a device such as /dev/video0.
        microphone: "auto", "simulated" or "none".
        ice_servers: STUN and TURN addresses; empty means direct connections only.
        start_kbps: rate at which the kiosk's picture starts; never above what the line carries.
    """

    camera: str = "auto"
    microphone: Microphone = "auto"
    ice_servers: list[str] = []
    start_kbps: Kbps = 300


class BoardSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From where a figure of the supervisor's board is an alert.

    Attributes:
        waiting: callers who wait. longest_s: the longest wait. abandoned: callers of the day who gave up.
        within_s: the wait that is promised. level_percent: share of the day's callers who waited no longer.
    """

    waiting: Annotated[int, msgspec.Meta(ge=1)] = 12
    longest_s: Annotated[int, msgspec.Meta(ge=1)] = 600
    within_s: Annotated[int, msgspec.Meta(ge=60, le=36_000)] = 180
    level_percent: Annotated[int, msgspec.Meta(ge=0, le=100)] = 80
    abandoned: Annotated[int, msgspec.Meta(ge=1)] = 5


class DeskSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The desk. `user` is the opaque id the hub knows; the key comes from the keyring.

    Attributes:
        chunk_kbps: rate of printed documents on the line to the kiosk, so that they never starve the voice.
        ca_file: certificate of our own authority, for tls:// and wss:// addresses; "" for the system's authorities.
    """

    organisation: Id = "caf"
    user: Id = "agent"
    role: Literal["agent", "supervisor", "helpdesk", "facilitator", "operator"] = "agent"
    bus: list[str] = msgspec.field(default_factory=lambda: [LOOPBACK_BUS])
    language: Language = "fr"
    theme: Literal["light", "dark"] = "light"
    chunk_kbps: Kbps = 240
    ca_file: str = ""
    media: MediaSettings = MediaSettings()
    board: BoardSettings = BoardSettings()


class KioskSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The kiosk.

    Attributes:
        scanner: "escl://host:port/eSCL", "sane:<device>" or "" for none.
        printer: "ipp://host:port/path" or "" for none.
        key_file: where a headless kiosk keeps its key (0600); "" for the keyring.
        chunk_kbps: rate of pages on the line, so that they never starve the voice.
        speak: the waiting page is said by itself when it changes ("auto"), at a touch ("button"), or never ("off").
        volume: of that voice, 0 to 100.
        mirror_kbps: rate that the shared page may always use; more only while the line answers as fast as when empty.
        ca_file: as at the desk.
    """

    organisation: Id = "caf"
    user: Id = "kiosk"
    bus: list[str] = msgspec.field(default_factory=lambda: [LOOPBACK_BUS])
    language: Language = "fr"
    scanner: str = ""
    printer: str = ""
    key_file: str = ""
    chunk_kbps: Kbps = 240
    mirror_kbps: Kbps = 240
    ca_file: str = ""
    media: MediaSettings = MediaSettings()
    speak: Literal["auto", "button", "off"] = "button"
    volume: Percent = 70


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
    """How far the hub believes the files of its convention.

    Attributes:
        operator_key: public key that must have signed the operator's part, which names those that sign the others; ""
            where nobody signs.
        look_s: seconds between two looks at the files.
    """

    operator_key: str = ""
    look_s: Annotated[float, msgspec.Meta(ge=0.1, le=60)] = 3.0


class MetricsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the hub says to who watches it: http://LISTEN/healthz and http://LISTEN/metrics, unencrypted.

    Attributes:
        listen: host:port; "" for none. Another host than this machine's own shows the figures to that network.
    """

    listen: Annotated[str, msgspec.Meta(pattern=r"^(\S+:\d{1,5})?$")] = "127.0.0.1:9467"


class DiskSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Free room of the hub's disks, in megabytes.

    Attributes:
        warn_mb: below it health and log warn.
        full_mb: below it no new call is taken; those who are here are served.
    """

    warn_mb: Annotated[int, msgspec.Meta(ge=0)] = 2048
    full_mb: Annotated[int, msgspec.Meta(ge=0)] = 256


class PartnerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another network, joined to ours; either `key` or `address`, as the two operators agreed who connects.

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


class NodeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One nats-server of a cluster.

    Attributes:
        host: where desks, kiosks and hubs reach it.
        peer_host: where the other servers do; "" for `host`.
    """

    name: Id
    host: str
    port: Port = 4222
    peer_host: str = ""
    peer_port: Port = 6222


class ClusterFileSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The servers of one bus: the same on every machine.

    Attributes:
        secret_file: proves to the other servers that one belongs to them: a line of letters and digits (0600).
        store: the folder where each server keeps its store.
        ca_file: our own authority; with it the servers speak encrypted among themselves (`tls_certificate`, `tls_key`).
    """

    name: Id = "poste-expert"
    nodes: list[NodeSettings] = []
    secret_file: str = ""
    store: str = "/var/lib/poste-expert/bus"
    ca_file: str = ""


class HubSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The hub.

    Attributes:
        catalogue: the convention: TOML file of organisations, sites, services and people, or folder of such files.
        convention: whose signatures it needs, and how often it is looked at.
        listen: host and port of the bus that the hub starts.
        bus: address of a bus that runs already, or those of all servers of a cluster; "" to start our own.
        key_file: with `bus`: the hub's key (0600), where there is no keyring; "" for the keyring.
        replicas: with `bus`: on how many servers everything is stored; 3 on a cluster of three.
        cluster: the servers of that bus, for `hub bus-config --node`.
        database: SQLAlchemy address of the dossiers' and the history's database; "" for SQLite in the hub's folder.
        history_database: that of the history alone, e.g. postgresql://user@host/history; "" for `database`.
        time_zone: whose days and hours the statistics count.
        tls_certificate, tls_key: PEM files of the bus that the hub starts; needed when other machines connect.
        websocket_port: a second port of that bus, for wss:// addresses (443 passes most walls); 0 for none.
        ca_file: with `bus`: certificate of our own authority; "" for the system's authorities.
        silent_s: seconds of silence after which the other end of a session is told; signs of life come every 5 s.
        desk_return_s, kiosk_return_s: how long a silent desk keeps its caller, and a silent kiosk its own.
        procedures: folder of what each organisation's procedures ask for; "" for the sets that come with the program.
        metrics, disk: how it is watched, and how much room it needs.
        network: our name among partners' networks. partners: see `PartnerSettings`.
        leaf_port: where partners connect to us; 0 for nowhere.
        come_back_s: how long a caller who waits elsewhere has to come when it is the turn and the kiosk is free.
    """

    catalogue: str = ""
    listen_host: str = "127.0.0.1"
    listen_port: Port = 4222
    bus: str | list[str] = ""
    key_file: str = ""
    replicas: Literal[1, 3, 5] = 1
    cluster: ClusterFileSettings = ClusterFileSettings()
    database: str = ""
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
    procedures: str = ""
    network: str = ""
    leaf_port: Port = 0
    partners: list[PartnerSettings] = []

    @property
    def bus_urls(self) -> list[str]:
        """Every address of a bus that is not ours; a word of the command line may hold several, with commas."""
        given = self.bus.split(",") if isinstance(self.bus, str) else self.bus
        return [url.strip() for url in given if url.strip()]


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
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SettingsWrong(path, str(error)) from error


def save(settings: msgspec.Struct, path: Path) -> None:
    """Writes a settings file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.toml.encode(settings))
    part.replace(path)
