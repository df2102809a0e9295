# SPDX-License-Identifier: GPL-3.0-only
"""Our scripts in a page, or in the copy of one, read the engine's own names: no field of the page
takes their place. Used for the recorder at the kiosk and for the mirror at the desk.

`resources/pages/own_names.js` says why and how.
"""

from __future__ import annotations

import json
import re

from resources import resource_text

_WORDS = """
activeElement addEventListener adoptedStyleSheets appendChild assignedSlot attachShadow attributes
baseURI body checkVisibility childElementCount childNodes children classList className clientHeight
clientLeft clientTop clientWidth closest compatMode contains contentDocument contentWindow
createCDATASection createComment createElement createElementNS createTextNode createTreeWalker
defaultView dispatchEvent documentElement elementFromPoint firstChild firstElementChild getAttribute
getBoundingClientRect getElementById getElementsByTagName getRootNode getSelection hasAttribute
hasFocus head hidden implementation insertBefore isConnected isContentEditable lastChild localName
matches namespaceURI nextSibling nodeName nodeType offsetHeight offsetTop offsetWidth
ownerDocument parentElement parentNode previousElementSibling previousSibling querySelector
querySelectorAll readyState removeAttribute removeChild removeEventListener replaceChild
scrollHeight scrollIntoView scrollLeft scrollTo scrollTop scrollWidth scrollingElement
setAttribute setAttributeNS shadowRoot style styleSheets tagName textContent
"""

NAMES = tuple(_WORDS.split())
"""What the scripts read of a form or of a document, and of frames."""

_READ = re.compile(rf"(?<!\bsuper)(?<=[\w$)\]])(\??)\.({'|'.join(NAMES)})(?![\w$])")


def own_names(source: str) -> str:
    """The script, reading those names in a way that no page can bend; `own_names_source` first."""
    return _READ.sub(lambda read: f"{read[1] and '?.'}[posteOwn.{read[2]}]", source)


def own_names_source() -> str:
    """The script that says what those names mean."""
    return resource_text("pages/own_names.js").replace("__NAMES__", json.dumps(NAMES))
