// SPDX-License-Identifier: GPL-3.0-only
// The recorder: runs in the kiosk's browser pane, in an isolated world, after the caller's consent and until it ends.
// Put there by views/kiosk/browser/profile.py after record_shim.js, rrweb, qwebchannel.js and the other record_*.js; `__CONFIG__` is
// replaced by JSON. It masks before anything leaves the page, and hands events over through the one slot
// `bridge.push(text)`. In a frame of another, listed site it masks there and hands to the page around it, with a token.
(function () {
  "use strict";
  const config = __CONFIG__;
  if (window.posteRecorder || !/^https?:$/.test(location.protocol)) return;
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
  const mirror = () => rrweb.record.mirror;

  // ---- what is sensitive -------------------------------------------------------------------------------------------

  const SENSITIVE = config.sensitive;
  const BLOCKED = config.blocked;
  // Fields that ask for secrets or for numbers of people and accounts, by their name, id or label.
  const SENSITIVE_NAME =
    /passw|mot.?de.?passe|secret|token|csrf|otp|\bpin\b|cvv|cvc|crypto|iban|\bbic\b|\brib\b|\bnir\b|n°.?ss\b|num.?secu|secu.?(num|soc)|s[eé]curit[eé].?sociale|social.?security|carte.?(bancaire|bleue)|card.?num/i;
  const SENSITIVE_AUTOCOMPLETE = /^cc-|one-time-code|password/i;
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
  // Attributes that are no text for people: masking would only break the picture.
  const TECHNICAL_ATTRIBUTE = /^(id|class|style|src|d|points|transform|viewBox|_cssText|rr_.*)$/;

  function elementOf(node) {
    return node && node.nodeType === Node.ELEMENT_NODE ? node : node && node.parentElement;
  }

  function isSensitive(node) {
    const element = elementOf(node);
    try {
      return Boolean(element && element.closest(SENSITIVE));
    } catch (error) {
      return true;
    }
  }

  function nameOf(field) {
    const labels = field.labels ? Array.from(field.labels, (label) => label.textContent).join(" ") : "";
    return [field.name, field.id, field.getAttribute("aria-label"), field.placeholder, labels].join(" ").slice(0, 500);
  }

  const secretFields = new WeakSet(); // once secret, always secret: pages turn passwords into text to show them

  function isSecretField(field) {
    if (secretFields.has(field)) return true;
    const secret =
      ["password", "hidden", "file"].includes(field.type) ||
      field.hasAttribute("data-rr-is-password") ||
      SENSITIVE_AUTOCOMPLETE.test(field.autocomplete || "") ||
      (field.tagName !== "SELECT" && SENSITIVE_NAME.test(nameOf(field))) ||
      isSensitive(field);
    if (secret) secretFields.add(field);
    return secret;
  }

  function maskNumbers(text) {
    return text.replace(NUMBERS, MASK);
  }

  function maskInput(text, field) {
    if (!text) return "";
    try {
      if (["button", "submit", "reset", "checkbox", "radio"].includes(field.type)) return maskNumbers(text);
      if (isSecretField(field) || BEGINNING.test(text)) return FIELD_MASK;
      return maskNumbers(text);
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

  // True when the text is a piece of a number whose other pieces stand in the nodes beside it.
  function isPieceOfNumber(text, element) {
    const piece = compact(text);
    if (!piece || piece.length > 24 || !(/\d/.test(piece) || /^[A-Za-z]{2}$/.test(piece))) return false;
    for (let around = element, steps = 0; around && steps < 3; around = around.parentElement, steps++) {
      const whole = shortTextOf(around);
      if (!whole) return false;
      if ((whole.match(NUMBERS) || []).some((found) => compact(found).includes(piece))) return true;
    }
    return false;
  }

  function maskText(text, element) {
    if (element && isSensitive(element)) return text.replace(/\S+/g, MASK);
    return element && isPieceOfNumber(text, element) ? MASK : maskNumbers(text);
  }

  // ---- attributes: rrweb masks none ----------------------------------------------------------------------------------

  const ADDRESSES = ["href", "action", "formaction", "ping", "cite", "data-url", "data-href"];

  function scrubAttributes(attributes, tag, sensitive) {
    for (const name of Object.keys(attributes)) {
      const value = attributes[name];
      if (name === "value" && sensitive) attributes[name] = value ? FIELD_MASK : value;
      else if (sensitive && !KEPT_ATTRIBUTE.test(name)) delete attributes[name];
      else if (name.startsWith("on") || /^(srcset|imagesrcset|srcdoc|rr_src)$/.test(name)) delete attributes[name];
      else if (ADDRESSES.includes(name) && tag !== "link" && tag !== "image" && tag !== "use") {
        // The mirror follows no link; an address may carry a name or a token.
        if (typeof value === "string" && !value.startsWith("#")) attributes[name] = "#";
      } else if (typeof value === "string" && !TECHNICAL_ATTRIBUTE.test(name)) attributes[name] = maskNumbers(value);
    }
  }

  function showChosenSource(serialized) {
    // Of the pictures that `srcset` offers, the mirror shows the one that the kiosk's browser chose.
    const image = serialized.tagName === "img" && mirror().getNode(serialized.id);
    if (image && /^https?:/.test(image.currentSrc || "") && serialized.attributes.src) {
      serialized.attributes.src = image.currentSrc;
    }
  }

  // rrweb leaves out which choices are taken as soon as select fields are masked at all; ours are masked one by one.
  function showTaken(serialized) {
    const option = serialized.tagName === "option" && mirror().getNode(serialized.id);
    if (option && option.selected && !isSensitive(option)) serialized.attributes.selected = true;
  }

  function scrubTree(serialized, secretIds) {
    const pending = [serialized];
    while (pending.length) {
      const node = pending.pop();
      if (node.attributes) {
        scrubAttributes(node.attributes, node.tagName, secretIds.has(node.id));
        showChosenSource(node);
        showTaken(node);
      }
      if (node.childNodes) pending.push(...node.childNodes);
    }
  }

  function isSecret(node) {
    const element = elementOf(node);
    return isSensitive(element) || Boolean(element && element.matches("input,textarea") && isSecretField(element));
  }

  function secretIdsOf(root) {
    const ids = new Set();
    const collect = (element) => ids.add(mirror().getId(element));
    for (const element of root.querySelectorAll(SENSITIVE)) {
      collect(element);
      element.querySelectorAll("*").forEach(collect);
    }
    for (const field of root.querySelectorAll("input,textarea")) if (isSecretField(field)) collect(field);
    return ids;
  }

  function scrub(event) {
    if (event.type === 2) scrubTree(event.data.node, secretIdsOf(document));
    if (event.type !== 3) return;
    if (event.data.source === 5 && isSecret(mirror().getNode(event.data.id))) {
      event.data.isChecked = false;
      event.data.text = event.data.text ? FIELD_MASK : "";
    }
    if (event.data.source !== 0) return;
    for (const added of event.data.adds) {
      scrubTree(added.node, new Set(isSecret(mirror().getNode(added.node.id)) ? [added.node.id] : []));
    }
    for (const change of event.data.attributes) {
      const element = elementOf(mirror().getNode(change.id));
      scrubAttributes(change.attributes, element ? element.localName : "", isSecret(element));
    }
  }

  // ---- handing over --------------------------------------------------------------------------------------------------

  const MOVES = [1, 6, 12]; // incremental sources that only move a cursor
  let bridge = null;
  let queue = [];
  let timer = 0;
  let handOverAt = 0;
  let handedOverAt = -Infinity;
  let holdsPicture = false;
  let stopped = false;

  function hasBody() {
    return document.readyState !== "loading";
  }

  function handOver() {
    clearTimeout(timer);
    timer = 0;
    if (!bridge || !queue.length || stopped) return;
    handedOverAt = performance.now();
    const events = queue;
    const pictures = holdsPicture;
    queue = [];
    holdsPicture = false;
    const address = location.origin + location.pathname;
    posteBudget.measure(() => bridge.push(JSON.stringify({ document: documentName, pictures, address, events })));
  }

  function handOverIn(waitMs) {
    const at = performance.now() + waitMs;
    if (timer && handOverAt <= at) return;
    clearTimeout(timer);
    handOverAt = at;
    timer = setTimeout(handOver, waitMs);
  }

  // rrweb tells one value of a list where several choices may be taken; record_compare.js tells them all.
  const isMultiple = (node) => Boolean(node && node.localName === "select" && node.multiple);

  // Masked, or null: what could not be looked at does not leave.
  function cleaned(event) {
    try {
      scrub(event);
      if (event.type === 4) event.data.href = location.origin + location.pathname;
      return event;
    } catch (error) {
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
      holdsPicture = true;
      canvases.again();
      selects.again();
    }
    queue.push(event);
    if (event.type === 3 && MOVES.includes(event.data.source)) handOverIn(config.movesMs);
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
  const isHidden = (element) => isSensitive(element) || Boolean(element.closest(BLOCKED));
  const parts = { config, emit, mirror, maskInput, maskText, isHidden, isMultiple, snapshot };
  // rrweb calls `emit` before these exist only for what is not a picture.
  let canvases = { again() {}, stop() {} };
  let selects = { again() {}, stop() {} };

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
  if (isTop && watches) delete window.addEventListener;

  function snapshot() {
    if (stopped || !hasBody() || posteBudget.resting) return; // after the rest comes a picture anyway
    try {
      posteBudget.measure(() => rrweb.record.takeFullSnapshot(true));
    } catch (error) {
      return; // not recording yet: the first picture comes by itself
    }
    handOver();
  }

  // A blocked element keeps the size it had; images that load later move what follows. And every minute: a log that can
  // be entered, and a cure for whatever was missed.
  const onLoad = () => setTimeout(() => (isLarge() && !document.querySelector(BLOCKED)) || snapshot(), 0);
  const isLarge = () => document.getElementsByTagName("*").length > config.largePage;
  if (document.readyState !== "complete") addEventListener("load", onLoad, { once: true });
  const checkpoint = setInterval(snapshot, config.checkpointMs);

  if (isTop) {
    new QWebChannel(qt.webChannelTransport, (channel) => {
      bridge = channel.objects.bridge;
      handOver();
    });
  }

  posteBudget.whenRested(snapshot);
  const comparing = comparePage(parts);
  canvases = sampleCanvases({ ...parts, roots: comparing.roots });
  selects = watchSelects(parts);

  // ---- the two calls of the browser pane -------------------------------------------------------------------------------

  // What is the caller's own, also for whoever acts in the page (page_agent.js): asked about an element, not a masked text.
  function isPrivate(element) {
    if (isSensitive(element) || element.closest(BLOCKED)) return true;
    return element.matches("input,textarea,select") && isSecretField(element);
  }

  window.posteRecorder = {
    document: documentName,
    isPrivate,
    snapshot,
    cost: posteBudget.facts,
    stop() {
      stopped = true;
      queue = [];
      if (stopRrweb) stopRrweb();
      clearInterval(checkpoint);
      for (const part of [comparing, canvases, selects, posteBudget]) part.stop();
      if (isTop && frames) frames.listener = null;
      removeEventListener("load", onLoad);
      delete window.posteRecorder;
    },
  };
})();
