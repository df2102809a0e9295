// SPDX-License-Identifier: GPL-3.0-only
// Finds in the kiosk's page what the agent means, and acts where a trusted event cannot: choices, whole values.
// Runs in the recorder's isolated world, put there by views/kiosk/browser/input_injection.py when the first command comes. It answers with
// `{code, x, y, field, label, click}`; a code other than "" refuses. What is private is decided by record.js.
(function () {
  "use strict";
  if (window.postePageAgent) return;

  const GONE = { code: "element_gone" };
  const PRIVATE = { code: "field_private", field: "private" };
  const NOT_READY = { code: "field_not_ready" };
  // Fields whose own picker is a window of the system: set as a whole instead.
  const WHOLE = ["date", "time", "month", "week", "datetime-local", "color", "range"];
  const BUTTONS = ["button", "submit", "reset", "image", "checkbox", "radio"];

  function elementOf(id) {
    const node = rrweb.record.mirror.getNode(id);
    const element = node && (node.nodeType === Node.DOCUMENT_NODE ? node.documentElement : node);
    const found = element && (element.nodeType === Node.ELEMENT_NODE ? element : element.parentElement);
    return found && found.isConnected ? found : null;
  }

  const isPrivate = (element) => window.posteRecorder.isPrivate(element);
  const kindOf = (element) => (element && element.localName ? element.localName : "");

  // Out of slots and shadow roots too; `host` is a shadow root's.
  const parentOf = (node) => node.assignedSlot || node.parentNode || node.host || null;

  function holds(outer, inner) {
    for (let node = inner; node; node = parentOf(node)) if (node === outer) return true;
    return false;
  }

  // The engine drops what is done to a page before it was painted for the first time.
  const isPainted = () => performance.getEntriesByName("first-paint").length > 0;

  let written = 0, clicked = 0;
  const watched = new WeakSet();
  function watch(inner) {
    if (watched.has(inner)) return;
    watched.add(inner);
    for (const kind of ["beforeinput", "input"]) inner.addEventListener(kind, (event) => event.isTrusted && (written += 1), true);
    inner.addEventListener("mouseup", (event) => event.isTrusted && (clicked += 1), true);
  }

  // ---- where it is -----------------------------------------------------------------------------------------------------

  // From the viewport of an element's own frame to the one of the page.
  function toTop(view, x, y) {
    for (let each = view; each !== window.top; each = each.parent) {
      const frame = each.frameElement;
      const box = frame.getBoundingClientRect();
      x += box.left + frame.clientLeft;
      y += box.top + frame.clientTop;
    }
    return [x, y];
  }

  function pointIn(element, fx, fy) {
    const box = element.getBoundingClientRect();
    return toTop(element.ownerDocument.defaultView, box.left + box.width * fx, box.top + box.height * fy);
  }

  const isSeen = ([x, y]) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight;

  // What a touch at a point of the page would meet, through frames and shadow roots.
  function hit(x, y) {
    let root = document;
    let found = null;
    for (;;) {
      const next = root.elementFromPoint(x, y);
      if (!next || next === found) return found;
      found = next;
      if (found.shadowRoot) root = found.shadowRoot;
      else if (kindOf(found) === "iframe") {
        let inner = null;
        try {
          inner = found.contentDocument;
        } catch (error) {
          return found;
        }
        if (!inner) return found;
        const box = found.getBoundingClientRect();
        x -= box.left + found.clientLeft;
        y -= box.top + found.clientTop;
        root = inner;
      } else return found;
    }
  }

  function letsThrough(element) {
    return element.ownerDocument.defaultView.getComputedStyle(element).pointerEvents === "none";
  }

  function controlOf(element) {
    const label = element.closest("label");
    return label && label.control;
  }

  // ---- fields ----------------------------------------------------------------------------------------------------------

  function fieldOf(element) {
    const kind = kindOf(element);
    if (!element || kind === "body" || kind === "html") return "none";
    if (kind === "iframe") return "private"; // another site's frame: what has the keyboard there cannot be known
    if (isPrivate(element)) return "private";
    if (kind === "select") return element.disabled ? "none" : "choice";
    if (kind === "textarea") return element.disabled || element.readOnly ? "none" : "text";
    if (kind === "input") {
      if (element.disabled) return "none";
      if (BUTTONS.includes(element.type)) return "button";
      if (element.readOnly) return "none";
      return WHOLE.includes(element.type) ? "value" : "text";
    }
    if (element.isContentEditable) return "text";
    return ["a", "button", "summary"].includes(kind) ? "button" : "none";
  }

  function focusedElement() {
    let element = document.activeElement;
    for (;;) {
      if (!element) return null;
      const inShadow = element.shadowRoot && element.shadowRoot.activeElement;
      if (inShadow) {
        element = inShadow;
        continue;
      }
      if (kindOf(element) !== "iframe") return element;
      try {
        const inner = element.contentDocument;
        if (!inner || !inner.hasFocus()) return inner ? inner.activeElement : element;
        element = inner.activeElement;
      } catch (error) {
        return element;
      }
    }
  }

  function notifyPage(element) {
    const view = element.ownerDocument.defaultView;
    element.dispatchEvent(new view.InputEvent("input", { bubbles: true, inputType: "insertReplacementText" }));
    element.dispatchEvent(new view.Event("change", { bubbles: true }));
  }

  function labelOf(element) {
    const labels = element.labels ? Array.from(element.labels, (label) => label.textContent).join(" ") : "";
    const words = labels || element.getAttribute("aria-label") || element.placeholder || element.name || "";
    return words.replace(/\s+/g, " ").trim().slice(0, 80);
  }

  // ---- scrolling -------------------------------------------------------------------------------------------------------

  function canScroll(element, right, down) {
    const style = element.ownerDocument.defaultView.getComputedStyle(element);
    const root = element === element.ownerDocument.scrollingElement;
    const goes = (overflow) => root ? overflow !== "hidden" : ["auto", "scroll"].includes(overflow);
    const [top, left] = [element.scrollTop, element.scrollLeft];
    const [below, beside] = [element.scrollHeight - element.clientHeight, element.scrollWidth - element.clientWidth];
    const vertical = down && goes(style.overflowY) && (down > 0 ? top < below - 1 : top > 0);
    return vertical || (right && goes(style.overflowX) && (right > 0 ? left < beside - 1 : left > 0));
  }

  function scrolled(start, right, down) {
    let element = start;
    while (element) {
      if (canScroll(element, right, down)) return element;
      let parent = parentOf(element);
      if (parent && parent.host && parent.nodeType === Node.DOCUMENT_FRAGMENT_NODE) parent = parent.host;
      if (parent && parent.nodeType === Node.ELEMENT_NODE) element = parent;
      else {
        const view = element.ownerDocument.defaultView;
        element = view === window.top ? null : view.frameElement;
      }
    }
    return null;
  }

  // ---- what the kiosk asks ---------------------------------------------------------------------------------------------

  const commands = {
    locate(id, fx, fy) {
      const element = elementOf(id);
      if (!element) return GONE;
      if (!isPainted()) return { wait: true };
      if (isPrivate(element)) return PRIVATE;
      let point = pointIn(element, fx, fy);
      if (!isSeen(point)) {
        element.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
        point = pointIn(element, fx, fy);
        if (!isSeen(point)) {
          scrollBy({ left: point[0] - innerWidth / 2, top: point[1] - innerHeight / 2, behavior: "instant" });
          point = pointIn(element, fx, fy);
        }
      }
      const found = hit(...point);
      if (!found || !isSeen(point)) return GONE;
      const meant = holds(element, found) || (holds(found, element) && letsThrough(element));
      if (!meant) return { code: "element_covered" };
      const control = controlOf(found);
      if (isPrivate(found) || (control && isPrivate(control))) return PRIVATE;
      const field = fieldOf(found.closest("select") || found);
      if (field === "choice" || field === "value") {
        // A click would open a window of the system that nobody at the desk sees.
        (found.closest("select") || found).focus();
        return { field, click: false };
      }
      watch(found.ownerDocument);
      return { x: point[0], y: point[1], field, clicked };
    },

    // `written`, `clicked`: how often trusted text and clicks have reached this page; the kiosk looks whether its own have.
    focused() {
      const element = focusedElement();
      if (element) watch(element.ownerDocument);
      return { field: fieldOf(element), written, clicked, wait: !isPainted() };
    },

    scroll(id, right, down) {
      const start = id ? elementOf(id) : document.scrollingElement;
      if (!start) return GONE;
      const element = scrolled(start, right, down);
      if (element) element.scrollBy({ left: right, top: down, behavior: "instant" });
      return {};
    },

    choose(id, index) {
      const element = elementOf(id);
      const select = element && element.closest("select");
      if (!select) return GONE;
      if (isPrivate(select)) return PRIVATE;
      const option = select.options[index];
      if (select.disabled || !option || option.disabled) return { code: "value_not_taken" };
      select.focus();
      if (select.multiple) option.selected = !option.selected;
      else select.selectedIndex = index;
      notifyPage(select);
      return { field: "choice" };
    },

    setValue(id, value) {
      const element = elementOf(id);
      if (!element) return GONE;
      const field = fieldOf(element);
      if (field === "private") return PRIVATE;
      if (field === "choice") {
        const index = Array.from(element.options).findIndex((option) => option.label === value || option.value === value);
        return commands.choose(id, index);
      }
      if ((field !== "text" && field !== "value") || !("value" in element)) return NOT_READY;
      if (element.maxLength > 0 && value.length > element.maxLength) return { code: "value_not_taken" };
      const before = element.value;
      element.focus();
      element.value = value;
      if (element.value !== value) {
        element.value = before;
        return { code: "value_not_taken" };
      }
      notifyPage(element);
      return { field };
    },

    describe(id) {
      const element = elementOf(id);
      if (!element) return GONE;
      const field = fieldOf(element);
      if (field === "private") return PRIVATE;
      if (!["text", "value", "choice"].includes(field)) return NOT_READY;
      // The caller must see the field before saying yes.
      if (!isSeen(pointIn(element, 0, 0)) || !isSeen(pointIn(element, 1, 1))) {
        element.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
      }
      return { field, label: labelOf(element) };
    },

    // Where a node is now, in CSS pixels of the viewport, for the frame that is drawn around it.
    rect(id) {
      const element = elementOf(id);
      if (!element) return GONE;
      const box = element.getBoundingClientRect();
      const [x, y] = pointIn(element, 0, 0);
      return { x, y, width: box.width, height: box.height };
    },

    scrolled: () => ({ x: scrollX, y: scrollY }),
  };

  window.postePageAgent = {
    // The answer as JSON, or "" when another document is meant than this one.
    ask(documentName, what, values) {
      const recorder = window.posteRecorder;
      if (!recorder || recorder.document !== documentName) return "";
      try {
        return JSON.stringify(commands[what](...values));
      } catch (error) {
        return JSON.stringify(GONE); // a page that took itself apart meanwhile
      }
    },
  };
})();
