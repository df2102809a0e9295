# SPDX-License-Identifier: GPL-3.0-only
"""Sphinx's settings for the handbook. Read by Sphinx, which `build.py` starts."""

project = "Poste Expert"
language = "fr"
extensions = ["myst_parser"]
myst_heading_anchors = 6
smartquotes = False  # the pages have their own, and an apostrophe before bold became two
myst_links_external_new_tab = True

# Code in a language that Pygments does not know (nft) is shown as it is.
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_title = "Manuel de Poste Expert"
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_use_index = False
html_permalinks = False
# A browser lets no page of the disk read another one: the list of hits shows their titles only.
html_show_search_summary = False
