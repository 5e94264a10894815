/** Tasks of chapter 2: receptive fields, a unit that sees nothing, and the map that answers least. */

import { itemOf, unpack } from "../../engine/binary.js";
import { fixed } from "../../kit/format.js";
import { convolutionsOf, localDigit, peaksOf, unitAt } from "../chapters/local_state.js";
import { slidesEngine } from "../slides_engine.js";

/** @typedef {import("./task.js").Task} Task */
/** @typedef {import("./task.js").Lab} Lab */

/** The unit that is open, its window's pixels, and every map's peak. @param {Lab} lab */
function openUnit(lab) {
  const engine = slidesEngine(lab);
  const { pictures, labels } = lab.payload.digits;
  const digit = /** @type {Uint8Array} */ (
    itemOf(unpack(pictures), pictures.shape, localDigit(lab.state, labels.length))
  );
  const result = engine.forward(digit);
  const convs = convolutionsOf(engine);
  const unit = unitAt(lab.state, engine, convs, result);
  const [top, left, bottom, right] = engine.seen(unit.index, unit.y, unit.x) ?? [0, 0, 27, 27];
  const window = Array.from(digit).filter((_, i) => {
    const [y, x] = [Math.floor(i / 28), i % 28];
    return y >= top && y <= bottom && x >= left && x <= right;
  });
  const value = result.outputs[unit.index][(unit.channel * unit.height + unit.y) * unit.width + unit.x];
  return {
    first: unit.index === convs[0],
    node: engine.nodes[unit.index].name,
    map: unit.channel + 1,
    value,
    window,
    peaks: peaksOf(engine, result, convs[0]).map((peak) => peak.value),
  };
}

/** @param {import("./task.js").Numbers} n */
const fieldOf = ({ before, after, k }) => 1 + before * (k - 1) + 1 + after * (k - 1) * 2;

/** @type {Task[]} */
export const LOCAL_TASKS = [
  {
    id: "b1",
    numbers: (dice) => ({ before: dice.whole(1, 4), k: dice.pick([3, 5, 7]), after: dice.whole(1, 3) }),
    text: (t, n) => t("task.b1", n),
    hints: [(t, n) => t("task.b1.h1", n), (t, n) => t("task.b1.h2", n), (t, n) => t("task.b1.h3", n)],
    answer: fieldOf,
    slip: (t, { before, after, k }, typed) =>
      typed === 1 + before * (k - 1) + 1 + after * (k - 1) ? t("task.b1.slip") : null,
    why: (t, n) => t("task.b1.why", { ...n, right: fieldOf(n) }),
  },
  {
    id: "b2",
    text: (t) => t("task.b2"),
    hints: [(t) => t("task.b2.h1"), (t) => t("task.b2.h2")],
    check: (lab) => {
      const { first, node, window } = openUnit(lab);
      if (!first) return { done: false, said: lab.t("task.b2.layer", { node }) };
      const ink = window.filter(Boolean).length;
      return { done: ink === 0, said: lab.t("task.b2.miss", { ink, all: window.length }) };
    },
    key: () => ({ n: 1, k: 1, y: 0, x: 0 }),
    why: (t) => t("task.b2.why"),
  },
  {
    id: "b3",
    text: (t) => t("task.b3"),
    hints: [(t) => t("task.b3.h1"), (t) => t("task.b3.h2")],
    check: (lab) => {
      const { first, node, map, peaks } = openUnit(lab);
      if (!first) return { done: false, said: lab.t("task.b2.layer", { node }) };
      const words = { map, v: fixed(peaks[map - 1], 3), best: fixed(Math.min(...peaks), 3) };
      return { done: peaks[map - 1] === Math.min(...peaks), said: lab.t("task.b3.miss", words) };
    },
    key: () => ({ i: 6, n: 1, k: 12 }),
    why: (t) => t("task.b3.why"),
  },
];
