# SPDX-License-Identifier: GPL-3.0-only
"""The kiosk's scanner and printer as the agent uses them: scan, preview, cut, sort and file pages;
print a document.

Entry point: `view.DevicesView`, which puts the panels together. Pages stand in `page_strip`; a page
is a `strip_page.StripPage`. May import `documents.imaging` for the words of edits, `views.widgets`.
"""
