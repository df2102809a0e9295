# SPDX-License-Identifier: GPL-3.0-only
"""The agent's desk: sign-in, queue, offer, conversation, wrap-up.

Entry point: `window.DeskWindow`, which is given the views of the subpackages: the caller's page
(`shared_page`), scanner and printer (`devices`), the dossier (`dossier`).
May import `views.media`, `views.widgets` and `views.words`.
"""
