// SPDX-License-Identifier: GPL-3.0-only
// A kiosk in a page: shows what the client tells, and brings it what the caller touches.
import { codeOf, Kiosk } from "../index.js";
import { Tray } from "./scanner.js";

const QUESTIONS = /** @type {Record<string, string>} */ ({
  see_page: "Le conseiller peut-il voir cette page ?",
  point: "Le conseiller peut-il montrer du doigt dans cette page ?",
  scan: "Le conseiller peut-il numériser vos papiers ?",
  print: "Le conseiller peut-il imprimer ici ?",
  keep: "Le conseiller peut-il garder ces papiers dans votre dossier ?",
});
const SECTIONS = ["enrol", "start", "waiting", "talk", "goodbye"];

/**
 * @param {string} id
 * @returns {any}
 */
const at = (id) => document.getElementById(id);

/** @param {string} section */
function show(section) {
  for (const each of SECTIONS) at(each).hidden = each !== section;
}

/** @param {string} text */
function notice(text) {
  at("notice").textContent = text;
}

/**
 * @param {string} where
 * @param {string} text
 */
function line(where, text) {
  const item = document.createElement("li");
  item.textContent = text;
  at(where).append(item);
}

// ---- what this kiosk has

const tray = new Tray();

/** A real kiosk gives the bytes to its printer; this one lists what it would have printed. */
const printer = {
  state: async () => ({ state: "ready", name: "Imprimante d'exemple", code: "" }),
  /**
   * @param {Uint8Array} bytes
   * @param {{name: string, copies: number, report(state: string): void}} job
   */
  async print(bytes, { name, copies, report }) {
    report("printing");
    line("printed", `${name} : ${bytes.length} octets, ${copies} exemplaire(s)`);
  },
};

const media = {
  open: () => navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 360 } }),
  remote: at("remote"),
};

async function wipe() {
  tray.sheets.length = 0;
  tray.jammed = false;
  for (const list of ["printed", "words", "given"]) at(list).replaceChildren();
  for (const field of ["text", "number", "file", "name", "nir"]) at(field).value = "";
  for (const part of ["question", "sheet", "shown", "banner", "held", "private", "third"]) at(part).hidden = true;
  URL.revokeObjectURL(at("sheet-look").href);
  at("sheet-look").removeAttribute("href");
  at("pause").setAttribute("aria-pressed", "false");
  showTray();
  return true;
}

const asked = new URLSearchParams(location.search).get("bus");
export const kiosk = new Kiosk({
  servers: asked ? [asked] : [`wss://${location.hostname}`],
  equipment: {
    media, thirdMedia: { ...media, remote: at("third") }, scanner: tray, printer, wipe, share: true, shows: true,
    textVersion: (power) => `example_${power}_fr_1`,
  },
  program: "example 1",
});

function showTray() {
  at("laid").value = tray.sheets.length;
  at("jam").checked = tray.jammed;
}

// ---- before and after a conversation

async function showStart() {
  const answer = await kiosk.services();
  at("site").textContent = answer.site;
  at("services").replaceChildren(...answer.services.map((/** @type {any} */ service) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: service.name });
    button.dataset.service = service.id;
    button.disabled = Boolean(service.closed) || service.open_now === false;
    button.addEventListener("click", () => press(service.id));
    return button;
  }));
  if (!kiosk.session && !(kiosk.ticket && kiosk.ticket.current)) show("start");
}

/** @param {string} service */
async function press(service) {
  notice("");
  try {
    await kiosk.press(service, { number: at("number").value.trim() });
  } catch (error) {
    notice(`La demande n'a pas été prise (${codeOf(error)}). Appuyez à nouveau.`);
  }
}

kiosk.on("ticket", ({ ticket, position, wait_s: wait }) => {
  if (kiosk.session) return;
  if (["waiting", "offered"].includes(ticket.state)) {
    at("ticket").value = ticket.number;
    at("place").textContent = `Place ${position}${wait ? `, environ ${Math.ceil(wait / 60)} min` : ""}`;
    show("waiting");
  } else if (ticket.state === "abandoned") show("start");
});
kiosk.on("connected", () => notice(""));
kiosk.on("disconnected", () => notice("La ligne est coupée ; elle revient d'elle-même."));
kiosk.on("unreachable", (code) => notice(`La ligne ne répond pas encore (${code}).`));
kiosk.on("services", () => showStart().catch(() => {}));
kiosk.on("presence", ({ present }) => notice(present ? "" : "Votre conseiller ne répond plus ; patientez."));
kiosk.on("ended", ({ reason, wiped }) => {
  at("wiped").textContent = wiped.left_over ? "Attention : il reste des traces." : "Rien de vous n'est resté ici.";
  if (!kiosk.session && !(kiosk.ticket && kiosk.ticket.current)) show(reason === "desk_lost" ? "waiting" : "goodbye");
});

// ---- a conversation

kiosk.on("session", (session) => {
  show("talk");
  const { call, powers, prints, privacy, third, chat } = session;
  call.on("device_missing", (/** @type {string} */ kind) => notice(kind === "video" ? "Pas de caméra." : "Pas de microphone."));
  third.on("held", (/** @type {{held: boolean}} */ { held }) => { at("held").hidden = !held; });
  third.on("call", (/** @type {unknown} */ made) => { at("third").hidden = !made; });
  third.on("banner", (/** @type {{name: string} | null} */ banner) => {
    at("banner").hidden = !banner;
    if (!banner) return;
    at("banner").textContent = `${banner.name} rejoint la conversation.`;
    requestAnimationFrame(() => setTimeout(() => third.bannerShown())); // once it is painted
  });
  privacy.on("changed", (/** @type {boolean} */ on) => { at("private").hidden = !on; });

  powers.on("asked", (/** @type {string} */ power) => {
    at("asked").textContent = QUESTIONS[power] || power;
    at("question").dataset.power = power;
    at("question").hidden = false;
  });
  powers.on("settled", () => { at("question").hidden = true; });
  powers.on("changed", () => showGiven(powers));
  prints.on("asked", (/** @type {{id: string, name: string, bytes: Uint8Array}} */ { id, name, bytes }) => {
    at("sheet").dataset.id = id;
    at("sheet-name").value = name;
    at("sheet-look").href = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: "application/pdf" }));
    at("sheet").hidden = false;
  });
  prints.on("ended", () => {
    at("sheet").hidden = true;
    URL.revokeObjectURL(at("sheet-look").href);
  });
  if (session.page) session.page.on("pointer", point);
  if (session.shown) showDocuments(session.shown);
  chat.on("received", (/** @type {{id: string, text: string}} */ { id, text }) => {
    line("words", text);
    requestAnimationFrame(() => chat.shown(id));
  });
});

/** @param {import("../papers/shown.js").ShownDocument} shown */
function showDocuments(shown) {
  const picture = at("shown-picture");
  /** @param {import("../papers/shown.js").Mark[]} marks */
  const draw = (marks) => {
    const board = at("shown-marks");
    [board.width, board.height] = [picture.width, picture.height];
    const pen = board.getContext("2d");
    [pen.lineWidth, pen.strokeStyle] = [4, "#c00000"];
    for (const { kind, points } of marks) {
      const places = points.map((one, index) => one * (index % 2 ? board.height : board.width));
      pen.beginPath();
      if (kind === "frame") pen.rect(places[0], places[1], places[2] - places[0], places[3] - places[1]);
      else for (let one = 0; one < places.length; one += 2) pen.lineTo(places[one], places[one + 1]);
      pen.stroke();
    }
    requestAnimationFrame(() => shown.painted());
  };
  shown.on("opened", ({ title }) => {
    at("shown-title").value = title;
    at("shown").hidden = false;
  });
  shown.on("waiting", (page) => { at("shown-page").value = `page ${page + 1} : patientez`; });
  shown.on("picture", async ({ page, bytes, marks }) => {
    URL.revokeObjectURL(picture.src);
    picture.src = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type: "image/webp" }));
    await picture.decode();
    at("shown-page").value = `page ${page + 1}`;
    draw(marks);
  });
  shown.on("marks", draw);
  shown.on("closed", () => {
    at("shown").hidden = true;
    URL.revokeObjectURL(picture.src);
    picture.removeAttribute("src");
  });
}

/** @param {{x: number, y: number} | null} place where the agent points */
function point(place) {
  at("pointer").hidden = !place;
  if (place) Object.assign(at("pointer").style, { left: `${place.x * 100}%`, top: `${place.y * 100}%` });
}

/** @param {import("../powers.js").Powers} powers each power that is given can be taken back */
function showGiven(powers) {
  const given = Object.keys(QUESTIONS).filter((power) => powers.allowed(power));
  at("given").replaceChildren(...given.map((power) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: `Reprendre : ${power}` });
    button.dataset.withdraw = power;
    button.addEventListener("click", () => powers.withdraw(power));
    const item = document.createElement("li");
    item.append(button);
    return item;
  }));
}

/**
 * @param {string} form
 * @param {(submitter: any) => void} act
 */
function onSubmit(form, act) {
  at(form).addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
    event.preventDefault();
    act(event.submitter);
  });
}

onSubmit("question", ({ value }) => kiosk.session && kiosk.session.powers.answer(at("question").dataset.power, value === "yes"));
onSubmit("sheet", ({ value }) => kiosk.session && kiosk.session.prints.answer(at("sheet").dataset.id, value === "yes"));
onSubmit("write", () => {
  const text = at("text").value;
  if (kiosk.session && kiosk.session.chat.send(text)) {
    line("words", `Vous : ${text}`);
    at("text").value = "";
  }
});
at("leave").addEventListener("click", () => kiosk.leave().then(() => !kiosk.session && show("start")).catch(() => {}));
at("hang-up").addEventListener("click", () => kiosk.hangUp().catch((error) => notice(codeOf(error))));
at("close-shown").addEventListener("click", () => kiosk.session && kiosk.session.shown && kiosk.session.shown.closeByCaller());
at("stop").addEventListener("click", () => kiosk.session && kiosk.session.powers.withdrawAll());
at("pause").addEventListener("click", () => {
  const on = at("pause").getAttribute("aria-pressed") !== "true";
  at("pause").setAttribute("aria-pressed", String(on));
  if (kiosk.session) kiosk.session.privacy.set(on);
});
at("lay").addEventListener("click", () => {
  tray.sheets.push(`Attestation d'exemple\nPage ${tray.sheets.length + 1}\nÉtablie pour Camille Exemple`);
  showTray();
});
at("jam").addEventListener("change", () => { tray.jammed = at("jam").checked; });
at("file").addEventListener("change", async () => {
  for (const file of at("file").files) tray.sheets.push(await createImageBitmap(file));
  showTray();
});
at("goodbye").addEventListener("click", () => {
  show("start");
  showStart().catch(() => {});
});

// ---- the beginning

onSubmit("enrol", async () => {
  notice("");
  try {
    await kiosk.enrol(at("code").value);
    await begin();
  } catch (error) {
    notice(`Le code n'a pas été accepté (${codeOf(error)}).`);
  }
});

async function begin() {
  show("");
  await kiosk.start();
  await showStart();
}

if (await kiosk.identity()) await begin();
else show("enrol");
document.documentElement.dataset.ready = "yes";
