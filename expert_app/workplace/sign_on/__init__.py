# SPDX-License-Identifier: GPL-3.0-only
"""Sign-on of this computer's person with the organisation's provider, in the system's browser.

Entry point: `here.sign_on_here`. `browser` is the address on this computer to which the browser
comes back (RFC 8252, section 7.3); the hub exchanges the code and checks what the provider says
(`expert_app.sign_on`). No Qt. May import `expert_app.runtime` and `session`.
"""
