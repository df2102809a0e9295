# SPDX-License-Identifier: GPL-3.0-only
"""What two agents take back of their own work after a conversation: a note that was wrong, a
document on the wrong piece, a document in the wrong dossier.
"""

from __future__ import annotations

from tests.pilot.conversation import Conversations
from tests.pilot.driven import Driven, Evidence, NotSeen
from tests.pilot.pilot import Pilot, Step, same

CORRECTED = "Rappeler le propriétaire. "
"""What the agent writes before the note that the wrap-up had proposed."""

WITHDRAWN = "Note retirée par son auteur"


class TakingBack:
    """Steps from the menu of a conversation that is over, and what the next one reads of them."""

    def __init__(self, pilot: Pilot, conversations: Conversations) -> None:
        self._pilot, self._conversations = pilot, conversations

    def between_callers(self) -> list[Step]:
        """Names and acts, in order, of the agent whose caller has gone."""
        return [
            ("note_corrected", self.note_corrected),
            ("document_on_another_piece", self.document_on_another_piece),
        ]

    def in_the_next(self) -> list[Step]:
        """Those of the other agent, in the next conversation about the same dossier."""
        return [("corrections_read_by_colleague", self.corrections_read_by_colleague)]

    def after_the_next(self) -> list[Step]:
        """Those of the other agent, once that one is over."""
        return [
            ("note_withdrawn", self.note_withdrawn),
            ("document_in_the_wrong_dossier", self.document_in_the_wrong_dossier),
        ]

    async def _choose(self, desk: Driven, menu: str, entry: str) -> str:
        """Chooses in the menu of a row; what the row says of it."""
        await desk.type(menu, entry)
        return await desk.reads("talk_what")

    async def _corrected(self, desk: Driven, *, lines: int) -> Evidence:
        """Does what was chosen; the hub's answer, once its register has one line more."""
        number = self._pilot.found["dossier"]
        before = await desk.count("own_work")
        await desk.click("talk_do")
        own = await desk.seen("own_work", count=lambda n: n > before)
        kinds = [line["kind"] for line in await self._conversations.accesses(number)]
        same("corrections in the register", kinds.count("corrected"), lines)
        return own

    async def note_corrected(self) -> Evidence:
        """The note of the wrap-up with other words: the hub has a new one in its place."""
        desk, session = self._pilot.open["agent1"], self._pilot.found["first_session"]
        before = await desk.seen("own_work", note=session)  # a session has one note
        said = await self._choose(desk, f"talk_note_{session}", "Corriger la note")
        await desk.type("talk_note", CORRECTED)
        own = await self._corrected(desk, lines=1)
        same("notes that stand", (own["notes"], before["notes"]), (1, 1))
        same("it is the same note", own["note"] == session, False)
        self._pilot.found["corrected_note"] = str(own["note"])
        return {"the row says": said, "the note now": own["note"]}

    async def document_on_another_piece(self) -> Evidence:
        """The document becomes another one of the same dossier, and its piece is missing again."""
        desk = self._pilot.open["agent1"]
        own = await desk.seen("own_work", papers=1)
        said = await self._choose(desk, f"talk_paper_{own['paper']}", "comme autre document")
        moved = await self._corrected(desk, lines=2)
        same("documents that stand", moved["papers"], 1)
        same("it is the same version", moved["paper"] == own["paper"], False)
        counted = await desk.reads("work_talk", "1 document classé")
        return {"the row says": said, "and then": counted}

    async def corrections_read_by_colleague(self) -> Evidence:
        """The next agent reads a note struck through, the corrected one, and the history."""
        desk, found = self._pilot.open["agent2"], self._pilot.found
        withdrawn = await desk.reads(f"note_{found['first_session']}", WITHDRAWN)
        note = await desk.reads(f"note_{found['corrected_note']}", CORRECTED.strip())
        await desk.click("piece_history")
        history = await desk.reads("piece_steps", "Note corrigée par son auteur")
        if "Remplacé : " not in history:
            raise NotSeen(f"the history does not say the other piece: {history}")
        await desk.click("piece_history")
        return {"notes": [note, withdrawn], "history": history.splitlines()}

    async def note_withdrawn(self) -> Evidence:
        """The other agent's note is withdrawn: the hub has none of this conversation any more."""
        desk = self._pilot.open["agent2"]
        own = await desk.seen("own_work", notes=1)
        said = await self._choose(desk, f"talk_note_{own['note']}", "Retirer la note")
        left = await self._corrected(desk, lines=3)
        same("notes that stand", left["notes"], 0)
        return {"the row says": said}

    async def document_in_the_wrong_dossier(self) -> Evidence:
        """The document leaves the dossier: the row counts it no more, and the register says why."""
        desk, number = self._pilot.open["agent2"], self._pilot.found["dossier"]
        before = await desk.reads("work_talk", "1 document classé")
        own = await desk.seen("own_work", papers=1)
        why = "Classé dans le mauvais dossier"
        said = await self._choose(desk, f"talk_paper_{own['paper']}", why)
        left = await self._corrected(desk, lines=4)
        same("documents that stand", left["papers"], 0)
        after = await desk.reads("work_talk")
        same("a document is counted", "document classé" in after, False)
        reasons = [str(line["reason"]) for line in await self._conversations.accesses(number)]
        same("the register says why", why in reasons, True)
        return {"the row says": said, "before": before, "after": after}
