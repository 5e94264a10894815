/** Tasks of chapter 10: steps of an epoch, a 4 that becomes a 9, and the loss before anything is learned. */

import { itemOf, unpack } from "../../engine/binary.js";
import { fixed, percent } from "../../kit/format.js";
import { quizOf } from "../chapters/mnist_quiz.js";
import { slidesEngine } from "../slides_engine.js";
import { padInkOf, padInkText } from "../training/ink.js";

/** @typedef {import("./task.js").Task} Task */
/** @typedef {import("./task.js").Lab} Lab */

const PICTURES = 60000;
const MOST_INK = 12; // pixels' worth
/** Row and columns of a stroke that closes the top of the first 4. */
const CLOSED = { row: 6, from: 12, to: 16 };

/** The first 4 among the digits. @param {Lab["payload"]} payload */
function firstFour({ digits }) {
  return /** @type {Uint8Array} */ (itemOf(unpack(digits.pictures), digits.pictures.shape, digits.labels.indexOf(4)));
}

/** That 4 with its top closed. @param {Lab["payload"]} payload */
function closedFour(payload) {
  const picture = firstFour(payload).slice();
  for (let x = CLOSED.from; x <= CLOSED.to; x++) picture[CLOSED.row * 28 + x] = 255;
  return picture;
}

/** @type {Task[]} */
export const MNIST_TASKS = [
  {
    id: "j1",
    numbers: (dice) => ({ b: dice.pick([32, 48, 64, 96, 128, 256, 512]) }),
    text: (t, n) => t("task.j1", n),
    hints: [(t) => t("task.j1.h1"), (t, n) => t("task.j1.h2", n)],
    answer: ({ b }) => Math.ceil(PICTURES / b),
    slip: (t, { b }, typed) => (Math.abs(typed - PICTURES / b) < 1 ? t("task.j1.slip") : null),
    why: (t, { b }) => t("task.j1.why", { b, right: Math.ceil(PICTURES / b) }),
  },
  {
    id: "j2",
    text: (t) => t("task.j2"),
    hints: [(t) => t("task.j2.h1"), (t) => t("task.j2.h2")],
    begin: {
      name: (t) => t("task.j2.begin"),
      state: (payload) => ({ ink: padInkText(firstFour(payload)) }),
    },
    check: (lab) => {
      const picture = padInkOf(lab.state, 28 * 28);
      if (!picture) return { done: false, said: lab.t("task.j2.none") };
      const four = firstFour(lab.payload);
      const ink = picture.reduce((sum, v, i) => sum + Math.abs(v - four[i]), 0) / 255;
      const { probabilities } = slidesEngine(lab).forward(picture);
      const digit = probabilities.indexOf(Math.max(...probabilities));
      const words = { ink: fixed(ink, 1), digit, p: percent(probabilities[digit]) };
      return { done: digit === 9 && ink <= MOST_INK, said: lab.t("task.j2.miss", words) };
    },
    key: (_, payload) => ({ ink: padInkText(closedFour(payload)) }),
    why: (t) => t("task.j2.why"),
  },
  {
    id: "j3",
    numbers: (dice) => ({ k: dice.pick([2, 3, 4, 5, 8, 20, 50, 100]) }),
    text: (t, n) => t("task.j3", n),
    hints: [(t, n) => t("task.j3.h1", n), (t, n) => t("task.j3.h2", n)],
    answer: ({ k }) => Math.log(k),
    within: 0.011,
    digits: 3,
    why: (t, { k }) => t("task.j3.why", { k, right: fixed(Math.log(k), 3) }),
  },
  {
    id: "j4",
    text: (t) => t("task.j4"),
    hints: [(t) => t("task.j4.h1"), (t) => t("task.j4.h2")],
    check: (lab) => {
      const { answers, all, you, net } = quizOf(lab);
      const done = answers.length === all && you >= net;
      return { done, said: lab.t("task.j4.miss", { done: answers.length, all, you, net }) };
    },
    key: (_, { hard }) => ({ qz: hard.labels.join("") }),
    why: (t) => t("task.j4.why"),
  },
];
