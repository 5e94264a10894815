/** Walking through the stages: by buttons and arrow keys, and once by itself when the chapter opens. */

import { button, make, refill } from "../../../kit/dom.js";
import { wholeIn } from "../../address.js";
import { flowDrawing } from "./flow.js";
import { stageSums, stageWords } from "./stages.js";
import { STAGES } from "./state.js";

/** @typedef {import("../../types.js").Lab} Lab */
/** @typedef {import("./state.js").Learning} Learning */

const STAGE_TIME = 620; // milliseconds a stage stands when it plays
const NARROW = 720; // px: below it the boxes stand in one column

/** @param {Lab} lab @param {() => Learning} now */
export function walkPart(lab, now) {
  const { doc, t, win } = lab;
  let timer = 0;
  let playing = 0;
  /** The stage chosen in the address or played, 0 for all at once. */
  const chosen = () => playing || wholeIn(lab.state, "st", 1, STAGES, 0);
  const flow = flowDrawing(lab, now, () => chosen() || STAGES);
  const halt = () => {
    win.clearTimeout(timer);
    playing = 0;
  };
  const to = (/** @type {number} */ stage) => {
    halt();
    lab.tune({ st: stage >= 1 && stage <= STAGES ? stage : null });
    const one = chosen();
    const box = flow.mark(one);
    if (one) lab.say(`${heading(one)}. ${stageWords(lab, one, now()).text}`);
    if (box && win.innerWidth < NARROW)
      box.scrollIntoView({ block: "center", behavior: lab.still() ? "auto" : "smooth" });
  };
  const next = () => to(chosen() === STAGES ? 0 : chosen() + 1);
  const before = () => to(chosen() ? chosen() - 1 : STAGES);
  const play = () => {
    if (playing) return halt();
    if (lab.still()) return undefined; // all at once, without motion
    playing = 1;
    const tick = () => {
      if (playing >= STAGES) halt();
      else {
        playing++;
        timer = win.setTimeout(tick, STAGE_TIME);
      }
      refresh();
    };
    timer = win.setTimeout(tick, STAGE_TIME);
    return undefined;
  };
  const heading = (/** @type {number} */ stage) =>
    t("back.stage", { n: stage, all: STAGES, name: stageWords(lab, stage, now()).name });
  const run = button(doc, t("back.play"), () => {
    if (!playing && lab.state.st) lab.tune({ st: null });
    play();
    refresh();
  });
  const said = make(doc, "div", { class: "stage-said" });
  const walker = make(
    doc,
    "div",
    { class: "player", role: "group", "aria-label": t("back.walk") },
    run,
    button(doc, "‹", before, { class: "icon", "aria-label": t("back.before") }),
    button(doc, "›", next, { class: "icon", "aria-label": t("back.next") }),
    button(doc, t("back.all"), () => to(0)),
    make(doc, "span", { class: "note" }, t("back.keys")),
  );
  const element = make(
    doc,
    "section",
    { class: "walk", "data-widget": "walk" },
    flow.element,
    make(doc, "div", { class: "stage-panel" }, walker, said),
  );
  element.addEventListener("keydown", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (target.matches("input, [role=gridcell]") || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowRight") next();
    else if (event.key === "ArrowLeft") before();
    else return;
    event.preventDefault();
  });
  element.addEventListener("pointerdown", (event) => {
    if (!playing || run.contains(/** @type {Node} */ (event.target))) return;
    halt();
    refresh();
  });
  const refresh = () => {
    flow.refresh();
    const one = chosen();
    flow.mark(one);
    element.classList.toggle("is-back", one > 6);
    run.textContent = playing ? t("back.pause") : t("back.play");
    refill(
      said,
      make(doc, "h2", {}, one ? heading(one) : t("back.rest")),
      make(doc, "p", {}, one ? stageWords(lab, one, now()).text : t("back.rest.text")),
      ...(one ? stageSums(lab, one, now()) : []),
    );
  };
  refresh();
  if (!lab.state.st) play();
  refresh();
  return { element, refresh, gone: halt };
}
