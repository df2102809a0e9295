# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's scanner and printer, seen from the desk: asking for scans, receiving pages in pieces,
sending documents to print.

Entry point: `scanner_and_printer.DeskDevices`; the other modules are its parts.
May import what `session.desk` may import, but no other package of `session.desk`.
"""
