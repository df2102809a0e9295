# SPDX-License-Identifier: GPL-3.0-only
"""An invented convention in a folder: an operator, two organisations, everybody's signing keys.
For tests.
"""

from __future__ import annotations

from pathlib import Path

from session.bus.transport.nkeys import new_seed, public_key
from session.hub.convention.files import signature_path
from session.hub.convention.signatures import signature_file

NETWORK = """
id = "reseau"
name = "Réseau des points d'accueil du Val-Doré"
organisations = [{ id = "caisse", key = "CAISSE" }, { id = "mutuelle", key = "MUTUELLE" }]
sites = [{ id = "oyen", name = "Mairie de Saint-Oyen", shared_with = ["mutuelle", "caisse"] }]
kiosks = [{ id = "borne1", site = "oyen" }]
"""

CAISSE = """
id = "caisse"
name = "Caisse d'entraide"
services = [
  { id = "logement", name = "Logement", letter = "L", hours = ["mon-fri 08:30-12:00,13:30-17:00"] },
  { id = "famille", name = "Famille", letter = "F" },
]
offers = [{ site = "oyen", services = ["logement", "famille"] }]
people = [{ id = "alice", name = "Alice M." }]
"""

MUTUELLE = """
id = "mutuelle"
name = "Mutuelle du Marais"
services = [{ id = "soins", name = "Soins", letter = "S", message = "Ayez votre carte." }]
offers = [{ site = "oyen", services = ["soins"] }]
people = [{ id = "zoe", name = "Zoé K." }]
"""


class Folder:
    """The files, and who may sign which."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        self.seeds = {name: new_seed() for name in ("network", "caisse", "mutuelle")}
        self.operator_key = public_key(self.seeds["network"])
        keys = {name.upper(): public_key(seed) for name, seed in self.seeds.items()}
        network = NETWORK.replace("CAISSE", keys["CAISSE"]).replace("MUTUELLE", keys["MUTUELLE"])
        for name, text in (("network", network), ("caisse", CAISSE), ("mutuelle", MUTUELLE)):
            self.write(name, text)

    def file(self, name: str) -> Path:
        return self.path / f"{name}.toml"

    def text(self, name: str) -> str:
        return self.file(name).read_text(encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        """A part with its right signature."""
        self.file(name).write_text(text, encoding="utf-8", newline="\n")
        self.sign(name)

    def change(self, name: str, old: str, new: str) -> None:
        """Another cell, signed again."""
        text = self.text(name)
        assert old in text
        self.write(name, text.replace(old, new))

    def sign(self, name: str, seed: bytes | None = None) -> None:
        signed = signature_file(name, self.file(name).read_bytes(), seed or self.seeds[name])
        signature_path(self.file(name)).write_text(signed, encoding="ascii")
