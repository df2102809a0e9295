# SPDX-License-Identifier: GPL-3.0-only
"""The hub: the server program that keeps the queue and connects callers, agents and supervisors.

Entry point: `composition.Hub`, which puts the packages together; each package has a module `wiring`
with `build(...)`. A request goes from `access.request_server` to the method that is decorated with
`@handles(verb)`. All state is in JetStream streams, so several hubs may share the work.
May import `session.bus`, `session.log`, `session.protocol` and `session.core`, never Qt.
"""
