# SPDX-License-Identifier: GPL-3.0-only
"""The end of `make test`: what failed in the run is tried once more, alone on the machine.

`python -m tests.second_try [OPTIONS OF PYTEST]` reads the names that `--failed-to` wrote and exits
as pytest does. A test that passes now is named in `build/second-try.txt` and on the last line.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BUILD = Path("build")


def failed_tests(build: Path) -> list[str]:
    """Return the ids of all tests that failed in the run, stories first."""
    files = sorted(build.glob("failed-*.txt"))
    return [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def main(options: list[str], build: Path = BUILD) -> int:
    """Try the failed tests once more; return pytest's exit code, 0 when none had failed."""
    failed = failed_tests(build)
    if not failed:
        return 0
    print(f"second try, alone, of {len(failed)} failed: {', '.join(failed)}", flush=True)
    pytest = [sys.executable, "-m", "pytest", *options, *failed]
    code = subprocess.run(pytest, check=False).returncode
    if code == 0:
        (build / "second-try.txt").write_text("\n".join(failed) + "\n", encoding="utf-8")
        print(f"passed at the second try: {', '.join(failed)}", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
