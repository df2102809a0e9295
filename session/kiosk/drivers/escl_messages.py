# SPDX-License-Identifier: GPL-3.0-only
"""eSCL in words: what its XML says, as structs, and the request for a scan. No I/O; used by
`session.kiosk.drivers.escl`.

Source: Mopria Alliance, eSCL Technical Specification 2.97 ("eSCL" below), on the model of PWG
5108.03 (scan service) and the common elements of PWG 5108.01.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError

import msgspec
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from session.core.device_errors import (
    ScannerBusy,
    ScannerCoverOpen,
    ScannerEmpty,
    ScannerFailed,
    ScannerJammed,
    ScannerWarmingUp,
)
from session.core.errors import SessionError
from session.kiosk.drivers.scanner import PREVIEW_DPI, ScanSettings
from session.protocol.conversation.messages import Area, ScanKind, ScanSource

SCAN_NAMESPACE = "http://schemas.hp.com/imaging/escl/2011/05/03"
PWG_NAMESPACE = "http://www.pwg.org/schemas/2010/12/sm"
NAMESPACES = {"scan": SCAN_NAMESPACE, "pwg": PWG_NAMESPACE}

_MIN_SIDE = 16  # 1/300 inch; smallest region that scanners commonly take

# eSCL, table "AdfState": what a person has to do about each.
_FEEDER_FAULTS: dict[str, type[SessionError]] = {
    "ScannerAdfJam": ScannerJammed,
    "ScannerAdfMispick": ScannerJammed,
    "ScannerAdfMultipickDetected": ScannerJammed,
    "ScannerAdfHatchOpen": ScannerCoverOpen,
}
# PWG 5108.01, StateReasons; compared by their beginning, as makers append to them.
_REASON_FAULTS: dict[str, type[SessionError]] = {
    "MediaJam": ScannerJammed,
    "CoverOpen": ScannerCoverOpen,
    "InterlockOpen": ScannerCoverOpen,
    "DoorOpen": ScannerCoverOpen,
    "Warming": ScannerWarmingUp,
    "LampWarm": ScannerWarmingUp,
}


class InputLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The abilities of a flatbed or feeder:
    largest area in 1/300 inch, resolutions in dpi (ascending; never empty).
    """

    max_width: int
    max_height: int
    resolutions: tuple[int, ...]
    continuous: bool = False

    def nearest_dpi(self, wanted_dpi: int) -> int:
        """The smallest possible resolution that is at least `wanted_dpi`, else the largest."""
        if self.continuous:
            return min(max(wanted_dpi, self.resolutions[0]), self.resolutions[-1])
        return next((dpi for dpi in self.resolutions if dpi >= wanted_dpi), self.resolutions[-1])

    def clamped(self, area: Area) -> Area:
        """The part of `area` that can be scanned."""
        left_edge = min(max(area.left, 0), self.max_width - _MIN_SIDE)
        top = min(max(area.top, 0), self.max_height - _MIN_SIDE)
        return Area(
            left=left_edge,
            top=top,
            width=min(max(area.width, _MIN_SIDE), self.max_width - left_edge),
            height=min(max(area.height, _MIN_SIDE), self.max_height - top),
        )

    def whole(self) -> Area:
        """All of it."""
        return Area(left=0, top=0, width=self.max_width, height=self.max_height)


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """eSCL ScannerCapabilities, as far as we use it."""

    version: str
    name: str
    flatbed: InputLimits | None
    feeder: InputLimits | None
    duplex: InputLimits | None = None
    uuid: str = ""

    def limits(self, source: ScanSource, *, duplex: bool = False) -> InputLimits:
        """Return the limits of a source. Raises `ScannerFailed` when the scanner lacks it."""
        if duplex:
            limits = self.duplex
        else:
            limits = self.feeder
        if source is ScanSource.GLASS:
            limits = self.flatbed
        if limits is None:
            raise ScannerFailed(status="no duplex" if duplex else f"no {source.value}")
        return limits


class DeviceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """eSCL ScannerStatus: `state` Idle, Processing, Testing, Stopped or Down;
    `feeder_state` an AdfState or empty.
    """

    state: str
    feeder_state: str
    reasons: tuple[str, ...] = ()

    def fault(self, source: ScanSource | None = None) -> SessionError | None:
        """Return what stops a scan from `source`, or None;
        without a source, what a person should be told about.
        """
        if source is not ScanSource.GLASS or self.state in ("Stopped", "Down"):
            if kind := _FEEDER_FAULTS.get(self.feeder_state):
                return kind(status=self.feeder_state)
            if source is ScanSource.FEEDER and self.feeder_state == "ScannerAdfEmpty":
                return ScannerEmpty(status=self.feeder_state)
        for reason in self.reasons:
            for beginning, kind in _REASON_FAULTS.items():
                if reason.startswith(beginning):
                    return kind(status=reason)
        if self.state in ("Stopped", "Down"):
            return ScannerFailed(
                status=" ".join((self.state, self.feeder_state, *self.reasons)).strip()
            )
        if source and self.state in ("Processing", "Testing"):
            return ScannerBusy(status=self.state)
        return None


def parse_capabilities(xml: bytes) -> Capabilities:
    """Raises `ScannerFailed` when it is not eSCL ScannerCapabilities."""
    root = _root(xml, "ScannerCapabilities")
    return Capabilities(
        version=_text(root, "pwg:Version") or "2.0",
        name=_text(root, "pwg:MakeAndModel")[:200],
        flatbed=_limits(root.find("scan:Platen/scan:PlatenInputCaps", NAMESPACES)),
        feeder=_limits(root.find("scan:Adf/scan:AdfSimplexInputCaps", NAMESPACES)),
        duplex=_limits(root.find("scan:Adf/scan:AdfDuplexInputCaps", NAMESPACES)),
        uuid=_text(root, "scan:UUID").lower().removeprefix("urn:uuid:"),
    )


def parse_status(xml: bytes) -> DeviceStatus:
    """Raises `ScannerFailed` when it is not eSCL ScannerStatus."""
    root = _root(xml, "ScannerStatus")
    reasons = root.findall("pwg:StateReasons/pwg:StateReason", NAMESPACES)
    return DeviceStatus(
        state=_text(root, "pwg:State"),
        feeder_state=_text(root, "scan:AdfState"),
        reasons=tuple((reason.text or "").strip() for reason in reasons),
    )


class ScanOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One eSCL job: the settings fitted to what the scanner can do."""

    settings: ScanSettings
    area: Area
    dpi: int
    version: str

    @classmethod
    def fitted(cls, settings: ScanSettings, capabilities: Capabilities) -> ScanOrder:
        """Raises `ScannerFailed` when the scanner lacks the source."""
        limits = capabilities.limits(settings.source, duplex=settings.duplex)
        preview = settings.kind is ScanKind.PREVIEW
        return cls(
            settings=settings,
            area=limits.whole() if preview else limits.clamped(settings.area),
            dpi=limits.nearest_dpi(PREVIEW_DPI if preview else settings.dpi),
            version=capabilities.version,
        )

    def xml(self) -> bytes:
        """eSCL ScanSettings. The order of the elements is the schema's: some scanners insist on
        it.
        """
        area = self.area
        if self.settings.kind is ScanKind.PREVIEW:
            intent = "Preview"
        else:
            intent = "Document"
        if self.settings.source is ScanSource.GLASS:
            source = "Platen"
        else:
            source = "Feeder"
        if self.settings.colour:
            colour = "RGB24"
        else:
            colour = "Grayscale8"
        if self.settings.duplex:
            sides = "\n<scan:Duplex>true</scan:Duplex>"
        else:
            sides = ""
        return f"""<?xml version="1.0" encoding="UTF-8"?>
<scan:ScanSettings xmlns:scan="{SCAN_NAMESPACE}" xmlns:pwg="{PWG_NAMESPACE}">
<pwg:Version>{self.version}</pwg:Version><scan:Intent>{intent}</scan:Intent>
<pwg:ScanRegions><pwg:ScanRegion>
<pwg:ContentRegionUnits>escl:ThreeHundredthsOfInches</pwg:ContentRegionUnits>
<pwg:XOffset>{area.left}</pwg:XOffset><pwg:YOffset>{area.top}</pwg:YOffset>
<pwg:Width>{area.width}</pwg:Width><pwg:Height>{area.height}</pwg:Height>
</pwg:ScanRegion></pwg:ScanRegions>
<pwg:InputSource>{source}</pwg:InputSource>
<pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat>
<scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt>
<scan:ColorMode>{colour}</scan:ColorMode>
<scan:XResolution>{self.dpi}</scan:XResolution><scan:YResolution>{self.dpi}</scan:YResolution>{sides}
</scan:ScanSettings>""".encode()


def _root(xml: bytes, name: str) -> Element:
    try:
        root: Element = fromstring(xml)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise ScannerFailed(status=f"{name} not understood") from error
    if root.tag != f"{{{SCAN_NAMESPACE}}}{name}":
        raise ScannerFailed(status=f"{name} not understood")
    return root


def _text(element: Element, path: str) -> str:
    return (element.findtext(path, "", NAMESPACES) or "").strip()[:500]


def _number(element: Element, path: str, default: int) -> int:
    text = _text(element, path)
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    return default


def _limits(caps: Element | None) -> InputLimits | None:
    if caps is None:
        return None
    width, height = _number(caps, "scan:MaxWidth", 2550), _number(caps, "scan:MaxHeight", 3508)
    resolutions, continuous = _resolutions(caps)
    return InputLimits(
        max_width=max(width, 2 * _MIN_SIDE),
        max_height=max(height, 2 * _MIN_SIDE),
        resolutions=resolutions,
        continuous=continuous,
    )


def _resolutions(caps: Element) -> tuple[tuple[int, ...], bool]:
    """(ascending dpi, whether all between the first and the last are possible too)."""
    discrete = {
        _number(element, "scan:XResolution", 0)
        for element in caps.iterfind(".//scan:DiscreteResolution", NAMESPACES)
    }
    if discrete := discrete - {0}:
        return tuple(sorted(discrete)), False
    span = caps.find(".//scan:ResolutionRange/scan:XResolutionRange", NAMESPACES)
    if span is None:
        return (300,), False
    low, high = _number(span, "scan:Min", 75), _number(span, "scan:Max", 600)
    return (min(low, high), max(low, high)), True
