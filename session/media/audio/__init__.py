# SPDX-License-Identifier: GPL-3.0-only
"""Sound as arrays: our voice encoded, the caller's made even, echo and noise taken out.

Entry points: `voice_encoder.VoiceEncoder`, `voice_playout.VoicePlayout` (late and lost packets),
`voice_filter.make_filter` (echo canceller, an optional package), `echo_choice.choose_canceller`,
and `sound` (the shape of all sound here, and the Protocols of a microphone and a loudspeaker).
May import the modules of `session.media`, none of its packages.
"""
