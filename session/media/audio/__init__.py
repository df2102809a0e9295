# SPDX-License-Identifier: GPL-3.0-only
"""Sound as arrays: the caller's voice made even, echo and noise taken out, devices' interfaces.

Entry points: `voice_playout.VoicePlayout` (late and lost packets), `voice_filter.make_filter` (echo
canceller, an optional package), `echo_choice.choose_canceller`, and `sound` (the shape of all sound
here, and the Protocols that a microphone and a loudspeaker fulfil).
May import the modules of `session.media`, none of its packages.
"""
