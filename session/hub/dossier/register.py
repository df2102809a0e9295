# SPDX-License-Identifier: GPL-3.0-only
"""An organisation's own source of dossiers, its register, as the hub's dossier rules ask it.
Implemented by `expert_app.register`, and in memory by tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Protocol

import msgspec

from session.core.birth_date import PATTERN
from session.core.field_types import whole


class RegisterRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier as the register has it.

    Attributes:
        number: the dossier's number, which is the organisation's own.
        born_on: as in `session.core.birth_date`, or "".
        caller_number: in its one written form, or "".
        contact: telephone or e-mail, or "".
        procedure: what it is about, in the organisation's words.
    """

    number: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    family_name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    given_names: Annotated[str, msgspec.Meta(max_length=100)] = ""
    born_on: Annotated[str, msgspec.Meta(pattern=f"{whole('')}|{PATTERN}")] = ""
    caller_number: Annotated[str, msgspec.Meta(max_length=20)] = ""
    contact: Annotated[str, msgspec.Meta(max_length=200)] = ""
    procedure: Annotated[str, msgspec.Meta(max_length=500)] = ""


class RegisterAway(Exception):
    """The register did not answer, or not as it should.

    Attributes:
        reason: a code of `expert_app.ged.connector.Reason`.
        words: more of it for whoever runs the hub; nothing of a caller.
    """

    def __init__(self, reason: str, words: str = "") -> None:
        super().__init__(f"{reason} {words}".strip())
        self.reason = reason
        self.words = words


class Register(Protocol):
    """One organisation's register. Every question ends within the register's time limit, gives at
    most a handful of records, each of which fits what was asked, and raises `RegisterAway`.

    Attributes:
        agents_create: False where dossiers come from the register alone: then an agent makes one
            only while the register is away, and it is provisional.
        is_live: it can be asked; False where its dossiers are only imported.
    """

    agents_create: bool

    @property
    def is_live(self) -> bool:
        """See above."""
        ...

    async def find(self, family_name: str, given_names: str, born_on: str) -> list[RegisterRecord]:
        """Dossiers of this person; accents, capitals and hyphens do not count."""
        ...

    async def by_number(self, number: str) -> list[RegisterRecord]:
        """The dossier of this number, if there is one."""
        ...

    async def by_caller_number(self, caller_number: str) -> list[RegisterRecord]:
        """Dossiers of the caller with this number."""
        ...


type Registers = Mapping[str, Register]
"""By organisation; one that is not in it has no register."""
