/** Where one is in the workbench: the list, a run, a comparison, a training to start. All of it is in the address. */

/** @typedef {import("../types.js").Lab} Lab */
/** @typedef {import("../types.js").Change} Change */

/** What belongs to one view and goes when another opens; marks (m) and the filter (q) stay. */
const OF_A_VIEW = ["v", "r", "sn", "n", "d", "rp", "f", "e", "s", "k", "z"];
export const MOST_MARKS = 8;

/** Open another view: a step that Back undoes. @param {Lab} lab @param {Change} change */
export function openPlace(lab, change) {
  lab.go({ ...Object.fromEntries(OF_A_VIEW.map((key) => [key, null])), ...change });
}

/** The address of a run's report. @param {string} id */
export function runAddress(id) {
  return `#c=workbench&v=run&r=${encodeURIComponent(id)}`;
}

/**
 * What a link to a view does: nothing of its own where a new tab was wanted.
 * @param {Lab} lab
 * @param {Change} change
 */
export function toPlace(lab, change) {
  return (/** @type {MouseEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openPlace(lab, change);
  };
}

/** Runs marked for comparison, in the order they were marked. @param {Lab} lab */
export function marksOf(lab) {
  return (lab.state.m ?? "").split("~").filter(Boolean).slice(0, MOST_MARKS);
}

/** @param {Lab} lab @param {string} id @param {boolean} on */
export function markRun(lab, id, on) {
  const others = marksOf(lab).filter((one) => one !== id);
  lab.tune({ m: [...others, ...(on ? [id] : [])].join("~") });
}
