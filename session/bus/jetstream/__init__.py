# SPDX-License-Identifier: GPL-3.0-only
"""JetStream as the hub uses it: streams with compare-and-set, a follower that keeps a copy fresh,
snapshots for the backup.

Entry points: `streams.Streams`, `stream_follower.StreamFollower`. Speaks the server's JSON API over
`transport`, which is all of the bus that it may import.
"""
