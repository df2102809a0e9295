# SPDX-License-Identifier: GPL-3.0-only
"""What a week of use brings beside the calls: a message for a site's callers, the host at a kiosk,
help from afar and who sees it, one person's two dossiers.
"""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path

from tests.pilot.driven import Driven, Evidence, NotSeen
from tests.pilot.pilot import Pilot, Step, same
from tests.pilot.town import BORN_ON, FAMILY_NAME, GIVEN_NAMES, ORGANISATION

MESSAGE = "Les conseillers répondent à partir de 14 h."
WHY_HELPED = "le scanner ne répond pas"
WHY_MERGED = "la même personne, venue deux fois"
SECOND = "VD-2026-777"


class Everyday:
    """Steps while no caller is there, of windows that are open anyway."""

    def __init__(self, pilot: Pilot) -> None:
        self._pilot = pilot

    def plan(self) -> list[Step]:
        """Names and acts, in order."""
        return [
            ("callers_of_a_site_told", self.callers_of_a_site_told),
            ("host_came", self.host_came),
            ("help_from_afar_on_the_board", self.help_from_afar_on_the_board),
            ("dossiers_merged_and_parted", self.dossiers_merged_and_parted),
            ("language_chosen", self.language_chosen),
        ]

    @property
    def _board(self) -> Driven:
        return self._pilot.open["chef1"]

    async def callers_of_a_site_told(self) -> Evidence:
        """A message of the supervisor is on the first page of that site's kiosk, until it is taken
        back.
        """
        board, kiosk = self._board, self._pilot.open["borne2"]
        await board.click("act_announce")
        await board.type("act_target", "Usagers de Médiathèque du Bois")
        await board.type("act_text", MESSAGE)
        await board.type("act_reason", "panne de téléphone")
        await board.click("act_confirm")
        await board.seen("act_done", act="Announce")  # before, there is nothing to undo
        shown = await kiosk.reads("start_message", MESSAGE)
        await board.click("key:Ctrl+Z")
        await board.seen("act_undone")
        await kiosk.reads("start_invitation", "Un conseiller")
        return {"the kiosk shows": shown}

    async def host_came(self) -> Evidence:
        """A caller calls the host, who comes and has finished; the kiosk says so."""
        host, kiosk = self._pilot.open["hote1"], self._pilot.open["borne1"]
        await kiosk.click("call_host")
        await host.seen("site", calling=1)
        await host.click("coming_borne1")
        await kiosk.seen("help", state="coming")
        await host.click("done_borne1")
        await host.seen("site", calling=0)
        return {"kiosk": (await kiosk.seen("help", state="none"))["state"]}

    async def language_chosen(self) -> Evidence:
        """The host reads English from now on: the window is there again, in that language."""
        host = self._pilot.open["hote1"]
        await host.click("site_settings")
        await host.click("settings_language_en")
        await host.begun_again()
        return {"the window says": await host.reads("site_title", "Hello")}

    async def help_from_afar_on_the_board(self) -> Evidence:
        """The helpdesk asks an idle kiosk how it is; the board has who, what, why, and a file."""
        helpdesk, board = self._pilot.open["aide1"], self._board
        if "conversation_back" in await helpdesk.visible():
            await helpdesk.click("conversation_back")
        await helpdesk.click("helpdesk_pages_kiosks")
        await helpdesk.type("kiosk_id", "borne2")
        await helpdesk.type("kiosk_reason", WHY_HELPED)
        await helpdesk.click("kiosk_state")
        await helpdesk.seen("remote_help", act="state", state="done")
        await helpdesk.click("helpdesk_pages_list")
        await board.click("board_pages_accesses")
        await board.type("accesses_about", "Bornes et postes")
        await board.seen("helps", lines=1)
        file = self._pilot.computers["chef1"].home / "bornes.csv"
        await board.click("accesses_csv")
        await board.type("accesses_file", str(file))
        await board.seen("accesses_saved", path=str(file))
        row = (await asyncio.to_thread(_rows, file))[0]
        same("who, where, why", WHY_HELPED in row and "Assistance" in row, True)
        return {"line": row}

    async def dossiers_merged_and_parted(self) -> Evidence:
        """The organisation's file brings a second dossier of the person; the supervisor sees both
        side by side, merges them, and takes it back.
        """
        pilot, board, first = self._pilot, self._board, self._pilot.found["dossier"]
        file = pilot.computers["hub"].home / "caf.csv"
        line = f"{SECOND};{FAMILY_NAME};{GIVEN_NAMES};{BORN_ON}"
        heads = "numero;nom;prenoms;naissance"
        await asyncio.to_thread(file.write_text, f"{heads}\n{line}\n", encoding="utf-8")
        await pilot.hub("dossiers", "import", str(file), "--org", ORGANISATION)
        await board.click("board_pages_doubles")
        for field, text in (
            ("merge_keep", first),
            ("merge_other", SECOND),
            ("merge_reason", WHY_MERGED),
        ):
            await board.type(field, text)
        await board.click("merge_compare")
        await board.seen("compared", keep=first, merged=SECOND)
        await board.click("merge_confirm")
        await board.seen("merged", keep=first, undone=False)
        await board.type("board_merges", SECOND)
        await board.click("merge_undo")
        await board.type("act_reason", "deux personnes")
        await board.click("act_confirm")
        await board.seen("merged", keep=first, undone=True)
        await board.click("board_pages_live")
        words = ("dossiers", "accesses", SECOND, "--org", ORGANISATION)
        told = (await pilot.hub(*words)).out
        if WHY_MERGED not in told:
            raise NotSeen(f"the register does not say why: {told}")
        return {"merged": SECOND, "register": told.splitlines()[-3:]}


def _rows(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.reader(lines, delimiter=";"))[1:]
