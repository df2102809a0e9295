// SPDX-License-Identifier: GPL-3.0-only
// What the caller at the example page does, as driver.py says it: presses the page's own buttons (docs/conformance.md).
import { kiosk } from "/pages/client/example/kiosk.js";

const ANSWER_MS = 10_000;
const at = (id) => document.getElementById(id);
const stands = (id) => at(id).checkVisibility();

async function until(what, isSo, timeoutMs = ANSWER_MS) {
  const end = performance.now() + timeoutMs;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`${what}: ${at("notice").textContent || "not in time"}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

const INSTRUCTIONS = {
  async begin({ code }) {
    at("code").value = code;
    at("enrol").requestSubmit();
    await until("enrolled", () => stands("start"), 50_000);
  },
  async press({ service, number = "" }) {
    await until("the services", () => {
      if (stands("goodbye")) at("goodbye").click();
      return stands("start");
    }, 20_000);
    const button = [...document.querySelectorAll("#services button")].find((one) => one.dataset.service === service);
    if (!button) throw new Error("no such button");
    at("number").value = number;
    button.click();
    await until("a ticket", () => stands("waiting") || stands("talk"), 30_000);
  },
  async leave() {
    at("leave").click();
    await until("the start", () => stands("start"));
  },
  async hang_up() {
    at("hang-up").click();
    await until("the end", () => !kiosk.session, 20_000);
  },
  async answer({ grant, yes }) {
    await until(`the question for ${grant}`, () => stands("question") && at("question").dataset.power === grant);
    at(yes ? "yes" : "no").click();
  },
  async withdraw({ grant }) {
    const button = document.querySelector(`#given [data-withdraw="${grant}"]`);
    if (!button) throw new Error("it is not given");
    button.click();
  },
  async stop_all() {
    at("stop").click();
  },
  async write({ text }) {
    at("text").value = text;
    at("write").requestSubmit();
  },
  async pause({ on }) {
    if ((at("pause").getAttribute("aria-pressed") === "true") !== on) at("pause").click();
  },
  async put_pages({ count = 1, jam = false }) {
    while (kiosk.equipment.scanner.sheets.length < count) at("lay").click();
    if (at("jam").checked !== jam) at("jam").click();
  },
  async answer_print({ yes }) {
    await until("the document", () => stands("sheet"));
    at(yes ? "print" : "no-print").click();
  },
  async close_shown() {
    await until("a document", () => stands("shown"));
    at("close-shown").click();
  },
  async finish() {
    await kiosk.stop();
  },
};

const violations = [];
addEventListener("securitypolicyviolation", (event) => violations.push(`${event.violatedDirective} ${event.blockedURI}`));
const wrong = [];
addEventListener("error", (event) => wrong.push(String(event.message)));
addEventListener("unhandledrejection", (event) => wrong.push(String(event.reason)));

const socket = new WebSocket(`ws://${location.host}/driver`);
socket.addEventListener("message", async ({ data }) => {
  const instruction = JSON.parse(data);
  let answer = "done";
  try {
    if (!INSTRUCTIONS[instruction.do]) throw new Error("unknown instruction");
    await INSTRUCTIONS[instruction.do](instruction);
    if (violations.length) throw new Error(`content security policy: ${violations}`);
  } catch (error) {
    answer = `cannot ${error.message}`;
  }
  for (const text of wrong.splice(0)) socket.send(JSON.stringify({ wrong: text }));
  socket.send(JSON.stringify({ answer }));
});
