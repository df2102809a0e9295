# SPDX-License-Identifier: GPL-3.0-only
"""The receipt that a caller takes home, and its record.

Entry points: `pdf.receipt` draws it from `facts.ReceiptFacts`, `large_print` and `html_page` say
the same for those who do not read small print, `record.verify_receipt` proves one.
May import what `documents.printed` may.
"""
