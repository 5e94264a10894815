/**
 * What a task is, and the numbers that a seed gives it: two neighbours with two seeds have two answers.
 *
 * @typedef {import("../types.js").Translate} Translate
 * @typedef {Record<string, number>} Numbers
 * @typedef {(t: Translate, n: Numbers) => string} Said
 * @typedef {{done: boolean, said: string}} Verdict whether it is met, and if not, what is missing
 *
 * @typedef {object} Common
 * @property {string} id the chapter's letter and a figure; it stands in the address
 * @property {Said} text what is asked
 * @property {Said[]} hints opened one by one
 * @property {Said} why the line once it is solved
 * @property {(dice: Dice) => Numbers} [numbers] what the seed chooses
 *
 * @typedef {object} TypedPart
 * @property {(n: Numbers) => number} answer
 * @property {number} [within] how far a typed answer may be away
 * @property {number} [digits] decimals that an answer is written with
 * @property {(t: Translate, n: Numbers, typed: number) => string | null} [slip] what a known mistake was
 *
 * @typedef {object} BuiltPart
 * @property {(lab: Lab, n: Numbers) => Verdict} check by the state of the chapter
 * @property {(n: Numbers, payload: Lab["payload"]) => Change} key a state that solves it
 * @property {{name: (t: Translate) => string, state: (payload: Lab["payload"]) => Change}} [begin] where to begin
 *
 * @typedef {Common & TypedPart} TypedTask @typedef {Common & BuiltPart} BuiltTask @typedef {TypedTask | BuiltTask} Task
 * @typedef {ReturnType<typeof diceOf>} Dice
 * @typedef {import("../types.js").Lab} Lab @typedef {import("../types.js").Change} Change
 */

/** Dice that fall the same for the same seed and task. @param {number} seed @param {string} id */
function diceOf(seed, id) {
  let state = seed >>> 0;
  for (const letter of id) state = Math.imul(state ^ letter.charCodeAt(0), 0x9e3779b1) >>> 0;
  const roll = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (/** @type {number} */ low, /** @type {number} */ high) => low + Math.floor(roll() * (high - low + 1));
  return {
    /** A whole number from `low` to `high`. */
    whole,
    /** One of a list. @type {(list: number[]) => number} */
    pick: (list) => list[whole(0, list.length - 1)],
  };
}

/** The numbers of a task for a seed. @param {Task} task @param {number} seed @returns {Numbers} */
export function numbersOf(task, seed) {
  return task.numbers?.(diceOf(seed, task.id)) ?? {};
}

/** Whether its answer is typed. @param {Task} task @returns {task is TypedTask} */
export function isTyped(task) {
  return "answer" in task;
}

/** A typed number, a comma or a point before its decimals; null for none. @param {string} text */
function answerIn(text) {
  const plain = text
    .trim()
    .replace(/[−–]/g, "-")
    .replace(/\s/g, "")
    .replace(/,(?=\d{3}(?!\d))/g, "")
    .replace(",", ".");
  return /^-?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : null;
}

/**
 * Whether a typed answer is right, and what is wrong with it.
 * @param {TypedTask} task @param {Translate} t @param {Numbers} n @param {string} text
 * @returns {Verdict}
 */
export function typedVerdict(task, t, n, text) {
  const typed = answerIn(text);
  if (typed === null) return { done: false, said: t("tasks.no.number") };
  const right = task.answer(n);
  if (Math.abs(typed - right) <= (task.within ?? 0) + 1e-9) return { done: true, said: "" };
  const known = task.slip?.(t, n, typed);
  if (known) return { done: false, said: known };
  return {
    done: false,
    said: typed > right ? t("tasks.too.large", { typed: text }) : t("tasks.too.small", { typed: text }),
  };
}
