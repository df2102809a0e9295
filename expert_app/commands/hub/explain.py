# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub explain`: what the hub on this machine, or the other end, did not take of a
client, and why; live, until it is stopped. Used by `__main__`.
"""

from __future__ import annotations

import http.client
import sys
import time
from typing import Annotated
from urllib.parse import urlencode

import msgspec

from expert_app.commands.hub.context import HubContext, hub_command
from expert_app.commands.hub.words import local_time
from expert_app.runtime.command_line import Argument, Json
from expert_app.runtime.config import HubSettings
from resources.texts import _
from session.hub.access.refused_log import RefusedMessage
from session.protocol.wire.roles import Role

EACH_S = 1.0
ANSWER_S = 5.0


class HubSilent(Exception):
    """No hub answers at the address of its figures."""


def ask(listen: str, user: str, letter: str, after: int) -> list[RefusedMessage]:
    """Return what was refused of a client, as the hub that has its figures at `listen` knows
    it. Raises `HubSilent`.
    """
    host, _colon, port = listen.rpartition(":")
    query = urlencode({"user": user, "role": letter, "after": after})
    connection = http.client.HTTPConnection(host.strip("[]"), int(port), timeout=ANSWER_S)
    try:
        connection.request("GET", f"/refused?{query}")
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise HubSilent from error
    finally:
        connection.close()
    if answer.status != 200:
        raise HubSilent
    return msgspec.json.decode(body, type=list[RefusedMessage])


def line_of(refused: RefusedMessage, settings: HubSettings) -> str:
    """One refusal as a line."""
    at = local_time(refused.at_utc, settings, "%H:%M:%S")
    what = f"{refused.where} {refused.of}".strip()
    if refused.why:
        why = f": {refused.why}"
    else:
        why = ""
    return f"{at}  {refused.who}  {what}  {refused.code} ({refused.by}){why}"


@hub_command()
def explain(
    hub: HubContext,
    user: Annotated[str, Argument("id of a kiosk, or of a client of --role", "KIOSK")],
    *,
    role: Role = Role.KIOSK,
    once: Annotated[bool, Argument("do not wait for more")] = False,
    as_json: Json = False,
) -> int:
    """Print what is known and then what comes; the exit code."""
    settings = hub.settings
    listen = settings.metrics.listen
    if not listen:
        print(_('The settings say metrics.listen = "": this hub cannot be asked.'))
        return 2
    last, is_first = 0, True
    while True:
        try:
            refusals = ask(listen, user, role.value, last)
        except HubSilent:
            words = _("No hub answers at {address}: ask on the machine where it runs.")
            print(words.format(address=listen), file=sys.stderr)
            return 1
        for refused in refusals:
            if as_json:
                line = msgspec.json.encode(refused).decode()
            else:
                line = line_of(refused, settings)
            print(line, flush=True)
        last = max([last, *(refusal.number for refusal in refusals)])
        if is_first and not refusals and not as_json:
            print(_("Nothing of {user} was refused since this hub started.").format(user=user))
        if once:
            return 0
        is_first = False
        time.sleep(EACH_S)
