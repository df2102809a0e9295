# SPDX-License-Identifier: GPL-3.0-only
"""Voice and picture of a call, and the judgement of the line that carries them. Knows no Qt and
no bus connection.

Entry point: `engine.MediaEngine`, what a desk asks of whatever carries its call; `engines` has two
of them. `line.end.LineEnd` shares one line out between voice, picture and pages, at both ends.
The modules beside the packages (`engine`, `frames`, `ice`, `relays`, `sdp`, `call_page`) are used
by all packages. A package may import those below it: engines, devices | video, audio | line.
"""
