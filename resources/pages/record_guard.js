// SPDX-License-Identifier: GPL-3.0-only
// Stands in every page from its birth, in the recorder's isolated world (views/kiosk/browser/profile.py), sharing or not.
// The recorder of a frame of another site hands its events to the page around it with `postMessage`. Without this guard
// the page's own scripts would read the other site's content there, or forge it. A listener that was there before the
// page's first script is asked first, and lets nothing through.
(function () {
  "use strict";
  if (window !== window.top || window.posteFrames) return;
  const frames = { listener: null, accepts: () => false };
  window.posteFrames = frames;
  addEventListener(
    "message",
    (event) => {
      let data = null;
      try {
        data = event.data;
      } catch (error) {
        return; // cannot be read in this world, so it is none of ours
      }
      if (!data || data.type !== "rrweb") return;
      event.stopImmediatePropagation();
      if (frames.listener && frames.accepts(event)) frames.listener(event);
    },
    true,
  );
})();
