# SPDX-License-Identifier: GPL-3.0-only
"""Builds the sign-in window of a desk without a key, and waits until the bus knows it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from expert_app.runtime.config import LOOPBACK_BUS, DeskSettings, SettingsWrong
from expert_app.runtime.credentials import (
    KeyMissing,
    KeyringUnusable,
    has_keyring,
    key_name,
    load_seed,
)
from expert_app.runtime.enrolment import enrol_with_line, try_keyring
from expert_app.runtime.paths import Paths
from expert_app.runtime.window_program import Program
from expert_app.workplace.key_file import new_key_file
from expert_app.workplace.sign_on.here import OfferingNetwork, find_offers, sign_on_here
from expert_app.workplace.wiring.first_steps import FirstSteps, show_first
from expert_app.workplace.wiring.own_key import PATIENCE_S, in_background
from resources.texts import _
from session.core.errors import SessionError, SignOnGivenUp
from session.protocol.hub.invitation import read_invitation, read_network
from session.protocol.wire.roles import PEOPLE
from views.desk.sign_in_view import SignInView
from views.words.errors import sentence


async def sign_in(
    settings: DeskSettings, paths: Paths, program: Program, why: str = ""
) -> tuple[DeskSettings, bytes] | None:
    """The settings and the key after a code was accepted;
    None when the person closed the window.

    Args:
        why: the key of a person who had one cannot be read; told in the window.
    """
    build = partial(SignIn, paths=paths, program=program, why=why)
    outcome = await show_first(build, settings, program)
    if outcome is not None:
        return outcome.result()
    return None


class SignIn:
    """The window, and what its button does."""

    def __init__(
        self, settings: DeskSettings, *, paths: Paths, program: Program, why: str = ""
    ) -> None:
        self._paths = paths
        self._program = program
        self._has_file = False
        self.done: asyncio.Future[tuple[DeskSettings, bytes]] = (
            asyncio.get_running_loop().create_future()
        )
        self.first = FirstSteps(settings, paths, program=program)
        if settings.bus and settings.bus != [LOOPBACK_BUS]:
            address = settings.bus[0]
        else:
            address = ""
        self.view = SignInView(address, settings.ca_file)
        self.window = self.first.put_around(self.view)
        self.view.sign_in_requested.connect(self._on_requested)
        self.view.organisation_requested.connect(self._on_organisation)
        self.view.offer_chosen.connect(self._on_offer)
        self.view.cancel_requested.connect(self._on_cancel)
        self._language = settings.language
        self._network: OfferingNetwork | None = None
        self._trying: asyncio.Task[None] | None = None
        if why:
            self.view.show_known(why)
        else:
            program.tasks.start(self._look_for_keyring(), name="look for a keyring")

    async def _look_for_keyring(self) -> None:
        if not await in_background(has_keyring, "look for a keyring"):
            self.view.ask_passphrase(at_once=True)

    def _on_requested(self, line: str, ca_file: str) -> None:
        self._make_key_file()
        self.view.show_busy()
        self._start(partial(self._enrol, line, ca_file), "sign in")

    def _start(
        self, way_in: Callable[[], Awaitable[tuple[DeskSettings, bytes]]], name: str
    ) -> None:
        """One try at a time: a passphrase that is chosen ends the wait for the keyring."""
        if self._trying is not None:
            self._trying.cancel()
        self._trying = self._program.tasks.start(self._try(way_in), name=name)

    def _make_key_file(self) -> None:
        """Make a key file where there is no keyring, before anything is kept."""
        if (passphrase := self.view.passphrase()) and not self._has_file:
            new_key_file(self._paths.data, passphrase)
            self._has_file = True

    async def _enrol(self, text: str, ca_file: str) -> tuple[DeskSettings, bytes]:
        enrolled = await enrol_with_line(
            read_invitation(text),
            self._program.tasks,
            ca_file=ca_file,
            paths=self._paths,
            only=PEOPLE,
        )
        assert isinstance(enrolled.settings, DeskSettings)
        who = enrolled.answer
        name = key_name(who.organisation, who.role, who.user)
        return enrolled.settings, await asyncio.to_thread(load_seed, name)

    async def _await_keyring(self) -> None:
        """Tries the keyring before a code is spent; one that asks the person for its password is
        said, with the way that needs none. Raises `KeyMissing`.
        """
        trial = in_background(try_keyring, "try the keyring")
        await asyncio.wait([trial], timeout=PATIENCE_S)
        asks = not trial.done()
        if asks:
            self.view.show_keyring_asks()
        await trial
        if asks:
            self.view.show_keyring_open()

    async def _try(self, way_in: Callable[[], Awaitable[tuple[DeskSettings, bytes]]]) -> None:
        """Done with it, or its reason is told."""
        try:
            await self._await_keyring()
            result = await way_in()
        except KeyringUnusable:
            self.view.ask_passphrase()
        except KeyMissing as error:
            self.view.show_error(error.why)
        except SessionError as error:
            self.view.show_error(sentence(error.code, error.detail).sentence)
        except (SettingsWrong, OSError) as error:
            self.view.show_error(_("The settings cannot be written: {why}").format(why=error))
        else:
            self.done.set_result(result)

    # ---- with the organisation's provider

    def _on_organisation(self, line: str, ca_file: str) -> None:
        self._make_key_file()
        self._program.tasks.start(self._ask(line, ca_file), name="ask for providers")

    async def _ask(self, line: str, ca_file: str) -> None:
        try:
            self._network = await find_offers(read_network(line), ca_file, self._program.tasks)
        except SessionError as error:
            self.view.show_error(sentence(error.code, error.detail).sentence)
            return
        offers = self._network.offers
        if len(offers) == 1:
            self._on_offer(offers[0].id)
        else:
            self.view.show_offers([(offer.id, offer.name or offer.id) for offer in offers])

    def _on_offer(self, offer_id: str) -> None:
        self.view.show_busy()
        self._start(partial(self._sign_on, offer_id), "sign on")

    def _on_cancel(self) -> None:
        if self._trying is not None:
            self._trying.cancel()
            self.view.show_error(sentence(SignOnGivenUp.code).sentence)

    async def _sign_on(self, offer_id: str) -> tuple[DeskSettings, bytes]:
        assert self._network is not None
        self.view.show_browser()
        offer = next(offer for offer in self._network.offers if offer.id == offer_id)
        return await sign_on_here(self._network, offer, self._paths, language=self._language)
