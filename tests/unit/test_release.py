# SPDX-License-Identifier: GPL-3.0-only
"""What a release is made of: its number and changes, components of others, checks and signature.
`make release` itself builds for minutes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from session.core.program_version import version_order

ROOT = Path(__file__).parents[2]
INSTALLERS = ROOT / "installers"


def _module(name: str) -> ModuleType:
    sys.path.insert(0, str(INSTALLERS))
    try:
        return import_module(name)
    finally:
        sys.path.remove(str(INSTALLERS))


RELEASE, COMPONENTS = _module("release"), _module("components")
VERSION = sys.modules["installers.version"]
SITE = next((ROOT / ".venv").glob("lib/python3*/site-packages"))


def test_what_comes_next_is_above_what_the_changelog_has_released() -> None:
    """After a release the tree names the next one (`NUMBER`), or new changes would sort below."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    sections = re.findall(r"^## \[(\d[\d.]*)\] - 20", text, re.MULTILINE)
    newest, ours = version_order(sections[0]), version_order(VERSION.NUMBER)
    assert newest < ours or (newest == ours and not RELEASE.unreleased_of(text))


def _is_below(older: str, newer: str) -> bool:
    command = ["dpkg", "--compare-versions", older, "lt", newer]
    return subprocess.run(command, check=False).returncode == 0


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """A repository of one commit; runs git in it."""

    def git(*words: str) -> str:
        time = "2026-11-30T14:25:16+02:00"
        done = subprocess.run(
            ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b.c", *words],
            check=True, capture_output=True, text=True,
            env={**os.environ, "GIT_COMMITTER_DATE": time, "GIT_AUTHOR_DATE": time},
        )  # fmt: skip
        return done.stdout.strip()

    git("init", "--quiet")
    git("commit", "--quiet", "--allow-empty", "--message", "first")
    monkeypatch.setattr(VERSION, "ROOT", tmp_path)
    return git


@pytest.mark.skipif(shutil.which("dpkg") is None, reason="needs dpkg")
def test_what_is_built_before_a_release_sorts_below_it(repository: Callable[..., str]) -> None:
    before, number = VERSION.version_of_commit(), VERSION.NUMBER
    name = repository("rev-parse", "--short=8", "HEAD")
    assert before.debian == f"{number}~dev20261130122516.{name}"
    assert before.python == f"{number}.dev20261130122516+g{name}"
    assert _is_below(before.debian, number)
    assert _is_below("0.2.0+20261130142516.099b9726", before.debian)
    assert version_order(before.python) < version_order(number)
    repository("tag", f"v{number}")
    assert VERSION.version_of_commit() == (number, number)


def test_a_commit_without_the_tag_is_no_release(repository: Callable[..., str]) -> None:
    with pytest.raises(RELEASE.NotReady, match=f"git tag -s v{VERSION.NUMBER}"):
        RELEASE.check_tag()
    repository("tag", f"v{VERSION.NUMBER}")
    RELEASE.check_tag()
    repository("commit", "--quiet", "--allow-empty", "--message", "second")
    with pytest.raises(RELEASE.NotReady, match="is another commit"):
        RELEASE.check_tag()


def test_a_changelog_of_something_else_keeps_a_release_back() -> None:
    text = "# Changelog\n\n## [1.2.0] - 2030-01-02\nWords.\n\n## [1.1.0] - 2029-01-02\nOlder.\n"
    assert RELEASE.section_of(text, "1.2.0") == "Words."
    with pytest.raises(RELEASE.NotReady, match="does not begin"):
        RELEASE.section_of(text, "1.3.0")
    waiting = text.replace("## [1.2.0]", "## [Unreleased]\n\n### Added\n- Something.\n\n## [1.2.0]")
    with pytest.raises(RELEASE.NotReady, match="unreleased"):
        RELEASE.section_of(waiting, "1.2.0")


def test_only_an_msi_of_this_commit_goes_into_a_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = f"poste-expert_{VERSION.version_of_commit().python}_x64.msi"
    monkeypatch.setattr(RELEASE, "ROOT", tmp_path)
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "poste-expert_0.2.0+20260101000000.0123abcd_x64.msi").touch()
    assert RELEASE.msi_of_this_commit() is None
    (tmp_path / "dist" / own).touch()
    assert RELEASE.msi_of_this_commit() == tmp_path / "dist" / own


def test_changes_that_lie_alone_have_no_links_into_the_repository() -> None:
    text = "See [docs/kiosk.md](docs/kiosk.md) and [OSV](https://osv.dev)."
    assert RELEASE.without_links(text) == "See docs/kiosk.md and [OSV](https://osv.dev)."


def test_somebody_has_looked_at_every_library_that_wheels_carry() -> None:
    assert COMPONENTS.unnamed(SITE) == []


def test_a_library_that_nobody_has_looked_at_is_found(tmp_path: Path) -> None:
    for name in ("libx264-1234.so.165", "libsurprise-1234.so.1"):
        file = tmp_path / "av.libs" / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"")
    assert COMPONENTS.unnamed(tmp_path) == ["av.libs/libsurprise-1234.so.1"]
    assert [(one.name, one.version) for one in COMPONENTS.carried(tmp_path)] == [("x264", "so.165")]


def test_versions_come_from_files_and_packages() -> None:
    found = {one.name: one for one in COMPONENTS.carried(SITE)}
    assert found["Qt"].version.startswith("6.11")
    assert found["nats-server"].version == "2.15.1"
    assert found["Chromium"].version.count(".") == 3
    # the library says LGPL, and is linked with x264 and x265
    assert found["FFmpeg, of PyAV"].licence == "GPL-3.0-or-later"
    assert found["FFmpeg, of PyAV"].version


def test_the_list_of_components_is_the_same_twice_and_names_all_kinds() -> None:
    listed = COMPONENTS.bill(SITE)
    assert listed == COMPONENTS.bill(SITE)
    assert (listed["bomFormat"], listed["specVersion"]) == ("CycloneDX", "1.5")
    assert listed["metadata"]["component"]["version"] == VERSION.version_of_commit().python
    names = {one["name"] for one in listed["components"]}
    assert {"nats-py", "rrweb", "@nats-io/nats-core", "Qt", "Chromium", "x264"} <= names
    assert not {"pytest", "esbuild"} & names
    references = [one["bom-ref"] for one in listed["components"]]
    assert len(references) == len(set(references))


class _FakeOsv(BaseHTTPRequestHandler):
    """Knows of a weakness in one package."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        rows: list[dict[str, Any]] = [
            {"vulns": [{"id": "GHSA-bad"}]} if "bad" in one["package"]["purl"] else {}
            for one in asked
        ]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"results": rows}).encode())

    def log_message(self, *_words: object) -> None:
        return None


@pytest.fixture
def osv() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _FakeOsv)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_known_weakness_keeps_a_release_back(osv: str, monkeypatch: pytest.MonkeyPatch) -> None:
    purls = ["pkg:pypi/good@1.0", "pkg:pypi/bad@2.0"]
    assert RELEASE.known_weaknesses(purls, osv) == {"pkg:pypi/bad@2.0": ["GHSA-bad"]}
    monkeypatch.setitem(RELEASE.ACCEPTED, "GHSA-bad", "we do not use that part")
    assert RELEASE.known_weaknesses(purls, osv) == {}


def test_without_an_answer_of_osv_the_report_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = tmp_path / "list.json"
    listed.write_text(json.dumps({"components": [{"purl": "pkg:pypi/good@1.0"}]}))
    monkeypatch.setattr(RELEASE, "known_weaknesses", lambda _purls: None)
    assert "NOT CHECKED" in RELEASE.check_weaknesses(listed, must=False)
    with pytest.raises(RELEASE.NotReady):
        RELEASE.check_weaknesses(listed, must=True)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs ssh-keygen")
def test_sums_are_signed_where_there_is_a_key(tmp_path: Path) -> None:
    out, key = tmp_path / "out", tmp_path / "key"
    out.mkdir()
    (out / "a.whl").write_bytes(b"wheel")
    sums = RELEASE.write_sums(out)
    assert sums.read_text().endswith("  a.whl\n")
    assert "none" in RELEASE.sign(sums, "")
    make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
    subprocess.run(make, check=True)
    assert "SHA256SUMS.sig" in RELEASE.sign(sums, str(key))
    signers = tmp_path / "signers"
    signers.write_text(f"release@poste-expert.example {key.with_suffix('.pub').read_text()}")
    verify = ["ssh-keygen", "-Y", "verify", "-f", str(signers), "-n", RELEASE.NAMESPACE]
    verify += ["-I", "release@poste-expert.example", "-s", f"{sums}.sig"]
    assert subprocess.run(verify, input=sums.read_bytes(), check=False).returncode == 0
    assert subprocess.run(verify, input=b"other", check=False, capture_output=True).returncode != 0


def test_every_licence_is_one_that_a_scanner_knows() -> None:
    rows = COMPONENTS.bill(SITE)["components"]
    said = {row["name"]: row["licenses"][0]["expression"] for row in rows}
    assert said["nkeys"] == "Apache-2.0"
    for name, expression in said.items():
        try:
            canonicalize_license_expression(expression)
        except InvalidLicenseExpression as error:
            pytest.fail(f"{name}: {error}")


def test_a_list_of_components_names_what_is_there_and_nothing_else(tmp_path: Path) -> None:
    for name in ("msgspec", "aiohttp"):
        source = next(SITE.glob(f"{name}-*.dist-info"))
        (tmp_path / source.name).symlink_to(source)
    shutil.copytree(ROOT / "resources/fonts", tmp_path / "resources/fonts")
    listed = COMPONENTS.bill(tmp_path)
    names = {row["name"]: row.get("version") for row in listed["components"]}
    assert names.keys() == {"msgspec", "aiohttp", "Inter", "DejaVu", "Material Design Icons"}
    assert [names[font] for font in ("Inter", "DejaVu")] == ["4.001", "2.37"]
    refs = {row["ref"] for row in listed["dependencies"]}
    assert {ref for row in listed["dependencies"] for ref in row["dependsOn"]} <= refs
