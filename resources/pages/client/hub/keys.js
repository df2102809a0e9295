// SPDX-License-Identifier: GPL-3.0-only
// The kiosk's key (an nkey: Ed25519) and where it is kept. Who holds the seed is whom the bus believes.
import { nkeys } from "../../../vendor/nats-core.mjs";
import { base64, utf8 } from "../core/ids.js";

/**
 * Where the client keeps what outlives a page: its key, and the ticket of the caller who waits.
 * @typedef {object} Store
 * @property {(name: string) => Promise<any>} get undefined for what is not there
 * @property {(name: string, value: any) => Promise<void>} set
 * @property {(name: string) => Promise<void>} remove
 */

const [NAME, SHELF] = ["poste-expert", "kept"];

/**
 * The browser's own database; each origin has its own.
 * @returns {Store}
 */
export function indexedStore() {
  /**
   * @param {IDBTransactionMode} mode
   * @param {(shelf: IDBObjectStore) => IDBRequest} act
   * @returns {Promise<any>}
   */
  const use = (mode, act) =>
    new Promise((resolve, reject) => {
      const opening = indexedDB.open(NAME, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore(SHELF);
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const database = opening.result;
        const change = database.transaction(SHELF, mode, { durability: "strict" });
        const asked = act(change.objectStore(SHELF));
        change.oncomplete = () => {
          database.close();
          resolve(asked.result);
        };
        change.onabort = () => {
          database.close();
          reject(change.error);
        };
      };
    });
  return {
    get: (name) => use("readonly", (shelf) => shelf.get(name)),
    set: (name, value) => use("readwrite", (shelf) => shelf.put(value, name)),
    remove: (name) => use("readwrite", (shelf) => shelf.delete(name)),
  };
}

/**
 * Forgets everything with the page: for tests, and for callers in a browser of their own.
 * @returns {Store}
 */
export function memoryStore() {
  const kept = new Map();
  return {
    get: async (name) => kept.get(name),
    set: async (name, value) => void kept.set(name, value),
    remove: async (name) => void kept.delete(name),
  };
}

/**
 * The seed of the enrolment identity: the nkey whose 32 bytes are the SHA-256 of "poste-expert enrolment". It is no secret:
 * all it may do is to knock, and the code is what counts.
 */
export const NEWCOMER = "SUABIZUIK3CE73GII4D4CKJYDOVTQ5CIZ7RL6KAFSB6JUKUHY4JT5ORJPY";

/** One nkey: signs, and says its public key. */
export class Key {
  /** @param {string} seed "SU..." */
  constructor(seed) {
    this.seed = seed;
    this.pair = nkeys.fromSeed(utf8(seed));
    /** The public key, "U...": what the hub knows the kiosk by. */
    this.public = this.pair.getPublicKey();
  }

  /** @returns {Key} a fresh one */
  static make() {
    return new Key(new TextDecoder().decode(nkeys.createUser().getSeed()));
  }

  /**
   * @param {Uint8Array} words
   * @returns {string} the signature (RFC 8032), base64
   */
  sign(words) {
    return base64(this.pair.sign(words));
  }
}
