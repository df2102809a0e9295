// SPDX-License-Identifier: GPL-3.0-only
// How the parts of the client tell what happened: `part.on("name", handler)`. Base class of all of them.

/** @typedef {(value: any) => void} Handler */

export class Signals {
  constructor() {
    /** @type {Map<string, Set<Handler>>} */
    this.handlers = new Map();
  }

  /**
   * Calls `handler` each time `name` happens.
   * @param {string} name
   * @param {Handler} handler
   * @returns {() => void} the call that stops it
   */
  on(name, handler) {
    const known = this.handlers.get(name) || new Set();
    this.handlers.set(name, known.add(handler));
    return () => known.delete(handler);
  }

  /**
   * One handler that fails does not keep the others from hearing.
   * @param {string} name
   * @param {any} [value]
   */
  emit(name, value) {
    for (const handler of [...(this.handlers.get(name) || [])]) {
      try {
        handler(value);
      } catch (error) {
        console.error(`a handler of "${name}" failed`, error);
      }
    }
  }
}

/**
 * @param {number} ms
 * @returns {Promise<void>}
 */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
