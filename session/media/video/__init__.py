# SPDX-License-Identifier: GPL-3.0-only
"""Pictures in and out of RTP packets for the aiortc engine: codecs, assembly, pace, rate, timing.

Entry points: `picture_receiver.PictureReceiver` (packets to pictures, lost ones asked for again),
`picture_encoder.PictureEncoder` (AV1 or VP8 at the rate of `send_rate.SendRate` and the height of
`size_ladder.SizeLadder`), `packet_pacer.PacketQueue` (packets out, at an even pace),
`picture_timing` (when a picture is shown).
May import `audio`, `line` and the modules of `session.media`.
"""
