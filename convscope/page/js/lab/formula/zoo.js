/** The plans that have a name: convscope/formula/zoo.py has them, and the page is handed them with its payload. */

/**
 * @typedef {{id: string, formula: string, about: Record<string, string>}} NamedPlan `about` is a line in each language
 */

/** Formulas by name, filled when the page starts. @type {Record<string, string>} */
export const ZOO = {};

/** @param {NamedPlan[]} plans */
export function fillZoo(plans) {
  for (const { id, formula } of plans) ZOO[id] = formula;
}
