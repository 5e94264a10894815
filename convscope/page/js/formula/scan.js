/** From text to tokens, as convscope/formula/fault_position.py scans it. */

import { phrase } from "../kit/i18n.js";
import { FormulaFault, grouped, isPrintable, quotedCharacter } from "./fault.js";
import { LIMITS } from "./table.js";

/**
 * @typedef {{kind: "string" | "name" | "number" | "mark" | "other" | "end", word: string, start: number, end: number}}
 * Token
 */

const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const HEX = "0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+";
const DIGITS = "[0-9](?:_?[0-9])*";
const POINT = `(?:${DIGITS}\\.(?:${DIGITS})?|\\.${DIGITS})(?:[eE][+-]?${DIGITS})?`;
const WHOLE = `${DIGITS}[eE][+-]?${DIGITS}|0(?:_?0)*|[1-9](?:_?[0-9])*`;
const TOKEN = new RegExp(
  [
    `(?<string>[rRuU]?(?:"[^"]*"|'[^']*'))`,
    "(?<name>[A-Za-z_][A-Za-z0-9_]*)",
    `(?<number>(?:${HEX}|${POINT}|${WHOLE})(?![A-Za-z0-9_.]))`,
    "(?<mark>\\*\\*|[-+*~()[\\],.=])",
    "(?<other>\\S)",
  ].join("|"),
  "y",
);

/**
 * Refuse what nothing should read: too long, too deep, too many joints, characters that no formula has.
 * @param {string} text
 */
export function refuseAbsurd(text) {
  const size = new TextEncoder().encode(text).length;
  const characters = Array.from(text);
  if (size > LIMITS.text) {
    throw new FormulaFault(phrase("formula.long"), characters.slice(0, 200).join(""), 1, {
      got: phrase("value.bytes", { n: grouped(size) }),
      expected: phrase("value.most", { n: grouped(LIMITS.text) }),
    });
  }
  if (characters.every((c) => SPACE.test(c)))
    throw new FormulaFault(phrase("formula.empty"), " ", 1, { hint: "conv(16, 5) + relu + maxpool(2) + fc" });
  let depth = 0;
  let joints = 0;
  characters.forEach((c, i) => {
    if ("([{".includes(c)) {
      if (++depth > LIMITS.depth)
        throw new FormulaFault(phrase("formula.brackets"), text, i + 1, {
          expected: phrase("value.most", { n: LIMITS.depth }),
        });
    } else if (")]}".includes(c)) depth--;
    else if ("+*-~×".includes(c)) {
      if (++joints > 2 * LIMITS.layers)
        throw new FormulaFault(phrase("formula.joints"), text, i + 1, {
          expected: phrase("value.most", { n: 2 * LIMITS.layers }),
        });
    } else if (c > "\x7f" || !(isPrintable(c) || SPACE.test(c)) || "#\\".includes(c)) {
      throw new FormulaFault(phrase("formula.character"), text, i + 1, {
        got: quotedCharacter(c),
        hint: phrase("formula.character.try"),
      });
    }
  });
}

/** The text as it is read: × is *, every space a plain one. @param {string} text */
export function plainSource(text) {
  return Array.from(text, (c) => (c === "×" ? "*" : SPACE.test(c) ? " " : c)).join("");
}

/** All tokens, an "end" last, which lies after the last character. @param {string} source @returns {Token[]} */
export function tokensOf(source) {
  /** @type {Token[]} */
  const found = [];
  let at = 0;
  while (at < source.length) {
    if (source[at] === " ") {
      at++;
      continue;
    }
    TOKEN.lastIndex = at;
    const match = /** @type {RegExpExecArray} */ (TOKEN.exec(source));
    const [kind, word] = /** @type {[Token["kind"], string]} */ (
      Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined)
    );
    found.push({ kind, word, start: at, end: at + word.length });
    at += word.length;
  }
  found.push({ kind: "end", word: "", start: source.trimEnd().length, end: source.length });
  return found;
}
