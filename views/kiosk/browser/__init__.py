# SPDX-License-Identifier: GPL-3.0-only
"""The web browser of the kiosk, which the agent may see and act in.

`pane.KioskBrowser` is the pane with its buttons; `page_view.PageView` is the page and all that is
drawn over it; they speak by messages. `profile.CallerWeb` is the side of the engine:
one profile for each caller, only allowed addresses, the recorder in the page.
`input_injection.InputInjector` turns commands of the agent into trusted events; `marks`,
`pointer`, `dialogs` and `act_strip` show the caller what the agent does.
May import `views.kiosk.widgets`; the rules come from `session.kiosk.cobrowse`.
"""
