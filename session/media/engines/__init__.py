# SPDX-License-Identifier: GPL-3.0-only
"""The two engines of a desk: aiortc in a thread of this program, or a browser's own WebRTC.

Entry points: `aiortc_engine.AiortcEngine` and `browser_engine.BrowserEngine`, both a `MediaEngine`;
`engine_choice.choose_engine` says which one a machine needs. `expert_app.runtime.media_engines`
builds them. May import every package of `session.media`.
The aiortc engine rests on private names of aiortc and aioice (all in `aiortc_internals`) and on the
libopus in PyAV's wheel (`opus`). Where that is not wanted, or an upgrade has broken it, set
`engine = "browser"` in the settings' part `media`: that engine uses documented interfaces only.
"""
