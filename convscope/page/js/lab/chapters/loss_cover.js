/** Chapter 9 in small: one score grows, and softmax gives it the others' share. */

import { make, setVar } from "../../kit/dom.js";
import { fixed, percent } from "../../kit/format.js";
import { stableSoftmax } from "../sums/information.js";

/** @typedef {import("../types.js").Lab} Lab */

const OTHER_SCORES = [1, 0.5, -1];

/** @param {Lab} lab @returns {import("../types.js").Moving} */
export function lossCover({ doc }) {
  const rows = Array.from({ length: OTHER_SCORES.length + 1 }, () => {
    const [score, bar, share] = ["figure", "bar", "figure"].map((kind) => make(doc, "span", { class: kind }));
    const element = make(
      doc,
      "span",
      { class: "cover-softmax" },
      score,
      make(doc, "span", { class: "track" }, bar),
      share,
    );
    return { score, bar, share, element };
  });
  return {
    element: make(doc, "span", { class: "cover-rows" }, ...rows.map((row) => row.element)),
    steps: 60,
    lasts: 4000,
    draw: (share) => {
      const scores = [-1 + 4.5 * share, ...OTHER_SCORES];
      const likely = stableSoftmax(scores);
      rows.forEach((row, i) => {
        row.score.textContent = fixed(scores[i], 1);
        row.share.textContent = percent(likely[i], 0);
        setVar(row.bar, "share", String(likely[i]));
        row.element.classList.toggle("winner", likely[i] === Math.max(...likely));
      });
    },
  };
}
