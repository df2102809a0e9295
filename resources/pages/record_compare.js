// SPDX-License-Identifier: GPL-3.0-only
// What the recorder's isolated world cannot see. rrweb learns of values set by the page's own script, of rules put into
// style sheets, of adopted sheets and of late shadow roots by patching prototypes; in an isolated world the page uses
// other prototypes. So they are compared from time to time, at a cost that is bounded (`config.compareShare`).
// Part of the recorder (record.js), which calls it once per document.
const comparePage = ({ config, emit, mirror, maskInput, isHidden, isMultiple, snapshot }) => {
  const values = new WeakMap();
  const sheets = new WeakMap();
  const adopted = new WeakMap();
  const hosts = new WeakSet();
  const roots = new Set([document]); // the document, open shadow roots, documents of frames of the same site
  let compared = false;
  let timer = 0;
  let stopped = false;
  let cursor = 0;
  let snapshotAt = 0;

  const takenOf = (field) => Array.from(field.selectedOptions, (option) => option.index).join();
  const stateOf = (field) => (isMultiple(field) ? takenOf(field) : `${field.value}|${Boolean(field.checked)}`);
  const onUserInput = (event) => {
    const field = event.composedPath()[0];
    if (field && "value" in field && !isMultiple(field)) values.set(field, stateOf(field)); // rrweb saw this one
  };
  for (const kind of ["input", "change"]) document.addEventListener(kind, onUserInput, true);

  function changed(memory, key, now) {
    const before = memory.get(key);
    memory.set(key, now);
    return compared && before !== undefined && before !== now;
  }

  const isNew = (memory, key) => compared && !memory.has(key);

  function compareFields(root) {
    for (const field of root.querySelectorAll("input,select,textarea")) {
      // A field that came since the last turn may have been filled since rrweb saw it.
      const filled = isNew(values, field) && "defaultValue" in field && field.value !== field.defaultValue;
      if (!(changed(values, field, stateOf(field)) || filled) || field.type === "file") continue;
      const id = mirror().getId(field);
      if (id <= 0) continue;
      if (isMultiple(field)) {
        reportTaken(field);
        continue;
      }
      const data = { source: 5, id, text: maskInput(field.value, field), isChecked: Boolean(field.checked) };
      emit({ type: 3, data, timestamp: Date.now() });
    }
  }

  function reportTaken(field) {
    if (isHidden(field)) return;
    const attributes = [];
    for (const option of field.options) {
      const id = mirror().getId(option);
      if (id > 0) attributes.push({ id, attributes: { selected: option.selected ? "" : null } });
    }
    emit({ type: 3, data: { source: 0, texts: [], removes: [], adds: [], attributes }, timestamp: Date.now() });
  }

  // ---- style sheets ----------------------------------------------------------------------------------------------------

  function fingerprint(sheet) {
    try {
      const rules = sheet.cssRules;
      // A long sheet is looked at in few places; a rule added or removed changes the count.
      const step = Math.max(1, Math.floor(rules.length / config.rulesLookedAt));
      let text = `${rules.length}:${sheet.disabled}`;
      for (let index = 0; index < rules.length; index += step) text += rules[index].cssText;
      return text + (rules.length ? rules[rules.length - 1].cssText : "");
    } catch (error) {
      return ""; // a style sheet of another origin
    }
  }

  // True when only a whole picture can tell the change.
  function compareSheets(root) {
    let needsPicture = false;
    for (const sheet of root.styleSheets) {
      const owner = sheet.ownerNode;
      const filled = isNew(sheets, sheet) && owner && owner.localName === "style" && !owner.childNodes.length;
      if (!(changed(sheets, sheet, fingerprint(sheet)) || filled) || !owner) continue;
      const id = mirror().getId(owner);
      if (id <= 0) continue;
      if (owner.childNodes.length || sheet.disabled) {
        needsPicture = true; // rrweb would keep the element's own text beside the rules
        continue;
      }
      const text = Array.from(sheet.cssRules, (rule) => rule.cssText).join("\n") || " ";
      const data = { source: 0, texts: [], removes: [], adds: [], attributes: [{ id, attributes: { _cssText: text } }] };
      emit({ type: 3, data, timestamp: Date.now() });
    }
    const now = Array.from(root.adoptedStyleSheets || [], fingerprint).join("/");
    return changed(adopted, root, now) || needsPicture;
  }

  // ---- shadow roots and frames of the same site ------------------------------------------------------------------------

  function checkElement(element) {
    let inner = element.shadowRoot;
    if (!inner && element.localName === "iframe") {
      try {
        inner = element.contentDocument;
      } catch (error) {
        return false;
      }
    }
    if (!inner) return false;
    roots.add(inner);
    if (element.localName === "iframe" || hosts.has(element)) return false;
    hosts.add(element);
    const meta = mirror().getMeta(element);
    return Boolean(compared && meta && !meta.isShadowHost);
  }

  // A slice of the elements each time; true when a shadow root came that rrweb does not know.
  function scan() {
    let found = false;
    const all = document.getElementsByTagName("*");
    if (cursor >= all.length) cursor = 0;
    const end = Math.min(all.length, cursor + config.scanSlice);
    for (; cursor < end; cursor++) found = checkElement(all[cursor]) || found;
    for (const root of roots) {
      if (root === document) continue;
      const isGone = root.host ? !root.host.isConnected : !root.defaultView;
      if (isGone) roots.delete(root);
      else for (const element of root.querySelectorAll("*")) found = checkElement(element) || found;
    }
    return found;
  }

  // ---- the turn --------------------------------------------------------------------------------------------------------

  function compare() {
    let needsPicture = scan();
    for (const root of roots) {
      compareFields(root);
      needsPicture = compareSheets(root) || needsPicture;
    }
    compared = true;
    if (needsPicture) pictureSoon();
  }

  // A page that plays with its sheets all the time gets a picture now and then, not at each turn.
  function pictureSoon() {
    const due = snapshotAt + config.pictureEveryMs;
    if (Date.now() >= due) {
      snapshotAt = Date.now();
      snapshot();
    } else if (due < Infinity) {
      snapshotAt = Infinity;
      setTimeout(() => {
        snapshotAt = Date.now();
        if (!stopped) snapshot();
      }, due - Date.now());
    }
  }

  function turn() {
    let spent = 0;
    if (!document.hidden) {
      const before = performance.now();
      try {
        compare();
      } catch (error) {
        // An element may vanish meanwhile; the next turn sees it.
      }
      spent = performance.now() - before;
    }
    schedule(Math.max(config.compareMs, spent / config.compareShare));
  }

  function schedule(waitMs) {
    if (!stopped) timer = setTimeout(turn, waitMs);
  }

  // The first comparison is with what the first picture holds, so it is taken at the same moment.
  if (document.readyState !== "loading") turn();
  else document.addEventListener("DOMContentLoaded", turn, { once: true });

  return {
    roots,
    stop() {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener("DOMContentLoaded", turn);
      for (const kind of ["input", "change"]) document.removeEventListener(kind, onUserInput, true);
    },
  };
};
