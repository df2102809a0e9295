// SPDX-License-Identifier: GPL-3.0-only
// Tells what lies under a point of the mirror, so that the desk can say it to the kiosk: `pick(x, y)`, `rect(node)`,
// `pickNode(node)`, `focusBox(node, at)`.
// Served by views/desk/shared_page/mirror_engine.py after mirror.js, whose picture it looks at. It changes nothing.
(function () {
  "use strict";
  const WHOLE = ["date", "time", "month", "week", "datetime-local", "color", "range"];
  const BUTTONS = ["button", "submit", "reset", "image", "checkbox", "radio", "file"];
  const OPTIONS_MAX = 500;

  const nameOf = (element) => (element ? element.localName : "");

  function kindOf(element) {
    const name = nameOf(element);
    if (name === "select") return "choice";
    if (name === "textarea" || element.isContentEditable) return "text";
    if (name !== "input") return "";
    const type = (element.getAttribute("type") || "text").toLowerCase();
    if (type === "password" || type === "hidden" || type === "file") return "private";
    if (WHOLE.includes(type)) return "value";
    return BUTTONS.includes(type) ? "" : "text";
  }

  // The innermost element under a point of the mirrored viewport, and where its own frame begins there.
  function under(root, x, y) {
    let [left, top] = [0, 0];
    let found = null;
    for (;;) {
      const next = root.elementFromPoint(x - left, y - top);
      if (!next || next === found) return { element: found, left, top };
      found = next;
      if (found.shadowRoot) root = found.shadowRoot;
      else if (nameOf(found) === "iframe" && found.contentDocument && found.contentDocument.documentElement) {
        const box = found.getBoundingClientRect();
        left += box.left + found.clientLeft;
        top += box.top + found.clientTop;
        root = found.contentDocument;
      } else return { element: found, left, top };
    }
  }

  function originOf(element) {
    let [left, top] = [0, 0];
    const outer = mirror.visible().replayer.iframe.contentDocument;
    for (let at = element.ownerDocument; at && at !== outer; ) {
      const frame = at.defaultView && at.defaultView.frameElement;
      if (!frame) break;
      const box = frame.getBoundingClientRect();
      left += box.left + frame.clientLeft;
      top += box.top + frame.clientTop;
      at = frame.ownerDocument;
    }
    return { left, top };
  }

  const labelOf = (field) => pageWords.labelOf(field).slice(0, 80);

  function fieldUnder(element) {
    const own = element.closest("select,input,textarea");
    const label = element.closest("label");
    return own || (label && label.control) || (element.isContentEditable ? element : null);
  }

  function fieldFacts(element, getId) {
    const field = fieldUnder(element);
    if (!field) return { kind: "" };
    const facts = { kind: kindOf(field), field: getId(field), label: labelOf(field) };
    if (facts.kind === "choice") {
      facts.multiple = field.multiple;
      facts.options = Array.from(field.options)
        .slice(0, OPTIONS_MAX)
        .map((option) => ({ text: option.label || option.text, chosen: option.selected, off: option.disabled }));
    } else if (facts.kind === "value" || facts.kind === "text") {
      facts.type = (field.getAttribute("type") || "").toLowerCase();
      facts.value = "value" in field ? String(field.value) : "";
    }
    return facts;
  }

  // `x`, `y`: a fraction of the kiosk's viewport. Null where no page is.
  window.pick = function (x, y) {
    const picture = mirror.visible();
    const inner = picture && picture.replayer.iframe.contentDocument;
    if (!inner || !inner.documentElement) return null;
    const frame = picture.replayer.iframe;
    const [px, py] = [x * frame.clientWidth, y * frame.clientHeight];
    const getId = (element) => picture.replayer.getMirror().getId(element);
    const found = under(inner, px, py);
    let element = found.element || inner.documentElement;
    while (element.parentElement && getId(element) <= 0) element = element.parentElement; // what rrweb put there itself
    const box = element.getBoundingClientRect();
    const within = (at, start, size) => (size > 0 ? Math.min(Math.max((at - start) / size, 0), 1) : 0.5);
    return JSON.stringify({
      epoch: picture.epoch,
      node: getId(element),
      x: within(px, found.left + box.left, box.width),
      y: within(py, found.top + box.top, box.height),
      ...fieldFacts(element, getId),
    });
  };

  // The same for the middle of a node, wherever the page is scrolled to; null when it is gone.
  window.pickNode = function (node) {
    const picture = mirror.visible();
    const element = picture && picture.replayer.getMirror().getNode(node);
    if (!element || element.nodeType !== Node.ELEMENT_NODE) return null;
    const getId = (each) => picture.replayer.getMirror().getId(each);
    return JSON.stringify({ epoch: picture.epoch, node, x: 0.5, y: 0.5, ...fieldFacts(element, getId) });
  };

  function boxOf(node) {
    const picture = mirror.visible();
    const element = picture && picture.replayer.getMirror().getNode(node);
    if (!element || !element.getBoundingClientRect) return null;
    const box = element.getBoundingClientRect();
    const origin = originOf(element);
    const frame = picture.replayer.iframe;
    const place = {
      x: (origin.left + box.left) / frame.clientWidth,
      y: (origin.top + box.top) / frame.clientHeight,
      width: box.width / frame.clientWidth,
      height: box.height / frame.clientHeight,
    };
    return { element, frame, box, place };
  }

  // Where a node is drawn: fractions of the viewport; null when it is gone.
  window.rect = function (node) {
    const found = boxOf(node);
    return found && JSON.stringify(found.place);
  };

  // The caret of a field of one line, so many letters in; null where it cannot be told.
  function caretOf({ element, frame, box, place }, at) {
    if (at < 0 || nameOf(element) !== "input" || typeof element.value !== "string") return null;
    const style = element.ownerDocument.defaultView.getComputedStyle(element);
    const brush = element.ownerDocument.createElement("canvas").getContext("2d");
    if (!brush || style.textAlign === "right" || style.textAlign === "center") return null;
    brush.font = style.font;
    const start = parseFloat(style.borderLeftWidth) + parseFloat(style.paddingLeft);
    const along = start + brush.measureText(element.value.slice(0, at)).width - element.scrollLeft;
    const height = Math.min(box.height, parseFloat(style.fontSize) * 1.3);
    return [
      place.x + Math.min(Math.max(along, 1), box.width - 2) / frame.clientWidth,
      place.y + (box.height - height) / 2 / frame.clientHeight,
      height / frame.clientHeight,
    ];
  }

  // The field that has the keyboard at the kiosk: where, what it is called, and its caret.
  window.focusBox = function (node, at) {
    const found = boxOf(node);
    if (!found || !found.box.width || !found.box.height) return null;
    const caret = caretOf(found, at);
    return JSON.stringify({ ...found.place, label: labelOf(found.element), ...(caret && { caret }) });
  };
})();
