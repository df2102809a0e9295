# SPDX-License-Identifier: GPL-3.0-only
"""Windows of a site and of the network: the host's kiosks (`host_view.HostView`), the operator's
hubs and sites (`network_view.NetworkView`), and the screen of a waiting room that calls numbers
(`display_window.DisplayWindow`).

May import the tables of `views.board`, `views.widgets` and `views.words`.
"""
