# SPDX-License-Identifier: GPL-3.0-only
"""Requests of the kiosk to the hub, and what the hub tells it,
also while nobody talks.

`client.KioskClient` has all requests, and the signals for what the hub tells.
`call_button.CallButton` turns presses into one ticket, `host_call.HostCall` calls the site's
host, `line_measurement.LineMeasurement` measures the line of an idle kiosk,
`display.DisplayClient` serves the screen of the waiting room. Imports no other package of
`session.kiosk`.
"""
