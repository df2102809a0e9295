# SPDX-License-Identifier: GPL-3.0-only
"""The operator erases a dossier by right, and reads in their own window every act of the story."""

from __future__ import annotations

import json
import re

from tests.pilot.driven import Driven, Evidence, NotSeen
from tests.pilot.everyday import SECOND
from tests.pilot.pilot import Pilot, Step, found_in, same
from tests.pilot.town import LATER, MEMBERS, ORGANISATION

STORY = {
    "start": 2,
    "stop": 1,
    "invite": len(MEMBERS) + 1,
    "enrol": len(MEMBERS) + 1,
    "make-ca": 1,
    "trust-authority": 1,
    "renew-certificate": 2,
    "bundle": 1,
    "backup": 1,
    "revoke": 1,
    "dossiers import": 1,
    "dossiers erase": 1,
}
"""What was done with this hub, and how often; of the certificate once in vain."""


class Register:
    """The operator's last steps."""

    def __init__(self, pilot: Pilot) -> None:
        self._pilot = pilot

    def plan(self) -> list[Step]:
        """Names and acts, in order."""
        return [
            ("dossier_erased_by_right", self.dossier_erased_by_right),
            ("acts_read_by_operator", self.acts_read_by_operator),
        ]

    async def dossier_erased_by_right(self) -> Evidence:
        """A dossier goes for good; the register of erasures says on whose demand."""
        hub = self._pilot.hub
        words = (SECOND, "--org", ORGANISATION, "--demand", "caller", "--yes")
        said = await hub("dossiers", "erase", *words)
        register = (await hub("register")).out
        if "la personne concernée" not in register:
            raise NotSeen(f"the register of erasures says {register}")
        return {"said": said.out.splitlines(), "register": register.splitlines()[-1]}

    async def acts_read_by_operator(self) -> Evidence:
        """The window has as many acts as `hub acts`, each with the same words."""
        window = self._pilot.open["exploitant1"]
        listed = (await self._pilot.hub("acts", "--last", "0", "--json")).out.splitlines()
        acts = [json.loads(line)["what"] for line in listed]
        counted = {what: acts.count(what) for what in STORY}
        same("acts of the story", counted, STORY)
        await window.click("helpdesk_pages_acts")
        shown = await self._all_shown(window)
        same("acts in window and register", shown, len(listed))
        lines = (await self._pilot.hub("acts", "--last", "0")).out.splitlines()
        texts = {part for line in lines for part in line.split(" · ")[1:]}  # not the moment
        for text in sorted(texts):
            await window.type("acts", text)  # a line that has it, else this raises
        if f"{ORGANISATION}/kiosk/{LATER.id}" not in texts:
            raise NotSeen("the kiosk of the stick has no line")
        await window.type("acts", "Dossier effacé")
        return {"acts": shown, "kinds": counted}

    async def _all_shown(self, window: Driven) -> int:
        """Reads older ones until there are none; how many lines the window counts."""
        said = await window.reads("acts_state", "acte")
        while "plus ancien" in said:
            before = said
            await window.click("acts_older")
            while said == before:
                said = await window.reads("acts_state", "acte")
        return int(re.sub(r"\D", "", found_in(said, r"([\d\s]+)\s?acte")))
