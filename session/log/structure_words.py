# SPDX-License-Identifier: GPL-3.0-only
"""The words that are known to be structure in a page: its elements, its attributes and the
words of style sheets. Nothing else is kept of a shared page (`session.log.page_structure`).
"""

from __future__ import annotations

import re


def words(text: str) -> frozenset[str]:
    """The words of a list."""
    return frozenset(text.split())


HTML = words(
    "html head body title style link meta base script noscript template slot main header footer nav"
    " section article aside div p span a h1 h2 h3 h4 h5 h6 hgroup ul ol li dl dt dd menu table"
    " caption colgroup col thead tbody tfoot tr td th form fieldset legend label input button"
    " select optgroup option datalist textarea output progress meter details summary dialog search"
    " figure figcaption picture source track img map area canvas video audio object embed param"
    " iframe svg math address blockquote pre code kbd samp var em strong b i u s small mark q cite"
    " abbr dfn sub sup time data del ins bdi bdo br wbr hr ruby rb rt rp rtc center font big tt"
    " strike nobr mi mn mo ms mtext mspace mrow mfrac msqrt mroot mstyle merror mpadded mphantom"
    " msub msup msubsup munder mover munderover mmultiscripts mprescripts mtable mtr mtd semantics"
    " annotation"
)
"""Elements of HTML and MathML Core. Others get a name without meaning."""

BOXES = words("img svg canvas video audio object embed image")
"""Pictures, and what plays: a box of the same size, without anything inside."""

EMPTIED = words("script noscript template datalist")
"""Elements of which the inside is not seen on the page."""

PRIVATE = words("input textarea select option optgroup output datalist")
"""Elements whose text somebody wrote or chose: bars, also on public pages."""

CONTROLS = words("button a label input select option textarea optgroup")
CONTROL_ROLES = words(
    "button link option radio checkbox switch tab menuitem menuitemcheckbox menuitemradio treeitem"
    " gridcell textbox combobox searchbox spinbutton slider"
)
"""What somebody presses: how it looks while it is pressed would tell which one it was."""

CHOICES = words("li td th")
"""Elements that a page marks when somebody chooses them."""

LABELLED = words("button submit reset")
"""Kinds of <input> whose value is a label."""

CHOSEN = words("checkbox radio hidden range color image file")
"""Kinds of <input> whose value is never written; not even that there is one is kept."""

FLAGS = words(
    "hidden disabled open multiple readonly required reversed inert nowrap noshade async defer"
)
NUMBERS = words(
    "width height rows cols size colspan rowspan span border cellpadding cellspacing hspace vspace"
)
ENUMS: dict[str, frozenset[str]] = {
    "dir": frozenset({"ltr", "rtl", "auto"}),
    "align": frozenset({"left", "right", "center", "justify", "top", "middle", "bottom"}),
    "valign": frozenset({"top", "middle", "bottom", "baseline"}),
    "wrap": frozenset({"soft", "hard", "off"}),
    "type": words(
        "button checkbox color date datetime-local email file hidden image month number password"
        " radio range reset search submit tel text time url week text/css a A i I"
    ),
    "aria-expanded": frozenset({"true", "false"}),
    "aria-hidden": frozenset({"true", "false"}),
    "aria-modal": frozenset({"true", "false"}),
    "aria-busy": frozenset({"true", "false"}),
    "rr_open_mode": frozenset({"modal", "non-modal"}),
    "role": CONTROL_ROLES
    | words(
        "alert alertdialog banner cell columnheader complementary contentinfo dialog form"
        " grid group"
        " heading img list listbox listitem log main menu menubar navigation none presentation"
        " progressbar radiogroup region row rowgroup rowheader search separator status tablist"
        " tabpanel table toolbar tooltip tree"
    ),
}
"""Attributes that are kept with these values only."""

TEXTS = frozenset({"placeholder", "label"})
"""Attributes that are seen as text: bars."""

_WORDS = words(
    # the words that the names of Chromium's properties are made of, without those of counters
    "accent action additive adjust after align alignment all alternates anchor animation"
    " appearance area areas as aspect attachment auto autospace axis backdrop backface background"
    " base baseline basis before behavior bidi blend block border bottom box break caption caret"
    " cells change character clamp class clear clip collapse color colors column columns combine"
    " composite composition contain container content corner count cursor cx cy decoration"
    " decorations delay depth direction display distance dominant drag duration dynamic edge effect"
    " emoji emphasis empty end events family feature field fill filter filters fit flex float flow"
    " font forced function gap grid group grow gutter height highlight horizontal hyphenate hyphens"
    " image in indent index inherits initial inline inset inside interpolate isolation item items"
    " iteration justify kerning last layout left length letter ligatures limit line linecap"
    " linejoin list logical margin marker mask math max mid min mix mode name none numeric object"
    " offset opacity optical order orient orientation origin orphans outline outset outside"
    " overflow overlay overscroll pack padding page paint palette parent path perspective place"
    " play pointer position prefix print priority property punch radius range ratio reading region"
    " rendering repeat reset resize right rotate row rows rtl ruby rule rx ry scale scheme scope"
    " scroll scrollbar select self settings shadow shape shrink side size sizing skip slice small"
    " smoothing snap space spacing span start state stretch stroke style synthesis tab table target"
    " template text thickness timeline timing top touch transform transition translate trim type"
    " underline unicode upright user value variant variation vertical view visibility webkit moz ms"
    " o weight white widows width will word wrap writing x y z zoom"
    # what values are made of
    " absolute relative fixed sticky static visible hidden normal bold bolder lighter"
    " italic oblique"
    " inherit unset revert layer first from to only both each new always avoid force solid dashed"
    " dotted double groove ridge thin medium thick large larger smaller xx xxx center middle super"
    " sub capitalize uppercase lowercase full ellipsis nowrap pre keep anywhere cover"
    " local padded round sharp even odd evenly between around stretch dense allowed default help"
    " wait progress crosshair move grab grabbing alias copy no drop not cell col nesw nwse"
    " ns ew n s"
    " e w zoom-in out ease linear step steps infinite alternate reverse forwards backwards running"
    " paused preserve 3d 2d flat over under multiply screen darken lighten dodge burn hard soft"
    " light difference exclusion hue saturation luminosity alpha luminance add subtract intersect"
    " exclude nonzero evenodd currentcolor transparent canvas canvastext buttonface buttontext"
    " graytext highlighttext linktext field fieldtext mark accentcolor serif sans monospace system"
    " ui cursive fantasy arial helvetica isolate embed plaintext override lr tb rl sideways mixed"
    " antialiased subpixel grayscale optimizespeed optimizelegibility geometricprecision crisp"
    " edges pixelated smooth contain thumb track button textfield searchfield menulist listbox"
    " checkbox radio disc circle square decimal leading zero roman latin greek upper lower root"
    " balance pretty stable manual proximity mandatory closest farthest corner at ltr vertical"
    " fill-box stroke-box view-box important layer more less high contrast motion reduce reduced"
    " reduces data prefers color-scheme dark portrait landscape all screen speech hover coarse fine"
    " any and or min-width device resolution monochrome colour gamut srgb p3 rec2020 interlace"
    " scripting forced-colors active inverted standalone update fast slow max-width orientation"
    " aliceblue antiquewhite aqua azure beige black blue brown crimson cyan darkblue darkgray"
    " darkgreen darkgrey darkred deeppink dimgray dimgrey dodgerblue fuchsia gainsboro gold gray"
    " green grey indigo ivory khaki lavender lightblue lightgray lightgreen lightgrey lime magenta"
    " maroon navy olive orange orangered orchid pink plum purple red royalblue salmon seagreen"
    " silver skyblue slategray slategrey snow steelblue tan teal tomato violet wheat whitesmoke"
    " yellow rebeccapurple through overline wavy subgrid safe unsafe legacy contents separate"
    # selectors
    " not is where has host slotted context nth child of placeholder shown checked"
    " disabled enabled focus within visible link visited empty selection marker backdrop required"
    " optional valid invalid read write modal open closed popover defined indeterminate autofill"
    " spin search cancel decoration calendar picker indicator scrollbar thumb track resizer details"
    " summary file selector button meter bar optimum line letter part any matches"
)

_NUMBER = re.compile(r"([0-9]{1,4})(?:\.[0-9]{1,2})?(px|%|em|rem)?")


def is_style_word(word: str) -> bool:
    """True if it is a word of style sheets, or some of them joined by dashes."""
    parts = word.lower().strip("-").split("-")
    return all(part in _WORDS for part in parts)


def is_small_number(text: str) -> bool:
    """A size in an attribute."""
    return _NUMBER.fullmatch(text) is not None
