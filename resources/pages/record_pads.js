// SPDX-License-Identifier: GPL-3.0-only
// What a finger does is told by no event while the page asks for a secret: neither over a field for one nor over a key pad.
// A key pad is at least nine things that each show one digit, in any script, or nine pictures without a name in rows and
// columns, as banks draw them. It is shown as it first was: a key that changes its look when
// it is touched would tell itself. After a touch the page stands still at the desk for a moment; then one picture tells the
// rest. Digits are looked for only in what rrweb has just told, never in the whole page.
// Part of the recorder (record.js), which asks it about each event.
const watchPads = ({ config, mirror, again }) => {
  const POINTER = [1, 2, 6, 12, 14]; // rrweb's sources: moves, clicks and focus, touches, drags, selection
  const [MUTATION, INPUT] = [0, 5];
  const [DISTINCT, MOST_KEYS, LEVELS] = [9, 20, 8];
  const NEEDS_HINT = ["td", "th", "li", "dt", "dd", "p", "time"];
  const HINT = "a,button,[role],[onclick],[tabindex],label,summary,input";
  const ONE_DIGIT = /^\D{0,12}(\d)\D{0,12}$/;
  const A_KEY = /^\s{0,12}(\d)[\sA-Z]{0,12}$/; // telephones have letters under their digits
  const [NAMELESS_KEY, LEAST_PX, SAME_PX] = ["button,a,[role=button],input[type=button],input[type=image]", 20, 3];
  const ONLY_DIGITS = /^(?=\D*\d)[\s\d•*·●_.-]*$/;

  const keys = new Map(); // element -> the digit that it shows; itself when it shows but a picture
  const secrets = new Set(); // fields that a finger types a secret into
  const watched = new WeakSet(); // documents whose touches are looked at
  let pads = new Set(); // elements that are shown as they first were
  let first = new WeakMap(); // such an element -> how rrweb told it first
  let dirty = false;
  let quietUntil = 0;
  let quietTimer = 0;

  const parentOf = (node) => node.parentNode || node.host || null;
  const digitIn = (text) => (A_KEY.exec(text) || ["", ""])[1];
  // Decimal digits of every script stand ten in a row, and begin at a code that ends in 0 or 6 (Unicode, section 4.6).
  const DECIMALS = new RegExp("\\p{Nd}", "gu");
  const isDecimal = (code) => String.fromCodePoint(code).search(DECIMALS) === 0;
  function asciiDigit(sign) {
    const [code, low] = [sign.codePointAt(0), sign.codePointAt(0) & 15];
    return String(isDecimal(code - low) ? low : low - 6);
  }
  const asciiText = (text) => (text.length <= 40 ? text.normalize("NFKC").replace(DECIMALS, asciiDigit) : "");

  function isInPad(node) {
    if (!pads.size) return false;
    for (let at = node; at; at = parentOf(at)) if (pads.has(at)) return true;
    return false;
  }

  // ---- what rrweb tells --------------------------------------------------------------------------------------------------

  function remember(element, digit) {
    if (!element || element.localName === "option") return;
    if (keys.get(element) === digit) return;
    keys.set(element, digit);
    dirty = true;
  }

  function seeText(node, text) {
    const digit = digitIn(asciiText(text));
    const parent = digit && node && parentOf(node);
    if (parent) remember(parent.host || parent, digit);
  }

  function seeElement(element, attributes) {
    for (const name of ["alt", "aria-label", "title", "value"]) {
      const told = name === "value" && element.localName !== "input" ? null : element.getAttribute(name);
      if (!told || (name === "value" && !["button", "submit", "reset"].includes(element.type))) continue;
      const found = ONE_DIGIT.exec(asciiText(told));
      if (found) remember(element, found[1]);
    }
    if (element.matches(NAMELESS_KEY) && !isNamed(element)) remember(element, element);
  }

  function isNamed(element) {
    if (element.textContent.trim() || (element.type === "button" && element.value)) return true;
    return [element, ...element.querySelectorAll("img")].some((each) =>
      ["alt", "aria-label", "aria-labelledby", "title"].some((name) => (each.getAttribute(name) || "").trim()),
    );
  }

  // Each node of a tree that leaves passes here.
  function see(node) {
    if (!node) return;
    if (node.nodeType === Node.TEXT_NODE) seeText(node, node.data);
    else if (node.nodeType === Node.ELEMENT_NODE) seeElement(node);
  }

  // ---- pads --------------------------------------------------------------------------------------------------------------

  function isHinted(element) {
    if (!NEEDS_HINT.includes(element.localName)) return true;
    const near = element.closest(HINT);
    return Boolean(near && near.contains(element) && near.querySelectorAll("*").length < 6) || getComputedStyle(element).cursor === "pointer";
  }

  function isCalendar(root) {
    let days = 0;
    for (const element of root.querySelectorAll("*")) {
      if (!element.firstElementChild && /^\s*(1\d|2\d|3[01])\s*$/.test(element.textContent)) days += 1;
    }
    return days >= 15;
  }

  // Of one size, in rows and columns: icons for sharing a page stand in one line.
  function isGrid(found) {
    const [wide, high] = [found[0].offsetWidth, found[0].offsetHeight]; // whatever a touch does to a key's look
    const isSame = (key) => Math.abs(key.offsetWidth - wide) <= SAME_PX && Math.abs(key.offsetHeight - high) <= SAME_PX;
    const boxes = found.map((key) => key.getBoundingClientRect());
    const across = new Set(boxes.map((box) => Math.round((box.left + box.right) / wide)));
    const down = new Set(boxes.map((box) => Math.round((box.top + box.bottom) / high)));
    return Math.min(wide, high) >= LEAST_PX && found.every(isSame) && across.size >= 3 && down.size >= 2;
  }

  // The lowest elements around nine different digits or more, not many times each.
  function rootsOf(candidates, isPad) {
    const around = new Map();
    for (const [key, digit] of candidates) {
      for (let at = parentOf(key), steps = 0; at && steps < LEVELS; at = parentOf(at), steps++) {
        const found = around.get(at) || { digits: new Set(), keys: [] };
        found.digits.add(digit);
        found.keys.push(key);
        around.set(at, found);
      }
    }
    const fits = ([root, found]) =>
      root.nodeType === Node.ELEMENT_NODE &&
      found.digits.size >= DISTINCT &&
      found.keys.length <= MOST_KEYS &&
      isPad(root, found);
    const fitting = Array.from(around).filter(fits);
    return fitting.filter(([root]) => !fitting.some(([other]) => other !== root && isAround(root, other)));
  }

  const isDigits = (root, found) =>
    (found.digits.size === 10 || found.keys.filter(isHinted).length >= DISTINCT) && !isCalendar(root);

  function isAround(outer, inner) {
    for (let at = parentOf(inner); at; at = parentOf(at)) if (at === outer) return true;
    return false;
  }

  // A pad alone is shown whole as it was; where much else stands in it, each of its keys is.
  function frozenOf(root, found) {
    const much = root.querySelectorAll("*").length > 8 * found.length;
    const holdsMore = root.matches("body,html") || root.querySelector("input:not([type=hidden],[type=button]),textarea,select,iframe");
    return much || holdsMore ? found : [root];
  }

  function evaluate(isPicture) {
    dirty = false;
    for (const [key] of keys) if (!key.isConnected) keys.delete(key);
    const before = pads;
    pads = new Set();
    if (keys.size >= DISTINCT) {
      const all = Array.from(keys);
      const roots = rootsOf(all.filter(([key, digit]) => key !== digit), isDigits);
      roots.push(...rootsOf(all.filter(([key, digit]) => key === digit), (_root, found) => isGrid(found.keys)));
      for (const [root, found] of roots) for (const element of frozenOf(root, found.keys)) pads.add(element);
    }
    for (const element of pads) listenIn(element.ownerDocument);
    // What was shown as it first was may be something else by now; and what is a pad from now on is told whole once.
    if ((before.size && !pads.size) || (!isPicture && Array.from(pads).some((pad) => !first.has(pad)))) again();
  }

  // ---- touches -----------------------------------------------------------------------------------------------------------

  function onTouch(event) {
    if (!event.composedPath().some((node) => pads.has(node))) return;
    quietUntil = performance.now() + config.padQuietMs;
    clearTimeout(quietTimer);
    quietTimer = setTimeout(again, config.padQuietMs + 20);
  }
  const KINDS = ["pointerdown", "pointerup", "touchstart", "mousedown", "click", "keydown"];

  function listenIn(page) {
    if (watched.has(page)) return;
    watched.add(page);
    for (const kind of KINDS) page.addEventListener(kind, onTouch, true);
  }

  const isQuiet = () => performance.now() < quietUntil;

  // ---- what may leave ------------------------------------------------------------------------------------------------------

  function asksForSecret() {
    for (const field of secrets) if (!field.isConnected) secrets.delete(field);
    return secrets.size > 0;
  }

  const hidesPointer = () => pads.size > 0 || asksForSecret();

  // What shows a picture, or what no script of ours sees into, may be a key pad all the same.
  function isBlind(id) {
    const node = mirror().getNode(id);
    if (!node || node.nodeType !== Node.ELEMENT_NODE) return false;
    if (node.matches("canvas,area,img[usemap],input[type=image],object,embed,iframe")) return true;
    return node.localName.includes("-") && !node.shadowRoot && !node.childElementCount;
  }

  function mendPointer(data) {
    if (hidesPointer()) return false;
    if (!data.positions) return data.id === undefined || !isBlind(data.id);
    data.positions = data.positions.filter(({ id }) => !isBlind(id));
    return data.positions.length > 0;
  }

  // Numbers that a page shows beside its key pad may be what was just typed there.
  function hideDigits(told, node, mask) {
    if (told.textContent && ONLY_DIGITS.test(told.textContent) && !isInPad(node)) told.textContent = mask;
    if (told.attributes && typeof told.attributes.value === "string" && ONLY_DIGITS.test(told.attributes.value)) {
      told.attributes.value = mask;
    }
  }

  function keepFirst(told, node) {
    if (!pads.has(node)) return false;
    if (!first.has(node)) first.set(node, structuredClone({ attributes: told.attributes, childNodes: told.childNodes }));
    Object.assign(told, structuredClone(first.get(node)));
    return true;
  }

  // A tree as it may leave.
  function mendTree(root, mask) {
    const pending = [root];
    while (pending.length) {
      const told = pending.pop();
      const node = mirror().getNode(told.id);
      if (node && keepFirst(told, node)) continue;
      hideDigits(told, node, mask);
      if (told.childNodes) pending.push(...told.childNodes);
    }
  }

  const isPadId = (id) => isInPad(mirror().getNode(id));

  // False: nothing of this event may leave. Else it is as it may leave.
  function mend(event, mask) {
    const { type, data } = event;
    if (dirty) evaluate(type === 2);
    if (type === 3 && POINTER.includes(data.source)) return mendPointer(data);
    if (!pads.size) return true;
    if (isQuiet() && type !== 4) return false;
    if (type === 2) mendTree(data.node, mask);
    if (type === 5) return !isPadId(data.payload.id);
    if (type !== 3) return true;
    if (data.source === MUTATION) return mendMutation(data, mask);
    if (data.id !== undefined && isPadId(data.id)) return false;
    if (data.source === INPUT && ONLY_DIGITS.test(data.text)) data.text = mask;
    return true;
  }

  function mendMutation(data, mask) {
    const isOutside = ({ id }) => !isPadId(id);
    // A new pad comes whole; what changes in one that is shown does not.
    data.adds = data.adds.filter((added) => !isPadId(added.parentId));
    data.removes = data.removes.filter((removed) => !isPadId(removed.parentId));
    data.texts = data.texts.filter(isOutside);
    data.attributes = data.attributes.filter(isOutside);
    for (const added of data.adds) mendTree(added.node, mask);
    for (const text of data.texts) if (text.value && ONLY_DIGITS.test(text.value)) text.value = mask;
    for (const change of data.attributes) {
      for (const name of ["value", "aria-label", "alt", "aria-valuetext"]) {
        if (/\d/.test(change.attributes[name] || "")) change.attributes[name] = mask;
      }
    }
    return data.adds.length + data.removes.length + data.texts.length + data.attributes.length > 0;
  }

  return {
    see,
    mend,
    isQuiet,
    seeSecret: (field) => secrets.add(field),
    // Something was taken away or written anew: keys may be gone.
    check() {
      if (keys.size) dirty = true;
      // The second guard believes that a secret is there until the next picture.
      if (secrets.size && !asksForSecret()) again();
    },
    stop() {
      clearTimeout(quietTimer);
    },
  };
};
