# SPDX-License-Identifier: GPL-3.0-only
"""Writes schemas, vectors and reference into docs, or with `--check` compares them.
Run by `make schemas` and `make lint`.
"""

from __future__ import annotations

import sys

from expert_app.reference import asyncapi, conversation, pages, schemas, vectors
from expert_app.reference.files import Documents, run

_MADE = (schemas, vectors, pages, asyncapi, conversation)


def documents() -> Documents:
    """All that is generated."""
    return {name: text for module in _MADE for name, text in module.documents().items()}


def main(arguments: list[str]) -> int:
    """The command; 0 when all is well."""
    return run(documents, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
