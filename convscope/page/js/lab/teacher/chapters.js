/** The chapters that a teacher's page names, without what they show. */

/** @typedef {import("../types.js").Translate} Translate */

/** @type {{id: string, number: number, title: (t: Translate) => string}[]} */
export const TAUGHT = [
  { id: "plain", number: 1, title: (t) => t("plain.title") },
  { id: "local", number: 2, title: (t) => t("local.title") },
  { id: "convolution", number: 3, title: (t) => t("conv.title") },
  { id: "filters", number: 4, title: (t) => t("filter.title") },
  { id: "sharing", number: 5, title: (t) => t("share.title") },
  { id: "activation", number: 6, title: (t) => t("act.title") },
  { id: "depth", number: 7, title: (t) => t("deep.title") },
  { id: "architecture", number: 8, title: (t) => t("arch.title") },
  { id: "loss", number: 9, title: (t) => t("info.title") },
  { id: "mnist", number: 10, title: (t) => t("mnist.title") },
  { id: "backwards", number: 11, title: (t) => t("back.title") },
  { id: "training", number: 12, title: (t) => t("wrong.title") },
  { id: "own", number: 13, title: (t) => t("own.title") },
  { id: "script", number: 14, title: (t) => t("script.title") },
];
