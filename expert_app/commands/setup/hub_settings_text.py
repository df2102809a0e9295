# SPDX-License-Identifier: GPL-3.0-only
"""The settings file that `expert-app hub init` writes. Used by `new_hub`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from expert_app.commands.setup.plan import Address
from resources.texts import _


@dataclass(frozen=True)
class Places:
    """The places of the first files of a hub; all paths are absolute.

    Attributes:
        folder: that was named; `data`: under which the hub keeps everything.
    """

    folder: Path
    data: Path

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.folder / "hub.toml"

    @property
    def convention(self) -> Path:
        """The file that says who offers what, where and when."""
        return self.folder / "convention.toml"

    @property
    def authority(self) -> Path:
        """The folder of the authority, whose key is to be taken away."""
        return self.folder / "ca"

    @property
    def certificate(self) -> Path:
        """The hub's certificate."""
        return self.folder / "hub.pem"

    @property
    def key(self) -> Path:
        """The key of that certificate."""
        return self.folder / "hub.key"

    @property
    def all(self) -> tuple[Path, ...]:
        """Everything that is written."""
        return (self.settings, self.convention, self.authority, self.certificate, self.key)


def hub_settings_text(places: Places, address: Address) -> str:
    """The TOML, whose comments are in the language in use."""
    settings = (
        (_("Settings of the hub. After a change it is started again."), ""),
        (
            _("The convention: a file, or a folder of signed parts"),
            _line("catalogue", places.convention),
        ),
        (_("Under this folder the hub keeps everything"), _line("folder", places.data)),
        (
            _("Where desks and kiosks reach it; stands in every invitation"),
            f"addresses = [{_quoted(address.text)}]",
        ),
        (_("Where its server listens"), f"listen_host = {_quoted(address.listen_host)}"),
        ("", f"listen_port = {address.port}"),
        (
            _("Its certificate, from the authority in the folder ca"),
            _line("tls_certificate", places.certificate),
        ),
        ("", _line("tls_key", places.key)),
        (
            _("For buildings that only HTTPS leaves; then add wss://HOST to the addresses"),
            "# websocket_port = 443",
        ),
        (_("Whose days and hours the statistics count"), 'time_zone = "Europe/Paris"'),
        (
            _("A folder of what your procedures ask for; docs/dossiers.md says how it is written"),
            '# procedures = "/etc/poste-expert/demarches"',
        ),
        (
            _("Health and figures, for this machine only: http://127.0.0.1:9467/healthz"),
            "[metrics]",
        ),
        ("", 'listen = "127.0.0.1:9467"'),
        (
            _("Free room of the disk: from where it warns, from where it takes no new calls"),
            "[disk]",
        ),
        ("", "warn_mb = 2048"),
        ("", "full_mb = 256"),
        (
            _("Room for tickets and logs, in megabytes; 0 for half of the disk"),
            "[store]",
        ),
        ("", "quota_mb = 0"),
        (
            _("Nightly backups by poste-expert-backup.timer: on another disk than this one"),
            "# [backup]",
        ),
        ("", '# folder = "/var/backups/poste-expert"'),
        (
            _("Where an organisation's dossiers come from; docs/dossiers.md names the fields"),
            "# [[register]]",
        ),
        ("", '# organisation = "ID"'),
        ("", '# by_number = "https://HOST/dossiers/{number}"'),
    )
    blocks = (f"\n# {words}\n{line}".rstrip() if words else line for words, line in settings)
    return "\n".join(blocks).lstrip() + "\n"


def _line(name: str, path: Path) -> str:
    return f"{name} = {_quoted(path.as_posix())}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
