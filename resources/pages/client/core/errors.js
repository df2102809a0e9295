// SPDX-License-Identifier: GPL-3.0-only
// What goes wrong, by the codes of docs/protocol.md: what the hub refused, and what this end found itself.

export class Refused extends Error {
  /**
   * @param {string} code one of the protocol's codes
   * @param {Record<string, string | number>} [detail]
   */
  constructor(code, detail = {}) {
    super(detail.why ? `${code}: ${detail.why}` : code);
    this.name = "Refused";
    this.code = code;
    this.detail = detail;
  }
}

/** After these the outcome is unknown, or nothing happened: the same request may be sent again. */
export const AGAIN = new Set(["bus_unreachable", "hub_unreachable", "store_unreachable", "rate_limited", "vault_away"]);

/**
 * @param {unknown} error
 * @returns {string} its code; "unexpected" for what is no refusal
 */
export const codeOf = (error) => (error instanceof Refused ? error.code : "unexpected");
