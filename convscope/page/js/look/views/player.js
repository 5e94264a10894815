/** Step, play at three speeds, pause: the window slides over the map. A pointer that rests on the drawing pauses it. */

import { button, make, segmented } from "../../kit/dom.js";
import { placeOf } from "../navigation.js";

/** @typedef {import("../types.js").App} App */

const SPEEDS = { slow: 900, medium: 320, fast: 80 };

/** @param {App} app @param {number} height @param {number} width */
export function windowPlayer(app, height, width) {
  const { doc, t } = app;
  const win = /** @type {Window & typeof globalThis} */ (doc.defaultView);
  let speed = "medium";
  let timer = 0;
  let held = false;
  const step = (/** @type {number} */ by) => {
    const { y, x } = placeOf(app);
    const at = (y * width + x + by + height * width) % (height * width);
    app.tune({ y: Math.floor(at / width), x: at % width });
  };
  const toggle = () => (timer ? stop() : begin());
  const play = button(doc, t("play"), toggle, { class: "button play" });
  const stop = () => {
    win.clearInterval(timer);
    timer = 0;
    play.textContent = t("play");
  };
  const begin = () => {
    win.clearInterval(timer);
    timer = win.setInterval(
      () => {
        if (!held) step(1);
      },
      SPEEDS[/** @type {keyof typeof SPEEDS} */ (speed)],
    );
    play.textContent = t("pause");
  };
  const element = make(
    doc,
    "div",
    { class: "player", role: "group", "aria-label": t("player") },
    button(doc, "◀", () => step(-1), { class: "icon", "aria-label": t("step.back") }),
    play,
    button(doc, "▶", () => step(1), { class: "icon", "aria-label": t("step.on") }),
    segmented(
      doc,
      t("speed"),
      [
        { value: "slow", text: t("speed.slow") },
        { value: "medium", text: t("speed.medium") },
        { value: "fast", text: t("speed.fast") },
      ],
      () => speed,
      (value) => {
        speed = value;
        if (timer) begin();
      },
    ),
  );
  const hold = (/** @type {PointerEvent} */ event) => {
    held = event.pointerType !== "touch" && Boolean(/** @type {Element} */ (event.target).closest?.(".drawing"));
  };
  doc.addEventListener("pointerover", hold);
  return {
    element,
    toggle,
    playing: () => timer !== 0,
    pause: stop,
    stop: () => {
      stop();
      doc.removeEventListener("pointerover", hold);
    },
  };
}
