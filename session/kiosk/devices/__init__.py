# SPDX-License-Identifier: GPL-3.0-only
"""Scanner and printer of a kiosk in one conversation.

`scanner_and_printer.KioskDevices` answers the desk: `scans` and `pages` bring paper to the
desk, `prints` brings documents to the printer after the caller has seen them (`print_preview`).
`page_store.PageStore` keeps scanned pages encrypted on disk until the desk has them.
`given_files.GivenFiles` takes a file from the stick of the caller. `addresses` makes the
drivers that the settings name, `discovery` finds devices on the network.
May import `call`, `drivers`, `cobrowse` and `hub` of `session.kiosk`.
"""
