# SPDX-License-Identifier: GPL-3.0-only
"""The sources of our picture, and one set of devices for two calls at once.

Entry points: `sources.FrameSource` (a camera, or a drawn person for demo and tests) and
`shared_devices` (one camera, microphone and loudspeaker for a call and a third person's call).
May import `audio`, `line` and the modules of `session.media`.
"""
