# SPDX-License-Identifier: GPL-3.0-only
"""What desk, kiosk, doctor and commands say about sealing: refusals that a person can act upon."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import msgspec
import pytest

import expert_app.kiosk.app
from expert_app.__main__ import main
from expert_app.commands.doctor.findings import CheckResult
from expert_app.commands.doctor.sealing import check_seal
from expert_app.runtime.config import DeskSettings, HubSettings, KioskSettings, save
from expert_app.runtime.credentials import SEED_VARIABLE, load_seed
from expert_app.runtime.paths import paths_for
from expert_app.runtime.sealing import KioskSealing, SessionOwners, seals_for
from expert_app.stores.identities import open_book
from expert_app.vault.own_part import OwnPart, load_secret, read_own_part
from session.bus.transport.nkeys import new_seed, public_key
from session.core.clock import SystemClock
from session.hub.access.handlers import handled_verbs
from session.hub.access.log_notes import LogNoteService
from session.hub.access.log_register import LogRegister
from session.hub.convention.entries import OrganisationEntry
from session.hub.convention.problems import CatalogueWrong
from session.hub.dossier.deliveries import DeliveryService
from session.hub.dossier.exports import ExportService
from session.hub.dossier.identity import IdentityService
from session.hub.dossier.pieces import PieceService
from session.hub.dossier.service import DossierService
from session.hub.log_index.service import LogListService
from session.hub.vault.handlers import VaultLogService
from session.kiosk.session import KioskSession
from session.protocol.dossier.pieces import PIECE_REQUESTS
from session.protocol.hub.requests import SessionFacts
from session.protocol.sealing import VAULT_PARTS
from session.protocol.wire.roles import Role
from tests.support.sealed_world import ORGANISATION, new_secret, sealed_world
from tests.support.town_hall import Hall, Kiosk
from tests.support.waiting import until


class SealingKiosk(Kiosk):
    """A kiosk without a window that seals as the composed one does."""

    sealing: KioskSealing

    def _open(self, facts: SessionFacts, resumed: bool) -> KioskSession:
        self.sealing.protect(
            facts, self.link.bus.channel(facts.id), lambda error: None, resumed=resumed
        )
        return super()._open(facts, resumed)


async def test_a_kiosk_that_knows_another_signer_does_not_begin_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expert_app.kiosk.app, "REFUSAL_SHOWN_S", 0.3)
    async with sealed_world(tmp_path) as sealed:
        world, paths = sealed.world, paths_for("kiosk", tmp_path / "own")
        settings = KioskSettings(
            organisation=ORGANISATION, user="kiosk1", signers={ORGANISATION: public_key(new_seed())}
        )
        client = await world.client(
            Role.KIOSK, "kiosk1", seals=seals_for(settings, paths, world.clock)
        )
        from session.kiosk.hub.client import KioskClient

        kiosk = SealingKiosk(
            world.clock, KioskClient(client, world.clock, tasks=world.tasks), tmp_path / "kiosk1"
        )
        kiosk.sealing = KioskSealing(client, paths, clock=world.clock, tasks=world.tasks)
        hall = Hall(world, tmp_path)
        hall.kiosks.append(kiosk)
        await kiosk.start()
        ticket = await hall.waiting(kiosk)
        desk = await sealed.desk("alice")
        await desk.accept(ticket)
        await until(lambda: "seal_key_refused" in kiosk.screen.troubles)
        assert kiosk.sessions == []
        await until(lambda: kiosk.screen.page == "start")
        await until(
            lambda: [one.reason for one in desk.queue if one.id == ticket] == ["seal_refused"]
        )
        await until(lambda: kiosk.screen.trouble == "")
        await hall.close()


async def test_the_doctor_says_whether_the_vault_knows_this_desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sealed_world(tmp_path) as sealed:
        key = sealed.world.keys[ORGANISATION, Role.AGENT, "alice"]

        async def ask(
            name: str, organisation: str = ORGANISATION, user: str = "alice"
        ) -> CheckResult:
            monkeypatch.setenv(
                SEED_VARIABLE, sealed.world.seeds[organisation, Role.AGENT, user].decode()
            )
            settings = DeskSettings(
                organisation=organisation, user=user, bus=[sealed.world.server.url]
            )
            return await check_seal(settings, paths_for(name, tmp_path))

        found = await ask("one")
        assert (found.level, key in found.sentence) == ("ok", True)
        del sealed.admitted[Role.AGENT, "alice"]
        found = await ask("two")
        assert (found.level, key in found.sentence) == ("wrong", True)
        found = await ask("three", "marais", "zoe")
        assert (found.level, "marais" in found.sentence) == ("absent", True)
        sealed.admitted[Role.AGENT, "alice"] = key
        await sealed.stop_vault()
        assert (await ask("four")).level == "wrong"


# ---- commands and the vault's own part


def say(folder: Path, *words: str) -> int:
    return main(["hub", *words, "--folder", str(folder), "--language", "en"])


def make_key(
    folder: Path, capsys: pytest.CaptureFixture[str], *words: str, name: str = "secret"
) -> str:
    """What `hub seal-key` prints."""
    seed_file = folder / "signing.key"
    if not seed_file.exists():
        seed_file.write_bytes(new_seed())
        seed_file.chmod(0o600)
    files = ["--seed-file", str(seed_file), "--secret-file", str(folder / name)]
    assert say(folder, "seal-key", "--org", "caisse", *files, *words) == 0
    return capsys.readouterr().out


def own_part(folder: Path, *keys: str) -> Path:
    path = folder / "caisse.toml"
    head = 'id = "caisse"\nname = "Caisse"\nvaults = [{ id = "coffre" }]\n'
    people = f'people = [{{ id = "alice", name = "Alice M.", key = "{PERSON}" }}]\n'
    path.write_text(head + people + "".join(keys), encoding="utf-8", newline="\n")
    return path


PERSON = public_key(new_seed())


def test_a_sealing_key_goes_from_the_command_into_the_convention_and_to_the_vault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = make_key(tmp_path, capsys, "--first", "2026-01-01", "--days", "9999"[:3])
    second = make_key(tmp_path, capsys, name="next")
    path = own_part(tmp_path, first, second)
    signer = public_key((tmp_path / "signing.key").read_bytes())
    assert (
        say(
            tmp_path,
            "sign",
            str(tmp_path),
            "--part",
            "caisse",
            "--seed-file",
            str(tmp_path / "signing.key"),
        )
        == 0
    )
    entry = read_own_part(path, "caisse", "")
    assert [key.signer for key in entry.seal_keys] == [signer, signer]
    files = [str(tmp_path / "secret"), str(tmp_path / "next")]
    book = open_book(paths_for("vault", tmp_path))
    part = OwnPart(path, "caisse", signer="", secret_files=files, book=book, clock=SystemClock())
    assert part.secrets()[0].key == load_secret("", tmp_path / "next").key
    assert part.missing == []
    assert part.admitted(Role.AGENT, "alice") == {PERSON}
    other = public_key(new_seed())
    for key in (other, "-"):  # a vault that is elsewhere would go on as before
        assert (
            say(
                tmp_path,
                "admit",
                "--org",
                "caisse",
                "--role",
                "agent",
                "--name",
                "alice",
                "--key",
                key,
            )
            == 2
        )
    save(
        HubSettings(organisation="caisse", serve=["dossier", "log"]),
        paths_for("vault", tmp_path).config,
    )
    assert (
        say(
            tmp_path,
            "admit",
            "--org",
            "other",
            "--role",
            "agent",
            "--name",
            "alice",
            "--key",
            other,
        )
        == 2
    )
    assert (
        say(
            tmp_path,
            "admit",
            "--org",
            "caisse",
            "--role",
            "agent",
            "--name",
            "alice",
            "--key",
            other,
        )
        == 0
    )
    assert part.admitted(Role.AGENT, "alice") == {PERSON, other}
    assert (
        say(
            tmp_path, "admit", "--org", "caisse", "--role", "agent", "--name", "alice", "--key", "-"
        )
        == 0
    )
    assert part.admitted(Role.AGENT, "alice") == {PERSON}
    assert (
        say(
            tmp_path,
            "admit",
            "--org",
            "caisse",
            "--role",
            "agent",
            "--name",
            "alice",
            "--key",
            "U123",
        )
        == 2
    )
    path.write_text(path.read_text(encoding="utf-8").replace(PERSON, other), encoding="utf-8")
    assert part.poll()
    assert part.admitted(Role.AGENT, "alice") == set()  # it was sent away on this machine


def test_a_part_that_was_changed_or_signed_by_another_is_not_believed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = make_key(tmp_path, capsys)
    signer = public_key((tmp_path / "signing.key").read_bytes())
    path = own_part(tmp_path, printed)

    def code(wanted: str) -> str:
        with pytest.raises(CatalogueWrong) as wrong:
            read_own_part(path, "caisse", wanted)
        return wrong.value.problems[0].code

    assert code(signer) == "unsigned"
    seed = str(tmp_path / "signing.key")
    assert say(tmp_path, "sign", str(tmp_path), "--part", "caisse", "--seed-file", seed) == 0
    assert read_own_part(path, "caisse", signer).id == "caisse"
    path.write_text(path.read_text(encoding="utf-8") + "# more\n", encoding="utf-8")
    assert code(signer) == "signature_wrong"
    longer = re.sub(r"last = \S+", f"last = {date(2099, 1, 1)}", path.read_text(encoding="utf-8"))
    path.write_text(longer, encoding="utf-8")
    assert code("") == "seal_key_unsigned"


def test_wrong_words_are_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = make_key(tmp_path, capsys)
    files = [
        "--seed-file",
        str(tmp_path / "signing.key"),
        "--secret-file",
        str(tmp_path / "secret"),
    ]
    # never over a secret that is there
    assert say(tmp_path, "seal-key", "--org", "caisse", *files) == 1
    assert "exists" in capsys.readouterr().out
    assert say(tmp_path, "seal-key", "--org", "caisse", "--first", "tomorrow", *files) == 2
    assert say(tmp_path, "--serve", "dossier,queue", "--org", "caisse") == 2
    path = own_part(tmp_path, printed)
    where = ["--catalogue", str(path), "--serve", "log", "--org", "caisse"]
    assert say(tmp_path, *where) == 2
    assert "--bus" in capsys.readouterr().out
    assert say(tmp_path, *where, "--bus", "nats://127.0.0.1:4222") == 2  # its secret is nowhere
    assert load_seed("", tmp_path / "secret")


def test_whose_a_session_is_is_known_as_long_as_its_log_is_here(tmp_path: Path) -> None:
    owners = SessionOwners(tmp_path)
    owners.note("s1", "caisse")
    (tmp_path / "s1.kiosk.jsonl").write_bytes(b"")
    owners.note("s2", "mutuelle")
    assert (owners.of("s1"), owners.of("s2"), owners.of("s3")) == ("caisse", "mutuelle", "")
    (tmp_path / "s1.kiosk.jsonl").unlink()
    owners.note("s3", "caisse")
    assert (owners.of("s1"), owners.of("s3")) == ("", "caisse")


def test_the_check_of_a_convention_knows_what_sealing_needs() -> None:
    from session.hub.convention.checks import wrong
    from session.hub.convention.entries import VaultEntry
    from tests.support.sealed_world import SigningKeys

    keys, other = SigningKeys("caisse"), SigningKeys("caisse")
    good, foreign = keys.key(keys.secrets[0]), other.key(new_secret())
    entry = OrganisationEntry(
        id="caisse", name="Caisse", vaults=[VaultEntry(id="coffre")], seal_keys=[good]
    )

    def codes(**changes: object) -> list[str]:
        return [problem.code for problem in wrong([msgspec.structs.replace(entry, **changes)])]

    assert codes() == []
    assert codes(seal_keys=[]) == ["vault_without_key"]
    assert codes(vaults=[]) == ["key_without_vault"]
    assert codes(seal_keys=[good, foreign]) == ["seal_key_of_two"]
    assert codes(seal_keys=[msgspec.structs.replace(good, last=date(2199, 1, 1))]) == [
        "seal_key_unsigned"
    ]
    assert codes(id="mutuelle") == ["seal_key_unsigned"]


def test_every_verb_of_a_vault_is_answered_there_and_refused_by_the_hub() -> None:
    """What the dossier service learns, the vault learns too:
    else words of a dossier would go to the hub in clear.
    """
    rules = (
        DossierService,
        IdentityService,
        PieceService,
        DeliveryService,
        ExportService,
        VaultLogService,
        LogRegister,
        LogListService,
        LogNoteService,
    )
    answered = {verb for rule in rules for verb in handled_verbs(rule)}
    assert answered == set(VAULT_PARTS)
    assert {request.verb for request in PIECE_REQUESTS} < set(VAULT_PARTS)
