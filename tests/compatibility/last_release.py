# SPDX-License-Identifier: GPL-3.0-only
"""The release before this one: its name, its commit, its files for tests that run its programs."""

from __future__ import annotations

import re
import subprocess
import tarfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
RELEASE = "0.1.0"
COMMIT = "25e776a6"
"""The state of 28 November 2026, before dossiers had an identity at the desk. Nothing older can be
run beside today's programs without a copy of its data first.
"""

RECORDED = ROOT / "tests/data/protocol" / RELEASE


def unpacked(folder: Path) -> Path:
    """The release's files, in `folder`. They run with today's Python packages.

    Raises:
        LookupError: this clone has no such commit.
    """
    archive = folder / "release.tar"
    done = subprocess.run(
        ["git", "archive", "--output", str(archive), COMMIT],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise LookupError(f"no {COMMIT} in this clone: {done.stderr.strip()}")
    tree = folder / RELEASE
    with tarfile.open(archive) as tar:
        tar.extractall(tree, filter="data")
    archive.unlink()
    return tree


SAID = ("svc", "all", "hb", "ses")
_TODAY = re.compile(r'^ *{ (stream|service): .*"(svc|all|hb|ses|evt|_I)\.>"')


def with_services(config: str) -> str:
    """Return a server's configuration as the release wrote it: clients reach the hub by services,
    so that it sees a reply subject of the server's own, and hear it over a stream.
    """
    text = "\n".join(line for line in config.splitlines() if not _TODAY.search(line)) + "\n"
    for name in re.findall(r"^  ORG_(\w+): {", config, re.MULTILINE):
        exports = [f'{{ service: "{one}.{name}.>", accounts: [ORG_{name}] }}' for one in SAID]
        exports.append(f'{{ stream: "evt.{name}.>", accounts: [ORG_{name}] }}')
        imports = [
            f'{{ service: {{ account: HUB, subject: "{one}.{name}.>" }}, to: "{one}.>" }}'
            for one in SAID
        ]
        imports.append(f'{{ stream: {{ account: HUB, subject: "evt.{name}.>" }}, to: "evt.>" }}')
        text = _with_lines(text, "  HUB: {", "exports: [", exports)
        text = _with_lines(text, f"  ORG_{name}: {{", "imports: [", imports)
    return text


def _with_lines(text: str, block: str, part: str, lines: list[str]) -> str:
    at = text.index(part, text.index(block)) + len(part)
    return "\n".join((text[:at], *lines)) + text[at:]
