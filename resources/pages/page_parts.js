// SPDX-License-Identifier: GPL-3.0-only
// The one table of what a shared page is made of: elements, attributes and style that are recorded at the kiosk
// (record.js) and drawn at the desk (mirror_check.js). What is not written here neither leaves a kiosk nor is drawn at a
// desk. An address stands in no attribute and no style but as a picture or a font that `address(url)` names: at the desk
// that is our own resource path, so that nothing a page or a kiosk writes makes the desk's engine ask for anything.
const posteParts = (() => {
  "use strict";
  const words = (...lists) => new Set(lists.join(" ").split(/\s+/));

  // ---- elements --------------------------------------------------------------------------------------------------------

  const HTML = words(
    "html head title style link body address article aside footer header h1 h2 h3 h4 h5 h6 hgroup main nav search section",
    "blockquote dd div dl dt figcaption figure hr li menu ol p pre ul a abbr b bdi bdo br cite code data dfn em i kbd mark q",
    "rb rp rt rtc ruby s samp small span strong sub sup time u var wbr area img map picture source track audio video iframe",
    "canvas del ins caption col colgroup table tbody td tfoot th thead tr button datalist fieldset form input label legend",
    "meter optgroup option output progress select selectedcontent textarea details dialog summary slot template noscript",
    "acronym basefont bgsound big blink center dir font image listing marquee multicol nobr noembed noframes plaintext",
    "spacer strike tt xmp",
    "math mi mn mo ms mtext mspace mrow mfrac msqrt mroot mstyle merror mpadded mphantom mfenced menclose msub msup msubsup",
    "munder mover munderover mmultiscripts mprescripts none mtable mtr mtd mlabeledtr maction semantics annotation",
  );
  const SVG = words(
    "svg g defs symbol use path rect circle ellipse line polyline polygon text tspan textPath image marker mask clipPath",
    "pattern linearGradient radialGradient stop filter feBlend feColorMatrix feComponentTransfer feComposite",
    "feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG",
    "feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile",
    "feTurbulence foreignObject switch title desc metadata style a view animate animateMotion animateTransform set mpath",
  );
  const SVG_AS_TOLD = new Set(Array.from(SVG, (name) => name.toLowerCase())); // rrweb tells no capitals, and draws them
  const OTHER = "x-part"; // stands for an element that is not written here

  // The name under which an element is drawn. A custom element is no element of the standard: it does nothing by itself.
  function tag(name, isSVG) {
    if (isSVG) return SVG.has(name) || SVG_AS_TOLD.has(name) ? name : OTHER;
    const lower = String(name).toLowerCase();
    return HTML.has(lower) || /^[a-z][a-z0-9._]*-[\w.-]*$/.test(lower) ? lower : OTHER;
  }

  // ---- attributes ------------------------------------------------------------------------------------------------------

  // They hold an address on no element.
  const TEXT = words(
    "abbr accesskey align alt autocapitalize autocomplete bgcolor border cellpadding cellspacing char charoff checked class",
    "clear color cols colspan compact contenteditable controls coords datetime dir disabled draggable enterkeyhint face for",
    "frame frameborder headers height hidden high hspace id inert inputmode ismap kind label lang list loop low marginheight",
    "marginwidth max maxlength media min minlength multiple muted name nohref noshade nowrap open optimum part pattern",
    "placeholder popover readonly required reversed role rows rowspan rules scope scrolling selected shape size sizes slot",
    "span spellcheck srclang start step summary tabindex text title translate type valign value vlink vspace width wrap",
    "xml:lang xml:space exportparts autoplay playsinline",
    "accumulate additive alignment-baseline amplitude attributeType azimuth baseFrequency baseline-shift baseProfile begin",
    "bias calcMode clip clip-rule clipPathUnits color-interpolation color-interpolation-filters color-rendering cx cy d",
    "diffuseConstant direction display divisor dominant-baseline dur dx dy edgeMode elevation end exponent fill-opacity",
    "fill-rule filterUnits flood-color flood-opacity font-family font-size font-size-adjust font-stretch font-style",
    "font-variant font-weight fr fx fy gradientTransform gradientUnits image-rendering in in2 intercept k1 k2 k3 k4",
    "kernelMatrix kernelUnitLength keyPoints keySplines keyTimes lengthAdjust letter-spacing lighting-color",
    "limitingConeAngle markerHeight markerUnits markerWidth maskContentUnits maskUnits mode numOctaves offset opacity",
    "operator order orient origin overflow overflow-wrap paint-order path pathLength patternContentUnits patternTransform",
    "patternUnits pointer-events points pointsAtX pointsAtY pointsAtZ preserveAlpha preserveAspectRatio primitiveUnits r",
    "radius refX refY repeatCount repeatDur restart result rotate rx ry scale seed shape-rendering side slope spacing",
    "specularConstant specularExponent spreadMethod startOffset stdDeviation stitchTiles stop-color stop-opacity",
    "stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width",
    "surfaceScale systemLanguage tableValues targetX targetY text-anchor text-decoration text-overflow text-rendering",
    "textLength transform transform-origin unicode-bidi vector-effect version viewBox visibility white-space word-spacing",
    "writing-mode x x1 x2 xChannelSelector y y1 y2 yChannelSelector z",
    "accent accentunder columnalign columnlines columnspacing columnspan columnsalign depth displaystyle fence form frame",
    "framespacing largeop linethickness lspace mathbackground mathcolor mathsize mathvariant maxsize minsize movablelimits",
    "notation rowalign rowlines rowspacing rspace scriptlevel separator separators stretchy symmetric voffset",
  );
  // Written as a style's value is.
  const STYLED = words(
    "style clip-path fill filter marker marker-end marker-mid marker-start mask stroke cursor values to from by",
  );
  // The only attributes with an address, and only of a picture.
  const PICTURES = { "img src": 1, "input src": 1, "image href": 1, "image xlink:href": 1, "video poster": 1 };
  for (const name of ["body", "table", "thead", "tbody", "tfoot", "tr", "td", "th"]) PICTURES[`${name} background`] = 1;
  const LINKS = words("href xlink:href");
  const LIKE_LINKS = words("a area");
  // What style sheets ask of a link, where it does nothing: no click reaches the mirror, and it leads nowhere.
  const OF_LINKS = words("target rel download hreflang");
  // They hold figures only, in a drawing.
  const SHAPES = words(
    "d points path viewBox values keyTimes keySplines tableValues transform gradientTransform patternTransform kernelMatrix",
    "stroke-dasharray",
  );
  // What rrweb adds.
  const RR = { rr_width: /^[\d.]+px$/, rr_height: /^[\d.]+px$/, rr_open_mode: /^(non-)?modal$/ };
  // What an <animate> may change; an address is none of it.
  const ANIMATED = words(
    "cx cy d dx dy fill fill-opacity height offset opacity points r rotate rx ry stroke stroke-dasharray stroke-dashoffset",
    "stroke-opacity stroke-width stop-color stop-opacity transform visibility width x x1 x2 y y1 y2 display viewBox",
    "stdDeviation baseFrequency seed gradientTransform patternTransform fr fx fy",
  );
  // Names that pages invent for their style sheets: a word as value, which is no address, or data and labels, which are text.
  const INVENTED = /^(?!on|xml)[a-z_][\w.:-]{0,80}$/i;
  const SPOKEN = /^(data|aria)-[\w.:-]{1,80}$/i;
  const WORD = /^[\w -]{0,64}$/;

  // Of the standards, and drawn on no element but where it says so above.
  const NOT_DRAWN = words(
    "accept accept-charset action allow allowfullscreen allowpaymentrequest archive as async attributionsrc autofocus",
    "background blocking browsingtopics cite classid code codebase codetype command commandfor content contextmenu",
    "credentialless crossorigin csp data declare defer download elementtiming enctype event fetchpriority filterRes",
    "formaction formenctype formmethod formnovalidate formtarget href hreflang http-equiv icon imagesizes imagesrcset",
    "importance integrity interestfor is itemid itemprop itemref itemscope itemtype keytype language loading longdesc",
    "lowsrc manifest method nomodule nonce novalidate object ping popovertarget popovertargetaction poster privatetoken",
    "profile property referrerpolicy rel rev sandbox scheme sharedstorage sharedstoragewritable src srcdoc srcset standby",
    "shadowrootmode shadowrootclonable shadowrootdelegatesfocus target usemap valuetype webkitdirectory writingsuggestions",
  );

  const isStyle = (name) => name === "style" || name === "link";
  const isPicture = (tagName, name) => Boolean(PICTURES[`${tagName} ${name}`]);
  const isShape = (name) => SHAPES.has(name);
  // Names of parts of the page, never shown.
  const isReference = (name) => LINKS.has(name) || STYLED.has(name);
  const isKnown = (name) => TEXT.has(name) || STYLED.has(name);

  // A name of the page's own, or one of data and labels.
  const isInvented = (name) =>
    !isKnown(name) && !NOT_DRAWN.has(name) && !LINKS.has(name) && !/^(_cssText|attributeName|rr_)/.test(name);

  function pictureOf(value, address) {
    const text = value.trim();
    if (/^data:(image|font|application\/(x-)?font|application\/(octet-stream|vnd\.ms-fontobject))[\w.+/-]*[;,]/i.test(text)) return text.length <= 2_000_000 ? text : "";
    return /^https?:\/\/[^\s"<>\\]+$/i.test(text) && text.length <= 4_000 ? address(text) : "";
  }

  // A drawing in another file: <use href="icons.svg#print">. The address is asked for as one of those.
  function partOf(value, address) {
    const [, file, part] = /^(https?:\/\/[^\s"<>\\#]{1,4000})#([\w.:-]{1,200})$/i.exec(value.trim()) || [];
    const place = file && address(file, true);
    return place ? `${place}#${part}` : undefined;
  }

  // An attribute as it may be drawn, or undefined. `tagName` is what `tag()` gave.
  function attribute(tagName, name, value, address) {
    if (value === null) return isKnown(name) || INVENTED.test(name) ? null : undefined; // it is taken away
    if (typeof value === "boolean") value = value ? "" : null;
    if (value === null) return undefined;
    if (name.startsWith("rr_")) return rrAttribute(name, value);
    if (typeof value === "number") value = String(value);
    if (typeof value !== "string") return undefined;
    if (name === "_cssText") return isStyle(tagName) ? sheet(value, address) : undefined;
    if (isPicture(tagName, name)) return pictureOf(value, address) || undefined;
    if (LINKS.has(name)) {
      if (/^#[\w.:-]*$/.test(value)) return value;
      if (tagName === "use") return partOf(value, address);
      return LIKE_LINKS.has(tagName) ? "#" : undefined;
    }
    if (OF_LINKS.has(name)) return LIKE_LINKS.has(tagName) ? (WORD.test(value) ? value : "") : undefined;
    if (STYLED.has(name)) return style(value, address);
    if (name === "attributeName") return ANIMATED.has(value) ? value : undefined;
    if (TEXT.has(name) || SPOKEN.test(name)) return value;
    return INVENTED.test(name) && !NOT_DRAWN.has(name) && WORD.test(value) ? value : undefined;
  }

  function rrAttribute(name, value) {
    if (name === "rr_scrollLeft" || name === "rr_scrollTop") return Number.isFinite(value) ? value : undefined;
    return RR[name] && RR[name].test(value) ? value : undefined;
  }

  // ---- style: read into the tokens of CSS Syntax 3, section 4, and written again ------------------------------------------

  const AT_RULES = words(
    "media supports font-face position-try keyframes -webkit-keyframes layer container page counter-style property scope starting-style",
    "font-feature-values swash annotation ornaments stylistic styleset character-variant font-palette-values",
  );
  // Functions with a text inside that is never an address.
  const WITH_TEXT = words(
    "format tech local attr counter counters var lang dir is where not has host host-context slotted part matches any",
    "-webkit-any -moz-any nth-child nth-last-child selector supports style type symbols string theme state cue",
  );
  const OF_PICTURES = words("image-set -webkit-image-set cross-fade -webkit-cross-fade");
  const IN_PICTURES = /^(url|type|image-set|-webkit-image-set|cross-fade|(-webkit-)?(repeating-)?(linear|radial|conic)-gradient|rgba?|hsla?|calc)$/;
  const NEVER = words("src image element -moz-element -webkit-canvas paint document domain url-prefix regexp");

  const ESCAPE = "\\\\(?:[0-9a-fA-F]{1,6}(?:\\r\\n|[ \\t\\r\\n\\f])?|[^\\r\\n\\f0-9a-fA-F])";
  const LETTERS = `(?:[\\w\\u0080-\\uffff-]|${ESCAPE})`;
  const IDENT = `(?:--|-?(?:[a-zA-Z_\\u0080-\\uffff]|${ESCAPE}))${LETTERS}*`;
  const TOKEN = new RegExp(
    [
      "(\\/\\*[\\s\\S]*?(?:\\*\\/|$))", // 1 comment
      "([ \\t\\r\\n\\f]+)", // 2 space
      `("(?:[^"\\\\\\r\\n\\f]|\\\\[\\s\\S])*"?|'(?:[^'\\\\\\r\\n\\f]|\\\\[\\s\\S])*'?)`, // 3 string
      "([+-]?(?:\\d+(?:\\.\\d+)?|\\.\\d+)(?:[eE][+-]?\\d+)?)", // 4 number
      `(@?)(${IDENT})(\\(?)`, // 5, 6, 7 name, of an at-rule or of a function
      `#(${LETTERS}+)`, // 8 hash
      "([\\s\\S])", // 9 a sign
    ].join("|"),
    "y",
  );

  const SPLIT = "/* rr_split */"; // where rrweb cuts `_cssText` into the texts of one <style>
  const CUT = "\0"; // stands for it while it is read

  const fromEscape = (whole) => {
    const hex = /^\\([0-9a-fA-F]{1,6})/.exec(whole);
    if (!hex) return whole.slice(1);
    const code = parseInt(hex[1], 16);
    return code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? "\ufffd" : String.fromCodePoint(code);
  };
  const ALL_ESCAPES = new RegExp(ESCAPE, "g");
  const plain = (text) => (text.includes("\\") ? text.replace(ALL_ESCAPES, fromEscape) : text);
  const asName = (text, first) => {
    if (!text.includes("\\")) return text;
    const decoded = plain(text);
    return first ? CSS.escape(decoded) : CSS.escape(`a${decoded}`).slice(1);
  };
  const inQuotes = (text) => `"${text.replace(/["\\]/g, "\\$&").replace(/[\0-\x1f\x7f]/g, (c) => `\\${c.charCodeAt(0).toString(16)} `)}"`;

  function textIn(quoted) {
    const ended = quoted.length > 1 && quoted.endsWith(quoted[0]);
    const inner = quoted.slice(1, ended ? -1 : undefined).replace(/\\(?:\r\n|[\r\n\f])/g, "");
    return plain(inner.replace(/\\$/, ""));
  }

  class Reader {
    constructor(text, address) {
      this.text = text.replace(/\0/g, "\ufffd");
      this.address = address;
      this.at = 0;
    }

    next() {
      TOKEN.lastIndex = this.at;
      const found = this.at < this.text.length ? TOKEN.exec(this.text) : null;
      if (found) this.at = TOKEN.lastIndex;
      return found;
    }

    // Writes all up to the sign that closes this part. `strings`: what a text becomes here.
    write(close, strings, isPictures) {
      const out = [];
      for (let found = this.next(); found; found = this.next()) {
        if (found[1]) out.push(found[1] === SPLIT ? CUT : "/**/");
        else if (found[2]) out.push(/\n/.test(found[2]) ? "\n" : " ");
        else if (found[3]) out.push(strings(textIn(found[3])));
        else if (found[4]) out.push(found[4]);
        else if (found[5]) out.push(this.atRule(plain(found[6]).toLowerCase(), found[7]));
        else if (found[7]) {
          const part = this.functionNamed(found[6], isPictures, strings);
          if (part === null) {
            this.write(close, () => "", false);
            return null;
          }
          out.push(part);
        } else if (found[6]) out.push(asName(found[6], true));
        else if (found[8]) out.push(`#${asName(found[8], false)}`);
        else if (found[9] === close) return out.join("");
        else if (found[9] === "(") out.push(`(${this.write(")", strings, isPictures) || ""})`);
        else if (found[9] === "[") out.push(`[${this.write("]", inQuotes, false) || ""}]`);
        else out.push(found[9] === "\\" ? " " : found[9]);
      }
      return out.join("");
    }

    functionNamed(written, isPictures, strings) {
      const name = plain(written).toLowerCase();
      if (name === "url") return this.url();
      if (isPictures && !IN_PICTURES.test(name)) {
        this.write(")", () => "", false);
        return null; // a part that a variable would fill in: not known here, so not drawn
      }
      if (OF_PICTURES.has(name)) {
        const inner = this.write(")", (text) => this.urlOf(text), true);
        return inner === null ? "none" : `${name}(${inner})`;
      }
      if (NEVER.has(name)) {
        this.write(")", () => "", false);
        return "none";
      }
      const keeps = WITH_TEXT.has(name) ? inQuotes : () => '""';
      const inner = this.write(")", name === "type" || !isPictures ? keeps : strings, isPictures && name !== "type");
      return inner === null ? null : `${asName(written, true)}(${inner})`;
    }

    urlOf(text) {
      if (/^#[\w.:-]*$/.test(text)) return `url("${text}")`;
      return `url(${inQuotes(pictureOf(text, this.address) || "data:,")})`;
    }

    // CSS Syntax 3, section 4.3.6: without quotes it ends at the first bracket.
    url() {
      const start = /[ \t\r\n\f]*/y;
      start.lastIndex = this.at;
      start.exec(this.text);
      if (/["']/.test(this.text[start.lastIndex] || "")) {
        let first = null;
        this.write(")", (text) => ((first = first === null ? text : first), ""), false);
        return this.urlOf(first || "");
      }
      const end = /(?:[^)\\]|\\[\s\S])*/y;
      end.lastIndex = start.lastIndex;
      const inner = end.exec(this.text)[0];
      this.at = end.lastIndex + 1;
      return this.urlOf(plain(inner.trim()));
    }

    atRule(name, bracket) {
      if (AT_RULES.has(name)) return `@${name}${bracket && " ("}${bracket && (this.write(")", inQuotes, false) || "")}${bracket && ")"}`;
      if (bracket) this.write(")", () => "", false);
      this.skipRule();
      return "/**/"; // never nothing: what stood around it would become one name
    }

    // Up to the `;` or the block that ends a rule, or to the end of the block around it.
    skipRule() {
      let depth = 0;
      for (let before = this.at, found = this.next(); found; before = this.at, found = this.next()) {
        if (found[7]) depth += 1;
        const sign = found[9];
        if (sign === "{" || sign === "(" || sign === "[") depth += 1;
        else if (sign === "}" && depth === 0) {
          this.at = before;
          return;
        } else if (sign === "}" || sign === ")" || sign === "]") {
          depth = Math.max(0, depth - 1);
          if (sign === "}" && depth === 0) return;
        } else if (sign === ";" && depth === 0) return;
      }
    }
  }

  // Without a function, an at-rule, an escape or a double stroke there is no address in it.
  const MAY_HOLD_ADDRESS = /[\\(@]|\/\//;
  const MAY_STAY_OPEN = /[\\(@"'\0]|\/[/*]/; // nor anything that the next piece would go on with
  const LARGE = 4_000;
  const written = new Map(); // large sheets come again with each picture of the page
  let writtenSize = 0;

  // A style sheet, a rule, declarations or a value as they may be drawn.
  function style(text, address) {
    return MAY_HOLD_ADDRESS.test(text) ? rewritten(text, address) : text;
  }

  // A piece of what the engine reads as one sheet: an attribute, a text beside others. What is drawn of it closes what it
  // opens and ends in a comment, so that no name, text or comment goes on in the next piece. Where rrweb cuts it (`SPLIT`)
  // the same holds, and only where we say so.
  function sheet(text, address) {
    if (!text) return text;
    const result = MAY_STAY_OPEN.test(text) ? rewritten(text, address) : text;
    return result.endsWith("/**/") ? result : `${result}/**/`;
  }

  function rewritten(text, address) {
    const before = written.get(text);
    if (before !== undefined) return before;
    const told = new Reader(text, address).write("", inQuotes, false) || "";
    const result = told.replaceAll(SPLIT, "/**/").replaceAll(CUT, `/**/${SPLIT}`);
    if (text.length > LARGE) {
      if ((writtenSize += text.length) > 8_000_000) {
        written.clear();
        writtenSize = text.length;
      }
      written.set(text, result);
    }
    return result;
  }

  return { tag, attribute, style, sheet, isStyle, isPicture, isInvented, isReference, isShape, OTHER };
})();
