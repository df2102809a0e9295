# SPDX-License-Identifier: GPL-3.0-only
"""A real installation as a test: installed programs, empty folders, TLS, one computer a person.

Entry point: `python -m tests.pilot` (`make pilot`). Nothing of the product is imported: the pilot
knows the commands, the files and the names of widgets, as a person with the documents does.
"""
