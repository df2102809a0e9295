// SPDX-License-Identifier: GPL-3.0-only
// Runs before rrweb in the recorder's isolated world (views/kiosk/browser/pane.py).
// There `window.customElements` is null, and rrweb's serializer then throws and catches once per element: a snapshot of
// 3,000 elements took 300 ms instead of 40. This stand-in answers what rrweb asks: is this tag a defined element?
if (window.customElements === null) {
  const isDefined = (tag) => {
    try {
      return tag.includes("-") && document.querySelector(`${tag}:defined`) ? Object : undefined;
    } catch (error) {
      return undefined;
    }
  };
  try {
    Object.defineProperty(window, "customElements", {
      configurable: true,
      value: { get: isDefined, define() {}, whenDefined: () => new Promise(() => {}) },
    });
  } catch (error) {
    // Slower snapshots, nothing else.
  }
}
