# SPDX-License-Identifier: GPL-3.0-only
"""The video call at the kiosk, and what the caller allows.

`consent.KioskGrants` decides every power of the agent; all other parts of a session ask it.
`video_call.KioskCall` makes the call, `third_parties.KioskThirdParties` adds a third person,
and `privacy.KioskPrivacy` hides the faces for a moment.
May import `cobrowse`, `drivers` and `hub` of `session.kiosk`, not `devices`.
"""
