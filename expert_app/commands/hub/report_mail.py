# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub report-mail`: the reports of last month and since the opening, for publication,
to the addresses of the settings. A timer runs it on the first of a month.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from documents.printed.dates import month_name
from documents.printed.report.pdf import report
from expert_app.commands.hub.context import HubContext, hub_command
from expert_app.commands.hub.mail import trouble_words
from expert_app.ged.connector import NotDelivered
from expert_app.hub.convention_commands import load_catalogue
from expert_app.messages.mail import MailSender
from expert_app.messages.senders import MailFile, OutgoingMessage
from expert_app.messages.texts import MessageText
from expert_app.runtime.credentials import KeyMissing
from expert_app.runtime.store_settings import MailSettings
from expert_app.stores.messages import open_mail
from expert_app.stores.report_facts import ReportReader
from resources.texts import _, ngettext
from session.core.clock import SystemClock
from session.core.errors import StoreUnreachable
from session.protocol.wire.ids import new_id


@hub_command(needs_convention=True)
def mail_report(hub: HubContext) -> int:
    """Send the reports of last month and since the opening to the addresses of the settings.

    Raises:
        CatalogueWrong: the convention cannot be used.
    """
    wanted = hub.settings.report
    servers = [mail for mail in hub.settings.mail if mail.organisation == wanted.organisation]
    if not wanted.to:
        print(_("The settings name nobody who gets the report: `to` of [report]."))
        return 2
    if not servers:
        print(_("The settings have no [[mail]] of this organisation."))
        return 2
    now = datetime.now(UTC)
    try:
        files = report_files(hub, now)
    except StoreUnreachable as error:
        why = error.detail.get("why", error.code)
        print(_("The history cannot be read ({why}).").format(why=why))
        return 1
    try:
        sender = open_mail(servers[0], SystemClock())
    except KeyMissing as error:
        print(f"{wanted.organisation}: {error.why}")
        return 2
    catalogue = load_catalogue(hub.settings)
    if wanted.organisation in catalogue.organisations:
        name = catalogue.organisation(wanted.organisation).name
    else:
        name = wanted.organisation
    month = last_month(hub, now)[0]
    subject = f"{month_name(month.month)} {month.year}"
    messages = [_message(address, subject, files, sender_name=name) for address in wanted.to]
    taken = asyncio.run(_send(sender, servers[0], messages))
    words = ngettext(
        "The mail server has taken the report for one address.",
        "The mail server has taken the report for {count} addresses.",
        taken,
    )
    print(words.format(count=taken))
    return 0 if taken == len(wanted.to) else 1


def last_month(hub: HubContext, now: datetime) -> tuple[date, date]:
    """Return the first and the last day of the month before this one, where the hub is."""
    today = now.astimezone(ZoneInfo(hub.settings.time_zone)).date()
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def report_files(hub: HubContext, now: datetime) -> list[MailFile]:
    """Write both reports. Raises `StoreUnreachable`."""
    first, last = last_month(hub, now)
    reader = ReportReader(hub.settings, hub.paths, catalogue=load_catalogue(hub.settings))
    month = report(reader.read(first, last, now=now))
    ever = report(reader.read(None, last, now=now))
    return [
        MailFile(name=f"rapport_{first:%Y-%m}.pdf", data=month),
        MailFile(name=f"rapport_ouverture_{last:%Y-%m-%d}.pdf", data=ever),
    ]


def _message(
    address: str, month: str, files: Sequence[MailFile], *, sender_name: str
) -> OutgoingMessage:
    """One mail for each address, so that nobody reads who else gets it."""
    subject = _("Activity report: {month}").format(month=month)
    body = _(
        "Two reports go with this mail: of {month}, and since the opening. The first page of each "
        "says what happened; the last one, how it was reckoned. Small counts are hidden: both may "
        "be published."
    ).format(month=month)
    return OutgoingMessage(
        to=address,
        text=MessageText(subject=subject, body=body, short=subject),
        sender_name=sender_name,
        message_id=f"report.{new_id()}",
        files=tuple(files),
    )


async def _send(sender: MailSender, mail: MailSettings, messages: Sequence[OutgoingMessage]) -> int:
    """Send these mails; how many the server has taken."""
    taken = 0
    for place, message in enumerate(messages, 1):
        try:
            await sender.send(message)
        except NotDelivered as trouble:
            # the journal that reads this keeps no addresses
            words = _("Address {place} of `to`: {why}")
            print(words.format(place=place, why=trouble_words(mail, trouble)))
        else:
            taken += 1
    return taken
