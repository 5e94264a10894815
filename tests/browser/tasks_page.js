/** The lab's tasks on a test bench: each with the numbers of a seed, its key, and what its own check says of a state. */

import { translator } from "../../convscope/page/js/kit/i18n.js";
import { addressOf, stateOf } from "../../convscope/page/js/lab/address.js";
import { fillTable } from "../../convscope/page/js/formula/table.js";
import { TASKS } from "../../convscope/page/js/lab/tasks/all.js";
import { isTyped, numbersOf, typedVerdict } from "../../convscope/page/js/lab/tasks/task.js";

const payload = JSON.parse(document.getElementById("payload").textContent);
const words = JSON.parse(document.getElementById("dictionary").textContent);
fillTable(payload);

/** A chapter's state as an address would carry it. */
const passed = (change) =>
  stateOf(addressOf(Object.fromEntries(Object.entries(change).flatMap(([k, v]) => (v === null ? [] : [[k, `${v}`]])))));

const labOf = (language, state) => ({ t: translator(words, language), state, payload });

/** Every task of every chapter for a seed: what it says, what its key comes to, and what it says of a wrong answer. */
function told(seed, language) {
  return Object.entries(TASKS).flatMap(([chapter, tasks]) =>
    tasks.map((task) => {
      const n = numbersOf(task, seed);
      const { t } = labOf(language, {});
      const said = [task.text(t, n), ...task.hints.map((hint) => hint(t, n)), task.why(t, n)];
      const one = { chapter, id: task.id, numbers: n, said, hints: task.hints.length, typed: isTyped(task) };
      if (isTyped(task)) {
        const right = task.answer(n);
        const check = (text) => typedVerdict(task, t, n, text);
        return {
          ...one,
          answer: right,
          met: check(String(right.toFixed(task.digits ?? 0))),
          wrong: [right + 1, right - 1, right * 2 + 3].map((v) => check(String(v))).concat(check(""), check("x")),
        };
      }
      const key = passed(task.key(n, payload));
      const begun = task.begin ? [task.check(labOf(language, passed(task.begin.state(payload))), n)] : [];
      return {
        ...one,
        key,
        met: task.check(labOf(language, key), n),
        wrong: [task.check(labOf(language, {}), n), ...begun],
      };
    }),
  );
}

/** What a task's check says of a state. */
function check(chapter, id, seed, state, language = "en") {
  const task = TASKS[chapter].find((one) => one.id === id);
  return task.check(labOf(language, passed(state)), numbersOf(task, seed));
}

Object.assign(globalThis, { bench: { told, check } });
