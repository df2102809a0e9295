# SPDX-License-Identifier: GPL-3.0-only
"""The simulated scanner's sight and words: a page cut and scaled as asked, and its eSCL
documents.
Pure.
"""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from expert_app.simulated.sheets import HEIGHT_PX, WIDTH_PX
from session.kiosk.drivers.escl_messages import PWG_NAMESPACE, SCAN_NAMESPACE
from session.protocol.conversation.messages import Area

NAME = "Scanner simulé A4"
UUID = "51b4e7a1-0000-4000-8000-00006b696f73"
_RESOLUTIONS = (75, 100, 150, 200, 300, 600)
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<scan:{{0}} xmlns:scan="{SCAN_NAMESPACE}" xmlns:pwg="{PWG_NAMESPACE}">'
)
_LID = (228, 228, 226)
_QUALITY = 88

# AdfState of each fault: eSCL Technical Specification 2.97, table "AdfState".
_FEEDER_STATES = {
    "jam": "ScannerAdfJam",
    "empty": "ScannerAdfEmpty",
    "cover_open": "ScannerAdfHatchOpen",
}


def _input_caps(tag: str) -> str:
    resolutions = "".join(
        f"<scan:DiscreteResolution><scan:XResolution>{dpi}</scan:XResolution>"
        f"<scan:YResolution>{dpi}</scan:YResolution></scan:DiscreteResolution>"
        for dpi in _RESOLUTIONS
    )
    return f"""<scan:{tag}>
<scan:MinWidth>16</scan:MinWidth><scan:MaxWidth>{WIDTH_PX}</scan:MaxWidth>
<scan:MinHeight>16</scan:MinHeight><scan:MaxHeight>{HEIGHT_PX}</scan:MaxHeight>
<scan:MaxScanRegions>1</scan:MaxScanRegions>
<scan:SettingProfiles><scan:SettingProfile>
<scan:ColorModes><scan:ColorMode>Grayscale8</scan:ColorMode><scan:ColorMode>RGB24</scan:ColorMode></scan:ColorModes>
<scan:DocumentFormats><pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat>
<scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt></scan:DocumentFormats>
<scan:SupportedResolutions><scan:DiscreteResolutions>{resolutions}</scan:DiscreteResolutions>
</scan:SupportedResolutions>
</scan:SettingProfile></scan:SettingProfiles>
<scan:SupportedIntents><scan:Intent>Document</scan:Intent><scan:Intent>Preview</scan:Intent></scan:SupportedIntents>
</scan:{tag}>"""


CAPABILITIES = f"""{_HEAD.format("ScannerCapabilities")}
<pwg:Version>2.63</pwg:Version><pwg:MakeAndModel>{NAME}</pwg:MakeAndModel>
<pwg:SerialNumber>SIMULATED-1</pwg:SerialNumber><scan:UUID>{UUID}</scan:UUID>
<scan:Platen>{_input_caps("PlatenInputCaps")}</scan:Platen>
<scan:Adf>{_input_caps("AdfSimplexInputCaps")}<scan:FeederCapacity>20</scan:FeederCapacity>
<scan:AdfOptions><scan:AdfOption>DetectPaperLoaded</scan:AdfOption></scan:AdfOptions></scan:Adf>
</scan:ScannerCapabilities>"""


def status_xml(fault: str, *, working: bool) -> str:
    """eSCL ScannerStatus for a fault ("" for none)."""
    feeder = _FEEDER_STATES.get(fault, "ScannerAdfLoaded")
    if working:
        state = "Processing"
    else:
        state = "Idle"
    if fault in ("jam", "cover_open"):
        state = "Stopped"
    return f"""{_HEAD.format("ScannerStatus")}
<pwg:Version>2.63</pwg:Version><pwg:State>{state}</pwg:State><scan:AdfState>{feeder}</scan:AdfState>
</scan:ScannerStatus>"""


def see(page: Path, area: Area, dpi: int, colour: bool) -> bytes:
    """JPEG of the part `area` (1/300 inch) of a page at 300 dpi, at the asked resolution;
    lid where no page is.
    """
    with Image.open(page) as opened:
        picture = opened.convert("RGB")
    bed = Image.new("RGB", (WIDTH_PX, HEIGHT_PX), _LID)
    bed.paste(picture, (0, 0))
    part = bed.crop((area.left, area.top, area.left + area.width, area.top + area.height))
    if dpi != 300:
        size = (max(1, round(area.width * dpi / 300)), max(1, round(area.height * dpi / 300)))
        part = part.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    out = io.BytesIO()
    part.convert("RGB" if colour else "L").save(out, "JPEG", quality=_QUALITY, dpi=(dpi, dpi))
    return out.getvalue()
