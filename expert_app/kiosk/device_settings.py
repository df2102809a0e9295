# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's scanner and printer as its settings name them, and what is wrong with a setting.
Used by the kiosk's wiring, by `expert-app doctor` and by `expert-app kiosk-devices`.
"""

from __future__ import annotations

from expert_app.runtime.config import KioskSettings
from resources.texts import _
from session.kiosk.devices.addresses import make_printer, make_scanner
from session.kiosk.drivers.certificates import CertificateWrong
from session.kiosk.drivers.printer import Printer
from session.kiosk.drivers.scanner import AddressUnknown, Scanner


def scanner_of(settings: KioskSettings) -> Scanner | None:
    """The kiosk's scanner, None without one. Raises `AddressUnknown`, `CertificateWrong`."""
    if not settings.scanner:
        return None
    return make_scanner(settings.scanner, settings.scanner_certificate)


def printer_of(settings: KioskSettings) -> Printer | None:
    """The kiosk's printer, None without one. Raises `AddressUnknown`, `CertificateWrong`."""
    if not settings.printer:
        return None
    return make_printer(settings.printer, settings.printer_certificate)


def refused_setting(settings: KioskSettings) -> str:
    """The first device setting that cannot be used, as a sentence; "" when all can."""
    try:
        scanner_of(settings)
    except (AddressUnknown, CertificateWrong) as error:
        return setting_refused("scanner", error)
    try:
        printer_of(settings)
    except (AddressUnknown, CertificateWrong) as error:
        return setting_refused("printer", error)
    return ""


def setting_refused(key: str, error: AddressUnknown | CertificateWrong) -> str:
    """Return what is wrong with `scanner` or `printer` of the kiosk's settings, as a sentence."""
    if isinstance(error, CertificateWrong):
        return _("The certificate of `{key}` cannot be used: {why}.").format(
            key=f"{key}_certificate", why=error
        )
    words = _(
        "`{key}` of the kiosk's settings is no address that we know: {address}. See `expert-app "
        "kiosk-devices`."
    )
    return words.format(key=key, address=error)
