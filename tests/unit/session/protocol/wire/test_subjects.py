# SPDX-License-Identifier: GPL-3.0-only
"""Who a subject names, and which reply subject leads into the asker's own inbox."""

from __future__ import annotations

import pytest

from session.protocol.wire.roles import Role
from session.protocol.wire.subjects import (
    Sender,
    answer_subject,
    is_own_inbox,
    newcomers_inbox,
    sender_of,
)

KIOSK = Sender("caf", Role.KIOSK, "borne1")


@pytest.mark.parametrize(
    "subject", ["hb.caf.k.borne1", "svc.caf.k.borne1.call", "ses.caf.k.borne1.s1.chunk"]
)
def test_a_subject_names_organisation_role_and_user(subject: str) -> None:
    assert sender_of(subject) == KIOSK
    assert str(KIOSK) == "caf.k.borne1"


def test_a_partners_kiosk_is_named_with_its_network() -> None:
    assert sender_of("svc.other:caf.k.borne1.call") == Sender("other:caf", Role.KIOSK, "borne1")


@pytest.mark.parametrize(
    "subject",
    ["", "hb", "hb.caf.k", "hb.caf.XeXklg.F1HYau", "hb.caf.k.a b", "hb..k.x", "hb.a:.k.x"],
)
def test_a_subject_without_role_or_id_names_nobody(subject: str) -> None:
    assert sender_of(subject) is None


def test_the_own_inbox_alone_is_answered() -> None:
    assert is_own_inbox(KIOSK, "_I.k.borne1.0f3a.1")
    assert answer_subject("caf", "_I.k.borne1.0f3a.1") == "ans.caf.k.borne1.0f3a.1"
    others = ("", "_I.k.borne1", "_I.k.borne12.x", "_I.a.borne1.x", "_I.k.borne1.>", "hb.k.borne1")
    assert not any(is_own_inbox(KIOSK, reply) for reply in (*others, "_I.k.borne1..x"))


def test_a_newcomer_is_answered_among_newcomers() -> None:
    assert newcomers_inbox("_I.enrol.0f3a.1") == "enrolled.0f3a.1"
    assert not any(map(newcomers_inbox, ("", "_I.enrol", "_I.k.borne1.x", "_I.enrol.>", "svc.x")))
