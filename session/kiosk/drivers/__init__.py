# SPDX-License-Identifier: GPL-3.0-only
"""The ways to speak to scanners and printers:
one module for each way, and for its messages.

`scanner.Scanner` and `printer.Printer` are the Protocols that all drivers satisfy.
`escl.EsclScanner` and `ipp.IppPrinter` speak network standards; the scanners of
`worker_scanner` run the driver of the system (SANE, WIA) in a child process;
`windows_printer` uses the Windows spooler. `session.kiosk.devices.addresses` chooses among
them.
Imports no other package of `session.kiosk`.
"""
