# SPDX-License-Identifier: GPL-3.0-only
"""`hub report-mail` sends two reports to each address of the settings, and says what did not go."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from expert_app.commands.hub.context import HubContext
from expert_app.commands.hub.report_mail import last_month, mail_report
from expert_app.runtime.config import HubSettings
from expert_app.runtime.paths import paths_for
from expert_app.runtime.report_settings import ReportSettings
from expert_app.runtime.store_settings import MailSettings
from session.hub.history.database import History
from tests.unit.expert_app.messages.mail_server import MailServer
from tests.unit.expert_app.stores.invented_year import convention, entries

TO = ["prefet@exemple.fr", "maire@exemple.fr"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "catalogue.toml").write_text(convention(), encoding="utf-8")
    history = History(paths_for("hub", tmp_path).folder("history"))
    history.apply(history.stream("x"), entries()[:600])
    history.close()
    return tmp_path


def hub(folder: Path, port: int = 25, *, to: list[str] | None = None) -> HubContext:
    mail = MailSettings(
        organisation="valdore",
        host="127.0.0.1",
        port=port,
        security="none",
        sender="rdv@exemple.fr",
    )
    settings = HubSettings(
        catalogue=str(folder / "catalogue.toml"),
        mail=[mail],
        report=ReportSettings(organisation="valdore", to=TO if to is None else to),
    )
    return HubContext(settings, paths_for("hub", folder))


async def test_each_address_gets_a_mail_of_its_own_with_both_reports(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with MailServer().running() as server:
        assert await asyncio.to_thread(mail_report, hub(folder, server.port)) == 0
    assert [mail["To"] for mail in server.mails] == TO
    assert "for 2 addresses" in capsys.readouterr().out
    for mail in server.mails:
        assert "Organisme Valdore" in str(mail["From"])
        files = list(mail.iter_attachments())
        assert [file.get_content_type() for file in files] == ["application/pdf"] * 2
        names = [str(file.get_filename()) for file in files]
        assert [name.rpartition("_")[0] for name in names] == ["rapport", "rapport_ouverture"]
        assert all(file.get_payload(decode=True).startswith(b"%PDF-") for file in files)  # type: ignore[union-attr]


async def test_one_refused_address_keeps_no_other_from_its_mail(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = hub(folder, 1, to=["not an address", *TO])
    async with MailServer().running() as server:
        mail = msgspec.structs.replace(place.settings.mail[0], port=server.port)
        settings = msgspec.structs.replace(place.settings, mail=[mail])
        code = await asyncio.to_thread(mail_report, HubContext(settings, place.paths))
    said = capsys.readouterr().out
    assert (code, len(server.mails)) == (1, 2)
    assert "Address 1 of `to`" in said
    assert "exemple.fr" not in said, "the journal keeps no addresses"


def test_nobody_to_send_it_to_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert mail_report(hub(folder, to=[])) == 2
    assert "[report]" in capsys.readouterr().out
    elsewhere = msgspec.structs.replace(
        hub(folder).settings, report=ReportSettings(organisation="marais", to=TO)
    )
    assert mail_report(HubContext(elsewhere, paths_for("hub", folder))) == 2
    assert "[[mail]]" in capsys.readouterr().out


def test_last_month_is_that_of_the_hubs_own_calendar(tmp_path: Path) -> None:
    place = HubContext(HubSettings(), paths_for("hub", tmp_path))
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # in Paris, it is January
    assert last_month(place, late) == (date(2026, 12, 1), date(2026, 12, 31))
    assert last_month(place, datetime(2026, 3, 1, 12, tzinfo=UTC)) == (
        date(2026, 2, 1),
        date(2026, 2, 28),
    )


def test_addresses_without_a_mail_server_are_refused() -> None:
    with pytest.raises(ValueError, match="organisation"):
        ReportSettings(to=TO)
    with pytest.raises(ValueError, match="empty"):
        ReportSettings(organisation="valdore", to=[""])
