# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub acts`: what was done with this hub or vault, when and by whom. Used by
`__main__`; the hub need not run.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from expert_app.commands.hub.context import HubContext, hub_command
from expert_app.commands.hub.words import local_time
from expert_app.runtime.command_line import Argument, Json
from expert_app.stores.identities import open_book
from resources.texts import _
from session.core.computer import computer_name
from session.protocol.hub.site import OperatorAct
from views.words.troubles import act_words


@hub_command()
def print_acts(
    hub: HubContext,
    *,
    last: Annotated[int, Argument("only so many of the newest (0: all)", "NUMBER")] = 50,
    as_json: Json = False,
) -> int:
    """Print the register of acts, the newest last; the exit code."""
    noted = open_book(hub.paths).acts(last or -1)  # SQLite: below 0 is all
    acts = [msgspec.convert(act, OperatorAct, from_attributes=True) for act in reversed(noted)]
    if as_json:
        for act in acts:
            print(msgspec.json.encode(act).decode())
        return 0
    if not acts:
        print(_("Nothing is in the register yet."))
    for act in acts:
        parts = (local_time(act.at_utc, hub.settings), act.by, act_words(act), act.of)
        print(" · ".join(part for part in parts if part))
    if nodes := hub.settings.cluster.nodes:
        words = _(
            "This is the register of {machine} alone. Each machine of the cluster has its own, of "
            "what was typed there: type the same on {machines}."
        )
        machines = ", ".join(f"{node.name} ({node.host})" for node in nodes)
        print(words.format(machine=computer_name(), machines=machines))
    return 0
