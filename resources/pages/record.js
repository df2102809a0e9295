// SPDX-License-Identifier: GPL-3.0-only
// The recorder: runs in the kiosk's browser pane, in an isolated world, after the caller's consent and until it ends.
// Put there by views/kiosk_browser.py after record_shim.js, rrweb and qwebchannel.js; `__CONFIG__` is replaced by JSON.
// It masks before anything leaves the page, and hands events over through the one slot `bridge.push(text)`.
(function () {
  "use strict";
  const config = __CONFIG__;
  if (window.posteRecorder || !/^https?:$/.test(location.protocol)) return;

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
  const GAP = "[\\s.\\-_/\\u00ad\\u200b-\\u200d\\u2060\\ufeff]{0,3}";
  // French social security number and account numbers (ISO 13616): the kiosk's second guard has the strict patterns.
  const NUMBERS = new RegExp(
    `(?<!\\d)[1-478]${GAP}\\d\\d${GAP}(?:0[1-9]|1[0-2]|[2-9]\\d)${GAP}(?:\\d\\d|2[AaBb])${GAP}\\d\\d\\d${GAP}\\d\\d\\d` +
      `(?:${GAP}\\d\\d)?(?!\\d)|\\b[A-Za-z]{2}\\d\\d${GAP}(?:[A-Za-z]{0,4}\\d)(?:${GAP}[A-Za-z0-9]){10,30}\\b`,
    "g",
  );
  // The same numbers half typed: eight characters are enough to hide the rest.
  const BEGINNING = new RegExp(
    `^\\s*(?:[1-478]${GAP}\\d\\d${GAP}(?:0[1-9]|1[0-2]|[2-9]\\d)${GAP}(?:\\d\\d|2[AaBb])${GAP}\\d|[A-Za-z]{2}${GAP}\\d\\d${GAP}\\d\\d)`,
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

  function maskText(text, element) {
    if (element && isSensitive(element)) return text.replace(/\S+/g, MASK);
    return maskNumbers(text);
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

  function scrubTree(serialized, secretIds) {
    const pending = [serialized];
    while (pending.length) {
      const node = pending.pop();
      if (node.attributes) {
        scrubAttributes(node.attributes, node.tagName, secretIds.has(node.id));
        showChosenSource(node);
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

  let bridge = null;
  let queue = [];
  let timer = 0;
  let stopped = false;

  function hasBody() {
    return document.readyState !== "loading";
  }

  function handOver() {
    timer = 0;
    if (!bridge || !queue.length || stopped) return;
    const events = queue;
    queue = [];
    bridge.push(JSON.stringify({ document: documentName, address: location.origin + location.pathname, events }));
  }

  function emit(event) {
    if (stopped) return;
    if (event.type === 0 || event.type === 1) return; // DOMContentLoaded and Load: nothing to show
    try {
      scrub(event);
      if (event.type === 4) event.data.href = location.origin + location.pathname;
    } catch (error) {
      return; // what could not be looked at does not leave
    }
    queue.push(event);
    if (!timer) timer = setTimeout(handOver, config.batchMs);
  }

  // ---- recording -----------------------------------------------------------------------------------------------------

  const INPUT_KINDS =
    "color date datetime-local email month number range search tel text time url week textarea select password hidden file";
  const stopRrweb = rrweb.record({
    emit,
    recordAfter: "DOMContentLoaded",
    recordCrossOriginIframes: false,
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

  function snapshot() {
    if (stopped || !hasBody()) return;
    try {
      rrweb.record.takeFullSnapshot(true);
    } catch (error) {
      return; // not recording yet: the first picture comes by itself
    }
    handOver();
  }

  // A blocked element keeps the size it had; images that load later move what follows. And every minute: a log that can
  // be entered, and a cure for whatever was missed.
  const onLoad = () => setTimeout(snapshot, 0);
  if (document.readyState !== "complete") addEventListener("load", onLoad, { once: true });
  const checkpoint = setInterval(snapshot, config.checkpointMs);

  new QWebChannel(qt.webChannelTransport, (channel) => {
    bridge = channel.objects.bridge;
    handOver();
  });

  // ---- what an isolated world cannot see -----------------------------------------------------------------------------
  // rrweb learns of values set by the page's own script, of rules inserted into style sheets and of shadow roots by
  // patching prototypes; in an isolated world the page uses other prototypes. So they are compared from time to time.

  const values = new WeakMap();
  const sheets = new WeakMap();
  const shadowHosts = new WeakSet();
  let adopted = "";
  let compared = false;
  let turn = 0;

  const stateOf = (field) => `${field.value}|${Boolean(field.checked)}`;
  const onUserInput = (event) => {
    const field = event.target;
    if (field && "value" in field) values.set(field, stateOf(field));
  };
  for (const kind of ["input", "change"]) document.addEventListener(kind, onUserInput, true);

  function fingerprint(sheet) {
    try {
      const rules = sheet.cssRules;
      return `${rules.length}:${rules.length ? rules[0].cssText.length + ":" + rules[rules.length - 1].cssText : ""}`;
    } catch (error) {
      return ""; // a style sheet of another origin
    }
  }

  function changed(memory, key, now) {
    const before = memory.get(key);
    memory.set(key, now);
    return compared && before !== undefined && before !== now;
  }

  function compareFields() {
    for (const field of document.querySelectorAll("input,select,textarea")) {
      const id = mirror().getId(field);
      if (!changed(values, field, stateOf(field)) || field.type === "file" || id <= 0) continue;
      const data = { source: 5, id, text: maskInput(field.value, field), isChecked: Boolean(field.checked) };
      emit({ type: 3, data, timestamp: Date.now() });
    }
  }

  function compareSheets() {
    for (const sheet of document.styleSheets) {
      const owner = sheet.ownerNode;
      if (!owner || owner.tagName !== "STYLE" || !changed(sheets, sheet, fingerprint(sheet))) continue;
      const id = mirror().getId(owner);
      if (owner.textContent.trim() || id <= 0) continue;
      const text = Array.from(sheet.cssRules, (rule) => rule.cssText).join("\n") || " ";
      const data = { source: 0, texts: [], removes: [], adds: [], attributes: [{ id, attributes: { _cssText: text } }] };
      emit({ type: 3, data, timestamp: Date.now() });
    }
    const now = Array.from(document.adoptedStyleSheets || [], fingerprint).join("/");
    const different = compared && now !== adopted;
    adopted = now;
    return different;
  }

  function compareShadowRoots() {
    let found = false;
    const elements = document.querySelectorAll("*");
    for (let index = 0; index < Math.min(elements.length, config.shadowScanMax); index++) {
      const element = elements[index];
      if (!element.shadowRoot || shadowHosts.has(element)) continue;
      shadowHosts.add(element);
      const meta = mirror().getMeta(element);
      found = found || (compared && meta && !meta.isShadowHost);
    }
    return found;
  }

  function compare() {
    if (!hasBody() || document.hidden) return;
    compareFields();
    const styles = compareSheets();
    const shadows = turn++ % 4 === 0 && compareShadowRoots();
    compared = true;
    if (styles || shadows) snapshot();
  }
  const comparing = setInterval(compare, config.compareMs);
  // The first comparison is with what the first picture holds, so it is taken at the same moment.
  if (hasBody()) compare();
  else document.addEventListener("DOMContentLoaded", compare, { once: true });

  // ---- canvases: scripts are off in the mirror, so a picture is sent instead -------------------------------------------

  const pictures = new WeakMap();
  function sampleCanvases() {
    if (document.hidden) return;
    for (const canvas of document.querySelectorAll("canvas")) {
      const id = mirror().getId(canvas);
      const box = canvas.getBoundingClientRect();
      if (id <= 0 || !canvas.width || !box.width || box.bottom < 0 || box.top > innerHeight) continue;
      if (isSensitive(canvas) || canvas.closest(BLOCKED)) continue;
      try {
        const url = canvas.toDataURL("image/webp", 0.5);
        if (pictures.get(canvas) === url || url.length > config.canvasMaxChars) continue;
        pictures.set(canvas, url);
        emit({ type: 5, data: { tag: "canvas", payload: { id, url } }, timestamp: Date.now() });
      } catch (error) {
        pictures.set(canvas, ""); // holds pixels of another origin: not ours to read
      }
    }
  }
  const sampling = setInterval(sampleCanvases, config.canvasMs);

  // ---- the two calls of the browser pane -------------------------------------------------------------------------------

  window.posteRecorder = {
    snapshot,
    stop() {
      stopped = true;
      queue = [];
      if (stopRrweb) stopRrweb();
      for (const job of [checkpoint, comparing, sampling]) clearInterval(job);
      removeEventListener("load", onLoad);
      document.removeEventListener("DOMContentLoaded", compare);
      for (const kind of ["input", "change"]) document.removeEventListener(kind, onUserInput, true);
      delete window.posteRecorder;
    },
  };
})();
