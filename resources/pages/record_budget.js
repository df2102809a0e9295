// SPDX-License-Identifier: GPL-3.0-only
// What the recorder may cost. Runs before rrweb in the recorder's isolated world (views/kiosk/browser/profile.py).
// Work is measured where it is done: rrweb's observers are wrapped here, record.js hands over its own pieces. A token
// bucket holds processor time: it fills by `recordShare` of each second, up to `recordBurstMs`, enough for the first
// picture of a very large page. A page that overdraws it, by changing without end, is not looked at until the debt is
// worked off; then one picture tells all that was missed. The caller's own page keeps the processor.
const posteBudget = ((config) => {
  const Native = window.MutationObserver;
  let leftMs = config.recordBurstMs;
  let countedAt = performance.now();
  let spentMs = 0;
  let rests = 0;
  let resting = false;
  let onRested = () => {};

  function fill() {
    const now = performance.now();
    leftMs = Math.min(config.recordBurstMs, leftMs + (now - countedAt) * config.recordShare);
    countedAt = now;
  }

  function rest() {
    resting = true;
    rests++;
    const owedMs = config.recordBurstMs / 4 - leftMs;
    setTimeout(() => {
      resting = false;
      forgetGone();
      onRested();
    }, owedMs / config.recordShare);
  }

  // Does a piece of work and counts what it took.
  function measure(work) {
    const before = performance.now();
    try {
      return work();
    } finally {
      const took = performance.now() - before;
      spentMs += took;
      fill();
      leftMs -= took;
      if (leftMs < 0 && !resting) rest();
    }
  }

  // rrweb's map keeps each element that it did not see leave.
  function forgetGone() {
    const { mirror } = rrweb.record;
    for (const id of mirror.getIds()) {
      const node = mirror.getNode(id);
      if (node && !node.isConnected) mirror.removeNodeFromMap(node);
    }
  }

  // A script may change one attribute of an element many times in a turn. rrweb compares what stands there at the end with
  // what stood there before, which the first record says; the others are the same work again. Each change of a field's
  // type counts: once a password, always one.
  function firstOfEach(records) {
    const seen = new Map();
    return records.filter(({ type, target, attributeName, attributeNamespace }) => {
      if (type !== "attributes" || attributeName === "type" || attributeNamespace) return true;
      const names = seen.get(target);
      if (!names) seen.set(target, [attributeName]);
      else if (names.includes(attributeName)) return false;
      else names.push(attributeName);
      return true;
    });
  }

  class Observer extends Native {
    constructor(callback) {
      super((records, observer) => {
        if (!resting) measure(() => callback(records.length > 1 ? firstOfEach(records) : records, observer));
      });
    }

    // rrweb looks for a constructor that no page has replaced, and fetches another from a frame if this is not one.
    static toString() {
      return "class MutationObserver { [native code] }";
    }
  }
  window.MutationObserver = Observer;

  return {
    measure,
    get resting() {
      return resting;
    },
    // Milliseconds of processor time in this document, and how often it was too much.
    facts: () => ({ spentMs, rests }),
    whenRested(callback) {
      onRested = callback;
    },
    stop() {
      onRested = () => {};
      window.MutationObserver = Native;
    },
  };
})(__CONFIG__);
