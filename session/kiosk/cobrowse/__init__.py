# SPDX-License-Identifier: GPL-3.0-only
"""The web page, and the documents, that caller and agent see together.

`shared_page.KioskSharedPage` sends the page to the desk: `page_guard` has each event of the
recorder checked in a process of its own (`guard_worker`), `mirror_sender` paces them,
`send_window` keeps the line free.
`remote_control.KioskRemoteControl` carries out what the agent may do in the page, `web_rules`
and `reach` decide where the browser may go, `shown_document.KioskShownDocument` shows what the
agent shows. Imports no other package of `session.kiosk`; the browser is a Protocol.
"""
