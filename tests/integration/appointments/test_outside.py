# SPDX-License-Identifier: GPL-3.0-only
"""An agent takes an appointment at RDV Service Public: the hub's program, its door, the desk's own
job, a browser that follows where it is sent, and the service as our description says it, or as
Prism does, which judges each request.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs

import aiohttp
import pytest

from expert_app.desk.booking.outside import OutsideBookings, OutsideProgress, OutsideStep
from expert_app.hub.program import HubOptions, HubProgram
from expert_app.rdv_service_public.notification import SIGNATURE
from expert_app.runtime.config import HubSettings, MetricsSettings
from expert_app.runtime.paths import paths_for
from expert_app.runtime.store_settings import RdvSettings
from session.core.appointment_model import AppointmentPerson
from session.core.errors import NotAllowed
from session.core.tasks import Tasks
from session.desk.hub.client import DeskClient
from session.protocol.appointments.day import DayRequest
from session.protocol.appointments.outside import OutsidePlanRequest
from tests.integration.javascript.npm import NODE, NPM, installed
from tests.support.appointments.rdv_service import DESCRIPTION, TOKEN, BookingService
from tests.support.hub_world import free_port
from tests.support.programs import HubFolder, people
from tests.support.waiting import until

PERSON = AppointmentPerson(
    family_name="Garance", given_names="Éloïse", born_on="1987-02-14", caller_number="1234567"
)
GIVES = ', appointments = { rdv_motifs = ["Point sur mes droits"] } },\n]\nsites'

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a hub's own server")


@dataclass
class Booking:
    """A desk that books there; its browser and what it was told."""

    service: BookingService
    program: HubProgram
    desk: DeskClient
    door: str
    tasks: Tasks
    job: OutsideBookings
    progress: list[OutsideProgress] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)

    def steps(self) -> list[OutsideStep]:
        return [progress.step for progress in self.progress]

    async def ended(self) -> OutsideProgress:
        over = (OutsideStep.DONE, OutsideStep.FAILED, OutsideStep.NOT_CHOSEN)
        await until(lambda: bool(self.progress) and self.progress[-1].step in over)
        return self.progress[-1]


def _browser(opened: list[str], *, works: bool = True) -> Callable[[str], bool]:
    """Follows an address of OAuth to its end, as a browser; other pages are only noted."""
    loop = asyncio.get_running_loop()

    async def follow(page: str) -> None:
        async with aiohttp.ClientSession() as http, http.get(page) as answer:
            await answer.read()

    def open_page(page: str) -> bool:
        opened.append(page)
        if works and "/oauth/" in page:
            asyncio.run_coroutine_threadsafe(follow(page), loop)
        return works

    return open_page


async def _look(_wait_s: float) -> None:
    await asyncio.sleep(0)


@asynccontextmanager
async def booking(
    folder: Path, *, upstream: str = "", browser_works: bool = True, lieux: str = "Mairie"
) -> AsyncIterator[Booking]:
    place, port = HubFolder(folder / "hub"), free_port()
    text = place.catalogue.read_text("utf-8").replace(" },\n]\nsites", GIVES, 1)
    text = text.replace('id = "townhall", ', f'id = "townhall", rdv_lieux = ["{lieux}"], ', 1)
    assert lieux in text
    place.catalogue.write_text(text, "utf-8")
    for name in ("valdore", "client.secret"):
        (folder / name).write_text("secret-partagé", "utf-8")
        (folder / name).chmod(0o600)
    door = f"http://127.0.0.1:{port}"
    async with BookingService(upstream).running() as service:
        settings = HubSettings(
            catalogue=str(place.catalogue),
            listen_port=place.port,
            metrics=MetricsSettings(listen=""),
            rdv=RdvSettings(
                listen=f"127.0.0.1:{port}",
                organisations=["valdore"],
                secret_folder=str(folder),
                public_address=door,
                address=service.address,
                client_id="poste-expert",
                secret_file=str(folder / "client.secret"),
            ),
        )
        program = HubProgram(settings, paths_for("hub", place.folder), options=HubOptions())
        stop, ready = asyncio.Event(), asyncio.Event()
        running = asyncio.create_task(program.run(stop, lambda _address: ready.set()))
        try:
            async with asyncio.timeout(30), people(place) as them:
                await ready.wait()
                tasks, opened = Tasks(), list[str]()
                desk = await them.desk()
                job = OutsideBookings(
                    desk,
                    session_id=lambda: "",
                    booked=lambda: None,
                    tasks=tasks,
                    open_page=_browser(opened, works=browser_works),
                    sleep=_look,
                )
                made = Booking(service, program, desk, door, tasks, job, opened=opened)
                offers = list[str]()
                job.offered.connect(lambda offer: offers.append(offer.name))
                job.progressed.connect(made.progress.append)
                job.start()
                desk.connection_changed.emit(True)
                await until(lambda: bool(offers))
                assert offers == ["RDV Service Public"]
                yield made
                await tasks.close()
        finally:
            stop.set()
            await running


async def _book(made: Booking) -> None:
    made.job.begin(PERSON, "")
    await until(lambda: made.steps()[-1:] == [OutsideStep.CHOOSING])
    made.service.chosen = True


async def _story(made: Booking) -> None:
    """From the sign-in to one row, which the notification finds again."""
    await _book(made)
    done = await made.ended()
    assert made.steps() == [
        OutsideStep.SIGN_IN,
        OutsideStep.ASKING,
        OutsideStep.CHOOSING,
        OutsideStep.DONE,
    ]
    assert done.state.slip is not None
    assert done.state.slip.site_name == "Mairie de Saint-Oyen"
    assert made.opened[-1].endswith("/agents/rdv_plans/23")
    await _notified(made)
    rows = (await made.desk.bus.ask(DayRequest(day="2026-03-09"))).appointments
    [row] = [facts.appointment for facts in rows]
    assert row.id == done.state.slip.appointment_id
    # what only we know of the person stays, though the service says nothing of it
    assert (row.person.caller_number, row.person.born_on) == ("1234567", "1987-02-14")


async def _notified(made: Booking) -> None:
    rdvs = json.loads(DESCRIPTION.read_text("utf-8"))["paths"]["/api/v1/rdvs"]["get"]["responses"]
    [rdv] = rdvs["200"]["content"]["application/json"]["examples"]["chosen"]["value"]["rdvs"]
    meta = {"model": "Rdv", "event": "created", "event_occurred_at": "2026-03-02T09:06:00+01:00"}
    body = json.dumps({"data": rdv, "meta": meta}).encode()
    signature = hmac.new("secret-partagé".encode(), body, hashlib.sha256).hexdigest()
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{made.door}/rdv/valdore", data=body, headers={SIGNATURE: signature}) as answer,
    ):
        assert answer.status == 204


async def test_an_appointment_taken_there_stands_here_once(tmp_path: Path) -> None:
    async with booking(tmp_path) as made:
        await _story(made)
        [(_method, _path, sent)] = [call for call in made.service.asked if call[0] == "POST"][1:]
        assert json.loads(sent) == {
            "user": {"first_name": "Éloïse", "last_name": "Garance"},
            "return_url": f"{made.door}/rdv/valdore/done",
            "dossier_url": f"{made.door}/rdv/valdore/dossier",
        }
        form = parse_qs(made.service.asked[0][2])
        assert form["redirect_uri"] == [f"{made.door}/rdv/valdore/back"]
        async with aiohttp.ClientSession() as http:
            for page in ("done", "dossier"):
                async with http.get(f"{made.door}/rdv/valdore/{page}") as answer:
                    assert answer.status == 200


async def test_a_second_appointment_needs_no_second_sign_in(tmp_path: Path) -> None:
    async with booking(tmp_path) as made:
        await _book(made)
        await made.ended()
        made.progress.clear()
        made.service.chosen = False
        await _book(made)
        await made.ended()
        assert OutsideStep.SIGN_IN not in made.steps()


async def test_an_expired_token_is_had_anew_and_the_booking_goes_on(tmp_path: Path) -> None:
    async with booking(tmp_path) as made:
        made.job._token = "expired"
        await _book(made)
        done = await made.ended()
        assert done.step is OutsideStep.DONE
        assert made.steps()[:2] == [OutsideStep.ASKING, OutsideStep.SIGN_IN]


async def test_an_agent_who_says_no_there_is_told_so(tmp_path: Path) -> None:
    async with booking(tmp_path) as made:
        made.service.says_no = True
        made.job.begin(PERSON, "")
        failed = await made.ended()
        assert failed.error is not None
        assert failed.error.code == "sign_on_given_up"


async def test_without_a_browser_the_agent_reads_it(tmp_path: Path) -> None:
    async with booking(tmp_path, browser_works=False) as made:
        made.job.begin(PERSON, "")
        failed = await made.ended()
        assert failed.error is not None
        assert failed.error.code == "sign_on_given_up"


@pytest.mark.parametrize(
    ("fault", "code"),
    [(403, "outside_refused"), (422, "outside_refused"), (500, "outside_away")],
)
async def test_what_the_service_refuses_is_said_in_words(
    tmp_path: Path, fault: int, code: str
) -> None:
    async with booking(tmp_path) as made:
        made.job._token = TOKEN
        made.service.fault = fault
        made.job.begin(PERSON, "")
        failed = await made.ended()
        assert failed.error is not None
        assert failed.error.code == code


async def test_nonsense_and_a_page_that_no_browser_should_open_are_refused(tmp_path: Path) -> None:
    async with booking(tmp_path) as made:
        made.job._token = TOKEN
        for page in ("file:///etc/passwd", "javascript:alert(1)", "https://a:b@evil.example/"):
            made.service.page = page
            made.job.begin(PERSON, "")
            failed = await made.ended()
            assert failed.error is not None
            assert failed.error.code == "outside_away"
            made.progress.clear()
        made.service.nonsense = True
        made.job.begin(PERSON, "")
        failed = await made.ended()
        assert failed.error is not None
        assert failed.error.detail == {"why": "not_understood"}
        assert made.opened == []


async def test_a_service_that_is_away_while_the_agent_chooses_is_asked_again(
    tmp_path: Path,
) -> None:
    async with booking(tmp_path) as made:
        await _book(made)
        made.service.fault = 503
        count = len(made.service.asked)
        await until(lambda: len(made.service.asked) > count + 1)
        made.service.fault = 0
        assert (await made.ended()).step is OutsideStep.DONE


async def test_whoever_waits_no_more_is_asked_no_more(tmp_path: Path) -> None:
    async with booking(tmp_path) as made:
        made.job.begin(PERSON, "")
        await until(lambda: made.steps()[-1:] == [OutsideStep.CHOOSING])
        made.job.stop()
        assert made.steps()[-1] is OutsideStep.STOPPED
        await made.desk.bus.ask(DayRequest())  # a look that was under way is over
        count = len(made.service.asked)
        for _ in range(10):
            await made.desk.bus.ask(DayRequest())
        assert len(made.service.asked) == count


async def test_a_place_that_the_convention_does_not_map_is_said(tmp_path: Path) -> None:
    async with booking(tmp_path, lieux="Ailleurs") as made:
        await _book(made)
        done = await made.ended()
        assert done.state.starts_at is not None
        assert done.state.slip is None


async def test_nothing_leaves_without_the_callers_yes(tmp_path: Path) -> None:
    async with booking(tmp_path) as made:
        asked = OutsidePlanRequest(token=TOKEN, person=PERSON)
        with pytest.raises(NotAllowed):
            await made.desk.bus.ask(asked)
        assert made.service.asked == []


async def test_the_door_sends_a_browser_to_no_other_computer(tmp_path: Path) -> None:
    async with booking(tmp_path) as made, aiohttp.ClientSession() as http:
        for state in ("", "80.x", "evil.example", "999999.x", "٣٤٥٦.x", "1e4.x"):
            address = f"{made.door}/rdv/valdore/back"
            async with http.get(address, params={"state": state, "code": "c"}) as answer:
                assert (answer.status, answer.history) == (400, ())
        address = f"{made.door}/rdv/valdore/back?state=5000.x%0d%0a&code=c"
        async with http.get(address, allow_redirects=False) as answer:
            assert answer.headers["Location"].startswith("http://127.0.0.1:5000/?")


def _started_prism(port: int) -> subprocess.Popen[bytes]:
    folder = installed(DESCRIPTION.parent, "prism")
    program = folder / "node_modules/@stoplight/prism-cli/dist/index.js"
    quiet = subprocess.DEVNULL
    command = [str(NODE), str(program), "mock", str(DESCRIPTION), "--errors", "-p", str(port)]
    return subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)


@asynccontextmanager
async def prism() -> AsyncIterator[str]:
    """Prism on our description; it refuses a request that is not as described."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    process = await asyncio.to_thread(_started_prism, port)

    async def answers() -> bool:
        with suppress(aiohttp.ClientError):
            async with aiohttp.ClientSession() as http, http.get(f"{address}/api/v1/rdvs"):
                return True
        return False

    try:
        await until(answers)
        yield address
    finally:
        process.kill()
        process.wait()


@pytest.mark.long  # npm brings Prism
@pytest.mark.timeout(300)
@pytest.mark.skipif(not NPM.exists(), reason="npm is not installed")
async def test_prism_finds_each_of_our_requests_as_described(tmp_path: Path) -> None:
    async with prism() as upstream, booking(tmp_path, upstream=upstream) as made:
        await _story(made)
