// SPDX-License-Identifier: GPL-3.0-only
// Trusts nothing of a kiosk: each event is made anew, of what page_parts.js knows and in the shape that rrweb's replayer
// expects; all else is left behind. Called by mirror.js with every event before it is drawn, anew for each replayer.
// `sheetNamed` gives {text, built} of a style sheet, or undefined; `built` is what was drawn of it before, or null.
const posteCheck = (address, sheetNamed) => {
  "use strict";
  const [META, FULL_SNAPSHOT, INCREMENTAL, CUSTOM] = [4, 2, 3, 5];
  const [DOCUMENT, DOCTYPE, ELEMENT, TEXT, CDATA, COMMENT] = [0, 1, 2, 3, 4, 5];
  const MAX_DEPTH = 1_500; // a parser stops at 512; a script may build deeper
  const known = new Map(); // number of an element -> its name
  const styles = new Set(); // numbers of elements that are a style, and of texts in one: once, and always

  const isNumber = (value) => typeof value === "number" && Number.isFinite(value);
  const isId = (value) => Number.isSafeInteger(value);
  const isText = (value) => typeof value === "string";
  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
  const list = (value) => (Array.isArray(value) ? value.filter(isObject) : []);
  const number = (value) => (isNumber(value) ? value : 0);
  const idOrNull = (value) => (isId(value) ? value : null);
  const given = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
  const style = (text) => posteParts.style(text, address);
  const sheetText = (text) => posteParts.sheet(text, address);

  // ---- nodes -----------------------------------------------------------------------------------------------------------

  function checkedAttributes(attributes, name, isChange = false) {
    const kept = {};
    for (const [key, value] of Object.entries(isObject(attributes) ? attributes : {})) {
      if (key === "rr_sheet") {
        if (name === "link" && isText(value)) takeSheet(kept, value, isChange);
        continue;
      }
      const checked =
        key === "style" && isObject(value) ? declarations(value) : posteParts.attribute(name, key, value, address);
      if (checked !== undefined) kept[key] = checked;
    }
    return kept;
  }

  // A sheet that was drawn before is only named: mirror.js puts it in its place. A change draws it anew.
  function takeSheet(kept, name, isChange) {
    const sheet = sheetNamed(name);
    if (!sheet) return;
    const isDrawn = sheet.built !== null && !isChange;
    kept._cssText = isDrawn ? "/**/" : sheetText(sheet.text);
    if (!isChange) kept.rr_sheet = name;
  }

  // What changed in a style: a value, a value with its priority, or false for what is gone.
  function declarations(changes) {
    const kept = {};
    for (const [property, value] of Object.entries(changes)) {
      if (!isProperty(property)) continue;
      if (value === false) kept[property] = false;
      else if (isText(value)) kept[property] = style(value);
      else if (Array.isArray(value) && isText(value[0])) kept[property] = [style(value[0]), priority(value[1])];
    }
    return kept;
  }

  const isProperty = (name) => /^-{0,2}[a-z_][\w-]*$/i.test(name);
  const priority = (value) => (value === "important" ? "important" : "");

  function named(tagName, isSVG) {
    return isText(tagName) ? posteParts.tag(tagName, isSVG) : posteParts.OTHER;
  }

  function remember(id, name) {
    known.set(id, name);
    if (posteParts.isStyle(name)) styles.add(id);
  }

  // A node and all below it, or null.
  function checkedNode(node, parentId, depth = 0) {
    if (!isObject(node) || !isId(node.id) || depth > MAX_DEPTH) return null;
    const common = given({
      id: node.id,
      rootId: isId(node.rootId) ? node.rootId : undefined,
      isShadow: node.isShadow === true ? true : undefined,
    });
    if (node.type === ELEMENT) return { ...common, ...checkedElement(node, depth) };
    if (node.type === DOCUMENT) {
      const childNodes = checkedChildren(node, depth);
      return { ...common, type: DOCUMENT, compatMode: node.compatMode === "BackCompat" ? "BackCompat" : "CSS1Compat", childNodes };
    }
    if (node.type === DOCTYPE) return { ...common, type: DOCTYPE, name: "html", publicId: "", systemId: "" };
    if (node.type === TEXT || node.type === CDATA) {
      const isStyle = styles.has(parentId) || styles.has(node.id);
      if (isStyle) styles.add(node.id);
      const text = isText(node.textContent) ? node.textContent : "";
      return { ...common, type: TEXT, textContent: isStyle ? sheetText(text) : text, ...(isStyle && { isStyle }) };
    }
    return node.type === COMMENT ? { ...common, type: COMMENT, textContent: "" } : null;
  }

  function checkedElement(node, depth) {
    const isSVG = node.isSVG === true;
    const tagName = named(node.tagName, isSVG);
    remember(node.id, tagName);
    return given({
      type: ELEMENT,
      tagName,
      attributes: checkedAttributes(node.attributes, tagName),
      childNodes: checkedChildren(node, depth),
      isSVG: isSVG || undefined,
      isShadowHost: node.isShadowHost === true ? true : undefined,
      isCustom: node.isCustom === true && tagName.includes("-") && tagName !== posteParts.OTHER ? true : undefined,
    });
  }

  const checkedChildren = (node, depth) =>
    list(node.childNodes)
      .map((child) => checkedNode(child, node.id, depth + 1))
      .filter(Boolean);

  // ---- changes ---------------------------------------------------------------------------------------------------------

  function mutation(data) {
    // An element may be told after what stands in it.
    for (const { node } of list(data.adds)) {
      if (isObject(node) && isId(node.id) && node.type === ELEMENT) remember(node.id, named(node.tagName, node.isSVG === true));
    }
    const adds = [];
    for (const { parentId, nextId, previousId, node } of list(data.adds)) {
      const checked = isId(parentId) ? checkedNode(node, parentId) : null;
      if (checked) adds.push({ parentId, nextId: idOrNull(nextId), previousId: idOrNull(previousId), node: checked });
    }
    const removes = list(data.removes)
      .filter(({ id, parentId }) => isId(id) && isId(parentId))
      .map(({ id, parentId, isShadow }) => ({ id, parentId, ...(isShadow === true && { isShadow }) }));
    return { adds, removes, texts: list(data.texts).map(text).filter(Boolean), attributes: changes(data.attributes) };
  }

  function text({ id, value }) {
    if (!isId(id) || !(isText(value) || value === null)) return null;
    return { id, value: isText(value) && styles.has(id) ? sheetText(value) : value };
  }

  function changes(attributes) {
    const kept = [];
    for (const { id, attributes: changed } of list(attributes)) {
      const name = isId(id) ? known.get(id) : "";
      if (name) kept.push({ id, attributes: checkedAttributes(changed, name, true) });
    }
    return kept;
  }

  const index = (value) => (Array.isArray(value) ? value.filter(isId) : isId(value) ? value : undefined);
  const rules = (value) =>
    list(value)
      .filter(({ rule }) => isText(rule))
      .map((added) => given({ rule: style(added.rule), index: index(added.index) }));
  const sheet = ({ id, styleId }) => ({ id: isId(id) ? id : undefined, styleId: isId(styleId) ? styleId : undefined });

  function styleRules(data) {
    const whole = (value) => (isText(value) ? style(value) : undefined);
    const removes = list(data.removes).map((removed) => ({ index: index(removed.index) }));
    const { replace, replaceSync } = data;
    return { ...sheet(data), adds: rules(data.adds), removes, replace: whole(replace), replaceSync: whole(replaceSync) };
  }

  function styleDeclaration(data) {
    const at = Array.isArray(data.index) ? data.index.filter(isId) : [];
    const { set, remove } = data;
    const isSet = isObject(set) && isProperty(String(set.property)) && isText(set.value);
    const isGone = isObject(remove) && isProperty(String(remove.property));
    return {
      ...sheet(data),
      index: at,
      set: isSet ? { property: set.property, value: style(set.value), priority: priority(set.priority) } : undefined,
      remove: isGone ? { property: remove.property } : undefined,
    };
  }

  const moves = (data) => ({
    positions: list(data.positions).map(({ x, y, id, timeOffset }) => ({
      x: number(x),
      y: number(y),
      id: number(id),
      timeOffset: number(timeOffset),
    })),
  });

  // rrweb 2, `IncrementalSource`. No media (7): nothing plays in a mirror.
  const SOURCES = {
    0: mutation,
    1: moves,
    2: ({ type, id, x, y }) => (isId(id) && isId(type) && type >= 0 && type <= 10 ? { type, id, x: number(x), y: number(y) } : null),
    3: ({ id, x, y }) => (isId(id) ? { id, x: number(x), y: number(y) } : null),
    4: ({ width, height }) => ({ width: number(width), height: number(height) }),
    5: ({ id, text: value, isChecked }) => (isId(id) ? { id, text: isText(value) ? value : "", isChecked: isChecked === true } : null),
    6: moves,
    8: styleRules,
    12: moves,
    13: styleDeclaration,
    14: ({ ranges }) => ({
      ranges: list(ranges).map(({ start, startOffset, end, endOffset }) => ({
        start: number(start),
        startOffset: number(startOffset),
        end: number(end),
        endOffset: number(endOffset),
      })),
    }),
    15: ({ id, styles, styleIds }) => ({
      id: number(id),
      styleIds: Array.isArray(styleIds) ? styleIds.filter(isId) : [],
      styles: list(styles)
        .filter(({ styleId }) => isId(styleId))
        .map((one) => ({ styleId: one.styleId, rules: rules(one.rules) })),
    }),
  };

  const TAGS = {
    canvas: ({ id, url, display, width, height }) => ({
      id: number(id),
      url: isText(url) && /^data:image\/[a-z]+;base64,[A-Za-z0-9+/=]+$/.test(url) ? url : "",
      display: /^[a-z-]{1,20}$/.test(display) ? display : "inline",
      width: number(width),
      height: number(height),
    }),
    select: ({ id, open, index: chosen, options }) => ({
      id: number(id),
      open: open === true,
      index: number(chosen),
      options: Array.isArray(options) ? options.filter(isText).slice(0, 500) : [],
    }),
  };

  function checkedData(type, data) {
    if (type === META) return { href: "", width: number(data.width), height: number(data.height) };
    if (type === FULL_SNAPSHOT) {
      const node = checkedNode(data.node, 0);
      const offset = isObject(data.initialOffset) ? data.initialOffset : {};
      return node && { node, initialOffset: { left: number(offset.left), top: number(offset.top) } };
    }
    if (type === INCREMENTAL && Object.hasOwn(SOURCES, data.source)) {
      const checked = SOURCES[data.source](data);
      return checked && { source: Number(data.source), ...given(checked) };
    }
    if (type === CUSTOM && Object.hasOwn(TAGS, data.tag) && isObject(data.payload)) {
      return { tag: String(data.tag), payload: TAGS[data.tag](data.payload) };
    }
    return null;
  }

  // The event as it may be drawn, or null. The kiosk's clock may be ahead (nothing would be shown) or behind (changes would
  // be lost): it happens now.
  return (event) => {
    const data = isObject(event) && isObject(event.data) ? checkedData(event.type, event.data) : null;
    return data && { type: event.type, data, timestamp: Date.now() };
  };
};
