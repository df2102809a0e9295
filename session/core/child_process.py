# SPDX-License-Identifier: GPL-3.0-only
"""A child process that never outlives us, whatever ends us.
Used by the supervisor of nats-server.
"""

from __future__ import annotations

import os
import sys

_LAUNCH = """
import ctypes, os, signal, sys
parent = int(sys.argv[1])
ctypes.CDLL(None).prctl(1, signal.SIGTERM)
if os.getppid() != parent:
    sys.exit(1)
os.execv(sys.argv[2], sys.argv[2:])
"""
"""prctl(2): 1 is PR_SET_PDEATHSIG, kept across execve(2).
It fires when the *thread* that forked ends.
"""


def tied_command(arguments: list[str]) -> list[str]:
    """The command that runs `arguments` (a full path first) and, on Linux, dies with the thread
    that starts it.

    A small launcher and not `preexec_fn`, which is unsafe when other threads run (and warned of by
    Python).
    """
    if sys.platform == "linux":
        return [sys.executable, "-I", "-S", "-c", _LAUNCH, str(os.getpid()), *arguments]
    else:  # noqa: RET505 - a type checker on Linux takes a bare last line for dead code
        return arguments


class Leash:
    """On Windows a Job object that ends the child when our last handle is closed;
    elsewhere nothing to do.
    """

    def __init__(self) -> None:
        self._job: int | None = None

    def tie(self, pid: int) -> None:
        """Binds the process `pid` to our own life.

        Raises:
            OSError: Windows refused.
        """
        if sys.platform == "win32":
            import ctypes

            kernel = ctypes.windll.kernel32
            if self._job is None:
                kernel.CreateJobObjectW.restype = ctypes.c_void_p
                self._job = kernel.CreateJobObjectW(None, None)
                # JOBOBJECT_EXTENDED_LIMIT_INFORMATION:
                # LimitFlags at 16, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE = 0x2000
                limits = bytearray(144)
                limits[16:20] = (0x2000).to_bytes(4, "little")
                buffer = (ctypes.c_char * 144).from_buffer(limits)
                kernel.SetInformationJobObject(ctypes.c_void_p(self._job), 9, buffer, 144)
            kernel.OpenProcess.restype = ctypes.c_void_p
            # PROCESS_TERMINATE | PROCESS_SET_QUOTA
            process = kernel.OpenProcess(0x0101, False, pid)
            if not process or not kernel.AssignProcessToJobObject(
                ctypes.c_void_p(self._job), ctypes.c_void_p(process)
            ):
                raise ctypes.WinError()
            kernel.CloseHandle(ctypes.c_void_p(process))
