# SPDX-License-Identifier: GPL-3.0-only
"""Everything a person sees, in Qt. Widgets show what they are given and emit `..._requested`
signals; they hold no `async def`, open no connection and decide nothing.

Each program has a package: `desk` (entry point `window.DeskWindow`), `kiosk`, `board`, `site`,
`replay`. They share `widgets`, `media` and `words`.
`views` may import `session`, `documents` and `resources`, never `expert_app`.
"""
