/** The answer key of every task, computed for the seed that a pupil's panel shows, by what checks the answers. */

import { make, refill } from "../../kit/dom.js";
import { TASKS } from "../tasks/all.js";
import { answerText } from "../tasks/card.js";
import { isTyped, numbersOf } from "../tasks/task.js";
import { TAUGHT } from "./chapters.js";

/** @typedef {import("./page.js").Teacher} Teacher */

const FIRST_SEED = 1000;
const LAST_SEED = 9999;

/** @param {Teacher} teacher */
export function answerKey(teacher) {
  const { doc, t } = teacher;
  const seed = make(doc, "input", {
    type: "number",
    min: FIRST_SEED,
    max: LAST_SEED,
    value: FIRST_SEED,
    class: "teach-seed",
    on: { input: () => draw() },
  });
  const rows = make(doc, "div", {});
  const draw = () => {
    const value = seed.valueAsNumber;
    const fits = Number.isInteger(value) && value >= FIRST_SEED && value <= LAST_SEED;
    seed.setAttribute("aria-invalid", String(!fits));
    if (fits) refill(rows, ...TAUGHT.filter(({ id }) => TASKS[id]).flatMap((one) => chapterRows(teacher, one, value)));
    else refill(rows, make(doc, "p", {}, t("teach.key.seed.wrong", { low: FIRST_SEED, high: LAST_SEED })));
  };
  draw();
  return [make(doc, "p", {}, t("teach.key.text")), make(doc, "label", {}, t("teach.key.seed"), " ", seed), rows];
}

/** @param {Teacher} teacher @param {typeof TAUGHT[0]} chapter @param {number} seed */
function chapterRows({ doc, t, link, payload }, { id, number, title }, seed) {
  return [
    make(doc, "h3", {}, `${number}  ${title(t)}`),
    make(
      doc,
      "ol",
      { class: "teach-key" },
      ...TASKS[id].map((task, i) => {
        const n = numbersOf(task, seed);
        const answer = isTyped(task)
          ? make(doc, "b", { class: "figure", "data-answer": task.id }, answerText(task, n))
          : link({ c: id, ...task.key(n, payload), tk: seed }, t("teach.key.open"), { "data-answer": task.id });
        return make(
          doc,
          "li",
          {},
          make(doc, "span", { class: "teach-number" }, `${number}.${i + 1}`),
          make(
            doc,
            "div",
            {},
            task.text(t, n),
            " ",
            answer,
            make(doc, "span", { class: "note" }, ` ${task.why(t, n)}`),
          ),
        );
      }),
    ),
  ];
}
