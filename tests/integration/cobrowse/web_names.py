# SPDX-License-Identifier: GPL-3.0-only
"""The names of the web's standards, for the test that nothing leaves a desk:
elements and attributes of HTML (living standard, with what is obsolete), SVG 2 and 1.1, MathML 3.

Used by `silent_desk`.
"""

from __future__ import annotations


def _words(*texts: str) -> list[str]:
    return " ".join(texts).split()


ELEMENTS = sorted(
    set(
        _words("""
    a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big
    blink blockquote body br button canvas caption center cite code col colgroup command content
    data datalist dd del details dfn dialog dir div dl dt element em embed fencedframe fieldset
    figcaption figure font footer form frame frameset geolocation h1 h2 h3 h4 h5 h6 head header
    hgroup hr html i iframe image img input ins isindex kbd keygen label legend li link listing
    main map mark marquee math menu menuitem meta meter model multicol nav nextid nobr noembed
    noframes noscript object ol optgroup option output p param permission picture plaintext
    portal pre progress q rb rbc rp rt rtc ruby s samp script search section select
    selectedcontent shadow slot small source spacer span strike strong style sub summary sup svg
    table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr
    webview xmp animate animateColor animateMotion animateTransform altGlyph altGlyphDef
    altGlyphItem circle clipPath color-profile cursor defs desc discard ellipse feBlend
    feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting
    feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR
    feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset fePointLight
    feSpecularLighting feSpotLight feTile feTurbulence filter font-face font-face-format
    font-face-name font-face-src font-face-uri foreignObject g glyph glyphRef handler hatch
    hatchpath hkern line linearGradient listener marker mask mesh meshgradient meshpatch meshrow
    metadata missing-glyph mpath path pattern polygon polyline prefetch radialGradient rect set
    solidcolor stop switch symbol tbreak text textArea textPath tref tspan unknown use view
    vkern annotation annotation-xml maction maligngroup malignmark menclose merror mfenced mfrac
    mglyph mi mlabeledtr mlongdiv mmultiscripts mn mo mover mpadded mphantom mprescripts mroot
    mrow ms mscarries mscarry msgroup msline mspace msqrt msrow mstack mstyle msub msubsup msup
    mtable mtd mtext mtr munder munderover none semantics x-own __proto__ constructor LINK
    Script IFRAME iMg FEIMAGE
""")
    )
)

ATTRIBUTES = sorted(
    set(
        _words("""
    abbr about accept accept-charset accesskey action actiontype align alink allow
    allowfullscreen alt altimg archive as async attributionsrc autocapitalize autocomplete
    autocorrect autofocus autoplay axis background behavior bgcolor blocking border bordercolor
    browsingtopics capture cdgroup cellpadding cellspacing challenge char charoff charset
    checked cite class classid clear closedby code codebase codetype color cols colspan command
    commandfor compact content contenteditable contextmenu controls controlslist coords
    credentialless crossorigin csp data datafld dataformatas datapagesize datasrc datetime
    declare decoding default defer definitionURL dir direction dirname disabled
    disablepictureinpicture disableremoteplayback download draggable dropzone dynsrc
    elementtiming enctype enterkeyhint event exportparts externalResourcesRequired face
    fetchpriority filterRes font-face-uri for form formaction formenctype formmethod
    formnovalidate formtarget frame frameborder headers height hidden high href hreflang hspace
    http-equiv icon id imagesizes imagesrcset implementation importance indexing inert inputmode
    integrity interestfor is ismap itemid itemprop itemref itemscope itemtype keyparams keytype
    kind label lang language list loading longdesc loop low lowsrc manifest marginheight
    marginwidth max maxlength media mediagroup method min minlength multiple muted name nohref
    nomodule nonce noshade novalidate nowrap object open optimum part pattern ping placeholder
    playsinline pluginspage pluginurl popover popovertarget popovertargetaction poster prefix
    privatetoken profile prompt property readonly referrerpolicy rel required resource rev
    reversed role rows rowspan rules sandbox scheme scope scrolling scrollamount selected
    shadowrootclonable shadowrootdelegatesfocus shadowrootmode shape sharedstorage
    sharedstoragewritable size sizes slot span spellcheck src srcdoc srclang srcset standby
    start step style summary tabindex target text title translate type typeof typemustmatch urn
    usemap valign value valuetype vcard version vlink vocab vspace webkitdirectory width wrap
    writingsuggestions xlink:actuate xlink:arcrole xlink:href xlink:role xlink:show xlink:title
    xlink:type xml:base xml:lang xml:space xmlns xmlns:xlink altimg-height attributeName
    attributeType base baseProfile begin by calcMode clip-path color-profile contentScriptType
    contentStyleType cursor d dur encoding end fill filter filterUnits font-family from glyphRef
    gradientUnits handler in in2 keyTimes local marker marker-end marker-mid marker-start mask
    mode offset-path path patternUnits preserveAspectRatio requiredExtensions requiredFeatures
    result rotate stroke systemLanguage to transform values viewBox zoomAndPan rr_src rr_dataURL
    rr_width rr_height rr_mediaState rr_scrollTop rr_open_mode _cssText data-src data-href SRC
    HREF Srcset imageSrcSet onload onerror onclick onbegin onfocus ontoggle onanimationstart
""")
    )
)

RELS = _words("""
    preconnect dns-prefetch preload modulepreload prefetch prerender manifest icon stylesheet
    alternate apple-touch-icon apple-touch-startup-image mask-icon author bookmark canonical
    compression-dictionary dictionary expect external facilitated help import license me next
    noopener opener payment-method-manifest pingback prev privacy-policy search serviceworker
    subresource shortcut tag terms-of-service webmention publisher amphtml EditURI service-desc
    indieauth-metadata
""")

AS = _words("image font style script fetch document audio video track worker json")

METAS = _words(
    "refresh link x-dns-prefetch-control accept-ch delegate-ch origin-trial content-type",
    "set-cookie",
    "content-security-policy content-security-policy-report-only permissions-policy",
    "speculation-rules default-style document-policy nel report-to reporting-endpoints",
)

IMAGES = (
    'url("ADDRESS")',
    "url('ADDRESS')",
    "url(ADDRESS)",
    "url( ADDRESS )",
    "URL(ADDRESS)",
    "u\\72l(ADDRESS)",
    "\\75 rl('ADDRESS')",
    "\\000075rl(ADDRESS)",
    "url(/**/ADDRESS)",
    'url("ADDRESS" crossorigin(anonymous))',
    'src("ADDRESS")',
    "src(var(--text))",
    'image-set("ADDRESS" 1x)',
    "image-set(url(ADDRESS) 1x)",
    'image-set("ADDRESS" type("image/png"))',
    "image-set(var(--text) 1x)",
    "image-set(var(--nothing, 'ADDRESS') 1x)",
    "image-set(attr(data-src) 1x)",
    '-webkit-image-set(url("ADDRESS") 1x)',
    'i\\6dage-set("ADDRESS" 1x)',
    'image("ADDRESS")',
    "cross-fade(url(ADDRESS), url(ADDRESS), 50%)",
    "-webkit-cross-fade(url(ADDRESS), url(ADDRESS), 50%)",
    "element(#a)",
    "paint(ADDRESS)",
    "var(--image)",
    "var(--nothing, url(ADDRESS))",
    "attr(data-src type(<url>))",
    'url("ADDRESS',
    "url(ADDRESS",
    "linear-gradient(red, blue), url(ADDRESS)",
    "ur/**/l(ADDRESS)",
    "@x;url(ADDRESS)",
)
"""Ways to write a picture in a style, also wrong ones."""

PROPERTIES = _words("""
    background background-image border-image border-image-source clip-path content cursor filter
    backdrop-filter list-style list-style-image mask mask-image mask-border mask-border-source
    -webkit-mask-image -webkit-mask-box-image -webkit-mask-box-image-source -webkit-border-image
    -webkit-box-reflect offset-path shape-outside fill stroke marker marker-start marker-mid
    marker-end src behavior -moz-binding symbols --own animation font-family quotes
""")

SHEETS = (
    "@import 'ADDRESS';",
    '@import "ADDRESS" screen;',
    "@import url(ADDRESS);",
    "@import url('ADDRESS') layer(a) supports(display: block);",
    "@IMPORT url(ADDRESS);",
    "@im\\port 'ADDRESS';",
    "@\\69mport 'ADDRESS';",
    "/**/@import 'ADDRESS';",
    "@charset 'x';@import 'ADDRESS';",
    "@@import x;import 'ADDRESS';",
    "@/**/import 'ADDRESS';",
    "<!-- @import 'ADDRESS'; -->",
    "@layer a;@import 'ADDRESS';",
    "@namespace x url(ADDRESS);",
    "@font-face{font-family:own;src:url(ADDRESS)}*{font-family:own}",
    "@font-face{font-family:own2;src:url('ADDRESS') format('woff2'),local('x')}*{font-family:own2}",
    "@font-face{font-family:own3;src:u\\72l('ADDRESS')}*{font-family:own3}",
    "@font-face{font-family:own4;src:src('ADDRESS')}*{font-family:own4}",
    "@property --p{syntax:'<url>';inherits:true;initial-value:url(ADDRESS)}*{background:var(--p)}",
    "@counter-style c{system:cyclic;symbols:url(ADDRESS)}li{list-style:c}",
    "@document url(ADDRESS){*{color:red}}",
    "@media all{*{background:url(ADDRESS)}}",
    "@supports (background:url(ADDRESS)){*{background:url(ADDRESS)}}",
    "@container style(--a:url(ADDRESS)){*{background:url(ADDRESS)}}",
    "@layer x{*{background:url(ADDRESS)}}",
    "@scope(body){*{background:url(ADDRESS)}}",
    "@starting-style{*{background:url(ADDRESS)}}",
    "@keyframes k{from{background:url(ADDRESS)}to{background:url(ADDRESS)}}*{animation:k 1s}",
    "@page{background:url(ADDRESS)}",
    "@view-transition{navigation:auto}*{&:hover,&{background:url(ADDRESS)}}",
    "@function --f(){result:url(ADDRESS)}*{background:--f()}",
    "*::before{content:url(ADDRESS)}",
    "*{--text:'ADDRESS';background:image-set(var(--text) 1x)}",
    "*{--image:url(ADDRESS);background:var(--image)}",
    "*{--all:url(ADDRESS)red;background:var(--all)}",
    "*{background:url(ADDRESS)!important;;}}}*{background:url(ADDRESS)",
    "a:visited,a:hover{background:url(ADDRESS)}",
    "{}*{background:url(ADDRESS)}",
    "*{background:url(ADDRESS)",
)
"""Whole style sheets."""

CUT_SHEETS = (
    ("*{background:u", "rl(ADDRESS)}"),
    ("*{background:url", "(ADDRESS)}"),
    ("*{background:u\\", "72l(ADDRESS)}"),
    ("*{background:url(", "ADDRESS)}"),
    ("*{background:image-set", "('ADDRESS' 1x)}"),
    ('*{content:"', '";background:url(ADDRESS);content:""}'),
    ("*{content:'", "';background:url(ADDRESS);content:''}"),
    ("/*", "*/*{background:url(ADDRESS)}/*", "*/"),
    ("/* '", "*/*{background:url(ADDRESS)}"),
    ("*{background:/", "* x*/url(ADDRESS)}"),
    ("@", "import 'ADDRESS';"),
    ("@im", "port 'ADDRESS';"),
    ("@import", " 'ADDRESS';"),
    ("@import '", "ADDRESS';"),
    ("@font-face{font-family:cut;src:u", "rl(ADDRESS)}*{font-family:cut}"),
    ("*{--a:u", "rl(ADDRESS);background:var(--a)}"),
    ("*{background:u", "", "r", "l(ADDRESS)}"),
    ("*{background:url(#a);background:u\\", "72\\", "6c(ADDRESS)}"),
)
"""Sheets in pieces: an element's texts, each of which a reader of one alone may let pass."""
