# SPDX-License-Identifier: GPL-3.0-only
"""eSCL documents: what scanners say, what we ask, and documents that are none."""

from __future__ import annotations

import pytest
from defusedxml.ElementTree import fromstring

from session.core.device_errors import (
    ScannerBusy,
    ScannerCoverOpen,
    ScannerEmpty,
    ScannerFailed,
    ScannerJammed,
)
from session.core.errors import SessionError
from session.kiosk.drivers.escl_messages import (
    NAMESPACES,
    PWG_NAMESPACE,
    SCAN_NAMESPACE,
    DeviceStatus,
    InputLimits,
    ScanOrder,
    parse_capabilities,
    parse_status,
)
from session.kiosk.drivers.scanner import ScanSettings
from session.protocol.conversation.messages import Area, ScanKind, ScanSource

HEAD = f'xmlns:scan="{SCAN_NAMESPACE}" xmlns:pwg="{PWG_NAMESPACE}"'
# A flatbed without a feeder that names a range of resolutions, as some makers do.
FLATBED = f"""<scan:ScannerCapabilities {HEAD}><pwg:Version>2.1</pwg:Version>
<pwg:MakeAndModel>Invented Flatbed 12</pwg:MakeAndModel><scan:Platen><scan:PlatenInputCaps>
<scan:MaxWidth>2550</scan:MaxWidth><scan:MaxHeight>3510</scan:MaxHeight>
<scan:SettingProfiles><scan:SettingProfile><scan:SupportedResolutions><scan:ResolutionRange>
<scan:XResolutionRange><scan:Min>100</scan:Min><scan:Max>600</scan:Max></scan:XResolutionRange>
</scan:ResolutionRange></scan:SupportedResolutions></scan:SettingProfile></scan:SettingProfiles>
</scan:PlatenInputCaps></scan:Platen></scan:ScannerCapabilities>""".encode()


def status(state: str, feeder: str = "", *reasons: str) -> DeviceStatus:
    told = "".join(f"<pwg:StateReason>{reason}</pwg:StateReason>" for reason in reasons)
    return parse_status(
        f"<scan:ScannerStatus "
        f"{HEAD}><pwg:State>{state}</pwg:State><scan:AdfState>{feeder}</scan:AdfState>"
        f"<pwg:StateReasons>{told}</pwg:StateReasons></scan:ScannerStatus>".encode()
    )


@pytest.mark.parametrize(
    ("told", "source", "error"),
    [
        (status("Idle"), ScanSource.GLASS, None),
        (status("Idle", "ScannerAdfLoaded"), ScanSource.FEEDER, None),
        (status("Idle", "ScannerAdfEmpty"), ScanSource.FEEDER, ScannerEmpty),
        (status("Idle", "ScannerAdfEmpty"), ScanSource.GLASS, None),
        (status("Idle", "ScannerAdfEmpty"), None, None),
        (status("Stopped", "ScannerAdfJam"), ScanSource.GLASS, ScannerJammed),
        (status("Idle", "ScannerAdfMispick"), ScanSource.FEEDER, ScannerJammed),
        (status("Idle", "ScannerAdfJam"), ScanSource.GLASS, None),
        (status("Idle", "ScannerAdfJam"), None, ScannerJammed),
        (status("Idle", "ScannerAdfHatchOpen"), ScanSource.FEEDER, ScannerCoverOpen),
        (status("Stopped", "", "CoverOpenError"), ScanSource.GLASS, ScannerCoverOpen),
        (status("Processing"), ScanSource.GLASS, ScannerBusy),
        (status("Processing"), None, None),
        (status("Down", "ScannerAdfInputTrayFailed"), ScanSource.GLASS, ScannerFailed),
    ],
)
def test_states_mean_what_a_person_has_to_do(
    told: DeviceStatus, source: ScanSource | None, error: type[SessionError] | None
) -> None:
    assert type(told.fault(source)) is (error or type(None))


def test_a_fault_we_have_no_word_for_keeps_the_scanners_own() -> None:
    fault = status("Stopped", "ScannerAdfInputTrayFailed").fault(ScanSource.GLASS)
    assert fault is not None
    assert fault.detail == {"status": "Stopped ScannerAdfInputTrayFailed"}


def test_a_flatbed_without_a_feeder_says_so() -> None:
    capabilities = parse_capabilities(FLATBED)
    assert (capabilities.name, capabilities.feeder) == ("Invented Flatbed 12", None)
    with pytest.raises(ScannerFailed):
        ScanOrder.fitted(ScanSettings(source=ScanSource.FEEDER), capabilities)


def test_an_order_is_fitted_to_the_scanner() -> None:
    order = ScanOrder.fitted(ScanSettings(kind=ScanKind.PREVIEW), parse_capabilities(FLATBED))
    assert (order.dpi, order.area) == (100, Area(left=0, top=0, width=2550, height=3510))
    order = ScanOrder.fitted(
        ScanSettings(dpi=240, area=Area(left=100, top=50)), parse_capabilities(FLATBED)
    )
    assert (order.dpi, order.area) == (240, Area(left=100, top=50, width=2450, height=3460))


def test_among_fixed_resolutions_the_next_better_one_is_taken() -> None:
    limits = InputLimits(max_width=2480, max_height=3508, resolutions=(75, 200, 600))
    assert [limits.nearest_dpi(dpi) for dpi in (50, 150, 200, 300, 1200)] == [
        75,
        200,
        200,
        600,
        600,
    ]


def test_the_request_says_what_was_wanted_in_the_order_of_the_schema() -> None:
    settings = ScanSettings(colour=False, dpi=200, area=Area(left=10, top=20, width=30, height=40))
    root = fromstring(ScanOrder.fitted(settings, parse_capabilities(FLATBED)).xml())
    region = root.find("pwg:ScanRegions/pwg:ScanRegion", NAMESPACES)
    assert region is not None
    assert [child.text for child in region] == [
        "escl:ThreeHundredthsOfInches",
        "10",
        "20",
        "30",
        "40",
    ]
    assert root.findtext("scan:ColorMode", None, NAMESPACES) == "Grayscale8"
    assert root.findtext("scan:XResolution", None, NAMESPACES) == "200"
    assert root.findtext("pwg:InputSource", None, NAMESPACES) == "Platen"


BOMB = b'<!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><b>&b;</b>'


@pytest.mark.parametrize("xml", [b"", b"<html/>", b"\xff\xfe\x00", BOMB, b"<scan:ScannerStatus/>"])
def test_what_is_no_escl_is_a_failed_scanner(xml: bytes) -> None:
    with pytest.raises(ScannerFailed):
        parse_status(xml)
    with pytest.raises(ScannerFailed):
        parse_capabilities(xml)
