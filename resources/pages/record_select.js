// SPDX-License-Identifier: GPL-3.0-only
// The list of choices that a <select> opens is a window of the system: no part of the page, so rrweb does not see it.
// Told here while it is open: which field, which choices, which one is chosen. Part of the recorder (record.js).
const watchSelects = ({ config, emit, mirror, maskText, isHidden }) => {
  let open = null;
  let timer = 0;
  let looks = 0;

  function isOpen(select) {
    try {
      return select.matches(":open");
    } catch (error) {
      return false; // an engine that cannot tell: no list is shown at the desk
    }
  }

  function report(select, isShown) {
    const id = mirror().getId(select);
    if (id <= 0 || isHidden(select)) return;
    const options = Array.from(select.options).slice(0, config.optionsMax);
    const payload = {
      id,
      open: isShown,
      index: select.selectedIndex,
      options: isShown ? options.map((option) => maskText(option.label.slice(0, 200), option)) : [],
    };
    emit({ type: 5, data: { tag: "select", payload }, timestamp: Date.now() });
  }

  function check(select) {
    const isShown = isOpen(select) && select.isConnected;
    if (isShown !== (open === select)) {
      open = isShown ? select : null;
      report(select, isShown);
    }
    looks += 1;
    if (!isShown && looks > 5) {
      clearInterval(timer);
      timer = 0;
    }
  }

  function onMayOpen(event) {
    const target = event.composedPath()[0];
    const select = target && target.closest && target.closest("select");
    if (!select || select.multiple || select.size > 1) return;
    if (open && open !== select) {
      report(open, false);
      open = null;
    }
    clearInterval(timer);
    looks = 0;
    timer = setInterval(check, config.selectMs, select);
  }
  const KINDS = ["pointerdown", "click", "keydown"];
  for (const kind of KINDS) document.addEventListener(kind, onMayOpen, true);

  return {
    again() {
      if (open) report(open, true);
    },
    stop() {
      clearInterval(timer);
      for (const kind of KINDS) document.removeEventListener(kind, onMayOpen, true);
    },
  };
};
