# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub mail`: tries the mail servers of the settings. Used by `__main__`."""

from __future__ import annotations

import asyncio
from typing import Annotated

from expert_app.commands.hub.context import HubContext, hub_command
from expert_app.ged.connector import NotDelivered, Reason
from expert_app.messages.senders import OutgoingMessage
from expert_app.messages.texts import MessageText
from expert_app.runtime.command_line import Argument
from expert_app.runtime.credentials import KeyMissing
from expert_app.runtime.store_settings import MailSettings
from expert_app.stores.messages import open_mail
from resources.texts import N_, _
from session.core.clock import SystemClock
from session.protocol.wire.ids import new_id

_WORDS = {
    Reason.UNREACHABLE: N_("no answer from {host}, port {port}: check both, and the firewall"),
    Reason.TIMEOUT: N_("{host}, port {port}, takes too long: check the port and `security`"),
    Reason.CERTIFICATE: N_("the certificate of {host} is not trusted: check `ca_file`"),
    Reason.ACCESS: N_("{host} refuses user, password or `sender`"),
    Reason.BUSY: N_("{host} is busy: try again in some minutes"),
    Reason.REFUSED: N_("{host} does not take a mail for this address"),
}


def trouble_words(mail: MailSettings, trouble: NotDelivered) -> str:
    """Say why a server takes no mail, and what to look at."""
    why = _(_WORDS[trouble.reason]).format(host=mail.host, port=mail.port)
    return f"{why} ({trouble.words})" if trouble.words else why


@hub_command()
def try_mail(
    hub: HubContext,
    address: Annotated[str, Argument("where the test mail goes", "ADDRESS")],
    *,
    org: Annotated[str, Argument("of this one only", "ORGANISATION")] = "",
) -> int:
    """Send a test mail through the mail servers of the settings, and say how that went."""
    servers = [mail for mail in hub.settings.mail if org in ("", mail.organisation)]
    if not servers:
        print(_("The settings have no [[mail]] of this organisation."))
        return 2
    codes = [asyncio.run(_try(mail, address)) for mail in servers]
    return max(codes)


async def _try(mail: MailSettings, address: str) -> int:
    subject = _("Test of the mails of Poste Expert")
    body = _("This mail shows that the hub's settings for mails are right.")
    message = OutgoingMessage(
        to=address,
        text=MessageText(subject=subject, body=body, short=subject),
        sender_name=mail.organisation,
        message_id=f"test.{new_id()}",
    )
    try:
        await open_mail(mail, SystemClock()).send(message)
    except KeyMissing as error:
        print(f"{mail.organisation}: {error.why}")
        return 2
    except NotDelivered as trouble:
        print(f"{mail.organisation}: {trouble_words(mail, trouble)}")
        return 1
    words = _("{organisation}: {host} has taken the test mail; look whether it arrives.")
    print(words.format(organisation=mail.organisation, host=mail.host))
    return 0
