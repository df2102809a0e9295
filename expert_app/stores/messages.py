# SPDX-License-Identifier: GPL-3.0-only
"""Opens the ways by which organisations write to people, as the hub's settings say them.
Used by the hub and by `expert-app hub mail`. A hub loads the libraries of a way that it has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from expert_app.messages.carrier import Senders
from expert_app.messages.senders import MessageSender
from expert_app.runtime.config import HubSettings
from expert_app.runtime.store_settings import MailSettings
from expert_app.stores.passwords import check_authority, load_secret, mail_name, sms_name
from session.core.appointment_model import MessageWay
from session.core.clock import Clock

if TYPE_CHECKING:
    from expert_app.messages.mail import MailSender


def ways_of(settings: HubSettings) -> dict[str, list[MessageWay]]:
    """By organisation, its ways: what the store orders messages for."""
    ways: dict[str, list[MessageWay]] = {}
    for mail in settings.mail:
        ways.setdefault(mail.organisation, []).append(MessageWay.MAIL)
    for gateway in settings.sms:
        ways.setdefault(gateway.organisation, []).append(MessageWay.SMS)
    return ways


def open_senders(settings: HubSettings, clock: Clock) -> Senders:
    """All ways; nothing is asked of them yet.

    Raises:
        KeyMissing: a secret, or the certificate of an authority, is not there.
    """
    senders: dict[tuple[str, MessageWay], MessageSender] = {}
    for mail in settings.mail:
        senders[mail.organisation, MessageWay.MAIL] = open_mail(mail, clock)
    if settings.sms:
        from expert_app.messages.sms import SmsSender
    for gateway in settings.sms:
        name = sms_name(gateway.organisation)
        token = load_secret(name, gateway.secret_file)
        check_authority(name, gateway.ca_file)
        senders[gateway.organisation, MessageWay.SMS] = SmsSender(gateway, token)
    return senders


def open_mail(mail: MailSettings, clock: Clock) -> MailSender:
    """The mail server of an organisation. Raises `KeyMissing`."""
    from expert_app.messages.mail import MailSender

    password = load_secret(mail_name(mail.organisation), mail.secret_file) if mail.user else ""
    return MailSender(mail, password, clock=clock)
