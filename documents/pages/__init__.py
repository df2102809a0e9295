# SPDX-License-Identifier: GPL-3.0-only
"""Scanned pages on their way into a document, at the desk.

Entry points: `clean.clean_page` makes a page legible in a worker process, `check.check_page` proves
what a kiosk sent, `outbox.Outbox` keeps pages and documents on the disk until the store has them.
May import `documents.imaging` and `documents.pdf`.
"""
