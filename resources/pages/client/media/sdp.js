// SPDX-License-Identifier: GPL-3.0-only
// What a call's description says (RFC 8866): which addresses are told, and which of the other end are believed.
const GATHER_MS = 1500;
const [MOST_LETTERS, MOST_CANDIDATES, MOST_SECTIONS] = [60_000, 80, 4];
const LOCAL_NAME = /^a=candidate:.*\.local /;

/**
 * @param {string} sdp
 * @returns {string[]}
 */
const linesOf = (sdp) => sdp.split("\n").map((line) => line.replace("\r", "")).filter(Boolean);

/**
 * A name of a moment (mDNS) means nothing to another network; where there is nothing else it stays.
 * @param {string} sdp
 * @returns {string}
 */
export function withoutLocalNames(sdp) {
  const lines = linesOf(sdp);
  const isLocal = (/** @type {string} */ line) => LOCAL_NAME.test(line);
  const hasPlain = lines.some((line) => line.startsWith("a=candidate:") && !isLocal(line));
  return `${(hasPlain ? lines.filter((line) => !isLocal(line)) : lines).join("\r\n")}\r\n`;
}

/**
 * @param {string} sdp of the other end
 * @returns {boolean} whether a browser may be given it: a thousand addresses would make it knock at a thousand doors
 */
export function isBearable(sdp) {
  const lines = linesOf(sdp);
  const count = (/** @type {string} */ start) => lines.filter((line) => line.startsWith(start)).length;
  const sections = count("m=");
  return (
    sdp.length <= MOST_LETTERS && lines[0] === "v=0" && sections >= 1 && sections <= MOST_SECTIONS &&
    count("a=candidate:") <= MOST_CANDIDATES
  );
}

/**
 * The connection knows its addresses, or as many as came in time: the protocol has no message for those that come later.
 * @param {RTCPeerConnection} connection
 * @returns {Promise<void>}
 */
export function gathered(connection) {
  return new Promise((resolve) => {
    const check = () => connection.iceGatheringState === "complete" && resolve();
    connection.addEventListener("icegatheringstatechange", check);
    setTimeout(resolve, GATHER_MS);
    check();
  });
}
