// SPDX-License-Identifier: GPL-3.0-only
// The recorder of the reference kiosk (record.js and what belongs to it) in this page: what the caller sees here is what the
// agent sees. It masks before anything leaves; the page's own controls are left out by `data-blocked`.

/** As the reference kiosk has them (views/kiosk/browser/profile.py); the tests compare both. */
export const SETTINGS = {
  sensitive: "[data-sensitive],[data-private],.sensitive,.sensible,.confidentiel,.rr-mask",
  blocked: "[data-blocked],.blocked,.bloque,.rr-block",
  batchMs: 20,
  recordShare: 0.2,
  recordBurstMs: 2000,
  checkpointMs: 60000,
  quietMs: 60,
  movesMs: 150,
  compareMs: 300,
  compareShare: 0.02,
  scanSlice: 2000,
  rulesLookedAt: 40,
  pictureEveryMs: 2000,
  canvasMs: 500,
  canvasShare: 0.03,
  canvasMaxChars: 200000,
  selectMs: 80,
  focusMs: 60,
  optionsMax: 200,
  padQuietMs: 1500,
};

/** Patterns of session/masking/numbers.py, in which " ?" stands for whatever is between two digits. */
export const NUMBERS = [
  "(?<!\\d)[1-478] ?\\d\\d ?(?:0[1-9]|1[0-2]|[2-9]\\d) ?(?:9[78]\\d ?\\d\\d|(?:0[1-9]|[1-9]\\d|2[AaBb]) ?\\d\\d\\d) ?\\d\\d\\d(?: ?\\d\\d)?(?!\\d)",
  "(?<![0-9A-Za-z])FR ?\\d ?\\d(?: ?\\d){10}(?:(?: ?[A-Z0-9]){11}(?: ?\\d){2}(?![0-9A-Za-z])|(?: ?\\d){0,13})",
  "(?<![0-9A-Za-z])[A-Z]{2}\\d\\d ?(?:[A-Z]{0,4}\\d)(?: ?[A-Z0-9]){10,30}(?![0-9A-Za-z])",
];

/**
 * What the reference kiosk finds in a process of its own, and a page here: cards, French accounts, and numbers of
 * beneficiaries. Without check digits more is hidden than must be.
 */
const MORE_NUMBERS = [
  "(?<!\\d)[2-6]\\d{3} ?\\d{4} ?\\d{4} ?\\d{4}(?!\\d)",
  "(?<![0-9A-Za-z])\\d{5} ?\\d{5} ?[0-9A-Z]{11} ?\\d\\d(?![0-9A-Za-z])",
  "(?<![0-9A-Za-z])\\d{7} ?[A-Z](?![0-9A-Za-z])",
  "(?:allocataire|identifiant|matricule) ?(?:n|no|num[ée]ro)? ?\\d(?: ?\\d){4,10}(?!\\d)",
];

const SCRIPTS = [
  "../../record_shim.js",
  "../../record_budget.js",
  "../../../vendor/rrweb.umd.min.js",
  "../../page_parts.js",
  "../../record_fields.js",
  "../../record_pads.js",
  "../../record_compare.js",
  "../../record_canvas.js",
  "../../record_select.js",
  "../../record_focus.js",
];
const RECORD = "../../record.js";

/** @param {string} path beside this module */
const load = (path) =>
  /** @type {Promise<void>} */ (
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = new URL(path, import.meta.url).href;
      script.onload = () => resolve();
      script.onerror = () => reject(new Error(`not loaded: ${path}`));
      document.head.append(script);
      script.remove();
    })
  );

/** @type {Promise<void> | null} */
let loaded = null;

async function loadOnce() {
  for (const path of SCRIPTS) await load(path);
}

/** Records this page while it is shared. */
export class Recorder {
  constructor() {
    this.wanted = false;
    /** @type {any} */
    this.page = window;
  }

  /** @param {(push: {document: string, address: string, events: any[]}) => void} push */
  async start(push) {
    this.wanted = true;
    // what the recorder finds in the reference kiosk's browser: its settings, and the way out
    this.page.__CONFIG__ = { ...SETTINGS, numbers: [...NUMBERS, ...MORE_NUMBERS], sites: [], token: "", salt: "" };
    this.page.qt = { webChannelTransport: null };
    /**
     * @param {unknown} _transport
     * @param {(channel: any) => void} ready
     */
    this.page.QWebChannel = function QWebChannel(_transport, ready) {
      ready({ objects: { bridge: { push: (/** @type {string} */ text) => push(JSON.parse(text)) } } });
    };
    loaded = loaded || loadOnce();
    await loaded;
    if (this.wanted && !this.page.posteRecorder) await load(RECORD);
    if (!this.wanted) this.stop();
  }

  /** Asks for a full picture. */
  snapshot() {
    if (this.page.posteRecorder) this.page.posteRecorder.snapshot();
  }

  stop() {
    this.wanted = false;
    if (this.page.posteRecorder) this.page.posteRecorder.stop();
  }
}
