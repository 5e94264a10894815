/**
 * A walk: a box with one sentence after another, each beside what it is about, which is framed and brought into sight.
 * The box stands where it covers least of that. Arrow keys go on and back while the focus is in the box.
 */

import { boxOf, button, make, refill } from "./dom.js";

/** @typedef {{text: string, target: string}} WalkStop what is said, and a selector of what it is about */

const GAP = 24; // pixels from the window's edge
const NARROW_WINDOW = 720;

/**
 * @param {Document} doc
 * @param {{name: string, leave: string, back: string, next: string, end: string}} words
 * @param {{count: () => number, stop: (at: number) => WalkStop, at: () => number, to: (at: number) => void}} walk stops
 * are 1 … count(); `at` is 0 where nobody walks, `to` 0 leaves
 */
export function walkBox(doc, words, { count, stop, at, to }) {
  const win = /** @type {Window & typeof globalThis} */ (doc.defaultView);
  const element = make(doc, "aside", {
    class: "tour",
    "aria-label": words.name,
    hidden: true,
    tabindex: -1,
    on: {
      keydown: (/** @type {KeyboardEvent} */ event) => {
        const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (!by) return;
        if (at() + by >= 1 && at() + by <= count()) to(at() + by);
        event.preventDefault();
        event.stopPropagation();
      },
    },
  });
  const leave = () => {
    if (at() === 0) return false;
    to(0);
    return true;
  };
  const targetNow = () => (at() ? doc.querySelector(stop(Math.min(at(), count())).target) : null);

  /** Bring the thing into sight, frame it, and stand where the box covers least of it. */
  const place = () => {
    const target = targetNow();
    for (const one of doc.querySelectorAll(".walk-lit")) if (one !== target) one.classList.remove("walk-lit");
    element.classList.remove("at-top", "at-left");
    if (!target || element.hidden) return;
    target.classList.add("walk-lit");
    const narrow = doc.documentElement.clientWidth <= NARROW_WINDOW;
    const [high, box, found] = [doc.documentElement.clientHeight, boxOf(element), boxOf(target)];
    const above = high - box.height - (narrow ? 0 : GAP);
    const free = narrow || found.height + 2 * GAP < above ? above : high;
    const top = found.height + 2 * GAP < free ? (free - found.height) / 2 : GAP;
    win.scrollBy({ top: found.top - top, behavior: "instant" });
    if (narrow) return; // it lies below, and the thing above it
    const covered = (/** @type {boolean} */ above, /** @type {boolean} */ left) => {
      const now = boxOf(target);
      const [x, y] = [
        left ? GAP : doc.documentElement.clientWidth - GAP - box.width,
        above ? GAP : high - GAP - box.height,
      ];
      const across = Math.min(x + box.width, now.left + now.width) - Math.max(x, now.left);
      const down = Math.min(y + box.height, now.top + now.height) - Math.max(y, now.top);
      return Math.max(0, across) * Math.max(0, down);
    };
    const corners = [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ];
    const [upper, left] = corners.reduce((best, one) =>
      covered(one[0], one[1]) < covered(best[0], best[1]) - 1 ? one : best,
    );
    element.classList.toggle("at-top", upper);
    element.classList.toggle("at-left", left);
  };

  let shown = "";
  const refresh = () => {
    const now = at() && Math.min(at(), count());
    const said = now ? stop(now) : null;
    const key = `${now} ${said?.text}`;
    if (key === shown) return;
    const held = element.contains(doc.activeElement);
    shown = key;
    element.hidden = !said;
    doc.documentElement.classList.toggle("walking", Boolean(said));
    if (!said) {
      place();
      return;
    }
    const onward = () => (now < count() ? to(now + 1) : to(0));
    refill(
      element,
      make(doc, "p", { class: "figure small" }, `${now} / ${count()}`),
      make(doc, "p", { role: "status" }, said.text),
      make(
        doc,
        "div",
        { class: "tour-buttons" },
        button(doc, words.leave, () => to(0), { class: "link" }),
        now > 1 ? button(doc, words.back, () => to(now - 1)) : null,
        button(doc, now < count() ? words.next : words.end, onward, { class: "button primary" }),
      ),
    );
    if (held || now === 1)
      /** @type {HTMLElement | null} */ (element.querySelector(".primary"))?.focus({ preventScroll: true });
    win.requestAnimationFrame(place);
  };
  win.addEventListener("resize", place);
  const gone = () => {
    win.removeEventListener("resize", place);
    doc.documentElement.classList.remove("walking");
  };
  return { element, refresh, leave, gone };
}
