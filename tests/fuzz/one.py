# SPDX-License-Identifier: GPL-3.0-only
"""Runs one target under atheris: `python -m tests.fuzz.one TARGET FOLDERS-AND-FLAGS-OF-LIBFUZZER`.
Started by `tests.fuzz`.
"""

from __future__ import annotations

import logging
import sys

import atheris  # type: ignore[import-untyped, unused-ignore]  # for `make fuzz` only


def main() -> None:
    """Never returns: libFuzzer ends the process."""
    logging.disable(logging.CRITICAL)
    with atheris.instrument_imports(include=["session", "documents", "expert_app"]):
        from tests.fuzz.targets import TARGETS  # atheris must see the import
    name, *rest = sys.argv[1:]
    target = next(target for target in TARGETS if target.name == name)
    atheris.Setup([sys.argv[0], *rest], target.try_it)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
