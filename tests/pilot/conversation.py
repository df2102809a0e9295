# SPDX-License-Identifier: GPL-3.0-only
"""Two conversations of one person: the first makes the dossier, the second finds it elsewhere."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image, ImageChops

from tests.pilot.driven import Driven, Evidence, NotSeen
from tests.pilot.pilot import Pilot, Step, same
from tests.pilot.town import (
    BORN_ON,
    CALLER_NUMBER,
    FAMILY_NAME,
    FILM,
    GIVEN_NAMES,
    ORGANISATION,
    TYPED,
)

PAGE_S = 90.0
LEAST_SHARE, NEAR = 0.01, 24
"""The part of the kiosk's screen that a film has at least, and how near a colour is the same."""


class Conversations:
    """A caller nobody knows, served; the same caller at another kiosk, with another agent."""

    def __init__(self, pilot: Pilot) -> None:
        self._pilot = pilot

    def first(self, before_the_end: list[Step]) -> list[Step]:
        """Names and acts, in order, of the caller whom nobody knows; `before_the_end`: the last
        ones that both are there for.
        """
        return [
            ("unknown_caller_accepted", self.unknown_caller_accepted),
            ("dossier_created", self.dossier_created),
            ("question_shown_in_signs", self.question_shown_in_signs),
            ("form_filled", self.form_filled),
            ("page_read_as_a_list", self.page_read_as_a_list),
            ("documents_filed", self.documents_filed),
            ("receipt_printed_once", self.receipt_printed_once),
            ("agreements_on_the_receipt", self.agreements_on_the_receipt),
            *before_the_end,
            ("kiosk_wiped", self.kiosk_wiped),
        ]

    def second(self, corrections: list[Step]) -> list[Step]:
        """The same of this caller, elsewhere and later; `corrections`: what is read of those since
        the first.
        """
        return [
            ("caller_looked_at_first", self.caller_looked_at_first),
            ("returning_caller_found", self.returning_caller_found),
            *corrections,
            ("documents_with_pictures", self.documents_with_pictures),
            ("guide_followed", self.guide_followed),
            ("words_in_two_languages", self.words_in_two_languages),
            ("caller_said_it_was_solved", self.caller_said_it_was_solved),
        ]

    def third(self) -> list[Step]:
        """A caller who goes and comes back."""
        return [("caller_came_back_by_ticket", self.caller_came_back_by_ticket)]

    @property
    def _desk(self) -> Driven:
        return self._pilot.open["agent1"]

    @property
    def _kiosk(self) -> Driven:
        return self._pilot.open["borne1"]

    @property
    def _other_desk(self) -> Driven:
        return self._pilot.open["agent2"]

    @property
    def _other_kiosk(self) -> Driven:
        return self._pilot.open["borne2"]

    # ---- what both ends do ----

    async def call(self, kiosk: Driven, number: str = "") -> str:
        """A caller presses the button, types a number or says that there is none; the ticket."""
        before = await kiosk.count("ticket")
        await kiosk.click("service_logement")
        if number:
            await kiosk.keys(number)
            await kiosk.click("number_send")
        else:
            await kiosk.click("number_skip")
        ticket = await kiosk.seen("ticket", state="waiting", count=lambda n: n > before)
        self._pilot.found["number"] = str(ticket["number"])
        return str(ticket["id"])

    async def accept(self, desk: Driven, kiosk: Driven, ticket: str) -> Evidence:
        """The agent accepts; both see each other and hear each other."""
        await desk.click(f"accept_{ticket}")
        opened = await kiosk.seen("session_opened", ticket=ticket)
        for end in (desk, kiosk):
            await end.seen("first_video", frames=lambda n: n > 0)
            await end.seen("media", audio_packets=lambda n: n > 20)
        return opened

    async def allow(self, desk: Driven, kiosk: Driven, ask: str, grant: str) -> None:
        """The agent asks for powers ("scan keep"), or does what needs them; the caller touches yes,
        the desk hears it.
        """
        await desk.click(ask)
        await kiosk.seen("grant_asked", grant=grant)
        await kiosk.click("yes")
        for one in grant.split():
            await desk.seen(f"grant_{one}", allowed=True)

    async def end(self, desk: Driven, kiosk: Driven, *, solved: str = "") -> Evidence:
        """The agent hangs up and finishes; the kiosk wipes and is ready for the next. `solved`: the
        face that the caller touches.
        """
        before = await kiosk.count("kiosk_wiped")
        await desk.click("call_hang_up")
        await desk.click("call_hang_up")
        if solved:
            await kiosk.click(solved)
        wiped = await kiosk.seen("kiosk_wiped", left_over=0, count=lambda n: n > before)
        await kiosk.click("goodbye_finish")
        closed = await desk.count("session_closed")
        await desk.click("outcome_done")
        await desk.click("wrap_up_finish")
        await desk.seen("session_closed", count=lambda n: n > closed)
        return wiped

    async def accesses(self, dossier: str) -> list[dict[str, Any]]:
        """The register of accesses to a dossier, as the caller may ask for it."""
        words = ("dossiers", "accesses", dossier, "--org", ORGANISATION, "--names", "--json")
        return list(json.loads((await self._pilot.hub(*words)).out)["accesses"])

    # ---- the first conversation ----

    async def unknown_caller_accepted(self) -> Evidence:
        """A caller without a number; voice and picture both ways."""
        ticket = await self.call(self._kiosk)
        self._pilot.found["first_ticket"] = ticket
        self._pilot.found["first_number"] = self._pilot.found["number"]
        await self._desk.seen("ticket_visible", id=ticket)
        opened = await self.accept(self._desk, self._kiosk, ticket)
        self._pilot.found["first_session"] = str(opened["session"])
        media = await self._desk.seen("media", audio_level=lambda level: level > 0.001)
        return {"ticket": ticket, "frames": media["frames"], "audio": media["audio_packets"]}

    async def dossier_created(self) -> Evidence:
        """Looked for by name and birth date, not found, made with the caller; the hub has it."""
        desk = self._desk
        await desk.type("dossier_family_name", FAMILY_NAME)
        await desk.type("dossier_given_names", GIVEN_NAMES)
        await desk.type("dossier_born_on", BORN_ON)
        await desk.click("dossier_find")
        await desk.click("dossier_create_begin")
        await desk.type("dossier_caller_number", CALLER_NUMBER)
        await desk.click("dossier_create")
        dossier = await desk.seen("dossier", number=bool)
        number = str(dossier["number"])
        self._pilot.found["dossier"] = number
        lines = await self.accesses(number)
        same("kinds of access", "created" in [line["kind"] for line in lines], True)
        return {"dossier": number, "accesses": lines}

    async def question_shown_in_signs(self) -> Evidence:
        """A caller who has touched "Langue des signes" sees the organisation's film of the question
        in the question itself, and its yes is known as given so.
        """
        desk, kiosk = self._desk, self._kiosk
        await kiosk.click("sign")
        await desk.click("grant_see_page")
        await kiosk.seen("grant_asked", grant="see_page")
        place = self._pilot.folder / "borne1" / "question.png"
        async with asyncio.timeout(20):  # the sheet slides in
            while (share := await self._share_of_film(place)) < LEAST_SHARE:  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        await kiosk.click("yes")
        allowed = await desk.seen("grant_see_page", allowed=True)
        same("how the question was taken in", allowed["read_as"], "signed")
        return {"the film's part of the screen": round(share, 3), "read as": allowed["read_as"]}

    async def _share_of_film(self, place: Path) -> float:
        await self._kiosk.shot(place)
        return await asyncio.to_thread(share_of_film, place)

    async def form_filled(self) -> Evidence:
        """The page is shared, the agent types into it; the value is read in the kiosk's page."""
        desk, kiosk = self._desk, self._kiosk
        await kiosk.seen("page_shown", address=f"{self._pilot.found['site']}/")  # home_address
        await desk.type("cobrowse_address", f"{self._pilot.found['site']}/formulaire")
        await desk.click("cobrowse_open")
        page = await kiosk.seen("page_shown", address=lambda a: a.endswith("/formulaire"))
        await desk.seen("mirror_shown", title=page["title"])
        await self.allow(desk, kiosk, "tool_control", "point control type")
        await desk.click("mirror:#nom")
        await desk.seen("command", command="ClickRequested", code="", field="text")
        await desk.type("mirror_overlay", TYPED)
        await desk.seen("command", command="TextRequested", code="")
        await desk.click("mirror:#enfants")
        await desk.seen("command", command="ClickRequested", code="", field="button")
        typed, ticked = [await self._page_value(name) for name in ("#nom", "#enfants")]
        same("text in the kiosk's page", typed["value"], TYPED)
        same("box in the kiosk's page", ticked["checked"], True)
        return {"title": page["title"], "typed": typed["value"], "ticked": ticked["checked"]}

    async def _page_value(self, selector: str) -> Evidence:
        before = await self._kiosk.count("page_value")
        await self._kiosk.click(f"look:{selector}")
        return await self._kiosk.seen("page_value", selector=selector, count=lambda n: n > before)

    async def page_read_as_a_list(self) -> Evidence:
        """The same page without a mouse: a letter goes to the box in the list of its contents,
        Enter clicks it at the kiosk, Escape goes back to the page.
        """
        desk = self._desk
        await desk.click("key:Ctrl+F10")
        line = await desk.reads("page_contents_lines", ":")
        for _time in range(10):
            if "Des enfants vivent avec moi" in line:
                break
            await desk.click("key:C")
            line = await desk.reads("page_contents_lines", ":")
        answered = await desk.count("command")
        await desk.click("key:Return")
        await desk.seen("command", command="ClickRequested", count=lambda n: n > answered)
        unticked = await self._page_value("#enfants")
        same("box in the kiosk's page", unticked["checked"], False)
        await desk.click("key:Ctrl+F10")
        await desk.click("key:Escape")
        return {"line": line, "ticked": unticked["checked"]}

    async def documents_filed(self) -> Evidence:
        """A procedure is started, two pages are scanned and filed; the hub's own file is there."""
        desk, kiosk = self._desk, self._kiosk
        await desk.type("procedure_menu", "Aide au logement")
        await self.allow(desk, kiosk, await desk.shown("piece_scan_"), "scan print keep")
        first = await self._scanned("")
        await desk.click("scan_page")
        await self._scanned(first)
        await desk.click("file_document")
        filed = await desk.seen("document_filed", timeout_s=PAGE_S)
        sha256 = str(filed["sha256"])
        stored = await asyncio.to_thread(_find, self._pilot.folder / "hub", f"{sha256}.pdf")
        self._pilot.found["document"] = sha256
        return {"sha256": sha256, "stored_bytes": stored.stat().st_size, "piece": filed["piece"]}

    async def _scanned(self, before: str) -> str:
        kept = await self._desk.seen(
            "page_kept", page=lambda page: page != before, timeout_s=PAGE_S
        )
        await self._desk.seen("page_cleaned", page=kept["page"], timeout_s=PAGE_S)
        return str(kept["page"])

    async def receipt_printed_once(self) -> Evidence:
        """One yes of the caller is one sheet, also at a printer that takes its time."""
        desk = self._desk
        await desk.click("print_receipt")
        await desk.seen("print", state="done", timeout_s=PAGE_S)
        await asyncio.sleep(6)  # a second sheet would come after the desk has asked once more
        jobs = sorted(path.name for path in self._pilot.spool.glob("job-*.pdf"))
        same("sheets that came out of the printer", len(jobs), 1)
        return {"printer": jobs}

    async def agreements_on_the_receipt(self) -> Evidence:
        """The sheet that came out tells what the caller agreed to and how it was asked; `verify`
        says the same of its file.
        """
        [sheet] = self._pilot.spool.glob("job-*.pdf")
        printed = await asyncio.to_thread(text_of, sheet)
        elsewhere = await self._pilot.computer("hub")
        said = await elsewhere.run("verify", str(sheet))
        for words in ("Vos accords", "montré en langue des signes"):
            if words not in printed:
                raise NotSeen(f"the sheet does not say {words!r}: {printed!r}")
        if "langue des signes" not in said.out:
            raise NotSeen(f"verify says {said.out}{said.err}")
        agreed = printed.partition("Vos accords")[2].strip().splitlines()
        return {"the sheet": agreed[:8], "verify": said.out.strip().splitlines()}

    async def kiosk_wiped(self) -> Evidence:
        """Nothing of the caller is left at the kiosk; looked at from outside."""
        wiped = await self.end(self._desk, self._kiosk)
        run = self._pilot.folder / "borne1" / "run" / "poste-expert"
        left = sorted(str(path.relative_to(run)) for path in run.rglob("*") if path.is_file())
        same("files left at the kiosk", left, [])
        return {"left_over": wiped["left_over"], "files_found_outside": left}

    # ---- the second conversation ----

    async def caller_looked_at_first(self) -> Evidence:
        """A caller who reads English and would rather write calls at the other kiosk; the other
        agent sees what is missing before accepting, and the hub notes that.
        """
        desk, kiosk = self._other_desk, self._other_kiosk
        await kiosk.click("language")
        await kiosk.click("language_en")
        await kiosk.click("write")
        self._pilot.found["second_ticket"] = await self.call(kiosk, CALLER_NUMBER)
        await desk.click("idle_preview")
        told = await desk.reads("idle_seen", "manque")
        kinds = [line["kind"] for line in await self.accesses(self._pilot.found["dossier"])]
        same("the look is in the register", "previewed" in kinds, True)
        return {"the agent reads": told}

    async def returning_caller_found(self) -> Evidence:
        """By number at the other kiosk, with the other agent: the dossier opens by itself."""
        desk, kiosk = self._other_desk, self._other_kiosk
        await self.accept(desk, kiosk, self._pilot.found["second_ticket"])
        dossier = await desk.seen("dossier", number=self._pilot.found["dossier"])
        same("documents in the dossier, one a later version", dossier["documents"], 2)
        lines = await self.accesses(self._pilot.found["dossier"])
        readers = sorted({str(line["user"]) for line in lines})
        same("who opened the dossier", readers, ["agent1", "agent2"])
        same("pieces are still missing", dossier["missing"] > 0, True)
        return {**dossier, "readers": readers}

    async def documents_with_pictures(self) -> Evidence:
        """The tab of the dossier's documents, and the small picture of the only one's first page,
        which the hub draws.
        """
        desk = self._other_desk
        await desk.click("key:Ctrl+F")
        counted = await desk.reads("documents_count", "1")
        sketched = await desk.seen("document_sketched", size_bytes=lambda size: size > 0)
        line = await desk.reads("documents_list")
        return {"the tab": counted, "line": line, "picture bytes": sketched["size_bytes"]}

    async def guide_followed(self) -> Evidence:
        """A step of the procedure's guide: its words come to the kiosk, its scan asks, scans, and
        ticks the step.
        """
        desk, kiosk = self._other_desk, self._other_kiosk
        await desk.click("key:Ctrl+6")
        before = await kiosk.count("written")
        await desk.click("guide_say_identite")
        await kiosk.seen("written", count=lambda n: n > before)
        await self.allow(desk, kiosk, "guide_do_identite", "scan print keep")
        kept = await desk.seen("page_kept", timeout_s=PAGE_S)
        await desk.click("file_document", timeout_s=PAGE_S)
        filed = await desk.seen("document_filed", timeout_s=PAGE_S)
        await desk.click("key:Ctrl+6")
        ticked = await desk.reads("guide_count", "1 sur")
        return {"page": kept["page"], "piece": filed["piece"], "guide": ticked}

    async def words_in_two_languages(self) -> Evidence:
        """A ready phrase goes out in the caller's language, which the kiosk's question has told."""
        desk, kiosk = self._other_desk, self._other_kiosk
        await desk.click("key:Ctrl+5")
        await desk.type("written_phrases", "Pouvez-vous lire ce message")
        return {"the kiosk shows": await kiosk.reads("written_words", "Can you read this?")}

    async def caller_said_it_was_solved(self) -> Evidence:
        """One touch on the goodbye page is one line in the hub's history, without a name."""
        await self.end(self._other_desk, self._other_kiosk, solved="solved_yes")
        answers: list[tuple[str, ...]] = []
        async with asyncio.timeout(20):
            while not answers:
                answers = await asyncio.to_thread(_answers, self._pilot.folder / "hub")
                await asyncio.sleep(0.2)
        same("answers in the hub's history", answers, [(ORGANISATION, "yes")])
        return {"answers": answers}

    async def caller_came_back_by_ticket(self) -> Evidence:
        """A caller goes away, comes back with the ticket number, and the kiosk shows the wait."""
        kiosk = self._kiosk
        ticket = await self.call(kiosk)
        await kiosk.click("wait_elsewhere")
        await kiosk.click("away_back")
        kept = await kiosk.seen("stepped_away", how="back", ticket=ticket)
        await kiosk.click("kept_finish")
        await kiosk.click("have_number")
        await kiosk.keys(str(kept["number"]))
        await kiosk.click("number_send")
        shown = await kiosk.reads("waiting_number", str(kept["number"]))
        self._pilot.found["waiting_ticket"] = ticket
        return {"ticket": kept["number"], "the kiosk's screen": shown}


def share_of_film(picture: Path) -> float:
    """The part of a window's picture that has the colour of the organisation's film."""
    with Image.open(picture) as image:
        film = Image.new("RGB", image.size, FILM)
        away = ImageChops.difference(image.convert("RGB"), film).convert("L")
    return sum(away.histogram()[:NEAR]) / (away.width * away.height)


def text_of(file: Path) -> str:
    """What the pages of a PDF say."""
    with pypdfium2.PdfDocument(file) as document:  # type: ignore[no-untyped-call]
        return " ".join(page.get_textpage().get_text_bounded() for page in document)


def _answers(folder: Path) -> list[tuple[str, ...]]:
    """What callers said of their conversations, as the hub keeps it."""
    with closing(sqlite3.connect(_find(folder, "history.sqlite"))) as history:
        return history.execute("SELECT organisation, solved FROM history_answer").fetchall()


def _find(folder: Path, name: str) -> Path:
    found = next((path for path in folder.rglob(name) if path.is_file()), None)
    if found is None:
        raise NotSeen(f"no {name} below {folder}")
    return found
