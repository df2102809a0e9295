# SPDX-License-Identifier: GPL-3.0-only
"""How the desk's window is arranged: its columns, and in the middle the page of a conversation
with face, shared page and papers in the layout that the agent chooses, remembered for each screen.

Entry point: `conversation.ConversationView`, held by the desk's window. May import `views.widgets`
and the views of `views.desk` that it arranges; it knows no session.
"""
