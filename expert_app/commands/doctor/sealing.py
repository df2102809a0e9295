# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app doctor` on sealing: does the organisation's vault answer this desk, and know its key?
No Qt.
"""

from __future__ import annotations

from expert_app.commands.doctor.findings import WAIT_S, CheckResult
from expert_app.runtime.bus_access import desk_bus
from expert_app.runtime.config import DeskSettings
from expert_app.runtime.credentials import KeyMissing, key_name_of, load_seed
from expert_app.runtime.paths import Paths
from expert_app.runtime.sealing import seals_for
from resources.texts import _
from session.bus.transport.nkeys import public_key
from session.core.clock import SystemClock
from session.core.errors import BusUnreachable, SessionError
from session.core.tasks import Tasks
from session.protocol.sealing import CertifyRequest, Part
from session.protocol.wire.roles import OF_ORGANISATIONS
from views.words import errors as troubles

NAME = "seal"


async def check_seal(settings: DeskSettings, paths: Paths) -> CheckResult:
    """Asks the hub whether the organisation seals, and its vault for this desk's certificate;
    stores nothing.
    """
    if settings.bus_role not in OF_ORGANISATIONS:
        return CheckResult(
            NAME, "absent", _("Sealing is not looked at: this is no desk of an organisation.")
        )
    try:
        seed = load_seed(key_name_of(settings))
    except KeyMissing:
        return CheckResult(
            NAME, "absent", _("Sealing is not looked at: this installation has no key yet.")
        )
    tasks = Tasks()
    try:
        return await _ask(settings, paths, seed=seed, tasks=tasks)
    except BusUnreachable:
        return CheckResult(NAME, "absent", _("Sealing is not looked at: the bus does not answer."))
    except SessionError as error:
        detail = {"organisation": settings.organisation, "key": public_key(seed), **error.detail}
        return CheckResult(NAME, "wrong", troubles.sentence(error.code, detail).sentence)
    finally:
        await tasks.close()


async def _ask(settings: DeskSettings, paths: Paths, *, seed: bytes, tasks: Tasks) -> CheckResult:
    clock = SystemClock()
    seals = seals_for(settings, paths, clock)
    bus = desk_bus(settings, seed=seed, clock=clock, tasks=tasks, seals=seals)
    try:
        await bus.connect(WAIT_S)
        line = await seals.vault(settings.organisation, Part.DOSSIER)
        if line is None:
            words = _("{organisation} keeps its dossiers at the hub: nothing is sealed.")
            return CheckResult(NAME, "absent", words.format(organisation=settings.organisation))
        answer = await line.ask(CertifyRequest())
    finally:
        await bus.close()
    words = _(
        "The vault of {organisation} knows this desk by {key}; its certificate is good until {day}."
    )
    until = answer.certificate.until_utc.astimezone()
    sentence = words.format(
        organisation=settings.organisation, key=public_key(seed), day=f"{until:%Y-%m-%d}"
    )
    return CheckResult(NAME, "ok", sentence)
