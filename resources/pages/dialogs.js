// SPDX-License-Identifier: GPL-3.0-only
// In every page of the kiosk's browser, in the page's own world: alert, confirm and prompt ask through a request that
// waits (views/kiosk/browser/dialogs.py), so that the caller answers in the kiosk's own window while the page stands still, as
// with the browser's own dialogs. Where a page forbids such requests, the browser's own way remains.
(function () {
  "use strict";
  const ask = (kind, text, preset, otherwise) => {
    try {
      const request = new XMLHttpRequest();
      request.open("POST", "cbask://page/", false);
      request.send(JSON.stringify({ kind, text: String(text), preset: String(preset) }));
      return JSON.parse(request.responseText);
    } catch (error) {
      return otherwise();
    }
  };
  const own = { alert: window.alert, confirm: window.confirm, prompt: window.prompt };
  window.alert = function alert(text = "") {
    ask("alert", text, "", () => own.alert.call(window, text));
  };
  window.confirm = function confirm(text = "") {
    return ask("confirm", text, "", () => ({ ok: own.confirm.call(window, text) })).ok === true;
  };
  window.prompt = function prompt(text = "", preset = "") {
    const answer = ask("prompt", text, preset, () => ({ ok: false, text: own.prompt.call(window, text, preset) }));
    return answer.ok ? answer.text : null;
  };
})();
