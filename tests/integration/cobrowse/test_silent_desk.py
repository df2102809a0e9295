# SPDX-License-Identifier: GPL-3.0-only
"""No packet leaves the desk because of a shared page, whatever the page or the kiosk writes.

The mirror runs where every packet is seen (`silent_desk`), and a page that is not locked shows that
they are.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys

import pytest

UNSHARE = ["unshare", "--net", "--mount"]
AS_NOBODY = ["unshare", "--net", "--mount", "--user", "--map-root-user"]


@functools.cache
def alone() -> list[str]:
    """What makes a computer of its own out of a command; empty where the system does not let us."""
    if sys.platform != "linux" or shutil.which("ip") is None:
        return []
    for words in (UNSHARE, AS_NOBODY):
        tried = [*words, "ip", "link", "add", "out", "type", "veth"]
        if subprocess.run(tried, capture_output=True, check=False).returncode == 0:
            return words
    return []


def test_whatever_is_fed_to_the_mirror_no_packet_leaves() -> None:
    words = alone()
    if not words:
        pytest.skip("network namespaces need Linux, iproute2, and root or user namespaces")
    command = [*words, sys.executable, "-m", "tests.integration.cobrowse.silent_desk"]
    done = subprocess.run(command, capture_output=True, timeout=300, env=os.environ, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    told = json.loads(done.stdout.decode().splitlines()[-1])
    assert told["control"] == ["198.51.100.7", "127.0.0.1 control", "203.0.113.9"]
    assert told["leaked"] == []
    assert told["far_styles"] == [], "no policy of the engine had to keep it from asking"
    assert told["pictures"] == 7, "each was drawn"
    assert told["part"], "of another file too"
    assert told["cases"] > 20_000
    assert told["blocked"] == 0, "nothing even had to be stopped on its way"
