# SPDX-License-Identifier: GPL-3.0-only
"""Widgets and devices of a call: the picture, camera and sound settings, the line in figures.

Entry points: `video_pane.VideoPane` (a picture and the words over it), `call_page.LockedCallPage`
(the browser page that does WebRTC), `settings.MediaSettingsPage`, `quality_panel.QualityPanel`,
`sound.SoundDevices`. Windows of desk, board and kiosk use them.
May import `views.widgets`, `views.words`, `session` and `resources`.
"""
