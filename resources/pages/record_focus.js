// SPDX-License-Identifier: GPL-3.0-only
// Which field has the keyboard, and where its caret is: no part of the page that rrweb would see. Of a field of the
// caller's own nothing is told, of a masked one not how long it is. Part of the recorder (record.js).
const watchFocus = ({ config, emit, mirror, maskInput, isHidden }) => {
  let told = "";
  let timer = 0;

  function focusedHere() {
    let element = document.activeElement;
    while (element && element.shadowRoot && element.shadowRoot.activeElement) element = element.shadowRoot.activeElement;
    const none = !element || element === document.body || element === document.documentElement;
    return none || element.localName === "iframe" || isHidden(element) ? null : element;
  }

  // The number of letters before the caret; -1 where there is none, or it would tell of what is masked.
  function caretOf(element) {
    try {
      const at = element.selectionEnd;
      if (typeof at !== "number" || maskInput(element.value, element) !== element.value) return -1;
      return at;
    } catch (error) {
      return -1; // a kind of field that has no caret
    }
  }

  function payloadNow() {
    const element = focusedHere();
    const id = element ? mirror().getId(element) : 0;
    return id > 0 ? { id, at: caretOf(element) } : { id: 0, at: -1 };
  }

  function check() {
    timer = 0;
    const payload = payloadNow();
    const now = `${payload.id} ${payload.at}`;
    if (now === told) return;
    told = now;
    emit({ type: 5, data: { tag: "focus", payload }, timestamp: Date.now() });
  }

  function checkSoon() {
    if (!timer) timer = setTimeout(check, config.focusMs);
  }
  const KINDS = ["focusin", "focusout", "input", "selectionchange"];
  for (const kind of KINDS) document.addEventListener(kind, checkSoon, true);
  addEventListener("blur", checkSoon);
  addEventListener("focus", checkSoon);

  return {
    again() {
      told = "";
      checkSoon();
    },
    stop() {
      clearTimeout(timer);
      for (const kind of KINDS) document.removeEventListener(kind, checkSoon, true);
      removeEventListener("blur", checkSoon);
      removeEventListener("focus", checkSoon);
    },
  };
};
