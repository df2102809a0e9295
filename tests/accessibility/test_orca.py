# SPDX-License-Identifier: GPL-3.0-only
"""The whole job of an agent who does not see: the real desk, hub and kiosk, Orca's own
sentences, and keys as the only hands. What was pressed and said is written to `build/orca.md`,
which `docs/lecteur-ecran.md` keeps.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from expert_app.demo.run import SCRIPT_MEDIA, Demo, DemoSetup
from expert_app.demo.script import Script
from expert_app.demo.world import CALLER_NUMBER
from session.core.tasks import Tasks
from tests.accessibility.orca import START_S, OrcaScreen, missing
from tests.support.drawn_pages import form, jpeg

REPORT = Path(__file__).parents[2] / "build" / "orca.md"
SETUP = DemoSetup(script=True, language="fr", media=SCRIPT_MEDIA)
TRIES = 5
NAMES = {
    "ctrl": "Ctrl",
    "Tab": "Tab",
    "Left": "Gauche",
    "End": "Fin",
    "shift": "Maj",
    "Return": "Entrée",
    "space": "Espace",
    "Escape": "Échap",
    "Down": "Bas",
}


class Job:
    """The job, step by step; what is said is kept."""

    def __init__(self, demo: Demo, orca: OrcaScreen) -> None:
        self._demo, self._orca = demo, orca
        self._script = Script(demo)
        self.said: list[str] = []
        self._lines: list[str] = []

    def chapter(self, title: str) -> None:
        """A part of the work begins."""
        self._lines += ["", f"## {title}"]

    def report(self) -> str:
        """What was done and said, as Markdown."""
        return "\n".join(self._lines).strip() + "\n"

    async def step(self, what: str, act: Callable[[], Awaitable[object]], *words: str) -> None:
        """Does it, and waits until these words were spoken."""
        await act()
        said = await self._orca.heard(*words)
        self.said += said
        self._lines += ["", f"**{what}**", ""]
        self._lines += [f"> {line}  " for line in _lines_of(said)] or ["> (rien)"]

    async def press(self, what: str, keys: str, *words: str) -> None:
        """The agent presses keys, one after the other."""
        shown = ", ".join(
            "+".join(NAMES.get(part, part.upper()) for part in key.split("+"))
            for key in keys.split()
        )
        await self.step(f"{what} : {shown}", lambda: self._orca.press(*keys.split()), *words)

    async def write(self, what: str, text: str, *words: str) -> None:
        """The agent types a text."""
        await self.step(f"{what} : « {text} »", lambda: self._orca.write(text), *words)

    async def finds(self, what: str, letters: str, words: str) -> None:
        """The agent types the first letters of a line, again where a busy desk was too slow."""
        for _again in range(TRIES):
            await self.write(what, letters)
            if any(words in sentence for sentence in self.said[-2:]):
                return
        raise AssertionError(f"{letters!r} leads elsewhere: {self.said[-5:]}")

    async def asks(self, what: str, keys: str, grant: str, *words: str) -> None:
        """The agent presses a key that asks the caller, who reads and says yes."""

        async def ask_and_answer() -> None:
            await self._orca.press(keys)
            await self._script.fact(self._demo.kiosk, "grant_asked", grant=grant)
            await self._script.click(self._demo.kiosk, "yes")

        await self.step(what, ask_and_answer, *words)

    async def waits(self, what: str, *words: str) -> None:
        """The agent does nothing, and listens."""
        await self.step(what, lambda: asyncio.sleep(0), *words)

    async def begins(self) -> None:
        """The agent sits down before the window."""
        await self._orca.activate("Poste expert")

    async def calls(self, number: str) -> None:
        """A caller asks about the housing benefit, types a number, and is this one in the queue."""
        await self._script.fact(self._demo.kiosk, "services_shown")
        await self._script.click(self._demo.kiosk, "service_logement", timeout_s=START_S)
        for digit in CALLER_NUMBER:
            await self._script.click(self._demo.kiosk, f"key_{digit}")
        await self._script.click(self._demo.kiosk, "number_send")
        await self._script.fact(self._demo.desk, "ticket_visible", number=number)


def _lines_of(said: list[str]) -> list[str]:
    """Sentences, and the names of keys that follow each other as one line."""
    lines: list[list[str]] = []
    for sentence in said:
        is_key = len(sentence) <= 2
        if is_key and lines and len(lines[-1][0]) <= 2:
            lines[-1].append(sentence)
        else:
            lines.append([sentence])
    return [" ".join(line) for line in lines]


@pytest_asyncio.fixture
async def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Job]:
    """A demo whose kiosk nobody hears, and whose desk stands before Orca."""
    if lacking := missing():
        pytest.skip(f"not installed: {lacking}")
    for folder in ("orca", "demo"):
        (tmp_path / folder).mkdir()
    pages = tmp_path / "demo" / "pages"
    pages.mkdir()
    (pages / "1-form.jpg").write_bytes(jpeg(form()))
    tasks = Tasks()
    demo = Demo(tmp_path / "demo", tasks, setup=SETUP)
    try:
        with OrcaScreen(tmp_path / "orca") as orca:
            with monkeypatch.context() as unseen:
                unseen.setenv("QT_QPA_PLATFORM", "offscreen")
                await demo.start()
            await orca.ready()
            await demo.desk.stop()
            with monkeypatch.context() as heard:
                for name, value in orca.environment.items():
                    heard.setenv(name, value)
                demo.desk = await demo.start_desk()
            yield Job(demo, orca)
            await demo.desk.stop()
    finally:
        await demo.stop()
        await tasks.close()


@pytest.mark.long
@pytest.mark.timeout(3000)
@pytest.mark.asyncio
async def test_a_blind_agent_serves_a_caller_by_ear(job: Job) -> None:
    try:
        await serve(job)
    finally:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(job.report(), encoding="utf-8")
    assert not [sentence for sentence in job.said if re.search(r"\.\.(?!\.)", sentence)]


async def serve(job: Job) -> None:
    """From the call to the next caller's card."""
    await accept(job)
    await fill_together(job)
    await take_papers(job)
    await finish(job)


async def accept(job: Job) -> None:
    """A caller rings, and is accepted."""
    job.chapter("Un usager appelle")
    await job.step("La fenêtre s’ouvre", job.begins, "Poste expert")
    call = partial(job.calls, "L001")
    await job.step("À la borne, un usager demande l’aide au logement", call, "Nouvel usager")
    await job.press("Accepter", "F2", "L’entretien commence", "Vous vous voyez")


async def fill_together(job: Job) -> None:
    """A form of the caller's page, up to its check box."""
    job.chapter("Remplir ensemble")
    await job.asks(
        "Remplir ensemble : F10 ; à la borne, l’usager dit oui",
        "F10",
        "see_page point control type",
        "La page de l’usager : Accueil",
    )
    await job.press("Lire la page", "ctrl+F10", "Contenu de la page")
    await job.press("La ligne suivante, trois fois", "Down Down Down", "Navigation")
    await job.finds("Aller à un lien par ses premières lettres", "lien, d", "Lien, Déclarer")
    await job.press("Suivre ce lien", "Return", "La page de l’usager : Déclarer")
    await job.press("Lire la page", "ctrl+F10", "Contenu de la page")
    await job.finds("Aller au premier champ", "champ", "Champ, Nom, vide")
    await job.press("Y écrire", "Return", "Nom, champ, vide")
    await job.write("Le nom", "Rostane")
    await job.press("Relire la dernière lettre", "Left", "e")
    await job.press("Champ suivant", "Tab", "Prénom, champ, vide")
    await job.press("Champ suivant, réservé à l’usager", "Tab", "Ce champ est réservé")
    await job.press("Champs suivants, réservés eux aussi", "Tab Tab", "Ce champ est réservé")
    await job.press("Champ suivant", "Tab", "Afficher, bouton")
    await job.press("Champ suivant", "Tab", "Je vis seul(e), option, non cochée")
    await job.press("Champ suivant", "Tab", "J’ai des enfants à charge, case, non cochée")


async def take_papers(job: Job) -> None:
    """The paper on the glass is scanned for a piece, judged, filed, and a receipt is printed."""
    job.chapter("Numériser, classer, imprimer")
    await job.asks(
        "Numériser pour la pièce : Maj+F7 ; à la borne, l’usager dit oui",
        "shift+F7",
        "scan print keep",
        "est numérisée",
        "Page lisible",
        "Classer: Demande signée",
    )
    await job.press("Classer", "Return", "Classé dans le dossier", "Imprimer le récépissé")
    await job.press("Imprimer le récépissé", "Return", "Récépissé", "imprimé")


async def finish(job: Job) -> None:
    """The call is hung up, the wrap-up is agreed to, the next caller's card has the keyboard."""
    job.chapter("Raccrocher et clore")
    await job.press("Raccrocher", "ctrl+shift+H", "Appuyez encore une fois")
    await job.press(
        "Confirmer", "ctrl+shift+H", "L’entretien est terminé", "proposée", "La borne a effacé"
    )
    await job.step("À la borne, un autre usager appelle", partial(job.calls, "L002"))
    await job.press("Choisir une autre issue", "1", "Demande réglée : choisie")
    await job.press("Aller à l’issue choisie", "Tab", "Demande réglée")
    await job.press("Aller à la note", "Tab", "Note pour les collègues")
    await job.press("À la fin de la note", "ctrl+End")
    await job.write("La compléter", " Vu lundi.")
    await job.press("Terminer ; l’usager suivant est au clavier", "ctrl+Return", "L002")
