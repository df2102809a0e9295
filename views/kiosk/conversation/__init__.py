# SPDX-License-Identifier: GPL-3.0-only
"""The screens that the caller sees while talking to an agent.

`page.SessionPage` is the page; `stage` has the face (`face_column`) and what stands beside it,
`powers_bar` what the adviser can do, and STOP. Its panels ask one
thing each: `consent` for a power of the agent, `print_panel` for a print, `give_file_panel` for
a file. `chat` shows the written conversation, `document_pane` what the agent shows,
`third_party_strip` who else is in the call.
May import `views.kiosk.widgets`.
"""
