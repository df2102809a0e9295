# SPDX-License-Identifier: GPL-3.0-only
"""An SMS goes to the gateway as one POST; what is not 2xx was not taken."""

from __future__ import annotations

import logging

import pytest

from expert_app.ged.connector import NotDelivered, Reason
from expert_app.messages.sms import SmsSender
from expert_app.runtime.store_settings import SmsSettings
from tests.unit.expert_app.messages.invented import outgoing
from tests.unit.expert_app.messages.mail_server import TOKEN, SmsGateway

NUMBER = "+33 (0)1 99 00 00 01"


def _sender(gateway: SmsGateway, token: str = TOKEN) -> SmsSender:
    address = f"http://127.0.0.1:{gateway.port}/sms"
    return SmsSender(SmsSettings(organisation="valdore", address=address), token)


async def test_number_and_words_arrive(caplog: pytest.LogCaptureFixture) -> None:
    message = outgoing(NUMBER)
    with caplog.at_level(logging.DEBUG, logger="expert_app"):
        async with SmsGateway().running() as gateway:
            sender = _sender(gateway)
            await sender.send(message)
            await sender.close()
    assert gateway.taken == [{"to": "+33199000001", "text": message.text.short}]
    assert "9900" not in caplog.text


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, Reason.REFUSED),
        (302, Reason.ADDRESS),
        (429, Reason.BUSY),
        (503, Reason.BUSY),
        (404, Reason.REFUSED),
    ],
)
async def test_what_a_gateway_does_not_take_is_told_by_its_kind(
    status: int, reason: Reason
) -> None:
    async with SmsGateway().running() as gateway:
        gateway.status = status
        sender = _sender(gateway)
        with pytest.raises(NotDelivered) as refused:
            await sender.send(outgoing(NUMBER))
        await sender.close()
    assert (refused.value.reason, gateway.taken, gateway.asked) == (reason, [], 1)


async def test_a_gateway_refuses_another_token() -> None:
    async with SmsGateway().running() as gateway:
        sender = _sender(gateway, "faux")
        with pytest.raises(NotDelivered) as refused:
            await sender.send(outgoing(NUMBER))
        await sender.close()
    assert refused.value.reason is Reason.ACCESS


async def test_a_gateway_is_asked_whether_it_knows_us_without_a_message() -> None:
    async with SmsGateway().running() as gateway:
        knows, refuses = _sender(gateway), _sender(gateway, "autre")
        await knows.check()
        with pytest.raises(NotDelivered) as refused:
            await refuses.check()
        await knows.close()
        await refuses.close()
    assert (refused.value.reason, gateway.taken) == (Reason.ACCESS, [])
    with pytest.raises(NotDelivered):
        await _sender(gateway).check()
