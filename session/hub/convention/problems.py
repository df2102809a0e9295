# SPDX-License-Identifier: GPL-3.0-only
"""Problems that a convention can have: a code, a place and values;
the sentences are the program's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        code: its name in the table of sentences (`expert_app.hub.words`).
        where: the place, as a reader of the file finds it: "caf.toml, services.logement.letter".
        advice: a hub can work with it; the check names it all the same.
    """

    code: str
    where: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    advice: bool = False

    def __str__(self) -> str:
        details = ", ".join(f"{name} {value}" for name, value in self.values.items())
        return f"{self.where}: {self.code}" + (f" ({details})" if details else "")


class CatalogueWrong(Exception):
    """The convention cannot be used.

    Attributes:
        problems: all that was found, advice too; at least one is not advice.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems if not problem.advice))
        self.problems = list(problems)


def grave(problems: Sequence[Problem]) -> list[Problem]:
    """The problems that no hub can work with."""
    return [problem for problem in problems if not problem.advice]
