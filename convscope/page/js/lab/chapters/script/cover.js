/** Chapter 14 in small: the loop's lines light up one after another. */

import { make } from "../../../kit/dom.js";
import { LOOP, SCRIPT } from "./code.js";

/** @typedef {import("../../types.js").Lab} Lab */

const TURNS = 2;

/** @param {Lab} lab @returns {import("../../types.js").Moving} */
export function scriptCover({ doc }) {
  const rows = LOOP.filter((at) => SCRIPT[at].stage && SCRIPT[at].stage !== "batch").map((at) =>
    make(doc, "code", {}, SCRIPT[at].code.trim()),
  );
  return {
    element: make(doc, "span", { class: "cover-script" }, ...rows),
    steps: TURNS * rows.length,
    lasts: 4000,
    draw: (share) => {
      const now = Math.round(share * TURNS * rows.length - 1);
      rows.forEach((row, i) => row.classList.toggle("now", i === Math.max(0, now) % rows.length));
    },
  };
}
