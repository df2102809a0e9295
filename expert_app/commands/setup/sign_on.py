# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub sso`: whether each provider of the settings answers, and the line for desks. Used
by `__main__`; works beside a running hub or without one.
"""

from __future__ import annotations

import asyncio

from expert_app.commands.hub.context import HubContext, hub_command
from expert_app.commands.setup.invitations import invitation_line, needs_own_server, no_address
from expert_app.runtime.config import SignOnSettings
from expert_app.runtime.credentials import KeyMissing
from expert_app.sign_on.at_hub import open_provider
from resources.texts import _, ngettext
from session.core.errors import SessionError
from views.words.errors import sentence


@hub_command(needs_convention=True)
def try_sign_on(hub: HubContext) -> int:
    """Print it; the exit code."""
    settings = hub.settings
    if settings.bus:
        print(needs_own_server())
        return 2
    if not settings.sso:
        print(_("The settings name no provider: see docs/sso.md."))
        return 2
    results = [asyncio.run(_try(provider)) for provider in settings.sso]
    line = invitation_line(settings, "")
    if line is None:
        print(no_address())
    else:
        print(_("The line for the page “Sign in” of every desk:"))
        print(line.text.removesuffix("#"))
    if all(results):
        return 0
    return 1


async def _try(settings: SignOnSettings) -> bool:
    try:
        provider = open_provider(settings)
    except KeyMissing as error:
        print(f"{settings.id}: {error.why}")
        return False
    try:
        page = await provider.page()
        keys = await provider.key_count()
    except SessionError as error:
        print(f"{settings.id}: {sentence(error.code, error.detail).sentence}")
        return False
    finally:
        await provider.close()
    words = ngettext(
        "{provider}: the provider answers, with {keys} key; its page is {address}",
        "{provider}: the provider answers, with {keys} keys; its page is {address}",
        keys,
    )
    print(words.format(provider=settings.id, keys=keys, address=page.partition("?")[0]))
    return True
