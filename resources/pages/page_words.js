// SPDX-License-Identifier: GPL-3.0-only
// Reads the mirrored page for a person who does not see it: `pageParts()` all of it in order, `pagePart(node)` one element.
// Served by views/desk/shared_page/mirror_engine.py before pick.js, which asks it for names. It changes nothing, and tells no
// value that the kiosk masks.
const pageWords = (() => {
  "use strict";
  const MOST_PARTS = 400;
  const MOST_NODES = 20_000;
  const MOST_LETTERS = 200;
  const DEEPEST = 400;
  const FIELD_MASK = /^•+$/; // record.js puts it there
  const REGIONS = { nav: "navigation", main: "main", header: "banner", footer: "contentinfo", aside: "complementary", search: "search" };
  const REGION_ROLES = new Set(["navigation", "main", "banner", "contentinfo", "complementary", "search", "region", "form"]);
  const ROLES = {
    link: "link", button: "button", tab: "button", menuitem: "button", switch: "checkbox", checkbox: "checkbox", radio: "radio",
    textbox: "field", searchbox: "field", spinbutton: "field", slider: "field", combobox: "choice", listbox: "choice",
    alert: "alert", status: "alert", img: "picture", group: "group", radiogroup: "group", table: "table", grid: "table",
  };
  const BUTTONS = ["button", "submit", "reset", "image"];
  const CONTROLS = new Set(["link", "button", "checkbox", "radio", "field", "choice"]);
  const UNSAID = new Set(["script", "style", "noscript", "template", "head", "option", "select", "textarea", "svg", "canvas"]);

  const nameOf = (element) => (element && element.localName) || "";
  const cut = (text) => text.replace(/\s+/g, " ").trim().slice(0, MOST_LETTERS);
  const attribute = (element, name) => element.getAttribute(name) || "";

  // The text of an element, without what its own fields hold.
  function textIn(element) {
    const show = NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT;
    const accept = (node) => (UNSAID.has(nameOf(node)) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    const walker = element.ownerDocument.createTreeWalker(element, show, accept);
    let text = "";
    while (walker.nextNode() && text.length <= 2 * MOST_LETTERS) {
      const node = walker.currentNode;
      if (node.nodeType === Node.TEXT_NODE) text += node.data;
      else if (nameOf(node) === "img") text += ` ${attribute(node, "alt")} `;
      else text += " ";
    }
    return cut(text);
  }

  function referred(element, name) {
    const root = element.getRootNode();
    const ids = attribute(element, name).split(/\s+/).filter(Boolean).slice(0, 5);
    return cut(ids.map((id) => root.getElementById && root.getElementById(id)).map((there) => (there ? textIn(there) : "")).join(" "));
  }

  function labelOf(element) {
    const labels = element.labels ? Array.from(element.labels, textIn).join(" ") : "";
    const spoken = referred(element, "aria-labelledby") || attribute(element, "aria-label") || labels;
    return cut(spoken || attribute(element, "placeholder") || attribute(element, "title"));
  }

  // ---- what an element is ----------------------------------------------------------------------------------------------

  function inputKind(element) {
    const type = attribute(element, "type").toLowerCase();
    if (type === "checkbox" || type === "radio") return type;
    return BUTTONS.includes(type) ? "button" : "field";
  }

  function kindOf(element) {
    const name = nameOf(element);
    const role = attribute(element, "role").split(" ")[0];
    if (role === "presentation" || role === "none") return "";
    if (role === "heading" || (!role && /^h[1-6]$/.test(name))) return "heading";
    if (REGION_ROLES.has(role)) return "region";
    if (ROLES[role]) return ROLES[role];
    if (name === "input") return inputKind(element);
    if (name === "textarea" || (element.isContentEditable && !element.parentElement.isContentEditable)) return "field";
    if (name === "a") return element.hasAttribute("href") ? "link" : "";
    if (name === "section" || name === "form") return labelOf(element) ? "region" : "";
    if (REGIONS[name]) return "region";
    return { select: "choice", button: "button", summary: "button", img: "picture", table: "table", fieldset: "group" }[name] || "";
  }

  function namedBy(element, kind) {
    const name = nameOf(element);
    if (kind === "group" && name === "fieldset") {
      const legend = element.querySelector("legend");
      return labelOf(element) || (legend ? textIn(legend) : "");
    }
    if (kind === "table") return labelOf(element) || (element.caption ? textIn(element.caption) : "");
    if (kind === "picture") return cut(attribute(element, "alt")) || labelOf(element);
    if (name === "input" && kind === "button") return labelOf(element) || cut(element.value || attribute(element, "alt"));
    if (["link", "button", "heading", "alert"].includes(kind)) return referred(element, "aria-labelledby") || cut(attribute(element, "aria-label")) || textIn(element);
    if (["checkbox", "radio"].includes(kind) && name !== "input") return labelOf(element) || textIn(element);
    return labelOf(element);
  }

  function valueOf(element) {
    if (nameOf(element) === "select") return cut(Array.from(element.selectedOptions, (option) => option.label || option.text).join(", "));
    return cut("value" in element ? String(element.value) : element.textContent || "");
  }

  function stateOf(element, kind) {
    const is = (name) => attribute(element, name) === "true";
    const state = {};
    if (element.disabled || is("aria-disabled")) state.off = true;
    if (kind === "checkbox" || kind === "radio") state.checked = "checked" in element ? element.checked : is("aria-checked");
    if (kind === "button" && element.hasAttribute("aria-expanded")) state.open = is("aria-expanded");
    if (kind === "field" || kind === "choice") {
      const value = valueOf(element);
      const hidden = attribute(element, "type").toLowerCase() === "password" || FIELD_MASK.test(value);
      state.masked = hidden && Boolean(value);
      state.value = hidden ? "" : value;
    }
    if (element.required || is("aria-required")) state.required = true;
    state.wrong = Boolean(attribute(element, "aria-invalid")) && attribute(element, "aria-invalid") !== "false";
    state.advice = (state.wrong && referred(element, "aria-errormessage")) || referred(element, "aria-describedby");
    return state;
  }

  function partOf(element, kind, id) {
    const part = { node: id(element), kind, name: namedBy(element, kind) };
    if (kind === "heading") part.level = Number(attribute(element, "aria-level") || nameOf(element).slice(1)) || 2;
    if (kind === "region") part.region = attribute(element, "role") || REGIONS[nameOf(element)] || "region";
    if (kind === "table" && element.rows) {
      part.rows = element.rows.length;
      part.columns = element.rows.length ? element.rows[0].cells.length : 0;
    }
    return CONTROLS.has(kind) ? { ...part, ...stateOf(element, kind) } : part;
  }

  // ---- the page, in order ----------------------------------------------------------------------------------------------

  class Reader {
    constructor(id) {
      this.id = id;
      this.parts = [];
      this.text = "";
      this.textNode = 0;
      this.left = MOST_NODES;
      this.depth = 0;
    }

    get isFull() {
      return this.parts.length >= MOST_PARTS || this.left <= 0;
    }

    say(part) {
      this.flush();
      if (!this.isFull) this.parts.push(part);
    }

    flush() {
      const text = cut(this.text);
      this.text = "";
      if (text && !this.isFull) this.parts.push({ node: this.textNode, kind: "text", name: text });
    }

    read(node, quiet) {
      this.left -= 1;
      if (this.isFull) return;
      if (node.nodeType === Node.TEXT_NODE) {
        if (quiet) return;
        if (!this.text.trim()) this.textNode = this.id(node.parentElement || node);
        this.text += node.data;
      } else if (node.nodeType === Node.ELEMENT_NODE) this.readElement(node, quiet);
    }

    readElement(element, quiet) {
      const name = nameOf(element);
      const kind = kindOf(element);
      if (attribute(element, "aria-hidden") === "true" || attribute(element, "type") === "hidden") return;
      if (UNSAID.has(name) && !kind) return;
      if (!element.checkVisibility({ visibilityProperty: true })) return;
      if (name === "br") return this.flush();
      const isBlock = !/^(inline|contents)/.test(element.ownerDocument.defaultView.getComputedStyle(element).display);
      if (isBlock) this.flush();
      const said = this.sayElement(element, kind);
      const names = name === "legend" || name === "caption" || (name === "label" && element.control);
      if (!["choice", "field", "picture"].includes(kind)) this.readInside(element, quiet || said || Boolean(names));
      if (isBlock) this.flush();
    }

    // True when the words inside are said already.
    sayElement(element, kind) {
      if (element.localName === "td" || element.localName === "th") return this.sayCell(element);
      if (!kind) return false;
      const part = partOf(element, kind, this.id);
      const isEmpty = !part.name && ["heading", "alert", "picture", "group"].includes(kind);
      if (!isEmpty) this.say(part);
      return !["region", "group", "table"].includes(kind);
    }

    sayCell(cell) {
      const table = cell.closest("table");
      if (!table || ["presentation", "none"].includes(attribute(table, "role"))) return false;
      const first = table.rows[0];
      const head = first && first !== cell.parentElement && first.cells[cell.cellIndex];
      const words = textIn(cell);
      if (!words) return false;
      const place = { row: cell.parentElement.rowIndex + 1, column: cell.cellIndex + 1 };
      this.say({ node: this.id(cell), kind: "cell", name: words, head: head && head.localName === "th" ? textIn(head) : "", ...place });
      return true;
    }

    readInside(element, quiet) {
      if (this.depth >= DEEPEST) return;
      this.depth += 1;
      const frame = nameOf(element) === "iframe" && element.contentDocument;
      const root = (frame && frame.body) || element.shadowRoot || element;
      for (const child of root.childNodes) this.read(child, quiet);
      this.depth -= 1;
    }
  }

  function shown() {
    const picture = mirror.visible();
    return picture && picture.replayer.iframe.contentDocument ? picture : null;
  }

  // JSON: the parts, and whether there are more than are told; null where no page is.
  window.pageParts = function () {
    const picture = shown();
    const body = picture && picture.replayer.iframe.contentDocument.body;
    if (!body) return null;
    const reader = new Reader((node) => picture.replayer.getMirror().getId(node));
    reader.read(body, false);
    reader.flush();
    return JSON.stringify({ parts: reader.parts, more: reader.isFull });
  };

  // JSON: one element as it is now, and the letter behind its caret; null when it is gone.
  window.pagePart = function (node, at) {
    const picture = shown();
    const element = picture && picture.replayer.getMirror().getNode(node);
    if (!element || element.nodeType !== Node.ELEMENT_NODE) return null;
    const kind = kindOf(element);
    const part = partOf(element, CONTROLS.has(kind) ? kind : "text", () => node);
    const hasLetter = at >= 0 && kind === "field" && !part.masked && typeof element.value === "string";
    return JSON.stringify(hasLetter ? { ...part, letter: element.value.slice(at, at + 1) } : part);
  };

  return { labelOf };
})();
