/** Tasks of chapter 4: a detector of horizontal edges, a shift, and a sum by hand. */

import { fixed, thousands } from "../../kit/format.js";
import { filtered } from "../chapters/filters.js";
import { FILTERS } from "../sums/filters.js";

/** @typedef {import("./task.js").Task} Task */

/** For each way that a picture can be moved: what it says, and which of the nine pixels is read. */
const WAYS = [
  { x: -1, y: 0, reads: 5 },
  { x: 1, y: 0, reads: 3 },
  { x: 0, y: -1, reads: 7 },
  { x: 0, y: 1, reads: 1 },
];

/** @type {(t: import("./task.js").Translate, way: number) => string} */
const wayText = (t, way) => [t("task.d2.left"), t("task.d2.right"), t("task.d2.up"), t("task.d2.down")][way] ?? "";

/** Its answers to flat grey, and to grey that grows to the right and downwards. @param {number[]} kernel 3×3 */
function answersTo(kernel) {
  const sum = (/** @type {(i: number) => number} */ grey) => kernel.reduce((all, w, i) => all + w * grey(i), 0);
  return { flat: sum(() => 1), across: sum((i) => i % 3), down: sum((i) => Math.floor(i / 3)) };
}

/** Whether it answers to a vertical edge wherever that lies in the window. @param {number[]} kernel 3×3 */
function columnsOf(kernel) {
  return [0, 1, 2].map((x) => kernel[x] + kernel[x + 3] + kernel[x + 6]);
}

/** @param {import("./task.js").Numbers} n */
const restOf = ({ a, b, c, d, e, f, g, h }) => a + b + c + d + e + f + g + h;

/** The two sides of the sum, as text. @param {import("./task.js").Numbers} n */
const outlineSides = (n) => ({ eight: thousands(8 * n.m), rest: thousands(restOf(n)) });

/** @type {Task[]} */
export const FILTERS_TASKS = [
  {
    id: "d1",
    text: (t) => t("task.d1"),
    hints: [(t) => t("task.d1.h1"), (t) => t("task.d1.h2"), (t) => t("task.d1.h3")],
    check: (lab) => {
      const { t } = lab;
      const { kernel, side } = filtered(lab);
      if (side !== 3) return { done: false, said: t("task.d1.size", { k: side }) };
      if (Object.values(FILTERS).some((given) => given.join() === kernel.join()))
        return { done: false, said: t("task.d1.given") };
      const { flat, down } = answersTo(kernel);
      const vertical = Math.max(...columnsOf(kernel).map(Math.abs));
      return {
        done: Math.abs(flat) < 1e-6 && vertical < 1e-6 && Math.abs(down) > 1e-6,
        said: t("task.d1.miss", { flat: fixed(flat, 2), vertical: fixed(vertical, 2), horizontal: fixed(down, 2) }),
      };
    },
    key: () => ({ k: "-1_-1_-1_0_0_0_1_1_1" }),
    why: (t) => t("task.d1.why"),
  },
  {
    id: "d2",
    numbers: (dice) => ({ way: dice.whole(0, 3) }),
    text: (t, { way }) => t("task.d2", { way: wayText(t, way) }),
    hints: [(t) => t("task.d2.h1"), (t) => t("task.d2.h2")],
    check: (lab, { way }) => {
      const { t } = lab;
      const { kernel, side } = filtered(lab);
      if (side !== 3) return { done: false, said: t("task.d2.size", { k: side }) };
      const filled = kernel.flatMap((w, i) => (w ? [i] : []));
      if (filled.length !== 1 || kernel[filled[0]] !== 1)
        return { done: false, said: t("task.d2.many", { n: filled.length }) };
      const [x, y] = [1 - (filled[0] % 3), 1 - Math.floor(filled[0] / 3)];
      return { done: filled[0] === WAYS[way].reads, said: t("task.d2.miss", { x: fixed(x, 0), y: fixed(y, 0) }) };
    },
    key: ({ way }) => ({ k: Array.from({ length: 9 }, (_, i) => Number(i === WAYS[way].reads)).join("_") }),
    why: (t) => t("task.d2.why"),
  },
  {
    id: "d3",
    numbers: (dice) => {
      const greys = ["m", "a", "b", "c", "d", "e", "f", "g", "h"].map((name) => [name, dice.whole(2, 25) * 10]);
      return Object.fromEntries(greys);
    },
    text: (t, n) => t("task.d3", n),
    hints: [(t) => t("task.d3.h1"), (t, n) => t("task.d3.h2", { ...n, ...outlineSides(n) })],
    answer: (n) => 8 * n.m - restOf(n),
    why: (t, n) => t("task.d3.why", { ...outlineSides(n), right: thousands(8 * n.m - restOf(n)) }),
  },
];
