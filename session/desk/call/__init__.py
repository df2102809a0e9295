# SPDX-License-Identifier: GPL-3.0-only
"""Voice and picture at the desk: the call with the caller, the consent to each power, the privacy
pause, and other people in the conversation.

Entry points: `video_call.DeskCall`, `third_parties.DeskThirdParties`, `consent.DeskGrants`; for our
own visit in a colleague's conversation `visit.Visit`.
May import `session.desk.hub`, and what `session.desk` may import.
"""
