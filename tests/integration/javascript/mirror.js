// SPDX-License-Identifier: GPL-3.0-only
// Shares this page as a kiosk does, and gives what would leave it to the test (test_mirror.py).
import { base64 } from "/pages/client/core/ids.js";
import { Powers } from "/pages/client/powers.js";
import { SharedPage } from "/pages/client/page/shared_page.js";

const sent = [];
const channel = {
  onMessage() {},
  trySend(topic, type, fields) {
    sent.push({ topic, type, fields });
    return true;
  },
  sendRaw(topic, bytes, headers) {
    sent.push({ topic, headers, payload: base64(bytes) });
  },
};
const at = (id) => document.getElementById(id);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const raw = () => sent.filter(({ topic }) => topic === "mirror").length;
async function until(isSo) {
  for (const end = performance.now() + 10_000; !isSo() && performance.now() < end; ) await pause(20);
}

const violations = [];
addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
const powers = new Powers(channel);
const page = new SharedPage(channel, powers, { kbps: 20_000 });

function give() {
  powers.request("see_page", "");
  powers.answer("see_page", true);
}

give();
await until(() => raw() > 0);
for (const [id, text] of Object.entries({ name: "Camille Exemple", nir: "1 85 05 78 006 084 36", secret: "hunter2hunter" })) {
  at(id).value = text;
  at(id).dispatchEvent(new InputEvent("input", { bubbles: true }));
}
at("text").textContent = "Ma carte est la 4970 1012 3456 7899, merci";
await pause(600);
page.receive({ type: "PointerMoved", epoch: page.epoch, x: 0.5, y: 0.5 });
powers.withdraw("see_page");
await pause(200);
const stopped = raw();
at("text").textContent = "Après";
await pause(300);
const after = raw();
give(); // the recorder begins anew
await until(() => raw() > after);
await pause(200);
page.close();

const socket = new WebSocket(`ws://${location.host}/driver`);
socket.addEventListener("open", () => socket.send(JSON.stringify({ answer: JSON.stringify({ sent, stopped, after, violations }) })));
