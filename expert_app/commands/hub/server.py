# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub bus-config`, `bus-server` and `documents`: what a hub stands on. Used by
`__main__`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from expert_app.commands.hub.context import HubContext, hub_command
from expert_app.hub import bus_config as configuration
from expert_app.runtime.command_line import Argument
from expert_app.runtime.credentials import KeyMissing
from expert_app.stores.dossiers import ExtraMissing, extra_words, try_documents


@hub_command(needs_convention=True)
def bus_config(
    hub: HubContext,
    *,
    node: Annotated[str, Argument("for this server of the settings' cluster", "NAME")] = "",
) -> int:
    """Print the configuration for a nats-server that is not ours."""
    try:
        print(configuration.bus_config(hub.settings, hub.paths, node), end="")
    except KeyMissing as error:
        print(error.why, file=sys.stderr)
        return 1
    return 0


def bus_server(config: Annotated[Path, Argument(metavar="FILE")]) -> int:
    """Become the nats-server: the process keeps its number."""
    return configuration.become_server(config)


@hub_command()
def documents(hub: HubContext) -> int:
    """Try where documents lie; the exit code: 2 when it cannot be tried."""
    try:
        return try_documents(hub.settings, hub.paths)
    except KeyMissing as error:
        print(error.why)
    except ExtraMissing as error:
        print(extra_words(error))
    return 2
