// SPDX-License-Identifier: GPL-3.0-only
// The recorder: runs in the kiosk's browser pane, in an isolated world, after the caller's consent and until it ends.
// Put there by views/kiosk/browser/profile.py after record_shim.js, rrweb, qwebchannel.js and the other record_*.js; `__CONFIG__` is
// replaced by JSON. It masks before anything leaves the page, and hands events over through
// `bridge.push(text)`, and marks of style sheets through `bridge.keep(text)`. In a frame of another, listed site it masks there and hands to the page around it, with a token.
(function () {
  "use strict";
  const config = __CONFIG__;
  if (Object.hasOwn(window, "posteRecorder") || !/^https?:$/.test(location.protocol)) return;
  const isTop = window === window.top;
  if (!isTop) {
    const path = decodeURIComponent(location.pathname);
    const isListed = ([origin, start]) => origin === location.origin && (path + "/").startsWith(start);
    if (window.parent !== window.top || !config.sites.some(isListed)) return;
    try {
      if (window.parent.document) return; // a frame of the same site: the recorder of the page sees into it
    } catch (error) {
      // Another site: ours to record.
    }
  }

  const documentName = Array.from(crypto.getRandomValues(new Uint32Array(3)), (n) => n.toString(36)).join("");
  const MASK = "•••";
  const FIELD_MASK = "••••••"; // always the same length: the real one would tell something
  const BUTTONS = ["button", "submit", "reset", "image", "checkbox", "radio"];
  const mirror = () => rrweb.record.mirror;

  // ---- what is sensitive -------------------------------------------------------------------------------------------

  const SENSITIVE = config.sensitive;
  const BLOCKED = config.blocked;
  const fields = secretFieldsOf(config);
  const isSensitive = (node) => fields.isMarked(elementOf(node));
  const { isSecretField } = fields;
  // The patterns are the kiosk's own (session/masking/numbers.py), in which " ?" stands for whatever is between two digits.
  const GAP = "[^\\p{L}\\p{N}]{0,12}";
  const NUMBERS = new RegExp(config.numbers.map((one) => one.replaceAll(" ?", GAP)).join("|"), "giu");
  // The same numbers half typed: eight characters are enough to hide the rest.
  const BEGINNING = new RegExp(
    `^\\s*(?:[1-478]${GAP}\\d\\d${GAP}(?:0[1-9]|1[0-2]|[2-9]\\d)${GAP}(?:\\d\\d|2[AaBb])${GAP}\\d|[A-Za-z]{2}${GAP}\\d\\d${GAP}\\d\\d|[2-6]\\d{3}${GAP}\\d{4}${GAP}\\d)`,
    "u",
  );
  // What a sensitive element may keep: what its place on the screen depends on, never a title, label or address.
  const KEPT_ATTRIBUTE =
    /^(id|class|style|type|rows|cols|colspan|rowspan|width|height|disabled|rr_(width|height|scroll.*)|_cssText|open|hidden|for|maxlength|role)$/;

  function elementOf(node) {
    return node && node.nodeType === Node.ELEMENT_NODE ? node : node && node.parentElement;
  }

  function maskNumbers(text) {
    return text.replace(NUMBERS, MASK);
  }

  function maskInput(text, field) {
    if (!text) return "";
    try {
      if (BUTTONS.includes(field.type)) return maskNumbers(text);
      if (isSecretField(field)) {
        fields.seeTyped(field);
        return FIELD_MASK;
      }
      return BEGINNING.test(text) ? FIELD_MASK : maskNumbers(text);
    } catch (error) {
      return FIELD_MASK;
    }
  }

  // The text of an element, or "" when it is long: a number cut over several nodes stands in a short one.
  function shortTextOf(element) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    let text = "";
    while (walker.nextNode() && text.length <= SHORT_TEXT) text += walker.currentNode.data.trim();
    return text.length <= SHORT_TEXT ? text : "";
  }

  const SHORT_TEXT = 200;
  const compact = (text) => text.replace(/[^A-Za-z0-9]/g, "");

  // The numbers in an element's text, without their gaps; null when it is long or empty. A row is asked about by each of its
  // cells: it is read once in a turn of ours, in which the page stands still.
  const numbersOf = new Map();

  function numbersIn(element) {
    if (!numbersOf.size) queueMicrotask(() => numbersOf.clear());
    if (!numbersOf.has(element)) {
      const whole = shortTextOf(element);
      numbersOf.set(element, whole ? (whole.match(NUMBERS) || []).map(compact) : null);
    }
    return numbersOf.get(element);
  }

  // True when the text is a piece of a number whose other pieces stand in the nodes beside it.
  function isPieceOfNumber(text, element) {
    const piece = compact(text);
    if (!piece || piece.length > 24 || !(/\d/.test(piece) || /^[A-Za-z]{2}$/.test(piece))) return false;
    for (let around = element, steps = 0; around && steps < 3; around = around.parentElement, steps++) {
      const numbers = numbersIn(around);
      if (!numbers) return false;
      if (numbers.some((number) => number.includes(piece))) return true;
    }
    return false;
  }

  function maskText(text, element) {
    if (element && isSensitive(element)) return text.replace(/\S+/g, MASK);
    if (element && element.isContentEditable && BEGINNING.test(text)) return MASK;
    return element && isPieceOfNumber(text, element) ? MASK : maskNumbers(fields.maskGiven(text, element, MASK));
  }

  // ---- attributes: rrweb masks none ----------------------------------------------------------------------------------

  // Names that the page's style sheets ask for, and may therefore leave with what they say.
  const asked = new Set();
  const ASKED = /\[\s*([\w-]+)|attr\(\s*([\w-]+)/g;
  const NO_TEXT = /^(id|class|_cssText|rr_.*)$/; // nobody reads it
  const isWritten = (name) => NO_TEXT.test(name) || posteParts.isReference(name) || posteParts.isShape(name);

  // ---- style sheets of links that were handed over before, in this page or one before it: a mark in the place of a text

  const LONG_SHEET = 1_000;
  let keptSheets = null; // mark -> [letters, names that it asks for]; `posteSheets` may come after this script
  let newSheets = {};

  // True when the kiosk has the text, and its names are learnt.
  function markSheet(attributes) {
    const css = attributes._cssText;
    if (!isTop || !config.keepsSheets || typeof css !== "string" || css.length < LONG_SHEET) return false;
    keptSheets = keptSheets || { ...window.posteSheets };
    attributes.rr_mark = markOf(css);
    const kept = Object.hasOwn(keptSheets, attributes.rr_mark) && keptSheets[attributes.rr_mark];
    if (kept) {
      for (const name of kept[1]) asked.add(name);
      delete attributes._cssText;
    } else {
      const names = new Set(Array.from(css.matchAll(ASKED), ([, name, other]) => name || other));
      newSheets[attributes.rr_mark] = [css.length, Array.from(names)];
    }
    return Boolean(kept);
  }

  function learnNames(css) {
    const before = asked.size;
    for (const [, name, other] of css.matchAll(ASKED)) asked.add(name || other);
    return asked.size > before;
  }

  // An address without what may be a secret of the caller: a query, or digits in the path. The kiosk's browser knows which
  // one is meant (views/kiosk/browser/seen_addresses.py, `spoken`).
  function spokenAddress(address) {
    try {
      const { protocol, host, pathname, search } = new URL(address);
      const query = search.slice(1);
      const isPlain = !query && (pathname.match(/\d/g) || []).length <= config.fewDigits;
      return `${protocol}//${host}${isPlain ? pathname : `/${addressMark(`${pathname}?${query}`)}`}`;
    } catch (error) {
      return "";
    }
  }

  const addressMark = (place) => markOf(place.replace(/%[0-9a-f]{2}|[^a-z0-9/?]/gi, ""));

  // Letters only: nothing that a guard takes for a number.
  function markOf(text) {
    let [a, b] = [0xdeadbeef, 0x41c6ce57];
    const salted = config.salt + text;
    for (let at = 0; at < salted.length; at++) {
      const code = salted.charCodeAt(at);
      a = Math.imul(a ^ code, 2654435761);
      b = Math.imul(b ^ code, 1597334677);
      a = (a << 7) | (a >>> 25);
      b = (b << 11) | (b >>> 21);
      [a, b] = [a ^ (b >>> 3), b ^ (a >>> 5)];
    }
    const hex = [a, b].map((part) => (part >>> 0).toString(16).padStart(8, "0")).join("");
    return hex.replace(/\d/g, (digit) => "ghijklmnop"[digit]);
  }

  const tagOf = (told) => posteParts.tag(told.tagName, told.isSVG);

  function scrubAttributes(attributes, told, secret) {
    const tag = tagOf(told);
    for (const name of Object.keys(attributes)) {
      const isText = posteParts.isShape(name) && !told.isSVG; // a style sheet may show it
      const kept = isText ? undefined : scrubbed(name, attributes[name], tag, secret);
      if (kept === undefined) delete attributes[name];
      else attributes[name] = kept;
    }
  }

  // An attribute as it may leave, or undefined.
  function scrubbed(name, value, tag, secret) {
    if (secret) {
      if (name === "value") return value ? FIELD_MASK : value;
      if (name === "selected" || name === "checked") return undefined;
      if (!KEPT_ATTRIBUTE.test(name)) return undefined;
    }
    if (typeof value === "object" && value !== null && name === "style") {
      for (const [property, one] of Object.entries(value)) {
        if (typeof one === "string") value[property] = posteParts.style(one, spokenAddress);
        else if (Array.isArray(one)) one[0] = posteParts.style(String(one[0]), spokenAddress);
      }
      return value;
    }
    if (name === "rr_mark") return value;
    if (name === "title") return typeof value === "string" ? "" : value; // nobody reads it in the mirror
    if (posteParts.isInvented(name) && name !== "aria-label" && !asked.has(name)) return undefined;
    if (posteParts.isReference(name) && typeof value === "string") value = fromHere(value);
    const kept = posteParts.attribute(tag, name, value, spokenAddress);
    // An address is told without numbers, and what looks like one in the letters of a picture's data is none.
    if (posteParts.isPicture(tag, name) && /^(https?|data):/i.test(kept)) return kept;
    return typeof kept === "string" && !isWritten(name) ? maskNumbers(fields.maskCopies(kept, MASK)) : kept;
  }

  // A part of this very page: rrweb tells its whole address.
  function fromHere(value) {
    const here = `${location.href.split("#")[0]}#`;
    return value.startsWith(here) ? value.slice(here.length - 1) : value;
  }

  // A picture of an <img> is told once it is loaded, or broken: before that (`loading=lazy`) the kiosk does not know its
  // address. Of those that `srcset` offers, the one that the kiosk's browser chose.
  const toldPictures = new WeakMap();

  function tellPicture(image, attributes) {
    if (!image || image.localName !== "img" || !("src" in attributes)) return;
    if (!toldPictures.has(image)) for (const kind of ["load", "error"]) image.addEventListener(kind, () => pictureCame(image));
    if (!image.complete) delete attributes.src;
    else if (attributes.src && /^https?:/.test(image.currentSrc)) attributes.src = image.currentSrc;
    toldPictures.set(image, attributes.src);
  }

  function pictureCame(image) {
    const id = mirror().getId(image);
    if (id <= 0 || toldPictures.get(image) === image.currentSrc) return;
    const attributes = [{ id, attributes: { src: image.currentSrc } }];
    emit({ type: 3, data: { source: 0, texts: [], removes: [], adds: [], attributes }, timestamp: Date.now() });
  }

  // rrweb leaves out which choices are taken as soon as select fields are masked at all; ours are masked one by one.
  function showTaken(serialized, secret) {
    const option = serialized.tagName === "option" && mirror().getNode(serialized.id);
    if (option && option.selected && !secret && !isSensitive(option)) serialized.attributes.selected = true;
  }

  const isStyle = (told) => told.type === 2 && posteParts.isStyle(told.tagName);

  function learnTree(root) {
    const pending = [root];
    while (pending.length) {
      const told = pending.pop();
      if (isStyle(told)) {
        if (told.tagName === "link" && markSheet(told.attributes)) continue;
        learnNames(told.attributes._cssText || "");
        for (const { textContent } of told.childNodes) learnNames(textContent || "");
      } else if (told.childNodes) pending.push(...told.childNodes);
    }
  }

  // A field tells that it is secret, and hides all that stands in it.
  function isSecretNode(told, element) {
    if (!element || element.nodeType !== Node.ELEMENT_NODE || !(fields.isField(element) || isSensitive(element))) return false;
    const secret = isSensitive(element) || isSecretField(element);
    if (secret && fields.isTypedSecret(element)) pads.seeSecret(element);
    return secret && !(element.localName === "input" && BUTTONS.includes(element.type) && !isSensitive(element));
  }

  function scrubTree(root, secretAbove) {
    const pending = [[root, secretAbove]];
    while (pending.length) {
      const [told, above] = pending.pop();
      const node = mirror().getNode(told.id);
      pads.see(node);
      const secret = above || isSecretNode(told, node);
      if (told.attributes) {
        tellPicture(node, told.attributes);
        scrubAttributes(told.attributes, told, secret);
        showTaken(told, secret);
      } else if (told.textContent) {
        told.textContent = secret ? told.textContent.replace(/\S+/g, MASK) : fields.maskCopies(told.textContent, MASK);
      }
      if (!told.childNodes) continue;
      const inStyle = isStyle(told);
      for (const child of told.childNodes) {
        if (inStyle && child.textContent) child.textContent = posteParts.style(child.textContent, spokenAddress);
        else pending.push([child, secret]);
      }
    }
  }

  let looked = new Map(); // what was found out about elements, in one turn of the page
  const isSecret = (node) => fields.isSecret(elementOf(node), looked);

  function scrub(event) {
    const { type, data } = event;
    looked = new Map();
    fields.readTyped();
    if (type === 2) {
      learnTree(data.node);
      scrubTree(data.node, false);
    }
    if (type !== 3) return;
    if (data.source === 5 && isSecret(mirror().getNode(data.id))) {
      data.isChecked = false;
      data.text = data.text ? FIELD_MASK : "";
    }
    if (data.source === 0) scrubMutation(data);
    if ([8, 13, 15].includes(data.source)) scrubRules(data);
  }

  function scrubMutation(data) {
    const names = asked.size;
    for (const added of data.adds) {
      learnTree(added.node);
      const parent = mirror().getNode(added.parentId);
      if (added.node.type === 3 && elementOf(parent) && posteParts.isStyle(elementOf(parent).localName)) {
        added.node.textContent = posteParts.style(added.node.textContent || "", spokenAddress);
      } else scrubTree(added.node, isSecret(parent));
    }
    for (const change of data.attributes) {
      const element = elementOf(mirror().getNode(change.id));
      if (!element) continue;
      pads.see(element);
      const css = change.attributes._cssText;
      const isKept = element.localName === "link" && markSheet(change.attributes);
      if (typeof css === "string" && !isKept) learnNames(css);
      const told = { tagName: element.localName, isSVG: element.namespaceURI === "http://www.w3.org/2000/svg" };
      isSecretNode(told, element);
      tellPicture(element, change.attributes);
      scrubAttributes(change.attributes, told, isSecret(element));
    }
    for (const text of data.texts) {
      const node = mirror().getNode(text.id);
      const element = elementOf(node);
      pads.see(node);
      if (element && posteParts.isStyle(element.localName) && text.value) text.value = posteParts.style(text.value, spokenAddress);
      else if (text.value) text.value = isSecret(element) ? MASK : fields.maskCopies(text.value, MASK);
    }
    if (data.removes.length || data.texts.length) pads.check();
    if (asked.size > names) namesCame();
  }

  function scrubRules(data) {
    const mend = (css) => {
      if (learnNames(css)) namesCame();
      return posteParts.style(css, spokenAddress);
    };
    const rules = [...(data.adds || []), ...(data.styles || []).flatMap((sheet) => sheet.rules || [])];
    for (const rule of rules) if (typeof rule.rule === "string") rule.rule = mend(rule.rule);
    for (const name of ["replace", "replaceSync"]) if (typeof data[name] === "string") data[name] = mend(data[name]);
    if (data.set && typeof data.set.value === "string") data.set.value = mend(data.set.value);
  }

  // What the attributes of these names say was left out so far.
  let namesTimer = 0;
  function namesCame() {
    clearTimeout(namesTimer);
    namesTimer = setTimeout(snapshot, config.pictureEveryMs / 4);
  }

  // ---- handing over --------------------------------------------------------------------------------------------------

  const pads = watchPads({ config, mirror, again: () => setTimeout(snapshot, 0) });
  const MOVES = [1, 6, 12]; // incremental sources that only move a cursor
  let bridge = null;
  let queue = [];
  let timer = 0;
  let handOverAt = 0;
  let handedOverAt = -Infinity;
  let holdsPicture = false;
  let isDrawn = false; // a picture could be made
  let isLost = false; // one could not
  let stopped = false;

  function hasBody() {
    return document.readyState !== "loading";
  }

  function handOver() {
    clearTimeout(timer);
    timer = 0;
    if (!bridge || !(queue.length || isLost) || stopped) return;
    handedOverAt = performance.now();
    const [events, pictures, lost] = [queue, holdsPicture, isLost];
    queue = [];
    holdsPicture = isLost = false;
    const address = location.origin + location.pathname;
    posteBudget.measure(() => bridge.push(JSON.stringify({ document: documentName, pictures, address, events, lost })));
    if (Object.keys(newSheets).length) bridge.keep(JSON.stringify(newSheets));
    Object.assign(keptSheets || {}, newSheets);
    newSheets = {};
  }

  function handOverIn(waitMs) {
    const at = performance.now() + waitMs;
    if (timer && handOverAt <= at) return;
    clearTimeout(timer);
    handOverAt = at;
    timer = setTimeout(handOver, waitMs);
  }

  // The kiosk asks again, and says at both ends when it stays so.
  function lose() {
    if (!isTop || stopped) return;
    isLost = true;
    handOverIn(config.batchMs);
  }

  // rrweb tells one value of a list where several choices may be taken; record_compare.js tells them all.
  const isMultiple = (node) => Boolean(node && node.localName === "select" && node.multiple);

  // Masked, or null: what could not be looked at does not leave.
  function cleaned(event) {
    try {
      scrub(event);
      if (!pads.mend(event, FIELD_MASK)) return null;
      if (event.type === 4) event.data.href = location.origin + location.pathname;
      return event;
    } catch (error) {
      if (event.type === 2) lose();
      return null;
    }
  }

  function emit(event) {
    if (stopped || event.type === 0 || event.type === 1) return; // DOMContentLoaded and Load: nothing to show
    if (event.type === 3 && event.data.source === 5 && isMultiple(mirror().getNode(event.data.id))) return;
    if (!cleaned(event)) return;
    if (!isTop) {
      const own = { ...event, k: config.token };
      window.parent.postMessage({ type: "rrweb", event: own, origin: location.origin, isCheckout: false }, "*");
      return;
    }
    if (event.type === 2) {
      holdsPicture = isDrawn = true;
      canvases.again();
      selects.again();
      focus.again();
    }
    queue.push(event);
    // With what rrweb tells together with a picture, and before the page's own scripts have their turn.
    if (event.type === 2) queueMicrotask(handOver);
    else if (event.type === 3 && MOVES.includes(event.data.source)) handOverIn(config.movesMs);
    // A change after a pause goes with what else changed in the same turn of the page; those that follow travel together.
    else handOverIn(performance.now() - handedOverAt > config.quietMs ? 0 : config.batchMs);
  }

  // rrweb itself posts what it sees in a frame; it passes here first, to be masked and signed.
  const signed = {
    name: "poste",
    eventProcessor(event) {
      const masked = cleaned(event);
      return masked && { ...masked, k: config.token };
    },
  };

  // ---- recording -----------------------------------------------------------------------------------------------------

  const INPUT_KINDS =
    "color date datetime-local email month number range search tel text time url week textarea select password hidden file";
  const watches = config.sites.length > 0;
  const isHidden = (element) => fields.isSecret(element, new Map()) || Boolean(element.closest(BLOCKED));
  const parts = { config, emit, mirror, maskInput, maskText, isHidden, isMultiple, snapshot };
  // rrweb calls `emit` before these exist only for what is not a picture.
  let canvases = { again() {}, stop() {} };
  let selects = { again() {}, stop() {} };
  let focus = { again() {}, stop() {} };

  // rrweb listens for its frames' messages itself; here the guard (record_guard.js) does, and passes on what is signed.
  const frames = window.posteFrames;
  const listen = window.addEventListener;
  if (isTop && watches) {
    window.addEventListener = function (kind, listener, options) {
      if (kind === "message" && frames) frames.listener = listener;
      else if (kind !== "message") listen.call(window, kind, listener, options);
    };
    if (frames) {
      frames.accepts = ({ data, origin }) =>
        Boolean(data.event) && data.event.k === config.token && config.sites.some(([listed]) => listed === origin);
    }
  }
  const stopRrweb = rrweb.record({
    emit,
    plugins: isTop ? [] : [signed],
    recordAfter: "DOMContentLoaded",
    recordCrossOriginIframes: watches,
    recordCanvas: false, // true keeps two animation loops alive; canvases are sampled below
    collectFonts: false,
    inlineImages: false,
    inlineStylesheet: true,
    maskInputOptions: Object.fromEntries(INPUT_KINDS.split(" ").map((kind) => [kind, true])),
    maskInputFn: maskInput,
    maskTextSelector: "*",
    maskTextFn: maskText,
    blockSelector: BLOCKED,
    slimDOMOptions: { script: true, comment: true, headWhitespace: true, headMetaSocial: true, headMetaVerification: true },
    sampling: { mousemove: 50, mousemoveCallback: 100, scroll: 50, input: "all" },
    errorHandler: () => true,
  });
  if (isTop && watches) Reflect.deleteProperty(window, "addEventListener");

  function snapshot() {
    if (stopped || !hasBody() || posteBudget.resting || pads.isQuiet()) return; // after the rest comes a picture anyway
    try {
      posteBudget.measure(() => rrweb.record.takeFullSnapshot(true));
    } catch (error) {
      return lose();
    }
    handOver();
  }

  // A blocked element keeps the size it had; images that load later move what follows. And every minute: a log that can
  // be entered, and a cure for whatever was missed.
  const onLoad = () => setTimeout(() => document.querySelector(BLOCKED) && snapshot(), 0);
  if (document.readyState !== "complete") addEventListener("load", onLoad, { once: true });
  const checkpoint = setInterval(snapshot, config.checkpointMs);

  if (isTop) {
    new QWebChannel(qt.webChannelTransport, (channel) => {
      bridge = channel.objects.bridge;
      handOver();
    });
  }

  // rrweb keeps its errors to itself; the first picture comes when the page is read.
  function checkDrawn() {
    if (!isDrawn && hasBody()) snapshot();
    if (!isDrawn) drawnTimer = setTimeout(checkDrawn, config.pictureEveryMs);
  }
  let drawnTimer = setTimeout(checkDrawn, config.pictureEveryMs);

  posteBudget.whenRested(snapshot);
  const comparing = comparePage(parts);
  canvases = sampleCanvases({ ...parts, roots: comparing.roots });
  selects = watchSelects(parts);
  focus = watchFocus(parts);

  // ---- the two calls of the browser pane -------------------------------------------------------------------------------

  // What is the caller's own, also for whoever acts in the page (page_agent.js): asked about an element, not a masked text.
  const isPrivate = (element) => Boolean(element.closest(BLOCKED)) || fields.isSecret(element, new Map());

  window.posteRecorder = {
    document: documentName,
    isPrivate,
    // Whoever asks for a picture may lack what was handed over before.
    snapshot() {
      keptSheets = {};
      snapshot();
    },
    cost: posteBudget.facts,
    stop() {
      stopped = true;
      queue = [];
      if (stopRrweb) stopRrweb();
      clearInterval(checkpoint);
      clearTimeout(namesTimer);
      clearTimeout(drawnTimer);
      for (const part of [comparing, canvases, selects, focus, pads, posteBudget]) part.stop();
      if (isTop && frames) frames.listener = null;
      removeEventListener("load", onLoad);
      delete window.posteRecorder;
    },
  };
})();
