# SPDX-License-Identifier: GPL-3.0-only
"""A keyring of a test's own."""

from __future__ import annotations

import keyring.errors


class MemoryKeyring(keyring.backend.KeyringBackend):
    """A keyring that forgets at the end of the test; the interface is the real one."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring leaves it untyped
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError("not there")
