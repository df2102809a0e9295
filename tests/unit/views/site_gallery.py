# SPDX-License-Identifier: GPL-3.0-only
"""Pictures of the host's and the operator's windows, to look at: `python -m tests.unit.views.site_gallery DIR`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PyQt6.QtWidgets import QApplication, QWidget

from resources.texts import use_language
from session.protocol.site_messages import CallerState, HelpState
from tests.unit.views.test_site_and_network_view import kiosk, network
from views.network_view import NetworkView
from views.site_view import SiteView
from views.theme import apply_theme


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication(sys.argv[:1])
    use_language("fr")
    for dark in (False, True):
        apply_theme(application, dark)
        site, operator = SiteView(), NetworkView()
        site.show_kiosks(
            "Inès B.",
            [
                kiosk("1", caller=CallerState.IN_SESSION),
                kiosk("2", caller=CallerState.WAITING, help=HelpState.WANTED),
                kiosk("3", there=False),
                kiosk("4", help=HelpState.HERE, caller=CallerState.IN_SESSION),
            ],
        )
        operator.show_network(network("434175c54728", "9f12ab34cd56", closed=True))
        operator.sites.selectRow(0)
        views: dict[str, QWidget] = {"site": site, "network": operator}
        for name, view in views.items():
            view.resize(1000, 680)
            view.show()
            application.processEvents()
            view.grab().save(str(folder / f"{name}-{'dark' if dark else 'light'}.png"))
            view.close()


if __name__ == "__main__":
    main()
