# SPDX-License-Identifier: GPL-3.0-only
"""The region of `installers/image`: its compose file fits together, and a hub with its very
settings serves a caller on a real PostgreSQL, with documents in an S3 service.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from sqlalchemy import create_engine, text

from tests.support import postgres
from tests.support.far_stores import BUCKET, SECRET, s3_service
from tests.support.hub_world import free_port
from tests.support.programs import HubFolder, one_session, people
from tests.support.waiting import until

IMAGE = Path(__file__).parents[3] / "installers" / "image"
_LOAD: Any = yaml.safe_load
COMPOSE: dict[str, Any] = _LOAD((IMAGE / "compose.yml").read_text("utf-8"))
SETTINGS = (IMAGE / "hub.region.toml").read_text("utf-8")
POSTGRES = postgres.programs()

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the recipe is for Linux")


def test_database_and_store_are_published_nowhere() -> None:
    services = COMPOSE["services"]
    assert services["store"]["ports"] == ["4222:4222"]  # the hub's
    others = [services["hub"], services["database"]]
    assert all(one["network_mode"] == "service:store" and "ports" not in one for one in others)
    assert "-ip.bind=127.0.0.1" in services["store"]["command"]
    assert "listen_addresses=127.0.0.1" in services["database"]["command"]


def test_secrets_come_from_one_file_and_reach_who_needs_them() -> None:
    services = COMPOSE["services"]
    given = {name: set(one.get("environment", {})) for name, one in services.items()}
    assert given["hub"] == {"PGPASSWORD", "POSTE_EXPERT_SECRET_DOCUMENTS"}
    words = (IMAGE / "compose.yml").read_text("utf-8")
    assert set(re.findall(r"\$\{(\w+):\?region\.env\}", words)) == {
        "DATABASE_SECRET",
        "DOCUMENTS_SECRET",
    }
    assert "region.env" in SETTINGS
    assert "postgresql://poste_expert@127.0.0.1:5432/" in SETTINGS
    assert "-s3.port=8333" in services["store"]["command"]
    assert "http://127.0.0.1:8333" in SETTINGS


def test_what_quadlet_and_compose_start_is_in_the_image() -> None:
    unit = (IMAGE / "poste-expert-hub.container").read_text("utf-8")
    container = (IMAGE / "Containerfile").read_text("utf-8")
    hub = COMPOSE["services"]["hub"]
    assert hub["image"] in unit
    health = hub["healthcheck"]["test"][1]
    assert f"HealthCmd={health}" in unit
    assert (IMAGE / Path(health).name).exists()
    assert os.access(IMAGE / Path(health).name, os.X_OK)
    for volume in hub["volumes"]:
        assert f":{volume.partition(':')[2]}\n" in unit
        assert f'"{volume.partition(":")[2]}"' in container
    assert re.search(r"^FROM scratch$", container, re.MULTILINE)
    assert "USER 10001:10001" in container
    assert "UserNS=keep-id:uid=10001,gid=10001" in unit


def test_podman_reads_the_unit() -> None:
    generator = Path("/usr/libexec/podman/quadlet")
    if not generator.exists():
        pytest.skip("podman is not installed")
    said = subprocess.run(
        [str(generator), "-dryrun", "-user"],
        env={"QUADLET_UNIT_DIRS": str(IMAGE), "PATH": os.environ["PATH"], "HOME": "/"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "/usr/bin/poste-expert-health" in said
    assert "--read-only" in said


@pytest.mark.skipif(POSTGRES is None, reason="PostgreSQL is not installed")
async def test_a_region_serves_a_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert POSTGRES is not None
    monkeypatch.setenv("POSTE_EXPERT_SECRET_DOCUMENTS", SECRET)
    watched = free_port()
    place = HubFolder(tmp_path / "hub")
    with postgres.server(POSTGRES) as url, s3_service() as store:
        database = postgres.new_database(url, "poste_expert")
        settings = SETTINGS
        for named, here in {
            '"/etc/poste-expert/convention.toml"': f'"{place.catalogue}"',
            '"/var/lib/poste-expert"': f'"{place.folder}"',
            '"0.0.0.0"': '"127.0.0.1"',
            "postgresql://poste_expert@127.0.0.1:5432/poste_expert": database,
            "http://127.0.0.1:8333": store,
            "127.0.0.1:9467": f"127.0.0.1:{watched}",
            'bucket = "dossiers"': f'bucket = "{BUCKET}"',
        }.items():
            assert named in settings, named
            settings = settings.replace(named, here)
        # on loopback, without the certificate that `hub init` makes
        settings = re.sub(r"^(tls_|addresses).*\n", "", settings, flags=re.MULTILINE)
        (place.folder / "hub.toml").write_text(settings, encoding="utf-8")
        tried = [sys.executable, "-m", "expert_app", "hub", "documents"]
        tried += ["--settings", str(place.folder / "hub.toml")]
        process = await asyncio.create_subprocess_exec(*tried, stdout=PIPE, stderr=STDOUT)
        said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()
        async with place.hub(), people(place) as them:
            kiosk, desk = await them.kiosk(), await them.desk()
            ticket = await one_session(kiosk, desk, "r1")
            async with httpx.AsyncClient() as web:
                answer = await web.get(f"http://127.0.0.1:{watched}/healthz")
            assert answer.status_code == 200, answer.text
            engine = create_engine(database.replace("postgresql:", "postgresql+psycopg:"))
            await until(lambda: ticket in _tickets(engine))
            engine.dispose()
    shutil.rmtree(place.folder, ignore_errors=True)


def _tickets(engine: Any) -> set[str]:
    with engine.connect() as connection:
        return {
            str(row[0]) for row in connection.execute(text("SELECT ticket FROM history_ticket"))
        }
