# SPDX-License-Identifier: GPL-3.0-only
"""The process that touches Windows Image Acquisition, so that the kiosk does not:
started by `worker_scanner.WiaScanner`.

NOT TRIED on a real Windows: written from the documentation, in the shape of `sane_worker`, whose
frames it speaks.

Source: Microsoft, "WIA Automation Layer" (wiaaut.dll, objects WIA.DeviceManager, Item, ImageFile)
and "WIA Properties".
"""

from __future__ import annotations

import io
import json
import os
import struct
import sys
from typing import Any

from PIL import Image

# WIA_IPS_* and WIA_DPS_* properties by their number ("WIA Properties").
_X_RES = 6147
_Y_RES = 6148
_X_POS = 6149
_Y_POS = 6150
_X_EXTENT = 6151
_Y_EXTENT = 6152
_INTENT = 6146
_HANDLING_CAPABILITIES, _HANDLING_SELECT, _PAGES = 3086, 3088, 3096
_FEED, _FLATBED, _DUPLEX = 0x001, 0x002, 0x004
_COLOUR, _GREY = 1, 2
_BMP = "{B96B3CAB-0728-11D3-9D7B-0000F81EF32E}"  # every WIA driver gives it
# HRESULTs ("WIA Error Codes") as the status names of `worker_scanner`.
_ERRORS = {
    0x80210002: "JAMMED",  # PAPER_JAM
    0x80210003: "NO_DOCS",  # PAPER_EMPTY
    0x80210004: "JAMMED",  # PAPER_PROBLEM
    0x80210005: "OFFLINE",
    0x80210006: "DEVICE_BUSY",
    0x80210007: "WARMING_UP",
    0x8021000D: "HW_LOCKED",  # DEVICE_LOCKED
    0x80210016: "COVER_OPEN",
    0x80210064: "CANCELLED",
    0x80070005: "ACCESS_DENIED",
}
JPEG_QUALITY = 90


def status_of(hresult: int) -> str:
    """The status name of an HRESULT, signed or not."""
    code = hresult & 0xFFFFFFFF
    return _ERRORS.get(code, f"WIA {code:#010x}")


def handling(source: str, *, duplex: bool) -> int:
    """WIA_DPS_DOCUMENT_HANDLING_SELECT for a source."""
    if source == "glass":
        return _FLATBED
    if duplex:
        return _FEED | _DUPLEX
    return _FEED


def region(area: dict[str, int], dpi: int) -> tuple[int, int, int, int]:
    """(x, y, width, height) in pixels at `dpi` of an area in 1/300 inch."""
    left_px, top, width, height = (
        round(area[key] * dpi / 300) for key in ("left", "top", "width", "height")
    )
    return left_px, top, width, height


def to_jpeg(bitmap: bytes, dpi: int) -> tuple[bytes, int, int]:
    """(JPEG, width, height) of a BMP."""
    with Image.open(io.BytesIO(bitmap), formats=("BMP",)) as opened:
        picture = opened.convert("L" if opened.mode in ("1", "L") else "RGB")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=JPEG_QUALITY, dpi=(dpi, dpi))
    return out.getvalue(), picture.width, picture.height


def send(event: str, payload: bytes = b"", **values: object) -> None:
    """One frame on standard output."""
    head = json.dumps({"event": event, "n": len(payload), **values}).encode()
    sys.stdout.buffer.write(struct.pack(">I", len(head)) + head + payload)
    sys.stdout.buffer.flush()


class WiaWorker:
    """Carries out one command a line. A cancellation kills this process: WIA's automation cannot
    stop a transfer.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def obey(self, command: dict[str, Any]) -> None:
        """One command; every error becomes an event."""
        if command["do"] == "cancel":
            return
        stage = "open"
        try:
            device = self._device(command["device"])
            stage = "scan"
            (self._scan if command["do"] == "scan" else self._report)(device, command)
        except self._client.com_error as error:
            send("error", stage=stage, status=status_of(int(error.args[0])))

    def _device(self, name: str) -> Any:
        manager = self._client.Dispatch("WIA.DeviceManager")
        for info in manager.DeviceInfos:
            if name in ("", str(info.DeviceID), str(info.Properties("Name").Value)):
                return info.Connect()
        raise self._client.com_error(0x80210005 - (1 << 32))

    def _report(self, device: Any, _command: dict[str, Any]) -> None:
        can = int(_value(device, _HANDLING_CAPABILITIES, 0))
        send("report", feeder=bool(can & _FEED), duplex=bool(can & _DUPLEX))

    def _scan(self, device: Any, command: dict[str, Any]) -> None:
        feeder = command["source"] == "feeder"
        _set(
            device,
            _HANDLING_SELECT,
            handling(command["source"], duplex=bool(command.get("duplex"))),
        )
        _set(device, _PAGES, 1)
        item, dpi = device.Items(1), int(command["dpi"])
        for number, value in (
            (_INTENT, _COLOUR if command["colour"] else _GREY),
            (_X_RES, dpi),
            (_Y_RES, dpi),
        ):
            _set(item, number, value)
        if command["area"] is not None:
            places = region(command["area"], dpi)
            for number, value in zip((_X_POS, _Y_POS, _X_EXTENT, _Y_EXTENT), places, strict=True):
                _set(item, number, value)
        pages = 0
        while True:
            send("progress", percent=-1)
            try:
                image = item.Transfer(_BMP)
            except self._client.com_error as error:
                if pages and status_of(int(error.args[0])) == "NO_DOCS":
                    break
                raise
            data, width, height = to_jpeg(bytes(image.FileData.BinaryData), dpi)
            send("page", data, dpi=dpi, width=width, height=height)
            pages += 1
            if not feeder:
                break
        send("done", pages=pages)


def _value(thing: Any, number: int, otherwise: int) -> Any:
    return next((it.Value for it in thing.Properties if int(it.PropertyID) == number), otherwise)


def _set(thing: Any, number: int, value: int) -> None:
    """Sets a property that the device has and that may be set; others keep their value."""
    for it in thing.Properties:
        if int(it.PropertyID) == number and not it.IsReadOnly:
            it.Value = value


def main() -> None:
    """Says ready or why not, then obeys."""
    try:
        import pythoncom
        import win32com.client
    except ImportError:
        send("unusable", status="pywin32 missing")
        os._exit(1)
    pythoncom.CoInitialize()
    client: Any = win32com.client
    client.com_error = pythoncom.com_error
    send("ready")
    worker = WiaWorker(client)
    for line in sys.stdin.buffer:
        worker.obey(json.loads(line))
    os._exit(0)


if __name__ == "__main__":
    main()
