/**
 * What of the tasks is done, as text for the address: tk=4711-c1h2d-p3h1 is the seed, then each task that was touched,
 * with its hints opened and `d` once it is done.
 */

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {{hints: number, done: boolean}} Touched */
/** @typedef {{seed: number, tasks: Map<string, Touched>}} Progress */

const WRITTEN = /^(\d{4})((?:-[a-z]\d(?:h\d)?d?)*)$/;
const NOT_TOUCHED = { hints: 0, done: false };

/** The seed of whoever has not begun, as long as the page is open. @type {WeakMap<Lab, number>} */
const SEEDS = new WeakMap();

/** What is done since the page was opened: Back shall not undo it. @type {WeakMap<Lab, Progress>} */
const DONE_HERE = new WeakMap();

/** Read what an address says; null for nonsense. @param {string | null | undefined} text @returns {Progress | null} */
export function progressOf(text) {
  const found = WRITTEN.exec(text ?? "");
  if (!found) return null;
  const tasks = new Map();
  for (const one of found[2].split("-").slice(1)) {
    const [, id, hints, done] = /** @type {RegExpExecArray} */ (/^(..)(?:h(\d))?(d?)$/.exec(one));
    tasks.set(id, { hints: Number(hints ?? 0), done: done === "d" });
  }
  return { seed: Number(found[1]), tasks };
}

/** Write it as `progressOf` reads it. @param {Progress} progress */
export function progressText({ seed, tasks }) {
  const parts = [...tasks.entries()]
    .filter(([, { hints, done }]) => hints || done)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, { hints, done }]) => `-${id}${hints ? `h${hints}` : ""}${done ? "d" : ""}`);
  return String(seed).padStart(4, "0") + parts.join("");
}

/** What two of one seed come to together. @param {Progress} one @param {Progress} other @returns {Progress} */
export function joinedProgress(one, other) {
  const tasks = new Map(one.tasks);
  for (const [id, { hints, done }] of other.tasks) {
    const mine = tasks.get(id) ?? NOT_TOUCHED;
    tasks.set(id, { hints: Math.max(hints, mine.hints), done: done || mine.done });
  }
  return { seed: one.seed, tasks };
}

/** What this page's address says, or a beginning. @param {Lab} lab @returns {Progress} */
export function progressIn(lab) {
  const found = progressOf(lab.state.tk);
  if (found) return found;
  const seed = SEEDS.get(lab) ?? 1000 + Math.floor(Math.random() * 9000);
  SEEDS.set(lab, seed);
  return { seed, tasks: new Map() };
}

/** @param {Progress} progress @param {string} id @returns {Touched} */
export function touchedOf(progress, id) {
  return progress.tasks.get(id) ?? NOT_TOUCHED;
}

/** How many of these are done. @param {Progress} progress @param {{id: string}[]} tasks */
export function doneOf(progress, tasks) {
  return tasks.filter(({ id }) => touchedOf(progress, id).done).length;
}

/** Put what became of a task into the address. @param {Lab} lab @param {string} id @param {Partial<Touched>} change */
export function recordTask(lab, id, change) {
  const progress = progressIn(lab);
  progress.tasks.set(id, { ...touchedOf(progress, id), ...change });
  DONE_HERE.set(lab, progress);
  lab.tune({ tk: progressText(progress) });
}

/**
 * Another address was opened: what was done here goes along, unless that has progress of another seed.
 * @param {Lab} lab
 */
export function carryProgress(lab) {
  const [now, here] = [progressOf(lab.state.tk), DONE_HERE.get(lab)];
  if (here && (!now || now.seed === here.seed))
    lab.state = { ...lab.state, tk: progressText(now ? joinedProgress(here, now) : here) };
}
