/** Named parts, `name(numbers) = layers;` before a plan. As convscope/formula/named_parts.py. */

import { phrase } from "../kit/i18n.js";
import { FormulaFault } from "./fault.js";
import { KEYWORDS } from "./tree.js";

/**
 * @typedef {{name: string, parameters: string[], start: number, end: number}} Statement
 * a part's name and parameters, or "" and none for the plan; its layers stand from `start` up to `end`
 */

const PART_EXAMPLE = "c(n) = conv(n, 3) + relu; c(16) + c(32) + fc";
const PART_NAME = "[A-Za-z_][A-Za-z0-9_]*";
const PART_HEAD = new RegExp(` *${PART_NAME}(?: *\\( *${PART_NAME}(?: *, *${PART_NAME})* *\\))? *=`, "y");

/**
 * The definitions in the order they are written, and the plan as the last; throws a FormulaFault.
 * @param {string} text
 * @param {string} source
 * @param {string[]} words the names of layers and groups
 * @returns {Generator<Statement>}
 */
export function* statementsOf(text, source, words) {
  const taken = new Set(words);
  let start = 0;
  for (const piece of source.split(";")) {
    const end = start + piece.length;
    /** @type {Statement} */
    const found =
      end < source.length ? headOf(text, source, start, end, taken) : { name: "", parameters: [], start, end };
    taken.add(found.name);
    if (!source.slice(found.start, end).trim())
      throw new FormulaFault(phrase("formula.syntax"), source, found.start + 1, {
        hint: phrase("formula.syntax.try"),
      });
    yield found;
    start = end + 1;
  }
}

/**
 * @param {string} text
 * @param {string} source
 * @param {number} start
 * @param {number} end
 * @param {Set<string>} taken
 * @returns {Statement}
 */
function headOf(text, source, start, end, taken) {
  PART_HEAD.lastIndex = start;
  const match = PART_HEAD.exec(source.slice(0, end));
  const odd = (/** @type {number} */ place) =>
    new FormulaFault(phrase("part.head"), text, place + 1, { hint: PART_EXAMPLE });
  if (!match) throw odd(start + source.slice(start, end).search(/[^ ]|$/));
  const words = [...match[0].matchAll(new RegExp(PART_NAME, "g"))].map(({ 0: word, index }) => ({
    word,
    place: start + index,
  }));
  const seen = new Set();
  words.forEach(({ word, place }, i) => {
    if (KEYWORDS.has(word)) throw odd(place);
    if (i === 0 && taken.has(word)) throw new FormulaFault(phrase("part.taken", { name: word }), text, place + 1);
    if (i > 0 && seen.has(word))
      throw new FormulaFault(phrase("layer.option.twice", { option: word }), text, place + 1);
    if (i > 0) seen.add(word);
  });
  const [name, ...parameters] = words.map(({ word }) => word);
  return { name, parameters, start: start + match[0].length, end };
}
