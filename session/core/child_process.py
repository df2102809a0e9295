# SPDX-License-Identifier: GPL-3.0-only
"""Start of our own programs as child processes; a child never outlives us, and nothing of a
crashed one's memory does. Used by all that starts one: nothing else names Python's executable.

They are run by the Python that runs us, wherever it lies: an environment, /opt, the folder that
the installer of Windows filled. A program frozen into one file has no Python beside it:
`expert_app.__main__` then takes `-m MODULE` itself.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from session.core import tied_launch

if sys.platform == "win32":
    NO_WINDOW = subprocess.CREATE_NO_WINDOW
else:
    NO_WINDOW = 0
"""`creationflags` of each child: a desk without a console opens none for it."""


_NO_ERROR_BOXES = 0x0001 | 0x0002
"""SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX of errhandlingapi.h."""
_NO_HEAP = 0x0001
"""WER_FAULT_REPORTING_FLAG_NOHEAP of werapi.h."""


def is_frozen() -> bool:
    """We are one file that holds Python, and no Python can be started."""
    return bool(getattr(sys, "frozen", False))


def own_python() -> list[str]:
    """The beginning of a command line that "-m", module and arguments follow.

    Nothing is imported from the folder we happen to be in; nor from what the environment names
    where we were started so ourselves (`python -I`). What a child prints is UTF-8, on Windows too.
    """
    if is_frozen():
        return [sys.executable]
    return [sys.executable, "-I" if sys.flags.isolated else "-P", "-X", "utf8"]


def kill_at_once(pid: int) -> None:
    """Ends a process as a power cut would. Raises `OSError`, e.g. `ProcessLookupError`."""
    if sys.platform == "win32":
        os.kill(pid, signal.SIGTERM)  # TerminateProcess, whatever the signal
    else:
        os.kill(pid, signal.SIGKILL)


def end_process(pid: int) -> bool:
    """The same for a process that may be gone, or that was never there; False then."""
    if pid <= 0:
        return False
    try:
        kill_at_once(pid)
    except OSError:
        return False
    return True


def tied_command(arguments: list[str]) -> list[str]:
    """The command that runs `arguments` (a full path first) and, on Linux, dies with the thread
    that starts it.

    A small launcher and not `preexec_fn`, which is unsafe when other threads run (and warned of by
    Python).
    """
    if sys.platform == "linux":
        if is_frozen():
            launcher = [*own_python(), "-m", tied_launch.__name__]
        else:
            launcher = [sys.executable, "-I", "-S", str(Path(tied_launch.__file__))]
        return [*launcher, str(os.getpid()), *arguments]
    else:  # noqa: RET505 - a type checker on Linux takes a bare last line for dead code
        return arguments


def leave_no_memory_behind() -> None:
    """The system writes down nothing of our memory when we crash, nor of our children's: it holds
    what somebody typed, showed and scanned.

    A limit of one byte, not of none: with one alone Linux runs no program that collects dumps
    (core(5), `core_pattern` with a pipe).
    """
    if sys.platform == "win32":
        import ctypes

        ask_windows_for_no_dump(ctypes.windll.kernel32)
        return
    import resource

    _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    if hard == resource.RLIM_INFINITY:
        most = 1
    else:
        most = min(hard, 1)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))


def ask_windows_for_no_dump(kernel32: Any) -> None:
    """Windows Error Reporting is not called when we crash, nor for our children, which inherit this
    (SetErrorMode); where a policy calls it all the same, its dump of us has no heap (WerSetFlags).
    """
    kernel32.SetErrorMode(kernel32.GetErrorMode() | _NO_ERROR_BOXES)
    kernel32.WerSetFlags(_NO_HEAP)


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
