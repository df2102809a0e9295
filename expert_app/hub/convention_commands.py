# SPDX-License-Identifier: GPL-3.0-only
"""`expert-app hub check` and `hub sign`:
all that is wrong with a convention at once, and signatures.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from expert_app.hub.matrix import matrix
from expert_app.hub.words import listed, refused, sentence_of
from expert_app.runtime.config import HubSettings
from expert_app.runtime.credentials import KeyMissing, load_seed, save_seed
from resources.texts import _
from session.bus.transport.nkeys import new_seed, public_key
from session.core.errors import BusRefusedIdentity
from session.hub.convention.catalogue import Catalogue
from session.hub.convention.checks import advice
from session.hub.convention.files import NETWORK, Files, read_files, signature_path
from session.hub.convention.loading import load, placed, read
from session.hub.convention.problems import CatalogueWrong, Problem, grave
from session.hub.convention.signatures import signature_file
from session.hub.dossier.library import library_files, library_folder


def load_catalogue(settings: HubSettings) -> Catalogue:
    """The convention that the hub's settings name. Raises `CatalogueWrong`."""
    return load(Path(settings.catalogue), settings.convention.operator_key)


def check(
    path: Path,
    operator_key: str,
    now: datetime,
    *,
    machine: Sequence[Mapping[str, str]] = (),
    as_json: bool = False,
) -> int:
    """Says everything that is wrong, or prints the matrix of this week; 0 when nothing is wrong.

    Args:
        machine: what does not fit on this one, for the JSON.
    """
    try:
        files = read_files(path)
    except CatalogueWrong as error:
        if as_json:
            _print_json(None, error.problems, machine, is_signed=bool(operator_key))
        else:
            print(refused(error))
        return 1
    reading = read(files, operator_key)
    problems = list(reading.problems)
    if reading.catalogue is not None:
        problems += _advice(reading.catalogue, files, path, now)
    if as_json:
        _print_json(reading.catalogue, problems, machine, is_signed=bool(operator_key))
    else:
        _print_check(reading.catalogue, problems, now, is_signed=bool(operator_key))
    if problems:
        return 1
    return 0


def _advice(catalogue: Catalogue, files: Files, path: Path, now: datetime) -> list[Problem]:
    entries = [catalogue.organisation(name) for name in catalogue.organisations]
    problems = [*advice(entries, now), *library_files(catalogue, library_folder(path))]
    return [placed(problem, files) for problem in problems]


def _print_check(
    catalogue: Catalogue | None, problems: Sequence[Problem], now: datetime, *, is_signed: bool
) -> None:
    if catalogue is not None:
        print(matrix(catalogue, now), end="\n\n")
    if not is_signed:
        print(
            _(
                "Signatures were not looked at: no operator's key is given "
                "(--operator-key, or [convention] operator_key)."
            )
        )
    if problems:
        if grave(problems):
            heading = _("The convention cannot be used:")
        else:
            heading = _("Surely not meant:")
        print(f"{heading}\n{listed(problems)}")
    elif catalogue is not None:
        print(_("The convention is complete. Version {version}.").format(version=catalogue.version))


def _print_json(
    catalogue: Catalogue | None,
    problems: Sequence[Problem],
    machine: Sequence[Mapping[str, str]],
    *,
    is_signed: bool,
) -> None:
    problem_facts = [
        {
            "code": problem.code,
            "where": problem.where,
            "sentence": sentence_of(problem),
            "grave": not problem.advice,
        }
        for problem in problems
    ]
    report = {
        "ok": not problems,
        "version": catalogue.version if catalogue is not None else "",
        "organisations": catalogue.organisations if catalogue is not None else [],
        "signatures_checked": is_signed,
        "problems": problem_facts,
        "machine": machine,
    }
    print(json.dumps(report, ensure_ascii=False, indent=2))


def signing_name(part: str) -> str:
    """Under which name the keyring has the seed that signs a part."""
    return f"{part}.convention.signer"


def sign(path: Path, part: str, seed_file: Path | None, *, make_key: bool) -> int:
    """Signs one part of a convention, with the seed from the keyring or from a file; the exit code.

    Args:
        part: the file's name with or without ending; "" for a convention in one file.
        make_key: makes the key first; its public half is printed.
    """
    if path.is_file():
        file = path
    else:
        file = path / f"{(part or NETWORK).removesuffix('.toml')}.toml"
    name = signing_name(file.stem)
    try:
        if make_key:
            if seed_file is not None and seed_file.exists():
                print(_("{file} exists already.").format(file=seed_file))
                return 1
            save_seed(name, new_seed(), seed_file)
        seed = load_seed(name, seed_file)
        text = file.read_bytes()
        signature_path(file).write_text(
            signature_file(file.stem, text, seed), encoding="ascii", newline="\n"
        )
        key = public_key(seed)
    except (KeyMissing, BusRefusedIdentity) as error:
        print(getattr(error, "why", "") or _("This is no signing key."))
        return 1
    except OSError as error:
        print(
            _("{file} cannot be read or written: {why}.").format(
                file=error.filename, why=error.strerror
            )
        )
        return 1
    print(_("{file} is signed by {key}.").format(file=file.name, key=key))
    return 0
