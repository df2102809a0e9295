# SPDX-License-Identifier: GPL-3.0-only
"""Becomes another program that ends when the thread that started it does (Linux).

Run by `child_process.tied_command` as a file of its own, without any other module of ours:
`PARENT COMMAND...`.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
"""prctl(2); kept across execve(2)."""


def launch(parent: int, command: list[str]) -> None:
    """Becomes `command`, unless the parent has gone already."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(1)
    os.execv(command[0], command)


if __name__ == "__main__":
    launch(int(sys.argv[1]), sys.argv[2:])
