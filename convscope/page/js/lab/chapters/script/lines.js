/** What each line of the script does, in a sentence or two. */

/** @typedef {import("../../types.js").Lab} Lab */

/** @type {Record<string, (t: Lab["t"], words: Record<string, string | number>) => string>} */
const SENTENCES = {
  import: (t) => t("script.import"),
  epochs: (t, words) => t("script.epochs", words),
  batches: (t, words) => t("script.batches", words),
  rate: (t, words) => t("script.rate", words),
  device: (t) => t("script.device"),
  tensor: (t) => t("script.tensor"),
  data: (t, words) => t("script.data", words),
  "test.data": (t, words) => t("script.test.data", words),
  loader: (t, words) => t("script.loader", words),
  "test.loader": (t) => t("script.test.loader"),
  model: (t) => t("script.model"),
  layer: (t) => t("script.layers"),
  criterion: (t) => t("script.criterion"),
  optimizer: (t) => t("script.optimizer"),
  epoch: (t, words) => t("script.epoch", words),
  batch: (t, words) => t("script.batch", words),
  move: (t) => t("script.move"),
  zero: (t) => t("script.zero"),
  forward: (t) => t("script.forward"),
  loss: (t) => t("script.loss"),
  backward: (t) => t("script.backward"),
  update: (t) => t("script.update"),
  hundred: (t) => t("script.hundred"),
  print: (t) => t("script.print"),
  mode: (t) => t("script.mode"),
  test: (t) => t("script.test"),
  accuracy: (t, words) => t("script.accuracy", words),
};

/** What to say where no line is shown: a heading and a sentence. @type {Record<string, (t: Lab["t"]) => string[]>} */
const STATES = {
  idle: (t) => [t("script.none"), t("script.begin")],
  running: (t) => [t("script.loops"), t("script.running")],
  testing: (t) => [t("script.tests"), t("script.testing")],
  paused: (t) => [t("script.waits"), t("script.paused")],
  failed: (t) => [t("script.stopped"), t("script.failed")],
};

/** @param {Lab} lab @param {string} state of the training, or that it is tested */
export function wordsWithoutLine({ t }, state) {
  return (STATES[state] ?? STATES.idle)(t);
}

/** @param {Lab} lab @param {string} id @param {Record<string, string | number>} words */
export function lineWords({ t }, id, words) {
  return SENTENCES[id](t, words);
}
