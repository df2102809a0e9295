# SPDX-License-Identifier: GPL-3.0-only
"""The web browser of the kiosk, which the agent may see and act in.

`pane.KioskBrowser` is the pane with its buttons; `page_view.PageView` is the page and all that is
drawn over it, in a process of its own that `page_process` starts and watches; they speak by
messages. `profile.CallerWeb` is the side of the engine, `input_injection` turns commands of the
agent into trusted events; `page_cover`, `dialogs` and `act_strip` show what the agent does.
May import `views.kiosk.widgets`; the rules come from `session.kiosk.cobrowse`.
"""
