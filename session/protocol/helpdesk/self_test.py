# SPDX-License-Identifier: GPL-3.0-only
"""The findings of an idle kiosk that tries itself at night, and the list of these findings.
Used by kiosk, hub, helpdesk and operator.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec

from session.core.field_types import UtcTime
from session.protocol.helpdesk.log_list import Code, Version
from session.protocol.hub.requests import (
    HubMessage,
    ListAnswer,
    ListRequest,
    Request,
    Requests,
    Text,
)
from session.protocol.wire.ids import Id
from session.protocol.wire.roles import Role


class CheckedPart(StrEnum):
    """A part that a kiosk tries."""

    CAMERA = "camera"
    MICROPHONE = "microphone"
    SCANNER = "scanner"
    PRINTER = "printer"
    DISK = "disk"
    CLOCK = "clock"
    CERTIFICATE = "certificate"
    LINE = "line"


class SelfCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was tried.

    Attributes:
        code: "" when it is well, "absent" when the kiosk has none by its settings, else what is
            wrong: an error's code, or "dark", "silent", "not_opened", "not_found", "disk_low",
            "clock_wrong", "certificate_ends", "line_narrow", "not_tried".
        value: what was measured: light of 255, loudness of the tone over the room, free MB, seconds
            of the clock, days of the certificate, kilobits a second; None where nothing is.
    """

    part: CheckedPart
    code: Code = ""
    value: float | None = None

    @property
    def is_fault(self) -> bool:
        """Somebody should look after it."""
        return self.code not in ("", "absent")


Checks = Annotated[tuple[SelfCheck, ...], msgspec.Meta(max_length=20)]


class SelfTestTaken(HubMessage, frozen=True, kw_only=True):
    """It is kept. `clock`: what the hub found of the kiosk's clock."""

    clock: SelfCheck


class SelfTestReported(
    Request[SelfTestTaken], frozen=True, kw_only=True, verb="self_test", roles=(Role.KIOSK,)
):
    """A kiosk tells what it found; `at_utc` is its own clock now, which the hub compares with its
    own.
    """

    at_utc: UtcTime
    checks: Checks
    version: Version = ""


class SelfTests(ListAnswer, frozen=True, kw_only=True):
    """The findings of each kiosk that has ever tried itself."""

    PAGED: ClassVar[tuple[str, ...]] = ("rows",)

    rows: tuple[SelfTestRow, ...]


class SelfTestsRequest(
    ListRequest[SelfTests],
    frozen=True,
    kw_only=True,
    verb="self_tests",
    roles=(Role.HELPDESK, Role.SUPERVISOR, Role.OPERATOR),
):
    """The newest self-test of each kiosk, those with faults first."""

    only_faults: bool = False


class SelfTestRow(msgspec.Struct, frozen=True, kw_only=True):
    """A kiosk's newest self-test.

    Attributes:
        well_at_utc: when everything was well for the last time; None when it never was.
    """

    organisation: Id
    kiosk: Id
    site: Text
    at_utc: UtcTime
    checks: Checks
    version: Version = ""
    well_at_utc: UtcTime | None = None


SELF_TEST_REQUESTS: Requests = (
    SelfTestReported,
    SelfTestsRequest,
)
