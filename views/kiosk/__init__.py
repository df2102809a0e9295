# SPDX-License-Identifier: GPL-3.0-only
"""The screen of the kiosk, made for fingers and large letters.

`window.KioskWindow` shows one page at a time: `pages` around the queue, `conversation` while
somebody talks, with the call (`call_pane`) and the `browser` in it. `widgets` has what all
pages are made of. Views show what they are told and emit what the caller asks for.
May import `views.media`, `views.widgets`, `views.words`, and types of `session`.
"""
