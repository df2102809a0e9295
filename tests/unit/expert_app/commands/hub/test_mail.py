# SPDX-License-Identifier: GPL-3.0-only
"""`hub mail` sends a test mail with the settings, and says what to check when it does not go."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from expert_app.commands.hub.context import HubContext
from expert_app.commands.hub.mail import try_mail
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import paths_for
from expert_app.runtime.store_settings import MailSettings
from tests.unit.expert_app.messages.mail_server import MailServer


def _hub(folder: Path, port: int) -> HubContext:
    mail = MailSettings(
        organisation="valdore",
        host="127.0.0.1",
        port=port,
        security="none",
        sender="rdv@exemple.fr",
    )
    return HubContext(HubSettings(mail=[mail]), paths_for("hub", folder))


async def _tried(server: MailServer, folder: Path, address: str) -> int:
    return await asyncio.to_thread(try_mail, _hub(folder, server.port), address)


async def test_a_test_mail_arrives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with MailServer().running() as server:
        assert await _tried(server, tmp_path, "exploitant@exemple.fr") == 0
    assert [mail["To"] for mail in server.mails] == ["exploitant@exemple.fr"]
    assert "has taken the test mail" in capsys.readouterr().out


async def test_what_goes_wrong_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with MailServer().running() as server:
        server.fault = {"RCPT": "550 no"}
        assert await _tried(server, tmp_path, "exploitant@exemple.fr") == 1
    assert "SMTP 550" in capsys.readouterr().out
    assert await _tried(server, tmp_path, "exploitant@exemple.fr") == 1
    assert "check both, and the firewall" in capsys.readouterr().out


def test_without_a_server_in_the_settings_nothing_is_tried(tmp_path: Path) -> None:
    assert try_mail(_hub(tmp_path, 25), "a@exemple.fr", org="autre") == 2
