# SPDX-License-Identifier: GPL-3.0-only
"""A register is a setting; its secret is not, and a question cannot choose its host."""

from __future__ import annotations

from pathlib import Path

import pytest

from expert_app.register.kinds import wants_secret
from expert_app.runtime.config import HubSettings, SettingsWrong, load
from expert_app.runtime.credentials import KeyMissing
from expert_app.stores.registers import open_registers
from session.core.clock import SystemClock

BY_NUMBER = 'by_number = "https://ref.exemple.fr/d/{number}"\n'


def _settings(text: str, folder: Path) -> HubSettings:
    file = folder / "hub.toml"
    file.write_text(text, encoding="utf-8")
    return load(HubSettings, file)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "by_number"),
        ('by_number = "http://ref.exemple.fr/d/{number}"', "https"),
        ('by_number = "https://moi:mot@ref.exemple.fr/d/{number}"', "password"),
        ('by_number = "https://ref.exemple.fr/d"', "{number}"),
        ('by_number = "https://{number}.exemple.fr/{number}"', "host"),
        ('by_number = "https://ref.exemple.fr/{number}/{number.__class__}"', "nothing else"),
        (BY_NUMBER + 'by_person = "https://ref.exemple.fr/?n={family_name}"', "{born_on}"),
        (BY_NUMBER + 'kind = "ldap"', "kind"),
        (BY_NUMBER + "answer_s = 60", "answer_s"),
        (BY_NUMBER + 'secret_header = "X-A: b"', "secret_header"),
        (BY_NUMBER + 'created_by = "anybody"', "created_by"),
        (BY_NUMBER + 'fields = { birthday = "x" }', "fields"),
        ('kind = "cmis"', "address"),
        ('kind = "cmis"\naddress = "https://ged.exemple.fr/"', "born_on"),
        (
            'kind = "cmis"\naddress = "https://ged.exemple.fr/"\n'
            'fields = { number = "a b", family_name = "n", born_on = "o" }',
            "property",
        ),
    ],
)
def test_a_register_that_cannot_be_or_would_show_others_is_refused(
    text: str, why: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsWrong) as caught:
        _settings(f'[[register]]\norganisation = "caf"\n{text}\n', tmp_path)
    assert why in caught.value.why


def test_an_organisation_has_one_register(tmp_path: Path) -> None:
    one = f'[[register]]\norganisation = "caf"\n{BY_NUMBER}'
    with pytest.raises(SettingsWrong) as caught:
        _settings(one + one, tmp_path)
    assert "same organisation" in caught.value.why


def test_a_register_without_its_secret_says_how_to_give_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = _settings(f'[[register]]\norganisation = "caf"\n{BY_NUMBER}', tmp_path)
    assert wants_secret(settings.register[0])
    with pytest.raises(KeyMissing) as caught:
        open_registers(settings, SystemClock())
    assert "hub secret register.caf" in caught.value.why
    monkeypatch.setenv("POSTE_EXPERT_SECRET_REGISTER_CAF", "jeton")
    assert list(open_registers(settings, SystemClock()).registers) == ["caf"]


def test_an_authority_that_is_not_there_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTE_EXPERT_SECRET_REGISTER_CAF", "jeton")
    text = f'[[register]]\norganisation = "caf"\nca_file = "{tmp_path}/no.pem"\n{BY_NUMBER}'
    with pytest.raises(KeyMissing) as caught:
        open_registers(_settings(text, tmp_path), SystemClock())
    assert "no.pem" in caught.value.why


def test_files_alone_need_no_address_and_no_secret(tmp_path: Path) -> None:
    text = '[[register]]\norganisation = "caf"\nkind = "import"\ncreated_by = "register"\n'
    (lookup,) = open_registers(_settings(text, tmp_path), SystemClock()).lookups
    assert (lookup.is_live, lookup.agents_create) == (False, False)


def test_a_vault_asks_its_own_organisations_register_alone(tmp_path: Path) -> None:
    text = (
        'serve = ["dossier"]\norganisation = "caf"\n'
        '[[register]]\norganisation = "caf"\nkind = "import"\n'
        '[[register]]\norganisation = "cpam"\nkind = "import"\n'
    )
    registers = open_registers(_settings(text, tmp_path), SystemClock())
    assert [one.organisation for one in registers.lookups] == ["caf"]
