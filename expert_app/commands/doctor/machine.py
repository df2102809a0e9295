# SPDX-License-Identifier: GPL-3.0-only
"""The machine under a hub: room, ports, secrets, database, documents, mail servers and clock; each
thing that will not fit is a sentence that says what to type. Used by `hub`.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace
from sqlalchemy import func, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from documents.store.remote_blobs import RemoteBlobs
from expert_app.commands.doctor.findings import CheckResult
from expert_app.ged.connector import NotDelivered
from expert_app.messages.senders import MessageSender
from expert_app.runtime.config import HubSettings
from expert_app.runtime.credentials import KeyMissing
from expert_app.runtime.folder_owner import owner_of
from expert_app.runtime.paths import Paths
from expert_app.runtime.store_settings import DocumentsSettings
from expert_app.stores.dossiers import ExtraMissing, away_words, extra_words, open_blobs
from expert_app.stores.jetstream import store_limits
from expert_app.stores.messages import open_senders
from expert_app.stores.passwords import (
    RDV_CLIENT,
    check_authority,
    load_secret,
    sign_on_name,
    wanted_secrets,
)
from resources.texts import _
from session.core.child_process import NO_WINDOW
from session.core.clock import SystemClock
from session.core.errors import DocumentNotFiled
from session.hub.history.tables import open_engine
from session.protocol.hub.site import HubTrouble
from views.words.troubles import trouble_sentence

MB = 1 << 20
MOST_OFFSET = timedelta(seconds=5)
"""Between this machine's clock and the database's: more confuses waits and the order of acts."""

CLOCK_S = 5
"""Longest wait for what says whether the clock is set."""


def check_machine(settings: HubSettings, paths: Paths) -> Iterator[CheckResult]:
    """Look at all of it; nothing is changed, and what fits is not told. "absent" is what a hub
    starts with all the same.
    """
    if not settings.bus:
        yield from _quota(settings, paths)
    if owner_of(paths.data) is None:  # else it is this hub that has them
        yield from _ports(settings)
    yield from _secrets(settings)
    yield from _messages(settings)
    yield from _database(settings, paths)
    yield from _documents(settings, paths)
    if not (settings.database or settings.history_database):
        yield from _clock_set()


# ---- room


def existing(folder: Path) -> Path:
    """Return the folder, or the nearest above it that exists."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def _quota(settings: HubSettings, paths: Paths) -> Iterator[CheckResult]:
    folder = paths.data / "bus"
    room_mb = (shutil.disk_usage(existing(folder)).free + _size_bytes(folder)) // MB
    quota_mb = store_limits(settings, existing(folder)).quota_bytes // MB
    if quota_mb > room_mb:
        words = _(
            "The queue and the logs may take {quota} MB, and the disk of {folder} has {room} MB "
            "for them. Set `quota_mb = {less}` in [store], or give the folder a larger disk."
        )
        yield CheckResult(
            "quota",
            "absent",
            words.format(quota=quota_mb, folder=folder, room=room_mb, less=room_mb * 3 // 4),
        )


def _size_bytes(folder: Path) -> int:
    total = 0
    for file in folder.rglob("*"):
        with contextlib.suppress(OSError):  # the server may take it away meanwhile
            total += file.stat().st_size
    return total


# ---- ports


def _ports(settings: HubSettings) -> Iterator[CheckResult]:
    wanted = []
    if not settings.bus:
        wanted = [
            ("listen_port", settings.listen_host, settings.listen_port),
            ("websocket_port", settings.listen_host, settings.websocket_port),
            ("leaf_port", settings.listen_host, settings.leaf_port),
        ]
    for name, listen in (("metrics", settings.metrics.listen), ("rdv", settings.rdv.listen)):
        host, _colon, port = listen.rpartition(":")
        if port.isdigit():
            wanted.append((f"{name}.listen", host.strip("[]"), int(port)))
    for name, host, port_number in wanted:
        if port_number:
            yield from _port(name, host, port_number)


def _port(name: str, host: str, port: int) -> Iterator[CheckResult]:
    words = ""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as door:
        if sys.platform != "win32":  # there it would let two programs have one port
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
        except PermissionError:
            words = _(
                "This account may not listen at port {port} (`{setting}`): choose one from 1024 "
                "on, or give the service AmbientCapabilities=CAP_NET_BIND_SERVICE."
            )
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                words = _(
                    "Port {port} of {host} (`{setting}`) is in use by another program: stop it "
                    "(`ss -ltnp sport = :{port}` names it), or choose another port."
                )
            else:
                words = _(
                    "{host} (`{setting}`) is no address of this machine: take one that `ip "
                    "address` shows, or 0.0.0.0 for all."
                )
    if words:
        yield CheckResult("port", "wrong", words.format(port=port, host=host, setting=name))


# ---- secrets, and who takes messages


def _secrets(settings: HubSettings) -> Iterator[CheckResult]:
    """Look for the secrets that nothing here uses: the others are told where they are used."""
    others = replace(settings, documents=DocumentsSettings(), mail=[], sms=[])
    for name, file in wanted_secrets(others).items():
        try:
            load_secret(name, file)
            if name == RDV_CLIENT:
                check_authority(name, settings.rdv.ca_file)
        except KeyMissing as error:
            level = "absent" if name.startswith(sign_on_name("")) else "wrong"
            yield CheckResult("secret", level, error.why)


def _messages(settings: HubSettings) -> Iterator[CheckResult]:
    """Ask each mail server and SMS gateway whether it would take a message."""
    singles = [replace(settings, mail=[mail], sms=[]) for mail in settings.mail]
    singles += [replace(settings, mail=[], sms=[gateway]) for gateway in settings.sms]
    for single in singles:
        try:
            senders = open_senders(single, SystemClock())
        except KeyMissing as error:
            yield CheckResult("messages", "wrong", error.why)
            continue
        for (organisation, way), sender in senders.items():
            why = asyncio.run(_why_away(sender))
            if why:
                detail: dict[str, str | int] = {"organisation": organisation, "why": why}
                trouble = HubTrouble(code=f"{way.value}_away", detail=detail)
                yield CheckResult("messages", "absent", trouble_sentence(trouble))


async def _why_away(sender: MessageSender) -> str:
    """Return the reason for which it would take nothing, "" when it would."""
    try:
        await sender.check()
    except NotDelivered as trouble:
        return trouble.reason.value
    finally:
        await sender.close()
    return ""


# ---- database, documents, clock


def _database(settings: HubSettings, paths: Paths) -> Iterator[CheckResult]:
    addresses = dict.fromkeys((settings.database, settings.history_database))
    for address in filter(None, addresses):
        if address.startswith("sqlite"):
            continue
        shown = "***"
        try:
            shown = make_url(address).render_as_string(hide_password=True)
            offset = _offset(address, paths)
        except (SQLAlchemyError, ImportError, ValueError) as error:
            why = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
            words = _(
                "The database {address} does not answer ({why}). Try `psql {address}`; `database` "
                "in the settings says where it is."
            )
            yield CheckResult("database", "wrong", words.format(address=shown, why=why))
            continue
        if abs(offset) > MOST_OFFSET:
            words = _(
                "This machine's clock is {seconds} s away from the database's: "
                "`timedatectl set-ntp true` on both."
            )
            yield CheckResult(
                "clock", "absent", words.format(seconds=round(offset.total_seconds()))
            )


def _offset(address: str, paths: Paths) -> timedelta:
    """Return how far our clock is ahead of the database's. Raises what SQLAlchemy says."""
    engine = open_engine(paths.data, address)
    try:
        with engine.connect() as connection:
            began = datetime.now(UTC)
            theirs = connection.execute(select(func.now())).scalar_one()
            ours = began + (datetime.now(UTC) - began) / 2
    finally:
        engine.dispose()
    return ours - theirs


def _documents(settings: HubSettings, paths: Paths) -> Iterator[CheckResult]:
    if settings.documents.kind == "folder":
        return
    try:
        blobs = open_blobs(settings, paths)
        try:
            if isinstance(blobs, RemoteBlobs):
                blobs.check()
        finally:
            blobs.close()
    except ExtraMissing as error:
        yield CheckResult("documents", "wrong", extra_words(error))
    except KeyMissing as error:
        yield CheckResult("documents", "wrong", error.why)
    except (OSError, DocumentNotFiled) as error:
        yield CheckResult("documents", "wrong", away_words(error))


def _clock_set() -> Iterator[CheckResult]:
    """Ask the system whether somebody sets its clock; where nobody can say, nothing is said."""
    try:
        answer = subprocess.run(
            ["timedatectl", "show", "--property=NTPSynchronized", "--value"],
            capture_output=True,
            text=True,
            timeout=CLOCK_S,
            check=False,
            creationflags=NO_WINDOW,
        ).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return
    if answer == "no":
        words = _(
            "Nobody sets this machine's clock: `apt install systemd-timesyncd`, then "
            "`timedatectl set-ntp true`."
        )
        yield CheckResult("clock", "absent", words)
