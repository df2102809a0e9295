# SPDX-License-Identifier: GPL-3.0-only
"""Pictures in and out of RTP packets for the aiortc engine: codecs, assembly, pace, rate, timing.

Entry points: `picture_receiver.PictureReceiver` (packets to pictures, lost ones asked for again),
`encoders.PictureEncoder` (AV1 or VP8 at the rate of `send_rate.SendRate` and the height of
`size_ladder.SizeLadder`), `packet_queue.PacketQueue` (packets out, at an even pace).
May import `audio`, `line` and the modules of `session.media`.
"""
