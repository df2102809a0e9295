// SPDX-License-Identifier: GPL-3.0-only
// What a page gives to the client: a wrong kind of value is told in words where it is given. The value itself is not
// repeated: it may be a caller's number.

/**
 * @param {unknown} value
 * @returns {string}
 */
function kindOf(value) {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `of type ${typeof value}`;
}

/**
 * @param {string} call as a page writes it, "kiosk.press"
 * @param {string} name of the argument
 * @param {unknown} value must be a text with something in it
 */
export function needText(call, name, value) {
  if (typeof value !== "string") throw new TypeError(`${call}: ${name} must be a text; it is ${kindOf(value)}`);
  if (!value) throw new TypeError(`${call}: ${name} is empty`);
}

/**
 * @param {string} call
 * @param {string} name
 * @param {unknown} value must be true or false
 */
export function needBoolean(call, name, value) {
  if (typeof value !== "boolean") throw new TypeError(`${call}: ${name} must be true or false; it is ${kindOf(value)}`);
}

/**
 * @param {string} call
 * @param {string} name
 * @param {unknown} value must be one of `known`
 * @param {readonly string[]} known
 */
export function needOneOf(call, name, value, known) {
  if (!known.some((each) => each === value)) throw new TypeError(`${call}: ${name} must be one of ${known.join(", ")}`);
}

/**
 * @param {string} call
 * @param {unknown} value must be an object, with no other keys than `known`
 * @param {readonly string[]} known
 */
export function needOptions(call, value, known) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${call}: give an object such as {${known[0]}: ...}; it is ${kindOf(value)}`);
  }
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  if (unknown.length) throw new TypeError(`${call}: it knows no ${unknown.join(", ")}; it knows ${known.join(", ")}`);
}
