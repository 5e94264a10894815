/** The lab without a chapter: a digit that is read while it is drawn, and a small live picture for each chapter. */

import { make } from "../../kit/dom.js";
import { coverClock } from "./clock.js";
import { openingPicture } from "./opening.js";

/** @typedef {import("../types.js").Chapter} Chapter */
/** @typedef {import("../types.js").Drawing} Drawing */
/** @typedef {import("../types.js").Lab} Lab */

/**
 * @param {Lab} lab
 * @param {Chapter[]} chapters
 * @param {(id: string) => (event: MouseEvent) => void} follow what a press on a chapter's link does
 * @returns {Drawing}
 */
export function contentsPage(lab, chapters, follow) {
  const { doc, t, win } = lab;
  const clock = coverClock(lab);
  const opening = openingPicture(lab, clock);
  /** @type {Map<Element, import("../types.js").Moving>} */
  const pictures = new Map();
  const cards = chapters.map((one) => {
    const moving = one.cover?.(lab) ?? null;
    moving?.draw(1);
    const again = () => moving && clock.play(moving);
    const card = make(
      doc,
      "li",
      {},
      make(
        doc,
        "a",
        {
          href: `#c=${one.id}`,
          title: one.lead(t),
          on: { click: follow(one.id), pointerenter: again, focus: again },
        },
        moving
          ? make(doc, "span", { class: `cover-picture of-${one.id}`, "aria-hidden": "true" }, moving.element)
          : null,
        make(
          doc,
          "span",
          { class: "cover-name" },
          make(
            doc,
            "span",
            { class: "chapter-number", "aria-hidden": one.number ? null : "true" },
            one.number ? String(one.number) : "",
          ),
          make(doc, "b", {}, one.title(t)),
        ),
      ),
    );
    if (moving) pictures.set(card, moving);
    return card;
  });
  // each runs once as it comes into view, and again when it is pointed at: nothing moves for long
  const watcher = new win.IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const moving = pictures.get(target);
        if (!moving || !isIntersecting) continue;
        watcher.unobserve(target);
        clock.play(moving);
      }
    },
    { threshold: 0.6 },
  );
  for (const card of pictures.keys()) watcher.observe(card);
  const finish = () => {
    clock.stop();
    for (const moving of [opening.moving, ...pictures.values()]) moving.draw(1);
  };
  win.addEventListener("beforeprint", finish, true); // before paper.js changes colours
  return {
    element: make(
      doc,
      "div",
      { class: "contents" },
      make(doc, "h1", {}, t("lab.title")),
      make(doc, "p", { class: "lead" }, t("lab.lead")),
      opening.element,
      make(doc, "ol", { class: "cover" }, ...cards),
    ),
    refresh: opening.refresh,
    gone: () => {
      clock.stop();
      watcher.disconnect();
      win.removeEventListener("beforeprint", finish, true);
    },
  };
}
