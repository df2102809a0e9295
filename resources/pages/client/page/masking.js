// SPDX-License-Identifier: GPL-3.0-only
// The second look at what leaves of a shared page: numbers of persons, accounts and cards by their check digits, whatever
// stands between their signs. The first is the recorder's (record.js), in the page.
const MASK = "•••";
const MOST_BETWEEN = 3; // signs between two of a number's
const LETTERS = /[0-9A-Za-z]/;
const NIR = /[1-478]\d\d(?:0[1-9]|1[0-2]|[2-9]\d)(?:\d\d|2[AB])\d{8}/g;
const CARD = /[2-6]\d{15}/g;
const RIB = /\d{10}[A-Z0-9]{11}\d\d/g;
const ACCOUNT = /[A-Z][A-Z]\d\d[A-Z0-9]{11}/g;
const [SHORTEST_ACCOUNT, LONGEST_ACCOUNT] = [15, 34];
const RIB_LETTERS = "12345678912345678923456789"; // what A to Z count as

/**
 * The rest of a long number, read digit by digit.
 * @param {string} digits
 */
const mod97 = (digits) => [...digits].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0);

/** @param {string} signs */
const asDigits = (signs) => signs.replace(/[A-Z]/g, (sign) => String(sign.charCodeAt(0) - 55));

/** @param {string} number INSEE: 97 - (number mod 97); Corsica's 2A counts as 19, 2B as 18 */
function isNir(number) {
  const counted = number.slice(0, 13).replace("2A", "19").replace("2B", "18");
  return 97 - mod97(counted) === Number(number.slice(13));
}

/** @param {string} number ISO/IEC 7812-1, annex B: Luhn */
function isCard(number) {
  const sum = [...number].reverse().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** @param {string} number French account number without country: MOD 97 */
const isRib = (number) =>
  mod97(number.replace(/[A-Z]/g, (sign) => RIB_LETTERS[sign.charCodeAt(0) - 65])) === 0 && new Set(number).size > 1;

/** @param {string} number ISO 7064, MOD 97-10 */
const isAccount = (number) => mod97(asDigits(number.slice(4) + number.slice(0, 4))) === 1;

/**
 * Where numbers stand in a run of letters and digits.
 * @param {string} run
 * @returns {[number, number][]}
 */
function found(run) {
  /** @type {[number, number][]} */
  const spans = [];
  for (const [pattern, isOne] of /** @type {[RegExp, (number: string) => boolean][]} */ ([[NIR, isNir], [CARD, isCard], [RIB, isRib]])) {
    for (let at = 0; at < run.length; at++) {
      pattern.lastIndex = at; // one may begin within another that is none
      const match = pattern.exec(run);
      if (!match) break;
      at = match.index;
      if (isOne(match[0])) spans.push([match.index, match.index + match[0].length]);
    }
  }
  for (let at = 0; at < run.length; at++) {
    ACCOUNT.lastIndex = at;
    const match = ACCOUNT.exec(run);
    if (!match) break;
    at = match.index;
    for (let end = at + SHORTEST_ACCOUNT; end <= Math.min(run.length, at + LONGEST_ACCOUNT); end++) {
      if (isAccount(run.slice(at, end))) spans.push([at, end]);
    }
  }
  return spans;
}

/**
 * @param {string} text
 * @returns {string} the text with `MASK` for each number that its check digits prove
 */
export function maskNumbers(text) {
  if (!/\d/.test(text)) return text;
  const plain = text.normalize("NFKC").length === text.length ? text.normalize("NFKC") : text;
  /** @type {boolean[]} */
  const hidden = [];
  let run = "";
  /** @type {number[]} */
  let places = [];
  const end = () => {
    if (run.length >= SHORTEST_ACCOUNT) {
      for (const [from, to] of found(run)) for (let at = places[from]; at <= places[to - 1]; at++) hidden[at] = true;
    }
    [run, places] = ["", []];
  };
  for (let at = 0; at < plain.length; at++) {
    if (!LETTERS.test(plain[at])) continue;
    if (places.length && at - places[places.length - 1] - 1 > MOST_BETWEEN) end();
    run += plain[at].toUpperCase();
    places.push(at);
  }
  end();
  if (!hidden.length) return text;
  return Array.from({ length: plain.length }, (_, at) => (hidden[at] ? (hidden[at - 1] ? "" : MASK) : plain[at])).join("");
}

/**
 * @template T
 * @param {T} value of JSON
 * @returns {T} the same with every string masked; pictures as data are left as they are
 */
export function masked(value) {
  if (typeof value === "string") return /** @type {T} */ (value.startsWith("data:") ? value : maskNumbers(value));
  if (Array.isArray(value)) return /** @type {T} */ (value.map(masked));
  if (typeof value !== "object" || value === null) return value;
  return /** @type {T} */ (Object.fromEntries(Object.entries(value).map(([name, one]) => [name, masked(one)])));
}
